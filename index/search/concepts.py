"""Expand the names of a query to their synonyms in the lexicon, as far as the library uses them.

A name that the library never uses is searched for by the one that it uses most; of a name that it uses, the others are
searched for too. Whether a name is used is asked of the library, so that nothing is expanded to what is not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice

from index.analysis.abbreviations import Abbreviation, definitions, dominant, key
from index.analysis.inflection import american, singular
from index.analysis.lexicon import SPARE, Concept, Lexicon, Mention, name_key
from index.analysis.normalization import normalize
from index.analysis.terms import content_words, isoforms, names, terms

Uses = Callable[[Sequence[str]], Mapping[str, int]]
"""How many passages of a library hold each of some names, their words in a row; names that none holds are left out.

Of a frequent name they need not be counted to the end.
"""
_KINDS = frozenset({"gene", "chemical", "disease", "organism", "anatomy", "procedure", "person"})
_MUST_BE_NAMED = frozenset({"gene", "chemical", "disease"})
"""Kinds of things that an answer must name if the question does."""
_TOLD_APART = _MUST_BE_NAMED | {"organism"}
"""Kinds of things that are told from their like: Candida albicans from Candida auris."""
_GROUPS = frozenset({"gene", "chemical", "disease"})
"""Kinds of groups whose narrower things are searched for."""
_MOLECULES = frozenset({"gene", "chemical"})
_CANDIDATES = 3
"""Concepts of a name that are looked at, the likeliest first."""
MOST_NAMES = 6
"""Other names of a thing that are searched for, those that the library uses most."""
MOST_NARROWER = 8
"""Narrower things of a group that are searched for, those that the library uses most."""
OF_A_GROUP = 300
"""Narrower things of a group that are looked at, and names of each."""
_NAMES_EACH = 2
_ENDING = 6
"""Letters at the end of two words that make them like each other: hypothyroidism, hyperthyroidism."""
_KNOWN_BY_ALL = frozenset({"Humans", "Animals", "Mice", "Rats", "Male", "Female"})
"""Headings whose other names, Homo sapiens, nobody who asks for humans wants told."""
_NUMBERED = re.compile(r"(.*[a-z])\d+|(ig)[adegm]")
"""A name that its number tells, or a class of antibodies that its letter does."""
_PRECURSORS = ("D12.776.811", "D08.622")
"""MeSH's precursors of proteins and enzymes, which stand below what is made of them: procalcitonin."""
_FEW = 3
"""Kinds of a disease up to which it is one thing: what is elsewhere in the MeSH tree too is no kind of it."""
_LONGEST_SYMBOL = 5
"""Letters of a symbol that may be a plain word too: CAT, REST."""
_AMBIGUOUS = 2
"""Letters of a symbol without a digit up to which the library's other names must show which thing is meant: MS, RA."""


