"""A library on a Milvus beyond what it shares with a folder: many writers, kills, what is wrong with a server."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from breaking_off import Stopped, stop_at
from conftest import ABSTRACTS, ROOT, abstract
from milvus_lite_server import free_port, milvus_server
from milvus_stand_ins import stand_in

from index import Abstract, Filters, Library
from index.__main__ import main
from index.errors import EncoderError, InputError, LibraryError
from index.ingest.inputs import Shard
from index.records import Section
from index.search.query import NARROWER
from index.storage.milvus.schema import Present, condition, label_key
from index.storage.milvus.server import Address, parse_address

PATIENCE_S = 300
"""A process of its own has to load the encoder first, on a machine that may be busy."""
SAMPLES = ROOT / "samples" / "abstracts.jsonl"


@pytest.fixture
def five(at_milvus, made):
    """A library of the five abstracts, a test's own."""
    with Library.open(at_milvus(), create=True) as opened:
        opened.add(files=[made.parent / "abstracts.jsonl"])
        yield opened


@pytest.fixture(scope="module")
def samples_there(milvus):
    """The samples on the server."""
    address = f"{milvus}/samples"
    Library.build(address, files=[SAMPLES])
    with Library.open(address) as opened:
        yield opened


def pmids(hits):
    return list(dict.fromkeys(hit.passage.pmid for hit in hits))


def many(count, first=1):
    return [abstract(str(pmid), f"Record {pmid}", "It has a sentence.") for pmid in range(first, first + count)]


