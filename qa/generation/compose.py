"""Evidence to a growing answer: the abstracts' own sentences, or a language model's compared with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index import Library
from index.errors import ModelError
from index.search.query import Query
from qa.answer import Answer, Citation, Headline, Sentence, ShortAnswer, Source
from qa.evidence.judge import SentenceJudge
from qa.evidence.relation import sought_relation
from qa.evidence.scoring import Evidence
from qa.generation import extractive
from qa.generation.headline import headline
from qa.generation.llm.prompts import load_prompt
from qa.generation.overview import overview
from qa.generation.short_answers.short_answer import short_answers
from qa.grounding import UNCITED, DraftSentence, cited_only, ground
from qa.language.discourse import gives_orders
from qa.language.statement import statement_of
from qa.question.records import QuestionAnalysis
from qa.reranking.entailment import EntailmentModel
from qa.reranking.protocol import Reranker

if TYPE_CHECKING:
    from qa.generation.llm.replies import LanguageModel

_NEAREST = 3
_MOST_LISTED = 12
"""Titles that a list of abstracts quotes; the sources behind it have all."""
_MOST_SENTENCES = 8
"""Sentences of an answer with a headline at most, those of its votes among them."""
_STAND_IN = "The abstracts' own sentences are shown instead."


@dataclass(frozen=True, slots=True)
class RetrievedEvidence:
    """The sources of a question, their sentences as evidence, and those that may answer; how the question was read.

    `reranker` scored them, if there is one, and scores written sentences with their quotes; `judge` decides on these,
    None for the one in the box. `entailment` reads them for a verdict.
    """

    sources: tuple[Source, ...]
    evidence: tuple[Evidence, ...]
    fitting: tuple[Evidence, ...]
    analysis: QuestionAnalysis
    query: Query
    reranker: Reranker | None = None
    judge: SentenceJudge | None = None
    entailment: EntailmentModel | None = None


def message_answer(blank: Answer, message: str, sources: Sequence[Source] = ()) -> Answer:
    """Return the answer that quotes nothing: talk, or what the library's records tell, with the abstracts behind it."""
    return replace(blank, message=message, sources=tuple(sources), model="extractive")


def listing_answer(blank: Answer, message: str, sources: Sequence[Source]) -> Answer:
    """Return the answer that lists abstracts: what the records tell, and each title quoted from its abstract."""
    sentences = [
        Sentence(title, (Citation(source.number, source.abstract.pmid, 0, len(title), title),))
        for source in sources[:_MOST_LISTED]
        if (title := source.abstract.title)
    ]
    return replace(message_answer(blank, message, sources), sentences=tuple(sentences))


def extractive_answer(blank: Answer, retrieved: RetrievedEvidence) -> Iterator[Answer]:
    """Yield the answer with the first of the abstracts' own sentences, with two, and so on to all.

    The whole has its headline or its short answers. The sentences by which the headline's sources have their say are
    among its sentences, those of the verdict's side first.
    """
    sources = retrieved.sources
    asked = [retrieved.analysis.text, retrieved.analysis.question, blank.standalone_question]
    if retrieved.analysis.kind == "yes/no":  # "I wonder whether zinc shortens colds"
        asked.append(f"Is it true that {retrieved.analysis.text}")
    question = next((text for text in asked if statement_of(text)), "")
    findings = [sentence for sentence in retrieved.evidence if not gives_orders(sentence.text)]
    verdict = headline(question, findings, retrieved.entailment)
    short = short_answers(retrieved.analysis, retrieved.fitting, retrieved.query, beside=retrieved.evidence)
    sentences = extractive.compose(retrieved.fitting)
    sentences = _with_short(sentences, short, (*retrieved.fitting, *retrieved.evidence))
    if verdict is not None:
        sentences = _with_votes(sentences, verdict)
    for count in range(1, len(sentences)):
        yield _with_sentences(blank, sentences[:count], sources)
    whole = _with_sentences(blank, sentences, sources, short=short)
    yield whole if verdict is None else replace(whole, headline=_renumbered(verdict, whole.sources))


