"""A library, in a folder and on a Milvus: what goes in, what comes out; and what of a folder survives."""

import dataclasses
import json
import shutil
import sqlite3
import subprocess
import sys

import pytest
from conftest import ABSTRACTS, ROOT, abstract

from index import Filters, Library
from index.errors import EncoderError, InputError, LibraryBusyError, LibraryDamagedError, LibraryError
from index.ingest.formats import markup
from index.storage.folder.lock import writing

ON_DISK = pytest.mark.parametrize("library", ["folder"], indirect=True)


@pytest.fixture(params=["folder", "milvus"])
def library(request, tmp_path, made):
    """A library of the five abstracts, a test's own, in a folder and on a Milvus."""
    if request.param == "folder":
        shutil.copytree(made, tmp_path / "library")
        with Library.open(tmp_path / "library") as opened:
            yield opened
        return
    with Library.open(request.getfixturevalue("at_milvus")(), create=True) as opened:
        opened.add(files=[made.parent / "abstracts.jsonl"])
        yield opened


@pytest.fixture(scope="module", params=["folder", "milvus"])
def unchanged(request, made):
    """The same, shared by tests that only read."""
    if request.param == "folder":
        with Library.open(made) as opened:
            yield opened
        return
    address = f"{request.getfixturevalue('milvus')}/unchanged"
    with Library.open(address, create=True) as opened:
        opened.add(files=[made.parent / "abstracts.jsonl"])
        yield opened


def pmids(hits):
    return list(dict.fromkeys(hit.passage.pmid for hit in hits))


# ---- adding and removing


def test_the_account_of_a_run(place, json_lines):
    changed = dataclasses.replace(ABSTRACTS[1], title="Another title")
    with Library.open(place("new"), create=True) as library:
        first = library.add(files=[json_lines(ABSTRACTS[:3])])
        second = library.add(files=[json_lines([ABSTRACTS[0], changed, ABSTRACTS[3]], "more.jsonl")])
        third = library.remove(["90000001", "90000009"])
    assert (first.added, first.updated, first.unchanged, first.removed, dict(first.failed)) == (3, 0, 0, 0, {})
    assert (second.added, second.updated, second.unchanged) == (1, 1, 1)
    assert (third.removed, third.failed) == (1, {"90000009": "is not in this library"})


def test_what_goes_in_comes_out(unchanged):
    for one in ABSTRACTS:
        assert unchanged.get(one.pmid) == one
    assert unchanged.get("1") is None


def test_every_passage_stands_at_its_offsets(unchanged):
    for hit in unchanged.search("IL-32β metformin breast cancer mice", top=100):
        text = unchanged.get(hit.passage.pmid).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_an_updated_abstract_is_found_by_its_new_text_only(library, json_lines):
    library.add(
        files=[json_lines([abstract("90000003", "Rapamycin and flies", "Rapamycin helped flies.")], "new.jsonl")]
    )
    assert pmids(library.search("rapamycin flies", mode="lexical")) == ["90000003"]
    assert pmids(library.search("metformin diet", mode="lexical")) == []


def test_an_abstract_is_found_by_its_headings_those_that_come_later_too(library, json_lines, monkeypatch):
    described = dataclasses.replace(
        ABSTRACTS[2], mesh=("Longevity/drug effects",), substances=("Biguanides",), keywords=("geroprotector",)
    )
    monkeypatch.setattr("index.ingest.batches.split_abstract", None)  # whoever embeds passages calls it
    assert library.add(files=[json_lines([described], "described.jsonl")]).updated == 1
    for word in ("longevity", "biguanides", "geroprotector"):
        assert pmids(library.search(word, mode="lexical")) == ["90000003"]
    library.add(files=[json_lines([dataclasses.replace(described, keywords=("senolytic",))], "again.jsonl")])
    found = {word: pmids(library.search(word, mode="lexical")) for word in ("geroprotector", "senolytic", "biguanides")}
    assert found == {"geroprotector": [], "senolytic": ["90000003"], "biguanides": ["90000003"]}
    assert library.check() == []


def test_a_removed_abstract_is_not_found(library):
    library.remove(["90000001"])
    assert "90000001" not in pmids(library.search("IL-32β induced VEGF in breast cancer cells", top=50))


