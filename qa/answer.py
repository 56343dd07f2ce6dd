"""Frozen records of answers, and their JSON and Markdown forms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from index.records import Abstract, Filters, Hit
from index.search.concepts import QueryConcept, holds_name
from index.search.query import also_searched_told
from qa.question.records import QuestionAnalysis


@dataclass(frozen=True, slots=True)
class Source:
    """An abstract shown with an answer, numbered from 1, with its hits."""

    number: int
    abstract: Abstract
    hits: tuple[Hit, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the source's JSON."""
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
    """The tie of a sentence to a source: `quote` stands verbatim at `start:end` of the text of abstract `pmid`."""

    source: int
    pmid: str
    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, Any]:
        """Return the citation's JSON."""
        return {"source": self.source, "pmid": self.pmid, "start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A span that answers: `text` is the quote of the first citation, and each citation quotes a place that names it.

    `count` is the number of abstracts that name it, in whatever written form.
    """

    text: str
    citations: tuple[Citation, ...]
    count: int

    @property
    def markers(self) -> str:
        """The numbers of the sources that name it, each once, as in "[1][3]"."""
        return "".join(f"[{number}]" for number in dict.fromkeys(citation.source for citation in self.citations))

    def to_dict(self) -> dict[str, Any]:
        """Return the short answer's JSON."""
        return {"text": self.text, "count": self.count, "citations": [cited.to_dict() for cited in self.citations]}


VERBATIM, OWN_WORDS = "verbatim", "own words"
HELD_AGAINST = (
    "meaning", "most words", "numbers", "names", "species and age", "opposites", "with and without", "up and down",
    "denial", "who acts on whom",
)  # fmt: skip
"""Checks of a sentence in other words than its quote's: cosine, words, and the rules of entailment."""


SentenceVerdict = Literal["backed", "not matched", "contradicted"]
NO_QUOTE = "no quote found"
"""The mark of a sentence that is not matched."""
ROUNDED = "rounded"
"""The mark of a backed sentence whose numbers are not as its quotes print them."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, and what its sources say of it.

    It is backed when the quotes of `citations` were checked and bear it out together; not matched when no quote does;
    contradicted when a quote says otherwise, which `against` holds. `objection` says why it is not backed. A backed one
    `is_rounded` where one of its numbers is rounded or worked out from those of its quotes.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    verdict: SentenceVerdict = "backed"
    objection: str = ""
    against: tuple[Citation, ...] = ()
    is_rounded: bool = False

    @property
    def supported(self) -> bool:
        """True only for a sentence that is backed."""
        return self.verdict == "backed"

    @property
    def markers(self) -> str:
        """The numbers of the cited sources, each once, as in "[1][3]"."""
        return "".join(f"[{number}]" for number in dict.fromkeys(citation.source for citation in self.citations))

    def checks(self, citation: Citation) -> tuple[str, ...]:
        """Return the checks that one of its citations passed: a verbatim quote, and the respects in which it agrees."""
        return (VERBATIM, *((OWN_WORDS,) if citation.quote == self.text else HELD_AGAINST))

    def to_dict(self) -> dict[str, Any]:
        """Return the sentence's JSON."""
        return {
            "text": self.text,
            "verdict": self.verdict,
            "supported": self.supported,
            "objection": self.objection,
            "rounded": self.is_rounded,
            "citations": [cited.to_dict() | {"checks": list(self.checks(cited))} for cited in self.citations],
            "against": [cited.to_dict() for cited in self.against],
        }


def _mark(sentence: Sentence) -> str:
    """Return what stands behind a sentence: its sources, or that no quote was found."""
    return (
        f"{sentence.markers}{f' ({ROUNDED})' if sentence.is_rounded else ''}" if sentence.supported else f"[{NO_QUOTE}]"
    )


_NO_STUDY = frozenset({"Journal Article", "English Abstract"})
"""Publication types that name no kind of study, as those on funding do not ("Research Support, …")."""


Verdict = Literal["yes", "no", "mixed"]


@dataclass(frozen=True, slots=True)
class Vote:
    """What one source says of the statement asked: for or against it, by the sentence that says it most clearly."""

    source: int
    is_for: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict on the statement that a question of yes or no asks, with the numbers of the sources on each side.

    `designs` are those of the sources' studies as they were read, which are told where publication types tell none.
    """

    verdict: Verdict
    supporting: tuple[int, ...] = ()
    against: tuple[int, ...] = ()
    votes: tuple[Vote, ...] = ()
    designs: Mapping[int, str] = field(default_factory=dict)

    def told(self, sources: Sequence[Source]) -> str:
        """Return the headline in words: the verdict, and on each side how many abstracts, each with year and study."""
        by_number = {source.number: source for source in sources}
        sides = [
            f"{_abstracts(numbers)} {name}{_counts(self.by_design(numbers))}: "
            f"{', '.join(_study(by_number[number], self.designs) for number in numbers)}"
            for name, numbers in (("for", self.supporting), ("against", self.against))
            if numbers
        ]
        none = f"; none {'for' if self.against else 'against'}" if len(sides) == 1 else ""
        return f"{_capital(self.verdict)}. {'; '.join(sides)}{none}."

    def by_design(self, numbers: Sequence[int]) -> dict[str, int]:
        """Return how many of these sources are of each design, the most frequent first; "" for an unknown one."""
        return dict(Counter(self.designs.get(number, "") for number in numbers).most_common())

    def to_dict(self, sources: Sequence[Source]) -> dict[str, Any]:
        """Return the headline's JSON."""
        sides = {"supporting": list(self.supporting), "against": list(self.against)}
        designs = {name: self.by_design(numbers) for name, numbers in sides.items()}
        abstracts = {source.number: source.abstract for source in sources}
        votes = [
            {
                "for": vote.is_for,
                "year": abstracts[vote.source].year,
                "types": list(abstracts[vote.source].types),
                "design": self.designs.get(vote.source, ""),
                **vote.citation.to_dict(),
            }
            for vote in self.votes
        ]
        return {"verdict": self.verdict, **sides, "designs": designs, "text": self.told(sources), "votes": votes}


def _abstracts(numbers: Sequence[int]) -> str:
    return "1 abstract" if len(numbers) == 1 else f"{len(numbers)} abstracts"


_SEVERAL = {
    "meta-analysis": "meta-analyses",
    "case series": "case series",
    "qualitative or survey": "qualitative studies or surveys",
}
_NAMED_AS_STUDY = frozenset(
    ("case-control", "cross-sectional", "diagnostic accuracy", "animal", "in vitro", "modelling or economic")
)


def _counts(by_design: Mapping[str, int]) -> str:
    """Return designs with their counts, " (2 cohorts, 1 of unknown design)"; "" for one source or no known design."""
    if sum(by_design.values()) < 2 or not any(by_design):
        return ""
    known = [f"{count} {_designs(design, count)}" for design, count in by_design.items() if design]
    unknown = [f"{by_design['']} of unknown design"] if "" in by_design else []
    return f" ({', '.join(known + unknown)})"


def _designs(design: str, count: int) -> str:
    named_as_study = design in _NAMED_AS_STUDY
    if count == 1:
        return f"{design} study" if named_as_study else design
    return f"{design} studies" if named_as_study else _SEVERAL.get(design, f"{design}s")


def _study(source: Source, designs: Mapping[int, str]) -> str:
    abstract = source.abstract
    kinds = [kind for kind in abstract.types if kind not in _NO_STUDY and not kind.startswith("Research Support")]
    kind = kinds[0].lower() if kinds else designs.get(source.number, "")
    study = ", ".join(str(part) for part in (abstract.year, kind) if part)
    return f"[{source.number}] ({study})" if study else f"[{source.number}]"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Trait:
    """What a source says of its study in one respect: a text, and the words of the abstract behind it, if any."""

    source: int
    text: str
    citation: Citation | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the trait's JSON."""
        citation = self.citation.to_dict() if self.citation else None
        return {"source": self.source, "text": self.text, "citation": citation}


@dataclass(frozen=True, slots=True)
class Difference:
    """A respect in which the studies on the two sides of a headline differ: "dose", "population", "design" …"""

    respect: str
    supporting: tuple[Trait, ...]
    against: tuple[Trait, ...]

    @property
    def told(self) -> str:
        """The difference in words: "dose: [1] 5 mg, against [2] 80 mg"."""
        sides = (
            ", ".join(f"[{trait.source}] {trait.text}" for trait in side) for side in (self.supporting, self.against)
        )
        return f"{self.respect}: {', against '.join(sides)}"

    def to_dict(self) -> dict[str, Any]:
        """Return the difference's JSON."""
        sides = {name: [trait.to_dict() for trait in getattr(self, name)] for name in ("supporting", "against")}
        return {"respect": self.respect, **sides}


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, the sources, and whether it abstained.

    `message` is what is said where nothing is quoted: why it abstained, what the library's records tell, talk, or a
    notice beside the sentences (a spelling that was searched for, a language model that was not used after all). An
    answer that abstained has no sentences and no sources; `nearest` holds the nearest abstracts, which support nothing.

    `waiting` is what a growing answer waits for, such as a language model's server that asked to; a whole one, nothing.

    `standalone_question` is a follow-up in a form that can be understood alone, `said_filters` are the filters of the
    follow-ups so far (`filters_in_words`), and `filters` those that held: the person's own with the said ones. The
    answer depends on them and on `settings`, `library_digest`, `model` and `prompt_sha256`.

    `analysis` is what was read of the question. `headline` is there for a question of yes or no where the verdict is
    sure, with the `differences` between the studies on its two sides; `short` are the spans that answer by themselves;
    all without a language model. `concepts` are the names in the question that the lexicon knows, with the other names
    that were searched for.
    """

    question: str
    sentences: tuple[Sentence, ...] = ()
    sources: tuple[Source, ...] = ()
    abstained: bool = False
    nearest: tuple[Source, ...] = ()
    message: str = ""
    waiting: str = ""
    standalone_question: str = ""
    said_filters: Filters = Filters()
    filters_in_words: str = ""
    filters: Filters = Filters()
    library_digest: str = ""
    settings: Mapping[str, str | int | float] = field(default_factory=dict)
    model: str = "extractive"
    prompt_sha256: str = ""
    dropped_citations: int = 0
    analysis: QuestionAnalysis | None = None
    headline: Headline | None = None
    differences: tuple[Difference, ...] = ()
    short: tuple[ShortAnswer, ...] = ()
    concepts: tuple[QueryConcept, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def text(self) -> str:
        """The sentences with the numbers of their sources, as one paragraph; without any, the message.

        One that is not matched is marked so, and one with rounded numbers; one that is contradicted is left out.
        """
        if self.abstained or not self.sentences:
            return self.message
        shown = (sentence for sentence in self.sentences if sentence.verdict != "contradicted")
        return " ".join(f"{sentence.text} {_mark(sentence)}" for sentence in shown)

    @property
    def understood_as(self) -> str:
        """The question as understood, "Does IL-32β …? (clinical trials only, since 2015)"; "" where it is as typed."""
        standalone = self.standalone_question or self.question
        if self.filters_in_words:
            return f"{standalone} ({self.filters_in_words})"
        return standalone if standalone != self.question else ""

    @property
    def headline_told(self) -> str:
        """The headline in words, or ""."""
        return self.headline.told(self.sources) if self.headline else ""

    @property
    def differences_told(self) -> str:
        """In what the studies on the two sides of the headline differ, a line each, or ""."""
        return "\n".join(f"They differ in {difference.told}" for difference in self.differences)

    @property
    def also_searched(self) -> tuple[str, ...]:
        """The other names and the narrower things that were searched for, each once."""
        return tuple(dict.fromkeys(name for concept in self.concepts for name in (*concept.names, *concept.narrower)))

    @property
    def also_searched_told(self) -> str:
        """What else was searched for in words, or ""."""
        return also_searched_told(self.concepts)

    def explained(self, quote: str) -> tuple[str, ...]:
        """Return the other names in a quote with what the question calls them: "ERBB2 = HER2"."""
        return tuple(
            f"{name} = {concept.written}"
            for concept in self.concepts
            if not holds_name(quote, concept.written)
            for name in [name for name in concept.names if holds_name(quote, name)][:1]
        )

    @property
    def short_told(self) -> str:
        """The short answers in a line, each with its sources, or ""."""
        return "; ".join(f"{short.text} {short.markers}" for short in self.short)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer's JSON, that of the command line."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question or self.question,
            "understood_as": self.understood_as or self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "message": self.message,
            "analysis": self.analysis.to_dict() if self.analysis else None,
            "headline": self.headline.to_dict(self.sources) if self.headline else None,
            "differences": [difference.to_dict() for difference in self.differences],
            "short": [short.to_dict() for short in self.short],
            "also_searched": [
                {
                    "name": concept.written,
                    "concept": concept.concept.id,
                    "names": list(concept.names),
                    "narrower": list(concept.narrower),
                }
                for concept in self.concepts
                if concept.names or concept.narrower
            ],
            "sentences": [sentence.to_dict() | {"names": list(self.names_in(sentence))} for sentence in self.sentences],
            "sources": [source.to_dict() for source in self.sources],
            "nearest": [source.to_dict() for source in self.nearest],
            "library_digest": self.library_digest,
            "settings": {**self.settings, "filters": _filters_json(self.filters)},
            "model": self.model,
            "prompt_sha256": self.prompt_sha256,
            "dropped_citations": self.dropped_citations,
            "seconds": dict(self.seconds),
        }

    def names_in(self, sentence: Sentence) -> tuple[str, ...]:
        """Return the other names in a sentence's quotes with what the question calls them, each once."""
        return tuple(dict.fromkeys(name for citation in sentence.citations for name in self.explained(citation.quote)))

    def to_markdown(self) -> str:
        """Return the answer as Markdown: its text, the quotes that back it, its sources with links, its origin."""
        lines = [f"## {_plain(self.question)}", ""]
        if self.understood_as:
            lines += [f"Asked as: {_plain(self.understood_as)}", ""]
        lines += [
            _plain(text) + "\n"
            for text in (
                self.headline_told,
                self.differences_told,
                self.short_told,
                self.text,
                self.also_searched_told,
            )
            if text
        ]
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
        """Return the settings that the answer depends on, a line each."""
        held = {name: value for name, value in asdict(self.filters).items() if value}
        origin = {"library": self.library_digest, "model": self.model, "prompt SHA-256": self.prompt_sha256}
        origin |= {name.replace("_", " "): str(value) for name, value in self.settings.items()}
        origin["filters"] = "; ".join(f"{name.replace('_', ' ')} {_listed(value)}" for name, value in held.items())
        return [f"{name}: {value or 'none'}" for name, value in origin.items()]


def _filters_json(filters: Filters) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(filters).items()}


def _listed(value: object) -> str:
    """Return a filter's value in words; years in the command line's form, 2010:2020."""
    match value:
        case (int() | None as first, int() | None as last):
            return f"{first or ''}:{last or ''}"
        case tuple():
            return " or ".join(map(str, value))
        case bool():
            return "yes"
        case _:
            return str(value)


_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>|#~$])")


def _plain(text: str) -> str:
    """Return a text with Markdown's signs escaped."""
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
