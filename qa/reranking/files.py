"""What the reader is stored as: see `index.embedding.checkpoint`; its tokenizer lies beside its weights."""

from __future__ import annotations

from index.embedding.checkpoint import Stored

READER = Stored("reader", "fetch it again, name another by --reader, or do without one by --reader none")
TOKENIZER = "tokenizer.json"
