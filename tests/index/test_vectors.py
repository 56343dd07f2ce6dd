"""The FAISS side."""

import numpy as np
import pytest

from index.filtering import Selection
from index.vectors import VectorIndex

VECTORS = np.eye(4, dtype=np.float16)
NEAR_TWO = np.array([0.1, 0.9, 0.3, 0.2], dtype=np.float32)


@pytest.fixture
def index():
    index = VectorIndex(4)
    index.add([11, 12, 13, 14], VECTORS)
    return index


def found(index, **options):
    return [id_ for id_, _ in index.search(NEAR_TWO, top=4, **options)]


def test_the_nearest_come_first(index):
    assert found(index) == [12, 13, 14, 11]


def test_scores_are_inner_products(index):
    assert dict(index.search(NEAR_TWO, top=4)) == pytest.approx({11: 0.1, 12: 0.9, 13: 0.3, 14: 0.2}, abs=1e-3)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(np.array([11, 14])), [14, 11]),  # only these
        (Selection(np.array([12]), excludes=True), [13, 14, 11]),  # all but this
        (Selection(np.array([], dtype=np.int64)), []),  # none at all
    ],
)
def test_a_selection_is_applied_before_the_top(index, selection, expected):
    assert found(index, selection=selection) == expected


def test_removed_vectors_are_not_found(index):
    index.remove([12, 99])
    assert found(index) == [13, 14, 11]


def test_a_file_holds_the_index_and_its_generation(index, tmp_path):
    path = tmp_path / "vectors.faiss"
    index.write(path, generation=7)
    read, generation = VectorIndex.read(path)
    assert (found(read), generation, VectorIndex.generation_of(path)) == (found(index), 7, 7)
    assert list(tmp_path.iterdir()) == [path]


def test_any_flipped_bit_is_seen(index, tmp_path):
    path = tmp_path / "vectors.faiss"
    index.write(path, generation=7)
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(ValueError):
            VectorIndex.read(path)


@pytest.mark.parametrize("size", [0, 5, 20, 100])
def test_a_file_cut_short_is_seen(index, tmp_path, size):
    path = tmp_path / "vectors.faiss"
    index.write(path, generation=7)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ValueError):
        VectorIndex.read(path)
