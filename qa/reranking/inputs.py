"""Inputs and outputs of our cross-encoder: token rows of a question with a text, and its five numbers."""

from __future__ import annotations

from collections.abc import Sequence

from index.embedding.checkpoint import Stored
from index.records import TITLE

RERANKER = Stored(
    "reranker", "fetch it again, name another by --reranker, or do without one by --reranker none", former_name="reader"
)
TOKENIZER = "tokenizer.json"
"""Beside the weights and the other files of `index.embedding.checkpoint`."""

OUTPUTS = ("answers", "is about", "supports", "contradicts", "says nothing")
"""The log-odds that a sentence answers and that a passage is of a relevant abstract, and three logits of the text's
stance on the question taken as a claim."""
MAX_TOKENS = 128
_QUESTION, _CONTEXT = 40, 24
"""The most tokens of a question, and of the context of a text; the rest is the text's."""
CLS, SEP = 101, 102
"""Special tokens of BERT's vocabulary."""

Tokens = Sequence[int]


def laid_out(question: Tokens, text: Tokens, context: Tokens = ()) -> tuple[list[int], list[int]]:
    """Return the tokens of a pair, and the segment of each: [CLS] question [SEP] text [SEP] context [SEP].

    The text is segment 1, the rest 0. The question is cut at 40 tokens and the context at 24, what is left of
    MAX_TOKENS is the text's; no context, no third part.

    >>> laid_out([7], [8, 9], [5])
    ([101, 7, 102, 8, 9, 102, 5, 102], [0, 0, 0, 1, 1, 1, 0, 0])
    """
    first = [CLS, *question[:_QUESTION], SEP]
    last = [*context[:_CONTEXT], SEP] if context else []
    middle = [*text[: MAX_TOKENS - len(first) - len(last) - 1], SEP]
    return [*first, *middle, *last], [*[0] * len(first), *[1] * len(middle), *[0] * len(last)]


def context_of(title: str, section: str = "") -> str:
    """Return the context of a sentence for the cross-encoder: its abstract's title, or "" for the title itself.

    >>> context_of("IL-32β and tumours.", "RESULTS"), context_of("IL-32β and tumours.", TITLE)
    ('IL-32β and tumours.', '')
    """
    return "" if section == TITLE else title
