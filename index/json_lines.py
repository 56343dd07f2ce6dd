"""JSON Lines to abstracts and back; also what every reader here shares: folding text, PMIDs, UTF-8."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from index.errors import InputError
from index.records import Abstract, Correction, Failure, OtherAbstract, Read, Section

MAX_LINE_BYTES = 50_000_000
"""The longest line or array element that is read: about 10,000 times an ordinary abstract."""

MAX_ARRAY_BYTES = 500_000_000
"""The longest JSON array that is read: unlike lines, it is held in memory whole."""

_BLOCK = 1 << 16
_TEXTS = (
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
_LISTS = ("authors", "types", "mesh", "keywords")
# As other programs name the same fields.
_ALIASES = {"types": "publication_types", "is_retracted": "retracted", "pmid": "PMID"}
_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_HALF = re.compile(r"[\ud800-\udfff]")
_BETWEEN = re.compile(r"[\s,]*")
_PMID = re.compile(r"0*([1-9][0-9]{0,9})")
_DOI_PREFIX = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", re.I)
# Codecs that hold plain text; others that Python knows (zlib, hex, rot13 …) must not be had by naming them in a file.
_TEXT_CODEC = re.compile(
    r"utf-?(8|16|32)\S*|ascii|iso8859-\d+|cp\d+|mac-\S+|koi8-\S|big5\S*|gb\S+|euc_\S+|shift_\S+|hz"
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']\s*([\w.:-]+)")


def fold(text: str) -> str:
    """Return text with white space of any kind folded to single spaces and control characters dropped; else verbatim.

    Half a character (a lone surrogate, which cannot be stored as UTF-8) becomes U+FFFD.
    """
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text  # nine of ten: no control characters, and no white space but single spaces
    folded = " ".join(_DROPPED.sub("", text).split())
    return folded if folded.isascii() else _HALF.sub("\ufffd", folded)


def clean_pmid(text: str) -> str:
    """Return the PMID without leading zeros; raise InputError unless it is a number of 1 to 10 digits."""
    if match := _PMID.fullmatch(text.strip()):
        return match[1]
    if not text.strip():
        raise InputError("it has no PMID; give every record its PMID")
    raise InputError(f'its PMID is "{fold(text)[:40]}"; a PMID is a number of 1 to 10 digits')


def clean_doi(text: str) -> str:
    """Return the DOI itself, without "doi:" or the resolver's address before it."""
    return _DOI_PREFIX.sub("", fold(text), count=1)


def as_utf8(stream: BinaryIO) -> io.BufferedReader:
    """Return the stream as UTF-8 bytes without a byte order mark; bytes that are already UTF-8 pass through untouched.

    Knows byte order marks, UTF-16 without one, and the encoding that an XML declaration names. Raises InputError when
    that encoding is unknown.
    """
    head = stream.read(1024)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return io.BufferedReader(_Utf8(stream, head[len(mark) :], encoding), _BLOCK)
    if head[:1] == b"\0" or head[1:2] == b"\0":
        encoding = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
    else:
        encoding = _declared_encoding(head)
    return io.BufferedReader(_Utf8(stream, head, encoding), _BLOCK)


def _declared_encoding(head: bytes) -> str:
    match = _DECLARED.match(head)
    if not match:
        return "utf-8"
    declared = match[1].decode("ascii")
    try:
        encoding = codecs.lookup(declared).name
    except LookupError:
        encoding = ""
    if not _TEXT_CODEC.fullmatch(encoding):
        raise InputError(f'its XML declaration names the encoding "{declared}", which is unknown; save it as UTF-8')
    # A declaration that can be read as ASCII is not UTF-16 or UTF-32, whatever it says: some programs write this.
    return "utf-8" if encoding.startswith(("utf", "ascii")) else encoding


