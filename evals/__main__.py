"""python -m evals TABLE: print one table of measurements.

    retrieval     how well search finds the relevant abstracts, beside plain BM25 and LangChain
    abstention    how well it is told what the abstracts do not say, and whether what is cited is relevant
    answers       which sentences are chosen, what whole answers cite and say, and whether yes and no are told apart
    names         whether two written forms of one name bring the same, and like names their own
    grounding     how well it is told which sentence a quote bears out, beside the cosine alone
    statements    how well a language model's sentences are told apart: backed, not matched, contradicted
    sentences     how well sentences are split, beside the splitters on PyPI
    followups     whether follow-ups are understood, by rules
    understanding whether an assistant does what is asked of it, kind by kind
    feedback      what people marked good or bad on the page, written as test cases for understanding
    headlines     whether the yes/no headline is right, kind by kind
    studies       how well design, size, question, effects and finding of studies are read out of abstracts
    rules         what each rule on English brings: those tables with each left out in turn
    speed         how fast a library is built, opened and searched, beside what others would use
    growth        what searching, adding, removing and holding a library cost as it grows
    listing       what a page of the list of 100,000 abstracts costs, sorted, narrowed, the first and the last
    neighbours    what several processes of ours cost one another
    encoding      how many passages a second are turned into vectors, on a CPU or a GPU
    load          what many people who ask at once meet with: waiting, errors, fairness, the server's memory
    doors         what HTTP adds to a search, 50 streamed answers at once, an agent's first answer from a cold start
    contract      thousands of requests that schemathesis makes of the REST interface's schema

Each takes --help, and all but names, load, beside, doors, contract, listing, feedback and followups take --data DIR,
the folder with the test sets.
With `--without RULE...` last, a table is printed without these rules (python -m evals rules --help lists them).
ASKABSTRACTS_ENCODER=NAME makes each of them with libraries of another encoder: all-MiniLM-L6-v2, for one, which
ours was made from.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from evals.load import beside, contract, doors, load
from evals.quality import (
    abstention,
    answers,
    feedback,
    followups,
    grounding,
    headlines,
    names,
    retrieval,
    rules,
    sentences,
    statements,
    studies,
    understanding,
)
from evals.report import measured_without
from evals.scale import growth, listing
from evals.speed import encoding, neighbours, speed
from index.errors import AskAbstractsError

TABLES: dict[str, Callable[[Sequence[str]], None]] = {
    "retrieval": retrieval.main,
    "abstention": abstention.main,
    "answers": answers.main,
    "names": names.main,
    "grounding": grounding.main,
    "statements": statements.main,
    "sentences": sentences.main,
    "rules": rules.main,
    "speed": speed.main,
    "growth": growth.main,
    "listing": listing.main,
    "neighbours": neighbours.main,
    "encoding": encoding.main,
    "load": load.main,
    "beside": beside.main,
    "doors": doors.main,
    "contract": contract.main,
    "followups": followups.main,
    "understanding": understanding.main,
    "feedback": feedback.main,
    "headlines": headlines.main,
    "studies": studies.main,
}


def main(argv: Sequence[str]) -> int:
    """Print the table that the first word names, and return the exit code: 2 for an error of the person's."""
    if argv[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    if not argv or argv[0] not in TABLES:
        print(f"say which table: {', '.join(TABLES)}; as in: python -m evals retrieval", file=sys.stderr)
        return 2
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no hub is asked
    try:
        own, without = _cut_without(argv[1:])
        with rules.left_out(without), measured_without(without):
            TABLES[argv[0]](own)
    except AskAbstractsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _cut_without(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return a table's own arguments, and the rules named after --without."""
    if "--without" not in argv:
        return argv, ()
    at = list(argv).index("--without")
    return argv[:at], argv[at + 1 :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
