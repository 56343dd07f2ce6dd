"""The REST interface under schemathesis, where it is installed."""

import pytest

from evals.load.contract import run


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path, monkeypatch):
    pytest.importorskip("schemathesis")
    monkeypatch.setenv("ASKABSTRACTS_KEYS", "")  # what is set on the way is taken back
    monkeypatch.setenv("ASKABSTRACTS_EUTILS_URL", "")
    row, faults = run(tmp_path, requests=5_000, examples=40)
    assert faults == []
    assert row["passed"] == row["requests"] >= 5_000
