"""Conversations, accounts, tools of an answer, models and habits in a real browser, gone through as a person would.

What the page looked like is kept: in the folder that the variable ARTEFACTS names, or in `.artefacts/`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from browsing import SCREENSHOTS, Visits, seen
from chat_server import Raw, Said, chat_server
from llama_server import llama_server, why_not
from served_app import APP, serving

from ui.chat_models import OfferedModels

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe
expect = playwright.expect
expect.set_options(timeout=30_000)  # a language model's libraries take seconds to import

QUESTION = "Does metformin make animals live longer?"
KEY = "not-to-be-seen-4711"
SAID = Said('Metformin made female SHR mice live longer [2: "Metformin lengthens life in female SHR mice"]. ')
PASSWORDS = {"ada": "tower bridge 9", "bob": "london eye 12"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def app(samples, shelf):
    """The application with two accounts, of which the first runs the server."""
    for name, password in PASSWORDS.items():
        subprocess.run(
            [sys.executable, str(APP), "--auth-file", str(shelf / "accounts"), "--add-account", name],
            input=f"{password}\n", text=True, check=True, capture_output=True,
        )  # fmt: skip
    flags = ("--library", samples.path, "--libraries", shelf, "--auth-file", shelf / "accounts")
    with serving(*flags, OPENAI_API_KEY=KEY) as served:
        yield served
    assert "Traceback" not in served.process.said
    assert KEY not in served.process.said


@pytest.fixture
def visit(browser, app):
    """Open the page as somebody who has logged in."""
    visits = Visits(browser, f"http://127.0.0.1:{app.port}")

    def open_page(name="ada", address="/", **options):
        def log_in(request):
            assert request.post("/login", form={"username": name, "password": PASSWORDS[name]}).ok

        return visits(address, log_in, **{"viewport": {"width": 1280, "height": 900}} | options)

    yield open_page
    visits.close()


def ask(page, question):
    number = page.locator(".aa-turn").count() + 1
    box = page.locator("#aa-question textarea")
    box.fill(question)
    box.press("Enter")
    page.locator(f"#aa-present #turn-{number} .aa-tools").wait_for()


def copied(page, kind):
    """Return what a kind of copying puts on the clipboard, by type."""
    page.evaluate(
        """() => window.addEventListener('copy', (event) => { window.copied =
            Object.fromEntries(['text/plain', 'text/html'].map((type) => [type, event.clipboardData.getData(type)]));
        }, { once: true })"""
    )
    page.locator("#aa-present .aa-copy summary").click()
    page.locator("#aa-present .aa-copy").get_by_role("button", name=kind).click()
    return page.evaluate("window.copied")


def test_a_link_leads_to_a_conversation_and_to_a_sentence_of_it_for_its_account_only(visit, app):
    page = visit()
    ask(page, QUESTION)
    page.locator("#aa-present .aa-sentence").nth(1).locator(".aa-cite").first.click()
    expect(page).to_have_url(re.compile(r"\?conversation=[\w-]+&turn=1#turn-1-s2$"))
    theirs = visit(address=page.url)
    expect(theirs.locator("#aa-present .aa-linked")).to_have_count(1)
    quote = theirs.locator("#aa-present-sources .aa-whole mark.aa-lit").first
    expect(quote).to_be_in_viewport()
    seen(theirs, "link-to-a-sentence")
    sentence = theirs.locator("#aa-present .aa-sentence").nth(1)
    assert quote.inner_text()[:20] in sentence.inner_text()


def test_a_citation_clicked_before_the_conversation_is_kept_is_in_the_address_too(visit, app):
    page = visit()
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
            const cite = document.querySelector('#aa-present .aa-cite');
            if (!cite) return;
            observer.disconnect();
            window.idAtClick = document.getElementById('aa-present-conversation')?.dataset.id ?? '';
            cite.click();
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    ask(page, QUESTION)
    expect(page).to_have_url(re.compile(r"\?conversation=[\w-]+&turn=1#turn-1-s1$"))
    assert page.evaluate("window.idAtClick") == ""


def kept(page):
    """Return the id of the conversation on the page."""
    page.locator("#aa-present-conversation[data-id]:not([data-id=''])").wait_for(state="attached")
    return page.locator("#aa-present-conversation").get_attribute("data-id")


def test_another_accounts_conversation_is_a_404_on_every_route(visit, app):
    page = visit()
    ask(page, QUESTION)
    id_ = kept(page)
    ada, bob = (app.logged_in(name, password) for name, password in PASSWORDS.items())
    unknown = "x" * len(id_)
    files = [f"/conversations/{{}}.{ending}" for ending in ("md", "html", "json")]
    for address in ("/?conversation={}", "/?turn=1&conversation={}", *files):
        replies = [one.request("GET", address.format(id_)) for one in (ada, bob)]
        assert [reply.status for reply in replies] == [200, 404], address
        assert replies[1].body == ada.request("GET", address.format(unknown)).body
    assert app.request("GET", files[0].format(id_)).status == 401  # a stranger
    assert json.loads(ada.request("GET", files[2].format(id_)).body)["turns"][0]["question"] == QUESTION
    for event in ("open", "rename", "remove", "restore"):
        payload = {"data": [None, None], "fn_index": ada.event("aa-conversations", event), "session_hash": "abc"}
        payload["event_data"] = {"conversation": id_, "name": "mine"}
        assert bob.post("/gradio_api/queue/join", payload).status == 404, event
        payload["event_data"]["conversation"] = unknown
        assert bob.post("/gradio_api/queue/join", payload).status == 404, event
    assert visit("bob").locator(".aa-kept-name").count() == 0


def test_a_question_is_asked_again_with_other_filters_beside_the_old_answer(visit):
    page = visit()
    ask(page, QUESTION)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From year").fill("2010")
    page.locator("#aa-present").get_by_role("button", name="Ask again").click()
    page.locator("#aa-present #turn-2 .aa-tools").wait_for()
    expect(page.locator("#aa-present .aa-again")).to_contain_text("other filters (years)")
    before, now = page.locator("#aa-present .aa-pair .aa-answer").all()
    assert before.bounding_box()["y"] == now.bounding_box()["y"]
    assert "[2]" in before.inner_text()
    assert now.locator(".aa-tools").count() == 1
    assert before.locator(".aa-tools").count() == 0
    before.locator(".aa-cite").first.click()
    expect(page.locator("#card-1-1 .aa-whole mark.aa-lit").first).to_be_in_viewport()
    seen(page, "asked-again")


def test_an_answer_is_copied_rated_and_printed(visit):
    page = visit()
    ask(page, QUESTION)
    first = page.locator("#aa-present .aa-sentence").first.evaluate("one => one.firstChild.textContent")
    plain = copied(page, "Plain text")["text/plain"]
    assert plain.startswith(f"{QUESTION}\n\n")
    assert f"{first} [1] " in plain
    assert re.search(r"\n\[1\] Martin-Montalvo A et al\. .*\. PMID 23900241\.\n", plain)
    assert '<a href="https://pubmed.ncbi.nlm.nih.gov/23900241/">' in copied(page, "Formatted")["text/html"]
    assert copied(page, "Markdown")["text/plain"].startswith(f"## {QUESTION}\n")
    assert "#turn-1" in copied(page, "Link")["text/plain"]
    expect(page.locator(".aa-toast")).to_have_text("Copied")
    page.get_by_role("button", name="Good answer").click()
    page.get_by_label("Remark").fill("in mice only")
    with page.expect_response("**/queue/join*"):  # the page says that it is kept before the server has it
        page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept on this machine only. ✓").wait_for()
    seen(page, "rated")
    page.reload()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Remark")).to_have_value("in mice only")
    page.emulate_media(media="print")
    expect(page.locator("#aa-composer, #aa-header, .aa-tools").locator("visible=true")).to_have_count(0)
    expect(page.locator("#card-1-2")).to_be_visible()
    page.pdf(path=SCREENSHOTS / "printed.pdf")
    page.emulate_media(media="screen")


def offer(page, name, url):
    """Offer a model on the page, as who runs the server."""
    page.get_by_role("tab", name="Models").click()
    page.get_by_label("Model", exact=True).fill(name)
    page.get_by_label("Address").fill(url)
    page.get_by_role("button", name="Offer it on the page").click()
    page.locator(".aa-offered", has_text=name).wait_for()


def choose(page, name):
    """Choose by which model the conversation goes on."""
    page.get_by_role("tab", name="Ask", exact=True).click()
    page.get_by_label("Answered by").click()
    page.get_by_role("option", name=name).click()


def test_a_model_is_tried_offered_and_compared_with_none(visit, app, shelf):
    page = visit()
    with chat_server(SAID) as server:
        page.get_by_role("tab", name="Models").click()
        page.get_by_label("Model", exact=True).fill("tiny")
        page.get_by_label("Address").fill(server.url)
        page.get_by_role("button", name="Try it").click()
        expect(page.locator(".aa-told-trial")).to_contain_text("1 of 1 sentences name their source")
        offer(page, "tiny", server.url)
        seen(page, "models")
        choose(page, "tiny")
        ask(page, QUESTION)
        expect(page.locator("#aa-present .aa-how")).to_contain_text("written by tiny")
        choose(page, "No language model")
        page.locator("#aa-present").get_by_role("button", name="Ask again").click()
        page.locator("#aa-present #turn-2 .aa-tools").wait_for()
        expect(page.locator("#aa-present .aa-again")).to_contain_text("written by no language model, not by tiny")
        seen(page, "two-models")
    with chat_server(Raw(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}})) as server:
        offer(page, "closed", server.url)
        choose(page, "closed")
        ask(page, "What does metformin do to mice?")
        refused = "refused the API key (HTTP 401); check OPENAI_API_KEY"
        expect(page.locator("#aa-present .aa-answer")).to_contain_text(refused)
    assert KEY not in page.content()
    assert KEY not in (shelf / "models.json").read_text()
    assert KEY not in app.logged_in("ada", PASSWORDS["ada"]).request("GET", "/config").body.decode()


def test_only_who_runs_the_server_chooses_its_models(visit, app, shelf):
    page = visit("bob")
    expect(page.get_by_role("tab", name="About")).to_be_visible()
    expect(page.get_by_role("tab", name="Models")).to_be_hidden()
    bob = app.logged_in("bob", PASSWORDS["bob"])
    config = json.loads(bob.request("GET", "/config").body)
    button = next(one["id"] for one in config["components"] if one["props"].get("value") == "Offer it on the page")
    event = next(one["id"] for one in config["dependencies"] if [button, "click"] in one["targets"])
    told = page.evaluate(
        """async (event) => {
            const headers = { 'Content-Type': 'application/json' };
            const data = ['An OpenAI-compatible server', 'mine', 'http://127.0.0.1:9'];
            const body = JSON.stringify({ data, fn_index: event, session_hash: 'bobs' });
            await fetch('/gradio_api/queue/join', { method: 'POST', headers, body });
            return (await fetch('/gradio_api/queue/data?session_hash=bobs')).text();
        }""",
        event,
    )
    assert "Only who runs the server chooses its language models." in told
    assert "mine" not in [one.name for one in OfferedModels(shelf / "models.json").all()]


@pytest.mark.slow
def test_a_real_model_answers_on_the_page(visit):
    if reason := why_not():
        pytest.skip(reason)
    page = visit()
    with llama_server() as url:
        offer(page, "smollm2", url)
        choose(page, "smollm2")
        box = page.locator("#aa-question textarea")
        box.fill(QUESTION)
        box.press("Enter")
        # The smallest of models may write nothing that stands: the answer is in the abstracts' words then, and says so.
        page.locator("#aa-present .aa-how").wait_for(timeout=240_000)
        told = page.locator("#aa-present .aa-how", has_text="smollm2")
        why = page.locator("#aa-present .aa-reason", has_text="language model")
        expect(told.or_(why).first).to_be_visible()
        seen(page, "real-model")


WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def faults(page):
    """Return what axe finds against WCAG 2.2 AA on what is shown."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [(fault["id"], node["html"][:200]) for fault in found for node in fault["nodes"]]


