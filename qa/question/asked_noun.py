"""The sort of thing that a question asks for: "antibiotics" of "Which antibiotics cause colitis?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.analysis.terms import terms
from qa.language.noun_phrases import is_nominal
from qa.language.word_tokens import WordToken, tokens_of

_ASKS = re.compile(r"\b(?:which|what|list|name|enumerate|mention)\b", re.I)
_AUXILIARIES = frozenset("is are was were do does did can could has have had should will would may might".split())
_DETERMINERS = frozenset("the a an its their".split())
_BEFORE = frozenset(
    "the a an of its their any all some main most commonest common frequent first important other different reported"
    " known two three four five presenting usual possible potential both new".split()
)
_NO_SORT = frozenset("type types kind kinds sort sorts class classes group groups list name names".split())
_PLURAL = re.compile(r"(?:(?<![sui])s|genera|bacteria|criteria|viruses)\Z")
_MOST = 4
_EMPTY = frozenset(
    terms(
        "drug medication medicine treatment therapy agent gene disease complication symptom event effect reaction"
        " outcome cause risk thing drink food supplement factor option sign feature manifestation intervention measure"
    )
)
"""Nouns for which their examples stand: a text on colitis after clindamycin need not say "drug"."""
_SORTS = {
    stem: sort
    for sort, words in {
        "drug": "drug medication medicine agent compound inhibitor antagonist agonist treatment therapy antibiotic"
        " antidepressant statin vaccine antibody antiepileptic anticoagulant steroid blocker diuretic chemotherapy"
        " anaesthetic modulator supplement vitamin opioid antipsychotic antiviral substance intervention remedy",
        "gene": "gene protein enzyme kinase receptor factor cytokine ligase hormone antigen oncogene transporter"
        " channel chemokine phosphatase protease peptide ligand biomarker",
        "disease": "disease syndrome disorder cancer tumor tumour condition illness infection malignancy",
        "effect": "complication"
        " symptom sign effect event reaction manifestation feature comorbidity abnormality toxicity outcome"
        " consequence",
        "organism": "organism species bacterium virus pathogen parasite animal plant fungus",
    }.items()
    for word in words.split()
    for stem in terms(word)
}
"""Nouns that say what sort of thing is asked for, each with its sort."""


def asked_noun(text: str) -> str:
    """Return the noun phrase that says what sort of thing is asked for, "" where none does.

    >>> asked_noun("Silencing of which gene fusions does harm?"), asked_noun("side effects of zinc")
    ('gene fusions', 'side effects')
    """
    tokens = tokens_of(text)
    asks = next((place for place, token in enumerate(tokens) if _ASKS.fullmatch(token.lower)), None)
    if asks is None and (topic := _topic(tokens)):
        return topic
    place = asks + 1 if asks is not None else 0
    if asks is not None and place < len(tokens) and tokens[place].lower in _AUXILIARIES:
        if tokens[place].lower not in ("is", "are", "was", "were") or place + 1 == len(tokens):
            return ""
        place += 1
        if tokens[place].lower not in _DETERMINERS:
            return ""  # "What is gout?"
    if asks is None and (not tokens or tokens[0].lower not in ("the", "all")):
        return ""  # "the risk factors of gout", its "list" being taken off
    run = _run(tokens, place)
    if run and run[-1].lower in _NO_SORT and run[-1].end < len(text):
        after = tokens.index(run[-1]) + 1
        if after < len(tokens) and tokens[after].lower == "of":
            run = _run(tokens, after + 1) or run
    return " ".join(token.text for token in run)


def _topic(tokens: Sequence[WordToken]) -> str:
    """Return the plural of a sort with which a topic begins, "drugs" of "drugs that worsen gout", "" for none."""
    run = _run(tokens, 0)
    if not run or not _PLURAL.search(run[-1].lower) or run[-1] is tokens[-1]:
        return ""
    after = tokens[tokens.index(run[-1]) + 1].lower
    noun = " ".join(token.text for token in run)
    return noun if after in _OPENS_TOPIC and (sort_of(noun) or not _DOERS.isdisjoint(_head(noun))) else ""


_OPENS_TOPIC = frozenset("of for in that which with to under after against used linked associated".split())
_DOERS = frozenset(terms("factors causes triggers predictors"))


def sort_of(noun: str) -> str:
    """Return the sort of thing that a noun phrase asks for by its last word that says one, "" where none does.

    >>> sort_of("antibiotics"), sort_of("gene fusions"), sort_of("histone")
    ('drug', 'gene', '')
    """
    return next((_SORTS[stem] for word in reversed(noun.split()) for stem in terms(word) if stem in _SORTS), "")


def empty_head(noun: str) -> frozenset[str]:
    """Return the index terms of a noun phrase's last word where the answer need not have it: "drugs", not "antibody".

    >>> empty_head("new drugs"), empty_head("antibody")
    (frozenset({'drug'}), frozenset())
    """
    return frozenset(_head(noun)) & _EMPTY


def _head(noun: str) -> list[str]:
    return terms(noun.split()[-1]) if noun else []


def _run(tokens: Sequence[WordToken], place: int) -> list[WordToken]:
    """Return the words of the noun phrase that begins at a place: up to a verb, or to its plural."""
    while place < len(tokens) and tokens[place].lower in _BEFORE:
        place += 1
    run: list[WordToken] = []
    for token in tokens[place : place + _MOST]:
        is_noun = is_nominal(token) or (not run and not _DOERS.isdisjoint(_head(token.lower)))  # "the causes of"
        if not is_noun or (run and _PLURAL.search(run[-1].lower)):
            break
        run.append(token)
    return run
