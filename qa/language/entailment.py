"""Rules on whether a quote entails a sentence: its findings, things, species and numbers.

Each rule names one way in which a sentence can differ from its quote; `first_contradiction` returns the first that
holds. They read words and their neighbourhood, not grammar: they catch most changes of one thing, and let honest
rewording pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations

from index.analysis.normalization import GREEK
from index.analysis.terms import content_words, names, terms
from qa.language.antonyms import DENIALS, KINDS, PAIRS, direction
from qa.language.quantities import labels, quantities, unsaid

_TOKEN = re.compile(r"[^\s,;:()\[\]—]+|[,;:()—]")
_BOUNDARIES = frozenset(", ; : — but while whereas although though because yet however".split())
_COMPARES = frozenset("than versus vs against".split())
_TURNS = _BOUNDARIES | _COMPARES | frozenset("by when if after because through via so which".split())
"""Words that end the phrase which a word of direction is about."""
_PASSIVE = frozenset("is are was were be been being".split())
_ACTS = (
    "induc", "inhibit", "activat", "suppress", "increas", "decreas", "reduc", "rais", "lower", "promot", "stimulat",
    "block", "prevent", "phosphorylat", "degrad", "regulat", "upregulat", "downregulat", "cleav", "enhanc", "trigger",
    "caus", "mediat", "express", "secret", "produc", "cut", "driv", "drov", "control", "recruit",
)  # fmt: skip
"""Beginnings of verbs that one thing does to another."""
_WITH = re.compile(
    r"\b(?P<without>without|lacking|devoid of|free of|in the absence of)|\b(?P<with>with|in the presence of)\b", re.I
)
_ABBREVIATION = re.compile(r"[A-Za-z]*[A-Z][A-Za-z]*[A-Z][A-Za-z]*")
_UNITS_AND_STATISTICS = frozenset("or hr rr ci sd se na dna rna mrna p n iu mm nm pm um ii iii iv".split())
_NAMED_BY_ENDING = re.compile(
    r"[a-z]{2,}(?:mab|nib|statin|pril|sartan|olol|azole|cillin|mycin|formin|glitazone|gliptin|gliflozin|platin|parin|"
    r"tide|vir|zepam|oxetine|caine|triptan|profen|coxib|dronate|floxacin|cycline|taxel|rubicin|setron|prazole|dipine|"
    r"thiazide|semide|lukast|sone|solone|fibrate|xaban|trexate|amycin|ximab|zumab|lutamide|oxifen|stat|quine)s?\b"
    r"|\b(?:aspirin|insulin|warfarin|heparin|morphine|lithium|digoxin|caffeine|nicotine|ethanol|alcohol|cocaine|ketamine|"
    r"ibuprofen|paracetamol|acetaminophen|tamoxifen|levodopa|resveratrol|rapamycin|everolimus|tacrolimus|gemcitabine|"
    r"fluorouracil|placebo|estradiol|testosterone|progesterone|cortisol|melatonin|curcumin|quercetin|allopurinol|"
    r"colchicine|clozapine|haloperidol|risperidone|glibenclamide|gliclazide|exenatide|sulphonylurea|sulfonylurea)s?\b"
    r"|\b(?!disease|increase|decrease|phase|base|case|release|database|please|purchase|lease|erase|ease)[a-z]{3,}ases?\b",
    re.I,
)
"""Drugs by the endings of their international names and by name, and enzymes: things that stand for no other."""
_DIGITS_AND_GREEK = re.compile(rf"\d+|(?:{'|'.join(sorted(set(GREEK.values())))})$")
_TAIL = re.compile(rf"[a-z]?\d*(?:{'|'.join(sorted(set(GREEK.values())))})?")
"""The end of a name that is written out, as `names` takes it for a name: "C delta", "1 alpha"."""
_LONGEST_PIECE = 3
"""Letters: a longer word begins a name that is written out."""
_ROLE_MARGIN = 1.5
_SHARED, _DENIED = 0.5, 0.25
"""Share of a quote's denial that a text must hold to assert it, and of a text's denial that the quote must deny."""
_WITHOUT_DOING = re.compile(r"without \w+ing\b", re.I)
_UP_TO = re.compile(r"\bup to\b", re.I)
_COMPARED_WITH = re.compile(
    r"\b(?:as )?compared (?:with|to)\b|\brelative to\b|\b(?:preferable|superior|preferred) (?:to|over)\b", re.I
)

_REMEMBERED = 512
"""Texts whose words are cached: the same few sentences of an answer are compared with each other many times."""

_Near = dict[str, float]
"""Index terms with their nearness."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a sentence: lower case, its content as index terms, and where it begins."""

    text: str
    content: tuple[str, ...]
    start: int
    is_in_list: bool = False

    def is_end(self, ends: Set[str]) -> bool:
        """Return True if the word is among the ends; a comma within a list is none."""
        return self.text in ends and not self.is_in_list


