"""The entailment network: does a text support a statement or contradict it, does it say yes or no to a question.

A cross-encoder as the reranker is, with three outputs, in models/entailment, made by `python -m training entailment`.
It is loaded when it is first asked, and everything works without it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from index.embedding.checkpoint import checked_sha256, is_stored
from qa.reranking.inputs import ENTAILMENT, ENTAILMENT_LAYOUT, STANCES
from qa.reranking.pairs import PairNetwork, load_pair_network
from qa.reranking.protocol import Candidate, Reranker

_FOLDER = Path(__file__).parents[2] / "models" / "entailment"


class Entailed(NamedTuple):
    """The chances that a text supports a statement, contradicts it, or neither; of a question yes, no and neither."""

    supports: float
    contradicts: float
    neither: float


UNKNOWN = Entailed(1 / 3, 1 / 3, 1 / 3)
"""What is known of a pair that no network has read."""


class EntailmentModel(Protocol):
    """Protocol of what tells entailment."""

    def tell(self, pairs: Sequence[tuple[str, Candidate]]) -> list[Entailed]:
        """Return what each text says of its statement or question, in their order."""


class EntailmentNetwork:
    """Our network, loaded when it is first asked. Safe from many threads."""

    def __init__(self, folder: Path) -> None:
        """Name the folder that it lies in."""
        self._folder = folder
        self._lock = threading.Lock()
        self._network: PairNetwork | None = None

    def tell(self, pairs: Sequence[tuple[str, Candidate]]) -> list[Entailed]:
        """Return what each text says of its statement, each pair read once. Raises EncoderError where it is damaged."""
        unique = list(dict.fromkeys(pairs))
        if not unique:
            return []
        outputs = self._loaded().outputs(unique)
        odds = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        chances = odds / odds.sum(axis=1, keepdims=True)
        entailed = {pair: Entailed(*map(float, row)) for pair, row in zip(unique, chances, strict=True)}
        return [entailed[pair] for pair in pairs]

    def _loaded(self) -> PairNetwork:
        with self._lock:
            if self._network is None:
                sha256 = checked_sha256(self._folder, ENTAILMENT)
                self._network = load_pair_network(self._folder, ENTAILMENT, sha256, ENTAILMENT_LAYOUT, len(STANCES))
            return self._network


class ReadOnce:
    """A network that reads each pair once, for as long as one answer is made. Not for many threads."""

    def __init__(self, network: EntailmentModel) -> None:
        """Remember what this network tells."""
        self._network = network
        self._told: dict[tuple[str, Candidate], Entailed] = {}

    def tell(self, pairs: Sequence[tuple[str, Candidate]]) -> list[Entailed]:
        """Return what each text says of its statement, as the network tells or has told."""
        unread = [pair for pair in dict.fromkeys(pairs) if pair not in self._told]
        self._told |= zip(unread, self._network.tell(unread), strict=True)
        return [self._told[pair] for pair in pairs]


_in_the_box = EntailmentNetwork(_FOLDER)


def entailment_beside(reranker: Reranker | None) -> EntailmentModel | None:
    """Return the network in the box, not loaded yet; None where it is missing or no reranker is wanted either."""
    return _in_the_box if reranker is not None and is_stored(_FOLDER, ENTAILMENT) else None
