"""A conversation as HTML: questions, answers with links to their sources, and the sources of each answer."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from index.records import Abstract
from qa.answer import Answer, Sentence, ShortAnswer, Source
from qa.export import to_bibtex, to_csl_json, to_csv, to_json, to_ris
from qa.export.study_table import table_bytes
from qa.studies.records import Study
from qa.studies.table import StudyTable
from ui.again import differences
from ui.cards import QuotedSpan, make_card, quotes_of, study_of
from ui.copying import formatted_html, plain_text
from ui.pictures.drawing import address_of
from ui.pictures.effects import answer_pictures, effect_spans
from ui.rendering import render

BROKEN_OFF = "This broke off for a reason that the server's log gives; nothing is lost. Try it again."
"""The notice in place of an answer after an unforeseen error."""
_TABLES = {
    ".csv": ("Save as CSV", "text/csv"),
    ".xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".md": ("Markdown", "text/markdown"),
    ".json": ("JSON", "application/json"),
}
"""The formats of a table of studies, by the endings of their files."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the problem that prevented it; with neither, the answer is still to come.

    `studies` are those that the library has kept of the answer's sources, by PMID; any other is read when it is shown.
    `again_of` is the number of the exchange of which this one asks the question again, to be shown beside it. `mark` is
    1 for an answer that a person found good, -1 for a bad one; `remark` is what they wrote of it.
    """

    number: int
    question: str
    answer: Answer | None = None
    problem: str = ""
    is_whole: bool = True
    studies: Mapping[str, Study] = field(default_factory=dict, compare=False)
    again_of: int = 0
    mark: int = 0
    remark: str = ""

    def study_of(self, abstract: Abstract) -> Study:
        """Return what an abstract says of its study."""
        return self.studies.get(abstract.pmid) or study_of(abstract)


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file to save: its `address` is a data URL that holds the text itself, so that the server needs no file."""

    name: str
    label: str
    address: str


def exchange_html(exchange: Exchange, among: Sequence[Exchange] = (), *, library_digest: str = "") -> str:
    """Return a question and its answer or problem. The question is shown as it was typed, as plain text.

    An exchange that asks again is shown beside the one of `among` that it repeats. With the digest of its library as it
    is today an answer from the library as it was says so.
    """
    return render("exchange.html", **exchange_values(exchange, among, library_digest=library_digest))


def exchange_values(
    exchange: Exchange, among: Sequence[Exchange] = (), *, library_digest: str = "", is_live: bool = True
) -> dict[str, Any]:
    """Return what the template of an exchange shows; without an answer, nothing but the exchange itself.

    One that is not live, as in a saved file, has nothing to press.
    """
    answer = exchange.answer or Answer(exchange.question)
    before = next((earlier for earlier in among if earlier.number == exchange.again_of and earlier.answer), None)
    is_done = exchange.answer is not None and exchange.is_whole
    return {
        "before": exchange_values(replace(before, again_of=0), is_live=False) if before else None,
        "differs": differences(before.answer, answer) if before and before.answer and is_done else (),
        "is_outdated": is_done and bool(library_digest) and answer.library_digest != library_digest,
        "is_live": is_live,
        "plain": plain_text(answer) if is_live and is_done else "",
        "formatted": formatted_html(answer) if is_live and is_done else "",
        "exchange": exchange,
        "sentences": answer.sentences,
        "cited_sources": lambda sentence: cited_sources(sentence, answer),
        "checked": sum(1 for sentence in answer.sentences if sentence.supported and sentence.citations),
        "files": saved_files(answer) if is_live and is_done else (),
        "pictures": answer_pictures(answer, exchange.number, exchange.study_of) if exchange.is_whole else (),
        "address_of": address_of,
    }


def notice_html(message: str) -> str:
    """Return a problem as a notice in the answer's place."""
    return render("notice.html", message=message)


def sources_html(exchange: Exchange, *, is_shown: bool) -> str:
    """Return the cards of an exchange's sources and of its nearest abstracts; "" if it has neither."""
    values = sources_values(exchange)
    return render("sources.html", **values, is_shown=is_shown) if values else ""


def sources_values(exchange: Exchange) -> dict[str, Any]:
    """Return what the template of an exchange's sources shows; nothing if it has neither sources nor nearest ones."""
    answer = exchange.answer
    if answer is None or not (answer.sources or answer.nearest):
        return {}
    return {
        "turn": exchange.number,
        "question": exchange.question,
        "sources": [
            make_card(
                source,
                quotes_of(answer, source),
                cells=_cells(exchange, source),
                study=exchange.study_of(source.abstract),
            )
            for source in answer.sources
        ],
        "nearest": [
            make_card(source, is_nearest=True, study=exchange.study_of(source.abstract)) for source in answer.nearest
        ],
    }


def _cells(exchange: Exchange, source: Source) -> list[QuotedSpan]:
    """Return the words of a source that pictures, and the two sides of a verdict, lead to."""
    differences = exchange.answer.differences if exchange.answer else ()
    differing = [
        QuotedSpan(trait.citation.start, trait.citation.end, cell=f"differs-{number}")
        for number, difference in enumerate(differences)
        for trait in (*difference.supporting, *difference.against)
        if trait.source == source.number and trait.citation
    ]
    return [*effect_spans(exchange.study_of(source.abstract)), *differing]


def welcome_html(name: str, abstracts: int, examples: Sequence[str]) -> str:
    """Return the welcome of an empty conversation, with examples to click, or how to fill an empty library."""
    return render("welcome.html", name=name, abstracts=abstracts, examples=examples)


def cited_sources(sentence: Sentence | ShortAnswer, answer: Answer) -> list[Source]:
    """Return the sources that a sentence quotes, in order, each once; unknown numbers are left out."""
    by_number = {source.number: source for source in answer.sources}
    against = sentence.against if isinstance(sentence, Sentence) else ()
    numbers = dict.fromkeys(citation.source for citation in (*sentence.citations, *against))
    return [by_number[number] for number in numbers if number in by_number]


def saved_files(answer: Answer) -> list[SavedFile]:
    """Return the files to save an answer as, and its sources if it has any."""
    files = [
        data_file("answer.md", "Save as Markdown", "text/markdown", answer.to_markdown()),
        data_file("answer.json", "JSON", "application/json", to_json(answer)),
    ]
    if answer.sources:
        files += [
            data_file("sources.ris", "RIS", "application/x-research-info-systems", to_ris(answer.sources)),
            data_file("sources.bib", "BibTeX", "application/x-bibtex", to_bibtex(answer.sources)),
            data_file(
                "sources.csl.json", "CSL", "application/vnd.citationstyles.csl+json", to_csl_json(answer.sources)
            ),
            data_file("sources.csv", "CSV", "text/csv", to_csv(answer.sources)),
        ]
    return files


def data_file(name: str, label: str, media_type: str, text: str) -> SavedFile:
    """Return a file to save that holds a text."""
    return SavedFile(name, label, f"data:{media_type};charset=utf-8,{quote(text, safe='')}")


def table_files(table: StudyTable) -> list[SavedFile]:
    """Return the files to save a table of studies as."""
    return [
        SavedFile(
            f"studies{ending}", label, f"data:{media_type};base64,{b64encode(table_bytes(table, ending)).decode()}"
        )
        for ending, (label, media_type) in _TABLES.items()
    ]
