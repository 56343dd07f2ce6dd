"""Text on which patterns could go astray: time grows with its length, not with the square of it.

Each group is worked through in a process of its own. The time limit is far above the second or two that each text takes
and far below the minutes to hours that it took when time grew with the square of the length.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from index import Abstract, Hit, Section
from index.analysis.chunking import split_abstract
from index.errors import InputError
from index.ingest.formats.cleaning import MAX_FIELD_CHARACTERS, MAX_SECTIONS, MAX_TEXT_CHARACTERS, check_size
from qa.answer import Source
from qa.evidence.scoring import gather

ROOT = Path(__file__).parents[4]
MOST_SECONDS = 120
SCRIPT = """
import sys
from index.analysis.chunking import split_abstract
from index.ingest.formats.medline import split_labels
from index.records import Abstract, Section
from index.analysis.terms import content_words, isoforms, names, terms
from qa.conversation import standalone
from qa.answer import Answer, Turn

for text in map(eval, sys.argv[1:]):
    whole = Abstract("1", "T", (Section("", "", text),))
    passages = split_abstract(whole, max_tokens=128, count_tokens=lambda texts: [len(one.split()) for one in texts])
    assert all(whole.text[one.start : one.end] == one.text for one in passages)
    assert "".join("".join(one.text for one in passages).split()) == "".join(whole.text.split())
    for read in (terms, names, content_words, isoforms, lambda one: list(split_labels(one))):
        read(text)
    short = text[:1990]
    for beginning in ("And ", "What about ", "Only since 2010 in "):
        standalone(beginning + short, [Turn(short, Answer(short))])
"""


TEXTS = {
    "sentences": ["'.' * 200_000", "'.)' * 50_000", "'?!' * 100_000", "'A. ' * 20_000", "'(a. ' * 10_000"],
    "white space": ["' ' * 199_999 + 'a'", "'\\n' * 200_000", "'a (' * 66_000"],
    "words": ["'a' * 200_000", "'oe' * 50_000", "'e' + '\\u0301' * 99_999", "'\\ufdfa' * 10_000", "'\"' * 100_000"],
    "names": [
        "'a1' * 50_000",
        "'a1-' * 30_000 + 'α' + ' β' * 30_000",
        "'IL-1' + 'α, β ' * 10_000",
        "' '.join(f'IL-32{chr(97 + n % 26)}' for n in range(10_000))",
        "' '.join('IL-32' + one for one in 'αβγδεζηθικλμνξοπρστυφχψω' * 300)",
        "'AB' * 39 + ': ' + 'METHODS AND ' * 15_000",
    ],
}


@pytest.mark.parametrize("group", TEXTS)
def test_time_grows_with_the_length(group):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *TEXTS[group]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        (
            Abstract("1", "x" * (MAX_FIELD_CHARACTERS + 1)),
            'its field "title" has 50,001 characters; the most is 50,000',
        ),
        (Abstract("1", "T", journal="x" * 60_000), 'its field "journal" has 60,000 characters; the most is 50,000'),
        (Abstract("1", "T", mesh=("x", "y" * 60_000)), 'its field "mesh" has 60,000 characters; the most is 50,000'),
        (
            Abstract("1", "T", (Section("L" * 60_000, "", "x"),)),
            'its field "sections" has 60,000 characters; the most is 50,000',
        ),
        (Abstract("1", "", (Section("", "", "x" * MAX_TEXT_CHARACTERS),)), "its text has 200,001 characters; the most"),
        (Abstract("1", "T", (Section("", "", "x"),) * (MAX_SECTIONS + 1)), "it has 1,001 sections; the most is 1,000"),
    ],
    ids=["title", "field", "list", "label", "text", "sections"],
)
def test_an_abstract_beyond_all_measure_says_so(whole, why):
    with pytest.raises(InputError, match=f"^{why}"):
        check_size(whole)


def test_an_abstract_at_its_measure_is_kept():
    whole = Abstract("1", "x" * MAX_FIELD_CHARACTERS, (Section("", "", "y"),) * MAX_SECTIONS)
    assert check_size(whole) is whole


def test_of_a_very_long_abstract_only_the_passages_found_are_weighed(library):
    told = "IL-32β induced VEGF in snails."
    filling = "Nothing of the kind was seen here. " * 3_000
    text = f"{filling}{told} {filling}".strip()
    whole = Abstract("7", "On snails", (Section("", "", text),))
    passages = split_abstract(whole, max_tokens=40, count_tokens=lambda texts: [len(one.split()) for one in texts])
    (hit,) = [passage for passage in passages if told in passage.text]
    evidence = gather("What does IL-32β induce?", [Source(1, whole, (Hit(hit, 1.0),))], library=library)
    assert evidence[0].text == told == whole.text[evidence[0].start : evidence[0].end]
    assert all(hit.start <= one.start < one.end <= hit.end for one in evidence)
    assert evidence[0].missing_names == ()
