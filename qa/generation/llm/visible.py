"""A model's reply as people may see it: without its thoughts, the tags of chat templates and control characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

S = TypeVar("S")

MAX_RECEIVED_CHARS = 40_000
"""Characters of a reply with all its hidden thoughts, after which an endless one is cut off."""


@dataclass(frozen=True, slots=True)
class Retracted:
    """What was yielded so far was a thought: the reply begins after this."""


_THOUGHT = r"(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad)"
# <think> of DeepSeek, Qwen and others, [THINK] of Mistral, ◁think▷ of Kimi, START_THINKING of Cohere, <|channel> of
# Gemma. OpenAI's harmony format names a channel for each message: "final" is for people. Of the others, the marks of
# our own prompt are imitated by small models, and an <answer> is put around it.
_TAG = re.compile(
    rf"(?P<thought><{_THOUGHT}>|\[THINK\]|◁think▷|<\|START_THINKING\|>|<\|begin_of_thought\|>|<\|channel>thought)"
    rf"|(?P<thought_out></{_THOUGHT}>|\[/THINK\]|◁/think▷|<\|END_THINKING\|>|<\|end_of_thought\|>|<channel\|>)"
    r"|<\|channel\|>\s*(?P<channel>\w+)[^<]{0,60}(?:<\|constrain\|>\w*)?<\|message\|>"
    r"|<\|(?:start|im_start|start_header_id|turn)\|>(?:assistant|model|(?!a|m|$))"
    r"|(?P<answer></?(?:answer|final|response|final_answer)>|<\|(?:START|END)_RESPONSE\|>)"
    r"|<\|(?!(?:channel|start|im_start|start_header_id|turn)\|)[^<>|\s]{1,40}\|>|</?(?:s|start_of_turn|end_of_turn)>"
    r"|<<<\s*(?:ABSTRACT\s*(?P<cited>\d{1,2})>>>|[^<>\n]{0,60}(?:>>>|>*\n))",
    re.IGNORECASE,
)
_OPEN_TAG = re.compile(
    r"<\|channel\|>[^<]{0,60}(?:<[^>]{0,14}>?\w*(?:<[^>]{0,10})?)?$|<\|(?:start|im_start|start_header_id|turn)\|>[a-z]{0,8}$"
    r"|<<<[^<>\n]{0,60}>{0,2}$|<{1,3}$|<[|/a-z][^<>\s]{0,40}$|\[/?[A-Z]{0,5}$|◁[/a-z]*$",
    re.IGNORECASE,
)
_OPEN_MARK = re.compile(r"<<<[^<>\n]{0,60}>{0,2}$|<\|[^<]{0,40}$")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ue000-\uf8ff]")

# A thought whose opening tag stands in the chat template begins like this, and so do thoughts without any tag; such a
# reply is held back until the thought ends. "analysis" is harmony's channel where a server strips the tags.
_MUSING = re.compile(
    r"\s*(?:okay|ok|alright|hmm+|wait|let me|let['’]s|first,|so,|we (?:need|have|are)|the (?:user|question)"
    r"|i (?:need|have|should)|looking at|to answer|here(?:['’]s| is) my thought process)\b|\s*(?-i:analysis(?=[A-Z]))",
    re.IGNORECASE,
)
_MUSING_CHARS = 30
_MUSING_END = re.compile(r"^.*(?:assistant\s*final|here(?:['’]s| is) my response:)", re.IGNORECASE | re.DOTALL)


def printable(text: str) -> str:
    """Return text without control characters, and without those that stand for citations."""
    # A broken byte may come as half a surrogate pair, which no file or page can hold.
    return _UNPRINTABLE.sub("", text.encode("utf-8", "replace").decode())


def visible(pieces: Iterable[str | S]) -> Iterator[str | S | Retracted]:
    """Yield the reply for people, up to the end of its turn; whatever is no text passes through.

    A thought that ends without having begun takes back what was yielded before it.
    """
    reader = _Reader()
    for piece in pieces:
        if not isinstance(piece, str):
            yield from reader.rest()
            yield piece
            continue
        yield from reader.take(piece)
        if reader.is_over:
            return
    yield from reader.rest()


class _Reader:
    """The state of reading a reply: what is held back, and what it is within."""

    def __init__(self) -> None:
        self._held = self._musing = ""
        self._within = ""  # "thought" or the name of a channel
        self._begun = self._is_musing = False
        self._is_in_line = False  # something stands before in the same line
        self._received = 0
        self.is_over = False

    def take(self, piece: str) -> Iterator[str | Retracted]:
        """Yield what one more piece shows."""
        self._received += len(piece)
        if self._received > MAX_RECEIVED_CHARS:
            self._musing, self._held, self.is_over = "", "", True
            return
        self._held += printable(piece)
        while (tag := _TAG.search(self._held)) and not self.is_over:
            before, self._held = self._held[: tag.start()], self._held[tag.end() :]
            yield from self._show(before)
            yield from self._pass(tag)
        if self.is_over:
            self._held = ""
            return
        open_tag = _OPEN_TAG.search(self._held)
        cut = open_tag.start() if open_tag else len(self._held)
        if not self._begun and len(self._held.lstrip()) < _MUSING_CHARS and not self._within:
            return  # too short to tell an answer from a thought
        ready, self._held = self._held[:cut], self._held[cut:]
        yield from self._show(ready)

    def rest(self) -> Iterator[str]:
        """Yield what is still held back, once nothing more comes."""
        held, self._held = _OPEN_MARK.sub("", self._held), ""
        yield from self._show(held)
        musing, self._musing, self._is_musing = self._musing, "", False
        if musing:
            yield _MUSING_END.sub("", musing)

    def _show(self, text: str) -> Iterator[str]:
        if not text or self._within:
            return
        if not self._begun and not text.isspace():
            self._begun, self._is_musing = True, _MUSING.match(text) is not None
        self._is_in_line = bool(text.rpartition("\n")[2].strip()) or (self._is_in_line and "\n" not in text)
        if self._is_musing:
            self._musing += text
        else:
            yield text

    def _pass(self, tag: re.Match[str]) -> Iterator[str | Retracted]:
        """Take note of a tag: a thought or a channel begins or ends, or the reply is over.

        The mark of an abstract at the end of a sentence is its citation.
        """
        if tag["thought"]:
            self._within = "thought"
        elif tag["thought_out"]:
            if not self._within and self._begun:
                self._begun, self._musing, self._is_musing = False, "", False
                yield Retracted()
            self._within = ""
        elif channel := tag["channel"]:
            self._within = "" if channel.lower() == "final" else channel
        elif self._within and self._within != "thought":
            self._within = ""  # the end of a channel's message
        elif tag["cited"] and self._is_in_line and not self._within:
            yield from self._show(f"[{tag['cited']}]")
        elif self._begun and not self._within and not (tag["answer"] and self._is_musing):
            self.is_over = True
