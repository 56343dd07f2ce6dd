"""A library on a Milvus server, `milvus://HOST:PORT/NAME`: a folder's door, for what one machine cannot hold.

Any number of processes on any machines write at once, with no coordinator: see `index.storage.milvus.store` for what
holds that together. Questions are read as a folder reads them and answered by the same fusion.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index.analysis.abbreviations import Spelled
from index.embedding.encoder import Encoder
from index.errors import LibraryError
from index.ingest.batches import OnProgress
from index.ingest.inputs import Group, Inputs, Plan, fetch_pmids, make_plan, parse_pmids
from index.ingest.refresh import follow_deletions
from index.ingest.run import Outcome, Watch, begin, groups_of, run
from index.library import Library, nothing_read
from index.records import Abstract, Filters, Hit, Report, Tally, TallyOf
from index.repair.check import Finding
from index.repair.milvus import check_store, mend
from index.search.filters import as_list, checked_filters
from index.search.hybrid import Mode, Query, check_bounds, checked_query
from index.search.mentions import descriptor_forms, phrases
from index.storage.build_settings import settings_of
from index.storage.info import LibraryInfo, info_of
from index.storage.milvus.schema import Present
from index.storage.milvus.search import search, term_weights, understood_by
from index.storage.milvus.server import USUAL_INDEX, GoneError, Server, parse_address
from index.storage.milvus.store import MilvusStore, Register
from index.storage.schema import FORMAT, Settings

if TYPE_CHECKING:
    from index.ingest.eutils.client import EutilsClient

_FIRST = "0"
"""The stamp of a library that is made empty: processes that make the same one at once make it together."""
_COUNTED_AT_ONCE = 200_000
"""Abstracts whose sum is made for a digest while somebody writes; of more, the digest is of its moment only."""
_T = TypeVar("_T")
_Command = tuple[str, str | None, int | None]


class MilvusLibrary(Library):
    """A library on a Milvus server; made by `Library.open` with its address. It may be used from many threads."""

    def __init__(self, server: Server, present: Present) -> None:
        self._hold_an_encoder()
        self._server = server
        self._register = Register(server)
        self._collections = MilvusStore(server, present)
        self._known_weights: dict[str, float] = {}
        self._known_at = ""
        self._known_labels: dict[str, list[str]] = {}
        self._labels_at = ""
        self._knowing = threading.Lock()

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = False,
        encoder: str | None = None,
        passage_tokens: int | None = None,
    ) -> MilvusLibrary:
        """Open the library at an address; with `create`, make an empty one where there is none."""
        server = Server(parse_address(str(path)))
        try:
            register = Register(server)
            present = register.present()
            if present is None:
                if not create:
                    raise LibraryError(_no_library(server))
                settings, _ = settings_of(encoder, passage_tokens)
                present = Present(_FIRST, server.address.index or USUAL_INDEX, settings)
                _make(server, present)
            library = cls(server, present)
            library._collections.load()
            library._check_settings(encoder, passage_tokens)
        except BaseException:
            server.close()
            raise
        return library

    def close(self) -> None:
        """Close the connection; the library is of no use afterwards."""
        self._server.close()

    # ---- reading

    def get(self, pmid: str) -> Abstract | None:
        """Return the abstract with this PMID, or None when the library does not hold it."""
        return self.get_many([pmid]).get(pmid)

    def get_many(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, by PMID."""
        return self._reading(lambda store: store.get(pmids))

    def search(self, text: str, *, top: int = 10, mode: Mode = "hybrid", filters: Filters = Filters()) -> list[Hit]:
        """Return up to `top` passages that answer a text best, best first."""
        checked = checked_filters(filters, parse_pmids)
        checked_query(text)
        check_bounds(top, mode)

        def found(store: MilvusStore) -> list[Hit]:
            read = understood_by(text, store).text
            query = Query(read, self.query_vector(read) if mode != "lexical" else None)
            return search(query, store=store, top=top, mode=mode, filters=checked)

        return self._reading(found)

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return how telling each index term is, as a folder's library does; a settled library is asked once a term."""
        at = self._settled_state()
        with self._knowing:
            known = dict(self._known_weights) if at and at == self._known_at else {}
        new = [word for word in dict.fromkeys([*words, *absent]) if word not in known]
        weights, most = self._reading(lambda store: term_weights(new, store)) if new else ({}, 0.0)
        known |= {word: weights.get(word, -most) for word in new}  # below zero: no passage holds it
        with self._knowing:
            self._known_weights, self._known_at = known, at
        asked = {word: known[word] for word in words if known[word] > 0}
        return asked | {word: abs(known[word]) for word in absent if word not in asked}

    def understood(self, text: str) -> Spelled:
        """Return a question as `search` reads it, and those of its abbreviations that this library defines."""
        return self._reading(lambda store: understood_by(text, store))

    def pmids(self, filters: Filters = Filters(), *, holding: str = "") -> list[str]:
        """Return the PMIDs of the abstracts that the filters allow, newest first, as a folder's library does."""
        checked = checked_filters(filters, parse_pmids)
        return self._reading(lambda store: store.listed(checked, holding=holding))

    def tally(self, kind: TallyOf, filters: Filters = Filters()) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each year, type, journal or MeSH term."""
        checked = checked_filters(filters, parse_pmids)
        return self._reading(lambda store: store.tally(kind, checked))

    def mentioning(self, text: str) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors, newest first."""
        forms = phrases(text, self.understood(text).abbreviations)

        def mentioned(store: MilvusStore) -> list[str]:
            pmids = {pmid for form in forms for pmid in store.mentioning(form)}
            pmids |= set(store.listed(Filters(mesh=descriptor_forms(text), include_retracted=True)))
            return store.listed(Filters(pmids=tuple(pmids), include_retracted=True)) if pmids else []

        return self._reading(mentioned)

    def info(self) -> LibraryInfo:
        """Return what the library holds and what it was built with; `bytes` is 0, as Milvus does not say."""
        state = self._register.state()
        counts = self._reading(lambda store: store.counts())
        doing = "; ".join(state.unfinished)
        unfinished = f"{doing}: at work, or broken off, and the same command goes on with it" if doing else ""
        name = self._server.address.name
        info = info_of(counts, self.settings, path=self.address, name=name, unfinished=unfinished)
        return replace(info, generation=state.at_ms, digest=self.digest)

    @property
    def address(self) -> str:
        """Where the library is: milvus://HOST:PORT/NAME."""
        return str(self._server.address)

    @property
    def digest(self) -> str:
        """A SHA-256 of the content and settings: a folder with the same has the same.

        It takes a look at every abstract once after each change. While somebody writes to a large library each call
        gives another one, which equals none.
        """
        content = self._reading(self._content)
        settings = self.settings
        parts = (str(content), settings.encoder_sha256, str(settings.passage_tokens), str(FORMAT))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def settings(self) -> Settings:
        """What the library was built with."""
        return self._collections.settings

    def label_values(self, kind: str) -> list[str]:
        """Return what a filter can name: publication types ("type"), "mesh" or "journal" values of many abstracts."""
        at = self._settled_state()
        with self._knowing:
            known = self._known_labels.get(kind) if at and at == self._labels_at else None
        if known is None:
            known = self._reading(lambda store: store.label_values(kind))
            with self._knowing:
                others = self._known_labels if at == self._labels_at else {}
                self._known_labels, self._labels_at = others | {kind: known}, at
        return known

    def has_label(self, kind: str, value: str) -> bool:
        """Tell whether an abstract has this publication type, "mesh" term or "journal", without regard to case."""
        return self._reading(lambda store: store.has_label(kind, value))

    # ---- writing

    def remove(self, pmids: Sequence[str]) -> Report:
        """Remove abstracts; PMIDs that are not here are named in the report's `failed`."""
        asked, failed = parse_pmids(" ".join(map(str, as_list(pmids))))
        store, key = self._fresh_store(), _sha("remove", *asked)
        here = list(store.digests(asked))
        if here:
            self._register.open_run(key, "remove")
            store.put([], remove=here)
            store.settle()
            self._register.end_run(key)
        failed |= {pmid: "is not in this library" for pmid in asked if pmid not in here}
        return Report(removed=len(here), failed=failed)

    def refresh(self, *, client: EutilsClient | None = None, on_progress: OnProgress | None = None) -> Report:
        """Fetch every known PMID again and take up what changed; the report's `changes` names all of it."""
        watch = Watch(on_progress)
        client = watch.client(client)
        store = self._store_of_a_run()
        pmids = tuple(store.pmids())
        groups = follow_deletions(fetch_pmids(pmids, client=client), stored=store.get_with_raw)
        plan = Plan(pmids, {}, len(pmids))
        return self._write(store, lambda: groups, "refresh", "refresh", plan=lambda: plan, watch=watch).report

    def rebuild(
        self, *, encoder: str | None = None, passage_tokens: int | None = None, on_progress: OnProgress | None = None
    ) -> Report:
        """Chunk and embed the stored abstracts anew, with another encoder or passage size if given: no network.

        The library answers from its old state until the new one is whole.
        """
        old = self._fresh_store()
        settings, loaded = settings_of(
            encoder or old.settings.encoder, old.settings.passage_tokens if passage_tokens is None else passage_tokens
        )
        key = _sha("rebuild", old.present.stamp, str(settings))
        staged, seen = self._beside(key, settings), None
        plan, watch = Plan((), {}, old.counts().abstracts), Watch(on_progress)
        while (now := old.content()) != seen:  # again if somebody wrote meanwhile; what is done is passed over
            seen = now
            self._write(
                staged, lambda: [Group(old.abstracts())], key, "rebuild", plan=lambda: plan, watch=watch, encoder=loaded
            )
        if staged.counts().abstracts != old.counts().abstracts:  # some were removed meanwhile
            staged.put([], remove=sorted(set(staged.pmids()) - set(old.pmids())))
        self._switch_to(staged)
        return Report(updated=staged.counts().abstracts)

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Compare the collections with one another and return what is wrong, each with its remedy; mend it if asked."""
        store, unfinished = self._fresh_store(), self._register.state().unfinished
        findings = check_store(store, unfinished)
        if not repair or not findings:
            return findings
        mend(store, self.encoder)
        store.settle()
        self._register.end_all_runs()
        left = set(check_store(store, self._register.state().unfinished))
        return [one if one in left else replace(one, repaired=True) for one in findings]

    # ---- inside

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write beside others: there is no one writer."""
        yield

    def _reading(self, read: Callable[[MilvusStore], _T]) -> _T:
        """Return what is read, from the collections that took the place of ours if somebody has replaced them."""
        try:
            return read(self._collections)
        except GoneError:
            store = self._fresh_store()
            store.load()
            return read(store)

    def _fresh_store(self) -> MilvusStore:
        """Return the collections that are the library's now. Raises LibraryError when it is not there any more."""
        present = self._register.present()
        if present is None:
            raise LibraryError(_no_library(self._server))
        if present != self._collections.present:
            self._collections = MilvusStore(self._server, present)
        return self._collections

    def _store_of_a_run(self) -> MilvusStore:
        """Return the same for one run, which it remembers: a process may have several at work."""
        return MilvusStore(self._server, self._fresh_store().present)

    def _content(self, store: MilvusStore) -> int:
        state = self._register.state()
        if not state.is_settled:
            is_large = store.server.count(store.abstracts_name) > _COUNTED_AT_ONCE
            return secrets.randbits(256) if is_large else store.content()
        known = self._register.remembered_content(store.present.stamp, state)
        if known is not None:
            return known
        content = store.content()
        if self._register.state() == state:  # else somebody wrote meanwhile
            self._register.remember_content(store.present.stamp, state, content)
        return content

    def _settled_state(self) -> str:
        """Return what stands for the library as it is; "" while somebody writes."""
        state = self._register.state()
        return f"{self._collections.present.stamp} {state.last}" if state.is_settled else ""

    def _fill(
        self, command: Sequence[object], inputs: Inputs, client: EutilsClient | None, on_progress: OnProgress | None
    ) -> Report:
        store, key = self._store_of_a_run(), inputs.key(*command)
        return self._filled(store, key, str(command[0]), inputs, client, on_progress).report

    def _filled(
        self,
        store: MilvusStore,
        key: str,
        command: str,
        inputs: Inputs,
        client: EutilsClient | None,
        on_progress: OnProgress | None,
        encoder: Encoder | None = None,
    ) -> Outcome:
        """Take in what the inputs hold; what is there just so is passed over by its digest."""
        watch = Watch(on_progress)
        asking = watch.client(client) if inputs.needs_pubmed else None

        def groups() -> Iterable[Group]:
            assert store.job is not None
            return groups_of(inputs, store.job, store, asking)

        return self._write(
            store, groups, key, command, plan=lambda: make_plan(inputs, client=asking), watch=watch, encoder=encoder
        )

    def _write(
        self,
        store: MilvusStore,
        groups: Callable[[], Iterable[Group]],
        key: str,
        command: str,
        *,
        plan: Callable[[], Plan],
        watch: Watch,
        encoder: Encoder | None = None,
    ) -> Outcome:
        """Do a run, which stays open in the register until it has come to its end."""
        job = begin(store, key=key, command=command, plan=plan)
        loaded = encoder or self.encoder
        self._register.open_run(key, command)
        outcome = run(groups(), job, store=store, encoder=loaded, on_progress=watch.tell)
        store.settle()
        if outcome.is_whole:
            self._register.end_run(key)
        return outcome

    def _beside(self, key: str, settings: Settings) -> MilvusStore:
        """Return the collections beside the library's that an earlier run under this key has begun, or empty ones."""
        index = self._server.address.index or self._collections.present.index
        store = MilvusStore(self._server, Present(_stamp(key), index, settings))
        store.create()
        return store

    def _switch_to(self, staged: MilvusStore) -> None:
        """Make staged collections the library's in one write, and drop all others."""
        self._register.set_present(staged.present)
        self._collections = staged
        self._register.drop_others(staged.present.stamp)


