"""Slots of a question that a follow-up can replace: isoform, name, subject, disease, tissue, group.

Each function returns the question with the thing replaced, or None where the rules are not sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from index.analysis.inflection import singular
from index.analysis.normalization import GREEK
from index.analysis.terms import as_written, isoforms, names, terms
from qa.language.stop_words import general_terms
from qa.question.asked_noun import asked_noun

_LETTERS = {word: letter for letter, word in GREEK.items() if letter != "ς"}
_LETTER = rf"(?:[{''.join(GREEK)}]|{'|'.join(sorted(_LETTERS, key=len, reverse=True))})"
_ISOFORM = r"(?:isoform|variant|form|subunit|chain)"
_ISOFORM_ALONE = re.compile(rf"(?:the )?(?:{_ISOFORM} )?-?({_LETTER})(?:[ -](?:{_ISOFORM}|one))?\Z", re.I)
_ISOFORM_WITHIN = re.compile(rf"\bthe ({_LETTER})[ -]{_ISOFORM}\b|\bthe {_ISOFORM} ({_LETTER})(?!\w)", re.I)
_MAX_ISOFORMS = 4
"""Isoforms of a text that are compared at most: each is searched for as it is written."""
_WITH_ISOFORM = re.compile(rf"(?P<stem>\b[^\W_][\w/-]*?(?: \d+)?[- ]?)(?P<letter>{_LETTER})(?![^\W\d_])", re.I)
_WORDS_OF_KIND = {
    "whom": re.compile(
        r"(?:mice|mouse|rats?|humans?|people|persons?|patients?|animals?|flies|worms|dogs?|cats?|pigs?|monkeys?"
        r"|primates?|zebrafish|rabbits?|men|women|boys?|girls?|children|adults?|adolescents?|infants?|newborns?"
        r"|students?|workers?|volunteers?|athletes?|smokers?|males?|females?|elderly)\Z",
        re.I,
    ),
    "disease": re.compile(
        r"(?:cancers?|tumou?rs?|diseases?|syndromes?|disorders?|diabetes|asthma|psoriasis|strokes?|infections?|sepsis"
        r"|obesity|hypertension|depression|failure|insomnia|epilepsy|migraines?|eczema|malaria|dementia|lupus|copd|aids"
        r"|fractures?|injury|injuries|allerg(?:y|ies)|\w{2,}(?:omas?|itis|osis|oses|[ae]mias?|pathy|pathies))\Z",
        re.I,
    ),
    "tissue": re.compile(
        r"(?:cells?|lines?|tissues?|livers?|muscles?|hearts?|kidneys?|lungs?|brains?|skin|neurons?|microglia|bones?"
        r"|cartilage|blood|plasma|serum|arteries|artery|gut|colon|intestine|spleen|pancreas|retina|platelets?|marrow"
        r"|\w{2,}(?:cytes?|phages?|blasts?|clasts?|glia|epithelium|endothelium))\Z",
        re.I,
    ),
}
_PLACE = r"in|for|among|with|against|of|on|about"
_STOPS = (
    rf"{_PLACE}|to|from|by|through|via|at|after|before|during|when|while|that|which|who|and|or|than|do|does|did|is|are|"
    "was|were|be|been|can|could|the same|too"
)
_PHRASE = re.compile(rf"\b(?P<preposition>{_PLACE})\s+(?P<noun>(?:(?!(?:{_STOPS})\b)[\w'’+/-]+[ ]?){{1,6}})", re.I)
_VERBS = (
    "prevent reduce lower raise increase decrease improve extend lengthen prolong cause induce promote activate "
    "inhibit protect treat relieve worsen shorten act affect help regulate drive trigger suppress block slow delay "
    "cure change alter influence kill bind modulate attenuate enhance stimulate mediate work lead control harm double"
).split()
_SUBJECT = re.compile(
    r"\A(?:(?:what|which|how|why|when|where)(?: \w+)? )?(?:does|do|did|can|could|will|would|may|might|should) "
    rf"(?P<subject>(?:[^\W_][\w-]* ){{1,3}}?)(?={'|'.join(dict.fromkeys(_VERBS))})",
    re.I,
)
_DETERMINER = re.compile(
    r"(?:since|at|by|as|in|on|the|this|that|these|those|its|their|a|an|any|it|they|there|he|she|such)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A preposition with its noun phrase, the latter at `start:end` of the text."""

    preposition: str
    noun: str
    start: int
    end: int


def phrases(text: str) -> Iterator[Phrase]:
    """Yield the prepositional phrases of a text that name a place, a group or a thing: "in breast cancer"."""
    for match in _PHRASE.finditer(text):
        noun = match["noun"].rstrip()
        yield Phrase(match["preposition"].lower(), noun, match.start("noun"), match.start("noun") + len(noun))


def kinds(noun: str) -> set[str]:
    """Return the kinds of a noun phrase by its words: {"disease", "tissue"} for "breast cancer cells"."""
    words = re.findall(r"[^\W_]+", noun)
    return {kind for kind, pattern in _WORDS_OF_KIND.items() if any(pattern.match(word) for word in words)}


def is_isoform_alone(text: str) -> bool:
    """Return True if a text is an isoform's letter alone: "the γ isoform", "gamma"."""
    return bool(_ISOFORM_ALONE.match(text))


