"""Questions on the library itself: exact messages, and the abstracts behind them."""

import pytest

from index import Filters
from qa.generation.library_questions.library_facts import library_facts
from qa.question.filters import RANDOMIZED, TRIALS
from qa.question.records import CitedStudy, LibraryQuery, QuestionAnalysis

RCTS, TRIAL = Filters(types=RANDOMIZED), Filters(types=TRIALS)
REVIEWS = Filters(types=("Review", "Systematic Review"))


def facts(library, question="", *, filters=Filters(), pmids=(), studies=(), **query):
    query = LibraryQuery(query.pop("action", "list"), **query)
    return library_facts(
        QuestionAnalysis(question, "library", question, filters=filters, pmids=pmids, studies=studies, library=query),
        library,
    )


def numbers(answer):
    return [source.abstract.pmid[-1] for source in answer.sources]


def count(**query):
    return {"action": "count", **query}


@pytest.mark.parametrize(
    ("asked", "message", "behind"),
    [
        # sizes: retracted abstracts count, and are named
        (count(), "This library has 9 abstracts, from 1999 to 2021. 1 of them was retracted (PMID 70000006).", ""),
        (count(filters=RCTS), "This library has 3 randomized controlled trials.", "213"),
        (count(filters=TRIAL), "This library has 4 clinical trials.", "2139"),
        (count(filters=REVIEWS), "This library has 1 review.", "4"),
        (count(filters=Filters(types=("Case Reports",))), "This library has 1 case report.", "5"),
        (count(filters=Filters(types=("Letter",))), "This library has no abstracts of the type Letter.", ""),
        # years: what has none is left out, and said
        (count(filters=Filters(years=(2021, 2021))),
         "This library has 2 abstracts from 2021. 1 abstract without a year is left out.", "21"),
        (count(filters=Filters(years=(2015, None))),
         "This library has 4 abstracts since 2015. 1 abstract without a year is left out.", "2143"),
        (count(filters=Filters(years=(None, 1999))),
         "This library has 1 abstract until 1999. 1 abstract without a year is left out.", "5"),
        # subjects: names in all forms, MeSH descriptors, abbreviations, words that do not stand in a row
        (count(subject="gout"),
         "This library has 3 abstracts that mention gout. 1 of them was retracted (PMID 70000006).", "436"),
        (count(subject="interleukin-6"), "This library has 2 abstracts that mention interleukin-6.", "78"),
        (count(subject="heart failure"),
         "This library has 1 abstract that has heart failure as a MeSH heading only.", "4"),
        (count(subject="COPD"), "This library has 3 abstracts that mention COPD.", "298"),
        (count(subject="rheumatoid arthritis"), "This library has 1 abstract that mentions rheumatoid arthritis.", "8"),
        (count(subject="severe asthma of adults"),
         "This library has 1 abstract that has all words of “severe asthma of adults”.", "1"),
        (count(subject="tezepelumab or tiotropium"),
         "This library has 2 abstracts that mention tezepelumab or tiotropium.", "19"),
        (count(subject="malaria"), "This library has no abstracts that mention malaria.", ""),
        (count(filters=RCTS, subject="allopurinol"),
         "This library has 1 randomized controlled trial that mentions allopurinol.", "3"),
        (count(filters=REVIEWS, subject="asthma"),
         "This library has no reviews that mention asthma. 2 of its abstracts mention asthma.", ""),
        # journals, authors, MeSH terms
        (count(filters=Filters(journals=("bean test",))),
         "This library has 2 abstracts in bean test. 1 of them was retracted (PMID 70000006).", "76"),
        (count(author="Park"), "This library has 3 abstracts by Park.", "217"),
        (count(author="J. Park"), "This library has 2 abstracts by J. Park.", "21"),
        (count(author="muller"), "This library has 1 abstract by muller.", "1"),
        (count(author="van der Berg"), "This library has 1 abstract by van der Berg.", "8"),
        (count(author="Smith"), "This library has no abstracts by Smith.", ""),
        (count(mesh="Asthma"), "This library has 2 abstracts with the MeSH term “Asthma”.", "21"),
        (count(mesh="rheumatoid arthritis"),
         "This library has 1 abstract with the MeSH term “rheumatoid arthritis”.", "8"),
        (count(thing="journals"),
         "The 9 abstracts name 4 journals: Airways Test (3 abstracts), Joint Test (3 abstracts), Bean Test"
         " (2 abstracts) and Snake Cases (1 abstract).", ""),
        # lists
        (dict(filters=RCTS, subject="asthma"),
         "This library has 2 randomized controlled trials that mention asthma: “Mepolizumab in asthma of children”"
         " (2021) [1] and “Tezepelumab in severe asthma” (2021) [2].", "21"),
        (dict(thing="journals", order="newest", limit=1),
         "“Mepolizumab in asthma of children” [1] appeared in Airways Test, 2021.", "2"),
        (dict(order="newest", limit=1),
         "The newest of the 9 abstracts is “Mepolizumab in asthma of children” (2021) [1].", "2"),
        (dict(order="oldest", limit=1),
         "The oldest of the 9 abstracts is “Antivenom after viper bites in a boy” (1999) [1].", "5"),
        (dict(order="oldest", limit=2),
         "The oldest 2 of the 9 abstracts are “Antivenom after viper bites in a boy” (1999) [1] and “Tiotropium in"
         " chronic obstructive pulmonary disease” (2008) [2].", "59"),
        # two of one year without months may both be the newest
        (dict(order="newest", limit=1, author="Silva R", filters=Filters(journals=("Bean Test",))),
         "This library has 2 abstracts in Bean Test by Silva R, newest first: “Coffee and the liver” (2012) [1] and"
         " “Coffee abolishes gout” (2012) [2]. 1 of them was retracted (PMID 70000006).", "76"),
        (dict(thing="retractions"),
         "1 of the 9 abstracts was retracted: “Coffee abolishes gout” (2012) [1].", "6"),
        (dict(thing="retractions", subject="asthma"),
         "None of the 2 abstracts that mention asthma is marked as retracted.", "21"),
        (dict(thing="retractions", subject="coffee abolishes gout"),
         "“Coffee abolishes gout” (2012) [1] was retracted.", "6"),
        (dict(thing="years", order="most", limit=1),
         "The 9 abstracts are from 6 years, most often: 2012 (2 abstracts) and 2021 (2 abstracts).", ""),
        (dict(thing="authors", order="most", limit=1),
         "The 9 abstracts name 9 authors, most often: Silva R (3 abstracts).", ""),
        (dict(thing="types", subject="gout", order="most"),
         "The 3 abstracts that mention gout name 4 publication types: Journal Article (2 abstracts), Randomized"
         " Controlled Trial (1 abstract), Retracted Publication (1 abstract) and Review (1 abstract).", "436"),
        (dict(thing="MeSH terms"),
         "The 9 abstracts name 7 MeSH terms: Humans (3 abstracts), Asthma (2 abstracts), Gout (2 abstracts), Arthritis,"
         " Rheumatoid (1 abstract), Child (1 abstract), Coffee (1 abstract) and Heart Failure (1 abstract).", ""),
        # what one paper says of itself
        (dict(thing="authors", subject="tezepelumab"),
         "“Tezepelumab in severe asthma” [1] is by Müller K, Park JH and Okafor N.", "1"),
        (dict(thing="journals", subject="the viper trial"),
         "“Antivenom after viper bites in a boy” [1] appeared in Snake Cases, 1999.", "5"),
        (dict(thing="years", subject="allopurinol"),
         "“Allopurinol for gout: a randomised trial” [1] is from 2015. There is 1 more abstract that mentions"
         " allopurinol.", "3"),
        (dict(thing="years", pmids=("70000001",)), "“Tezepelumab in severe asthma” [1] is from 2021 May.", "1"),
        (dict(thing="years", pmids=("70000008",)), "“Interleukin 6 in rheumatoid arthritis” [1] has no year.", "8"),
        (dict(thing="MeSH terms", pmids=("70000009",)),
         "“Tiotropium in chronic obstructive pulmonary disease” [1] has no MeSH terms.", "9"),
        (dict(thing="journals", studies=(CitedStudy("Chen"),)),
         "“Tiotropium in chronic obstructive pulmonary disease” [1] appeared in Airways Test, 2008.", "9"),
    ],
)  # fmt: skip
def test_what_the_records_say(invented, asked, message, behind):
    answer = facts(invented, **asked)
    assert (answer.message, "".join(numbers(answer))) == (message, behind)


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Who funded the asthma trials?", "who paid for a study"),
        ("How many abstracts are from which country?", "in which country or institution a study was done"),
        ("Which journal has the highest impact factor?", "how a journal ranks"),
        ("Which abstract is the most cited?", "how often a paper is cited"),
    ],
)
def test_what_the_records_do_not_tell_is_said(invented, question, what):
    answer = facts(invented, question)
    assert answer.message.startswith(f"The records of this library do not tell {what}: they have a paper's title")
    assert answer.sources == ()


