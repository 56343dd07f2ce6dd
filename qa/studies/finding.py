"""Direction of a finding: an association or difference, none, both, or nothing that is compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.studies.records import Cell, Design, Direction
from qa.studies.sentences import StudySentence

_NONE = re.compile(
    r"\b(?:no|not|non-?|without|neither|nor|lack of|absence of|failed to|did not|does not|were not|was not"
    r"|is not|are not) (?:\w+ly |\w+ ){0,4}"
    r"(?:significan\w*|differ\w*|associat\w*|correlat\w*|effects?|influenc\w*|relat\w*|chang\w*|improv\w*|increas\w*"
    r"|reduc\w*|predict\w*|benefit\w*|affect\w*|evidence|impact|rebound)\b|\bnon-?significant\b|\bsimilar (?:in|to"
    r"|between|among|across)\b"
    r"|\bwere (?:similar|comparable)\b|\bcomparable (?:to|between|in)\b|\bunrelated\b"
    r"|\bno (?:statistical )?difference\b|\bnot significant\b",
    re.I,
)
_SOME = re.compile(
    r"\b(?:significant(?:ly)?|higher|lower|greater|increased?|decreased?|reduced|improv\w+|associated|correlated"
    r"|predict(?:ed|or|ors|ive)|more (?:likely|often|frequent\w*)|less (?:likely|often|frequent\w*)|inhibit\w+|enhanced"
    r"|slower|faster|better|worse|superior|inferior"
    r"|stronger|independent|induced|suppress\w+|elevated|longer|shorter|P ?(?:<|=) ?0?\.0[0-4]\d*)\b",
    re.I,
)
_DESCRIBES: frozenset[Design] = frozenset(("case report", "case series", "qualitative or survey", "review", "other"))


def read_finding(sentences: Sequence[StudySentence], design: Design) -> tuple[Direction | None, Cell | None]:
    """Return the direction of the main finding with the words that tell it; None where no result is told."""
    results = [sentence for sentence in sentences if sentence.part == "results"]
    shown = results or [sentence for sentence in sentences if sentence.part in ("conclusions", "title")]
    if not shown or design in ("not a study", "systematic review"):
        return None, None
    against = [(sentence, match) for sentence in shown if (match := _NONE.search(sentence.text))]
    for_it = [(sentence, match) for sentence in shown if (match := _SOME.search(_NONE.sub(" ", sentence.text)))]
    best = (against or for_it)[0][0] if against or for_it else shown[0]
    cell = best.cell(0, len(best.text))
    strong = sum(1 for sentence, _ in for_it if re.search(r"significan|P ?[<=]|than", sentence.text, re.I))
    if design in _DESCRIBES and strong < 2 and not against:
        return "descriptive", cell
    if not against and not for_it:
        return ("descriptive", cell) if design in _DESCRIBES else (None, None)
    if not against:
        return "positive", cell
    if not for_it:
        return "negative", cell
    first = shown[0]
    if _NONE.search(first.text) and len(against) >= len(for_it):
        return "negative", cell
    if len(for_it) > 3 * len(against):
        return "positive", cell
    return "mixed", cell
