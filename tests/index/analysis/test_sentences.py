"""Sentences begin and end where a reader would say so, and no character is lost."""

import random

import pytest

from evals.quality.sentences import HARD_CASES, marked_sentences, unmarked
from index.analysis.sentences import sentence_spans


def split(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in HARD_CASES])
def test_a_hard_case_is_split_where_it_is_marked(case):
    assert split(unmarked(case)) == marked_sentences(case)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        # nothing, and white space only
        ("", []),
        (" \n\t ", []),
        # one sentence with no stop, as in a title
        ("Interleukin-32 in rheumatoid arthritis", ["Interleukin-32 in rheumatoid arthritis"]),
        # a title that PubMed translated
        ("[Treatment of asthma. A review].", ["[Treatment of asthma. A review]."]),
        # a line's end ends a sentence even without a stop: the title, then the sections
        (
            "IL-32 in mice\nIL-32 was made\nby hepatocytes. It rose.",
            ["IL-32 in mice", "IL-32 was made", "by hepatocytes.", "It rose."],
        ),
        # white space around and between is in no sentence
        ("  It rose.   It fell.  \n", ["It rose.", "It fell."]),
        # a stop alone, or doubled, stays with its sentence
        ("It rose.. It fell . It stayed.", ["It rose..", "It fell .", "It stayed."]),
        # no-break spaces are white space
        ("It rose.\u00a0It fell by 5\u00a0%.", ["It rose.", "It fell by 5\u00a0%."]),
        # a combining accent and a character outside the BMP keep the offsets exact
        ("Cafe\u0301 au lait spots 𝛃 rose. It fell.", ["Cafe\u0301 au lait spots 𝛃 rose.", "It fell."]),
        # ideographic full stops need no white space
        ("白細胞介素32。結果。", ["白細胞介素32。", "結果。"]),
        # a colon alone is what is left of a section's label
        ("It rose in disease. : In mice it fell.", ["It rose in disease.", ": In mice it fell."]),
        # a small letter after a whole word is a slip of the writer
        ("It rose in both groups. the men were older.", ["It rose in both groups.", "the men were older."]),
    ],
)
def test_sentences_of_a_text(text, sentences):
    assert split(text) == sentences


def test_spans_are_offsets_into_the_text_as_given():
    assert sentence_spans(" E. coli grew. p53 fell.") == [(1, 14), (15, 24)]


def test_every_character_but_white_space_is_in_exactly_one_span():
    # Random strings of what decides about a boundary: seeded, so the same on every run.
    pieces = [
        ".",
        "?",
        "!",
        " ",
        "\n",
        "(",
        ")",
        "[",
        '"',
        "et al",
        "vs",
        "E",
        "IL-32β",
        "5",
        "0",
        "mm",
        "We",
        "。",
        "i.v",
        "S",
    ]
    chosen = random.Random(32)
    for _ in range(2000):
        text = "".join(chosen.choices(pieces, k=chosen.randrange(30)))
        spans = sentence_spans(text)
        covered = [offset for start, end in spans for offset in range(start, end)]
        assert covered == sorted(set(covered)), text
        assert {offset for offset, character in enumerate(text) if not character.isspace()} <= set(covered), text
        assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans), text


def test_a_text_without_an_end_is_one_sentence():
    # 200,000 characters in an open bracket: takes seconds if each mark looks back over all of them.
    text = "(" + "approx. " * 25_000
    assert sentence_spans(text) == [(0, len(text) - 1)]
