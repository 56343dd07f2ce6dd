"""An answer made of the abstracts' own sentences."""

import numpy as np
import pytest
from conftest import abstract

from qa.answer import Source
from qa.evidence.scoring import Evidence
from qa.generation.extractive import compose


def evidence(number, start, text, score, direction):
    """Return a sentence of source `number`; sentences of one direction are near in meaning."""
    vector = np.zeros(4, dtype=np.float32)
    vector[direction] = 1.0
    source = Source(number, abstract(str(number), "Title"))
    return Evidence(source, start, start + len(text), text, "RESULTS", vector, 0.8, 0.8, (), (), score, 0.9)


ROWS = {
    "best": evidence(1, 50, "Best of one.", 1.0, 0),
    "same": evidence(2, 10, "Best of one, again.", 0.99, 0),
    "same but a number": evidence(2, 10, "Best, by 5%.", 0.99, 0),
    "earlier": evidence(1, 10, "Earlier in one.", 0.9, 1),
    "second": evidence(2, 30, "Of two.", 0.95, 2),
    "weak": evidence(3, 10, "Weak.", 0.5, 3),
}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["best"], ["Best of one."]),
        (["best", "weak"], ["Best of one."]),  # too weak beside the best
        (["best", "same"], ["Best of one."]),  # said once
        (["best", "same but a number"], ["Best of one.", "Best, by 5%."]),  # another number is another statement
        (["second", "best", "earlier"], ["Best of one.", "Earlier in one.", "Of two."]),  # the best leads
        ([], []),
    ],
)
def test_which_sentences_are_said_and_in_which_order(rows, expected):
    assert [sentence.text for sentence in compose([ROWS[row] for row in rows])] == expected


def test_agreement_is_said_once_with_all_who_agree():
    (sentence,) = compose([ROWS["best"], ROWS["same"]])
    assert [(one.pmid, one.quote) for one in sentence.citations] == [
        ("1", "Best of one."),
        ("2", "Best of one, again."),
    ]


@pytest.mark.parametrize(
    "other",
    [
        "IL-32 did not raise VEGF.",
        "IL-32 lowered VEGF.",
        "IL-33 raised VEGF.",
        "IL-32 raised VEGF in 5 of 8.",
        "IL-32 raised VEGF, but no patient was cured.",  # one denies something, the other nothing
    ],
)
def test_who_says_otherwise_does_not_agree(other):
    one, other = evidence(1, 10, "IL-32 raised VEGF.", 1.0, 0), evidence(2, 10, other, 0.9, 0)
    assert [len(sentence.citations) for sentence in compose([one, other])] == [1, 1]


def test_who_has_few_of_the_words_does_not_agree():
    one, other = (
        evidence(1, 10, "Zelotin lowers blood pressure at rest.", 1.0, 0),
        evidence(2, 10, "On zelotin.", 0.9, 0),
    )
    one.vector[1] = other.vector[2] = 0.3
    (sentence,) = compose([one, other])[:1]
    assert [citation.pmid for citation in sentence.citations] == ["1"]


def test_others_of_an_abstract_follow_its_best_in_its_own_order():
    rows = [evidence(1, start, f"S{start}.", score, start) for start, score in ((0, 0.9), (1, 0.95), (2, 1.0))]
    assert [sentence.text for sentence in compose(rows)] == ["S2.", "S0.", "S1."]


def test_at_most_five_sentences_and_two_of_one_abstract_while_others_wait():
    many = [evidence(number, start, f"Said: {'wxyz'[start]}.", 1.0, start) for number in (1, 2) for start in range(4)]
    cited = [sentence.citations[0] for sentence in compose(many)]
    assert [(one.source, one.start) for one in cited] == [(1, 0), (1, 1), (2, 2), (2, 3)]


def test_three_of_one_abstract_when_it_stands_alone():
    said = compose([evidence(1, start, f"S{start}.", 1.0, start) for start in range(4)])
    assert [sentence.text for sentence in said] == ["S0.", "S1.", "S2."]


def test_each_sentence_cites_where_it_stands():
    (sentence,) = compose([ROWS["best"]])
    (citation,) = sentence.citations
    assert (citation.source, citation.pmid, citation.start, citation.quote) == (1, "1", 50, "Best of one.")
