"""Answers, hits and tables as the text that an agent's model reads: whatever is an abstract's stands between marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.answer import Answer, Citation, Source
from qa.generation.llm.prompts import without_marks


def answer_text(answer: Answer) -> str:
    """Return an answer as text: its sentences with the quotes behind each, and the sources, all between marks."""
    lines = [answer.headline_told or answer.message] if answer.headline_told or answer.message else []
    for sentence in answer.sentences:
        number = sentence.citations[0].source if sentence.citations else 0
        lines.append(f"{sentence.verdict} {sentence.markers}: {_marked(number, sentence.text)}")
        lines += [_quote_line(cited) for cited in sentence.citations]
    shown = answer.nearest if answer.abstained else answer.sources
    if shown:
        lines.append("Nearest abstracts, which support nothing:" if answer.abstained else "Sources:")
        lines += [_source_line(source) for source in shown]
    return "\n".join(lines)


def _quote_line(cited: Citation) -> str:
    place = f"[{cited.source}] PMID {cited.pmid}, {cited.start}-{cited.end}"
    return f"{place}, quoted: {_marked(cited.source, cited.quote)}"


def _source_line(source: Source) -> str:
    abstract = source.abstract
    marks = "".join(f" {mark}" for mark in abstract.marks)
    reference = f"{abstract.title} {abstract.journal} {abstract.year or ''}"
    return f"[{source.number}] PMID {abstract.pmid}{marks}: {_marked(source.number, reference)}"


def hits_text(hits: Sequence[dict[str, Any]]) -> str:
    """Return hits as text, a line each with its offsets."""
    lines = [
        f"PMID {hit['pmid']}{' RETRACTED' if hit['retracted'] else ''}, {hit['start']}-{hit['end']}: "
        + _marked(number, f"{hit['title']} … {hit['text']}")
        for number, hit in enumerate(hits, start=1)
    ]
    return "\n".join(lines) or "Nothing was found."


def table_text(table: dict[str, Any]) -> str:
    """Return a table of studies as text, a line an abstract."""
    return "\n".join(map(_row_text, table["rows"])) or "No abstract bears on this."


def _row_text(row: dict[str, Any]) -> str:
    cells = "; ".join(f"{name}: {cell['text']}" for name, cell in row["cells"].items() if cell["text"])
    return f"PMID {row['pmid']}{' RETRACTED' if row['retracted'] else ''}: {_marked(row['number'], cells)}"


def _marked(number: int, text: str) -> str:
    """Return a text between the marks of quoted matter, which it cannot hold itself."""
    return f"<<<ABSTRACT {number}>>> {without_marks(text)} <<<END OF ABSTRACT {number}>>>"