def with_isoform(question: str, follow_up: str) -> str | None:
    """Return the question about another isoform, written "the γ isoform" or as a name of its family."""
    if letter := _ISOFORM_ALONE.match(follow_up) or _ISOFORM_WITHIN.search(follow_up):
        return _with_letter(question, next(filter(None, letter.groups())).lower())
    here = list(islice(isoforms(question).items(), _MAX_ISOFORMS))
    for new, family in islice(isoforms(follow_up).items(), _MAX_ISOFORMS):
        alike = [old for old, old_family in here if family == old_family]
        if len(alike) == 1:
            return question.replace(as_written(alike[0], question), as_written(new, follow_up))
    return None


def with_denial(question: str, follow_up: str) -> str | None:
    """Return a question of "which" for what is not so: "And which do not?" after "Which drugs cause gout?".

    >>> with_denial("Which drugs cause gout?", "which do not?")
    'Which drugs do not cause gout?'
    """
    denies, noun = _DENIES.match(follow_up), asked_noun(question)
    asks = re.match(rf"(?P<head>(?:which|what) {re.escape(noun)}) (?P<verb>\w+)", question, re.I) if noun else None
    if not denies or not asks:
        return None
    verb, rest = asks["verb"], question[asks.end() :]
    has_auxiliary = re.fullmatch(r"(?:is|are|was|were|do|does|did|can|could|has|have|had|may|might)", verb, re.I)
    denied = (
        f"{verb} not"
        if has_auxiliary
        else f"{denies['auxiliary']} not {singular(verb) if verb.endswith('s') else verb}"
    )
    return f"{asks['head']} {denied}{rest}"


_DENIES = re.compile(
    r"(?:which|what)(?: ones?| of (?:them|these|those)| \w+s?)? (?P<auxiliary>do|does|did|is|are|was|were|has|have)"
    r"(?: not|n['’]t)\W*\Z",
    re.I,
)


def _with_letter(question: str, letter: str) -> str | None:
    matches = list(_WITH_ISOFORM.finditer(question))
    if matches and len({match["stem"].lower() for match in matches}) == 1:
        old = matches[0]["letter"].lower()
        new = letter if old in GREEK and letter in GREEK else GREEK.get(letter, letter)
        new = _LETTERS.get(letter, letter) if old in GREEK else new
        return _WITH_ISOFORM.sub(lambda match: match["stem"] + new, question)
    named = names(question)
    if not matches and len(named) == 1 and named[0][-1].isdigit():
        written = as_written(named[0], question)
        return question.replace(written, written + _LETTERS.get(letter, letter))
    return None


def with_name(question: str, noun: str) -> str | None:
    """Return the question with its one named thing of the noun's sort replaced by it: HIF-2α for HIF-1α."""
    new, old = _named(noun), _named(question)
    if len(new) != 1 or " ".join(new) != noun:
        return None
    alike = [name for name in old if _beginning(name) == _beginning(noun)] or old
    return _put(question, alike[0], noun) if len(alike) == 1 else None


def with_subject(question: str, noun: str) -> str | None:
    """Return the question with the noun for its subject, where both are plain words: "warfarin" for "aspirin"."""
    match = _SUBJECT.match(question)
    if not match or len(noun.split()) > 2 or not is_own_thing(noun) or _named(noun):
        return None
    subject = match["subject"].strip()
    if not is_own_thing(subject) or _named(subject):
        return None
    return question[: match.start("subject")] + noun + question[match.start("subject") + len(subject) :]


def with_places(question: str, replacing: list[Phrase]) -> str | None:
    """Return the question in another place, disease or group: each phrase replaces the one of its kind.

    A phrase with none to replace is added at the end.
    """
    for phrase in replacing:
        here = list(phrases(question))
        alike = [other for other in here if kinds(other.noun) & kinds(phrase.noun)]
        if not kinds(phrase.noun):  # of a kind that is not known, "in MCF-7": there may be one like it, or none
            alike = []
            if any(other.preposition == phrase.preposition for other in here):
                return None
        if len(alike) > 1:
            return None
        if alike:
            question = question[: alike[0].start] + phrase.noun + question[alike[0].end :]
        else:
            question = f"{question.rstrip(' ?.!')} {phrase.preposition} {phrase.noun}?"
    return question


def is_own_thing(noun: str) -> bool:
    """Return True if a noun stands for a thing by itself: "metformin", not "the dose", "high levels", "mice"."""
    if _DETERMINER.match(noun) or kinds(noun):
        return False
    return bool(names(noun)) or any(term not in general_terms() and not term.isdigit() for term in terms(noun))


def _named(text: str) -> list[str]:
    """Return the named things of a text as written, abbreviations such as VEGF among them."""
    written = [as_written(name, text) for name in names(text)]
    rest = text
    for name in written:
        rest = rest.replace(name, " ")
    return list(dict.fromkeys([*written, *re.findall(r"\b[A-Z]{2,}[a-z]?\b", rest)]))


def _beginning(name: str) -> str:
    letters = re.match(r"[^\W\d_]*", terms(name)[0]) if terms(name) else None
    return letters[0] if letters else ""


def _put(question: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, question)
