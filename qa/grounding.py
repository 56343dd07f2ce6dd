"""Grounding: quotes checked letter by letter, sentences compared with their quotes, and when to abstain."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from index import Library
from qa.answer import Answer, Citation, Sentence, Source
from qa.evidence.judge import SAYS_OTHERWISE, Claim, Quote, SentenceJudge, judge, read
from qa.evidence.relation import SoughtRelation, denies_an_effect
from qa.evidence.scoring import Evidence
from qa.language.discourse import gives_orders
from qa.language.entailment import Act
from qa.language.quantities import are_rounded
from qa.language.roles import has_roles_turned, tells_act
from qa.reranking.entailment import entailment_beside
from qa.reranking.protocol import Reranker

ANSWERS, ANSWERS_WHERE_ALL_IS_NAMED = 0.56, 0.4
"""The confidence from which a sentence may answer, and that from which it may if its abstract lacks no name and no
subject word of the question. Precision and recall of refusing meet at the first on development data."""
_ANSWERS_BESIDE = 0.2
"""The confidence from which a sentence that tells the relation asked for answers, beside one that names the subject."""
_TAKEN = 1.0
"""The cross-encoder's log-odds from which a sentence answers in abstracts that the person named. On SciFact's claims to
tune by, a claim is refused over its own abstract in 11 of 100, over one that was cited in vain in 75."""
_NEITHER, _READ_FROM, _NOT_FAR = 0.35, 0.25, -4.0
"""The chance of neither yes nor no up to which a sentence answers that the entailment network has read; where no other
answers, the confidence and the cross-encoder's log-odds that it needs besides: of 39 questions refused over abstracts
that tell, 17 are answered then, of 422 over others one."""
_NOT_SAID, _SAID_OTHERWISE = "its source does not say it", "its source seems to say otherwise"
_OBJECTIONS = {
    "number": "its source does not give its numbers",
    "name": "it names something that its source does not",
    "kind": "its source is on another species or age",
    "side": "its source says it of the opposite",
    "with": "its source has with what it has without, or the other way round",
    "direction": "it goes up or down otherwise than in its source",
    "denial": "it denies what its source asserts, or asserts what that denies",
    "order": "it turns round who acts on whom, or what is compared with what",
    "certainty": "it is surer than its source",
    "cause": "it tells a cause where its source tells none",
    "no finding": "its source tells it as a question or as known before, not as a finding",
    "exception": "its source excepts what it includes, or the other way round",
    "variant": "it is on another variant than its source",
    "opposite": "it goes the other way than in its source",
    "unmoved": "its source denies that it changes, or tells that it does",
}
"""The objection to a sentence by each rule of `qa.language.entailment` and `qa.language.scope`."""
UNCITED = "it cites none of the sources"
"""The objection to a sentence without a source."""
_SHARED_DO_NOT_SAY = "it cites no source itself, and those cited beside it do not say it"


def answering(evidence: Sequence[Evidence], *, is_of_these: bool = False) -> list[Evidence]:
    """Return the evidence that may answer: no name of the question is missing, it is sure enough, no order.

    With `is_of_these` the person named the abstracts: what the cross-encoder takes for an answer is one there.
    """
    return [
        sentence
        for sentence in evidence
        if not (sentence.missing_names or gives_orders(sentence.text))
        and (sentence.confidence >= least_confidence(sentence) or (is_of_these and _is_taken_for_answer(sentence)))
    ]


def with_yes_or_no(able: Sequence[Evidence], evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that may answer, and what the entailment network takes for a yes or a no to the question.

    So words that the abstract has otherwise ("settle" for "resolved") are no reason to refuse; a name that it has not
    is one all the same.
    """
    known = {id(sentence) for sentence in able}
    deciding = [
        sentence
        for sentence in evidence
        if sentence.entailed and sentence.entailed.neither <= _NEITHER and id(sentence) not in known
    ]
    return [
        *able,
        *(
            sentence
            for sentence in deciding
            if able or (sentence.confidence >= _READ_FROM and _answers(sentence) >= _NOT_FAR)
        ),
    ]


def _is_taken_for_answer(sentence: Evidence) -> bool:
    return _answers(sentence) >= _TAKEN


def _answers(sentence: Evidence) -> float:
    """Return the log-odds of our cross-encoder that a sentence answers; those of another mean only an order."""
    score = sentence.pair_score
    return score.answers if score is not None and score.stance is not None else -math.inf