@dataclass(frozen=True, slots=True)
class Act:
    """Agent and patient of a verb, which is given by its stem."""

    verb: str
    agent: _Near
    patient: _Near


@lru_cache(maxsize=4 * _REMEMBERED)
def first_contradiction(text: str, quote: str, context: str = "") -> str:
    """Return the name of the first rule under which `quote` does not entail `text`, or "".

    `context` is the quote's abstract: its title and text may name what a quote leaves to them, such as the species.

    >>> first_contradiction("Metformin raised IL-10 in rats", "In mice, metformin raised IL-10")
    'kind'
    """
    for name, rule in RULES.items():
        if rule(text, quote, context):
            return name
    return ""


def _gives_other_numbers(text: str, quote: str, _: str) -> bool:
    return bool(unsaid(text, quote))


def _names_other_things(text: str, quote: str, context: str) -> bool:
    """Return True if the text has a name, abbreviation, drug or enzyme that neither quote nor title has."""
    title = context.partition("\n")[0]
    held = set(terms(f"{quote} {title}")) | _initials(f"{quote} {title}") | (_initials(context) & set(terms(quote)))
    text_names, quote_names = names(text), names(quote)
    if any(name not in held | _spelled_out(text, held) for name in text_names) or _names_a_sibling(
        text_names, quote_names
    ):
        return True
    if labels(text) - labels(f"{quote} {context}"):
        return True
    abbreviations = {word.lower() for word in _ABBREVIATION.findall(text)} - _UNITS_AND_STATISTICS
    return any(not {word, word.rstrip("s")} & held and not set(terms(word)) <= held for word in abbreviations) or any(
        not set(terms(word)) & held for word in _NAMED_BY_ENDING.findall(text)
    )


def _names_a_sibling(text_names: Sequence[str], quote_names: Sequence[str]) -> bool:
    """Return True if a name of the title alone replaces one of its kind in the quote: rs1 for rs2."""
    kinds = {_DIGITS_AND_GREEK.sub("", name) for name in quote_names if name not in text_names}
    return any(_DIGITS_AND_GREEK.sub("", name) in kinds for name in text_names if name not in quote_names)


@lru_cache(maxsize=_REMEMBERED)
def _initials(text: str) -> frozenset[str]:
    """Return the abbreviations of runs of two to five words, with a number or Greek letter that follows."""
    words = [word for word in re.split(r"[\s\-/,()]+", text) if word]
    return frozenset(
        short
        for first in range(len(words))
        for last in range(first + 2, min(first + 6, len(words)) + 1)
        for short in _abbreviations_of(words[first:last])
    )


