"""A language model tried with one question on two invented abstracts: what its server takes, and how it cites."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any

from index.environment import ReplyForm
from index.errors import ModelError
from index.records import Abstract, Section
from qa.answer import Source
from qa.generation.llm.chat_models import load_chat_model, reply_timeout_s
from qa.generation.llm.citations import Cited
from qa.generation.llm.generative import Aside, NotAnswered, compose
from qa.generation.llm.prompts import load_prompt
from qa.generation.llm.replies import LanguageModel, Waiting
from qa.generation.llm.structured import SCHEMA, read_structured
from qa.generation.llm.visible import Retracted, visible
from qa.grounding import DraftSentence

QUESTION = "Does quillaxin lower blood pressure, and in whom?"
_SOURCES = (
    (
        "Quillaxin in older adults with hypertension: a randomised trial.",
        "In 212 adults over 65 with hypertension, quillaxin 20 mg daily lowered systolic blood pressure by 9 mmHg "
        "compared with placebo after 12 weeks (P = 0.002). Dizziness was reported by 11 % and 4 %.",
    ),
    (
        "Quillaxin does not change blood pressure in healthy students.",
        "Quillaxin 20 mg daily for four weeks had no effect on blood pressure in 48 healthy students.",
    ),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial showed of a language model. `sentences` is what it wrote, `notes` what was said beside it."""

    model: str
    seconds: float
    streams: bool
    takes_system: bool
    takes_temperature: bool
    takes_schema: bool
    form: ReplyForm
    window_tokens: int | None
    sentences: tuple[DraftSentence, ...]
    notes: tuple[str, ...] = ()

    @property
    def cited(self) -> int:
        """The number of sentences that name a source."""
        return sum(1 for sentence in self.sentences if sentence.sources)

    @property
    def quoted(self) -> int:
        """The number of sentences with words that stand in a source as they give them."""
        return sum(1 for sentence in self.sentences if any(_stands(number, words) for number, words in sentence.quotes))

    @property
    def can_cite(self) -> bool:
        """True if it wrote sentences and most of them name a source."""
        return 2 * self.cited > len(self.sentences)

    def told(self) -> str:
        """Return the trial in lines, each with one thing that the model can do or not."""
        count = len(self.sentences)
        facts = {
            "answers": f"{count} sentence{'' if count == 1 else 's'} in {self.seconds:.1f} s" if count else "no",
            "citations": f"{self.cited} of {count} sentences name their source",
            "quotes": f"{self.quoted} of {count} sentences give words that stand in it",
            "streams": "yes" if self.streams else "no: a reply comes in one piece",
            "system role": "taken" if self.takes_system else "refused: its text stands before the question",
            "temperature": "0" if self.takes_temperature else "the model's own: none is sent",
            "JSON": self._structured(),
            "window": f"{self.window_tokens:,} tokens" if self.window_tokens else "not known until it is too small",
        }
        lines = [self.model, *(f"  {name:<12} {fact}" for name, fact in facts.items())]
        lines += [f"  {'wrote':<12} {_shown(sentence)}" for sentence in self.sentences]
        return "\n".join([*lines, *(f"  {'note':<12} {note}" for note in self.notes)])

    def _structured(self) -> str:
        if not self.takes_schema:
            return "no: a JSON schema is refused or not kept to"
        return "yes, by a schema" + (", and used" if self.form == "json" else ": --llm-format json uses it")

    def to_dict(self) -> dict[str, Any]:
        """Return the trial's JSON."""
        return {**asdict(self), "cited": self.cited, "quoted": self.quoted}


def try_model(name: str, *, url: str | None = None, form: ReplyForm | None = None) -> Trial:
    """Ask a model one question and return what it showed. Raises ModelError when it cannot be asked."""
    model = LanguageModel(load_chat_model(name, url=url), form)
    started = time.perf_counter()
    sentences: list[DraftSentence] = []
    notes: list[str] = []
    for piece in compose(QUESTION, sources(), model=model, prompt=load_prompt("answer")):
        match piece:
            case DraftSentence():
                sentences.append(piece)
            case Retracted():
                sentences.clear()
            case Aside(text):
                notes.append(text)
            case NotAnswered(reason) | Waiting(reason):
                notes.append(reason)
    seconds = time.perf_counter() - started
    return Trial(
        model=name,
        seconds=round(seconds, 1),
        streams=model.streams,
        takes_system=model.takes_system,
        takes_temperature=model.takes_temperature,
        takes_schema=_takes_schema(model),
        form=model.form or "text",
        window_tokens=model.window_tokens,
        sentences=tuple(sentences),
        notes=tuple(notes),
    )


def _takes_schema(model: LanguageModel) -> bool:
    """Return True if a small request shows that the server holds the model to a JSON schema."""
    from langchain_core.messages import HumanMessage

    asking = HumanMessage(f'Write as one short sentence, of source 1, with its quote: "{_SOURCES[0][0]}"')
    trying = replace(model)  # what it refuses changes nothing for the model
    try:
        with closing(trying.reply([asking], timeout_s=reply_timeout_s(), schema=SCHEMA)) as reply:
            return any(isinstance(piece, Cited) for piece in read_structured(visible(reply)))
    except ModelError:
        return False


def sources() -> list[Source]:
    """Return the invented abstracts as numbered sources."""
    return [
        Source(number, Abstract(f"9999999{number}", title, (Section("", "", text),)))
        for number, (title, text) in enumerate(_SOURCES, start=1)
    ]


def _stands(number: int, words: str) -> bool:
    return " ".join(words.split()).casefold() in " ".join(_SOURCES[number - 1]).casefold()


def _shown(sentence: DraftSentence) -> str:
    return f"{sentence.text} {''.join(f'[{number}]' for number in sentence.sources)}".rstrip()
