"""Hostile text in a real browser: none of it runs, none of it fetches, and the page is never stuck by it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from eutils_server import EutilsServer
from served_app import serving

from index import Abstract, Library, Section
from index.records import to_json

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect

WATCH = """
window.seen = [];
Object.defineProperty(window, 'ran', { set: (value) => window.seen.push(`ran ${value}`) });
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
  window[name] = (value) => { window.seen.push(`${name} ${value}`); };
document.addEventListener('securitypolicyviolation', (event) =>
  window.seen.push(`policy ${event.effectiveDirective} ${event.blockedURI}`));
"""
"""What would have seen it: payloads set `ran` or call one of these; what fetches elsewhere breaks the page's policy."""

FOREIGN = "img, script, iframe, svg:not(.aa-picture svg), style"
"""Elements that no answer has of its own, but for the drawings of its figures."""

PAYLOADS = (
    "<script>window.ran=1</script>",
    '<img src=x onerror="window.ran=2">',
    '<svg onload="window.ran=3"><script>alert(3)</script></svg>',
    '<a href="javascript:window.ran=4" autofocus onfocus="alert(4)">four</a>',
    "[five](javascript:window.ran=5) ![five](https://evil.example/5.png)",
    '<iframe srcdoc="<script>parent.ran=6</script>"></iframe>',
    "</textarea></title></style></script><script>window.ran=7</script>",
    "<style>*{background:url(https://evil.example/8)}</style>",
    '" onmouseover="window.ran=9" x="',
    "' onfocus='window.ran=10' autofocus tabindex=1 x='",
    "${window.ran=11}{{window.ran=11}}<%= window.ran=11 %>#{window.ran=11}",
    '<details open ontoggle="window.ran=12">twelve</details>',
    "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=13></style></table></mtext></math>",
    '<meta http-equiv=refresh content="0;url=https://evil.example/14"><base href="https://evil.example/">',
    "&lt;script&gt;window.ran=15&lt;/script&gt; \\u003cscript\\u003ewindow.ran=15\\u003c/script\\u003e",
    "<link rel=stylesheet href=https://evil.example/16.css><object data=https://evil.example/16></object>",
    "$x^2$ \\(\\href{javascript:window.ran=17}{x}\\) **b** `c` | d |",
    "<button type=button class=aa-example data-question='x' onclick=window.ran=18>18</button>",
)
HOSTILE = " ".join(PAYLOADS)
NAME = "moss<img src=x onerror=window.ran=20>"
RECORD = Abstract(
    "90000099",
    f"Moss and zeta-7 {HOSTILE}",
    (
        Section(HOSTILE, "RESULTS", f"Zeta-7 makes moss grow faster. {HOSTILE}."),
        Section(HOSTILE, "CONCLUSIONS", f"Zeta-7 {HOSTILE} makes moss grow faster than ferns."),
    ),
    journal=HOSTILE,
    year=2020,
    authors=(HOSTILE, HOSTILE),
    types=(HOSTILE, "Retracted Publication"),
    mesh=(HOSTILE,),
    doi=HOSTILE,
    note=HOSTILE,
)


@pytest.fixture(scope="module")
def app(samples, tmp_path_factory):
    """The application with the sample library, and one whose very folder and every text are hostile."""
    shelf = tmp_path_factory.mktemp("shelf")
    (shelf / "moss.jsonl").write_text(json.dumps(to_json(RECORD)) + "\n", encoding="utf-8")
    with Library.open(shelf / NAME, create=True) as library:
        library.add(files=[shelf / "moss.jsonl"])
    with EutilsServer() as pubmed:
        flags = ("--library", samples.path, "--libraries", shelf)
        with serving(*flags, ASKABSTRACTS_EUTILS_URL=pubmed.url) as served:
            yield served
    assert served.process.said == ""


