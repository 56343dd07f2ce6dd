"""From a question to a checked answer: the story in one screen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index import Filters, Library
from index.errors import ModelError
from index.search.filters import checked_filters
from index.search.query import Query, check_text
from qa.answer import Answer, Source, Turn
from qa.conversation import Standalone, is_sane, standalone
from qa.evidence.reranked import rerank_evidence
from qa.evidence.scoring import Evidence
from qa.generation.compose import RetrievedEvidence, extractive_answer, written_answer
from qa.generation.prompts import load_prompt
from qa.grounding import answering, check_quotes, refusal
from qa.provenance import provenance
from qa.question.filters import described, within
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import DEFAULT_RERANKER, load_reranker
from qa.retrieval import retrieve

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_NEAREST = 3


class Assistant:
    """Answers questions about a library's abstracts, each sentence backed by a verbatim quote.

    >>> Assistant(library).ask("What does IL-32β induce?")  # doctest: +SKIP
    """

    def __init__(
        self,
        library: Library,
        llm: str | BaseChatModel | None = None,
        *,
        llm_url: str | None = None,
        leave_out_unsupported: bool = False,
        reranker: str | Reranker | None = DEFAULT_RERANKER,
    ) -> None:
        """Answer from `library`; with `llm`, "provider:model" or a LangChain chat model, in that model's words.

        `llm_url` is the address of an OpenAI-compatible server. A sentence of the model that no quote bears out is kept
        and marked as such, or left out. `reranker` is the cross-encoder that scores what was found, by name or
        folder (the one that comes along by default, none for None or "none"). Raises ModelError for an unknown
        language model, EncoderError for an unknown reranker.
        """
        self.library = library
        self._leave_out_unsupported = leave_out_unsupported
        self._reranker = load_reranker(reranker) if isinstance(reranker, str) else reranker
        self._model: BaseChatModel | None = None
        self.model_name = "extractive"
        if llm is not None:
            self._model, self.model_name = _chat_model(llm, llm_url)

    def ask(self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """Return the whole answer. Raises InputError for a question that is empty or too long."""
        *_, answer = self.stream(question, turns=turns, filters=filters)
        return answer

    def stream(self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters()) -> Iterator[Answer]:
        """Yield the answer as it grows by a sentence each time; the last one is the whole, checked answer."""
        asked = check_text(question)
        started = time.perf_counter()
        understood = self._standalone(asked, turns, filters)
        blank = self._blank(asked, understood, within(checked_filters(filters), understood.filters))
        query = self.library.parse(understood.question)
        sources = self._retrieve(query, blank.filters)
        evidence = self._rerank_evidence(query, sources, focus=understood.focus)
        retrieved = time.perf_counter()
        for growing in check_quotes(self._composed(blank, query, sources, evidence), sources, self.library):
            now = time.perf_counter()
            yield replace(growing, seconds={"retrieval": retrieved - started, "answer": now - retrieved})

    def _retrieve(self, query: Query, filters: Filters) -> list[Source]:
        return retrieve(self.library, query, filters=filters, reranker=self._reranker)

    def _rerank_evidence(self, query: Query, sources: Sequence[Source], *, focus: str = "") -> list[Evidence]:
        return rerank_evidence(query, sources, library=self.library, focus=focus, reranker=self._reranker)

    def _blank(self, asked: str, understood: Standalone, filters: Filters) -> Answer:
        """Return the answer without sources: its question, filters, library and settings."""
        return Answer(
            asked,
            standalone_question=understood.question,
            said_filters=understood.filters,
            filters_in_words=described(understood.filters),
            filters=filters,
            library_digest=self.library.digest,
            settings=provenance(self.library, self._reranker),
            model=self.model_name,
        )

    def _standalone(self, question: str, turns: Sequence[Turn], filters: Filters) -> Standalone:
        """Return a follow-up as a standalone question, in a language model's words where they are sane.

        Filters are found by rules, with a model too; a follow-up of filters alone leaves the model nothing to write.
        """
        by_rules = standalone(question, turns, has_mesh=lambda descriptor: self._has_mesh(descriptor, filters))
        if self._model is None or not by_rules.rest:
            return by_rules
        from qa.generation import generative

        try:
            prompt = load_prompt("standalone")
            rewritten = generative.standalone_question(by_rules.rest, turns, model=self._model, prompt=prompt)
        except ModelError:  # reported when the answer is written; the rules do for the search
            return by_rules
        return replace(by_rules, question=rewritten) if is_sane(rewritten, by_rules) else by_rules

    def _has_mesh(self, descriptor: str, filters: Filters) -> bool:
        """Return True if a follow-up can filter by a MeSH descriptor: abstracts have it, and no other is set."""
        return not filters.mesh and self.library.has_label("mesh", descriptor)

    def _composed(
        self, blank: Answer, query: Query, sources: Sequence[Source], evidence: Sequence[Evidence]
    ) -> Iterator[Answer]:
        fitting = answering(evidence)
        if not fitting:
            yield self._abstain(blank, query, evidence)
        elif self._model is None:
            yield from extractive_answer(blank, fitting, sources)
        else:
            found = RetrievedEvidence(tuple(sources), tuple(evidence), tuple(fitting), self._reranker)
            yield from written_answer(
                blank,
                found,
                model=self._model,
                library=self.library,
                leave_out_unsupported=self._leave_out_unsupported,
            )

    def _abstain(self, blank: Answer, query: Query, evidence: Sequence[Evidence]) -> Answer:
        """Return the answer that abstains, with the nearest abstracts, retracted ones included and marked."""
        everything = replace(blank.filters, include_retracted=True)
        nearest = retrieve(self.library, query, filters=everything)[:_NEAREST]  # not reranked: they are no answer
        return replace(blank, abstained=True, reason=self._why_not(query, nearest, evidence), nearest=tuple(nearest))

    def _why_not(self, query: Query, nearest: Sequence[Source], evidence: Sequence[Evidence]) -> str:
        """Return why there is no answer: nothing to search, only a retracted abstract, or missing names and words."""
        if not nearest:
            if self.library.info().abstracts:
                return "Not in these abstracts: none of them passes the filters."
            return "Not in these abstracts: this library is empty; add abstracts to it first."
        retracted = [source for source in nearest if source.abstract.is_retracted]
        answering_retracted = answering(self._rerank_evidence(query, retracted))
        if answering_retracted:
            pmid = answering_retracted[0].source.abstract.pmid
            return f"Not in these abstracts, but for one that was retracted: PMID {pmid}."
        return refusal(query.text, evidence)


def _chat_model(llm: str | BaseChatModel, url: str | None) -> tuple[BaseChatModel, str]:
    if not isinstance(llm, str):
        return llm, str(getattr(llm, "model_name", type(llm).__name__))
    from qa.generation.chat_models import load_chat_model

    return load_chat_model(llm, url=url), llm
