"""Terms of every field held against invented abstracts."""

import pytest
from conftest import abstract

from index import Abstract, Section
from index.records import Author, OtherAbstract
from index.search.pubmed.dates import day_of, read_dates
from index.search.pubmed.matching import Meanings, matches
from index.search.pubmed.syntax import parse_search

SNAIL = Abstract(
    "1",
    "Interleukin-32β keeps snails naïve: breast-cancer cells",
    (
        Section("AIM", "OBJECTIVE", "Tumors were seen."),
        Section("RESULTS", "RESULTS", "Snails of both sexes slept less."),
    ),
    journal="J Snail (Oslo)",
    year=2013,
    authors=("Berg AB", "van der Dahl O", "Snail Study Group"),
    author_records=(Author("Berg", "Anna B", "AB", affiliation="Lamp House, Umeå"), Author("van der Dahl", "O", "O")),
    types=("Journal Article", "Randomized Controlled Trial"),
    mesh=("Snails/physiology", "Breast Neoplasms"),
    major_mesh=("Snails/physiology",),
    substances=("IL32 protein, human",),
    keywords=("lamp light",),
    date="2013 Dec 5",
    doi="10.9999/snail.1",
    volume="36",
    issue="6",
    pages="493-503",
    language="eng, ger",
    vernacular_title="Lampen",
    other_abstracts=(OtherAbstract("ger", "Publisher", (Section("", "", "Schnecken schlafen."),)),),
)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("snails[ti]", True),
        ("snail[ti]", False),  # a tagged word is as written
        ("snail", True),  # an untagged one in any number and spelling
        ("tumour", True),
        ("tumour[tiab]", False),
        ("naive[ti]", True),
        ("breast cancer[ti]", True),  # a hyphen is a blank
        ("cancer breast[ti]", False),
        ('"naive breast"[ti]', True),
        ("snails naive breast cancer cells tumors[tiab]", False),  # no phrase runs from one text into the next
        ("seen[ti]", False),
        ("seen[tiab]", True),
        ("interleukin 32beta[ti]", True),  # a Greek letter in words
        ("tumo*[tiab]", True),
        ("inter*kin[ti]", True),
        ('"both sex*"[tiab]', True),
        ("lamp[tiab]", True),  # authors' keywords
        ("lamp[ot]", True),
        ("schnecken[tiab]", True),  # the other abstract
        ("schnecken[ti]", False),
        ("physiology[tw]", True),
        ("physiology[tiab]", False),
        ("oslo[tiab]", False),
        ("oslo[all]", True),
        ("lampen[tt]", True),
        ('"snails slept"[tiab:~3]', True),
        ('"slept snails"[tiab:~3]', True),  # in any order
        ('"snails slept"[tiab:~2]', False),
        ('"seen snails"[tiab:~5]', False),  # not over the border of two texts
        ("snails[mh]", True),
        ("snails/physiology[mh]", True),
        ("snails/diet[mh]", False),
        ("breast neopl*[mh]", True),
        ("neoplasms[mh]", False),
        ("snails[majr]", True),
        ("breast neoplasms[majr]", False),
        ("physiology[sh]", True),
        ("il32 protein, human[nm]", True),
        ("il32[nm]", False),
        ("randomized controlled trial[pt]", True),
        ("clinical trial[pt]", True),  # trials of all kinds
        ("review[pt]", False),
        ("berg[au]", True),
        ("berg a[au]", True),  # initials that begin so
        ('"berg a"[au]', False),
        ("Berg, Anna[au]", True),
        ("Anna Berg[au]", True),
        ("berg b[au]", False),
        ("van der dahl o[au]", True),
        ("Snail Study Group[cn]", True),
        ("lamp house[ad]", True),
        ("lamp house[tiab]", False),
        ("berg[1au]", True),
        ("dahl[1au]", False),
        ("snail study group[lastau]", True),
        ("j snail oslo[ta]", True),
        ("J Snail*[ta]", True),
        ("j snail[ta]", False),
        ("german[la]", True),
        ("eng[la]", True),
        ("french[la]", False),
        ("2013[dp]", True),
        ("2013/12[dp]", True),
        ("2013/12/05[dp]", True),
        ("2013/11[dp]", False),
        ("2013/12/06:3000[dp]", False),
        ("2010:[dp]", True),
        (":2012[dp]", False),
        ("1[pmid]", True),
        ("2 3[pmid]", False),
        ("10.9999/snail.1[doi]", True),
        ("36[vi] AND 6[ip] AND 493[pg]", True),
        ("snails[ti] NOT review[pt]", True),
        ("snails[ti] NOT lamp[ot]", False),
        ("x[ti] OR snails[ti] AND y[ti]", False),
        ("x[ti] OR (snails[ti] NOT y[ti])", True),
    ],
)
def test_a_search_holds_or_not(search, expected):
    assert matches(parse_search(search), SNAIL) is expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("IL-32[ti]", True),
        ("IL-32[ab]", False),  # it is only the title that has it
        ("IL-32γ[ti]", False),
        ("IL-3[ti]", False),
        ('"IL-32"[ti]', False),  # in quotation marks as written
    ],
)
def test_a_name_is_one_in_all_its_written_forms(search, expected):
    everywhere = Meanings(mentioning={key: {"1"} for key in ("il 32", "il 32gamma", "il 3")})
    assert matches(parse_search(search), SNAIL, everywhere) is expected
    assert matches(parse_search(search), SNAIL) is False  # where the index knows no abstract that mentions it


def test_narrower_mesh_terms_count_unless_they_are_left_out():
    narrower = Meanings(narrower={"neoplasms": {"breast neoplasms"}})
    for search, expected in (("neoplasms[mh]", True), ("neoplasms[mh:noexp]", False), ("neoplasms[majr]", False)):
        assert matches(parse_search(search), SNAIL, narrower) is expected


@pytest.mark.parametrize(
    ("date", "year", "expected"),
    [
        ("2013 Dec 5", 2013, (2013, 12, 5)),
        ("1998 Nov-Dec", 1998, (1998, 11, 1)),
        ("2010 Spring", 2010, (2010, 1, 1)),
        ("2010-05-13", 2010, (2010, 5, 13)),
        ("", 2010, (2010, 1, 1)),
        ("2009 Dec", 2010, (2010, 1, 1)),  # the year is that which filters go by
        ("2010 May", None, None),
    ],
)
def test_days_of_publication(date, year, expected):
    assert day_of(abstract("1", "T", year=year, date=date)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2010", ((2010, 1, 1), (2010, 12, 31))),
        ("2010/5", ((2010, 5, 1), (2010, 5, 31))),
        ("2010-05-13 : 2011", ((2010, 5, 13), (2011, 12, 31))),
        (":2011", ((0, 1, 1), (2011, 12, 31))),
        ("2010:", ((2010, 1, 1), (9999, 12, 31))),
        (":", None),
        ("2010:2011:2012", None),
        ("05/2010", None),
    ],
)
def test_dates_of_a_search(text, expected):
    assert read_dates(text) == expected
