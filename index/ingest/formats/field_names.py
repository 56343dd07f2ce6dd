"""Fields as other programs name and write them, to the names and values of our JSON Lines."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from index.ingest.formats.cleaning import collapse_whitespace
from index.records import Note, parse_pmids

_PMID_NAME = re.compile(
    r"(?!.*central).*(?:pmids?|pubmed.*(?:id|uid|identif\w*|number|nummer|numero|url|link)\w*"
    r"|(?:id|identif\w*|num\w*|no|nr)(?:de|du|da|do|di)?pubmed)|pubmed"
)
_ALIASES = {
    "pmid": "pmid",
    "title": "title articletitle primarytitle papertitle documenttitle ti titel titre titulo titolo",
    "sections": "sections abstractsections structuredabstract",
    "abstract": "abstract abstracttext abstractnote ab zusammenfassung resume resumen resumo riassunto",
    "journal": (
        "journal medlineta isoabbreviation journalabbreviation ta journalbook journaltitle journalname fulljournalname"
        " sourcetitle publicationtitle publicationname containertitle secondarytitle venue zeitschrift revue revista"
    ),
    "year": "year pubyear publicationyear publishedyear yearpublished yearofpublication jahr annee ano",
    "date": "date pubdate publicationdate dateofpublication issued publisheddate datepublished firstpublicationdate",
    "authors": "authors authorlist author authorstring authornames authorfullnames au creators autoren auteurs autores",
    "doi": "doi articledoi",
    "pmcid": "pmcid pmc pubmedcentralid pubmedcentral",
    "volume": "volume journalvolume vol vi band",
    "issue": "issue journalissue issuenumber number ip heft",
    "pages": "pages pageinfo pagination pagerange medlinepgn page pg seiten",
    "language": "language languages lang la languageoforiginaldocument",
    "types": "types publicationtypes pubtypelist pubtypes pubtype publicationtype articletype documenttype",
    "mesh": "mesh meshheadinglist meshheadings meshterms meshterm meshdescriptors mh",
    "keywords": "keywords keywordlist keyword authorkeywords kw ot",
    "major_mesh": "majormesh majormeshterms",
    "substances": "substances chemicals",
    "corrections": "corrections commentcorrectionlist",
    "other_abstracts": "otherabstracts",
    "vernacular_title": "vernaculartitle",
    "is_retracted": "isretracted retracted",
    "copyright": "copyright",
    "note": "note remarks",
    "author_records": "authorrecords",
    "version": "version",
    "error": "error",
    "issn": "issn issnlinking printissn pissn essn eissn sn",
    "article_number": "articlenumber",
    "first_page": "startpage pagestart firstpage",
    "last_page": "endpage pageend lastpage",
}
_OURS = {alias: (ours, rank) for ours, aliases in _ALIASES.items() for rank, alias in enumerate(aliases.split())}
_EXACTLY_OURS = ("journal_title", "book")
"""Fields that are ours under this name alone, as others call a journal or a title so."""
_WITHIN = ("journalinfo", "journalissue", "medlinejournalinfo", "ids", "externalids")
"""Objects whose fields count as the record's own."""
_NOT_MISSED = frozenset(["id", "source", "index", "", "type", "raw"])
"""Fields that nobody misses: they say nothing of the paper."""
_MOST_NAMES = 8
_NO_VALUE = frozenset("nan none null <na> nat n/a".split())
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO_DATE = re.compile(r"([12][0-9]{3})[-/](1[0-2]|0?[1-9])(?:[-/](3[01]|[12][0-9]|0?[1-9]))?(?:[T ][0-9:.]+Z?)?/*")
_YEAR = re.compile(r"((?:1[5-9]|20)[0-9]{2})(?:\.0*|[-/ ].*)?")
_HEADING = re.compile(r"<h4>(.*?)</h4>", re.I | re.DOTALL)
_PARTS_OF_NAMES = {
    "family": ("family", "lastname", "surname", "familyname", "last"),
    "given": ("given", "firstname", "forename", "givenname", "givennames", "first"),
    "initials": ("initials",),
    "suffix": ("suffix",),
    "group": ("group", "collectivename", "literal", "fullname", "name"),
}


