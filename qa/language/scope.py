"""Rules on how far a sentence goes: surer than its quote, a cause for an association, or what the quote excepts.

Each compares a part of a sentence with the clause of a quote that says most of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.analysis.terms import content_words, names, terms

_UNSURE = re.compile(
    r"\b(?:may|might|could|possibl[ey]|possibility|probabl[ey]|perhaps|suggest\w*|hypothesi[sz]\w*|appear(?:s|ed)? to|"
    r"seem\w*|likely|potential(?:ly)?|propos(?:e|es|ed)|speculat\w+|(?:is|are) expected|presum\w+|suspect\w*|"
    r"apparently|unclear|uncertain|remains? to be|putative|thought|believed|whether|would|can be considered)\b",
    re.I,
)
_SURE_ENOUGH = re.compile(
    r"\b(?:may|might|could|can|possibl[ey]|probabl[ey]|perhaps|suggest\w*|hypothesi[sz]\w*|appear\w*|seem\w*|likely|"
    r"potential\w*|propos\w+|speculat\w+|expect\w*|presum\w+|suspect\w*|apparently|unclear|putative|thought|believ\w+|"
    r"would|should|indicat\w+|point\w*|hint\w*|suppos\w+|recommend\w*|promis\w+|argu\w+|conclud\w+|consider\w*|"
    r"according|authors?|tend\w*|assum\w+|candidates?|if|whether)\b",
    re.I,
)
_CAUSE = re.compile(
    r"\b(?:caus(?:e|es|ed|ing)|because|due to|owing to|leads? to|led to|drives?|drove|prevent(?:s|ed)?|"
    r"determin(?:es?|ed)|responsible|explains?|explained|accounts? for|accounted for|trigger\w*|brings? about|"
    r"results? in|resulted in|gives rise|brought about|(?:is|was|were|are) why)\b",
    re.I,
)
_ANY_CAUSE = re.compile(
    rf"{_CAUSE.pattern}|\b(?:caus\w+|result(?:s|ed|ing)? (?:in|from)|thereby|thus|induc\w+|leading|consequen\w+|"
    r"therefore|hence|depend\w*|mediat\w+|contribut\w+|protect\w*|attribut\w+|abolish\w*|block\w*|required|necessary|essential)\b",
    re.I,
)
_BACKGROUND = re.compile(
    r"\b(?:(?:has|have|had) been (?:\w+ )?(?:reported|suggested|shown|proposed|described|implicated)|"
    r"some studies|previous (?:studies|reports)|(?:is|are) (?:considered|thought|believed)|to test the hypothesis|"
    r"(?:aim|purpose|objective)s? (?:of|was|is|were))\b",
    re.I,
)
_EXCEPT = re.compile(
    r"\b(?:but|though|although|and|yet)?,? ?\b(?:not|neither|nor|no|except|unlike|without)\b(?: (?:in|by|with|for|of|"
    r"to|the|that of|those))* (?P<what>[^,;.()]{3,60})",
    re.I,
)
_DENIES = re.compile(
    r"\b(?:not|no|nor|neither|never|without|fail\w*|un(?:changed|affected|altered)|except|but)\b", re.I
)
_GREEK = "alpha|beta|gamma|delta|epsilon|zeta|kappa|theta|sigma"
_VARIANT = re.compile(
    rf"\b(?P<of>[A-Za-z]{{4,}})[ -](?P<which>{_GREEK}|[αβγδεζκθσ]|[A-Z]|[1-9]\d?|I{{1,3}}V?)\b(?![\w%-]|\.\d)"
)
_LETTERS = dict(zip("αβγδεζκθσ", "alpha beta gamma delta epsilon zeta kappa theta sigma".split(), strict=True))


def nearest_clause(part: str, quote: str) -> str:
    """Return the clause of a quote that has most of a part's words."""
    words = set(content_words(part))
    return max(clauses(quote), key=lambda clause: len(words & set(content_words(clause))))


_CUT = re.compile(
    r"\s*(?:;|—|:(?= ))\s*|,\s+(?=(?:and|but|while|whereas|although|though|yet|so|because|since|which|who|whose|where|"
    r"suggesting|indicating|implying|showing|making|leading|resulting)\b)|\s+(?=(?:whereas|although|though|because|but)\b)"
)
_LINKING = re.compile(r"^(?:and|but|while|whereas|although|though|yet|so)\b,?\s+", re.I)
_VERB = r"(?:was|were|is|are|had|has|have|did|does|do|can|could|may|might|will|would|rose|fell|led|\w{3,}ed)\b"
_SUBJECT = re.compile(rf"(?P<subject>\S+(?: \S+){{0,7}}?) {_VERB}")
_VERB_FIRST = re.compile(rf"(?:also |\w+ly )?{_VERB}")
_UNSURE_OF = 8
"""Words behind one of doubt that it is of."""
_FEWEST = 2
"""Content words of a clause at least."""


