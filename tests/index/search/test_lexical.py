"""The tantivy side."""

import math

import numpy as np
import pytest

import index.search.lexical as index_lexical
from index.analysis.abbreviations import Abbreviation
from index.search.filters import Selection
from index.search.lexical import LexicalIndex, LexicalRow

ROWS = [
    LexicalRow(1, ["il", "32", "il32beta"]),
    LexicalRow(2, ["il", "32"]),
    LexicalRow(3, ["vegf", "vegf", "stat3"]),
]


@pytest.fixture
def index(tmp_path):
    index = LexicalIndex(tmp_path / "lexical")
    index.add(ROWS, commit_id=3)
    return index


def found(index, terms, **options):
    return [id_ for id_, _ in index.search(terms, top=10, **options)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["il32beta", "il"], [1, 2]),  # the rare term weighs more
        (["vegf"], [3]),
        (["absent"], []),
        ([], []),
    ],
)
def test_search(index, terms, expected):
    assert found(index, terms) == expected


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(np.array([2, 3])), [2]),
        (Selection(np.array([2]), excludes=True), [1]),
        (Selection(np.array([], dtype=np.int64)), []),
    ],
)
def test_a_selection_changes_which_are_found_and_not_their_scores(index, selection, expected):
    scores = dict(index.search(["il"], top=10))
    chosen = index.search(["il"], top=10, selection=selection)
    assert [id_ for id_, _ in chosen] == expected
    assert all(score == pytest.approx(scores[id_]) for id_, score in chosen)


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """Two thousand passages of few words, so that all scores are close and some alike."""
    random = np.random.default_rng(7)
    rows = [
        LexicalRow(id_, [f"w{word}" for word in random.zipf(1.6, size=random.integers(3, 30)) if word < 60])
        for id_ in range(1, 2_001)
    ]
    index = LexicalIndex(tmp_path_factory.mktemp("larger") / "lexical")
    index.add(rows, commit_id=1)
    return index


@pytest.mark.parametrize("excludes", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.06, 0.3, 0.9, 1.0])
def test_what_a_filter_leaves_is_the_same_ranking_however_it_is_applied(larger, share, excludes, monkeypatch):
    random = np.random.default_rng(int(100 * share))
    every = np.arange(1, 2_001)
    for top in (1, 10, 300):
        terms = [f"w{word}" for word in random.integers(1, 20, size=4)]
        selection = Selection(every[random.random(len(every)) < share], excludes)
        found = larger.search(terms, top=top, selection=selection)
        with monkeypatch.context() as told:
            told.setattr(LexicalIndex, "_deep_enough", lambda self, top, selection: 0)
            assert found == larger.search(terms, top=top, selection=selection)


def test_a_filter_that_lets_the_last_ones_through_is_looked_for_to_the_end(larger, monkeypatch):
    ranked = [id_ for id_, _ in larger.search(["w1", "w2"], top=2_000)]
    last = Selection(np.sort(ranked[-200:]))
    assert larger._deep_enough(10, last) < len(ranked) - 200  # so that none of them is among the first hits
    assert [id_ for id_, _ in larger.search(["w1", "w2"], top=10, selection=last)] == ranked[-200:][:10]


def test_an_update_is_seen_with_its_generation(index, tmp_path):
    index.add([LexicalRow(4, ["il32gamma"])], commit_id=4)
    reopened = LexicalIndex(tmp_path / "lexical")
    for one in (index, reopened):
        assert (one.commit_id, len(one), found(one, ["il32gamma", "il32beta"])) == (4, 4, [4, 1])


def test_what_replaces_all_leaves_nothing_of_it_behind(index, tmp_path):
    index.replace_all(ROWS[1:], commit_id=5)
    fresh = LexicalIndex(tmp_path / "fresh")
    fresh.add(ROWS[1:], commit_id=5)
    assert (index.commit_id, len(index), found(index, ["il32beta"])) == (5, 2, [])
    assert index.search(["il", "vegf"], top=9) == fresh.search(["il", "vegf"], top=9)


def test_what_is_held_is_given_back_as_it_was_given(tmp_path):
    whole, other = ["il", "32", "vegf"], ["moss"]
    given = [
        LexicalRow(2, ["il", "32"], (Abbreviation("RA", "rheumatoid arthritis"),), whole),
        LexicalRow(3, ["vegf"], (), whole),
        LexicalRow(5, ["moss"], (), other),
        LexicalRow(6, ["leaf", "leaf"]),
        LexicalRow(7, []),
        LexicalRow(8, ["moss"], (), other),
    ]
    index = LexicalIndex(tmp_path / "given")
    index.add(given, commit_id=1)
    held = list(LexicalIndex(tmp_path / "given").rows())
    assert [(row.id, list(row.terms), row.definitions, list(row.whole)) for row in held] == [
        (row.id, list(row.terms), row.definitions, list(row.whole)) for row in given
    ]
    assert list(LexicalIndex(tmp_path / "empty").rows()) == []


