"""A language model's answer from numbered sources: its stream, cut into sentences with citations.

Nothing is checked against the sources here: a `DraftSentence` is the model's claim, which `qa.grounding` checks.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from index.analysis.sentences import sentence_spans
from qa.answer import Source, Turn
from qa.generation.chat_models import provider_errors, reply_timeout_s
from qa.generation.prompts import REFUSAL, Prompt, render_history, render_sources, without_marks
from qa.generation.stream_timeout import close, stream_with_timeout
from qa.grounding import DraftSentence

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk
    from langchain_core.prompt_values import PromptValue

MAX_CHARS = 4000
MAX_SENTENCES = 8
MAX_QUESTION_CHARS = 500
MAX_RECEIVED_CHARS = 40_000
"""Characters of a reply with all its hidden thoughts, after which an endless one is cut off."""

_REWRITING_SHARE = 0.25
"""Share of the time for a reply that a standalone question may take: the answer is still to come."""

_LOOKAHEAD = 24
"""Characters after a sentence that show that it has ended: "Fig. 2" and "E. coli" arrive in pieces too."""

_NUMBERS = r"(?:PMIDs?:?\s*)?\d{1,9}(?:\s*[-–—]\s*\d{1,9})?"
_LIST = rf"{_NUMBERS}(?:\s*(?:,|;|&|and)\s*{_NUMBERS})*"
# Taken as citations: [1], [1][3], [1, 3], [1-3], [^1], [Source 1], 【1】, 【1†source】, [PMID 123], (PMID: 123) and
# PMID 123. Not (1): abstracts count with it. Not after CI, IQR, range: those are intervals.
_BRACKETED = (
    rf"(?<!\bCI )(?<!\bCI, )(?<!\bCI: )(?<!\bIQR )(?<!\bIQR, )(?<!\brange )"
    rf"(?:[\[【]\s*(?:\^|(?:sources?|abstracts?|refs?\.?)\s*:?\s*)?{_LIST}\s*(?:†[^\]】]*)?[\]】]"
    r"|\(\s*PMIDs?:?\s*\d+(?:\s*[,;]\s*(?:PMID:?\s*)?\d+)*\s*\))"
)
_MARKER = rf"(?:{_BRACKETED}|\bPMIDs?:?\s*\d{{1,9}}\b)"
_MARKERS = re.compile(rf"\s*(?:{_MARKER}(?:\s*(?:,|;|and|&)?\s*{_MARKER})*)", re.IGNORECASE)
_NUMBER_OR_RANGE = re.compile(r"(\d+)(?:\s*[-–—]\s*(\d+))?")
_MAX_RANGE = 50

_MARKERS_AFTER_END = re.compile(rf"([.!?])((?:[ \t]*{_BRACKETED})+)(?=\s|$|[A-Z])", re.IGNORECASE)
_MAY_END = re.compile(r"[.!?][\"'”’)\]]*\s|\n")
_OPEN_MARKER = re.compile(r"\s*[\[【(][^\]】)]{0,80}$")
_LIST_SIGN = re.compile(r"^[ \t]*(?:[-*•>]|#+|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_MARKDOWN = re.compile(r"\*\*|`+|!?\[(?P<text>[^\]]*)\]\(https?:[^)]*\)|https?://\S+")

# Thoughts, the tags of chat templates, and the marks of our own prompt, which small models imitate.
_TAG = re.compile(
    r"<\|[^<>|\s]{1,40}\|>|</?(?P<name>think|thinking|reasoning|s|start_of_turn|end_of_turn)>|<<<[^<>\n]{0,60}(?:>>>|>*\n)",
    re.IGNORECASE,
)
_THOUGHTS = ("think", "thinking", "reasoning")
_OPEN_TAG = re.compile(r"<<<[^<>\n]{0,60}>{0,2}$|<{1,3}$|<[|/a-z][^<>\s]{0,40}$", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LABEL = re.compile(r"^(?:the\s+)?(?:(?:same|standalone|rewritten|new)\s+)?question[^:?]{0,20}:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """The model wrote no sentence; `refused` if it said that the abstracts hold no answer. `reason` is for people."""

    reason: str
    refused: bool


def compose(
    question: str,
    sources: Sequence[Source],
    *,
    model: BaseChatModel,
    prompt: Prompt,
    max_chars: int = MAX_CHARS,
    max_sentences: int = MAX_SENTENCES,
) -> Iterator[DraftSentence | NotAnswered]:
    """Yield the sentences of the model's answer as each is complete, or one NotAnswered and nothing else.

    It stops early, and closes the connection, at a refusal after the first sentence, a repeated sentence,
    `max_sentences` and `max_chars` (a sentence cut off there is left out). Raises ModelError when the provider fails,
    which may be after some sentences.
    """
    cited_as = {str(source.number): source.number for source in sources}
    cited_as |= {f"PMID {source.abstract.pmid}": source.number for source in sources}
    values = {"question": without_marks(question), "sources": render_sources(sources)}
    written: set[str] = set()
    refused = False
    with closing(_reply(model, prompt, values, timeout_s=reply_timeout_s())) as reply:
        for sentence in _sentences(_visible(reply), max_chars):
            refused = _is_refusal(sentence)
            draft = _draft(sentence, cited_as)
            if refused or draft.text.casefold() in written:
                break
            if draft.text:
                written.add(draft.text.casefold())
                yield draft
            if len(written) == max_sentences:
                break
    if refused and not written:
        yield NotAnswered("The language model found no answer in these abstracts.", refused=True)
    elif not written:
        yield NotAnswered("The language model wrote no answer.", refused=False)


def standalone_question(question: str, turns: Sequence[Turn], *, model: BaseChatModel, prompt: Prompt) -> str:
    """Return `question` rewritten by the model so that it can be understood without `turns`.

    It comes back unchanged where there are no turns, or where the model writes nothing or over 500 characters.
    Raises ModelError when the provider fails.
    """
    if not turns:
        return question
    values = {"question": without_marks(question), "history": render_history(turns)}
    timeout_s = _REWRITING_SHARE * reply_timeout_s()
    with closing(_reply(model, prompt, values, timeout_s=timeout_s)) as reply:
        line = _first_line(_visible(reply))
    line = _LABEL.sub("", line.strip(" \t\"'“”*`")).strip(" \t\"'“”*`")
    return line if 0 < len(line) <= MAX_QUESTION_CHARS else question


def _reply(model: BaseChatModel, prompt: Prompt, values: Mapping[str, str], *, timeout_s: float) -> Generator[str]:
    """Yield the model's reply piece by piece; closing it closes the connection. ModelError on a timeout too."""
    stream = _untraced(model, prompt.template.format_prompt(**values))  # its `invoke` would be traced
    with provider_errors(model), closing(stream_with_timeout(stream, timeout_s=timeout_s)) as messages:
        yield from (message.text for message in messages)


