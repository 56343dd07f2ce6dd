"""The cells of a large library's vectors: what is found with them, and that they come and go as the library grows."""

import sqlite3

import numpy as np
import pytest
from crash import assert_whole, records, use_hash_encoder, write_records

from index import Filters, Library
from index.search.dense import VectorIndex
from index.search.dense_file import commit_id_of, read_head, write_rows
from index.search.filters import Selection
from index.search.ivf import Cells, cells_fit, sample_of, train

DIMENSION = 32
COUNT = 4_000
THRESHOLD = 60
"""Passages from which the libraries here have cells."""


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def clustered(count, seed):
    """Return vectors around 100 middles, which are the same ones whatever the seed."""
    middles = np.random.default_rng(1).standard_normal((100, DIMENSION))
    random = np.random.default_rng(seed)
    near = middles[random.integers(0, 100, count)] + 0.7 * random.standard_normal((count, DIMENSION))
    return unit(near).astype(np.float16)


VECTORS = clustered(COUNT, seed=2)
IDS = np.arange(1, COUNT + 1)
QUERIES = clustered(50, seed=3).astype(np.float32)


def filled(cells=None):
    index = VectorIndex(DIMENSION, cells)
    index.add(IDS, VECTORS)
    return index


@pytest.fixture(scope="module")
def cells():
    """Cells for the vectors, 252 of them."""
    return train(VECTORS[sample_of(IDS) - 1], COUNT)


@pytest.fixture(scope="module")
def exact():
    return filled()


@pytest.fixture
def index(cells, monkeypatch):
    monkeypatch.setattr("index.search.dense.PROBED", 32)
    return filled(cells)


def recall(index, exact, **options):
    shares = []
    for query in QUERIES:
        wanted = {id_ for id_, _ in exact.search(query, top=10, **options)}
        shares.append(len(wanted & {id_ for id_, _ in index.search(query, top=10, **options)}) / len(wanted))
    return float(np.mean(shares))


def test_nearly_all_of_the_nearest_are_found_with_the_scores_of_reading_all(index, exact, cells, monkeypatch):
    assert len(cells) == 252
    assert recall(index, exact) >= 0.98
    found, true = dict(index.search(QUERIES[0], top=10)), dict(exact.search(QUERIES[0], top=10))
    assert {id_: found[id_] for id_ in found if id_ in true} == {id_: true[id_] for id_ in true if id_ in found}
    monkeypatch.setattr("index.search.dense.PROBED", 1)
    assert recall(index, exact) < 0.9  # so it is not that every vector was read


@pytest.mark.parametrize("count", [1, 30, 2_500])
def test_only_these_is_searched_exactly(index, exact, count):
    chosen = Selection(np.sort(np.random.default_rng(4).choice(IDS, count, replace=False)))
    for query in QUERIES[:10]:
        assert index.search(query, top=20, selection=chosen) == exact.search(query, top=20, selection=chosen)


def test_all_but_these_leaves_them_out(index, exact):
    first = [id_ for id_, _ in exact.search(QUERIES[0], top=5)]
    found = [id_ for id_, _ in index.search(QUERIES[0], top=20, selection=Selection(np.sort(first), excludes=True))]
    assert not set(first) & set(found)
    assert len(found) == 20


def test_whoever_wants_many_has_every_list_read(index, exact):
    assert index.search(QUERIES[0], top=2_000) == exact.search(QUERIES[0], top=2_000)
    assert len(index.search(QUERIES[0], top=10**6)) == COUNT


def held(index):
    """Return what an index holds, list by list in its order."""
    return [array.tobytes() for array in index.vectors()]


def write(path, index, ids, commit_id=7):
    rows = index.rows({int(id_): VECTORS[id_ - 1] for id_ in ids})
    write_rows(path, [rows[:1_500], rows[1_500:]], dimension=DIMENSION, commit_id=commit_id, cells=index.cells)


