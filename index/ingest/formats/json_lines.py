"""JSON Lines to abstracts: one object a line, or its usual variants (arrays, single objects)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO

from index.analysis.author_names import from_flat_name, orcid_in, person
from index.analysis.section_labels import section_category
from index.errors import InputError
from index.ingest.formats.cleaning import (
    clean_doi,
    clean_pmid,
    collapse_whitespace,
    finished,
    says_retracted,
    unescape_once,
)
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.field_names import Unread, names_pmid, records_in, to_ours
from index.ingest.formats.json_splitter import split_values
from index.ingest.formats.markup import is_escaped_twice, plain_text
from index.records import (
    LIST_FIELDS,
    TEXT_FIELDS,
    Abstract,
    Author,
    Book,
    Correction,
    Failure,
    OtherAbstract,
    ParsedRecord,
    Section,
)

MAX_LINE_BYTES = 20_000_000
"""The longest line or array element that is read: about 5,000 times an ordinary abstract."""

MAX_ARRAY_BYTES = 1 << 30
"""The longest array that is read; JSON Lines may have any length."""

_BLOCK = 1 << 16
_YEAR = re.compile(r"\b(?:1[5-9]|20)[0-9]{2}(?![0-9])")
_MAX_IN_MEMORY = 1 << 24
_AUTHORS = 'names, or objects such as {"family": "…", "given": "…"} and {"group": "…"}'


def parse_json_lines(stream: BinaryIO, *, name: str) -> Iterator[ParsedRecord]:
    """Yield the abstract of each line; a JSON array, or objects that span lines, will do as well.

    A line that is not UTF-8, not JSON, or has a field of the wrong kind is a Failure that names line and field. An
    array that is damaged anywhere is one Failure.
    """
    try:
        text = as_utf8(stream)
    except InputError as error:
        yield Failure(name, str(error))
        return
    unread = Unread()
    yield from _parse_text(text, name=name, unread=unread)
    yield from unread.notes(name)


def _parse_text(text: BinaryIO, *, name: str, unread: Unread) -> Iterator[ParsedRecord]:
    lines = iter(partial(text.readline, MAX_LINE_BYTES + 1), b"")
    start, first = next(((number, line) for number, line in enumerate(lines, start=1) if not line.isspace()), (1, b""))
    head = [first]
    if _spans_lines(first):
        head += [] if first.lstrip().startswith(b"[") else [next(lines, b"")]
        if not _holds_record(head[-1]):
            yield from _parse_values(chain(head, iter(partial(text.read, _BLOCK), b"")), name=name, unread=unread)
            return
    for number, line in enumerate(chain(head, lines), start=start):
        if len(line) > MAX_LINE_BYTES:
            _skip_line(text, line)
            yield Failure(f"{name}, line {number}", f"line {number} is longer than {MAX_LINE_BYTES:,} bytes; split it")
        elif not line.isspace():
            yield from _parse_line(line.strip(), name=name, where=f"line {number}", unread=unread)


def _spans_lines(line: bytes) -> bool:
    """Return True if a first line opens a JSON array, or an object that goes on in the next line."""
    if line.lstrip().startswith(b"["):
        return True
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _holds_record(line: bytes) -> bool:
    """Return True if a line is a whole record: then the line before it, which is not, was cut off."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and any(map(names_pmid, value))


