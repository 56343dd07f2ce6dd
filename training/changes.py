"""Sentences with one thing turned round, so that the sentence they come from contradicts them."""

from __future__ import annotations

import random
import re

_OPPOSITES = {
    one: other
    for pair in (
        ("increased", "decreased"), ("increases", "decreases"), ("increase", "decrease"), ("increasing", "decreasing"),
        ("higher", "lower"), ("highest", "lowest"), ("more", "less"), ("greater", "smaller"), ("enhanced", "reduced"),
        ("enhances", "reduces"), ("enhance", "reduce"), ("induced", "inhibited"), ("induces", "inhibits"),
        ("induce", "inhibit"), ("activated", "inactivated"), ("activates", "inactivates"), ("promoted", "suppressed"),
        ("promotes", "suppresses"), ("promote", "suppress"), ("stimulated", "inhibited"), ("stimulates", "inhibits"),
        ("upregulated", "downregulated"), ("up-regulated", "down-regulated"), ("improved", "worsened"),
        ("positive", "negative"), ("positively", "negatively"), ("present", "absent"), ("longer", "shorter"),
        ("before", "after"), ("with", "without"), ("effective", "ineffective"), ("sensitive", "resistant"),
        ("elevated", "lowered"), ("rise", "fall"), ("gain", "loss"), ("early", "late"),
    )
    for one, other in (pair, pair[::-1])
}  # fmt: skip
_PREDICATES = {
    one: other
    for pair in (
        ("increase", "decrease"), ("increased", "decreased"), ("raise", "lower"), ("raised", "lowered"),
        ("higher", "lower"), ("enhance", "reduce"), ("enhanced", "reduced"), ("induce", "prevent"),
        ("stimulate", "inhibit"), ("stimulated", "inhibited"), ("activate", "repress"), ("activated", "repressed"),
        ("promote", "suppress"), ("promoted", "suppressed"), ("improve", "worsen"), ("improved", "worsened"),
        ("lengthen", "shorten"), ("prolong", "shorten"), ("prolonged", "shortened"), ("accelerate", "slow"),
        ("strengthen", "weaken"), ("upregulate", "downregulate"), ("upregulated", "downregulated"),
        ("elevated", "lowered"), ("superior", "inferior"), ("better", "worse"), ("safe", "unsafe"),
        ("harmful", "harmless"), ("useful", "useless"), ("effective", "ineffective"), ("necessary", "unnecessary"),
        ("essential", "dispensable"), ("sufficient", "insufficient"), ("common", "rare"), ("often", "rarely"),
        ("rapidly", "slowly"), ("quickly", "slowly"), ("faster", "slower"), ("longer", "shorter"),
        ("positively", "inversely"), ("present", "absent"), ("possible", "impossible"),
    )
    for one, other in (pair, pair[::-1])
}  # fmt: skip
_PREDICATE = re.compile(rf"(?<!-)\b(?:{'|'.join(_PREDICATES)})\b(?!-)")
_IS_DENIED = re.compile(r"\b(?:no|not|never|without|fail|unable|neither)\b", re.I)
_VERB_BEFORE_LOWER = re.compile(
    r"(?:do|does|did|can|could|may|might|will|would|should)\b(?!.*\b(?:have|has|a|an|the|at|in|with) lower)", re.I
)
_DEGREE = r"(?:(?:significantly|markedly|clearly|far|much|slightly|somewhat|any|no) )?"
_COMPARED = (
    rf"{_DEGREE}(?:more|less|fewer|better|worse|(?!other|rather|under|over|after|either|never|cancer)\w{{3,}}er)\b"
)
_VERB = (
    r"(?:accumulate|act|attract|bear|bind|block|boost|bring|carry|cause|contain|cost|cover|curb|cut|detect|develop|die"
    r"|do|ease|express|fail|fare|fit|gain|get|give|grow|have|heal|help|hold|improve|inhibit|keep|kill|lead|live|lose"
    r"|lower|make|need|offer|perform|produce|prolong|protect|raise|react|recover|reduce|relieve|respond|save|score"
    r"|show|slow|stop|suffer|suppress|survive|take|tolerate|vary|weigh|work|yield)"
)
_NO_SIDE = (
    r"(?:in|of|to|on|at|by|for|from|with|without|before|after|when|during|there|they|those|that|(?:the )?others?|it"
    r"|either|elsewhere|assumed|expected|thought|usual|one|two|three|five|half|\d)\b"
)
_SIDE = rf"(?!{_NO_SIDE})(?:(?!\b(?:than|or|do|does|did|ones?|rather)\b)[^,?])+?(?<! (?:to|of|an))(?<! a)"
_TAIL = (
    r"(?P<tail>(?: (?:in|for|at|on|after|during|when|against|among|by|as|with|over|do|does|did|is|are|was|were)\b"
    r"[^?]*)?\?)"
)
_PLACED = r"(?:in|on|with|after|by|for|from|among|at|under|during)"
_THAN = rf"{_COMPARED}[^,?]*? than )(?P<other>{_SIDE}){_TAIL}"
_COMPARISONS = (
    re.compile(rf"(?P<head>[^?]*{_COMPARED}[^,?]*? (?P<place>{_PLACED}) )(?P<one>{_SIDE})"
               rf"(?P<what> than (?P=place) )(?P<other>{_SIDE}){_TAIL}"),
    re.compile(rf"(?P<head>(?:Does|Do|Did|Can|Will|Would) )(?P<one>{_SIDE})(?P<what> {_VERB} (?:[^,?]+ )?{_THAN}"),
    re.compile(rf"(?P<head>(?:Is|Are|Was|Were) )(?P<one>{_SIDE})(?<!ed|en)(?P<what> {_THAN}"),
)  # fmt: skip
"""A question that compares two sides: in two places, by a verb, or by a form of to be."""
_WORD = re.compile(rf"\b(?:{'|'.join(map(re.escape, _OPPOSITES))})\b")
_DENIED = re.compile(r"\b(did|does|do|was|were|is|are|could|can|had|has|have) not\b")
_ASSERTED = re.compile(r"\b(was|were|is|are|could|can|may)\b(?! not)")
_NUMBER = re.compile(r"(?<![\w.-])(\d+)(?=(?:\.\d+)?\s?(?:%|mg|patients|years|mice|fold|weeks|days|cases))")
_NAME = re.compile(r"\b([A-Z]{2,6}-?)(\d{1,2})\b")


