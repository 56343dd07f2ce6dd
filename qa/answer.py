"""What an answer is made of: frozen records, and their JSON and Markdown forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from index.records import Abstract, Filters, Hit


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


VERBATIM, OWN_WORDS = "verbatim", "own words"
HELD_AGAINST = (
    "meaning", "most words", "numbers", "names", "species and age", "opposites", "with and without", "up and down",
    "denial", "who acts on whom",
)  # fmt: skip
"""What a sentence in other words than its quote's agrees in with it: cosine, words, and the rules of entailment."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer. `supported` is true only when a cited quote was checked and bears it out.

    Else `objection` says why not, in words that go on from "not supported: ".
    """

    text: str
    citations: tuple[Citation, ...] = ()
    supported: bool = True
    objection: str = ""

    @property
    def markers(self) -> str:
        """The numbers of the cited sources, each once, as in "[1][3]"."""
        return "".join(f"[{number}]" for number in dict.fromkeys(citation.source for citation in self.citations))

    def checks(self, citation: Citation) -> tuple[str, ...]:
        """Return what was checked of one of its citations: that its quote is verbatim, and in what the two agree."""
        return (VERBATIM, *((OWN_WORDS,) if citation.quote == self.text else HELD_AGAINST))

    def to_dict(self) -> dict[str, Any]:
        """Return the sentence as the command line's JSON has it."""
        return {
            "text": self.text,
            "supported": self.supported,
            "objection": self.objection,
            "citations": [one.to_dict() | {"checks": list(self.checks(one))} for one in self.citations],
        }


_NO_STUDY = frozenset({"Journal Article", "English Abstract"})
"""Publication types that do not say what kind of study it was; nor does one on who paid, "Research Support, …"."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """What the sources of an answer to a question of yes or no lean `to`, and their numbers on each side."""

    to: str
    supporting: tuple[int, ...] = ()
    against: tuple[int, ...] = ()

    def told(self, sources: Sequence[Source]) -> str:
        """Return the leaning in words, each source with its year and what kind of study it is."""
        by_number = {source.number: source for source in sources}
        sides = [
            f"{name}: {', '.join(_study(by_number[number]) for number in numbers if number in by_number)}"
            for name, numbers in (("for", self.supporting), ("against", self.against))
            if numbers
        ]
        many, few = sorted((len(self.supporting), len(self.against)), reverse=True)
        is_majority = (len(self.against) > len(self.supporting)) == (self.to == "no")
        count = f"{many} of {many + few}" if few else f"all {many}" if many > 1 else "the one found"
        if many > few and is_majority:
            return f"These abstracts lean to {self.to} ({count}). {_capital('; '.join(sides))}."
        return f"These abstracts are divided; what fits best says {self.to}. {_capital('; '.join(sides))}."

    def to_dict(self, sources: Sequence[Source]) -> dict[str, Any]:
        """Return the leaning as the command line's JSON has it."""
        sides = {"for": list(self.supporting), "against": list(self.against)}
        return {"to": self.to, **sides, "text": self.told(sources)}


