"""Source cards as HTML: an abstract with its passages, an answer's quotes marked in place. Pure functions."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.records import TITLE, Abstract, Passage
from qa.answer import OWN_WORDS, VERBATIM, Answer, Source

PLAIN_TYPES = {"Journal Article", "Retracted Publication"}
"""Publication types that say nothing, or that the card says in red."""


_SUMMARY = (
    '<summary><span class="aa-closed">Show the whole abstract</span><span class="aa-opened">Show less</span></summary>'
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A stretch of an abstract's text that sentence number `sentence` of the answer quotes, and what was checked."""

    start: int
    end: int
    sentence: int
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A section of an abstract with its place in the abstract's text."""

    label: str
    start: int
    end: int


def escape(text: str) -> str:
    """Return text as it may stand in HTML, attributes included: all text of abstracts and people goes through here."""
    return html.escape(text, quote=True)


def card_id(turn: int, source: Source) -> str:
    """Return the id of a source's card: a citation links to it."""
    return f"card-{turn}-{source.number}"


def quotes_of(answer: Answer, source: Source) -> tuple[Quoted, ...]:
    """Return the stretches of the source that the answer quotes; sentences are numbered from 1."""
    return tuple(
        Quoted(citation.start, citation.end, number, sentence.checks(citation))
        for number, sentence in enumerate(answer.sentences, start=1)
        for citation in sentence.citations
        if citation.source == source.number
    )


def spans_of(abstract: Abstract) -> tuple[Span, ...]:
    """Return the title and the sections with their places in `abstract.text`."""
    spans = [Span(TITLE, 0, len(abstract.title))]
    for section in abstract.sections:
        start = spans[-1].end + 1
        spans.append(Span(section.label or section.category, start, start + len(section.text)))
    return tuple(spans)


def marked(text: str, span: Span, quotes: Sequence[Quoted]) -> str:
    """Return a span of text escaped, with every quoted stretch in a mark that names the sentences quoting it."""
    edges = {edge for quote in quotes for edge in (quote.start, quote.end) if span.start < edge < span.end}
    pieces = []
    for left, right in pairwise(sorted({span.start, span.end} | edges)):
        citing = dict.fromkeys(f"s{quote.sentence}" for quote in quotes if quote.start <= left and right <= quote.end)
        piece = escape(text[left:right])
        pieces.append(f'<mark data-cites="{" ".join(citing)}">{piece}</mark>' if citing else piece)
    return "".join(pieces)


def shown_passages(source: Source, quotes: Sequence[Quoted]) -> tuple[Span, ...]:
    """Return what of the abstract a card shows: the found passages that hold a quote, else the best one found.

    A quote that lies in no found passage brings its whole section; stretches that overlap are shown once.
    """
    found = [hit.passage for hit in source.hits]
    wanted: list[Span] = []
    for quote in quotes:
        holding = [passage for passage in found if passage.start <= quote.start and quote.end <= passage.end]
        wanted.append(_span_of(holding[0]) if holding else _section_holding(source.abstract, quote))
    if not wanted and found:
        wanted.append(_span_of(found[0]))
    return _joined(wanted)


def _span_of(passage: Passage) -> Span:
    return Span(passage.section, passage.start, passage.end)


