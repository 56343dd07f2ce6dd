"""Source cards: an abstract with its retrieved passages, an answer's quotes marked in place. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.records import TITLE, Abstract, Hit
from qa.answer import OWN_WORDS, VERBATIM, Answer, Source
from qa.studies.reading import read_study
from qa.studies.records import Cell, Study

_PLAIN_TYPES = {"Journal Article", "Retracted Publication"}
"""Publication types without a badge: those that say nothing, or that the red badge says."""
_DESIGNS = {"other": "", "not a study": "", "animal": "Animal study", "in vitro": "In vitro study"}
"""The words for a design where they are not its name; "" for one that says nothing of a study."""
_SAID_BY_DESIGN = {("animal", "animals"), ("in vitro", "cells or molecules")}
_STUDIES_KEPT = 512
"""Studies that are remembered while answers grow and are drawn again and again."""


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """A quote's place in an abstract's text, the number of the sentence that cites it, and its checks.

    What was read of a study is quoted by no sentence, but for a `cell` of its record, such as "n".
    """

    start: int
    end: int
    sentence: int = 0
    checks: tuple[str, ...] = ()
    cell: str = ""

    @property
    def name(self) -> str:
        """The name by which the page finds what was quoted: "s1" for the first sentence, or the cell's."""
        return self.cell or f"s{self.sentence}"

    @property
    def is_own_words(self) -> bool:
        """True if the sentence is the quote itself."""
        return OWN_WORDS in self.checks

    @property
    def agreements(self) -> list[str]:
        """The respects in which the sentence agrees with the quote."""
        return [check for check in self.checks if check != VERBATIM]


@dataclass(frozen=True, slots=True)
class LabelledSpan:
    """A section, or a passage of one, by its place in the abstract's text."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and the sentences that quote the whole of it, as "s1", "s2", or the cells that do."""

    text: str
    sentences: tuple[str, ...] = ()

    @property
    def is_of_cells(self) -> bool:
        """True if only cells quote it: it is marked when one of them is chosen."""
        return not any(name[1:].isdigit() for name in self.sentences)


@dataclass(frozen=True, slots=True)
class StudyFact:
    """What an abstract says of its study in a word or two, with its cell's name if its words can be shown."""

    text: str
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span as a card shows it: in pieces, with a mark where its section goes on before or after it."""

    label: str
    pieces: tuple[Piece, ...]
    is_cut_before: bool
    is_cut_after: bool


@dataclass(frozen=True, slots=True)
class Card:
    """The content of a source's card; a card of one of the nearest abstracts has no number.

    `heading` is the title, in pieces. `sections` are the whole abstract, with its title only where an answer quotes it.
    """

    source: Source
    is_nearest: bool
    heading: tuple[Piece, ...]
    particulars: tuple[str, ...]
    types: tuple[str, ...]
    study: tuple[StudyFact, ...]
    passages: tuple[Stretch, ...]
    sections: tuple[Stretch, ...]
    checked_quotes: tuple[QuotedSpan, ...]

    @property
    def why(self) -> tuple[str, ...]:
        """Why the source stands there: the sentences that it backs, and by what search found it."""
        backed = sorted({quote.sentence for quote in self.checked_quotes if quote.sentence})
        numbers = ", ".join(map(str, backed))
        cited = [f"backs sentence {numbers}" if len(backed) == 1 else f"backs sentences {numbers}"] if backed else []
        return (*cited, *_found_by(self.source.hits))


def _found_by(hits: Sequence[Hit]) -> list[str]:
    """Return by what the best passage was found: its meaning, with the cosine, its words, or both."""
    if not hits:
        return []
    best = max(hits, key=lambda hit: hit.score)
    meaning = f"found by its meaning (similarity {best.cosine:.2f})" if best.cosine is not None else ""
    return list(filter(None, (meaning, "found by its words" if best.bm25 is not None else "")))


def make_card(
    source: Source,
    quotes: Sequence[QuotedSpan] = (),
    *,
    study: Study,
    cells: Sequence[QuotedSpan] = (),
    is_nearest: bool = False,
) -> Card:
    """Return the card of a source with its study, an answer's quotes of it, and cells that are from its words."""
    abstract = source.abstract
    title, *sections = section_spans(abstract)
    is_title_quoted = any(quote.start < title.end for quote in quotes)
    starts = {span.start for span in (title, *sections)}
    ends = {span.end for span in (title, *sections)}
    text = abstract.text
    told_by = [(name, cell) for name, fact_cells in _told_by(study).items() for cell in fact_cells]
    cells = [*cells, *(QuotedSpan(cell.start, cell.end, cell=name) for name, cell in told_by)]

    def stretch(span: LabelledSpan, marked: Sequence[QuotedSpan] = quotes) -> Stretch:
        pieces = cut_at_quotes(text, span, marked)
        return Stretch(span.label, pieces, span.start not in starts, span.end not in ends)

    return Card(
        source,
        is_nearest,
        heading=cut_at_quotes(text, title, cells) if abstract.title else (Piece("Untitled"),),
        particulars=_particulars(abstract),
        types=tuple(type_ for type_ in abstract.types if type_ not in _PLAIN_TYPES and not _is_type_of(study, type_)),
        study=study_facts(study),
        passages=tuple(map(stretch, shown_passages(source, quotes))),
        sections=tuple(
            stretch(span, (*quotes, *cells)) for span in ([title, *sections] if is_title_quoted else sections)
        ),
        checked_quotes=tuple(quote for quote in dict.fromkeys(quotes) if quote.checks),
    )