def _spelled_out(text: str, held: Collection[str]) -> set[str]:
    """Return the names at the end of spelled-out abbreviations in `held`: "C delta" of "protein kinase C delta"."""
    words = [word for word in re.split(r"[\s\-/,()]+", text) if word]
    spelled: set[str] = set()
    for first in range(len(words)):
        for last in range(first + 2, min(first + 6, len(words)) + 1):
            run = words[first:last]
            if len(run[0]) > _LONGEST_PIECE and _abbreviations_of(run) & set(held):
                spelled.update(name for name in names(" ".join(run)) if _TAIL.fullmatch(name))
    return spelled


def _abbreviations_of(run: Sequence[str]) -> set[str]:
    """Return the abbreviations of a run of words, with its last one or two parts in full, as in names."""
    parts = [part for word in run for part in terms(word)[:2]]
    if len(parts) < 2:
        return set()
    initials = "".join(word[0] for word in parts)
    return {initials, initials[:-1] + parts[-1], initials[:-2] + "".join(parts[-2:])}


def _is_of_another_kind(text: str, quote: str, context: str) -> bool:
    """Return True if the text is on another species or age than the quote."""
    for kind in KINDS:
        in_text, in_quote, in_context = (
            {name for name, words in kind.items() if words.search(passage)} for passage in (text, quote, context)
        )
        if not in_text <= (in_quote or in_context | {"person"}):
            return True
        animals = (in_quote or in_context) - {"person"}
        told_of = quote if in_quote else context
        if animals and _PEOPLE.search(text) and not in_text & animals and not _PEOPLE.search(told_of):
            return True
    return False


_PEOPLE = re.compile(
    r"\b(?:patients?|people|persons?|men|women|man|woman|children|adults?|participants?|volunteers?|infants?|boys?|girls?|"
    r"individuals|humans|human (?!\w*-?\d|IL))",
    re.I,
)
"""People as such: "human IL-32 in mice" tells of mice."""


def _takes_the_other_side(text: str, quote: str, _: str) -> bool:
    return any(
        (side.search(text) and not side.search(quote) and other.search(quote) and not other.search(text))
        for pair in PAIRS
        for side, other in (pair, pair[::-1])
    )


def _has_what_the_quote_lacks(text: str, quote: str, _: str) -> bool:
    """Return True if the text says "with" of a thing of which the quote says only "without", or the other way round."""
    stated, quoted = with_and_without(text), with_and_without(quote)
    return any((thing, not has) in quoted and (thing, has) not in quoted for thing, has in stated)


def drugs_named(text: str) -> frozenset[str]:
    """Return the drugs and enzymes that a text names by their endings, in small letters: {"warfarin"}."""
    return frozenset(match.group().lower() for match in _NAMED_BY_ENDING.finditer(text))


def with_and_without(text: str) -> set[tuple[str, bool]]:
    """Return what a text says "with" (True) and "without" (False) of."""
    things: set[tuple[str, bool]] = set()
    for match in _WITH.finditer(text):
        following = content_words(" ".join(text[match.end() :].split()[:2]))
        things.update((word, match["with"] is not None) for word in following[:1])
    return things


def _goes_another_way(text: str, quote: str, _: str) -> bool:
    """Return True if something goes up in the text that goes down in the quote, or goes where the quote is silent."""
    text_ways, quote_ways = _directed(text), _directed(quote)
    ways = {way for way, _first, _second in quote_ways}
    for way, things, _other_side in text_ways:
        if way not in ways:
            return True
        if len(ways) == 1:
            continue
        scored = [
            (_nearness(things, first) + _nearness(things, second) / 2, other) for other, first, second in quote_ways
        ]
        best = max(score for score, _ in scored)
        if best and all(other != way for score, other in scored if score == best):
            return True
    return False


def _directed(text: str) -> list[tuple[int, _Near, _Near]]:
    """Return each word of direction, 1 for up and -1 for down, with its own words and those on its other side."""
    words = _words(_UP_TO.sub("", text))
    return [
        (way, *_neighbours(words, place, ends=_TURNS, is_passive=_is_passive(words, place)))
        for place, word in enumerate(words)
        if (way := direction(word.text))
    ]


