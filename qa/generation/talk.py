"""Talk: a greeting, thanks, or what the assistant can do, in a sentence or two with examples from the library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from index import Library
from index.analysis.terms import content_words, terms
from index.records import Abstract
from qa.generation.library_questions.mentions import EVERYTHING, listed
from qa.language.stop_words import general_terms
from qa.question.records import QuestionAnalysis

_EXAMPLES = ("What is known about {}?", "How many abstracts mention {}?", "Which are the newest abstracts on {}?")
"""Questions that can be asked of a drug, a disease or a gene alike."""
_TAGS = frozenset(
    "humans|animals|male|female|adult|middle aged|aged|aged, 80 and over|young adult|adolescent|child|child, preschool"
    "|infant|infant, newborn|mice|rats|treatment outcome|risk factors|time factors|risk|risk assessment|prevalence"
    "|incidence|double-blind method|odds ratio|reproducibility of results|surveys and questionnaires|united states"
    "|follow-up studies|retrospective studies|prospective studies|cohort studies|case-control studies".split("|")
)
"""MeSH descriptors that say how something was studied, or in whom, and not what."""
_OF_TITLES = (
    "trial randomised randomized controlled cohort patient versus analysis meta systematic review risk role register"
    " children adults women men older young prevention efficacy safety placebo blind mortality disease therapy phase"
)
_READ = 300
"""The newest abstracts, of which the subjects are taken."""
_BREAK = re.compile(r"[:;,.?!()]")
_OF_ADJECTIVES = ("ic", "al", "ive", "ous", "ed", "ing", "ant", "ent")
_LEAST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to talk, with `examples`, questions that this library can be asked; none where it is empty."""

    message: str
    examples: tuple[str, ...] = ()


def talk(analysis: QuestionAnalysis, library: Library) -> Reply:
    """Return what is said to a greeting, to thanks, or to "what can you do?"; nothing is searched."""
    pmids = library.pmids(EVERYTHING)
    count = len(pmids)
    opening = {"thanks": "You are welcome. ", "greeting": "Hello. "}.get(analysis.talk, "")
    if not count:
        return Reply(f"{opening}This library is empty; add abstracts to it first, then ask about them.")
    abstracts = "the one abstract" if count == 1 else f"the {count:,} abstracts"
    does = f"I answer questions from {abstracts} of this library, each sentence with a verbatim quote"
    if analysis.talk not in ("greeting", "thanks"):
        does += "; I look up papers by PMID, DOI, title or author, and count or list what is here"
    examples = tuple(
        example.format(subject) for example, subject in zip(_EXAMPLES, subjects(library, pmids), strict=False)
    )
    ask = f"for example: {listed([f'“{example}”' for example in examples], joint='or')}"
    says = f"Ask on, {ask}" if analysis.talk == "thanks" else f"{does}. Ask, {ask}"
    return Reply(opening + says, examples)


def subjects(library: Library, pmids: Sequence[str]) -> list[str]:
    """Return a subject of a library for each of the examples; `pmids` are its own, newest first.

    They are the most frequent MeSH descriptors of its newest abstracts, and where few have any, words of titles.
    """
    read = library.get_many(pmids[:_READ])
    abstracts = [read[pmid] for pmid in pmids[:_READ] if pmid in read]
    wanted = len(_EXAMPLES)
    chosen = [_in_order(heading) for heading, count in _ranked(map(_headings, abstracts)) if count > 1][:wanted]
    for name, count in _ranked(map(_title_words, abstracts)):
        is_new = not set(terms(name)) & {term for other in chosen for term in terms(other)}
        if len(chosen) < wanted and (count > 1 or " " not in name) and is_new:
            chosen.append(name)
    return [chosen[place % len(chosen)] for place in range(wanted)] if chosen else []


def _ranked(each: Iterable[Sequence[str]]) -> list[tuple[str, int]]:
    """Return names with the number of abstracts that have each, most first; each word of a name counts."""
    counts = Counter(name for some in each for name in dict.fromkeys(some))
    return sorted(counts.items(), key=lambda item: (-item[1] * len(item[0].split()), -len(item[0]), item[0]))


def _headings(abstract: Abstract) -> list[str]:
    descriptors = [heading.partition("/")[0] for heading in abstract.mesh]
    return [descriptor for descriptor in descriptors if descriptor.casefold() not in _TAGS]


def _in_order(heading: str) -> str:
    """Return a MeSH descriptor as people say it: "Rheumatoid Arthritis" for "Arthritis, Rheumatoid"."""
    head, comma, tail = heading.partition(", ")
    return f"{tail} {head}" if comma and ", " not in tail else heading


def _title_words(abstract: Abstract) -> list[str]:
    """Return what a title may be about: two or three telling words in a row, and the word that it begins with."""
    found: list[str] = []
    for run in _telling_runs(abstract.title):
        found += [" ".join(run[place : place + width]) for width in (2, 3) for place in range(len(run) - width + 1)]
        if abstract.title.lower().startswith(run[0].lower()) and not run[0].endswith(_OF_ADJECTIVES):
            found.append(run[0])
    return found


def _telling_runs(title: str) -> Iterator[list[str]]:
    """Yield the telling words of a title that stand in a row, the first of the title in small letters."""
    for part in _BREAK.split(title):
        words = [word[0].lower() + word[1:] if word[1:].islower() else word for word in part.split()]
        for is_telling, run in groupby(words, _is_telling):
            if is_telling:
                yield list(run)


def _is_telling(word: str) -> bool:
    held = set(content_words(word))
    return len(word) >= _LEAST_LETTERS and bool(held) and not held & (general_terms() | _terms_of_titles())


@lru_cache(maxsize=1)
def _terms_of_titles() -> frozenset[str]:
    return frozenset(terms(_OF_TITLES))
