"""An abstract as JSON and back, every field but the raw record: how a library stores it."""

from __future__ import annotations

from typing import Any

from index.records import Abstract, Correction, OtherAbstract, Section

TEXTS = (
    "journal",
    "doi",
    "pmcid",
    "date",
    "volume",
    "issue",
    "pages",
    "language",
    "vernacular_title",
    "copyright",
    "note",
)
"""The fields of an abstract that are one text each, beside PMID and title."""

LISTS = ("authors", "types", "mesh", "keywords")
"""The fields that are several texts."""


def to_json(abstract: Abstract) -> dict[str, Any]:
    """Return every field but `raw` as plain JSON values, empty ones left out: `from_json` gives the abstract back.

    >>> to_json(Abstract("1", "A title", (Section("AIM", "", "To see."),), year=2001))
    {'pmid': '1', 'title': 'A title', 'sections': [{'label': 'AIM', 'text': 'To see.'}], 'year': 2001}
    """
    record: dict[str, Any] = {
        "pmid": abstract.pmid,
        "title": abstract.title,
        "sections": _sections_to_json(abstract.sections),
        "year": abstract.year,
        **{field: getattr(abstract, field) for field in TEXTS},
        **{field: list(getattr(abstract, field)) for field in LISTS},
        "other_abstracts": [
            {"language": other.language, "type": other.type, "sections": _sections_to_json(other.sections)}
            for other in abstract.other_abstracts
        ],
        "corrections": [
            {"ref_type": correction.ref_type, "pmid": correction.pmid, "citation": correction.citation}
            for correction in abstract.corrections
        ],
        "is_retracted": abstract.is_retracted,
    }
    return {
        key: value for key, value in record.items() if key in ("pmid", "title") or value or value == 0 and key == "year"
    }


def _sections_to_json(sections: tuple[Section, ...]) -> list[dict[str, str]]:
    named = ((("label", one.label), ("category", one.category), ("text", one.text)) for one in sections)
    return [{key: value for key, value in pairs if value or key == "text"} for pairs in named]


def from_json(record: dict[str, Any]) -> Abstract:
    """Return the abstract that `to_json` was given, but for `raw`; nothing is checked or cleaned here."""
    texts: dict[str, Any] = {field: record.get(field, "") for field in TEXTS}
    lists: dict[str, Any] = {field: tuple(record.get(field, ())) for field in LISTS}
    return Abstract(
        **texts,
        **lists,
        pmid=record["pmid"],
        title=record["title"],
        sections=_sections_from_json(record),
        year=record.get("year"),
        other_abstracts=tuple(
            OtherAbstract(other["language"], other["type"], _sections_from_json(other))
            for other in record.get("other_abstracts", ())
        ),
        corrections=tuple(
            Correction(one["ref_type"], one["pmid"], one["citation"]) for one in record.get("corrections", ())
        ),
        is_retracted=record.get("is_retracted", False),
    )


def _sections_from_json(record: dict[str, Any]) -> tuple[Section, ...]:
    return tuple(
        Section(one.get("label", ""), one.get("category", ""), one.get("text", ""))
        for one in record.get("sections", ())
    )
