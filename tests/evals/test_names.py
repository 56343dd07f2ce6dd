"""Written forms of one thing bring the same abstracts; like names bring their own."""

import pytest

from evals.name_variants import APART, VARIANTS, pairs
from evals.names import build, is_first, is_same


@pytest.fixture(scope="module")
def variants(tmp_path_factory):
    """The library of the table, built once."""
    with build(tmp_path_factory.mktemp("names")) as library:
        yield library


def test_the_table_is_large():
    assert len(VARIANTS) == 20
    assert len(pairs()) >= 200
    assert len(APART) == 30


@pytest.mark.parametrize(("family", "form", "other"), pairs())
def test_both_forms_bring_the_same(variants, family, form, other):
    assert is_same(variants, form, other)


@pytest.mark.parametrize("form", sorted({form for pair in APART for form in pair}))
def test_like_names_bring_their_own(variants, form):
    assert is_first(variants, form)