def _section_holding(abstract: Abstract, quote: Quoted) -> Span:
    spans = spans_of(abstract)
    return next((span for span in spans if quote.start < span.end), spans[-1])


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        # One character apart is the blank between two sentences of a section, or the newline between two sections.
        if joined and span.label == joined[-1].label and span.start <= joined[-1].end + 1:
            joined[-1] = Span(span.label, joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return tuple(joined)


def source_card(source: Source, *, turn: int, quotes: Sequence[Quoted] = (), nearest: bool = False) -> str:
    """Return a source's card; one of the nearest abstracts has no number, since nothing may cite it."""
    abstract = source.abstract
    title = escape(abstract.title or "Untitled")
    number = "" if nearest else f'<span class="aa-number" aria-hidden="true">{source.number}</span>'
    spoken = f"Nearest, not used: {title}" if nearest else f"Source {source.number}: {title}"
    name = "" if nearest else f' id="{card_id(turn, source)}"'
    return (
        f'<article class="aa-card{" aa-nearest" if nearest else ""}"{name} tabindex="-1" aria-label="{spoken}">'
        f'<header>{number}<h3 dir="auto">{title}</h3></header>'
        f"{_particulars(abstract)}{_badges(abstract)}{_note(abstract)}"
        f"{_passages(source, quotes)}{_whole(abstract, quotes)}{_proofs(quotes)}"
        '<button type="button" class="aa-back">Back to the answer</button></article>'
    )


def _particulars(abstract: Abstract) -> str:
    authors = abstract.authors[0] + (" et al." if len(abstract.authors) > 1 else "") if abstract.authors else ""
    facts = [escape(fact) for fact in (authors, abstract.journal, str(abstract.year or "")) if fact]
    pmid = escape(abstract.pmid)
    link = (
        f'<a href="{escape(abstract.url)}" target="_blank" rel="noopener noreferrer" '
        f'aria-label="PMID {pmid} at PubMed, in a new tab">PMID {pmid} ↗</a>'
    )
    return f'<p class="aa-particulars">{" · ".join([*facts, link])}</p>'


def _badges(abstract: Abstract) -> str:
    badges = ['<strong class="aa-retracted">Retracted</strong>'] if abstract.is_retracted else []
    badges += [f'<strong class="aa-warned">{escape(warning)}</strong>' for warning in abstract.warnings]
    badges += [f"<span>{escape(type_)}</span>" for type_ in abstract.types if type_ not in PLAIN_TYPES]
    return f'<p class="aa-badges">{" ".join(badges)}</p>' if badges else ""


def _note(abstract: Abstract) -> str:
    return f'<p class="aa-note">{escape(abstract.note)}</p>' if abstract.note else ""


def _passages(source: Source, quotes: Sequence[Quoted]) -> str:
    text = source.abstract.text
    sections = spans_of(source.abstract)
    shown = []
    for span in shown_passages(source, quotes):
        before = "" if any(span.start == section.start for section in sections) else "… "
        after = "" if any(span.end == section.end for section in sections) else " …"
        passage = f"{_label(span)}{before}{marked(text, span, quotes)}{after}"
        shown.append(f'<blockquote class="aa-passage" dir="auto">{passage}</blockquote>')
    return "".join(shown)


def _whole(abstract: Abstract, quotes: Sequence[Quoted]) -> str:
    if not abstract.sections:
        return '<p class="aa-note">PubMed holds no abstract for this record, only its title.</p>'
    title, *sections = spans_of(abstract)
    # The card's heading is the title; here it stands only where an answer quotes it.
    shown = [title, *sections] if any(quote.start < title.end for quote in quotes) else sections
    paragraphs = "".join(f'<p dir="auto">{_label(span)}{marked(abstract.text, span, quotes)}</p>' for span in shown)
    return f'<details class="aa-whole">{_SUMMARY}{paragraphs}</details>'


def _proofs(quotes: Sequence[Quoted]) -> str:
    """Return for each quote where it stands and what was checked of it; shown for the sentence that is looked up."""
    return "".join(
        f'<p class="aa-proof" data-cites="s{quote.sentence}">Checked: characters {quote.start:,} to {quote.end:,} of '
        f"title and abstract are the quote, letter by letter; {_agreement(quote.checks)}.</p>"
        for quote in dict.fromkeys(quotes)
        if quote.checks
    )


def _agreement(checks: Sequence[str]) -> str:
    if OWN_WORDS in checks:
        return "the sentence is the abstract’s own"
    agreed = [check for check in checks if check != VERBATIM]
    return f"the sentence agrees with it in {', '.join(agreed[:-1])} and {agreed[-1]}"


def _label(span: Span) -> str:
    return f'<span class="aa-label">{escape(span.label)}</span> ' if span.label else ""
