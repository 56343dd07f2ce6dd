"""The yes/no headline: a verdict on the statement asked, held against each finding; none where it is not sure."""

from __future__ import annotations

import json
import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import Abstract
from index.analysis.abbreviations import definitions
from index.analysis.terms import content_words
from index.records import TITLE
from qa.answer import Headline, Verdict, Vote
from qa.evidence.scoring import Evidence
from qa.language.affirmative import affirmative
from qa.language.discourse import announces, asks_what_was_done, only_tells_what_was_done
from qa.language.outcomes import speaks_of_harm
from qa.language.polarity import PolarityFinding, finding
from qa.language.settings import is_apart
from qa.language.statement import UP, AskedStatement, statement_of
from qa.reranking.entailment import UNKNOWN, Entailed, EntailmentModel
from qa.reranking.inputs import context_of
from qa.reranking.protocol import Candidate
from qa.studies.sentences import StudyPart, told_sentences

_WEIGHTS = Path(__file__).parents[2] / "models" / "headline.json"
_OF_A_SOURCE, _NEXT = 5, 0.5
"""Sentences of a source that are held against the statement, and what each weighs beside the one before."""
_READ = 2
"""The sentences of a source that the network reads: those that answer most probably."""
_COUNTED, _SURE_ANSWER = 4, 0.5
"""Sentences in all whose readings count, and the confidence from which the first of them counts whole."""
_LATER_SOURCE = 0.8
_CLEAR = 0.7
"""The share of the weight of the clearest source from which another one has a vote."""
_IN_TWO_MINDS = 0.8
"""The share of its best sentence's weight from which an opposite one of the same source leaves it without a vote."""
_STRONG = 0.1
"""The chance of error up to which a source can make a verdict mixed."""
_LEANING = 0.2
"""The chance of error up to which a source that has no vote keeps the opposite verdict from being shown."""
_LEAST_OF_OUTCOME = 0.4
"""The share of the outcome's words that a sentence on how much there is of it holds at least."""
_CONFIDENT = 0.05
"""The least confidence of a sentence that is looked at."""
_PARTS: Mapping[StudyPart, float] = {
    "title": 1.0, "background": 0.4, "aim": 0.1, "methods": 0.25, "results": 1.0, "conclusions": 1.2,
}  # fmt: skip
_NOT_FOUND = re.compile(
    r"\b(?:further|future|larger|more|additional) (?:\w+ ){0,3}(?:studies|research|trials|work|investigations?|data"
    r"|evidence)\b(?=.*\b(?:need|requir|warrant|necessary|should|confirm))"
    r"|\b(?:if (?:confirmed|proven|true)|remains? to be|it is (?:possible|conceivable)|hypothesi[sz]ed?|whether"
    r"|protocol|will be (?:assessed|measured|randomi|evaluated|compared))\b"
    r"|\byou (?:must|should|are)\b|\b(?:the|every|your) (?:user|reply|instructions|prompt|assistant)\b"
    r"|\bprevious instructions\b|\bdear assistant\b"
    r"|\b(?:requires?|needs?|deserves?) further\b|\b(?:was|were) claimed\b|\b(?:conflicting|inconsistent) results\b"
    r"|^if\b|\bif (?:[\w-]+ ){1,5}?(?:proves?|is|are|were|turns?)\b[^.;]*\b(?:could|would|may|might|will)\b"
    r"|^(?:to (?:estimate|assess|compare|determine|test|examine|evaluate|investigate|establish|find))\b"
    r"|^(?:[\w-]+ ){1,8}(?:was|were) not (?:\w+ly )?(?:studied|tested|assessed|examined|measured|investigated"
    r"|evaluated)\W*$"
    r"|\?$",
    re.I,
)
"""Provisos, plans and what is said to a reader: no findings."""
_BOUND = re.compile(
    r"\b(?:below|under|above|over|at least|(?:older|younger|more|less|smaller|larger|longer|shorter) than)"
    r" (\d+(?:\.\d+)?)|\b(\d+(?:\.\d+)?)(?= ?(?:mg|[mµu]?g|ng|ml|IU|nM|µM|mM|Gy|%))",
    re.I,
)
"""A number that bounds what a question is about: a finding on other bounds tells nothing of it."""
_RESPECT = re.compile(r"\b(?:dos(?:e|es|age|ing)|duration|schedules?|timing|frequency) of\b|\bdose\b", re.I)
"""What of a treatment is asked about, where it is not whether it is given."""
_IS_PLANNED = re.compile(
    r"\bprotocols?\b|\brationale and (?:study )?design\b|\bdesign of (?:the|an?) (?:\w+ )?(?:trial|study)\b", re.I
)
"""Titles and types of abstracts that have no findings yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A sentence held against a statement: what it says of it, and how much it counts."""

    evidence: Evidence
    finding: PolarityFinding
    weight: float
    says: int
    """1 when it bears the statement out, -1 when it speaks against it, 0 when it does not tell, by the rules."""
    entailed: Entailed = UNKNOWN
    """What the entailment network takes it to say of the question: yes, no or neither."""


