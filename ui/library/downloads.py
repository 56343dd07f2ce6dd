"""Files that the page offers to save: made as they are sent, under an address that nobody can guess, for an hour."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response, StreamingResponse

PATH = "/downloads/"
FORMATS: Mapping[str, tuple[str, str]] = {
    ".ris": ("RIS", "application/x-research-info-systems"),
    ".bib": ("BibTeX", "application/x-bibtex"),
    ".csl.json": ("CSL-JSON", "application/vnd.citationstyles.csl+json"),
    ".csv": ("CSV", "text/csv"),
}
"""The formats that abstracts are saved in by their endings, each with its name and media type."""
_OFFERED_S = 3600
_KEPT = 200

FilePieces = Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class _Offer:
    name: str
    media_type: str
    pieces: FilePieces
    until: float


class Downloads:
    """The files on offer. Thread-safe. `root_path` is the path under which a proxy shows the server."""

    def __init__(self, root_path: str = "") -> None:
        self.root_path = root_path
        self._offers: OrderedDict[str, _Offer] = OrderedDict()
        self._lock = threading.Lock()

    def offer(self, name: str, media_type: str, pieces: FilePieces) -> str:
        """Return the address of a file that is made of these pieces each time it is fetched."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._offers[token] = _Offer(name, media_type, pieces, time.monotonic() + _OFFERED_S)
            while len(self._offers) > _KEPT:
                self._offers.popitem(last=False)
        return f"{self.root_path}{PATH}{token}"

    def response(self, path: str) -> Response:
        """Return the reply to a request for a path below `PATH`: the file, or 404 for one that is not on offer."""
        with self._lock:
            offer = self._offers.get(path.removeprefix(PATH))
        if offer is None or offer.until < time.monotonic():
            return PlainTextResponse("This file is no longer on offer; choose it again on the page.", 404)
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(offer.name)}"}
        return StreamingResponse(offer.pieces(), media_type=offer.media_type, headers=headers)
