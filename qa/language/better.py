"""Which side of a comparison a clause calls the better one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.language.asked_words import AskedWords, Token, is_denied_before, names_any, tokenized
from qa.language.directed import UNTOLD, Told, side_of
from qa.language.statement import DOWN, SAME, UP

AS_MUCH = re.compile(
    r"\bnon-?inferior|\bequivalen|\bequally|(?<!twice )(?<!half )(?<!times )(?<!fold )(?<!not )(?<!n't )\bas"
    r" (?:effective(?:ly)?|good|safe|efficacious|well|frequent(?:ly)?|common(?:ly)?|often|likely|many|much|high|low)\b"
    r"[^.;]{0,60}?\bas\b",
    re.I,
)
_IS_BETTER = re.compile(
    r"\b(?:superior|better(?! tolerated)|outperform\w*|more (?:effective|efficacious|beneficial|potent)|preferable"
    r"|surpass\w*|best|advantage)\b",
    re.I,
)
_IS_WORSE = re.compile(
    r"\b(?:inferior(?!ity)|worse|less (?:effective|efficacious|beneficial|potent)|poorer"
    r"|(?<=not )as (?:effective|good|efficacious|potent) as)\b",
    re.I,
)


def better_side(asked: AskedWords, clause: str, tokens: Sequence[Token]) -> Told:
    """Return which side a clause calls the better one: UP for the subject, DOWN for the rival, SAME for neither."""
    if AS_MUCH.search(clause):
        return SAME, "evaluation"
    for words, way in ((_IS_BETTER, UP), (_IS_WORSE, DOWN)):
        if not (match := words.search(clause)):
            continue
        at = len(tokenized(clause[: match.start()]))
        if is_denied_before(tokens, min(at, len(tokens) - 1)) and not match.group().startswith("as "):
            return SAME, "denial"
        side = _better_of_two(asked, clause, match) or side_of(asked, tokens, min(at, len(tokens) - 1))
        return (way * side, "evaluation") if side else UNTOLD
    return UNTOLD


_TO_WHOM = re.compile(r"\s+to\s+(?P<whom>(?:(?!\b(?:in|for|at|as|when|with|of)\b)[^,;]){3,50})")


def _better_of_two(asked: AskedWords, clause: str, match: re.Match[str]) -> int:
    """Return which side "superior to" sets before the other: the one that is not named after "to"; 0 where unknown."""
    if not (to := _TO_WHOM.match(clause[match.end() :])):
        return 0
    whom = tokenized(to["whom"])
    return next(
        (-who for token in whom for who in (1, -1) if names_any(asked.subject if who == 1 else asked.rival, token)), 0
    )
