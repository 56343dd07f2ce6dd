"""Labels of abstracts' sections ("PATIENTS AND METHODS") and NLM's category for each."""

from __future__ import annotations

import re

LABEL_WORDS = {
    word: category
    for category, words in {
        "BACKGROUND": "BACKGROUND CONTEXT INTRODUCTION RATIONALE IMPORTANCE",
        "OBJECTIVE": "OBJECTIVE OBJECTIVES AIM AIMS PURPOSE PURPOSES GOAL GOALS HYPOTHESIS QUESTION",
        "METHODS": "METHOD METHODS METHODOLOGY DESIGN SETTING SETTINGS PATIENT PATIENTS PARTICIPANTS SUBJECTS SAMPLE"
        " ANIMALS INTERVENTION INTERVENTIONS MATERIAL MATERIALS MEASURE MEASURES MEASUREMENT MEASUREMENTS SOURCES"
        " SELECTION EXTRACTION PROCEDURE PROCEDURES EXPOSURE EXPOSURES POPULATION ANALYSIS APPROACH",
        "RESULTS": "RESULT RESULTS FINDING FINDINGS SYNTHESIS OUTCOME OUTCOMES",
        "CONCLUSIONS": "CONCLUSION CONCLUSIONS INTERPRETATION DISCUSSION IMPLICATION IMPLICATIONS SUMMARY LIMITATIONS"
        " SIGNIFICANCE",
        "": "REGISTRATION TRIAL FUNDING UNLABELLED UNASSIGNED EVIDENCE LEVEL STUDY KEYWORDS CASE SCOPE",
    }.items()
    for word in words.split()
}
"""The words by which a label is known, each with the category that it tells, if any."""
_WORD = re.compile(r"[A-Z]+")


def is_label(text: str) -> bool:
    """Return True if an upper-case text has a word of a label in it: "RNA" and "HIV-1" have none."""
    return any(word in LABEL_WORDS for word in _WORD.findall(text))


def section_category(label: str, category: str = "") -> str:
    """Return NLM's own `category` of a section, or where there is none the category of the label's last telling word.

    Of 261 labels that NLM put into a category, 256 come out the same.

    >>> section_category("Summary of background data"), section_category("MAIN OUTCOME MEASURES", "UNASSIGNED")
    ('BACKGROUND', 'METHODS')
    """
    if category not in ("", "UNASSIGNED"):
        return category
    words = reversed(_WORD.findall(label.upper()))
    return next(filter(None, (LABEL_WORDS.get(word) for word in words)), category)