def findings_answer(
    blank: Answer,
    evidence: Sequence[Evidence],
    sources: Sequence[Source],
    *,
    of_each: int = 1,
    short: Sequence[ShortAnswer] = (),
) -> Iterator[Answer]:
    """Yield the answer of an overview or a look-up as it grows: what each source found, at last its `short` answers."""
    sentences = _with_short(overview(evidence, of_each=of_each), short, evidence)
    for count in range(1, len(sentences)):
        yield _with_sentences(blank, sentences[:count], sources)
    if sentences:
        yield _with_sentences(blank, sentences, sources, short=short)
    else:
        yield replace(blank, abstained=True, nearest=tuple(sources[:_NEAREST]))


def overview_answer(blank: Answer, retrieved: RetrievedEvidence) -> Iterator[Answer]:
    """Yield the overview of a topic as it grows: more of each source where these are few, or a relation is asked for.

    A topic that names things ("side effects of zinc") has short answers as well.
    """
    fitting, analysis = retrieved.fitting, retrieved.analysis
    many = len({sentence.source.number for sentence in fitting})
    of_each = next(
        (most for sources, most in _OF_EACH if many <= sources), 1 if sought_relation(analysis).is_any else 2
    )
    short = short_answers(analysis, fitting, retrieved.query, beside=retrieved.evidence)
    yield from findings_answer(blank, fitting, retrieved.sources, of_each=of_each, short=short)


_OF_EACH = ((1, 4), (3, 2))
"""How many sources an overview has at most, and how many sentences of each it shows then."""


def _with_short(
    sentences: Sequence[Sentence], short: Sequence[ShortAnswer], evidence: Sequence[Evidence]
) -> list[Sentence]:
    """Return the sentences with those in front from which short answers are cut, added if they are not among them."""
    quoted = [citation for sentence in sentences for citation in sentence.citations]
    missing = dict.fromkeys(
        sentence.citation
        for span in (answer.citations[0] for answer in short)
        if not any(_holds(citation, span) for citation in quoted)
        for sentence in evidence
        if _holds(sentence.citation, span)
    )
    front = [Sentence(citation.quote, (citation,)) for citation in missing]
    spans = [answer.citations[0] for answer in short]
    telling = [sentence for sentence in sentences if any(_holds(sentence.citations[0], span) for span in spans)]
    rest = [sentence for sentence in sentences if sentence not in telling]
    return [*front, *telling, *rest][: max(_MOST_SENTENCES, len(sentences))]


def _holds(citation: Citation, span: Citation) -> bool:
    return citation.pmid == span.pmid and citation.start <= span.start and span.end <= citation.end


def _with_votes(sentences: Sequence[Sentence], verdict: Headline) -> list[Sentence]:
    """Return the sentences with those of the headline's votes in front that are not among them."""
    quoted = {(citation.pmid, citation.start) for sentence in sentences for citation in sentence.citations}
    ordered = sorted(verdict.votes, key=lambda vote: vote.is_for != (verdict.verdict != "no"))
    missing = [vote.citation for vote in ordered if (vote.citation.pmid, vote.citation.start) not in quoted]
    voting = [Sentence(citation.quote, (citation,)) for citation in missing]
    return [*voting, *sentences][:_MOST_SENTENCES]


def _renumbered(verdict: Headline, sources: Sequence[Source]) -> Headline:
    """Return the headline with its sources numbered as in the answer; a source that is not cited there has no vote."""
    numbers = {source.abstract.pmid: source.number for source in sources}
    votes = tuple(
        replace(vote, source=number, citation=replace(vote.citation, source=number))
        for vote in verdict.votes
        if (number := numbers.get(vote.citation.pmid))
    )
    supporting, against = (
        tuple(sorted({vote.source for vote in votes if vote.is_for is side})) for side in (True, False)
    )
    return Headline(verdict.verdict, supporting, against, votes)


def written_answer(
    blank: Answer,
    retrieved: RetrievedEvidence,
    *,
    model: LanguageModel,
    library: Library,
    leave_out_unsupported: bool = False,
    check_with_llm: bool = False,
) -> Iterator[Answer]:
    """Yield the language model's answer as it grows, each sentence compared with its quotes.

    When the model fails, writes nothing, or has half of its sentences contradicted or without a source, the extractive
    answer stands in and says why. When the model finds no answer in the sources, the answer abstains. Sentences that
    are not backed stay, marked so, or are left out.
    """
    answer = blank
    try:
        for answer in _checked(blank, retrieved, model=model, library=library, check_with_llm=check_with_llm):
            yield _only_supported(answer) if leave_out_unsupported else answer
        trouble = _too_much_untrue(answer)
    except ModelError as error:
        trouble = str(error)
    if trouble:
        reason = f"{trouble[0].upper()}{trouble[1:].rstrip('.')}. {_STAND_IN}"
        blank = replace(blank, message=_joined(blank.message, reason), model="extractive")
        yield from extractive_answer(blank, retrieved)


