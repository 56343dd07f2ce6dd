"""Provenance of an answer: the settings that it depends on, kept with it so that it can be repeated."""

from __future__ import annotations

from index import Library, __version__
from index.search.hybrid import DENSE_WEIGHT
from qa.evidence.judge import judge
from qa.grounding import ANSWERS
from qa.language.synonyms import NEAR
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import NO_RERANKER
from qa.retrieval import MAX_SOURCES, PASSAGES


def provenance(library: Library, reranker: Reranker | None) -> dict[str, str | int | float]:
    """Return the version of AskAbstracts, the library's build settings, and the settings of search and scoring.

    `dense_weight` is the dense side's share of a fused score; `passages` and `sources` are the most of each; the
    reranker has the SHA-256 of its weights, or is "none". Thresholds: `answers_from` of the confidence, `backed_from`
    and `struck_below` of the judge's chance, `near_words` of the cosine of two words.
    """
    built = library.settings
    return {
        "version": __version__,
        "encoder": built.encoder,
        "encoder_sha256": built.encoder_sha256,
        "passage_tokens": built.passage_tokens,
        "dense_weight": DENSE_WEIGHT,
        "passages": PASSAGES,
        "sources": MAX_SOURCES,
        "answers_from": ANSWERS,
        "backed_from": judge().backed,
        "struck_below": judge().struck,
        "near_words": NEAR,
        "reranker": reranker.name if reranker else NO_RERANKER,
        "reranker_sha256": reranker.sha256 if reranker else "",
    }
