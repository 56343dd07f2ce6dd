"""Questions and answers as HTML: citations as links, what was checked, refusals, and strangers' text as text."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from page_html import without_line_breaks

from index.analysis.lexicon import Concept
from index.records import Abstract, Section
from index.search.concepts import QueryConcept
from qa.answer import Answer, Citation, Difference, Sentence, Source, Trait
from qa.export import to_bibtex, to_csl_json, to_csv, to_ris
from ui.conversation import Exchange, exchange_html, notice_html, sources_html, welcome_html

SOUND = Abstract("90000001", "Zeta-7 in moss", (Section("", "", "Zeta-7 rose."),))
RETRACTED = Abstract("90000002", "Zeta-7 in fern", (Section("", "", "Zeta-7 fell."),), is_retracted=True)
SOURCES = (Source(1, SOUND), Source(2, RETRACTED))
ROSE = Citation(1, "90000001", 15, 27, "Zeta-7 rose.")
FELL = Citation(2, "90000002", 15, 27, "Zeta-7 fell.")
HOSTILE = "<script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&lt;img src=x onerror=alert(1)&gt;"


def answer_html(answer: Answer, *, turn: int, is_whole: bool = True) -> str:
    """Return what stands in the box of the answer, without the white space between its lines."""
    html = exchange_html(Exchange(turn, "?", answer, is_whole=is_whole))
    return without_line_breaks(re.search(r'(?s)<div class="aa-answer">(.*)</div>\s*</section>', html)[1])


def link(number: int, sentence: int, spoken: str, *, retracted: bool = False) -> str:
    mark = " <span data-said>retracted</span>" if retracted else ""
    return (
        f'<a class="aa-cite{" aa-cite-retracted" if retracted else ""}" href="#card-7-{number}" data-turn="7" '
        f'data-sentence="s{sentence}" aria-label="{spoken}">[{number}]{mark}</a>'
    )


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        # One sentence, one source.
        (
            (Sentence("It rose.", (ROSE,)),),
            f'<span class="aa-sentence">It rose.{link(1, 1, "Source 1: Zeta-7 in moss")}</span>',
        ),
        # Two quotes of one source are one link; another source is another, and a retracted one says so.
        (
            (Sentence("Both.", (ROSE, ROSE, FELL)),),
            f'<span class="aa-sentence">Both.{link(1, 1, "Source 1: Zeta-7 in moss")}'
            f"{link(2, 1, 'Source 2, retracted: Zeta-7 in fern', retracted=True)}</span>",
        ),
        # Sentences know their numbers.
        (
            (Sentence("A.", (ROSE,)), Sentence("B.", (ROSE,))),
            f'<span class="aa-sentence">A.{link(1, 1, "Source 1: Zeta-7 in moss")}</span> '
            f'<span class="aa-sentence">B.{link(1, 2, "Source 1: Zeta-7 in moss")}</span>',
        ),
        # So does a number that is not as its quote prints it.
        (
            (Sentence("About a third.", (ROSE,), is_rounded=True),),
            f'<span class="aa-sentence">About a third.{link(1, 1, "Source 1: Zeta-7 in moss")} '
            '<span class="aa-names" data-said>(rounded)</span></span>',
        ),
        # What no quote bears out says so; what a quote contradicts is struck, with the quote.
        (
            (Sentence("Made up.", (), "not matched", "it cites none of the sources"),),
            '<span class="aa-sentence">Made up. '
            '<span class="aa-unsupported-mark" data-said>no quote found: it cites none of the sources</span></span>',
        ),
        (
            (Sentence("It sank.", (), "contradicted", "it goes the other way", (ROSE,)),),
            '<span class="aa-sentence aa-unsupported"><s>It sank.</s> '
            '<span class="aa-unsupported-mark" data-said>contradicted: it goes the other way “Zeta-7 rose.”</span>'
            f"{link(1, 1, 'Source 1: Zeta-7 in moss')}</span>",
        ),
        # Markup in a model's words is text.
        ((Sentence("<b>x</b>"),), '<span class="aa-sentence">&lt;b&gt;x&lt;/b&gt;</span>'),
        # A citation of no source leads nowhere and is not shown.
        ((Sentence("A.", (Citation(9, "1", 0, 1, "x"),)),), '<span class="aa-sentence">A.</span>'),
    ],
)
def test_sentences_with_their_citations(sentences, expected):
    html = answer_html(Answer("?", sentences, SOURCES), turn=7)
    assert html.startswith(f'<p class="aa-sentences" dir="auto">{expected}</p>')


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer("?", (Sentence("A.", (ROSE,)),), SOURCES), "1 of 1 sentence checked against its quote</p>"),
        (
            Answer("?", (Sentence("A.", (ROSE,)), Sentence("B.", (), "not matched")), SOURCES),
            '<p class="aa-checked aa-some">1 of 2 sentences checked against their quotes</p>',
        ),
        # No language model, with the time of both parts.
        (
            Answer("?", (Sentence("A.", (ROSE,)),), SOURCES, seconds={"retrieval": 0.03, "answer": 0.012}),
            '<p class="aa-how">answered without a language model · 0.04 s · <a',
        ),
        (
            Answer("?", (Sentence("A.", (ROSE,)),), SOURCES, model="ollama:<x>"),
            '<p class="aa-how">written by ollama:&lt;x&gt; · <a',
        ),
        # What the reader should know besides.
        (
            Answer("?", (Sentence("A.", (ROSE,)),), SOURCES, message="The model was not used: it is down."),
            '<p class="aa-reason" dir="auto" data-said>The model was not used: it is down.</p>',
        ),
        # A follow-up says how it was understood; the same question again does not.
        (
            Answer("And?", (Sentence("A.", (ROSE,)),), SOURCES, standalone_question="And moss?"),
            '<p class="aa-understood"><span>Understood as:</span> <span dir="auto">And moss?</span></p>',
        ),
    ],
)
def test_what_an_answer_says_of_itself(answer, expected):
    assert expected in answer_html(answer, turn=1)


def test_an_answer_can_be_saved_from_a_link_that_carries_it():
    answer = Answer('Does it "rise" & <fall>?', (Sentence("A.", (ROSE,)),), SOURCES)
    [link] = re.findall(
        r'href="data:text/markdown;charset=utf-8,([^"]*)">Save as Markdown<', answer_html(answer, turn=1)
    )
    assert re.fullmatch(r"[\w.~%-]+", link)
    assert unquote(link) == answer.to_markdown()


def test_the_sources_can_be_saved_for_reference_managers():
    html = answer_html(Answer("Which?", sentences=(Sentence("It rose.", (ROSE,)),), sources=SOURCES), turn=1)
    links = {
        name: unquote(text)
        for name, text in re.findall(r'download="(sources\.[\w.]+)" href="data:[^,"]*;charset=utf-8,([^"]*)">', html)
    }
    expected = {".ris": to_ris(SOURCES), ".bib": to_bibtex(SOURCES), ".csl.json": to_csl_json(SOURCES)}
    expected[".csv"] = to_csv(SOURCES)
    assert links == {f"sources{ending}": text for ending, text in expected.items()}
    assert re.findall(r">(RIS|BibTeX|CSL|CSV)</a>", html) == ["RIS", "BibTeX", "CSL", "CSV"]


def test_a_refusal_has_no_sources_to_save():
    refusal = Answer("Which?", abstained=True, message="No.", nearest=SOURCES)
    assert re.findall(r'download="([^"]*)"', answer_html(refusal, turn=1)) == ["answer.md", "answer.json"]


def test_an_answer_still_growing_claims_nothing_yet():
    html = answer_html(
        Answer("?", (Sentence("A.", (ROSE,)),), SOURCES, seconds={"answer": 1.0}), turn=7, is_whole=False
    )
    assert html == (
        '<p class="aa-sentences" dir="auto">'
        f'<span class="aa-sentence">A.{link(1, 1, "Source 1: Zeta-7 in moss")}</span>'
        '<span class="aa-caret" aria-hidden="true"></span></p>'
    )


def test_an_answer_still_growing_says_what_it_waits_for():
    waiting = Answer("?", waiting="The server <b>asks</b> to wait 3 seconds …")
    shown = ' role="status" dir="auto" data-said>The server &lt;b&gt;asks&lt;/b&gt; to wait 3 seconds …</p>'
    assert shown in answer_html(waiting, turn=1, is_whole=False)
    assert "aa-pending" not in answer_html(waiting, turn=1)


def test_a_refusal_is_no_answer_and_keeps_the_nearest_apart():
    answer = Answer("?", abstained=True, message="None names fern.", nearest=(Source(1, SOUND),))
    head = 'No answer in this library</p><p><span dir="auto" data-said>None names fern.</span>'
    assert head in answer_html(answer, turn=1)
    cards = sources_html(Exchange(1, "?", answer), is_shown=True)
    assert '<h2 class="aa-heading">Sources</h2>' not in cards
    assert cards.count('<article class="aa-card aa-nearest"') == cards.count("<article") == 1


def test_sources_of_earlier_answers_wait_hidden():
    exchange = Exchange(3, "?", Answer("?", (Sentence("A.", (ROSE,)),), SOURCES[:1]))
    opening = '<section class="aa-sources" data-turn="3" aria-label="Sources of answer 3"'
    assert sources_html(exchange, is_shown=False).startswith(f"{opening} hidden>")
    assert sources_html(exchange, is_shown=True).startswith(f"{opening}>")


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        (Exchange(1, HOSTILE), '<p class="aa-pending">Reading the abstracts'),
        (
            Exchange(1, HOSTILE, problem=HOSTILE),
            f'<p class="aa-notice" role="alert" dir="auto" data-said>{ESCAPED}</p>',
        ),
        (
            Exchange(1, HOSTILE, Answer(HOSTILE, abstained=True, message=HOSTILE)),
            f'<p><span dir="auto" data-said>{ESCAPED}</span></p>',
        ),
    ],
)
def test_a_question_is_shown_as_it_was_typed(exchange, expected):
    html = exchange_html(exchange)
    assert f'<span class="aa-spoken" data-said>You asked: </span>{ESCAPED}</h2>' in html
    assert expected in html
    assert "<script" not in html
    assert "<img" not in html


def test_other_names_are_left_out_by_a_click_once_the_answer_is_whole():
    concept = QueryConcept("HER2", Concept("HGNC:3430", "ERBB2", "gene", ("ERBB2",)), ("ERBB2",), is_used=True)
    answer = Answer("?", (Sentence("It rose.", (ROSE,)),), SOURCES[:1], concepts=(concept,))
    button = '<button type="button" class="aa-literal" data-literal="?">Search only for what I wrote</button>'
    assert f"Also searched for: ERBB2. {button}" in answer_html(answer, turn=7)
    assert "data-literal" not in answer_html(answer, turn=7, is_whole=False)


def test_a_notice_is_text():
    assert notice_html("a < b") == '<p class="aa-notice" role="alert" dir="auto" data-said>a &lt; b</p>'


def test_a_welcome_offers_questions_or_says_how_to_fill_the_library():
    assert (
        '<button type="button" class="aa-example" data-question="What &amp; why?">What &amp; why?</button>'
        in welcome_html("moss", 3, ["What & why?"])
    )
    assert "<h2>“a&lt;b” holds no abstracts yet</h2>" in welcome_html("a<b", 0, ["What?"])


def test_another_name_is_explained_once():
    quotes = (Citation(1, "90000001", 0, 12, "Zeta-7 rose."), Citation(1, "90000001", 13, 25, "Zeta-7 fell."))
    called = QueryConcept("mossin", Concept("X:1", "Zeta-7", "gene", ("mossin",)), ("Zeta-7",), is_used=False)
    answer = Answer("Mossin?", tuple(Sentence(one.quote, (one,)) for one in quotes), SOURCES, concepts=(called,))
    html = answer_html(answer, turn=1)
    assert html.count("(Zeta-7 = mossin)") == 1
    assert "Also searched for: Zeta-7." in html


def test_the_two_sides_of_a_verdict_are_laid_side_by_side_and_lead_to_their_words():
    abstracts = [
        Abstract(str(at), HOSTILE, (Section("", "", f"We gave {dose} mg."),), year=2000 + at)
        for at, dose in ((1, 5), (2, 80))
    ]
    sources = tuple(Source(number, abstract) for number, abstract in enumerate(abstracts, start=1))
    start = abstracts[0].text.index("5 mg")
    traits = Trait(1, "5 mg", Citation(1, "1", start, start + 4, "5 mg")), Trait(2, HOSTILE)
    answer = Answer(
        "Q?", (Sentence("We gave 5 mg."),), sources, differences=(Difference("dose", *((one,) for one in traits)),)
    )
    exchange = Exchange(3, "Q?", answer)
    html = exchange_html(exchange)
    assert '<a class="aa-fact" href="#card-3-1" data-turn="3" data-sentence="differs-0">[1] 5 mg</a>' in html
    assert f"[2] {ESCAPED}" in html
    assert '<mark class="aa-cell" data-cites="differs-0">5 mg</mark>' in sources_html(exchange, is_shown=True)
