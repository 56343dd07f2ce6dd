"""Lists to batches of token rows, drawn anew for each epoch from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.errors import InputError
from qa.reranking.inputs import RERANKER_LAYOUT
from training.changes import with_other_name
from training.lists import ABOUT, NOTHING, UNLABELLED, Text, TextList

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
    "evidence inference": (1, 0),
    UNLABELLED: (1, 0),
}
"""How often a list of each kind is drawn in an epoch, for what answers and for what is about the question."""
LIST = 8
"""Texts of a drawn list: one that answers, the others not."""
_DROP_CONTEXT, _RENAME = 0.3, 0.5
_PADDED_TO = 16
_POOL = 24
"""Batches whose lists are put in order of length, so that little of a batch is padding."""
_UNTAUGHT = (float("nan"),) * 5

Ids = NDArray[np.int64]
Pair = tuple[list[int], list[int]]
"""The tokens of a question with a text, and the segment of each."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as token rows, shape (pairs, tokens); `right` and `stances` are a pair's labels, -1 where unknown.

    `heads` says which of a network's numbers a pair's `right` is about. `taught` is what a teacher says of it, shape
    (pairs, 5), NaN where none was asked and for what is about the question, of which labels teach more. `lists` holds
    the places of each list's pairs, the right one first where one is known to be, shape (lists, LIST), -1 where there
    is none.
    """

    input_ids: Ids
    attention_mask: Ids
    token_type_ids: Ids
    right: Ids
    heads: Ids
    stances: Ids
    taught: NDArray[np.float32]
    lists: Ids


@dataclass(frozen=True, slots=True)
class Drawn:
    """A list as it is drawn: LIST texts, the first of them right where one is known to be; stances alone have fewer."""

    question: str
    texts: tuple[Text, ...]
    has_right: bool
    head: int = 0


class Batches:
    """Batches of lists by a tokenizer, which is asked once for each text."""

    def __init__(self, tokenizer: Tokenizer, lists_per_batch: int, share: float = 1.0) -> None:
        """Make batches of so many lists, of a share of the draws of an epoch."""
        self._tokenizer = tokenizer
        self._per_batch = lists_per_batch
        self._share = share
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
        """Yield an epoch's batches, in an order and with wrong texts that the seed settles.

        Lists of like length come together, within a pool of batches: what is padding costs as much as what is text.
        """
        dice = random.Random(seed)
        draws = [(one, head) for one in lists for head, times in enumerate(DRAWS[one.kind]) for _ in range(times)]
        dice.shuffle(draws)
        del draws[self._drawn(lists) :]
        for first in range(0, len(draws), self._per_batch * _POOL):
            pool = [
                self._laid_out(drawn(one, head, lists, dice))
                for one, head in draws[first : first + self._per_batch * _POOL]
            ]
            pool.sort(key=lambda one: max(len(ids) for ids, _ in one[1]))
            batches = [pool[start : start + self._per_batch] for start in range(0, len(pool), self._per_batch)]
            dice.shuffle(batches)
            yield from (_batch(batch) for batch in batches)

    def count(self, lists: Sequence[TextList]) -> int:
        """Return how many batches an epoch has."""
        return -(-self._drawn(lists) // self._per_batch)

    def _drawn(self, lists: Sequence[TextList]) -> int:
        return round(self._share * sum(sum(DRAWS[one.kind]) for one in lists))

    def pair(self, question: str, text: Text) -> Pair:
        """Return the tokens of a question with a text, and the segment of each."""
        return RERANKER_LAYOUT.laid_out(self.tokens(question), self.tokens(text.text), self.tokens(text.context))

    def _laid_out(self, one: Drawn) -> tuple[Drawn, list[Pair]]:
        return one, [self.pair(one.question, text) for text in one.texts]


def _batch(these: Sequence[tuple[Drawn, list[Pair]]]) -> Batch:
    pairs: list[Pair] = []
    right, heads, stances, taught = [], [], [], []
    places = np.full((len(these), LIST), -1, dtype=np.int64)
    for row, (one, laid_out_pairs) in enumerate(these):
        if len(one.texts) == LIST:
            places[row] = np.arange(len(pairs), len(pairs) + LIST)
        pairs.extend(laid_out_pairs)
        for column, text in enumerate(one.texts):
            right.append(int(column == 0) if one.has_right else -1)
            heads.append(one.head)
            stances.append(-1 if text.stance is None else text.stance)
            taught.append(text.taught if text.taught and one.head == 0 else _UNTAUGHT)
    labels = (np.array(right), np.array(heads), np.array(stances))
    return Batch(*padded(pairs), *labels, np.array(taught, dtype=np.float32), places)


def bare_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer of a file, without the padding and the cutting off that it may have been saved with.

    Raises InputError when there is none.
    """
    if not path.is_file():
        raise InputError(f"{path} is missing: a model's tokenizer lies beside its weights; give a whole folder")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def drawn(one: TextList, head: int, lists: Sequence[TextList], dice: random.Random) -> Drawn:
    """Draw one right text and LIST - 1 wrong ones, strangers where there are too few; what has none of either as it is.

    A list that nobody labelled gives any LIST of its texts.
    """
    wrong = one.texts[one.right :]
    if not wrong or not one.right:
        return Drawn(one.question, tuple(dice.sample(one.texts, min(LIST, len(one.texts)))), has_right=False, head=head)
    right = dice.choice(one.texts[: one.right])
    chosen = dice.sample(wrong, min(LIST - 1, len(wrong)))
    while len(chosen) < LIST - 1:
        stranger = dice.choice(dice.choice(lists).texts)
        chosen.append(Text(stranger.text, stranger.context, NOTHING))
    renamed = with_other_name(one.question, right.text, dice) if dice.random() < _RENAME else ""
    if renamed:
        chosen[-1] = Text(renamed, right.context)
    texts = (right, *chosen)
    if dice.random() < _DROP_CONTEXT:
        texts = tuple(replace(text, context="") for text in texts)
    return Drawn(one.question, texts, has_right=True, head=head)


def head_of(one: TextList) -> int:
    """Return which of the network's numbers a list teaches: 0 what answers, 1 what is about the question."""
    return int(one.kind.endswith(ABOUT))


def padded(pairs: Sequence[Pair]) -> tuple[Ids, Ids, Ids]:
    """Return pairs of tokens and segments as rows of like length: tokens, mask and segments."""
    width = -(-max(len(ids) for ids, _ in pairs) // _PADDED_TO) * _PADDED_TO
    rows = np.zeros((3, len(pairs), width), dtype=np.int64)
    for row, (ids, segments) in enumerate(pairs):
        rows[0, row, : len(ids)] = ids
        rows[1, row, : len(ids)] = 1
        rows[2, row, : len(ids)] = segments
    return rows[0], rows[1], rows[2]
