"""Everyday expressions as abstracts have them."""

import pytest

from qa.question.analysis import analyse
from qa.question.everyday import in_terms


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Do dyes make your hair fall out?", "Do dyes cause hair loss?"),
        ("How is measles passed on?", "How is measles transmitted?"),
        ("Do warts go away without cream?", "Do warts resolve without cream?"),
        ("Is tea good for adults who can't sleep?", "Is tea good for adults with insomnia?"),
        ("Does opium make people throw up?", "Does opium make people vomiting?"),
        ("Which gown fits?", "Which gown fits?"),
        ("Is it passed on to the editor?", "Is it transmitted to the editor?"),
        ("Does the immune response settle a score?", "Does the immune response settle a score?"),
        ("Should he go away to sea?", "Should he go away to sea?"),
        ("How large was the trial of zinc?", "how many participants were in the trial of zinc?"),
        ("How large was the effect of zinc?", "How large was the effect of zinc?"),
        ("What was the sample size?", "how many participants were in the study?"),
        ("Who is at higher risk of gout?", "what are the risk factors of gout?"),
        ("Which patients are at risk for falls?", "what are the risk factors for falls?"),
        ("What is the risk of gout?", "What is the risk of gout?"),
        ("Any side effects of zinc?", "what are the side effects of zinc?"),
        ("Any news on zinc?", "Any news on zinc?"),
        ("List the cytokines that IL-32 induces", "which cytokines does IL-32 induce?"),
        ("Name drugs that cause gout", "Name drugs that cause gout"),
    ],
)
def test_what_is_said_in_everyday_words_is_asked_in_those_of_abstracts(question, plain):
    assert in_terms(question) == plain


def test_the_analysis_has_the_plain_question():
    analysis = analyse("I wonder whether aspirin causes brain bleeds", encoder=None)
    assert (analysis.text, analysis.question) == (
        "aspirin causes intracranial haemorrhage", "I wonder whether aspirin causes brain bleeds",
    )  # fmt: skip
