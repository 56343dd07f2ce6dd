"""Searches as PubMed shows them under "Search details"."""

import pytest

from index.search.pubmed.syntax import parse_search
from index.search.pubmed.translation import translate


class Words:
    """A vocabulary of two headings, one thing of two names, and a journal."""

    def heading(self, name):
        return {"cancer": "neoplasms", "neoplasms": "neoplasms", "rheumatoid arthritis": "arthritis, rheumatoid"}.get(
            name.casefold(), ""
        )

    def names(self, name):
        return {"her2": ("ERBB2", "HER-2/neu")}.get(name.casefold(), ())

    def is_journal(self, name):
        return name.casefold() == "lancet"

    def why_nothing(self, term):
        known = {"mh": self.heading(term.text), "pt": term.text in ("review", "systematic review")}
        return "" if known.get(term.searched.tag, True) else f"there is no “{term.text}”"


@pytest.mark.parametrize(
    ("search", "details"),
    [
        ("IL-32[ti]", '"il-32"[Title]'),
        ("tumor*[tiab] NOT Review[pt]", '"tumor*"[Title/Abstract] NOT "review"[Publication Type]'),
        ("a[ti] OR b[ti] AND c[ti]", '("a"[Title] OR "b"[Title]) AND "c"[Title]'),
        ("a[ti] OR (b[ti] AND c[ti])", '"a"[Title] OR ("b"[Title] AND "c"[Title])'),
        ("2010:2020/05[dp]", "2010/01/01:2020/05/31[Date - Publication]"),
        ("Cancer[mh] NOT cancer[mh:noexp]", '"neoplasms"[MeSH Terms] NOT "neoplasms"[MeSH Terms:noexp]'),
        ("cancer/drug therapy[majr]", '"neoplasms/drug therapy"[MeSH Major Topic]'),
        ('"a b"[ti:~2]', '"a b"[Title:~2]'),
        ("Lee JH[au]", '"Lee JH"[Author]'),
        ("cancer", '"neoplasms"[MeSH Terms] OR "cancer"[All Fields]'),
        (
            "rheumatoid arthritis of the lung",  # the longest name first; stop words go
            '("arthritis, rheumatoid"[MeSH Terms] OR "rheumatoid arthritis"[All Fields]) AND "lung"[All Fields]',
        ),
        ("HER2", '"erbb2"[All Fields] OR "her-2/neu"[All Fields] OR "her2"[All Fields]'),
        ("Lancet", '"lancet"[Journal] OR "lancet"[All Fields]'),
        ('"rheumatoid arthritis"', '"rheumatoid arthritis"[All Fields]'),  # quotation marks turn mapping off
        ("Lee JH", '"Lee JH"[Author] OR "lee jh"[All Fields]'),
        ("24114327 23900241", '"24114327 23900241"[UID]'),
        (
            "cancer systematic review[pt]",  # what is no type before one is a search of its own
            '("neoplasms"[MeSH Terms] OR "cancer"[All Fields]) AND "systematic review"[Publication Type]',
        ),
        ("of the", '"of the"[All Fields]'),
    ],
)
def test_details(search, details):
    assert translate(parse_search(search), Words(), text=search).details == details


def test_notes_say_what_there_is_none_of():
    search = "a[ti] AND tumor[mh]"
    translation = translate(parse_search(search), Words(), text=search)
    assert translation.notes == ("there is no “tumor”, at character 11 of the search: a[ti] AND ^tumor[mh]",)
    assert translation.lines()[0].startswith("0 abstracts; search details: ")
