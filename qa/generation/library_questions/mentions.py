"""Which abstracts of a library mention a subject, counted exactly, and how counts are said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index import Filters, Library
from index.analysis.terms import content_words

EVERYTHING = Filters(include_retracted=True)
LISTED = 12
"""Titles or names that a message lists."""
_OR = re.compile(r"\s+or\s+", re.I)
_BESIDE = re.compile(r"\s+(?:in|for|with|and)\s+", re.I)
"""What stands between two subjects that an abstract has to mention both: "metformin in cancer"."""
_SINGULARS = {"analyses": "analysis", "studies": "study"}


@dataclass(frozen=True, slots=True)
class Mentions:
    """The abstracts that mention a subject, retracted ones too, newest first.

    `in_a_row` is False where no abstract has the subject's words in a row and those are counted that have them all.
    `headed` are those that have the subject only as a MeSH heading: their text does not speak of it.
    """

    subject: str
    pmids: tuple[str, ...]
    in_a_row: bool = True
    headed: frozenset[str] = frozenset()

    def clause(self, count: int) -> str:
        """Return what so many of these abstracts do: "mention metformin", "mention gout (2 as a MeSH heading only)"."""
        headed = sum(pmid in self.headed for pmid in self.pmids)
        if headed and headed == len(self.pmids):
            return f"{'has' if count == 1 else 'have'} {self.subject} as a MeSH heading only"
        if headed and count == len(self.pmids):
            return f"{'mentions' if count == 1 else 'mention'} {self.subject} ({headed:,} as a MeSH heading only)"
        if self.in_a_row:
            return f"{'mentions' if count == 1 else 'mention'} {self.subject}"
        return f"{'has' if count == 1 else 'have'} all words of “{self.subject}”"


def mentions(subject: str, library: Library) -> Mentions:
    """Return the abstracts that mention a subject; of "metformin or insulin", either."""
    parts = [part for part in _OR.split(subject.strip(" ?.,;:!\"“”'")) if content_words(part)]
    each = [_mentions(part, library) for part in parts]
    pmids = dict.fromkeys(pmid for mention in each for pmid in mention.pmids)
    in_text = {pmid for mention in each for pmid in mention.pmids if pmid not in mention.headed}
    headed = frozenset(pmid for pmid in pmids if pmid not in in_text)
    return Mentions(" or ".join(parts), tuple(pmids), all(mention.in_a_row for mention in each), headed)


def _mentions(subject: str, library: Library) -> Mentions:
    words = [part for part in _BESIDE.split(subject) if content_words(part)]
    pmids = library.mentioning(subject) if len(words) < 2 else []
    words = words if len(words) > 1 else [word for word in subject.split() if content_words(word)]
    if pmids or len(words) < 2:
        return Mentions(subject, tuple(pmids), headed=frozenset(pmids).difference(_in_text(subject, pmids, library)))
    each = [library.mentioning(word) for word in words]
    common = set(each[0]).intersection(*each[1:])
    return Mentions(subject, tuple(pmid for pmid in each[0] if pmid in common), in_a_row=not common)


def _in_text(subject: str, pmids: Sequence[str], library: Library) -> Sequence[str]:
    return library.mentioning(subject, in_text=True) if pmids else ()


def counted(count: int, plural: str) -> str:
    """Return a count of things: "31 trials", "1 meta-analysis", "no reviews".

    >>> counted(1, "meta-analyses of trials"), counted(0, "abstracts")
    ('1 meta-analysis of trials', 'no abstracts')
    """
    return f"{f'{count:,}' if count else 'no'} {singular_of(plural) if count == 1 else plural}"


def singular_of(plural: str) -> str:
    """Return a noun of ours in the singular: "observational study", "trial in Lancet"."""
    noun, *rest = re.split(r"(?= (?:of|or|by|in) )", plural, maxsplit=1)
    for ending, single in _SINGULARS.items():
        if noun.endswith(ending):
            return noun.removesuffix(ending) + single + "".join(rest)
    return noun.removesuffix("s") + "".join(rest)


def listed(names: Sequence[str], total: int = 0, *, joint: str = "and") -> str:
    """Return names in a row, "A, B and C": up to LISTED, and how many more there are in `total`, if that is more."""
    more = max(total, len(names)) - len(names[:LISTED])
    if more:
        return f"{', '.join(names[:LISTED])} and {more:,} more"
    return f" {joint} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def of_them(pmids: Iterable[str], retracted: Iterable[str]) -> str:
    """Return the sentence on those of some abstracts that were retracted, "" for none: "2 of them were retracted"."""
    all_pmids, gone = list(pmids), list(retracted)
    if not gone:
        return ""
    named = f" (PMID {listed(gone)})" if len(gone) <= LISTED else ""
    if len(all_pmids) == 1:
        return f"It was retracted{named}."
    return f"{len(gone):,} of them {'was' if len(gone) == 1 else 'were'} retracted{named}."
