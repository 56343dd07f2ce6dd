"""Short answers found by their place in a sentence: things that no lexicon needs to know.

They are the subject of the question's verb ("What increased the risk?"), or stand beside the noun that says what is
asked for ("Acne and insomnia were the commonest adverse events.").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.analysis.terms import terms
from qa.evidence.scoring import Evidence
from qa.generation.short_answers.sorts import NamedPlace, is_in_clause, is_new, says_a_sort
from qa.language.noun_phrases import NounPhrase, enumerations, is_nominal, noun_phrases
from qa.language.word_tokens import WordToken, tokens_of
from qa.question.asked_noun import sort_of
from qa.question.records import QuestionAnalysis

_VERB_ASKED = re.compile(
    r"(?: (?:further|also|else|most|can|could|may|might|will|did|does|do|not|no|has|have|had|failed|fails|fail|to"
    r"|(?P<be>been|be|is|are|was|were)))* (?!(?:is|are|was|were|been|be|the|an?|of|not|no)\b)(?P<verb>[a-z]{3,})\b"
)
_PARTICIPLE = re.compile(r"(?:ed|found|seen|given|shown|known|taken|made|lost)\Z")
"""A verb after "was" in "Which gene was not found"."""
_ASKS_WHO = re.compile(r"\W*(?:what|which)(?: (?:of the|one of the|other|further))?\b", re.I)
_PREPOSED = re.compile(r"\W*(?P<word>in|against|by|with|from|to|on|at|through|via) (?:which|what)\b", re.I)
"""A question for what stands after a preposition: "Against which strain", "In which gene"."""
_TELLS = {
    "causes": frozenset(terms("increased raised caused triggered provoked predicted worsened aggravated doubled")),
    "prevents": frozenset(terms("reduced lowered prevented decreased protected halved")),
    "treats": frozenset(terms("improved relieved cured healed shortened")),
}
"""Verbs of findings by which a thing has a relation, where the question names it by a noun: "risk factors of"."""
_LONGEST = 8
"""Words of a thing."""
_FACTORS = frozenset(terms("factors causes triggers predictors"))
"""Nouns for what does something: the subject of its verb."""
_COPULAS = frozenset("is are was were include includes included comprised comprise".split())
_BEGINS_ITEMS = frozenset((":", "as", "including"))
"""Words before the items of a noun that stands just before: "drugs such as"."""
_OF_PEOPLE = frozenset("had has have developed with experienced reported showed".split())
"""Words before the symptoms of somebody."""
_TOLD_OF = frozenset(
    terms(
        "common commoner commonest frequent often likely typical seen reported observed noted recorded described found"
    )
)
"""What is said of symptoms or disorders that are listed: they were common, they were seen."""
_OPENS_CLAUSE = frozenset("but whereas while although though".split())
_PREPOSITIONS = frozenset("in with among after of for during at by on within from to under over".split())


def told_subjects(analysis: QuestionAnalysis, sentence: Evidence) -> list[NamedPlace]:
    """Return the things that a sentence tells by their place in it; [] where that is not plain."""
    text, tokens = sentence.text, tokens_of(sentence.text)
    asked = frozenset(terms(analysis.text))
    for run in _candidates(analysis, tokens):
        is_list = len(run) >= _A_LIST
        items = [item for item in run if _is_thing(tokens, item, is_list) and is_new(tokens, item, asked)]
        if items and len(items) == len(run):
            is_plain = all(is_in_clause(text, item, analysis.is_negated) for item in items)
            return [NamedPlace(sentence, item.start, item.end) for item in items] if is_plain else []
    return []


_A_LIST = 3
"""Things in a row among which "thyroid disease" is one, though its last word only says a sort."""


def _is_thing(tokens: Sequence[WordToken], item: NounPhrase, is_listed: bool) -> bool:
    """Return True for a name of its own: neither a number nor the sort of thing, "a pathogenic bacterium"."""
    is_number = item.first == item.last and bool(_NUMBER.fullmatch(tokens[item.first].lower))
    is_told = any(tokens[place].lower == "of" for place in range(item.first, item.last))  # "two years of treatment"
    is_told = is_told or (is_listed and item.last > item.first)
    return item.last - item.first < _LONGEST and not is_number and (is_told or not says_a_sort(tokens[item.last]))


_NUMBER = re.compile(r"\d.*|one|two|three|four|five|six|seven|eight|nine|ten|positive|negative")


def _verb_asked(analysis: QuestionAnalysis) -> frozenset[str]:
    """Return the stem of the verb in "Which drinks lower", "Which gene was not found"; none for "Which drug is it?"."""
    asks = _ASKS_WHO.match(analysis.text)
    if not asks:
        return frozenset()
    rest = analysis.text[asks.end() :]
    noun = re.match(rf" {re.escape(analysis.noun)}\b", rest, re.I) if analysis.noun else None
    verb = _VERB_ASKED.match(rest[noun.end() :] if noun else rest)
    is_of_verb = verb and (not verb["be"] or _PARTICIPLE.search(verb["verb"]))
    return frozenset(terms(verb["verb"])) if verb and is_of_verb else frozenset()


def _candidates(analysis: QuestionAnalysis, tokens: Sequence[WordToken]) -> Iterator[list[NounPhrase]]:
    """Yield what may be the things asked for, the surest first."""
    phrases = [phrase for phrase in noun_phrases(tuple(tokens)) if phrase.is_whole]
    if (preposed := _PREPOSED.match(analysis.text)) and analysis.noun:
        word = preposed["word"].lower()
        after = [run for run in _runs(tokens, phrases) if _word_before(tokens, run[0].first) == word]
        yield from after if len({run[0].first for run in after}) == 1 else ()
    stems = _verb_asked(analysis)
    for verb in (place for place, token in enumerate(tokens) if token.stem in stems):
        yield from filter(None, (_agents(tokens, verb, phrases) or _subject(tokens, verb),))
    if analysis.noun and analysis.asks_for_things:
        stems = _TELLS.get(analysis.relation, frozenset()) if _FACTORS & set(terms(analysis.noun)) else frozenset()
        yield from filter(None, (_subject(tokens, verb) for verb, token in enumerate(tokens) if token.stem in stems))
        yield from _beside_noun(analysis.noun, tokens, enumerations(tuple(tokens), phrases))
    if analysis.is_negated:
        yield from filter(
            None, (_subject(tokens, at) for at, token in enumerate(tokens) if token.lower in ("not", "no"))
        )


def _beside_noun(
    noun: str, tokens: Sequence[WordToken], runs: Sequence[list[NounPhrase]]
) -> Iterator[list[NounPhrase]]:
    """Yield the enumerations that say which are the things of a noun: "drugs such as", "were the commonest signs"."""
    sort, stem = sort_of(noun), terms(noun.split()[-1])[-1:]
    heads = [
        place
        for place, token in enumerate(tokens)
        if token.stem and (token.stem in stem or (sort and sort_of(token.lower) == sort))
    ]
    for run in runs:
        before, after = _word_before(tokens, run[0].first), _after_brackets(tokens, run[-1].last + 1)
        is_named_before = any(
            head < run[0].first and (before in _COPULAS or (before in _BEGINS_ITEMS and run[0].first - head < _NEAR))
            for head in heads
        )
        is_of_people = sort == "effect" and before in _OF_PEOPLE
        predicate = tokens[after : after + _REACH] if after < len(tokens) and tokens[after].lower in _COPULAS else ()
        is_named_after = any(after <= head < after + _REACH for head in heads) and bool(predicate)
        is_common = sort in ("effect", "disease") and any(token.stem in _TOLD_OF for token in predicate)
        if is_named_before or is_of_people or is_named_after or is_common:
            yield run


_NEAR = 4
_REACH = 8
"""Words after the items among which their noun must stand."""


def _after_brackets(tokens: Sequence[WordToken], place: int) -> int:
    """Return the place behind what stands in brackets there, if anything does: "thyroid disease (8%) were"."""
    if place < len(tokens) and tokens[place].lower == "(":
        return next((at + 1 for at in range(place, len(tokens)) if tokens[at].lower == ")"), place)
    return place


def _word_before(tokens: Sequence[WordToken], place: int) -> str:
    """Return the last word before a place that is no article and tells no thing."""
    while place and tokens[place - 1].lower in ("the", "a", "an", "mainly", "mostly", "chiefly", "also"):
        place -= 1
    return tokens[place - 1].lower if place else ""


def _agents(tokens: Sequence[WordToken], verb: int, phrases: Sequence[NounPhrase]) -> list[NounPhrase]:
    """Return what follows "increased by"."""
    if verb + 1 >= len(tokens) or tokens[verb + 1].lower != "by":
        return []
    return next((run for run in _runs(tokens, phrases) if run[0].first == verb + 2), [])


def _subject(tokens: Sequence[WordToken], verb: int) -> list[NounPhrase]:
    """Return what begins the verb's clause and ends before it, but for auxiliaries."""
    end = verb
    while end and not (tokens[end - 1].stem or tokens[end - 1].is_break):
        end -= 1
    begins = [place for place in range(end) if _begins_clause(tokens, place)]
    return _pieces(tokens, begins[-1], end) if begins else []


