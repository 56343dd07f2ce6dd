"""Inputs and outputs of our cross-encoder: token rows of a question with a text, and its five numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.embedding.checkpoint import Stored
from index.records import TITLE

RERANKER = Stored(
    "reranker", "fetch it again, name another by --reranker, or do without one by --reranker none", former_name="reader"
)
ENTAILMENT = Stored("entailment", "fetch it again, or delete its folder to do without")
TOKENIZER = "tokenizer.json"
"""Beside the weights and the other files of `index.embedding.checkpoint`."""

STANCES = ("supports", "contradicts", "says nothing")
"""What a text says of a statement, or of the yes to a question: the last three of OUTPUTS, in this order."""
OUTPUTS = ("answers", "is about", *STANCES)
"""The log-odds that a sentence answers and that a passage is of a relevant abstract, and three logits of the text's
stance on the question taken as a claim."""
CLS, SEP = 101, 102
"""Special tokens of BERT's vocabulary."""

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class PairLayout:
    """The most tokens of a pair, of its question or statement, and of its text's context; the rest is the text's."""

    most: int
    question: int
    context: int

    def laid_out(self, question: Tokens, text: Tokens, context: Tokens = ()) -> tuple[list[int], list[int]]:
        """Return the tokens of a pair, and the segment of each: [CLS] question [SEP] text [SEP] context [SEP].

        The text is segment 1, the rest 0. What is too long is cut; no context, no third part.

        >>> RERANKER_LAYOUT.laid_out([7], [8, 9], [5])
        ([101, 7, 102, 8, 9, 102, 5, 102], [0, 0, 0, 1, 1, 1, 0, 0])
        """
        first = [CLS, *question[: self.question], SEP]
        last = [*context[: self.context], SEP] if context else []
        middle = [*text[: self.most - len(first) - len(last) - 1], SEP]
        return [*first, *middle, *last], [*[0] * len(first), *[1] * len(middle), *[0] * len(last)]


RERANKER_LAYOUT = PairLayout(most=128, question=40, context=24)
ENTAILMENT_LAYOUT = PairLayout(most=192, question=72, context=32)
"""A long sentence of a language model has some 60 tokens, two quotes together a hundred."""


def context_of(title: str, section: str = "") -> str:
    """Return the context of a sentence for the cross-encoder: its abstract's title, or "" for the title itself.

    >>> context_of("IL-32β and tumours.", "RESULTS"), context_of("IL-32β and tumours.", TITLE)
    ('IL-32β and tumours.', '')
    """
    return "" if section == TITLE else title
