"""Conversations are kept whole, each account's own, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Library
from index.errors import FileError, InputError
from qa import Assistant
from ui.conversation import Exchange
from ui.history.records import shortened
from ui.history.store import ConversationStore

ROOT = Path(__file__).parents[3]
SAVING = """
import sys
from pathlib import Path
from ui.conversation import Exchange
from ui.history.store import ConversationStore
store = ConversationStore(Path(sys.argv[1]))
kept = store.start("", "il32", "first?")
print(kept, flush=True)
for number in range(1, 10_000):
    store.save("", kept, Exchange(number, f"question {number}", problem="none"))
    print(number, flush=True)
"""
"""A program that saves turns and says so of each until it is killed."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    kept = ConversationStore(tmp_path / "conversations.db")
    yield kept
    kept.close()


def test_an_answer_is_kept_as_it_was_with_its_sources_and_filters(samples: Library, store: ConversationStore) -> None:
    answer = Assistant(samples).ask("Does metformin lengthen the life of mice?")
    assert answer.headline
    kept = store.start("", "sample", answer.question)
    store.save("", kept, Exchange(1, answer.question, answer))
    store.save("", kept, Exchange(2, "in 12", problem="“12” is not a year."))
    again = ConversationStore(store.path)
    try:
        saved = again.read("", kept)
        assert saved.exchanges == (
            Exchange(1, answer.question, answer),
            Exchange(2, "in 12", problem="“12” is not a year."),
        )
        assert (saved.line.name, saved.line.library, saved.line.turns) == (answer.question, "sample", 2)
    finally:
        again.close()


def test_the_list_has_the_newest_first_and_is_searched(store: ConversationStore) -> None:
    first, second = (store.start("", "sample", question) for question in ("zinc and colds?", "copper?"))
    store.save("", first, Exchange(1, "zinc and colds?", problem="100% of nothing"))
    assert [line.id for line in store.lines("")] == [first, second]
    assert [line.id for line in store.lines("", "NOTHING zinc")] == [first]
    assert [line.id for line in store.lines("", "0%")] == [first]
    assert store.lines("", "1_0") == []


def test_a_conversation_is_renamed_deleted_and_brought_back(store: ConversationStore) -> None:
    kept = store.start("", "sample", "zinc?")
    store.rename("", kept, "a/b <script>\n" + 10_000 * "x")
    assert store.lines("")[0].name == "a/b <script> " + 106 * "x" + "…"
    store.delete("", kept)
    assert store.lines("") == []
    with pytest.raises(InputError, match="no such conversation"):
        store.read("", kept)
    store.restore("", kept)
    assert store.read("", kept).line.id == kept


def test_a_deleted_conversation_is_gone_after_a_month(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.start("", "sample", "zinc?")
    store.save("", kept, Exchange(1, "zinc?", problem="none"))
    store.delete("", kept)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE conversation SET deleted = deleted - 31 * 86400")
    store.start("", "sample", "copper?")
    with pytest.raises(InputError):
        store.restore("", kept)
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT count(*) FROM turn").fetchone() == (0,)


@pytest.mark.parametrize("act", ["read", "rename", "delete", "restore", "save", "rate", "has_turn"])
def test_an_account_meets_none_of_anothers_conversations(store: ConversationStore, act: str) -> None:
    kept = store.start("ada", "sample", "zinc?")
    if act == "restore":
        store.delete("ada", kept)
    more = {
        "rename": ("mine",), "save": (Exchange(1, "mine?", problem="none"),), "rate": (Exchange(1, "zinc?", mark=1),),
        "has_turn": (1,),
    }.get(act, ())  # fmt: skip
    with pytest.raises(InputError, match="no such conversation"):
        getattr(store, act)("bob", kept, *more)
    assert store.lines("bob") == []
    assert (store.is_of("ada", kept), store.is_of("bob", kept), store.is_of("ada", "none")) == (True, False, False)


def test_a_kill_loses_no_turn_that_was_said_to_be_saved(tmp_path: Path) -> None:
    path = tmp_path / "conversations.db"
    with subprocess.Popen(
        [sys.executable, "-c", SAVING, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout
        kept = process.stdout.readline().strip()
        said = [int(process.stdout.readline()) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        said += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    store = ConversationStore(path)
    try:
        assert [one.number for one in store.read("", kept).exchanges][: len(said)] == said
    finally:
        store.close()


def test_two_tabs_and_two_servers_write_beside_each_other(store: ConversationStore) -> None:
    other = ConversationStore(store.path)
    ids = [store.start("", "sample", "zinc?"), other.start("", "sample", "copper?")]

    def fill(to: ConversationStore, kept: str) -> None:
        for number in range(1, 40):
            to.save("", kept, Exchange(number, f"{number}?", problem="none"))

    threads = [threading.Thread(target=fill, args=pair) for pair in zip((store, other), ids, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line.turns for line in store.lines("")] == [39, 39]
    other.close()


def test_an_exchange_of_another_version_is_told_in_its_words(store: ConversationStore) -> None:
    kept = store.start("", "sample", "zinc?")
    store.save("", kept, Exchange(1, "zinc?", problem="Zinc shortens colds."))
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE turn SET exchange = '{}'")
    (exchange,) = store.read("", kept).exchanges
    assert exchange.question == "zinc?"
    assert exchange.problem.endswith("Zinc shortens colds.")


def test_a_file_of_a_newer_version_or_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "conversations.db"
    ConversationStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match="format 99, made by a newer AskAbstracts"):
        ConversationStore(path)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (x)")
    with pytest.raises(InputError, match="no file of conversations"):
        ConversationStore(other)
    text = tmp_path / "text.db"
    text.write_text("Dear diary, " * 500)
    with pytest.raises(FileError, match="cannot be opened: file is not a database; "):
        ConversationStore(text)


def test_a_full_disk_is_told_and_loses_nothing(store: ConversationStore) -> None:
    kept = store.start("", "sample", "zinc?")
    store.save("", kept, Exchange(1, "zinc?", problem="none"))
    store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(FileError, match="cannot be saved: database or disk is full; make room"):
        store.save("", kept, Exchange(2, "zinc? " * 20_000, problem="none"))
    assert [one.number for one in store.read("", kept).exchanges] == [1]


def test_a_name_is_one_line() -> None:
    assert shortened(" what\tis\x00 zinc?\n") == "what is zinc?"
    assert shortened("\n\x07") == "Untitled"


def test_of_500_turns_the_last_are_read_and_the_one_that_is_asked_for(store: ConversationStore) -> None:
    kept = store.start("", "sample", "zinc?")
    for number in range(1, 501):
        store.save("", kept, Exchange(number, f"{number}?", problem="none"))
    saved = store.read("", kept, last=3, turn=7)
    assert (saved.line.turns, [one.number for one in saved.exchanges]) == (500, [7, 498, 499, 500])
    assert [one.number for one in store.read("", kept, last=2, turn=500).exchanges] == [499, 500]
    assert len(store.read("", kept).exchanges) == 500


def test_a_mark_is_kept_with_its_turn_and_found_again_with_those_before(store: ConversationStore) -> None:
    kept = store.start("ada", "sample", "zinc?")
    for number in (1, 2):
        store.save("ada", kept, Exchange(number, f"{number}?", problem="none"))
    store.rate("ada", kept, Exchange(2, "", mark=-1, remark="no <b> zinc"))
    assert [(one.mark, one.remark) for one in store.read("ada", kept).exchanges] == [(0, ""), (-1, "no <b> zinc")]
    [rated] = store.rated()
    assert (rated.library, rated.exchange.number, [one.number for one in rated.before]) == ("sample", 2, [1])
