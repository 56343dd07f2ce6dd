"""Names as short answers: of the sort asked for, in the clause that asserts or denies as asked."""

import pytest

from index import Abstract, Section
from qa.answer import Source
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.named_things import is_of_sort, named_things, things_beside
from qa.question.analysis import analyse

LIST = "Clindamycin, cephalosporins and fluoroquinolones were associated with colitis."


def names(question, *texts):
    evidence = []
    for number, text in enumerate(texts, start=1):
        source = Source(number, Abstract(str(number), "Colitis", (Section("", "", text),)))
        start = source.abstract.text.index(text)
        evidence.append(
            Evidence(source, start, start + len(text), text, "", None, 0.9, 1.0, (), (), 1.0 - number / 100, 0.9)
        )
    shown = named_things(analyse(question, encoder=None), evidence)
    for answer in shown:
        for citation in answer.citations:
            text = evidence[citation.source - 1].source.abstract.text
            assert text[citation.start : citation.end] == citation.quote
    return [(answer.text, answer.count) for answer in shown]


@pytest.mark.parametrize(
    ("question", "text", "shown"),
    [
        ("Which antibiotics cause colitis?", LIST, ["Clindamycin", "cephalosporins", "fluoroquinolones"]),
        (
            "What are the side effects of zinc?",
            "Nausea, vomiting and a metallic taste were side effects of zinc.",
            ["Nausea", "vomiting", "metallic taste"],
        ),
        ("Which gene causes cystic fibrosis?", "Cystic fibrosis is caused by mutations of CFTR.", ["CFTR"]),
        (
            "Silencing of which gene did not restore sensitivity?",
            "Silencing of HIF1A restored sensitivity, whereas silencing of EPAS1 did not.",
            ["EPAS1"],
        ),
        (
            "Which drugs inhibit BCR-ABL?",
            "The introduction of imatinib, a tyrosine kinase inhibitor specific for BCR-ABL, was a breakthrough.",
            [],  # an inhibitor of a tyrosine kinase is no tyrosine
        ),
        ("Which gene causes cystic fibrosis?", "CFTR and SLC26A9 cause cystic fibrosis.", []),  # one, but two are named
        (
            "Which antibiotics cause colitis?",
            "Colitis was caused by antibiotics in most patients.",
            [],
        ),  # none is named
        (
            "Which antibiotics cause colitis?",
            "Antibiotics were blamed in 14 women: clindamycin in six, ampicillin in five and rifampicin in 3.",
            ["clindamycin", "ampicillin", "rifampicin"],
        ),
        (
            "Which drug carries the lowest risk of colitis?",
            "Clindamycin carried the highest risk, ampicillin the lowest.",
            ["ampicillin"],
        ),
        (
            "What are the side effects of zinc?",
            "Fever was the commonest adverse effect of aspirin, nausea and dizziness those of zinc.",
            ["nausea", "dizziness"],  # a drug is no effect
        ),
        ("Why do antibiotics cause colitis?", LIST, []),  # no sort is asked for
    ],
)
def test_what_is_named_of_the_sort_asked_for_is_the_short_answer(question, text, shown):
    assert [name for name, _ in names(question, text)] == shown


def test_a_later_abstract_adds_to_the_count_and_no_name():
    shown = names("Which antibiotics cause colitis?", LIST, "Clindamycin and ampicillin caused colitis.")
    assert shown == [("Clindamycin", 2), ("cephalosporins", 1), ("fluoroquinolones", 1)]


def test_a_list_of_genes_is_completed_from_its_own_abstract():
    question = "Which genes are mutated in cardiomyopathy?"
    both = "Variants of LMNA, MYH7 and BAG3 cause cardiomyopathy. Truncating variants of TTN are frequent."
    assert [name for name, _ in names(question, both)] == ["LMNA", "MYH7", "BAG3", "TTN"]
    assert [name for name, _ in names(question, *both.split(". "))] == ["LMNA", "MYH7", "BAG3"]  # two abstracts


def test_genes_are_taken_from_the_sentence_beside_the_best_that_counts_them():
    analysis = analyse("Name the genes behind deafness.", encoder=None)
    text = "GJB2 accounted for 22% of the solved families, STRC for 16% and TECTA for 5%."
    source = Source(1, Abstract("1", "Deafness", (Section("", "", text),)))
    sentence = Evidence(source, 9, 9 + len(text), text, "", None, 0.9, 1.0, (), (), 0.1, 0.1)
    assert [answer.text for answer in things_beside(analysis, [sentence])] == ["GJB2", "STRC", "TECTA"]


def test_a_name_is_without_the_sort_that_stands_before_it():
    shown = names("Which drugs were studied?", "The monoclonal antibodies infliximab and adalimumab were studied.")
    assert [name for name, _ in shown] == ["infliximab", "adalimumab"]


def test_a_name_is_of_a_sort_by_the_lexicon_or_its_form():
    assert [
        is_of_sort(*pair) for pair in (("TP53", "gene"), ("gout", "disease"), ("model", "gene"), ("III", "gene"))
    ] == [
        True,
        True,
        False,
        False,
    ]
