"""What the reranker is stored as: see `index.embedding.checkpoint`; its tokenizer lies beside its weights."""

from __future__ import annotations

from index.embedding.checkpoint import Stored

RERANKER = Stored(
    "reranker", "fetch it again, name another by --reranker, or do without one by --reranker none", former_name="reader"
)
TOKENIZER = "tokenizer.json"
