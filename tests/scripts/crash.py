"""Kills a writer at each of its steps, and looks at what it leaves: python crash.py FOLDER [--points N] [--random N].

Every writer and every look at what is left is a fork of one process that has imported everything, so a kill costs a
tenth of a second. Prints one JSON object.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from eutils_server import EutilsServer

import index.ingest.batches
import index.search.lexical
import index.storage.build_settings
import index.storage.folder.index_caches
import index.storage.folder.store
from index import Abstract, Library, Section
from index.analysis.chunking import split_abstract
from index.ingest.eutils.client import EutilsClient
from index.ingest.eutils.rate_limit import RateLimiter
from index.records import KeptStudy, to_json
from index.storage.folder.backend import STUDIES
from index.storage.origins import CHECKED, Origin, origin_rows

_WORDS = "IL-32β VEGF STAT3 metformin mice cells cancer raised lowered migration dose trial years".split()


class HashEncoder:
    """An encoder without a model: each word has a vector drawn from its hash."""

    name, sha256, dimension, max_tokens = "hash", "0" * 64, 16, 256

    def encode(self, texts, *, kind):
        vectors = np.array([sum(map(_word_vector, text.split()), np.zeros(16)) for text in texts]).reshape(-1, 16)
        return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32)

    def encode_each(self, groups, *, kind):
        return [self.encode(texts, kind=kind) for texts in groups]

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]


def _word_vector(word):
    return np.frombuffer(hashlib.sha512(word.encode()).digest()[:16], dtype=np.uint8) / 127.5 - 1


class CountingEncoder(HashEncoder):
    """The same, keeping the texts that it was given as passages."""

    def __init__(self):
        self.embedded = []

    def encode(self, texts, *, kind):
        if kind == "passage":
            self.embedded.extend(texts)
        return super().encode(texts, kind=kind)


def use_hash_encoder(setattr_=setattr, encoder=None):
    """Put an encoder without a model in the place where a library loads its own."""
    encoder = encoder or HashEncoder()
    setattr_(index.storage.build_settings, "load_encoder", lambda name="hash": encoder)


def records(first, count, *, seed=0):
    """Return abstracts of random words, the same for the same numbers."""
    made = []
    for number in range(first, first + count):
        draw = random.Random(f"{number} {seed}")
        text = " ".join(" ".join(draw.choices(_WORDS, k=8)).capitalize() + "." for _ in range(4))
        made.append(Abstract(str(number), f"Record {number}", (Section("", "", text),), year=2000 + number % 20))
    return made


def write_records(path, abstracts):
    """Write abstracts as JSON Lines and return the path."""
    path.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts), encoding="utf-8")
    return path


class WordsReader:
    """Reads an abstract as a study of as many as it has words, whose record is its text."""

    rules = "words"

    def read(self, abstract):
        """Return the study of an abstract."""
        return KeptStudy(abstract.pmid, "cohort", "humans", len(abstract.text.split()), abstract.text)


def read_studies(library):
    """Read the studies of a library, five at a time, and keep them."""
    library.studies.reader = WordsReader()
    pmids = library.pmids()
    return [library.studies.of(pmids[first : first + 5]) for first in range(0, len(pmids), 5)]


def commands(inputs, client=None):
    """Return what a writer may do, by name; `create` starts from nothing, the others from twenty abstracts.

    With a client of a stand-in that `changed_at_pubmed` was told to, the commands that fetch are among them.
    """
    more = write_records(inputs / "more.jsonl", records(15, 12))
    changed = write_records(inputs / "changed.jsonl", records(3, 10, seed=1))
    other = write_records(inputs / "other.jsonl", records(100, 10))

    def opened(act):
        def command(path):
            with Library.open(path) as library:
                act(library)

        return command

    pmids = [str(number) for number in range(12, 32)]
    fetching = {
        "fetch": opened(lambda library: library.add(pmids=pmids, client=client)),
        "refresh": opened(lambda library: library.refresh(client=client)),
        "current": opened(lambda library: library.update(client=client)),
        "fetch-over": lambda path: Library.build(path, pmids=pmids, client=client, passage_tokens=24),
    }
    return (fetching if client else {}) | {
        "create": lambda path: Library.build(path, files=[more], passage_tokens=24),
        "add": opened(lambda library: library.add(files=[more])),
        "update": opened(lambda library: library.add(files=[changed])),
        "remove": opened(lambda library: library.remove([str(number) for number in range(5, 9)])),
        "rebuild": opened(lambda library: library.rebuild(passage_tokens=16)),
        "build-over": lambda path: Library.build(path, files=[other], passage_tokens=24),
        "repair": opened(lambda library: library.check(repair=True)),
        "studies": opened(read_studies),
    }


def changed_at_pubmed(server):
    """Have PubMed hold the twenty abstracts and twenty later ones: one retracted, one changed, one gone, one merged."""
    held = {one.pmid: one for one in records(1, 40)}
    held["2"] = replace(held["2"], types=("Retracted Publication",), is_retracted=True)
    held["3"] = replace(held["3"], sections=(Section("", "", "Another text on VEGF."),))
    del held["4"], held["5"]
    server.entry_dates |= {str(number): date(2020, 2, 1) for number in range(21, 41)}
    server.change_dates |= {number: date(2020, 2, 1) for number in "123"}
    server.records.clear()
    server.records.update(held)
    server.merged["5"] = "6"


def last_asked_in_2020(path):
    """Give a library a search that was last asked in 2020, as were its abstracts."""
    asked = "2020-01-10T06:00:00+00:00"
    with Library.open(path) as library:
        library.backend.store.remember(origin_rows(Origin("search", "record", None, asked)) | {CHECKED: asked})


# ---- the hooks


class Steps:
    """Counts the steps of a writer, before and after each, and kills it at one of them."""

    def __init__(self, kill_at=None):
        self.kill_at, self.names = kill_at, []

    def at(self, name):
        if len(self.names) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def around(self, owner, name):
        real = getattr(owner, name)

        def counted(*arguments, **named):
            self.at(f"before {name}")
            result = real(*arguments, **named)
            self.at(f"after {name}")
            return result

        setattr(owner, name, counted)

    def hook(self):
        for owner, name in ((os, "replace"), (os, "fsync"), (os, "unlink"), (shutil, "rmtree"), (Path, "mkdir"),
                            (Path, "write_text"), (index.search.lexical, "_write_sums")):  # fmt: skip
            self.around(owner, name)
        self.around(index.search.lexical.LexicalIndex, "_commit")
        steps = self

        class Counted(sqlite3.Connection):
            def execute(self, sql, *values):
                if sql.startswith(("SELECT", "PRAGMA application_id", "PRAGMA user_version")):
                    return super().execute(sql, *values)
                steps.at(f"before {sql[:24]}")
                done = super().execute(sql, *values)
                steps.at(f"after {sql[:24]}")
                return done

            def executemany(self, sql, *values):
                steps.at(f"before {sql[:24]}")
                done = super().executemany(sql, *values)
                steps.at(f"after {sql[:24]}")
                return done

            def close(self):
                steps.at("before close")
                super().close()
                steps.at("after close")

        real = sqlite3.connect
        sqlite3.connect = lambda *arguments, **named: real(*arguments, **named, factory=Counted)


def log_digests(seen):
    """Note the digest of a library after each of its commits."""
    for name in ("put", "replace_all"):
        real = getattr(index.storage.folder.store.Store, name)

        def logged(self, *arguments, real=real, **named):
            result = real(self, *arguments, **named)
            if self.path.name == "library.db":
                seen.append(self.digest)
            return result

        setattr(index.storage.folder.store.Store, name, logged)


def forked(act):
    """Run something in a fork; return its exit status and what it returned, or its traceback."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        try:
            said = json.dumps({"result": act()})
        except BaseException:
            said = json.dumps({"error": traceback.format_exc()})
        with os.fdopen(write, "w") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), json.loads(said) if said else {}


