"""Lists of claims: those of trials in the layout of Evidence Inference, and titles that nobody labelled."""

import csv
import random

import pytest

from index import Abstract, Section
from index.analysis.sentences import sentence_spans
from index.errors import FileError
from training.claims import claim_list, states
from training.evidence_inference import KIND, evidence_inference_lists
from training.lists import CONTRADICTS, NOTHING, SUPPORTS, UNLABELLED

SHOWN = "Falls were fewer with balance training than with stretching (12 of 80 and 31 of 82, P = 0.002)."
OTHER = "Grip strength did not differ between the balance and the stretching group at twelve months (P = 0.61)."
ARTICLE = f"""TITLE:
Balance training for people who have fallen

ABSTRACT.METHODS:
We drew lots to give 162 people balance training or stretching for a whole year.

ABSTRACT.RESULTS:
{SHOWN} Fewer falls were also counted in the second year, significantly so.

BODY.RESULTS:
{OTHER} The balance training was given in groups of eight by two trainers.
"""
PROMPTS = [
    ["1", "77", "falls", "balance training", "stretching"],
    ["2", "77", "grip strength", "balance training", "stretching"],
    ["3", "77", "a row of a table that nobody could read as a sentence in the least way at all", "x", "y"],
]
ANNOTATIONS = [
    ["1", "77", "True", "True", "significantly decreased", SHOWN, "-1"],
    ["2", "77", "True", "True", "no significant difference", OTHER, "0"],
    ["2", "77", "False", "True", "significantly increased", "Nothing that a verifier agreed to was said there.", "1"],
    ["3", "77", "True", "True", "significantly increased", "12\n31\n0.002", "1"],
]


@pytest.fixture
def checkout(tmp_path):
    """Return a folder laid out as the repository is, with one article of our own."""
    folder = tmp_path / "annotations"
    (folder / "txt_files").mkdir(parents=True)
    (folder / "txt_files" / "PMC77.txt").write_text(ARTICLE, encoding="utf-8")
    heads = (
        ["PromptID", "PMCID", "Outcome", "Intervention", "Comparator"],
        ["PromptID", "PMCID", "Valid Label", "Valid Reasoning", "Label", "Annotations", "Label Code"],
    )
    for name, head, rows in zip(("prompts_merged", "v2_annotations"), heads, (PROMPTS, ANNOTATIONS), strict=True):
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    return tmp_path


def test_what_a_trial_found_is_claimed_rightly_and_wrongly(checkout):
    made = list(evidence_inference_lists(checkout))
    assert [(one.texts[0].text, one.texts[0].stance) for one in made] == [
        (SHOWN, SUPPORTS), (SHOWN, CONTRADICTS), (OTHER, SUPPORTS), (OTHER, CONTRADICTS),
    ]  # fmt: skip
    for one in made:
        assert (one.kind, one.right) == (KIND, 1)
        assert "balance training" in one.question.lower()
        assert {text.stance for text in one.texts[1:]} == {NOTHING}
        assert {text.context for text in one.texts} == {"Balance training for people who have fallen"}
    falls, grip = made[0], made[2]
    assert OTHER in [one.text for one in falls.texts[1:]]
    assert SHOWN in [one.text for one in grip.texts[1:]]
    assert not any("second year" in one.text for one in falls.texts)  # it may show it as well, and nobody marked it
    assert any(one.text.startswith("The balance training was given") for one in falls.texts)
    assert list(evidence_inference_lists(checkout)) == made


def test_a_folder_that_is_no_checkout_gets_a_sentence(checkout):
    (checkout / "annotations" / "txt_files" / "PMC77.txt").unlink()
    with pytest.raises(FileError, match="lacks the text of PMC77"):
        list(evidence_inference_lists(checkout))
    with pytest.raises(FileError, match="takes a checkout of jayded/evidence-inference"):
        list(evidence_inference_lists(checkout / "nowhere"))


def test_a_title_is_a_claim_for_the_sentences_of_its_abstract_and_of_others(library):
    text = " ".join(f"Moss number {number} was grown in the shade for a year." for number in range(7))
    sections = (Section("", "", text),)
    own = Abstract("9", "Moss was higher in shade than in light.", sections)
    assert states(own)
    assert not states(Abstract("9", "Was moss higher in shade than in light?", sections))
    assert not states(Abstract("9", "Moss was higher in shade than in light.", (Section("", "", "Short."),)))
    claims = {claim_list(own, library, random.Random(seed)).question for seed in range(9)}
    assert (
        claims == {"Moss was higher in shade than in light", "Moss was lower in shade than in light"} or len(claims) > 2
    )
    one = claim_list(own, library, random.Random(1))
    assert (one.kind, one.right) == (UNLABELLED, 0)
    assert {text[start:end] for start, end in sentence_spans(text)} < {text.text for text in one.texts}
