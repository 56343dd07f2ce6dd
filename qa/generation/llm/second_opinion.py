"""A language model's opinion on backed sentences: it may take a verdict back, and never gives one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby

from index.errors import ModelError
from qa.answer import Answer, Sentence, Source
from qa.generation.llm.chat_models import reply_timeout_s
from qa.generation.llm.prompts import Prompt, load_prompt, without_marks
from qa.generation.llm.replies import LanguageModel
from qa.generation.llm.visible import visible
from qa.grounding import cited_only

_OPINION = re.compile(r"\b(says so|says otherwise|does not say)\b", re.IGNORECASE)
_OBJECTIONS = {
    "says otherwise": "asked again, the language model finds that its quotes say otherwise",
    "does not say": "asked again, the language model finds that its quotes do not say all of it",
}
_MOST_CHARS = 1000
"""Characters of an opinion that are read: a phrase, perhaps with reasons."""


def with_second_opinion(answer: Answer, *, model: LanguageModel) -> Iterator[Answer]:
    """Yield the answer while the model is asked about each backed sentence, and then as it is with its opinions.

    A sentence that the model does not find in its quotes is not matched. What it cannot be asked about stays as it is,
    and the message says so.
    """
    prompt = load_prompt("check")
    sentences = list(answer.sentences)
    backed = [place for place, sentence in enumerate(sentences) if sentence.supported]
    for count, place in enumerate(backed, start=1):
        waiting = f"The language model is asked whether the quotes bear out sentence {count} of {len(backed)} …"
        yield replace(answer, sentences=tuple(sentences), waiting=waiting)
        try:
            objection = _OBJECTIONS.get(_opinion(sentences[place], answer.sources, model, prompt))
        except ModelError as error:
            failed = f"The sentences were not checked by the language model: {error}."
            answer = replace(answer, message="\n".join(filter(None, (answer.message, failed))))
            break
        if objection:
            sentences[place] = replace(sentences[place], citations=(), verdict="not matched", objection=objection)
    left, sources = cited_only(sentences, answer.sources)
    settings = {**answer.settings, "check_prompt_sha256": prompt.sha256}
    yield replace(answer, sentences=tuple(left), sources=tuple(sources), settings=settings, waiting="")


def _opinion(sentence: Sentence, sources: Sequence[Source], model: LanguageModel, prompt: Prompt) -> str:
    """Return the phrase that the model answers with, in small letters; "" if it answers with none or with several."""
    titles = {source.number: source.abstract.title for source in sources}
    cited = groupby(sentence.citations, key=lambda citation: citation.source)
    quotes = [f"{titles[number]}\n" + "\n".join(f"“{citation.quote}”" for citation in group) for number, group in cited]
    messages = prompt.template.format_messages(
        quotes=without_marks("\n\n".join(quotes)), sentence=without_marks(sentence.text)
    )
    text = ""
    with closing(model.reply(messages, timeout_s=reply_timeout_s())) as reply:
        for piece in visible(reply):
            text += piece if isinstance(piece, str) else ""
            if len(text) > _MOST_CHARS:
                break
    phrases = {phrase.lower() for phrase in _OPINION.findall(text)}
    return phrases.pop() if len(phrases) == 1 else ""
