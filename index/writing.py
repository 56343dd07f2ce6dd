"""What readers yield, written to a library's truth batch by batch: chunked, embedded, committed, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from index.chunking import split_abstract
from index.encoder import Encoder
from index.records import TITLE, Abstract, Deletion, Failure, Passage, Progress, Read, Report
from index.rows import Entry, abstract_digest
from index.store import Store

OnProgress = Callable[[Progress], None]

_BATCH = 64
"""Abstracts to a commit: some 200 passages, so that a kill costs seconds and batches of like length still form."""
_TITLE_CHARACTERS = 300


@dataclass(slots=True)
class _Account:
    """The report in the making."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.added + self.updated + self.unchanged + self.removed + len(self.failed)

    def report(self) -> Report:
        return Report(self.added, self.updated, self.unchanged, self.removed, dict(self.failed))


def write_all(
    reads: Iterable[Read],
    *,
    store: Store,
    encoder: Encoder,
    total: int | None = None,
    on_progress: OnProgress | None = None,
) -> Report:
    """Write abstracts and deletions in their order, a commit each batch; what failed costs only itself.

    An exception from the readers or from `on_progress` ends the run with all earlier batches committed.
    """
    account = _Account()
    if on_progress:
        on_progress(Progress(0, total, "reading"))
    for batch in _batches(reads, _BATCH):
        _write_batch(batch, store=store, encoder=encoder, account=account)
        if on_progress:
            on_progress(Progress(account.done, total, "embedding"))
    return account.report()


def passage_text(abstract: Abstract, passage: Passage) -> str:
    """Return what both indexes read of a passage: the title sets the scene for its sentences."""
    if passage.section == TITLE and passage.start == 0:
        return passage.text
    return f"{abstract.title[:_TITLE_CHARACTERS]}\n{passage.text}"


def _batches(reads: Iterable[Read], size: int) -> Iterator[list[Read]]:
    reads = iter(reads)
    while batch := list(islice(reads, size)):
        yield batch


def _write_batch(batch: Sequence[Read], *, store: Store, encoder: Encoder, account: _Account) -> None:
    """Commit one batch. A PMID that comes twice counts twice and is written as it came last."""
    account.failed.update({item.what: item.why for item in batch if isinstance(item, Failure)})
    known = store.digests([item.pmid for item in batch if not isinstance(item, Failure)])
    latest: dict[str, Abstract | Deletion] = {}
    for item in batch:
        if isinstance(item, Failure):
            continue
        latest[item.pmid] = item
        _count(item, known, account)
    changed = [item for item in latest.values() if isinstance(item, Abstract)]
    stored = store.digests([abstract.pmid for abstract in changed])
    changed = [abstract for abstract in changed if stored.get(abstract.pmid) != abstract_digest(abstract)]
    gone = [pmid for pmid, item in latest.items() if isinstance(item, Deletion)]
    if changed or gone:
        store.put(_entries(changed, store=store, encoder=encoder), remove=gone)


def _count(item: Abstract | Deletion, known: dict[str, str], account: _Account) -> None:
    """Count what an item does, keeping in `known` what the batch has made of each PMID so far."""
    if isinstance(item, Deletion):
        account.removed += known.pop(item.pmid, None) is not None
        return
    digest = abstract_digest(item)
    before = known.get(item.pmid)
    known[item.pmid] = digest
    if before is None:
        account.added += 1
    elif before == digest:
        account.unchanged += 1
    else:
        account.updated += 1


def _entries(abstracts: Sequence[Abstract], *, store: Store, encoder: Encoder) -> list[Entry]:
    """Chunk and embed abstracts, all passages of the batch in one call so that like lengths meet."""
    max_tokens = store.settings.passage_tokens
    split = [split_abstract(one, max_tokens=max_tokens, count_tokens=encoder.count_tokens) for one in abstracts]
    texts = [
        passage_text(abstract, passage)
        for abstract, passages in zip(abstracts, split, strict=True)
        for passage in passages
    ]
    vectors = encoder.encode(texts, kind="passage").astype(np.float16)
    entries, first = [], 0
    for abstract, passages in zip(abstracts, split, strict=True):
        entries.append(Entry(abstract, passages, vectors[first : first + len(passages)]))
        first += len(passages)
    return entries