def clauses(sentence: str) -> list[str]:
    """Return the clauses of a sentence that may be true or false by themselves, each with two content words or more.

    >>> clauses("VEGF rose in cancer cells, whereas TNF fell in them")
    ['VEGF rose in cancer cells', 'whereas TNF fell in them']
    """
    found, last = [], 0
    for match in _CUT.finditer(sentence):
        before, after = sentence[last : match.start()], sentence[match.end() :]
        is_inside = sentence.count("(", 0, match.start()) > sentence.count(")", 0, match.start())
        if not is_inside and min(len(content_words(before)), len(content_words(after))) >= _FEWEST:
            found.append(before)
            last = match.end()
    return [clause.strip(" ,.") for clause in (*found, sentence[last:])]


def as_sentences(parts: Sequence[str]) -> list[str]:
    """Return clauses as sentences: without a linking word, and with the first one's subject where they have none.

    >>> as_sentences(["VEGF rose in cancer cells", "whereas TNF fell", "and was lower in serum"])
    ['VEGF rose in cancer cells', 'TNF fell', 'VEGF was lower in serum']
    """
    subject = match["subject"] if (match := _SUBJECT.match(parts[0])) else ""
    bare = [_LINKING.sub("", part) for part in parts]
    return [f"{subject} {part}" if at and subject and _VERB_FIRST.match(part) else part for at, part in enumerate(bare)]


def is_surer(part: str, quote: str, whole: str) -> bool:
    """Return True if the quote's clause is unsure of what the part says as a fact; `whole` is the part's sentence.

    What is unsure stands behind the word that says so: "degradation, probably enzymatic" is sure of degradation.
    """
    if _SURE_ENOUGH.search(whole):
        return False
    clause, words = nearest_clause(part, quote), set(content_words(part))
    return any(
        words & set(content_words(" ".join(clause[match.end() :].split()[:_UNSURE_OF])))
        for match in _UNSURE.finditer(clause)
    )


def makes_a_cause(part: str, quote: str) -> bool:
    """Return True if the part tells a cause where the quote tells that two things go together."""
    return bool(_CAUSE.search(part)) and not _ANY_CAUSE.search(quote) and not _SURE_ENOUGH.search(part)


def tells_no_finding(part: str, quote: str) -> bool:
    """Return True if the quote's clause asks, plans, or tells what others said, and the part tells it as a finding."""
    return (
        bool(_BACKGROUND.search(nearest_clause(part, quote)))
        and not _BACKGROUND.search(part)
        and not (_SURE_ENOUGH.search(part))
    )


def is_excepted(part: str, quote: str) -> bool:
    """Return True if the part asserts of a thing what the quote denies of that thing alone."""
    if _DENIES.search(part):
        return False
    asserted_there, asserted_here = set(content_words(_EXCEPT.sub(" ", quote))), set(content_words(part))
    if len(asserted_there & asserted_here) < _FEWEST:
        return False
    for match in _EXCEPT.finditer(quote):
        own = set(content_words(match["what"])) - asserted_there
        named = {term for name in names(match["what"]) for term in terms(name)} & own
        if own and len(own & asserted_here) >= max(1, len(own) - 1) or named & asserted_here:
            return True
    return False


def names_another_variant(part: str, quote: str) -> bool:
    """Return True if the part has another Greek letter, letter or number behind a word than the quote has."""
    theirs: dict[str, set[str]] = {}
    for match in _VARIANT.finditer(quote):
        theirs.setdefault(match["of"].lower(), set()).add(_variant(match["which"]))
    return any(
        (known := theirs.get(match["of"].lower())) and _variant(match["which"]) not in known
        for match in _VARIANT.finditer(part)
    )


def _variant(written: str) -> str:
    return _LETTERS.get(written, written.lower())


_UNIVERSAL = re.compile(
    r"\b(?:all|always|every|any|whatever|regardless|never|none|only|entirely|completely|fully|solely|invariably|whenever|"
    r"exclusively|must|proves?|proved|established|no matter)\b",
    re.I,
)


def universals(text: str) -> set[str]:
    """Return the words of a text that leave nothing out: all, always, only."""
    return {match[0].lower() for match in _UNIVERSAL.finditer(text)}


def hedges(text: str) -> bool:
    """Return True if a text is unsure of what it says."""
    return bool(_UNSURE.search(text))


SCOPE_RULES: dict[str, Callable[[str, str, str], bool]] = {
    "certainty": is_surer,
    "cause": lambda part, quote, _: makes_a_cause(part, quote),
    "no finding": lambda part, quote, _: tells_no_finding(part, quote),
    "exception": lambda part, quote, _: is_excepted(part, quote),
    "variant": lambda part, quote, _: names_another_variant(part, quote),
}
