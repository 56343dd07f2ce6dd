"""The house: imports go one way, each outside library has one door, and the public names are those promised."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
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
    "sqlite3": {
        "index/storage/folder/database.py",
        "index/storage/jobs.py",
        "index/storage/folder/store.py",
        "index/storage/kept_studies.py",
        "ui/history/store.py",
    },
    "marisa_trie": {"index/analysis/lexicon.py"},
    "Stemmer": {"index/analysis/terms.py"},
    "sentence_transformers": {
        "index/embedding/encoder.py",
        "index/embedding/pretrained.py",
        "qa/reranking/cross_encoder.py",
        "qa/evidence/nli.py",
    },
    "openvino": {"index/embedding/openvino_runtime.py", "index/embedding/bert_graph.py"},
    "torch": {
        "index/embedding/openvino_runtime.py",
        "index/embedding/encoder.py",
        "index/embedding/pretrained.py",
        "qa/reranking/network.py",
    },
    "fastapi": {"ui/api/service.py", "ui/api/access.py"},
    "argcomplete": {"index/cli.py"},
    "prompt_toolkit": {"qa/doors/terminal.py"},
    "rich": {"qa/doors/terminal.py"},
    "mcp": {"qa/doors/mcp_server.py"},
    "jinja2": {"ui/rendering.py"},
    "langchain": {"qa/generation/llm/chat_models.py"},
    "openpyxl": {"qa/export/study_table.py"},
    "pymilvus": {"index/storage/milvus/server.py"},
}
MODULES = sorted(path for package in ("index", "qa", "ui") for path in (ROOT / package).rglob("*.py")) + [
    ROOT / "app.py"
]


@cache
def parsed(path):
    """Parse a module, once for all the tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path):
    """Return the statements of a module that import, wherever in it: in functions and for type checkers too."""
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(path):
    """Yield the top-level names that a module imports."""
    for node in imports(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif node.module and not node.level:
            yield node.module.partition(".")[0]


ALL_OF_INDEX = "errors records environment files analysis embedding search storage ingest repair".split()
INDEX = {
    "errors": [],
    "files": [],
    "environment": ["errors"],
    "records": ["errors"],
    "cli": ["errors", "records", "environment"],
    "analysis": ["records", "errors"],
    "embedding": ["environment", "errors", "files"],
    "search": ["analysis", "embedding", "records", "environment", "errors", "files"],
    "storage": ["search", "embedding", "analysis", "records", "environment", "errors", "files"],
    "ingest": ["storage", "search", "embedding", "analysis", "records", "environment", "errors"],
    "repair": [room for room in ALL_OF_INDEX if room != "repair"],
    "library": ALL_OF_INDEX,
    "__init__": [*ALL_OF_INDEX, "library"],
    "__main__": ["cli", "library", "errors", "records", "storage"],  # of storage the keys, which are no library's
}
"""What each file and folder of index may import of the others."""
FLOORS_OF_QA = (
    ("language", "reranking"),
    ("question",),
    ("answer",),
    ("conversation", "retrieval", "evidence", "studies", "langchain_retriever"),
    ("grounding", "export"),
    ("generation",),
    ("assistant",),
    ("doors",),
    ("__init__", "__main__"),
)
QA = {room: [below for floor in FLOORS_OF_QA[:number] for below in floor]
      for number, floor in enumerate(FLOORS_OF_QA) for room in floor}  # fmt: skip
"""The same for qa: each may import what stands on the floors above it."""
APART = (
    ("index/storage/folder", "index/storage/milvus"),
    ("index/storage/milvus", "index/storage/folder"),
    ("index/storage/protocol", "index/storage/folder"),
    ("index/storage/protocol", "index/storage/milvus"),
    ("index/ingest/eutils", "index/ingest/formats"),
    ("index/ingest/eutils", "index/storage"),
    ("index/ingest/formats", "index/ingest/eutils"),
    ("index/ingest/formats", "index/storage"),
)
"""Folders of which the first never imports the second, though the order of the rooms would let it."""
OURS = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}


def ours_imported(path):
    """Yield the paths of our modules that one imports."""
    for node in imports(path):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif node.module:
            assert not node.level, f"{path} imports a module by a name that is relative"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in OURS else node.module for name in names]
        else:
            continue
        yield from (OURS[name] for name in names if name in OURS)


@cache
def arrows():
    """Return which of our files imports which."""
    return sorted({(path.relative_to(ROOT).as_posix(), to.relative_to(ROOT).as_posix())
                   for path in MODULES for to in ours_imported(path)})  # fmt: skip


def room_of(file):
    """Return what a file lies in, within its package: a folder, or the file itself."""
    return file.split("/")[1].removesuffix(".py")


def is_any_of(pairs, one, other):
    """Return True if two files' names begin as one of these pairs."""
    return any(one.startswith(first) and other.startswith(second) for first, second in pairs)


def is_in_order(one, other):
    """Return True if a file may import another one, by the order of the rooms within its package."""
    if one.partition("/")[0] != other.partition("/")[0] or one.count("/") == 0:
        return True  # see test_imports_go_one_way
    if is_any_of(APART, one, other):
        return False
    rooms = {"index": INDEX, "qa": QA}.get(one.partition("/")[0], {})
    return not rooms or room_of(one) == room_of(other) or room_of(other) in rooms.get(room_of(one), [])