def test_the_same_content_has_the_same_digest_in_any_order(place, json_lines):
    digests = set()
    for name, order in (("a", ABSTRACTS), ("b", ABSTRACTS[::-1])):
        with Library.open(place(name), create=True) as library:
            library.add(files=[json_lines(order, f"{name}.jsonl")])
            digests.add(library.digest)
    with Library.open(place("c"), create=True) as library:
        library.add(files=[json_lines(ABSTRACTS[:4], "c.jsonl")])
        other = library.digest
    assert len(digests) == 1
    assert other not in digests


def test_adding_and_removing_again_gives_the_first_digest(library, json_lines):
    before = library.digest
    library.add(files=[json_lines([abstract("1", "One more")], "one.jsonl")])
    assert library.digest != before
    library.remove(["1"])
    assert library.digest == before


@ON_DISK
def test_scores_do_not_depend_on_what_was_removed(library, json_lines):
    before = library.search("IL-32β VEGF metformin", mode="lexical")
    more = [abstract(str(number), "VEGF", "VEGF and metformin again.") for number in range(1, 30)]
    library.add(files=[json_lines(more, "more.jsonl")])
    library.remove([one.pmid for one in more])
    after = library.search("IL-32β VEGF metformin", mode="lexical")
    assert [(hit.passage, hit.score) for hit in after] == [(hit.passage, hit.score) for hit in before]


def test_an_interrupted_run_keeps_what_was_committed(place, json_lines):
    many = [abstract(str(number), f"Record {number}", "It has a sentence.") for number in range(1, 201)]

    class Stopped(Exception):
        pass

    def stop(progress):
        if progress.done >= 100:
            raise Stopped

    with Library.open(place("new"), create=True) as library:
        with pytest.raises(Stopped):
            library.add(files=[json_lines(many)], on_progress=stop)
        done = library.info().abstracts
        assert 100 <= done < 200
        assert library.search("record 5", mode="lexical")
        assert library.add(files=[json_lines(many)]).unchanged == done


# ---- searching


def test_search_in_each_mode(unchanged):
    for mode in ("hybrid", "dense", "lexical"):
        assert (
            pmids(unchanged.search("Which factor does IL-32β induce in breast cancer cells?", mode=mode))[0]
            == "90000001"
        )


def test_scores_fall_and_lie_between_0_and_1(unchanged):
    scores = [hit.score for hit in unchanged.search("metformin life span of mice", top=20)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"90000001", "90000002", "90000003", "90000005"}),  # never the retracted one
        (Filters(include_retracted=True), {one.pmid for one in ABSTRACTS}),
        (Filters(years=(2013, 2013)), {"90000001", "90000003"}),
        (Filters(years=(2009, None)), {"90000001", "90000003"}),
        (Filters(years=(None, 2008)), {"90000002", "90000005"}),
        (Filters(years=(2014, None), include_retracted=True), {"90000004"}),
        (Filters(types=("review",)), {"90000002"}),  # without regard to case
        (Filters(mesh=("Interleukins",)), {"90000001"}),  # the descriptor without its qualifier
        (Filters(mesh=("Metformin", "Breast Neoplasms")), {"90000001", "90000003"}),  # any of them
        (Filters(journals=("Pain Test",)), {"90000005"}),
        (Filters(pmids=("90000002", "PMID: 90000003")), {"90000002", "90000003"}),
        (Filters(years=(2013, 2013), journals=("J Test",)), {"90000001"}),  # all kinds together
        (Filters(years=(1900, 1901)), set()),
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_filters_are_applied_on_both_sides(unchanged, filters, expected, mode):
    question = "interleukin-32 metformin aspirin headache ageing life mice cancer arthritis"
    assert set(pmids(unchanged.search(question, top=100, mode=mode, filters=filters))) == expected


def test_a_filter_is_applied_to_what_the_library_holds_by_now(library, json_lines):
    recent, found = Filters(years=(2009, None)), {"90000001", "90000003"}
    assert set(pmids(library.search("metformin", top=100, filters=recent))) == found
    with Library.open(library.address) as other:
        other.add(files=[json_lines([abstract("1", "Metformin", "Metformin again.", year=2020)], "one.jsonl")])
        assert set(pmids(library.search("metformin", top=100, filters=recent))) == found | {"1"}
        other.add(files=[json_lines([abstract("1", "Metformin", "Metformin again.", year=1990)], "one.jsonl")])
    assert set(pmids(library.search("metformin", top=100, filters=recent))) == found


@ON_DISK
def test_few_filters_are_remembered(library):
    for year in range(2000, 2020):
        library.search("metformin", filters=Filters(years=(year, None)))
    assert 1 <= len(library.backend.store._selected) <= 8


