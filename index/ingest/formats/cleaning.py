"""Cleaning of field values for every parser: white space, PMIDs, DOIs, titles, retractions."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from index.errors import InputError
from index.records import AUTHOR_FIELDS, LIST_FIELDS, TEXT_FIELDS, Abstract, Correction, OtherAbstract, parse_pmid

MAX_FIELD_CHARACTERS = 50_000
MAX_SECTIONS = 1_000
MAX_TEXT_CHARACTERS = 200_000
"""The longest title or other field, the most sections and the longest text of an abstract that is read.

Each is many times the most that PubMed has; what is beyond is damage, and would be searched and shown at great cost.
"""

_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_HALF = re.compile(r"[\ud800-\udfff]")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ARTICLE_NUMBER = re.compile(r"[A-Za-z]{0,8}[ .]?[0-9]{1,10}(?:[.-][0-9]{1,6})?(?:[A-Za-z]|\.pub[0-9]+)?")
_ITEM = re.compile(r"[SB][0-9X]{4}-?[0-9X]{4}|[A-Z]{2,}[0-9]{8}", re.I)
_DOI_PREFIX = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", re.I)


def collapse_whitespace(text: str) -> str:
    """Return text with white space of any kind collapsed to single spaces and control characters dropped.

    Half a character (a lone surrogate, which cannot be stored as UTF-8) becomes U+FFFD.
    """
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text  # nine of ten: no control characters, and no white space but single spaces
    collapsed = " ".join(_DROPPED.sub("", text).split())
    return collapsed if collapsed.isascii() else _HALF.sub("\ufffd", collapsed)


def clean_pmid(text: str) -> str:
    """Return the PMID without leading zeros; raise InputError unless it is a number of 1 to 10 digits."""
    if pmid := parse_pmid(text):
        return pmid
    if not text.strip():
        raise InputError("it has no PMID; give every record its PMID")
    raise InputError(
        f'its PMID is "{collapse_whitespace(text.strip()[:80])[:40]}"; a PMID is a number of 1 to 10 digits'
    )


def unescape_once(text: str) -> str:
    """Return text with its entities, of whatever kind, as the characters they stand for."""
    return ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def clean_doi(text: str) -> str:
    """Return the DOI itself, without "doi:" or the resolver's address before it, and with no entity in it."""
    return _DOI_PREFIX.sub("", unescape_once(collapse_whitespace(text)), count=1).strip()


def article_number(identifier: str) -> str:
    """Return a publisher's identifier (pii) where it is the number of an article; "" for a number of its own system.

    >>> [article_number(pii) for pii in ("2400999", "e1002", "CD001234.pub2", "S0140-6736(20)30183-5", "bmj-2020-1")]
    ['2400999', 'e1002', 'CD001234.pub2', '', '']
    """
    return identifier if _ARTICLE_NUMBER.fullmatch(identifier) and not _ITEM.match(identifier) else ""


def best_title(title: str, vernacular_title: str) -> str:
    """Return the title, or the one in the original language when that is all there is."""
    is_missing = title.strip("[].").casefold() in ("", "not available")
    return vernacular_title or title if is_missing else title


def check_size(abstract: Abstract) -> Abstract:
    """Return the abstract; raise InputError when a field, the sections or the text of it are beyond all measure."""
    if len(abstract.sections) > MAX_SECTIONS:
        raise InputError(f"it has {len(abstract.sections):,} sections; the most is {MAX_SECTIONS:,}")
    if (length := len(abstract.text)) > MAX_TEXT_CHARACTERS:
        raise InputError(f"its text has {length:,} characters; the most is {MAX_TEXT_CHARACTERS:,}")
    fields = {"title": abstract.title, **{name: getattr(abstract, name) for name in TEXT_FIELDS}}
    fields |= {name: max(getattr(abstract, name), key=len, default="") for name in LIST_FIELDS}
    fields["sections"] = max(
        (f"{section.label}{section.category}" for section in abstract.sections), key=len, default=""
    )
    fields["authors"] = max(
        (getattr(author, name) for author in abstract.author_records for name in AUTHOR_FIELDS),
        key=len,
        default=fields["authors"],
    )
    for name, text in fields.items():
        if len(text) > MAX_FIELD_CHARACTERS:
            raise InputError(f'its field "{name}" has {len(text):,} characters; the most is {MAX_FIELD_CHARACTERS:,}')
    return abstract


_NO_ABSTRACT = "abstract available from the publisher"


def finished(abstract: Abstract) -> Abstract:
    """Return an abstract as it is stored. Raises InputError when it has no text, or is beyond all measure.

    Where PubMed has the abstract only as another one (OtherAbstract), that is the abstract, English before others, and
    the note names its source.
    """
    others = [other for other in abstract.other_abstracts if not _is_placeholder(other)]
    if others and not abstract.sections:
        chosen = next((other for other in others if other.language.casefold() in ("eng", "en", "")), others[0])
        source = ", ".join(filter(None, (chosen.type, chosen.language)))
        note = f"The abstract is PubMed's OtherAbstract ({source})."
        abstract = replace(
            abstract,
            sections=chosen.sections,
            other_abstracts=tuple(other for other in abstract.other_abstracts if other is not chosen),
            note=" ".join(filter(None, (abstract.note, note))),
        )
    if not abstract.title and not abstract.sections:
        raise InputError("it has neither a title nor an abstract, so there is nothing to search; get the record again")
    return check_size(abstract)


def _is_placeholder(other: OtherAbstract) -> bool:
    return " ".join(section.text for section in other.sections).strip(" .").casefold() in ("", _NO_ABSTRACT)


def says_retracted(types: tuple[str, ...], corrections: tuple[Correction, ...]) -> bool:
    """Return True if publication types or corrections say that the abstract was retracted; a notice of one does not."""
    if any(kind.casefold() == "retracted publication" for kind in types):
        return True
    return any(correction.ref_type in ("RetractionIn", "RetractedandRepublishedIn") for correction in corrections)
