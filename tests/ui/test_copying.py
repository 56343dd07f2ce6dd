"""An answer on the clipboard, and in what two answers differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index import Abstract, Filters
from qa.answer import Answer, Citation, Sentence, Source
from ui.again import differences
from ui.copying import formatted_html, plain_text

SOURCE = Source(
    1, Abstract("1", "Zinc <b> rose.", journal="J Test", year=2020, authors=("Doe J", "Roe R"), is_retracted=True)
)
ANSWER = Answer("Did zinc rise?", (Sentence("Zinc rose.", (Citation(1, "1", 0, 9, "Zinc rose"),)),), (SOURCE,))


def test_plain_text_has_the_answer_and_its_references():
    assert plain_text(ANSWER) == (
        "Did zinc rise?\n\nZinc rose. [1]\n\n[1] Doe J et al. Zinc <b> rose. J Test. 2020. PMID 1. RETRACTED.\n"
    )
    assert plain_text(Answer("Why?", abstained=True, message="Not in these abstracts.")) == (
        "Why?\n\nNot in these abstracts.\n"
    )


def test_formatted_text_takes_no_title_for_markup():
    html = formatted_html(ANSWER)
    assert "Zinc &lt;b&gt; rose." in html
    assert '<a href="https://pubmed.ncbi.nlm.nih.gov/1/">' in html


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("the same answer",)),
        ({"library_digest": "x"}, ("the library has changed", "the same answer")),
        ({"filters": Filters(types=("review",))}, ("other filters (types)", "the same answer")),
        ({"model": "llama"}, ("written by llama, not by no language model", "the same answer")),
        ({"sentences": ()}, ()),
    ],
)  # fmt: skip
def test_what_differs_between_two_answers_is_told(changed, expected):
    assert differences(ANSWER, replace(ANSWER, **changed)) == expected
