"""What an answer is made of: frozen records, and their JSON and Markdown forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from index.records import Abstract, Hit


@dataclass(frozen=True, slots=True)
class Source:
    """An abstract shown with an answer, numbered from 1, with the passages that were found in it."""

    number: int
    abstract: Abstract
    hits: tuple[Hit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the source as the command line's JSON has it."""
        abstract = self.abstract
        return {
            "number": self.number,
            "pmid": abstract.pmid,
            "title": abstract.title,
            "journal": abstract.journal,
            "year": abstract.year,
            "url": abstract.url,
            "retracted": abstract.is_retracted,
            "warnings": list(abstract.warnings),
        }


@dataclass(frozen=True, slots=True)
class Citation:
    """What ties a sentence to a source: `quote` stands verbatim at `start:end` of the text of abstract `pmid`."""

    source: int
    pmid: str
    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as the command line's JSON has it."""
        return {"source": self.source, "pmid": self.pmid, "start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer. `supported` is true only when a cited quote was checked and bears it out."""

    text: str
    citations: tuple[Citation, ...] = ()
    supported: bool = True

    @property
    def markers(self) -> str:
        """The numbers of the cited sources, each once, as in "[1][3]"."""
        return "".join(f"[{number}]" for number in dict.fromkeys(citation.source for citation in self.citations))

    def to_dict(self) -> dict[str, Any]:
        """Return the sentence as the command line's JSON has it."""
        return {
            "text": self.text,
            "supported": self.supported,
            "citations": [citation.to_dict() for citation in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, the sources, and whether it abstained.

    An answer that abstained has no sentences and no sources: `reason` says why in one sentence and `nearest` holds the
    abstracts that came nearest, which support nothing. Otherwise `reason` is "" or says what the reader should know (a
    language model that was not used after all, citations that were dropped).
    """

    question: str
    sentences: tuple[Sentence, ...] = ()
    sources: tuple[Source, ...] = ()
    abstained: bool = False
    nearest: tuple[Source, ...] = ()
    reason: str = ""
    standalone_question: str = ""
    library_digest: str = ""
    model: str = "extractive"
    prompt_sha256: str = ""
    dropped_citations: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def text(self) -> str:
        """The supported sentences with the numbers of their sources, as one paragraph; the reason when it abstained."""
        if self.abstained:
            return self.reason
        return " ".join(f"{sentence.text} {sentence.markers}" for sentence in self.sentences if sentence.supported)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the command line's JSON has it."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question or self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "sources": [source.to_dict() for source in self.sources],
            "nearest": [source.to_dict() for source in self.nearest],
            "library_digest": self.library_digest,
            "model": self.model,
            "prompt_sha256": self.prompt_sha256,
            "dropped_citations": self.dropped_citations,
            "seconds": dict(self.seconds),
        }

    def to_markdown(self) -> str:
        """Return the answer as Markdown: its text, the quotes that back it, its sources with links, its origin."""
        lines = [f"## {_plain(self.question)}", ""]
        if self.standalone_question not in ("", self.question):
            lines += [f"Asked as: {_plain(self.standalone_question)}", ""]
        lines += [_plain(self.text), ""]
        marks = {source.number: _marks(source) for source in self.sources}
        for quoted in (citation for sentence in self.sentences for citation in sentence.citations):
            place = f"PMID {quoted.pmid}, {quoted.start}-{quoted.end}"
            lines.append(f"> {_plain(quoted.quote)} ({place}){marks.get(quoted.source, '')}")
        shown = self.nearest if self.abstained else self.sources
        if shown:
            lines += ["", "### Nearest, not used" if self.abstained else "### Sources", ""]
            lines += [_source_line(source) for source in shown]
        lines += ["", f"Library {self.library_digest}, answered by {_plain(self.model)}."]
        return "\n".join(lines) + "\n"


_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>|#~$])")


def _plain(text: str) -> str:
    """Return a text so that Markdown shows it as it stands."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)


def _source_line(source: Source) -> str:
    abstract = source.abstract
    parts = [abstract.title, abstract.journal, str(abstract.year or ""), abstract.note]
    line = " ".join(_plain(part) for part in parts if part)
    return f"{source.number}. {line} [PMID {abstract.pmid}]({abstract.url}){_marks(source)}"


def _marks(source: Source) -> str:
    return "".join(f" **{mark}**" for mark in source.abstract.marks)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer."""

    question: str
    answer: Answer
