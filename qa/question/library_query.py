"""What a question asks of the library's own records: a small query in place of a search."""

from __future__ import annotations

import re

from qa.question.records import Action, LibraryQuery, Order, Thing

PAPER = (
    r"(?:abstracts?|papers?|articles?|stud(?:y|ies)|trials?|reviews?|publications?|records?|reports?|RCTs?"
    r"|meta-?analys[ie]s|documents?|works?|guidelines?)"
)
_SPEAKS_OF_LIBRARY = re.compile(
    r"\b(?:librar(?:y|ies)|collection|database|journals?|authors?|authored|wrote|written|retract\w*|withdrawn|MeSH"
    r"|publish\w*|"
    r"publication|in here|newest|latest|most recent|oldest|earliest|you have|have you|appeared?|covered?)\b"
    rf"|\b{PAPER}\b",
    re.I,
)
_ONE_PAPER = re.compile(rf"\b(?:the|this|that) {PAPER}\b(?= *\Z|[?.,]| (?!on\b|of\b|about\b))", re.I)
"""What a question says of one paper, "who was excluded from the study?", asks nothing of the records by itself."""
_THINGS: tuple[tuple[Thing, str], ...] = (
    ("retractions", r"\bretract\w*|\bwithdrawn\b"),
    ("MeSH terms", r"\b(?:which|what|list|most common|how many)(?: \w+){0,3} MeSH\b|\bMeSH (?:terms|headings"
                   r"|descriptors)\b"),
    ("journals", r"\bjournals?\b|\bwhere (?:was|were|has|did)\b.*\b(?:publish|appear|print)"),
    ("types", r"\b(?:publication types?|types? of (?:stud|public|paper|article)|kinds? of (?:stud|public|paper"
              r"|article))"),
    ("years", r"\bwhen (?:was|were|did)\b|\b(?:in |from |of )?(?:what|which) years?\b|\byears? (?:do|are|does)\b"
              r"|\btime span\b"),
    ("authors", r"\bwho (?:wrote|published|authored|(?:is|are|was|were) the (?:\w+ )?authors?|did)\b|\bauthors?\b"
                r"|\bby whom\b"),
)  # fmt: skip
_ORDERS: tuple[tuple[Order, str], ...] = (
    ("newest", rf"\b(?:newest|latest|most recent|most recently|last)\b(?= (?:\w+ )?(?:{PAPER}|published"
               rf"|\w+ {PAPER}))|\bnewest\b|\bmost recent\b|\blatest\b"),
    ("oldest", rf"\b(?:oldest|earliest)\b|\bfirst(?= (?:\w+ )?{PAPER})"),
    ("most", r"\bmost\b|\btop\b"),
)  # fmt: skip
_COUNTS = re.compile(r"\b(?:how many|number of|count|how (?:big|large)|size of|total)\b", re.I)
_NUMBERS = {
    word: count for count, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)
}
_LIMIT = re.compile(rf"\b(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)}) (?:newest|latest|most recent|oldest|earliest)", re.I)
_AUTHOR = re.compile(
    r"\b(?:by|from author|author(?:ed by)?|authored by) (?P<by>[A-ZÀ-Þ][\w'’-]+(?: [A-Z]{1,3}\b)?)"
    r"|\b(?:[Dd]id|[Hh]as|[Hh]ave|[Dd]oes) "
    r"(?P<did>(?:(?:van|von|de|der|del) )*[A-ZÀ-Þ][\w'’-]+(?: [A-Z][\w'’-]*){0,2}) (?:write"
    r"|written|publish|published|author|have)\b"
)
_MESH = re.compile(r"\b(?:MeSH(?: (?:terms?|headings?|descriptors?))?)\W+(?P<term>[^?.!”\"]+)", re.I)
_SCAFFOLD = frozenset(
    """
    a about abstract abstracts according came written all an and any anything appear appeared appears are article as
    articles at author authored authors be been between by can collection come common comes concern concerning contain
    contained
    carried conducted contains count cover covered covers cite database date deal deals descriptor did discuss do
    document documents done performed
    does earliest everything examine examined find first five for four from get give given got had handle has have
    having heading here hold how i in indexed investigate investigated is isn it its journal journals kinds kind
    large big last latest library look looks looked list many me mention mentioned mentions mesh most much name
    newest number of
    oldest on one only or our out over paper papers please printed publication publications publish published record
    records recent recently regarding related report reports represented retracted retraction retractions review
    reviews say search show shown since size some speak speaks studied study studies tell ten term terms test tested
    testing than that the their them there these they this those three to today top topic topics total trial trials
    two type types up us used was we were what whatever when where which who whom with within withdrawn work works
    write writes wrote year years you your not into included include includes containing covering altogether
    available subjects
    """.split()
)


def speaks_of_library(question: str) -> bool:
    """Return True if a question has a word of papers, journals, authors or dates: without one none is asked for."""
    rest = _ONE_PAPER.sub(" ", question)
    return bool(_SPEAKS_OF_LIBRARY.search(rest))


def asks_for_works(question: str) -> bool:
    """Return True if a question asks what an author wrote: "What has Park published?"."""
    return any(match["did"] for match in _AUTHOR.finditer(question)) and not _ONE_PAPER.search(question)


def library_query(question: str, rest: str) -> LibraryQuery:
    """Return what is asked of the records; `rest` is the question without its filters, from which the subject is taken.

    >>> library_query("Who wrote the paper on zinc?", "Who wrote the paper on zinc?")
    LibraryQuery(action='list', thing='authors', order='', limit=None, subject='zinc', author='', mesh='')
    """
    author = next((name for match in _AUTHOR.finditer(question) for name in match.groups() if name), "")
    mesh = match["term"].strip(' :"“') if (match := _MESH.search(rest)) else ""
    thing: Thing = next((thing for thing, pattern in _THINGS if re.search(pattern, question, re.I)), "abstracts")
    if (author and thing == "authors") or (mesh and thing == "MeSH terms"):
        thing = "abstracts"
    mesh = mesh if thing == "abstracts" else ""
    order: Order = next((order for order, pattern in _ORDERS if re.search(pattern, question, re.I)), "")
    action: Action = "count" if _COUNTS.search(question) else "list"
    without = rest.replace(author, " ") if author else rest
    subject = _subject(_MESH.sub(" ", without) if mesh else without)
    return LibraryQuery(action, thing, order, _limit(question, order, action), subject, author, mesh)


def _limit(question: str, order: str, action: str) -> int | None:
    if match := _LIMIT.search(question):
        return int(match["count"]) if match["count"].isdigit() else _NUMBERS[match["count"].lower()]
    is_single = re.search(
        r"\b(?:newest|latest|most recent|oldest|earliest|first) (?:\w+ ){0,2}?(?!\w*s\b)\w+", question, re.I
    )
    return 1 if order in ("newest", "oldest") and action == "list" and is_single else None


def _subject(text: str) -> str:
    """Return the words from the first to the last that are none of the library's; what comes between them stays."""
    words = [word.strip('?!.,;:"“”') for word in text.split()]
    telling = [number for number, word in enumerate(words) if word and word.lower() not in _SCAFFOLD]
    if not telling:
        return ""
    return " ".join(words[telling[0] : telling[-1] + 1])
