"""Papers that a question names, by PMID, DOI, title or author, to the abstracts meant, or to what is absent."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from urllib.parse import unquote

from index import Filters, Library
from index.analysis.normalization import plain_letters
from index.analysis.terms import terms
from index.records import Abstract
from qa.answer import Source
from qa.generation.library_questions.mentions import EVERYTHING, counted, listed
from qa.question.records import CitedStudy, QuestionAnalysis

_SAME_TITLE = 0.85
"""The share of words in a row that two written forms of one title have in common."""
_TITLES = 20
"""Passages among which the abstract of a title is looked for."""
_LONGEST_PMID = 8
"""Figures: PubMed has counted to some 42 million by 2026."""
_AFTER_FAMILY = re.compile(r"\w{1,4}(?: \w{2,3})?")
"""Initials, and then "Jr" or "3rd": else the family's name goes on."""
_INITIALS = re.compile(r"[A-Z]{1,3}|(?:[A-Z]\.-?){1,3}")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The abstracts that a question names, in its order, and `message`, what is to be said beside the answer.

    `filters` lets nothing but these abstracts through, and where there are none the question is not to be searched.
    """

    sources: tuple[Source, ...]
    filters: Filters
    message: str
    absent: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        """Whether an abstract that is named is in the library."""
        return bool(self.sources)


@dataclass(frozen=True, slots=True)
class _Found:
    """The abstracts that one reference means, a remark, and for one that is not here its name and a sentence."""

    abstracts: tuple[Abstract, ...] = ()
    remark: str = ""
    absent: str = ""


def look_up(analysis: QuestionAnalysis, library: Library) -> Lookup | None:
    """Return the abstracts that a question names, retracted ones too, and what is absent; None when it names none."""
    found = [
        *_by_pmid(analysis.pmids, library),
        *(_by_doi(doi, library) for doi in analysis.dois),
        *(_by_title(title, library) for title in analysis.titles),
        *(_by_author(study, library) for study in analysis.studies),
    ]
    if not found:
        return None
    abstracts = {abstract.pmid: abstract for reference in found for abstract in reference.abstracts}
    gone = [pmid for pmid, abstract in abstracts.items() if abstract.is_retracted]
    marks = [f"PMID {listed(gone)} {'was' if len(gone) == 1 else 'were'} retracted."] if gone else []
    remarks = [reference.remark for reference in found if reference.remark]
    sources = tuple(Source(number, abstract) for number, abstract in enumerate(abstracts.values(), start=1))
    filters = replace(analysis.filters, pmids=tuple(abstracts), include_retracted=True)
    return Lookup(
        sources,
        filters,
        "\n".join([*marks, *remarks]),
        tuple(reference.absent for reference in found if reference.absent),
    )


def _by_pmid(pmids: Sequence[str], library: Library) -> Iterator[_Found]:
    here = library.get_many(pmids)
    yield from (_Found((here[pmid],)) for pmid in pmids if pmid in here)
    absent = [pmid for pmid in pmids if pmid not in here]
    known = [pmid for pmid in absent if len(pmid) <= _LONGEST_PMID]
    for pmid in absent:
        if pmid not in known:
            why = f"PubMed's numbers have at most {_LONGEST_PMID} figures"
            yield _Found((), f"PMID {pmid} is not in this library, and can be none of PubMed: {why}.", pmid)
    if known:
        remark = f"PMID {listed(known)} {'is' if len(known) == 1 else 'are'} not in this library"
        yield _Found((), f"{remark}; {_command(library, '--pmids', *known)}", known[0])
        yield from (_Found(absent=pmid) for pmid in known[1:])


def _by_doi(doi: str, library: Library) -> _Found:
    plain = plain_doi(doi)
    pmids = library.pmids(EVERYTHING, holding=f'"{plain}"')
    abstracts = [abstract for abstract in _in_order(pmids, library) if plain_doi(abstract.doi) == plain]
    if abstracts:
        return _Found(tuple(abstracts))
    remark = f"DOI {doi} is not in this library; {_command(library, '--search', f'{plain}[doi]')}"
    return _Found((), remark, doi)


def plain_doi(doi: str) -> str:
    """Return a DOI as all its written forms have it: small letters, without "doi:" and the address of a resolver.

    >>> plain_doi("https://doi.org/10.1000/ABC%2F1.")
    '10.1000/abc/1'
    """
    found = re.search(r"10\.\d{4,9}/\S+", unquote(doi))
    return found[0].rstrip(".,;").casefold() if found else doi.strip().casefold()


def _by_title(title: str, library: Library) -> _Found:
    hits = library.search(title, top=_TITLES, mode="lexical", filters=EVERYTHING) if terms(title) else []
    abstracts = library.get_many(list(dict.fromkeys(hit.passage.pmid for hit in hits)))
    likeness = {pmid: _likeness(title, abstract.title) for pmid, abstract in abstracts.items()}
    best = max(likeness.values(), default=0.0)
    if best >= _SAME_TITLE:
        return _Found(tuple(abstracts[pmid] for pmid in likeness if likeness[pmid] == best))
    remark = f"No abstract in this library is titled “{title}”"
    return _Found((), f"{remark}; {_command(library, '--search', f'{title}[title]')}", title)


def _likeness(title: str, other: str) -> float:
    """Return how much of two titles is alike, from 0 to 1; 1 too where one of some words is the other's beginning."""
    words, others = terms(title), terms(other)
    if words and words == others[: len(words)]:
        return 1.0
    return SequenceMatcher(None, words, others, autojunk=False).ratio()


