"""Fuzz a parser by hand: python tests/scripts/fuzz_parsers.py xml|medline|lines|array --seconds 600

With atheris (pip install atheris) the search is guided by coverage; without it, records are mutated at random. The
input that broke something is written to a file crash-… or timeout-… in the folder given with --found.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]
_MAX_BYTES = 20_000
_HANGS_AFTER_S = 20


def main() -> None:
    """Fuzz until the time is over or something breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layout", choices=["xml", "medline", "lines", "array"])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()))
    flags = parser.parse_args()
    if atheris is None:
        mutate_at_random(flags.layout, flags.seconds, flags.found)
    else:
        with atheris.instrument_imports(include=["index"]):
            import hostile
        fuzz_by_coverage(flags, hostile)


def fuzz_by_coverage(flags: argparse.Namespace, hostile) -> None:  # noqa: ANN001 - the module, imported instrumented
    """Let libFuzzer mutate our records; it ends the process."""
    corpus = Path(tempfile.mkdtemp(prefix=f"corpus-{flags.layout}-"))
    for number, record in enumerate(hostile.records(flags.layout)):
        (corpus / f"{number:04}").write_bytes(record)
    for number, token in enumerate(hostile.INSERTED):
        (corpus / f"token-{number:03}").write_bytes(token)
    options = {
        "max_total_time": flags.seconds,
        "max_len": _MAX_BYTES,
        "timeout": _HANGS_AFTER_S,
        "rss_limit_mb": 2_000,
        "artifact_prefix": f"{flags.found}/",
        "print_final_stats": 1,
    }
    arguments = [sys.argv[0], str(corpus), *(f"-{name}={value}" for name, value in options.items())]
    atheris.Setup(arguments, lambda record: hold(record, flags.layout))
    atheris.Fuzz()


def mutate_at_random(layout: str, seconds: int, found: Path) -> None:
    """Mutate our records by the dice, without knowing what each case reached."""
    from hostile import mutate, random_steps, records

    ends, cases = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        record = mutate(records(layout)[cases % len(records(layout))], random_steps(cases), layout=layout)
        (found / f"crash-{layout}").write_bytes(record)  # stays behind if this one breaks
        hold(record, layout)
        cases += 1
    print(f"{cases:,} cases, none of them broke anything")  # noqa: T201 - a script


def hold(record: bytes, layout: str) -> None:
    """Read a record alone and between good neighbours, and hold what comes out against all that may be relied on."""
    from hostile import PARSERS, between_neighbours, check, is_lost, neighbours, spared

    for read in PARSERS[layout](io.BytesIO(record), name="x"):
        check(read)
    reads = list(PARSERS[layout](io.BytesIO(between_neighbours(record, layout)), name="x"))
    came = {one.pmid for one in reads if one in neighbours(layout)}
    is_lost_whole = layout == "array" and is_lost(reads)
    assert is_lost_whole or set(spared(record, layout)) <= came, "a neighbour was lost"
    for read in reads:
        check(read)


if __name__ == "__main__":
    main()
