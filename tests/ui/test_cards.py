"""Source cards: which stretches are shown and marked, and that no text of strangers becomes HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from markupsafe import escape
from page_html import without_line_breaks

from index.records import Abstract, Correction, Hit, Passage, Section
from qa.answer import Answer, Citation, Sentence, Source
from qa.studies.reading import read_study
from qa.studies.records import Study
from ui.cards import (
    LabelledSpan,
    Piece,
    QuotedSpan,
    cut_at_quotes,
    make_card,
    quotes_of,
    section_spans,
    shown_passages,
    study_facts,
)
from ui.rendering import render

ABSTRACT = Abstract(
    pmid="90000001",
    title="Zeta-7 in moss",
    sections=(
        Section("BACKGROUND", "BACKGROUND", "Moss is green. Zeta-7 was unknown."),
        Section("", "RESULTS", "Zeta-7 rose by 4%. It fell at night."),
    ),
    journal="J Moss",
    year=2021,
    authors=("Rill A", "Osk B"),
    types=("Journal Article", "Review"),
)
TEXT = ABSTRACT.text


def at(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def passage(words: str, section: str) -> Passage:
    start, end = at(words)
    return Passage("90000001", section, start, end, words)


def source(*passages: Passage, abstract: Abstract = ABSTRACT, number: int = 1) -> Source:
    return Source(number, abstract, tuple(Hit(each, 0.9) for each in passages))


def source_card(shown: Source, *, turn: int, quotes: Sequence[QuotedSpan] = (), nearest: bool = False) -> str:
    return without_line_breaks(
        render(
            "card.html", card=make_card(shown, quotes, study=read_study(shown.abstract), is_nearest=nearest), turn=turn
        )
    )


ROSE = QuotedSpan(*at("Zeta-7 rose by 4%."), 1)
FELL = QuotedSpan(*at("It fell at night."), 2)
TITLE = QuotedSpan(*at("Zeta-7 in moss"), 3)


def test_spans_are_the_title_and_the_sections_at_their_places():
    assert [(span.label, TEXT[span.start : span.end]) for span in section_spans(ABSTRACT)] == [
        ("TITLE", "Zeta-7 in moss"),
        ("BACKGROUND", "Moss is green. Zeta-7 was unknown."),
        ("RESULTS", "Zeta-7 rose by 4%. It fell at night."),
    ]


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        # Nothing quoted: one piece.
        ([], [Piece("abc <d> ef")]),
        # One quote.
        ([QuotedSpan(4, 7, 1)], [Piece("abc "), Piece("<d>", ("s1",)), Piece(" ef")]),
        # Two sentences quote stretches that overlap: cut at every edge.
        (
            [QuotedSpan(0, 7, 1), QuotedSpan(4, 10, 2)],
            [Piece("abc ", ("s1",)), Piece("<d>", ("s1", "s2")), Piece(" ef", ("s2",))],
        ),
        # The same stretch twice for one sentence is named once.
        ([QuotedSpan(0, 3, 1), QuotedSpan(0, 3, 1)], [Piece("abc", ("s1",)), Piece(" <d> ef")]),
        # A quote that goes beyond the span on both sides fills it.
        ([QuotedSpan(-5, 99, 4)], [Piece("abc <d> ef", ("s4",))]),
        # A quote elsewhere leaves no mark.
        ([QuotedSpan(20, 30, 1)], [Piece("abc <d> ef")]),
    ],
)
def test_a_span_is_cut_where_quotes_begin_and_end(quotes, expected):
    assert list(cut_at_quotes("abc <d> ef", LabelledSpan("", 0, 10), quotes)) == expected


def test_overlapping_quotes_are_marks_side_by_side_with_their_text_escaped():
    abstract = Abstract("1", "T", (Section("", "", "abc <d> ef"),))
    card = source_card(source(abstract=abstract), turn=1, quotes=[QuotedSpan(2, 9, 1), QuotedSpan(6, 12, 2)])
    assert (
        '<p dir="auto"><mark data-cites="s1">abc </mark><mark data-cites="s1 s2">&lt;d&gt;</mark>'
        '<mark data-cites="s2"> ef</mark></p>'
    ) in card


RESULTS = "Zeta-7 rose by 4%. It fell at night."


@pytest.mark.parametrize(
    ("passages", "quotes", "expected"),
    [
        # The passage that holds the quote, not the better hit beside it.
        (
            [passage("Moss is green.", "BACKGROUND"), passage("Zeta-7 rose by 4%.", "RESULTS")],
            [ROSE],
            [("RESULTS", "Zeta-7 rose by 4%.")],
        ),
        # Nothing quoted: the best hit.
        ([passage("Moss is green.", "BACKGROUND")], [], [("BACKGROUND", "Moss is green.")]),
        # A quote outside every passage brings its section.
        ([passage("Moss is green.", "BACKGROUND")], [FELL], [("RESULTS", RESULTS)]),
        # Neighbouring passages of a section are shown as one.
        (
            [passage("It fell at night.", "RESULTS"), passage("Zeta-7 rose by 4%.", "RESULTS")],
            [ROSE, FELL],
            [("RESULTS", RESULTS)],
        ),
        # The title can be quoted.
        ([], [TITLE], [("TITLE", "Zeta-7 in moss")]),
        # Found by its number alone: no passage to show.
        ([], [], []),
    ],
)
def test_shown_passages(passages, quotes, expected):
    shown = shown_passages(source(*passages), quotes)
    assert [(span.label, TEXT[span.start : span.end]) for span in shown] == expected


def test_quotes_of_one_source_carry_the_numbers_of_their_sentences():
    def cite(number: int, words: str) -> Citation:
        start, end = at(words)
        return Citation(number, "90000001", start, end, words)

    answer = Answer(
        "?",
        sentences=(
            Sentence("It rose.", (cite(1, "Zeta-7 rose by 4%."),)),
            Sentence("Other.", (cite(2, "Moss is green."),)),
            Sentence("Down at night.", (cite(1, "It fell at night."),)),
        ),
    )
    first, third = quotes_of(answer, source())
    assert (first.start, first.end, first.sentence) == (*at("Zeta-7 rose by 4%."), 1)
    assert (third.start, third.end, third.sentence) == (*at("It fell at night."), 3)
    assert third.checks[:3] == ("verbatim", "meaning", "most words")


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        (("verbatim", "own words"), "the sentence is the abstract’s own."),
        (("verbatim", "meaning", "numbers", "names"), "the sentence agrees with it in meaning, numbers and names."),
    ],
)
def test_a_card_says_where_a_quote_stands_and_what_was_checked(checks, expected):
    card = source_card(source(), turn=1, quotes=[QuotedSpan(15, 1033, 2, checks), ROSE])
    assert card.count("aa-proof") == 1
    assert (
        '<p class="aa-proof" data-cites="s2"><span>Checked: characters 15 to 1,033 of title and abstract are the '
        f"quote, letter by letter;</span> <span>{expected}</span></p>"
    ) in card


def test_a_card_says_what_the_abstract_is_and_marks_the_quote_in_passage_and_whole():
    card = source_card(source(passage("Zeta-7 rose by 4%.", "RESULTS"), number=2), turn=3, quotes=[ROSE])
    assert card == (
        '<article class="aa-card" id="card-3-2" tabindex="-1" data-number="2" data-year="2021"'
        ' aria-label="Source 2: Zeta-7 in moss">'
        '<header><span class="aa-number" aria-hidden="true">2</span><h3 dir="auto">Zeta-7 in moss</h3></header>'
        '<p class="aa-particulars">Rill A et al. · J Moss · 2021 · '
        '<a href="https://pubmed.ncbi.nlm.nih.gov/90000001/" target="_blank" rel="noopener noreferrer" '
        'aria-label="PMID 90000001 at PubMed, in a new tab">PMID 90000001 ↗</a></p>'
        '<p class="aa-study"><span>Review</span></p>'
        '<blockquote class="aa-passage" dir="auto"><span class="aa-label">RESULTS</span> '
        '<mark data-cites="s1">Zeta-7 rose by 4%.</mark> …</blockquote>'
        '<details class="aa-whole"><summary><span class="aa-closed">Show the whole abstract</span>'
        '<span class="aa-opened">Show less</span></summary>'
        '<p dir="auto"><span class="aa-label">BACKGROUND</span> Moss is green. Zeta-7 was unknown.</p>'
        '<p dir="auto"><span class="aa-label">RESULTS</span> <mark data-cites="s1">Zeta-7 rose by 4%.</mark> '
        "It fell at night.</p></details>"
        '<p class="aa-grow">Add to the library:'
        '<button type="button" data-grow="similar_to" data-pmid="90000001">what is similar</button> ·'
        '<button type="button" data-grow="cited_by" data-pmid="90000001">what cites it</button> ·'
        '<button type="button" data-grow="references_of" data-pmid="90000001">what it cites</button></p>'
        '<button type="button" class="aa-back">Back to the answer</button></article>'
    )


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        # Retracted: in red, whatever else it is.
        (
            Abstract("1", "T", is_retracted=True, types=("Retracted Publication", "Journal Article")),
            '<p class="aa-badges"><strong class="aa-retracted">Retracted</strong> </p>',
        ),
        # Doubts that PubMed records, each once; a comment is none.
        (
            Abstract(
                "1",
                "T",
                corrections=(
                    Correction("ExpressionOfConcernIn", "2", ""),
                    Correction("ExpressionOfConcernIn", "3", ""),
                    Correction("CommentIn", "4", ""),
                ),
            ),
            '<p class="aa-badges"><strong class="aa-warned">Expression of concern</strong> </p>',
        ),
        # What the record says of itself.
        (
            Abstract("1", "T", note="Restated for the sample, not the published abstract."),
            '<p class="aa-note">Restated for the sample, not the published abstract.</p>',
        ),
        # A record that has only a title says so.
        (Abstract("1", "T"), "PubMed holds no abstract for this record, only its title."),
        # A lone author has no others.
        (Abstract("1", "T", authors=("Rill A",)), '<p class="aa-particulars">Rill A · <a'),
    ],
)
def test_what_a_card_warns_of(abstract, expected):
    assert expected in source_card(source(abstract=abstract), turn=1)


TRIAL = Abstract(
    "90000002",
    "Zeta-7 in adults with asthma: a randomised controlled trial",
    (Section("METHODS", "METHODS", "We randomised 120 patients with asthma to zeta-7 or placebo."),),
    types=("Randomized Controlled Trial", "Comparative Study"),
)


def test_a_card_says_what_kind_of_study_in_how_many_and_where_the_abstract_says_so():
    card = source_card(source(abstract=TRIAL), turn=1)
    told = re.findall(r'class="aa-fact" href="#card-1-1" data-turn="1" data-sentence="(\w+)"[^>]*>([^<]+)</a>', card)
    assert told == [("design", "Randomised controlled trial"), ("n", "n = 120")]
    assert "<span>humans</span>" in card  # which no words of the abstract say by themselves
    marks = dict(re.findall(r'<mark class="aa-cell" data-cites="([^"]*)">([^<]+)</mark>', card))
    assert marks == {"design": "a randomised controlled trial", "n": "120 patients"}
    assert "<span>Comparative Study</span>" in card
    assert "Randomized" not in card  # the design says it


@pytest.mark.parametrize(
    ("design", "subjects", "expected"),
    [
        ("other", "none", []),
        ("not a study", "humans", ["humans"]),
        ("animal", "animals", ["Animal study"]),
        ("animal", "mixed", ["Animal study", "mixed"]),
        ("in vitro", "cells or molecules", ["In vitro study"]),
        ("case-control", "humans", ["Case-control", "humans"]),
    ],
)
def test_what_is_not_known_of_a_study_is_not_shown_and_nothing_twice(design, subjects, expected):
    assert [fact.text for fact in study_facts(Study("1", design, subjects))] == expected


def test_one_of_the_nearest_has_no_number_and_no_id_to_be_cited_by():
    card = source_card(source(passage("Moss is green.", "BACKGROUND")), turn=1, nearest=True)
    assert card.startswith(
        '<article class="aa-card aa-nearest" tabindex="-1" aria-label="Nearest, not used: Zeta-7 in moss"><header><h3'
    )
    assert "aa-number" not in card


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}${7*7}"


def test_every_field_of_an_abstract_is_escaped():
    abstract = Abstract(
        pmid=HOSTILE,
        title=HOSTILE,
        sections=(Section(HOSTILE, HOSTILE, HOSTILE),),
        journal=HOSTILE,
        year=2020,
        authors=(HOSTILE,),
        types=(HOSTILE,),
        note=HOSTILE,
    )
    end = len(abstract.text)
    whole = Passage(HOSTILE, HOSTILE, 0, end, abstract.text)
    card = source_card(Source(1, abstract, (Hit(whole, 1.0),)), turn=1, quotes=[QuotedSpan(0, end, 1)])
    assert "<script" not in card
    assert "<img" not in card
    # Nine in the head (name, title, author, journal, PMID thrice, type, note), three in the passage, three below it,
    # and the PMID in each of three buttons.
    assert card.count(escape(HOSTILE)) == 18
