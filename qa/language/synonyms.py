"""Synonyms among everyday words, so that a statement may differ from its quote in words: spread, metastasis.

Two words are near when the encoder's vectors of the words alone are. Named things and technical words are near to
nothing: the vectors of IL-32β and IL-32γ, or of two drugs, lie close together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from index.analysis.terms import content_words, names
from index.embedding.cache import RememberedVectors
from index.embedding.encoder import Encoder, Vectors

NEAR = 0.65
"""The cosine from which two words are near: mice and rats, or weeks and months, have .75, death and survival .62."""
_REMEMBERED_BYTES = 8_000_000
"""With the default encoder some 5,000 words."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_VECTORS = RememberedVectors("passage", _REMEMBERED_BYTES)


def everyday_words(text: str, technical: Collection[str]) -> dict[str, str]:
    """Return the plain words of a text by their index terms, without `technical` words (in small letters)."""
    plain = [word for word in _WORD.findall(text.lower()) if word not in technical and not names(word)]
    return {term: word for word in plain for term in content_words(word)}


def near_terms(wanted: Mapping[str, str], text: str, encoder: Encoder) -> set[str]:
    """Return the terms of `wanted` (term to word) whose word is a synonym of a word of the text."""
    text_words = sorted(set(everyday_words(text, ()).values()))
    if not wanted or not text_words:
        return set()
    cosines = _vectors(wanted.values(), encoder) @ _vectors(text_words, encoder).T
    return {term for term, best in zip(wanted, cosines.max(axis=1), strict=True) if best >= NEAR}


def _vectors(words: Iterable[str], encoder: Encoder) -> Vectors:
    return _VECTORS.of([[word] for word in words], encoder)  # each by itself, so that its vector is always the same
