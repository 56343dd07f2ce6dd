"""How well it is told what the abstracts do not say: python -m evals abstention

BioASQ's questions, each asked twice: with its relevant abstracts among the sources, and with them taken out. To refuse
is right when they are out. The same run counts how often what is cited with them in is relevant.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.corpora import BACKGROUND, SEED, Corpus, Question, bioasq, build_library, own
from evals.report import OURS, WITH_RERANKER, library_settings, parser_of, say, show, table, versions, write_results
from index import Library
from index.search.query import Query
from qa.evidence.relation import sought_relation
from qa.evidence.reranked import read_yes_or_no, rerank_evidence
from qa.evidence.scoring import Evidence
from qa.generation import extractive
from qa.generation.spelling import respelled
from qa.grounding import answering, to_the_point, with_yes_or_no
from qa.question.analysis import analyse
from qa.question.records import QuestionAnalysis
from qa.reranking.entailment import entailment_beside
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import load_reranker
from qa.retrieval import MAX_SOURCES, RERANKED, RankedAbstract, as_sources, find, rerank

COLUMNS = ("precision", "recall", "F1", "AUROC", "refused, in", "refused, out")
CITED_COLUMNS = ("answered", "first cited", "all cited", "cited a question")
_TOP = 40
"""Abstracts found for a question, so that eight are left when the relevant ones are dropped."""
_PACKAGES = ("scikit-learn", "sentence-transformers", "openvino", "faiss-cpu", "tantivy", "numpy")


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question asked once: the highest confidence, whether it was refused, what was cited.

    `cited` are PMIDs in the order of the answer, each once; `found` is how many relevant abstracts the sources held.
    """

    is_relevant_in: bool
    confidence: float
    is_refused: bool
    cited: tuple[str, ...]
    relevant: frozenset[str]
    found: int


def ask(library: Library, question: Question, reranker: Reranker | None) -> tuple[Asked, Asked]:
    """Return a question asked with its relevant abstracts in and with them out."""
    relevant = frozenset(question.relevant)
    analysis = analyse(question.text, encoder=library.encoder)
    asked = analysis.text or question.text
    spelling = respelled(asked, library, known=library.parse(asked).names)
    query = library.parse(spelling.text if spelling else asked)
    found = find(library, query, most=max(_TOP, RERANKED + len(relevant)))
    return (
        _ask(library, analysis, query, found, relevant, reranker=reranker, is_relevant_in=True),
        _ask(library, analysis, query, without(found, relevant), relevant, reranker=reranker, is_relevant_in=False),
    )


def without(found: Sequence[RankedAbstract], pmids: frozenset[str]) -> list[RankedAbstract]:
    """Return the abstracts that are not of these PMIDs."""
    return [one for one in found if one.abstract.pmid not in pmids]


def confidence(evidence: Sequence[Evidence]) -> float:
    """Return the highest confidence of evidence whose abstract names all that the question names; 0 without any."""
    return max((one.confidence for one in evidence if not one.missing_names), default=0.0)


def refusing(asked: Sequence[Asked]) -> dict[str, float | int]:
    """Return the figures of refusing, where refusing is right when the relevant abstracts are out."""
    from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

    is_out = [not one.is_relevant_in for one in asked]
    is_refused = [one.is_refused for one in asked]
    precision, recall, f1, _ = precision_recall_fscore_support(is_out, is_refused, average="binary", zero_division=0)
    return {
        "precision": float(precision),
        "recall": float(recall),
        "F1": float(f1),
        "AUROC": float(roc_auc_score(is_out, [-one.confidence for one in asked])),
        "refused, in": sum(one.is_refused and one.is_relevant_in for one in asked),
        "refused, out": sum(one.is_refused and not one.is_relevant_in for one in asked),
    }


def citing(asked: Sequence[Asked]) -> dict[str, float | int]:
    """Return, of the answers given with the relevant abstracts in, how much of what they cite is relevant."""
    answers = [one for one in asked if one.is_relevant_in and one.cited]
    cited = sum(len(one.cited) for one in answers)
    return {
        "answered": len(answers),
        "first cited": sum(one.cited[0] in one.relevant for one in answers) / max(len(answers), 1),
        "all cited": sum(len(one.relevant & set(one.cited)) for one in answers) / max(cited, 1),
        "cited a question": cited / max(len(answers), 1),
    }


