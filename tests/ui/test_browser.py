"""The page in a real browser, over the real sample library and a stand-in for PubMed: what a person would do."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from browsing import ROOT, Visits, seen
from eutils_server import EutilsServer, Fault

from app import is_sample_built
from index import Abstract, Section
from index.records import to_json

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=20_000)  # on a busy machine a job of a moment takes seconds

IL32 = "What does IL-32β induce in MDA-MB-231 breast cancer cells?"
HOSTILE = '<img src=x onerror="window.ran=1"><script>window.ran=2</script>${window.ran=3}{{window.ran=4}} $x^2$ **b**'


@pytest.fixture(scope="module")
def pubmed():
    with EutilsServer() as server:
        yield server


@pytest.fixture(scope="module")
def url(pubmed, tmp_path_factory):
    """The address of the application as a person starts it: no flags but where to keep its libraries."""
    folder = tmp_path_factory.mktemp("libraries")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--port", "0", "--libraries", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"ASKABSTRACTS_EUTILS_URL": pubmed.url},
    )
    url = re.search(r"http\S+", process.stdout.readline())[0]
    with urllib.request.urlopen(url, timeout=30) as reply:  # before the sample library is there
        assert (reply.status, is_sample_built(folder / "sample")) == (200, False)
    yield url
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "Building the sample library, once …\n")


@pytest.fixture
def visit(browser, url):
    visits = Visits(browser, url)
    yield visits
    visits.close()


def ask(page, question):
    number = page.locator(".aa-turn").count() + 1
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator(f"#aa-present #turn-{number}").wait_for()
    whole(page, question)


def whole(page, question):
    """Wait until the present answer is the whole one to this question."""
    expect(page.locator("#aa-present .aa-question")).to_contain_text(question)
    page.locator("#aa-present .aa-how").wait_for()


def quotes_lit(page):
    """Return the lit quotes in whole abstracts, after a look that the first of them is in view.

    A quote with the words of a study's cells in it is several marks side by side.
    """
    lit = page.locator(".aa-whole mark.aa-lit")
    expect(lit.first).to_be_in_viewport()
    return lit.evaluate_all(
        """marks => marks.reduce((quotes, mark) => {
            const isNext = mark.previousSibling?.classList?.contains('aa-lit');
            return isNext ? [...quotes.slice(0, -1), quotes.at(-1) + mark.innerText] : [...quotes, mark.innerText];
        }, [])"""
    )


def stored_text(pmid):
    """Return the sample's whole text of an abstract, as its card shows it."""
    for line in (ROOT / "samples" / "abstracts.jsonl").read_text(encoding="utf-8").splitlines():
        if (record := json.loads(line))["pmid"] == pmid:
            return " ".join(section["text"] for section in record["sections"])
    raise AssertionError(pmid)


def test_an_example_is_answered_and_a_citation_lights_its_quote(visit):
    page = visit()
    page.locator(".aa-example", has_text=IL32).click()
    whole(page, IL32)
    expect(page.locator("#aa-present .aa-checked")).to_contain_text(re.compile(r"^(\d) of \1 sentences? checked"))
    expect(page.locator("#aa-present .aa-how")).to_have_text(
        re.compile(r"^answered without a language model · \d+\.\d\d s · Save")
    )
    card = page.get_by_role("article", name="Source 1:")
    link = card.get_by_role("link", name="PMID 24114327")
    assert link.get_attribute("href") == "https://pubmed.ncbi.nlm.nih.gov/24114327/"
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    expect(card).to_contain_text("Cell Oncol (Dordr) · 2013")
    expect(card.locator(".aa-note")).to_have_text("Restated for the sample, not the published abstract.")

    first = page.locator("#aa-present .aa-sentence").first
    first.locator(".aa-cite").click()
    [quote] = quotes_lit(page)
    assert quote in stored_text("24114327")
    assert first.inner_text().startswith(quote)
    expect(card).to_be_focused()
    expect(card.locator(".aa-whole")).to_contain_text(stored_text("24114327")[:60])
    expect(card.locator(".aa-proof:visible")).to_have_text(
        re.compile(r"^Checked: characters \d+ to \d+ of title and abstract are the quote, letter by letter; ")
    )
    expect(card.locator(".aa-passage:visible")).to_have_count(0)
    card.get_by_text("Show less").click()
    expect(card.locator(".aa-passage mark.aa-lit")).to_have_text(quote)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as Markdown").click()
    assert f"> {quote} (PMID 24114327" in Path(saving.value.path()).read_text(encoding="utf-8")
    card.get_by_role("link", name="In vitro study").click()
    expect(card.locator("mark.aa-lit")).to_be_in_viewport()