def _is_passive(words: Sequence[_Word], place: int) -> bool:
    """Return True if a verb's object stands before it: "VEGF was raised", "VEGF raised by IL-32β"."""
    around = {word.text for word in words[max(place - 2, 0) : place]} & _PASSIVE
    return bool(around) or (place + 1 < len(words) and words[place + 1].text == "by")


def _denies_otherwise(text: str, quote: str, _: str) -> bool:
    """Return True if the text denies a thing that the quote does not deny, or asserts a thing that the quote denies."""
    text_denies, quote_denies = denied(text), denied(quote)
    if any(max((share(denial, other) for other in quote_denies), default=0.0) < _DENIED for denial in text_denies):
        return True
    asserted = {term: 1.0 for word in _words(text) for term in word.content}
    return not text_denies and any(share(denial, asserted) >= _SHARED for denial in quote_denies)


def denied(text: str) -> list[_Near]:
    """Return the words that each denial is about."""
    words = _words(text)
    return [
        _neighbours(words, place, ends=_BOUNDARIES, is_passive=_denies_what_precedes(words, place), is_denial=True)[0]
        for place, word in enumerate(words)
        if word.text in DENIALS or _WITHOUT_DOING.match(text, word.start)
    ]


def _denies_what_precedes(words: Sequence[_Word], place: int) -> bool:
    """Return True if a denial is of the words before it: "VEGF was not raised", "VEGF was unchanged"."""
    return words[place].text.startswith("un") or (words[place].text == "not" and _is_passive(words, place))


def _neighbours(
    words: Sequence[_Word], place: int, *, ends: Set[str], is_passive: bool, is_denial: bool = False
) -> tuple[_Near, _Near]:
    """Return the words after a place, up to an end, and those before it; for a passive the reverse."""
    after = _until(words[place + 1 :], ends, past_direction=is_denial)
    before = _until(words[place - 1 :: -1] if place else (), ends)
    return (before, after) if (is_passive and before) or not after else (after, before)


def _until(words: Iterable[_Word], ends: Set[str], *, past_direction: bool = False) -> _Near:
    """Return the words up to an end, or the next word of direction, with their nearness: 1, 1/2, 1/3 …

    With `past_direction` the first word of direction is no end: "no increase in strength" denies of strength.
    """
    near: _Near = {}
    for word in words:
        if direction(word.text) and past_direction:
            past_direction = False
            continue
        if near and (word.is_end(ends) or direction(word.text)) or word.is_end(ends - _BOUNDARIES):
            break
        for term in word.content:
            near.setdefault(term, 1 / (len(near) + 1))
    return near


def _nearness(near: _Near, other_near: _Near) -> float:
    return sum(weight * other_near.get(term, 0.0) for term, weight in near.items())


def share(near: _Near, other_near: _Near) -> float:
    """Return the share of the weight of `near` that `other_near` holds, from 0 to 1."""
    return sum(weight for term, weight in near.items() if term in other_near) / (sum(near.values()) or 1.0)


def _is_turned_round(text: str, quote: str, _: str) -> bool:
    return _compares_the_other_way(text, quote) or _acts_the_other_way(text, quote) or _gives_to_others(text, quote)


def _compares_the_other_way(text: str, quote: str) -> bool:
    """Return True if the text and the quote have a comparison with exchanged sides."""
    text_sides, quote_sides = _compared(text), _compared(quote)
    if not text_sides or not quote_sides:
        return False
    (left, right), (quoted_left, quoted_right) = text_sides, quote_sides
    nearest = next(iter(right), "")
    return nearest in quoted_left.keys() - quoted_right.keys() and bool(
        (left.keys() - right.keys()) & (quoted_right.keys() - quoted_left.keys())
    )


