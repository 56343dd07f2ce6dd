"""Abstracts for other programs: RIS, BibTeX, CSL-JSON and CSV; answers and tables of studies in their own formats.

May import qa.answer, qa.studies and index. Each record carries its PMID, DOI and PubMed address, and says so where it
was retracted or is in doubt.
"""

from __future__ import annotations

from qa.export.files import (
    checked_export,
    export_abstracts,
    export_answer,
    exported,
    in_batches,
    to_bibtex,
    to_csl_json,
    to_csv,
    to_json,
    to_ris,
)

__all__ = [
    "checked_export",
    "export_abstracts",
    "export_answer",
    "exported",
    "in_batches",
    "to_bibtex",
    "to_csl_json",
    "to_csv",
    "to_json",
    "to_ris",
]
