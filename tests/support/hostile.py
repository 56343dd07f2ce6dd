"""Records turned hostile by mutation, and what must hold of whatever is read from them.

The records are our own invented ones, and with them real ones where the folder shared/data lies beside the repository.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from pubmed_records import pubmed_xml, read_invented

from index.analysis.chunking import split_abstract
from index.errors import FileError
from index.ingest.formats.detect import parse_file
from index.ingest.formats.json_lines import parse_json_lines
from index.ingest.formats.medline import parse_medline
from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.records import Abstract, Deletion, Failure, Note, Section, from_json, to_json
from index.storage.schema import pack, unpack

SHARED = Path(__file__).parents[3] / "shared" / "data" / "pubmed-xml"
PARSERS: dict[str, Callable] = {
    "xml": parse_pubmed_xml,
    "medline": parse_medline,
    "lines": parse_json_lines,
    "array": parse_json_lines,
}
"""Each layout of a file with the parser for it."""

_MAX_RECORD_BYTES = 12_000
_NEIGHBOURS = (
    Abstract("99999991", "The one before", (Section("AIM", "OBJECTIVE", "To stay."), Section("", "", "It stayed."))),
    Abstract("99999992", "The one behind", (Section("", "", "It came out too, P < 0.05."),), year=2001),
)
INSERTED = (
    b"<", b">", b"&", b'"', b"'", b"\\", b"\n",
    b"\r", b"\r\n", b"\n\n", b"\t", b" ", b"\x00", b"\x01", b"\x1b", b"\x7f",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xff", b"\xfe", b"\xc3", b"\xed\xa0\x80", b"\xef\xbf\xbf",
    b"\xf0\x9f\x90\x8c", b"\xef\xbb\xbf", b"&#0;", b"&#xD800;", b"&#133;", b"&lt;i&gt;", b"&bomb;", b"&nbsp;", b"]]>",
    b"<!--", b"-->", b"<![CDATA[", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<?xml version='1.0' encoding='utf-7'?>",
    b"<PubmedArticle>", b"</PubmedArticle>", b"<MedlineCitation>", b"</MedlineCitation>", b"<PubmedArticleSet>",
    b"</PubmedArticleSet>", b"<BookDocument>", b"<PubmedBookArticle/>", b"<1:PubmedArticle/>", b"<ERROR>no</ERROR>",
    b"<PMID>7</PMID>", b"<PMID>00000000000000000012</PMID>", b"<DeleteCitation><PMID>8</PMID></DeleteCitation>",
    b"<xi:include href='file:///etc/passwd'/>", b"<i>", b"</i>", b"<mml:math>", b"\nPMID- 5\n", b"\nPMID- x\n",
    b"\n\nTI  - ", b"\nAB  - METHODS: ", b"\n      ", b"\nRIN - ", b"{", b"}", b"[", b"]", b",", b":", b"null", b"NaN",
    b"-Infinity", b"1e999", b"9" * 400, b'"pmid": 7,', b'"title": ["x"],', b'"\\ud800"', b"\\u0000", b"{}", b"[[[[",
    b'{"pmid": ', b"\xd9\xa1\xd9\xa2",
)  # fmt: skip
_ASIDE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PMID = re.compile(r"[1-9][0-9]{0,9}")


@cache
def records(layout: str) -> tuple[bytes, ...]:
    """Return the records that are mutated, in the form that they have in this layout."""
    invented = read_invented()
    if layout == "xml":
        own = [pubmed_xml(one).encode() for one in invented]
        return tuple(own + [one.raw for one in _real() if one.raw.startswith(b"<")])
    if layout == "medline":
        own = [_medline(one) for one in invented]
        return tuple(own + [one.raw for one in _real() if one.raw.startswith(b"PMID")])
    return tuple(_json(one) for one in (*invented, *_real()))


@cache
def _real() -> tuple[Abstract, ...]:
    found: dict[bytes, Abstract] = {}
    for path in sorted(SHARED.glob("*")) if SHARED.is_dir() else ():
        try:
            found |= {one.raw: one for one in parse_file(path) if isinstance(one, Abstract)}
        except FileError:
            continue
    return tuple(one for raw, one in found.items() if len(raw) <= _MAX_RECORD_BYTES)


def _json(abstract: Abstract) -> bytes:
    return json.dumps(to_json(abstract), ensure_ascii=False).encode()


def _medline(abstract: Abstract) -> bytes:
    rows = [("PMID", abstract.pmid), ("DP", abstract.date), ("TI", abstract.title), ("LA", abstract.language)]
    labelled = (f"{one.label}: {one.text}" if one.label else one.text for one in abstract.sections)
    rows += [("AB", "\n      ".join(" ".join(labelled).split(". ")))]
    for tag, values in (("AU", abstract.authors), ("PT", abstract.types), ("MH", abstract.mesh)):
        rows += [(tag, value) for value in values]
    rows += [("SO", f"{abstract.journal}. {abstract.date}")]
    return "\n".join(f"{tag:4}- {value}" for tag, value in rows if value).encode()


KINDS = 9
"""How many kinds of steps a mutation may take."""


def mutate(record: bytes, steps: Iterable[tuple[int, int, int]], *, layout: str) -> bytes:
    """Return a record after some steps, each (what is done, where in 65,536ths, how much or which)."""
    for kind, where, much in steps:
        at = where * len(record) // 65_536
        end = min(len(record), at + 1 + much % (64 if kind % 2 else 2_000))
        record = (
            _tags_moved(record, kind, where, much)
            if kind in (7, 8)
            else record[:at]
            + _instead(record[at:end], kind, much, layout=layout)
            + record[at if kind == 4 else end :] * (kind != 3)
        )
    return record


def _instead(piece: bytes, kind: int, much: int, *, layout: str) -> bytes:
    """Return what stands in place of a piece: a flipped bit, nothing, the piece again, a token, another's part."""
    other = records(layout)[much % len(records(layout))]
    flipped = bytes([(piece or b"x")[0] ^ (1 << much % 8)]) + piece[1:]
    token = INSERTED[much % len(INSERTED)]
    return (flipped, b"", piece * (2 + much % 3), b"", token, token, other[len(other) // 3 : len(other) // 2])[kind]


def _tags_moved(record: bytes, kind: int, where: int, much: int) -> bytes:
    """Return the record with two tags swapped, or without one."""
    tags = [match.span() for match in re.finditer(rb"<[^<>]*>", record)] or [(0, 0)]
    one, two = sorted((tags[where % len(tags)], tags[much % len(tags)]))
    if kind == 8 or one == two:
        return record[: one[0]] + record[one[1] :]
    swapped = record[slice(*two)] + record[one[1] : two[0]] + record[slice(*one)]
    return record[: one[0]] + swapped + record[two[1] :]


def random_steps(seed: int) -> list[tuple[int, int, int]]:
    """Return one to five steps, the same for the same seed."""
    dice = random.Random(seed)
    return [(dice.randrange(KINDS), dice.randrange(65_536), dice.randrange(65_536)) for _ in range(dice.randint(1, 5))]


def between_neighbours(record: bytes, layout: str) -> bytes:
    """Return a file with a good record, this one, and another good record."""
    if layout == "xml":
        first, last = (pubmed_xml(one).encode() for one in _NEIGHBOURS)
        start = b'<?xml version="1.0" ?>\n<PubmedArticleSet>'
        return b"\n".join((start, first, record, last, b"</PubmedArticleSet>\n"))
    if layout == "medline":
        return b"\n\n".join((_medline(_NEIGHBOURS[0]), record, _medline(_NEIGHBOURS[1]))) + b"\n"
    first, last = map(_json, _NEIGHBOURS)
    separator = b"\n" if layout == "lines" else b",\n"
    return (b"[" if layout == "array" else b"") + separator.join((first, record, last)) + b"]" * (layout == "array")


def spared(record: bytes, layout: str) -> Iterator[str]:
    """Yield the PMIDs of the neighbours that must come out, whatever is between them.

    A comment, a CDATA section or a DOCTYPE that is opened and not closed may swallow the XML behind it; everything else
    ends where the next record starts. An array is whole or lost: `is_lost` tells which.
    """
    yield _NEIGHBOURS[0].pmid
    if layout != "xml" or b"<!" not in _ASIDE.sub(b"", record):
        yield _NEIGHBOURS[1].pmid


@cache
def neighbours(layout: str) -> tuple[object, ...]:
    """Return the two neighbours as they are read without anything between them."""
    return tuple(PARSERS[layout](BytesIO(between_neighbours(b"", layout)), name="x"))


def is_lost(reads: list[object]) -> bool:
    """Return True if all that came out is the sentence on a damaged array."""
    records = [one for one in reads if not isinstance(one, Note)]
    return len(records) == 1 and isinstance(records[0], Failure) and "none of it was read" in records[0].why


def check(read: object) -> None:
    """Hold something that a parser yielded against all that may be relied on."""
    if isinstance(read, Note):
        assert 0 < len(read.text) < 2_000 and read.text.isprintable(), read
        return
    if isinstance(read, Failure):
        for said in (read.what, read.why):
            assert said and said.isprintable() or _CONTROL.search(said) is None, read
            assert 0 < len(said) < 700 and "Traceback" not in said and said == said.strip(), read
    elif isinstance(read, Note):
        assert _CONTROL.search(read.text) is None and len(read.text) < 700, read
    elif isinstance(read, Deletion):
        assert _PMID.fullmatch(read.pmid)
    else:
        assert isinstance(read, Abstract), read
        _check_abstract(read)


def _check_abstract(abstract: Abstract) -> None:
    assert _PMID.fullmatch(abstract.pmid)
    assert abstract.year is None or 0 <= abstract.year <= 9999
    record = to_json(abstract)
    for text in _texts(record):
        assert _CONTROL.search(text) is None and text == " ".join(text.split()), ascii(text)
    assert from_json(json.loads(json.dumps(record))) == abstract == unpack(pack(abstract))
    passages = split_abstract(abstract, max_tokens=12, count_tokens=lambda texts: [len(one.split()) for one in texts])
    uncovered, at = [], 0
    for passage in passages:
        assert abstract.text[passage.start : passage.end] == passage.text
        uncovered.append(abstract.text[at : passage.start])
        at = passage.end
    assert not "".join([*uncovered, abstract.text[at:]]).strip()
    abstract.text.encode()


def _texts(value: object) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