def test_the_keyboard_is_enough(visit):
    page = visit()
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("Does metformin make")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("animals live longer?")
    page.keyboard.press("Enter")
    whole(page, "Does metformin make\nanimals live longer?")
    expect(page.get_by_label("Your question")).to_have_value("")
    citation = page.locator("#aa-present .aa-cite").first
    for _ in range(25):  # past what can be done with the answer
        if citation.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(citation).to_be_focused()
    page.keyboard.press("Enter")
    assert len(quotes_lit(page)) == 1
    expect(page.get_by_role("article", name="Source 1:")).to_be_focused()
    page.keyboard.press("Escape")
    expect(citation).to_be_focused()
    assert page.locator(".aa-lit").count() == 0


def test_a_phone_shows_the_answer_then_its_sources(visit):
    page = visit(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True, color_scheme="dark")
    page.locator(".aa-example", has_text=IL32).tap()
    whole(page, IL32)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    expect(page.locator("#aa-present .aa-question")).to_be_in_viewport()
    answer, card = page.locator("#aa-present .aa-answer").bounding_box(), page.locator(".aa-card").first.bounding_box()
    assert answer["y"] + answer["height"] < card["y"]
    page.locator("#aa-present .aa-cite").last.tap()
    assert len(quotes_lit(page)) == 1
    page.locator(".aa-card.aa-lit").get_by_role("button", name="Back to the answer").tap()
    expect(page.locator("#aa-present .aa-cite").last).to_be_in_viewport()
    for tab in ("Abstracts", "Library", "Models", "About"):
        page.get_by_role("tab", name=tab).tap()
        assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_a_follow_up_keeps_the_earlier_answer_and_its_sources(visit):
    page = visit()
    ask(page, IL32)
    ask(page, "Which transcription factor does that VEGF act through?")
    expect(page.locator("#aa-present")).to_contain_text("STAT3")
    expect(page.locator("#aa-present .aa-understood")).to_contain_text("Understood as:")
    earlier = page.locator("#aa-earlier .aa-cite").first
    expect(page.locator("#card-1-1")).to_be_hidden()
    earlier.click()
    expect(page.locator("#card-1-1")).to_be_visible()
    assert len(quotes_lit(page)) == 1
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("heading", name="Ask about these abstracts").wait_for()
    assert page.locator(".aa-turn, .aa-card").count() == 0


def test_what_the_library_does_not_say_is_refused_and_the_nearest_stand_apart(visit):
    page = visit()
    ask(page, "What does IL-32γ do to atherosclerosis in mice?")
    expect(page.locator("#aa-present .aa-abstained-head")).to_have_text("No answer in this library")
    expect(page.get_by_role("heading", name="Nearest, not used")).to_be_visible()
    assert page.get_by_role("heading", name="Sources").count() == 0
    assert page.locator("#aa-present .aa-cite, .aa-number").count() == 0


def test_a_retracted_abstract_is_shown_when_asked_for_and_marked(visit):
    question = "What happened to people with COVID-19 who were given hydroxychloroquine in the registry analysis?"
    page = visit()
    ask(page, question)
    assert page.locator("#aa-present-sources .aa-card:not(.aa-nearest) .aa-retracted").count() == 0
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Retracted abstracts too").check()
    ask(page, question)
    expect(page.locator("#aa-present-sources .aa-retracted").first).to_have_text("Retracted", ignore_case=True)
    expect(page.locator("#aa-present .aa-cite-retracted").first).to_contain_text("retracted")


