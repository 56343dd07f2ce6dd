"""Vectors are remembered within bounds, and are the same to the last bit whatever was asked before."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from index.embedding.cache import RememberedVectors

MOSS, FERN, PEAT = ("Moss is green.", "Moss drinks rain."), ("Ferns unroll.",), ("Peat is old moss.", "It burns.")


@dataclass
class Counting:
    """Stands in for an encoder: a text's vector is its length; it keeps what it was asked for."""

    sha256: str = "one"
    asked: list = field(default_factory=list)

    def encode_each(self, groups, *, kind):
        assert kind == "passage"
        self.asked.extend(map(tuple, groups))
        return [np.array([[len(text)] * 4 for text in texts], dtype=np.float32) for texts in groups]


def test_an_abstract_is_embedded_once_and_by_itself():
    vectors, encoder = RememberedVectors("passage"), Counting()
    assert vectors.of([MOSS, FERN], encoder)[:, 0].tolist() == [14, 17, 13]
    assert vectors.of([FERN, PEAT, MOSS], encoder)[:, 0].tolist() == [13, 17, 9, 14, 17]
    assert encoder.asked == [MOSS, FERN, PEAT]


def test_one_that_comes_twice_is_embedded_once():
    vectors, encoder = RememberedVectors("passage"), Counting()
    assert vectors.of([MOSS, FERN, MOSS], encoder)[:, 0].tolist() == [14, 17, 13, 14, 17]
    assert encoder.asked == [MOSS, FERN]


def test_another_encoder_and_changed_sentences_are_embedded_anew():
    vectors, one, two = RememberedVectors("passage"), Counting("one"), Counting("two")
    vectors.of([MOSS], one)
    vectors.of([MOSS], two)
    vectors.of([(MOSS[0], "Moss drinks dew.")], one)
    assert (len(one.asked), len(two.asked)) == (2, 1)


def test_the_ones_used_longest_ago_are_forgotten():
    vectors, encoder = RememberedVectors("passage", remembered_bytes=3 * 16), Counting()
    for abstract in (MOSS, FERN, MOSS, PEAT, MOSS):  # PEAT needs the room of FERN and MOSS
        vectors.of([abstract], encoder)
    assert encoder.asked == [MOSS, FERN, PEAT, MOSS]
    assert vectors._bytes <= 3 * 16


def test_one_larger_than_the_memory_is_embedded_all_the_same():
    vectors = RememberedVectors("passage", remembered_bytes=1)
    assert len(vectors.of([MOSS], Counting())) == 2
    assert vectors._bytes == 0


@pytest.mark.parametrize("order", [[MOSS, FERN, PEAT], [PEAT, MOSS], [FERN, PEAT, MOSS]])
def test_what_was_asked_before_changes_no_bit(encoder, order):
    used = RememberedVectors("passage")
    used.of(order, encoder)
    assert np.array_equal(used.of([MOSS, FERN], encoder), RememberedVectors("passage").of([MOSS, FERN], encoder))
