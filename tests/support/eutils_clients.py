"""Clients of the stand-in E-utilities server that wait for nothing, and what came of their fetches."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from index.ingest.eutils.client import EutilsClient, FetchedBatch
from index.ingest.eutils.rate_limit import RateLimiter

KEY = "0123456789abcdef0123456789abcdef0123"
EMAIL = "curator+il32@example.org"


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def make_client(server, **settings):
    """Return a client that waits for nothing, with the waits before its tries in `.slept`."""
    waits, pacing = FakeTime(), FakeTime()
    limiter = RateLimiter(1000, clock=pacing.clock, sleep=pacing.sleep)
    settings = {"email": EMAIL, "sleep": waits.sleep, "rate_limiter": limiter, **settings}
    client = EutilsClient(url=server.url, **settings)
    client.__dict__["slept"] = waits.slept
    return client


def pmids_in(batches: Iterable[FetchedBatch]):
    return [
        pmid.text
        for batch in batches
        for pmid in ElementTree.fromstring(batch.xml).findall("PubmedArticle/MedlineCitation/PMID")
    ]


def failed_in(batches: Iterable[FetchedBatch]):
    return {pmid: why for batch in batches for pmid, why in batch.failed.items()}
