"""The test sets as abstracts and questions, and each as a real library that is built once and kept.

A corpus is whole where the measure wants it so; ids that are no PMIDs give way to row numbers, counted from 1.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from index import Abstract, Library, Progress, Section
from index.embedding.encoder import load_encoder
from index.embedding.pretrained import default_encoder
from index.errors import FileError
from index.records import from_json, to_json
from index.storage.build_settings import DEFAULT_PASSAGE_TOKENS
from index.storage.folder.index_caches import LEXICAL

SEED = 20261123
BIOASQ_QUESTIONS = 300
SAMPLES = Path(__file__).parents[1] / "samples"
_NOT_ASKED = frozenset({"unanswerable", "followup", "retracted"})
"""Kinds of questions of samples/ of which no abstract is a right source, or that do not stand alone."""
BACKGROUND = 6_000
"""BioASQ's records beside the relevant ones; all 34,924 take half an hour to embed on two cores."""

Part = Literal["train", "tune", "held aside"]

_EMBEDDED_BY = (
    "analysis/chunking.py",
    "analysis/sentences.py",
    "embedding/encoder.py",
    "embedding/openvino_runtime.py",
    "embedding/bert_graph.py",
    "ingest/batches.py",
)
"""The modules of `index` that decide what is embedded: a library that other ones built is built anew."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its relevant abstracts: PMID to grade, 1 and up."""

    id: str
    text: str
    relevant: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Abstracts, and questions with what is relevant among them; `note` says what was taken.

    `is_trained_on` when reranker and encoder learnt from some of the questions: no figures of them are told then.
    `base` is a corpus that lies in this one: its library is built once, and copied for each that it lies in.
    """

    name: str
    abstracts: tuple[Abstract, ...]
    questions: tuple[Question, ...]
    note: str
    base: Corpus | None = None
    is_trained_on: bool = False


def part_of(id_: str) -> Part:
    """Return which part a question of a test set is in: to train the reranker on, to tune by, or held aside from both.

    A digit of the id's SHA-1 says so: eleven sixteenths, two and three. The data sets' own halves go by another digit.
    """
    digit = int(hashlib.sha1(id_.encode("utf-8")).hexdigest()[-2], 16)
    return "tune" if digit < 2 else "held aside" if digit < 5 else "train"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a JSON Lines file, gzipped or plain. Raises FileError when there is none."""
    return list(each_row(path))


def each_row(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of such a file, one at a time."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); name the folder that holds it by --data") from error


def own() -> Corpus:
    """Return samples/ with those of its questions that have an answer and stand alone: the set that is always here."""
    questions = [
        Question(str(number), row["question"], dict.fromkeys(row["pmids"], 1))
        for number, row in enumerate(read_rows(SAMPLES / "questions.jsonl"), start=1)
        if row["kind"] not in _NOT_ASKED
    ]
    abstracts = sample_abstracts()
    return _corpus("samples", abstracts, questions, f"{len(abstracts)} abstracts in our own words")


def sample_abstracts() -> list[Abstract]:
    """Return the abstracts of samples/."""
    return [from_json(row) for row in read_rows(SAMPLES / "abstracts.jsonl")]


def scifact(folder: Path) -> Corpus:
    """Return SciFact whole, with the claims of its dev part, which BEIR's published figures are about."""
    rows, claims = read_rows(folder / "scifact" / "corpus.jsonl.gz"), read_rows(folder / "scifact" / "claims.jsonl")
    return scifact_from(rows, claims)


def scifact_held_aside(folder: Path) -> Corpus:
    """Return SciFact whole, with the claims of either part that the reranker was not trained on."""
    rows, claims = read_rows(folder / "scifact" / "corpus.jsonl.gz"), read_rows(folder / "scifact" / "claims.jsonl")
    return scifact_from(rows, claims, held_aside=True)


def scifact_from(
    rows: Sequence[Mapping[str, Any]], claims: Iterable[Mapping[str, Any]], *, held_aside: bool = False
) -> Corpus:
    """Return the corpus of SciFact's rows, with the claims of its dev part or with those that are held aside."""
    pmid = _row_numbers(rows)
    abstracts = [_abstract(pmid[row["id"]], row["title"], " ".join(row["sentences"])) for row in rows]
    questions = [
        Question(claim["id"], claim["claim"], {pmid[id_]: 1 for id_ in claim["cited_doc_ids"]})
        for claim in claims
        if (part_of(claim["id"]) == "held aside" if held_aside else claim["part"] == "dev")
    ]
    which = "claims held aside" if held_aside else "claims of part dev"
    corpus = _corpus("SciFact", abstracts, questions, f"{len(rows):,} abstracts, {which}")
    return replace(corpus, is_trained_on=not held_aside)