def to_the_point(
    evidence: Sequence[Evidence],
    sought: SoughtRelation,
    act: Act | None = None,
    *,
    beside: Sequence[Evidence] = (),
) -> list[Evidence]:
    """Return the evidence that tells the relation asked for; all of it where none does, but none for a price.

    Where none does, a sentence of the same abstracts that does (`beside`) answers for them, though it names less of the
    question: "No mutation was found in ACTN4.", "Zinc prevents it." Prices, years and whom a thing is for must be told.
    Where some tell the act asked for, what turns agent and patient round goes: what IL-32 does, asked what induces it.
    What is said not to differ is no adverse effect where another one is told.
    """
    telling = [sentence for sentence in evidence if sought.is_told(sentence.text)]
    if not telling and not sought.is_any:
        least = 0.0 if sought.is_by_words else _ANSWERS_BESIDE
        telling = [sentence for sentence in _of_the_same(evidence, sought, beside) if sentence.confidence >= least]
    if any(sought.is_told_outright(sentence.text) for sentence in telling):
        telling = [
            sentence
            for sentence in telling
            if sought.is_told_outright(sentence.text) or sought.is_told_to_cause(sentence.text)
        ]
    if sought.relation == "adverse effect" and not sought.is_denied:
        harms = [sentence for sentence in telling if not denies_an_effect(sentence.text)]
        others = _of_the_same(evidence, sought, beside) if telling and not harms else []
        telling = harms or [sentence for sentence in others if not denies_an_effect(sentence.text)] or telling
    telling = telling or ([] if sought.quantity in ("money", "year") or sought.advice else list(evidence))
    if act is None or not any(tells_act(act, sentence.text) for sentence in telling):
        return telling
    return [sentence for sentence in telling if not has_roles_turned(act, sentence.text)]


def _of_the_same(evidence: Sequence[Evidence], sought: SoughtRelation, beside: Sequence[Evidence]) -> list[Evidence]:
    """Return the sentences of the abstracts of some evidence that tell the relation asked for."""
    pmids = {sentence.source.abstract.pmid for sentence in evidence}
    return [
        sentence
        for sentence in beside
        if sentence.source.abstract.pmid in pmids
        and sought.is_told(sentence.text)
        and not (sentence.missing_names or gives_orders(sentence.text))
    ]


def least_confidence(sentence: Evidence) -> float:
    """Return the confidence from which a sentence may answer."""
    return ANSWERS if sentence.missing_words else ANSWERS_WHERE_ALL_IS_NAMED


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence as a language model wrote it: `text` without markers, and the sources it cites, in order, each once.

    `dropped` counts its citations of numbers and PMIDs that are no sources. `quotes` are the words that the model gives
    for it, each with its source's number; whether they stand there is not known. `shares_sources` is true for a
    sentence without a citation of its own: it has those of the next one, or of the whole answer.
    """

    text: str
    sources: tuple[int, ...]
    dropped: int = 0
    quotes: tuple[tuple[int, str], ...] = ()
    shares_sources: bool = False


def ground(
    draft: DraftSentence,
    evidence: Sequence[Evidence],
    *,
    library: Library,
    reranker: Reranker | None = None,
    by: SentenceJudge | None = None,
) -> Sentence:
    """Return a language model's sentence with its verdict: the quotes that bear it out, part by part, or contradict it.

    One quote may bear out the whole sentence; else each part is held against one quote of any cited source. What is
    neither borne out nor contradicted is not matched. The judge in the box decides, or another one (`by`). Sources that
    a sentence shares with others may bear it out, together or alone, and are no evidence against it.
    """
    if not draft.shares_sources:
        return _held(draft, evidence, library=library, reranker=reranker, by=by)
    alone = [(number,) for number in draft.sources] if len(draft.sources) > 1 else []
    for sources in (draft.sources, *alone):
        sentence = _held(replace(draft, sources=sources), evidence, library=library, reranker=reranker, by=by)
        if sentence.supported:
            return sentence
    return Sentence(draft.text, (), "not matched", _SHARED_DO_NOT_SAY)


def _held(
    draft: DraftSentence,
    evidence: Sequence[Evidence],
    *,
    library: Library,
    reranker: Reranker | None,
    by: SentenceJudge | None,
) -> Sentence:
    """Return a sentence with its verdict by the quotes of its sources."""
    quotes = [quote for quote in evidence if quote.source.number in draft.sources and not gives_orders(quote.text)]
    if not quotes:
        return Sentence(draft.text, (), "not matched", UNCITED)
    claim = Claim.of(draft.text, library, entailment_beside(reranker))
    reading = read(claim, [_as_quote(quote) for quote in quotes], first=_quoted(draft, quotes))
    verdict = (by or judge()).verdict(reading)
    if verdict == "backed":
        citations = _citations(draft, quotes, reading.quotes)
        is_rounded = are_rounded(draft.text, " ".join(citation.quote for citation in citations))
        return Sentence(draft.text, citations, is_rounded=is_rounded)
    is_contradicted = verdict == "contradicted"
    telling = (
        [objection for objection in reading.objections if objection[0] in SAYS_OTHERWISE] if is_contradicted else []
    )
    rule, at = next(iter((*telling, *reading.objections)), ("", reading.weakest))
    why = _OBJECTIONS.get(rule, _SAID_OTHERWISE if is_contradicted else _NOT_SAID)
    against = (quotes[at].citation,) if is_contradicted else ()
    return Sentence(draft.text, (), verdict, why, against)


def _quoted(draft: DraftSentence, evidence: Sequence[Evidence]) -> frozenset[int]:
    """Return the places of the evidence that holds words which the model quotes of its source.

    The words stand there letter by letter, but for white space, dashes, quotation marks and case; "…" leaves some out.
    """
    patterns = [(number, _verbatim_pattern(part)) for number, words in draft.quotes for part in _ELLIPSIS.split(words)]
    texts = {sentence.source.number: sentence.source.abstract.text for sentence in evidence}
    spans = [
        (number, match.span())
        for number, pattern in patterns
        if pattern and (match := pattern.search(texts.get(number, "")))
    ]
    return frozenset(
        at
        for at, sentence in enumerate(evidence)
        for number, (start, end) in spans
        if sentence.source.number == number and sentence.start < end and start < sentence.end
    )


def _verbatim_pattern(words: str) -> re.Pattern[str] | None:
    """Return the pattern of a quote's words; None for too few letters to tell one place from another."""
    plain = words.strip(" .,;:")
    if sum(sign.isalnum() for sign in plain) < _FEWEST_LETTERS:
        return None
    signs = ("".join(_ALIKE.get(sign, re.escape(sign)) for sign in word) for word in plain.split())
    return re.compile(r"\s+".join(signs), re.IGNORECASE)