def test_mesh_terms_and_a_pubmed_search_narrow_an_answer(visit):
    page = visit()
    page.get_by_role("button", name="Filters").click()
    terms = page.get_by_label("MeSH terms, any of these")
    terms.click()
    terms.press_sequentially("mice")
    page.get_by_role("option", name="Mice (2)").click()
    search = page.get_by_label("PubMed search over this library")
    search.fill("metformin[tix]")
    search.press("Enter")
    details = page.locator("#aa-details")
    expect(details.get_by_role("alert")).to_contain_text("did you mean [ti]?, at character 10 of the search: metf")
    search.fill("metformin[ti] NOT 2008[dp]")
    search.press("Enter")
    expect(details).to_contain_text('1 abstract · Search details: "metformin"[Title] NOT 2008/01/01:2008/12/31[Date')
    ask(page, "What does metformin do to the life span of mice?")
    expect(page.locator("#aa-present-sources .aa-card")).to_have_count(1)
    expect(page.locator("#aa-present-sources .aa-card")).to_contain_text("PMID 21386129")


def test_a_problem_is_a_sentence_in_the_conversation(visit):
    page = visit()
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From year").fill("2020")
    page.get_by_label("To year").fill("2010")
    page.get_by_label("Your question").fill("Does metformin work?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#aa-present").get_by_role("alert")).to_contain_text("run backwards")


def test_a_question_that_waits_for_its_turn_says_so(visit):
    page = visit()
    held = []
    page.route("**/queue/join*", lambda route: held.append(route))
    box = page.get_by_label("Your question")
    box.fill(IL32)
    box.press("Enter")
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    while not held:  # the page says so before its request is on its way
        page.wait_for_timeout(20)
    held[0].continue_()
    page.get_by_text("checked against").wait_for()
    expect(page.get_by_text("Waiting for its turn")).to_have_count(0)


def test_nothing_in_a_question_runs(visit):
    page = visit()
    ask(page, HOSTILE)
    expect(page.locator("#aa-present .aa-question")).to_have_text(f"You asked: {HOSTILE}")
    ask(page, "Does metformin work?")
    assert HOSTILE in page.locator("#aa-earlier .aa-question").inner_text()
    assert page.evaluate("window.ran") is None
    assert page.locator("#aa-talk img, #aa-talk script, #aa-beside img").count() == 0


def fill_library(page, *, name=None, pmids="", search="", files=()):
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("PMIDs").fill(pmids)
    page.get_by_label("PubMed search").fill(search)
    if files:
        page.locator("#aa-files input[type=file]").set_input_files(files)
        expect(page.locator("#aa-files")).to_contain_text(Path(files[0]).stem[:12])
    if name is None:
        page.get_by_label("The library chosen above").check()
    else:
        page.get_by_label("A new library").check()
        page.get_by_label("Name of the new library").fill(name)
    before = page.locator(".aa-job").first.get_attribute("data-id") if page.locator(".aa-job").count() else ""
    page.get_by_role("button", name="Build", exact=True).click()
    return page.locator(f'.aa-job:not([data-id="{before}"])').first


def test_a_library_is_built_from_pasted_pmids_extended_by_a_search_and_asked(visit, pubmed):
    page = visit()
    account = fill_library(page, name="moss", pmids="90000001; PMID: 90000011\n99999999, x-1")
    expect(account).to_contain_text("2 added")
    expect(account.get_by_role("row", name="99999999")).to_contain_text("no record with this PMID")
    expect(account.get_by_role("row", name="x-1")).to_contain_text("is not a PMID")
    expect(page.get_by_label("Library", exact=True)).to_have_value("moss")
    expect(page.locator("#aa-line")).to_have_text("2 abstracts · 2011–2021")

    account.get_by_role("button", name="Ask this library").click()
    ask(page, "What does IL-32β induce in breast tumour cells?")
    page.locator("#aa-present .aa-cite").first.click()
    [quote] = quotes_lit(page)
    assert quote in pubmed.records["90000001"].text
    expect(page.get_by_role("article", name="Source 1:")).to_contain_text("PMID 90000001")

    expect(fill_library(page, search="atherosclerosis[Title]")).to_contain_text("1 added")
    expect(page.locator("#aa-line")).to_contain_text("3 abstracts")
    assert page.locator("#aa-present .aa-turn").count() == 1  # the conversation goes on


