"""What changed about an abstract that its readers should know: retractions, concerns, corrections, another text."""

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
"""PubMed's RefTypes that bear on whether an abstract can be relied on, gravest first, and what to say of them."""


def changes_between(old: Abstract, new: Abstract) -> str:
    """Return what became of an abstract, as the end of a sentence that starts with its PMID; "" when nothing did.

    >>> changes_between(Abstract("1", "A"), Abstract("1", "A", is_retracted=True))
    'was retracted'
    """
    added = [one for one in new.corrections if one.ref_type in _TOLD and one not in old.corrections]
    told = [f"{said}{_where(one)}" for ref_type, said in _TOLD.items() for one in added if one.ref_type == ref_type]
    if new.is_retracted and not old.is_retracted and not any("retracted" in each for each in told):
        told.insert(0, "was retracted")
    if old.is_retracted and not new.is_retracted:
        told.insert(0, "is no longer marked as retracted")
    if new.text != old.text:
        told.append("has another text")
    return "; ".join(told)


def _where(correction: Correction) -> str:
    """Return where a correction stands, as far as PubMed says: its PMID, else its citation."""
    where = f"PMID {correction.pmid}" if correction.pmid else correction.citation
    return f" ({where})" if where else ""
