"""What a sentence says that its quote does not."""

import json
from pathlib import Path

import pytest

from qa.language.entailment import denied, first_contradiction

MICE = "Metformin and the life of mice\nMale mice were fed."


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("IL-10 was increased by IL-32β", "IL-32β raised IL-10", ""),
        ("IL-32β raised IL-10", "IL-32β raised IL-10 but lowered IL-12", ""),  # a part of what the quote says
        ("IL-32β raised IL-12", "IL-32β raised IL-10 but lowered IL-12", "direction"),
        ("IL-32β lowered IL-10", "IL-32β raised IL-10", "direction"),
        ("IL-32β did not raise IL-10", "IL-32β raised IL-10", "denial"),
        ("IL-32β raised IL-10", "IL-32β failed to raise IL-10", "denial"),
        ("VEGF was unaffected", "VEGF did not change", ""),
        ("IL-32γ raised IL-10", "IL-32β raised IL-10", "name"),
        ("PKCδ was bound", "Protein kinase C delta was bound", ""),  # an abbreviation of what the quote spells out
        ("It raised EGF", "It raised VEGF", "name"),
        ("Glucose fell on insulin", "Glucose fell on metformin", "name"),
        ("Rats lived longer", "The animals lived longer", "kind"),  # the abstract is on mice
        ("Mice lived longer", "The animals lived longer", ""),
        ("Female mice lived longer", "Male mice lived longer", "side"),
        ("The risk fell in people with diabetes", "The risk fell in people without diabetes", "with"),
        ("It fell by 5 mg", "It fell by 5 milligrams", ""),
        ("It fell by 5 mg", "It fell by 5 µg", "number"),
        ("It rose twofold", "It rose 2-fold", ""),
        ("It fell (P < 0.05)", "It fell (P = 0.05)", "number"),
        ("It was 7% on metformin and 8% on diet", "It was 8% on metformin and 7% on diet", "order"),
        ("It was 8% on diet and 7% on metformin", "It was 7% on metformin and 8% on diet", ""),
        ("VEGF activates STAT3", "STAT3 activates VEGF", "order"),
        ("Slug drives the transcription of vimentin", "Vimentin drove the transcription of Slug", "order"),
        ("IL-32α cleaves proteinase", "IL-32α cleaved by proteinase induced IL-8", "order"),
        ("NMR was preferable to HRMAS", "HRMAS was preferable to NMR", "order"),
        ("Deaths fell by 32%", "Zinc lowered colds by 32% and deaths by 42%", "order"),
        ("Colds fell by 32%", "Zinc lowered colds by 32% and deaths by 42%", ""),
        ("Follow-up was 9.5 to 11 years", "After surgery (follow-up: 9.5-11 years) hair grew", ""),
        ("IL-32γ made the knees of patients swell", "Human IL-32γ made the knees of mice swell", "kind"),
        ("Diarrhea improved", "There was exacerbation of diarrhea", "side"),
        ("VEGF is activated by STAT3", "STAT3 activates VEGF", ""),
        ("IL-6 was higher in smokers than in drinkers", "IL-6 was higher in drinkers than in smokers", "order"),
        ("Compared with smokers, IL-6 was higher in drinkers", "IL-6 was higher in drinkers than in smokers", ""),
    ],
)
def test_in_what_a_sentence_differs_from_its_quote(text, quote, expected):
    assert first_contradiction(text, quote, MICE) == expected


def test_every_statement_of_the_table_has_its_quote_in_the_samples():
    root = Path(__file__).parents[3]
    rows = [json.loads(line) for line in (root / "samples" / "abstracts.jsonl").read_text().splitlines()]
    texts = {row["pmid"]: " ".join(section["text"] for section in row["sections"]) for row in rows}
    table = (root / "evals" / "quality" / "statements.jsonl").read_text().splitlines()
    statements = [json.loads(line) for line in table]
    assert [one for one in statements if one["quote"] not in texts[one["pmid"]]] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The response rate was 60% with zinc and 35% with iron.", ""),
        ("The response rate was 35% with zinc and 60% with iron.", "order"),
        ("With iron 35% responded.", ""),
    ],
)
def test_what_is_said_respectively_is_held_apart(text, rule):
    quote = "The response rates with zinc and iron were 60% and 35%, respectively."
    assert first_contradiction(text, quote) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Zinc raised bone mass in a trial of 40 women.", ""),  # two-fold is not said
        ("Zinc raised bone mass twofold.", "number"),
        ("In a phase 3 trial zinc raised bone mass.", "name"),
    ],
)
def test_double_blind_and_a_phase_are_no_quantities(text, rule):
    quote = "In a double-blind phase 2 trial zinc raised bone mass in 40 women."
    assert first_contradiction(text, quote) == rule


def test_a_denial_reaches_past_the_direction_to_what_is_denied():
    assert set(denied("There was no significant increase in muscle strength")[0]) == {"signific", "muscl", "strength"}