def _skip_line(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(_BLOCK)


def _parse_line(line: bytes, *, name: str, where: str, unread: Unread) -> Iterator[Abstract | Failure]:
    try:
        value = json.loads(line.decode("utf-8"))
        yield from _parse_value(value, line, name=name, where=where, unread=unread)
        return
    except UnicodeDecodeError as error:
        fault = f"is not UTF-8 (byte {error.start + 1} of it); save the file as UTF-8"
    except json.JSONDecodeError as error:
        fault = f"is not JSON ({error.msg} at column {error.colno}); mend or remove it"
    except (ValueError, RecursionError):
        fault = "is JSON with a number too long or lists too deep; mend or remove it"
    yield Failure(f"{name}, {where}", f"{where} {fault}")


def _parse_values(blocks: Iterator[bytes], *, name: str, unread: Unread) -> Iterator[Abstract | Failure]:
    """Yield the abstracts of an array, or of objects one after another; where it is damaged, only one Failure.

    A copy keeps what is read until all of it is known to be whole.
    """
    with SpooledTemporaryFile(_MAX_IN_MEMORY) as copy:
        try:
            for _value in split_values(_copied(blocks, copy), max_characters=MAX_LINE_BYTES):
                pass
        except InputError as error:
            cure = "get the file again, mend it there, or save it with one record a line"
            yield Failure(name, f"{error}, and none of it was read; {cure}")
            return
        copy.seek(0)
        values = split_values(iter(partial(copy.read, _BLOCK), b""), max_characters=MAX_LINE_BYTES)
        for number, (value, source) in enumerate(values, start=1):
            yield from _parse_value(value, source, name=name, where=f"record {number}", unread=unread)


def _copied(blocks: Iterator[bytes], copy: IO[bytes]) -> Iterator[bytes]:
    for block in blocks:
        copy.write(block)
        if copy.tell() > MAX_ARRAY_BYTES:
            raise InputError(f"is longer than {MAX_ARRAY_BYTES:,} bytes")
        yield block


def _parse_value(
    value: object, source: bytes, *, name: str, where: str, unread: Unread
) -> Iterator[Abstract | Failure]:
    """Yield the abstract of a JSON value, or a Failure; of an object with records inside, each of those."""
    if not isinstance(value, dict):
        what = f'{where} is {_kind(value)}; give an object such as {{"pmid": "123", "title": …}}'
        yield Failure(f"{name}, {where}", what)
    elif inner := records_in(value):
        for number, record in enumerate(inner, start=1):
            line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
            place = f"{where}, record {number}"
            yield from _parse_value(record, line, name=name, where=place, unread=unread)
    else:
        yield parse_fields(value, source, what=f"{name}, {where}", where=where, unread=unread)


def parse_fields(
    record: Mapping[str, Any], source: bytes, *, what: str, where: str, unread: Unread
) -> Abstract | Failure:
    """Return the abstract of a record under any program's names, or a Failure, which `what` names without a PMID."""
    if is_escaped_twice(_strings(record)):  # HTML's entities, which JSON has no use for
        record = _mapped(record, unescape_once)
    ours, unknown = to_ours(record)
    fields = _Fields(ours)
    try:
        what = pmid = fields.pmid()
        abstract = finished(_abstract(fields, pmid, source))
    except InputError as error:
        return Failure(what, f"{where}: {error}")
    unread.count(unknown, has_abstract=bool(abstract.sections))
    return abstract


def _strings(value: object) -> Iterator[str]:
    """Yield all texts in a JSON value, those in lists and objects inside it too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a JSON value with all its texts changed."""
    if isinstance(value, dict):
        return {name: _mapped(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def _abstract(fields: _Fields, pmid: str, source: bytes) -> Abstract:
    sections = fields.sections("sections")
    if not sections and (text := fields.text("abstract")):
        sections = (Section("", "", text),)
    title = fields.text("title")
    if not (title or sections):
        raise InputError('it has no text; give "title", and "abstract" or "sections"')
    texts: dict[str, Any] = {field: fields.text(field) for field in TEXT_FIELDS}
    texts["doi"] = clean_doi(texts["doi"])
    lists: dict[str, Any] = {field: fields.strings(field) for field in LIST_FIELDS if field != "authors"}
    corrections = fields.corrections()
    authors, are_flat = fields.authors()
    return Abstract(
        **texts,
        **lists,
        authors=tuple(author.name for author in authors),
        author_records=() if are_flat else authors,
        pmid=pmid,
        title=title,
        sections=sections,
        year=fields.year(),
        other_abstracts=fields.other_abstracts(),
        corrections=corrections,
        book=fields.book(),
        version=fields.version(),
        is_retracted=fields.flag("is_retracted") or says_retracted(lists["types"], corrections),
        raw=source,
    )


class _Fields:
    """The fields of a JSON object, each checked for its kind. Raises InputError with the field and its right form."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record

    def _get(self, field: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        return self._record.get(field)

    def pmid(self) -> str:
        value = self._get("pmid")
        if isinstance(value, str) or type(value) is int:
            return clean_pmid(str(value).removesuffix(".0"))
        if value is not None:
            raise _wrong("pmid", value, 'the PMID as "123" or 123')
        if isinstance(error := self._record.get("error"), str):
            raise InputError(f'it is no record but an error: "{collapse_whitespace(error)[:200]}"; get the file again')
        raise InputError('it has no field "pmid"; give every record its PMID')

    def text(self, field: str) -> str:
        value = self._get(field)
        if value is None:
            return ""
        if isinstance(value, str) or type(value) is int:
            return plain_text(str(value))
        raise _wrong(field, value, "text in quotes")

    def strings(self, field: str) -> tuple[str, ...]:
        value = self._get(field)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise _wrong(field, value, 'a list of texts, as in ["…", "…"]')
        return tuple(filter(None, map(plain_text, value)))

    def authors(self) -> tuple[tuple[Author, ...], bool]:
        """Return the authors, and whether they came as flat names, which are taken as they are written."""
        return self._names(self._get("author_records") or self._get("authors"), "authors")

    def book(self) -> Book | None:
        value = self._get("book")
        if value is None or isinstance(value, str):  # as others name what a chapter is in
            return Book(plain_text(value)) if value else None
        if not isinstance(value, dict):
            raise _wrong("book", value, 'as in {"title": "…", "publisher": "…"}')
        fields = _Fields(value)
        editors, _are_flat = fields._names(value.get("editors"), "editors")
        title, publisher, place, isbn = map(fields.text, ("title", "publisher", "place", "isbn"))
        return Book(title, publisher, place, isbn, editors, fields.flag("is_chapter"))

    def _names(self, value: object, field: str) -> tuple[tuple[Author, ...], bool]:
        if isinstance(value, list) and any(isinstance(author, dict) for author in value):
            named = [_Fields(author) if isinstance(author, dict) else author for author in value]
            if not all(isinstance(author, (_Fields, str)) for author in named):
                raise _wrong(field, value, _AUTHORS)
            return tuple(filter(_has_name, map(_author, named))), False
        names = self.strings(field)
        authors = tuple(map(from_flat_name, names))
        return authors, names == tuple(author.name for author in authors)

    def flag(self, field: str) -> bool:
        value = self._get(field)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise _wrong("retracted" if field == "is_retracted" else field, value, "true or false")

    def year(self) -> int | None:
        value = self._get("year")
        if value is None or value == "":
            dated = _YEAR.search(self.text("date"))
            return int(dated[0]) if dated else None
        if (
            isinstance(value, str)
            and re.fullmatch(r"\s*[0-9]{4}(?:\.0)?\s*", value)
            or type(value) is int
            and 0 <= value <= 9999
        ):
            return int(float(value))
        raise _wrong("year", value, "a year such as 2013")

    def version(self) -> int:
        value = self._get("version")
        return value if type(value) is int and value > 1 else 1

    def sections(self, field: str) -> tuple[Section, ...]:
        named = self._objects(field, 'as in [{"label": "RESULTS", "text": "…"}]')
        return tuple(section for section in map(_section, named) if section.text)

    def other_abstracts(self) -> tuple[OtherAbstract, ...]:
        named = self._objects("other_abstracts", 'as in [{"language": "fre", "type": "Publisher", "sections": […]}]')
        return tuple(
            OtherAbstract(fields.text("language"), fields.text("type"), fields.sections("sections")) for fields in named
        )

    def corrections(self) -> tuple[Correction, ...]:
        named = self._objects("corrections", 'as in [{"ref_type": "ErratumIn", "pmid": "…", "citation": "…"}]')
        return tuple(Correction(*map(fields.text, ("ref_type", "pmid", "citation"))) for fields in named)

    def _objects(self, field: str, example: str) -> list[_Fields]:
        value = self._get(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(fields, dict) for fields in value):
            raise _wrong(field, value, f"a list of objects {example}")
        return [_Fields(fields) for fields in value]


def _author(author: _Fields | str) -> Author:
    if isinstance(author, str):
        return from_flat_name(collapse_whitespace(author))
    known = {"orcid": orcid_in(author.text("orcid")), "affiliation": author.text("affiliation")}
    family, group = author.text("family"), author.text("group")
    if group or not family:
        return Author(group=group or author.text("given"), **known)
    return replace(person(family, *map(author.text, ("given", "initials", "suffix"))), **known)


def _has_name(author: Author) -> bool:
    return bool(author.name)


def _section(fields: _Fields) -> Section:
    label = fields.text("label")
    return Section(label, section_category(label, fields.text("category")), fields.text("text"))


def _wrong(field: str, value: object, cure: str) -> InputError:
    return InputError(f'its field "{field}" is {_kind(value)}; give {cure}')


def _kind(value: object) -> str:
    """Describe a JSON value, short enough for a sentence."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list that starts with {_kind(value[0])}" if value else "an empty list"
    return collapse_whitespace(json.dumps(value if not isinstance(value, str) else value[:40], ensure_ascii=False)[:40])
