"""Libraries are made larger than there are abstracts, and their growth is told."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from evals.corpora import sample_abstracts
from evals.scale import growth
from evals.scale.grown import FIRST_MADE, entries, parted, real_abstracts
from evals.scale.lines import Panel, picture
from index import Library
from index.records import to_json

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library of the first sample abstracts."""
    folder = tmp_path_factory.mktemp("real")
    some = [one for one in sample_abstracts() if one.sections][:16]
    (folder / "some.jsonl").write_text("".join(json.dumps(to_json(one)) + "\n" for one in some), encoding="utf-8")
    Library.build(folder / "library", files=[folder / "some.jsonl"])
    return folder / "library"


@pytest.fixture(scope="module")
def real(library):
    return real_abstracts(library)


def test_some_abstracts_are_held_back(real):
    made_of, held_back = parted(real)
    assert (len(made_of), len(held_back)) == (14, 2)
    assert [*made_of, *held_back] == real


def test_a_library_of_any_size_is_made_and_the_same_each_time(real):
    made = list(entries(real, 400))
    assert 400 - len(made[-1].passages) < sum(len(one.passages) for one in made[:-1]) < 400
    again = list(entries(real, 400))
    assert [(one.abstract, one.passages, one.vectors.tobytes()) for one in made] == [
        (one.abstract, one.passages, one.vectors.tobytes()) for one in again
    ]
    assert [one.abstract.pmid for one in made[:16]] == [one.abstract.pmid for one in real]
    assert made[16].abstract.pmid == str(FIRST_MADE)


def test_a_made_abstract_lies_between_two_real_ones(real):
    texts = {one.abstract.text for one in real}
    for entry in islice(entries(real, 400), 16, None):
        assert all(entry.abstract.text[one.start : one.end] == one.text for one in entry.passages)
        assert entry.abstract.text not in texts
        assert np.linalg.norm(entry.vectors.astype(np.float32), axis=1) == pytest.approx(1, abs=1e-3)
        nearest = max((entry.vectors[0].astype(np.float32) @ one.vectors[0].astype(np.float32)) for one in real)
        assert 0.5 < nearest < 0.99


def test_a_step_makes_a_library_of_them(library, tmp_path):
    command = [sys.executable, "-m", "evals.scale.steps", "build", tmp_path / "made", "300", library]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert {"SQLite", "tantivy", "FAISS", "terms"} < told.keys()
    with Library.open(tmp_path / "made") as made:
        assert 300 <= made.info().passages < 320
        assert made.check() == []
        assert told["abstracts"] == made.info().abstracts


def test_the_figures_of_a_size_are_reckoned_from_its_steps():
    asked = dict.fromkeys(growth.SEARCHING, 1.0)
    told = {
        "build": {"SQLite": 3.0, "tantivy": 2.0, "FAISS": 1.0, "terms": 4.0, "disk bytes": 5_000},
        "ask": {**asked, "own bytes": 3_000, "bytes": 4_000},
        "add": {"seconds": 14.0, "cpu s": 12.0, "encoder": 8.0},
        "remove": {"seconds": 0.5, "cpu s": 0.4, "removed": 10},
    }
    empty = {"seconds": 11.0, "cpu s": 10.0, "encoder": 9.0, "passages": 100}
    figures = growth.row(1_000, told, (500, {"own bytes": 1_000, "bytes": 1_000}), empty)
    assert figures["% of build"] == pytest.approx(100 * 6 / (90 + 10))  # 1,000 passages take the encoder 90 s
    assert (figures["times empty"], figures["of the encoder s"]) == (1.2, 8.0)
    assert (figures["own B"], figures["mapped B"], figures["disk B"]) == (4.0, 6.0, 5.0)


def test_lines_are_drawn_with_their_names():
    panels = [Panel("Waiting", {"median": {10.0: 1.0, 100.0: 2.0}, "p95": {10.0: 3.0, 100.0: 40.0}})]
    drawn = ElementTree.fromstring(picture(panels, [10.0, 100.0], below="passages & more"))
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Waiting", "median", "p95", "passages & more", "10", "100"} <= set(texts)
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))) == 2
