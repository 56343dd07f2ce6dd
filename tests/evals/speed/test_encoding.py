"""The rates of encoding and reading are printed for our own abstracts where the test sets are not there."""

from evals.speed.encoding import main


def test_rates_are_printed(tmp_path, capsys):
    main(["--data", str(tmp_path), "--limit", "60"])
    said = capsys.readouterr().out
    assert "Encoding by abstracts-MiniLM-L6 on" in said
    rows = {line[:12].strip(): line.split() for line in said.splitlines()}
    assert float(rows["round 3"][5]) > 0
    assert rows["80 sentences"][2] in ("80", "80.000")
