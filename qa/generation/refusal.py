"""Explain a refusal: which subjects of the question the library mentions, and in how many abstracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import Filters, Library
from index.analysis.terms import terms
from qa.generation.library_questions.mentions import EVERYTHING, LISTED, Mentions, listed, mentions
from qa.language.stop_words import general_terms
from qa.question.filters import described
from qa.question.records import QuestionAnalysis

NOT_HERE = "Not in these abstracts: "
_UNANSWERED = "none of the sentences read answers this"
_SUBJECTS = 3
"""Subjects that are looked up."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question is not answered: `message`, and the abstracts that mention each of its subjects."""

    message: str
    mentions: tuple[Mentions, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """The abstracts that may be searched, those that were retracted and may not, and the filters' name, "" for none."""

    allowed: frozenset[str]
    retracted: frozenset[str]
    filters: str


def refusal(analysis: QuestionAnalysis, library: Library, filters: Filters | None = None) -> Refusal:
    """Return why a question has no answer, once no sentence was found that is one.

    `filters` are those of the search, the question's own by default. What cannot be told for certain is not said.
    """
    searched = analysis.filters if filters is None else filters
    everything = library.pmids(EVERYTHING)
    if not everything:
        return Refusal(f"{NOT_HERE}this library is empty; add abstracts to it first.")
    alive = frozenset(everything if searched.include_retracted else library.pmids())
    allowed = alive if searched == Filters() else frozenset(library.pmids(searched))
    retracted = frozenset(everything) - alive
    read = _Read(allowed, retracted, _named(searched))
    each = tuple(mention for subject in analysis.subjects[:_SUBJECTS] for mention in _mentioned(subject, library))
    if not analysis.is_english:
        return Refusal(_foreign(analysis.language, each), each)
    if not allowed:
        passes = "none of them passes" if len(everything) > 1 else "the one there is does not pass"
        return Refusal(f"{NOT_HERE}{passes} the filters{read.filters}.", each)
    if searched.pmids:
        return Refusal(f"{NOT_HERE}{_of_named(each, read)}", each)
    return Refusal(f"{NOT_HERE}{_why(each, read)}", each)


def _mentioned(subject: str, library: Library) -> tuple[Mentions, ...]:
    """Return the abstracts that mention a subject; of one that none mentions, those with its longest runs of words.

    So a verb that was taken for a part of a name ("zinc leave teeth") does not hide that the library has the name.
    """
    whole = mentions(subject, library)
    words = subject.split()
    if whole.pmids or len(words) < 2:
        return (whole,) if whole.subject else ()
    parts, place = list[Mentions](), 0
    while place < len(words):
        runs = (mentions(" ".join(words[place:end]), library) for end in range(len(words), place, -1))
        part = next((run for run in runs if run.pmids and run.in_a_row), Mentions(words[place], ()))
        parts.append(part)
        place += len(part.subject.split())
    return tuple(part for part in parts if not general_terms().issuperset(terms(part.subject)))


def _named(filters: Filters) -> str:
    """Return what the filters are called, in brackets, "" for what has no short name."""
    journals = f"in {listed(filters.journals, joint='or')}" if filters.journals else ""
    parts = ", ".join(part for part in (described(filters), journals) if part)
    return f" ({parts})" if parts else ""


def _foreign(language: str, each: Sequence[Mentions]) -> str:
    """Return that only English is read, and what is known of the subjects all the same."""
    seems = f"the question seems to be in {language}, and" if language else "the question is not in English, and"
    known = [mention for mention in each if mention.pmids]
    speaks = f" {_capital(_speaks(known))}." if known else ""
    return f"{_capital(seems)} only English is read here: please ask it in English.{speaks}"


def _why(each: Sequence[Mentions], read: _Read) -> str:
    absent = [mention.subject for mention in each if not mention.pmids]
    here = [_within(mention, read.allowed) for mention in each]
    known = [mention for mention in here if mention.pmids]
    if absent:
        others = f"; {_speaks(known)}" if known else ""
        return f"no abstract mentions {listed(absent, joint='or')}{others}."
    shut_out = [mention for mention, inside in zip(each, here, strict=True) if not inside.pmids]
    if shut_out:
        return _shut_out(shut_out[0], read)
    if not here:
        return f"{_UNANSWERED}."
    together = set(here[0].pmids).intersection(*(mention.pmids for mention in here[1:]))
    if not together:
        none = "both" if len(here) == 2 else "all of them"
        return f"{_speaks(here)}, but no abstract{_of_read(read)} mentions {none}.{_retracted(each, read)}"
    if len(here) == 1:
        return f"{_speaks(here)}{_of_read(read)}; {_UNANSWERED}.{_retracted(each, read)}"
    is_headed = any(together & mention.headed for mention in here)
    verb = (
        ("mentions", "mention")
        if not is_headed
        else ("has in its text or MeSH headings", "have in text or MeSH headings")
    )
    count = f"{len(together):,} abstract{f' {verb[0]}' if len(together) == 1 else f's {verb[1]}'}"
    return (
        f"{count} {listed([mention.subject for mention in here])}{_of_read(read)}; "
        f"{_UNANSWERED}.{_retracted(each, read)}"
    )


def _of_named(each: Sequence[Mentions], read: _Read) -> str:
    """Return which subjects are in none of the abstracts that the question is about, or that no sentence answers."""
    named = f"PMID {listed(sorted(read.allowed), joint='or')}" if len(read.allowed) <= LISTED else "the abstracts named"
    absent = [mention.subject for mention in each if not _within(mention, read.allowed).pmids]
    if absent and len(read.allowed) == 1:
        return f"{named} does not mention {listed(absent, joint='or')}."
    if absent:
        return f"none of {named} mentions {listed(absent, joint='or')}."
    return f"none of the sentences read in {named} answers this."


def _within(some: Mentions, allowed: frozenset[str]) -> Mentions:
    return Mentions(some.subject, tuple(pmid for pmid in some.pmids if pmid in allowed), some.in_a_row, some.headed)


def _speaks(some: Sequence[Mentions]) -> str:
    """Return how many abstracts mention each subject: "2 abstracts mention topiramate and 1 mentions glaucoma"."""
    clauses = [f"{len(mention.pmids):,} {mention.clause(len(mention.pmids))}" for mention in some]
    first, _, rest = clauses[0].partition(" ")
    return listed([f"{first} abstract{'' if first == '1' else 's'} {rest}", *clauses[1:]])


def _of_read(read: _Read) -> str:
    return f" within the filters{read.filters}" if read.filters else ""


def _shut_out(some: Mentions, read: _Read) -> str:
    """Return that abstracts mention a subject, but were retracted or do not pass the filters."""
    count, gone = len(some.pmids), [pmid for pmid in some.pmids if pmid in read.retracted]
    mention = f"{count:,} abstract{'' if count == 1 else 's'} {some.clause(count)}"
    if len(gone) == count:
        were = "it was" if count == 1 else "all of them were"
        return f"{mention}, but {were} retracted{_pmids(gone)}."
    also = f" ({len(gone):,} of them {'was' if len(gone) == 1 else 'were'} retracted)" if gone else ""
    if count == 1:
        return f"{mention}, but it does not pass the filters{read.filters}."
    return f"{mention}, but none of them passes the filters{read.filters}{also}."


def _retracted(each: Sequence[Mentions], read: _Read) -> str:
    """Return the sentence on retracted abstracts that mention all the subjects, which are not read; "" for none."""
    common = set(each[0].pmids).intersection(*(mention.pmids for mention in each[1:])) if each else set()
    gone = [pmid for pmid in each[0].pmids if pmid in common & read.retracted] if each else []
    if not gone:
        return ""
    if len(gone) == 1:
        return f" One more was not read, as it was retracted{_pmids(gone)}."
    return f" {len(gone):,} more were not read, as they were retracted{_pmids(gone)}."


def _pmids(pmids: Sequence[str]) -> str:
    return f" (PMID {listed(pmids)})" if len(pmids) <= LISTED else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