def test_what_stays_after_a_removal_scores_as_if_nothing_else_had_been_there(index, tmp_path):
    index.replace_all((row for row in index.rows() if row.id != 3), commit_id=5)
    alone = LexicalIndex(tmp_path / "alone")
    alone.add([row for row in ROWS if row.id != 3], commit_id=5)
    assert index.search(["il", "32"], top=10) == alone.search(["il", "32"], top=10)
    assert index.whole_scores(["il", "32"], [1, 2]) == alone.whole_scores(["il", "32"], [1, 2])


MANY = [LexicalRow(number, ["cell", *["vegf"] * (number % 3), f"word{number % 7}"]) for number in range(1, 201)]
GONE = [7, 14, 100, 101]


@pytest.fixture
def large(tmp_path, monkeypatch):
    """An index that is large, and of which four passages were removed without its being written anew."""
    monkeypatch.setattr("index.search.lexical._REWRITTEN", 100)
    index = LexicalIndex(tmp_path / "large")
    index.add(MANY, commit_id=1)
    index.add([LexicalRow(201, ["moss", "vegf"])], commit_id=2, without=GONE)
    return index


def test_what_is_removed_from_a_large_index_is_not_found_and_the_rest_scores_as_it_would_alone(large, tmp_path):
    alone = LexicalIndex(tmp_path / "alone")
    alone.add([row for row in MANY if row.id not in GONE] + [LexicalRow(201, ["moss", "vegf"])], commit_id=2)
    assert (large.commit_id, len(large)) == (2, 197)
    for asked in (["vegf"], ["word0", "moss"], ["cell", "vegf", "word2"]):
        found, expected = dict(large.search(asked, top=300)), dict(alone.search(asked, top=300))
        assert found == pytest.approx(expected, rel=1e-2)  # four in 197 change the mean length by a little
        assert found.keys() == expected.keys()
    assert large.weights(["moss", "vegf", "word0"]) == alone.weights(["moss", "vegf", "word0"])
    assert [row.id for row in large.rows()] == [row.id for row in alone.rows()]


def test_a_term_of_removed_passages_only_weighs_nothing(large):
    large.add([], commit_id=3, without=[201])
    assert large.weights(["moss", "cell"]).keys() == {"cell"}
    assert large.search(["moss"], top=5) == []


def test_an_index_is_written_anew_when_it_is_small_or_much_has_been_removed(large, index):
    assert not index.can_delete_in_place(1)  # small
    assert large.can_delete_in_place(5)
    assert not large.can_delete_in_place(6)  # with the four that were removed before, more than one in twenty
    large.replace_all(list(large.rows()), commit_id=3)
    assert large.can_delete_in_place(9)


def test_what_was_removed_is_known_when_the_index_is_opened_again(large, tmp_path):
    again = LexicalIndex(tmp_path / "large")
    assert again.search(["cell", "vegf"], top=300) == large.search(["cell", "vegf"], top=300)
    assert not again.can_delete_in_place(6)


def test_files_that_stay_are_not_read_again_for_their_checksums(large, monkeypatch):
    read = []
    real = index_lexical._sum_of
    monkeypatch.setattr("index.search.lexical._sum_of", lambda file: read.append(file.name) or real(file))
    before = {file.name for file in large._folder.iterdir()}
    large.add([LexicalRow(202, ["moss"])], commit_id=3)
    assert {name for name in read if name in before} <= {"meta.json", ".managed.json"}
    assert LexicalIndex(large._folder).commit_id == 3


def test_an_empty_index_has_generation_0(tmp_path):
    index = LexicalIndex(tmp_path / "new")
    assert (index.commit_id, len(index), found(index, ["il"])) == (0, 0, [])


def test_weights_are_those_of_bm25(index):
    assert index.weights(["il", "vegf", "absent"]) == pytest.approx(
        {"il": math.log(1 + 1.5 / 2.5), "vegf": math.log(1 + 2.5 / 1.5)}
    )
    assert index.weight_of_absent == pytest.approx(math.log(1 + 3.5 / 0.5))


def test_a_damaged_index_is_a_value_error(tmp_path, index):
    (tmp_path / "lexical" / "meta.json").write_text("{")
    with pytest.raises(ValueError):
        LexicalIndex(tmp_path / "lexical")


def test_headings_count_less_than_the_text_and_stay_after_a_removal(tmp_path):
    rows = [
        LexicalRow(1, ["infarct", "owl"]),
        LexicalRow(2, ["snore", "owl"], headings=["infarct"]),
        LexicalRow(3, ["snore", "owl"]),
    ]
    index = LexicalIndex(tmp_path / "lexical")
    index.add(rows, commit_id=1)
    assert found(index, ["infarct"]) == [1]
    assert found(index, ["infarct"], headings=["infarct"]) == [1, 2]
    index.replace_all([row for row in index.rows() if row.id != 1], commit_id=2)
    assert found(index, ["infarct"], headings=["infarct"]) == [2]
