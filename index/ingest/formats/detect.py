"""Open a file, unpack it as it is read, and parse what its content says it is, whatever its name."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, BinaryIO

from index.errors import FileError, InputError
from index.ingest.formats.cleaning import collapse_whitespace
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.kinds import KINDS, PUBMED_XML, ZIP, FileKind, kind_of, office_kind
from index.ingest.formats.pmid_lists import PmidList, pmids_of_text
from index.records import Abstract, Failure, ParsedRecord, parse_pmid

_HEAD = 1 << 16
_GZIP = b"\x1f\x8b"
_MAX_NESTED = 3
_ENCRYPTED = 1
_MAX_MEMBERS = 10_000
_MAX_NAME_CHARACTERS = 80
# What a bomb is: PubMed's own files unpack to about ten times their size, and deflate's most is a thousand times.
_MAX_RATIO = 200
_MAX_RATIO_FROM = 100 << 20
# An account of more failures helps nobody, and a file of a million empty lines must not fill the memory with them.
_MAX_FAILURES = 10_000


def parse_file(path: Path | str, *, name: str | None = None) -> Generator[ParsedRecord]:
    """Yield the records of a file in their order, of any kind that `kinds` knows, gzipped or in a ZIP archive.

    Raises FileError, when the first record is asked for, for a file that is missing, empty or of no kind that is known.
    Damage later in the file, such as a gzip file that was cut off, is a Failure behind what could be read.
    """
    path = Path(path)
    name = collapse_whitespace(path.name if name is None else name)
    with _opened(path) as opened:
        yield from _content_of(opened, path).records(name)


def read_pmids(path: Path | str) -> PmidList:
    """Return the PMIDs of a file: of a list or a table by label or column, else those of its records.

    Raises FileError for a file that is missing, empty or names no PMID.
    """
    path = Path(path)
    with _opened(path) as opened:
        found = _content_of(opened, path).pmids(collapse_whitespace(path.name))
    if not found.pmids:
        nowhere = ', in no column headed PMID and behind no label as in "PMID: 123"'
        reasons = (f": {part} {why}" for part, why in found.failed.items() if any(map(str.isdecimal, part)))
        first = next(reasons, nowhere)
        raise FileError(f"{path} names no PMID{first}")
    return found


def is_pmid_list(path: Path | str) -> bool:
    """Return True if a file holds PMIDs and no records. Raises FileError when it cannot be opened."""
    path = Path(path)
    with _opened(path) as opened:
        kind = _content_of(opened, path).kind
    return kind is not None and kind.parse is None and kind.find_pmids is not None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as opened:
            yield opened
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


def parse_again(abstract: Abstract) -> Abstract:
    """Return a stored abstract as its raw record is read today; one without such a record as it is."""
    kind = kind_of(abstract.raw[:_HEAD]) if abstract.raw else None
    records = list(kind.parse(io.BytesIO(abstract.raw), name="")) if kind and kind.parse else []
    again = [record for record in records if isinstance(record, Abstract)]
    if len(again) == 1 and again[0].pmid == abstract.pmid:
        return replace(again[0], raw=abstract.raw)
    return abstract


def _content_of(opened: BinaryIO, path: Path) -> _Unpacked | _Archive:
    """Return the content of a file, or of the files in a ZIP archive. Raises FileError for any other use of ZIP."""
    if opened.read(4) not in ZIP:
        opened.seek(0)
        return _Unpacked(_CheckedStream(opened), path)
    try:
        archive = zipfile.ZipFile(opened)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileError(f"{path} is a ZIP archive that is damaged or was cut off; get the file again") from error
    if kind := office_kind(archive.namelist()):
        raise FileError(f"{path} is {kind.what}; {kind.cure}")
    return _Archive(archive, path)


class _Unpacked:
    """A file's content behind all gzip, with its kind."""

    def __init__(self, source: _CheckedStream, path: Path) -> None:
        self._path = path
        self._sources = [source]
        self._stream = io.BufferedReader(self._sources[0], _HEAD)
        while len(self._sources) <= _MAX_NESTED and self._stream.peek(2)[:2] == _GZIP:
            packed = gzip.GzipFile(fileobj=self._stream)
            self._sources.append(_CheckedStream(packed, packed_bytes=lambda: source.passed))
            self._stream = io.BufferedReader(self._sources[-1], _HEAD)
        head = self._stream.peek(_HEAD)
        self._start, self.kind = self._told(head)

    @property
    def _damage(self) -> str:
        return next((source.damage for source in self._sources if source.damage), "")

    def _told(self, head: bytes) -> tuple[bytes, FileKind | None]:
        """Return the beginning of the text and its kind. Raises FileError when there is nothing."""
        try:
            text = as_utf8(io.BytesIO(head)).read()
        except InputError:  # XML with an encoding that is unknown: the parser says so
            return head, PUBMED_XML
        if not text.strip():
            what = self._damage or ("holds only white space" if head else "is empty")
            raise FileError(f"{self._path} {what}; get the file again")
        return text, kind_of(text)

    def records(self, name: str) -> Iterator[ParsedRecord]:
        """Yield the records. Raises FileError, with the kind of file, when there are none."""
        if self.kind is None:
            raise FileError(
                f'{self._path} is of no kind that is known, it starts with "{_printable(self._start)}"; {KINDS}'
            )
        if self.kind.parse is None:
            raise FileError(f"{self._path} is {self.kind.what}; {self.kind.cure}")
        for record in _few_failures(self.kind.parse(self._stream, name=name), name):
            # Where the file is damaged, the sentence below says more than the parser's "was cut off".
            if not (self._damage and isinstance(record, Failure) and record.what == name):
                yield record
        if self._damage:
            yield Failure(name, f"{self._damage}; what could be read before that came out, get the file again")

    def pmids(self, name: str) -> PmidList:
        """Return the PMIDs. Raises FileError, with the kind of file, when it can name none."""
        if self.kind and self.kind.parse and not self.kind.find_pmids:
            return _pmids_of_records(self.records(name))
        if self.kind and not self.kind.find_pmids:
            raise FileError(f"{self._path} is {self.kind.what}; {self.kind.cure}")
        find = self.kind.find_pmids if self.kind and self.kind.find_pmids else pmids_of_text
        try:
            found = find(as_utf8(self._stream))
        except InputError as error:
            raise FileError(f"{self._path} {error}") from error
        if self._damage:
            raise FileError(f"{self._path} {self._damage}; get the file again")
        return found


