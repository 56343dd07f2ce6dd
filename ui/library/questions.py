"""Questions that a library can answer: made of its own findings, and kept only where it answers them by their abstract.

A finding is a sentence of a title, a conclusion or a result that says what does something to what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index import Library
from index.records import Abstract, Filters
from qa import Assistant
from qa.export import in_batches
from qa.studies.sentences import told_sentences

WANTED = 6
_TRIED = 24
"""Questions that are asked of the assistant before it is left at those that were answered."""
_READ = 2_000
"""Abstracts, the newest, whose findings are read."""
_LONGEST = 110
_VERBS = (
    "accelerate activate affect alleviate attenuate cause decrease delay enhance extend impair improve increase induce"
    " inhibit lower mediate modulate potentiate predict prevent prolong promote protect raise reduce regulate slow"
    " stimulate suppress"
)
_LED_IN = re.compile(
    r"^(?:[^.:;?]{0,80}\b(?:suggest|show|indicate|demonstrat|conclud|found|confirm|reveal|support)\w* that "
    r"|(?:in (?:conclusion|summary)|overall|thus|therefore|however|moreover|taken together|conclusions?)[,:] )+",
    re.I,
)
"""What stands before a finding: "Our results suggest that"."""
_SUBJECT = r"(?P<subject>[^.:;?,()%]{3,60}?)"
_NEXT_VERB = rf"(?:had|has|was|were|is|are|did|(?:{'|'.join(_VERBS.split())})(?:e?s|e?d)?)\b"
"""What goes on with another verb: "raises GDF15 and lowers appetite"."""
_OBJECT = (
    r"(?:\w+ly )?(?P<object>[^.:;?,()=<>%]{5,90}?)"
    rf"(?= compared | versus | respectively| (?:and|but) (?:\w+ly )?{_NEXT_VERB}|[.,](?!\d)|[;(]|$)"
)
_DOES = re.compile(
    rf"{_SUBJECT} (?:(?P<aux>may|might|can|could|did not|does not|do not) )?(?:(?:\w+ly|also) )?"
    rf"(?P<verb>{'|'.join(_VERBS.split())})(?P<ending>e?s|e?d)? {_OBJECT}"
)
_IS = re.compile(
    rf"{_SUBJECT} (?P<be>is|are|was|were) (?:not )?(?:\w+ly )?(?P<linked>(?:associated|correlated|linked) with)"
    rf" {_OBJECT}"
)
_ON = re.compile(r"(?:the )?effects? of (?P<what>[^.:;?,]{3,60}?) on (?P<on>[^.:;?,]{3,80})", re.I)
_BETWEEN = re.compile(
    r"(?:the )?associations? (?:between|of) (?P<what>[^.:;?,]{3,60}?) (?:and|with) (?P<on>[^.:;?,]{3,80})", re.I
)
"""Titles that name what was studied: "Effect of zinc on colds: a trial"."""
_NO_SUBJECT = re.compile(
    r"^(?:this|these|those|that|it|its|they|we|he|she|both|such|there|all|our|their|results?|findings|data|the (?:"
    r"study|results?|findings|data|authors?|difference|effects?|former|latter)|after|at|among|although|as|by|compared|during"
    r"|for|from|here|if|in|on|of|under|when|while|with|without|only|whether|how|why|what|some|many|most|several|one|two|\d+)\b"
    r"|\b(?:was|were|is|are|be|been|being|has|have|had|and|or|which|who|that|to|not|no|of|by|with|the|an?|in|did|than)$"
    r"|\b(?:demonstrate|display|exhibit|reveal|show)(?:s|ed|d)?$"
    r"|\b(?:which|that|who|when|while|although|because|if|whereas|did|does|was|were|is|are|has|have|had|may|can|could)\b"
    r"|\b(?:between|among|for|from|on|at|into|per|after|via|through)$",
    re.I,
)
_NO_OBJECT = re.compile(
    r"^(?:in|by|with|of|and|or|to|for|from|at|on|during|after|than|as|when|is|are|was|were|that|it|this|these|both)\b|^\w+ly$"
    r"|\b(?:where|which|that|than|and|or|but|if|as|of|to|in|by|with|for|from|at|on|after|before|during)$"
    r"|\b(?:when|while|whereas)\b",
    re.I,
)
_ASKS = {
    "may": "Can",
    "might": "Can",
    "can": "Can",
    "could": "Can",
    "did not": "Did",
    "does not": "Does",
    "do not": "Do",
}
_PLACES = ("conclusions", "results")
"""The parts of an abstract that tell findings after its title, the plainest first."""


def question_of(sentence: str, text: str = "") -> str:
    """Return the question that a finding answers, "" for a sentence that tells none; `text` tells names from words.

    >>> question_of("Our results suggest that metformin extends the life of mice (P<0.05).")
    'Does metformin extend the life of mice?'
    """
    plain = _LED_IN.sub("", " ".join(sentence.split()))
    found = _DOES.match(plain) or _IS.match(plain)
    if found is not None and found.groupdict().get("verb") == "lower" and not found["ending"]:  # no verb: "lower limbs"
        return ""
    if found is None or _NO_SUBJECT.search(found["subject"]) or _NO_OBJECT.search(found["object"]):
        return ""
    subject, object_, parts = _as_written(found["subject"], text), found["object"].strip(), found.groupdict()
    if be := parts.get("be"):
        question = f"{'Is' if be in ('is', 'was') else 'Are'} {subject} {parts['linked']} {object_}?"
    else:
        ending = parts["ending"] or ""
        asks = _ASKS.get(parts["aux"] or "", "Did" if ending.endswith("d") else "Does" if ending else "Do")
        question = f"{asks} {subject} {parts['verb']} {object_}?"
    return question if len(question) <= _LONGEST else ""


def questions_of(abstract: Abstract) -> Iterator[str]:
    """Yield the questions that an abstract's findings answer, the plainest first."""
    sentences = told_sentences(abstract)
    text = " ".join(section.text for section in abstract.sections)
    # In a title "mediated" may describe a thing ("IgE-mediated allergy"): only "mediates" tells a finding there.
    title = question_of(abstract.title, text)
    yield from filter(None, ["" if title.startswith("Did ") else title, _of_title(abstract.title, text)])
    for place in _PLACES:
        yield from filter(None, (question_of(sentence.text, text) for sentence in sentences if sentence.part == place))


