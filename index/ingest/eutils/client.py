"""PubMed's E-utilities: searches whole, records in batches, each request tried again where that helps.

    client = EutilsClient.from_environment()
    result = client.search("interleukin-32[Title] AND 2010:2020[dp]")
    for batch in client.fetch(result.pmids):
        ...  # batch.xml holds the records; PubMed leaves out PMIDs that it does not know

Nothing here reads a record: that is `index.ingest.formats.pubmed_xml`.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import TypeVar

from index.environment import Variable, read_variable
from index.errors import EutilsError, InputError
from index.ingest.eutils.connection import NCBI_URL, Connection, Params
from index.ingest.eutils.rate_limit import RateLimiter
from index.ingest.eutils.responses import (
    RequestError,
    Response,
    SearchPage,
    parse_links,
    parse_record_set,
    parse_search_page,
)
from index.ingest.eutils.windows import Window, changed_since, entered_since, pages, ways_to_split
from index.records import NOT_A_PMID, LinkKind, parse_pmid

SEARCH_LIMIT = 9_999
"""The most hits that esearch lists for PubMed; a search with more is split by date."""
EMPTY_SET = b"<PubmedArticleSet></PubmedArticleSet>"

_UIDS = 500
"""PMIDs to a search for those that have changed."""
_LINKED = 50
"""PMIDs to a request for links: each may have hundreds."""
_LINKS: Mapping[LinkKind, tuple[str, str]] = {
    "similar_to": ("pubmed_pubmed", "neighbor_score"),
    "cited_by": ("pubmed_pubmed_citedin", "neighbor"),
    "references_of": ("pubmed_pubmed_refs", "neighbor"),
}
"""NCBI's name of each kind of link, and the command; scores tell which of the similar ones are nearest."""
_MAX_LISTINGS = 3
_MAX_SPLITS = 64
"""Enough to find eight bad ids among 200."""
_HOPELESS = 12
"""So many parts of a batch fail, none having come, before the server is at fault: two bad ids in front fail ten."""
_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True, slots=True)
class FetchedBatch:
    """The records that came for the asked `pmids`, as PubMed XML. `failed` says of some of them why they cannot come.

    PMIDs that PubMed does not know are simply not in the XML: compare what came with what was asked.
    """

    pmids: tuple[str, ...]
    xml: bytes = field(repr=False)
    failed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EutilsClient:
    """The way to E-utilities; safe to share between threads. No message and no repr holds the key or the e-mail.

    `on_wait(why, seconds)` is told of each wait before another try; what it raises ends the call. `sleep` and
    `rate_limiter` are there to be replaced in tests.
    """

    url: str = NCBI_URL
    email: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0
    batch_size: int = 200
    max_tries: int = 6
    on_wait: Callable[[str, float], None] | None = field(default=None, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    rate_limiter: RateLimiter | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse settings that cannot work."""
        if not 1 <= self.batch_size <= SEARCH_LIMIT:
            raise InputError(f"batch_size is {self.batch_size}; it must be between 1 and {SEARCH_LIMIT:,}")
        if self.max_tries < 1:
            raise InputError(f"max_tries is {self.max_tries}; it must be at least 1")
        _ = self._connection  # refuses the others

    @classmethod
    def from_environment(cls, *, on_wait: Callable[[str, float], None] | None = None) -> EutilsClient:
        """Return a client for ASKABSTRACTS_EMAIL, _NCBI_API_KEY and _EUTILS_URL; a blank variable is one not set."""
        email, api_key, url = map(read_variable, (Variable.EMAIL, Variable.NCBI_API_KEY, Variable.EUTILS_URL))
        return cls(url=url or NCBI_URL, email=email or None, api_key=api_key or None, on_wait=on_wait)

    def search(self, term: str, *, limit: int | None = None, since: date | None = None) -> SearchPage:
        """Return the PMIDs for a PubMed search, all of them or the first `limit`; that nothing is found is no error.

        With `since` only what entered PubMed on that day or later.
        """
        asked = term = _checked_term(term)
        if limit is not None and limit < 1:
            raise InputError(f"the limit is {limit}; it must be at least 1")
        term = entered_since(term, since) if since else term
        try:
            first = self._hits(Window(term), limit or SEARCH_LIMIT)
            wanted = min(first.total, limit or first.total)
            pmids = first.pmids[:wanted] if wanted <= SEARCH_LIMIT else self._hits_in_windows(term, first, wanted)
        except RequestError as error:
            shown = asked if len(asked) <= 80 else asked[:79] + "…"
            raise self._failure(f"search for “{shown}”", error) from error
        notes = first.notes
        if len(pmids) < wanted:
            notes += (f"PubMed counted {first.total:,} hits but listed only {len(pmids):,}",)
        return SearchPage(first.total, pmids, notes)

    def changed(self, pmids: Sequence[str], *, since: date) -> list[str]:
        """Return those of some PMIDs whose records PubMed changed on a day or later."""
        changed: list[str] = []
        try:
            for first in range(0, len(pmids), _UIDS):
                part = pmids[first : first + _UIDS]
                changed += self._hits(changed_since(part, since), len(part)).pmids
        except RequestError as error:
            raise self._failure("say which abstracts have changed", error) from error
        return changed

    def links(self, pmids: Sequence[str], kind: LinkKind) -> dict[str, tuple[str, ...]]:
        """Return for each PMID those that PubMed links it to, nearest first; none for a PMID that it does not know."""
        links: dict[str, tuple[str, ...]] = {}
        link_name, command = _LINKS[kind]
        for first in range(0, len(pmids), _LINKED):
            part = pmids[first : first + _LINKED]
            params = {"dbfrom": "pubmed", "linkname": link_name, "cmd": command, "id": part}
            try:
                links |= self._ask("elink", params, partial(parse_links, asked=part, link_name=link_name))
            except RequestError as error:
                raise self._failure(f"say what is linked to {_named(tuple(part))}", error) from error
        return links

    def fetch(self, pmids: Sequence[str]) -> Iterator[FetchedBatch]:
        """Yield the records of the PMIDs in batches; a malformed PMID, or one that spoils a batch, fails alone."""
        wanted = tuple(dict.fromkeys(pmids))
        strange = {pmid: NOT_A_PMID for pmid in wanted if not pmid or parse_pmid(pmid) != pmid}
        if strange:
            yield FetchedBatch(tuple(strange), EMPTY_SET, strange)
        good = tuple(pmid for pmid in wanted if pmid not in strange)
        for start in range(0, len(good), self.batch_size):
            yield from self._fetch_batch(good[start : start + self.batch_size])

    # --- searching

    def _hits(self, window: Window, wanted: int) -> SearchPage:
        """Return the hits of a window as one page: `wanted` or as many as PubMed lists.

        NCBI lists them all at once; a mirror may list fewer. A listing that comes short, or whose count changes from
        one page to the next so that hits may have slipped between the two, is read again.
        """
        hits: dict[str, None] = {}
        for _ in range(_MAX_LISTINGS):
            listed, is_steady = self._listing(window, wanted)
            hits = dict.fromkeys((*listed.pmids, *hits))
            if is_steady:
                break
        return SearchPage(listed.total, tuple(hits), listed.notes)

    def _listing(self, window: Window, wanted: int) -> tuple[SearchPage, bool]:
        """Return the hits of a window, page after page, and whether the listing was whole and held still."""
        first = page = self._page(window, 0, wanted)
        pmids, is_steady = list(first.pmids), True
        while (left := min(page.total, wanted, SEARCH_LIMIT) - len(pmids)) > 0 and page.pmids:
            page = self._page(window, len(pmids), left)
            pmids += page.pmids
            is_steady = is_steady and page.total == first.total
        return SearchPage(page.total, tuple(pmids), first.notes), is_steady and left <= 0

    def _page(self, window: Window, start: int, size: int) -> SearchPage:
        def parse(response: Response) -> SearchPage:
            page = parse_search_page(response)
            if not page.pmids and page.total > start == 0:
                raise RequestError(f"PubMed counted {page.total:,} hits but listed none", retryable=True)
            return page

        size = min(size, SEARCH_LIMIT - start)
        listing = {"retstart": str(start), "retmax": str(size), "retmode": "xml"}
        return self._ask("esearch", {"term": window.term, **listing, **window.params}, parse)

    def _hits_in_windows(self, term: str, whole: SearchPage, wanted: int) -> tuple[str, ...]:
        """Return so many of a search's hits, newest first, where it has more than esearch lists."""
        hits: dict[str, None] = {}
        for way in ways_to_split(term):
            for page in pages(way, lambda window: self._hits(window, SEARCH_LIMIT), whole=whole, limit=SEARCH_LIMIT):
                hits.update(dict.fromkeys(page.pmids))
                if len(hits) >= wanted:
                    return tuple(hits)[:wanted]
        return tuple(hits)

    # --- fetching

    def _fetch_batch(self, pmids: tuple[str, ...]) -> Iterator[FetchedBatch]:
        """Yield a batch whole, or in the parts into which it has to be split to get around PMIDs that spoil it."""
        parts, splits_left, did_come, failures = [pmids], _MAX_SPLITS, False, 0
        spoilt: dict[str, RequestError] = {}
        while parts:
            part = parts.pop()
            try:
                xml = self._records(part, is_part=part != pmids)
            except RequestError as error:
                failures += 1
                if failures > _HOPELESS and not (did_come or error.bad_ids):
                    raise self._failure(f"bring {_named(pmids)}", error) from error
                if error.about_ids and len(part) > 1 and splits_left:
                    splits_left -= 1
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                elif error.bad_ids or (error.about_ids and len(part) == 1):
                    spoilt.update(dict.fromkeys(part, error))
                else:
                    raise self._failure(f"bring {_named(part)}", error) from error
            else:
                did_come = True
                yield FetchedBatch(part, xml)
        if spoilt:
            yield self._spoilt_batch(spoilt, did_come)

    def _spoilt_batch(self, spoilt: Mapping[str, RequestError], did_come: bool) -> FetchedBatch:
        """Return the PMIDs that spoilt a batch; raise where more likely the server is at fault than each of them."""
        for error in spoilt.values():
            if not (did_come or error.bad_ids):
                raise self._failure(f"bring {_named(tuple(spoilt))}", error) from error
        failed = {pmid: f"was not fetched: {error.why}; {error.cure}" for pmid, error in spoilt.items()}
        return FetchedBatch(tuple(spoilt), EMPTY_SET, failed)

    def _records(self, pmids: tuple[str, ...], *, is_part: bool) -> bytes:
        params = {"id": ",".join(pmids), "retmode": "xml"}
        return self._ask("efetch", params, parse_record_set, is_part=is_part)

    # --- asking

    def _ask(
        self, endpoint: str, params: Params, parse: Callable[[Response], _Parsed], *, is_part: bool = False
    ) -> _Parsed:
        """Return the parsed response; ask again, after growing waits, while that may help."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return parse(self._connection.ask(endpoint, params))
            except RequestError as error:
                if attempt >= self._tries(error, is_part):
                    error.tries = attempt
                    raise
                last = error
            self._wait(last, attempt)

    def _tries(self, error: RequestError, is_part: bool) -> int:
        if not error.retryable:
            return 1
        # Nobody wants to wait half a minute to hear that the cable is out, or for one bad record again and again.
        is_hopeless = (error.unreachable and not self._connection.answered.is_set()) or (is_part and error.about_ids)
        return min(self.max_tries, 3) if is_hopeless else self.max_tries

    def _wait(self, error: RequestError, attempt: int) -> None:
        """Wait about 1, 2, 4 … up to 60 seconds, or as long as the server asked for."""
        wait_s = min(2.0 ** (attempt - 1), 60.0) * random.uniform(0.75, 1.25)
        wait_s = max(wait_s, error.retry_after_s * random.uniform(1.0, 1.1))
        if error.rate_limited:
            self._connection.hold(wait_s)
        if self.on_wait:
            self.on_wait(error.why, wait_s)
        self.sleep(wait_s)

    def _failure(self, aim: str, error: RequestError) -> EutilsError:
        host = self._connection.host
        if error.unreachable:
            cure = "check the network, or set ASKABSTRACTS_EUTILS_URL"
            return EutilsError(f"PubMed could not be reached at {host}: {error.why}; {cure}")
        tries = f", {error.tries} times over" if error.tries > 1 else ""
        return EutilsError(f"PubMed at {host} did not {aim}: {error.why}{tries}; {error.cure}")

    @cached_property
    def _connection(self) -> Connection:
        return Connection(
            url=self.url,
            email=self.email,
            api_key=self.api_key,
            timeout_s=self.timeout_s,
            rate_limiter=self.rate_limiter,
        )


def _checked_term(term: str) -> str:
    """Return the term on one line. Raises InputError when it cannot be sent."""
    term = " ".join(term.split())
    if not term:
        raise InputError('the search is empty; give a PubMed term such as "interleukin-32[Title]"')
    if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", term):
        raise InputError("the search holds control characters or broken text; type it anew")
    return term


def _named(pmids: tuple[str, ...]) -> str:
    return f"PMID {pmids[0]}" if len(pmids) == 1 else f"{len(pmids)} abstracts (PMID {pmids[0]} to {pmids[-1]})"
