"""From a model's text, as it grows, to sentences with their sources: lines, lists, headings, footnotes, references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

from index.analysis.sentences import sentence_spans
from qa.answer import Source
from qa.generation.llm.citations import OPEN, Citations, Cited, Mark, key_of
from qa.generation.llm.notation import MARK, RAISED, TO_DIGITS
from qa.generation.llm.visible import Retracted
from qa.grounding import DraftSentence

S = TypeVar("S")

_LOOKAHEAD = 24
"""Characters after a sentence that show that it has ended: "Fig. 2" and "E. coli" arrive in pieces too."""

_LONGEST = 1200
"""Characters of the longest citation with its quotes: what lies further back was read already."""

_MARKS_AFTER_END = re.compile(rf"([.!?][\"'”’)]*)((?:[ \t]*{MARK})+)(?=\s+(?![a-z])|[A-Z])")
_BOLD_END = re.compile(r"(?<=[.!?])(?:\*\*|__)(?=[ \t]+\S)")
_MARKS_AHEAD = re.compile(rf"([.!?][\"'”’)]*)((?:{MARK})+)(?=\s+[a-z])")
_MAY_COMPLETE = re.compile(r"[\]】)}>.!?:\n⁰¹²³⁴-⁹]|PMID|abstract|source|document", re.IGNORECASE)
_MAY_END = re.compile(r"[.!?][\"'”’)\]]*\s|\n")
_NO_MARK = f"[^{MARK[1:-1]}]"
_LIST_SIGN = re.compile(r"^[ \t]*(?:[-*•>–+]|#+|\d{1,2}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_HEADING = re.compile(rf"^[ \t]*(?:#+[ \t].*|[-_=*]{{3,}}|{_NO_MARK}*:\**)[ \t]*$")
_BOLD = re.compile(rf"^(\*\*|__)(?P<words>{_NO_MARK}+?)\1[ \t]*:?[ \t]*$")
_WHOLE = re.compile(r"(?:\S+\s+){3,}\S+[.!?]$")
"""A sentence, and no heading that ends in a full stop."""
_REFERENCES = re.compile(
    r"^\W*(?:\w+\s)?(?:references?|sources?|citations?|bibliography|works cited|literature|foot ?notes?|notes)"
    r"(?: (?:used|cited|list))?\W*$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W*(?:(?:(?:short|final|direct|brief|the)\s)?(?:answer|summary|conclusion|response|in short|bottom line|evidence"
    r"|sources?|references?|citations?|cited)|[^\W\d][^:.\n]{0,40}\b(?:effects?|evidence|findings?|mechanisms?|roles?"
    r"|actions?|conclusions?|limitations?|caveats?|takeaways?)(?=\W*:\W*[A-Z]))\s*[*_]*:[*_]*\s*",
    re.IGNORECASE,
)
_SOURCES = re.compile(r"^\W*(?:sources?|references?|citations?|cited)\s*[*_]*:[*_]*\s*(?P<rest>\S.*)", re.IGNORECASE)
_NUMBERS = re.compile(r"[\d\s,;&–-]+(?:and\s+\d+)?")
_NOTED = re.compile(
    r"^\W*it(?: is|['’]s) (?:also |however )?(?:important|worth|notable|interesting|crucial|worthwhile)"
    r" (?:(?:to note|to mention|noting|mentioning) )?that\s+",
    re.IGNORECASE,
)
_BASED = re.compile(
    r"^(?:based on|according to|from) (?:the|these) (?:(?:provided|given|above|numbered|available|cited) )?"
    r"(?:abstracts?|sources|information|studies|context|evidence|documents|text)[^,.]{0,40},\s*",
    re.IGNORECASE,
)
_REPORTS = r"(?:find|found|report|show|state|suggest|indicate|demonstrate|conclude|note|observe|describe|reveal|say)\w*"
_BY_SOURCE = re.compile(
    rf"^(?P<lead>[A-Z][a-z]+(?:\s[a-z]+){{0,3}},\s+)?"
    rf"(?:\W*(?:according to|as reported in|in|from|per)\s*(?:one abstract|abstracts)?\s*{MARK}+\s*,\s*"
    rf"|(?:one abstract|abstracts)?\s*{MARK}+\s*(?::\s*|,?\s*(?:also\s+)?{_REPORTS}\s+that\s+)"
    rf"|(?:one abstract|abstracts)\s*{MARK}+\s*[–—-]\s*)",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    rf"[,;]?\s*\b(?:as in|(?:as\s+)?(?:reported|shown|described|seen|found|noted)\s+(?:in|by)|see|cf\.?|per)\s*"
    rf"(?={MARK})|\s*(?:[;–—-]|[,;]\s*(?:(?:as\s+)?\w+\s+in|see|cf\.?|per|according to|from))\s*"
    rf"(?:one abstract|abstracts)?\s*(?={MARK}+\W*$)",
    re.IGNORECASE,
)
_CITED_ALONE = re.compile(rf"(?:\W|{MARK}|\b(?:one|abstracts?|sources?|documents?|and|see)\b)*", re.IGNORECASE)
"""A line of citations: "Abstract 1, Abstract 3"."""
_BASED_ON = re.compile(
    r"^\W*th(?:is|ese|e) (?:answer|response|summary|information|findings?) (?:is|are|comes?)\b", re.I
)
_AHEAD = re.compile(rf"[\s*_>•-]*(?:\d{{1,2}}[.)]|{MARK}|{RAISED})\W*")
_FEWEST_BLANKS = 3
"""Blanks that the end of a title has at least: fewer words are a thing's name, as in a list."""
_TITLE_BEGINS = 40
"""Letters of a title by which it is known where a model cut it short."""
_A_STUDY = re.compile(
    rf"(?<!\bthe )(?<!\ba )(?<!\bone )(?<!\bthat )(?<!\bthis )(?<!\beach )\b(study|trial|abstract)(?=\s?{MARK})",
    re.IGNORECASE,
)
_NO_FINDING = re.compile(
    r"^\W*(?:yes|no|in (?:short|summary)|note|disclaimer|i hope this helps.*|(?:if you .*)?let me know.*)\W*$"
    r"|^\W*(?:please|(?:i|we)(?: would|['’]d)? (?:recommend|suggest|encourage|advise)"
    r"|you (?:may|might|can|could|should) (?:also )?(?:want|wish|need|like|consider|search|look|consult|consulting))\b"
    r"|^\W*(?:further|more|additional|future) (?:\w+ )?(?:research|studies|trials|work|data|evidence)"
    r" (?:is|are|may be|will be|would be) (?:\w+ )?(?:needed|required|necessary|warranted)\b"
    r"|\bmedical advice\b|\bconsult (?:a|your|with)\b.{0,60}\b(?:doctor|physician|professional|provider)",
    re.IGNORECASE,
)
"""What is no finding and can have no source: "Yes.", of which the next sentence says what, advice, a disclaimer."""
_LEADING = re.compile(rf"^\W*({MARK}+)\s*(?=[a-z]+s?\b)")
_NUMBER = re.compile(r"\W*(\d{1,2})\W")
_MARKDOWN = re.compile(
    r"\*\*|__(?=\w)|(?<=\w)__|`+|!?\[(?P<text>[^\]]*)\]\(https?:[^)]*\)|https?://\S+|</?(?:b|i|em|strong|p|br|li|ul)\s*/?>"
)
_EMPHASIS = re.compile(r"(?<!\w)([*_])(?=[^\s*_])([^*_\n]*?[^\s*_])\1(?!\w)")


