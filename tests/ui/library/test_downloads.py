"""Files on offer: under an address that cannot be guessed, and for logged-in people only."""

import asyncio

import pytest

from ui.gate import refusal
from ui.library.downloads import Downloads


def fetched(response):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.sleep(60)

    asyncio.run(response({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:])


def test_a_file_is_made_each_time_it_is_fetched():
    downloads = Downloads("/abstracts")
    address = downloads.offer("il 32.ris", "text/plain", lambda: iter([b"TY", b"  - JOUR"]))
    path = address.removeprefix("/abstracts")
    for _ in range(2):
        status, headers, body = fetched(downloads.response(path))
        assert (status, body) == (200, b"TY  - JOUR")
        assert headers[b"content-disposition"] == b"attachment; filename*=UTF-8''il%2032.ris"
    assert refusal(path, is_logged_in=True) == 0
    assert refusal(path, is_logged_in=False) == 401


@pytest.mark.parametrize("path", ["/downloads/", "/downloads/AAAAAAAAAAAAAAAAAAAAAA"])
def test_what_is_not_on_offer_is_not_found(path):
    assert fetched(Downloads().response(path))[0] == 404


@pytest.mark.parametrize("path", ["/downloads/../app.py", "/downloads/a/b", "/downloads/short"])
def test_other_addresses_are_no_files(path):
    assert refusal(path, is_logged_in=True) == 404
