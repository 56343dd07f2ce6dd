"""Whether an abstract is found and answered from by another name of what it is about: python -m evals names --pairs.

A file of pairs has a JSON object a line: "a" and "b" are two names of one thing, with its "kind"; those with "why" and
without a kind are of two things. For each an invented abstract of a sentence says something of b, and a question asks
it of a. The abstracts of all pairs that are one thing lie in one library; each that must be kept apart has its own.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evals.report import Figures
from index import Abstract, Library, Section
from index.records import to_json
from qa import Assistant

_FACTS = (
    ("Results on {} in dialysis", "{} was associated with longer survival of patients on dialysis.",
     "Is {} associated with survival of patients on dialysis?"),
    ("{} and exercise", "After twelve weeks of exercise, measurements of {} had fallen by a fifth.",
     "How do measurements of {} change after exercise?"),
    ("A cohort study of {}", "Smokers differed from non-smokers in {} at every age.",
     "Do smokers differ from non-smokers in {}?"),
    ("{} in older adults", "In older adults {} was linked with falls at night.",
     "Is {} linked with falls in older adults?"),
    ("Coffee and {}", "Coffee drinking had no effect on {}.", "What effect does coffee drinking have on {}?"),
    ("{} in pregnancy", "In the second trimester of pregnancy {} was seen more often than before.",
     "When is {} seen more often in pregnancy?"),
    ("Sleep and {}", "Poor sleep made {} worse within a month.", "Does poor sleep make {} worse?"),
)  # fmt: skip
"""Titles, sentences and questions of the invented abstracts, dealt out in turn."""
_NEIGHBOURS = (
    ("Vitamin C for the common cold", "Vitamin C did not prevent the common cold."),
    ("Statins in primary prevention", "Statins lowered the risk of a first stroke."),
    ("A survey of school meals", "School meals were eaten by most of the children."),
)
"""What else lies in the library of a pair that must be kept apart."""


def read_pairs(file: Path) -> list[dict[str, str]]:
    """Return the pairs of a file, in order."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure_pairs(pairs: Sequence[Mapping[str, str]]) -> tuple[dict[str, Figures], list[str]]:
    """Return by kind how many pairs are first, answered from, or kept apart, and a line for each that is not."""
    same = [pair for pair in pairs if pair.get("kind")]
    apart = [pair for pair in pairs if not pair.get("kind")]
    outcomes = [*_of_one_thing(same), *_of_two(apart)]
    of, first, answered = Counter[str](), Counter[str](), Counter[str]()
    for kind, _, is_first, is_answered in outcomes:
        of[kind] += 1
        first[kind] += is_first
        answered[kind] += is_answered
    rows: dict[str, Figures] = {
        kind: {"first": first[kind] / count, "answered": answered[kind] / count, "of": count}
        for kind, count in of.items()
    }
    return rows, [f"{kind}: {line}" for kind, line, _, is_answered in outcomes if not is_answered]


def _of_one_thing(pairs: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str, bool, bool]]:
    """Yield for each pair its kind, a line on it, whether b's abstract is the first source, and answered from first."""
    if not pairs:
        return
    abstracts = [_about(number, pair["b"]) for number, pair in enumerate(pairs)]
    with tempfile.TemporaryDirectory() as folder, _library(Path(folder), abstracts) as library:
        assistant = Assistant(library)
        for number, pair in enumerate(pairs):
            wanted = abstracts[number].pmid
            answer = assistant.ask(_FACTS[number % len(_FACTS)][2].format(pair["a"]))
            cited = [one.pmid for sentence in answer.sentences for one in sentence.citations]
            found = [source.abstract.pmid for source in answer.sources or answer.nearest]
            line = f"{pair['a']} = {pair['b']}: {'abstained' if answer.abstained else f'cited {cited[:2]}'}"
            yield pair["kind"], line, found[:1] == [wanted], not answer.abstained and cited[:1] == [wanted]


def _of_two(pairs: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, str, bool, bool]]:
    """Yield the same for pairs of two things, where b's abstract must not be answered from."""
    for number, pair in enumerate(pairs):
        title, sentence, question = _FACTS[number % len(_FACTS)]
        rest = [_abstract(100 + place, *neighbour) for place, neighbour in enumerate(_NEIGHBOURS)]
        with tempfile.TemporaryDirectory() as folder:
            own = _abstract(1, title.format(pair["b"]), sentence.format(pair["b"]))
            with _library(Path(folder), [own, *rest]) as library:
                answer = Assistant(library).ask(question.format(pair["a"]))
        cited = [one.pmid for sentence in answer.sentences for one in sentence.citations]
        yield "kept apart", f"{pair['a']} is not {pair['b']}", own.pmid not in cited, own.pmid not in cited


def _about(number: int, name: str) -> Abstract:
    title, sentence, _ = _FACTS[number % len(_FACTS)]
    return _abstract(number, title.format(name), sentence.format(name))


def _abstract(number: int, title: str, sentence: str) -> Abstract:
    return Abstract(str(95_000_000 + number), title, (Section("", "", sentence),), year=2020)


def _library(folder: Path, abstracts: Sequence[Abstract]) -> Library:
    lines = folder / "abstracts.jsonl"
    lines.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts), encoding="utf-8")
    library = Library.open(folder / "library", create=True)
    library.add(files=[lines])
    return library
