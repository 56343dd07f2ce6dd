"""Whether the yes/no headline is right, kind by kind: python -m evals headlines [--parts PART...] [--show]

Questions of our own (`headlines.jsonl`) on abstracts of abstracts/ and on some that we invented
(`headline_abstracts.jsonl`), each with the verdict that a careful reader gives: yes, no, mixed, or none where the
abstracts do not tell. All of these abstracts are one library, and each question is asked as a person asks it. A verdict
is wrong where another one is due, or none. The parts are by topic: rules were mended on the first two, never on
the part held aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from evals.corpora import Corpus, Part, build_library, plain_abstracts, read_rows
from evals.report import Figures, parser_of, show, table, write_results
from index import Abstract, Library, Section
from qa import Assistant

QUESTIONS = Path(__file__).parent / "headlines.jsonl"
INVENTED = Path(__file__).parent / "headline_abstracts.jsonl"
COLUMNS = ("questions", "due", "shown", "wrong", "wrong of shown", "right of due", "macro-F1")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A question of the set, the verdict that is due and the one that was shown; "none" for no headline."""

    kind: str
    question: str
    due: str
    shown: str

    @property
    def is_wrong(self) -> bool:
        """Whether a headline is shown that is not the one that is due."""
        return self.shown not in ("none", self.due)


def abstracts_of(questions: Sequence[Mapping[str, Any]], data: Path) -> list[Abstract]:
    """Return the abstracts that questions are about, ours and those of abstracts/."""
    wanted = {pmid for row in questions for pmid in row["pmids"]}
    ours = [Abstract(row["pmid"], row["title"], (Section("", "", row["abstract"]),)) for row in read_rows(INVENTED)]
    return [one for one in (*plain_abstracts(data), *ours) if one.pmid in wanted]


def measure(data: Path, work: Path, parts: Sequence[str], reranker: str | None) -> list[Verdict]:
    """Return the questions of some parts with their verdicts, asked of the library of all."""
    questions = read_rows(QUESTIONS)
    corpus = Corpus("headlines", tuple(abstracts_of(questions, data)), (), "")
    with Library.open(build_library(corpus, work)) as library:
        assistant = Assistant(library, reranker=reranker)
        return [ask(assistant, row) for row in questions if row["part"] in parts]


def ask(assistant: Assistant, row: Mapping[str, Any]) -> Verdict:
    """Ask a question of the set."""
    headline = assistant.ask(row["question"]).headline
    return Verdict(row["kind"], row["question"], row["verdict"], headline.verdict if headline else "none")


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Return how many verdicts are due, shown and wrong; macro-F1 is over yes and no, of the questions with either.

    >>> figures([Verdict("plain", "", "yes", "yes"), Verdict("plain", "", "none", "no")])["wrong of shown"]
    0.5
    """
    from sklearn.metrics import f1_score

    due = [one for one in verdicts if one.due != "none"]
    shown = [one for one in verdicts if one.shown != "none"]
    wrong = sum(one.is_wrong for one in shown)
    told = [one for one in shown if one.due in ("yes", "no")]
    row: dict[str, float | int] = {"questions": len(verdicts), "due": len(due), "shown": len(shown), "wrong": wrong}
    row["wrong of shown"] = wrong / len(shown) if shown else 0.0
    row["right of due"] = sum(not one.is_wrong for one in shown) / len(due) if due else 0.0
    due_of, shown_of = [one.due for one in told], [one.shown for one in told]
    score = f1_score(due_of, shown_of, labels=["yes", "no"], average="macro", zero_division=0.0) if told else 0.0
    row["macro-F1"] = float(score)
    return row


def by_kind(verdicts: Sequence[Verdict]) -> dict[str, Figures]:
    """Return the figures of each kind of question, and of all."""
    kinds = dict.fromkeys(one.kind for one in verdicts)
    rows = {kind: figures([one for one in verdicts if one.kind == kind]) for kind in kinds}
    return {**rows, "all": figures(verdicts)}


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, and with --show what is wrong."""
    parser = parser_of("headlines", __doc__, "--data", "--work", "--reranker")
    parser.add_argument("--parts", nargs="+", choices=get_args(Part), default=["held aside"], help="those to ask")
    parser.add_argument("--show", action="store_true", help="print each question with a wrong verdict")
    arguments = parser.parse_args(argv)
    verdicts = measure(arguments.data, arguments.work, arguments.parts, arguments.reranker)
    rows = by_kind(verdicts)
    write_results("headlines", {"table": "headlines", "parts": arguments.parts, "rows": rows})
    show(table("Verdicts on questions of yes or no", list(COLUMNS), rows))
    for one in verdicts if arguments.show else ():
        if one.is_wrong:
            show(f"{one.kind}: {one.question} {one.shown}, not {one.due}")
