"""Filters that a question names among its words: years, publication types, journals, species."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.records import Filters
from qa.question.filters import READ_SUBJECTS, TYPE_WRITTEN, cut_size, cut_species, cut_types, cut_years
from qa.question.records import Known

_PAPERS = (
    r"(?:abstracts?|papers?|articles?|stud(?:y|ies)|trials?|reviews?|records?|publications?|published|appeared"
    r"|literature|reports?|analyses|evidence|RCTs?|documents|research|guidelines?|work)"
)
_FROM_YEAR = re.compile(
    r"\b(?:from|dated|in|of)(?: the year)? (?=(?:1[89]|20)\d\d\b(?! ?(?:on\b|onwards?|to\b|until|and|[-–])))"
)
_DECADE = re.compile(r"\b(?:in|from|during|of) the (?P<decade>(?:1[89]|20)\d)0s\b", re.I)
_BARE_YEAR = re.compile(r"\b(?:in|of) (?:1[89]|20)\d\d\b")
_TYPE = re.compile(rf"\b(?:{TYPE_WRITTEN})\b(?!-)", re.I)
_ONE_OF_THEM = re.compile(
    r"\b(?:the|this|that|these|those|two|three|both|which|whose|\w+['’]s)\s+(?:(?!(?:of|on|in|for|all|any|and"
    r"|which)\b)[\w/'’-]+\s+){1,3}\Z"
    r"|\b(?:the|this|that|single|own|controlled)\s+\Z|\bwhat (?:is|are) (?:an? )?(?:[\w-]+ ){0,2}\Z",
    re.I,
)
"""What stands before the type of one study that is meant: "the croup trial", "that trial"."""
_NO_TYPE = re.compile(
    r"trials? (?:of lab|period|registr|design|arm)|reviews? (?:board|of systems)|guideline (?=\w)", re.I
)
_BEFORE = re.compile(
    r"(?:^|[\s,(])(?:(?:only|just) )?(?:in|from|by|within|across|among|according to|based on|using|of) "
    r"(?:(?:any|all|the|recent|published|large|available|other|only) )*\Z",
    re.I,
)
_AT_START = re.compile(r"\A\W*(?:(?:any|all|only|just|the|recent|which|are there|is there|a|some) )*\Z", re.I)
_ABOUT = re.compile(
    r"\s+(?:on|of|about|regarding|concerning|with|in|for|that (?:looked at|tested|studied)|testing|studying"
    r"|comparing)\b",
    re.I,
)
_ONLY = re.compile(r"\b(?:only|just)\b", re.I)
_JOURNAL = re.compile(
    r"(?P<before>\b(?:published |appeared |printed )?(?:in|by|from) (?P<the>the )?(?P<journal>journal )?)"
    r"(?P<name>[A-Z][\w&.]*(?: (?:(?:of|and|the|for|in|on|&) )*[A-Z][\w&.]*)*)"
)
_WELL_KNOWN = {
    "lancet": "Lancet", "nejm": "N Engl J Med", "n engl j med": "N Engl J Med", "jama": "JAMA", "bmj": "BMJ",
    "new england journal of medicine": "N Engl J Med", "plos one": "PLoS One", "plos medicine": "PLoS Med",
    "british medical journal": "BMJ", "annals of internal medicine": "Ann Intern Med",
    "cochrane database of systematic reviews": "Cochrane Database Syst Rev", "nature medicine": "Nat Med",
}  # fmt: skip
"""Journals that are named in questions, by how MEDLINE abbreviates them."""


def restrictions(text: str, known: Known, *, of_library: bool = False) -> tuple[str, Filters, tuple[str, ...]]:
    """Return a question without the words of its filters, the filters, and these words.

    "The croup trial" is one study and no filter, unless the library's records are asked (`of_library`).

    >>> restrictions("What did trials find on zinc since 2014?", Known())[0]
    'What did studies find on zinc?'
    """
    before = text
    text, years = _without_years(text, is_sure=of_library)
    text, mesh = cut_species(text, lambda name: name in READ_SUBJECTS or known.has_mesh(name))
    text, min_n = cut_size(text)
    text, journals = _without_journals(text, known)
    text, types = _without_types(text, of_library)
    filters = Filters(years=years, types=types, mesh=mesh, journals=journals, min_n=min_n)
    if filters == Filters():
        return before, filters, ()
    text = re.sub(r"\s+([?.!,])", r"\1", " ".join(text.split())).strip(" ,;")
    return text, filters, tuple(_left_out(before, text))


def _without_years(text: str, *, is_sure: bool) -> tuple[str, tuple[int | None, int | None] | None]:
    """Return a text without its years; "in 1918" counts where papers are spoken of, or where it is sure."""
    is_of_papers = is_sure or re.search(rf"\b{_PAPERS}\b", text, re.I)
    text = _DECADE.sub(lambda match: f"from {match['decade']}0 to {match['decade']}9", text)
    if is_of_papers:
        text = _FROM_YEAR.sub("in ", text)
    rest, years = cut_years(text)
    if years and years[0] == years[1] and not is_of_papers and _BARE_YEAR.search(text):
        return text, None
    return re.sub(r"\b(?:published|dated|conducted|written) (?=\W|\Z)", "", rest) if years else rest, years


def _without_types(text: str, of_library: bool) -> tuple[str, tuple[str, ...]]:
    types: list[str] = []
    end = len(text)
    for match in reversed(list(_TYPE.finditer(text))):
        if match.end() > end or not _is_type(text, match, of_library):
            continue
        types = [*cut_types(match[0])[1], *types]
        text, end = _without_type(text, match), match.start()
    return text, tuple(dict.fromkeys(types))


def _is_type(text: str, match: re.Match[str], of_library: bool) -> bool:
    """Return True if the type is asked for, not a word of the subject ("were randomised to", "the croup trial")."""
    before = text[: match.start()]
    if re.fullmatch(r"randomi[sz]ed", match[0], re.I) and not _ONLY.search(text):
        return False
    if _NO_TYPE.match(text, match.start()) or re.search(
        r"(?<!according )\b(?:to|we|peer|literature)[ -]\Z", before, re.I
    ):
        return False
    return of_library or not _ONE_OF_THEM.search(before) or bool(re.search(r"\b(?:which|all) \w*\s*\Z", before, re.I))


def _without_type(text: str, match: re.Match[str]) -> str:
    """Return a text without a type; where it is the subject of a clause, "studies" takes its place."""
    before, after = text[: match.start()], text[match.end() :]
    if phrase := _BEFORE.search(before):
        return f"{before[: phrase.start()]} {after.lstrip(' ,') if not before[: phrase.start()].strip() else after}"
    if _AT_START.match(before):
        about = _ABOUT.match(after)
        is_bare = not after.strip(" .?!") or _ONLY.fullmatch(after.strip(" .?!"))
        if about or is_bare:
            return after[about.end() :] if about else ""
    return f"{before}studies{after}"


def _without_journals(text: str, known: Known) -> tuple[str, tuple[str, ...]]:
    for match in _JOURNAL.finditer(text):
        for name in _beginnings(match["name"]):
            is_explicit = bool(match["journal"]) or match["before"].startswith(("published", "appeared"))
            well_known = _WELL_KNOWN.get(name.strip(".").lower())
            names = known.journals(name) or (known.journals(well_known) if well_known else ())
            if not names and well_known:
                names = (well_known,)
            if not names and is_explicit and name == match["name"]:
                names = (name,)
            if names:
                return f"{text[: match.start()]} {text[match.start('name') + len(name) :]}", tuple(names)
    return text, ()


def _beginnings(name: str) -> Iterator[str]:
    """Yield a name and its beginnings, the longest first: "Lancet", of "Lancet Does"."""
    words = name.rstrip(".").split()
    for count in range(len(words), 0, -1):
        yield " ".join(words[:count])


def _left_out(before: str, after: str) -> Iterator[str]:
    """Yield the runs of words of a text that another no longer has."""
    kept = re.findall(r"[\w-]+", after)
    run: list[str] = []
    for word in re.findall(r"[\w-]+", before):
        if kept and word == kept[0]:
            kept.pop(0)
            if run:
                yield " ".join(run)
            run = []
        else:
            if kept and kept[0] == "studies":
                kept.pop(0)
            run.append(word)
    if run:
        yield " ".join(run)
