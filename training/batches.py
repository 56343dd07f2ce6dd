"""Lists to batches of token rows, drawn anew for each epoch from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.pairs import laid_out
from training.changes import with_other_name
from training.lists import ABOUT, Text, TextList

DRAWS = {
    "bioasq": (3, 1),
    "scifact": (8, 0),
    "scifact, about": (0, 2),
    "covidqa": (2, 0),
    "pubmedqa": (2, 0),
    "pubmedqa, about": (0, 1),
    "pubmedqa, whole": (1, 0),
    "titles": (1, 0),
    "titles, about": (0, 1),
    "chemicals": (1, 0),
    "chemicals, about": (0, 1),
    "changed": (1, 0),
}
"""How often a list of each kind is drawn in an epoch, for what answers and for what is about the question."""
LIST = 8
"""Texts of a drawn list: one that answers, the others not."""
_DROP_CONTEXT, _RENAME = 0.3, 0.5
_PADDED_TO = 16

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as token rows, shape (pairs, tokens); `right` and `stances` are a pair's labels, -1 where unknown.

    `heads` says which of a network's numbers a pair's `right` is about. `lists` holds the places of each list's pairs,
    the right one first, shape (lists, LIST), -1 where there is none.
    """

    input_ids: Ids
    attention_mask: Ids
    token_type_ids: Ids
    right: Ids
    heads: Ids
    stances: Ids
    lists: Ids


@dataclass(frozen=True, slots=True)
class Drawn:
    """A list as it is drawn: LIST texts, the first of them right where they are ranked."""

    question: str
    texts: tuple[Text, ...]
    is_ranked: bool
    head: int = 0


class Batches:
    """Batches of lists by a tokenizer (of `tokenizers`), which is asked once for each text."""

    def __init__(self, tokenizer: Any, lists_per_batch: int) -> None:  # noqa: ANN401 - it has no type hints
        """Make batches of so many lists."""
        self._tokenizer = tokenizer
        self._per_batch = lists_per_batch
        self._known: dict[str, list[int]] = {}

    def tokens(self, text: str) -> list[int]:
        """Return a text's tokens, without marks."""
        if text not in self._known:
            self._known[text] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return self._known[text]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return [len(self.tokens(text)) for text in texts]

    def of_epoch(self, lists: Sequence[TextList], seed: int) -> Iterator[Batch]:
        """Yield an epoch's batches, in an order and with wrong texts that the seed settles."""
        dice = random.Random(seed)
        draws = [(one, head) for one in lists for head, times in enumerate(DRAWS[one.kind]) for _ in range(times)]
        dice.shuffle(draws)
        for first in range(0, len(draws), self._per_batch):
            batch = draws[first : first + self._per_batch]
            yield self._batch([drawn(one, head, lists, dice) for one, head in batch])

    def count(self, lists: Sequence[TextList]) -> int:
        """Return how many batches an epoch has."""
        return -(-sum(sum(DRAWS[one.kind]) for one in lists) // self._per_batch)

    def rows(self, question: str, texts: Sequence[Text]) -> tuple[Ids, Ids, Ids]:
        """Return a question with each of the texts as padded rows: tokens, mask and segments."""
        return padded([self.pair(question, text) for text in texts])

    def pair(self, question: str, text: Text) -> tuple[list[int], list[int]]:
        """Return the tokens of a question with a text, and the segment of each."""
        return laid_out(self.tokens(question), self.tokens(text.text), self.tokens(text.context))

    def _batch(self, these: Sequence[Drawn]) -> Batch:
        pairs, right, heads, stances = [], [], [], []
        places = np.full((len(these), LIST), -1, dtype=np.int64)
        for row, one in enumerate(these):
            for column, text in enumerate(one.texts):
                if one.is_ranked:
                    places[row, column] = len(pairs)
                pairs.append(self.pair(one.question, text))
                right.append(int(column == 0) if one.is_ranked else -1)
                heads.append(one.head)
                stances.append(-1 if text.stance is None else text.stance)
        return Batch(*padded(pairs), np.array(right), np.array(heads), np.array(stances), places)


def drawn(one: TextList, head: int, lists: Sequence[TextList], dice: random.Random) -> Drawn:
    """Draw one right text and LIST - 1 wrong ones, strangers where there are too few; stances alone as they are."""
    wrong = one.texts[one.right :]
    if not wrong:
        return Drawn(one.question, one.texts[:LIST], is_ranked=False)
    right = dice.choice(one.texts[: one.right])
    chosen = dice.sample(wrong, min(LIST - 1, len(wrong)))
    while len(chosen) < LIST - 1:
        chosen.append(dice.choice(dice.choice(lists).texts))
    renamed = with_other_name(one.question, right.text, dice) if dice.random() < _RENAME else ""
    if renamed:
        chosen[-1] = Text(renamed, right.context)
    texts = (right, *chosen)
    if dice.random() < _DROP_CONTEXT:
        texts = tuple(Text(text.text, "", text.stance) for text in texts)
    return Drawn(one.question, texts, is_ranked=True, head=head)


def head_of(one: TextList) -> int:
    """Return which of the network's numbers a list teaches: 0 what answers, 1 what is about the question."""
    return int(one.kind.endswith(ABOUT))


def padded(pairs: Sequence[tuple[list[int], list[int]]]) -> tuple[Ids, Ids, Ids]:
    """Return pairs of tokens and segments as rows of like length: tokens, mask and segments."""
    width = -(-max(len(ids) for ids, _ in pairs) // _PADDED_TO) * _PADDED_TO
    rows = np.zeros((3, len(pairs), width), dtype=np.int64)
    for row, (ids, segments) in enumerate(pairs):
        rows[0, row, : len(ids)] = ids
        rows[1, row, : len(ids)] = 1
        rows[2, row, : len(ids)] = segments
    return rows[0], rows[1], rows[2]
