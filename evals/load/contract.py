"""The REST interface under schemathesis: thousands of requests made of its OpenAPI, each reply held against it.

A real app.py with a password serves the sample and a library that is written to; requests carry a key that may do all.
PubMed is out of reach. Half of the rounds send any library's name, half that of the library there. Whether a request
that fits the schema is accepted is not looked at: whether a library has a MeSH term, no schema tells.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.load.load import SAMPLES, serving
from evals.report import parser_of, say, show, table, versions, write_results
from index import Library
from index.environment import Variable
from index.errors import InputError
from index.storage.keys import Keys

REQUESTS = 5_000
_NAMED = '[parameters]\nname = "lab"\n'
_COUNTED = re.compile(r"([\d,]+) generated, ([\d,]+) passed")
_UNREACHABLE = "http://127.0.0.1:9/"
"""Port 9 discards, where anything listens at all."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("contract", __doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help=f"at least so many ({REQUESTS})")
    parser.add_argument("--examples", type=int, default=40, help="how many a route and round (40)")
    arguments = parser.parse_args(argv)
    with TemporaryDirectory(prefix="askabstracts-contract-") as folder:
        row, faults = run(Path(folder), requests=arguments.requests, examples=arguments.examples)
    result = {"table": "contract", "figures": row, "faults": faults, "versions": versions(("schemathesis", "fastapi"))}
    write_results("contract", result)
    show("\n\n".join([table("Requests by schemathesis to all routes", list(row), {"ours": row}), *faults]))


def run(folder: Path, *, requests: int, examples: int) -> tuple[dict[str, int], list[str]]:
    """Send at least so many requests; return their counts, and what schemathesis said of rounds with faults."""
    os.environ |= {Variable.KEYS: str(folder / "keys.json"), Variable.EUTILS_URL: _UNREACHABLE}
    key = Keys().create("contract", "admin")[1]
    Library.build(folder / "lab", files=[SAMPLES])
    row, faults = {"rounds": 0, "requests": 0, "passed": 0}, []
    with serving("--libraries", str(folder), "--auth", "lab:secret", "--api-rate", "1000000") as served:
        for number in count():
            if row["requests"] >= requests:
                return row, faults
            said, generated, passed = _round(served.url, key, folder, seed=number, examples=examples)
            say(f"round {number + 1}: {generated} requests, {passed} passed")
            row = {
                "rounds": number + 1,
                "requests": row["requests"] + generated,
                "passed": row["passed"] + passed,
            }
            faults += [said] if generated != passed else []
    return row, faults


def _round(url: str, key: str, folder: Path, *, seed: int, examples: int) -> tuple[str, int, int]:
    """Run schemathesis once; the coverage of the schema's bounds is the same each time, so only the first two do it."""
    config = folder / "schemathesis.toml"
    config.write_text("" if seed % 2 else _NAMED, encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)]
    command += ["run", f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {key}", "--no-color"]
    command += ["--phases", "examples,coverage,fuzzing" if seed < 2 else "fuzzing", "--seed", str(seed)]
    command += ["--max-examples", str(examples), "--exclude-checks", "positive_data_acceptance"]
    command += ["--continue-on-failure", "--request-timeout", "120", "--workers", "2"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    counted = _COUNTED.search(done.stdout)
    if counted is None:
        said = (done.stderr or done.stdout).strip()[-300:]
        raise InputError(f"schemathesis did not run: {said}; pip install -r evals/requirements.txt")
    generated, passed = (int(number.replace(",", "")) for number in counted.groups())
    return done.stdout, generated, passed
