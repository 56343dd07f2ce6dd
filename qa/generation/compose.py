"""Evidence to a growing answer: the abstracts' own sentences, or a language model's compared with them."""

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
class RetrievedEvidence:
    """The sources of a question, their sentences as evidence, and those that may answer.

    `reranker` scored them, if there is one, and scores written sentences with their quotes.
    """

    sources: tuple[Source, ...]
    evidence: tuple[Evidence, ...]
    fitting: tuple[Evidence, ...]
    reranker: Reranker | None = None


def extractive_answer(blank: Answer, fitting: Sequence[Evidence], sources: Sequence[Source]) -> Iterator[Answer]:
    """Yield the answer with the first of the abstracts' own sentences, with two, and so on to all, then its leaning."""
    sentences = extractive.compose(fitting)
    for count in range(1, len(sentences)):
        yield _with_sentences(blank, sentences[:count], sources)
    whole = _with_sentences(blank, sentences, sources)
    yield replace(whole, leaning=leaning(blank.standalone_question, whole.sentences, stances(fitting)))


def written_answer(
    blank: Answer,
    retrieved: RetrievedEvidence,
    *,
    model: BaseChatModel,
    library: Library,
    leave_out_unsupported: bool = False,
) -> Iterator[Answer]:
    """Yield the language model's answer as it grows, each sentence compared with its quotes.

    When the model fails, writes nothing, or has half of its sentences unsupported, the extractive answer stands in and
    says why. When the model finds no answer in the sources, the answer abstains. Unsupported sentences stay, marked so,
    or are left out.
    """
    answer = blank
    try:
        for answer in _drafted(blank, retrieved, model=model, library=library):
            yield _only_supported(answer) if leave_out_unsupported else answer
        trouble = _too_little_support(answer)
    except ModelError as error:
        trouble = str(error)
    if trouble:
        reason = f"{trouble[0].upper()}{trouble[1:].rstrip('.')}. {_STAND_IN}"
        blank = replace(blank, message=reason, model="extractive")
        yield from extractive_answer(blank, retrieved.fitting, retrieved.sources)


def _drafted(
    blank: Answer, retrieved: RetrievedEvidence, *, model: BaseChatModel, library: Library
) -> Iterator[Answer]:
    """Yield the answer with one more of the model's sentences each time. Raises ModelError if it fails."""
    from qa.generation.generative import (  # and with it what speaks to a server, which extracts do without
        NotAnswered,
        compose,
    )

    prompt = load_prompt("answer")
    blank = replace(blank, prompt_sha256=prompt.sha256)
    sentences: list[Sentence] = []
    dropped = 0
    for draft in compose(blank.standalone_question, retrieved.sources, model=model, prompt=prompt):
        if isinstance(draft, NotAnswered):
            if not draft.refused:
                raise ModelError(draft.reason)
            yield replace(blank, abstained=True, message=draft.reason, nearest=retrieved.sources[:_NEAREST])
            return
        dropped += draft.dropped
        sentences.append(ground(draft, retrieved.evidence, library=library, reranker=retrieved.reranker))
        yield replace(_with_sentences(blank, sentences, retrieved.sources), dropped_citations=dropped)


def _only_supported(answer: Answer) -> Answer:
    """Return the answer without its unsupported sentences; its message says how many were left out."""
    kept = tuple(sentence for sentence in answer.sentences if sentence.supported)
    count = len(answer.sentences) - len(kept)
    if not count:
        return answer
    removed = "1 sentence of the language model is" if count == 1 else f"{count} sentences of the language model are"
    return replace(answer, sentences=kept, message=f"{removed} left out: no quote supports what is said there.")


def _too_little_support(answer: Answer) -> str:
    """Return why a written answer is rejected, half of its sentences or more having no quote; else ""."""
    unsupported = sum(not sentence.supported for sentence in answer.sentences)
    if unsupported == 0 or 2 * unsupported < len(answer.sentences):
        return ""
    if unsupported == len(answer.sentences):
        return "no sentence of the language model had a quote to support it"
    return f"{unsupported} of the language model's {len(answer.sentences)} sentences had no quote to support them"


def _with_sentences(blank: Answer, sentences: Sequence[Sentence], sources: Sequence[Source]) -> Answer:
    """Return the answer with sentences and their cited sources."""
    renumbered, cited = cited_only(sentences, sources)
    return replace(blank, sentences=tuple(renumbered), sources=tuple(cited))
