"""How a set of a model's sentences is counted."""

import gzip
import json

from evals.quality.statements import Told, abstracts_of, figures, rows_of_table, to_measure
from qa.answer import Sentence


def told(style, verdict, **more):
    row = {"style": style, "kind": "single", "manner": "plain", "verdict": "contradicted"} | more
    return Told(row, Sentence("x", (), verdict), 0.02)


def test_the_shares_of_the_verdicts():
    rows = [told("good", "backed"), told("good", "not matched"), told("good", "backed"), told("good", "contradicted")]
    assert figures(rows) == {"sentences": 4, "backed": 0.5, "not matched": 0.25, "struck": 0.25, "milliseconds": 20.0}


def test_wrong_sentences_are_counted_by_manner_verdict_and_kind_and_good_ones_by_kind():
    rows = [told("wrong", "backed", kind="causal"), told("good", "backed", kind="merged-across+rounding")]
    assert list(rows_of_table(rows)) == [
        "good",
        "good, merged-across",
        "good, rounding",
        "wrong",
        "wrong, causal",
        "wrong, contradicted",
        "wrong, plain",
    ]


def test_a_sets_abstracts_come_from_the_test_sets_that_they_are_in(tmp_path):
    corpora = {
        "abstracts/abstracts.jsonl": {"pmid": "1", "title": "Zinc", "abstract": "Zinc rose."},
        "pubmedqa/corpus.jsonl": {"pmid": "2", "text": "Iron fell."},
        "scifact/corpus.jsonl": {"id": "3", "title": "Copper", "sentences": ["It rose.", "It fell."]},
    }
    for name, row in corpora.items():
        path = tmp_path / f"{name}.gz"
        path.parent.mkdir()
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    rows = [{"sources": {"3": "scifact", "1": "abstracts"}}, {"sources": {"2": "pubmedqa"}}]
    told_of = [(one.pmid, one.title, one.sections[0].text) for one in abstracts_of(rows, tmp_path)]
    assert told_of == [("3", "Copper", "It rose. It fell."), ("1", "Zinc", "Zinc rose."), ("2", "", "Iron fell.")]


def test_what_a_set_marks_as_learnt_from_is_not_measured():
    rows = [{"id": "1", "part": "train"}, {"id": "2", "part": "held aside"}, {"id": "3"}]
    assert [row["id"] for row in to_measure(rows)] == ["2", "3"]