@dataclass(frozen=True, slots=True)
class QueryConcept:
    """A name in a question, the concept that it stands for, and its other names that the library uses, the most used
    first.

    `narrower` are names of the narrower things of a group, such as NSAIDs, that the library uses: no synonyms.
    `is_used` tells whether the library uses the written name; if not, the first of the others is searched for instead.
    `is_required` is true for a gene, chemical or disease: an answer must name it, or what is narrower.
    """

    written: str
    concept: Concept
    names: tuple[str, ...]
    is_used: bool
    is_required: bool = False
    narrower: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The name that is searched for: as written, or as the library has it."""
        return self.written if self.is_used or not self.names else self.names[0]

    @property
    def is_absent(self) -> bool:
        """True if the library names nowhere what the question is on."""
        return not (self.is_used or self.names)


def is_symbol(name: str) -> bool:
    """Return True if a name is letters in capitals: as a word in small letters it is another thing (CAT, ACE, REST)."""
    return name.isalpha() and name.isupper()


def query_concepts(
    text: str,
    lexicon: Lexicon,
    uses: Uses,
    definitions_of: Callable[[str], Iterable[Abbreviation]],
    *,
    of_a_group: int = OF_A_GROUP,
) -> list[tuple[Mention, QueryConcept]]:
    """Return the names in a normalised text that the lexicon knows, each with its concept and other names.

    Of a group, up to `of_a_group` narrower things are looked up.

    A form that the text or the library defines itself means what they say; it is left out here.
    """
    own = {key(pair.short) for pair in definitions(text)}
    mentions = [mention for mention in lexicon.mentions(text) if key(mention.text) not in own]
    known = [(mention, _candidates(mention, lexicon)) for mention in mentions]
    known = [(mention, concepts) for mention, concepts in known if concepts]
    if not known:
        return []
    counts = uses(list(dict.fromkeys(name for mention, each in known for name in _asked(mention, each))))
    chosen = ((mention, _chosen(mention, concepts, counts, definitions_of)) for mention, concepts in known)
    found = [
        (mention, replace(named, narrower=_narrower(named, lexicon, uses, of_a_group)))
        for mention, named in chosen
        if named
    ]
    return [(mention, replace(named, is_required=_is_required(named, counts, lexicon))) for mention, named in found]


def _narrower(named: QueryConcept, lexicon: Lexicon, uses: Uses, most: int) -> tuple[str, ...]:
    """Return a name of each of the narrower things of a group of drugs or diseases that the library uses most.

    What has the group's own name in it, breast cancer, is found by that.
    """
    if named.concept.kind not in _GROUPS or not most:
        return ()
    things = list(islice(chain(lexicon.members(named.concept), _kinds(named.concept, lexicon)), most))
    own = {name_key(name) for name in (named.written, *named.names)}
    of_things = [
        [name for name in map(normalize, thing.names[:_NAMES_EACH]) if not is_symbol(name)] for thing in things
    ]
    of_things = [[name for name in names if not _holds_any(name, own)] for names in of_things]
    names = list(dict.fromkeys(name for names in of_things for name in names))
    counts = uses(names) if names else {}
    used = [
        max(held, key=lambda name: counts[name]) for some in of_things if (held := [n for n in some if n in counts])
    ]
    keys = {name_key(name): name for name in sorted(used, key=lambda name: counts[name])}
    return tuple(sorted(keys.values(), key=lambda name: (-counts[name], name))[:MOST_NARROWER])


def _kinds(concept: Concept, lexicon: Lexicon) -> Iterator[Concept]:
    """Yield what is below a concept in the MeSH tree, but for its precursors.

    What few diseases are below one they are its kinds only if they mostly stand there: psoriatic arthritis is none.
    """
    below = (narrower for narrower in lexicon.narrower(concept) if not _is_precursor(narrower, concept))
    first = list(islice(below, _FEW + 1))
    if concept.kind == "disease" and len(first) <= _FEW:
        first = [narrower for narrower in first if 2 * _count_below(narrower, concept) >= len(narrower.trees)]
    yield from chain(first, below)  # a large group is looked at no further than it is asked for


def _is_precursor(concept: Concept, of: Concept) -> bool:
    return not any(tree.startswith(_PRECURSORS) for tree in of.trees) and any(
        tree.startswith(_PRECURSORS) for tree in concept.trees
    )


def _holds_any(name: str, keys: Iterable[str]) -> bool:
    padded = f" {name_key(name)} "
    return any(f" {words} " in padded for words in keys)


def _asked(mention: Mention, concepts: Sequence[Concept]) -> list[str]:
    return [mention.text, *mention.text.split(), *_names(concepts)]


def _is_required(named: QueryConcept, counts: Mapping[str, int], lexicon: Lexicon) -> bool:
    """Return True if an answer must name a concept; what the library may say with the same words apart it need not.

    A group is named by what is narrower too; where the library has nothing of it a class of drugs must be, and what is
    written in the singular: myopia, but not vitamins.
    """
    words = named.written.split()
    is_told_by_one = must_be_read(named.written) or any(name_key(word).isdigit() for word in words)
    if len(words) > 1 and not is_told_by_one and all(word in counts or not name_key(word) for word in words):
        return False
    if named.concept.kind not in _MUST_BE_NAMED:
        return False
    if not lexicon.has_narrower(named.concept):
        return True
    is_one_thing = singular(words[-1]) == words[-1] or bool(lexicon.members(named.concept))
    return named.is_absent and not named.narrower and is_one_thing


def _names(concepts: Sequence[Concept]) -> list[str]:
    return [normalize(name) for concept in concepts for name in concept.names]


def _candidates(mention: Mention, lexicon: Lexicon) -> list[Concept]:
    """Return the concepts that a mention may stand for, by kind and by case.

    A plain word that names a group, "drugs" or "cancers", is that and no single thing that is called so too.
    """
    of_kind = [concept for concept in mention.concepts if concept.kind in _KINDS][:_CANDIDATES]
    as_written = [concept for concept in of_kind if mention.text in concept.names]
    if as_written and is_symbol(mention.text):
        return as_written
    fitting = [concept for concept in of_kind if _fits(mention.text, concept)]
    if not (mention.text.isalpha() and mention.text.islower()):
        return fitting
    exact = [concept for concept in fitting if mention.text in (name.lower() for name in concept.names)]
    return [concept for concept in exact or fitting if lexicon.has_narrower(concept)] or exact or fitting


def _fits(written: str, concept: Concept) -> bool:
    """Return True unless words are no name of the concept but for their endings (linked, LINK), or only in capitals.

    What is written with a capital within, hCG, is a symbol, and may be so in any case.
    """
    if not written.isalpha():
        return True
    word = _word(written)
    names = (name if name.isalpha() else normalize(name) for name in concept.names)  # immunoglobulin A is IgA
    like = [name for name in names if name.isalpha() and _word(name) == word]
    return any(name == written or not is_symbol(name) for name in like) or bool(like and not written[1:].islower())


def _word(name: str) -> str:
    word = singular(american(name.lower()))
    return word[:-1] if word.endswith("ae") else word  # verrucae


def _chosen(
    mention: Mention,
    concepts: Sequence[Concept],
    counts: Mapping[str, int],
    definitions_of: Callable[[str], Iterable[Abbreviation]],
) -> QueryConcept | None:
    """Return what a mention stands for: the likeliest concept, of a form that the library has not one that it names.

    A short symbol must be shown by just one of them.
    """
    defined = dominant(key(mention.text), definitions_of) if is_symbol(mention.text) else None
    if defined:
        concepts = [concept for concept in concepts if _is_name(defined.long, concept)]
    others = {concept.id: _others(mention.text, concept, counts, definitions_of) for concept in concepts}
    held = [concept for concept in concepts if others[concept.id]]
    if _is_short(mention.text) and len(held) != 1 and not defined:
        return None
    concept = next(iter(concepts if mention.text in counts else held or concepts), None)
    if concept is None:
        return None
    return QueryConcept(mention.text, concept, others[concept.id], mention.text in counts)


def _is_short(written: str) -> bool:
    return written.isalpha() and len(written) <= _AMBIGUOUS


def _is_name(form: str, concept: Concept) -> bool:
    wanted = name_key(form)
    return any(name_key(name) == wanted for name in concept.names)


def _others(
    written: str,
    concept: Concept,
    counts: Mapping[str, int],
    definitions_of: Callable[[str], Iterable[Abbreviation]],
) -> tuple[str, ...]:
    """Return the other names of a concept that the library uses, and does not define as something else."""
    if concept.descriptor in _KNOWN_BY_ALL:
        return ()
    wanted = f" {name_key(written)} "
    used = [name for name in dict.fromkeys(_names([concept])) if name in counts and not _is_short(name)]
    other = [name for name in used if wanted not in f" {name_key(name)} "]
    other = [name for name in other if not _are_isoforms(written, name)]
    own = [name for name in other if not is_symbol(name) or _is_own(name, concept, definitions_of)]
    return tuple(sorted(own, key=lambda name: (-counts[name], is_symbol(name), len(name), name))[:MOST_NAMES])


def _are_isoforms(written: str, other: str) -> bool:
    """Return True if one name is an isoform of the other, or both are of one family: a gene may have them all."""
    families = [{*names(name), *isoforms(name).values()} for name in (written, other)]
    return bool(isoforms(written) or isoforms(other)) and not families[0].isdisjoint(families[1])


def _is_own(symbol: str, concept: Concept, definitions_of: Callable[[str], Iterable[Abbreviation]]) -> bool:
    defined = dominant(key(symbol), definitions_of)
    return defined is None or _is_name(defined.long, concept)


def renamed(text: str, found: Sequence[tuple[Mention, QueryConcept]]) -> str:
    """Return a normalised text with each name that the library does not use as the library writes it."""
    for mention, named in reversed(found):
        if not named.is_used and named.names:
            text = f"{text[: mention.start]}{_within_a_sentence(named.names[0])}{text[mention.end :]}"
    return text


def _within_a_sentence(name: str) -> str:
    """Return a name with its words in small letters, where MeSH has capitals only as in a title: Multiple Sclerosis."""
    return " ".join(word.lower() if word.istitle() and len(word) > 2 else word for word in name.split())


def is_another_there(named: QueryConcept, text: str, lexicon: Lexicon) -> bool:
    """Return True if a text names another thing in place of this one.

    It has the thing's name only within names of others (insulin receptor for insulin, diabetes insipidus for diabetes),
    or its letters only as another's symbol (catalase, CAT, for cats), or not at all, but that of its like (hepatitis C
    for hepatitis B).
    """
    if named.concept.kind not in _TOLD_APART:
        return False
    if _is_only_a_symbol(named, text):
        return True
    own = {_core(name_key(name)) for name in (named.written, *named.names, *named.concept.names)} - {""}
    if named.concept.kind == "organism":
        own = {name for name in own if " " in name}  # a species: mice have many names
    thing = _with_all_trees(named, lexicon)
    words = _words_of(text)
    places = list(_places(words, own))
    if not places and _stand_apart(words, name_key(named.written)):
        return False
    if not places:
        return any(_are_like(thing, other, own, lexicon) for other in _near(words, own, lexicon))
    return not any(_stands_alone(thing, own, lexicon.names_over(words, *place)) for place in places)


def _stand_apart(words: Sequence[str], key: str) -> bool:
    """Return True if a text has the words of a name though not in a row, and none of them is a letter or a number."""
    parts = key.split(" ")
    return all(len(part) > 1 and not part.isdigit() for part in parts) and {*words}.issuperset(parts)


def _is_only_a_symbol(named: QueryConcept, text: str) -> bool:
    """Return True if a text has the letters of a plain word, cat, only as a symbol of another thing: CAT, catalase."""
    word, names = named.written, named.concept.names
    if not word.islower() or len(word) > _LONGEST_SYMBOL or word.upper() in names or text.isupper():
        return False
    found = re.findall(rf"(?<!\w){re.escape(word)}s?(?!\w)", text, re.IGNORECASE)
    others = (name for name in names if name_key(name) != name_key(word))
    return bool(found) and all(map(is_symbol, found)) and not any(holds_name(text, name) for name in others)


def _with_all_trees(named: QueryConcept, lexicon: Lexicon) -> Concept:
    """Return a thing as if it stood wherever one of its name does: insulin is a heading, and a group of insulins."""
    same = (concept for concept in lexicon.concepts(named.written) if concept.kind in _MUST_BE_NAMED)
    return replace(named.concept, trees=tuple(tree for concept in (named.concept, *same) for tree in concept.trees))


def _core(key: str) -> str:
    """Return a name's key without a last word that it may have or lack: tau protein is tau."""
    shorter, _, last = key.rpartition(" ")
    return shorter if last in SPARE and shorter else key