def _study(source: Source) -> str:
    abstract = source.abstract
    kinds = [one for one in abstract.types if one not in _NO_STUDY and not one.startswith("Research Support")]
    told = ", ".join(str(one) for one in (abstract.year, kinds[0].lower() if kinds else "") if one)
    return f"[{source.number}] ({told})" if told else f"[{source.number}]"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, the sources, and whether it abstained.

    An answer that abstained has no sentences and no sources: `reason` says why in one sentence and `nearest` holds the
    abstracts that came nearest, which support nothing. Otherwise `reason` is "" or says what the reader should know (a
    language model that was not used after all, citations that were dropped).

    `standalone_question` is a follow-up as it can be understood alone, and `said_filters` (`filters_in_words`) what
    follow-ups so far have asked for in years and types of publication; `filters` are those that held: the person's own
    with the said ones.
    With them, `settings`, `library_digest`, `model` and `prompt_sha256` say what the answer depends on.

    `leaning` is what the sources lean to when the question is one of yes or no and no language model wrote the answer.
    """

    question: str
    sentences: tuple[Sentence, ...] = ()
    sources: tuple[Source, ...] = ()
    abstained: bool = False
    nearest: tuple[Source, ...] = ()
    reason: str = ""
    standalone_question: str = ""
    said_filters: Filters = Filters()
    filters_in_words: str = ""
    filters: Filters = Filters()
    library_digest: str = ""
    settings: Mapping[str, str | int | float] = field(default_factory=dict)
    model: str = "extractive"
    prompt_sha256: str = ""
    dropped_citations: int = 0
    leaning: Leaning | None = None
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def text(self) -> str:
        """The supported sentences with the numbers of their sources, as one paragraph; the reason when it abstained."""
        if self.abstained:
            return self.reason
        return " ".join(f"{sentence.text} {sentence.markers}" for sentence in self.sentences if sentence.supported)

    @property
    def understood_as(self) -> str:
        """What was asked, where not as typed: "Does IL-32β …? (clinical trials only, since 2015)"; else ""."""
        standalone = self.standalone_question or self.question
        if self.filters_in_words:
            return f"{standalone} ({self.filters_in_words})"
        return standalone if standalone != self.question else ""

    @property
    def leaning_told(self) -> str:
        """What the sources lean to, in words, or ""."""
        return self.leaning.told(self.sources) if self.leaning else ""

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the command line's JSON has it."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question or self.question,
            "understood_as": self.understood_as or self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "leaning": self.leaning.to_dict(self.sources) if self.leaning else None,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "sources": [source.to_dict() for source in self.sources],
            "nearest": [source.to_dict() for source in self.nearest],
            "library_digest": self.library_digest,
            "settings": {**self.settings, "filters": _filters_json(self.filters)},
            "model": self.model,
            "prompt_sha256": self.prompt_sha256,
            "dropped_citations": self.dropped_citations,
            "seconds": dict(self.seconds),
        }

    def to_markdown(self) -> str:
        """Return the answer as Markdown: its text, the quotes that back it, its sources with links, its origin."""
        lines = [f"## {_plain(self.question)}", ""]
        if self.understood_as:
            lines += [f"Asked as: {_plain(self.understood_as)}", ""]
        lines += [_plain(text) + "\n" for text in (self.leaning_told, self.text) if text]
        marks = {source.number: _marks(source) for source in self.sources}
        for quoted in (citation for sentence in self.sentences for citation in sentence.citations):
            place = f"PMID {quoted.pmid}, {quoted.start}-{quoted.end}"
            lines.append(f"> {_plain(quoted.quote)} ({place}){marks.get(quoted.source, '')}")
        shown = self.nearest if self.abstained else self.sources
        if shown:
            lines += ["", "### Nearest, not used" if self.abstained else "### Sources", ""]
            lines += [_source_line(source) for source in shown]
        lines += ["", "### How it was answered", "", *(f"- {_plain(line)}" for line in self._origin())]
        return "\n".join(lines) + "\n"

    def _origin(self) -> list[str]:
        """Return, a line each, what the answer depends on."""
        held = {name: value for name, value in asdict(self.filters).items() if value}
        origin = {"library": self.library_digest, "model": self.model, "prompt SHA-256": self.prompt_sha256}
        origin |= {name.replace("_", " "): str(value) for name, value in self.settings.items()}
        origin["filters"] = "; ".join(f"{name.replace('_', ' ')} {_listed(value)}" for name, value in held.items())
        return [f"{name}: {value or 'none'}" for name, value in origin.items()]


def _filters_json(filters: Filters) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(filters).items()}


def _listed(value: object) -> str:
    """Return a filter's value in words; years as the command line takes them, 2010:2020."""
    match value:
        case (int() | None as first, int() | None as last):
            return f"{first or ''}:{last or ''}"
        case tuple():
            return " or ".join(map(str, value))
        case _:
            return "yes"


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
