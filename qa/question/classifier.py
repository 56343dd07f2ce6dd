"""The learnt part: a question's kind and relation, by multinomial logistic regression over its vector and its words.

`python -m training question` makes the weights. The encoder's vector tells what words that were never seen mean, the
words tell how it is asked; together they are better than either. With another encoder than the one that the weights
were made for, the words speak alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Encoder
from index.errors import EncoderError
from qa.question.records import Kind, Relation

WEIGHTS = Path(__file__).parents[2] / "models" / "question" / "weights.npz"
BUCKETS = 4096
"""Buckets that words and pairs of words are hashed to."""
VECTOR_SCALE, WORDS_SCALE = 2.0, 5.0
"""How much each side weighs before the penalty on the weights' squares."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LONGEST = 8
_Name = TypeVar("_Name", bound=str)

ChanceRows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest kind and relation of a question, and the chances of all."""

    kinds: dict[Kind, float]
    relations: dict[Relation, float]

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return max(self.kinds, key=self.kinds.__getitem__)

    @property
    def relation(self) -> Relation:
        """The likeliest relation, "" for none."""
        return max(self.relations, key=self.relations.__getitem__)


@dataclass(frozen=True, slots=True)
class Classifier:
    """The weights: a row for a dimension of the vector or a bucket of words, a column for a kind, then for a relation.

    `alone` and `alone_bias` are those of the words where there is no vector.
    """

    kinds: tuple[Kind, ...]
    relations: tuple[Relation, ...]
    encoder_sha256: str
    vector: ChanceRows
    words: ChanceRows
    bias: ChanceRows
    alone: ChanceRows
    alone_bias: ChanceRows

    def guess(self, question: str, encoder: Encoder | None) -> Guess:
        """Return the chances of each kind and relation."""
        buckets = word_buckets(question)
        weight = WORDS_SCALE / np.sqrt(len(buckets))
        if encoder is not None and encoder.sha256 == self.encoder_sha256:
            vector = encoder.encode([question], kind="query")[0]
            scores = VECTOR_SCALE * (vector @ self.vector) + weight * self.words[buckets].sum(axis=0) + self.bias
        else:
            scores = weight * self.alone[buckets].sum(axis=0) + self.alone_bias
        many = len(self.kinds)
        return Guess(_chances(self.kinds, scores[:many]), _chances(self.relations, scores[many:]))


@lru_cache(maxsize=1)
def load_classifier(path: Path = WEIGHTS) -> Classifier:
    """Read the weights. Raises EncoderError when they are missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            kinds = cast(tuple[Kind, ...], tuple(str(name) for name in stored["kinds"]))
            relations = cast(tuple[Relation, ...], tuple(str(name) for name in stored["relations"]))
            arrays = [stored[part].astype(np.float32) for part in ("vector", "words", "bias", "alone", "alone_bias")]
            return Classifier(kinds, relations, str(stored["encoder_sha256"]), *arrays)
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError(
            f"{path} cannot be read ({error}): install again, or run: python -m training question"
        ) from error


def word_buckets(question: str) -> list[int]:
    """Return the buckets of a question's words, pairs of words, first words, length and last mark, each once."""
    words = [word.lower() for word in _WORD.findall(question)]
    features = {f"word {word}" for word in words} | {f"pair {a} {b}" for a, b in zip(words, words[1:], strict=False)}
    features |= {f"begins {' '.join(words[:count])}" for count in (1, 2)}
    features |= {f"length {min(len(words), _LONGEST)}", f"asks {question.rstrip().endswith('?')}"}
    return sorted({zlib.crc32(feature.encode("utf-8")) % BUCKETS for feature in features})


def _chances(names: Sequence[_Name], scores: ChanceRows) -> dict[_Name, float]:
    powers = np.exp(scores - scores.max())
    return dict(zip(names, (float(power) for power in powers / powers.sum()), strict=True))
