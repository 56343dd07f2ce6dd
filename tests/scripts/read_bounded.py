"""Read a file and print what came and what it took: python tests/scripts/read_bounded.py FILE"""

import json
import re
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from index.errors import FileError  # noqa: E402
from index.ingest.formats.detect import parse_file  # noqa: E402
from index.records import Abstract, Failure  # noqa: E402

_MOST_BYTES = 4 << 30  # a brake, so that a test that fails takes no machine with it


def main() -> None:
    """Print the PMIDs, how many authors there are, the failures (or the FileError) and the peak of memory."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    account = {"pmids": [], "authors": 0, "failures": [], "error": ""}
    try:
        for read in parse_file(sys.argv[1]):
            if isinstance(read, Abstract):
                account["pmids"].append(read.pmid)
                account["authors"] += len(read.authors)
            elif isinstance(read, Failure):
                account["failures"].append([read.what, read.why])
    except FileError as error:
        account["error"] = str(error)
    account["peak_mb"] = int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024
    print(json.dumps(account))  # noqa: T201 - a script


if __name__ == "__main__":
    main()