def build(
    path: str, command: _Command, inputs: Inputs, client: EutilsClient | None, on_progress: OnProgress | None
) -> Report:
    """Start a library at an address, or replace the one there, which is kept until the new one is whole."""
    server = Server(parse_address(path))
    try:
        key, register = inputs.key(*command), Register(server)
        stamp = register.stamp()
        if stamp is None:
            return _build_new(server, key, command, inputs, client, on_progress)
        if stamp == _stamp(key) and register.is_open(key) and (present := register.present()):
            return _build_on(server, present, key, inputs, client, on_progress)
        return _build_over(server, stamp, key, command, inputs, client, on_progress)
    finally:
        server.close()


def _build_new(
    server: Server,
    key: str,
    command: _Command,
    inputs: Inputs,
    client: EutilsClient | None,
    on_progress: OnProgress | None,
) -> Report:
    settings, loaded = settings_of(*command[1:])
    present = Present(_stamp(key), server.address.index or USUAL_INDEX, settings)
    _make(server, present)
    library = MilvusLibrary(server, present)
    store = library._collections
    report = library._filled(store, key, "build", inputs, client, on_progress, loaded).report
    if not store.server.count(store.abstracts_name):
        store.drop()
        library._register.drop()
        raise LibraryError(nothing_read(report, f"no library was made in {server.address}"))
    return report


