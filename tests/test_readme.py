"""README and docs keep their word: commands, the Python example, flags, environment variables and links."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO

import pytest
from conftest import ROOT, abstract

from app import main as app_main
from index.__main__ import main as index_main
from qa.__main__ import main as qa_main

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
COMMAND_LINE = DOCS["command-line.md"]
USAGE = re.findall(r"^python .*$", COMMAND_LINE, re.MULTILINE)
"""How each command is written: "python -m index add INPUTS --library DIR [--shard I/N]"."""


def blocks(language):
    """Return the README's fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def flags_of(text):
    """Return the flags that a text names."""
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", text))


def program(usage):
    """Return the words that start a command: ["-m", "index", "add"] or ["app.py"]."""
    words = usage.split()[1:]
    return words[:3] if words[0] == "-m" else words[:1]


def parser_flags(usage):
    """Return the flags that the command itself has, by its --help."""
    *start, last = program(usage)
    main = {("-m", "index"): index_main, ("-m", "qa"): qa_main, (): app_main}[tuple(start)]
    with redirect_stdout(StringIO()) as printed, pytest.raises(SystemExit, match="^0$"):
        main([last, "--help"] if start else ["--help"])
    return flags_of(printed.getvalue()) - {"--help"}


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 140


def test_the_two_commands_stand_first_and_ci_runs_the_second():
    first, second = blocks("bash")[:2]
    assert first.strip().startswith("python3 -m venv .venv && ")
    assert first.strip().endswith(" && .venv/bin/python app.py")
    assert second.strip().startswith("python3 -m venv .venv && ")
    assert second.strip().endswith(" && .venv/bin/python -m pytest")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m1 '(.*)' README.md", ci)[1]
    matching = [line for line in README.splitlines() if re.search(pattern, line)]
    assert matching == [second.strip()]


def test_the_files_that_the_commands_install_exist_and_are_pinned():
    named = re.findall(r"-r (\S+)", "".join(blocks("bash")))
    assert set(named) == {"requirements.txt", "tests/requirements.txt"}
    for name in set(named):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            assert re.match(r"#|[A-Za-z0-9._-]+==[0-9][\w.]*(\s+#.*)?$", line), line


def test_the_python_example_runs(eutils, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    eutils.records["24114327"] = abstract(
        "24114327", "IL-32β and VEGF", "IL-32β induces VEGF in breast cancer cells.", year=2013
    )
    (example,) = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    output = capsys.readouterr().out
    assert "PMID 24114327" in output
    assert "“IL-32β induces VEGF in breast cancer cells.”" in output


def test_the_notebook_runs(eutils, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for pmid in ("24114327", "20221440"):
        eutils.records[pmid] = abstract(
            pmid, "IL-32β and VEGF", "IL-32β induces VEGF in breast cancer cells.", year=2013
        )
    cells = json.loads((ROOT / "docs" / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    variables = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), "notebook.ipynb", "exec"), variables)
    assert variables["report"].added == 2
    assert "PMID 24114327: “IL-32β induces VEGF in breast cancer cells.”" in capsys.readouterr().out
    assert "24114327" in (tmp_path / "il32.csv").read_text(encoding="utf-8")
    assert (tmp_path / "il32.ris").is_file()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python -m index ref", {"refresh"}),
        ("python -m index keys ", {"create", "list", "revoke"}),
        ("python -m qa ask --lite", {"--literal"}),
        ("python app.py --no", {"--no-api"}),
    ],
)
def test_shells_get_completions(line, expected, tmp_path):
    words = line.split()
    start = 3 if words[1] == "-m" else 2
    if start == 3:
        assert "PYTHON_ARGCOMPLETE_OK" in (ROOT / words[2] / "__main__.py").read_text(encoding="utf-8")[:1024]
    told = tmp_path / "told"
    asked = {
        "_ARGCOMPLETE": str(start),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(told),
        "_ARGCOMPLETE_IFS": "\n",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    subprocess.run([sys.executable, *words[1:start]], cwd=ROOT, env=os.environ | asked, check=True)
    assert expected <= {word.strip() for word in told.read_text(encoding="utf-8").splitlines()}


def test_all_commands_are_documented_and_in_the_readme():
    documented = {" ".join(program(usage)) for usage in USAGE}
    assert len(documented) >= 12
    assert {" ".join(program(usage)) for usage in re.findall(r"`(python [^`]*)`", README)} >= documented


@pytest.mark.parametrize("usage", USAGE, ids=lambda usage: " ".join(program(usage)))
def test_the_flags_in_the_docs_are_those_of_the_parser(usage):
    shared = {
        name: flags_of(re.search(rf"^{name} .*$", COMMAND_LINE, re.MULTILINE)[0]) for name in ("INPUTS", "FILTERS")
    }
    documented = flags_of(usage).union(*(flags for name, flags in shared.items() if name in usage))
    assert documented == parser_flags(usage) - ({"--json"} if program(usage)[0] == "-m" else set())


def test_each_flag_is_explained():
    explained = flags_of("".join(re.findall(r"^\|.*$", COMMAND_LINE, re.MULTILINE)))
    prose = flags_of(COMMAND_LINE.partition("## The web chat")[2])
    assert set().union(*map(parser_flags, USAGE)) <= explained | prose | {"--json"}


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (name, link)
        for name, text in {"README.md": README, **DOCS}.items()
        for link in re.findall(r"\]\(([^)#]+)\)", text)
    ],
)
def test_links_into_the_tree_lead_somewhere(page, link):
    folder = ROOT if page == "README.md" else ROOT / "docs"
    assert link.startswith("https://") or (folder / link).exists()


def test_the_files_that_the_docs_name_are_there():
    pages = (ROOT / name for name in ("README.md", "evals/README.md", "training/README.md"))
    texts = [*DOCS.values(), *(page.read_text(encoding="utf-8") for page in pages)]
    paths = set(
        re.findall(
            r"(?<![\w./])((?:index|qa|ui|evals|training|tests|samples|prompts|models)/[\w./]*\w)", "".join(texts)
        )
    )
    missing = [path for path in sorted(paths) if not (ROOT / path).exists() and "NAME" not in path]
    assert missing == []


def test_the_environment_names_are_those_the_code_reads():
    documented = set(re.findall(r"ASKABSTRACTS_\w+", COMMAND_LINE))
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("[iqu]*/**/*.py"))
    sources += (ROOT / "app.py").read_text(encoding="utf-8")
    assert documented == set(re.findall(r"ASKABSTRACTS_\w+", sources)) - {"ASKABSTRACTS_READER"}  # renamed, and said so


def test_the_table_of_misses_is_that_of_the_tests():
    from test_samples import KNOWN_MISSES

    page = DOCS["reliability.md"]
    assert f"{30 - len(KNOWN_MISSES)} behave" in page
    assert all(f"| {question} |" in page for question in KNOWN_MISSES)


def test_nothing_in_the_tree_names_a_path_of_somebodys_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".txt", ".toml", ".jsonl", ".css", ".js", ".html"):
            assert not re.search(r"(?<![\w.])/(?:home|Users|root)/\w", path.read_text(encoding="utf-8")), name


def test_shell_words_of_the_commands_parse():
    for block in blocks("bash"):
        assert shlex.split(block)
