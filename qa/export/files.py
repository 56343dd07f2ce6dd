"""Files to export to: the format by its ending, an answer's sources or any list of abstracts.

export_abstracts(library.get_many(library.pmids()).values(), Path("all.csv"))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from index import Library
from index.errors import FileError, InputError
from index.records import Abstract
from qa.answer import Answer, Source
from qa.export.bibtex import bibtex_entries
from qa.export.csl_json import csl_items
from qa.export.ris import ris_records
from qa.export.table import csv_rows

Form = TypeVar("Form")
Pieces = Callable[[Iterable[Abstract]], Iterator[str]]

_BATCH = 500
"""Abstracts that are read at once."""
_LISTS: dict[str, Pieces] = {
    ".ris": ris_records,
    ".bib": bibtex_entries,
    ".csl.json": csl_items,
    ".csv": csv_rows,
}
_WHOLE: dict[str, Callable[[Answer], str]] = {
    ".json": lambda answer: to_json(answer),
    ".md": lambda answer: answer.to_markdown(),
}


def to_ris(sources: Sequence[Source]) -> str:
    """Return the sources as RIS (UTF-8), one record after the other; "" for none."""
    return _joined(ris_records, sources)


def to_bibtex(sources: Sequence[Source]) -> str:
    """Return the sources as BibTeX that plain pdflatex takes; "" for none."""
    return _joined(bibtex_entries, sources)


def to_csl_json(sources: Sequence[Source]) -> str:
    """Return the sources as a CSL-JSON list."""
    return _joined(csl_items, sources)


def to_csv(sources: Sequence[Source]) -> str:
    """Return the sources as CSV, a row each below the names of the columns."""
    return _joined(csv_rows, sources)


def to_json(answer: Answer) -> str:
    """Return the whole answer as JSON without its seconds: the same question gives the same bytes."""
    return json.dumps(answer.to_dict() | {"seconds": {}}, ensure_ascii=False, indent=2) + "\n"


def _joined(pieces: Pieces, sources: Sequence[Source]) -> str:
    return "".join(pieces(source.abstract for source in sources))


def checked_export(file: Path, *, of_answer: bool = True) -> Path:
    """Return the file if its ending names a format, for abstracts alone or of an answer as well.

    Raises InputError when it does not, or when its folder is missing.
    """
    known = (*_LISTS, *(_WHOLE if of_answer else ()))
    if not any(file.name.lower().endswith(ending) for ending in known):
        raise InputError(f"{file} cannot be exported to: its ending must be one of {', '.join(known)}")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {file.parent} to export to; make it, or name another")
    return file


def export_answer(answer: Answer, file: Path) -> None:
    """Save an answer's sources, or all of it as Markdown or JSON, in the format of the file's ending."""
    checked_export(file)
    if pieces := _of_ending(file, _LISTS):
        _write(pieces(source.abstract for source in answer.sources), file)
    elif whole := _of_ending(file, _WHOLE):
        _write([whole(answer)], file)


def export_abstracts(abstracts: Iterable[Abstract], file: Path) -> None:
    """Save abstracts in the format of the file's ending, one by one as they come."""
    pieces = _of_ending(checked_export(file, of_answer=False), _LISTS)
    _write(pieces(abstracts) if pieces else [], file)


def in_batches(library: Library, pmids: Sequence[str]) -> Iterator[Abstract]:
    """Yield these abstracts of a library in their order, read some hundred at a time."""
    for first in range(0, len(pmids), _BATCH):
        batch = pmids[first : first + _BATCH]
        abstracts = library.get_many(batch)
        yield from (abstracts[pmid] for pmid in batch if pmid in abstracts)


def exported(abstracts: Iterable[Abstract], ending: str) -> Iterator[str]:
    """Yield abstracts piece by piece in the format of an ending: ".ris", ".bib", ".csl.json" or ".csv"."""
    return _LISTS[ending](abstracts)


def _of_ending(file: Path, forms: dict[str, Form]) -> Form | None:
    """Return what stands for a file's ending; "x.csl.json" is CSL-JSON before it is JSON."""
    return next((form for ending, form in forms.items() if file.name.lower().endswith(ending)), None)


def _write(pieces: Iterable[str], file: Path) -> None:
    pieces = iter(pieces)
    first = next(pieces, "")  # what fails before the first is no file's fault
    try:
        with file.open("w", encoding="utf-8", newline="") as opened:
            opened.writelines(chain([first], pieces))
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{file} cannot be written ({reason}); name another file to export to") from error
