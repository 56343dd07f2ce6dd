"""What an answer is made of: frozen records, and their JSON and Markdown forms."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer."""

    question: str
    answer: Answer