def contradicting(sentence: str, dice: random.Random) -> str:
    """Return the sentence with a direction, a denial, a number or a name changed; "" when it has none of them.

    >>> contradicting("TNF was increased.", random.Random(1))
    'TNF was decreased.'
    """
    changes = [change for change in (_turned, _negated, _renumbered, _renamed) if change(sentence, random.Random(0))]
    preferred = [change for change in changes if change is _turned] or changes
    return dice.choice([*changes, *preferred])(sentence, dice) if changes else ""


def with_opposite_predicate(question: str) -> str:
    """Return a question whose answer is no where that of the given one is yes; "" where no one word tells its opposite.

    >>> with_opposite_predicate("Does zinc shorten colds?"), with_opposite_predicate("Is zinc lower in colds?")
    ('Does zinc prolong colds?', 'Is zinc higher in colds?')
    """
    places = list(_PREDICATE.finditer(question))
    if len(places) != 1 or _IS_DENIED.search(question):
        return ""
    place = places[0]
    opposite = _PREDICATES[place.group()]
    if place.group() == "lower":
        opposite = "raise" if _VERB_BEFORE_LOWER.match(question) else "higher"
    return f"{question[: place.start()]}{opposite}{question[place.end() :]}"


def with_sides_swapped(question: str) -> str:
    """Return a question that compares with its sides swapped: no where the question's answer is yes. "" of another.

    >>> with_sides_swapped("Is zinc safer than iron in colds?"), with_sides_swapped("Do more die on zinc than on iron?")
    ('Is iron safer than zinc in colds?', 'Do more die on iron than on zinc?')
    """
    found = next((found for form in _COMPARISONS if (found := form.fullmatch(question))), None)
    if found is None or _IS_DENIED.search(question):
        return ""
    return f"{found['head']}{found['other']}{found['what']}{found['one']}{found['tail']}"


def with_other_name(question: str, text: str, dice: random.Random) -> str:
    """Return a text in which a named thing of the question is its neighbour: IL-6 is IL-8, IL-32β is IL-32γ; or ""."""
    shared = [one for one in _NAME.finditer(text) if one.group() in question]
    if shared:
        name = dice.choice(shared).group()
        return re.sub(rf"\b{re.escape(name)}\b", _other_number(name, dice), text)
    greek = [one for one in "αβγδ" if one in text and one in question]
    if greek:
        return text.replace(greek[0], dice.choice([one for one in "αβγδ" if one != greek[0]]))
    return ""


def _other_number(name: str, dice: random.Random) -> str:
    found = _NAME.fullmatch(name)
    assert found is not None  # it was found by that
    number = int(found[2])
    return f"{found[1]}{dice.choice([one for one in range(max(1, number - 3), number + 4) if one != number])}"


def _turned(sentence: str, dice: random.Random) -> str:
    places = list(_WORD.finditer(sentence))
    if not places:
        return ""
    place = dice.choice(places)
    return f"{sentence[: place.start()]}{_OPPOSITES[place.group()]}{sentence[place.end() :]}"


def _negated(sentence: str, dice: random.Random) -> str:
    if _DENIED.search(sentence):
        return _DENIED.sub(lambda found: found[1], sentence, count=1)
    places = list(_ASSERTED.finditer(sentence))
    if not places:
        return ""
    place = dice.choice(places)
    return f"{sentence[: place.end()]} not{sentence[place.end() :]}"


def _renumbered(sentence: str, dice: random.Random) -> str:
    places = list(_NUMBER.finditer(sentence))
    if not places:
        return ""
    place = dice.choice(places)
    number = int(place[1])
    other = number + dice.choice([-1, 1]) * max(1, round(number * dice.choice([0.3, 0.5, 0.8])))
    return f"{sentence[: place.start()]}{abs(other) or number + 2}{sentence[place.end() :]}"


def _renamed(sentence: str, dice: random.Random) -> str:
    places = list(_NAME.finditer(sentence))
    if not places:
        return ""
    place = dice.choice(places)
    return f"{sentence[: place.start()]}{_other_number(place.group(), dice)}{sentence[place.end() :]}"
