"""The phrases of an abstract that can name its population or intervention, and what is told of each.

A phrase is a run of words without a verb, or some that "of", "and" and the like join. All figures of a sentence's
phrases are one array: a row for each phrase, a column for each of `FIGURES`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa.studies.records import Cell
from qa.studies.sentences import StudyPart, StudySentence

Floats = NDArray[np.float64]
WordOdds = Mapping[str, Mapping[str, float]]
"""By place, for a word there: the logarithm of how much more often a phrase is right with it than any is."""
_TOKEN = re.compile(r"[^\W_][\w'’/+:-]*(?:\.\d+)*|\([^() ]{1,14}\)|[^\w\s]")
_BREAKS = frozenset(
    "is are was were be been being has have had do does did can could may might will would shall should must not no who"
    " whom whose which that what when where whether if how why because although though while whereas however but thus"
    " therefore we our they their it its he his she her him them this these those there here i us in on for with by at"
    " from as than to between among during after before versus vs into through within without over under upon about"
    " against per via using toward towards since until and or nor of the a an both either each all some any most many"
    " more less such other another also only then very investigate investigated determine determined examine examined"
    " evaluate evaluated assess assessed compare compared study studied found show showed shown suggest suggests"
    " indicate describe report reported used aimed aim purpose objective".split()
)
_JOINTS = frozenset("of and or in for with to on by the a an from after at during ,".split())
_INNER = frozenset("of in for with to on by and".split())
_LEFT_OUT, _RIGHT_OUT, _JOINED, _LONGEST = 3, 1, 3, 14
"""So many words of a run can be left out in front and behind; runs that are joined to one; words of a phrase."""
_TOKENS, _MOST = 300, 500
"""So many tokens of a sentence are looked at, and phrases of it taken: some sentences are whole books."""
_READ: dict[StudyPart, int] = {"title": 5, "aim": 5, "methods": 3, "background": 2, "results": 1, "conclusions": 1}
"""Of so many sentences of each part phrases are taken."""
_PARTS: tuple[StudyPart, ...] = ("title", "background", "aim", "methods", "results", "conclusions")
_READ_BY_RULES = ("population", "intervention", "comparator", "outcomes")
_AROUND = 4
"""Words before a phrase and behind it that tell of it."""
FIGURES = (
    *_PARTS,
    *("sentence", "of its part", "begins", "ends", "words", "characters", "left out", "right out", "joins"),
    *("in title", "in conclusions", "in results", "in aim", "named", "head named", "last named", "of the title"),
    *("bracket in", "bracket behind", "digit", "hyphen", "capitals", "capital", "of", "and", "in", "with", "asked"),
    *(f"{name} {kind}" for name in _READ_BY_RULES for kind in ("alike", "read")),
    *(f"{name} {end}" for name in _READ_BY_RULES[:2] for end in ("begins", "ends")),
)
"""What is told of a phrase, apart from its words."""
PLACES = ("before", "behind", "first", "last", "head", "ending", "part before", "within", "left", "right")
"""Places whose words tell of a phrase: one word each, but for the last three."""
_OF_MANY = PLACES[-3:]
TOLD_BY_WORDS = (*PLACES, "within, most", "within, least")


class TokenSpan(NamedTuple):
    """The tokens of a phrase, from `first` to `last`, and that of its head; what was left out, and runs joined."""

    first: int
    last: int
    left_out: int
    right_out: int
    joins: int
    head: int


@dataclass(frozen=True, slots=True)
class _StudyToken:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SentencePhrases:
    """The phrases of a sentence, with their figures and the words that tell of them."""

    told: StudySentence
    tokens: tuple[_StudyToken, ...]
    phrases: tuple[TokenSpan, ...]
    figures: Floats

    def cell(self, place: int) -> Cell:
        """Return the words of a phrase."""
        phrase = self.phrases[place]
        return self.told.cell(self.tokens[phrase.first].start, self.tokens[phrase.last].end)

    def word(self, kind: str, phrase: TokenSpan) -> str:
        """Return the word at a place of `PLACES` that has one."""
        if kind in ("before", "part before"):
            word = self.tokens[phrase.first - 1].text.lower() if phrase.first else ""
            return f"{self.told.part} {word}" if kind == "part before" else word
        if kind == "behind":
            return self.tokens[phrase.last + 1].text.lower() if phrase.last + 1 < len(self.tokens) else ""
        head = self.tokens[{"first": phrase.first, "last": phrase.last}.get(kind, phrase.head)].text.lower()
        return head[-4:] if kind == "ending" else head if kind == "first" else stem(head)

    def words(self, kind: str, phrase: TokenSpan) -> list[str]:
        """Return the words at a place of `PLACES`."""
        if kind not in _OF_MANY:
            return [self.word(kind, phrase)]
        first, last = phrase.first, phrase.last
        some = {"within": slice(first, last + 1), "left": slice(max(0, first - _AROUND), first)}
        tokens = self.tokens[some.get(kind, slice(last + 1, last + 1 + _AROUND))]
        if kind == "within":
            return [word for token in tokens for word in _stems(token.text)]
        return [token.text.lower() for token in tokens]

    def told_by_words(self, odds: WordOdds) -> Floats:
        """Return a row of `TOLD_BY_WORDS` for each phrase: the log-odds of its words, by place, the mean of several."""
        first, last, _, _, _, head = np.array(self.phrases).T
        lower = [token.text.lower() for token in self.tokens]
        stems, part = [stem(word) for word in lower], self.told.part

        def told(kind: str, words: Sequence[str]) -> Floats:
            return np.array([odds[kind].get(word, 0.0) for word in words])

        def mean(kind: str, words: Sequence[Sequence[str]], begin: NDArray[np.int64], end: NDArray[np.int64]) -> Floats:
            sums = np.cumsum([0.0, *(sum(odds[kind].get(word, 0.0) for word in some) for some in words)])
            counts = np.cumsum([0, *map(len, words)])
            return np.asarray((sums[end] - sums[begin]) / np.maximum(1, counts[end] - counts[begin]), float)

        of_tokens = [_stems(token.text) for token in self.tokens]
        each = [[odds["within"].get(word, 0.0) for word in some] for some in of_tokens]
        within = [[value for some in each[p.first : p.last + 1] for value in some] or [0.0] for p in self.phrases]
        around = [[word] for word in lower]
        columns = [
            told("before", ["", *lower])[first],
            told("behind", [*lower, ""])[last + 1],
            told("first", lower)[first],
            told("last", stems)[last],
            told("head", stems)[head],
            told("ending", [word[-4:] for word in lower])[head],
            told("part before", [f"{part} {word}" for word in ("", *lower)])[first],
            mean("within", of_tokens, first, last + 1),
            mean("left", around, np.maximum(0, first - _AROUND), first),
            mean("right", around, last + 1, np.minimum(len(lower), last + 1 + _AROUND)),
            np.array([max(some) for some in within]),
            np.array([min(some) for some in within]),
        ]
        return np.array(columns).T


def stem(word: str) -> str:
    """Return a word without the s of its plural, in lower case."""
    return word[:-1].lower() if word[-1] in "sS" and len(word) > 3 else word.lower()


def _stems(text: str) -> list[str]:
    return [stem(word) for word in re.findall(r"\w+", text)]


def phrases_of(sentences: Sequence[StudySentence], read: Mapping[str, tuple[Cell, ...]]) -> list[SentencePhrases]:
    """Return the phrases of an abstract's sentences; `read` is what the rules took for population, intervention etc."""
    abstract = _AbstractWords(sentences, read)
    seen: Counter[StudyPart] = Counter()
    found = []
    for number, sentence in enumerate(sentences):
        seen[sentence.part] += 1
        if seen[sentence.part] <= _READ[sentence.part]:
            tokens = tuple(_StudyToken(m[0], *m.span()) for m in islice(_TOKEN.finditer(sentence.text), _TOKENS))
            phrases = tuple(islice(_phrases(tokens), _MOST))
            if phrases:
                figures = abstract.figures(sentence, number, seen[sentence.part] - 1, tokens, phrases)
                found.append(SentencePhrases(sentence, tokens, phrases, figures))
    return found


