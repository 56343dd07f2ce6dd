"""Design and subjects of a study, by what was done rather than by what it is called.

Each cue votes for a design; the one with the most votes wins. PubMed's publication types and check tags, where a record
has them, vote first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from index.records import Abstract
from qa.studies.cues import CUES
from qa.studies.numerals import NUMBER
from qa.studies.records import Cell, Design, Subjects
from qa.studies.sentences import StudySentence

_TYPES: dict[str, Design] = {
    "meta-analysis": "meta-analysis",
    "network meta-analysis": "meta-analysis",
    "systematic review": "systematic review",
    "scoping review": "systematic review",
    "review": "review",
    "randomized controlled trial": "randomised controlled trial",
    "randomized controlled trial, veterinary": "animal",
    "pragmatic clinical trial": "randomised controlled trial",
    "clinical trial, phase i": "non-randomised trial",
    "clinical trial, phase ii": "non-randomised trial",
    "controlled clinical trial": "non-randomised trial",
    "case reports": "case report",
    "editorial": "not a study",
    "letter": "not a study",
    "comment": "not a study",
    "news": "not a study",
    "biography": "not a study",
    "clinical trial protocol": "not a study",
    "practice guideline": "other",
    "guideline": "other",
}
_HEADINGS: dict[str, Design] = {
    "case-control studies": "case-control",
    "cohort studies": "cohort",
    "prospective studies": "cohort",
    "retrospective studies": "cohort",
    "follow-up studies": "cohort",
    "cross-sectional studies": "cross-sectional",
    "sensitivity and specificity": "diagnostic accuracy",
    "qualitative research": "qualitative or survey",
    "interviews as topic": "qualitative or survey",
    "models, economic": "modelling or economic",
    "cost-benefit analysis": "modelling or economic",
    "computer simulation": "modelling or economic",
}
"""MeSH headings that tell a design; they vote weakly, as indexers give several."""
_VAGUE = frozenset(("review", "letter"))
"""Types that are given to other designs too: letters report trials."""

_HUMAN = re.compile(
    r"\b(?:patients?|participants?|volunteers?|wom[ae]n|m[ae]n|child(?:ren)?|infants?|neonates?|newborns?|adults?"
    r"|adolescents?|subjects|individuals|people|persons?|students?|nurses?|physicians?|surgeons?|residents?|mothers?"
    r"|boys?|girls?|outpatients?|inpatients?|respondents?|smokers|humans|human (?:subjects|volunteers)|famil(?:y|ies)"
    r"|probands?|cohort|clinical(?:ly)?|elderly|cases|drivers?|athletes?|workers?|hospitals?|births?|surger(?:y|ies)"
    r"|deaths?|carriers?"
    r"|siblings?|sibs)\b",
    re.I,
)
_ANIMAL = next(cue.pattern for cue in CUES if cue.design == "animal")
_CELLS = next(cue.pattern for cue in CUES if cue.design == "in vitro")
_COMPARES = re.compile(
    r"\b(?:compar(?:ed|ing|ison)|versus|vs|between (?:the )?(?:two |three )?groups|regression|predict\w*|risk factors?"
    r"|[Pp] ?[<=>]|rates? (?:of|was|were)|significant\w*|differen(?:ce|t)\w*)",
)
_AT_ONE_TIME = re.compile(
    r"\b(?:correlat\w+|relationships?|associations?|questionnaires?|prevalence|respondents?|scores?|subscales?)\b", re.I
)
_OVER_TIME = re.compile(
    r"\b(?:follow\w*|after|outcomes?|surg\w+|operat\w+|treat\w+|postoperative\w*|mortality|survival|underwent|during)\b",
    re.I,
)
_ONE_PATIENT = re.compile(
    r"\b(?:in|of) an? (?:[\w-]+ ){0,3}(?:patient|wom[ae]n|man|boy|girl|infant|child|neonate|newborn|case|famil(?:y))\b",
    re.I,
)
_WORK = re.compile(
    r"\b(?:we|our|was|were|had|did|here|developed|underwent|received|occurred|showed|revealed)\b"
    r"|\b(?:this|the present) (?:study|work|trial|paper)\b|P ?[<=>]|\d ?%|\bn ?="
    rf"|{NUMBER} (?:[\w-]+ ){{0,3}}?(?:patients?|cases|subjects|women|men|children|infants|animals|mice|rats)\b",
    re.I,
)
"""Words that tell what was done or found; a review has few."""
_FEW_SENTENCES = 4
_WEIGHTS = {"title": 2.0, "background": 0.4, "aim": 1.5, "methods": 1.5, "results": 1.0, "conclusions": 0.5}
_TOO_FEW = 0.8
"""Votes that tell no design."""
_OF_HUMANS: frozenset[Design] = frozenset(
    (
        "randomised controlled trial",
        "non-randomised trial",
        "cohort",
        "case-control",
        "cross-sectional",
        "diagnostic accuracy",
        "case series",
        "case report",
        "qualitative or survey",
    )
)


def read_design(
    abstract: Abstract, sentences: Sequence[StudySentence]
) -> tuple[Design, Subjects, tuple[tuple[str, Cell], ...]]:
    """Return the design, the subjects, and the words that tell the design."""
    subjects = _subjects(abstract, sentences)
    votes: defaultdict[Design, float] = defaultdict(float)
    words: dict[Design, Cell] = {}
    for cue in CUES:
        matches = [(sentence, match) for sentence in sentences if (match := cue.pattern.search(sentence.text))]
        if not matches:
            continue
        votes[cue.design] += cue.votes * min(2.0, sum(_WEIGHTS[sentence.part] for sentence, _ in matches))
        best, match = max(matches, key=lambda pair: _WEIGHTS[pair[0].part])
        words.setdefault(cue.design, best.cell(*match.span()))
    for heading in abstract.mesh:
        if of_heading := _HEADINGS.get(heading.partition("/")[0].lower()):
            votes[of_heading] += 1.2
    if _tells_no_work(sentences):
        votes["review"] += 3
    elif _ONE_PATIENT.search(abstract.title):
        votes["case report"] += 3
    _let_subjects_vote(votes, subjects, sentences)
    for name in abstract.types:
        if of_type := _TYPES.get(name.lower()):
            votes[of_type] += 3 if name.lower() in _VAGUE else 12
    design: Design = max(votes, key=lambda candidate: votes[candidate], default="other")
    if votes[design] < _TOO_FEW:
        design = "other" if abstract.sections else "not a study"
    if not abstract.sections and votes[design] < 4:
        design = design if subjects in ("animals", "cells or molecules") else "not a study"
    if (
        design in ("modelling or economic", "review", "systematic review", "not a study", "other")
        and subjects != "animals"
    ):
        subjects = "none" if design in ("modelling or economic", "not a study") else subjects
    return design, subjects, ((("design", words[design]),) if design in words else ())


def _let_subjects_vote(
    votes: defaultdict[Design, float], subjects: Subjects, sentences: Sequence[StudySentence]
) -> None:
    """Keep designs to subjects that they can have: a trial has people, an experiment in mice is one in animals."""
    if subjects == "humans":
        votes["animal"] = votes["in vitro"] = 0.0
        if not any(votes[design] >= 1 for design in _OF_HUMANS):
            votes[_undeclared(sentences)] += 1.5
        votes["cohort"] += 0.5
        return
    for design in _OF_HUMANS:
        votes[design] *= 0.2
    wanted: Design = "animal" if subjects in ("animals", "mixed") else "in vitro"
    votes["in vitro" if wanted == "animal" else "animal"] = 0.0
    if subjects != "none":
        votes[wanted] += 3


def _tells_no_work(sentences: Sequence[StudySentence]) -> bool:
    """Return True if an abstract of some length tells of nothing that was done, counted or found by its authors."""
    body = [sentence.text for sentence in sentences if sentence.part != "title"]
    return len(body) >= _FEW_SENTENCES and sum(bool(_WORK.search(text)) for text in body) <= len(body) // 6


def _undeclared(sentences: Sequence[StudySentence]) -> Design:
    """Return the design of a study of people that no cue tells: by whether groups are compared, and over time."""
    text = " ".join(sentence.text for sentence in sentences if sentence.part not in ("background", "conclusions"))
    if len(_COMPARES.findall(text)) < 3:
        return "case series"
    once, over_time = (len(pattern.findall(text)) for pattern in (_AT_ONE_TIME, _OVER_TIME))
    return "cross-sectional" if once > over_time else "cohort"


def _subjects(abstract: Abstract, sentences: Sequence[StudySentence]) -> Subjects:
    """Return who or what was studied, by how often each is named where the study is told; check tags weigh more."""
    people, animals, cells = (
        sum(min(3, len(pattern.findall(sentence.text))) * _WEIGHTS[sentence.part] for sentence in sentences)
        for pattern in (_HUMAN, _ANIMAL, _CELLS)
    )
    tags = {heading.lower() for heading in abstract.mesh}
    if "humans" in tags and "animals" not in tags:
        people, animals = people * 1.5 + 2, animals * 0.3
    elif "animals" in tags and "humans" not in tags:
        people, animals = people * 0.2, animals * 1.5 + 2
    if not (people or animals or cells):
        return "none"
    if people >= max(animals, cells * 0.8):
        return "humans"
    return "animals" if animals >= cells * 0.9 else "cells or molecules"
