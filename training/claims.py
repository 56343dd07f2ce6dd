"""Claims that nobody labelled, with the sentences found for them: what a teacher says of them is learnt."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from evals.corpora import SEED, build_library, read_rows, scifact_from
from index import Abstract, Library
from index.analysis.sentences import sentence_spans
from qa.answer import Source
from qa.evidence.scoring import gather
from qa.retrieval import retrieve
from training.changes import contradicting
from training.lists import TRAIN, UNLABELLED, Text, TextList
from training.sources import STATES, every, evidence_texts, licensed, plain_corpus, titled

_TAKEN, _NEAR = 2_000, 5
"""Titles taken of each corpus, and abstracts found beside a title's own."""
_OWN, _OTHERS = 14, 10
"""The most sentences of the claim's own abstract, and of others."""
_TURNED = 0.4


def claim_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Titles that state something, some of them turned round, with sentences of their abstract and of others near it.

    The abstracts are those of SciFact's corpus and the plain ones that may be learnt from; no question of a test set
    is looked at.
    """
    rows, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    dice = random.Random(SEED + 2)
    for corpus, pmids in ((scifact_from(rows, claims), None), (plain_corpus(data), licensed(data))):
        with Library.open(build_library(corpus, work)) as library:
            able = [one for one in corpus.abstracts if (pmids is None or one.pmid in pmids) and states(one)]
            for abstract in every(dice.sample(able, min(_TAKEN, len(able))), "claims"):
                yield claim_list(abstract, library, dice)


def states(abstract: Abstract) -> bool:
    """Tell whether a title states something of an abstract that is long enough to bear it out."""
    return titled(abstract) and not abstract.title.rstrip().endswith("?") and STATES.search(abstract.title) is not None


def claim_list(abstract: Abstract, library: Library, dice: random.Random) -> TextList:
    """Return a title as a claim, or turned round, with the sentences of its abstract and the best of others near it."""
    claim = abstract.title.rstrip(". ")
    turned = contradicting(claim, dice) if dice.random() < _TURNED else ""
    own = [
        Text(text[start:end]) for text in (one.text for one in abstract.sections) for start, end in sentence_spans(text)
    ]
    found = [one for one in retrieve(library, claim, top=_NEAR + 1) if one.abstract.pmid != abstract.pmid]
    near = gather(claim, [Source(number, one.abstract) for number, one in enumerate(found, start=1)], library=library)
    dice.shuffle(own)
    texts = (*own[:_OWN], *evidence_texts(near[:_OTHERS]))
    return TextList(UNLABELLED, TRAIN, turned or claim, texts, 0)
