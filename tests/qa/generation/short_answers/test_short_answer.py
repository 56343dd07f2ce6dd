"""The span that answers by itself, cut out of the quotes; none where it is not sure."""

import pytest

from index import Abstract, Library, Section
from qa import Assistant

TEXTS = {
    "90000101": (
        "Velatrine for nocturnal cramps: a randomised trial",
        "Two hundred and twelve adults (n = 212) with nocturnal cramps took velatrine 40 mg once daily or placebo for"
        " 8 weeks. Velatrine halved the number of cramps a week (hazard ratio for a cramp 0.52, 95% CI 0.41 to 0.66)."
        " Dry mouth was reported by 17% of patients on velatrine.",
    ),
    "90000102": (
        "How common are nocturnal cramps in runners?",
        "Of 640 runners, 38% had nocturnal cramps at least once a month.",
    ),
    "90000103": (
        "Iron stores by diet: a survey",
        "Iron deficiency was found in 46% of the vegans, 21% of the vegetarians and 9% of the omnivores.",
    ),
    "90000104": (
        "Variants of QRZ4 in night blindness",
        "Twelve variants were found in the 69 patients with night blindness. The variant V31A of QRZ4 was new.",
    ),
    "90000106": (
        "Dexaril for croup in two age groups",
        "We enrolled 150 infants and 140 older children with croup. Croup lasted longer in 31% of the infants.",
    ),
    "90000107": ("Orvane for hiccups", "Three hundred and sixty-one men with hiccups took orvane."),
    "90000105": (
        "Ormeline and second tumours: follow-up of a trial",
        "Second tumours arose in 31 women on ormeline and in 25 women on placebo in the trial.",
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory, encoder):
    with Library.open(tmp_path_factory.mktemp("short") / "library", create=True) as library:
        library.add(files=[_lines(tmp_path_factory.mktemp("short-lines") / "lines.jsonl")])
        yield Assistant(library)


def _lines(path):
    import json

    from index.records import to_json

    abstracts = [Abstract(pmid, title, (Section("", "", text),)) for pmid, (title, text) in TEXTS.items()]
    path.write_text("".join(json.dumps(to_json(abstract)) + "\n" for abstract in abstracts), "utf-8")
    return path


@pytest.mark.parametrize(
    ("question", "span", "pmid"),
    [
        ("What was the hazard ratio for a cramp on velatrine?", "0.52", "90000101"),
        ("What percentage of patients on velatrine reported dry mouth?", "17%", "90000101"),
        ("How common are nocturnal cramps in runners?", "38%", "90000102"),
        ("What percentage of the vegans had iron deficiency?", "46%", "90000103"),
        ("What percentage of the vegetarians had iron deficiency?", "21%", "90000103"),
        ("How common is iron deficiency in omnivores?", "9%", "90000103"),
        ("How many patients were in PMID 90000106?", "150 infants and 140 older children", "90000106"),
        ("How many people were in PMID 90000107?", "Three hundred and sixty-one men", "90000107"),
    ],
)
def test_a_number_is_cut_out_of_its_quote_with_its_unit(assistant, question, span, pmid):
    answer = assistant.ask(question)
    first = answer.short[0]
    assert span in first.text
    for citation in first.citations:
        assert assistant.library.get(citation.pmid).text[citation.start : citation.end] == citation.quote
    assert (first.text, pmid) == (first.citations[0].quote, first.citations[0].pmid)
    assert {citation.source for citation in first.citations} <= {source.number for source in answer.sources}


@pytest.mark.parametrize(
    "question",
    [
        "Does velatrine reduce nocturnal cramps?",  # of yes or no
        "What is known about nocturnal cramps?",  # an overview
        "How many abstracts are there?",  # on the library
        "thanks",
        "What dose of placorin cures gout?",  # refused
        "How many women took part in the trial of ormeline?",  # those with a second tumour are not all
        "How many patients with night blindness carry V31A?",  # those of the study are counted by something else
    ],
)
def test_there_is_none_for_other_kinds(assistant, question):
    assert assistant.ask(question).short == ()


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What dose of velatrine was used?", "velatrine 40 mg once daily"),
        ("How many adults took part in PMID 90000101?", "(n = 212)"),
    ],
)
def test_the_sentence_of_a_short_answer_is_among_those_quoted(assistant, question, quote):
    answer = assistant.ask(question)
    assert answer.short
    assert any(quote in citation.quote for sentence in answer.sentences for citation in sentence.citations)


def test_a_quantity_of_the_question_is_not_its_answer(assistant):
    assert "40 mg" not in [one.text for one in assistant.ask("By how much did velatrine 40 mg lower cramps?").short]


def test_short_answers_stand_in_json_and_markdown(assistant):
    answer = assistant.ask("How common are nocturnal cramps in runners?")
    (first, *_) = answer.to_dict()["short"]
    assert (first["count"], first["citations"][0]["pmid"]) == (1, "90000102")
    assert f"{answer.short[0].text} {answer.short[0].markers}" == answer.short_told.split("; ")[0]
    assert "38%" in answer.to_markdown()