def _particulars(abstract: Abstract) -> tuple[str, ...]:
    """Return first author, journal and year, as far as they are known."""
    author = "".join(abstract.authors[:1]) + (" et al." if len(abstract.authors) > 1 else "")
    return tuple(text for text in (author, abstract.journal, str(abstract.year or "")) if text)


@lru_cache(_STUDIES_KEPT)
def study_of(abstract: Abstract) -> Study:
    """Return what an abstract says of its study, read anew: for what no library keeps, such as an old answer."""
    return read_study(abstract)


def study_facts(study: Study) -> tuple[StudyFact, ...]:
    """Return design, size and subjects as far as they are known: "Cohort", "n = 1,204", "humans"."""
    is_said = study.subjects == "none" or (study.design, study.subjects) in _SAID_BY_DESIGN
    facts = {
        "design": _DESIGNS.get(study.design, study.design[:1].upper() + study.design[1:]),
        "n": f"n = {study.n.value:,}" if study.n else "",
        "subjects": "" if is_said else study.subjects,
    }
    return tuple(StudyFact(text, name if name in _told_by(study) else "") for name, text in facts.items() if text)


def _is_type_of(study: Study, type_: str) -> bool:
    """Return True if a publication type says no more than the design: it is not shown twice."""
    return type_.casefold().replace("z", "s").rstrip("s") == study.design.rstrip("s")


def _told_by(study: Study) -> dict[str, tuple[Cell, ...]]:
    """Return the words that a card's facts were read from, by the name of the cell."""
    cells = {name: (cell,) for name, cell in study.told_by if name in ("design", "subjects")}
    return cells | ({"n": study.n.spans} if study.n else {})


def quotes_of(answer: Answer, source: Source) -> tuple[QuotedSpan, ...]:
    """Return the stretches of the source that the answer quotes; sentences are numbered from 1."""
    return tuple(
        QuotedSpan(quoted.start, quoted.end, number, sentence.checks(quoted) if sentence.supported else ())
        for number, sentence in enumerate(answer.sentences, start=1)
        for quoted in (*sentence.citations, *sentence.against)
        if quoted.source == source.number
    )


def section_spans(abstract: Abstract) -> tuple[LabelledSpan, ...]:
    """Return the title and the sections with their places in `abstract.text`."""
    sections = (
        LabelledSpan(section.label or section.category, start, start + len(section.text))
        for start, section in abstract.placed_sections()
    )
    return (LabelledSpan(TITLE, 0, len(abstract.title)), *sections)


def cut_at_quotes(text: str, span: LabelledSpan, quotes: Sequence[QuotedSpan]) -> tuple[Piece, ...]:
    """Return a span of text cut wherever a quote begins or ends; a piece inside overlapping quotes names them all."""
    edges = {edge for quote in quotes for edge in (quote.start, quote.end) if span.start < edge < span.end}
    return tuple(
        Piece(text[start:end], _quoting(start, end, quotes))
        for start, end in pairwise(sorted({span.start, span.end} | edges))
    )


def _quoting(start: int, end: int, quotes: Sequence[QuotedSpan]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(quote.name for quote in quotes if quote.start <= start and end <= quote.end))


def shown_passages(source: Source, quotes: Sequence[QuotedSpan]) -> tuple[LabelledSpan, ...]:
    """Return the spans that a card shows: the retrieved passages that hold a quote, else the best of them.

    A quote in no retrieved passage brings its whole section; spans that overlap are shown once.
    """
    passages = [LabelledSpan(hit.passage.section, hit.passage.start, hit.passage.end) for hit in source.hits]
    if not quotes:
        return tuple(passages[:1])
    return _joined(_span_holding(quote, passages, source.abstract) for quote in quotes)


def _span_holding(quote: QuotedSpan, passages: Sequence[LabelledSpan], abstract: Abstract) -> LabelledSpan:
    for passage in passages:
        if passage.start <= quote.start and quote.end <= passage.end:
            return passage
    sections = section_spans(abstract)
    return next((section for section in sections if quote.start < section.end), sections[-1])


def _joined(spans: Iterable[LabelledSpan]) -> tuple[LabelledSpan, ...]:
    joined: list[LabelledSpan] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        # One character apart is the blank between two sentences of a section, or the newline between two sections.
        if joined and span.label == joined[-1].label and span.start <= joined[-1].end + 1:
            joined[-1] = LabelledSpan(span.label, joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return tuple(joined)