def _checked(
    blank: Answer, retrieved: RetrievedEvidence, *, model: LanguageModel, library: Library, check_with_llm: bool
) -> Iterator[Answer]:
    """Yield the answer as it is written, and then as the model itself, asked again, leaves it. Raises ModelError."""
    answer = blank
    for answer in _drafted(blank, retrieved, model=model, library=library):
        yield answer
    if check_with_llm:
        from qa.generation.llm.second_opinion import with_second_opinion

        yield from with_second_opinion(answer, model=model)


def _drafted(
    blank: Answer, retrieved: RetrievedEvidence, *, model: LanguageModel, library: Library
) -> Iterator[Answer]:
    """Yield the answer with one more of the model's sentences each time. Raises ModelError if it fails."""
    from qa.generation.llm import generative  # and with it what speaks to a server, which extracts do without
    from qa.generation.llm.replies import Waiting

    prompt = load_prompt("answer")
    blank, first_message = replace(blank, prompt_sha256=prompt.sha256), blank.message
    written: list[tuple[DraftSentence, Sentence]] = []
    for piece in generative.compose(blank.standalone_question, retrieved.sources, model=model, prompt=prompt):
        blank = replace(blank, settings={**blank.settings, "reply_form": model.form or "text"})  # JSON may be refused
        if isinstance(piece, generative.NotAnswered):
            if not piece.refused:
                raise ModelError(piece.reason)
            message = _joined(blank.message, piece.reason)
            yield replace(blank, abstained=True, message=message, nearest=retrieved.sources[:_NEAREST])
            return
        if isinstance(piece, Waiting):
            yield replace(blank, waiting=piece.reason)
            continue
        if isinstance(piece, DraftSentence):
            grounded = ground(
                piece, retrieved.evidence, library=library, reranker=retrieved.reranker, by=retrieved.judge
            )
            written.append((piece, grounded))
        elif isinstance(piece, generative.Aside):
            blank = replace(blank, message=_joined(blank.message, piece.text))
        else:  # retracted: what was written so far was a thought
            written.clear()
            blank = replace(blank, message=first_message)
        dropped = sum(draft.dropped for draft, _ in written)
        sentences = [sentence for _, sentence in written]
        yield replace(_with_sentences(blank, sentences, retrieved.sources), dropped_citations=dropped)


def _joined(*messages: str) -> str:
    return "\n".join(filter(None, messages))


def _only_supported(answer: Answer) -> Answer:
    """Return the answer without its unsupported sentences; its message says how many were left out."""
    kept = tuple(sentence for sentence in answer.sentences if sentence.supported)
    count = len(answer.sentences) - len(kept)
    if not count:
        return answer
    removed = "1 sentence of the language model is" if count == 1 else f"{count} sentences of the language model are"
    left_out = f"{removed} left out: no quote supports what is said there."
    return replace(answer, sentences=kept, message=_joined(answer.message, left_out))


def _too_much_untrue(answer: Answer) -> str:
    """Return why a written answer is rejected, half of it being contradicted or without a source; else ""."""
    untrue = sum(sentence.verdict == "contradicted" or sentence.objection == UNCITED for sentence in answer.sentences)
    if untrue == 0 or 2 * untrue < len(answer.sentences):
        return ""
    of_all = f"{untrue} of the language model's {len(answer.sentences)} sentences"
    return f"{of_all} {'is' if untrue == 1 else 'are'} contradicted by the abstracts or cite{'s' * (untrue == 1)} none"


def _with_sentences(
    blank: Answer, sentences: Sequence[Sentence], sources: Sequence[Source], *, short: Sequence[ShortAnswer] = ()
) -> Answer:
    """Return the answer with sentences, short answers and the sources that these cite."""
    spans = [Sentence(answer.text, answer.citations) for answer in short]
    renumbered, cited = cited_only([*sentences, *spans], sources)
    shortly = (
        replace(answer, citations=span.citations)
        for answer, span in zip(short, renumbered[len(sentences) :], strict=True)
    )
    return replace(blank, sentences=tuple(renumbered[: len(sentences)]), short=tuple(shortly), sources=tuple(cited))
