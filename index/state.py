"""Which state of a library's truth something holds: what lets a cache tell whether it belongs."""

from __future__ import annotations

from typing import NamedTuple


class State(NamedTuple):
    """The number of a committed batch, and a number drawn when it was committed, so that no other library has both."""

    generation: int
    stamp: int


NOTHING = State(0, 0)
"""The state of an empty cache, and of every library before its first batch."""