def _pieces(tokens: Sequence[WordToken], first: int, end: int) -> list[NounPhrase]:
    """Return the things that commas and "and" part from each other; [] where words between are of no thing."""
    pieces, run = list[list[int]](), list[int]()
    for place in range(first, end):
        token = tokens[place]
        if token.lower in (",", "and", "or", "&"):
            pieces, run = [*pieces, run], []
        elif is_nominal(token) or token.lower in _AMOUNTS or (run and token.lower in _LINKS):
            run.append(place)
        elif token.lower not in _SKIPPED:
            return []
    things = [piece for piece in (*pieces, run) if piece]
    return [NounPhrase(tokens[piece[0]].start, tokens[piece[-1]].end, piece[0], piece[-1]) for piece in things]


_LINKS = frozenset("of in to the a an".split())
"""Words within the name of a thing: "wear of contact lenses"."""
_SKIPPED = frozenset("the a an both either less so also".split())
_AMOUNTS = frozenset("more than over".split())
"""Words that begin a quantity: "more than two years of treatment"."""


def _begins_clause(tokens: Sequence[WordToken], place: int) -> bool:
    """Return True if a place begins a sentence, or a part of it after ";" or "but"; none after "In women, …"."""
    if place == 0:
        return tokens[0].lower not in _PREPOSITIONS
    return tokens[place - 1].lower in (";", ":", *_OPENS_CLAUSE)


def _runs(tokens: Sequence[WordToken], phrases: Sequence[NounPhrase]) -> list[list[NounPhrase]]:
    """Return the enumerations of a sentence, then its noun phrases each by itself."""
    return [*enumerations(tuple(tokens), phrases), *([phrase] for phrase in phrases)]
