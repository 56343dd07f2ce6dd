"""From a question to a checked answer: the story in one screen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from index import Filters, Library
from index.analysis.terms import content_words, terms
from index.embedding.encoder import Encoder
from index.environment import ReplyForm
from index.errors import ModelError
from index.search.filters import checked_filters
from index.search.query import Query, check_bounds, check_text
from qa.answer import Answer, Source, Turn
from qa.conversation import Standalone, cited_study, is_clause, is_sane, measured_studies, standalone
from qa.evidence.nli import load_nli_judge
from qa.evidence.relation import ANY_RELATION, SoughtRelation, sought_relation
from qa.evidence.reranked import read_yes_or_no, rerank_evidence
from qa.evidence.scoring import Evidence
from qa.generation.compose import (
    RetrievedEvidence,
    extractive_answer,
    findings_answer,
    listing_answer,
    message_answer,
    overview_answer,
    written_answer,
)
from qa.generation.contradictions import side_by_side
from qa.generation.evidence_table import Wanted, study_tables
from qa.generation.joining import each_side, join
from qa.generation.library_questions.library_facts import library_facts
from qa.generation.library_questions.lookups import Lookup, look_up
from qa.generation.library_questions.superlatives import chosen_study
from qa.generation.llm.prompts import load_prompt
from qa.generation.overview import MOST_SENTENCES, on_topic
from qa.generation.provenance import provenance
from qa.generation.refusal import refusal
from qa.generation.short_answers.named_things import of_the_sort
from qa.generation.spelling import respelled
from qa.generation.talk import talk
from qa.grounding import answering, check_quotes, to_the_point, with_yes_or_no
from qa.language.affirmative import affirmative
from qa.language.discourse import gives_orders
from qa.language.roles import asked_act
from qa.question.analysis import analyse
from qa.question.filters import as_read, described, within
from qa.question.records import Known, QuestionAnalysis
from qa.question.superlatives import chosen_words
from qa.reranking.entailment import ReadOnce, entailment_beside
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import DEFAULT_RERANKER, load_reranker
from qa.retrieval import MAX_SOURCES, retrieve
from qa.studies.reading import kept_with, studies_of
from qa.studies.records import Study
from qa.studies.table import TOP, StudyTable, checked_columns

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from qa.generation.llm.replies import LanguageModel

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
        llm_format: ReplyForm | None = None,
        leave_out_unsupported: bool = False,
        check_with_llm: bool = False,
        reranker: str | Reranker | None = DEFAULT_RERANKER,
        judge: str | None = None,
        is_literal: bool = False,
    ) -> None:
        """Answer from `library`; with `llm`, "provider:model" or a LangChain chat model, in that model's words.

        `llm_url` is the address of an OpenAI-compatible server; `llm_format` is "json" to ask the model for JSON by a
        schema, "text" not to, None to go by what is known of its provider. A sentence of the model that no quote bears
        out is kept and marked as such, or left out; with `check_with_llm` the model itself, asked again, must find each
        backed sentence in its quotes. `reranker` is the cross-encoder that scores what was found, by name or
        folder (the one that comes along by default, none for None or "none"). `judge` is an NLI cross-encoder by name
        or folder, to decide on a model's sentences in place of the judge that comes along. With `is_literal` names are
        searched for as they are written only, not by their synonyms. Raises ModelError for an unknown language model,
        EncoderError for an unknown reranker or judge.
        """
        self.library = kept_with(library)
        self._leave_out_unsupported = leave_out_unsupported
        self._check_with_llm = check_with_llm
        self._is_literal = is_literal
        self._reranker = load_reranker(reranker) if isinstance(reranker, str) else reranker
        self._llm_format = llm_format
        self._judge = load_nli_judge(judge) if judge else None
        self._model: LanguageModel | None = None
        self.model_name = "extractive"
        if llm is not None:
            self._model, self.model_name = _language_model(llm, llm_url, llm_format)

    def literal(self) -> Assistant:
        """Return the same assistant, which searches for names as they are written only."""
        literal = copy(self)
        literal._is_literal = True
        return literal

    def written_by(self, llm: str | BaseChatModel | None, *, llm_url: str | None = None) -> Assistant:
        """Return the same assistant in the words of another language model, or of the abstracts for None."""
        other = copy(self)
        other._model, other.model_name = None, "extractive"
        if llm is not None:
            other._model, other.model_name = _language_model(llm, llm_url, self._llm_format)
        return other

    def ask(self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """Return the whole answer. Raises InputError for a question that is empty or too long."""
        *_, answer = self.stream(question, turns=turns, filters=filters)
        return answer

    def stream(self, question: str, *, turns: Sequence[Turn] = (), filters: Filters = Filters()) -> Iterator[Answer]:
        """Yield the answer as it grows by a sentence each time; the last one is the whole, checked answer."""
        started = time.perf_counter()
        blank, focus = self._understood(check_text(question), turns, checked_filters(filters))
        retrieved = 0.0
        for growing in self._answers(blank, focus):
            now = time.perf_counter()
            retrieved = retrieved or now
            growing = side_by_side(growing, self.library)
            yield replace(growing, seconds={"retrieval": retrieved - started, "answer": now - retrieved})

    def table(
        self,
        question: str,
        *,
        top: int = TOP,
        filters: Filters = Filters(),
        columns: Sequence[str] = (),
        with_llm: bool = False,
    ) -> StudyTable:
        """Return up to `top` abstracts relevant to a question as the rows of a table, those that answer first.

        `columns` are of `qa.studies.table.COLUMNS`, all of them by default. With `with_llm` the language model, if
        there is one, cuts population, intervention, comparator and outcomes out of each abstract.
        """
        *_, table = self.stream_table(question, top=top, filters=filters, columns=columns, with_llm=with_llm)
        return table

    def stream_table(
        self,
        question: str,
        *,
        top: int = TOP,
        filters: Filters = Filters(),
        columns: Sequence[str] = (),
        with_llm: bool = False,
    ) -> Iterator[StudyTable]:
        """Yield the table as it grows by some rows each time; the last one is whole, and in order."""
        check_bounds(top, "hybrid")
        blank, _ = self._understood(check_text(question), (), checked_filters(filters))
        assert blank.analysis is not None
        query, message = self._spelled(blank.analysis.text or blank.analysis.question)
        empty = StudyTable(
            question,
            columns=checked_columns(columns),
            filters=blank.filters,
            library_digest=blank.library_digest,
            message=message,
        )
        wanted = Wanted(query, top, sought_relation(blank.analysis))
        tables = study_tables(empty, wanted, library=self.library, reranker=self._reranker)
        if with_llm and self._model is not None:
            from qa.generation.llm.study_cells import with_model_cells

            tables = with_model_cells(tables, self._model, name=self.model_name)
        yield from tables

    def studies(self, pmids: Sequence[str]) -> dict[str, Study]:
        """Return what those of these abstracts that the library holds say of their studies, by PMID."""
        return studies_of(self.library, list(self.library.get_many(pmids).values()))

    # ---- what is asked

    def _understood(self, question: str, turns: Sequence[Turn], filters: Filters) -> tuple[Answer, str]:
        """Return the answer without sources (its question, analysis, filters and settings), and the follow-up's focus.

        Talk and questions on the library itself are what they are, whatever came before, and are no earlier turn.
        """
        earlier = [turn for turn in turns if not (turn.answer.analysis and turn.answer.analysis.kind == "talk")]
        encoder = self.library.encoder
        analysis = self._analysis(question, encoder)
        understood = Standalone(question)
        measured = measured_studies(question, earlier) if not (analysis.subjects or analysis.chosen) else ()
        if not analysis.chosen and (study := measured or cited_study(question, earlier)):
            filters = replace(filters, pmids=study, include_retracted=True)
            if measured:
                understood = Standalone(f"{earlier[-1].answer.standalone_question} {question}")
                text = understood.question
                analysis = replace(analysis, question=text, text=text, kind="number", parts=(text,))
        elif earlier and analysis.kind not in ("talk", "look-up") and not analysis.chosen:
            by_turns = self._standalone(question, earlier, filters)
            if analysis.kind != "library" or by_turns.follows == by_turns.question:  # "trials only"
                understood = by_turns
            if understood.question != question:
                analysis = self._analysis(understood.question, encoder)
        own = as_read(within(understood.filters, analysis.filters), self.library.has_label)
        blank = Answer(
            question,
            standalone_question=understood.question,
            said_filters=understood.filters,
            filters_in_words=described(own),
            filters=within(filters, own),
            library_digest=self.library.digest,
            settings=provenance(self.library, self._reranker),
            model=self.model_name,
            analysis=analysis,
        )
        return blank, understood.focus

    def _analysis(self, question: str, encoder: Encoder | None = None) -> QuestionAnalysis:
        known = Known(lambda descriptor: self.library.has_label("mesh", descriptor), self._journals)
        return analyse(question, encoder=encoder or self.library.encoder, known=known)

    def _journals(self, written: str) -> tuple[str, ...]:
        """Return the library's own names of a journal."""
        names = self.library.label_values("journal")
        return tuple(name for name in names if name.casefold() == written.casefold())

    def _standalone(self, question: str, turns: Sequence[Turn], filters: Filters) -> Standalone:
        """Return a follow-up as a standalone question, in a language model's words where they are sane.

        Filters are found by rules, with a model too; a follow-up of filters alone leaves the model nothing to write.
        """
        by_rules = standalone(question, turns, has_mesh=lambda descriptor: self._has_mesh(descriptor, filters))
        if self._model is None or not by_rules.rest:
            return by_rules
        from qa.generation.llm import generative

        try:
            prompt = load_prompt("standalone")
            rewritten = generative.standalone_question(by_rules.rest, turns, model=self._model, prompt=prompt)
        except ModelError:  # reported when the answer is written; the rules do for the search
            return by_rules
        return replace(by_rules, question=rewritten) if is_sane(rewritten, by_rules) else by_rules

    def _has_mesh(self, descriptor: str, filters: Filters) -> bool:
        """Return True if a follow-up can filter by a MeSH descriptor: abstracts have it, and no other is set."""
        return not filters.mesh and self.library.has_label("mesh", descriptor)

    # ---- what is answered

    def _answers(self, blank: Answer, focus: str) -> Iterator[Answer]:
        """Yield the growing answer of a question, by its kind."""
        analysis = blank.analysis
        assert analysis is not None
        narrowed = replace(analysis, filters=blank.filters)
        if analysis.kind == "talk":
            yield message_answer(blank, talk(analysis, self.library).message)
        elif any(map(chosen_words, analysis.parts)):
            yield from self._parts(blank, [self._analysis(part) for part in analysis.parts])
        elif analysis.kind == "library":
            facts = library_facts(narrowed, self.library)
            lists_papers = analysis.subjects and analysis.library and analysis.library.thing == "abstracts"
            make = listing_answer if lists_papers else message_answer
            yield make(blank, facts.message, facts.sources)
        elif lookup := chosen_study(narrowed, self.library) or look_up(analysis, self.library):
            yield from self._from_lookup(blank, lookup, analysis)
        elif focus:
            yield from self._joined(blank, analysis, focus)
        elif len(analysis.parts) > 1:
            yield from self._parts(blank, [self._analysis(part) for part in analysis.parts])
        elif analysis.kind == "comparison" and len(analysis.sides) == 2:
            yield from self._compared(blank, analysis)
        else:
            yield from self._searched(blank, analysis)

    def _joined(self, blank: Answer, analysis: QuestionAnalysis, focus: str) -> Iterator[Answer]:
        """Yield the answer to a follow-up that was joined to the earlier question: of itself where it has a subject."""
        own = self._analysis(analysis.parts[-1]) if len(analysis.parts) > 1 else analysis
        if own is not analysis and own.subjects and is_clause(own.text):
            answers = list(self._searched(replace(blank, standalone_question=own.question), own))
            if not answers[-1].abstained:
                yield from answers
                return
        noun = own.noun or (analysis.noun if not own.subjects else "")
        asked = replace(analysis, text=analysis.question, kind=own.kind, relation=own.relation, noun=noun)
        yield from self._searched(blank, asked, focus=focus)

    def _from_lookup(self, blank: Answer, lookup: Lookup, analysis: QuestionAnalysis) -> Iterator[Answer]:
        """Yield the answer from the abstracts that the question names; none of others where these are absent."""
        if not lookup.is_found:
            yield replace(blank, abstained=True, message=lookup.message)
            return
        these = replace(blank.filters, pmids=lookup.filters.pmids, include_retracted=True)
        named = replace(blank, filters=these, message=lookup.message)
        if analysis.kind != "look-up":
            answers = list(self._searched(named, analysis, is_of_these=True))
            if not answers[-1].abstained:
                yield from answers
                return
        titles = " ".join(source.abstract.title for source in lookup.sources)
        query = self._parse(titles[:1000])
        evidence = rerank_evidence(query, lookup.sources, library=self.library)
        growing = findings_answer(named, evidence, lookup.sources, of_each=3)
        yield from check_quotes(growing, lookup.sources, self.library)

    def _compared(self, blank: Answer, analysis: QuestionAnalysis) -> Iterator[Answer]:
        """Yield the answer to a comparison: abstracts that name both sides first, else each side from its own."""
        answers = list(self._searched(blank, analysis))
        if not answers[-1].abstained and _names_both(answers[-1], analysis.sides):
            yield from answers
            return
        sides = [self._analysis(question) for question in each_side(analysis)]
        *_, answer = self._parts(blank, sides)
        if not answer.abstained:
            note = f"No abstract compares {analysis.sides[0]} with {analysis.sides[1]}; each has its own."
            answer = replace(answer, message="\n".join(filter(None, (note, answer.message))))
        yield answer

    def _parts(self, blank: Answer, analyses: Sequence[QuestionAnalysis]) -> Iterator[Answer]:
        """Yield the answer part by part; a part that is not in these abstracts is said to be."""
        answers: list[Answer] = []
        for analysis in analyses:
            part = replace(blank, standalone_question=analysis.question)
            if analysis.kind == "library" or analysis.chosen:
                own = as_read(within(blank.filters, analysis.filters), self.library.has_label)
                *_, answer = self._answers(replace(part, analysis=analysis, filters=own), "")
            else:
                *_, answer = self._searched(part, analysis)
            if answer.abstained:
                answer = replace(answer, message=f"{analysis.question} {answer.message}")
            answers.append(answer)
            yield join(blank, answers)

    def _searched(
        self, blank: Answer, analysis: QuestionAnalysis, *, focus: str = "", is_of_these: bool = False
    ) -> Iterator[Answer]:
        """Yield the answer from what search finds for the question; a misspelt word is searched for as it is known.

        With `is_of_these` the question names its abstracts: what tells the relation that it asks for answers there.
        """
        text = analysis.text or analysis.question
        query, message = self._spelled(text)
        blank = replace(blank, message="\n".join(filter(None, (blank.message, message))))
        if query.renamed != text:
            analysis = self._analysis(query.renamed)
        if (plain := affirmative(query.renamed).text) != query.renamed:
            query = self._parse(plain)  # findings tell of use and harm, whichever is denied
        blank = replace(blank, concepts=tuple(dict.fromkeys((*blank.concepts, *query.concepts))))
        top = MOST_SENTENCES if analysis.kind == "overview" else MAX_SOURCES
        sources = retrieve(self.library, query, filters=blank.filters, top=top, reranker=self._reranker)
        evidence = self._rerank_evidence(query, sources, focus=focus, sought=sought_relation(analysis))
        entailment = entailment_beside(self._reranker)
        entailment = ReadOnce(entailment) if entailment else None
        if analysis.kind == "yes/no":
            evidence = read_yes_or_no(analysis.text, evidence, entailment)
        fitting = self._fitting(analysis, evidence, is_of_these=is_of_these or bool(blank.filters.pmids))
        if fitting:
            retrieved = RetrievedEvidence(
                tuple(sources),
                tuple(evidence),
                tuple(fitting),
                analysis,
                query,
                self._reranker,
                self._judge,
                entailment,
            )
            yield from check_quotes(self._composed(blank, retrieved), sources, self.library)
        else:
            yield self._abstain(blank, analysis, query)

    def _spelled(self, text: str) -> tuple[Query, str]:
        """Return a text parsed as the library spells it, and the sentence that says so where it was misspelt."""
        query = self._parse(text)
        spelling = respelled(query.renamed, self.library, known=query.names)
        return (self._parse(spelling.text), spelling.message) if spelling else (query, "")

    def _parse(self, text: str) -> Query:
        return self.library.parse(text, is_literal=self._is_literal)

    def _rerank_evidence(
        self, query: Query, sources: Sequence[Source], *, focus: str = "", sought: SoughtRelation = ANY_RELATION
    ) -> list[Evidence]:
        return rerank_evidence(
            query, sources, library=self.library, focus=focus, sought=sought, reranker=self._reranker
        )

    def _fitting(
        self, analysis: QuestionAnalysis, evidence: Sequence[Evidence], *, is_of_these: bool
    ) -> list[Evidence]:
        """Return the evidence that answers, to the point where any is; [] where the question is to be refused."""
        sought = sought_relation(analysis)
        able = answering(evidence, is_of_these=is_of_these)
        if analysis.kind == "yes/no":
            able = with_yes_or_no(able, evidence)
        fitting = to_the_point(able, sought, asked_act(analysis.text or analysis.question), beside=evidence)
        fitting = of_the_sort(analysis, fitting)
        named = [
            sentence
            for sentence in evidence
            if not (sentence.missing_names or sentence.missing_words or gives_orders(sentence.text))
        ]
        if analysis.kind == "overview":
            if sought.is_any:
                return [*fitting, *on_topic(analysis, named, beside=fitting)] or named
            return [sentence for sentence in named if sought.is_told(sentence.text)] or fitting or named
        if is_of_these and not sought.is_any and not fitting:
            return [sentence for sentence in named if sought.is_told(sentence.text)]
        return fitting

    def _composed(self, blank: Answer, retrieved: RetrievedEvidence) -> Iterator[Answer]:
        if self._model is not None:
            yield from written_answer(
                blank,
                retrieved,
                model=self._model,
                library=self.library,
                leave_out_unsupported=self._leave_out_unsupported,
                check_with_llm=self._check_with_llm,
            )
        elif retrieved.analysis.kind == "overview":
            yield from overview_answer(blank, retrieved)
        else:
            yield from extractive_answer(blank, retrieved)

    def _abstain(self, blank: Answer, analysis: QuestionAnalysis, query: Query) -> Answer:
        """Return the answer that abstains, with the nearest abstracts, retracted ones included and marked."""
        everything = replace(blank.filters, include_retracted=True)
        nearest = retrieve(self.library, query, filters=everything)[:_NEAREST]  # not reranked: they are no answer
        why_not = self._why_not(analysis, query, nearest, blank.filters)
        message = "\n".join(filter(None, (blank.message, why_not)))
        return replace(blank, abstained=True, message=message, nearest=tuple(nearest))

    def _why_not(self, analysis: QuestionAnalysis, query: Query, nearest: Sequence[Source], filters: Filters) -> str:
        """Return why there is no answer: only a retracted abstract has one, or what `refusal` says."""
        retracted = [source for source in nearest if source.abstract.is_retracted]
        answering_retracted = answering(self._rerank_evidence(query, retracted)) if retracted else []
        if answering_retracted:
            pmid = answering_retracted[0].source.abstract.pmid
            return f"Not in these abstracts, but for one that was retracted: PMID {pmid}."
        return refusal(analysis, self.library, filters).message


def _names_both(answer: Answer, sides: Sequence[str]) -> bool:
    """Return True if one abstract that an answer cites has the words of both sides."""
    held = [set(terms(source.abstract.text)) for source in answer.sources]
    return any(all(set(content_words(side)) <= words for side in sides) for words in held)


def _language_model(llm: str | BaseChatModel, url: str | None, form: ReplyForm | None) -> tuple[LanguageModel, str]:
    from qa.generation.llm.chat_models import load_chat_model
    from qa.generation.llm.replies import LanguageModel

    if isinstance(llm, str):
        return LanguageModel(load_chat_model(llm, url=url), form), llm
    return LanguageModel(llm, form), str(getattr(llm, "model_name", type(llm).__name__))
