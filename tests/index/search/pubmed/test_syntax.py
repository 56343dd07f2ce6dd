"""Searches as trees, and what cannot be read with its place."""

import pytest

from index.errors import InputError
from index.search.pubmed.syntax import Combination, looks_boolean, parse_search, terms_of, words_of


def shown(expression):
    """Return a tree with all its parentheses: "((a[ti] OR b[ti]) AND c)"."""
    if isinstance(expression, Combination):
        return f"({shown(expression.left)} {expression.operator} {shown(expression.right)})"
    text = f'"{expression.text}"' if expression.is_quoted else expression.text
    near = f":~{expression.distance}" if expression.distance is not None else ":noexp" if expression.is_alone else ""
    return f"{text}[{expression.field.tag}{near}]" if expression.field else text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a[ti] OR b[ti] AND c[ti]", "((a[ti] OR b[ti]) AND c[ti])"),  # from left to right, as PubMed does
        ("a[ti] OR (b[ti] AND c[ti])", "(a[ti] OR (b[ti] AND c[ti]))"),
        ("a[ti] NOT b[ti] c[ti]", "((a[ti] NOT b[ti]) AND c[ti])"),  # side by side is AND
        ("heart attack", "heart attack"),  # a run of words is mapped as one
        ("breast cancer[ti]", "breast cancer[ti]"),  # a tag is of the whole run before it
        ('"breast cancer"[Title/Abstract]', '"breast cancer"[tiab]'),
        ("a[ MeSH Terms ] AND b[title / abstract]", "(a[mh] AND b[tiab])"),
        ("“breast cancer”[TI] and b[ti]", '("breast cancer"[ti] AND b[ti])'),  # word processors' marks; small letters
        ("signs and symptoms[ti]", "signs and symptoms[ti]"),  # within words it is a word
        ("a[mh:noexp]", "a[mh:noexp]"),
        ('"a b"[tiab:~3]', '"a b"[tiab:~3]'),
        ("2010:2020[dp]", "2010:2020[dp]"),
        ('"2010/01/01"[Date - Publication] : "3000"[Date - Publication] AND a', "(2010/01/01:3000[dp] AND a)"),
        ('"2010":"2020"[pdat]', "2010:2020[dp]"),
        ("2010[dp]:2020[dp]", "2010:2020[dp]"),
        ("metformin 2010 : 2020[dp]", "(metformin AND 2010 : 2020[dp])"),  # other words before a date are no date
        ("a OR metformin english[la]", "((a OR metformin) AND english[la])"),
        ("24114327 23900241[pmid]", "24114327 23900241[pmid]"),
        ("tumor*[tiab]", "tumor*[tiab]"),
    ],
)
def test_trees(text, expected):
    assert shown(parse_search(text)) == expected


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", None, "the search is empty"),
        ("a[tix] AND b", 2, "[tix] is no search field; did you mean [ti]?"),
        ("a[zzzzzz]", 2, "[zzzzzz] is no search field; write one of [all], [tiab], [ti],"),
        ("a[gr]", 2, "[gr] searches grants, which a library does not keep"),
        ("(a[ti] OR b", 1, "this parenthesis is not closed"),
        ("a[ti])", 6, "this parenthesis closes nothing"),
        ("()", 2, "these parentheses are empty"),
        ("a AND", 6, "a term is missing after AND"),
        ("a AND OR b", 7, "a term is missing after AND"),
        ("OR b", 1, "a term is missing before OR"),
        ("(a AND )", 8, "nothing stands before this parenthesis"),
        ('"a b', 1, "this quotation mark is not closed"),
        ("a[ti", 2, "this bracket is not closed"),
        ("a]", 2, "this bracket closes nothing"),
        ("[ti]", 1, "no term stands before the tag [ti]"),
        ("a AND [ti]", 7, "no term stands before the tag [ti]"),
        ("#1 AND #2", 1, "a library keeps no earlier searches: write this one out in parentheses"),
        ("metformin and tumor*.ti,ab.", 21, "this is Ovid's syntax: write a field as in tumor*[tiab]"),
        ("exp Neoplasms/ AND a[ti]", 1, 'write "Neoplasms"[mh], which finds narrower terms too'),
        ("heart adj3 attack", 7, 'words near to one another are written as in "a b"[tiab:~3]'),
        ("soon[dp]", 1, "this is no date: write 2010, 2010/05, 2010/05/13 or a range, 2010:2020"),
        ('"last 5 years"[dp]', 1, "this is no date"),
        ("abc[pmid]", 1, "this is no PMID"),
        ('"2010"[dp] :', 12, "the end of the range is missing"),
        ("tu*[ti]", 1, "at least 4 letters must stand before the *"),
        ("--[ti]", 1, "no word stands here"),
        ('"a b"[mh:~3]', 6, "words near to one another are searched for in [ti] and [tiab] only"),
        ("a[ti:noexp]", 2, "narrower terms are left out of [mh] and [majr] only"),
        ("(" * 100 + "a", 62, "more than 60 parentheses lie within one another"),
        ("a[ti] OR " * 2_001 + "a[ti]", None, "the search has more than 2,000 terms"),
        ("a " * 20_000, None, "the search has 40,000 characters; the most is 20,000"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text, place, says):
    with pytest.raises(InputError) as raised:
        parse_search(text)
    assert says in str(raised.value)
    assert place is None or f"at character {place} of the search: " in str(raised.value)


def test_the_caret_stands_at_the_place():
    shown = r"…eta gamma delta\[ti\] AND \^tu\*\[ti\] OR epsilon\[ti\] O…"
    with pytest.raises(InputError, match=f"at character 33 of the search: {shown}"):
        parse_search("alpha, beta gamma delta[ti] AND tu*[ti] OR epsilon[ti] OR zeta[ti]")


def test_a_long_search_is_no_recursion():
    assert len(list(terms_of(parse_search(" OR ".join(["a[ti]"] * 1_500))))) == 1_500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("interleukin-32[ti]", True),
        ("interleukin-32 [Title/Abstract]", True),
        ('"heart attack" AND (aspirin OR placebo)', True),
        ("a[tix] NOT b", True),  # so that the tag is said to be none
        ("What does IL-32β induce?", False),
        ("Is IL-32 up OR down in cancer?", False),  # a question
        ("IL-32 and VEGF", False),
        ("Fe[III] complexes", False),
        ("a[zz]", True),  # so that the tag is said to be none
        ("benzo[a]pyrene or benzo[ghi]perylene", False),
    ],
)
def test_what_looks_like_a_search(text, expected):
    assert looks_boolean(text) is expected


def test_the_words_to_rank_by_are_those_asked_for():
    assert (
        words_of(parse_search("IL-32[ti] AND tumor*[tiab] NOT mice[mh] AND review[pt] AND 2010[dp]")) == "IL-32 tumor"
    )