@dataclass(frozen=True, slots=True)
class CutOff:
    """The reply ended before the model had finished it; `reason` is for people."""

    reason: str


def drafts(
    pieces: Iterable[str | Cited | S], sources: Sequence[Source], *, max_chars: int
) -> Iterator[DraftSentence | S | CutOff | Retracted]:
    """Yield the sentences of a growing text, each as soon as it and its sources are known.

    A sentence without a source has those of the next one in its paragraph that has any, or those named below it. Where
    a list of references below numbers the sources anew, a `Retracted` takes all back, and they come with their own.
    Whatever is no text passes through; behind a `CutOff` the sentence that was cut is left out.
    """
    titles = [key_of(source.abstract.title) for source in sources]
    placing = _Placing(sources)
    text = _Lines(placing.citations, titles)
    length = 0
    for piece in pieces:
        if isinstance(piece, Retracted):
            placing, length = _Placing(sources), 0
            text = _Lines(placing.citations, titles)
        elif isinstance(piece, CutOff):
            yield from placing.take(text.rest(is_cut=True))
            yield from placing.rest(text.references)
        elif isinstance(piece, Cited):
            piece = placing.citations.sign(piece)
        if not isinstance(piece, str):
            yield piece
            continue
        length += len(piece)
        yield from placing.take(text.take(piece[: len(piece) - max(0, length - max_chars)]))
        if length > max_chars:
            yield from placing.take(text.rest(is_cut=True))
            yield from placing.rest(())
            yield CutOff(f"it was longer than {max_chars:,} characters")
            return
    yield from placing.take(text.rest())
    yield from placing.rest(text.references)


