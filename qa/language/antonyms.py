"""Antonyms: words of direction, of denial, and pairs such as male and female."""

from __future__ import annotations

import re
from functools import lru_cache

DENIALS = frozenset(
    "not no nor neither never none cannot fail failed fails unable lack lacked lacks absent absence insufficient "
    "unchanged unaffected unaltered ineffective didn't doesn't don't wasn't weren't isn't can't couldn't".split()
)
"""Words of denial; "without" and "lacking" describe a group instead, and are compared with "with"."""

_UP = (
    "rais", "rise", "rising", "rose", "risen", "increas", "elevat", "enhanc", "higher", "highest", "more", "most",
    "promot", "induc", "activat", "upregulat", "stimulat", "lengthen", "prolong", "longer", "augment", "worsen",
    "accelerat", "gain", "boost", "amplif", "potentiat", "extend", "greater", "larger", "bigger", "faster", "quicker",
    "greatest", "largest", "grew", "up", "improv", "exacerbat", "aggravat", "heighten", "strengthen", "double", "high",
    "trigger", "drove", "drive", "facilitat", "favour", "favor", "exceed", "superior", "expand", "climb",
)  # fmt: skip
_DOWN = (
    "lower", "fall", "fell", "decreas", "reduc", "diminish", "less", "fewer", "inhibit", "suppress", "downregulat",
    "block", "shorten", "shorter", "attenuat", "slow", "declin", "drop", "prevent", "protect", "hinder", "loss", "lost",
    "lowest", "smaller", "smallest", "fewest", "weaken", "weaker", "impair", "limit", "oppos", "counter", "blunt",
    "abolish", "abrogat", "abate", "retard", "delay", "down", "cut", "curb", "ameliorat", "alleviat", "low", "minimi",
    "inferior", "shrank", "shrink", "halt", "stopp", "stop", "antagoni", "mitigat", "dampen", "lessen", "deplet",
)  # fmt: skip
_WHOLE = frozenset("up down more most less high low cut stop gain rose rise fall fell drop slow".split())
"""Words that count with these endings only, not as the beginning of any word."""
_ENDINGS = ("", "s", "er", "ed", "ing", "ped", "ping", "ly", "est", "ting")
_NEITHER_UP_NOR_DOWN = frozenset(
    "inducer inducible activated moreover mostly upon limited lowering-dose likelihood lesson driven depend "
    "exacerbation exacerbations".split()
)

PAIRS = tuple(
    tuple(re.compile(rf"\b(?:{side})", re.I) for side in pair)
    for pair in (
        (r"before\b|prior to\b", r"after\b|following\b"),
        (r"early\b|earlier\b|young", r"late\b|later\b|old\b|older\b|aged\b|elderly"),
        (r"in vitro\b", r"in vivo\b"),
        (r"systolic", r"diastolic"),
        (r"positive|positively|directly correlat", r"negative|inverse"),
        (r"left\b", r"right\b"),
        (r"acute\b|acutely\b", r"chronic"),
        (r"agonist", r"antagonist|inhibitor|blocker"),
        (r"benign", r"malignant"),
        (r"hypo(?=[a-z]{4})", r"hyper(?=[a-z]{4})"),
        (r"pre-?(?:operat|treat|natal|menopaus|synap)", r"post-?(?:operat|treat|natal|menopaus|synap)"),
        (r"male\b|males\b|man\b|men\b|boy", r"female|woman\b|women\b|girl"),
        (r"maternal|mother", r"paternal|father"),
        (r"oral\b|orally\b", r"intravenous|subcutaneous|intraperitoneal|topical"),
        (r"significant(?:ly)?\b", r"non-?significant|insignificant|not significant"),
        (r"homozygo", r"heterozygo"),
        (r"dominant\b", r"recessive"),
        (r"gain of function|gain-of-function", r"loss of function|loss-of-function"),
        (r"resistan", r"sensitiv|susceptib"),
        (r"anti-?inflammatory", r"pro-?inflammatory|(?<!-)(?<!anti)inflammatory"),
        (r"primary\b", r"secondary\b|metastatic"),
        (r"safe\b|well tolerated", r"toxic\b|unsafe|harmful"),
        (r"beneficial|benefit", r"harm|detriment|deleterious"),
        (r"intracellular", r"extracellular"),
        (r"wild-?type", r"mutant|knock-?out|deficient|transgenic"),
        (r"winter", r"summer"),
        (r"upper\b", r"lower (?:limb|back|tract|extremit)"),
        (r"urban", r"rural"),
        (r"all\b|every\b|both\b", r"none\b|neither\b"),
        (r"sufficient\b", r"insufficient"),
        (r"healthy", r"patients? with|diseased"),
        (r"improv|ameliorat|alleviat", r"worse|exacerbat|aggravat|deteriorat"),
        (r"overweight|obes", r"normal[- ]weight|lean\b"),
        (r"common\b|commonly|frequent", r"rare\b|rarely|infrequent|uncommon"),
    )
)
"""Pairs: a quote with one side alone does not bear out a sentence with the other."""

KINDS = tuple(
    {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in kind.items()}
    for kind in (
        {
            "mouse": "mouse|mice|murine", "rat": "rats?", "person": (
                "humans?|patients?|people|persons?|men|women|man|woman|children|adults?|participants?|volunteers?|"
                "infants?|adolescents?|boys?|girls?|controls|smokers|subjects|individuals"),
            "dog": "dogs?|canine", "fly": "fl(?:y|ies)|drosophila", "worm": "worms?|elegans|nematodes?",
            "zebrafish": "zebrafish", "rabbit": "rabbits?", "pig": "pigs?|porcine|swine|piglets?",
            "monkey": "monkeys?|macaques?|primates?|baboons?", "yeast": "yeasts?|cerevisiae", "cat": "cats?|feline",
            "cow": "cows?|cattle|bovine|calves", "sheep": "sheep|ovine|lambs?", "chicken": "chickens?|chicks?|avian",
            "hamster": "hamsters?", "horse": "horses?|equine", "guinea pig": "guinea pigs?",
        },
        {"child": "child(?:ren)?|infants?|newborns?|neonates?|adolescents?|p(?:a)?ediatric|boys?|girls?|neonatal",
         "adult": "adults?", "elderly": "elderly|seniors?|older (?:people|adults|patients|men|women)"},
    )
)  # fmt: skip
"""Species and ages: a quote on one kind does not bear out a sentence on another."""


@lru_cache(maxsize=4_096)
def direction(word: str) -> int:
    """Return the direction of a word: 1 for up, -1 for down, 0 for none.

    >>> [direction(word) for word in ("raised", "lowers", "measured")]
    [1, -1, 0]
    """
    plain = word.lower().replace("-", "")
    if plain in _NEITHER_UP_NOR_DOWN:
        return 0
    return _begins(plain, _UP) - _begins(plain, _DOWN)


def _begins(word: str, stems: tuple[str, ...]) -> bool:
    return word.startswith(stems) and any(
        word.startswith(stem) and (stem not in _WHOLE or word[len(stem) :] in _ENDINGS) for stem in stems
    )