def _compared(text: str) -> tuple[_Near, _Near] | None:
    """Return the words on the two sides of the first comparison of a text, if there is one."""
    words = _words(_COMPARED_WITH.sub("versus", text))
    place = next((place for place, word in enumerate(words) if word.text in _COMPARES), None)
    if place is None:
        return None
    right = _until(words[place + 1 :], _BOUNDARIES)
    left = words[:place] or [word for word in words if not set(word.content) & right.keys()]
    return {term: 1.0 for word in left for term in word.content}, right


def _acts_the_other_way(text: str, quote: str) -> bool:
    """Return True if agent and patient of the text are exchanged in the quote."""
    pairs = [(act, other) for act in acts(text) for other in acts(quote)]
    of_one_verb = [(act, other) for act, other in pairs if act.verb == other.verb]
    reversed_pairs = [pair for pair in pairs if _is_reversed(*pair)]
    compared = of_one_verb if any(pair in of_one_verb for pair in reversed_pairs) else pairs
    return bool(reversed_pairs) and not any(act.agent.keys() & other.agent.keys() for act, other in compared)


def _is_reversed(act: Act, other: Act) -> bool:
    agent, patient, other_agent, other_patient = map(set, (act.agent, act.patient, other.agent, other.patient))
    return bool(agent & other_patient - other_agent and patient & other_agent - other_patient)


def acts(text: str) -> list[Act]:
    """Return agent and patient of each verb of acting: the words before and after it, or with "by" the reverse."""
    words = _words(text)
    all_acts = []
    for place, word in enumerate(words):
        if place and word.text.startswith(_ACTS) and word.text.endswith(("ed", "es", "s", "t", "ove")):
            before, after = _until(words[place - 1 :: -1], _BOUNDARIES), _until(words[place + 1 :], _TURNS)
            by = next((at for at in range(place + 1, len(words)) if words[at].text == "by"), None)
            is_by_another = (
                by is not None
                and word.text.endswith("ed")
                and not any(other.text in _BOUNDARIES for other in words[place:by])
            )
            if not _is_passive(words, place) and not is_by_another:
                all_acts.append(Act(verb_of(word.text), before, after))
            elif by is not None:
                all_acts.append(Act(verb_of(word.text), _until(words[by + 1 :], _BOUNDARIES), before))
    return all_acts


def verb_of(word: str) -> str:
    """Return the stem of a verb of acting, or "": "induc" of "induces"."""
    return next((stem for stem in _ACTS if word.startswith(stem)), "")


def _gives_to_others(text: str, quote: str) -> bool:
    """Return True if two numbers of the quote are exchanged in the text, or one stands by the other's words.

    Where a quote says "respectively" its numbers stand by none of their words, so nothing is told.
    """
    if _RESPECTIVELY.search(quote) and not _RESPECTIVELY.search(text):
        return _is_out_of_turn(text, quote)
    in_text, in_quote = _by_number(text), _by_number(quote)
    common = [value for value in in_text if value in in_quote]
    if len(in_text) == 1 and common:
        value = common[0]
        others = [words for other, words in in_quote.items() if other != value]
        if any(_is_of_the_other(in_text[value], in_quote[value], words) for words in others):
            return True
    return any(_crossed(in_text, in_quote, first, second) for first, second in combinations(common, 2))


