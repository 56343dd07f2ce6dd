"""Which of two sides is the short answer: by sentences that tell the two apart."""

import numpy as np
import pytest

from index import Abstract, Section
from qa.answer import Source
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.better_side import better_side
from qa.question.analysis import analyse


def side(question, *texts):
    vector, evidence = np.zeros(1, dtype=np.float32), []
    for number, text in enumerate(texts, start=1):
        source = Source(number, Abstract(str(number), "Gout", (Section("", "", text),)))
        evidence.append(Evidence(source, 5, 5 + len(text), text, "", vector, 0.8, 0.8, (), (), 1.0, 0.9))
    found = better_side(analyse(question, encoder=None), evidence)
    return found.text if found else None


@pytest.mark.parametrize(
    ("question", "texts", "expected"),
    [
        ("Which lowers urate more, febuxostat or allopurinol?", ["Febuxostat lowered urate more than allopurinol."],
         "Febuxostat"),
        ("Which has fewer flares, febuxostat or allopurinol?",
         ["Febuxostat was non-inferior to allopurinol.",
          "Flares were less frequent with allopurinol (11%) than with febuxostat (22%)."], "allopurinol"),
        ("Which lowers urate more, febuxostat or allopurinol?",
         ["Febuxostat lowered urate more than allopurinol.", "Allopurinol lowered urate more than febuxostat."], None),
        ("Which lowers urate more, febuxostat or allopurinol?", ["Febuxostat was non-inferior to allopurinol."], None),
        ("Does febuxostat lower urate?", ["Febuxostat lowered urate more than allopurinol."], None),
    ],
)  # fmt: skip
def test_the_side_that_is_set_before_the_other_is_the_answer(question, texts, expected):
    assert side(question, *texts) == expected
