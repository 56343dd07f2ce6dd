"""Abstract to passages: runs of whole sentences of one section, each within the encoder's window. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from index.analysis.sentences import sentence_spans
from index.records import TITLE, Abstract, Passage, Section

CountTokens = Callable[[Sequence[str]], list[int]]
Span = tuple[int, int]

_WORD = re.compile(r"\S+")
_TITLE_CHARACTERS = 300


def split_abstract(abstract: Abstract, *, max_tokens: int, count_tokens: CountTokens) -> list[Passage]:
    """Return the passages of an abstract in order: its title, then the runs of whole sentences of each section.

    A run grows while it stays within `max_tokens`. A single sentence longer than that is split between words, so that
    no word goes unread by the encoder; nothing but white space is ever left out.
    """
    text = abstract.text
    passages = [Passage(abstract.pmid, TITLE, 0, len(abstract.title), abstract.title)] if abstract.title.strip() else []
    for offset, section in abstract.placed_sections():
        name = section.label or section.category
        for start, end in _runs(section, max_tokens, count_tokens):
            whole = slice(offset + start, offset + end)
            passages.append(Passage(abstract.pmid, name, whole.start, whole.stop, text[whole]))
    return passages


def passage_text(abstract: Abstract, passage: Passage) -> str:
    """Return the text that a passage is embedded and indexed as, its title before its sentences to set the scene."""
    if passage.section == TITLE and passage.start == 0:
        return passage.text
    return f"{abstract.title[:_TITLE_CHARACTERS]}\n{passage.text}"


def _runs(section: Section, max_tokens: int, count_tokens: CountTokens) -> Iterator[Span]:
    """Yield the spans of a section's passages: sentences, or parts of overlong ones, packed in order."""
    parts = _parts(section.text, max_tokens, count_tokens)
    run: Span | None = None
    run_tokens = 0
    for (start, end), tokens in parts:
        if run and run_tokens + tokens <= max_tokens:
            run, run_tokens = (run[0], end), run_tokens + tokens
            continue
        if run:
            yield run
        run, run_tokens = (start, end), tokens
    if run:
        yield run


def _parts(text: str, max_tokens: int, count_tokens: CountTokens) -> Iterator[tuple[Span, int]]:
    """Yield the sentences of a text with their token counts, a sentence beyond `max_tokens` in several parts."""
    spans = sentence_spans(text)
    counts = count_tokens([text[start:end] for start, end in spans])
    for (start, end), tokens in zip(spans, counts, strict=True):
        if tokens <= max_tokens:
            yield (start, end), tokens
        else:
            yield from _split_overlong(text, (start, end), max_tokens, count_tokens)


def _split_overlong(text: str, span: Span, max_tokens: int, count_tokens: CountTokens) -> Iterator[tuple[Span, int]]:
    """Yield parts of one overlong sentence, broken between words; a single word beyond the window stays whole."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text, *span)]
    counts = count_tokens([text[start:end] for start, end in words])
    part, part_tokens = words[0], counts[0]
    for word, tokens in zip(words[1:], counts[1:], strict=True):
        if part_tokens + tokens <= max_tokens:
            part, part_tokens = (part[0], word[1]), part_tokens + tokens
        else:
            yield part, part_tokens
            part, part_tokens = word, tokens
    yield part, part_tokens