def _stands_alone(concept: Concept, own: Collection[str], longer: Iterable[tuple[str, tuple[Concept, ...]]]) -> bool:
    """Return True if a name stands in no other's; what ends with it is a kind of it: activated charcoal."""
    others = ((_core(name), concepts) for name, concepts in longer if not _is_kind_of_one(name, own))
    return not any(name not in own and _is_another(concepts[0], concept) for name, concepts in others)


def _is_kind_of_one(name: str, own: Collection[str]) -> bool:
    is_negated = name.startswith(("non ", "anti ", "pseudo "))
    return not is_negated and any(name.endswith(f" {own_name}") for own_name in own)


def _near(words: Sequence[str], own: Iterable[str], lexicon: Lexicon) -> Iterator[Concept]:
    """Yield the concepts in a text whose names differ from a thing's in one word, or in how their one word begins.

    Or in its number, vitamin K2 beside vitamin K1, or as what one is made of: plasminogen beside plasmin.
    """
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    for name in own:
        parts = name.split(" ")
        if len(parts) == 1:
            near = {word for word in places if word != name and _are_alike(word, name)}
        else:
            starts = Counter(place - at for at, part in enumerate(parts) for place in places.get(part, ()))
            ends = ((start, start + len(parts)) for start, same in starts.items() if same == len(parts) - 1)
            near = {" ".join(words[start:end]) for start, end in ends if start >= 0 and end <= len(words)}
        for other in sorted(near):
            yield from lexicon.concepts_of_key(other)[:1]


