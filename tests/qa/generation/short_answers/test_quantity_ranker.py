"""Which quantities of a sentence can be meant."""

import pytest

from qa.generation.short_answers.asked import PEOPLE, AskedFor
from qa.generation.short_answers.quantity_ranker import fits
from qa.language.quantity_spans import quantity_spans
from qa.language.word_tokens import tokens_of

ARMS = "90 people were randomised to zinc or placebo."


@pytest.mark.parametrize(
    ("question", "asked", "sentence", "meant"),
    [
        ("How much did zinc cut deaths?", "amount", "In type 2 diabetes, zinc cut deaths by 36%.", ["36%"]),
        ("How many people were on zinc?", "count", "A stroke occurred in 96 people (4%) on zinc.", []),
        ("How many people had a stroke on zinc?", "count", "A stroke occurred in 96 people on zinc.", ["96"]),
        ("How many people were on zinc?", "count", ARMS, []),
        ("How many people were in the trial of zinc?", "count", ARMS, ["90"]),
        ("How many people were there?", "count", ARMS, ["90"]),
        ("How many people were on zinc?", "count", "There were 45 people on zinc.", ["45"]),
    ],
)
def test_labels_events_and_totals_are_no_answer_to_another_question(question, asked, sentence, meant):
    stems = frozenset(token.stem for token in tokens_of(question) if token.stem)
    words = frozenset(token.lower for token in tokens_of(question))
    sought = AskedFor(asked, stems - PEOPLE, PEOPLE if asked == "count" else frozenset(), words)
    spans = [(start, end) for start, end in quantity_spans(sentence, asked) if fits(sought, sentence, start, end)]
    assert [sentence[start:end] for start, end in spans] == meant
