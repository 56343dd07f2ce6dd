"""The FAISS side."""

import numpy as np
import pytest

from index.search.dense import VectorIndex
from index.search.dense_file import commit_id_of, plain_rows, write_rows
from index.search.filters import Selection

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


@pytest.mark.parametrize("excludes", [False, True])
def test_many_and_few_ids_are_left_out_alike(excludes, monkeypatch):
    random = np.random.default_rng(3)
    ids = np.sort(random.choice(100_000, 3_000, replace=False)) + 1
    many = VectorIndex(8)
    many.add(ids, random.standard_normal((len(ids), 8)).astype(np.float16))
    selection = Selection(ids[random.random(len(ids)) < 0.5], excludes)
    query = np.ones(8, dtype=np.float32)
    found = many.search(query, top=50, selection=selection)
    monkeypatch.setattr("index.search.dense._MANY", 10**6)
    assert found == many.search(query, top=50, selection=selection)
    assert selection.allows(np.array([id_ for id_, _ in found])).all()


def test_removed_vectors_are_not_found(index):
    index.remove([12, 99])
    assert found(index) == [13, 14, 11]


@pytest.fixture
def path(tmp_path):
    """A file with the four vectors, of commit_id 7."""
    ids = [11, 12, 13, 14]
    blocks = [dict(zip(ids[:3], VECTORS, strict=False)), {14: VECTORS[3]}]
    rows = [plain_rows(block, 4) for block in blocks]
    write_rows(tmp_path / "vectors.faiss", rows, dimension=4, commit_id=7, cells=None)
    return tmp_path / "vectors.faiss"


def test_a_file_holds_the_vectors_and_their_generation(index, path, tmp_path):
    read, commit_id = VectorIndex.read(path)
    assert (found(read), commit_id, commit_id_of(path)) == (found(index), 7, 7)
    assert all((one == other).all() for one, other in zip(read.vectors(), index.vectors(), strict=True))
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_no_vectors(tmp_path):
    write_rows(tmp_path / "none", [], dimension=4, commit_id=0, cells=None)
    index, commit_id = VectorIndex.read(tmp_path / "none")
    assert (len(index), index.dimension, commit_id) == (0, 4, 0)


def test_any_flipped_bit_is_seen(path):
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(ValueError):
            VectorIndex.read(path)


@pytest.mark.parametrize("size", [0, 5, 20, 99])
def test_a_file_cut_short_is_seen(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ValueError):
        VectorIndex.read(path)