def add(address, *arguments):
    """Start `index add` in a process of its own."""
    command = [sys.executable, "-m", "index", "add", *map(str, arguments), "--library", address, "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def row_of(store, collection, id_):
    """Return a row as it can be written again: Milvus reckons what BM25 needs by itself."""
    (row,) = store.server.rows(collection, f'id in ["{id_}"]', ["*"], most=1)
    return {name: value for name, value in row.items() if not name.endswith("_bm25")}


def is_whole(library, abstracts):
    """Tell whether a library holds these abstracts and nothing else, with nothing amiss."""
    return library.check() == [] and library.get_many([one.pmid for one in abstracts]) == {
        one.pmid: one for one in abstracts
    } and library.info().abstracts == len(abstracts)  # fmt: skip


# ---- as in a folder


def test_the_samples_are_found_as_in_a_folder(samples_there, samples):
    lines = (ROOT / "samples" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    assert samples_there.digest == samples.digest
    firsts = [(pmids(samples_there.search(one))[:1], pmids(samples.search(one))[:1]) for one in questions]
    assert [there for there, _ in firsts] == [here for _, here in firsts]


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_scores_are_a_folder_s(samples_there, samples, mode):
    question = "Does IL-32γ raise TNF-α in rheumatoid arthritis?"
    there, here = (library.search(question, mode=mode, top=5) for library in (samples_there, samples))
    assert [hit.passage for hit in there] == [hit.passage for hit in here]
    # tantivy keeps lengths roughly, and one record of its own; a folder weighs whole abstracts once for each passage
    assert [hit.score for hit in there] == pytest.approx([hit.score for hit in here], rel=0.1)


def test_words_weigh_what_they_do_in_a_folder(samples_there, samples):
    words = ["vegf", "il32beta", "metformin", "zebrafish"]
    there, here = (library.term_weights(words, absent=["zebrafish"]) for library in (samples_there, samples))
    assert there == pytest.approx(here)
    assert samples_there.term_weights(words) == pytest.approx(samples.term_weights(words))  # now remembered


def test_abbreviations_are_read_as_in_a_folder(samples_there, samples):
    for text in ("RA", "rheumatoid arthritis", "VEGF", "What is AMPK good for?", "TP53 and p53"):
        assert samples_there.parse(text) == samples.parse(text)


def test_what_filters_name_is_listed_as_in_a_folder(samples_there, samples):
    for kind in ("type", "mesh", "journal"):
        assert samples_there.label_values(kind) == samples.label_values(kind)
    assert samples_there.has_label("type", "REVIEW") == samples.has_label("type", "REVIEW") is True
    assert samples_there.has_label("mesh", "Zebrafish") == samples.has_label("mesh", "Zebrafish") is False


def test_an_abstract_has_the_vector_that_it_has_in_a_folder(samples_there, samples):
    pmids = [*samples.pmids()[:3], "1"]
    there, here = (library.abstract_vectors(pmids) for library in (samples_there, samples))
    assert sorted(there) == sorted(here) == sorted(pmids[:3])
    assert all(float(there[pmid] @ here[pmid]) == pytest.approx(1, abs=1e-3) for pmid in here)


# ---- rows


def test_records_and_labels_of_any_length_are_kept(at_milvus, json_lines):
    import random

    letters = random.Random(1)
    authors = tuple("".join(letters.choices("abcdefghijklmnop", k=40)) for _ in range(4_000))
    section = Section("é" * 40_000, "", "A long one.")
    long = Abstract(
        "1",
        "Long",
        (section,),
        authors=authors,
        types=("Review", "t" * 2_000),
        mesh=('a "b" \\ c', "x' or 1 == 1 or '"),
    )
    with Library.open(at_milvus(), create=True) as library:
        library.add(files=[json_lines([long, *ABSTRACTS[:1]])])
        assert is_whole(library, [long, *ABSTRACTS[:1]])
        assert library.backend.server.count(library.backend.store.pieces_name) > 2
        assert library.backend.store.get_with_raw("1").raw.startswith(b'{"pmid": "1"')
        for filters in (Filters(types=("T" * 2_000,)), Filters(mesh=('A "b" \\ c',)), Filters(mesh=long.mesh[1:])):
            assert pmids(library.search("long", filters=filters, top=3)) == ["1"]
        assert pmids(library.search("long", filters=Filters(journals=('" or id != "',)))) == []
        assert library.search("abcabcabc breast cancer", mode="lexical", top=3)[0].passage.pmid == "90000001"


def test_a_changed_text_leaves_no_passage_of_the_old_one(five, json_lines):
    shorter = dataclasses.replace(ABSTRACTS[0], sections=(Section("", "", "Cells moved."),))
    report = five.add(files=[json_lines([shorter], "shorter.jsonl")])
    assert (report.updated, report.changes) == (1, {"90000001": "has another text"})
    assert is_whole(five, [shorter, *ABSTRACTS[1:]])
    assert {hit.passage.end for hit in five.search("VEGF STAT3 cells moved", filters=Filters(pmids=("90000001",)))} == {
        len(shorter.title),
        len(shorter.text),
    }


def test_a_retraction_hides_an_abstract_with_nothing_embedded(five, json_lines, monkeypatch):
    retracted = dataclasses.replace(ABSTRACTS[0], is_retracted=True)
    monkeypatch.setattr("index.ingest.batches.split_abstract", None)  # whoever embeds passages calls it
    report = five.add(files=[json_lines([retracted], "retracted.jsonl")])
    assert (report.updated, report.changes) == (1, {"90000001": "was retracted"})
    question = "IL-32β induced VEGF in breast cancer cells"
    assert "90000001" not in pmids(five.search(question, top=50))
    assert pmids(five.search(question, filters=Filters(include_retracted=True)))[0] == "90000001"
    assert is_whole(five, [retracted, *ABSTRACTS[1:]])


def test_passages_of_another_text_than_the_abstract_s_are_not_found(five):
    """As they are for the moment in which a writer has written the passages of a new text, and its abstract not yet."""
    store = five.backend.store
    row = row_of(store, store.passages_name, "90000003/1")
    store.server.upsert(store.passages_name, [{**row, "version": "another"}])
    hits = five.search("Metformin lengthened the life of male mice", top=50)
    assert "90000003/1" not in {f"{hit.passage.pmid}/{int(hit.passage.start > 0)}" for hit in hits}
    assert "90000003" in pmids(hits)  # by its title


# ---- many writers, and kills


def test_two_shards_at_once_make_what_one_process_makes(at_milvus, json_lines, tmp_path):
    address, abstracts = at_milvus(), many(200)
    files = [json_lines(abstracts[first : first + 50], f"part{first}.jsonl") for first in range(0, 200, 50)]
    shards = [add(address, *files, "--shard", f"{number}/2") for number in (1, 2)]  # neither waits for a library
    reports = [json.loads(shard.communicate(timeout=PATIENCE_S)[0]) for shard in shards]
    assert sum(report["added"] for report in reports) == 200
    assert all(0 < report["added"] < 200 for report in reports)
    with Library.open(tmp_path / "folder", create=True) as folder, Library.open(address) as library:
        folder.add(files=files)
        assert is_whole(library, abstracts)
        assert library.digest == folder.digest
        assert library.add(files=files, shard="1/2").unchanged == reports[0]["added"]


def test_two_writers_of_the_same_abstracts_do_no_harm(at_milvus, json_lines):
    address, abstracts = at_milvus(), many(150)
    with (
        Library.open(address, create=True) as library,
        Library.open(address) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        files = [json_lines(abstracts, "one.jsonl"), json_lines(abstracts[::-1], "other.jsonl")]
        runs = [pool.submit(one.add, files=[file]) for one, file in zip((library, other), files, strict=True)]
        assert sum(run.result().added for run in runs) >= 150
        assert is_whole(library, abstracts)


def test_an_add_that_was_killed_is_simply_run_again(at_milvus, json_lines):
    address, abstracts = at_milvus(), many(400)
    file = json_lines(abstracts)
    with Library.open(address, create=True) as library:
        writer = add(address, file)
        until = time.monotonic() + PATIENCE_S
        while not (done := library.info().abstracts) and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        assert 0 < done < 400
        assert "the add begun at" in library.info().unfinished
        report = library.add(files=[file])
        assert (report.added + report.unchanged, report.unchanged >= done) == (400, True)
        assert is_whole(library, abstracts)
        assert library.info().unfinished == ""


def test_a_server_that_is_killed_and_comes_back_has_all_that_was_committed(tmp_path, json_lines):
    port, abstracts = free_port(), many(70)
    with milvus_server(tmp_path, port) as address:
        library = Library.open(f"{address}/library", create=True)
        library.add(files=[json_lines(abstracts)])
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    with milvus_server(tmp_path, port), library:
        assert pmids(library.search("record 5", mode="lexical", top=1)) == ["5"]  # the handle goes on being of use
        assert is_whole(library, abstracts)
        assert library.add(files=[json_lines(abstracts)]).unchanged == 70


def test_the_old_library_answers_until_a_build_over_it_is_whole(five, json_lines):
    file = json_lines(many(150), "many.jsonl")
    with pytest.raises(Stopped):
        Library.build(five.address, files=[file], on_progress=stop_at(64))
    assert (five.info().abstracts, pmids(five.search("IL-32β VEGF"))[0]) == (5, "90000001")
    with Library.open(five.address) as other:
        assert other.info().abstracts == 5
    report = Library.build(five.address, files=[file])
    assert (report.added, report.unchanged) == (86, 64)
    assert five.get("90000001") is None  # an open reader takes the new one up
    assert is_whole(five, many(150))
    server, store = five.backend.server, five.backend.store
    names = {name for name in server.collections() if name.startswith(f"{server.address.name}_")}
    assert names == {store.abstracts_name, store.passages_name, store.pieces_name}


def test_what_somebody_writes_during_a_rebuild_is_in_it(five, json_lines):
    file, done = json_lines(many(2), "two.jsonl"), []

    def meanwhile(progress):
        if not done:
            done.append(progress)
            with Library.open(five.address) as other:
                other.add(files=[file])
                other.remove(["90000003"])

    assert five.rebuild(passage_tokens=24, on_progress=meanwhile).updated == 6
    assert is_whole(five, [*many(2), *(one for one in ABSTRACTS if one.pmid != "90000003")])


# ---- checking


def test_check_finds_damage_and_mends_it(five):
    store = five.backend.store
    store.server.delete(store.passages_name, 'id in ["90000001/1"]')
    row = row_of(store, store.passages_name, "90000002/0")
    store.server.upsert(store.passages_name, [{**row, "id": "77/0", "pmid": "77"}])
    row = row_of(store, store.abstracts_name, "90000005")
    store.server.upsert(store.abstracts_name, [{**row, "record": "no record"}])
    found = five.check()
    assert [(one.file, one.what) for one in found] == [
        (store.abstracts_name, "holds PMID 90000001 damaged"),
        (store.abstracts_name, "has lost the record of PMID 90000005"),
        (store.passages_name, "holds passages of no abstract"),
    ]
    assert [one.repaired for one in five.check(repair=True)] == [True, False, True]
    assert [one.what for one in five.check()] == ["has lost the record of PMID 90000005"]
    assert five.get("90000001") == ABSTRACTS[0]
    with pytest.raises(
        LibraryError, match="90000005 is damaged; run: python -m index check --repair --library milvus:"
    ):
        five.get("90000005")


def test_a_run_that_nobody_ends_is_named_and_forgotten_on_demand(five, json_lines):
    with pytest.raises(Stopped):
        five.add(files=[json_lines(many(100), "many.jsonl")], on_progress=stop_at(64))
    assert [one.what.partition(" begun")[0] for one in five.check()] == ["knows of the add"]
    assert [one.repaired for one in five.check(repair=True)] == [True]
    assert five.check() == []
    assert five.info().abstracts == 69


# ---- what is wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("milvus://localhost/il32", Address("localhost", 19530, "il32")),
        ("milvus://10.0.0.1:5/A_1", Address("10.0.0.1", 5, "A_1")),
        ("milvus://[::1]:5/a", Address("[::1]", 5, "a")),
        ("milvus://milvus.example.org/a?index=ivf_sq8", Address("milvus.example.org", 19530, "a", "IVF_SQ8")),
    ],
)
def test_addresses(text, expected):
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "milvus:", "milvus://", "milvus://localhost", "milvus://localhost/", "milvus://localhost:0/a",
        "milvus://localhost:99999/a", "milvus://localhost/1a", "milvus://localhost/a-b", "milvus://localhost/a/b",
        "milvus://localhost/a?index=magic", "milvus://localhost/a?user=me", "milvus:/localhost/a", "milvus://a b/c",
    ],
)  # fmt: skip
def test_what_is_no_address(text):
    with pytest.raises(InputError, match="write milvus://HOST:PORT/NAME|there may be only .index= and one of HNSW"):
        Library.open(text)


