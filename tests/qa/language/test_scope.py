"""How far a sentence goes beyond its quote."""

import pytest

from qa.language.scope import SCOPE_RULES, clauses, hedges, universals


def objecting(part, quote):
    """Return the rules that object to a sentence of one part."""
    return [name for name, rule in SCOPE_RULES.items() if rule(part, quote, part)]


@pytest.mark.parametrize(
    ("part", "quote", "rules"),
    [
        ("Zinc shortens colds.", "Zinc may shorten colds.", ["certainty"]),
        ("Zinc may shorten colds.", "Zinc may shorten colds.", []),
        ("The authors suggest that zinc shortens colds.", "Our results suggest that zinc shortens colds.", []),
        # another clause is unsure
        ("Zinc shortened colds.", "Zinc shortened colds, suggesting that copper might do so.", []),
        # so is what is doubted of another word
        ("Zinc shortened colds.", "Zinc shortened colds, probably in summer.", []),
        ("Low zinc causes warts.", "Low zinc was associated with warts.", ["cause"]),
        ("Low zinc went along with warts.", "Low zinc was associated with warts.", []),
        ("Low zinc causes warts.", "Warts were due to low zinc.", []),
        ("Women had more colds.", "Women have been reported to have more colds.", ["no finding"]),
        ("Women had been reported to have more colds.", "Women have been reported to have more colds.", []),
        ("Zinc and iron shortened colds.", "Zinc shortened colds in men, but not iron.", ["exception"]),
        ("Zinc shortened colds in men.", "Zinc shortened colds in men, but not iron.", []),
        # one name of what was spared is enough
        ("Zinc raised IL-8.", "Zinc raised IL-6, without affecting the release of IL-8 and TNF-α.", ["exception"]),
        ("Zinc did not raise IL-8.", "Zinc raised IL-6, without affecting the release of IL-8 and TNF-α.", []),
        ("Receptor gamma agonists raised zinc.", "Receptor alpha agonists raised zinc.", ["variant"]),
        ("Receptor α agonists raised zinc.", "Receptor alpha agonists raised zinc.", []),
        ("Zinc blocks receptor 1 and receptor 2.", "Zinc blocks receptor 1 and receptor 2.", []),
    ],
)
def test_what_goes_further_than_its_quote(part, quote, rules):
    assert objecting(part, quote) == rules


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("Zinc shortened colds.", ["Zinc shortened colds"]),
        (
            "Zinc shortened colds in men, but iron made them longer; copper did nothing to them.",
            ["Zinc shortened colds in men", "but iron made them longer", "copper did nothing to them"],
        ),
        (
            "Zinc rose (in men, and in women of that age) after meals.",
            ["Zinc rose (in men, and in women of that age) after meals"],
        ),
        ("Zinc rose, and so on.", ["Zinc rose, and so on"]),  # too short to be a part
    ],
)
def test_clauses(sentence, parts):
    assert clauses(sentence) == parts


def test_words_that_leave_nothing_out_and_words_of_doubt():
    assert universals("All men always recovered") == {"all", "always"}
    assert hedges("Zinc may help") and not hedges("Zinc helped")
