"""A chat model's reply as a stream of text: asked again where its server wants it otherwise, or asks to wait.

What a server refuses, and how much it holds, is found out by asking, and kept for the next question.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.environment import ReplyForm
from index.errors import ModelError
from qa.generation.llm.chat_models import (
    foreign_errors,
    has_structured_output,
    provider_errors,
    provider_words,
    reply_timeout_s,
    schema_arguments,
    status_of,
)
from qa.generation.llm.drafts import CutOff
from qa.generation.llm.stream_timeout import close, stream_with_timeout

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

MAX_WAIT_S = 60
"""Time that is waited for a server that asks for it, in all; a person is waiting too."""
_PAUSE_S = 1
"""Pause before the one more try after a broken connection or a server's own fault."""
_ASKING_S = 10
"""Time for Ollama to say how much a model holds."""
_CHARS_PER_TOKEN = 3.0
"""A low estimate: English abstracts have 3.5 to 4.5 in the vocabularies of today's models."""
_REPLY_TOKENS = 2048
"""Room that is left for the reply with a short thought: no more than a quarter of a small window."""
_OLLAMA_TOKENS = 4096
"""Ollama's own window; a larger one is asked for in multiples of half of it, as each change loads the model anew."""

_OVERLOADED = (408, 409, 425, 429)
_NO_SYSTEM = re.compile(
    r"system.{0,20}role|role.{0,60}system|system (?:message|prompt|instruction)s?.{0,40}(?:not|un)"
    r"|(?:developer|system) instructions? (?:is|are) not|roles must alternate|does not support .?system",
    re.IGNORECASE | re.DOTALL,
)
_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|size|window)|exceed.{0,60}(?:context|tokens)|too (?:long|many tokens)|n_ctx",
    re.IGNORECASE | re.DOTALL,
)
_NO_SCHEMA = re.compile(
    r"response.?format|json.?(?:schema|object|mode)|structured.?output|output.?(?:config|format)|grammar|guided|schema",
    re.IGNORECASE,
)
_WINDOW = re.compile(r"(?:maxim|max_|limit|available|context|n_ctx|window)[^\d]{0,60}(\d{3,8})", re.IGNORECASE)
_ENDS = {
    **dict.fromkeys(("length", "max_tokens", "model_length"), "it reached its limit of length"),
    "model_context_window_exceeded": "it filled the model's window",
    **dict.fromkeys(("content_filter", "safety", "refusal"), "the provider's content filter stopped it"),
}
"""Reasons for the end of a reply that is not whole, as providers name them, and for people."""
_ENDS_WELL = re.compile(r"[.!?:;|)\]】>}\"”'’*`¹²³⁴-⁹]\s*(?:<\S*[^<>]{0,60})*$")
_NO_SENTENCE = re.compile(
    r"\s*(?:\[\^?\w+\]|\||\d{1,2}[.)]\s|[-*•]\s*\[\^?\w+\]|\W*(?:sources?|references?|citations?)\W{0,4}:)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The server asked to wait, or is tried once more; `reason` is for people."""

    reason: str


class PromptTooLongError(ModelError):
    """The prompt does not fit into the model's window, of `window_tokens` if that is known."""

    def __init__(self, message: str, window_tokens: int | None) -> None:
        super().__init__(message)
        self.window_tokens = window_tokens


class SchemaRefusedError(ModelError):
    """The server does not hold replies to a JSON schema: from now on the model's answers are asked for as text."""


@dataclass(slots=True)
class LanguageModel:
    """A chat model, and what is known of its server by now.

    `form` is how answers are asked for, by default JSON where the provider is known to have structured output.
    """

    model: BaseChatModel
    form: ReplyForm | None = None
    takes_system: bool = True
    streams: bool = True
    window_tokens: int | None = None
    chars_per_token: float = _CHARS_PER_TOKEN
    _is_window_asked_for: bool = False

    def __post_init__(self) -> None:
        if self.form is None:
            self.form = "json" if has_structured_output(self.model) else "text"

    @property
    def takes_temperature(self) -> bool:
        """True if the temperature is set and was not refused."""
        return getattr(self.model, "temperature", None) is not None

    def fits(self, messages: Sequence[BaseMessage]) -> bool:
        """Return False if a prompt and its reply are known not to fit into the model's window."""
        if not self._is_window_asked_for:
            self._is_window_asked_for = True
            self.window_tokens = self.window_tokens or _known_window(self.model)
        return self.window_tokens is None or self._tokens(messages) <= self.window_tokens

    def _tokens(self, messages: Sequence[BaseMessage]) -> int:
        prompt = math.ceil(sum(len(message.text) for message in messages) / self.chars_per_token)
        return prompt + min(_REPLY_TOKENS, (self.window_tokens or 4 * _REPLY_TOKENS) // 4)

    def reply(
        self,
        messages: Sequence[BaseMessage],
        *,
        timeout_s: float,
        patience_s: float = MAX_WAIT_S,
        schema: Mapping[str, Any] | None = None,
    ) -> Generator[str | Waiting | CutOff]:
        """Yield the reply piece by piece, as JSON where a schema is given; closing this closes the connection.

        A reply that ends too early ends in a `CutOff`. Raises PromptTooLongError, SchemaRefusedError, and ModelError
        when the model fails before it has written anything. `patience_s` is how long the server may ask to wait.
        """
        was_paused = False
        while True:
            text = ""
            try:
                with closing(self._ask(messages, timeout_s, schema)) as pieces:
                    for piece in pieces:
                        text += piece if isinstance(piece, str) else ""
                        yield piece
                return
            except ModelError as error:
                if text.strip():
                    yield CutOff(str(error).partition("; ")[0])
                    return
                if self._adapt(error, messages):
                    continue
                if schema and _refuses_schema(error):
                    self.form = "text"
                    raise SchemaRefusedError(str(error)) from error.__cause__
                asked_s = _asked_to_wait_s(error)
                wait_s = asked_s or (0 if was_paused or not _may_pass(error) else _PAUSE_S)
                if asked_s > patience_s:
                    raise _too_long_a_wait(error, asked_s) from error.__cause__
                if not 0 < wait_s <= patience_s:
                    raise
                was_paused, patience_s = True, patience_s - wait_s
                yield from _wait(error, wait_s)

    def _ask(
        self, messages: Sequence[BaseMessage], timeout_s: float, schema: Mapping[str, Any] | None
    ) -> Generator[str | CutOff]:
        """Yield one try's reply, in a stream, or in one piece from a server that does not stream."""
        model, prompt = self._sized(messages), self._without_system(messages)
        end, text = "", ""
        arguments = schema_arguments(model, schema) if schema else {}
        stream = _untraced(model, prompt, arguments, streams=self.streams)  # its `invoke` would be traced
        with provider_errors(model), closing(stream_with_timeout(stream, timeout_s=timeout_s)) as chunks:
            for chunk in chunks:
                text, end = text + chunk.text, _end_of(chunk) or end
                yield chunk.text
        if reason := _ENDS.get(end.lower()):
            yield CutOff(reason)
        elif not end and _is_cut(text):
            yield CutOff("the connection ended within a sentence")

    def _sized(self, messages: Sequence[BaseMessage]) -> BaseChatModel:
        """Return the model with a window that holds the prompt, where it must be asked for: Ollama cuts it silently."""
        if getattr(self.model, "num_ctx", 0) is not None:  # the person's own, or not Ollama's
            return self.model
        step = _OLLAMA_TOKENS // 2
        wanted = max(_OLLAMA_TOKENS, math.ceil(self._tokens(messages) / step) * step)
        return self.model.model_copy(update={"num_ctx": min(wanted, self.window_tokens or wanted)})

    def _without_system(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Return the messages, with the system's at the head of the person's where it is refused."""
        from langchain_core.messages import HumanMessage

        if self.takes_system:
            return list(messages)
        return [HumanMessage("\n\n".join(message.text for message in messages))]

    def _adapt(self, error: ModelError, messages: Sequence[BaseMessage]) -> bool:
        """Return True if the next try leaves out what the server refused. Raises PromptTooLongError."""
        cause, words = error.__cause__, provider_words(error.__cause__)
        if "No generation chunks" in str(cause) and self.streams:
            self.streams = False
            return True
        status = status_of(cause)
        if status is not None and (status < 400 or status in (401, 403, 404, *_OVERLOADED)):
            return False
        if self.takes_temperature and "temperature" in words.lower():
            self.model = self.model.model_copy(update={"temperature": None})
            return True
        if _TOO_LONG.search(words):
            window = _WINDOW.search(words)
            self.window_tokens = int(window[1]) if window else self.window_tokens
            self._measure(words, messages)
            raise PromptTooLongError(str(error), self.window_tokens) from cause
        if self.takes_system and _NO_SYSTEM.search(words):
            self.takes_system = False
            return True
        return False

    def _measure(self, words: str, messages: Sequence[BaseMessage]) -> None:
        """Take the characters of a token from the number of tokens that a server counted, the largest that it names."""
        counted = max((int(number) for number in re.findall(r"\d{3,8}", words)), default=0)
        if self.window_tokens and counted > self.window_tokens:
            exact = sum(len(message.text) for message in messages) / counted
            self.chars_per_token = min(max(exact, 1.0), 5.0)


async def _untraced(
    model: BaseChatModel, prompt: Sequence[BaseMessage], arguments: Mapping[str, Any], *, streams: bool
) -> AsyncGenerator[AIMessageChunk]:
    """Yield the model's messages without tracing.

    LangSmith's tracing, switched on for the machine by an environment variable, would send questions elsewhere.
    """
    from langsmith import tracing_context

    with tracing_context(enabled=False):
        if not streams:
            yield await model.ainvoke(list(prompt), **arguments)  # type: ignore[misc]
            return
        # The model itself and no chain: closed early, a chain may read the model's whole reply before it lets go.
        stream = model.astream(list(prompt), **arguments)
        try:
            async for message in stream:
                yield message
        finally:
            await close(stream)


def _is_cut(text: str) -> bool:
    """Return True for a reply that ends within a sentence; a note, a table's row or a reference needs no full stop."""
    last_line = text.rstrip().rpartition("\n")[2]
    return "." in text and not (_ENDS_WELL.search(text) or _NO_SENTENCE.match(last_line))


def _end_of(message: AIMessageChunk) -> str:
    """Return why a reply ended, in the provider's word; "" before its end."""
    metadata = message.response_metadata
    return str(metadata.get("finish_reason") or metadata.get("done_reason") or metadata.get("stop_reason") or "")


def _refuses_schema(error: ModelError) -> bool:
    """Return True for the refusal of a request that asks for a JSON schema, if it may be for that."""
    status = status_of(error.__cause__)
    if status is None or status in (401, 403, 404, *_OVERLOADED):
        return False
    return 400 <= status < 500 or _NO_SCHEMA.search(provider_words(error.__cause__)) is not None


def _may_pass(error: ModelError) -> bool:
    """Return True for a fault that may be gone at the next try."""
    status, kinds = status_of(error.__cause__), {kind.__name__ for kind in type(error.__cause__).__mro__}
    if status is None:
        return bool(kinds & {"ModelConnectionError", "ConnectionError", "ConnectError"})
    return status in _OVERLOADED or status >= 500


def _asked_to_wait_s(error: ModelError) -> int:
    """Return the seconds after which a server wants to be asked again, 0 if it says none; at least 1."""
    cause = error.__cause__
    # Ollama's package keeps the answer only in the error that it hides behind its own.
    response = getattr(cause, "response", None) or getattr(getattr(cause, "__context__", None), "response", None)
    if response is None or status_of(cause) not in (*_OVERLOADED, 503, 529):
        return 0
    try:
        seconds = float(response.headers.get("retry-after", "nan"))
    except ValueError:
        return _until(response.headers["retry-after"])
    return max(1, math.ceil(seconds)) if math.isfinite(seconds) and seconds >= 0 else 0


def _until(date: str) -> int:
    """Return the seconds until an HTTP date, 0 if it is none."""
    from email.utils import parsedate_to_datetime

    try:
        return max(1, math.ceil(parsedate_to_datetime(date).timestamp() - time.time()))
    except ValueError:
        return 0


def _too_long_a_wait(error: ModelError, asked_s: int) -> ModelError:
    return ModelError(f"{str(error).partition('; ')[0]}; it asks to wait for {asked_s:,} seconds: try again then")


def _wait(error: ModelError, seconds: int) -> Iterator[Waiting]:
    """Wait, and tell how long each second."""
    why = str(error).partition("; ")[0]
    for left in range(seconds, 0, -1):
        yield Waiting(f"{why[:1].upper()}{why[1:]}; asking again in {left} second{'s' * (left > 1)} …")
        time.sleep(1)


def _known_window(model: BaseChatModel) -> int | None:
    """Return the tokens that a model's window holds, from LangChain's table or from Ollama; None if not known."""
    profile: dict[str, Any] = dict(model.profile or {})
    if "ollama" not in model._llm_type:
        return profile.get("max_input_tokens")
    return getattr(model, "num_ctx", None) or _ollama_window(model)


def _ollama_window(model: BaseChatModel) -> int | None:
    timeout_s = min(_ASKING_S, reply_timeout_s())
    try:
        with closing(stream_with_timeout(_ollama_description(model), timeout_s=timeout_s)) as descriptions:
            description = next(descriptions)
    except foreign_errors():  # the question itself will say what is wrong
        return None
    return next((int(value) for key, value in description.items() if key.endswith(".context_length")), None)


async def _ollama_description(model: Any) -> AsyncGenerator[dict[str, Any]]:  # noqa: ANN401
    """Yield what Ollama says of a model, once."""
    from ollama import AsyncClient

    response = await AsyncClient(host=model.base_url, **(model.client_kwargs or {})).show(model.model)
    yield dict(response.modelinfo or {})
