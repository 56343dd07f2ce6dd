"""The papers that a question names: PMIDs, DOIs, studies by author, titles in quotation marks, the newest trial."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.question.records import CitedStudy
from qa.question.superlatives import ChosenStudy, without_chosen

_PMIDS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(?P<address>\d{1,10})/?"
    r"|\b(?:PMIDs?|PubMed[ -]?IDs?)\b(?: number)?\s*[:#]?\s*"
    r"(?P<marked>\d{1,10}\b(?:(?:\s*,\s*|\s*,?\s+(?:and|or|with|vs\.?|versus)\s+(?:PMID:?\s*)?)\d{5,10}\b)*)"
    r"|(?<![\w./-])(?P<bare>[1-9]\d{6,8})(?![\w%/-]|[.,]\d|\s*(?:patients|people|children|mg|kg|participants|cells)\b)",
    re.I,
)
"""A number of seven to nine figures by itself is taken for a PMID; with the word, or in a page's address, any."""
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|\bdoi:?\s*)?\b(?P<doi>10\.\d{4,9}/[^\s\"“”<>]+)", re.I)
_NAME = (
    r"(?<!\w)(?:(?:van|von|de|del|der|den|di|la|le|Mc|Mac|O['’]) ?){0,3}"
    r"[A-Z][^\W\d_]{1,30}+(?:-[A-Z][^\W\d_]{1,30}+)?"
)
_YEAR = r"(?:(?:,? |\s?\(|,? (?:from|of|in) )(?P<year>(?:19|20)\d\d)\)?)?"
_PAPER = r"(?:study|trial|paper|article|work|abstract|review|publication|report|meta-analysis|findings|results|cohort)"
_STUDIES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:\b(?:the|an?) )?(?:\b(?:[a-z-]+ )?{_PAPER}s? (?:by|of|from) )?"
        rf"(?P<author>{_NAME}(?: [A-Z]{{1,2}}\b)?) (?:et al\.?|and (?:colleagues|co-?workers)"
        rf"|and {_NAME}(?= ?\(?(?:19|20)\d\d)){_YEAR}",
        rf"\b(?:[Tt]he |[Aa]n? )?(?:[a-z-]+ )?{_PAPER} by (?P<author>{_NAME}(?: [A-Z]{{1,2}}\b)?){_YEAR}",
        rf"\b(?P<author>{_NAME})['’]s? (?:(?P<year>(?:19|20)\d\d) )?(?:study|trial|paper|article)\b",
        rf"\b(?P<author>{_NAME}) \((?P<year>(?:19|20)\d\d)\)",
    )
)
_PREPOSITION = r"(?:in|of|from|by|within|according to|based on)"
_DISEASES = frozenset(
    "Alzheimer Parkinson Crohn Huntington Hodgkin Addison Graves Cushing Wilson Sjogren Barrett".split()
)
"""Names before "'s" that are no authors."""
_TITLE = re.compile(r"[“\"«](?P<title>[^“”\"«»]{15,300})[”\"»]")
_LEAST_WORDS = 4
"""Words of a title: fewer in quotation marks are a phrase."""


@dataclass(frozen=True, slots=True)
class References:
    """The papers that a text names, and the text without them."""

    rest: str
    pmids: tuple[str, ...] = ()
    dois: tuple[str, ...] = ()
    studies: tuple[CitedStudy, ...] = ()
    titles: tuple[str, ...] = ()
    chosen: ChosenStudy | None = None

    @property
    def any(self) -> bool:
        """Whether a paper is named."""
        return bool(self.pmids or self.dois or self.studies or self.titles or self.chosen)


def references(text: str) -> References:
    """Return the papers that a question names, each once, in order.

    >>> references("According to PMID 12345678, does it help?").pmids
    ('12345678',)
    """
    titles = [match["title"].strip(" .,") for match in _TITLE.finditer(text)]
    titles = [title for title in titles if len(title.split()) >= _LEAST_WORDS]
    rest = _TITLE.sub(lambda match: " " if match["title"].strip(" .,") in titles else match[0], text)
    dois = [_doi(match) for match in _DOI.finditer(rest)]
    rest = _DOI.sub(lambda match: match[0][match[0].find(_doi(match)) + len(_doi(match)) :] or " ", rest)
    pmids = [pmid for match in _PMIDS.finditer(rest) for pmid in re.findall(r"\d{1,10}", match[0])]
    rest = re.sub(rf"(?:\b{_PREPOSITION} (?:the )?(?:{_PAPER} )?)?(?:{_PMIDS.pattern})", " ", rest, flags=re.I)
    studies: list[CitedStudy] = []
    for pattern in _STUDIES:
        for match in pattern.finditer(rest):
            if match["author"] not in _DISEASES:
                studies.append(CitedStudy(match["author"], int(match["year"]) if match["year"] else None))
        rest = pattern.sub(lambda match: match[0] if match["author"] in _DISEASES else " ", rest)
    rest, chosen = without_chosen(rest)
    each_once = (tuple(dict.fromkeys(pmid.lstrip("0") for pmid in pmids)), tuple(dict.fromkeys(dois)))
    by_name = (tuple(dict.fromkeys(studies)), tuple(dict.fromkeys(titles)))
    return References(" ".join(rest.split()), *each_once, *by_name, chosen)


def _doi(match: re.Match[str]) -> str:
    """Return a DOI without the marks that end a sentence; a bracket that it opens belongs to it."""
    doi = match["doi"].rstrip(".,;:?!")
    while doi.endswith(")") and doi.count("(") < doi.count(")"):
        doi = doi[:-1].rstrip(".,;:?!")
    return doi
