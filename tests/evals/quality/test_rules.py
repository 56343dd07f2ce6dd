"""Leaving rules out: each is found where it is used, is really gone, and comes back."""

from __future__ import annotations

import pytest

from evals.__main__ import main
from evals.quality.rules import RULES, left_out
from index.errors import InputError
from qa.conversation import standalone
from qa.language.entailment import first_contradiction
from qa.question import request

SAYS, SAYS_OTHERWISE = "Zinc was given with copper.", "Zinc was given without copper."


def test_every_rule_can_be_left_out_and_comes_back() -> None:
    for name in RULES:
        with left_out([name]):
            pass
    assert first_contradiction(SAYS, SAYS_OTHERWISE) == "with"


def test_a_rule_of_a_table_is_gone_while_it_is_left_out() -> None:
    assert first_contradiction(SAYS, SAYS_OTHERWISE) == "with"
    with left_out(["with"]):
        assert first_contradiction(SAYS, SAYS_OTHERWISE) == ""
    assert first_contradiction(SAYS, SAYS_OTHERWISE) == "with"


def test_a_function_is_gone_wherever_it_was_imported() -> None:
    asked = request.without_request
    assert asked("please tell me what zinc does")[1]
    with left_out(["request"]):
        assert request.without_request("please tell me what zinc does") == ("please tell me what zinc does", ())
    assert request.without_request is asked
    assert standalone("What does zinc do?", []).question


def test_an_unknown_rule_is_refused_with_those_that_there_are() -> None:
    with (
        pytest.raises(InputError, match="there is no rule 'zinc'; those that can be left out: number, "),
        left_out(["zinc"]),
    ):
        pass


def test_a_table_is_printed_without_a_rule(
    tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("evals.report.RESULTS", tmp_path)
    monkeypatch.setattr("evals.report.write_results.__kwdefaults__", {"folder": tmp_path})
    assert main(["followups", "--without", "follow-up places"]) == 0
    assert "missed:" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["followups-without-follow-up-places.json"]