class _Lines:
    """A text that grows, cut into sentences; "" stands between paragraphs, citations are marks."""

    def __init__(self, citations: Citations, titles: Sequence[str]) -> None:
        """Take the keys of the sources' titles."""
        self._citations, self._titles = citations, titles
        self._pending = ""
        self._is_line_begun = self._is_in_references = False
        self._bold_item = ""
        self._has_begun = False
        self.references: list[str] = []

    def take(self, piece: str) -> Iterator[str]:
        """Yield the sentences that one more piece completes."""
        self._pending += piece
        # What completes a citation may stand a few characters before what shows that it is complete.
        if _MAY_COMPLETE.search(self._pending[-len(piece) - 16 :]):
            cut = max(0, len(self._pending) - _LONGEST - len(piece))
            self._pending = self._pending[:cut] + self._citations.mark(self._pending[cut:])
        if _MAY_END.search(self._pending):
            *lines, self._pending = self._pending.split("\n")
            for line in lines:
                yield from self._line(line)
            yield from self._begun_line()

    def rest(self, *, is_cut: bool = False) -> Iterator[str]:
        """Yield what is left at the end; the last sentence is left out where the text was cut off in it."""
        last = self._citations.mark(self._pending + "\n").rstrip("\n")
        self._pending = ""
        if not is_cut or re.search(rf"[.!?][\"'”’)]*\s*{MARK}*\s*$", last):
            yield from self._line(last)
        elif len(spans := sentence_spans(last)) > 1:
            yield from self._line(last[: spans[-2][1]])
        yield from self._told_bold("")

    def _line(self, line: str) -> Iterator[str]:
        is_whole, self._is_line_begun = not self._is_line_begun, False
        if is_whole and line.strip():
            yield from self._told_bold(line)
        if is_whole and _REFERENCES.match(line) and not re.search(MARK, line):
            self._is_in_references = True
        elif self._is_in_references or (is_whole and (self._is_note(line) or self._is_reference(line))):
            self.references.append(line)
        elif is_whole and (listed := _SOURCES.match(line)):
            yield from self._sources(listed["rest"].strip(" *_"))
        elif not line.strip() or (is_whole and _is_heading(line)):
            yield ""
        elif is_whole and _LIST_SIGN.match(line) and _is_heading(_LIST_SIGN.sub("", line)):
            self._bold_item = line
        elif is_whole and line.lstrip().startswith("|"):
            yield from ("", _row(line))
        else:
            yield from self._sentences(line, is_whole=is_whole)

    def _told_bold(self, following: str) -> Iterator[str]:
        """Yield the bold item of a list that was held back, unless it is the heading of the line that follows."""
        item, self._bold_item = self._bold_item, ""
        if item and not (following and _indent(following) > _indent(item)):
            yield from self._sentences(item, is_whole=True)

    def _is_note(self, line: str) -> bool:
        """Return True for the explanation of a footnote: "[^1]: Abstract 3"."""
        start = line.lstrip()
        return re.match(rf"{MARK}\s*:", start) is not None and bool(self._citations.of(start[0]).note)

    def _is_reference(self, line: str) -> bool:
        """Return True for a number and a title, below what was written: "[1] Zinc and sleep. 2013"."""
        number = _AHEAD.match(line)
        key = key_of(line[number.end() :]) if number and self._has_begun else ""
        return any(key.startswith(title[:_TITLE_BEGINS]) for title in self._titles)

    def _sources(self, listed: str) -> Iterator[str]:
        """Yield the citations of a line such as "Sources: 1, 2"; its titles are references."""
        if _NUMBERS.fullmatch(listed):
            listed = self._citations.mark(f"[{listed}]\n").strip()
        if _CITED_ALONE.fullmatch(listed):
            yield listed
        else:
            self.references.append(listed)

    def _sentences(self, line: str, *, is_whole: bool) -> Iterator[str]:
        if is_whole:
            if _LIST_SIGN.match(line):
                yield ""
            line = _LABEL.sub("", _LIST_SIGN.sub("", line))
        line = _in_order(line + "\n").rstrip("\n")
        self._has_begun = True
        yield from (line[start:end] for start, end in sentence_spans(line))

    def _begun_line(self) -> Iterator[str]:
        """Yield the complete sentences of the line that is being written."""
        line = self._pending
        if not self._is_line_begun and line.strip():
            yield from self._told_bold(line)
        if (
            self._is_in_references
            or not self._is_line_begun
            and (re.match(r"\s*(?:#|\||$)", line) or _SOURCES.match(line) or self._is_reference(line))
        ):
            return
        if not self._is_line_begun:
            line = _LABEL.sub("", _LIST_SIGN.sub("", line))
            was_listed = _LIST_SIGN.match(self._pending) is not None
        else:
            was_listed = False
        line = _in_order(line)
        cut = 0
        for (start, end), (following, _) in pairwise(sentence_spans(line)):
            tail = line[following:]
            if len(tail) < _LOOKAHEAD or OPEN.match(tail):
                break
            if was_listed and not cut:
                yield ""
            yield line[start:end]
            cut = following
        if cut:
            self._pending, self._is_line_begun = line[cut:], True


