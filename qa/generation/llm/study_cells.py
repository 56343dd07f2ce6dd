"""Cells of a study as a language model cuts them out: each must stand in the abstract, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from index.errors import ModelError
from index.records import Abstract
from qa.answer import Source
from qa.generation.llm.chat_models import reply_timeout_s
from qa.generation.llm.prompts import Prompt, load_prompt, render_sources
from qa.generation.llm.replies import LanguageModel
from qa.generation.llm.visible import visible
from qa.language.discourse import gives_orders
from qa.studies.records import Cell, Study
from qa.studies.table import StudyRow, StudyTable

_LINE = re.compile(r"^\W*(population|intervention|comparator|outcome)s?\W*?:[ \t]*(\S.*)$", re.I | re.M)
_QUOTED = re.compile(r"[\"“”]([^\"“”]+)[\"“”]")
_NOT_TOLD = re.compile(r"\W*not told\W*", re.I)
_MOST_CHARS = 2_000
"""Characters of a reply that are read."""
_LONGEST = 200
"""Characters of a cell: what is longer is no name of anything."""
_MOST_OUTCOMES = 4


def with_model_cells(tables: Iterable[StudyTable], model: LanguageModel, *, name: str) -> Iterator[StudyTable]:
    """Yield tables whose rows have the cells that the model cuts out, each row asked about once.

    Once the model fails, the rest stays as the rules read it, and the message says so.
    """
    prompt = load_prompt("study")
    read: dict[str, Study] = {}
    failed = ""
    for table in tables:
        for row in table.rows:
            if row.abstract.pmid not in read and not failed:
                try:
                    read[row.abstract.pmid] = study_by_model(row.study, row.abstract, model, prompt)
                except ModelError as error:
                    failed = f"From row {len(read) + 1:,} on, cells are as the rules read them: {error}."
        rows = tuple(_of_model(row, read) for row in table.rows)
        message = "\n".join(filter(None, (table.message, failed)))
        yield replace(table, rows=rows, message=message, model=name, prompt_sha256=prompt.sha256)


def _of_model(row: StudyRow, read: dict[str, Study]) -> StudyRow:
    return replace(row, study=read.get(row.abstract.pmid, row.study))


def study_by_model(study: Study, abstract: Abstract, model: LanguageModel, prompt: Prompt) -> Study:
    """Return a study with the model's population, intervention, comparator and outcomes in place of the rules'.

    A cell is empty where the model finds it not told. Words that do not stand in the abstract count for nothing.
    """
    messages = prompt.template.format_messages(sources=render_sources([Source(1, abstract)]))
    text = ""
    with closing(model.reply(messages, timeout_s=reply_timeout_s())) as reply:
        for piece in visible(reply):
            text += piece if isinstance(piece, str) else ""
            if len(text) > _MOST_CHARS:
                break
    changes: dict[str, Any] = {}
    for name, words in _LINE.findall(text):
        if name.lower() == "outcome":
            cells = _cells(abstract, words)[:_MOST_OUTCOMES]
            changes |= {"outcomes": tuple(cells)} if cells or _NOT_TOLD.fullmatch(words) else {}
        elif _NOT_TOLD.fullmatch(words):
            changes[name.lower()] = None
        elif cells := _cells(abstract, words):
            changes[name.lower()] = cells[0]
    return replace(study, **changes)


def _cells(abstract: Abstract, words: str) -> list[Cell]:
    pieces = _QUOTED.findall(words) or words.split(";")
    return [cell for piece in pieces if (cell := _verbatim(abstract, piece))]


def _verbatim(abstract: Abstract, words: str) -> Cell | None:
    """Return the place of some words in an abstract, whatever white space is between them."""
    words = words.strip(" \t.,;:")
    if not words or len(words) > _LONGEST or gives_orders(words):
        return None
    match = re.search(r"(?<!\w)" + r"\s+".join(map(re.escape, words.split())) + r"(?!\w)", abstract.text, re.I)
    return Cell(match[0], *match.span()) if match else None