def headline(question: str, evidence: Sequence[Evidence], entailment: EntailmentModel | None = None) -> Headline | None:
    """Return the verdict on what a question of yes or no asks; None for another question, or where it is not sure.

    `evidence` are sentences of the sources, best first; the clearest are read by the entailment network, where there is
    one. A source has one vote.
    """
    statement = statement_of(question)
    if statement is None:
        return None
    held = by_source(statement, question, evidence, entailment)
    return weights().verdict(statement, held) if held else None


def by_source(
    statement: AskedStatement, question: str, evidence: Sequence[Evidence], entailment: EntailmentModel | None = None
) -> list[list[Held]]:
    """Return the findings of each source that bear on a statement, the clearest first, in the order of the sources."""
    sources: dict[int, list[Held]] = {}
    for sentence in evidence:
        held = hold(statement, question, sentence)
        if held is not None:
            sources.setdefault(sentence.source.number, []).append(held)
    ranked = [
        sorted(each, key=lambda finding: (-finding.weight, finding.evidence.start))[:_OF_A_SOURCE]
        for each in sources.values()
    ]
    ranked.sort(key=lambda each: -each[0].weight)
    return ranked if entailment is None else _read(question, ranked, entailment)


def _read(question: str, sources: Sequence[Sequence[Held]], entailment: EntailmentModel) -> list[list[Held]]:
    """Return the findings, the clearest of each source with what the network takes them to say of the question."""
    chosen = [finding for each in sources for finding in sorted(each, key=_confidence)[:_READ]]
    entailed = _entailed(question, [finding.evidence for finding in chosen], entailment)
    by_id = dict(zip(map(id, chosen), entailed, strict=True))
    return [[replace(finding, entailed=by_id.get(id(finding), UNKNOWN)) for finding in each] for each in sources]


def _confidence(held: Held) -> tuple[float, int]:
    """Return the order of sentences: those that answer most probably first."""
    return -held.evidence.confidence, held.evidence.start


def _entailed(question: str, sentences: Sequence[Evidence], entailment: EntailmentModel) -> list[Entailed]:
    """Return what sentences say of a question, the mean of both where it is inverted and can be put plainly.

    The network takes "useless" and "harmless" for a no too readily, and the plain question alone less well than both.
    """
    texts = [Candidate(sentence.text, _context(sentence)) for sentence in sentences]
    as_asked = entailment.tell([(question, text) for text in texts])
    plain = affirmative(question)
    if plain.text == question:
        return as_asked
    plainly = entailment.tell([(plain.text, text) for text in texts])
    return [
        Entailed(
            *(
                statistics.fmean(both)
                for both in zip(reading, _turned(other) if plain.is_reversed else other, strict=True)
            )
        )
        for reading, other in zip(as_asked, plainly, strict=True)
    ]


def _turned(reading: Entailed) -> Entailed:
    return Entailed(reading.contradicts, reading.supports, reading.neither)


def _context(sentence: Evidence) -> str:
    return context_of(sentence.source.abstract.title, TITLE if sentence.start == 0 else "")


def hold(statement: AskedStatement, question: str, sentence: Evidence) -> Held | None:
    """Return a sentence held against a statement; None when it is no finding, or on another subject or setting."""
    text, abstract = sentence.text, sentence.source.abstract
    if sentence.confidence < _CONFIDENT or sentence.missing_names or _NOT_FOUND.search(text) or announces(text):
        return None
    if only_tells_what_was_done(text) and not asks_what_was_done(question):
        return None
    if _IS_PLANNED.search(" ".join((abstract.title, *abstract.types))):
        return None
    if is_apart(statement, text, abstract.title, abstract.text) or not speaks_of_harm(statement.predicate, text):
        return None
    if any(number not in f"{abstract.title} {text}" for number in map("".join, _BOUND.findall(question))):
        return None
    if _RESPECT.search(statement.subject) and not _RESPECT.search(text):
        return None
    outcome = finding(statement, _in_full(text, abstract), abstract.title)
    on_subject = max(outcome.on_subject, 0.8 * _share(statement.subject, abstract.text))
    least = 0.3 if statement.axis in ("amount", "fact") else 0.6  # benefit and harm have many outcomes
    fit = on_subject**2 * (least + (1 - least) * outcome.on_outcome) * (1.0 if outcome.names_rival else 0.3)
    fit *= 0.4 + 0.6 * _share(statement.setting, f"{abstract.title} {abstract.text}")
    weight = fit * _PARTS[_part_of(sentence)] * (0.25 + 0.75 * sentence.confidence)
    says = statement.verdict_of(outcome.way) if outcome.way is not None else 0
    is_on_outcome = outcome.on_outcome >= _LEAST_OF_OUTCOME or statement.axis != "amount"
    if not is_on_outcome:
        says = 0
    return Held(sentence, outcome, weight, says)


