"""An abstract to the record of its study."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from index import Library
from index.analysis import section_labels, sentences
from index.records import Abstract, Filters, KeptStudy
from qa.question import language
from qa.studies.design import read_design
from qa.studies.effects import read_effects
from qa.studies.finding import read_finding
from qa.studies.pico import read_question
from qa.studies.ranking import WEIGHTS
from qa.studies.records import Study, study_from_json
from qa.studies.sentences import told_sentences
from qa.studies.size import read_size

_AT_ONCE = 200
_READ_BY = (section_labels, sentences, language)
"""Modules outside this package on which a study depends."""


def read_study(abstract: Abstract) -> Study:
    """Return what an abstract says of its study. Pure: the same abstract gives the same record.

    Of one that is not in English only publication types and check tags are read.
    """
    body = " ".join(section.text for section in abstract.sections) or abstract.title
    study_sentences = told_sentences(abstract) if language.language_of(body) == "English" else []
    design, subjects, told_by = read_design(abstract, study_sentences)
    question = read_question(study_sentences, design)
    finding, words = read_finding(study_sentences, design)
    size = read_size(study_sentences, design)
    return Study(
        abstract.pmid,
        design,
        subjects,
        size,
        *question,
        effects=() if design == "not a study" else read_effects(study_sentences, size),
        finding=finding,
        told_by=(*told_by, ("finding", words)) if words else told_by,
    )


class Studies:
    """Reads studies for a library, which keeps them: a `StudyReader`."""

    @property
    def rules(self) -> str:
        """The SHA-256 of the modules and weights that read studies: others read another study."""
        return _rules()

    def read(self, abstract: Abstract) -> KeptStudy:
        """Return what an abstract says of its study, as it is kept."""
        study = read_study(abstract)
        record = json.dumps(study.to_dict(), ensure_ascii=False, separators=(",", ":"))
        return KeptStudy(abstract.pmid, study.design, study.subjects, study.n.value if study.n else None, record)


@lru_cache(maxsize=1)
def _rules() -> str:
    modules = sorted(Path(__file__).parent.glob("*.py")) + [Path(module.__file__ or "") for module in _READ_BY]
    return hashlib.sha256(b"".join(file.read_bytes() for file in (*modules, WEIGHTS))).hexdigest()


def kept_with(library: Library) -> Library:
    """Return the library, which reads studies from now on where it has kept none."""
    library.studies.reader = library.studies.reader or Studies()
    return library


def studies_of(library: Library, abstracts: Sequence[Abstract]) -> dict[str, Study]:
    """Return the studies of a library's abstracts, by PMID; those that it has kept are not read again."""
    kept = kept_with(library).studies.of([abstract.pmid for abstract in abstracts])
    return {abstract.pmid: _study_of(abstract, kept.get(abstract.pmid)) for abstract in abstracts}


def _study_of(abstract: Abstract, kept: KeptStudy | None) -> Study:
    """Return a study as it was kept if its words stand in the abstract; else it is read."""
    try:
        study = study_from_json(json.loads(kept.record)) if kept else None
    except (ValueError, TypeError, KeyError):  # the file is a cache, and can be damaged
        study = None
    if study and all(abstract.text[cell.start : cell.end] == cell.text for cell in study.cells()):
        return study
    return read_study(abstract)


def library_studies(library: Library, filters: Filters = Filters()) -> Iterator[Study]:
    """Yield the studies of a library's abstracts that the filters allow, newest first."""
    pmids = kept_with(library).pmids(filters)
    for first in range(0, len(pmids), _AT_ONCE):
        some = pmids[first : first + _AT_ONCE]
        studies = studies_of(library, list(library.get_many(some).values()))
        yield from (studies[pmid] for pmid in some if pmid in studies)
