"""A library of abstracts with their passages and indexes, in a folder or on a Milvus: the door to this package."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.analysis.normalization import on_the_line
from index.analysis.synonyms import Synonyms, read_synonyms
from index.embedding.cache import RememberedVectors
from index.embedding.encoder import Encoder, Vectors
from index.errors import InputError
from index.records import TITLE, Abstract, Filters, Hit, Passage, Preview, Report, Tally, TallyOf
from index.search.filters import checked_filters
from index.search.pubmed.evaluation import BooleanSearches
from index.search.pubmed.mesh_terms import MeshTerms
from index.search.pubmed.syntax import looks_boolean, words_of
from index.search.pubmed.translation import Translation
from index.search.query import MAX_QUERY_CHARACTERS, MAX_TOP, Mode, Query, check_bounds, parsed
from index.storage.backends import backend_at, is_address
from index.storage.build_settings import check_settings, matching_encoder, new_settings
from index.storage.info import LibraryInfo
from index.storage.kept_studies import LibraryStudies
from index.storage.listing import LibraryListing
from index.storage.origins import last_update
from index.storage.protocol import Backend
from index.storage.schema import Settings

if TYPE_CHECKING:
    from index.ingest.batches import OnProgress
    from index.ingest.eutils.client import EutilsClient
    from index.repair.check import Finding
    from index.repair.report import Checked

_REMEMBERED_BYTES = 100_000
"""Of the vectors of queries: some sixty with the default encoder."""
_LOOKED_THROUGH = 10
"""Passages among which a search looks for those of the studies asked for, as a multiple of the wanted number."""
_PASSAGES_EACH = 10
"""Passages that are looked at for each abstract of a list."""


class Library:
    """Abstracts that can be searched. Make one with `Library.open`; it may be used from many threads.

    `backend` is where it is kept, as `index.storage.protocol` says.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._encoder: Encoder | None = None
        self._query_vectors = RememberedVectors("query", _REMEMBERED_BYTES)
        self._loading_encoder = threading.Lock()
        self._boolean_searches = BooleanSearches(backend)
        self.studies = LibraryStudies(
            backend.studies_file, backend.store_of_a_run, lambda: backend.digest, backend.address
        )
        """What its abstracts say of their studies: `qa.studies` reads them."""
        self.listing = LibraryListing(backend.studies_file, backend.store_of_a_run, lambda: backend.digest)
        """The list of its abstracts, sorted by any column."""
        self._mesh_terms = MeshTerms(lambda: backend.digest, lambda: backend.tally("mesh", Filters()))

    # ---- opening and closing

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = False,
        encoder: str | None = None,
        passage_tokens: int | None = None,
    ) -> Library:
        """Open the library in a folder, or at the address of a Milvus; with `create`, make one where there is none.

        `encoder` and `passage_tokens` are for a new library; given for one that exists they must be its own.
        Raises LibraryError when the folder is no library, or one of another format, encoder or passage size.
        """
        backend = backend_at(path)
        try:
            if create and backend.is_vacant():
                backend.create(new_settings(encoder, passage_tokens))
            check_settings(backend.settings, backend.address, encoder=encoder, passage_tokens=passage_tokens)
        except BaseException:
            backend.close()
            raise
        return cls(backend)

    @classmethod
    def has_many_writers(cls, path: Path | str) -> bool:
        """Return True if many processes at once may write to a library of this name: it is an address."""
        return is_address(path)

    def close(self) -> None:
        """Close the library; it is of no use afterwards."""
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- reading

    def get(self, pmid: str) -> Abstract | None:
        """Return the abstract with this PMID, or None when the library does not hold it."""
        return self.get_many([pmid]).get(pmid)

    def get_many(self, pmids: Sequence[str]) -> dict[str, Abstract]:
        """Return those of these abstracts that the library holds, by PMID."""
        return self.backend.get(pmids)

    def records(self, pmids: Sequence[str]) -> list[Abstract]:
        """Return those of these abstracts that the library holds, each with its raw record, in their order."""
        store = self.backend.store_of_a_run()
        return [abstract for pmid in pmids if (abstract := store.get_with_raw(pmid))]

    def abstract_vectors(self, pmids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vector of each of these abstracts that the library holds, the mean of its passages', by PMID."""
        return self.backend.abstract_vectors(pmids)

    def parse(self, question: str, *, is_literal: bool = False) -> Query:
        """Return a question as `search` reads it: names normalised, this library's abbreviations expanded.

        What it names is searched for by its other names too (ERBB2 for HER2), unless `is_literal`.
        """
        return self.backend.parse(question, is_literal=is_literal)

    def search(
        self, text: str | Query, *, top: int = 10, mode: Mode = "hybrid", filters: Filters = Filters()
    ) -> list[Hit]:
        """Return up to `top` passages that answer a text, or a query parsed from it, best first.

        >>> library.search("IL-32β VEGF", top=10, filters=Filters(years=(2010, 2020)))  # doctest: +SKIP
        """
        checked = checked_filters(filters)
        query = parsed(text, self.parse)
        check_bounds(top, mode)
        embed = self.query_vector if mode != "lexical" else None

        def find(most: int, allowed: Filters | None) -> list[Hit]:
            return self.backend.search(query, embed=embed, top=most, mode=mode, filters=allowed) if allowed else []

        allowed = self._boolean_searches.resolved(checked)
        if allowed is None or not allowed.by_study:
            return find(top, allowed)
        of_any_study = replace(allowed, designs=(), subjects=(), min_n=None)

        def nearest() -> list[str]:
            hits = find(min(_LOOKED_THROUGH * top, MAX_TOP), of_any_study)
            return list(dict.fromkeys(hit.passage.pmid for hit in hits))

        return find(top, self.studies.resolved(allowed, among=nearest))

    def matching(self, where: str, *, top: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return a passage of each of up to `top` abstracts that a search in PubMed's syntax finds.

        First come those that are most about its words, then the newest, with their titles.
        """
        check_bounds(top, "hybrid")
        allowed = _narrowed(filters, where)
        pmids, text = self.pmids(allowed), words_of(self._boolean_searches.translation(where).expression)
        best: dict[str, Hit] = {}
        for hit in self.search(text, top=min(_PASSAGES_EACH * top, MAX_TOP), filters=allowed) if text else ():
            best.setdefault(hit.passage.pmid, hit)
        rest = [pmid for pmid in pmids if pmid not in best][: max(top - len(best), 0)]
        titles = {pmid: abstract.title for pmid, abstract in self.get_many(rest).items()}
        by_year = [
            Hit(Passage(pmid, TITLE, 0, len(titles[pmid]), titles[pmid]), 0.0) for pmid in rest if pmid in titles
        ]
        return [*best.values(), *by_year][:top]

    def similar(self, pmid: str, *, top: int = 10, filters: Filters = Filters()) -> list[Hit]:
        """Return the best passage of each of up to `top` other abstracts that are nearest to an abstract's title.

        Raises InputError when the library does not hold the abstract.
        """
        abstract = self.get(pmid)
        if abstract is None:
            raise InputError(f"PMID {pmid} is not in this library; give one that is, or add it first")
        best: dict[str, Hit] = {}
        many = min(_PASSAGES_EACH * (top + 1), MAX_TOP)
        for hit in self.search(abstract.title[:MAX_QUERY_CHARACTERS], top=many, filters=filters):
            best.setdefault(hit.passage.pmid, hit)
        return [hit for found, hit in best.items() if found != abstract.pmid][:top]

    def translated(self, where: str, filters: Filters = Filters()) -> Translation:
        """Return how a search in PubMed's syntax is carried out here, what it cannot find, and how many it finds.

        Raises InputError with the place of what cannot be understood.
        """
        count = len(self.pmids(_narrowed(filters, where)))
        return replace(self._boolean_searches.translation(where), count=count)

    def _resolved(self, filters: Filters) -> Filters | None:
        """Return checked filters in the backend's terms; None where nothing is left."""
        allowed = self._boolean_searches.resolved(filters)
        return self.studies.resolved(allowed) if allowed else None

    @staticmethod
    def is_boolean(text: str) -> bool:
        """Return True if a text is a search in PubMed's syntax: with a tag, interleukin-32[ti], or AND, OR, NOT."""
        return looks_boolean(text)

    def query_vector(self, text: str, *, encoder: Encoder | None = None) -> Vectors:
        """Return the vector of a query as it stands, shape (dimension,); those used last are remembered.

        `encoder` is the library's, where the caller holds it.
        """
        vector: Vectors = self._query_vectors.of([(on_the_line(text),)], encoder or self.encoder)[0]
        return vector

    def forget_queries(self) -> None:
        """Forget the vectors of queries, so that each is embedded anew."""
        self._query_vectors = RememberedVectors("query", _REMEMBERED_BYTES)

    def term_weights(self, words: Sequence[str], *, absent: Sequence[str] = ()) -> dict[str, float]:
        """Return the inverse document frequency of each index term over the passages, in nats.

        Of the terms that no passage holds only those in `absent` are weighed, as the rarest of all. The passages are
        those of the last search or parse.
        """
        return self.backend.term_weights(words, absent=absent)

    def pmids(self, filters: Filters = Filters(), *, holding: str = "") -> list[str]:
        """Return the PMIDs of the abstracts that the filters allow, newest first, those without a year last.

        With `holding`, of those only that have a text among their authors, DOI or other fields behind the abstract
        itself, as JSON and without regard to case and accents: every record is read for that, 100,000 in two seconds.
        """
        allowed = self._resolved(checked_filters(filters))
        return self.backend.pmids(allowed, holding=holding) if allowed else []

    def tally(self, kind: TallyOf, filters: Filters = Filters()) -> list[Tally]:
        """Return how many of the abstracts that the filters allow have each year, type, journal or MeSH term.

        Most frequent first; a MeSH term counts with its qualifiers and without.
        """
        allowed = self._resolved(checked_filters(filters))
        return self.backend.tally(kind, allowed) if allowed else []

    def mentioning(self, text: str, *, in_text: bool = False) -> list[str]:
        """Return the PMIDs of the abstracts that mention a thing in title, text or MeSH descriptors, newest first.

        With `in_text` the descriptors are left out. All its words must stand in a row; names are one in all their
        written forms, as are the two forms of an abbreviation that the library defines. Retracted abstracts are among
        them.
        """
        return self.backend.mentioning(text, in_text=in_text)

    def new_pmids(self) -> list[str]:
        """Return the PMIDs of the abstracts that the last update brought and that are still here, newest first."""
        new = last_update(self.backend.store_of_a_run().memory()).new
        return self.pmids(Filters(pmids=new, include_retracted=True)) if new else []

    def info(self) -> LibraryInfo:
        """Return counts, years and build settings; loads no model and no index."""
        return self.backend.info()

    @property
    def address(self) -> str:
        """The library's name after --library: its folder, or its address on a server."""
        return self.backend.address

    @property
    def path(self) -> Path:
        """The folder of a library that is in one."""
        return Path(self.address)

    @property
    def digest(self) -> str:
        """A SHA-256 of the content and settings: equal digests give equal answers."""
        return self.backend.digest

    @property
    def settings(self) -> Settings:
        """The build settings: the encoder with the SHA-256 of its weights, and the size of passages."""
        return self.backend.settings

    @property
    def encoder(self) -> Encoder:
        """The embedding model that the library was built with, loaded at first use."""
        with self._loading_encoder:
            settings = self.settings
            if self._encoder is None or self._encoder.sha256 != settings.encoder_sha256:  # rebuilt by another process
                self._encoder = matching_encoder(settings, self.address)
            return self._encoder

    def mesh_terms(self, containing: str = "", *, most: int = 50) -> list[Tally]:
        """Return MeSH terms that abstracts have and a text is part of, with the counts of these, most frequent first.

        The term that goes by the text as another name, and those that begin with it, come before all others. Qualifiers
        and retracted abstracts do not count.
        """
        return self._mesh_terms.containing(containing, most=most)

    def label_values(self, kind: str) -> list[str]:
        """Return the values that a filter can name: publication types ("type"), "mesh" or "journal" values."""
        return self.backend.label_values(kind)

    def has_label(self, kind: str, value: str) -> bool:
        """Return True if an abstract has this publication type, "mesh" term or "journal", without regard to case."""
        return self.backend.has_label(kind, value)

    # ---- writing

    @classmethod
    def build(
        cls,
        path: Path | str,
        *,
        files: Sequence[Path | str] = (),
        pmids: Sequence[str] = (),
        pmids_from: Sequence[Path | str] = (),
        search: str | None = None,
        limit: int | None = None,
        similar_to: Sequence[str] = (),
        cited_by: Sequence[str] = (),
        references_of: Sequence[str] = (),
        encoder: str | None = None,
        passage_tokens: int | None = None,
        synonyms: Path | str | None = None,
        client: EutilsClient | None = None,
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Start a library, or replace the one there; the old one is kept until the new one is whole.

        A build that was broken off, at any instant, is gone on with by the same call. `synonyms` is a file of the
        library's own, as `add` takes it; without one, those that are there stay.
        """
        from index.ingest import commands
        from index.ingest.inputs import checked_inputs

        own = read_synonyms(Path(synonyms)) if synonyms else None
        inputs = checked_inputs(
            files=files,
            pmids=pmids,
            pmids_from=pmids_from,
            search=search,
            limit=limit,
            similar_to=similar_to,
            cited_by=cited_by,
            references_of=references_of,
        )
        backend = backend_at(path)
        try:
            report = commands.build(
                backend, inputs, encoder=encoder, passage_tokens=passage_tokens, client=client, on_progress=on_progress
            )
            return _with_synonyms(report, backend, own)
        finally:
            backend.close()

    def add(
        self,
        *,
        files: Sequence[Path | str] = (),
        pmids: Sequence[str] = (),
        pmids_from: Sequence[Path | str] = (),
        search: str | None = None,
        limit: int | None = None,
        shard: str | None = None,
        similar_to: Sequence[str] = (),
        cited_by: Sequence[str] = (),
        references_of: Sequence[str] = (),
        synonyms: Path | str | None = None,
        client: EutilsClient | None = None,
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Read or fetch abstracts, and chunk, embed and index them; those already here are updated in place.

        Committed batch by batch: an error or an exception from `on_progress` leaves what was committed, searchable.
        With `shard="3/64"` only the third of 64 shares is taken: the files by their names, and PMIDs by themselves.
        `similar_to`, `cited_by` and `references_of` are PMIDs of papers: taken is what PubMed finds similar to them,
        what cites them, and what they cite, at most `limit` of each. Searches and links are remembered for `update`.
        `synonyms` is a file of two columns, a name and what it stands for, with tabs or commas between them: it takes
        the place of the library's own synonyms, by itself too. Raises InputError with the line for one that cannot be.
        """
        from index.ingest import commands
        from index.ingest.inputs import checked_inputs

        own = read_synonyms(Path(synonyms)) if synonyms else None
        if own is not None and not any((files, pmids, pmids_from, search, similar_to, cited_by, references_of)):
            return _with_synonyms(Report(), self.backend, own)
        inputs = checked_inputs(
            files=files,
            pmids=pmids,
            pmids_from=pmids_from,
            search=search,
            limit=limit,
            shard=shard,
            similar_to=similar_to,
            cited_by=cited_by,
            references_of=references_of,
        )
        report = commands.add(self.backend, inputs, client=client, on_progress=on_progress)
        return _with_synonyms(report, self.backend, own)

    def put(self, abstracts: Sequence[Abstract], *, on_progress: OnProgress | None = None) -> Report:
        """Take in abstracts that are at hand: those that `records` of another library gave, or of this one before
        they were removed. Those already here are updated in place."""
        from index.ingest import commands

        return commands.put(self.backend, abstracts, on_progress=on_progress)

    def remove(self, pmids: Sequence[str]) -> Report:
        """Remove abstracts; PMIDs that are not here are named in the report's `failed`."""
        from index.ingest import commands

        return commands.remove(self.backend, pmids)

    def refresh(self, *, client: EutilsClient | None = None, on_progress: OnProgress | None = None) -> Report:
        """Fetch every known PMID again and take up its changes: retractions, corrections, texts.

        Deletions and merges are followed. The report's `changes` names all of them.
        """
        from index.ingest import commands

        return commands.refresh(self.backend, client=client, on_progress=on_progress)

    def update(self, *, client: EutilsClient | None = None, on_progress: OnProgress | None = None) -> Report:
        """Add what entered PubMed since the last time in the searches and links of this library, and what changed.

        The report's `new` has the titles of what came, by PMID. Raises LibraryError when nothing could be asked again.
        """
        from index.ingest import commands

        return commands.update(self.backend, client=client, on_progress=on_progress)

    @classmethod
    def look_up(
        cls,
        *,
        search: str | None = None,
        similar_to: Sequence[str] = (),
        cited_by: Sequence[str] = (),
        references_of: Sequence[str] = (),
        client: EutilsClient | None = None,
        most: int = 5,
    ) -> Preview:
        """Return how many abstracts PubMed has for a search or a paper's links, and the first of them; stores nothing.

        Raises EutilsError when PubMed cannot be had within two tries.
        """
        from index.ingest.inputs import checked_inputs
        from index.ingest.run import impatient_client
        from index.ingest.sources import look_up

        inputs = checked_inputs(search=search, similar_to=similar_to, cited_by=cited_by, references_of=references_of)
        return look_up(inputs, client=client or impatient_client(), most=most)

    def forget(self, query: str) -> None:
        """Forget a search, links or files by the name that `info` has; the abstracts stay, updates ask it no more."""
        from index.ingest import commands

        commands.forget(self.backend, query)

    def rebuild(
        self, *, encoder: str | None = None, passage_tokens: int | None = None, on_progress: OnProgress | None = None
    ) -> Report:
        """Chunk and embed the stored abstracts anew, with another encoder or passage size if given: no network.

        The library answers from its old state until the new one is whole.
        """
        from index.ingest import commands

        return commands.rebuild(self.backend, encoder=encoder, passage_tokens=passage_tokens, on_progress=on_progress)

    # ---- checking

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Compare the stored files with one another; return the findings, each with its remedy, mended if `repair`.

        Of a folder that mends the caches; `check_at` mends library.db, which must not be open then. Raises
        LibraryDamagedError when the truth itself cannot be read.
        """
        from index.repair.repair import check_backend

        return check_backend(self.backend, repair=repair)

    @classmethod
    def check_at(cls, path: Path | str, *, repair: bool = False, on_progress: OnProgress | None = None) -> Checked:
        """Compare the files of a library with one another, whatever they have become; mend them if asked.

        Not for a process that has the library open. Raises LibraryDamagedError when nothing could be salvaged.
        """
        from index.repair.repair import check_library

        return check_library(path, repair=repair, on_progress=on_progress)


def _with_synonyms(report: Report, backend: Backend, synonyms: Synonyms | None) -> Report:
    """Put a file's synonyms in the place of the library's own, and say so in the account."""
    if synonyms is None:
        return report
    backend.put_synonyms(synonyms)
    count = len(synonyms.rows)
    note = f"the library has {count:,} synonym{'' if count == 1 else 's'} of its own now"
    return replace(report, notes=(*report.notes, note))


def _narrowed(filters: Filters, where: str) -> Filters:
    """Return filters within a search in PubMed's syntax."""
    searches = dict.fromkeys(search.strip() for search in (where, filters.where) if search.strip())
    return replace(filters, where=" AND ".join(f"({search})" for search in searches) if len(searches) > 1 else where)