def _is_heading(line: str) -> bool:
    """Return True for a heading, a rule, an introduction, and what is bold throughout but no sentence."""
    bold = _BOLD.match(line.strip())
    return not _WHOLE.match(bold["words"].strip()) if bold else _HEADING.match(line) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _in_order(line: str) -> str:
    """Return a line with the citations behind a full stop before it, but for one that begins the next sentence."""
    line = _BOLD_END.sub("", line)
    return _MARKS_AHEAD.sub(r"\1 \2", _MARKS_AFTER_END.sub(r"\2\1", line))


def _row(line: str) -> str:
    """Return a table's row as a sentence; "" for a rule, and for a row without a source, which is a heading."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return ": ".join(filter(None, (cells[0], "; ".join(filter(None, cells[1:]))))) if re.search(MARK, line) else ""


class _Placing:
    """Sentences and their sources: those without one wait for one that is named further on."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        cited_as = {str(source.number): source.number for source in sources}
        cited_as |= {f"PMID {source.abstract.pmid}": source.number for source in sources}
        self.citations = Citations(cited_as, _titled(sources))
        self._waiting: list[DraftSentence] = []
        self._late: list[tuple[DraftSentence, list[Mark]]] = []
        self._placed: list[tuple[DraftSentence, list[Mark]]] = []
        self._has_cited = self._is_new_paragraph = False

    def take(self, sentences: Iterable[str]) -> Iterator[DraftSentence]:
        """Yield the sentences whose sources are known by now; behind a footnote, none before the end."""
        for sentence in sentences:
            marks = self._marks(sentence)
            if self._late or any(mark.note for mark in marks):
                self._late += [(draft, marks) for draft in self._place(sentence, marks)]
            else:
                for draft in self._place(sentence, marks):
                    self._placed.append((draft, marks))
                    yield draft

    def rest(self, references: Sequence[str]) -> Iterator[DraftSentence | Retracted]:
        """Yield the sentences that waited for the end: for footnotes, or for the references of a text without any."""
        if own := self._own_numbers(references):
            yield Retracted()
            self._late = [(_renumbered(draft, own, marks), marks) for draft, marks in (*self._placed, *self._late)]
        notes = {
            mark.note: named for line in references for mark in self._marks(line)[:1] if (named := self._named(line))
        }
        for draft, marks in self._late:
            numbers = [number for mark in marks for number in (notes.get(mark.note) or mark.sources)]
            yield replace(draft, **_placed(numbers)) if any(mark.note for mark in marks) else draft
        listed = dict.fromkeys(number for line in references for number in self._named(line))
        yield from self._release(() if self._has_cited else tuple(listed))

    def _own_numbers(self, references: Sequence[str]) -> dict[int, int | None]:
        """Return the source of each number of a list that numbers them anew, None if unknown; {} for one that does not.

        A line tells by a PMID or a title, each of one source.
        """
        own: dict[int, int | None] = {}
        for line in references:
            first, *others = self._marks(line) or [Mark(())]
            number = _NUMBER.match(line.translate(TO_DIGITS))
            label = first.sources[0] if first.is_plain and first.sources else int(number[1]) if number else None
            named = set(self._titled(line))
            named |= {
                source
                for mark in (first, *others)
                for source in mark.sources
                if source is not None and not mark.is_plain
            }
            if label is not None and not first.note:
                own[label] = named.pop() if len(named) == 1 else None
        is_anew = any(source not in (None, label) for label, source in own.items())
        return own if is_anew else {}

    def _titled(self, line: str) -> list[int]:
        """Return the sources of which a line has the title, or else its beginning."""
        titles, key = {source.number: key_of(source.abstract.title) for source in self._sources}, key_of(line)
        whole = [number for number, title in titles.items() if title in key]
        return whole or [number for number, title in titles.items() if title[:_TITLE_BEGINS] in key]

    def _marks(self, sentence: str) -> list[Mark]:
        return [self.citations.of(sign) for sign in sentence if self.citations.is_mark(sign)]

    def _named(self, line: str) -> list[int]:
        """Return the sources that a line of references names: by number, PMID or title."""
        marks = self._marks(line)
        known = [number for mark in marks for number in mark.sources if number is not None and not mark.note]
        titled = self._titled(line)
        number = _NUMBER.match(line.translate(TO_DIGITS))
        numbered = [source.number for source in self._sources if number and str(source.number) == number[1]]
        return known or titled or numbered

    def _place(self, sentence: str, marks: Sequence[Mark]) -> Iterator[DraftSentence]:
        if not sentence:
            self._is_new_paragraph = True
            return
        draft = self._draft(sentence, marks)
        if not any(mark.sources for mark in marks) and _NO_FINDING.search(draft.text):
            return
        if any(_is_end_of(source.abstract.title, draft.text) for source in self._sources):
            return
        if not draft.text or (marks and (_CITED_ALONE.fullmatch(sentence) or _BASED_ON.match(draft.text))):
            yield from self._release(draft.sources)
            return
        if self._is_new_paragraph and self._has_cited:
            yield from self._release()
        self._is_new_paragraph = False
        if marks:
            self._has_cited = True
            yield from self._release(draft.sources)
            yield draft
        else:
            self._waiting.append(draft)

    def _release(self, sources: tuple[int, ...] = ()) -> Iterator[DraftSentence]:
        """Yield the waiting sentences, with these sources."""
        waiting, self._waiting = self._waiting, []
        yield from (replace(draft, sources=sources, shares_sources=bool(sources)) for draft in waiting)

    def _draft(self, sentence: str, marks: Sequence[Mark]) -> DraftSentence:
        """Return the sentence without its citations, links and emphasis, with the sources that they name."""
        text = _plain(sentence)
        quotes = tuple(quote for mark in marks for quote in mark.quotes)
        placed = _placed([number for mark in marks for number in mark.sources])
        return DraftSentence(text if re.search(r"\w", text) else "", quotes=quotes, **placed)