class Unread:
    """What the records of a file had that was not understood, and whether any of them had an abstract."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._records = self._abstracts = 0

    def count(self, names: Iterable[str], *, has_abstract: bool) -> None:
        """Take account of one record."""
        self._names |= dict.fromkeys(names)
        self._records += 1
        self._abstracts += has_abstract

    def notes(self, name: str, *, always: bool = False) -> Iterator[Note]:
        """Yield a remark on the fields not understood; with it, or `always`, on abstracts that are missing."""
        shown = ", ".join(f'"{collapse_whitespace(field)[:40]}"' for field in list(self._names)[:_MOST_NAMES])
        more = f" and {len(self._names) - _MOST_NAMES:,} more" if len(self._names) > _MOST_NAMES else ""
        are = "field {} is" if len(self._names) == 1 else "fields {} are"
        parts = [f"its {are.format(shown + more)} not read"] if self._names else []
        if self._records and not self._abstracts and (self._names or always):
            which = (
                "its record has no abstract"
                if self._records == 1
                else f"none of its {self._records:,} records has an abstract"
            )
            parts.append(f"{which}: give the file with --pmids-from to fetch them from PubMed")
        if parts:
            yield Note(f"{name}: {'; '.join(parts)}")


def folded(name: str) -> str:
    """Return a name in small letters without accents, blanks and marks.

    >>> folded("Année de Publication"), folded("Journal/Book"), folded("pub_year")
    ('anneedepublication', 'journalbook', 'pubyear')
    """
    plain = unicodedata.normalize("NFKD", name)
    return "".join(character for character in plain if character.isalnum() and character.isascii()).casefold()


def names_pmid(name: str) -> bool:
    """Return True if a heading or field of this name holds PMIDs, and not PMC ids.

    >>> [names_pmid(name) for name in ("PubMed ID", "ID de PubMed", "PMCID", "PubMed Central ID", "PubMed date")]
    [True, True, False, False, False]
    """
    return len(name.split()) <= 4 and _PMID_NAME.fullmatch(folded(name)) is not None


def our_name(name: str) -> str:
    """Return the field of ours that another program's field or heading is; "" for none.

    >>> our_name("abstractText"), our_name("Publication Year"), our_name("Cited by")
    ('abstract', 'year', '')
    """
    return _OURS.get(folded(name), ("pmid" if names_pmid(name) else "", 0))[0]


def records_in(value: Mapping[str, Any], *, depth: int = 3) -> list[Any] | None:
    """Return the records inside an object that is none itself, such as an answer of Europe PMC; None if it is one.

    A table by columns, as pandas writes it, is turned into its rows.
    """
    pmids = next((cell for name, cell in value.items() if names_pmid(name)), None)
    if isinstance(pmids, dict):
        columns = {name: column for name, column in value.items() if isinstance(column, dict)}
        return [{name: column.get(row) for name, column in columns.items()} for row in pmids]
    if pmids is not None or not depth or "error" in value:
        return None
    for inner in (list(value.values()), *value.values()):
        is_records = isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner)
        if is_records and any(map(names_pmid, inner[0])):
            return list(inner)
        if isinstance(inner, dict) and (found := records_in(inner, depth=depth - 1)):
            return found
    return None


def to_ours(record: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a record under our names, with values that have one meaning written our way, and the names not understood.

    >>> to_ours({"PubMed ID": 91000121.0, "abstractText": "We saw.", "Year": "2015.0", "Volume": float("nan"), "x": 1})
    ({'pmid': '91000121', 'abstract': 'We saw.', 'year': 2015}, ['x'])
    """
    ranked: dict[str, tuple[int, Any]] = {}
    unknown = []
    for name, rank, value in _fields(record):
        if rank is None:
            unknown += [] if folded(name) in _NOT_MISSED else [name]
        elif name not in ranked or rank < ranked[name][0]:
            ranked[name] = (rank, value)
    ours = {name: _VALUES[name](value) if name in _VALUES else value for name, (_rank, value) in ranked.items()}
    if first := ours.pop("first_page", ""):
        last = ours.pop("last_page", "")
        ours.setdefault("pages", f"{first}-{last}" if last and last != first and "-" not in str(first) else str(first))
    ours.pop("last_page", None)
    if "journal" not in ours and isinstance(title := ours.pop("journal_title", ""), str) and title:
        ours["journal"] = title
    if isinstance(ours.get("abstract"), list):
        ours.setdefault("sections", ours.pop("abstract"))
    return ours, unknown


