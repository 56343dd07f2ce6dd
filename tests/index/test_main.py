"""python -m index as a person or a script uses it."""

import json
import os
import re
import runpy
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from conftest import ABSTRACTS

from index.__main__ import main
from index.cli import parse_years
from index.errors import InputError


@pytest.fixture
def run(capsys):
    """Run a command and return its exit code, its JSON (or text) and what it said on stderr."""

    def run_one(*arguments):
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        out = json.loads(said.out) if "--json" in arguments and said.out else said.out
        return code, out, said.err

    return run_one


@pytest.fixture
def built(tmp_path, json_lines, run):
    """A library built by the command line."""
    path = tmp_path / "built"
    code, _, _ = run("build", json_lines(ABSTRACTS), "--library", path)
    assert code == 0
    return path


def test_a_library_from_build_to_remove(built, run, json_lines):
    code, info, _ = run("info", "--library", built, "--json")
    assert (code, info["abstracts"], info["retracted"], info["years"]) == (0, 5, 1, [1975, 2016])
    code, report, _ = run("add", json_lines(ABSTRACTS[:1], "again.jsonl"), "--library", built, "--json")
    assert (code, report["added"], report["unchanged"], report["failed"]) == (0, 0, 1, {})
    code, report, _ = run("remove", "90000001", "--library", built, "--json")
    assert (code, report["removed"]) == (0, 1)
    code, report, said = run("remove", "90000001", "--library", built, "--json")
    assert (code, report["failed"]) == (3, {"90000001": "is not in this library"})


def test_an_update_prints_what_is_new_and_a_search_is_listed_and_forgotten(built, run, eutils):
    code, report, _ = run("add", "--search", "moss[Title]", "--limit", "2", "--library", built, "--json")
    assert (code, report["new"]) == (0, {})
    eutils.records["77"] = replace(eutils.records["90000001"], pmid="77", title="Moss, anew")
    eutils.entry_dates["77"] = date(2999, 1, 1)
    code, out, _ = run("update", "--library", built)
    assert (code, out.splitlines()[1:]) == (0, ["new: PMID 77 Moss, anew"])
    code, report, _ = run("update", "--library", built, "--json")
    assert (code, report["new"]) == (0, {})
    _, out, _ = run("info", "--library", built)
    assert re.search(r"^built from moss\[Title\], at most 2 \(asked 20.*\)$", out, re.MULTILINE)
    assert re.search(r"^last updated 20.*; 0 new$", out, re.MULTILINE)
    assert run("update", "--forget", "moss[title]", "--library", built)[:2] == (0, "forgotten: moss[title]\n")
    code, _, said = run("update", "--library", built)
    assert (code, said.startswith(f"{built} remembers no search that could be asked again and was built from")) == (
        2,
        True,
    )


def test_search_prints_hits_whose_text_stands_at_its_offsets(built, run):
    code, found, _ = run("search", "IL-32β VEGF", "--library", built, "--top", "3", "--json")
    assert code == 0
    assert list(found) == ["query", "also_searched", "hits", "seconds"]
    texts = {one.pmid: one.text for one in ABSTRACTS}
    for hit in found["hits"]:
        assert texts[hit["pmid"]][hit["start"] : hit["end"]] == hit["text"]
    assert found["hits"][0]["pmid"] == "90000001"


def test_filters_and_modes(built, run):
    for mode in ("hybrid", "dense", "lexical"):
        flags = ("--mode", mode, "--years", "2013:", "--journal", "aging test", "--include-retracted")
        _, found, _ = run("search", "metformin life span", "--library", built, *flags, "--json")
        assert {hit["pmid"] for hit in found["hits"]} == {"90000003", "90000004"}