def test_a_filtered_search_still_brings_as_many_hits_as_asked(place, json_lines):
    many = [abstract(str(year), "Metformin", "Metformin again.", year=year) for year in range(1900, 2100)]
    with Library.open(place("new"), create=True) as library:
        library.add(files=[json_lines(many)])
        hits = library.search("metformin", top=5, filters=Filters(years=(2090, 2099)))
    assert len(hits) == 5


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda library: library.search(""), "nothing to search for"),
        (lambda library: library.search("?! ,"), "nothing to search for"),
        (lambda library: library.search("x" * 10_000), "10,000 characters"),
        (lambda library: library.search("x", top=0), "top is 0"),
        (lambda library: library.search("x", mode="fuzzy"), "no search mode 'fuzzy'"),
        (lambda library: library.search("x", filters=Filters(years=(2020, 2010))), "run backwards"),
        (lambda library: library.search("x", filters=Filters(pmids=("abc",))), "'abc' is not a PMID"),
        (lambda library: library.search("x", filters=Filters(years=(10**20, None))), "is not a year"),
        (lambda library: library.search("x", filters=Filters(years=(2020,))), "cannot be read; give .first, last."),
        (lambda library: library.search("x", filters=Filters(years=("a", None))), "cannot be read"),
        (lambda library: library.add(pmids=object()), "is not a list"),
        (lambda library: library.add(), "nothing to read"),
        (lambda library: library.add(files=["no-such-file.xml"]), "there is no file no-such-file.xml"),
        (lambda library: library.add(search="x", limit=0), "the limit is 0"),
    ],
)
def test_bad_input_is_said_in_a_sentence(unchanged, ask, says):
    with pytest.raises(InputError, match=says):
        ask(unchanged)


# ---- counting


@pytest.mark.parametrize(
    ("filters", "holding", "expected"),
    [
        (Filters(include_retracted=True), "", "43125"),  # newest first; a PMID's number where the year is the same
        (Filters(), "", "3125"),
        (Filters(years=(2000, 2013)), "", "312"),
        (Filters(mesh=("Interleukins",)), "", "1"),
        (Filters(types=("review",)), "", "2"),
        (Filters(journals=("Nature",)), "", ""),
        (Filters(pmids=("90000004", "90000005"), include_retracted=True), "", "45"),
        (Filters(include_retracted=True), '"metFORMin', "3"),  # begins a MeSH term; case does not matter
        (Filters(), "áging TÉST", "3"),
        (Filters(), "lengthened", ""),  # in the abstract itself
        (Filters(), "aspirin", "5"),  # a record without sections is looked through whole
    ],
)
def test_pmids_come_newest_first(unchanged, filters, holding, expected):
    assert "".join(pmid[-1] for pmid in unchanged.pmids(filters, holding=holding)) == expected


@pytest.mark.parametrize(
    ("kind", "filters", "expected"),
    [
        ("year", Filters(), [("2013", 2), ("1975", 1), ("2008", 1)]),
        ("journal", Filters(include_retracted=True), [("aging test", 2), ("j test", 2), ("pain test", 1)]),
        ("type", Filters(include_retracted=True),
         [("journal article", 4), ("retracted publication", 1), ("review", 1)]),
        ("mesh", Filters(pmids=("90000001",)),
         [("breast neoplasms", 1), ("interleukins", 1), ("interleukins/metabolism", 1)]),
    ],
)  # fmt: skip
def test_values_are_tallied(unchanged, kind, filters, expected):
    tallies = unchanged.tally(kind, filters)
    assert [(tally.value, tally.count) for tally in tallies] == expected
    assert all(tally.pmid in unchanged.pmids(filters) for tally in tallies)


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        ("IL-32", "12"),
        ("interleukin-32 gamma", "2"),
        ("metformin", "43"),  # the retracted abstract too
        ("life span", "43"),
        ("span life", ""),
        ("breast cancer cells", "1"),
        ("breast neoplasm", "1"),  # a MeSH descriptor, and nothing in the text
        ("rheumatoid arthritis", "2"),
        ("aspirin", "5"),
        ("BRCA1", ""),
    ],
)
def test_what_mentions_a_thing(unchanged, thing, expected):
    assert "".join(pmid[-1] for pmid in unchanged.mentioning(thing)) == expected


# ---- opening


def test_a_closed_library_says_so(library):
    library.close()
    with pytest.raises(LibraryError, match="was closed; open it again"):
        library.search("VEGF")