def _build_on(
    server: Server,
    present: Present,
    key: str,
    inputs: Inputs,
    client: EutilsClient | None,
    on_progress: OnProgress | None,
) -> Report:
    """Go on with a build that was broken off when there was no library before it."""
    library = MilvusLibrary(server, present)
    library._collections.create()
    return library._filled(library._collections, key, "build", inputs, client, on_progress).report


def _build_over(
    server: Server,
    stamp: str,
    key: str,
    command: _Command,
    inputs: Inputs,
    client: EutilsClient | None,
    on_progress: OnProgress | None,
) -> Report:
    """Fill collections beside those of a library of any version, and take them over once they are whole."""
    settings, loaded = settings_of(*command[1:])
    library = MilvusLibrary(server, Present(stamp, server.address.index or USUAL_INDEX, settings))
    key = _sha(key, stamp)
    staged = library._beside(key, settings)
    outcome = library._filled(staged, key, "build", inputs, client, on_progress, loaded)
    if not outcome.is_whole:
        kept = f"the library in {server.address} stays as it was until the build is whole"
        return replace(outcome.report, notes=(*outcome.report.notes, kept))
    if not server.count(staged.abstracts_name):
        staged.drop()
        raise LibraryError(nothing_read(outcome.report, f"the library in {server.address} is kept as it was"))
    library._switch_to(staged)
    return outcome.report


def _make(server: Server, present: Present) -> None:
    """Make a library's empty collections; others that do the same at once do no harm."""
    register = Register(server)
    register.create()
    MilvusStore(server, present).create()
    register.set_present(present)


def _no_library(server: Server) -> str:
    address = server.address
    return (
        f"{address} is not there; build a library there with: python -m index build --pmids ID... --library {address}"
    )


def _stamp(key: str) -> str:
    return key[:12]


def _sha(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