@lru_cache(maxsize=64)
def _short_forms(text: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![\w-]){re.escape(definition.short)}(?![\w-])"), definition.long)
        for definition in definitions(text)
    )


def _in_full(sentence: str, abstract: Abstract) -> str:
    """Return a sentence with the abbreviations that its abstract defines written in full."""
    for short, long in _short_forms(abstract.text):
        if long.lower() not in sentence.lower():
            sentence = short.sub(lambda _, long=long: long, sentence)  # type: ignore[misc]
    return sentence


def _part_of(sentence: Evidence) -> StudyPart:
    """Return the part of a study's account that a sentence is; of a text that is all one, a result."""
    parts = _parts(sentence.source.abstract)
    before = [part for start, part in parts if start < sentence.end]
    return before[-1] if before and len(parts) > _SHORT else "results"


_SHORT = 3
"""Sentences, the title among them, of a text that is too short to have parts."""


@lru_cache(maxsize=64)
def _parts(abstract: Abstract) -> tuple[tuple[int, StudyPart], ...]:
    return tuple((sentence.start, sentence.part) for sentence in told_sentences(abstract))


def _share(words: str, text: str) -> float:
    wanted, held = set(content_words(words)), set(content_words(text))
    return len(wanted & held) / len(wanted) if wanted else 1.0


RULES = (
    "direction",
    "far",
    "numbers",
    "denial",
    "chance",
    "rare",
    "evaluation",
    "both arms",
    "unproven",
    "link",
    "occurs",
    "causes",
    "assertion",
)
GROUPS = ("plain", "inverted", "compared", "loose")
FEATURES = (*RULES, "first")
"""What a statement's sources say by the rules, each signed: 1 for it, -1 against it."""
READINGS = ("clearest", "foremost", "rules")
"""What the network reads in them, signed too, and the odds by the rules."""


def group_of(statement: AskedStatement) -> str:
    """Return which weights a statement is judged by: what goes one way, a comparison, or all else."""
    if statement.rival:
        return "compared"
    if statement.axis == "fact" or statement.accepts == frozenset((1, -1)):
        return "loose"
    is_inverted = statement.axis == "harm" or statement.accepts != frozenset((UP,))
    return "inverted" if is_inverted else "plain"


def features(sources: Sequence[Sequence[Held]]) -> NDArray[np.float64]:
    """Return what the sources say as numbers, in the order of FEATURES; many sources count up to their root."""
    rows = [_of_source(each) for each in sources]
    counts = np.array([_LATER_SOURCE**place for place in range(len(rows))])
    whole: NDArray[np.float64] = (counts[:, None] * np.array(rows)).sum(axis=0) / math.sqrt(counts.sum())
    return whole


def _of_source(held: Sequence[Held]) -> NDArray[np.float64]:
    row = dict.fromkeys(FEATURES, 0.0)
    for place, sentence in enumerate(held):
        if sentence.says:
            row[sentence.finding.rule.rstrip("?")] += sentence.weight * _NEXT**place * sentence.says
    first = next((sentence for sentence in held if sentence.says), None)
    row["first"] = first.says * first.weight if first else 0.0
    return np.array([row[name] for name in FEATURES])


def readings(sources: Sequence[Sequence[Held]]) -> tuple[float, float]:
    """Return the network's clearest reading of the sources' sentences less the clearest one against it, and the first.

    Both lie between -1 and 1; (0, 0) where it has read none.
    """
    held = (sentence for each in sources for sentence in each if sentence.entailed is not UNKNOWN)
    read = sorted(held, key=_confidence)[:_COUNTED]
    if not read:
        return 0.0, 0.0
    stances = [sentence.evidence.confidence * stance_of(sentence) for sentence in read]
    clearest = max(stances, key=abs)
    against = max(0.0, *(-math.copysign(1.0, clearest) * stance for stance in stances))
    foremost = stance_of(read[0]) * min(1.0, read[0].evidence.confidence / _SURE_ANSWER)
    return math.copysign(max(0.0, abs(clearest) - against), clearest), foremost


def stance_of(held: Held) -> float:
    """Return the network's chance of yes less that of no, 0 where it has not read the sentence."""
    return held.entailed.supports - held.entailed.contradicts