def test_a_search_in_pubmed_s_syntax_lists_abstracts_with_its_translation(built, run):
    search = "metformin[ti] OR IL-32[ti] NOT review[pt]"
    code, found, said = run("search", search, "--library", built, "--json")
    assert (code, said) == (0, "")
    assert list(found) == ["query", "translation", "notes", "count", "also_searched", "hits", "seconds"]
    assert (sorted(hit["pmid"] for hit in found["hits"]), found["count"]) == (["90000001", "90000003"], 2)
    assert found["translation"] == '("metformin"[Title] OR "il-32"[Title]) NOT "review"[Publication Type]'
    code, text, said = run("search", "2013[dp] OR reviews[pt]", "--library", built)
    assert [line.rpartition(" ")[2] for line in text.splitlines()[::2]] == ["90000003", "90000001"]
    assert said.splitlines() == [
        '2 abstracts; search details: 2013/01/01:2013/12/31[Date - Publication] OR "reviews"[Publication Type]',
        "no abstract of this library has the publication type “reviews”; the nearest that some have: “review”, "
        "at character 13 of the search: 2013[dp] OR ^reviews[pt]",
    ]


def test_where_narrows_a_search_for_passages(built, run):
    code, found, said = run("search", "metformin life span", "--where", "IL-32", "--library", built, "--json")
    assert (code, {hit["pmid"] for hit in found["hits"]}, found["count"]) == (0, {"90000001", "90000002"}, 2)


def test_mesh_terms_are_exploded_unless_told_otherwise(built, run):
    arguments = ("search", "cells", "--mesh", "Neoplasms", "--library", built, "--json")
    assert {hit["pmid"] for hit in run(*arguments)[1]["hits"]} == {"90000001"}
    assert run(*arguments, "--no-explode")[1]["hits"] == []
    code, _, said = run("search", "cells", "--mesh", "Neoplasmz", "--library", built)
    assert (code, said) == (
        2, "no abstract of this library has the MeSH term “Neoplasmz”; the nearest that some have: “breast neoplasms”\n"
    )  # fmt: skip


def test_rebuild_check_and_repair(built, run):
    assert run("rebuild", "--library", built, "--passage-tokens", "32", "--json")[1]["updated"] == 5
    assert run("check", "--library", built)[:2] == (0, "all is well\n")
    (built / "vectors.faiss").unlink()
    code, report, _ = run("check", "--library", built, "--json")
    assert (code, report["findings"][0]["file"], report["findings"][0]["what"]) == (3, "vectors.faiss", "is missing")
    code, text, _ = run("check", "--repair", "--library", built)
    assert (code, text.splitlines()[0]) == (0, "vectors.faiss is missing -> repaired")


def test_pmids_from_a_file_and_a_search_through_a_real_server(tmp_path, run, eutils):
    listed = tmp_path / "pmids.txt"
    known = list(eutils.records)
    listed.write_text(f"PMID: {known[0]}\n{known[1]}, {known[2]}\n", encoding="utf-8")
    code, report, _ = run("build", "--pmids-from", listed, "--library", tmp_path / "new", "--json")
    assert (code, report["added"]) == (0, 3)
    code, report, _ = run("add", "--search", "metformin", "--limit", "2", "--library", tmp_path / "new", "--json")
    assert (code, report["added"] + report["unchanged"]) == (0, 2)


