"""What a build is ordered with, and how far it is, in words and as a bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import Library, Progress, Report
from index.ingest.batches import OnProgress
from index.ingest.formats.detect import is_pmid_list
from index.records import LINK_KINDS, LinkKind
from ui.rendering import render

SHOWN_ROWS = 200
"""The most changes and failures that an account names on the page."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """The inputs of a build: PMIDs as pasted, a PubMed search, uploaded files, papers to start from and their links.

    `limit` is the most to take of the search and of each kind of link.
    """

    pmids: str = ""
    search: str = ""
    limit: int | None = None
    files: Sequence[Path] = ()
    papers: str = ""
    links: Sequence[LinkKind] = ()

    @property
    def is_empty(self) -> bool:
        """True if no field was filled in."""
        return not (self.pmids.strip() or self.search.strip() or self.files or self.linked)

    @property
    def linked(self) -> dict[str, Any]:
        """The papers by each kind of link that is to be followed."""
        return {kind: [self.papers] for kind in LINK_KINDS if kind in self.links and self.papers.strip()}

    @property
    def fetches(self) -> bool:
        """True if something of it has to be asked of PubMed."""
        return bool(self.pmids.strip() or self.search.strip() or self.linked)

    def add_to(self, library: Library, on_progress: OnProgress) -> Report:
        """Take in what was ordered. Raises AskAbstractsError when it cannot be done."""
        on_progress(Progress(0, None, "waiting for PubMed" if self.fetches else "reading the files"))
        lists = [file for file in self.files if is_pmid_list(file)]
        return library.add(
            files=[file for file in self.files if file not in lists],
            pmids=[self.pmids] if self.pmids.strip() else [],
            pmids_from=lists,
            search=self.search.strip() or None,
            limit=self.limit,
            **self.linked,
            on_progress=on_progress,
        )


def progress_html(progress: Progress, seconds: float) -> str:
    """Return a bar with the abstracts done, the rate, the time left and the step at hand."""
    figures = figures_of(progress, seconds)
    return render("progress.html", done=progress.done, total=progress.total, figures=figures, doing=progress.doing)


def figures_of(progress: Progress, seconds: float, *, earlier: int = 0) -> list[str]:
    """Return how far work is, at what rate, and the time left; `earlier` is what an earlier run had done already."""
    done, total = progress.done, progress.total
    rate = (done - earlier) / seconds if seconds else 0.0
    figures = [f"{done:,} of {total:,} abstracts"] if total else [f"{done:,} abstracts"] if done else []
    if rate > 0:
        figures.append(f"{rate:,.1f} a second")
    if rate > 0 and total:
        figures.append(f"{duration((total - done) / rate)} left")
    return [*figures, f"{duration(seconds)} so far"]


def duration(seconds: float) -> str:
    """Return a duration in words: "8 s", "3 min 5 s", "2 h 10 min".

    >>> duration(185)
    '3 min 5 s'
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
