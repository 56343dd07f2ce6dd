"""Lists to what the encoder learns from: questions and texts apart, and each pair as the reranker sees it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from qa.reranking.inputs import CLS, SEP
from training.batches import Batches, Drawn, Ids, drawn, head_of, padded
from training.lists import Text, TextList

DRAWS = {
    "bioasq": 3,
    "scifact": 2,
    "scifact, about": 3,
    "covidqa": 1,
    "pubmedqa": 1,
    "pubmedqa, about": 1,
    "titles": 1,
    "titles, about": 1,
    "chemicals": 1,
    "chemicals, about": 1,
}
"""How often a list of each kind is drawn in an epoch; the kinds that teach stances alone are left out."""
_MOST_TOKENS, _MOST_OF_TITLE = 190, 64


@dataclass(frozen=True, slots=True)
class EncoderBatch:
    """Lists of LIST texts, the right one first: token rows and masks, shape (rows, tokens).

    `pairs` are the same texts as the reranker sees them, with their segments. `heads` says a list's head of the
    reranker; `asked` is the same number for lists of the same question.
    """

    questions: tuple[Ids, Ids]
    texts: tuple[Ids, Ids]
    pairs: tuple[Ids, Ids, Ids]
    heads: Ids
    asked: Ids


class EncoderBatches:
    """Batches of lists for a bi-encoder."""

    def __init__(self, batches: Batches, lists_per_batch: int) -> None:
        """Draw and tokenise as `batches` does, so many lists at a time."""
        self._batches, self._per_batch = batches, lists_per_batch

    def of_epoch(self, lists: Sequence[TextList], seed: int) -> Iterator[EncoderBatch]:
        """Yield an epoch's batches, in an order and with wrong texts that the seed settles."""
        dice = random.Random(seed)
        draws = [one for one in lists for _ in range(DRAWS.get(one.kind, 0)) if 0 < one.right < len(one.texts)]
        dice.shuffle(draws)
        for first in range(0, len(draws), self._per_batch):
            yield self._batch([drawn(one, head_of(one), lists, dice) for one in draws[first : first + self._per_batch]])

    def count(self, lists: Sequence[TextList]) -> int:
        """Return how many batches an epoch has."""
        return -(-sum(DRAWS.get(one.kind, 0) for one in lists if 0 < one.right < len(one.texts)) // self._per_batch)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return self._batches.count_tokens(texts)

    def row(self, text: Text) -> list[int]:
        """Return a text's tokens as the library embeds it: under its abstract's title."""
        title, tokens = self._batches.tokens(text.context)[:_MOST_OF_TITLE], self._batches.tokens(text.text)
        return [CLS, *[*title, *tokens][:_MOST_TOKENS], SEP]

    def _batch(self, these: Sequence[Drawn]) -> EncoderBatch:
        numbers = {question: number for number, question in enumerate(dict.fromkeys(one.question for one in these))}
        texts = [text for one in these for text in one.texts]
        pairs = [self._batches.pair(one.question, text) for one in these for text in one.texts]
        return EncoderBatch(
            rows([self.row(Text(one.question)) for one in these]),
            rows([self.row(text) for text in texts]),
            padded(pairs),
            np.array([one.head for one in these]),
            np.array([numbers[one.question] for one in these]),
        )


def rows(tokens: Sequence[list[int]]) -> tuple[Ids, Ids]:
    """Return tokens as rows of like length, and their mask."""
    ids, mask, _ = padded([(one, [0] * len(one)) for one in tokens])
    return ids, mask