def test_another_visitor_finds_the_new_library_and_keeps_the_sample_till_then(visit):
    mine, theirs = visit(), visit()
    fill_library(mine, name="fern", pmids="90000012")
    expect(mine.get_by_label("Library", exact=True)).to_have_value("fern")
    expect(theirs.get_by_label("Library", exact=True)).to_have_value("sample")
    theirs.reload()
    theirs.locator(".aa-welcome").wait_for()  # until then the picker has what was there when the server began
    theirs.get_by_label("Library", exact=True).click()
    theirs.get_by_role("option", name="fern").click()
    expect(theirs.locator("#aa-line")).to_contain_text("1 abstract ·")
    ask(theirs, "Does metformin lower vitamin B12 in type 2 diabetes?")
    expect(theirs.locator(".aa-card").first).to_contain_text("PMID 90000012")


def test_nothing_in_an_uploaded_file_runs(visit, tmp_path):
    record = Abstract(
        "90000099",
        f"Moss and zeta-7 {HOSTILE}",
        (Section(HOSTILE, "RESULTS", f"Zeta-7 makes moss grow faster. {HOSTILE}."),),
        journal=HOSTILE,
        year=2020,
        authors=(HOSTILE,),
        types=(HOSTILE,),
    )
    path = tmp_path / "moss <img src=x onerror=window.ran=5>.jsonl"
    path.write_text(json.dumps(to_json(record)) + "\nno JSON <img src=x onerror=window.ran=6>\n", encoding="utf-8")
    page = visit()
    account = fill_library(page, name="hostile", files=[path])
    expect(account).to_contain_text("1 added")
    expect(account).to_contain_text("1 failed")
    account.get_by_role("button", name="Ask this library").click()
    ask(page, "Does zeta-7 make moss grow faster?")
    expect(page.locator(".aa-card").first).to_contain_text(HOSTILE)
    page.locator(".aa-card summary").first.click()
    assert page.evaluate("window.ran") is None
    assert page.locator("#aa-talk img, #aa-beside img, .aa-job img, #aa-beside script").count() == 0


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        # Nothing to take in.
        ({"name": "empty"}, "Nothing to take in yet: paste PMIDs, give a PubMed search or choose a file."),
        # A name that would lead out of the folder.
        ({"name": "../up", "pmids": "90000001"}, "A library's name is made of up to 64 letters, digits"),
        # The sample stays as it is.
        ({"pmids": "90000001"}, "The sample library stays as it is"),
    ],
)
def test_an_order_that_cannot_be_filled_is_refused_in_a_sentence(visit, order, sentence):
    page = visit()
    fill_library(page, **order)
    expect(page.locator("#aa-outcome").get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_role("button", name="Build", exact=True)).to_be_enabled()


def test_pubmed_out_of_reach_is_a_sentence_and_leaves_no_empty_library(visit, pubmed):
    pubmed.faults.append(Fault(status=400, body="no", endpoint="esearch", times=20))
    page = visit()
    account = fill_library(page, name="never", search="moss")
    expect(account.get_by_role("alert")).to_be_visible(timeout=60_000)
    pubmed.faults.clear()
    page = visit()  # another tab: a reload breaks off what the first is still told, which counts as an error
    page.get_by_label("Library", exact=True).click()
    expect(page.get_by_role("option", name="sample")).to_be_visible()
    assert page.get_by_role("option", name="never").count() == 0