def _by_author(study: CitedStudy, library: Library) -> _Found:
    everything = authored(study.author, library)
    abstracts = [abstract for abstract in everything if study.year in (None, abstract.year)]
    firsts = [abstract for abstract in abstracts if is_author(study.author, abstract.authors[0])]
    when = f" from {study.year}" if study.year else ""
    if abstracts:
        role = "as first author" if firsts else "among the authors"
        meant = firsts or abstracts
        remark = f"{len(meant):,} abstracts{when} have {study.author} {role}." if len(meant) > 1 else ""
        return _Found(tuple(meant), remark)
    remark = f"No abstract{when} in this library has an author {study.author}"
    if everything:
        years = listed(sorted({str(abstract.year or "an unknown year") for abstract in everything}))
        are = "is" if len(everything) == 1 else "are"
        remark += f"; {counted(len(everything), 'abstracts')} of that author {are} from {years}."
        return _Found((), remark, study.author)
    search = f"{study.author}[au]" + (f" AND {study.year}[dp]" if study.year else "")
    return _Found((), f"{remark}; {_command(library, '--search', search, '--limit', '20')}", study.author)


def authored(author: str, library: Library, filters: Filters = EVERYTHING) -> list[Abstract]:
    """Return the abstracts of an author, newest first: "Park", "Park J", "J. Park" or "John Park"."""
    families = dict.fromkeys(family for family, _ in _readings(author))
    pmids = [pmid for family in families for pmid in library.pmids(filters, holding=f'"{family}')]
    found = [
        abstract for abstract in _in_order(pmids, library) if any(is_author(author, name) for name in abstract.authors)
    ]
    order = {pmid: place for place, pmid in enumerate(library.pmids(filters))} if len(families) > 1 else {}
    return sorted(found, key=lambda abstract: order.get(abstract.pmid, 0))


def is_author(written: str, author: str) -> bool:
    """Return True if a written name may be that of an author as PubMed has it, "Park JH".

    >>> is_author("J. Park", "Park JH"), is_author("Park", "Parker J")
    (True, False)
    """
    name = plain_letters(author)
    return any(
        _is_named(name, plain_letters(family), plain_letters(initials)) for family, initials in _readings(written)
    )


def _is_named(name: str, family: str, initials: str) -> bool:
    rest = name.removeprefix(f"{family} ")
    return name == family or rest != name and rest.startswith(initials) and bool(_AFTER_FAMILY.fullmatch(rest))


def _readings(written: str) -> list[tuple[str, str]]:
    """Return the ways to read a name as family and initials; those of a given name are its first letter."""
    words = written.replace(",", " ").split()
    if len(words) > 1 and _INITIALS.fullmatch(words[-1]):
        return [(" ".join(words[:-1]), re.sub(r"[.-]", "", words[-1]))]
    if len(words) > 1 and _INITIALS.fullmatch(words[0]):
        return [(" ".join(words[1:]), re.sub(r"[.-]", "", words[0]))]
    forename_first = [(words[-1], words[0][0])] if len(words) > 1 and words[0][0].isupper() else []
    return [(" ".join(words), ""), *forename_first]


def _in_order(pmids: Iterable[str], library: Library) -> list[Abstract]:
    unique = list(dict.fromkeys(pmids))
    abstracts = library.get_many(unique)
    return [abstracts[pmid] for pmid in unique if pmid in abstracts]


def _command(library: Library, *inputs: str) -> str:
    them = "them" if inputs[0] == "--pmids" and inputs[2:] else "it"
    command = shlex.join(["python", "-m", "index", "add", *inputs, "--library", library.address])
    return f"to add {them}, run: {command}"
