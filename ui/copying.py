"""An answer for the clipboard, with its sources: as plain text, and formatted for a word processor.

Markdown is what `Answer.to_markdown` gives.
"""

from __future__ import annotations

from qa.answer import Answer, Source
from ui.rendering import render


def plain_text(answer: Answer) -> str:
    """Return the question, the answer with numbers of sources, and the sources as a numbered list."""
    paragraphs = [
        answer.question,
        *_said(answer),
        "\n".join(f"[{source.number}] {reference(source)}" for source in answer.sources),
    ]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def formatted_html(answer: Answer) -> str:
    """Return the same as HTML, of which a word processor takes the headings, the list and the links."""
    references = [(source, reference(source)) for source in answer.sources]
    return render("copied.html", question=answer.question, said=_said(answer), references=references)


def reference(source: Source) -> str:
    """Return a source as a reference: "Smith J et al. Title. Journal. 2020. PMID 1. RETRACTED."."""
    abstract = source.abstract
    authors = "".join(abstract.authors[:1]) + (" et al" if len(abstract.authors) > 1 else "")
    parts = [authors, abstract.title, abstract.journal, str(abstract.year or ""), f"PMID {abstract.pmid}"]
    marks = [mark.upper() for mark in abstract.marks]
    return " ".join(f"{part.rstrip('.')}." for part in (*parts, *marks) if part)


def _said(answer: Answer) -> list[str]:
    return [text for text in (answer.headline_told, answer.short_told, answer.text) if text]
