"""How well search finds the relevant abstracts, beside plain BM25 and LangChain: python -m evals retrieval

SciFact (comparable with BEIR; and the claims that the reranker never saw), cystic fibrosis (graded), BioASQ by PMID and
by passage (a sample), each by itself or among other abstracts, and a small set of our own, which needs no data. Every
row ranks abstracts, 100 a question; the measures are ir-measures', nDCG with the grade itself as gain.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

from evals.corpora import (
    BACKGROUND,
    Corpus,
    Question,
    bioasq,
    build_library,
    cystic_fibrosis,
    own,
    scifact,
    scifact_held_aside,
    with_background,
)
from evals.peers.retrieval import TOP, Ranker, langchain_faiss, plain_bm25
from evals.report import Figures, library_settings, parser_of, say, show, table, versions, write_results
from index import Library
from index.embedding.pretrained import DEFAULT_ENCODER
from index.errors import InputError
from index.search.query import Mode
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import load_reranker
from qa.retrieval import Ranking, as_sources, rank_abstracts, retrieve

MEASURES = {"nDCG@10": "nDCG@10", "recall@10": "R@10", "recall@100": "R@100", "MRR": "RR"}
"""The columns, and what ir-measures calls them."""

BM25, LANGCHAIN = "BM25, plain words", "LangChain FAISS"
RERANKED = "ours, hybrid, reranked"
SETS = ("samples", "scifact", "scifact-held-aside", "cystic-fibrosis", "bioasq", "bioasq-passages")
_PEERS: dict[str, tuple[Callable[[Corpus, Path], Ranker], str]] = {
    BM25: (plain_bm25, "bm25s"),
    LANGCHAIN: (langchain_faiss, "langchain-community langchain-huggingface langchain-text-splitters"),
}
"""The rows of others, and what to install for them."""
_VARIANTS = {
    "dense weight .45": Ranking(dense_weight=0.45),
    "dense weight .5": Ranking(dense_weight=0.5),
    "dense weight .65": Ranking(dense_weight=0.65),
    "BM25 of the best passage": Ranking(by_whole_abstract=False),
    "like names not told apart": Ranking(names_the_like=0.0),
    "like names twice as far apart": Ranking(names_the_like=0.3),
}
"""What else could have been chosen, each a change of one thing."""
_PACKAGES = (
    "ir-measures", "bm25s", "langchain-community", "langchain-huggingface", "langchain-text-splitters",
    "sentence-transformers", "openvino", "faiss-cpu", "tantivy",
)  # fmt: skip


def our_ranker(
    library: Library, mode: Mode, *, ranking: Ranking = Ranking(), reranker: Reranker | None = None
) -> Ranker:
    """Return our search over a library: as the assistant searches, or one side of it alone."""

    def rank(question: str) -> list[str]:
        if mode == "hybrid":
            sources = retrieve(library, question, top=TOP, ranking=ranking, reranker=reranker)
        else:
            sources = as_sources(rank_abstracts(library, library.search(question, top=4 * TOP, mode=mode), most=TOP))
        return [source.abstract.pmid for source in sources]

    return rank


def measure(questions: Sequence[Question], rankings: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return the means over the questions; one without a ranking counts as found nothing."""
    import ir_measures

    relevant = {one.id: dict(one.relevant) for one in questions}
    # the measures want scores: each place its own, so that no tie is broken for us
    run = {id_: {pmid: float(-place) for place, pmid in enumerate(ranking)} for id_, ranking in rankings.items()}
    means = ir_measures.calc_aggregate([ir_measures.parse_measure(one) for one in MEASURES.values()], relevant, run)
    by_name = {str(one): float(mean) for one, mean in means.items()}
    return {column: by_name[name] for column, name in MEASURES.items()}


