"""The library on the page, in a real browser: looked into, chosen from, written to. Screenshots are kept."""

import json
from pathlib import Path

import pytest
from browsing import PHONE, Visits, faults_of_access, seen, served_page
from eutils_server import EutilsServer

from index import Abstract, Library, Section
from index.records import to_json

HOSTILE = '<img src=x onerror="window.ran=1"><script>window.ran=2</script>/../'


def record(number):
    return Abstract(
        str(90200000 + number),
        f"Moss in the shade, part {number}" if number else f"{HOSTILE} {'moss ' * 2000}",
        (Section("", "", f"Zeta-{number} made moss grow by {number}% in a cohort of 120 gardens."),),
        journal=HOSTILE if not number else f"J Moss {number % 3}",
        year=2000 + number % 20,
        types=("Journal Article", "Review") if number % 2 else ("Journal Article",),
        mesh=("Bryophyta", f"Shade/{'analysis' if number % 2 else 'adverse effects'}"),
    )


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("libraries")
    path = folder / "moss.jsonl"
    path.write_text("".join(json.dumps(to_json(record(number))) + "\n" for number in range(120)), encoding="utf-8")
    Library.build(folder / "moss", files=[path])
    few = folder / "few.jsonl"
    few.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[1:5]), encoding="utf-8")
    Library.build(folder / "fern", files=[few])
    with Library.open(folder / "bare", create=True):
        pass
    return folder


@pytest.fixture(scope="module")
def url(libraries):
    with EutilsServer() as pubmed, served_page(libraries, ASKABSTRACTS_EUTILS_URL=pubmed.url) as address:
        yield address


@pytest.fixture
def visit(browser, url):
    visits = Visits(browser, url)
    yield visits
    visits.close()


@pytest.fixture
def expect():
    from playwright.sync_api import expect as expected

    expected.set_options(timeout=30_000)
    return expected


def choose_library(page, name):
    """Choose a library, from a list that is opened again where it came before what the page begins with."""
    option = page.get_by_role("option", name=name, exact=True)
    for _ in range(20):
        page.get_by_label("Library", exact=True).click()
        page.wait_for_timeout(300)
        if option.is_visible():
            break
        page.keyboard.press("Escape")
    option.click()


def look_into(page, name="moss"):
    choose_library(page, name)
    page.get_by_role("tab", name="Abstracts").click()
    page.locator(f'.aa-look[aria-label="Abstracts of {name}"] tbody tr').first.wait_for()


def test_what_is_asked_at_once_is_asked_of_the_library_just_chosen(visit, expect):
    page = visit()
    choose_library(page, "fern")
    page.get_by_label("Your question").fill("What did Zeta-2 do to moss?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#aa-present .aa-sentences")).to_contain_text("Zeta-2 made moss grow by 2%")
    expect(page.locator("#aa-line")).to_contain_text("4 abstracts · 20")  # the whole library has arrived
    expect(page.locator("#aa-present .aa-sentences")).to_contain_text("Zeta-2 made moss grow by 2%")


def test_an_empty_library_leads_by_the_hand_and_the_first_screen_leads_into_a_full_one(visit, expect):
    page = visit()
    choose_library(page, "bare")
    expect(page.get_by_role("heading", name="“bare” holds no abstracts yet")).to_be_visible()
    expect(page.get_by_role("button", name="Paste PMIDs")).to_be_visible()
    expect(page.locator("#aa-holdings")).not_to_contain_text("look through them")
    expect(page.get_by_role("heading", name="“bare” holds no abstracts yet")).to_be_visible()
    seen(page, "first-screen-empty")
    for way, field in (("Paste PMIDs", "#aa-pmids"), ("Search PubMed", "#aa-search")):
        page.get_by_role("tab", name="Ask").click()
        page.get_by_role("button", name=way).click()
        expect(page.locator(field).get_by_role("textbox")).to_be_focused()
    page.get_by_label("PubMed search").fill("metformin[Title]")
    page.get_by_label("PubMed search").press("Enter")
    expect(page.locator(".aa-preview")).to_contain_text("5 abstracts at PubMed")
    expect(page.get_by_label("The library chosen above")).to_be_checked()
    page.get_by_role("button", name="Build", exact=True).click()
    expect(page.get_by_role("article", name="Adding to “bare”")).to_contain_text("5 added")
    page.get_by_role("tab", name="Ask").click()
    expect(page.get_by_role("heading", name="Ask about these abstracts")).to_be_visible()
    holds = page.locator("#aa-holdings")
    expect(holds).to_contain_text("5 abstracts · 2021–2026")
    expect(holds).to_contain_text("Invent Diabetes 4")
    question = page.locator("#aa-overview .aa-example").first
    asked = question.inner_text()
    expect(page.locator("#aa-overview [role=status]")).to_have_count(0)  # no more questions are looked for
    seen(page, "first-screen")
    assert faults_of_access(page, "#aa-ask") == []
    question.click()
    expect(page.locator("#aa-present .aa-question")).to_contain_text(asked)
    expect(page.locator("#aa-present .aa-cite").first).to_be_visible()
    expect(holds).to_be_hidden()
    page.get_by_role("button", name="New conversation").click()
    expect(holds.get_by_role("button", name=asked)).to_be_visible()
    holds.get_by_role("button", name="look through them").click()
    expect(page.get_by_role("tab", name="Abstracts")).to_have_attribute("aria-selected", "true")