def test_a_server_that_is_down(milvus, monkeypatch):
    monkeypatch.setattr("index.storage.milvus.server.CONNECT_S", 1.0)
    with pytest.raises(LibraryError, match=r"the Milvus at 127.0.0.1:\d+ cannot be reached; see that it runs"):
        Library.open(f"milvus://127.0.0.1:{free_port()}/library")


def test_a_server_that_is_slow(milvus, monkeypatch):
    monkeypatch.setattr("index.storage.milvus.server.READ_S", 0.5)
    with (
        stand_in(answers_after_s=3) as address,
        pytest.raises(LibraryError, match="did not answer in time; see that it is well, and run the same again"),
    ):
        Library.open(address)


def test_a_server_that_is_too_old(milvus):
    with (
        stand_in(version="v2.4.15") as address,
        pytest.raises(LibraryError, match=r"is v2.4.15, which has no BM25; use 2.5 or newer"),
    ):
        Library.open(address)


def test_a_server_that_asks_who_is_there(milvus, monkeypatch):
    with stand_in(token="root:Milvus") as address:
        with pytest.raises(LibraryError, match="set ASKABSTRACTS_MILVUS_TOKEN"):
            Library.open(address)
        monkeypatch.setenv("ASKABSTRACTS_MILVUS_TOKEN", "root:Milvus")
        with pytest.raises(LibraryError, match="is not there; build a library there with"):
            Library.open(address)


