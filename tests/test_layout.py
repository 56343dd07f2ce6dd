"""The house: imports go one way, each outside library has one door, and the public names are those promised."""

import ast
from pathlib import Path

import pytest

import index
import qa

ROOT = Path(__file__).parents[1]
ORDER = ("index", "qa", "ui", "app")
"""Each may import itself and what stands before it."""
DOORS = {
    "Bio": {"index/ingest/eutils/responses.py"},
    "faiss": {"index/search/ivf.py", "index/search/dense.py"},
    "tantivy": {"index/search/lexical.py"},
    "sqlite3": {"index/storage/folder/database.py", "index/storage/jobs.py", "index/storage/folder/store.py"},
    "Stemmer": {"index/analysis/terms.py"},
    "sentence_transformers": {
        "index/embedding/encoder.py",
        "index/embedding/pretrained.py",
        "qa/reranking/cross_encoder.py",
    },
    "openvino": {"index/embedding/openvino_runtime.py"},
    "torch": {
        "index/embedding/openvino_runtime.py",
        "index/embedding/quantization.py",
        "index/embedding/encoder.py",
        "index/embedding/pretrained.py",
        "qa/reranking/reranker.py",
        "qa/reranking/network.py",
    },
    "langchain": {"qa/generation/chat_models.py"},
    "pymilvus": {"index/storage/milvus/server.py"},
}
MODULES = sorted(path for package in ("index", "qa", "ui") for path in (ROOT / package).rglob("*.py")) + [
    ROOT / "app.py"
]


def imported(path):
    """Return the top-level names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def package_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    allowed = ORDER[: ORDER.index(package_of(path)) + 1]
    ours = {name for name in imported(path) if name in (*ORDER, "evals", "tests", "training")}
    assert ours <= set(allowed)


@pytest.mark.parametrize("library", DOORS)
def test_each_outside_library_has_one_door(library):
    assert {path.relative_to(ROOT).as_posix() for path in MODULES if library in imported(path)} == DOORS[library]


def test_gradio_is_known_to_the_page_only():
    assert {package_of(path) for path in MODULES if "gradio" in imported(path)} <= {"ui", "app"}


def test_nothing_is_pickled():
    assert not [path for path in MODULES if "pickle" in imported(path)]


def test_importing_loads_nothing_heavy():
    import subprocess
    import sys

    heavy = (
        "torch",
        "transformers",
        "sentence_transformers",
        "faiss",
        "tantivy",
        "openvino",
        "gradio",
        "langchain",
        "pymilvus",
    )
    script = f"import sys, index, qa; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_answers_in_extracts_imports_nothing_that_speaks_to_a_language_model():
    import subprocess
    import sys

    speaking = ("asyncio", "httpx", "langchain_core", "qa.generation.generative", "qa.generation.chat_models")
    script = f"import sys, qa.__main__; print([name for name in {speaking!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names():
    assert set(index.__all__) == {
        "Abstract", "Filters", "Hit", "Library", "LibraryInfo", "Passage", "Progress", "Report", "Section",
    }  # fmt: skip
    assert set(qa.__all__) == {"Answer", "Assistant", "Citation", "Sentence", "Source", "Turn"}
    for package in (index, qa):
        assert all(getattr(package, name).__doc__ for name in package.__all__)


@pytest.mark.parametrize(
    "name", ["app.py", "qa", "index", "prompts", "tests", "requirements.txt", "README.md", "LICENSE"]
)
def test_the_top_level_is_there(name):
    assert (ROOT / name).exists()
