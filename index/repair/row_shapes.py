"""Recognise the rows of library.db by their shapes, even when its list of tables is lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from index.repair.sqlite_pages import Pages, Place, TableRow
from index.storage.origins import is_whole_row

_OURS = {"abstracts", "passages", "removals", "settings", "labels", "marks", "memory", "sqlite_autoindex_abstracts_1"}
SETTINGS = ("encoder", "encoder_sha256", "dimension", "passage_tokens", "settings_sha256", "content")


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as its row has it; its vector is read when it is needed."""

    id: int
    section: str
    start: int
    end: int
    place: Place


@dataclass(slots=True)
class FoundRows:
    """The rows of a file by their shapes: abstracts by place, the others by the ids that they belong to."""

    abstracts: list[tuple[int, Place, str, bool]] = field(default_factory=list)  # id, place, PMID, is reached
    passages: dict[int, dict[int, PassageRow]] = field(default_factory=lambda: defaultdict(dict))
    removed: set[int] = field(default_factory=set)
    marks: set[int] = field(default_factory=set)
    settings: dict[str, str] = field(default_factory=dict)
    memory: dict[str, str] = field(default_factory=dict)
    listed: dict[int, str] = field(default_factory=dict)  # PMIDs of the index over them, by abstract
    mentioned: set[int] = field(default_factory=set)  # abstracts that have a label

    def take(self, row: TableRow, owner: str) -> None:
        """Note a row of a page; `owner` is the table or index that the page belongs to, "" when that is unknown."""

        def is_of(name: str) -> bool:
            return owner in ("", name)

        match row.values:
            case (None, str(pmid), _, _, _, bytes(), bytes()) if row.rowid is not None and is_of("abstracts"):
                self.abstracts.append((row.rowid, row.place, pmid, bool(owner)))
            case (None, int(of), str(section), int(start), int(end), bytes(), int()) if row.rowid is not None and is_of(
                "passages"
            ):
                passage = PassageRow(row.rowid, section, start, end, row.place)
                if owner or row.rowid not in self.passages[of]:
                    self.passages[of][row.rowid] = passage
            case (None, int()) if row.rowid is not None and is_of("removals"):
                self.removed.add(row.rowid)
            case (None,) if row.rowid is not None and is_of("marks"):
                self.marks.add(row.rowid)
            case (str(name), str(value)) if name in SETTINGS and is_of("settings"):
                self.settings[name] = value
            case (str(name), str(value)) if is_whole_row(name, value) and is_of("memory"):
                self.memory[name] = value
            case (str(pmid), int(id_)) if row.rowid is None and is_of("sqlite_autoindex_abstracts_1"):
                if is_pmid(pmid):
                    self.listed[id_] = pmid
            case (str(), str(), int(id_)) if row.rowid is None and is_of("labels"):
                self.mentioned.add(id_)

    def passages_of(self, id_: int) -> list[PassageRow]:
        """Return the passages of an abstract that were not removed, in their order."""
        rows = self.passages.get(id_, {})
        return [rows[passage_id] for passage_id in sorted(rows) if passage_id not in self.removed]

    def was_removed(self, id_: int) -> bool:
        """Return True if all passages that an abstract has here are on the list of those removed."""
        return bool(self.passages.get(id_)) and not self.passages_of(id_)


def gather(pages: Pages) -> tuple[FoundRows, bool]:
    """Read all pages but the free ones; also return True if the list of those is lost."""
    gathered, owners, free = FoundRows(), pages.owners(), pages.free()
    for number in [*range(1, pages.count + 1), *pages.beyond]:
        owner = owners.get(number, "")
        if owner and owner not in _OURS or not owner and free and number in free:
            continue
        if owner == "abstracts":
            gathered.mentioned.update(key for key in pages.keys(number) if key > 0)
        for row in pages.rows(number):
            gathered.take(row, owner)
    return gathered, free is None


def marks_of(pages: Pages) -> frozenset[int]:
    """Return the marks of the batches that a file's list of tables leads to."""
    marks = [page for page, owner in pages.owners().items() if owner == "marks"]
    rows = [row for page in marks for row in pages.rows(page)]
    return frozenset(row.rowid for row in rows if row.values == (None,) and row.rowid is not None and row.rowid > 0)


def is_pmid(text: str) -> bool:
    """Return True if a text that was read from a damaged file can be a PMID."""
    return text.isascii() and text.isdigit() and len(text) <= 10 and not text.startswith("0")
