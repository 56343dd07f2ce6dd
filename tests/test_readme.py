"""The README keeps its word: its commands, its Python example, its flags and its links."""

import re
import shlex
import subprocess
import sys

import pytest
from conftest import ROOT, abstract

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    """Return the README's fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_two_commands_stand_first_and_ci_runs_the_second():
    first, second = blocks("bash")[:2]
    assert first.strip().startswith("python3 -m venv .venv && ")
    assert first.strip().endswith(" && .venv/bin/python app.py")
    assert second.strip().startswith("python3 -m venv .venv && ")
    assert second.strip().endswith(" && .venv/bin/python -m pytest")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -m1 '(.*)' README.md", ci)[1]
    found = [line for line in README.splitlines() if re.search(pattern, line)]
    assert found == [second.strip()]


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
    said = capsys.readouterr().out
    assert "PMID 24114327" in said
    assert "“IL-32β induces VEGF in breast cancer cells.”" in said


def test_every_command_and_flag_that_the_readme_names_is_there():
    commands = re.findall(r"^python -m (\w+) (\w+)", README, re.MULTILINE)
    assert len(set(commands)) == 10
    helps = {}
    for package, command in commands:
        done = subprocess.run(
            [sys.executable, "-m", package, command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        helps[command] = done.stdout
    for flag in re.findall(r"--[a-z-]+", "".join(re.findall(r"^(?:INPUTS|FILTERS).*$", README, re.MULTILINE))):
        assert flag in helps["add"] + helps["ask"]
    for line in re.findall(r"^python -m \w+ \w+ .*$", README, re.MULTILINE):
        command = line.split()[3]
        for flag in re.findall(r"--[a-z-]+", line):
            assert flag in helps[command], (command, flag)


def test_the_apps_flags_are_those_of_the_readme():
    done = subprocess.run([sys.executable, "app.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = re.findall(r"^python app.py .*$", README, re.MULTILINE)
    for flag in re.findall(r"--[a-z-]+", line):
        assert flag in done.stdout


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_into_the_tree_lead_somewhere(link):
    assert link.startswith("https://") or (ROOT / link).exists()


def test_the_environment_names_are_those_the_code_reads():
    named = set(re.findall(r"ASKABSTRACTS_\w+", README))
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("[iqu]*/*.py"))
    sources += (ROOT / "app.py").read_text(encoding="utf-8")
    assert named == set(re.findall(r"ASKABSTRACTS_\w+", sources))


def test_the_table_of_misses_is_that_of_the_tests():
    from test_samples import KNOWN_MISSES

    assert f"{30 - len(KNOWN_MISSES)} behave" in README
    assert all(f"| {question} |" in README for question in KNOWN_MISSES)


def test_nothing_in_the_tree_names_a_path_of_somebodys_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".txt", ".toml", ".jsonl", ".css", ".js"):
            assert not re.search(r"(?<![\w.])/(?:home|Users|root)/\w", path.read_text(encoding="utf-8")), name


def test_shell_words_of_the_commands_parse():
    for block in blocks("bash"):
        assert shlex.split(block)