@pytest.fixture
def page(browser, app):
    """The page with its watch; afterwards nothing may have run, been fetched elsewhere, or popped up."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_init_script(WATCH)
    asked, dialogs = set(), []
    context.on("request", lambda request: asked.add(urlsplit(request.url).netloc or request.url[:5]))
    opened = context.new_page()
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.goto(f"http://127.0.0.1:{app.port}/")
    opened.get_by_role("heading", name="Ask about these abstracts").wait_for()
    yield opened
    provoke(opened)
    seen, pages = opened.evaluate("window.seen"), len(context.pages)
    context.close()
    assert (seen, dialogs, pages) == ([], [], 1)
    assert asked - {f"127.0.0.1:{app.port}", "data:", "blob:"} == set()


def provoke(page):
    """Do to every element what a hand might: point at it, focus it, open it."""
    page.evaluate(
        """() => {
          for (const element of document.querySelectorAll('*')) {
            for (const kind of ['mouseover', 'mouseenter', 'focus', 'toggle', 'error', 'load'])
              element.dispatchEvent(new Event(kind));
            if (element.tagName === 'DETAILS') element.open = true;
          }
        }"""
    )
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # what is put off comes after this
    assert page.locator(".aa-answer, .aa-sources, .aa-jobs").locator(FOREIGN).count() == 0
    assert page.locator("a[href^='javascript' i], meta[http-equiv=refresh], base[href*=evil]").count() == 0


def ask(page, question):
    """Ask and wait for an answer or a sentence; no toast may say that something broke."""
    turns = page.locator(".aa-turn")  # a tab keeps the last ones only
    number = int(turns.last.get_attribute("data-turn")) + 1 if turns.count() else 1
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(f"#aa-present #turn-{number}")
    turn.locator(".aa-how, .aa-notice").first.wait_for()
    expect(box).to_have_value("")
    assert page.locator(".toast-body").count() == 0
    return turn


def test_the_watch_would_have_seen_it(browser, app):
    """The positive control: the same payloads put into the page as HTML run, and the watch tells."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{app.port}/")
    page.get_by_role("heading", name="Ask about these abstracts").wait_for()
    page.evaluate(
        """(html) => {
          const range = document.createRange();
          range.selectNode(document.body);
          document.querySelector('.aa-welcome').append(range.createContextualFragment(html));
        }""",
        " ".join((PAYLOADS[0], PAYLOADS[1], PAYLOADS[11], "<img src=https://evil.example/x.png>")),
    )
    page.wait_for_function(
        "['ran 1', 'ran 2', 'ran 12'].every((each) => window.seen.includes(each))"
        "&& window.seen.some((each) => each.startsWith('policy img-src https://evil.example'))"
    )
    context.close()


def test_a_library_that_is_hostile_throughout_is_only_read(page):
    page.get_by_label("Library", exact=True).click()
    page.get_by_role("option", name=NAME).click()
    expect(page.locator("#aa-line")).to_contain_text("1 abstract")
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Publication type").click()
    expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text("window.ran=1")
    page.get_by_role("listbox").get_by_role("option").first.click()
    page.keyboard.press("Escape")
    page.get_by_label("Retracted abstracts too").check()
    turn = ask(page, "Does zeta-7 make moss grow faster?")
    expect(turn.locator(".aa-sentence").first).to_contain_text("Zeta-7")
    turn.locator(".aa-cite").first.click()
    card = page.locator("#card-1-1")
    stored = HOSTILE.replace(PAYLOADS[3], "four")  # a link's markup is none of a title's text
    expect(card.locator("h3")).to_have_text(" ".join(f"Moss and zeta-7 {stored}".split()))
    expect(card.locator(".aa-whole")).to_have_attribute("open", "")
    expect(card.locator(".aa-note").first).to_contain_text("window.ran=1")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as Markdown").click()
    assert "window.ran" in Path(saving.value.path()).read_text(encoding="utf-8")
    ask(page, "And does it make ferns grow?")


@pytest.mark.parametrize("payload", [HOSTILE, PAYLOADS[6]], ids=["all", "closing tags"])
def test_a_question_is_shown_as_it_was_typed(page, payload):
    turn = ask(page, payload)
    expect(turn.locator(".aa-question")).to_have_text(" ".join(f"You asked: {payload}".split()))
    ask(page, f"Does metformin {payload} make animals live longer?")
    ask(page, "And mice?")
    assert "window.ran" in page.locator("#aa-earlier").inner_text()


# what is typed -> whether an answer or a sentence, or either, comes of it
TYPED = {
    "a bracket that is never closed": 'AND ( "',
    "a star": "*",
    "everything that query languages know": r'title:(a OR b) AND NOT "c" ~3 ^2 [1 TO 2] {x} \ / + - && || ! ? : *',
    "SQL": "'; DROP TABLE abstracts; -- metformin",
    "SQL in a filter": '" OR 1=1 UNION SELECT * FROM abstracts --',
    "100 kB of one letter": "x" * 100_000,
    "100 kB of words": "metformin and mice " * 5300,
    "100 kB of brackets": "(" * 100_000,
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}What does metformin do?\N{RIGHT-TO-LEFT MARK}",
    "Hebrew": "מה עושה metformin לעכברים?",
    "emoji": "🧬🧪👩‍🔬",
    "emoji among words": "Does metformin 💊 make mice 🐁 live longer?",
    "no letter": "?!…",
    "a NUL": "Does metformin\0 make mice live longer?",
    "a thousand accents": "o" + "\N{COMBINING ACUTE ACCENT}" * 1000 + " metformin",
    "format strings": "%s %n {0} {question} {__class__} metformin",
    "a path": "../../../../etc/passwd",
}