def cystic_fibrosis(folder: Path) -> Corpus:
    """Return the cystic fibrosis collection whole; a grade is the four judges' marks added up, 1 to 8."""
    here = folder / "cystic-fibrosis"
    return cystic_fibrosis_from(read_rows(here / "corpus.jsonl.gz"), read_rows(here / "questions.jsonl"))


def cystic_fibrosis_from(rows: Sequence[Mapping[str, Any]], asked: Iterable[Mapping[str, Any]]) -> Corpus:
    """Return the corpus of the cystic fibrosis rows."""
    pmid = _row_numbers(rows)
    abstracts = [_abstract(pmid[row["id"]], row["title"], row["abstract"] or "") for row in rows]
    questions = [
        Question(row["id"], row["question"], {pmid[id_]: grade for id_, grade in row["relevance"].items() if grade})
        for row in asked
    ]
    return _corpus("cystic fibrosis", abstracts, questions, f"{len(rows):,} abstracts, graded relevance")


def bioasq(
    folder: Path, *, background: int = BACKGROUND, by_passage: bool = False, part: Part = "held aside"
) -> Corpus:
    """Return a seeded sample of a part of BioASQ's questions, their records, and as many others as are told."""
    here = folder / "bioasq"
    rows = read_rows(here / "passages.jsonl.gz")
    asked = [row for row in read_rows(here / "questions.jsonl") if part_of(row["id"]) == part]
    make = bioasq_passages_from if by_passage else bioasq_from
    return make(rows, asked, sample=BIOASQ_QUESTIONS, background=background)


def bioasq_from(
    rows: Iterable[Mapping[str, Any]], asked: Iterable[Mapping[str, Any]], *, sample: int, background: int
) -> Corpus:
    """Return the corpus of BioASQ's rows by PMID: the passages of one record joined in their order, titles as title.

    Relevant are the records of a question that have a passage; questions with none are never drawn.
    """
    records = by_pmid(rows)
    by_id = {row["id"]: row for row in asked}
    relevant = {id_: {pmid: 1 for pmid in row["pmids"] if pmid in records} for id_, row in by_id.items()}
    dice = random.Random(SEED)
    answerable = sorted(id_ for id_, pmids in relevant.items() if pmids)
    drawn = sorted(dice.sample(answerable, min(sample, len(answerable))))
    wanted = {pmid for id_ in drawn for pmid in relevant[id_]}
    others = sorted(set(records) - wanted, key=int)
    kept = sorted(wanted | set(dice.sample(others, min(background, len(others)))), key=int)
    note = (
        f"drawn of {len(answerable):,}; their {len(wanted):,} records among "
        f"{len(kept) - len(wanted):,} of the {len(others):,} others"
    )
    questions = [Question(id_, by_id[id_]["question"], relevant[id_]) for id_ in drawn]
    return _corpus("BioASQ by PMID", [joined(pmid, records[pmid]) for pmid in kept], questions, note)


def bioasq_passages_from(
    rows: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]], *, sample: int, background: int
) -> Corpus:
    """Return the corpus of BioASQ's rows, each a record of its own: the same sample as `bioasq_from`'s."""
    whole = bioasq_from(rows, asked, sample=sample, background=background)
    kept, number, by_id = {one.pmid for one in whole.abstracts}, _row_numbers(rows), {row["id"]: row for row in asked}
    passages = [_abstract(number[row["id"]], "", row["text"]) for row in rows if row["pmid"] in kept]
    questions = [
        Question(one.id, one.text, {number[id_]: 1 for id_ in by_id[one.id]["passages"] if id_ in number})
        for one in whole.questions
    ]
    return _corpus(
        "BioASQ passages", passages, questions, f"{len(passages):,} passages; {whole.note.partition('; ')[2]}"
    )


def with_background(corpus: Corpus, folder: Path) -> Corpus:
    """Return a corpus among the plain abstracts of abstracts/; of a record in both, the corpus's own stands."""
    base = _corpus("abstracts", plain_abstracts(folder), (), "")
    together = {one.pmid: one for one in (*base.abstracts, *corpus.abstracts)}
    others = len(together) - len(corpus.abstracts)
    note = f"{corpus.note}; among {others:,} other abstracts"
    return replace(corpus, name=f"{corpus.name} among others", abstracts=tuple(together.values()), note=note, base=base)