def test_a_file_holds_the_cells_and_the_vectors_in_them(index, cells, tmp_path):
    write(tmp_path / "vectors.faiss", index, IDS)
    read, commit_id = VectorIndex.read(tmp_path / "vectors.faiss")
    assert (commit_id, len(read), read.cells_sha256) == (7, COUNT, cells.sha256)
    assert commit_id_of(tmp_path / "vectors.faiss") == 7
    assert held(read) == held(index)


def test_adding_and_removing_end_in_what_a_file_of_the_rest_holds(index, tmp_path):
    some = [one for one in IDS if one % 3]
    index.remove([one for one in IDS.tolist() if not one % 3] + [COUNT + 9])
    write(tmp_path / "vectors.faiss", index, some)
    assert len(index) == len(some)
    assert held(index) == held(VectorIndex.read(tmp_path / "vectors.faiss")[0])
    index.add([COUNT + 1], QUERIES[:1].astype(np.float16))
    assert index.search(QUERIES[0], top=1)[0][0] == COUNT + 1


def test_a_damaged_file_is_named(index, tmp_path):
    path = tmp_path / "vectors.faiss"
    write(path, index, IDS[:50])
    whole = path.read_bytes()
    for place in (0, 9, 40, 60, 20_000, len(whole) - 1):  # the header, the cells, the rows, the checksum
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ValueError, match="vectors.faiss is damaged"):
            VectorIndex.read(path)


def test_training_gives_the_same_cells_each_time(cells):
    again = train(VECTORS[sample_of(IDS) - 1], COUNT)
    assert again.sha256 == cells.sha256


@pytest.mark.parametrize(
    ("trained_for", "passages", "fit"),
    [
        (None, 199_999, True),
        (None, 200_000, False),
        (200_000, 200_000, True),
        (200_000, 799_999, True),
        (200_000, 800_000, False),  # outgrown
        (200_000, 199_999, False),  # small again: every vector is read
        (2_000_000, 500_001, True),
        (2_000_000, 500_000, False),
    ],
)
def test_cells_are_trained_again_when_the_library_is_several_times_as_large(trained_for, passages, fit):
    cells = trained_for and Cells(VECTORS[:1], trained_for)
    assert cells_fit(cells, passages) == fit


# ---- in a library


@pytest.fixture
def small_threshold(monkeypatch):
    monkeypatch.setattr("index.search.ivf.EXACT_BELOW", THRESHOLD)
    use_hash_encoder(monkeypatch.setattr)


@pytest.fixture
def library(small_threshold, tmp_path):
    """A library of 40 abstracts, whose vectors lie in cells."""
    Library.build(tmp_path / "library", files=[write_records(tmp_path / "some.jsonl", records(1, 40))])
    with Library.open(tmp_path / "library") as library:
        yield library


def answers(library):
    asked = ("IL-32β raised migration", "metformin in mice", "years of trial")
    return [[(hit.passage, hit.score) for hit in library.search(one, top=15)] for one in asked]


def nearest(library):
    return [hit.score for hit in library.search("IL-32β raised migration", top=40, mode="dense")]


def has_cells(library):
    """Tell whether the file and the truth have cells, the same ones."""
    said = read_head(library.path / "vectors.faiss").cells_sha256
    db = sqlite3.connect(library.path / "library.db")
    in_truth = db.execute("SELECT value FROM settings WHERE name = 'lists_sha256'").fetchall()
    db.close()
    assert in_truth == ([(said,)] if said else [])
    return bool(said)


def test_cells_come_with_the_growth_of_a_library_and_go_when_it_is_small_again(library, tmp_path):
    before = nearest(library)
    assert has_cells(library)
    library.remove([str(one) for one in range(11, 41)])
    assert not has_cells(library)
    small = answers(library)
    library.add(files=[write_records(tmp_path / "more.jsonl", records(11, 30))])
    assert has_cells(library)
    assert {hits[0][0].pmid for hits in small} <= {str(one) for one in range(1, 11)}
    assert nearest(library) == before
    assert_whole(library)