def _runs(tokens: Sequence[_StudyToken]) -> list[tuple[int, int]]:
    """Return the first and last tokens of the runs without a break; an abbreviation in brackets is none."""
    runs: list[tuple[int, int]] = []
    for at, token in enumerate(tokens):
        if token.text.lower() in _BREAKS or not (token.text[0].isalnum() or len(token.text) > 1):
            continue
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs


def _phrases(tokens: Sequence[_StudyToken]) -> Iterator[TokenSpan]:
    runs = _runs(tokens)
    for number, (begin, end) in enumerate(runs):
        joined = _joined(tokens, runs[number : number + _JOINED + 1])
        for joins, (last_begin, last_end) in enumerate(joined):
            for first in range(begin, min(begin + _LEFT_OUT, end) + 1):
                for last in range(last_end, max(last_end - _RIGHT_OUT - 1, last_begin - 1, first - 1), -1):
                    head = _head(tokens, first, last)
                    is_named = any(map(str.isalpha, tokens[head].text))  # a number is no thing
                    if is_named and tokens[first].text[0] != "(" and last - first < _LONGEST:
                        yield TokenSpan(first, last, first - begin, last_end - last, joins, head)


def _joined(tokens: Sequence[_StudyToken], runs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the first run, and those behind it as long as only joints stand between."""
    yield runs[0]
    for before, after in zip(runs, runs[1:], strict=False):
        between = [token.text.lower() for token in tokens[before[1] + 1 : after[0]]]
        if len(between) > 3 or not _JOINTS.issuperset(between):
            return
        yield after


def _head(tokens: Sequence[_StudyToken], first: int, last: int) -> int:
    """Return the token before the first "of", "in", … of a phrase, else the last that is no abbreviation."""
    for at in range(first + 1, last + 1):
        if tokens[at].text.lower() in _INNER:
            return at - 1
    return last - 1 if tokens[last].text[0] == "(" and last > first else last


class _AbstractWords:
    """What the figures of all phrases of an abstract go by."""

    def __init__(self, sentences: Sequence[StudySentence], read: Mapping[str, tuple[Cell, ...]]) -> None:
        self._many = len(sentences)
        self._named = Counter(word for sentence in sentences for word in _stems(sentence.text))
        self._of = {
            part: {w for sentence in sentences if sentence.part == part for w in _stems(sentence.text)}
            for part in _PARTS
        }
        self._read = {name: read.get(name, ()) for name in _READ_BY_RULES}
        self._words = {name: {w for cell in cells for w in _stems(cell.text)} for name, cells in self._read.items()}

    def figures(
        self,
        sentence: StudySentence,
        number: int,
        of_part: int,
        tokens: Sequence[_StudyToken],
        phrases: Sequence[TokenSpan],
    ) -> Floats:
        """Return a row of `FIGURES` for each phrase of a sentence."""
        first, last, left, right, joins, head = np.array(phrases).T
        words = [_stems(token.text) for token in tokens]
        texts = [sentence.text[tokens[p.first].start : tokens[p.last].end] for p in phrases]

        def total(weight: Callable[[str], float]) -> Floats:
            """Return the sum over the words of each phrase."""
            sums = np.concatenate(([0.0], np.cumsum([sum(map(weight, some)) for some in words])))
            return np.asarray(sums[last + 1] - sums[first], float)

        def named(at: NDArray[np.int64]) -> list[int]:
            return [min(8, self._named[words[place][-1]] if words[place] else 0) for place in at]

        count = np.maximum(1, total(lambda _: 1.0))
        title = self._of["title"]
        columns: list[Sequence[float] | Floats] = [
            np.full(len(phrases), float(sentence.part == part)) for part in _PARTS
        ]
        columns += [np.full(len(phrases), number / self._many), np.full(len(phrases), of_part)]
        columns += [first / len(tokens), last / len(tokens), count, [len(text) for text in texts], left, right, joins]
        columns += [total(self._of[p].__contains__) / count for p in ("title", "conclusions", "results", "aim")]
        columns += [total(lambda word: min(6, self._named[word])) / count, named(head), named(last)]
        columns += [total(title.__contains__) / max(1, len(title))]
        columns += [[text.endswith(")") for text in texts]]
        columns += [[p.last + 1 < len(tokens) and tokens[p.last + 1].text[0] == "(" for p in phrases]]
        columns += [[any(map(str.isdigit, text)) for text in texts], ["-" in text for text in texts]]
        columns += [[sum(map(str.isupper, text)) / len(text) for text in texts], [text[0].isupper() for text in texts]]
        columns += [[f" {word} " in text for text in texts] for word in ("of", "and", "in", "with")]
        columns += [np.full(len(phrases), float(sentence.text.rstrip().endswith("?")))]
        for read in self._words.values():
            columns += [2 * total(read.__contains__) / (count + len(read)), np.full(len(phrases), float(bool(read)))]
        for name in _READ_BY_RULES[:2]:
            starts, ends = (
                {c.start - sentence.start for c in self._read[name]},
                {c.end - sentence.start for c in self._read[name]},
            )
            columns += [
                [tokens[p.first].start in starts for p in phrases],
                [tokens[p.last].end in ends for p in phrases],
            ]
        return np.array([np.asarray(column, float) for column in columns]).T
