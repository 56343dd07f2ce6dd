"""Detect another setting than a statement's: another species, age, sex or trimester, or a similar drug."""

from __future__ import annotations

import re
from functools import lru_cache

from index.analysis.lexicon import default_lexicon
from index.analysis.terms import content_words, names
from qa.language.entailment import drugs_named, with_and_without
from qa.language.statement import AskedStatement

_KINDS: tuple[dict[str, re.Pattern[str]], ...] = tuple(
    {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in kind.items()}
    for kind in (
        {
            "person": r"humans?|patients?|people|persons?|men|women|man|woman|child(?:ren)?|adults?|participants?"
            r"|volunteers?|infants?|adolescents?|boys?|girls?|smokers|individuals|outpatients"
            r"|inpatients|newborns?|neonates?|toddlers|elderly|pregnan\w+|clinical|trial|cohort",
            "animal": r"mouse|mice|murine|rats?|dogs?|canine|drosophila|elegans|worms?|zebrafish|rabbits?|pigs?"
            r"|porcine|monkeys?|macaques?|primates?|hamsters?|yeast|animals?|sheep|flies",
            "cells": r"in vitro|cell lines?|cultured|cells",
        },
        {
            "mouse": r"mouse|mice|murine",
            "rat": r"rats?",
            "worm": r"worms?|elegans",
            "fly": r"flies|drosophila",
            "fish": r"zebrafish",
            "dog": r"dogs?|canine",
            "pig": r"pigs?|porcine",
        },
        {"male": r"male|males|man|men|boys?", "female": r"females?|woman|women|girls?"},
        {
            "child": r"child(?:ren)?|infants?|newborns?|neonates?|neonatal|adolescents?|p(?:a)?ediatric|boys?"
            r"|girls?|toddlers?|preterm|schoolchildren|teenagers?|youth",
            "adult": r"adults?|elderly|seniors?|older|middle-aged|men|women|postmenopausal",
        },
        {
            "elderly": r"elderly|seniors?|older (?:people|adults|patients|men|women|persons)|aged (?:65|70|75|80)",
            "young": r"young|younger|child(?:ren)?|adolescents?|infants?",
        },
        {
            "early": r"first[- ]trimester|early (?:in )?pregnancy"
            r"|first (?:three|12|twelve) (?:months|weeks)(?: of pregnancy)?|periconception\w*|early gestation",
            "late": r"third[- ]trimester|second[- ]trimester|late (?:in )?pregnancy"
            r"|last (?:month|weeks?|trimester|\d+ days)|end of pregnancy|near term"
            r"|before (?:delivery|birth)|shortly before",
        },
        {"premenopausal": r"pre-?menopaus\w+", "postmenopausal": r"post-?menopaus\w+"},
        {"type 1": r"type[- ]?(?:1|I|one)\b", "type 2": r"type[- ]?(?:2|II|two)\b"},
        {"acute": r"acute(?:ly)?", "chronic": r"chronic(?:ally)?|long-?term|prolonged"},
        {
            "primary": r"primary prevention",
            "secondary": r"secondary prevention|after (?:a )?(?:stroke|myocardial infarction)",
        },
        {"mild": r"mild", "severe": r"severe"},
        {"high dose": r"high[- ]doses?", "low dose": r"low[- ]doses?"},
        {
            "oral": r"oral(?:ly)?|by mouth",
            "intravenous": r"intravenous(?:ly)?|infusions?",
            "topical": r"topical(?:ly)?|creams?|ointments?",
            "inhaled": r"inhal(?:ed|ation)",
        },
        {
            site: rf"(?:{words})\w* (?:\w+ )?(?:cancers?|carcinomas?|tumou?rs?|adenocarcinomas?|cancer cells?)"
            for site, words in {
                "breast": "breast|mammary",
                "colon": "colon|colorectal|rectal|bowel",
                "lung": "lung",
                "prostate": "prostat",
                "ovary": "ovar",
                "pancreas": "pancrea",
                "stomach": "gastric|stomach",
                "liver": "liver|hepato",
                "kidney": "renal|kidney",
                "bladder": "bladder|urotheli",
                "cervix": "cervi",
                "womb": "endometri",
                "thyroid": "thyroid",
                "skin": "skin",
                "gullet": "o?esophag",
                "brain": "brain",
            }.items()
        },
    )
)
"""Kinds of which a statement on one is not told by a finding on another."""
_MUST_BE_MET = 5
"""Of the kinds, the first so many must be met by the abstract, where the statement names one."""


def is_apart(statement: AskedStatement, sentence: str, title: str, abstract: str) -> bool:
    """Tell whether a sentence is on another kind, on the lack of what the statement has, or on a like drug or name."""
    asked = f"{statement.subject} {statement.setting} {statement.outcome}"
    return (
        _is_of_another_kind(asked, sentence, title, abstract)
        or _has_what_is_lacking(f"{statement.subject} {statement.setting}", sentence)
        or _is_on_the_opposite(asked, sentence, title)
        or _is_on_a_sibling(statement, sentence, title)
        or _is_in_another_disease(asked, sentence)
    )


