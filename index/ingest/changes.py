"""Detect changes of an abstract that readers should know: retractions, concerns, corrections, another text."""

from __future__ import annotations

from index.records import Abstract, Correction

_TOLD = {
    "RetractionIn": "was retracted",
    "RetractedandRepublishedIn": "was retracted and republished",
    "ExpressionOfConcernIn": "has an expression of concern",
    "ErratumIn": "has an erratum",
    "CorrectedandRepublishedIn": "was corrected and republished",
    "UpdateIn": "has an update",
}
"""PubMed's RefTypes that bear on relying on an abstract, gravest first, and the words for each."""


def changes_between(old: Abstract, new: Abstract) -> str:
    """Return the changes of an abstract, as the end of a sentence that starts with its PMID; "" for none.

    >>> changes_between(Abstract("1", "A"), Abstract("1", "A", is_retracted=True))
    'was retracted'
    """
    added = [
        correction
        for correction in new.corrections
        if correction.ref_type in _TOLD and correction not in old.corrections
    ]
    changes = [
        f"{words}{_where(correction)}"
        for ref_type, words in _TOLD.items()
        for correction in added
        if correction.ref_type == ref_type
    ]
    if new.is_retracted and not old.is_retracted and not any("retracted" in change for change in changes):
        changes.insert(0, "was retracted")
    if old.is_retracted and not new.is_retracted:
        changes.insert(0, "is no longer marked as retracted")
    if new.text != old.text:
        changes.append("has another text")
    return "; ".join(changes)


def _where(correction: Correction) -> str:
    """Return the place of a correction, as far as PubMed says: its PMID, else its citation."""
    where = f"PMID {correction.pmid}" if correction.pmid else correction.citation
    return f" ({where})" if where else ""
