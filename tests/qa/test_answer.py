"""What an answer is made of."""

from conftest import ABSTRACTS

from index import Filters
from qa import Answer, Citation, Sentence, Source
from qa.language.entailment import RULES

QUOTE = "IL-32β induced VEGF in breast cancer cells."
START = ABSTRACTS[0].text.index(QUOTE)
CITATION = Citation(1, "90000001", START, START + len(QUOTE), QUOTE)
ANSWER = Answer(
    "What does IL-32β induce?",
    (
        Sentence(QUOTE, (CITATION, CITATION)),
        Sentence("It cures all.", (), "not matched"),
        Sentence("It sank.", (), "contradicted", against=(CITATION,)),
    ),
    (Source(1, ABSTRACTS[0]),),
    library_digest="abc",
)


def test_the_text_holds_what_is_backed_with_its_numbers_and_marks_what_is_not_matched():
    assert ANSWER.text == f"{QUOTE} [1] It cures all. [no quote found]"


def test_the_text_of_a_refusal_is_its_reason():
    assert Answer("?", abstained=True, message="Not in these abstracts.").text == "Not in these abstracts."


def test_what_was_checked_of_a_quote_in_other_words():
    citation = Citation(1, "90000001", START, START + len(QUOTE), QUOTE)
    checks = Sentence("VEGF was induced by IL-32β.", (citation,)).checks(citation)
    assert checks[0] == "verbatim"
    assert {"meaning", "numbers", "names", "denial", "who acts on whom"} < set(checks)
    assert len(checks) == len(("verbatim", "meaning", "most words")) + len(RULES)  # one for each rule that is applied


def test_json():
    record = ANSWER.to_dict()
    assert list(record)[:5] == ["question", "standalone_question", "understood_as", "answer", "abstained"]
    assert record["sentences"][0]["citations"][0] == {
        "source": 1,
        "pmid": "90000001",
        "start": START,
        "end": START + len(QUOTE),
        "quote": QUOTE,
        "checks": ["verbatim", "own words"],
    }
    assert record["sentences"][1] == {
        "text": "It cures all.",
        "verdict": "not matched",
        "supported": False,
        "objection": "",
        "rounded": False,
        "citations": [],
        "against": [],
        "names": [],
    }
    assert [quoted["quote"] for quoted in record["sentences"][2]["against"]] == [QUOTE]
    assert record["sources"] == [
        {
            "number": 1,
            "pmid": "90000001",
            "title": "Interleukin-32β and the migration of breast cancer cells",
            "journal": "J Test",
            "year": 2013,
            "url": "https://pubmed.ncbi.nlm.nih.gov/90000001/",
            "retracted": False,
            "warnings": [],
        }
    ]
    assert record["nearest"] == []


def test_markdown():
    assert ANSWER.to_markdown() == (
        "## What does IL-32β induce?\n\n"
        "IL-32β induced VEGF in breast cancer cells. \\[1\\] It cures all. \\[no quote found\\]\n\n"
        f"> IL-32β induced VEGF in breast cancer cells. (PMID 90000001, {START}-{START + len(QUOTE)})\n"
        f"> IL-32β induced VEGF in breast cancer cells. (PMID 90000001, {START}-{START + len(QUOTE)})\n\n"
        "### Sources\n\n"
        "1. Interleukin-32β and the migration of breast cancer cells J Test 2013 "
        "[PMID 90000001](https://pubmed.ncbi.nlm.nih.gov/90000001/)\n\n"
        "### How it was answered\n\n"
        "- library: abc\n- model: extractive\n- prompt SHA-256: none\n- filters: none\n"
    )


def test_markdown_of_a_refusal_marks_the_retracted_and_runs_no_html():
    answer = Answer("<b>?</b>", abstained=True, message="No.", nearest=(Source(1, ABSTRACTS[3]),))
    assert "## \\<b\\>?\\</b\\>" in answer.to_markdown()
    assert "### Nearest, not used\n\n1. Metformin cures ageing" in answer.to_markdown()
    assert "**RETRACTED**" in answer.to_markdown()


def test_what_was_asked_is_told_with_the_filters_that_follow_ups_asked_for():
    said = Filters(years=(2015, None))
    answer = Answer(
        "since 2015",
        standalone_question="Why?",
        said_filters=said,
        filters_in_words="since 2015",
        filters=said,
        settings={"sources": 8},
    )
    assert answer.understood_as == "Why? (since 2015)"
    assert "Asked as: Why? (since 2015)\n" in answer.to_markdown()
    assert "- sources: 8\n- filters: years 2015:\n" in answer.to_markdown()
    assert answer.to_dict()["understood_as"] == "Why? (since 2015)"
    assert answer.to_dict()["settings"]["filters"]["years"] == [2015, None]
    assert Answer("Why?", standalone_question="Why?").understood_as == ""


def test_a_rounded_number_is_marked():
    answer = Answer("?", (Sentence("About a third.", (Citation(1, "90000001", 0, 3, "32%"),), is_rounded=True),))
    assert answer.text == "About a third. [1] (rounded)"
    assert answer.to_dict()["sentences"][0]["rounded"] is True
