"""Evidence to a growing answer: the abstracts' own sentences, or a language model's held against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index import Library
from index.errors import ModelError
from qa.answer import Answer, Sentence, Source
from qa.evidence.reranked import stances
from qa.evidence.scoring import Evidence
from qa.generation import extractive
from qa.generation.prompts import load_prompt
from qa.generation.yes_no import leaning
from qa.grounding import cited_only, ground
from qa.reranking.protocol import Reranker

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_NEAREST = 3
_STAND_IN = "The abstracts' own sentences are shown instead."


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: the sources, their sentences as evidence, and those of them that may answer.

    `reranker` is what read them, if any, and reads what is written beside its quotes.
    """

    sources: tuple[Source, ...]
    evidence: tuple[Evidence, ...]
    fitting: tuple[Evidence, ...]
    reranker: Reranker | None = None


def extractive_answer(blank: Answer, fitting: Sequence[Evidence], sources: Sequence[Source]) -> Iterator[Answer]:
    """Yield the answer with the first of the abstracts' own sentences, with two, and so on to all, then its leaning."""
    sentences = extractive.compose(fitting)
    for count in range(1, len(sentences)):
        yield _said(blank, sentences[:count], sources)
    whole = _said(blank, sentences, sources)
    yield replace(whole, leaning=leaning(blank.standalone_question, whole.sentences, stances(fitting)))


def written_answer(
    blank: Answer, found: Found, *, model: BaseChatModel, library: Library, leave_out_unsupported: bool = False
) -> Iterator[Answer]:
    """Yield the language model's answer as it grows, each sentence held against its quotes.

    When the model fails, writes nothing, or has half of its sentences unsupported, the extractive answer stands in and
    says why. When the model finds no answer in the sources, the answer abstains. Sentences that have no support stay,
    marked so, or are left out.
    """
    answer = blank
    try:
        for answer in _drafted(blank, found, model=model, library=library):
            yield _only_supported(answer) if leave_out_unsupported else answer
        trouble = _too_little_support(answer)
    except ModelError as error:
        trouble = str(error)
    if trouble:
        reason = f"{trouble[0].upper()}{trouble[1:].rstrip('.')}. {_STAND_IN}"
        yield from extractive_answer(replace(blank, reason=reason, model="extractive"), found.fitting, found.sources)


def _drafted(blank: Answer, found: Found, *, model: BaseChatModel, library: Library) -> Iterator[Answer]:
    """Yield the answer with each sentence that the model writes. Raises ModelError when it fails or writes none."""
    from qa.generation.generative import (  # and with it what speaks to a server, which extracts do without
        NotAnswered,
        compose,
    )

    prompt = load_prompt("answer")
    blank = replace(blank, prompt_sha256=prompt.sha256)
    told: list[Sentence] = []
    dropped = 0
    for draft in compose(blank.standalone_question, found.sources, model=model, prompt=prompt):
        if isinstance(draft, NotAnswered):
            if not draft.refused:
                raise ModelError(draft.reason)
            yield replace(blank, abstained=True, reason=draft.reason, nearest=found.sources[:_NEAREST])
            return
        dropped += draft.dropped
        told.append(ground(draft, found.evidence, library=library, reranker=found.reranker))
        yield replace(_said(blank, told, found.sources), dropped_citations=dropped)


def _only_supported(answer: Answer) -> Answer:
    """Return the answer without the sentences that have no support, saying how many there were."""
    kept = tuple(sentence for sentence in answer.sentences if sentence.supported)
    count = len(answer.sentences) - len(kept)
    if not count:
        return answer
    told = "1 sentence of the language model is" if count == 1 else f"{count} sentences of the language model are"
    return replace(answer, sentences=kept, reason=f"{told} left out: no quote supports what is said there.")


def _too_little_support(answer: Answer) -> str:
    """Return why a written answer may not stand, or "": half of its sentences or more have no quote."""
    unsupported = sum(not sentence.supported for sentence in answer.sentences)
    if unsupported == 0 or 2 * unsupported < len(answer.sentences):
        return ""
    if unsupported == len(answer.sentences):
        return "no sentence of the language model had a quote to support it"
    return f"{unsupported} of the language model's {len(answer.sentences)} sentences had no quote to support them"


def _said(blank: Answer, sentences: Sequence[Sentence], sources: Sequence[Source]) -> Answer:
    """Return the answer with these sentences and the sources that they cite."""
    said, cited = cited_only(sentences, sources)
    return replace(blank, sentences=tuple(said), sources=tuple(cited))