def package_of(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    allowed = ORDER[: ORDER.index(package_of(path)) + 1]
    ours = {name for name in imported(path) if name in (*ORDER, "evals", "tests", "training")}
    assert ours <= set(allowed)


def test_imports_keep_the_order_of_the_rooms():
    assert [arrow for arrow in arrows() if not is_in_order(*arrow)] == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("index/ingest/commands.py", "index/storage/protocol.py", True),
        ("index/storage/backends.py", "index/ingest/commands.py", False),
        ("index/storage/milvus/store.py", "index/storage/folder/store.py", False),
        ("index/storage/backends.py", "index/storage/folder/backend.py", True),
        ("index/cli.py", "index/library.py", False),
        ("index/added.py", "index/errors.py", False),  # a file of no known room
        ("qa/assistant.py", "index/ingest/inputs.py", True),
        ("qa/language/clauses.py", "qa/evidence/scoring.py", False),
    ],
)
def test_what_is_in_order(one, other, expected):
    assert is_in_order(one, other) is expected


def test_no_modules_import_one_another_in_a_circle():
    graph = {}
    for one, other in arrows():
        graph.setdefault(one, []).append(other)
    TopologicalSorter(graph).prepare()  # else CycleError, which names the files


@pytest.mark.parametrize("library", DOORS)
def test_each_outside_library_has_one_door(library):
    assert {path.relative_to(ROOT).as_posix() for path in MODULES if library in imported(path)} == DOORS[library]


def test_gradio_is_known_to_the_page_only():
    assert {package_of(path) for path in MODULES if "gradio" in imported(path)} <= {"ui", "app"}


def test_variables_of_ours_are_read_in_one_module():
    def names_one(path):
        nodes = ast.walk(parsed(path))
        return any(
            re.fullmatch(r"ASKABSTRACTS_\w*", str(node.value)) for node in nodes if isinstance(node, ast.Constant)
        )

    def reads(path):
        return bool(re.search(r"\b(environ|getenv)\b", path.read_text(encoding="utf-8")))

    others = {"qa/generation/llm/chat_models.py"}  # the providers' keys
    named, read = ({path.relative_to(ROOT).as_posix() for path in MODULES if has(path)} for has in (names_one, reads))
    assert (named, read) == ({"index/environment.py"}, {"index/environment.py"} | others)


def named_types(path):
    """Yield the classes and the module-level aliases of types of a module, without a leading underscore."""
    for node in parsed(path).body:
        if isinstance(node, ast.ClassDef):
            yield node.name.lstrip("_")
        elif isinstance(node, ast.Assign) and not is_type_variable(node.value):
            names = [target.id.lstrip("_") for target in node.targets if isinstance(target, ast.Name)]
            yield from (name for name in names if re.fullmatch("[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*", name))


def is_type_variable(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "TypeVar"


def test_no_two_types_have_one_name():
    where = {}
    for path in MODULES:
        for name in named_types(path):
            where.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def variables(path):
    """Yield the names of a module's variables and parameters, wherever in it, without the fields of its classes."""
    nodes = list(ast.walk(parsed(path)))
    bodies = (node.body for node in nodes if isinstance(node, ast.ClassDef))
    fields = {id(line.target) for body in bodies for line in body if isinstance(line, ast.AnnAssign)}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in fields:
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def test_variables_are_called_by_what_they_hold():
    saying_nothing = {"one", "told", "said", "given"}
    named = {path.relative_to(ROOT).as_posix(): saying_nothing.intersection(variables(path)) for path in MODULES}
    assert {file: names for file, names in named.items() if names} == {
        "index/embedding/bert_graph.py": {"one"}  # the number, beside zero
    }


def test_nothing_is_pickled():
    assert not [path for path in MODULES if "pickle" in imported(path)]


def printed(script):
    """Return what a script prints in a Python of its own, where nothing is imported yet."""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_loads_nothing_heavy():
    heavy = (
        "torch",
        "transformers",
        "sentence_transformers",
        "faiss",
        "tantivy",
        "openvino",
        "gradio",
        "langchain",
        "mcp",
        "pymilvus",
    )
    script = f"import sys, index, qa; print([name for name in {heavy!r} if name in sys.modules])"
    assert printed(script) == "[]"


def test_what_answers_in_extracts_imports_nothing_that_speaks_to_a_language_model():
    speaking = (
        "asyncio",
        "pydantic",
        "rich",
        "httpx",
        "langchain_core",
        "qa.generation.llm.generative",
        "qa.generation.llm.chat_models",
    )
    script = f"import sys, qa.__main__; print([name for name in {speaking!r} if name in sys.modules])"
    assert printed(script) == "[]"


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


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [("index.library", ("index.ingest", "index.repair")), ("app", ("numpy", "index.library", "qa", "ui"))],
)
def test_what_a_start_does_not_need_is_not_imported(module, unneeded):
    script = f"import sys, {module}; print([name for name in sys.modules if name.startswith({unneeded!r})])"
    assert printed(script) == "[]"