async def _untraced(model: BaseChatModel, prompt: PromptValue) -> AsyncGenerator[AIMessageChunk]:
    """Yield the model's messages without tracing.

    LangSmith's tracing, switched on for the machine by an environment variable, would send questions elsewhere.
    """
    from langsmith import tracing_context

    # The model itself and no chain: closed early, a chain may read the model's whole reply before it lets go.
    stream = model.astream(prompt)
    with tracing_context(enabled=False):
        try:
            async for message in stream:
                yield message
        finally:
            await close(stream)


def _visible(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the reply without thoughts, chat templates' tags and control characters, up to the end of its turn."""
    held, hidden, begun, received = "", False, False, 0
    for piece in pieces:
        received += len(piece)
        if received > MAX_RECEIVED_CHARS:
            return
        # A broken byte may come as half a surrogate pair, which no file or page can hold.
        held += _UNPRINTABLE.sub("", piece.encode("utf-8", "replace").decode())
        while tag := _TAG.search(held):
            before, held = held[: tag.start()], held[tag.end() :]
            if before and not hidden:
                begun = begun or not before.isspace()
                yield before
            is_thought = (tag["name"] or "").lower() in _THOUGHTS
            if begun and not is_thought and not hidden:
                return
            hidden = is_thought and not tag[0].startswith("</") if is_thought else hidden
        open_tag = _OPEN_TAG.search(held)
        cut = open_tag.start() if open_tag else len(held)
        ready, held = held[:cut], held[cut:]
        if ready and not hidden:
            begun = begun or not ready.isspace()
            yield ready
    if not hidden and not held.startswith("<<<"):
        yield held


def _sentences(pieces: Iterable[str], max_chars: int) -> Iterator[str]:
    """Yield sentences as they are complete, with the markers that follow; a sentence cut by `max_chars` is lost."""
    pending, seen = "", 0
    for piece in pieces:
        seen += len(piece)
        pending += piece
        if seen > max_chars:
            pending = pending[: len(pending) - (seen - max_chars)]
        if _MAY_END.search(pending):
            done, pending = _split(pending)
            yield from done
        if seen > max_chars:
            return
    done, rest = _split(pending + "\n")
    yield from done


def _split(text: str) -> tuple[list[str], str]:
    """Return the complete sentences of `text`, and the rest. A line's end ends its last sentence."""
    text = _LIST_SIGN.sub("", _MARKERS_AFTER_END.sub(r"\2\1", text))
    *lines, last = text.split("\n")
    done = [line[start:end] for line in lines for start, end in sentence_spans(line)]
    cut = 0
    for (start, end), (following, _) in pairwise(sentence_spans(last)):
        tail = last[following:]
        if len(tail) < _LOOKAHEAD or _OPEN_MARKER.match(tail):
            break
        done.append(last[start:end])
        cut = following
    return done, last[cut:]


def _is_refusal(sentence: str) -> bool:
    return REFUSAL in sentence or re.fullmatch(rf"\W*{REFUSAL}\W*", sentence, re.IGNORECASE) is not None


def _draft(sentence: str, cited_as: Mapping[str, int]) -> DraftSentence:
    """Return the sentence without its markers, links and emphasis, with the sources that the markers name."""
    sentence = _MARKDOWN.sub(lambda match: match["text"] or "", sentence)
    numbers: list[int | None] = []
    for markers in _MARKERS.finditer(sentence):
        is_pmid = "PMID" in markers[0].upper()
        for first, last in _NUMBER_OR_RANGE.findall(markers[0]):
            numbers += [_cited(name, cited_as, is_pmid=is_pmid) for name in _names(first, last)]
    text = " ".join(_MARKERS.sub("", sentence).split()).strip(" ,;")
    known = tuple(dict.fromkeys(number for number in numbers if number is not None))
    return DraftSentence(text if re.search(r"\w", text) else "", known, numbers.count(None))


def _cited(name: str, cited_as: Mapping[str, int], *, is_pmid: bool) -> int | None:
    """Return the source of a number in a marker: "PMID 1" is never source 1, but [24114327] may be a PMID."""
    by_pmid = cited_as.get(f"PMID {name}")
    return by_pmid if is_pmid else cited_as.get(name, by_pmid)


def _names(first: str, last: str) -> list[str]:
    """Return the numbers from first to last; [""], the number of no source, for an impossible or endless range."""
    if not last:
        return [str(int(first))]
    low, high = int(first), int(last)
    return [str(number) for number in range(low, high + 1)] if low <= high < low + _MAX_RANGE else [""]


def _first_line(pieces: Iterable[str]) -> str:
    """Return the first line that is not blank, cut some way beyond the longest usable question."""
    text = ""
    for piece in pieces:
        text = (text + piece).lstrip()
        if "\n" in text or len(text) > MAX_QUESTION_CHARS + 100:
            break
    return text.partition("\n")[0].strip()
