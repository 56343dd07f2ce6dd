"""Filters in words, by what is read of studies where records have no publication types or check tags."""

import pytest

from index import Filters
from qa.question.filters import RANDOMIZED, TRIALS, as_read, cut_size, narrowing


@pytest.mark.parametrize(
    ("text", "rest", "least"),
    [
        ("What did large trials find?", "What did trials find?", 500),
        ("Do large-scale randomised studies agree?", "Do randomised studies agree?", 500),
        ("Does zinc help in trials with at least 200 children?", "Does zinc help in trials?", 200),
        ("only studies with more than 1,000 participants", "only studies", 1001),
        ("Is a large dose of zinc safe?", "Is a large dose of zinc safe?", None),
        ("Which cells are large in trials?", "Which cells are large in trials?", None),
    ],
)
def test_sizes_in_words(text, rest, least):
    assert cut_size(text) == (rest, least)


def test_a_size_alone_is_a_follow_up():
    assert narrowing("large studies only").filters == Filters(min_n=500)
    assert narrowing("large studies only").is_all


def test_types_that_no_record_has_are_read():
    assert as_read(Filters(types=RANDOMIZED), lambda *_: False) == Filters(designs=("randomised controlled trial",))
    assert as_read(Filters(types=TRIALS, mesh=("Humans", "Zinc")), lambda *_: False) == Filters(
        designs=("randomised controlled trial", "non-randomised trial"), mesh=("Zinc",), subjects=("humans",)
    )


def test_types_that_a_record_has_stay():
    filters = Filters(types=TRIALS, mesh=("Humans",))
    assert as_read(filters, lambda kind, name: name in ("Clinical Trial", "Humans")) == filters
    assert as_read(Filters(types=("Guideline", "Practice Guideline")), lambda *_: False).designs == ()
