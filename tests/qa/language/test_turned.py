"""One thing of a sentence turned round."""

import pytest

from qa.language.turned import turned_forms


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Zinc was higher.", [("word", "Zinc was lower."), ("denial", "Zinc was not higher.")]),
        ("Zinc did not rise.", [("denial", "Zinc did rise.")]),
        ("No zinc rose.", [("word", "No zinc fell."), ("denial", "a zinc rose.")]),
        (
            "Warts were rarer in men than in women.",
            [
                ("sides", "Warts were rarer in women than in men."),
                ("word", "Warts were rarer in women than in women."),
                ("word", "Warts were rarer in men than in men."),
                ("denial", "Warts were not rarer in men than in women."),
            ],
        ),
        ("Zinc in moss.", []),  # nothing that can be turned
    ],
)
def test_what_is_turned_round(text, forms):
    assert list(turned_forms(text)) == forms
