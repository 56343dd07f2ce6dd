"""Noun phrases by the forms of their words, and what a sentence enumerates."""

from qa.language.noun_phrases import enumerations, noun_phrases
from qa.language.word_tokens import tokens_of

SENTENCE = "Nausea, dry mouth and somnolence were seen with velatrine 40 mg."


def test_the_things_of_an_enumeration_stand_together():
    tokens = tokens_of(SENTENCE)
    runs = enumerations(tokens, noun_phrases(tokens))
    assert [[SENTENCE[span.start : span.end] for span in run] for run in runs] == [
        ["Nausea", "dry mouth", "somnolence"]
    ]


def test_verbs_and_quantities_are_in_no_noun_phrase():
    wholes = {SENTENCE[span.start : span.end] for span in noun_phrases(tokens_of(SENTENCE)) if span.is_whole}
    assert wholes == {"Nausea", "dry mouth", "somnolence", "velatrine"}
