"""Names in sentences: of what sort a thing is by its name, and whether a phrase can be the answer to a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.lexicon import default_lexicon
from index.analysis.terms import terms
from qa.answer import Citation
from qa.evidence.relation import denies
from qa.evidence.scoring import Evidence
from qa.language.entailment import drugs_named
from qa.language.noun_phrases import NounPhrase
from qa.language.outcomes import ADVERSE
from qa.language.word_tokens import WordToken
from qa.question.asked_noun import empty_head, sort_of

_KINDS = {
    "drug": frozenset({"chemical"}),
    "gene": frozenset({"gene"}),
    "disease": frozenset({"disease"}),
    "effect": frozenset({"disease"}),
    "organism": frozenset({"organism"}),
}
"""The lexicon's kinds of each sort."""
_GENE = re.compile(r"(?![IVX]+\Z)(?:[A-Z][A-Za-z]{0,4}\d[\dA-Z-]*|[A-Z]{3,6})\Z")
_LONG_NAME = re.compile(r"(?:receptor|kinase|factor|protein|ase|in)s?(?: \w+)?\Z| \d\w?\Z", re.I)
_TURNS = re.compile(
    r"[;,]\s+(?:and|but|whereas|while|although|though)\b|\b(?:but|whereas|while|although|though)\b|;", re.I
)
GENERAL = frozenset(
    terms(
        "patients women men adults children participants people cases controls placebo groups study trial results"
        " mean median hazard odds ratio days weeks months years times dose number rate data analysis use role"
        " function order confidence interval adverse side others common frequent most expression activity level"
        " mutation mutations variant variants defect defects alteration alterations loss lack genetic"
    )
)
"""Words that name no answer by themselves, nor do those that only say a sort."""


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A name at `start:end` of a sentence."""

    evidence: Evidence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The name as written."""
        return self.evidence.text[self.start : self.end]

    @property
    def citation(self) -> Citation:
        """The citation that quotes the name."""
        source, offset = self.evidence.source, self.evidence.start
        return Citation(source.number, source.abstract.pmid, offset + self.start, offset + self.end, self.text)


def key_of(name: str) -> str:
    """Return what all written forms of a name share: its concept in the lexicon, or its index terms."""
    return next((concept.id for concept in default_lexicon().concepts(name)), " ".join(terms(name)))


def head_of(phrase: str) -> str:
    """Return the index term of a phrase's last word, "" for none."""
    return (terms(phrase.split()[-1]) or [""])[-1] if phrase else ""


def says_a_sort(token: WordToken) -> bool:
    """Return True if a word only says of what sort a thing is: "drug", not "statins", which are some."""
    is_sort = "-" not in token.lower and bool(sort_of(token.lower))
    return is_sort and bool(empty_head(token.lower) or not default_lexicon().concepts(token.lower))


def is_in_clause(text: str, span: NounPhrase, is_denied: bool) -> bool:
    """Return True if a phrase stands in a clause that denies, or in one that does not, as is asked."""
    begins = [0, *(match.end() for match in _TURNS.finditer(text))]
    begin = max(place for place in begins if place <= span.start)
    end = min((place for place in begins if place > span.start), default=len(text))
    return denies(text[begin:end]) is is_denied


def is_of_extreme(question: str, text: str, start: int) -> bool:
    """Return False for what stands beside another extreme than the one that is asked for: highest, lowest.

    >>> is_of_extreme("Which has the lowest risk?", "Zinc had the highest risk, iron the lowest.", 0)
    False
    """
    asked = {word.lower() for word in _EXTREMES.findall(question)}
    extremes = [(match.start(), match[0].lower()) for match in _EXTREMES.finditer(text)]
    if not asked or not any(_OPPOSITE[word] in asked for _, word in extremes):
        return True
    begin = max((match.end() for match in _PARTS.finditer(text, 0, start)), default=0)
    after = _PARTS.search(text, start)
    end = after.start() if after else len(text)
    return any(begin <= place < end and word in asked for place, word in extremes)


_OPPOSITE = {
    word: other
    for pair in (
        ("lowest", "highest"), ("least", "most"), ("fewest", "most"), ("smallest", "largest"), ("worst", "best"),
        ("weakest", "strongest"), ("shortest", "longest"), ("slowest", "fastest"),
    )
    for word, other in (pair, pair[::-1])
}  # fmt: skip
_EXTREMES = re.compile(rf"\b(?:{'|'.join(_OPPOSITE)})\b", re.I)
_PARTS = re.compile(r"[,;] (?:and |but |whereas |while )?|\b(?:but|whereas|while) ")


def is_new(tokens: Sequence[WordToken], span: NounPhrase, asked: frozenset[str]) -> bool:
    """Return True if a phrase says more than the question and general words."""
    stems = {
        part
        for token in tokens[span.first : span.last + 1]
        if token.stem
        for part in token.stem.split("_")
        if not part.isdigit()
    }
    says_more = any(token.stem and not says_a_sort(token) for token in tokens[span.first : span.last + 1])
    return says_more and bool(stems - GENERAL) and not stems & (asked - GENERAL)


@lru_cache(maxsize=4_096)
def is_of_sort(name: str, sort: str) -> bool:
    """Return True if a name is known to be of a sort: by the lexicon, or by its form.

    >>> is_of_sort("BAG3", "gene"), is_of_sort("table", "drug")
    (True, False)
    """
    kinds = [concept.kind for concept in default_lexicon().concepts(name)[:2]]
    is_named = not _KINDS[sort].isdisjoint(kinds if sort == "gene" else kinds[:1])
    if sort == "gene":  # many words of English are names of genes too
        return bool(_GENE.match(name)) and (is_named or not kinds) or (is_named and bool(_LONG_NAME.search(name)))
    if sort == "drug":
        return is_named or bool(" " not in name and drugs_named(name.lower()))
    return is_named or (sort == "effect" and any(map(ADVERSE.match, name.split())))