def test_keys_languages_and_what_a_screen_reader_meets(visit):
    page = visit(color_scheme="dark", locale="de-DE")
    expect(page.get_by_role("heading", name="Fragen Sie zu diesen Abstracts")).to_be_visible()
    page.locator("body").evaluate("body => { document.activeElement.blur(); }")
    page.keyboard.press("/")
    expect(page.get_by_label("Ihre Frage")).to_be_focused()
    page.keyboard.type("a/j?")  # what is typed is no key
    expect(page.get_by_label("Ihre Frage")).to_have_value("a/j?")
    ask(page, QUESTION)
    expect(page.locator("#aa-present .aa-checked")).to_have_text(re.compile(r"^(\d) von \1 Sätzen am Zitat geprüft"))
    expect(page.locator("#aa-present .aa-how")).to_contain_text("ohne Sprachmodell beantwortet")
    expect(page.locator("#aa-present .aa-sentence").first).to_contain_text("lived longer")
    page.locator("#aa-present .aa-cite").first.focus()
    for number, key in ((1, "j"), (2, "j"), (1, "k")):
        page.keyboard.press(key)
        expect(page.locator(f"#card-1-{number}")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Hilfe und Tasten")).to_be_visible()
    seen(page, "help-german-night")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Modelle").click()
    expect(page.get_by_label("Anbieter", exact=True)).to_have_value("Ein OpenAI-kompatibler Server")
    page.get_by_label("Anbieter", exact=True).click()
    page.get_by_role("option", name="Ollama").click()
    expect(page.get_by_label("Anbieter", exact=True)).to_have_value("Ollama")
    page.get_by_role("tab", name="Fragen").click()
    page.get_by_label("Sprache").select_option("zh")
    expect(page.get_by_role("button", name="再问一次")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    seen(page, "chinese-night")
    page.get_by_label("语言").select_option("en")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    page.get_by_label("Order").select_option("year")
    years = [int(one.get_attribute("data-year")) for one in page.locator("#aa-present-sources .aa-card").all()]
    assert years == sorted(years, reverse=True)
    assert faults(page) == []


def test_a_phone_has_it_all_in_one_column(visit):
    page = visit(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True)
    ask(page, QUESTION)
    page.locator("#aa-present").get_by_role("button", name="Ask again").tap()
    page.locator("#aa-present #turn-2 .aa-tools").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    seen(page, "phone")
    assert faults(page) == []