def thresholds(asked: Sequence[Asked]) -> dict[str, float]:
    """Return the confidence at which precision and recall of refusing come nearest to one another, and both there.

    It says where this sample would set the operating point; it is never used to set it.
    """
    outs = sum(not one.is_relevant_in for one in asked)
    best = {"confidence": 0.0, "precision": 1.0, "recall": 0.0}
    for threshold in sorted({one.confidence for one in asked}):
        refused = [one for one in asked if one.confidence < threshold]
        right = sum(not one.is_relevant_in for one in refused)
        precision, recall = right / len(refused) if refused else 1.0, right / outs
        if abs(precision - recall) < abs(best["precision"] - best["recall"]):
            best = {"confidence": threshold, "precision": precision, "recall": recall}
    return best


def run(corpus: Corpus, work: Path, reranker: Reranker | None) -> str:
    """Ask everything twice, without the reranker and with it, write the JSON and return the two tables."""
    started = time.perf_counter()
    say(f"{corpus.name}: {corpus.note}")
    with Library.open(build_library(corpus, work)) as library:
        asked = {name: _all(library, corpus.questions, one) for name, one in _rerankers(reranker).items()}
        settings = library_settings(library)
    figures = {name: refusing(these) for name, these in asked.items()}
    citations = {name: citing(these) for name, these in asked.items()}
    meeting = {name: thresholds(these) for name, these in asked.items()}
    result = {
        "table": "abstention",
        "set": corpus.name,
        "taken": corpus.note,
        "refusing": figures,
        "citing": citations,
        "precision meets recall": meeting,
        "relevant among the sources": {
            name: sum(one.found > 0 for one in these if one.is_relevant_in) for name, these in asked.items()
        },
        "settings": settings
        | {"seed": SEED, "sources": MAX_SOURCES, "reranker_sha256": reranker.sha256 if reranker else ""},
        "seconds": round(time.perf_counter() - started, 1),
        "versions": versions(_PACKAGES),
    }
    write_results("abstention", result)
    return "\n\n".join(
        (
            table(f"Refusing, {corpus.name}: {corpus.note}", COLUMNS, figures),
            table("Where precision and recall meet", ("confidence", "precision", "recall"), meeting),
            table("Citing: the share of cited PMIDs that are relevant", CITED_COLUMNS, citations),
        )
    )


def _rerankers(reranker: Reranker | None) -> dict[str, Reranker | None]:
    return {OURS: None} | ({WITH_RERANKER: reranker} if reranker else {})


def _all(library: Library, questions: Sequence[Question], reranker: Reranker | None) -> list[Asked]:
    asked: list[Asked] = []
    for number, question in enumerate(questions, start=1):
        asked += ask(library, question, reranker)
        if number % 50 == 0:
            say(f"asked {number} of {len(questions)}")
    return asked


def _ask(
    library: Library,
    analysis: QuestionAnalysis,
    query: Query,
    found: Sequence[RankedAbstract],
    relevant: frozenset[str],
    *,
    reranker: Reranker | None,
    is_relevant_in: bool,
) -> Asked:
    sought = sought_relation(analysis)
    sources = as_sources(rerank(found, query.normalized, reranker) if reranker else found)[:MAX_SOURCES]
    evidence = rerank_evidence(query, sources, library=library, sought=sought, reranker=reranker)
    if analysis.kind == "yes/no":
        evidence = read_yes_or_no(analysis.text, evidence, entailment_beside(reranker))
        able = with_yes_or_no(answering(evidence), evidence)
    else:
        able = answering(evidence)
    fitting = to_the_point(able, sought, beside=evidence)
    sentences = extractive.compose(fitting) if fitting else []
    cited = tuple(dict.fromkeys(one.pmid for sentence in sentences for one in sentence.citations))
    among = sum(source.abstract.pmid in relevant for source in sources)
    return Asked(is_relevant_in, confidence(evidence), not fitting, cited, relevant, among)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = parser_of("abstention", __doc__, "--data", "--work", "--reranker")
    parser.add_argument(
        "--limit-background", type=int, default=BACKGROUND, metavar="N", help=f"BioASQ's other records ({BACKGROUND})"
    )
    arguments = parser.parse_args(argv)
    is_there = (arguments.data / "bioasq").is_dir()
    corpus = bioasq(arguments.data, background=arguments.limit_background) if is_there else own()
    show(run(corpus, arguments.work, load_reranker(arguments.reranker)))
