"""Abstracts on a plane: like ones together, in named groups, the same map for the same library."""

from __future__ import annotations

import re

import numpy as np
import pytest
from markupsafe import escape

from index import Library
from index.records import Abstract
from ui.pictures.map_view import map_html, map_picture, opened_html
from ui.pictures.mapping import LibraryMap, MapGroup, MappedAbstract, grouped, map_of, placed, terms_of


def clusters(*sizes):
    """Return unit vectors around as many axes, and which each is around."""
    random = np.random.default_rng(1)
    around = np.repeat(np.arange(len(sizes)), sizes)
    points = np.eye(8, dtype=np.float32)[around] + random.normal(0, 0.05, (len(around), 8)).astype(np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True), around


def test_points_that_lie_together_are_a_group():
    points, around = clusters(20, 30, 25)
    groups = grouped(points, 3)
    assert [len(set(groups[around == one])) for one in range(3)] == [1, 1, 1]
    assert len(set(groups)) == 3


def test_a_few_strays_are_no_group_of_their_own():
    points, around = clusters(60, 60, 1)
    groups = grouped(points, 3)
    assert sorted(np.bincount(groups).tolist())[0] >= 60


def test_groups_lie_apart_on_the_plane():
    points, around = clusters(20, 30, 25)
    places = placed(points, around)
    assert (places.min(), places.max()) == (0, 1)
    centres = [places[around == one].mean(axis=0) for one in range(3)]
    spread = max(places[around == one].std(axis=0).max() for one in range(3))
    assert min(np.linalg.norm(centres[one] - centres[one - 1]) for one in range(3)) > 3 * spread


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_abstracts_have_a_place_too(count):
    points, around = clusters(*[1] * count)
    assert placed(points, around).shape == (count, 2)


def test_an_abstract_is_on_its_mesh_terms_without_those_that_all_have_or_on_its_title():
    assert terms_of(Abstract("1", "T", mesh=("Humans", "Breast Neoplasms/genetics"))) == {"Breast Neoplasms"}
    assert terms_of(Abstract("1", "Zeta-7 in moss", mesh=("Humans",))) == {"zeta-7", "moss"}


def test_the_map_of_a_library_has_each_abstract_once_and_is_the_same_again(samples):
    drawn = map_of(samples)
    pmids = [pmid for group in drawn.groups for pmid in group.pmids]
    assert sorted(pmids) == sorted(set(pmids))
    assert (len(pmids), drawn.total) == (58, 58)
    assert any("metformin" in group.name.casefold() for group in drawn.groups)
    assert map_of(samples) == drawn


def test_an_empty_library_has_an_empty_map(tmp_path):
    with Library.open(tmp_path / "empty", create=True) as library:
        assert "nothing to draw" in map_html(map_of(library))


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}"


def test_nothing_on_a_map_runs_and_each_dot_has_its_abstract():
    group = MapGroup(HOSTILE, (MappedAbstract("7", HOSTILE, None, 0.5, 0.5),))
    html = map_html(LibraryMap((group,), 9))
    assert "<script" not in html
    assert "<img" not in html
    assert re.findall(r'data-(?:pmid|open|group)="(\d+)"', html) == ["7", "7", "0"]
    assert str(escape(HOSTILE)) in html
    assert "The newest 1 of 9." in map_picture(LibraryMap((group,), 9)).note


def test_an_abstract_of_the_map_is_opened_whole_without_a_number(library):
    html = opened_html(library, library.pmids()[0])
    assert '<details class="aa-whole" open>' in html
    assert "aa-number" not in html
    assert "data-grow" not in html
    assert opened_html(library, "7") == ""
