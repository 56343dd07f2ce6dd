"""Nothing leaves the machine and nothing is written outside our own folders, by us or by a library that we bring."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT
from llama_server import llama_server, why_not

from index.environment import cache_folder

GUARD = Path(__file__).parent / "support" / "quiet"
QUESTION = "What does IL-32β induce?"


class Quiet:
    """Runs commands in processes with an empty home, whose network beyond loopback is refused and written down."""

    def __init__(self, folder):
        self.home, self.log, self.cache = folder / "home", folder / "network.log", folder / "cache"
        self.home.mkdir()
        others = ("HF_", "XDG_", "ASKABSTRACTS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        self.environment = kept | {
            "HOME": str(self.home),
            "PYTHONPATH": str(GUARD),
            "NETWORK_LOG": str(self.log),
            "ASKABSTRACTS_CACHE": str(self.cache),
            "LANGSMITH_TRACING": "true",  # of somebody who traces programs of their own
            "LANGSMITH_API_KEY": "none",
        }

    def start(self, *arguments, **more):
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)], cwd=ROOT, text=True, encoding="utf-8", env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
        )  # fmt: skip

    def run(self, *arguments, text=None, codes=(0,)):
        """Run a command to its end and return what it printed."""
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, err = process.communicate(text, timeout=300)
        assert process.returncode in codes, err
        return out

    @property
    def reached(self):
        """What was looked up or connected to beyond loopback, a line each."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    @property
    def written(self):
        """The files in the home."""
        return [str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """The commands' processes; both models are compiled in them, as nothing is in their cache."""
    return Quiet(tmp_path_factory.mktemp("quiet"))


@pytest.fixture(autouse=True)
def _emptied(quiet):
    """Each test tells of what happened in it."""
    quiet.log.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def library(quiet, tmp_path_factory):
    """A library that one of those processes built."""
    folder = tmp_path_factory.mktemp("quiet-library") / "samples"
    quiet.run("-m", "index", "build", ROOT / "samples" / "abstracts.jsonl", "--library", folder)
    return folder


def test_the_guard_sees_and_refuses_what_leaves_the_machine(tmp_path):
    guarded = Quiet(tmp_path)
    program = (
        "import socket, pathlib\n"
        "pathlib.Path.home().joinpath('trace').write_text('x')\n"
        "try: socket.create_connection(('192.0.2.1', 443), timeout=1)\n"
        "except OSError as error: print(error)\n"
        "try: socket.getaddrinfo('www.example.org', 443)\n"
        "except OSError as error: print(error)\n"
    )
    assert guarded.run("-c", program) == "'192.0.2.1' is not this machine\n'www.example.org' is not this machine\n"
    assert [line.split()[1] for line in guarded.reached] == ["'192.0.2.1'", "'www.example.org'"]
    assert guarded.written == ["trace"]


def test_build_search_ask_and_chat_reach_nobody_and_leave_nothing_in_the_home(quiet, library):
    assert "PMID" in quiet.run("-m", "index", "search", "IL-32β VEGF", "--library", library)
    assert "IL-32β" in quiet.run("-m", "qa", "ask", QUESTION, "--library", library)
    assert "IL-32β" in quiet.run("-m", "qa", "chat", "--library", library, text=QUESTION + "\n")
    assert (quiet.reached, quiet.written) == ([], [])


def test_other_models_by_name_or_folder_reach_nobody(quiet, library, monkeypatch):
    ask = ("-m", "qa", "ask", QUESTION, "--library", library)
    # With the suite's cache, where this encoder is compiled by now: `library` compiles ours in an empty one.
    monkeypatch.setitem(quiet.environment, "ASKABSTRACTS_CACHE", str(cache_folder().parent))
    quiet.run("-m", "index", "rebuild", "--library", library, "--encoder", "all-MiniLM-L6-v2")
    assert "IL-32β" in quiet.run(*ask, "--reranker", "none")
    assert (quiet.reached, quiet.written) == ([], [])


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_a_language_model_on_this_machine_reaches_nobody_else(quiet, library):
    with llama_server() as url:
        # About one abstract, as the model takes half a minute to read the prompt of six.
        asking = ("-m", "qa", "ask", QUESTION, "--library", library, "--pmids", "24114327")
        asking += ("--llm", "smollm2", "--llm-url", url)
        assert "IL-32β" in quiet.run(*asking, codes=(0, 3))  # 3: its words had no quotes
    assert (quiet.reached, quiet.written) == ([], [])


def test_the_page_reaches_nobody_and_leaves_nothing_in_the_home(quiet, library):
    page = quiet.start("app.py", "--port", "0", "--library", library)
    try:
        assert page.stdout.readline().startswith("AskAbstracts is ready at ")
        time.sleep(1)  # what Gradio starts beside the server has its time
    finally:
        page.terminate()
        page.communicate(timeout=60)
    assert (quiet.reached, quiet.written) == ([], [])