def _of_title(title: str, text: str) -> str:
    """Return the question that a study with this title asked, "" where it does not say."""
    for pattern, asks in ((_ON, "What is the effect of {} on {}?"), (_BETWEEN, "Is {} associated with {}?")):
        if found := pattern.match(title.strip()):
            question = asks.format(_as_written(found["what"], text), _as_written(found["on"], text))
            return question if len(question) <= _LONGEST else ""
    return ""


def answered_questions(library: Library, assistant: Assistant) -> Iterator[str]:
    """Yield up to `WANTED` questions that the library answers by the abstract that each is from, as they are found.

    Each is of another abstract and on another thing.
    """
    things: set[str] = set()
    tried = 0
    for abstract in in_batches(library, library.pmids(Filters())[:_READ]):
        question = next(questions_of(abstract), "")
        if not question or _thing(question) in things:
            continue
        if tried == _TRIED or len(things) == WANTED:
            return
        tried += 1
        answer = assistant.ask(question)
        cited = {
            citation.pmid for sentence in answer.sentences if sentence.supported for citation in sentence.citations
        }
        if not answer.abstained and abstract.pmid in cited:
            things.add(_thing(question))
            yield question


def _as_written(phrase: str, text: str) -> str:
    """Return a phrase as it stands within a sentence: its first word small, unless the text never writes it so."""
    first, _, rest = phrase.strip().partition(" ")
    if re.search(rf"(?<![\w-]){re.escape(first.lower())}(?![\w-])", text) or first.lower() in ("the", "a", "an"):
        return f"{first.lower()} {rest}".strip()
    return phrase.strip()


def _thing(question: str) -> str:
    """Return the first words of what is asked about, by which two questions are alike."""
    words = re.sub(r"^(?:What is the effect of|Does|Do|Did|Can|Is|Are)\b (?:the |an? )?", "", question)
    return " ".join(words.casefold().split()[:2])
