"""What an answer depends on beside its question, library and filters: kept with it, so that it can be repeated."""

from __future__ import annotations

from index import Library, __version__
from index.search.hybrid import DENSE_WEIGHT
from qa.grounding import ANSWERS, SUPPORTS_COSINE, SUPPORTS_COVERAGE
from qa.language.synonyms import NEAR
from qa.reranking.protocol import Reranker
from qa.reranking.reranker import NO_RERANKER
from qa.retrieval import MAX_SOURCES, PASSAGES

Settings = dict[str, str | int | float]


def settings_of(library: Library, reranker: Reranker | None) -> Settings:
    """Return the version of AskAbstracts, what the library was built with, and how it is searched and weighed.

    `dense_weight` is the dense side's share of a fused score; `passages` and `sources` are the most that are looked at;
    the reranker stands there with the SHA-256 of its weights, or as "none"; `answers_from` is the confidence, and the
    other three the cosine, the share of words, and the cosine of two words, below which nothing counts.
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
        "supports_cosine": SUPPORTS_COSINE,
        "supports_coverage": SUPPORTS_COVERAGE,
        "near_words": NEAR,
        "reranker": reranker.name if reranker else NO_RERANKER,
        "reranker_sha256": reranker.sha256 if reranker else "",
    }