def test_refresh_takes_up_a_retraction(tmp_path, run, eutils):
    import dataclasses

    pmid = next(pmid for pmid, one in eutils.records.items() if not one.is_retracted and one.sections)
    run("build", "--pmids", pmid, "--library", tmp_path / "new")
    now = dataclasses.replace(
        eutils.records[pmid], types=("Journal Article", "Retracted Publication"), is_retracted=True
    )
    eutils.records[pmid] = now
    code, report, _ = run("refresh", "--library", tmp_path / "new", "--json")
    assert (code, report["updated"]) == (0, 1)
    assert run("info", "--library", tmp_path / "new", "--json")[1]["retracted"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("info", "--library", "no-such-folder"), 2, "no-such-folder does not exist; build one there with"),
        (("info",), 2, "no library was named: give --library DIR or set ASKABSTRACTS_LIBRARY"),
        (("build", "--library", "LIBRARY"), 2, "nothing to read: give PMIDs, a PubMed search or files"),
        (("add", "no-such.xml", "--library", "LIBRARY"), 2, "there is no file no-such.xml"),
        (("add", "--pmids", "IL-32", "--library", "LIBRARY"), 3, "IL-32: is not a PMID"),
        (("add", "--pmids-from", "no-such.txt", "--library", "LIBRARY"), 2, "there is no file no-such.txt"),
        (("search", "", "--library", "LIBRARY"), 2, "there is nothing to search for"),
        (("search", "x", "--years", "soon", "--library", "LIBRARY"), 2, "the years 'soon' cannot be read"),
        (
            ("search", "x", "--where", "a[ti", "--library", "LIBRARY"),
            2,
            "this bracket is not closed, at character 2 of",
        ),
        (
            ("search", "a[ti] AND [ti]", "--library", "LIBRARY"),
            2,
            "no term stands before the tag [ti], at character 11",
        ),
        (("search", "x", "--top", "0", "--library", "LIBRARY"), 2, "top is 0"),
        (("rebuild", "--encoder", "no-such-model", "--library", "LIBRARY"), 2, "no embedding model no-such-model"),
        (
            ("info", "--library", "milvus://127.0.0.1/x/y"),
            2,
            "is no address of a library: write milvus://HOST:PORT/NAME",
        ),
        (("add", "x.xml", "--shard", "0/4", "--library", "LIBRARY"), 2, "'0/4' is no share of the inputs"),
    ],
)
def test_what_a_person_can_mend_is_said_in_one_sentence(built, run, arguments, code, says):
    got, out, said = run(*(built if argument == "LIBRARY" else argument for argument in arguments))
    assert got == code
    assert says in said
    assert "Traceback" not in said


def test_a_wrong_flag_is_one_sentence(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["search", "x", "--fuzzy"])
    assert capsys.readouterr().err == "unrecognized arguments: --fuzzy; see: python -m index --help\n"


def test_a_wrong_file_is_named_in_the_account(built, run, tmp_path):
    page = tmp_path / "page.xml"
    page.write_text("<!DOCTYPE html><html><body>Sorry</body></html>", encoding="utf-8")
    code, report, _ = run("add", page, "--library", built, "--json")
    assert code == 3
    assert list(report["failed"]) == ["page.xml"]
    assert report["added"] == 0


def test_no_network_is_said_in_a_sentence(built, run, monkeypatch):
    monkeypatch.setenv("ASKABSTRACTS_EUTILS_URL", "http://127.0.0.1:9/")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    code, _, said = run("add", "--pmids", "90000001", "--library", built)
    assert code == 2
    assert "127.0.0.1:9" in said
    assert run("info", "--library", built, "--json")[1]["abstracts"] == 5


@pytest.mark.parametrize(
    ("text", "years"),
    [("2010:2020", (2010, 2020)), ("2010:", (2010, None)), (":2020", (None, 2020)), ("2015", (2015, 2015))],
)
def test_parse_years(text, years):
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["x", "2010-2020", "20:1o"])
def test_years_that_cannot_be_read(text):
    with pytest.raises(InputError, match="cannot be read"):
        parse_years(text)


@pytest.mark.parametrize(("command", "is_long"), [("rebuild", True), ("refresh", True), ("info", False)])
def test_what_takes_long_leaves_the_processor_to_others(command, is_long, tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr("index.cli.give_way", lambda: given.append(command))
    monkeypatch.setattr("index.cli.gc.freeze", lambda: None)  # this process goes on
    monkeypatch.setattr(sys, "argv", ["index", command, "--library", str(tmp_path / "none")])
    monkeypatch.delitem(sys.modules, "index.__main__")  # so that it is run anew, as by python -m index
    with pytest.raises(SystemExit):
        runpy.run_module("index", run_name="__main__", alter_sys=False)
    assert bool(given) == is_long


@pytest.mark.skipif(not hasattr(os, "setpriority"), reason="this system has no priorities")
def test_giving_way_twice_is_giving_way_once_and_takes_nothing_back():
    code = (
        "import os; from index.cli import give_way; of = lambda: os.getpriority(os.PRIO_PROCESS, 0);"
        "give_way(); give_way(); print(of()); os.nice(5); kept = of(); give_way(); print(of() == kept)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    niceness, is_kept = done.stdout.split()
    assert int(niceness) >= 10
    assert is_kept == "True"