def _is_end_of(title: str, text: str) -> bool:
    """Return True for a title that has lost its beginning, which states nothing; not for what follows its colon.

    >>> _is_end_of("A role of zinc in the common cold", "Zinc in the common cold."), _is_end_of("On zinc", "Zinc")
    (True, False)
    """
    whole, end = (words.lower().rstrip(". ") for words in (title, text))
    return (
        end.count(" ") >= _FEWEST_BLANKS
        and whole.endswith(f" {end}")
        and not whole.removesuffix(end).rstrip().endswith((":", ".", "?", "!"))
    )


def _titled(sources: Sequence[Source]) -> dict[str, int]:
    """Return the keys of what each source may be called in brackets: its title, its journal or author with the year.

    What two sources may be called names neither.
    """
    names: list[tuple[str, int]] = []
    for source in sources:
        abstract, year = source.abstract, str(source.abstract.year or "")
        surname = abstract.authors[0].rpartition(" ")[0] if abstract.authors else ""
        called = (f"{abstract.journal}{year}", f"{surname}{year}", f"{surname} et al. {year}")
        names += [(key_of(name), source.number) for name in (abstract.title, abstract.title + year)]
        names += [(key_of(name), source.number) for name in called if year and key_of(name) != year]
    counts = Counter(name for name, _ in names)
    return {name: number for name, number in names if counts[name] == 1}