_ELLIPSIS = re.compile(r"\[?(?:…|\.\.\.)\]?")
_FEWEST_LETTERS = 8
_ALIKE = {sign: f"[{re.escape(signs)}]" for signs in ("-\u2010\u2011‒–—−", "\"'“”„‟‘’‚«»′″`") for sign in signs}


def _as_quote(evidence: Evidence) -> Quote:
    abstract = evidence.source.abstract
    return Quote(evidence.text, abstract.title, abstract.text, evidence.vector)


def _citations(draft: DraftSentence, quotes: Sequence[Evidence], chosen: Sequence[int]) -> tuple[Citation, ...]:
    """Return the quotes of a sentence's parts, in the order of the sources that it cites."""
    ordered = sorted(
        (quotes[at] for at in chosen), key=lambda quote: (draft.sources.index(quote.source.number), quote.start)
    )
    return tuple(quote.citation for quote in ordered)


def check_quotes(growing: Iterable[Answer], sources: Sequence[Source], library: Library) -> Iterator[Answer]:
    """Yield each answer with every quote compared with the stored abstract; a quote that differs supports nothing.

    The abstracts of the sources are read once, when the first answer cites any.
    """
    texts: dict[str, str] = {}
    for answer in growing:
        if answer.sources and not texts:
            stored = library.get_many([source.abstract.pmid for source in sources])
            texts = {pmid: abstract.text for pmid, abstract in stored.items()}
        short = (replace(span, citations=_verbatim(span.citations, texts)) for span in answer.short)
        sentences = tuple(_checked(sentence, texts) for sentence in answer.sentences)
        yield replace(answer, sentences=sentences, short=tuple(span for span in short if span.citations))


def _checked(sentence: Sentence, texts: Mapping[str, str]) -> Sentence:
    kept, against = _verbatim(sentence.citations, texts), _verbatim(sentence.against, texts)
    if (sentence.supported and not kept) or (sentence.verdict == "contradicted" and not against):
        why = "its quote stands otherwise in the abstract"
        return replace(sentence, citations=(), verdict="not matched", objection=why, against=())
    return replace(sentence, citations=kept, against=against)


def _verbatim(citations: Sequence[Citation], texts: Mapping[str, str]) -> tuple[Citation, ...]:
    return tuple(citation for citation in citations if _is_verbatim(citation, texts))


def _is_verbatim(citation: Citation, texts: Mapping[str, str]) -> bool:
    return bool(citation.quote) and texts.get(citation.pmid, "")[citation.start : citation.end] == citation.quote


def cited_only(sentences: Sequence[Sentence], sources: Sequence[Source]) -> tuple[list[Sentence], list[Source]]:
    """Return the sentences and only the sources of their quotes, renumbered from 1 in the order of first citation."""
    quoted = (citation for sentence in sentences for citation in (*sentence.citations, *sentence.against))
    order = list(dict.fromkeys(citation.source for citation in quoted))
    number = {old: new for new, old in enumerate(order, start=1)}
    by_number = {source.number: source for source in sources}

    def renumber(citations: Sequence[Citation]) -> tuple[Citation, ...]:
        return tuple(replace(cited, source=number[cited.source]) for cited in citations)

    renumbered = [
        replace(sentence, citations=renumber(sentence.citations), against=renumber(sentence.against))
        for sentence in sentences
    ]
    return renumbered, [replace(by_number[old], number=number[old]) for old in order]
