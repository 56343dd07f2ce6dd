"""A language model's answer from numbered sources: its stream, cut into sentences with citations.

Nothing is checked against the sources here: a `DraftSentence` is the model's claim, which `qa.grounding` checks.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from qa.answer import Source, Turn
from qa.generation.llm.chat_models import reply_timeout_s
from qa.generation.llm.drafts import CutOff, drafts
from qa.generation.llm.no_answer import answers_all_the_same, half_refused, is_refusal, missing_part
from qa.generation.llm.prompts import REFUSAL, Prompt, render_history, render_sources, without_marks
from qa.generation.llm.replies import LanguageModel, PromptTooLongError, SchemaRefusedError, Waiting
from qa.generation.llm.structured import SCHEMA, read_structured
from qa.generation.llm.visible import Retracted, visible
from qa.grounding import DraftSentence

MAX_CHARS = 6000
MAX_SENTENCES = 12
MAX_QUESTION_CHARS = 500

_REWRITING_SHARE = 0.25
"""Share of the time for a reply that a standalone question may take: the answer is still to come."""

_LABEL = re.compile(r"^(?:the\s+)?(?:(?:same|standalone|rewritten|new)\s+)?question[^:?]{0,20}:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """The model wrote no sentence; `refused` if it said that the abstracts hold no answer. `reason` is for people."""

    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """What is said beside the answer, for people: a part that the abstracts do not answer, or that it is not whole."""

    text: str


def compose(
    question: str,
    sources: Sequence[Source],
    *,
    model: LanguageModel,
    prompt: Prompt,
    max_chars: int = MAX_CHARS,
    max_sentences: int = MAX_SENTENCES,
) -> Iterator[DraftSentence | NotAnswered | Aside | Retracted | Waiting]:
    """Yield the sentences of the model's answer as each is complete, or one NotAnswered and no sentence.

    It stops early, and closes the connection, at a refusal, a repeated sentence, `max_sentences` and `max_chars` (a
    sentence cut off there is left out). A `Retracted` takes the sentences before it back; an `Aside` is what the
    model says of its answer, a `Waiting` what is waited for. Raises ModelError when the provider fails before any
    text; a reply that breaks off later is said not to be whole.
    """
    answer = _Writing(max_sentences)
    with closing(_reply_on_fewer(question, sources, model, prompt)) as reply:
        for draft in drafts(read_structured(visible(reply)), sources, max_chars=max_chars):
            if isinstance(draft, (Waiting, Aside)):
                yield draft
            elif isinstance(draft, (DraftSentence, Retracted, CutOff)):
                yield from answer.take(draft)
            if answer.is_over:
                break
    yield from answer.end()


def _reply_on_fewer(
    question: str, sources: Sequence[Source], model: LanguageModel, prompt: Prompt
) -> Generator[str | Waiting | CutOff | Aside]:
    """Yield the reply to a prompt of as many of the sources, best first, as the model's window holds.

    It is asked for as JSON where the server holds a model to a schema; one that refuses is asked again for text.
    Raises PromptTooLongError when it does not hold one.
    """
    count = len(sources)
    while True:
        structured = prompt.structured if model.form == "json" else None
        messages = (structured or prompt.template).format_messages(
            question=without_marks(question), sources=render_sources(sources[:count])
        )
        if count > 1 and not model.fits(messages):
            count -= 1
            continue
        try:
            began = False
            for piece in model.reply(messages, timeout_s=reply_timeout_s(), schema=SCHEMA if structured else None):
                if not began and not isinstance(piece, Waiting) and count < len(sources):
                    yield Aside(_given(model.window_tokens, count, len(sources)))
                began = began or not isinstance(piece, Waiting)
                yield piece
            return
        except SchemaRefusedError:
            continue
        except PromptTooLongError:
            if count == 1:
                raise
            # Where the server says how much it holds, `fits` finds how many; else half of them.
            count = count - 1 if model.window_tokens else count // 2


def _given(window_tokens: int | None, count: int, found: int) -> str:
    window = f" of {window_tokens:,} tokens" if window_tokens else ""
    return f"The language model's window{window} holds {count} of the {found} abstracts found: it was given no more."


class _Writing:
    """The state of an answer that is being written: its sentences so far, and whether the model refuses to answer."""

    def __init__(self, max_sentences: int) -> None:
        self._max_sentences = max_sentences
        self._written: set[str] = set()
        self._refusal = self._cut_off = ""
        self._has_missing_part = False
        self.is_over = False

    def take(self, draft: DraftSentence | Retracted | CutOff) -> Iterator[DraftSentence | Aside | Retracted]:
        """Yield what one more sentence adds to the answer."""
        if isinstance(draft, Retracted):
            self._written, self._refusal, self._has_missing_part = set(), "", False
            yield draft
        elif isinstance(draft, CutOff):
            self._cut_off = draft.reason
        elif part := missing_part(draft.text):
            self._has_missing_part = True
            yield Aside(f"Not in these abstracts, says the language model: {part}")
        elif draft.sources and (half := half_refused(draft.text))[0]:
            yield Aside(f"The language model says: {half[0]}.")
            yield from self._write(replace(draft, text=half[1]))
        elif is_refusal(draft.text, is_cited=bool(draft.sources)):
            self._refusal = draft.text
            self.is_over = REFUSAL in draft.text.upper()
            if self._written and not self.is_over:
                yield self._aside()
        elif self._written or not self._refusal or self._goes_on(draft):
            yield from self._write(draft)
        else:
            self.is_over = True

    def _goes_on(self, draft: DraftSentence) -> bool:
        return answers_all_the_same(draft.text, is_cited=bool(draft.sources), refusal=self._refusal)

    def _write(self, draft: DraftSentence) -> Iterator[DraftSentence | Aside]:
        if self._refusal and not self._written:
            yield self._aside()
        if len(self._written) == self._max_sentences:
            self.is_over, self._cut_off = True, f"it had more than {self._max_sentences} sentences"
        elif draft.text.casefold() in self._written:
            self.is_over = True
        else:
            self._written.add(draft.text.casefold())
            yield draft

    def _aside(self) -> Aside:
        return Aside(f"The language model says: {self._refusal}")

    def end(self) -> Iterator[NotAnswered | Aside]:
        """Yield that nothing was written, and why, or that the answer is not whole."""
        if self._written:
            if self._cut_off:
                yield Aside(f"The language model's answer is not whole: {self._cut_off}.")
        elif self._refusal or self._has_missing_part:
            yield NotAnswered("The language model found no answer in these abstracts.", refused=True)
        else:
            why = f": {self._cut_off}" if self._cut_off else ""
            yield NotAnswered(f"The language model wrote no answer{why}.", refused=False)


def standalone_question(question: str, turns: Sequence[Turn], *, model: LanguageModel, prompt: Prompt) -> str:
    """Return `question` rewritten by the model so that it can be understood without `turns`.

    It comes back unchanged where there are no turns, or where the model writes nothing or over 500 characters.
    Raises ModelError when the provider fails.
    """
    if not turns:
        return question
    messages = prompt.template.format_messages(question=without_marks(question), history=render_history(turns))
    timeout_s = _REWRITING_SHARE * reply_timeout_s()
    with closing(model.reply(messages, timeout_s=timeout_s, patience_s=0)) as reply:
        line = _first_line(piece for piece in visible(reply) if isinstance(piece, str))
    line = _LABEL.sub("", line.strip(" \t\"'“”*`")).strip(" \t\"'“”*`")
    return line if 0 < len(line) <= MAX_QUESTION_CHARS else question


def _first_line(pieces: Iterable[str]) -> str:
    """Return the first line that is not blank, cut some way beyond the longest usable question."""
    text = ""
    for piece in pieces:
        text = (text + piece).lstrip()
        if "\n" in text or len(text) > MAX_QUESTION_CHARS + 100:
            break
    return text.partition("\n")[0].strip()