class _Archive:
    """The files in a ZIP archive, which are read where they are: nothing is written, whatever their names are."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        self._members = [member for member in archive.infolist() if not _is_by_the_way(member)]
        if len(self._members) > _MAX_MEMBERS:
            raise FileError(f"{path} is a ZIP archive of more than {_MAX_MEMBERS:,} files; unpack it first")
        if not self._members:
            raise FileError(f"{path} is a ZIP archive without files; get it again")
        self._passed = 0  # bytes of all members that were unpacked

    @property
    def kind(self) -> FileKind | None:
        """The kind of the first file that can be opened."""
        return next((content.kind for _name, content in self._contents() if isinstance(content, _Unpacked)), None)

    def records(self, name: str) -> Iterator[ParsedRecord]:
        """Yield the records of each file; one that cannot be read is a Failure."""
        for member, content in self._contents():
            what = f"{name}, {member}"
            try:
                yield from [Failure(what, content)] if isinstance(content, str) else content.records(what)
            except FileError as error:
                yield Failure(what, str(error).removeprefix(f"{member} "))

    def pmids(self, name: str) -> PmidList:
        """Return the PMIDs of all files."""
        pmids: dict[str, None] = {}
        failed: dict[str, str] = {}
        notes: list[str] = []
        for member, content in self._contents():
            try:
                found = PmidList([], {"": content}) if isinstance(content, str) else content.pmids(member)
            except FileError as error:
                found = PmidList([], {"": str(error).removeprefix(f"{member} ")})
            pmids |= dict.fromkeys(found.pmids)
            failed |= {", ".join(filter(None, (member, what))): why for what, why in found.failed.items()}
            notes += [f"{member}: {note}" for note in found.notes]
        return PmidList(list(pmids), failed, tuple(notes))

    def _contents(self) -> Iterator[tuple[str, _Unpacked | str]]:
        """Yield the name of each file with its content, or why it has none."""
        size = self._path.stat().st_size
        for member in self._members:
            shown = collapse_whitespace(member.filename)[-_MAX_NAME_CHARACTERS:]
            if member.flag_bits & _ENCRYPTED:
                yield shown, "is locked with a password; unpack the archive first"
                continue
            try:
                with self._archive.open(member) as opened:
                    packed = lambda: size  # noqa: E731
                    source = _CheckedStream(opened, packed_bytes=packed, before=self._passed, form="a ZIP archive")
                    yield shown, _Unpacked(source, Path(shown))
                    self._passed += source.passed
            except FileError as error:
                yield shown, str(error).removeprefix(f"{shown} ")
            except (RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError, ValueError) as error:
                yield shown, f"cannot be unpacked ({error}); unpack the archive first"


def _is_by_the_way(member: zipfile.ZipInfo) -> bool:
    """Return True for folders, and for what macOS and others leave in archives."""
    name = member.filename.replace("\\", "/")
    return member.is_dir() or name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _pmids_of_records(records: Iterator[ParsedRecord]) -> PmidList:
    pmids: dict[str, None] = {}
    failed: dict[str, str] = {}
    for record in records:
        if isinstance(record, Abstract):
            pmids[record.pmid] = None
        elif isinstance(record, Failure) and parse_pmid(record.what):  # the PMID is all that is wanted
            pmids[record.what] = None
        elif isinstance(record, Failure):
            failed[record.what] = record.why
    return PmidList(list(pmids), failed)


def _few_failures(records: Iterator[ParsedRecord], name: str) -> Iterator[ParsedRecord]:
    """Yield the records with no more than the first _MAX_FAILURES failures, and how many there were beyond."""
    failures = 0
    for record in records:
        failures += isinstance(record, Failure)
        if failures <= _MAX_FAILURES or not isinstance(record, Failure):
            yield record
    if failures > _MAX_FAILURES:
        yield Failure(f"{name}, further on", f"{failures - _MAX_FAILURES:,} more could not be read; mend the file")


def _printable(text: bytes) -> str:
    start = collapse_whitespace(text[:200].decode("utf-8", "replace"))
    return "".join(character if character.isprintable() else "\ufffd" for character in start)[:40]


class _CheckedStream(io.RawIOBase):
    """Stream that ends at the first damage and describes it in `damage`."""

    def __init__(
        self,
        stream: io.BufferedReader | gzip.GzipFile | IO[bytes],
        *,
        packed_bytes: Callable[[], int] | None = None,
        before: int = 0,
        form: str = "a gzip file",
    ) -> None:
        self._stream = stream
        self._packed_bytes, self._before, self._form = packed_bytes, before, form
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
        unpacked = self._before + self.passed
        if self._packed_bytes and unpacked > max(_MAX_RATIO_FROM, _MAX_RATIO * self._packed_bytes()):
            self.damage = f"is {self._form} that unpacks to more than {_MAX_RATIO} times its size, as no records do"

    def _read(self, size: int) -> bytes:
        try:
            # Not read(): what was unpacked before the damage would be lost with it.
            return self._stream.read1(size)  # type: ignore[union-attr]
        except EOFError:
            self.damage = f"is {self._form} that was cut off"
        except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
            self.damage = f"is {self._form} that is damaged ({error})"
        return b""