# ---- undisturbed, killed, looked at


def undisturbed(command, path):
    """Run a command whole; return its steps, the digests that the library had on the way, and the last one."""
    seen, steps = [], Steps()
    if (path / "library.db").exists():
        with Library.open(path) as library:
            seen.append(library.digest)
    log_digests(seen)
    steps.hook()
    command(path)
    with Library.open(path) as library:
        last, new = library.digest, library.new_pmids()
    return {"steps": steps.names, "digests": seen, "last": last, "new": new, "files": _files(path)}


def killed(command, path, *, at=None, after_s=None):
    """Run a command that dies at a step, or after some seconds."""
    if after_s is not None:
        threading.Timer(after_s, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    else:
        Steps(at).hook()
    command(path)
    os.kill(os.getpid(), signal.SIGKILL)  # it had fewer steps, or was faster


def look(command, path, whole):
    """Assert that what a kill has left is a whole library, and that the same command brings it to its end."""
    told = []
    if (path / "library.db").exists():
        with Library.open(path) as library:
            told = library.new_pmids()  # of an update that was killed behind its end
            empty = not library.info().abstracts
            assert library.digest in whole["digests"] or empty, "a state between two batches"
            library.check()
            library.search("VEGF in mice")
            assert_whole(library)
    command(path)
    with Library.open(path) as library:
        assert library.digest == whole["last"], "another end"
        assert whole["new"] in (told, library.new_pmids()), "something new that is not said to be, or said twice"
        assert_whole(library)
    assert _files(path) == whole["files"], ("files left over", _files(path))


def assert_whole(library):
    """Assert that truth, vectors, lexical side and passages are one."""
    assert library.check() == [], library.check()
    for mode in ("dense", "lexical", "hybrid"):
        library.search("VEGF metformin raised", mode=mode)
    store, caches = library.backend.store, library.backend.caches
    ids = store.passage_ids().tolist()
    assert sorted(caches.vectors.vectors()[0].tolist()) == ids
    assert len(caches.lexical) == len(ids)
    passages = list(store.passages(ids).values())
    encoder, tokens = HashEncoder(), store.settings.passage_tokens
    for abstract in store.abstracts():
        expected = split_abstract(abstract, max_tokens=tokens, count_tokens=encoder.count_tokens)
        found = [passage for passage in passages if passage.pmid == abstract.pmid]
        assert found == expected
        assert all(abstract.text[one.start : one.end] == one.text for one in found)
    if (library.path / STUDIES).exists():
        kept = {pmid: study for some in read_studies(library) for pmid, study in some.items()}
        assert {pmid: study.record for pmid, study in kept.items()} == {
            abstract.pmid: abstract.text for abstract in store.abstracts()
        }


def _files(path):
    return sorted(file.name for file in path.iterdir() if file.name != "writer.lock")


def main():
    """Sweep over all commands."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--points", type=int, help="kill at this many steps a command, spread evenly; default: at all")
    parser.add_argument("--only", metavar="COMMAND", help="only this one")
    parser.add_argument("--random", type=int, default=0, help="and at this many random moments a command")
    arguments = parser.parse_args()
    use_hash_encoder()
    index.ingest.batches.BATCH_SIZE = 4
    with EutilsServer() as server:
        changed_at_pubmed(server)
        client = EutilsClient(url=server.url, batch_size=8, rate_limiter=RateLimiter(1_000), sleep=lambda seconds: None)
        json.dump(swept(arguments, client), sys.stdout)


def swept(arguments, client):
    """Kill each command at its steps and at random moments; return how often, its steps, and what was lost."""
    folder = arguments.folder
    folder.mkdir(exist_ok=True)
    base = folder / "base"
    start = write_records(folder / "start.jsonl", records(1, 20))
    forked(lambda: Library.build(base, files=[start], passage_tokens=24).added)
    forked(lambda: last_asked_in_2020(base))
    where = folder / "library"
    tried, lost, steps = {}, [], {}
    for name, command in commands(folder, client).items():
        if arguments.only not in (None, name):
            continue

        def again(name=name):
            shutil.rmtree(where, ignore_errors=True)
            if name != "create":
                shutil.copytree(base, where)
            if name == "repair":
                (where / "vectors.faiss").write_bytes(b"damaged")
                (where / "lexical" / "meta.json").unlink()

        again()
        began = time.perf_counter()
        _, answer = forked(lambda command=command: undisturbed(command, where))
        took = time.perf_counter() - began
        whole = answer["result"]
        count = len(whole["steps"])
        steps[name] = count
        points = range(count)
        if arguments.points:
            points = sorted(
                {round(one * (count - 1) / max(arguments.points - 1, 1)) for one in range(arguments.points)}
            )
        moments = [("at", one) for one in points]
        moments += [("after_s", random.Random(one).random() * took) for one in range(arguments.random)]
        for how, when in moments:
            again()
            died, said = forked(lambda command=command, how=how, when=when: killed(command, where, **{how: when}))
            _, looked = forked(lambda command=command, whole=whole: look(command, where, whole))
            tried[name] = tried.get(name, 0) + 1
            if not died or "error" in looked:
                step = whole["steps"][when] if how == "at" else f"{when:.3f} s"
                lost.append({"command": name, "step": step, "number": when, "why": looked.get("error", str(said))})
    return {"tried": tried, "steps": steps, "lost": lost}


if __name__ == "__main__":
    main()
