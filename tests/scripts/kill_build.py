"""Kills a build from PMIDs again and again, and compares: python tests/scripts/kill_build.py FOLDER [--records 20000].

The builds are the real command line, in processes of their own, against the stand-in E-utilities server. Prints one
JSON object; exits with 1 when anything was lost, or fetched or written more often than it need be.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from eutils_server import EutilsServer  # noqa: E402
from pubmed_records import invented  # noqa: E402

BATCH = 200
"""How many records E-utilities are asked for at once."""


def start(library, pmids, server, encoder):
    """Start a build in a process of its own."""
    command = [sys.executable, "-m", "index", "build", "--pmids-from", pmids, "--library", library, "--json"]
    command += ["--encoder", encoder] if encoder else []
    environment = os.environ | {"ASKABSTRACTS_EUTILS_URL": server.url, "ASKABSTRACTS_NCBI_API_KEY": "stand-in"}
    return subprocess.Popen(list(map(str, command)), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def info(library):
    """Return what `python -m index info` says."""
    command = [sys.executable, "-m", "index", "info", "--library", str(library), "--json"]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def fetched(server):
    """Return how often each PMID was asked for."""
    return Counter(pmid for one in server.requests if one.endpoint == "efetch" for pmid in one.params["id"].split(","))


def killed_build(library, pmids, server, encoder, *, kills, seconds, chance):
    """Build with the same command until it is done, killed so often on the way; return its account and the kills."""
    landed = 0
    while True:
        process = start(library, pmids, server, encoder)
        if landed < kills:
            try:
                process.wait(timeout=1 + chance.random() * 2 * seconds / kills)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        if process.returncode == 0:
            return json.loads(out), landed
        assert process.returncode == -signal.SIGKILL, process.returncode
        landed += 1


def ids_written(library):
    """Return how many passages were ever written: their ids are never given twice."""
    with sqlite3.connect(library / "library.db") as db:
        (count,) = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    db.close()
    return count


def main():
    """Build undisturbed, then with kills, and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--encoder", help="default: the library's own")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    records = invented(options.records)
    listed = options.folder / "pmids.txt"
    listed.write_text("\n".join(one.pmid for one in records))
    whole, killed = options.folder / "undisturbed", options.folder / "killed"
    for library in (whole, killed):
        shutil.rmtree(library, ignore_errors=True)
    with EutilsServer(records) as server:
        began = time.monotonic()
        out, _ = start(whole, listed, server, options.encoder).communicate()
        seconds = time.monotonic() - began
        assert json.loads(out)["added"] == options.records, out
        server.requests.clear()
        report, landed = killed_build(
            killed,
            listed,
            server,
            options.encoder,
            kills=options.kills,
            seconds=seconds,
            chance=random.Random(options.seed),
        )
        times = fetched(server)
    told = {
        "records": options.records,
        "seconds_undisturbed": round(seconds, 1),
        "kills": landed,
        "account": {name: report[name] for name in ("added", "updated", "unchanged", "removed")},
        "failed": len(report["failed"]),
        "same_digest": info(whole)["digest"] == info(killed)["digest"],
        "never_fetched": options.records - len(times),
        "fetched_again": sum(times.values()) - len(times),
        "fetched_again_at_most": landed * BATCH,
        "passages": info(whole)["passages"],
        "passages_written": ids_written(killed),
    }
    json.dump(told, sys.stdout, indent=2)
    is_lossless = told["same_digest"] and told["account"]["added"] == options.records and not told["failed"]
    is_thrifty = told["fetched_again"] <= told["fetched_again_at_most"] and told["passages_written"] == told["passages"]
    sys.exit(0 if is_lossless and is_thrifty and not told["never_fetched"] else 1)


if __name__ == "__main__":
    main()
