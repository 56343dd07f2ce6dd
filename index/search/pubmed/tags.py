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


def _abstract_texts(one: Abstract) -> list[str]:
    others = (section for other in one.other_abstracts for section in other.sections)
    return [section.text for section in (*one.sections, *others)]


def _title_abstract(one: Abstract) -> list[str]:
    return [one.title, *_abstract_texts(one), *one.keywords]


def _text_words(one: Abstract) -> list[str]:
    return [*_title_abstract(one), *one.mesh, *one.substances, *one.types, one.vernacular_title]


def _everything(one: Abstract) -> list[str]:
    printed = (one.journal, one.date or str(one.year or ""), one.volume, one.issue, one.pages)
    return [*_text_words(one), *one.authors, *printed, one.language, one.pmid, one.doi, one.pmcid, one.note]


FIELDS = (
    SearchField("all", "All Fields", "words", _everything),
    SearchField("tiab", "Title/Abstract", "words", _title_abstract),
    SearchField("ti", "Title", "words", lambda one: (one.title,)),
    SearchField("ab", "Abstract", "words", _abstract_texts),
    SearchField("tw", "Text Word", "words", _text_words, ("text words", "word")),
    SearchField("ot", "Other Term", "words", lambda one: one.keywords, ("keyword", "keywords")),
    SearchField("tt", "Transliterated Title", "words", lambda one: (one.vernacular_title,)),
    SearchField("mh", "MeSH Terms", "mesh", lambda one: one.mesh, ("mesh", "mesh term", "mesh heading")),
    SearchField("majr", "MeSH Major Topic", "mesh", lambda one: one.major_mesh, ("major", "mesh major")),
    SearchField("sh", "MeSH Subheading", "values", lambda one: [heading.partition("/")[2] for heading in one.mesh],
                ("subheading", "mesh subheadings")),
    SearchField("nm", "Supplementary Concept", "values", lambda one: one.substances, ("substance", "substance name")),
    SearchField("pt", "Publication Type", "values", lambda one: one.types, ("ptyp",)),
    SearchField("au", "Author", "author", lambda one: one.authors, ("full author name", "fau", "cn",
                "author - corporate", "corporate author", "corporate")),
    SearchField("1au", "Author - First", "author", lambda one: one.authors[:1], ("first author", "first author name")),
    SearchField("lastau", "Author - Last", "author", lambda one: one.authors[-1:], ("last author", "last author name")),
    SearchField("ad", "Affiliation", "words", lambda one: [author.affiliation for author in one.author_records]),
    SearchField("ta", "Journal", "values", lambda one: (one.journal,), ("jour", "so")),
    SearchField("la", "Language", "values", lambda one: one.language.split(", "), ("lang",)),
    SearchField("dp", "Date - Publication", "date", lambda one: (one.date,), ("pdat", "publication date",
                "date of publication")),
    SearchField("pmid", "UID", "pmid", lambda one: (one.pmid,)),
    SearchField("aid", "Article Identifier", "values", lambda one: (one.doi, one.pmcid), ("doi", "lid", "location id",
                "pmcid")),
    SearchField("vi", "Volume", "values", lambda one: (one.volume,)),
    SearchField("ip", "Issue", "values", lambda one: (one.issue,)),
    SearchField("pg", "Pagination", "values", lambda one: (one.pages, re.split("[-–]", one.pages)[0]), ("page",)),
)  # fmt: skip


def _plain(tag: str) -> str:
    return " ".join(re.sub(r"\s*/\s*", "/", tag).replace("-", " - ").split()).casefold()


_BY_TAG = {_plain(name): one for one in FIELDS for name in (one.tag, one.name, *one.others)}
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
    return f"is no search field; write one of {', '.join(f'[{one.tag}]' for one in FIELDS)}"