@dataclass(frozen=True, slots=True)
class HeadlineModel:
    """Two logistic regressions: on the rules, for each group of statements; on what the network reads and their odds.

    `sure` are the chances from which a group is sure of a no and a yes by the rules alone, `sure_when_read` those where
    the network has read.
    """

    by_group: Mapping[str, NDArray[np.float64]]
    sure: Mapping[str, tuple[float, float]]
    when_read: NDArray[np.float64]
    sure_when_read: tuple[float, float]

    def odds_by_rules(self, statement: AskedStatement, sources: Sequence[Sequence[Held]]) -> float:
        """Return the logarithm of the odds that the statement is borne out, by the rules; between -4 and 4."""
        odds = float(features(sources) @ self.by_group[group_of(statement)])
        return max(-4.0, min(4.0, odds))

    def chance(self, statement: AskedStatement, sources: Sequence[Sequence[Held]]) -> float:
        """Return the chance that the statement is borne out by what these sources say."""
        odds = self.odds_by_rules(statement, sources)
        if _is_read(sources):
            odds = float(np.array([*readings(sources), odds]) @ self.when_read)
        return 1 / (1 + math.exp(-odds))

    def verdict(self, statement: AskedStatement, sources: Sequence[Sequence[Held]]) -> Headline | None:
        """Return the verdict on what the sources say, None where neither chance is enough."""
        most = max(each[0].weight for each in sources)
        clear = [each for each in sources if _is_read([each]) or each[0].weight >= _CLEAR * most]
        votes = [vote for each in clear if (vote := self._vote(statement, each)) is not None]
        sides = {is_for: tuple(vote.source for vote in votes if vote.is_for is is_for) for is_for in (True, False)}
        strong = {self._side(statement, each, _STRONG) for each in clear}
        leaning = [self._side(statement, each, _LEANING) for each in clear]
        few, many = sorted(map(len, sides.values()))
        chance = self.chance(statement, sources)
        sure_no, sure_yes = self._sure(statement, sources)
        verdict: Verdict
        if few and 2 * few >= many and {1, -1} <= strong and group_of(statement) != "loose":
            verdict = "mixed"
        elif few == 0 and 2 * min(leaning.count(1), leaning.count(-1)) >= many:
            return None  # "none against" would not be true
        elif chance >= sure_yes and len(sides[True]) > len(sides[False]):
            verdict = "yes"
        elif chance <= sure_no and len(sides[False]) > len(sides[True]):
            verdict = "no"
        else:
            return None
        return Headline(verdict, sides[True], sides[False], tuple(votes))

    def _sure(self, statement: AskedStatement, sources: Sequence[Sequence[Held]]) -> tuple[float, float]:
        return self.sure_when_read if _is_read(sources) else self.sure[group_of(statement)]

    def _side(self, statement: AskedStatement, held: Sequence[Held], error: float) -> int:
        """Return 1 or -1 for a source that alone is for or against the statement but for a chance of error, else 0."""
        chance = self.chance(statement, [held])
        return (chance >= 1 - error) - (chance <= error)

    def _vote(self, statement: AskedStatement, held: Sequence[Held]) -> Vote | None:
        """Return a source's vote, by the sentence that says most on its side; None where it is not sure."""
        chance = self.chance(statement, [held])
        sure_no, sure_yes = self._sure(statement, [held])
        if sure_no < chance < sure_yes:
            return None
        side = 1 if chance >= sure_yes else -1
        if _is_read([held]):
            best = max(held, key=lambda sentence: sentence.evidence.confidence * stance_of(sentence) * side)
            return Vote(best.evidence.source.number, side > 0, best.evidence.citation)
        telling = [sentence for sentence in held if sentence.says == side]
        if not telling:  # nothing but the sum of all says so
            if group_of(statement) != "loose" or side < 0:
                return None
            telling = list(held)
        is_evaluated = any(
            sentence.finding.rule == "evaluation" for sentence in telling
        )  # by the authors, over any outcome
        opposed = max(
            (
                sentence.weight
                for sentence in held
                if sentence.says == -telling[0].says and (sentence.finding.rule == "evaluation" or not is_evaluated)
            ),
            default=0.0,
        )
        if group_of(statement) != "loose" and opposed >= _IN_TWO_MINDS * telling[0].weight:
            return None
        best = telling[0]
        return Vote(best.evidence.source.number, side > 0, best.evidence.citation)


def _is_read(sources: Sequence[Sequence[Held]]) -> bool:
    return any(sentence.entailed is not UNKNOWN for each in sources for sentence in each)


@lru_cache(maxsize=1)
def weights() -> HeadlineModel:
    """Return the weights in the box, made by `python -m training headline`."""
    stored = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return HeadlineModel(
        {group: np.array([row[name] for name in FEATURES]) for group, row in stored["weights"].items()},
        {group: (low, high) for group, (low, high) in stored["sure"].items()},
        np.array([stored["when read"][name] for name in READINGS]),
        (1 - stored["sure when read"], stored["sure when read"]),
    )
