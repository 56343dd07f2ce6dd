"""The abstract that is the newest, the oldest, the largest or the smallest of some."""

import json

import pytest
from conftest import abstract

from index import Library
from index.records import to_json
from qa.generation.library_questions.superlatives import chosen_study
from qa.question.analysis import analyse


def chosen(question, library):
    return chosen_study(analyse(question, encoder=None), library)


@pytest.mark.parametrize(
    ("question", "pmids", "message"),
    [
        ("How many children were in the newest trial?", ["70000002"],
         "The newest of the 4 clinical trials is “Mepolizumab in asthma of children” (2021, PMID 70000002)."),
        ("What did the oldest trial on gout find?", ["70000003"],
         "The only clinical trial that mentions gout is “Allopurinol for gout: a randomised trial” "
         "(2015, PMID 70000003)."),
        ("What did the oldest paper on coffee find?", ["70000007"],  # the other was retracted
         "The only abstract that mentions coffee is “Coffee and the liver” (2012, PMID 70000007)."),
        ("What did the newest trial on tea find?", [], "This library has no clinical trials that mention tea."),
        ("What did the largest trial find?", [], "None of the 4 clinical trials tells its size."),
        ("What did the largest trial on gout find?", [],
         "The only clinical trial that mentions gout does not tell its size."),
    ],
)  # fmt: skip
def test_the_abstract_is_chosen_by_the_records(invented, question, pmids, message):
    lookup = chosen(question, invented)
    assert ([source.abstract.pmid for source in lookup.sources], lookup.message) == (pmids, message)
    assert lookup.is_found == bool(pmids) and (not pmids or lookup.filters.pmids == tuple(pmids))


def test_another_question_chooses_none(invented):
    assert chosen("What lowers urate?", invented) is None


def test_the_largest_is_that_of_most_subjects(tmp_path):
    texts = {"1": "We randomised 90 patients with colds to zinc or placebo.", "2": "Zinc was given to some.",
             "3": "We randomised 1200 patients with colds to zinc or placebo."}  # fmt: skip
    lines = tmp_path / "abstracts.jsonl"
    lines.write_text(
        "".join(
            json.dumps(to_json(abstract(pmid, f"Zinc {pmid}", text, year=2020))) + "\n" for pmid, text in texts.items()
        )
    )
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[lines])
        found = {
            order: chosen(f"What did the {order} study of zinc find?", library) for order in ("largest", "smallest")
        }
    assert {order: [one.abstract.pmid for one in lookup.sources] for order, lookup in found.items()} == {
        "largest": ["3"], "smallest": ["1"],
    }  # fmt: skip
    told = "The largest of the 3 abstracts that mention zinc, by the number that each abstract tells, is “Zinc 3”"
    assert found["largest"].message == f"{told} (2020, PMID 3)."