def test_no_client(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(LibraryError, match="needs Milvus's client; run: pip install pymilvus==3.0.2"):
        Library.open("milvus://127.0.0.1:1/library")


def test_no_library_there(at_milvus):
    with pytest.raises(LibraryError, match="is not there; build a library there with: python -m index build"):
        Library.open(at_milvus())


def test_a_collection_of_another_program(five):
    name = five.backend.store.pieces_name
    with pytest.raises(LibraryError, match="is a collection of another program; give another name"):
        Library.open(f"milvus://127.0.0.1:{five.backend.server.address.port}/{name}")


def test_a_library_of_another_version(five, json_lines):
    present = five.backend.store.present
    five.backend.register._put("present", present.to_json().replace('"format": 2', '"format": 3'))
    with pytest.raises(
        LibraryError, match="was made by another version of AskAbstracts; use that version, or build it"
    ):
        Library.open(five.address)
    assert Library.build(five.address, files=[json_lines(many(3), "three.jsonl")]).added == 3  # as it says
    assert is_whole(five, many(3))


def test_a_library_of_the_format_without_headings_is_used_as_it_is_and_gets_them_by_a_rebuild(
    at_milvus, json_lines, monkeypatch, caplog
):
    address, described = at_milvus(), dataclasses.replace(ABSTRACTS[2], keywords=("geroprotector",))
    with monkeypatch.context() as older:
        older.setattr("index.storage.milvus.backend.Present", partial(Present, format=1))
        with Library.open(address, create=True) as library:
            library.add(files=[json_lines([*ABSTRACTS[:2], described])])
    with Library.open(address) as library:
        library.add(files=[json_lines([dataclasses.replace(described, keywords=("senolytic",))], "again.jsonl")])
        assert pmids(library.search("metformin senolytic", mode="lexical")) == ["90000003"]
        assert pmids(library.search("senolytic", mode="lexical")) == []
        assert f"searched by its MeSH headings; run: python -m index rebuild --library {address}" in caplog.text
        library.rebuild()
        assert pmids(library.search("senolytic", mode="lexical")) == ["90000003"]
        assert library.backend.store.present.has_headings


def test_what_the_library_calls_otherwise_weighs_as_in_a_folder(samples_there, samples):
    """Other names and narrower things weigh less than what is asked for: scores of both backends tell."""
    query = samples.parse("Do biguanides lengthen life?")
    assert NARROWER in query.weighted_terms.values()
    there, here = (library.search(query, mode="lexical", top=3) for library in (samples_there, samples))
    assert [hit.passage for hit in there] == [hit.passage for hit in here]
    assert [hit.score for hit in there] == pytest.approx([hit.score for hit in here], rel=0.05)


def test_a_rebuild_keeps_the_index_unless_another_is_named(at_milvus, made):
    address = at_milvus()
    for asked, index in (("?index=ivf_flat", "IVF_FLAT"), ("", "IVF_FLAT"), ("?index=FLAT", "FLAT")):
        with Library.open(address + asked, create=True) as library:
            library.add(files=[made.parent / "abstracts.jsonl"])
            library.rebuild()
            assert library.backend.store.present.index == index
            assert pmids(library.search("IL-32β VEGF", mode="dense", top=1)) == ["90000001"]


def test_vectors_of_another_encoder(five):
    present = five.backend.store.present
    others = dataclasses.replace(present.settings, encoder_sha256="0" * 64)
    five.backend.register.set_present(dataclasses.replace(present, settings=others))
    with (
        Library.open(five.address) as library,
        pytest.raises(EncoderError, match="other weights of abstracts-MiniLM-L6"),
    ):
        library.search("VEGF")


def test_a_library_that_was_removed_meanwhile(five):
    five.backend.store.drop()
    five.backend.register.drop()
    with pytest.raises(LibraryError, match="is not there; build a library there"):
        five.search("VEGF")


# ---- filters and shares, without a server


def test_a_filter_is_text_and_nothing_else():
    assert condition(Filters()) == "is_retracted == false"
    assert condition(Filters(include_retracted=True)) == ""
    assert condition(Filters(years=(None, 2010), mesh=('A"b',), pmids=("1", "2"), include_retracted=True)) == (
        'year <= 2010 and array_contains_any(labels, ["mesh:a\\"b"]) and pmid in ["1", "2"]'
    )
    assert label_key("mesh", "x" * 501).startswith("mesh:sha256:")


def test_what_a_register_says_is_read_as_it_was_written(five):
    assert five.backend.register.present() == five.backend.store.present == Present("0", "HNSW", five.settings)


def test_shares_are_whole_and_do_not_overlap():
    names = [f"pubmed26n{number:04d}.xml.gz" for number in range(1, 1_001)]
    shares = [[name for name in names if Shard(number, 7).has(name)] for number in range(1, 8)]
    assert sorted(name for share in shares for name in share) == names
    assert all(100 < len(share) < 190 for share in shares)
    assert Shard(1, 1).has("anything")


# ---- the command line


def test_every_command(at_milvus, json_lines, capsys):
    address = at_milvus()

    def run(*arguments):
        code = main([*map(str, arguments), "--library", address, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, report = run("build", json_lines(ABSTRACTS[:4]))
    assert (code, report["added"], report["library"]) == (0, 4, address)
    assert run("add", json_lines(ABSTRACTS, "all.jsonl"))[1]["added"] == 1
    code, found = run("search", "What does IL-32β induce?", "--years", "2013:2013", "--top", "2")
    assert [(hit["pmid"], hit["year"]) for hit in found["hits"]] == [("90000001", 2013)] * 2
    code, info = run("info")
    assert (info["path"], info["abstracts"], info["years"]) == (address, 5, [1975, 2016])
    assert run("check") == (0, {"library": address, "findings": []})
    assert run("rebuild", "--passage-tokens", "64")[1]["updated"] == 5
    assert run("remove", "90000001")[1]["removed"] == 1
    assert run("info")[1]["abstracts"] == 4


def test_questions_are_answered(five, capsys):
    from qa.__main__ import main as ask

    code = ask(["ask", "What does IL-32β induce in breast cancer cells?", "--library", five.address, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["sources"][0]["pmid"], answer["library_digest"]) == (0, "90000001", five.digest)
    assert "VEGF" in answer["answer"]
