"""What a library replies to programs, as JSON: one form for REST, MCP and LangChain."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import PurePath
from threading import Lock
from typing import Any

from index import Filters, Hit, Library, Report
from index.storage.origins import Origin
from qa.answer import Answer, Turn
from qa.assistant import Assistant
from qa.doors.schemas import AskRequest, SearchRequest, SimilarRequest, TableRequest, TurnJson

_REMEMBERED_ANSWERS = 200

_Key = tuple[str, tuple[tuple[str, Filters], ...]]


class Asking:
    """Asks assistants on behalf of programs, which say with each question what they asked before. Thread-safe.

    Earlier answers are made again rather than taken from the program, so that no quote in them can be forged; those
    used last are remembered.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[_Key, Answer] = OrderedDict()
        self._lock = Lock()

    def stream(self, assistant: Assistant, request: AskRequest) -> Iterator[Answer]:
        """Yield the growing answer to a question after its earlier ones; the last one is whole."""
        filters = request.filters.to_filters()
        turns = self._turns(assistant, request.turns, filters)
        answer = None
        for answer in assistant.stream(request.question, turns=turns, filters=filters):
            yield answer
        if answer is not None:
            self._remember(_key(assistant, [*_asked(request.turns, filters), (request.question, filters)]), answer)

    def ask(self, assistant: Assistant, request: AskRequest) -> Answer:
        """Return the whole answer. Raises InputError for a question that cannot be asked."""
        *_, answer = self.stream(assistant, request)
        return answer

    def _turns(self, assistant: Assistant, earlier: Sequence[TurnJson], filters: Filters) -> list[Turn]:
        turns: list[Turn] = []
        asked = _asked(earlier, filters)
        for count, (question, held) in enumerate(asked, start=1):
            key = _key(assistant, asked[:count])
            with self._lock:
                answer = self._answers.get(key)
            if answer is None:
                answer = assistant.ask(question, turns=turns, filters=held)
                self._remember(key, answer)
            turns.append(Turn(question, answer))
        return turns

    def _remember(self, key: _Key, answer: Answer) -> None:
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > _REMEMBERED_ANSWERS:
                self._answers.popitem(last=False)


def _asked(turns: Sequence[TurnJson], filters: Filters) -> list[tuple[str, Filters]]:
    return [(turn.question, turn.filters.to_filters() if turn.filters else filters) for turn in turns]


def _key(assistant: Assistant, asked: Sequence[tuple[str, Filters]]) -> _Key:
    return f"{assistant.library.address} {assistant.library.digest} {assistant.model_name}", tuple(asked)


def search_reply(library: Library, request: SearchRequest) -> dict[str, Any]:
    """Return the passages for a text as JSON; for a search in PubMed's syntax also how it was carried out."""
    filters = request.filters.to_filters()
    also: tuple[str, ...] = ()
    if is_boolean := library.is_boolean(request.query):
        hits = library.matching(request.query, top=request.top, filters=filters)
    else:
        query = library.parse(request.query, is_literal=request.literal)
        also = query.also_searched
        hits = library.search(query, top=request.top, mode=request.mode, filters=filters)
    where = request.query if is_boolean else filters.where
    translation = library.translated(where, filters).to_dict() if where.strip() else {}
    return {"query": request.query, **translation, "also_searched": list(also), "hits": hits_json(library, hits)}


def table_reply(assistant: Assistant, request: TableRequest) -> dict[str, Any]:
    """Return the table of studies of a question as JSON."""
    filters = request.filters.to_filters()
    return assistant.table(request.question, top=request.top, filters=filters, columns=request.columns).to_dict()


def similar_reply(library: Library, request: SimilarRequest) -> dict[str, Any]:
    """Return the abstracts nearest to one, each with its best passage."""
    hits = library.similar(request.pmid, top=request.top, filters=request.filters.to_filters())
    return {"pmid": request.pmid, "hits": hits_json(library, hits)}


def hits_json(library: Library, hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return hits as JSON, without those of abstracts that were removed meanwhile."""
    abstracts = library.get_many(list({hit.passage.pmid for hit in hits}))
    return [hit.to_dict(abstracts[hit.passage.pmid]) for hit in hits if hit.passage.pmid in abstracts]


def report_json(report: Report) -> dict[str, Any]:
    """Return the account of a run as JSON."""
    per_pmid = {name: dict(getattr(report, name)) for name in ("failed", "changes", "new")}
    return {**asdict(report), **per_pmid, "notes": list(report.notes)}


def info_reply(library: Library, name: str) -> dict[str, Any]:
    """Return the figures of a library; where it and its files lie on this machine is nobody's business."""
    info = library.info()
    origins = [_origin(origin) for origin in info.origins]
    known: dict[str, Any] = {
        key: value for key, value in info.to_dict().items() if key not in ("path", "name", "origins")
    }
    return {"name": name, **known, "years": list(info.years) if info.years else None, "origins": origins}


def _origin(origin: Origin) -> dict[str, Any]:
    query = PurePath(origin.query).name if origin.kind == "files" else origin.query
    return {"kind": origin.kind, "query": query, "limit": origin.limit, "asked": origin.asked}