@ON_DISK
def test_an_open_library_takes_up_the_encoder_that_another_handle_rebuilt_it_with(library, monkeypatch):
    library.search("VEGF")
    with Library.open(library.path) as other:
        other.backend.store._db.execute("UPDATE settings SET value = 'other' WHERE name = 'encoder_sha256'")
    with pytest.raises(EncoderError, match="was built with other weights"):
        library.search("VEGF")


def test_one_value_counts_as_a_list_of_it(library, eutils):
    report = library.add(pmids=next(iter(eutils.records)))
    assert report.added + report.updated == 1
    assert pmids(library.search("interleukin-32", filters=Filters(types="Review", pmids=90000002))) == ["90000002"]


def test_a_folder_that_is_no_library(tmp_path):
    with pytest.raises(LibraryError, match="does not exist; build one there with"):
        Library.open(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(LibraryError, match="is not a library"):
        Library.open(tmp_path)
    with pytest.raises(LibraryError, match="holds other files"):
        Library.open(tmp_path, create=True)
    with pytest.raises(LibraryError, match="is a file"):
        Library.open(tmp_path / "notes.txt", create=True)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_another_encoder_or_passage_size_is_refused_with_the_cure(unchanged):
    with pytest.raises(LibraryError, match="python -m index rebuild .* --encoder other"):
        Library.open(unchanged.address, encoder="other")
    with pytest.raises(LibraryError, match="python -m index rebuild .* --passage-tokens 64"):
        Library.open(unchanged.address, passage_tokens=64)


@ON_DISK
def test_a_newer_format_is_refused(library):
    library.close()
    with sqlite3.connect(library.path / "library.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LibraryError, match="format 99, made by a newer AskAbstracts"):
        Library.open(library.path)


def test_a_database_of_another_program_is_refused(tmp_path):
    db = sqlite3.connect(tmp_path / "library.db")
    db.execute("CREATE TABLE t (a)")
    db.close()
    with pytest.raises(LibraryError, match="is not a library's database"):
        Library.open(tmp_path)


def test_a_database_that_is_garbage_is_said_to_be_damaged(tmp_path):
    (tmp_path / "library.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(LibraryDamagedError, match="is damaged"):
        Library.open(tmp_path)


# ---- caches


def damage_vectors(path):
    damaged = bytearray((path / "vectors.faiss").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (path / "vectors.faiss").write_bytes(damaged)


@ON_DISK
@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (lambda path: (path / "vectors.faiss").unlink(), ("vectors.faiss", "is missing")),
        (damage_vectors, ("vectors.faiss", "is damaged")),
        (lambda path: shutil.rmtree(path / "lexical"), ("lexical", "is missing")),
        (lambda path: (path / "lexical" / "meta.json").write_text("{"), ("lexical", "is damaged")),
    ],
)
def test_a_lost_or_damaged_cache_comes_back_with_no_embedding(library, damage, finding, monkeypatch):
    question = "What does IL-32β induce?"
    before = library.search(question)
    library.close()
    damage(library.path)
    with Library.open(library.path) as reopened:
        assert [(one.file, one.what) for one in reopened.check()] == [finding]
        monkeypatch.setattr("index.ingest.batches._entries", None)  # whoever embeds passages calls it
        assert reopened.search(question) == before
        assert reopened.check() == []


@ON_DISK
def test_repair_mends_what_check_found(library):
    library.close()
    shutil.rmtree(library.path / "lexical")
    with Library.open(library.path) as reopened:
        assert [one.repaired for one in reopened.check(repair=True)] == [True]
        assert reopened.check() == []


@ON_DISK
def test_a_cache_that_is_behind_catches_up(library, json_lines, tmp_path):
    kept = tmp_path / "kept"
    shutil.copytree(library.path, kept)
    library.add(files=[json_lines([abstract("7", "Zebrafish", "Zebrafish swim.")], "seven.jsonl")])
    library.remove(["90000003"])
    library.close()
    for name in ("vectors.faiss", "lexical"):  # put the older caches back, as a kill between commits leaves them
        old, now = kept / name, library.path / name
        shutil.rmtree(now) if now.is_dir() else now.unlink()
        old.rename(now)
    with Library.open(library.path) as reopened:
        assert pmids(reopened.search("zebrafish", mode="lexical")) == ["7"]
        assert pmids(reopened.search("fish that swim", mode="dense"))[0] == "7"
        assert "90000003" not in pmids(reopened.search("metformin in mice", top=50))


def test_an_open_library_takes_up_what_another_process_added(library, json_lines):
    assert pmids(library.search("zebrafish", mode="lexical")) == []
    file = json_lines([abstract("7", "Zebrafish", "Zebrafish swim.")], "seven.jsonl")
    command = [sys.executable, "-m", "index", "add", str(file), "--library", library.address, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["added"] == 1
    assert pmids(library.search("zebrafish", mode="lexical")) == ["7"]


@ON_DISK
def test_a_second_writer_is_told_of_the_first(library, json_lines):
    with (
        Library.open(library.path) as second,
        writing(library.path),
        pytest.raises(LibraryBusyError, match=r"is being written by process \d+ on .* since 20"),
    ):
        second.remove(["90000001"])


@ON_DISK
def test_a_reader_answers_while_somebody_writes(library):
    with Library.open(library.path) as reader, writing(library.path):
        assert pmids(reader.search("IL-32β VEGF"))[0] == "90000001"


# ---- building over and rebuilding


def test_build_replaces_the_library_only_when_the_new_one_is_whole(library, json_lines, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text("not JSON at all\n")
    digest = library.digest
    with pytest.raises(LibraryError, match="is kept as it was"):
        Library.build(library.address, files=[bad])
    assert library.digest == digest
    report = Library.build(
        library.address, files=[json_lines([abstract("7", "Zebrafish", "They swim.")], "seven.jsonl")]
    )
    assert report.added == 1
    assert pmids(library.search("zebrafish metformin", top=50)) == ["7"]
    assert library.info().unfinished == ""


@ON_DISK
def test_a_build_over_another_leaves_nothing_lying_about(library, json_lines):
    Library.build(library.path, files=[json_lines([abstract("7", "Zebrafish", "They swim.")], "seven.jsonl")])
    assert not list(library.path.glob("building*"))


def test_rebuild_with_another_passage_size_keeps_the_abstracts(library):
    report = library.rebuild(passage_tokens=24)
    assert (report.updated, report.failed) == (5, {})
    assert library.info().passage_tokens == 24
    assert {one.pmid: library.get(one.pmid) for one in ABSTRACTS} == {one.pmid: one for one in ABSTRACTS}
    assert pmids(library.search("IL-32β VEGF"))[0] == "90000001"


def test_rebuild_reads_the_raw_records_anew(place, tmp_path, monkeypatch):
    address = place("old")
    section = "<Abstract><AbstractText>VEGF was 10<sup>6</sup> pg. It fell to 5 pg.</AbstractText></Abstract>"
    source = tmp_path / "one.xml"
    source.write_text(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>T</ArticleTitle>"
        f"{section}</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )
    with monkeypatch.context() as older:
        older.setitem(markup._SCRIPTS, "sup", lambda text, before: text)
        Library.build(address, files=[source])
    with Library.open(address) as library:
        assert library.get("7").text == "T\nVEGF was 106 pg. It fell to 5 pg."
        assert library.rebuild().updated == 1
        assert library.get("7").text == "T\nVEGF was 10⁶ pg. It fell to 5 pg."
        passages = [hit.passage for hit in library.search("VEGF")]
        assert [passage.text for passage in passages if passage.section != "TITLE"] == [
            "VEGF was 10⁶ pg. It fell to 5 pg."
        ]
        assert library.check() == []


@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("in_one_file", [True, False])
def test_of_the_versions_of_a_pmid_the_highest_stays(tmp_path, first, in_one_file):
    texts = {1: "It rose.", 2: "It fell."}
    order = [first, 3 - first]
    records = [
        f'<PubmedArticle><MedlineCitation><PMID Version="{version}">7</PMID><Article><ArticleTitle>T</ArticleTitle>'
        f"<Abstract><AbstractText>{texts[version]}</AbstractText></Abstract></Article></MedlineCitation>"
        "</PubmedArticle>"
        for version in order
    ]
    sets = ["".join(records)] if in_one_file else records
    with Library.open(tmp_path / "library", create=True) as library:
        for number, each in enumerate(sets):
            file = tmp_path / f"{number}.xml"
            file.write_text(f"<PubmedArticleSet>{each}</PubmedArticleSet>")
            library.add(files=[file])
        assert (library.get("7").text, library.get("7").version) == ("T\nIt fell.", 2)
        assert {hit.passage.text for hit in library.search("it fell")} <= {"T", "It fell."}


@pytest.mark.parametrize("tokens", [0, 15, 255, -1])
def test_passages_must_fit_the_encoder(place, tokens):
    with pytest.raises(InputError, match="do not fit abstracts-MiniLM-L6: give 16 to 254"):
        Library.open(place("new"), create=True, passage_tokens=tokens)


# ---- PMIDs through a real HTTP server


def test_pmids_are_fetched_and_those_that_do_not_come_are_named(place, eutils):
    known = list(eutils.records)[:3]
    with Library.open(place("new"), create=True) as library:
        report = library.add(pmids=[*known, "99999999", "IL-32"])
    assert report.added == 3
    assert sorted(report.failed) == ["99999999", "IL-32"]
    assert "no record with this PMID" in report.failed["99999999"]
    assert "is not a PMID" in report.failed["IL-32"]


def test_info_says_what_the_library_holds(unchanged):
    info = unchanged.info()
    assert info.path == unchanged.address
    assert (info.abstracts, info.years, info.retracted, info.without_abstract) == (5, (1975, 2016), 1, 1)
    assert info.unfinished == ""


@ON_DISK
def test_info_says_how_large_a_folder_is(library):
    info = library.info()
    assert info.name == "library"
    assert info.bytes == sum(file.stat().st_size for file in library.path.rglob("*") if file.is_file())


@ON_DISK
def test_a_library_of_an_older_version_gets_the_indexes_of_filters_with_its_next_batch(library, json_lines):
    def plan():
        db = sqlite3.connect(library.path / "library.db")
        steps = db.execute("EXPLAIN QUERY PLAN SELECT id FROM abstracts WHERE is_retracted").fetchall()
        db.close()
        return steps[0][-1]

    db = sqlite3.connect(library.path / "library.db")
    db.executescript("DROP INDEX abstracts_retracted; DROP INDEX abstracts_year")
    db.close()
    before = library.search("metformin", filters=Filters(years=(2009, None)))
    assert plan() == "SCAN abstracts"
    library.add(files=[json_lines([abstract("1", "One more")], "one.jsonl")])
    assert plan() == "SCAN abstracts USING COVERING INDEX abstracts_retracted"
    library.remove(["1"])
    assert library.search("metformin", filters=Filters(years=(2009, None))) == before


def test_synonyms_of_one_s_own_find_what_they_stand_for_and_stay_with_the_library(place, json_lines, tmp_path):
    where, own = place("own"), tmp_path / "own.csv"
    own.write_text("Grandmedicin,metformin\nlong life,longevity\n", encoding="utf-8")
    Library.build(where, files=[json_lines(ABSTRACTS)], synonyms=own)
    with Library.open(where) as library:
        assert (library.info().synonyms, library.digest) == (2, library.info().digest)
        assert pmids(library.search("Grandmedicin", mode="lexical")) == ["90000003"]
        assert pmids(library.search("Does Grandmedicin help?", mode="lexical")) == ["90000003"]  # in a question too
        assert library.mentioning("Grandmedicin") == library.mentioning("metformin")
        assert library.translated("Grandmedicin").details == '"metformin"[All Fields] OR "grandmedicin"[All Fields]'
        with_them = library.digest
        library.rebuild(passage_tokens=64)
        assert pmids(library.search("Grandmedicin", mode="lexical")) == ["90000003"]
        own.write_text("", encoding="utf-8")
        assert library.add(synonyms=own).notes == ("the library has 0 synonyms of its own now",)
        assert (library.info().synonyms, library.search("Grandmedicin", mode="lexical")) == (0, [])
        assert library.digest != with_them


def test_damaged_synonyms_are_said_to_be_so(made, tmp_path):
    shutil.copytree(made, tmp_path / "library")
    (tmp_path / "library" / "synonyms.json").write_text("[[1", encoding="utf-8")
    says = "synonyms.json is damaged; give the library its synonyms again: python -m index add"
    with Library.open(tmp_path / "library") as library, pytest.raises(LibraryDamagedError, match=says):
        library.parse("metformin")
    with Library.open(tmp_path / "library") as library:
        for repair in (False, True):
            (finding,) = library.check(repair=repair)
            assert (finding.file, finding.what, finding.repaired) == ("synonyms.json", "is damaged", False)


def test_an_abstract_has_the_mean_vector_of_its_passages(read_only_library, encoder):
    vectors = read_only_library.abstract_vectors(["90000003", "1"])
    assert list(vectors) == ["90000003"]
    vector = vectors["90000003"]
    assert float(vector @ vector) == pytest.approx(1, abs=1e-3)
    near, far = encoder.encode(["Metformin and the life of mice", "Aspirin for headache"], kind="query")
    assert float(vector @ near) > float(vector @ far)
