"""A library on a Milvus server, `milvus://HOST:PORT/NAME`, for more than one machine can hold.

Any number of processes on any machines write at once, with no coordinator: see `index.storage.milvus.store` for what
holds that together. Questions are read as a folder reads them and answered by the same fusion.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from index.analysis.synonyms import Synonyms
from index.embedding.encoder import Vectors
from index.environment import cache_folder
from index.errors import LibraryError
from index.records import Abstract, Filters, Hit, Tally, TallyOf
from index.search.dense import mean_vectors
from index.search.mentions import descriptor_forms, phrases
from index.search.query import Mode, Query
from index.storage.info import LibraryInfo, info_of
from index.storage.kept_studies import StudiesFile
from index.storage.milvus.schema import FORMAT as MILVUS_FORMAT
from index.storage.milvus.schema import Present
from index.storage.milvus.search import parse, search, term_weights
from index.storage.milvus.server import USUAL_INDEX, GoneError, Server, parse_address
from index.storage.milvus.store import MilvusStore, Register, sha256_of
from index.storage.origins import last_update
from index.storage.protocol import AbstractStore, Embed
from index.storage.schema import FORMAT, Settings, digest_with

_FIRST = "0"
"""The stamp of a library that is made empty: processes that make the same one at once make it together."""
_COUNTED_AT_ONCE = 200_000
"""Abstracts whose sum is made for a digest while somebody writes; of more, the digest is of its moment only."""
_T = TypeVar("_T")


class MilvusBackend:
    """A library on a Milvus server, opened at first use. It may be used from many threads once it is open."""

    def __init__(self, address: str) -> None:
        """Connect. Raises InputError for a malformed address, and LibraryError when the server cannot be had."""
        self.server = Server(parse_address(address))
        self.register = Register(self.server)
        self.studies_file = StudiesFile(_studies_file(self.address), makes_folder=True)
        self._store: MilvusStore | None = None
        self._known_weights: dict[str, float] = {}
        self._known_at = ""
        self._known_labels: dict[str, list[str]] = {}
        self._labels_at = ""
        self._knowing = threading.Lock()

    @property
    def store(self) -> MilvusStore:
        """The collections that were the library's when last asked for. Raises LibraryError when there is no library."""
        if self._store is None:
            store = self._fresh_store()
            store.load()
            if not store.present.has_headings:
                logging.getLogger(__name__).warning(
                    f"{self.address} was made by an older version, and is not searched by its MeSH headings; "
                    f"run: python -m index rebuild --library {self.address}"
                )
        assert self._store is not None
        return self._store

    @property
    def address(self) -> str:
        return str(self.server.address)

    @property
    def settings(self) -> Settings:
        return self.store.settings

    @property
    def digest(self) -> str:
        """A SHA-256 of the content and settings: a folder with the same has the same.

        It takes a look at every abstract once after each change. While somebody writes to a large library each call
        gives another one, which equals none.
        """
        content = self._reading(self._content)
        settings = self.settings
        digest = sha256_of(content, settings.encoder_sha256, str(settings.passage_tokens), str(FORMAT))
        return digest_with(digest, self.synonyms)

    @property
    def synonyms(self) -> Synonyms:
        return self.register.synonyms()

    def close(self) -> None:
        self.studies_file.close()
        self.server.close()

    # ---- reading

    def info(self) -> LibraryInfo:
        """Return counts, years and build settings; `bytes` is 0, as Milvus does not say."""
        state = self.register.state()
        counts = self._reading(lambda store: store.counts())
        doing = "; ".join(state.unfinished)
        unfinished = f"{doing}: at work, or broken off, and the same command goes on with it" if doing else ""
        name = self.server.address.name
        memory = self.store.memory()
        new = len(self._reading(lambda store: store.digests(last_update(memory).new)))
        info = info_of(
            counts, self.settings, memory=memory, new=new, path=self.address, name=name, unfinished=unfinished
        )
        return replace(info, generation=state.at_ms, digest=self.digest, synonyms=len(self.synonyms.rows))

    def get(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        return self._reading(lambda store: store.get(pmids))

    def abstract_vectors(self, pmids: Sequence[str]) -> dict[str, Vectors]:
        return mean_vectors(self._reading(lambda store: store.vectors_by_pmid(pmids)))

    def parse(self, question: str, *, is_literal: bool = False) -> Query:
        return self._reading(lambda store: parse(question, store, self.synonyms, is_literal=is_literal))

    def search(self, query: Query, *, embed: Embed | None, top: int, mode: Mode, filters: Filters) -> list[Hit]:
        def hits(store: MilvusStore) -> list[Hit]:
            vector = embed(query.normalized) if embed else None  # within: a library that was rebuilt has other vectors
            return search(query, vector, store=store, top=top, mode=mode, filters=filters)

        return self._reading(hits)

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return inverse document frequencies, as a folder does; a settled library is asked once a term."""
        at = self._settled_state()
        with self._knowing:
            known = dict(self._known_weights) if at and at == self._known_at else {}
        new = [word for word in dict.fromkeys([*words, *absent]) if word not in known]
        weights, most = self._reading(lambda store: term_weights(new, store)) if new else ({}, 0.0)
        known |= {word: weights.get(word, -most) for word in new}  # below zero: no passage holds it
        with self._knowing:
            self._known_weights, self._known_at = known, at
        weights_of_words = {word: known[word] for word in words if known[word] > 0}
        return weights_of_words | {word: abs(known[word]) for word in absent if word not in weights_of_words}

    def pmids(self, filters: Filters, *, holding: str = "") -> list[str]:
        """Return the PMIDs that the filters allow, newest first; `holding`: only where the stored JSON holds a text."""
        return self._reading(lambda store: store.listed(filters, holding=holding))

    def tally(self, kind: TallyOf, filters: Filters) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each value of a kind, most frequent first."""
        return self._reading(lambda store: store.tally(kind, filters))

    def mentioning(self, text: str, *, in_text: bool = False) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors, newest first."""
        forms = phrases(text, self.parse(text).equivalents)

        def mentioned(store: MilvusStore) -> list[str]:
            pmids = {pmid for form in forms for pmid in store.mentioning(form)}
            if not in_text:
                pmids |= set(store.listed(Filters(mesh=descriptor_forms(text), include_retracted=True)))
            return store.listed(Filters(pmids=tuple(pmids), include_retracted=True)) if pmids else []

        return self._reading(mentioned)

    def label_values(self, kind: str) -> list[str]:
        at = self._settled_state()
        with self._knowing:
            known = self._known_labels.get(kind) if at and at == self._labels_at else None
        if known is None:
            known = self._reading(lambda store: store.label_values(kind))
            with self._knowing:
                other_kinds = self._known_labels if at == self._labels_at else {}
                self._known_labels, self._labels_at = other_kinds | {kind: known}, at
        return known

    def has_label(self, kind: str, value: str) -> bool:
        return self._reading(lambda store: store.has_label(kind, value))

    # ---- writing

    def put_synonyms(self, synonyms: Synonyms) -> None:
        self.register.put_synonyms(synonyms)

    def is_vacant(self) -> bool:
        """Return True if no library is there yet, of whatever version. Raises LibraryError for something else."""
        return self.register.stamp() is None

    def create(self, settings: Settings, key: str = "") -> None:
        """Make a library's empty collections; others that do the same at once do no harm."""
        present = Present(_stamp(key) or _FIRST, self.server.address.index or USUAL_INDEX, settings)
        self.register.create()
        MilvusStore(self.register, present).create()
        self.register.set_present(present)

    def abandon(self) -> None:
        self._fresh_store().drop()
        self.register.drop()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write beside others: there is no one writer."""
        yield

    def store_of_a_run(self) -> MilvusStore:
        """Return the collections for one run, which they remember: a process may have several at work."""
        return MilvusStore(self.register, self._fresh_store().present)

    def settle(self, store: AbstractStore) -> None:
        assert isinstance(store, MilvusStore)
        store.settle()

    def remove(self, pmids: Sequence[str]) -> list[str]:
        store, key = self.store_of_a_run(), sha256_of("remove", *pmids)
        here = list(store.digests(pmids))
        if here:
            self.register.open_run(key, "remove")
            store.put([], remove=here)
            store.settle()
            self.studies_file.keep_only(store.digests)
            self.register.end_run(key)
        return here

    def resumed(self, key: str) -> MilvusStore | None:
        """Return the library's collections if a first build under this key was broken off in them."""
        if self.register.stamp() != _stamp(key) or not self.register.is_open(key) or not self.register.present():
            return None
        store = self.store_of_a_run()
        store.create()
        return store

    @contextmanager
    def staged(self, key: str, settings: Settings) -> Iterator[MilvusStore]:
        """Give the collections beside the library's that a run under this key has begun, or empty ones.

        The library that they are to replace may be of any version.
        """
        beside = self.register.stamp() or ""
        index = self.server.address.index or (self._store.present.index if self._store else USUAL_INDEX)
        present = Present(_stamp(sha256_of(key, beside, str(MILVUS_FORMAT))), index, settings)
        store = MilvusStore(self.register, present, beside=beside)
        store.create()
        yield store

    def discard(self, staged: AbstractStore) -> None:
        """Drop staged collections, and forget their run."""
        assert isinstance(staged, MilvusStore)
        staged.end_job()
        staged.drop()

    def take_over(self, staged: AbstractStore) -> None:
        """Make staged collections the library's in one write, and drop all others."""
        assert isinstance(staged, MilvusStore)
        staged.end_job()
        self.register.set_present(staged.present)
        self._store = MilvusStore(self.register, staged.present)
        self.register.drop_others(staged.present.stamp)

    # ---- inside

    def _reading(self, read: Callable[[MilvusStore], _T]) -> _T:
        """Return the result of `read`, from the new collections if somebody has replaced ours."""
        try:
            return read(self.store)
        except GoneError:
            store = self._fresh_store()
            store.load()
            return read(store)

    def _fresh_store(self) -> MilvusStore:
        """Return the collections that are the library's now. Raises LibraryError when it is not there any more."""
        present = self.register.present()
        if present is None:
            raise LibraryError(
                f"{self.address} is not there; build a library there with: "
                f"python -m index build --pmids ID... --library {self.address}"
            )
        if self._store is None or present != self._store.present:
            self._store = MilvusStore(self.register, present)
        return self._store

    def _content(self, store: MilvusStore) -> str:
        state = self.register.state()
        if not state.is_settled:
            is_large = store.count_abstracts() > _COUNTED_AT_ONCE
            return str(secrets.randbits(256)) if is_large else store.content()
        known = self.register.remembered_content(store.stamp, state)
        if known is not None:
            return known
        content = store.content()
        if self.register.state() == state:  # else somebody wrote meanwhile
            self.register.remember_content(store.stamp, state, content)
        return content

    def _settled_state(self) -> str:
        """Return a key of the library's present state; "" while somebody writes."""
        state = self.register.state()
        return f"{self.store.stamp} {state.last}" if state.is_settled else ""


def _studies_file(address: str) -> Path:
    """Return where this machine keeps what it read of the studies of a library on a server."""
    return cache_folder() / "studies" / f"{sha256_of(address)[:16]}.db"


def _stamp(key: str) -> str:
    return key[:12]