def test_a_library_is_looked_up_kept_current_and_grown_from_a_paper(visit, pubmed):
    page = visit()
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("PubMed search").fill("metformin[Title]")
    page.get_by_label("PubMed search").press("Enter")
    count = len([one for one in pubmed.records.values() if "metformin " in one.title.casefold()])
    expect(page.locator(".aa-preview")).to_contain_text(f"{count} abstract")
    expect(page.locator(".aa-preview li")).to_have_count(min(count, 5))
    expect(fill_library(page, name="current", search="metformin[Title]")).to_contain_text(f"{count} added")
    pubmed.records["777"] = replace(pubmed.records["90000001"], pmid="777", title="Metformin, anew")
    pubmed.entry_dates["777"] = date(2999, 1, 1)
    page.get_by_role("button", name="Update this library").click()
    expect(page.locator("#aa-line")).to_contain_text("; 1 new")
    page.get_by_text("Show only the 1 new").click()
    expect(page.locator(".aa-current details li")).to_have_text(re.compile("PMID 777 ↗\\s+Metformin, anew"))
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator("#aa-holdings")).to_contain_text("Metformin, anew")
    seen(page, "what-is-new")
    page.get_by_text("Filters").click()
    page.get_by_label("Only what is new").check()
    ask(page, "What does IL-32β drive?")
    card = page.locator("#aa-present-sources .aa-card")
    expect(card).to_have_count(1)
    pubmed.links["pubmed_pubmed_citedin"] = {"777": ["90000011"]}
    card.get_by_role("button", name="what cites it").click()
    expect(page.locator(".aa-preview")).to_contain_text(pubmed.records["90000011"].title)
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.locator(".aa-current ul").first).to_contain_text("citing PMID 777")
    page.get_by_role("button", name="Forget metformin[Title]").click()
    expect(page.locator(".aa-current ul").first).not_to_contain_text("metformin")
    del pubmed.records["777"], pubmed.entry_dates["777"]


def test_a_build_outlives_its_page_and_can_be_stopped_without_harm(visit, tmp_path):
    text = "Zeta-7 makes moss grow faster in the shade. It did nothing for fern. " * 8
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(8000):
            record = Abstract(str(90100000 + number), f"Moss {number}", (Section("", "", f"{number}. {text}"),))
            file.write(json.dumps(to_json(record)) + "\n")
    page = visit()
    fill_library(page, name="stopped", files=[path])
    job = page.get_by_role("article", name="Adding to “stopped”")
    expect(job).to_contain_text("a second", timeout=60_000)
    seen(page, "job-at-work")
    page.close()  # which stops nothing
    page = visit()
    page.get_by_role("tab", name="Library").click()
    job = page.get_by_role("article", name="Adding to “stopped”")
    job.get_by_role("button", name="Stop").click()
    expect(job).to_contain_text("Stopped after", timeout=60_000)
    kept = int(re.search(r"now holds ([\d,]+) abstract", job.inner_text())[1].replace(",", ""))
    assert 0 < kept < 8000
    job.get_by_role("button", name="Ask this library").click()
    expect(page.get_by_label("Library", exact=True)).to_have_value("stopped")
    ask(page, "Does zeta-7 make moss grow faster?")
    expect(page.locator("#aa-present .aa-cite").first).to_be_visible()


def test_a_library_is_shown_in_pictures_that_can_be_saved(visit):
    page = visit()
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="What this library holds").click()
    expect(page.locator(".aa-picture figcaption")).to_have_text(
        ["Abstracts by year and design", "Journals", "Branches of the MeSH tree"]
    )
    page.get_by_text("The figures as a table").nth(1).click()
    expect(page.get_by_role("table", name="Journals").get_by_role("row").nth(1)).to_contain_text("Lancet")
    with page.expect_download() as saving:
        page.get_by_role("link", name="PNG").first.click()
    assert saving.value.suggested_filename == "years.png"
    assert Path(saving.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_studies_of_an_answer_are_a_table_whose_cells_show_their_words(visit):
    page = visit()
    ask(page, "Does metformin make animals live longer?")
    page.get_by_role("button", name="Table of the studies").click()
    table = page.get_by_role("region", name="Studies", exact=True)
    page.locator(".aa-table-tools .aa-save").first.wait_for()
    rows = table.locator("tbody tr:visible")
    count = rows.count()
    expect(page.locator(".aa-shown")).to_have_text(f"{count} abstracts")
    page.get_by_label("Only rows with").fill("female SHR mice 2008")
    expect(page.locator(".aa-shown")).to_have_text(f"1 of {count} abstracts")
    page.get_by_label("Only rows with").fill("")
    table.get_by_role("button", name="Year").click()
    years = [text for text in table.locator("tbody td[data-column=year]").all_inner_texts() if text]
    assert years == sorted(years)
    assert len(set(years)) > 1
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Subjects").check()
    expect(table.get_by_role("columnheader", name="Subjects")).to_be_visible()
    page.get_by_text("Columns", exact=True).click()
    answer = table.locator("td[data-column=answer] .aa-fact").first
    answer.click()
    lit = page.locator(".aa-table-cards .aa-whole mark.aa-lit")
    expect(lit.first).to_be_in_viewport()
    assert "".join(lit.all_inner_texts()) == answer.inner_text()
    page.keyboard.press("Escape")
    expect(answer).to_be_focused()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Excel").click()
    assert Path(saving.value.path()).read_bytes()[:2] == b"PK"
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator("#card-1-1")).to_be_visible()