def _are_alike(word: str, name: str) -> bool:
    return _end_alike(word, name) or _are_numbered(word, name) or word in (f"{name}ogen", f"pro{name}")


def _end_alike(word: str, other: str) -> bool:
    return len(word) > _ENDING and word[-_ENDING:] == other[-_ENDING:]


def _are_numbered(word: str, other: str) -> bool:
    numbered = _NUMBERED.fullmatch(word), _NUMBERED.fullmatch(other)
    return bool(numbered[0] and numbered[1] and numbered[0].groups() == numbered[1].groups())


def _are_like(concept: Concept, other: Concept, own: Collection[str], lexicon: Lexicon) -> bool:
    """Return True if another concept is one of a kind with a thing, and neither above nor below it nor the same."""
    is_of_a_kind = other.kind == concept.kind or {other.kind, concept.kind} == _MOLECULES
    if is_of_a_kind and _is_precursor(other, concept):
        return True  # though MeSH gives procalcitonin a name of calcitonin's
    if not is_of_a_kind or any(_core(name_key(name)) in own for name in other.names):
        return False
    if {member.id for member in lexicon.members(concept)} & {other.id}:
        return False
    return not (_is_below(other, concept) or _is_below(concept, other))


@lru_cache(maxsize=256)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(name_key(text).split(" "))


