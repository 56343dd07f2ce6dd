"""How a question and a text are laid side by side for the reranker."""

from __future__ import annotations

from collections.abc import Sequence

from index.embedding.checkpoint import Stored
from index.records import TITLE

RERANKER = Stored(
    "reranker", "fetch it again, name another by --reranker, or do without one by --reranker none", former_name="reader"
)
TOKENIZER = "tokenizer.json"
"""Beside the weights; what else a folder of ours holds: `index.embedding.checkpoint`."""

OUTPUTS = ("answers", "is about", "supports", "contradicts", "says nothing")
"""What the numbers are: the log-odds that a sentence answers and that a passage is of an abstract that is relevant, and
three logits of what the text says of the question taken as a claim."""
MAX_TOKENS = 128
_QUESTION, _CONTEXT = 40, 24
"""The most tokens of a question, and of the context of a text; the text itself has the rest."""
CLS, SEP = 101, 102
"""BERT's marks, which every model that starts from its vocabulary has."""

Tokens = Sequence[int]


def laid_out(question: Tokens, text: Tokens, context: Tokens = ()) -> tuple[list[int], list[int]]:
    """Return the tokens of a pair, and the segment of each: [CLS] question [SEP] text [SEP] context [SEP].

    The text is segment 1, the rest 0. The question is cut at 40 tokens and the context at 24, what is left of
    MAX_TOKENS is the text's; no context, no third part.

    >>> laid_out([7], [8, 9], [5])
    ([101, 7, 102, 8, 9, 102, 5, 102], [0, 0, 0, 1, 1, 1, 0, 0])
    """
    asked = [CLS, *question[:_QUESTION], SEP]
    around = [*context[:_CONTEXT], SEP] if context else []
    read = [*text[: MAX_TOKENS - len(asked) - len(around) - 1], SEP]
    return [*asked, *read, *around], [*[0] * len(asked), *[1] * len(read), *[0] * len(around)]


def context_of(title: str, section: str = "") -> str:
    """Return what the reranker is told of where a sentence stands: its abstract's title, unless it is that itself.

    >>> context_of("IL-32β and tumours.", "RESULTS"), context_of("IL-32β and tumours.", TITLE)
    ('IL-32β and tumours.', '')
    """
    return "" if section == TITLE else title