class _Utf8(io.RawIOBase):
    """A stream read as UTF-8; closing it leaves the stream below open."""

    def __init__(self, stream: BinaryIO, head: bytes, encoding: str) -> None:
        self._stream = stream
        self._pending = head
        self._is_ended = False
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
        if self._decoder:
            self._pending = self._decoder.decode(head).encode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        while not self._pending and not self._is_ended:
            piece = self._stream.read(_BLOCK)
            self._is_ended = not piece
            self._pending = self._decoder.decode(piece, self._is_ended).encode() if self._decoder else piece
        count = min(len(buffer), len(self._pending))
        buffer[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count


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
        **{field: getattr(abstract, field) for field in _TEXTS},
        **{field: list(getattr(abstract, field)) for field in _LISTS},
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
    texts: dict[str, Any] = {field: record.get(field, "") for field in _TEXTS}
    lists: dict[str, Any] = {field: tuple(record.get(field, ())) for field in _LISTS}
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


def best_title(title: str, vernacular_title: str) -> str:
    """Return the title, or the one in the original language when that is all there is."""
    is_missing = title.strip("[].").casefold() in ("", "not available")
    return vernacular_title or title if is_missing else title


def says_retracted(types: tuple[str, ...], corrections: tuple[Correction, ...]) -> bool:
    """Return whether publication types or corrections say that the abstract was retracted; a notice of one does not."""
    if any(one.casefold() == "retracted publication" for one in types):
        return True
    return any(one.ref_type in ("RetractionIn", "RetractedandRepublishedIn") for one in corrections)


def read_json_lines(stream: BinaryIO, *, name: str) -> Iterator[Read]:
    """Yield the abstract of each line; a JSON array, or objects that span lines, will do as well.

    A line that is not UTF-8, not JSON, or has a field of the wrong kind is a Failure that names line and field.
    """
    text = as_utf8(stream)
    number, line = 1, text.readline(MAX_LINE_BYTES + 1)
    while line and line.isspace():
        number, line = number + 1, text.readline(MAX_LINE_BYTES + 1)
    if _spans_lines(line):
        source = line + text.read(MAX_ARRAY_BYTES)
        if len(source) > MAX_ARRAY_BYTES:
            yield Failure(name, f"is one JSON value of over {MAX_ARRAY_BYTES:,} bytes; write one object a line")
        else:
            yield from _read_values(source, name=name)
        return
    while line:
        if len(line) > MAX_LINE_BYTES:
            _skip_line(text, line)
            yield Failure(f"{name}, line {number}", f"line {number} is longer than {MAX_LINE_BYTES:,} bytes; split it")
        elif not line.isspace():
            yield _read_line(line.strip(), name=name, where=f"line {number}")
        number, line = number + 1, text.readline(MAX_LINE_BYTES + 1)


def _spans_lines(line: bytes) -> bool:
    """Return whether this first line opens a JSON array, or an object that goes on in the next line."""
    if line.lstrip().startswith(b"["):
        return True
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _skip_line(stream: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(_BLOCK)


def _read_line(line: bytes, *, name: str, where: str) -> Abstract | Failure:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Failure(
            f"{name}, {where}", f"{where} is not UTF-8 (byte {error.start + 1} of it); save the file as UTF-8"
        )
    except json.JSONDecodeError as error:
        return Failure(
            f"{name}, {where}", f"{where} is not JSON ({error.msg} at column {error.colno}); mend or remove it"
        )
    except (ValueError, RecursionError):
        return Failure(
            f"{name}, {where}", f"{where} is JSON with a number too long or lists too deep; mend or remove it"
        )
    return _read_value(value, line, name=name, where=where)


def _read_values(source: bytes, *, name: str) -> Iterator[Abstract | Failure]:
    """Yield the abstracts of an array, or of objects one after another; a broken one costs only itself where it can."""
    text = source.decode("utf-8", "surrogateescape").lstrip()
    is_array = text.startswith("[")
    number, at = 0, _next_value(text, int(is_array))
    while at < len(text) and text[at] != "]":
        number += 1
        where = f"record {number}"
        try:
            value, end = json.JSONDecoder().raw_decode(text, at)
            yield _read_value(value, text[at:end].encode("utf-8"), name=name, where=where)
        except UnicodeEncodeError:
            yield Failure(f"{name}, {where}", f"{where} is not UTF-8; save the file as UTF-8")
        except (ValueError, RecursionError) as error:
            end = _after_broken(text, at)
            lost = "" if end < len(text) else ", and nothing after it could be read"
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number too long or lists too deep"
            yield Failure(f"{name}, {where}", f"{where} is not JSON ({reason}){lost}; mend or remove it")
        at = _next_value(text, end)
    if is_array and at >= len(text):
        yield Failure(name, "ends before its closing bracket, so records may be missing; get the file again")


def _next_value(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _after_broken(text: str, at: int) -> int:
    """Return where the next line opens an object at the same depth as the broken value at `at`; else the text's end."""
    indent = text[text.rfind("\n", 0, at) + 1 : at]
    opening = re.compile(r"\n" + (indent if indent.isspace() else "") + r"\{")
    match = opening.search(text, at)
    return match.end() - 1 if match else len(text)


def _read_value(value: object, source: bytes, *, name: str, where: str) -> Abstract | Failure:
    """Return the abstract that a JSON value says, or why it says none."""
    if not isinstance(value, dict):
        return Failure(
            f"{name}, {where}", f'{where} is {_kind(value)}; give an object such as {{"pmid": "123", "title": …}}'
        )
    fields = _Fields(value)
    what = f"{name}, {where}"
    try:
        what = pmid = fields.pmid()
        return _abstract(fields, pmid, source)
    except InputError as error:
        return Failure(what, f"{where}: {error}")


def _abstract(fields: _Fields, pmid: str, source: bytes) -> Abstract:
    sections = fields.sections("sections")
    if not sections and (text := fields.text("abstract")):
        sections = (Section("", "", text),)
    title = fields.text("title")
    if not (title or sections):
        raise InputError('it has no text; give "title", and "abstract" or "sections"')
    texts: dict[str, Any] = {field: fields.text(field) for field in _TEXTS}
    texts["doi"] = clean_doi(texts["doi"])
    lists: dict[str, Any] = {field: fields.strings(field) for field in _LISTS}
    corrections = fields.corrections()
    return Abstract(
        **texts,
        **lists,
        pmid=pmid,
        title=title,
        sections=sections,
        year=fields.year(),
        other_abstracts=fields.other_abstracts(),
        corrections=corrections,
        is_retracted=fields.flag("is_retracted") or says_retracted(lists["types"], corrections),
        raw=source,
    )


class _Fields:
    """The fields of a JSON object, each checked for its kind; InputError says which is wrong and what to give."""

    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record

    def _get(self, field: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        value = self._record.get(field)
        return self._record.get(_ALIASES[field]) if value is None and field in _ALIASES else value

    def pmid(self) -> str:
        value = self._get("pmid")
        if isinstance(value, str) or type(value) is int:
            return clean_pmid(str(value))
        if value is not None:
            raise _wrong("pmid", value, 'the PMID as "123" or 123')
        if isinstance(error := self._record.get("error"), str):
            raise InputError(f'it is no record but an error: "{fold(error)[:200]}"; get the file again')
        raise InputError('it has no field "pmid"; give every record its PMID')

    def text(self, field: str) -> str:
        value = self._get(field)
        if value is None:
            return ""
        if isinstance(value, str) or type(value) is int:
            return fold(str(value))
        raise _wrong(field, value, "text in quotes")

    def strings(self, field: str) -> tuple[str, ...]:
        value = self._get(field)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _wrong(field, value, 'a list of texts, as in ["…", "…"]')
        return tuple(text for one in value if (text := fold(one)))

    def flag(self, field: str) -> bool:
        value = self._get(field)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise _wrong(_ALIASES[field] if field not in self._record else field, value, "true or false")

    def year(self) -> int | None:
        value = self._get("year")
        if value is None or value == "":
            return None
        if (
            isinstance(value, str)
            and re.fullmatch(r"\s*[0-9]{4}\s*", value)
            or type(value) is int
            and 0 <= value <= 9999
        ):
            return int(value)
        raise _wrong("year", value, "a year such as 2013")

    def sections(self, field: str) -> tuple[Section, ...]:
        named = (one for one in self._objects(field, 'as in [{"label": "RESULTS", "text": "…"}]'))
        sections = (Section(one.text("label"), one.text("category"), one.text("text")) for one in named)
        return tuple(section for section in sections if section.text)

    def other_abstracts(self) -> tuple[OtherAbstract, ...]:
        named = self._objects("other_abstracts", 'as in [{"language": "fre", "type": "Publisher", "sections": […]}]')
        return tuple(OtherAbstract(one.text("language"), one.text("type"), one.sections("sections")) for one in named)

    def corrections(self) -> tuple[Correction, ...]:
        named = self._objects("corrections", 'as in [{"ref_type": "ErratumIn", "pmid": "…", "citation": "…"}]')
        return tuple(Correction(one.text("ref_type"), one.text("pmid"), one.text("citation")) for one in named)

    def _objects(self, field: str, example: str) -> list[_Fields]:
        value = self._get(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise _wrong(field, value, f"a list of objects {example}")
        return [_Fields(one) for one in value]


def _wrong(field: str, value: object, cure: str) -> InputError:
    return InputError(f'its field "{field}" is {_kind(value)}; give {cure}')


def _kind(value: object) -> str:
    """Say what a JSON value is, short enough for a sentence."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list that starts with {_kind(value[0])}" if value else "an empty list"
    return json.dumps(value, ensure_ascii=False)[:40]