def _places(words: Sequence[str], own: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where names, each of index terms, stand among words."""
    for name in (tuple(each.split(" ")) for each in own if each):
        for start, word in enumerate(words):
            if word == name[0] and tuple(words[start : start + len(name)]) == name:
                yield start, start + len(name)


def _is_another(other: Concept, concept: Concept) -> bool:
    """Return True if a concept is another molecule or disease, and none that is a kind of it: insulin glargine.

    Of diseases only those in the MeSH tree are told apart: others may be kinds of any.
    """
    if concept.kind in _MOLECULES:
        return other.kind in _MOLECULES and not _is_below(other, concept)
    return other.kind == concept.kind and bool(other.trees and concept.trees) and not _is_below(other, concept)


def _is_below(other: Concept, concept: Concept) -> bool:
    return _count_below(other, concept) > 0


def _count_below(other: Concept, concept: Concept) -> int:
    """Return at how many of its places in the MeSH tree a concept is below another."""
    return sum(any(f"{tree}.".startswith(f"{above}.") for above in concept.trees) for tree in other.trees)


def names_concept(text: str, named: QueryConcept, held: Collection[str]) -> bool:
    """Return True if a text, of which the index terms are given too, has the words of a name as the question has it.

    They may stand apart, but for those that a letter or a number tells: influenza A.
    """
    if must_be_read(named.written) or any(word.isdigit() for word in name_key(named.written).split()):
        return holds_name(text, named.written)
    return set(held).issuperset(terms(named.written))


def must_be_read(name: str) -> bool:
    """Return True if the index terms of a text do not tell whether it has a name: a symbol, hepatitis A."""
    return is_symbol(name) or name_key(name).split(" ") != content_words(name)


def holds_name(text: str, name: str) -> bool:
    """Return True if a text has a name in whatever spelling, its words in a row."""
    if is_symbol(name) and not holds_symbol(text, name):
        return False
    return f" {name_key(name)} " in f" {name_key(text)} "


def holds_symbol(text: str, symbol: str) -> bool:
    """Return True if a text has a symbol in just these letters, as a word, or several of them: MSCs."""
    return re.search(rf"(?<!\w){re.escape(symbol)}s?(?!\w)", text) is not None
