"""Refusals in a model's own words, beside sentences on what studies did not find."""

import pytest

from qa.generation.llm.no_answer import answers_all_the_same, half_refused, is_refusal, missing_part

REFUSALS = """NOT IN THESE ABSTRACTS
"Not in these abstracts."
The provided abstracts do not contain information about zinc.
I'm sorry, but the abstracts do not mention zinc.
Based on the abstracts provided, there is no information on zinc.
None of the abstracts address the effect of zinc on croup.
None of the provided abstracts reports on zinc.
I cannot answer this question from the abstracts.
I could not find any information about zinc in the provided abstracts.
There is insufficient information in the abstracts to answer.
There is no mention of zinc in the given context.
No information about zinc is provided.
Unfortunately, the sources do not discuss zinc.
The question cannot be answered from these abstracts.
The abstracts don't say.
It is not possible to determine this from the provided abstracts.
Neither abstract mentions zinc.
No abstract mentions zinc.
The available abstracts are insufficient to answer this question.
Not found.
The given abstracts do not directly address whether zinc cures croup.
These abstracts focus on gout and do not discuss zinc.
Insufficient information.
I don't have enough information to answer.
In the abstracts given, zinc is not mentioned.
Zinc is not mentioned in any of the provided abstracts.
The effect of zinc on croup is not addressed in these abstracts.
Information on zinc is not available in the provided abstracts.
Whether zinc cures croup cannot be determined from the abstracts provided.
The context does not specify the dose.
The provided abstracts contain no information about zinc.
The provided abstracts lack data on zinc.
The abstracts say nothing about zinc.
The abstracts give no figure for the dose.
The abstracts do not identify which receptor zinc binds.
The abstracts discuss gout but not croup.
The abstracts are limited to mice and leave this question open.
The abstracts neither mention nor imply a dose.
None of the eight abstracts tests zinc.
None of them mentions zinc.
Nothing in the provided abstracts addresses zinc.
Nowhere in the abstracts is a receptor named.
No study in the provided abstracts examined zinc.
No mention is made of zinc in the abstracts.
They provide no information on women.
There isn't any information about the dose.
There's no mention of zinc in any of the abstracts.
Evidence on zinc is absent from these abstracts.
I'm unable to determine the dose from these abstracts.
I found nothing about this in the abstracts.
As an AI language model, I cannot answer this from the abstracts.
After reviewing the abstracts, I found no mention of zinc.
Although the abstracts describe croup, they do not mention zinc.
While the abstracts discuss croup, none of them addresses zinc.
Therefore, no conclusion can be drawn from these abstracts.
It isn't possible to say from these abstracts.
Based on the abstracts, the dose is unknown.
This question is outside the scope of the provided abstracts.
On zinc, the abstracts are silent.
The dose is not stated.
I don't know.
Not addressed.""".splitlines()

CLAIMS = """Potassium is not in these abstracts a cause of sleep.
The studies showed no rise in deaths.
The studies did not report more deaths.
There was no evidence of harm in the zinc group.
No deaths were reported.
Zinc did not reduce croup.
There were no significant differences in mortality.
No significant difference was reported between groups.
The evidence does not support the use of zinc in croup.
It is unclear whether zinc cures croup.
There is no evidence that zinc reduces mortality in children.
The data do not support a causal role of zinc.
There is insufficient evidence to recommend zinc.
We did not find a rise in zinc.
In the zinc group, mortality did not fall.
No studies reported adverse events.
IL-6 was not found in the serum of the controls.
None of the three trials found a benefit.
Whether obesity changes the effect of zinc has yet to be studied.
Although zinc cured croup in mice, it did not in children.
The evidence is insufficient to recommend zinc for croup.
In the included studies, follow-up was not reported.
The receptor of zinc is not known.
Data on long-term safety are lacking.""".splitlines()

# a cited sentence -> what it says not to be there, and what it says all the same
HALVES = [
    ("The abstracts do not address croup, but zinc cured gout.",
     ("The abstracts do not address croup", "Zinc cured gout.")),
    ("While the provided abstracts do not mention a dose, 20 mg was given in one trial.",
     ("The provided abstracts do not mention a dose", "20 mg was given in one trial.")),
    ("Although no abstract reports the half-life, zinc fell by 72%.",
     ("No abstract reports the half-life", "Zinc fell by 72%.")),
    *((whole, ("", whole)) for whole in (
        "The abstracts do not mention croup, but they discuss gout.",
        "The trial did not report deaths, but zinc raised survival.",
        "Although zinc cured croup in mice, it did not in children.",
    )),
]  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSALS)
def test_a_refusal_in_its_own_words_is_one(sentence):
    assert is_refusal(sentence)


@pytest.mark.parametrize("sentence", CLAIMS)
def test_a_cited_sentence_on_what_was_not_found_is_a_claim(sentence):
    assert not is_refusal(sentence, is_cited=True)


@pytest.mark.parametrize(("sentence", "parts"), HALVES)
def test_a_half_refusal_is_parted_from_what_it_answers(sentence, parts):
    assert half_refused(sentence) == parts


def test_a_missing_part_is_named():
    assert missing_part("Not in these abstracts: the dose for children.") == "the dose for children."
    assert missing_part("NOT IN THESE ABSTRACTS") == ""
    assert missing_part("Zinc is not in these abstracts: so they say.") == ""


def test_what_follows_a_refusal_may_answer_nearly():
    assert answers_all_the_same("However, zinc cured croup in mice.", is_cited=True)
    assert not answers_all_the_same("However, zinc cured croup in mice.", is_cited=False)
    assert not answers_all_the_same("However, they focus on gout.", is_cited=True)
    assert not answers_all_the_same("They focus on gout.", is_cited=True)
    finding = "The data do not show a benefit of zinc."
    assert answers_all_the_same("In one trial zinc did not cure croup.", is_cited=True, refusal=finding)
    assert not answers_all_the_same("In one trial zinc did not cure croup.", is_cited=True, refusal="Not mentioned.")
