"""The doors for programs: a few searches, streams and an agent's first question, on a real server."""

import pytest

from evals.load.doors import run


@pytest.mark.slow
def test_no_stream_is_lost_and_an_agent_is_answered(tmp_path):
    result, tables = run(tmp_path, searches=5, streams=50)
    assert result["streams"] == {"at once": 50, "whole": 50, "lost": 0, "ends": {"answer": 50}}
    assert result["search"]["HTTP p95 ms"] > 0 and result["agent"]["first answer s"] > result["agent"]["greeted s"]
    assert "50 answers streamed at once" in tables
