"""Pages in full, as the formats of citations want them."""

import pytest

from index.records import Abstract
from qa.export.fields import locator_of, pages_of


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("587-95; discussion 595-6", [("587", "595")]),
        ("587-95, discussion 595", [("587", "595")]),
        ("H1-9; author reply H10", [("H1", "H9")]),
        ("12-3 passim", [("12", "13")]),
        ("S12-8", [("S12", "S18")]),
        ("S12-S18", [("S12", "S18")]),
        ("112S-8S", [("112S", "118S")]),
        ("e34-5", [("e34", "e35")]),
        ("1227.e1-9", [("1227.e1", "1227.e9")]),
        ("1227-35.e3", [("1227", "1235.e3")]),
        ("1199-205", [("1199", "1205")]),
        ("99-101", [("99", "101")]),
        ("467–499", [("467", "499")]),
        ("pp. 123-30", [("123", "130")]),
        ("iv-viii", [("iv", "viii")]),
        ("12A-B", [("12A", "12B")]),
        ("12-5, 18-9, 30", [("12", "15"), ("18", "19"), ("30", "")]),
        ("e1002345", [("e1002345", "")]),
        ("JVI.00123-20", [("JVI.00123-20", "")]),  # the number of an article, no range
        ("e00112-19", [("e00112-19", "")]),
        ("98-2", [("98-2", "")]),
        ("", []),
    ],
)
def test_pages_are_written_out(pages, expected):
    assert pages_of(Abstract("1", "T", pages=pages)) == expected


@pytest.mark.parametrize(
    ("pages", "number", "expected"),
    [
        ("12-5, 18-9", "", ("12", "19")),
        ("7-7", "", ("7", "")),
        ("", "2400999", ("2400999", "")),
        ("12-5", "2400999", ("12", "15")),
    ],
)
def test_the_place_in_a_journal(pages, number, expected):
    assert locator_of(Abstract("1", "T", pages=pages, article_number=number)) == expected
