"""Leaning of the abstracts on a question of yes or no, and the sources on each side.

Rules on words of denial, and the reranker where it is sure: they are right oftener than always saying what is said most
(python -m evals answers --parts yes-no), and wrong in a fifth to two fifths of the questions. So both sides are always
shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from index.analysis.terms import content_words
from qa.answer import Leaning, Sentence
from qa.language.antonyms import DENIALS
from qa.language.discourse import announces, asks_what_was_done, only_tells_what_was_done
from qa.language.entailment import denied, share

_ASKS_YES_OR_NO = re.compile(
    r"^(?:(?:so|and|but|then|please|now),? )*(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should"
    r"|may|might)\b(?!.*\bor\b(?! not\b))",
    re.I | re.S,
)
_DENIES = re.compile(
    r"\b(?:no (?:significant|evidence|association|correlation|difference|effect|benefit|relationship|role|increase"
    r"|improvement)|not (?:significant(?:ly)?|statistically|associated|different|differ|affect|improve|related"
    r"|correlat\w+|increase|reduce|support|effective|recommended|necessary|predict|influence|appear|seem|be|lead|cause)"
    r"|(?:did|does|do|was|were|is|are|can) ?not|unlikely|lack of|fail(?:ed|s)? to|ineffective|unaffected"
    r"|without (?:any )?(?:significant|effect)|neither|nor|rather than|contrary)\b",
    re.I,
)
_OF_WHAT_IS_ASKED = 0.25
"""The share of a denial's words that the question must hold."""
_NEXT = 0.5
"""The weight of each further sentence beside the one before it."""
_NO_SHARE = 0.3
"""The weight of denying sentences from which the abstracts lean to no: abstracts deny less often than they assert."""

_CONTRADICTS = 0.9
"""The reranker's chance of a contradiction from which that is believed; chosen on 83 questions of BioASQ and PubMedQA
to tune by. The reranker by itself tells yes from no worse than the rules do on BioASQ's."""
_CONCESSION = re.compile(
    r",? (?:even )?though\b.*$|,? although\b.*$|,? despite\b.*$|,? whereas\b.*$"
    r"|^(?:even though|although|though|despite|while|whereas)\b[^,]*,",
    re.I | re.S,
)
"""A concession: the part of a sentence that is granted beside its claim."""
Stances = Mapping[tuple[str, int], tuple[float, float, float]]
_UNREAD: Stances = MappingProxyType({})


def asks_yes_or_no(question: str) -> bool:
    """Return True if a question can be answered by yes or no; one that offers two things, "A or B", cannot.

    >>> asks_yes_or_no("Does IL-32β induce VEGF?"), asks_yes_or_no("What does IL-32β induce?")
    (True, False)
    """
    return bool(_ASKS_YES_OR_NO.search(question.strip()))


def leaning(question: str, sentences: Sequence[Sentence], stances: Stances = _UNREAD) -> Leaning | None:
    """Return the leaning of an answer's sentences, best first; None when the question is not one of yes or no.

    `stances` are the reranker's of sentences, by the PMID and the start of their first citation.

    A source stands on the side of the first sentence that cites it. What says nothing of what was found is on neither
    side; when nothing else was said, there is no leaning.
    """
    telling = [sentence for sentence in sentences if sentence.supported and _answers(question, sentence.text)]
    if not telling or not asks_yes_or_no(question):
        return None
    denying = [_denies(question, sentence, stances) for sentence in telling]
    weights = [_NEXT**place for place in range(len(telling))]
    no = sum(weight for weight, is_no in zip(weights, denying, strict=True) if is_no)
    side: dict[int, bool] = {}
    for sentence, is_no in zip(telling, denying, strict=True):
        for citation in sentence.citations:
            side.setdefault(citation.source, is_no)
    return Leaning(
        to="no" if no >= _NO_SHARE * sum(weights) else "yes",
        supporting=tuple(number for number, is_no in side.items() if not is_no),
        against=tuple(number for number, is_no in side.items() if is_no),
    )


def _answers(question: str, sentence: str) -> bool:
    return not announces(sentence) and (asks_what_was_done(question) or not only_tells_what_was_done(sentence))


def _denies(question: str, sentence: Sentence, stances: Stances) -> bool:
    """Return True if a sentence answers no, by the rules or because the reranker is sure of it."""
    first = sentence.citations[0]
    _, contradicts, _ = stances.get((first.pmid, first.start), (0.0, 0.0, 1.0))
    return contradicts >= _CONTRADICTS or denies(question, _on_the_matter(question, sentence.text))


def _on_the_matter(question: str, sentence: str) -> str:
    """Return a sentence's claim or its concession ("even though …"), whichever has more words of the question.

    >>> _on_the_matter("Does it lower pressure?", "It lowered pressure, although it did not slow the heart.")
    'It lowered pressure'
    """
    concession = _CONCESSION.search(sentence)
    if not concession:
        return sentence
    question_words = set(content_words(question))
    claim = sentence[: concession.start()] + sentence[concession.end() :]
    parts = (claim.rstrip(". "), concession.group())
    return max(parts, key=lambda part: len(question_words & set(content_words(part))))


def denies(question: str, sentence: str) -> bool:
    """Return True if a sentence answers a question of yes or no with no."""
    question_words = dict.fromkeys(content_words(question), 1.0)
    is_denied = bool(_DENIES.search(sentence)) or any(
        share(denial, question_words) >= _OF_WHAT_IS_ASKED for denial in denied(sentence)
    )
    return is_denied != any(word in DENIALS for word in re.findall(r"[a-z']+", question.lower()))
