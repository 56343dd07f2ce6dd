"""The page beside the command line: a few abstracts are added while somebody asks a real server."""

import json

from evals.load.beside import FIRST, NEW, measured, write_additions


def test_the_additions_have_pmids_of_their_own_and_the_new_one_comes_last(tmp_path):
    write_additions(tmp_path / "more.jsonl", 100)
    rows = [json.loads(line) for line in (tmp_path / "more.jsonl").read_text().splitlines()]
    assert len({row["pmid"] for row in rows}) == 100
    assert min(int(row["pmid"]) for row in rows) == FIRST
    assert rows[-1] == NEW


def test_what_is_added_comes_up_on_the_page_and_nobody_meets_an_error(tmp_path):
    row, errors = measured(tmp_path / "beside", 40, people=1, round_s=1)
    assert (errors, row["errors"]) == ({}, 0)
    assert row["requests"] >= 1