def plain_library(folder: Path, work: Path) -> Path:
    """Return the library of the plain abstracts of abstracts/, built under `work` unless it is there."""
    return build_library(_corpus("abstracts", plain_abstracts(folder), (), ""), work)


def plain_abstracts(folder: Path) -> list[Abstract]:
    """Return the plain abstracts of abstracts/."""
    rows = read_rows(folder / "abstracts" / "abstracts.jsonl.gz")
    return [_abstract(row["pmid"], row["title"], row["abstract"] or "") for row in rows]


def covidqa_from(rows: Sequence[Mapping[str, Any]], asked: Iterable[Mapping[str, Any]]) -> Corpus:
    """Return COVID-QA's articles whole, the first line of each as its title, with its questions."""
    pmid = _row_numbers(rows)
    parts = [(pmid[row["id"]], row["text"].strip().partition("\n")) for row in rows]
    abstracts = [
        _abstract(number, " ".join(title.split()), " ".join(text.split())) for number, (title, _, text) in parts
    ]
    questions = [Question(row["id"], row["question"], {pmid[row["doc_id"]]: 1}) for row in asked]
    return _corpus("COVID-QA", abstracts, questions, f"{len(rows):,} whole articles")


def build_library(corpus: Corpus, work: Path) -> Path:
    """Return the folder of a corpus's library, built under `work` unless one of the same making is there."""
    lines = _lines(corpus.abstracts)
    folder = work / f"{corpus.name.replace(' ', '-').lower()}-{_making(lines)}"
    if (folder / "whole").is_file():
        shutil.rmtree(
            folder / "library" / LEXICAL, ignore_errors=True
        )  # terms may have changed; it comes back in seconds
        return folder / "library"
    folder.mkdir(parents=True, exist_ok=True)
    if corpus.base and not (folder / "library").is_dir():
        shutil.copytree(build_library(corpus.base, work), folder / "copying", dirs_exist_ok=True)
        (folder / "copying").rename(folder / "library")
    (folder / "abstracts.jsonl").write_text(lines, encoding="utf-8")
    with Library.open(folder / "library", create=True) as library:  # goes on where an interrupted run stopped
        report = library.add(files=[folder / "abstracts.jsonl"], on_progress=_say)
    sys.stderr.write("\n")
    if report.failed:
        raise FileError(f"{len(report.failed)} abstracts of {corpus.name} could not be read; mend the parser")
    (folder / "whole").touch()
    return folder / "library"


def _lines(abstracts: Iterable[Abstract]) -> str:
    return "".join(json.dumps(to_json(abstract), ensure_ascii=False) + "\n" for abstract in abstracts)


def _making(lines: str) -> str:
    """Return a short digest of all that a library's passages and vectors come from."""
    digest = hashlib.sha256(lines.encode("utf-8"))
    digest.update(f"{load_encoder(default_encoder()).sha256} {DEFAULT_PASSAGE_TOKENS}".encode())
    for module in _EMBEDDED_BY:
        digest.update((Path(__file__).parents[1] / "index" / module).read_bytes())
    return digest.hexdigest()[:12]


def _say(progress: Progress) -> None:
    sys.stderr.write(f"\r{progress.doing}: {progress.done:,} abstracts")
    sys.stderr.flush()


def _row_numbers(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {row["id"]: str(number) for number, row in enumerate(rows, start=1)}


def _abstract(pmid: str, title: str, text: str) -> Abstract:
    return Abstract(pmid, title, (Section("", "", text),) if text.strip() else ())


def by_pmid(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return BioASQ's passages by the record they are of."""
    records: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        records.setdefault(row["pmid"], []).append(row)
    return records


def joined(pmid: str, passages: Iterable[Mapping[str, Any]]) -> Abstract:
    """Return the passages of one record as one abstract, in their order."""
    ordered = sorted(passages, key=lambda row: (row["start"], row["end"], row["id"]))
    parts = {kind: " ".join(row["text"] for row in ordered if row["section"] == kind) for kind in ("title", "abstract")}
    return _abstract(pmid, parts["title"], parts["abstract"])


def _corpus(name: str, abstracts: Sequence[Abstract], questions: Sequence[Question], note: str) -> Corpus:
    return Corpus(name, tuple(abstracts), tuple(questions), f"{len(questions)} questions; {note}")
