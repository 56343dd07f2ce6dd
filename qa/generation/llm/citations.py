"""Citations as language models write them: each is found in a growing text and becomes one character of it.

A character of Unicode's private use area stands for each citation until its sentence is complete, so that a citation
with dots, brackets or a quote inside ends no sentence. Models' own characters of that area are removed beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qa.generation.llm.notation import MARK, RAISED, TO_DIGITS, plainly_written, without_emphasis

_FIRST, _LAST = 0xE000, 0xF8FF

_KIND = (
    r"(?:PMIDs?|PubMed(?:\s?IDs?)?|(?:abs|refs?|docs?)(?![a-z])\.?|abstracts?|sources?|references?|documents?"
    r"|citations?|cite[ds]?|stud(?:y|ies)|papers?|articles?|passages?|chunks?|footnotes?|texts?|excerpts?|snippets?"
    r"|records?|publications?|contexts?|evidence)"
)
_BOXED_KIND = rf"(?:{_KIND}|IDs?|index|items?|entry|entries|results?|trials?|quotes?|numbers?|nos?\.?)"
"""In square brackets alone: "(trial 1)" is a trial."""
_SIGN = r"\s*(?:[:#_]|-(?=\d)|nos?\b\.?|numbers?\b)?\s*"
_ITEM = (
    rf"(?:@?{_BOXED_KIND}{_SIGN})?[#^@]?\d{{1,9}}(?:\^|:\d+(?=†))?"
    rf"(?:\s*[-–—]\s*(?:{_KIND}\s*)?[#^]?\d{{1,9}}\^?)?"
)
_LIST = rf"{_ITEM}(?:\s*(?:,\s*(?:and|also)\b|[,;&/]|\band\b)\s*{_ITEM})*"
_QUOTE_ENDS = rf"(?=\s*(?:[\])】]|[;,&]?\s*(?:and\s+)?(?:\[?{_ITEM}\s*[:,–—-]?\s*)?[\"“'‘«]))"
_QUOTE = (
    rf"(?>\"[^\n]{{1,900}}?\"{_QUOTE_ENDS}|“[^”\n]{{1,900}}”|«[^»\n]{{1,900}}»|['‘][^\n]{{1,900}}?['’]{_QUOTE_ENDS})"
)
_QUOTED = rf"(?>{_ITEM}\s*[:,–—-]?\s*{_QUOTE}(?:\s*[;,&]?\s*(?:and\s+)?{_QUOTE})*)"
_UNQUOTED = rf"{_ITEM}\s*:\s*(?=[^\n\]]*[a-z]{{3}})[^\[\]\n\"“]{{3,900}}(?:\[[^\[\]\n]*\][^\[\]\n\"“]*)*"
_LEAD_WORD = (
    r"(?:see|also|e\.g\.,?|cf\.?|as|both|and|data|supported|based|according|shown|reported|described|seen|found"
    r"|noted|stated|cited|demonstrated|discussed|(?:19|20)\d\d[,;]|sources?:|references?:|in|by|from|per|on|to)"
)
_LEAD = rf"(?:{_LEAD_WORD}\s+)*"
"""What stands in brackets before a citation."""
_SECTION = (
    r"(?:\s*[,:;–—-]\s*(?:(?:in\s)?(?:the\s)?(?:results?|methods?|conclusions?|background|objectives?|findings"
    r"|discussion|introduction|title)(?:\s(?:section|and\s\w+))?))"
)
# An interval is no citation, nor is a number that counts or grades.
_NO_INTERVAL = r"(?<!\bCI\s)(?<!\bCI,\s)(?<!\bCI:\s)(?<!\bIQR\s)(?<!\bIQR,\s)(?<!\brange\s)"
_COUNT = r"\(\s*\d{1,2}(?:\s*[-–,;]\s*\d{1,2})*\s*\)"
# A word, a name such as IL-12, CD8 or VEGF-A, a bracket
_COUNTED_AFTER = rf"(?:(?<=[^\W\d_][^\W\d_])|(?<=[^\W\d_]\d)|(?<=[^\W\d_]-\w)|(?<=[^\W\d_]-\d\d)|(?<={MARK})|(?<=\d\)))"

_CITATION = re.compile(
    rf"""[ \t]*{_NO_INTERVAL}(?P<mark>
      (?P<quoted>[\[【(]\s*{_QUOTED}(?:\s*[;,&]?\s*{_QUOTED})*+\s*[\]】)] | \[\s*{_UNQUOTED}\])
    | (?<!\[)[\[【]{{1,2}}\s*{_LEAD}(?:{_BOXED_KIND}{_SIGN})?{_LIST}\s*
        (?:†[^\]】\n]*|[*.,:;]|{_SECTION}|[,;]\s+[a-z][^\[\]\n]{{0,60}}|\s[–—-]\s[a-z][^\[\]\n]{{0,60}})?
        [\]】]{{1,2}}+
    | \(\s*{_LEAD}(?:{_KIND}{_SIGN}|\#){_LIST}{_SECTION}?\s*\)
    | (?P<pmids>\(\s*\d{{7,8}}(?:\s*[,;]\s*\d{{7,8}})*\s*\))
    | \\cite[pt]?\{{{_LIST}\}}
    | \bPMIDs?\s*[:#]?\s*\d{{1,9}}(?:\s*(?:,|;|and|&)\s*(?:PMID:?\s*)?\d{{5,9}})*\b
    | (?P<counted>{_COUNTED_AFTER}\s*{_COUNT}(?=\s*(?:[.,;:!?\n]|{MARK}|\(\d))
      | (?<=[.!?])\s*{_COUNT}(?=\s*(?:\n|[A-Z]|{MARK}|\(\d)))
    | (?P<raised>(?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?)\]”"’*%]))[ \t]?{RAISED}(?=[\s.,;:!?)\]*]|{MARK}))
    )(?=[^(]|\((?!https?:|www|\#|h?t?t?p?s?:?/?$))""",
    re.IGNORECASE | re.VERBOSE,
)
_SPOKEN = re.compile(
    r"(?P<joint>\b(?:and|from|in|by|to|of|with|than|as)\s+)?(?P<kind>\b(?:abstracts?|sources?|documents?))[^\S\n]+"
    r"(?P<list>#?\d{1,2}(?:\s*(?:,\s*and\b|,|&|\band\b|[-–])\s*#?\d{1,2}(?!\d|\.\d|\s*%))*)"
    r"(?=[\s,.;:!?'’)])(?!\.\d|\s*%)(?![ \t]*,?[ \t]*(?:a|an|and|&|[-–])?[ \t]*#?\d{0,2}\Z)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"(?P<first>\d+)(?::\d+)?\^?(?:\s*[-–—⁻]\s*(?:{_KIND}\s*)?[#^]?(?P<last>\d+))?", re.IGNORECASE)
_PART = re.compile(rf"(?P<quote>{_QUOTE})|(?P<item>{_ITEM})", re.IGNORECASE)
_QUOTE_BESIDE = re.compile(
    rf"(?P<mark>{MARK})[ \t]*(?:\(\s*(?P<behind>{_QUOTE})\s*\)|:[ \t]*(?P<after>“[^”\n]{{1,900}}”)"
    rf"|:?[ \t]*(?P<ending>[\"“][^\"“”\n]{{10,900}}[\"”])(?=[ \t]*(?:[.;\n]|{MARK}|[A-Z])))"
)
_QUOTE_FIRST = re.compile(
    rf"[\[(]\s*[\"“](?P<quote>[^\"“”\n]{{1,900}})[\"”]\s*[,;:–—-]*\s*(?:in\s|from\s)?(?P<of>{_KIND}{_SIGN}{_LIST})\s*[\])]",
    re.IGNORECASE,
)
_QUOTE_BEFORE = re.compile(rf"\(\s*(?P<quote>[\"“][^\n]{{1,900}}?[\"”])\s*[,;–—-]?\s*(?P<mark>{MARK})\s*\)")
_JOINED = re.compile(rf"(?<={MARK})[ \t]*(?:,[ \t]*and\b|,|;|&|\band\b)?[ \t]*(?={MARK})")
_IN_BRACKETS = re.compile(
    rf"[ \t]*\(\s*(?:{_LEAD_WORD}\s*|\w+\s+in\s*)*(?:{_KIND}:?\s*)?((?:{MARK})+)\s*\)", re.IGNORECASE
)
_NAMED = re.compile(r"[ \t]*[\[(【](?P<name>[^\[\]()【】\n]{8,300})[\])】]")
_BETWEEN = re.compile(rf"({MARK})[ \t]*(?:[-–—]|to|through)[ \t]*({MARK})")
_PUBMED = re.compile(r"PMID|PubMed", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_ORDINAL = re.compile(rf"\b(?P<the>the) (?P<nth>{'|'.join(_ORDINALS)}) (?P<kind>abstract|source)\b", re.IGNORECASE)
_MAX_RANGE = 50

OPEN = re.compile(
    rf"""(?:[\s*_`]|{MARK})*(?:
      [\[【(]\s*[^\]】)\n]{{0,200}}[\]】)]{{0,2}} | [\[【(][^"“\n]{{0,30}}["“][^\n]{{0,1300}}
    | \[[^\]\n]{{0,200}}\]\([^)\s]{{0,300}} | \[\s*\d{{1,2}}\s*:[^\]\n]{{0,900}}
    | </?\w[^>\n]{{0,40}} | </?$ | <(?:ref|cite|citation|sources?)\b[^>\n]{{0,40}}>[\d,\s]*(?:<[^>\n]{{0,12}})?
    | <sup>[^<\n]{{0,60}}(?:<[^>\n]{{0,5}})? | \$?\^\{{[^}}\n]{{0,40}} | \\?\{{[^}}\n]{{0,40}}
    | {RAISED},? | PMIDs?:?\s*[\d,;\s]* | https?:\S*
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

    def __init__(self, cited_as: Mapping[str, int], titled: Mapping[str, int] | None = None) -> None:
        """Take the name of each source, "1" or "PMID 24114327", with its number, and the keys of its titles."""
        self._cited_as = cited_as
        self._titled = titled or {}
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
        text = _ORDINAL.sub(_cardinal, plainly_written(text))
        text = _QUOTE_FIRST.sub(r"[\g<of>: “\g<quote>”]", text)
        text = _BETWEEN.sub(self._range, _CITATION.sub(self._sign, text))
        text = _QUOTE_BEFORE.sub(self._with_quote, _QUOTE_BESIDE.sub(self._with_quote, text))
        text = _NAMED.sub(self._titled_sign, _SPOKEN.sub(self._named_sign, text))
        return without_emphasis(_IN_BRACKETS.sub(r"\1", _JOINED.sub("", text)))

    def _sign(self, found: re.Match[str]) -> str:
        written = found["mark"]
        if written[0] not in "[【(" and _is_in_bracket(found):
            return found[0]
        mark = self._read(written.translate(TO_DIGITS) if found["raised"] else written, is_quoted=bool(found["quoted"]))
        if found["raised"]:
            mark = self._apart(written.translate(TO_DIGITS).strip(), mark)
        if (found["counted"] or found["pmids"]) and None in mark.sources:
            return found[0]
        if found["counted"] and self._has_brackets:
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
        begins = not before and re.search(rf"(?:^|[.!?:*•\n]|{MARK})\s*$", found.string[: found.start()])
        return before + (word.capitalize() if found["kind"][0].isupper() and begins else word) + self._add(mark, "")

    def _titled_sign(self, found: re.Match[str]) -> str:
        """Return the citation of a source by its title, or by its journal and year, in brackets."""
        number = self._titled.get(key_of(found["name"]))
        return found[0] if number is None else self._add(Mark((number,)), found[0])

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
        is_plain = not note and not re.search(r"PMID|PubMed|\d{4}", written, re.IGNORECASE)
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
        """Return the source of each number; one behind "PMID" is a PMID, up to the next word."""
        numbers: list[int | None] = []
        is_pmid, end = False, 0
        for found in _NUMBERED.finditer(written):
            word = written[end : found.start()]
            is_pmid = bool(_PUBMED.search(word)) or (is_pmid and not re.search(r"[a-z]{3}", word, re.IGNORECASE))
            for name in _names(found["first"], found["last"]):
                number = self._source(name, is_pmid=is_pmid)
                if number is not None or is_pmid or not _YEAR.fullmatch(name):
                    numbers.append(number)
            end = found.end()
        return numbers

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


def key_of(text: str) -> str:
    """Return the letters and digits of a text; of none, what is in no text."""
    return re.sub(r"[\W_]+", "", text).casefold() or "\n"


def _names(first: str, last: str | None) -> list[str]:
    """Return the numbers from first to last; [""], the number of no source, for an impossible or endless range."""
    if not last:
        return [str(int(first))]
    low, high = int(first), int(last)
    return [str(number) for number in range(low, high + 1)] if low <= high < low + _MAX_RANGE else [""]
