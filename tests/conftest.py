"""Fixtures that several packages' tests share."""

import gc
import itertools
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

SUPPORT, SCRIPTS = (Path(__file__).parent / name for name in ("support", "scripts"))
sys.path[:0] = [str(Path(__file__).parent), str(SUPPORT), str(SCRIPTS)]

os.environ["HF_HUB_OFFLINE"] = "1"
# torch's and FAISS's threads spin while they wait, and take the cores from one another and from the processes under
# test: with two cores a small training takes three times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# As people run it, whose Python keeps what it has compiled: else each of some hundred processes compiles Gradio anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
for name in [name for name in os.environ if name.startswith("ASKABSTRACTS_") and name != "ASKABSTRACTS_CACHE"]:
    del os.environ[name]

from eutils_server import EutilsServer  # noqa: E402
from milvus_lite_server import drop_library, milvus_server  # noqa: E402

from index import Abstract, Library, Section  # noqa: E402
from index.embedding.encoder import load_encoder  # noqa: E402
from index.records import to_json  # noqa: E402

HEAVY = ("anthropic", "gradio", "openai", "openvino", "sentence_transformers", "sklearn", "torch", "transformers")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect without looking for garbage meanwhile, and never look through what was collected again."""
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


def pytest_collection_finish(session):
    """Fail where collecting the tests alone has imported what takes seconds: a run of one test would pay for it."""
    loaded = [name for name in HEAVY if name in sys.modules]
    if loaded:
        raise pytest.UsageError(f"collecting the tests imported {', '.join(loaded)}; import it inside the test")


_NUMBERS = itertools.count(1)
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"


def abstract(pmid, title, text="", **fields):
    """Return an abstract with one unlabelled section, or none."""
    return Abstract(pmid, title, (Section("", "", text),) if text else (), **fields)


ABSTRACTS = (
    Abstract(
        "90000001",
        "Interleukin-32β and the migration of breast cancer cells",
        (
            Section("BACKGROUND", "BACKGROUND", "Little is known of IL-32 in breast cancer."),
            Section("METHODS", "METHODS", "MDA-MB-231 cells were made to express IL-32β."),
            Section(
                "RESULTS", "RESULTS", "IL-32β induced VEGF in breast cancer cells. VEGF activated STAT3 (P < 0.05)."
            ),
            Section("CONCLUSIONS", "CONCLUSIONS", "IL-32β makes breast cancer cells migrate through VEGF and STAT3."),
        ),
        journal="J Test",
        year=2013,
        types=("Journal Article",),
        mesh=("Interleukins/metabolism", "Breast Neoplasms"),
    ),
    abstract(
        "90000002",
        "Interleukin-32γ in rheumatoid arthritis",
        "IL-32γ raised TNF-α in synovial cells. Joint swelling in mice grew with the dose.",
        journal="J Test",
        year=2008,
        types=("Journal Article", "Review"),
        mesh=("Arthritis, Rheumatoid",),
    ),
    abstract(
        "90000003",
        "Metformin and the life span of mice",
        "Metformin at 0.1% of the diet lengthened the life of male mice by 5.83%. "
        "Metformin at 1% of the diet was toxic.",
        journal="Aging Test",
        year=2013,
        types=("Journal Article",),
        mesh=("Metformin", "Longevity"),
    ),
    abstract(
        "90000004",
        "Metformin cures ageing",
        "Metformin doubled the life span of mice in every strain.",
        journal="Aging Test",
        year=2016,
        types=("Journal Article", "Retracted Publication"),
        is_retracted=True,
    ),
    abstract("90000005", "Aspirin for headache", journal="Pain Test", year=1975),  # a record without an abstract
)


@pytest.fixture(scope="session")
def encoder():
    """The default embedding model."""
    return load_encoder()


@pytest.fixture
def json_lines(tmp_path):
    """Write abstracts to a JSON Lines file and return its path."""

    def write(abstracts, name="abstracts.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def made(tmp_path_factory, encoder):
    """The folder of a library of the five abstracts above, made once."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "abstracts.jsonl").write_text("".join(json.dumps(to_json(one)) + "\n" for one in ABSTRACTS), "utf-8")
    with Library.open(folder / "library", create=True) as opened:
        opened.add(files=[folder / "abstracts.jsonl"])
    return folder / "library"


@pytest.fixture(scope="session")
def read_only_library(made):
    """The library of the five abstracts above, opened once, for tests that only read."""
    with Library.open(made) as opened:
        yield opened


@pytest.fixture
def library(tmp_path, made):
    """A library of the five abstracts above, a test's own."""
    shutil.copytree(made, tmp_path / "library", ignore=shutil.ignore_patterns("studies.db"))
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    """The sample library, built once."""
    path = tmp_path_factory.mktemp("samples") / "sample"
    with Library.open(path, create=True) as opened:
        opened.add(files=[ROOT / "samples" / "abstracts.jsonl"])
        yield opened


@pytest.fixture(scope="session")
def milvus(tmp_path_factory):
    """The address of a real Milvus Lite server, without a library's name."""
    with milvus_server(tmp_path_factory.mktemp("milvus")) as address:
        yield address


@pytest.fixture
def at_milvus(milvus):
    """Give a new library's address on the server at each call; what was made there goes after the test."""
    addresses = []

    def address():
        addresses.append(f"{milvus}/test_{next(_NUMBERS)}")
        return addresses[-1]

    yield address
    for one in addresses:
        drop_library(one)


@pytest.fixture(params=["folder", "milvus"])
def place(request, tmp_path):
    """Give where a new library can be made, by a name: a folder, or an address."""
    if request.param == "folder":
        return lambda name: tmp_path / name
    at_milvus = request.getfixturevalue("at_milvus")
    return lambda name: at_milvus()


@pytest.fixture
def eutils(monkeypatch):
    """A stand-in E-utilities server, to which the environment points."""
    with EutilsServer() as server:
        monkeypatch.setenv("ASKABSTRACTS_EUTILS_URL", server.url)
        yield server
