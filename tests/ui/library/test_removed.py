"""Abstracts removed on the page come back, in their own library, once."""

import pytest

from index.errors import InputError
from ui.library.removed import Removals


def test_a_removal_is_undone_once(library):
    removals, digest = Removals(), library.digest
    key, count = removals.remove(library, ["90000001", "90000003", "1"])
    assert (count, library.get("90000001")) == (2, None)
    assert removals.undo(library, key).added == 2
    assert library.digest == digest
    with pytest.raises(InputError, match="no longer be undone"):
        removals.undo(library, key)


def test_what_is_gone_cannot_be_removed(library):
    with pytest.raises(InputError, match="none of the chosen abstracts"):
        Removals().remove(library, ["1"])