def _is_of_the_other(words: Mapping[str, float], own: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Return True if a number's words are rather another number's, or some of that one's alone and none of its own."""
    shared, by_other = (sum(weight for word, weight in words.items() if word in near) for near in (own, other))
    near = {word for word, weight in other.items() if weight >= 1 / _CLOSE_BY} - own.keys()
    is_alone = bool(words.keys() & near) and not words.keys() & (own.keys() - other.keys())
    return by_other > _ROLE_MARGIN * shared or is_alone


def _is_out_of_turn(text: str, quote: str) -> bool:
    """Return True if a number of a text stands by the other one's thing of "A and B were 5 and 10, respectively"."""
    pairs = _PAIRED.search(quote)
    in_text = _by_number(text)
    if not pairs:
        return False
    first, second = (set(content_words(pairs[name])) for name in ("first", "second"))
    values = [(quantity.value, quantity.unit) for quantity in quantities(pairs["numbers"])][:2]
    if len(values) < 2 or values[0] == values[1] or not (first - second and second - first):
        return False
    near = [in_text.get(value, {}).keys() for value in values]
    right = len(near[0] & (first - second)) + len(near[1] & (second - first))
    return len(near[0] & (second - first)) + len(near[1] & (first - second)) > right


_RESPECTIVELY = re.compile(r"\brespectively\b", re.I)
_PAIRED = re.compile(
    r"(?P<first>\S+(?: \S+)?) and (?P<second>\S+(?: \S+)?)[^;]*?(?P<numbers>[\d.]+[^;\d]{0,12} and [\d.]+[^;,]*),?"
    r" respectively",
    re.I,
)


def _crossed(in_text: _ByNumber, in_quote: _ByNumber, first: _Amount, second: _Amount) -> bool:
    def shared(text_number: _Amount, quote_number: _Amount) -> int:
        return len(in_text[text_number].keys() & in_quote[quote_number].keys())

    return shared(first, second) + shared(second, first) > shared(first, first) + shared(second, second)


_Amount = tuple[float, str]
_ByNumber = dict[_Amount, dict[str, float]]
_REACH, _FARTHER, _CLOSE_BY = 8, 4, 5
_NO_NUMBER = re.compile(r"\d+ ?%-? ?(?:CI|confidence)|[\d.]+ ?(?:%|\w+)? ?(?:-|–|to) ?[\d.]+")
"""A level of confidence, and the beginning of a range, which has the words of its end."""
_MEASURE = re.compile(r"(?:chang|differ|alter|affect|effect)\w*$|[\d.,]+%?$|(?:\w+-?)?fold$|per ?cent$|times$|ci$")


def _by_number(text: str) -> _ByNumber:
    """Return the words near each number with a unit or a decimal point, with their nearness.

    A comma or "and" between makes them farther; of two numbers as near, a word belongs to the one before it.
    """
    words = _words(text)
    along = list(accumulate(_FARTHER if word.text in _BOUNDARIES or word.text == "and" else 1 for word in words))
    places = {
        (quantity.value, quantity.unit): max(
            (at for at, word in enumerate(words) if word.start <= quantity.start), default=0
        )
        for quantity in quantities(text)
        if (quantity.unit or quantity.value != int(quantity.value)) and not _NO_NUMBER.match(text, quantity.start)
    }
    near_words: _ByNumber = {key: {} for key in places}
    for at, word in enumerate(words):
        near = sorted((abs(along[at] - along[place]), place > at, key) for key, place in places.items())
        if near and 0 < near[0][0] <= _REACH:
            near_words[near[0][2]].update(dict.fromkeys(word.content, 1 / near[0][0]))
    return near_words


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str) -> tuple[_Word, ...]:
    matches = list(_TOKEN.finditer(text))
    plain = [match[0] if match[0] in ",;:()—" else match[0].strip(".?!\"'“”") for match in matches]
    words = []
    for at, (match, word) in enumerate(zip(matches, plain, strict=True)):
        lower = word.lower()
        says_what = word and lower not in DENIALS and not direction(lower) and not _MEASURE.match(lower)
        in_list = word == "," and bool({",", "and", "or"} & set(plain[at + 1 : at + 3]))
        words.append(_Word(lower, tuple(content_words(word)) if says_what else (), match.start(), in_list))
    return tuple(words)


RULES: dict[str, Callable[[str, str, str], bool]] = {
    "number": _gives_other_numbers,
    "name": _names_other_things,
    "kind": _is_of_another_kind,
    "side": _takes_the_other_side,
    "with": _has_what_the_quote_lacks,
    "direction": _goes_another_way,
    "denial": _denies_otherwise,
    "order": _is_turned_round,
}
