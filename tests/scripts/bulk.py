"""Adds files like PubMed's and prints the memory that takes: python tests/scripts/bulk.py FOLDER [--files 10].

The first file holds 30,000 (`--records`) invented records; each later one brings all of them again, one
in fifty with another text, and deletes ten. `--distinct` makes every record of every file another one. Each file is
added by the real command line in a process of its own, or with `--together` all of them by one. Prints a JSON object,
and each file's part of it on stderr as soon as it is known.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from pubmed_records import FIRST_INVENTED, invented, pubmed_xml

from index import Section

ROOT = Path(__file__).parents[2]
_CHANGED = 50
_DELETED = 10


def write_file(path, number, count, *, distinct):
    """Write file `number`, from 0, record by record."""
    first = number * count if distinct else 0
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n')
        for one in invented(count, first=first):
            if number and not distinct and int(one.pmid) % _CHANGED == number % _CHANGED:
                one = replace(one, sections=(*one.sections, Section("", "", f"This was added in file {number}.")))
            file.write(pubmed_xml(one) + "\n")
        if number and not distinct:
            gone = "".join(f"<PMID>{FIRST_INVENTED + number * _DELETED + one}</PMID>" for one in range(_DELETED))
            file.write(f"<DeleteCitation>{gone}</DeleteCitation>\n")
        file.write("</PubmedArticleSet>\n")


def added(files, library, encoder):
    """Add files by the command line; return its account, its seconds and its peak memory in MB."""
    verb = "add" if library.exists() else "build"
    command = [sys.executable, "-m", "index", verb, *map(str, files), "--library", str(library), "--json"]
    command += ["--encoder", encoder] if encoder and verb == "build" else []
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    report = json.loads(process.stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, report
    counts = {name: report[name] for name in ("added", "updated", "unchanged", "removed")}
    return {**counts, "seconds": round(time.monotonic() - began, 1), "peak_mb": round(usage.ru_maxrss / 1000)}


def main():
    """Make the files, add them one after the other, and print an account of each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--encoder", help="default: the library's own")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    files = [options.folder / f"update{number:04}.xml.gz" for number in range(options.files)]
    for number, file in enumerate(files):
        write_file(file, number, options.records, distinct=options.distinct)
    library = options.folder / "library"
    groups = [files] if options.together else [[file] for file in files]
    runs = []
    for group in groups:
        runs.append(added(group, library, options.encoder))
        sys.stderr.write(json.dumps(runs[-1]) + "\n")
    info = [sys.executable, "-m", "index", "info", "--library", str(library), "--json"]
    held = json.loads(subprocess.run(info, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    told = {"abstracts": held["abstracts"], "passages": held["passages"], "mb_on_disk": round(held["bytes"] / 1e6)}
    json.dump({**told, "runs": runs}, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
