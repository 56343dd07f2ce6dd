"""PubMed's search fields: their tags, short and long, and what of an abstract each of them searches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from index.records import Abstract

FieldKind = Literal["words", "mesh", "values", "author", "date", "pmid"]
"""How a field is searched: by the words in its texts, by whole values, or by rules of its own."""


@dataclass(frozen=True, slots=True)
class SearchField:
    """A search field: its tag, PubMed's long name for it, other tags that mean it, and its texts in an abstract."""

    tag: str
    name: str
    kind: FieldKind
    texts: Callable[[Abstract], Iterable[str]]
    others: tuple[str, ...] = ()


def _abstract_texts(abstract: Abstract) -> list[str]:
    others = (section for other in abstract.other_abstracts for section in other.sections)
    return [section.text for section in (*abstract.sections, *others)]


def _title_abstract(abstract: Abstract) -> list[str]:
    return [abstract.title, *_abstract_texts(abstract), *abstract.keywords]


def _text_words(abstract: Abstract) -> list[str]:
    return [
        *_title_abstract(abstract),
        *abstract.mesh,
        *abstract.substances,
        *abstract.types,
        abstract.vernacular_title,
    ]


def _everything(abstract: Abstract) -> list[str]:
    printed = (
        abstract.journal,
        abstract.date or str(abstract.year or ""),
        abstract.volume,
        abstract.issue,
        abstract.pages,
    )
    return [
        *_text_words(abstract),
        *abstract.authors,
        *printed,
        abstract.language,
        abstract.pmid,
        abstract.doi,
        abstract.pmcid,
        abstract.note,
    ]


FIELDS = (
    SearchField("all", "All Fields", "words", _everything),
    SearchField("tiab", "Title/Abstract", "words", _title_abstract),
    SearchField("ti", "Title", "words", lambda abstract: (abstract.title,)),
    SearchField("ab", "Abstract", "words", _abstract_texts),
    SearchField("tw", "Text Word", "words", _text_words, ("text words", "word")),
    SearchField("ot", "Other Term", "words", lambda abstract: abstract.keywords, ("keyword", "keywords")),
    SearchField("tt", "Transliterated Title", "words", lambda abstract: (abstract.vernacular_title,)),
    SearchField("mh", "MeSH Terms", "mesh", lambda abstract: abstract.mesh, ("mesh", "mesh term", "mesh heading")),
    SearchField("majr", "MeSH Major Topic", "mesh", lambda abstract: abstract.major_mesh, ("major", "mesh major")),
    SearchField("sh", "MeSH Subheading", "values",
                lambda abstract: [heading.partition("/")[2] for heading in abstract.mesh], ("subheading",
                "mesh subheadings")),
    SearchField("nm", "Supplementary Concept", "values", lambda abstract: abstract.substances, ("substance",
                "substance name")),
    SearchField("pt", "Publication Type", "values", lambda abstract: abstract.types, ("ptyp",)),
    SearchField("au", "Author", "author", lambda abstract: abstract.authors, ("full author name", "fau", "cn",
                "author - corporate", "corporate author", "corporate")),
    SearchField("1au", "Author - First", "author", lambda abstract: abstract.authors[:1], ("first author",
                "first author name")),
    SearchField("lastau", "Author - Last", "author", lambda abstract: abstract.authors[-1:], ("last author",
                "last author name")),
    SearchField("ad", "Affiliation", "words",
                lambda abstract: [author.affiliation for author in abstract.author_records]),
    SearchField("ta", "Journal", "values", lambda abstract: (abstract.journal,), ("jour", "so")),
    SearchField("la", "Language", "values", lambda abstract: abstract.language.split(", "), ("lang",)),
    SearchField("dp", "Date - Publication", "date", lambda abstract: (abstract.date,), ("pdat", "publication date",
                "date of publication")),
    SearchField("pmid", "UID", "pmid", lambda abstract: (abstract.pmid,)),
    SearchField("aid", "Article Identifier", "values", lambda abstract: (abstract.doi, abstract.pmcid), ("doi", "lid",
                "location id", "pmcid")),
    SearchField("vi", "Volume", "values", lambda abstract: (abstract.volume,)),
    SearchField("ip", "Issue", "values", lambda abstract: (abstract.issue,)),
    SearchField("pg", "Pagination", "values",
                lambda abstract: (abstract.pages, re.split("[-–]", abstract.pages)[0]), ("page",)),
)  # fmt: skip


def _plain(tag: str) -> str:
    return " ".join(re.sub(r"\s*/\s*", "/", tag).replace("-", " - ").split()).casefold()


_BY_TAG = {_plain(name): field for field in FIELDS for name in (field.tag, field.name, *field.others)}
ALL = _BY_TAG["all"]
MESH = _BY_TAG["mh"]
_NOT_KEPT = {
    "gr": "grants", "grants and funding": "grants",
    "edat": "dates of entry", "date - entry": "dates of entry", "crdt": "dates of entry",
    "date - create": "dates of entry", "mhda": "dates of indexing", "date - mesh": "dates of indexing",
    "lr": "dates of revision", "date - modification": "dates of revision", "ed": "editors", "ir": "investigators",
    "pl": "places of publication", "is": "ISSNs", "issn": "ISSNs", "rn": "registry numbers",
    "ec/rn number": "registry numbers", "pa": "pharmacological actions", "sb": "PubMed's subsets",
    "subset": "PubMed's subsets", "filter": "PubMed's subsets", "si": "secondary sources", "jid": "NLM's numbers",
}  # fmt: skip
"""Fields of PubMed's that the records of a library do not have."""


def field_of(tag: str) -> SearchField | None:
    """Return the field of a tag, short or long, whatever its case: [tiab], [Title/Abstract]."""
    return _BY_TAG.get(_plain(tag))


def why_unknown(tag: str) -> str:
    """Return why a tag means nothing here, as the end of a sentence that begins with the tag."""
    plain = _plain(tag)
    if plain in _NOT_KEPT:
        return f"searches {_NOT_KEPT[plain]}, which a library does not keep; leave the term out"
    if near := get_close_matches(plain, _BY_TAG, n=1, cutoff=0.6):
        return f"is no search field; did you mean [{_BY_TAG[near[0]].tag}]?"
    return f"is no search field; write one of {', '.join(f'[{field.tag}]' for field in FIELDS)}"
