"""Marks of the page become a set of test cases that `understanding` takes."""

from __future__ import annotations

import json
import shutil

import pytest

from evals.__main__ import main
from evals.quality.understanding import measure
from index import Filters
from qa import Assistant
from ui.conversation import Exchange
from ui.history.store import FILE, ConversationStore

QUESTION = "What does IL-32β induce in breast cancer cells?"


@pytest.fixture
def shelf(tmp_path, library):
    """A folder of libraries with a conversation of three answers, two of which were marked."""
    shelf = tmp_path / "libraries"
    shutil.copytree(library.path, shelf / "moss")
    assistant, store = Assistant(library), ConversationStore(shelf / FILE)
    kept = store.start("ada", "moss", QUESTION)
    filters = Filters(years=(2010, None))
    for number, question in enumerate((QUESTION, "Does aspirin cure moss?", "And in mice?"), start=1):
        store.save("ada", kept, Exchange(number, question, assistant.ask(question, filters=filters)))
    store.rate("ada", kept, Exchange(1, QUESTION, mark=1, remark="just so"))
    store.rate("ada", kept, Exchange(2, "", mark=-1))
    store.close()
    return shelf


def test_good_ones_are_expected_again_and_bad_ones_not(shelf, tmp_path, capsys):
    assert main(["feedback", "--libraries", str(shelf), "--out", str(tmp_path / "sets")]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"--cases {tmp_path / 'sets' / 'moss'}")
    good, bad = (json.loads(line) for line in (tmp_path / "sets/moss/questions.jsonl").read_text().splitlines())
    assert (good["question"], good["remark"], good["filters"]) == (QUESTION, "just so", {"years": [2010, None]})
    assert good["expect"] == {"cites_all": ["90000001"]}
    assert (bad["turns"], bad["expect"]) == ([QUESTION], {"abstains": False})
    one, other = measure(tmp_path / "sets" / "moss")
    assert (one.failed, other.failed) == ((), ("abstains",))


def test_a_folder_without_conversations_is_refused(tmp_path, capsys):
    assert main(["feedback", "--libraries", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "conversations.db does not exist; give the folder" in capsys.readouterr().err
