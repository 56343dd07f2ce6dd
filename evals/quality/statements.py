"""How well a language model's sentences are told apart: python -m evals statements

A set holds sentences as a language model writes them, each with the abstracts that it cites: good ones that merge and
paraphrase, plain ones, and wrong ones with one slip. Good and plain ones should be backed, wrong ones should not, and
those that an abstract contradicts should be struck.

The judge in the box learnt from the set that is given out. So its sentences are told twice: by it, and by judges each
of which saw nothing of the sentence's question (--seen leaves that out); another set (--cases) is told by it alone,
without what it learnt of it: --cases training is the part held aside of our own sentences.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corpora import Corpus, build_library, read_rows
from evals.report import Figures, library_settings, parser_of, say, show, table, versions, write_results
from index import Abstract, Filters, Library, Section
from qa.answer import Sentence, Source
from qa.evidence.judge import SentenceJudge
from qa.evidence.reranked import rerank_evidence
from qa.evidence.scoring import Evidence
from qa.grounding import DraftSentence, ground
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import load_reranker
from qa.retrieval import retrieve

COLUMNS = ("sentences", "backed", "not matched", "struck", "milliseconds")
_PACKAGES = ("openvino", "numpy", "scikit-learn")
_TITLE = "Sentences of language models, by what was told of them"
_BY_THE_BOX, _BY_OTHERS = "by the judge in the box", "by judges that saw nothing of their question"


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the set with what was told of its sentence, and in how many seconds."""

    row: Mapping[str, Any]
    sentence: Sentence
    seconds: float


def abstracts_of(rows: Sequence[Mapping[str, Any]], data: Path) -> list[Abstract]:
    """Return the abstracts that the rows' questions are asked of, from the test sets that they are in."""
    wanted = {(corpus, pmid): None for row in rows for pmid, corpus in row["sources"].items()}
    texts = {
        (corpus, row.get("pmid") or row["id"]): (row.get("title", ""), read(row))
        for corpus, (file, read) in _CORPORA.items()
        for row in read_rows(data / corpus / file)
    }
    return [Abstract(key[1], texts[key][0], (Section("", "", texts[key][1]),)) for key in wanted]


_CORPORA: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "abstracts": ("abstracts.jsonl.gz", lambda row: row["abstract"]),
    "pubmedqa": ("corpus.jsonl.gz", lambda row: row["text"]),
    "scifact": ("corpus.jsonl.gz", lambda row: " ".join(row["sentences"])),
}
"""The test sets that a set's sentences are on, with their files and what of a row is the abstract's text."""


def to_measure(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows but those that a set marks as learnt from."""
    return [row for row in rows if row.get("part") != "train"]


def by_question(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rows by the question that they answer."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["question"], []).append(row)
    return groups


def evidence_of(question: str, pmids: Sequence[str], library: Library, reranker: Reranker | None) -> list[Evidence]:
    """Return the sentences of a question's own abstracts: how they are found is not measured here."""
    sources = retrieve(library, question, filters=Filters(pmids=tuple(pmids)), reranker=reranker)
    missing = [pmid for pmid in pmids if pmid not in {source.abstract.pmid for source in sources}]
    others = [Source(len(sources) + at, library.get(pmid)) for at, pmid in enumerate(missing, start=1)]
    return rerank_evidence(question, [*sources, *others], library=library, reranker=reranker)


def tell(
    rows: Sequence[Mapping[str, Any]],
    library: Library,
    reranker: Reranker | None,
    judges: Mapping[str, SentenceJudge] | None = None,
) -> list[Told]:
    """Return what is told of each sentence against the abstracts that it cites, by the judge of its group if given."""
    told = []
    for question, asked in by_question(rows).items():
        evidence = evidence_of(question, asked[0]["group"], library, reranker)
        number = {one.source.abstract.pmid: one.source.number for one in evidence}
        for row in asked:
            draft = DraftSentence(row["text"], tuple(number[pmid] for pmid in row["cites"]))
            by = judges[group_of(row)] if judges else None
            started = time.perf_counter()
            sentence = ground(draft, evidence, library=library, reranker=reranker, by=by)
            told.append(Told(row, sentence, time.perf_counter() - started))
    return told


def group_of(row: Mapping[str, Any]) -> str:
    """Return the group of a row, that of its question: "g01" of "g01-good-01"."""
    return str(row["id"]).partition("-")[0]


def figures(told: Sequence[Told]) -> Figures:
    """Return the shares of the three verdicts among some sentences, and the median time of a verdict."""
    verdicts = Counter(one.sentence.verdict for one in told)
    times = sorted(one.seconds for one in told)
    return {
        "sentences": len(told),
        "backed": verdicts["backed"] / len(told),
        "not matched": verdicts["not matched"] / len(told),
        "struck": verdicts["contradicted"] / len(told),
        "milliseconds": round(1000 * times[len(times) // 2], 1),
    }


def rows_of_table(told: Sequence[Told]) -> dict[str, Figures]:
    """Return the figures by style; of wrong sentences also by manner, verdict and kind, of good ones by kind."""
    groups: dict[str, list[Told]] = {}
    for one in told:
        row = one.row
        groups.setdefault(row["style"], []).append(one)
        if row["style"] == "wrong":
            for name in (row["manner"], row["verdict"], row["kind"]):
                groups.setdefault(f"wrong, {name}", []).append(one)
        else:
            for name in row["kind"].split("+"):
                groups.setdefault(f"{row['style']}, {name}", []).append(one)
    return {name: figures(group) for name, group in sorted(groups.items())}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, and with --show what was told wrongly."""
    parser = parser_of("statements", __doc__, "--data", "--work", "--reranker")
    parser.add_argument("--cases", type=Path, metavar="DIR", help="a set: statements.jsonl (that of the test sets)")
    parser.add_argument("--show", action="store_true", help="print each sentence that was told wrongly, and why")
    parser.add_argument(
        "--seen", action="store_true", help="by the judge in the box alone, which saw the set given out"
    )
    arguments = parser.parse_args(argv)
    rows = to_measure(read_rows((arguments.cases or arguments.data / "statements") / "statements.jsonl"))
    reranker = load_reranker(arguments.reranker)
    corpus = Corpus("statements", tuple(abstracts_of(rows, arguments.data)), (), "")
    with Library.open(build_library(corpus, arguments.work)) as library:
        by_table = {_BY_THE_BOX: tell(rows, library, reranker)}
        if not (arguments.seen or arguments.cases):
            from training.judge import learnt

            judges = learnt(arguments.data, arguments.work, reranker, say).unseen()
            by_table[_BY_OTHERS] = tell(rows, library, reranker, judges)
        settings = library_settings(library)
    tables = {name: rows_of_table(told) for name, told in by_table.items()}
    made = {"table": "statements", "rows": tables, "settings": settings, "versions": versions(_PACKAGES)}
    write_results("statements", made)
    show("\n\n".join(table(f"{_TITLE}, {name}", COLUMNS, by_row) for name, by_row in tables.items()))
    for one in [*by_table.values()][-1] if arguments.show else ():
        if one.sentence.supported == (one.row["style"] == "wrong"):
            told_of = f"{one.sentence.verdict}, {one.sentence.objection}"
            show(f"{one.row['id']} {one.row['kind']}: {told_of}: {one.row['text']}")