def is_not_on_people(sentence: str, title: str = "") -> bool:
    """Return True if a sentence, or where it names nobody its title, is on animals or cells and not on people.

    >>> is_not_on_people("Zinc shortened colds in mice."), is_not_on_people("Zinc shortened colds.", "A trial of zinc")
    (True, False)
    """
    kinds = _kinds_in(0, sentence) or _kinds_in(0, title)
    return bool(kinds) and "person" not in kinds


def _is_of_another_kind(asked: str, sentence: str, title: str, abstract: str) -> bool:
    for place, kind in enumerate(_KINDS):
        wanted = _kinds_in(place, asked)
        if not wanted:
            continue
        kinds = _kinds_in(place, sentence) or _kinds_in(place, title)
        if kinds and not kinds & wanted or not kinds and "low dose" in kind:
            return True
        around = _kinds_in(place, abstract)
        if place < _MUST_BE_MET and not kinds and around and not around & wanted:
            return True
        if place == 2 and len(wanted) == 1 and not kinds & wanted and not around & wanted and len(kind) == 2 and around:
            return True
    return False


@lru_cache(maxsize=1_024)
def _kinds_in(place: int, text: str) -> frozenset[str]:
    return frozenset(name for name, words in _KINDS[place].items() if words.search(text))


_NON = re.compile(r"\b(?:non|never)[- ]?(?=[a-z]{4})(?P<word>[a-z]+)", re.I)


def _is_on_the_opposite(asked: str, sentence: str, title: str) -> bool:
    """Tell whether a sentence, or its title, is on non-smokers where the statement is on smokers, or the other way."""
    for text in (sentence, title):
        denied, plain = _apart_by_non(text)
        mine, my_plain = _apart_by_non(asked)
        if (denied & my_plain) - plain or (mine & plain) - denied:
            return True
        if denied & mine or plain & my_plain & denied:
            return False
    return False


@lru_cache(maxsize=1_024)
def _apart_by_non(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words that a text has with "non-" before them, and those without."""
    denied = {match["word"].lower() for match in _NON.finditer(text)}
    return frozenset(denied), frozenset(re.findall(r"[a-z]{4,}", _NON.sub(" ", text).lower()))


def _has_what_is_lacking(asked: str, sentence: str) -> bool:
    """Tell whether a sentence has "with" what the statement has "without", or the other way round, not both."""
    wanted, held = with_and_without(asked), with_and_without(sentence)
    return any((thing, not has) in held and (thing, has) not in held for thing, has in wanted)


_AFTER_PREPOSITION = re.compile(r"\b(?:in|with|for|of|against)\s+(?=((?:[a-z][\w-]*\s?){2,4}))")


def _is_in_another_disease(asked: str, sentence: str) -> bool:
    """Tell whether a sentence is on a kind of the statement's disease that is another: "in absence epilepsy".

    Only where the lexicon knows both for diseases.
    """
    wanted = _diseases(asked)
    diseases = {head: names for head, names in _diseases(sentence).items() if head in wanted}
    return any(
        not names & wanted[head] and not any(name in sentence.lower() for name in wanted[head])
        for head, names in diseases.items()
    )


@lru_cache(maxsize=1_024)
def _diseases(text: str) -> dict[str, frozenset[str]]:
    """Return the kinds of each disease that a text names after a preposition, by the word for the disease."""
    found: dict[str, set[str]] = {}
    for match in _AFTER_PREPOSITION.finditer(text.lower()):
        words = match[1].split()
        for end in range(len(words), 1, -1):
            name = " ".join(words[:end])
            is_disease = any(concept.kind == "disease" for concept in default_lexicon().concepts(name)[:1])
            if is_disease and content_words(words[end - 1]):
                found.setdefault(words[end - 1], set()).add(name)
                break
    return {head: frozenset(names) for head, names in found.items()}


def _is_on_a_sibling(statement: AskedStatement, sentence: str, title: str) -> bool:
    """Tell whether a sentence names drugs, none of them the statement's, whose own drug it does not name."""
    own = {*drugs_named(statement.subject), *drugs_named(statement.rival)}
    words = set(content_words(statement.subject)) | set(content_words(statement.rival))
    held = set(content_words(sentence))
    others = drugs_named(sentence) - {"placebo"}
    if own and others and not own & others and not words & held:
        return True
    if others and not words & held and not own:
        return True  # a subject of another sort, and the sentence is on a drug
    asked = set(names(statement.subject)) | set(names(statement.rival))
    named = set(names(sentence))
    return bool(asked and named and not asked & named and not asked & set(names(title)))