def test_many_authors_journals_or_years_are_counted_where_many_are_asked_for(invented):
    told = facts(invented, "Which journals published on gout?", thing="journals", subject="gout").message
    assert (
        told
        == "The 3 abstracts that mention gout name 2 journals: Joint Test (2 abstracts) and Bean Test (1 abstract)."
    )


def test_a_library_of_one_abstract(lonely):
    assert facts(lonely, action="count").message == "This library has 1 abstract, from 2021."
    assert facts(lonely, order="newest", limit=1).message == (
        "This library has 1 abstract, newest first: “Tezepelumab in severe asthma” (2021) [1]."
    )
    assert (
        facts(lonely, thing="retractions").message
        == "“Tezepelumab in severe asthma” (2021) [1] is not marked as retracted."
    )
    assert facts(lonely, thing="journals").message == "The only abstract names 1 journal: Airways Test (1 abstract)."


def test_an_empty_library(vacant):
    assert facts(vacant, action="count").message == "This library is empty; add abstracts to it first."


def test_a_paper_that_is_not_there(invented):
    message = facts(invented, thing="authors", pmids=("12345678",)).message
    assert message.startswith(
        "PMID 12345678 is not in this library; to add it, run: python -m index add --pmids 12345678"
    )


def test_a_dozen_titles_are_listed_and_all_are_counted(samples):
    answer = facts(samples)
    assert answer.count == samples.info().abstracts > 12
    assert f"[12] and {answer.count - 12} more." in answer.message
    assert answer.message.count("“") == 12
    assert len(answer.sources) == min(answer.count, 100)


def test_no_sentence_of_an_abstract_is_quoted(invented):
    assert "halved" not in facts(invented, subject="tezepelumab").message
