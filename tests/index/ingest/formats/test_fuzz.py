"""Ten thousand mutated records a run: nothing but abstracts, deletions and failures, and no neighbour lost."""

import gzip
import io

import pytest
from hostile import KINDS, PARSERS, between_neighbours, check, is_lost, mutate, neighbours, records, spared
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from index.errors import FileError
from index.ingest.formats.detect import parse_file

STEPS = st.lists(
    st.tuples(st.integers(0, KINDS - 1), st.integers(0, 65_535), st.integers(0, 65_535)), min_size=1, max_size=5
)
WHICH = st.integers(0, 65_535)


def fuzzed(cases: int):
    """The same cases on every run, and shrunk to the smallest when one fails."""
    return settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def hold(layout: str, which: int, steps: list[tuple[int, int, int]]) -> None:
    mutated = mutate(records(layout)[which % len(records(layout))], steps, layout=layout)
    reads = list(PARSERS[layout](io.BytesIO(between_neighbours(mutated, layout)), name="x"))
    whole = [one for one in reads if one in neighbours(layout)]
    assert layout == "array" and is_lost(reads) or set(spared(mutated, layout)) <= {one.pmid for one in whole}, mutated
    for read in reads:
        if read not in whole:
            check(read)


@fuzzed(4_000)
@given(WHICH, STEPS)
def test_xml(which, steps):
    hold("xml", which, steps)


@fuzzed(2_500)
@given(WHICH, STEPS)
def test_medline(which, steps):
    hold("medline", which, steps)


@fuzzed(1_500)
@given(WHICH, STEPS)
def test_json_lines(which, steps):
    hold("lines", which, steps)


@fuzzed(1_000)
@given(WHICH, STEPS)
def test_json_array(which, steps):
    hold("array", which, steps)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "records"


@fuzzed(1_000)
@given(layout=st.sampled_from(sorted(PARSERS)), which=WHICH, steps=STEPS, packed=st.integers(0, 2))
def test_whole_files_packed_and_not(path, layout, which, steps, packed):
    source = between_neighbours(records(layout)[which % len(records(layout))], layout)
    for _time in range(packed):
        source = gzip.compress(source, mtime=0)
    path.write_bytes(mutate(source, steps, layout=layout))
    try:
        for read in parse_file(path):
            check(read)
    except FileError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
