"""Detect the format of a file by its content, never by its name, and parse it."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import FileError, InputError
from index.ingest.formats.cleaning import collapse_whitespace
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.json_lines import parse_json_lines
from index.ingest.formats.medline import parse_medline
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.records import Failure, ParsedRecord

_HEAD = 1 << 16
_GZIP = b"\x1f\x8b"
_MAX_NESTED = 3
# What a bomb is: PubMed's own files unpack to about ten times their size, and deflate's most is a thousand times.
_MAX_RATIO = 200
_MAX_RATIO_FROM = 100 << 20
# An account of more failures helps nobody, and a file of a million empty lines must not fill the memory with them.
_MAX_FAILURES = 10_000
_KINDS = "PubMed XML, MEDLINE text (.nbib) and JSON Lines are read, each also as .gz"
_MEDLINE_LINE = re.compile(rb"[A-Z][A-Z0-9]{1,3} {0,2}-")
_PMID_LINE = re.compile(rb"^PMID {0,2}-", re.MULTILINE)
_HTML = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_HTML_TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
# How other things begin, what they are, and what to do about it.
_OTHERS = (
    (re.compile(rb"%PDF"), "a PDF file", "save the records from PubMed in the format PubMed"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive or an Office file", "unpack it first"),
    (re.compile(rb"BZh|\xfd7zXZ|\x28\xb5\x2f\xfd"), "a compressed file", "unpack it first, or compress it with gzip"),
    (re.compile(rb"SQLite format 3"), "a database", "give the library's folder with --library"),
    (
        re.compile(rb"TY {1,2}-"),
        "a RIS file, which has no room for all of a record",
        "save the records in the format PubMed",
    ),
    (re.compile(rb"@\w+\s*\{"), "a BibTeX file", "save the records from PubMed in the format PubMed"),
    (re.compile(rb"\"?PMID\"?,"), "a CSV file, which holds no abstracts", "save the records in the format PubMed"),
    (re.compile(rb"(?:[0-9]{1,10}[\s,;]+)*[0-9]{1,10}[\s,;]*$"), "a list of PMIDs", "give it with --pmids-from"),
    (re.compile(rb"1[.:] \S"), "PubMed's plain list of abstracts", "save the records in the format PubMed"),
    (re.compile(rb"Pubmed-entry ::="), "ASN.1", "fetch it with retmode=xml"),
)


def parse_file(path: Path | str, *, name: str | None = None) -> Iterator[ParsedRecord]:
    """Yield the records of a file in their order: PubMed XML, MEDLINE text or JSON Lines, gzipped or not.

    Raises FileError, when the first record is asked for, for a file that is missing, empty or of no kind that is known.
    Damage later in the file, such as a gzip file that was cut off, is a Failure behind what could be read.
    """
    path = Path(path)
    name = collapse_whitespace(path.name if name is None else name)
    try:
        with path.open("rb") as opened:
            yield from _parse_stream(opened, path, name)
    except FileNotFoundError as error:
        raise FileError(f"there is no file {path}; check the path") from error
    except IsADirectoryError as error:
        raise FileError(f"{path} is a folder; name the files in it") from error
    except PermissionError as error:
        raise FileError(f"{path} may not be read by this user; change its permissions") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # the name, not what is in the file
        raise FileError(f"no file can have the name {str(path)!r}; check the path") from error


def _parse_stream(opened: BinaryIO, path: Path, name: str) -> Iterator[ParsedRecord]:
    sources = [_CheckedStream(opened)]
    stream = io.BufferedReader(sources[0], _HEAD)
    while len(sources) <= _MAX_NESTED and stream.peek(2)[:2] == _GZIP:
        sources.append(_CheckedStream(gzip.GzipFile(fileobj=stream), packed=sources[0]))
        stream = io.BufferedReader(sources[-1], _HEAD)
    head = stream.peek(_HEAD)
    damage = next((source.damage for source in sources if source.damage), "")
    parse = _parser_for(head, path, damage)
    for record in _few_failures(parse(stream, name=name), name):
        damage = next((source.damage for source in sources if source.damage), "")
        # Where the file is damaged, the sentence below says more than the parser's "was cut off".
        if not (damage and isinstance(record, Failure) and record.what == name):
            yield record
    damage = next((source.damage for source in sources if source.damage), "")
    if damage:
        yield Failure(name, f"{damage}; what could be read before that came out, get the file again")


def _few_failures(records: Iterator[ParsedRecord], name: str) -> Iterator[ParsedRecord]:
    """Yield the records with no more than the first _MAX_FAILURES failures, and how many there were beyond."""
    failures = 0
    for record in records:
        failures += isinstance(record, Failure)
        if failures <= _MAX_FAILURES or not isinstance(record, Failure):
            yield record
    if failures > _MAX_FAILURES:
        yield Failure(f"{name}, further on", f"{failures - _MAX_FAILURES:,} more could not be read; mend the file")


def _parser_for(head: bytes, path: Path, damage: str) -> Callable[..., Iterator[ParsedRecord]]:
    """Return the parser for a file by its first bytes. Raises FileError, with the kind of file, when there is none."""
    try:
        text = as_utf8(io.BytesIO(head)).read().lstrip()
    except InputError:  # XML with an encoding that is unknown: the parser says so
        return parse_pubmed_xml
    if not text:
        raise FileError(f"{path} {damage or ('holds only white space' if head else 'is empty')}; get the file again")
    if _HTML.match(text):
        title = _HTML_TITLE.search(text)
        named = f' ("{collapse_whitespace(title[1].decode("utf-8", "replace"))[:80]}")' if title else ""
        raise FileError(f"{path} is a web page{named}; {_KINDS}")
    for pattern, what, cure in _OTHERS:
        if pattern.match(text):
            raise FileError(f"{path} is {what}; {cure}")
    if text.startswith(b"<"):
        return parse_pubmed_xml
    if text.startswith((b"{", b"[")):
        return parse_json_lines
    if _MEDLINE_LINE.match(text) or _PMID_LINE.search(text):
        return parse_medline
    raise FileError(f'{path} is of no kind that is known, it starts with "{_printable(text)}"; {_KINDS}')


def _printable(text: bytes) -> str:
    start = collapse_whitespace(text[:200].decode("utf-8", "replace"))
    return "".join(character if character.isprintable() else "\ufffd" for character in start)[:40]


class _CheckedStream(io.RawIOBase):
    """Stream that ends at the first damage and describes it in `damage`."""

    def __init__(
        self, stream: io.BufferedReader | gzip.GzipFile | BinaryIO, *, packed: _CheckedStream | None = None
    ) -> None:
        self._stream = stream
        self._packed = packed
        self.passed = 0  # bytes
        self.damage = ""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill the buffer as far as there is anything to read; return how far."""
        filled = 0
        while filled < len(buffer) and not self.damage:
            piece = self._read(len(buffer) - filled)
            if not piece:
                break
            buffer[filled : filled + len(piece)] = piece
            filled += len(piece)
        self._count(filled)
        return filled

    def _count(self, count: int) -> None:
        self.passed += count
        if self._packed and self.passed > max(_MAX_RATIO_FROM, _MAX_RATIO * self._packed.passed):
            self.damage = f"is a gzip file that unpacks to more than {_MAX_RATIO} times its size, as no records do"

    def _read(self, size: int) -> bytes:
        try:
            # Not read(): what was unpacked before the damage would be lost with it.
            return self._stream.read1(size)  # type: ignore[union-attr]
        except EOFError:
            self.damage = "is a gzip file that was cut off"
        except (gzip.BadGzipFile, zlib.error) as error:
            self.damage = f"is a gzip file that is damaged ({error})"
        return b""
