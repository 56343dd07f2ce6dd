"""PubMed XML cut at its record tags, so that each record is parsed alone and a broken one costs only itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

MAX_RECORD_BYTES = 32 << 20
"""The longest record that is read. The longest in PubMed, with thousands of authors, have a few megabytes."""

_BLOCK = 1 << 18
_HEAD = 1 << 14
_MAX_TAG_BYTES = 1 << 16
_MAX_COMMENT_BYTES = 1 << 20
_MAX_TAGS = 2_000_000
"""The most tags and attributes that one record is read with: each takes a hundred times its bytes when parsed."""
SETS = ("PubmedArticleSet", "PubmedBookArticleSet", "BookDocumentSet", "MedlineCitationSet")
RECORDS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "BookDocument")
DELETIONS = ("DeleteCitation", "DeleteDocument")
INNER = {"PubmedArticle": "MedlineCitation", "PubmedBookArticle": "BookDocument"}


@dataclass(frozen=True, slots=True)
class XmlLayout:
    """The tags of a kind of XML: what holds records, what is cut out, and the pattern that finds them all."""

    sets: Sequence[str]
    token: re.Pattern[bytes]


def layout_of(sets: Sequence[str], cut: Sequence[str], *, first_letters: bytes = b"") -> XmlLayout:
    """Return the layout of XML with records `cut`; `first_letters` tell most other tags apart at once."""
    ahead = b"(?=!|/?(?:%s|[\\w.-]+:))" % first_letters if first_letters else b""
    token = re.compile(
        rb"<%s(?:(?P<aside>!--|!\[CDATA\[|!DOCTYPE)"
        rb"|(?P<close>/?)(?:[\w.-]+:)?(?P<tag>%s|(?i:error))(?:\s[^<>]*?)?(?P<empty>/?)>)"
        % (ahead, b"|".join(name.encode() for name in (*cut, *sets)))
    )
    return XmlLayout(sets, token)


PUBMED = layout_of(SETS, (*RECORDS, *DELETIONS), first_letters=b"Pubmed|Medline|BookD|Delete|[Ee][Rr]")
_ASIDE_ENDS = {
    b"!--": re.compile(rb".*?-->", re.DOTALL),
    b"![CDATA[": re.compile(rb".*?\]\]>", re.DOTALL),
    b"!DOCTYPE": re.compile(rb"[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Fragment:
    """The bytes of one element, the line it starts on, and its fault: "" when it is whole."""

    tag: str
    xml: bytes
    line: int
    fault: str = ""


class XmlSplitter:
    """Cuts UTF-8 XML into records, deletions and error messages, and finds them again behind any damage."""

    def __init__(self, stream: BinaryIO, layout: XmlLayout = PUBMED) -> None:
        self._stream = stream
        self._layout = layout
        self._buffer = bytearray()
        self._at = 0  # scanned up to here
        self._start = 0  # where the open fragment starts
        self._tag = ""  # the open fragment's, else ""
        self._has_inner = False
        self._is_too_long = False
        self._last_tag = ""
        self._line, self._counted = 1, 0  # the number of the line at offset _counted
        self._open_sets = 0
        self._is_ended = False
        self._head = b""

    @property
    def is_cut_off(self) -> bool:
        """True if the stream ended before its set of records did."""
        return self._open_sets > 0

    @property
    def root(self) -> str:
        """The name of the first element, without a prefix; "" when there is none."""
        head = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", self._head, flags=re.DOTALL)
        head = re.sub(rb"^\s*<!DOCTYPE" + _ASIDE_ENDS[b"!DOCTYPE"].pattern, b"", head, count=1, flags=re.DOTALL)
        match = re.match(rb"\s*<(?:[\w.-]+:)?([\w.-]+)", head)
        return match[1].decode("ascii", "replace") if match else ""

    def fragments(self) -> Iterator[Fragment]:
        """Yield the fragments in their order."""
        while (token := self._next_token()) is not None:
            yield from self._take(token)
        if self._tag:
            yield self._cut(len(self._buffer), fault="has no end: the file was cut off inside it")

    def _next_token(self) -> re.Match[bytes] | None:
        """Return the next tag that matters; None at the end. Comments, CDATA and the DOCTYPE are stepped over."""
        while True:
            end = len(self._buffer) if self._is_ended else self._last_tag_start()
            token = self._layout.token.search(self._buffer, self._at, end)
            if token is None:
                self._at = max(self._at, end)
                if self._is_ended:
                    return None
                self._fill()
            elif token["aside"] is None:
                self._at = token.end()
                return token
            else:
                self._step_over(token)

    def _last_tag_start(self) -> int:
        """Return the end of the last whole tag in the buffer: a tag may go on in the next block."""
        last = self._buffer.rfind(b"<", max(self._at, len(self._buffer) - _MAX_TAG_BYTES))
        return last if last >= 0 and self._buffer.find(b">", last) < 0 else len(self._buffer)

    def _step_over(self, token: re.Match[bytes]) -> None:
        """Move behind a comment, CDATA section or DOCTYPE; one that does not end is taken for text."""
        aside, self._at = token["aside"], token.start()
        length = token.end() - token.start()
        while (end := self._aside_end(aside, self._at + length)) == 0:
            if self._is_ended or len(self._buffer) - self._at > _MAX_COMMENT_BYTES:
                end = self._at + length
                break
            self._fill()
        self._at = end

    def _aside_end(self, aside: bytes, start: int) -> int:
        """Return its end: 0 when that is not read yet, `start` when another opens before: it was never closed."""
        limit = start + _MAX_COMMENT_BYTES
        reopened = self._buffer.find(b"<" + aside, start, limit)
        match = _ASIDE_ENDS[aside].match(self._buffer, start, limit if reopened < 0 else reopened)
        if match:
            return match.end()
        return start if reopened >= 0 else 0

    def _take(self, token: re.Match[bytes]) -> Iterator[Fragment]:
        tag = token["tag"].decode("ascii")
        tag = "ERROR" if tag.upper() == "ERROR" else tag
        if tag in self._layout.sets:
            if self._tag:  # a set starts or ends inside a record: the record was never closed
                yield self._cut(token.start(), fault="has no end tag")
            step = 0 if token["empty"] else -1 if token["close"] else 1
            self._open_sets = max(0, self._open_sets + step)
        elif token["close"]:
            yield from self._take_close(tag, token)
        else:
            yield from self._take_open(tag, token)

    def _take_open(self, tag: str, token: re.Match[bytes]) -> Iterator[Fragment]:
        if self._tag:
            if tag == "ERROR":
                return
            if INNER.get(self._tag) == tag and not self._has_inner:
                self._has_inner = True
                return
            yield self._cut(token.start(), fault="has no end tag")
        self._open(tag, token.start())
        if token["empty"]:
            yield self._cut(token.end())

    def _take_close(self, tag: str, token: re.Match[bytes]) -> Iterator[Fragment]:
        if tag == self._tag:
            yield self._cut(token.end())
        elif not self._tag and tag in INNER and self._last_tag != INNER[tag]:
            self._open(tag, token.start())
            yield self._cut(token.end(), fault="has no beginning, and its PMID cannot be told")

    def _open(self, tag: str, start: int) -> None:
        self._line += self._buffer.count(b"\n", self._counted, start)
        self._start = self._counted = start
        self._tag, self._fragment_line, self._has_inner, self._is_too_long = tag, self._line, False, False

    def _cut(self, end: int, *, fault: str = "") -> Fragment:
        """Return the open fragment, which ends here, and close it."""
        xml = bytes(self._buffer[self._start : end])
        if self._is_too_long:
            fault = f"is longer than {MAX_RECORD_BYTES:,} bytes"
        elif len(xml) > _MAX_TAGS and xml.count(b"<") + xml.count(b"=") > _MAX_TAGS:
            fault = f"is longer than {_MAX_TAGS:,} tags"
        fragment = Fragment(self._tag, xml, self._fragment_line, fault)
        self._last_tag, self._tag = self._tag, ""
        return fragment

    def _fill(self) -> None:
        """Drop the bytes that are parsed and read on; of a record that is too long only the beginning is kept."""
        keep = self._start if self._tag else self._at
        self._line += self._buffer.count(b"\n", self._counted, keep)
        self._counted = 0
        if self._tag and self._at - keep > MAX_RECORD_BYTES:
            self._is_too_long = True
            self._line += self._buffer.count(b"\n", keep + _BLOCK, self._at)
            del self._buffer[keep + _BLOCK : self._at]
            self._at = keep + _BLOCK
        del self._buffer[:keep]
        self._start, self._at = 0, self._at - keep
        block = self._stream.read(_BLOCK)
        self._is_ended = not block
        self._buffer += block
        self._head += block[: _HEAD - len(self._head)]
