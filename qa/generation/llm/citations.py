"""Citations as language models write them: each is found in a growing text and becomes one character of it.

A character of Unicode's private use area stands for each citation until its sentence is complete, so that a citation
with dots, brackets or a quote inside ends no sentence. Models' own characters of that area are removed beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

MARK = "[\ue000-\uf8ff]"
"""The characters that stand for citations."""
_FIRST, _LAST = 0xE000, 0xF8FF

_KIND = (
    r"(?:PMIDs?|sources?|abstracts?|refs?\b\.?|references?|documents?|docs?\b\.?|citations?|cite[ds]?|stud(?:y|ies)"
    r"|papers?|articles?|passages?|chunks?|footnotes?)"
)
_ITEM = rf"(?:{_KIND}\s*[:#]?\s*)?[#^@]?\d{{1,9}}(?:\s*[-–—]\s*(?:{_KIND}\s*)?[#^]?\d{{1,9}})?"
_LIST = rf"{_ITEM}(?:\s*(?:,\s*and\b|,|;|&|\band\b)\s*{_ITEM})*"
_QUOTE_ENDS = rf"(?=\s*(?:[\])】]|[;,&]?\s*(?:and\s+)?(?:\[?{_ITEM}\s*[:,–—-]?\s*)?[\"“'‘«]))"
_QUOTE = (
    rf"(?>\"[^\n]{{1,900}}?\"{_QUOTE_ENDS}|“[^”\n]{{1,900}}”|«[^»\n]{{1,900}}»|['‘][^\n]{{1,900}}?['’]{_QUOTE_ENDS})"
)
_QUOTED = rf"(?>{_ITEM}\s*[:,–—-]?\s*{_QUOTE}(?:\s*[;,&]?\s*(?:and\s+)?{_QUOTE})*)"
_UNQUOTED = rf"{_ITEM}\s*:\s*(?=[^\n\]]*[a-z]{{3}})[^\[\]\n\"“]{{3,900}}(?:\[[^\[\]\n]*\][^\[\]\n\"“]*)*"
# An interval is no citation, nor is a number that counts or grades.
_NO_INTERVAL = r"(?<!\bCI\s)(?<!\bCI,\s)(?<!\bCI:\s)(?<!\bIQR\s)(?<!\bIQR,\s)(?<!\brange\s)"
_URL = r"(?:https?://|www\.|#)[^)\s]*"
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = rf"[{_SUPERSCRIPTS}]+(?:\s*[,⁻–-]\s*[{_SUPERSCRIPTS}]+)*"
_COUNT = r"\(\s*\d{1,2}(?:\s*[-–,;]\s*\d{1,2})*\s*\)"
_PUBMED_URL = r"https?://(?:www\.|m\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})/?"

_PUBMED_LINK = re.compile(rf"\[[^\[\]\n]{{0,200}}\]\({_PUBMED_URL}[^)\s]*\)|<?{_PUBMED_URL}[^\s)\]>]*>?(?=[\s)\]>])")
_LINKED_NUMBER = re.compile(rf"\[(\[?[^\[\]\n]*?\d[^\[\]\n]*?\]?)\]\({_URL}\)")
_RAISING = re.compile(
    r"<sup>\s*([^<\n]{1,60}?)\s*</sup>|\$\^\{([\d,\s–-]{1,30})\}\$|(?<!\$)\^\{([\d,\s–-]{1,30})\}", re.IGNORECASE
)
_NOISE = re.compile(r"\[cite_(?:start|end)\]\s?|</?(?:cite|citation|ref|c)>", re.IGNORECASE)
_CITATION = re.compile(
    rf"""[ \t]*{_NO_INTERVAL}(?P<mark>
      (?P<quoted>[\[【(]\s*{_QUOTED}(?:\s*[;,&]?\s*{_QUOTED})*+\s*[\]】)] | \[\s*{_UNQUOTED}\])
    | (?<!\[)[\[【]{{1,2}}\s*(?:see\s+|{_KIND}\s*[:#]?\s*)?{_LIST}\s*
        (?:†[^\]】\n]*|[*.,;]|[,;]\s+[a-z][^\[\]\n]{{0,60}})?
        [\]】]{{1,2}}+
    | \(\s*(?:see\s+|cf\.?\s+)?{_KIND}\s*[:#]?\s*{_LIST}\s*\)
    | \\cite[pt]?\{{{_LIST}\}}
    | \bPMIDs?\s*[:#]?\s*\d{{1,9}}(?:\s*(?:,|;|and|&)\s*(?:PMID:?\s*)?\d{{5,9}})*\b
    | (?P<counted>(?:(?<=[^\W\d_][^\W\d_])|(?<={MARK})|(?<=\d\)))\s*{_COUNT}(?=\s*(?:[.,;:!?\n]|{MARK}|\(\d))
      | (?<=[.!?])\s*{_COUNT}(?=\s*(?:\n|[A-Z]|{MARK}|\(\d)))
    | (?P<raised>(?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?)\]”"’*%]))\s?{_RAISED}(?=[\s.,;:!?)\]*]|{MARK}))
    )(?=[^(]|\((?!https?:|www|\#|h?t?t?p?s?:?/?$))""",
    re.IGNORECASE | re.VERBOSE,
)
_SPOKEN = re.compile(
    r"(?P<joint>\b(?:and|from|in|by|to|of|with|than|as)\s+)?(?P<kind>\b(?:abstracts?|sources?|documents?))\s+"
    r"(?P<list>#?\d{1,2}(?:\s*(?:,\s*and\b|,|&|\band\b|[-–])\s*#?\d{1,2}(?!\d|\.\d|\s*%))*)"
    r"(?=[\s,.;:!?'’)])(?!\.\d|\s*%)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"(?P<first>\d+)(?:\s*[-–—⁻]\s*(?:{_KIND}\s*)?[#^]?(?P<last>\d+))?", re.IGNORECASE)
_PART = re.compile(rf"(?P<quote>{_QUOTE})|(?P<item>{_ITEM})", re.IGNORECASE)
_QUOTE_BESIDE = re.compile(
    rf"(?P<mark>{MARK})[ \t]*(?:\(\s*(?P<behind>{_QUOTE})\s*\)|:[ \t]*(?P<after>“[^”\n]{{1,900}}”)"
    rf"|:?[ \t]*(?P<ending>[\"“][^\"“”\n]{{10,900}}[\"”])(?=[ \t]*(?:[.;\n]|{MARK}|[A-Z])))"
)
_QUOTE_BEFORE = re.compile(rf"\(\s*(?P<quote>[\"“][^\n]{{1,900}}?[\"”])\s*[,;–—-]?\s*(?P<mark>{MARK})\s*\)")
_JOINED = re.compile(rf"(?<={MARK})[ \t]*(?:,[ \t]*and\b|,|;|&|\band\b)?[ \t]*(?={MARK})")
_IN_BRACKETS = re.compile(
    rf"[ \t]*\(\s*(?:see|cf\.?|(?:as\s+)?\w+\s+in|{_KIND}:?)?\s*((?:{MARK})+)\s*\)", re.IGNORECASE
)
_BETWEEN = re.compile(rf"({MARK})[ \t]*(?:[-–—]|to|through)[ \t]*({MARK})")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_ORDINAL = re.compile(rf"\b(?P<the>the) (?P<nth>{'|'.join(_ORDINALS)}) (?P<kind>abstract|source)\b", re.IGNORECASE)
_TO_DIGITS = str.maketrans(_SUPERSCRIPTS, "0123456789")
_TO_RAISED = str.maketrans("0123456789+-−", _SUPERSCRIPTS + "⁺⁻⁻")
_MAX_RANGE = 50

OPEN = re.compile(
    rf"""(?:\s|{MARK})*(?:
      [\[【(]\s*[^\]】)\n]{{0,80}} | [\[【(][^"“\n]{{0,30}}["“][^\n]{{0,1300}} | \[[^\]\n]{{0,200}}\]\([^)\s]{{0,300}}
    | \[\s*\d{{1,2}}\s*:[^\]\n]{{0,900}}
    | <[^>\n]{{0,20}} | <sup>[^<\n]{{0,60}}(?:<[^>\n]{{0,5}})? | \$?\^\{{[^}}\n]{{0,40}} | \\?\{{[^}}\n]{{0,40}}
    | {_RAISED},? | PMIDs?:?\s*[\d,;\s]* | https?:\S*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
"""The beginning of a citation, of which the rest may be still to come."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation as written: the sources that it names, None for each that was not given, and its verbatim quotes.

    `note` is the name of a footnote ("1" of [^1]), which may be explained below the answer; `is_plain` is true for
    numbers alone ([1, 2]), which a list of references may number anew.
    """

    sources: tuple[int | None, ...]
    quotes: tuple[tuple[int, str], ...] = ()
    note: str = ""
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """The sources of the text before it, each as its number is written, with its quote or "": structured output."""

    sources: tuple[tuple[str, str], ...]


class Citations:
    """The citations found in a reply so far.

    >>> citations = Citations({"1": 1, "2": 2, "PMID 24114327": 2})
    >>> text = citations.mark("Zinc rose [1-2]; iron fell (PMID: 24114327). ")
    >>> [citations.of(sign).sources for sign in text if citations.is_mark(sign)]
    [(1, 2), (2,)]
    """

    def __init__(self, cited_as: Mapping[str, int]) -> None:
        """Take the name of each source, "1" or "PMID 24114327", with its number."""
        self._cited_as = cited_as
        self._marks: list[Mark] = []
        self._has_brackets = False

    @staticmethod
    def is_mark(sign: str) -> bool:
        """Return True for a character that stands for a citation."""
        return _FIRST <= ord(sign) <= _LAST

    def of(self, sign: str) -> Mark:
        """Return the citation that a character stands for."""
        return self._marks[ord(sign) - _FIRST]

    def sign(self, cited: Cited) -> str:
        """Return the character that stands for the sources of a text that come apart from it."""
        read = [(self._source(str(int(name)), is_pmid=False), quote) for name, quote in cited.sources]
        quotes = tuple((number, _bare(quote)) for number, quote in read if number is not None and _bare(quote))
        return self._add(Mark(tuple(number for number, _ in read), quotes), "")

    def mark(self, text: str) -> str:
        """Return the text with a character in place of each complete citation; one at its very end may go on."""
        text = _NOISE.sub("", text)
        text = _PUBMED_LINK.sub(lambda link: f"[PMID {link[1] or link[2]}]", text)
        text = _LINKED_NUMBER.sub(lambda link: f"[{link[1].strip('[]')}]", text)
        text = _ORDINAL.sub(_cardinal, _RAISING.sub(_raised, text))
        text = _BETWEEN.sub(self._range, _CITATION.sub(self._sign, text))
        text = _QUOTE_BEFORE.sub(self._with_quote, _QUOTE_BESIDE.sub(self._with_quote, text))
        text = _SPOKEN.sub(self._named_sign, text)
        return _IN_BRACKETS.sub(r"\1", _JOINED.sub("", text))

    def _sign(self, found: re.Match[str]) -> str:
        written = found["mark"]
        if written[0] not in "[【(" and _is_in_bracket(found):
            return found[0]
        mark = self._read(
            written.translate(_TO_DIGITS) if found["raised"] else written, is_quoted=bool(found["quoted"])
        )
        if found["raised"]:
            mark = self._apart(written.translate(_TO_DIGITS).strip(), mark)
        if found["counted"] and (None in mark.sources or self._has_brackets):
            return found[0]  # "two arms (12)": a number of something
        self._has_brackets = self._has_brackets or written.lstrip()[:1] in "[【"
        return self._add(mark, found[0])

    def _named_sign(self, found: re.Match[str]) -> str:
        """Return "one abstract" with the citation behind it for "Abstract 1": its number is not the reader's."""
        mark = self._read(found["list"])
        if None in mark.sources or _is_in_bracket(found):
            return found[0]
        word = "one abstract" if len(mark.sources) == 1 else "abstracts"
        before = found["joint"] or ""
        return before + (word.capitalize() if found["kind"][0].isupper() and not before else word) + self._add(mark, "")

    def _add(self, mark: Mark, written: str) -> str:
        if _FIRST + len(self._marks) > _LAST:
            return written
        self._marks.append(mark)
        return chr(_FIRST + len(self._marks) - 1)

    def _range(self, found: re.Match[str]) -> str:
        """Return the citation of [1] to [3] as one."""
        first, last = (self.of(found[place]).sources for place in (1, 2))
        if len(first) != 1 or len(last) != 1 or None in (*first, *last):
            return found[1] + found[2]
        return self._add(self._read(f"{first[0]}-{last[0]}"), found[0])

    def _with_quote(self, found: re.Match[str]) -> str:
        """Return the sign of a citation beside which its quote stands, with that quote."""
        groups = found.groupdict()
        quote = _bare(groups.get("behind") or groups.get("after") or groups.get("ending") or groups.get("quote") or "")
        mark = self.of(found["mark"])
        known = tuple((number, quote) for number in mark.sources[:1] if number is not None)
        self._marks[ord(found["mark"]) - _FIRST] = replace(mark, quotes=(*mark.quotes, *known))
        return found["mark"]

    def _read(self, written: str, *, is_quoted: bool = False) -> Mark:
        if is_quoted:
            return self._read_quotes(written.strip()[1:-1])
        note = re.search(r"\[\^(\w+)", written)
        numbers = re.search(_LIST, written, re.IGNORECASE) if written.lstrip()[:1] in "[【(" else None
        is_plain = not note and not re.search(r"PMID|\d{4}", written, re.IGNORECASE)
        return Mark(tuple(self._numbers(numbers[0] if numbers else written)), (), note[1] if note else "", is_plain)

    def _read_quotes(self, written: str) -> Mark:
        """Return the citation of one source or more, each with its quotes: 1: "…"; 3: "…"."""
        sources: list[int | None] = []
        quotes: list[tuple[int, str]] = []
        item, _, bare = written.partition(":")
        if not re.search(_QUOTE, written + "]", re.IGNORECASE):  # the words stand there without quotation marks
            sources = self._numbers(item)
            return Mark(tuple(sources), tuple((number, bare.strip()) for number in sources if number is not None))
        for part in _PART.finditer(written + "]"):
            if part["item"]:
                named = self._numbers(part["item"])
                sources += named
            else:
                quotes += [(number, _bare(part["quote"])) for number in named if number is not None]
        return Mark(tuple(sources), tuple(quotes))

    def _numbers(self, written: str) -> list[int | None]:
        is_pmid = "PMID" in written.upper()
        names = chain.from_iterable(_names(found["first"], found["last"]) for found in _NUMBERED.finditer(written))
        numbers = [(name, self._source(name, is_pmid=is_pmid)) for name in names]
        return [number for name, number in numbers if number is not None or is_pmid or not _YEAR.fullmatch(name)]

    def _source(self, name: str, *, is_pmid: bool) -> int | None:
        """Return the source of a number in a citation: "PMID 1" is never source 1, but [24114327] may be a PMID."""
        by_pmid = self._cited_as.get(f"PMID {name}")
        return by_pmid if is_pmid else self._cited_as.get(name, by_pmid)

    def _apart(self, written: str, mark: Mark) -> Mark:
        """Return ¹² as 1 and 2 where there is no source 12."""
        singly = self._numbers(" ".join(written)) if written.isdigit() and None in mark.sources else [None]
        return mark if None in singly else Mark(tuple(singly), is_plain=True)


def _bare(quote: str) -> str:
    """Return a quote without its quotation marks, and without dots that stand for what was left out at its ends."""
    return quote.strip().strip("\"“”«»'‘’").strip().strip("…").strip()


def _is_in_bracket(found: re.Match[str]) -> bool:
    """Return True if a bracket is open to the left: what it holds is read once it closes."""
    before = found.string[max(0, found.start() - 80) : found.start()]
    return before.rfind("[") > before.rfind("]") or before.rfind("(") > before.rfind(")")


def _cardinal(found: re.Match[str]) -> str:
    """Return "Abstract 2" for "the second abstract"."""
    kind = found["kind"].capitalize() if found["the"] == "The" else found["kind"]
    return f"{kind} {_ORDINALS.index(found['nth'].lower()) + 1}"


def _raised(found: re.Match[str]) -> str:
    """Return superscript digits for those that HTML or LaTeX raises; a bracketed citation is left as it is."""
    inside = (found[1] or found[2] or found[3]).strip()
    return inside if re.search(r"[\[\]A-Za-z]", inside) else inside.translate(_TO_RAISED)


def _names(first: str, last: str | None) -> list[str]:
    """Return the numbers from first to last; [""], the number of no source, for an impossible or endless range."""
    if not last:
        return [str(int(first))]
    low, high = int(first), int(last)
    return [str(number) for number in range(low, high + 1)] if low <= high < low + _MAX_RANGE else [""]