def _fields(record: Mapping[str, Any]) -> Iterator[tuple[str, int | None, Any]]:
    """Yield our name, its rank among the aliases and the value of each field that has one; else its name and None."""
    for name, raw_value in record.items():
        value = _without_nan(raw_value)
        if value is None or value in ("", [], {}):
            continue
        known = _OURS.get(folded(name)) or (("pmid", 1) if names_pmid(name) else None)
        known = (name, 0) if name in _EXACTLY_OURS else known
        if isinstance(value, dict) and folded(name) in _WITHIN:
            yield from (field for field in _fields(value) if field[1] is not None)
        elif known:
            yield known[0], known[1], value
        else:
            yield name, None, value


def _without_nan(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the value, None for the forms of nothing, and a whole number for 2015.0."""
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return None if isinstance(value, str) and value.strip().casefold() in _NO_VALUE else value


def _pmid(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list) and len(value) == 1:
        value = _without_nan(value[0])
    if isinstance(value, str) or type(value) is int:
        found, others = parse_pmids(str(value))
        return found[0] if len(found) == 1 and not others else value
    return value


def _year(value: Any) -> Any:  # noqa: ANN401
    match = _YEAR.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(match[1]) if match else value


def printed_date(text: str) -> str:
    """Return a date in figures as PubMed prints it, any other text as it is.

    >>> printed_date("2015-03-07"), printed_date("2015/03//"), printed_date("2015 Mar")
    ('2015 Mar 7', '2015 Mar', '2015 Mar')
    """
    match = _ISO_DATE.fullmatch(text.strip())
    if not match:
        return text.strip(" /")
    return " ".join(filter(None, (match[1], _MONTHS[int(match[2]) - 1], (match[3] or "").lstrip("0"))))


def _date(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):  # CSL's {"date-parts": [[2015, 3, 7]]}
        parts = value.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            value = "-".join(map(str, parts[0]))
        else:
            value = value.get("raw") or value.get("literal") or ""
    return printed_date(str(value)) if isinstance(value, str | int) else value


def _whole(value: Any) -> Any:  # noqa: ANN401
    """Return "12" for "12.0", as a table with gaps has it."""
    return re.sub(r"^([0-9]+)\.0$", r"\1", value) if isinstance(value, str) else value


def _journal(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        named = {folded(name): inner for name, inner in value.items()}
        names = ("medlineabbreviation", "isoabbreviation", "title", "name")
        return next((named[name] for name in names if named.get(name)), "")
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _language(value: Any) -> Any:  # noqa: ANN401
    return ", ".join(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value


def _listed(separators: str) -> Callable[[Any], Any]:
    def listed(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return [item.strip() for item in re.split(separators, value) if item.strip()]
        return _unwrapped(value)

    return listed


def _unwrapped(value: Any) -> Any:  # noqa: ANN401
    """Return the list in an object such as {"keyword": [...]}."""
    if isinstance(value, dict) and len(value) == 1:
        (inner,) = value.values()
        return inner if isinstance(inner, list) else [inner]
    return value


def _mesh(value: Any) -> Any:  # noqa: ANN401
    headings = _listed(r"[;|]")(value)
    return [term for heading in headings for term in _terms(heading)] if isinstance(headings, list) else headings


def _terms(heading: Any) -> list[Any]:  # noqa: ANN401
    """Return the descriptor of one of Europe PMC's headings, once with each qualifier."""
    if not isinstance(heading, dict):
        return [heading]
    qualifiers = _unwrapped(heading.get("meshQualifierList") or {})
    names = [q.get("qualifierName") for q in qualifiers if isinstance(q, dict)] if isinstance(qualifiers, list) else []
    descriptor = str(heading.get("descriptorName", ""))
    return [f"{descriptor}/{name}" for name in names if name] or [descriptor]


def _corrections(value: Any) -> Any:  # noqa: ANN401
    entries = _unwrapped(value)
    if not isinstance(entries, list):
        return entries
    return [_correction(entry) if isinstance(entry, dict) and "type" in entry else entry for entry in entries]


def _correction(entry: Mapping[str, Any]) -> dict[str, str]:
    kind = "".join(word[:1].upper() + word[1:] for word in str(entry["type"]).split())
    pmid = str(entry.get("id", "")) if entry.get("source") == "MED" else ""
    return {"ref_type": kind, "pmid": pmid, "citation": str(entry.get("reference", ""))}


def _abstract(value: Any) -> Any:  # noqa: ANN401
    """Return an abstract in parts as sections: from a list, an object of labels, or headings in HTML."""
    if isinstance(value, str):
        first, *rest = _HEADING.split(value)
        labelled = [{"label": label, "text": text} for label, text in zip(rest[::2], rest[1::2], strict=True)]
        return [{"text": first}, *labelled] if labelled else value
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return [{"label": label, "text": text} for label, text in value.items()]
    if isinstance(value, list):
        return [{"text": item} if isinstance(item, str) else item for item in value]
    return value


def _authors(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return _split_names(value)
    authors = _unwrapped(value)
    return (
        [_author(author) if isinstance(author, dict) else author for author in authors]
        if isinstance(authors, list)
        else authors
    )


def _split_names(names: str) -> list[str]:
    """Return the names of "Velmont DQ, Norvik A.", "Velmont, Dara; Norvik, Ada" or "Velmont, Dara and Norvik, Ada"."""
    separator = r"\s*;\s*" if ";" in names else r"\s+and\s+" if re.search(r",.* and ", names) else r"\s*,\s*"
    listed = [name for name in re.split(separator, names.strip().rstrip(".;")) if name]
    are_short = separator != r"\s*,\s*" or all(re.search(r"[A-Z]\.?$|\s", name) for name in listed)
    return listed if are_short else [names.strip()]


def _author(author: Mapping[str, Any]) -> dict[str, Any]:
    named = {folded(name): value for name, value in author.items()}
    parts = {
        part: next((named[name] for name in names if named.get(name)), "") for part, names in _PARTS_OF_NAMES.items()
    }
    if parts["family"]:
        parts["group"] = ""
    orcid = named.get("orcid") or named.get("authorid")
    parts["orcid"] = str(orcid.get("value", "")) if isinstance(orcid, dict) else orcid or ""
    parts["affiliation"] = "; ".join(_affiliations(named))
    return {name: value for name, value in parts.items() if value}


def _affiliations(named: Mapping[str, Any]) -> Iterator[str]:
    for name in ("affiliation", "affiliations", "authoraffiliationdetailslist"):
        listed = _unwrapped(named.get(name, []))
        for place in listed if isinstance(listed, list) else [listed]:
            text = next(iter(place.values()), "") if isinstance(place, dict) else place
            yield from [text] if isinstance(text, str) and text else []


def _flag(value: Any) -> Any:  # noqa: ANN401
    words = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
    return words.get(str(value).casefold(), value) if isinstance(value, str | int) else value


_VALUES: dict[str, Callable[[Any], Any]] = {
    "pmid": _pmid,
    "year": _year,
    "date": _date,
    "volume": _whole,
    "issue": _whole,
    "pages": _whole,
    "journal": _journal,
    "language": _language,
    "types": _listed(r"[;|]"),
    "keywords": _listed(r"[;|]|,(?!.*[;|])"),
    "mesh": _mesh,
    "corrections": _corrections,
    "abstract": _abstract,
    "authors": _authors,
    "is_retracted": _flag,
}