def test_what_sources_found_is_drawn_and_leads_to_its_words(visit):
    page = visit()
    ask(page, "Does metformin reduce all-cause mortality?")
    page.get_by_text("of what the sources found").click()
    forest = page.locator("#aa-present .aa-picture", has_text="Ratios that the sources tell")
    link = forest.locator("a.aa-fact").first
    link.click()
    expect(page.locator("#aa-present-sources .aa-whole mark.aa-lit").first).to_be_in_viewport()
    told = forest.locator("a.aa-fact + text").first.text_content().split()[1]
    assert told in page.locator("#aa-present-sources .aa-whole mark.aa-lit").first.inner_text()


def test_abstracts_encircled_on_the_map_are_asked_alone(visit):
    page = visit()
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="A map of its abstracts").click()
    dots = page.locator(".aa-mapping circle[data-pmid]")
    expect(dots).to_have_count(58)
    chosen = dots.first
    pmid = chosen.get_attribute("data-pmid")
    chosen.dispatch_event("click")
    expect(page.locator("#aa-mapped .aa-card")).to_contain_text(f"PMID {pmid}")
    box = page.locator(".aa-mapping .aa-drawing").bounding_box()
    corners = [(0.5, 0.005), (0.999, 0.001), (0.999, 0.999), (0.001, 0.999), (0.001, 0.001)]
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    expect(page.locator(".aa-lassoed")).to_contain_text("58 abstracts encircled")
    page.get_by_role("button", name="Ask only group 1").click()
    expect(page.locator("#aa-chosen")).to_contain_text("that you chose")
    asked = int(re.search(r"only (\d+) abstract", page.locator("#aa-chosen").inner_text())[1])
    assert 0 < asked < 58
    page.get_by_role("button", name="Ask all again").click()
    expect(page.locator(".aa-chosen")).to_have_count(0)


def test_a_conversation_is_kept_opened_again_renamed_deleted_and_brought_back(visit):
    page = visit()
    question = "Does metformin lengthen the life of mice, as far as these abstracts say?"
    ask(page, question)
    expect(page.locator(".aa-kept-name", has_text="as far as")).to_have_count(1)
    page.reload()  # the conversation that the address names
    whole(page, question)
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("heading", name="Ask about these abstracts").wait_for()
    page.locator("#aa-aside .toggle-button").click()
    page.locator("#aa-aside").get_by_role("button", name=question, exact=True).click()
    whole(page, question)
    page.locator("#aa-present .aa-cite").first.click()
    assert len(quotes_lit(page)) == 1
    page.once("dialog", lambda dialog: dialog.accept("Mice & <b>metformin</b>"))
    page.get_by_role("button", name=f"Rename {question}").click()
    line = page.locator(".aa-kept li", has_text="Mice & <b>metformin</b>")
    expect(line).to_have_count(1)
    seen(page, "conversations")
    with page.expect_download() as saving:
        line.get_by_role("link", name="Markdown").click()
    assert saving.value.suggested_filename == "Mice-b-metformin-b.md"
    assert question in Path(saving.value.path()).read_text(encoding="utf-8")
    line.get_by_role("button", name="Delete").click()
    expect(line).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(line).to_have_count(1)