def evaluate(corpus: Corpus, rank: Ranker) -> dict[str, float]:
    """Return the measures of one ranker."""
    return measure(corpus.questions, {question.id: rank(question.text) for question in corpus.questions})


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows a table has beside our own: peers left out, variants, and a reranker to read what our search finds."""

    left_out: Sequence[str] = ()
    reranker: Reranker | None = None
    with_variants: bool = False


def compare(corpus: Corpus, library: Library, work: Path, *, wanted: Rows) -> dict[str, Figures | str]:
    """Return every row of a corpus's table; a peer that is left out or not installed says so."""
    ours = {f"ours, {mode}": our_ranker(library, mode) for mode in get_args(Mode)}
    if wanted.with_variants:
        ours |= {name: our_ranker(library, "hybrid", ranking=ranking) for name, ranking in _VARIANTS.items()}
    rows: dict[str, Figures | str] = {}
    if wanted.reranker and corpus.is_trained_on:
        rows[RERANKED] = "left out: it learnt from some of these questions"
    elif wanted.reranker:
        ours[RERANKED] = our_ranker(library, "hybrid", reranker=wanted.reranker)
    for name, rank in ours.items():
        if corpus.is_trained_on and name != "ours, lexical" and library.settings.encoder == DEFAULT_ENCODER:
            rows[name] = "left out: its encoder learnt from some of these questions"
            continue
        rows[name] = evaluate(corpus, rank)
        say(f"{corpus.name}: {name} done")
    for name, (make, packages) in _PEERS.items():
        if name in wanted.left_out:
            rows[name] = "left out"
            continue
        try:
            rows[name] = evaluate(corpus, make(corpus, work))
        except ImportError:
            rows[name] = f"not installed: pip install {packages}"
        say(f"{corpus.name}: {name} done")
    return rows


def run(name: str, corpus: Corpus, work: Path, *, wanted: Rows = Rows()) -> str:
    """Measure one set, write its JSON and return its table."""
    started = time.perf_counter()
    say(f"{corpus.name}: {corpus.note}")
    with Library.open(build_library(corpus, work)) as library:
        rows = compare(corpus, library, work, wanted=wanted)
        settings = library_settings(library)
    result = {
        "table": "retrieval",
        "set": corpus.name,
        "taken": corpus.note,
        "rows": rows,
        "settings": settings
        | {"top": TOP}
        | ({"reranker": wanted.reranker.name, "reranker_sha256": wanted.reranker.sha256} if wanted.reranker else {}),
        "seconds": round(time.perf_counter() - started, 1),
        "versions": versions(_PACKAGES),
    }
    write_results(f"retrieval-{name}", result)
    return table(f"{corpus.name}: {corpus.note}", list(MEASURES), rows)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables, each as soon as it is measured."""
    parser = parser_of("retrieval", __doc__, "--data", "--work", "--reranker")
    parser.add_argument(
        "--sets", nargs="+", choices=SETS, metavar="SET", help=f"of {', '.join(SETS)} (those there are)"
    )
    parser.add_argument("--among-others", action="store_true", help="with the abstracts of abstracts/ as background")
    parser.add_argument(
        "--limit-background", type=int, default=BACKGROUND, metavar="N", help=f"BioASQ's other records ({BACKGROUND})"
    )
    parser.add_argument("--without-langchain", action="store_true", help="its rows take most of the time")
    parser.add_argument("--variants", action="store_true", help="a row for each thing that could be done otherwise")
    arguments = parser.parse_args(argv)
    if find_spec("ir_measures") is None:
        raise InputError("the measures are not installed; run: pip install -r evals/requirements.txt")
    background = arguments.limit_background
    rerankers: dict[str, Callable[[], Corpus]] = {
        "samples": own,
        "scifact": lambda: scifact(arguments.data),
        "scifact-held-aside": lambda: scifact_held_aside(arguments.data),
        "cystic-fibrosis": lambda: cystic_fibrosis(arguments.data),
        "bioasq": lambda: bioasq(arguments.data, background=background),
        "bioasq-passages": lambda: bioasq(arguments.data, background=background, by_passage=True),
    }
    reranker = load_reranker(arguments.reranker)
    wanted = Rows([LANGCHAIN] if arguments.without_langchain else [], reranker, arguments.variants)
    for name in arguments.sets or (SETS if arguments.data.is_dir() else SETS[:1]):
        corpus = rerankers[name]()
        if arguments.among_others:
            name, corpus = f"{name}-among-others", with_background(corpus, arguments.data)
        show(run(name, corpus, arguments.work, wanted=wanted) + "\n")
