"""Papers that a question names, by PMID, DOI, title or author."""

import pytest

from index import Filters
from qa.generation.library_questions.lookups import is_author, look_up, plain_doi
from qa.question.records import CitedStudy, QuestionAnalysis


def lookup(library, **named):
    return look_up(QuestionAnalysis("", "look-up", "", **named), library)


def add(library, inputs):
    return f"to add it, run: python -m index add {inputs} --library {library.address}"


@pytest.mark.parametrize(
    ("named", "pmids", "message"),
    [
        (dict(pmids=("70000003",)), ["70000003"], ""),
        (dict(pmids=("70000006",)), ["70000006"], "PMID 70000006 was retracted."),
        (dict(pmids=("70000005", "70000001")), ["70000005", "70000001"], ""),
        (dict(dois=("10.5555/AIR.2021.1",)), ["70000001"], ""),
        (dict(dois=("https://doi.org/10.5555/snake(99)7",)), ["70000005"], ""),
        (dict(titles=("allopurinol for gout, a randomized trial",)), ["70000003"], ""),
        (dict(titles=("Febuxostat and the heart",)), ["70000004"], ""),
        (dict(titles=("IL-6 in rheumatoid arthritis",)), ["70000008"], ""),
        (dict(studies=(CitedStudy("Lindqvist"),)), ["70000004"], ""),  # the second author of another
        (dict(studies=(CitedStudy("Park"),)), ["70000002"], ""),
        (dict(studies=(CitedStudy("Park S"),)), ["70000007"], ""),
        (dict(studies=(CitedStudy("Park", 2012),)), ["70000007"], ""),
        (dict(studies=(CitedStudy("Muller", 2021),)), ["70000001"], ""),
        (dict(studies=(CitedStudy("Silva", 2012),)), ["70000007", "70000006"],
         "PMID 70000006 was retracted.\n2 abstracts from 2012 have Silva as first author."),
    ],
)  # fmt: skip
def test_what_is_there(invented, named, pmids, message):
    found = lookup(invented, **named)
    assert ([source.abstract.pmid for source in found.sources], found.message) == (pmids, message)
    assert [source.number for source in found.sources] == list(range(1, len(pmids) + 1))
    assert found.filters == Filters(pmids=tuple(pmids), include_retracted=True)
    assert (found.is_found, found.absent) == (True, ())


@pytest.mark.parametrize(
    ("named", "absent", "message", "inputs"),
    [
        (dict(pmids=("12345678",)), "12345678", "PMID 12345678 is not in this library; ", "--pmids 12345678"),
        (dict(pmids=("123456789",)), "123456789",
         "PMID 123456789 is not in this library, and can be none of PubMed: PubMed's numbers have at most 8 figures.",
         ""),
        (dict(dois=("10.5555/NONE.1",)), "10.5555/NONE.1", "DOI 10.5555/NONE.1 is not in this library; ",
         "--search '10.5555/none.1[doi]'"),
        (dict(titles=("Tea and the kidneys of rats",)), "Tea and the kidneys of rats",
         "No abstract in this library is titled “Tea and the kidneys of rats”; ",
         "--search 'Tea and the kidneys of rats[title]'"),
        (dict(studies=(CitedStudy("Smith", 2019),)), "Smith",
         "No abstract from 2019 in this library has an author Smith; ", "--search 'Smith[au] AND 2019[dp]' --limit 20"),
        (dict(studies=(CitedStudy("Okafor", 1950),)), "Okafor",
         "No abstract from 1950 in this library has an author Okafor; 2 abstracts of that author are from 1999 and"
         " 2021.", ""),
    ],
)  # fmt: skip
def test_what_is_absent_is_said_with_the_command_that_adds_it(invented, named, absent, message, inputs):
    found = lookup(invented, **named)
    assert found.message == message + (add(invented, inputs) if inputs else "")
    assert (found.sources, found.is_found, found.absent) == ((), False, (absent,))


def test_one_here_and_two_not(invented):
    found = lookup(invented, pmids=("11111111", "70000001", "22222222"))
    assert [source.abstract.pmid for source in found.sources] == ["70000001"]
    assert found.absent == ("11111111", "22222222")
    assert found.message == (
        "PMID 11111111 and 22222222 are not in this library; to add them, run: python -m index add --pmids 11111111"
        f" 22222222 --library {invented.address}"
    )


def test_the_question_s_own_filters_hold_for_what_is_named(invented):
    found = lookup(invented, pmids=("70000001",), filters=Filters(years=(2000, None)))
    assert found.filters == Filters(years=(2000, None), pmids=("70000001",), include_retracted=True)


def test_a_question_that_names_no_paper(invented):
    assert lookup(invented) is None


def test_an_empty_library(vacant):
    for named in (
        dict(pmids=("1",)),
        dict(dois=("10.1/a",)),
        dict(titles=("Coffee and the liver of men",)),
        dict(studies=(CitedStudy("Park"),)),
    ):
        assert not lookup(vacant, **named).is_found


@pytest.mark.parametrize(
    ("written", "author", "is_same"),
    [
        ("Park", "Park JH", True),
        ("PARK", "Park JH", True),
        ("Park JH", "Park JH", True),
        ("Park J", "Park JH", True),
        ("J. Park", "Park JH", True),
        ("Ji Park", "Park JH", True),
        ("Park S", "Park JH", False),
        ("Park", "Parker A", False),
        ("Berg", "van der Berg P", False),
        ("van der Berg", "van der Berg P", True),
        ("van", "van der Berg P", False),
        ("Müller", "Muller K Jr", True),
        ("RECOVERY Collaborative Group", "RECOVERY Collaborative Group", True),
    ],
)
def test_authors(written, author, is_same):
    assert is_author(written, author) is is_same


@pytest.mark.parametrize(
    "doi", ["10.1000/AbC.1", "doi:10.1000/abc.1", "https://dx.doi.org/10.1000/abc%2E1", "DOI 10.1000/ABC.1."]
)
def test_written_forms_of_a_doi(doi):
    assert plain_doi(doi) == "10.1000/abc.1"
