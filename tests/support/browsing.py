"""A real browser at the running application, for the tests of what a person does on the page.

with served_page(libraries, eutils_url) as url, chromium() as browser:
    ...
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
SCREENSHOTS = Path(os.environ.get("ARTEFACTS") or ROOT / ".artefacts")
"""What the tests saw last, for a person to look at: the folder of a run that it names, or the last run's here."""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LEFT = re.compile(r"AbortError: signal is aborted|Connection errored out")
"""What Gradio's script says when a page is left, or loaded again, while it still waits for something."""
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 375, "height": 740}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}


@contextmanager
def served_page(folder, *flags, **environment):
    """Start app.py over a folder of libraries and give its address; it must end without a word of an error."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "--port", "0", "--libraries", str(folder), *map(str, flags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | environment,
    )
    try:
        yield re.search(r"http\S+", process.stdout.readline())[0]
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    said = [line for line in err.splitlines() if line and not line.startswith("Building the sample library")]
    assert (process.returncode, said) == (0, []), err


@contextmanager
def chromium():
    """Start Chromium, or skip where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(_FLAGS))
        yield browser
        browser.close()


def own_errors(said):
    """Return what a page said of errors, without what it says because it was left or loaded again."""
    return [error for error in said if not _LEFT.search(error)]


class Visits:
    """Opens pages; at the end they must have asked nothing of another host, and run without an error."""

    def __init__(self, browser, url):
        self._browser, self._url = browser, url
        self._contexts, self._hosts, self._errors = [], set(), []

    def __call__(self, address="", enter=None, **options):
        """Open a page at an address below; `enter` gets the context's requests first, to log in."""
        context = self._browser.new_context(**WIDE | {"reduced_motion": "reduce", "base_url": self._url} | options)
        self._contexts.append(context)
        context.on("request", self._note)
        page = context.new_page()
        page.on("pageerror", lambda error: self._errors.append(str(error)))
        page.on("console", lambda message: self._errors.append(message.text) if message.type == "error" else None)
        if enter:
            enter(context.request)
        page.goto(address or self._url)
        page.locator(".aa-welcome, .aa-turn").first.wait_for()
        return page

    def _note(self, request):
        if request.url.startswith("http"):
            self._hosts.add(urlsplit(request.url).netloc)

    def close(self):
        """Close the pages and look at what they did."""
        for context in self._contexts:
            context.close()
        assert self._hosts <= {urlsplit(self._url).netloc}, self._hosts
        assert own_errors(self._errors) == []


def seen(page, name):
    """Keep what the page looks like, the whole of it."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def faults_of_access(page, within):
    """Return what axe finds against WCAG 2.2 AA in a part of the page, each with the first element that has it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = axe.Axe().run(page, context=within, options={"runOnly": {"type": "tag", "values": tags}})
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]