def test_whatever_is_typed_gets_an_answer_or_a_sentence(page):
    for what, typed in TYPED.items():
        turn = ask(page, typed)
        said = turn.locator(".aa-answer").inner_text()
        assert said.strip(), what
        assert "broke off" not in said, what
    expect(ask(page, "Does metformin make animals live longer?").locator(".aa-cite").first).to_be_visible()


def fill(page, *, name="", pmids="", search="", files=()):
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("PMIDs").fill(pmids)
    page.get_by_label("PubMed search").fill(search)
    page.get_by_label("Name of the new library").fill(name)
    if files:
        page.locator("#aa-files input[type=file]").set_input_files(files)


JOBS: set[str | None] = set()
"""Jobs of the server that pages have shown: a page just opened may show the earlier ones only after it is asked."""


def outcome(page):
    """Press Build and return what stands there in the end: the account of the job, or a sentence."""
    page.evaluate("document.querySelectorAll('#aa-outcome .aa-notice').forEach((one) => { one.id = 'old'; })")
    known = "".join(f':not([data-id="{id_}"])' for id_ in JOBS)
    page.get_by_role("button", name="Build", exact=True).click()
    told = page.locator(f'#aa-outcome .aa-notice:not(#old), .aa-job{known}:not([data-state="running"])').first
    told.wait_for(timeout=60_000)
    JOBS.update(job.get_attribute("data-id") for job in page.locator(".aa-job").all())
    assert page.locator(".toast-body").count() == 0
    return told.inner_text()


def test_pmids_searches_and_names_of_libraries_are_only_text(page):
    fill(page, name="typed", pmids=HOSTILE + " 90000001 *")
    said = outcome(page)
    assert "0 added" in said
    assert "<script>window.ran=1</script>" in said
    fill(page, name=NAME, pmids="90000001")
    assert "A library's name is made of up to 64 letters" in outcome(page)
    fill(page, name="sought", search=HOSTILE)
    assert "A library's name" not in outcome(page)
    fill(page, name="../../up", search="*")
    assert "A library's name is made of up to 64 letters" in outcome(page)


def test_files_with_hostile_names_and_contents_are_only_text(page, tmp_path):
    good = tmp_path / "a<img src=x onerror=window.ran=21>\N{RIGHT-TO-LEFT OVERRIDE}lmx.jsonl"
    good.write_text(json.dumps(to_json(RECORD)) + "\n<script>window.ran=22</script>\n", encoding="utf-8")
    fill(page, name="files", files=[good])
    expect(page.locator("#aa-files")).to_contain_text("window.ran=21")
    assert "1 added" in outcome(page)
    page.get_by_role("button", name="Ask this library").first.click()
    ask(page, "Does zeta-7 make moss grow faster?")


REFUSED = {
    "page<b>.html": (b"<!doctype html><title><script>window.ran=23</script></title>", "is a web page"),
    "paper.pdf": (b"%PDF-1.7 \x00\xff", "is a PDF file"),
    "sheet.xlsx": (b"PK\x03\x04" + bytes(100), "is a ZIP archive that is damaged or was cut off"),
    "noise.xml.gz": (b"\x1f\x8b\x08\x00 no gzip at all", "noise.xml.gz"),
    "empty.nbib": (b"", "is empty"),
    "prose.txt": (b"Dear reader, <img src=x onerror=window.ran=24>", "is of no kind that is known"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(64), "is of no kind that is known"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_of_records_is_refused_at_once_and_deleted(page, app, tmp_path, name):
    content, why = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    good = tmp_path / "good.jsonl"
    good.write_text(json.dumps({"pmid": "90000098", "title": "Fern", "abstract": f"Ferns. {name}"}), encoding="utf-8")
    fill(page, files=[tmp_path / name, good])
    notice = page.locator("#aa-outcome").get_by_role("alert")
    expect(notice).to_contain_text(why)
    expect(notice).to_contain_text(re.compile(r"\.$"))
    assert "/" not in re.sub(r"JSON/|and/or", "", notice.inner_text())  # no path of the server
    expect(page.locator("#aa-files")).to_contain_text("good")
    expect(page.locator("#aa-files")).not_to_contain_text(name.partition(".")[0])
    uploads = Path(json.loads(app.upload(b"{}", "where.jsonl").body)[0]).parents[1]
    assert [path for path in uploads.rglob("*") if path.is_file() and path.read_bytes() == content and content] == []