def _renumbered(draft: DraftSentence, own: Mapping[int, int | None], marks: Sequence[Mark]) -> DraftSentence:
    """Return a draft with the sources that a list's own numbers stand for; a number that it cannot place is dropped."""
    if not all(mark.is_plain for mark in marks):
        return draft
    numbers = [own.get(number) for number in draft.sources]
    return replace(draft, **(_placed(numbers) | {"dropped": draft.dropped + numbers.count(None)}))


def _placed(numbers: Sequence[int | None]) -> dict[str, Any]:
    """Return a draft's sources, each once, and how many of its citations name none."""
    known = dict.fromkeys(number for number in numbers if number is not None)
    return {"sources": tuple(known), "dropped": numbers.count(None)}


def _plain(sentence: str) -> str:
    text = _EMPHASIS.sub(r"\2", _MARKDOWN.sub(lambda match: match["text"] or "", sentence))
    for phrase in (_NOTED, _BY_SOURCE, _BASED):
        if found := phrase.match(text):
            lead, rest = found.groupdict().get("lead") or "", text[found.end() :]
            text = lead + rest if lead else rest[:1].upper() + rest[1:]
    text = _A_STUDY.sub(lambda match: ("One " if match[1][0].isupper() else "one ") + match[1].lower(), text)
    text = _LEADING.sub("One abstract ", text)
    text = re.sub(rf"\s*{MARK}(?:\s+(?=[.,;:!?]))?", "", _BESIDE.sub("", text))
    return " ".join(text.split()).strip(" ,;")
