"""Kills a repair of a damaged library.db at each of its steps: python salvage_kills.py FOLDER [--points N].

Prints one JSON object: at how many steps it was killed, and where that lost something.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from crash import (
    HashEncoder,
    Library,
    Steps,
    assert_whole,
    forked,
    index,
    killed,
    records,
    use_hash_encoder,
    write_records,
)  # fmt: skip

import index.repair.repair
from index.repair.repair import check_library


def repair(path):
    return check_library(path, repair=True)


def undisturbed(path):
    steps = Steps()
    steps.hook()
    account = repair(path).account
    return {"steps": steps.names, "lost": account.lost, **state(path)}


def state(path):
    with Library.open(path) as library:
        assert_whole(library)
        # A killed writer's name stays until somebody writes again, and does nobody harm.
        files = sorted(file.name for file in path.iterdir() if file.name not in ("writer.lock", "writer.json"))
        return {"digest": library.digest, "files": files}


def look(path, damaged, whole):
    """Assert that nothing of the damaged file is lost, and that the same command brings the repair to its end."""
    held = [file.read_bytes() for file in path.glob("library.db*")]
    is_done = (path / "library.db.damaged-1").exists() and damaged not in [(path / "library.db").read_bytes()]
    assert damaged in held, "the damaged file is gone"
    checked = repair(path)
    assert all(finding.repaired for finding in checked.findings), checked.findings
    assert is_done or checked.account.lost == tuple(whole["lost"])
    assert (path / "lost-pmids.txt").read_text().split() == whole["lost"]
    now = state(path)
    assert now == {"digest": whole["digest"], "files": [name for name in whole["files"]]}, now


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--points", type=int, help="kill at this many steps, spread evenly; default: at all")
    arguments = parser.parse_args()
    use_hash_encoder()
    index.repair.repair.load_encoder = lambda name="hash": HashEncoder()
    folder = arguments.folder
    folder.mkdir(exist_ok=True)
    base, where = folder / "base", folder / "library"
    start = write_records(folder / "start.jsonl", records(1, 40))
    forked(lambda: Library.build(base, files=[start], passage_tokens=24).added)
    damaged = bytearray((base / "library.db").read_bytes())
    at = damaged.find(b"\x78\x9c", len(damaged) // 2)  # a record, and the file's list of tables
    damaged[at : at + 2048] = bytes(2048)
    damaged[100:300] = bytes(200)

    def again():
        shutil.rmtree(where, ignore_errors=True)
        shutil.copytree(base, where)
        (where / "library.db").write_bytes(damaged)

    again()
    whole = forked(lambda: undisturbed(where))[1]["result"]
    count = len(whole["steps"])
    points = range(count)
    if arguments.points:
        points = sorted({round(one * (count - 1) / (arguments.points - 1)) for one in range(arguments.points)})
    wrong = []
    for point in points:
        again()
        died, said = forked(lambda point=point: killed(repair, where, at=point))
        _, looked = forked(lambda: look(where, bytes(damaged), whole))
        if not died or "error" in looked:
            wrong.append({"step": whole["steps"][point], "number": point, "why": looked.get("error", str(said))})
    json.dump({"tried": len(points), "lost_pmids": whole["lost"], "wrong": wrong}, sys.stdout)


if __name__ == "__main__":
    main()
