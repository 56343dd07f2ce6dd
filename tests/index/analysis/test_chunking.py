"""Abstract to passages."""

import pytest

from index.analysis.chunking import split_abstract
from index.records import Abstract, Section

ABSTRACT = Abstract(
    "1",
    "A title",
    (
        Section("RESULTS", "RESULTS", "One two three. Four five six. Seven eight nine ten eleven."),
        Section("", "", "Twelve thirteen."),
    ),
)


def words(texts):
    """Count words as a stand-in for tokens, so that the expected spans can be seen."""
    return [len(text.split()) for text in texts]


def split(abstract, max_tokens):
    return [
        (passage.section, passage.text)
        for passage in split_abstract(abstract, max_tokens=max_tokens, count_tokens=words)
    ]


@pytest.mark.parametrize(
    ("max_tokens", "expected"),
    [
        # all sentences of a section fit, yet sections are never mixed
        (50, [("TITLE", "A title"), ("RESULTS", ABSTRACT.sections[0].text), ("", "Twelve thirteen.")]),
        # two sentences fit, the third begins a passage of its own
        (
            6,
            [
                ("TITLE", "A title"),
                ("RESULTS", "One two three. Four five six."),
                ("RESULTS", "Seven eight nine ten eleven."),
                ("", "Twelve thirteen."),
            ],
        ),
        # the third sentence is longer than a passage may be: it is broken between words
        (
            3,
            [
                ("TITLE", "A title"),
                ("RESULTS", "One two three."),
                ("RESULTS", "Four five six."),
                ("RESULTS", "Seven eight nine"),
                ("RESULTS", "ten eleven."),
                ("", "Twelve thirteen."),
            ],
        ),
    ],
)
def test_sentences_are_packed_within_sections(max_tokens, expected):
    assert split(ABSTRACT, max_tokens) == expected


@pytest.mark.parametrize("max_tokens", [2, 5, 7, 100])
def test_offsets_are_those_of_the_abstracts_text(max_tokens):
    for passage in split_abstract(ABSTRACT, max_tokens=max_tokens, count_tokens=words):
        assert ABSTRACT.text[passage.start : passage.end] == passage.text


def test_nothing_but_white_space_is_left_out():
    parts = [text for _, text in split(ABSTRACT, 4)]
    assert "".join("".join(parts).split()) == "".join(ABSTRACT.text.split())


def test_a_record_without_an_abstract_is_its_title():
    assert split(Abstract("1", "Only a title"), 9) == [("TITLE", "Only a title")]


def test_a_record_without_a_title_is_its_sections():
    assert split(Abstract("1", "", (Section("", "", "Some text."),)), 9) == [("", "Some text.")]


def test_passages_fit_the_real_window(encoder):
    text = "The interleukin-32β isoform was measured in 120 patients (P < 0.05). " * 40
    abstract = Abstract("1", "", (Section("", "", text.strip()),))
    passages = split_abstract(abstract, max_tokens=128, count_tokens=encoder.count_tokens)
    assert max(encoder.count_tokens([passage.text for passage in passages])) <= 128