def test_adding_and_removing_train_nothing_and_assign_the_new_vectors_only(library, tmp_path, monkeypatch):
    def never(*_):
        raise AssertionError

    assigned = []
    numbers = VectorIndex._cell_numbers
    monkeypatch.setattr("index.storage.folder.index_caches.train", never)
    monkeypatch.setattr(VectorIndex, "_cell_numbers", lambda *given: assigned.append(len(given[1])) or numbers(*given))
    cells, before = read_head(library.path / "vectors.faiss").cells_sha256, library.info().passages
    library.add(files=[write_records(tmp_path / "more.jsonl", records(41, 5))])
    added = library.info().passages - before
    library.remove(["1", "2"])
    assert assigned == [added]
    assert read_head(library.path / "vectors.faiss").cells_sha256 == cells
    assert_whole(library)


@pytest.mark.parametrize("content", [None, b"damaged"])
def test_a_library_makes_its_vectors_again_in_the_same_cells(library, content):
    file = library.path / "vectors.faiss"
    before, whole = answers(library), file.read_bytes()
    file.unlink()
    if content:
        file.write_bytes(content)
    with Library.open(library.path) as again:
        assert [one.what for one in again.check()] == ["is damaged" if content else "is missing"]
        assert answers(again) == before
    assert file.read_bytes() == whole


def test_an_index_that_grew_and_one_made_anew_are_the_same(library, tmp_path):
    library.add(files=[write_records(tmp_path / "more.jsonl", records(41, 10))])
    library.remove(["3", "7", "44"])
    before, grown = answers(library), (library.path / "vectors.faiss").read_bytes()
    (library.path / "vectors.faiss").unlink()
    with Library.open(library.path) as again:
        assert answers(again) == before
    assert (library.path / "vectors.faiss").read_bytes() == grown


def test_equal_digests_mean_equal_cells(library, tmp_path):
    Library.build(tmp_path / "twin", files=[tmp_path / "some.jsonl"])
    with Library.open(tmp_path / "twin") as twin:
        assert (twin.digest, answers(twin)) == (library.digest, answers(library))
        twin.backend.store.put_cells(Cells(np.eye(16, dtype=np.float16), 100))
        assert twin.digest != library.digest


@pytest.mark.parametrize("damage", ["UPDATE lists SET centroids = zeroblob(length(centroids))", "DELETE FROM lists"])
def test_cells_that_are_lost_are_trained_again(library, damage):
    db = sqlite3.connect(library.path / "library.db")
    db.executescript(damage)
    db.close()
    (library.path / "vectors.faiss").unlink()
    with Library.open(library.path) as again:
        assert len(again.search("metformin", top=5)) == 5
        assert has_cells(again)
        assert_whole(again)


def test_a_file_of_an_older_version_without_cells_is_answered_from_and_replaced(library):
    before = answers(library)
    store = library.backend.store
    vectors = store.vectors(store.passage_ids().tolist())
    rows = VectorIndex(16).rows(vectors)
    write_rows(library.path / "vectors.faiss", [rows], dimension=16, commit_id=store.commit_id, cells=None)
    with Library.open(library.path) as again:
        assert answers(again) == before
        assert has_cells(again)


def test_filters_are_applied_before_the_top_in_cells_too(library):
    found = library.search("metformin in mice", top=5, mode="dense", filters=Filters(pmids=("4", "9")))
    assert {hit.passage.pmid for hit in found} == {"4", "9"}


def test_who_reads_while_another_process_writes_takes_up_its_cells(library, tmp_path):
    with Library.open(library.path) as reader:
        assert answers(reader) == answers(library)
        library.backend.store.put_cells(Cells(np.eye(16, dtype=np.float16), 100))
        library.add(files=[write_records(tmp_path / "more.jsonl", records(41, 2))])
        assert answers(reader) == answers(library)
        assert reader.backend.caches.vectors.cells_sha256 == read_head(library.path / "vectors.faiss").cells_sha256
