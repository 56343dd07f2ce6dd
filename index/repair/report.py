"""The account of a check and of a repair: findings, salvaged abstracts, lost ones and how to fetch them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.repair.check import Finding

LOST = "lost-pmids.txt"
_FEW = 100
"""PMIDs that are said on a line; more are pointed to in their file."""


@dataclass(frozen=True, slots=True)
class Account:
    """The outcome of salvaging a damaged library.db, which is kept under the name `kept`.

    `salvaged` counts the abstracts of the new one; `embedded` those of them whose passages or vectors were damaged,
    `reread` those whose record was, and `without_raw` those whose raw record is gone. `lost` are the PMIDs to fetch
    again; `unnamed` is how many more at least are lost. `may_hold_removed` says that some may have been removed before;
    without `is_certain`, the file's own sum over its abstracts does not bear out that these are all.
    """

    kept: str
    salvaged: int = 0
    embedded: int = 0
    reread: int = 0
    without_raw: int = 0
    lost: tuple[str, ...] = ()
    unnamed: int = 0
    may_hold_removed: bool = False
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of a check, and the account of a salvage where one was asked for and needed."""

    findings: list[Finding] = field(default_factory=list)
    account: Account | None = None

    @property
    def is_whole(self) -> bool:
        """True if the library is now as it was meant to be."""
        account = self.account
        lost = account and (account.lost or account.unnamed or not account.is_certain)
        return not lost and all(finding.repaired for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """Return the record as the command line's JSON has it."""
        findings = {"findings": [asdict(finding) for finding in self.findings]}
        if not self.account:
            return dict(findings)
        account = asdict(self.account)
        return {**findings, "lost": list(account.pop("lost")), "salvaged": account}

    def account_lines(self, library: str) -> Iterator[str]:
        """Yield the lines for a person on the salvage, and on the steps that are left."""
        if not (account := self.account):
            return
        lost = len(account.lost) + account.unnamed
        yield (
            f"{account.salvaged:,} abstracts salvaged ({account.embedded:,} embedded again, {account.reread:,} read "
            f"again from the raw record, {account.without_raw:,} left without one), {lost:,} lost; "
            f"what was damaged is kept as {account.kept}"
        )
        if account.may_hold_removed:
            yield "abstracts that had been removed may be among them: which pages were free can no longer be told"
        if account.lost:
            fetch = f"python -m index add --library {library} --pmids"
            few = len(account.lost) <= _FEW
            yield (
                f"fetch again: {fetch} {' '.join(account.lost)}"
                if few
                else (f"fetch again: {fetch}-from {Path(library) / LOST}")
            )
        if account.unnamed:
            yield f"at least {account.unnamed:,} more are lost without a trace of their PMIDs"
        if not account.is_certain:
            yield "more may be lost of which nothing is left; add again what you know to have been there"