def titles(page):
    return page.locator(".aa-look td[data-column=title] button").all_inner_texts()


def test_the_list_is_searched_sorted_narrowed_and_paged(visit, expect):
    page = visit()
    look_into(page)
    status = page.locator(".aa-look-line [role=status]")
    expect(status).to_have_text("120 abstracts")
    assert len(titles(page)) == 50
    page.get_by_role("button", name="Last", exact=True).click()
    expect(page.locator(".aa-look tbody tr")).to_have_count(20)
    page.get_by_role("button", name="Title", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Title")
    shown = titles(page)
    assert shown[1:] == sorted(shown[1:], key=str.lower)
    page.get_by_role("button", name="Filters").click()
    page.locator(".aa-narrow [data-key=type-review]", has_text="60").click()  # a design can be called so too
    expect(status).to_have_text("60 abstracts")
    page.locator(".aa-narrow").get_by_role("button", name="J Moss 1 20").click()
    expect(status).to_have_text("20 abstracts")
    expect(page.locator(".aa-chip")).to_have_text(["Review ×", "J Moss 1 ×"])
    seen(page, "abstracts-narrowed")
    assert faults_of_access(page, "#aa-look") == []
    page.get_by_role("button", name="Show all").click()
    search = page.get_by_label("Search these abstracts")
    search.fill("moss[tix]")
    search.press("Enter")
    expect(page.locator("#aa-look").get_by_role("alert")).to_contain_text("did you mean [ti]?")
    search.fill('"part 7"[ti] OR "part 8"[ti]')
    search.press("Enter")
    expect(status).to_have_text("2 abstracts")
    expect(search).to_be_focused()
    search.fill("what zeta-42 does to plants")
    page.get_by_label("by meaning").check()
    expect(status).to_contain_text("nearest")
    assert "part 42" in " ".join(titles(page)[:3])
    assert page.evaluate("window.ran") is None


def test_an_abstract_opens_whole_with_its_likes_and_the_conversations_that_cite_it(visit, expect):
    page = visit()
    look_into(page)
    page.get_by_role("tab", name="Ask").click()
    question = "By how much did zeta-5 make moss grow?"
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    page.locator("#aa-present .aa-how").wait_for()
    pmid = page.locator("#aa-present-sources .aa-card").first.get_by_role("link", name="PMID").inner_text().split()[1]
    number = int(pmid) - 90200000
    page.get_by_role("tab", name="Abstracts").click()
    page.get_by_label("Search these abstracts").fill(f'"part {number}"[ti]')
    page.get_by_label("Search these abstracts").press("Enter")
    page.get_by_role("button", name=f"Moss in the shade, part {number}", exact=True).click()
    opened = page.locator(".aa-detail")
    expect(opened).to_contain_text(f"Zeta-{number} made moss grow by {number}%")
    expect(opened.locator("dl")).to_contain_text("Bryophyta, Shade/")
    expect(opened.get_by_role("heading", name="Similar in this library")).to_be_visible()
    seen(page, "abstract-opened")
    assert faults_of_access(page, "#aa-look") == []
    opened.get_by_role("button", name=question).click()
    expect(page.get_by_role("tab", name="Ask")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#aa-present .aa-question")).to_contain_text(question)


def test_abstracts_are_chosen_asked_saved_removed_and_brought_back(visit, expect):
    page = visit()
    look_into(page)
    boxes = page.locator(".aa-look tbody input[type=checkbox]")
    for number in range(3):
        boxes.nth(number).check()
    foot = page.locator(".aa-picked")
    expect(foot.get_by_role("status")).to_have_text("3 chosen")
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.locator(".aa-look")).to_have_attribute("data-page", "2")
    boxes.first.check()
    expect(foot.get_by_role("status")).to_have_text("4 chosen")
    seen(page, "abstracts-chosen")
    foot.get_by_label("Save the chosen abstracts as").select_option("RIS")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save the file").click()
    assert saving.value.suggested_filename == "moss.ris"
    assert Path(saving.value.path()).read_text(encoding="utf-8").count("TY  - ") == 4
    page.once("dialog", lambda dialog: dialog.accept("lichen"))
    foot.get_by_label("Add the chosen abstracts to a library").select_option("a new library")
    expect(page.locator(".aa-look-note")).to_contain_text("“lichen”: 4 added")
    page.once("dialog", lambda dialog: dialog.accept())
    foot.get_by_role("button", name="Remove").click()
    expect(page.locator(".aa-look-note")).to_contain_text("4 abstracts were removed.")
    expect(page.locator("#aa-line")).to_contain_text("116 abstracts")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#aa-line")).to_contain_text("120 abstracts")
    boxes.nth(1).check()
    foot.get_by_role("button", name="Ask only these").click()
    expect(page.locator("#aa-chosen")).to_contain_text("Asking only 1 abstract that you chose.")


def test_two_tabs_do_not_disturb_one_another(visit, expect):
    one, other = visit(), visit()
    look_into(one, "fern")
    look_into(other, "fern")
    for page in (one, other):
        page.locator(".aa-look tbody input[type=checkbox]").first.check()
        page.locator(".aa-picked").wait_for()
    one.once("dialog", lambda dialog: dialog.accept())
    one.get_by_role("button", name="Remove").click()
    expect(one.locator(".aa-look-note")).to_contain_text("1 abstract was removed.")
    other.once("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="Remove").click()
    expect(other.locator("#aa-bar").get_by_role("alert")).to_contain_text(
        "none of the chosen abstracts", ignore_case=True
    )
    expect(one.locator(".aa-look-line [role=status]")).to_have_text("3 abstracts")


def test_a_library_that_vanishes_meanwhile_is_told_of(visit, expect, libraries):
    page = visit()
    look_into(page, "fern")
    (libraries / "fern").rename(libraries / "gone")
    (libraries / "gone" / "library.db").rename(libraries / "gone" / "kept")
    page.get_by_role("button", name="Title", exact=True).click()
    expect(page.locator("#aa-bar").get_by_role("alert")).to_contain_text("“fern” is no longer here")


def test_a_phone_by_night_shows_the_list_in_one_column(visit, expect):
    page = visit(**PHONE)
    look_into(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    expect(page.locator(".aa-row-line").first).to_be_visible()
    seen(page, "abstracts-phone")
    assert faults_of_access(page, "#aa-look") == []
    page.locator(".aa-look td button").nth(1).tap()
    page.locator(".aa-detail").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    seen(page, "abstract-phone")


def keep(page, name):
    choose_library(page, name)
    page.get_by_role("tab", name="Library").click()
    page.locator(f'.aa-keep[data-name="{name}"]').wait_for()


def test_a_library_is_checked_copied_handed_on_and_deleted(visit, expect, tmp_path):
    page = visit()
    keep(page, "moss")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".aa-job").first).to_contain_text("nothing wrong")
    page.once("dialog", lambda dialog: dialog.accept("sedge"))
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator(".aa-job", has_text="Copying")).to_contain_text("120 added")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save the file").click()
    saving.value.save_as(tmp_path / "moss.zip")
    page.get_by_role("button", name="Take in an exported library").click()
    page.get_by_label("Name of the library", exact=True).fill("rush")
    page.locator("#aa-import-file input[type=file]").set_input_files(tmp_path / "moss.zip")
    expect(page.locator(".aa-job", has_text="Taking in")).to_contain_text("120 added")
    page = visit()  # the accounts are the server's
    page.get_by_role("tab", name="Library").click()
    expect(page.locator(".aa-job", has_text="Taking in")).to_contain_text("120 added")
    seen(page, "keeping")
    assert faults_of_access(page, "#aa-keeping") == []
    keep(page, "sedge")
    answers = iter([(), ("sedge",)])
    page.on("dialog", lambda dialog: dialog.accept(*next(answers)))
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".aa-keep")).to_have_attribute("data-name", "sample")
    page.get_by_label("Library", exact=True).click()
    expect(page.get_by_role("option", name="rush")).to_be_visible()
    expect(page.get_by_role("option", name="sedge")).to_have_count(0)
