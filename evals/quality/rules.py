"""What each rule on English brings: python -m evals rules [--tables NAME...] [--rules NAME...]

Each rule is left out in turn and the tables are measured without it. What the encoder and the reranker said of a text
is kept from one measurement to the next, so that only the first one takes long. `--without RULE...` after the flags of
any other table prints that table without these rules. The judge of a language model's sentences is not trained anew
without a rule, so that a rule which its trees ask for costs a little more there than it would.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import Any

import numpy as np

import index
import qa
from evals.corpora import Corpus, build_library, part_of, read_rows, sample_abstracts
from evals.quality import followups, grounding, statements, understanding, yes_no
from evals.report import Figures, parser_of, say, show, table, write_results
from index import Filters, Library
from index.embedding.encoder import Encoder, TextKind, Vectors, load_encoder
from index.embedding.pretrained import default_encoder
from index.errors import InputError
from qa.evidence.relation import SoughtRelation
from qa.reranking.protocol import Candidate, PairScore, Reranker
from qa.reranking.reranker import load_reranker

_NOTHING = re.compile(r"(?!)")


def _constant(value: object) -> Callable[..., object]:
    return lambda *_, **__: value


def _first(text: str, *_: object, **__: object) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on English: where it stands ("module:name", or "module:name[key]" in a table), and what stands for it."""

    where: str
    instead: object


def _entailment(name: str) -> Rule:
    return Rule(f"qa.language.entailment:RULES[{name}]", _constant(False))


def _scope(name: str) -> Rule:
    return Rule(f"qa.language.scope:SCOPE_RULES[{name}]", _constant(False))


RULES: Mapping[str, Rule] = {
    **{name: _entailment(name) for name in ("number", "name", "kind", "side", "with", "direction", "denial", "order")},
    **{name: _scope(name) for name in ("certainty", "cause", "no finding", "exception", "variant")},
    "ways": Rule("qa.language.ways:agreement", _constant((0, 0, 0))),
    "short and unheld": Rule("qa.evidence.judge:_is_short_and_unheld", _constant(False)),
    "vetoes": Rule("qa.evidence.judge:is_vetoed", _constant(False)),
    "synonyms": Rule("qa.language.synonyms:near_terms", _constant(frozenset())),
    "announcements": Rule("qa.language.discourse:announces", _constant(False)),
    "what was done": Rule("qa.language.discourse:only_tells_what_was_done", _constant(False)),
    "no findings": Rule("qa.generation.headline:_NOT_FOUND", _NOTHING),
    "turned round": Rule("qa.language.roles:is_turned_round", _constant(False)),
    "settings": Rule("qa.language.settings:is_apart", _constant(False)),
    "relation": Rule("qa.evidence.relation:sought_relation", _constant(SoughtRelation())),
    "isoforms": Rule("qa.evidence.scoring:other_isoforms", _constant(())),
    "finding by direction": Rule("qa.language.directed:by_direction", _constant((None, ""))),
    "finding by ratio": Rule("qa.language.arms:by_ratio", _constant(None)),
    "finding by arms": Rule("qa.language.arms:by_arms", _constant(None)),
    "valence": Rule("qa.language.outcomes:valence", _constant(0)),
    "several parts": Rule("qa.question.parts:parts_of", _constant(())),
    "request": Rule("qa.question.request:without_request", lambda text: (text, ())),
    "as a question": Rule("qa.question.request:as_question", _first),
    "question within a text": Rule("qa.question.request:asked_sentences", _first),
    "spelling": Rule("qa.generation.spelling:respelled", _constant(None)),
    "language": Rule("qa.question.language:language_of", _constant("English")),
    "filters in words": Rule(
        "qa.question.restrictions:restrictions", lambda text, *_, **__: (text, Filters(), ())
    ),
    "asked noun": Rule("qa.question.asked_noun:asked_noun", _constant("")),
    "sides": Rule("qa.question.subjects:sides_of", _constant(())),
    "qualifiers": Rule("qa.question.subjects:qualifiers_of", _constant(())),
    "relations": Rule("qa.question.relations:relations_of", _constant(())),
    "library questions": Rule("qa.question.library_query:speaks_of_library", _constant(False)),
    "better side": Rule("qa.generation.short_answers.better_side:better_side", _constant(None)),
    "named things": Rule("qa.generation.short_answers.named_things:named_things", _constant(())),
    "other arms": Rule("qa.generation.short_answers.quantity_ranker:without_other_arms", lambda found, *_: list(found)),
    "follow-up isoform": Rule("qa.question.slots:with_isoform", _constant(None)),
    "follow-up name": Rule("qa.question.slots:with_name", _constant(None)),
    "follow-up subject": Rule("qa.question.slots:with_subject", _constant(None)),
    "follow-up places": Rule("qa.question.slots:with_places", _constant(None)),
}  # fmt: skip
"""The rules by name. What keeps orders of abstracts from being shown is none of them: it stays whatever it costs."""


def _modules() -> list[ModuleType]:
    for package in (index, qa):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    return [
        module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] in ("index", "qa", "evals")
    ]


def _place(where: str) -> tuple[ModuleType, str, str]:
    module, _, name = where.partition(":")
    name, _, key = name.rstrip("]").partition("[")
    return importlib.import_module(module), name, key


@contextmanager
def left_out(names: Sequence[str]) -> Iterator[None]:
    """Leave rules out, everywhere where they are used, and put them back. Raises InputError for an unknown rule."""
    if unknown := [name for name in names if name not in RULES]:
        raise InputError(f"there is no rule {unknown[0]!r}; those that can be left out: {', '.join(RULES)}")
    modules, undo = _modules(), list[Callable[[], None]]()
    try:
        for name in names:
            undo += _leave_out(RULES[name], modules)
        _forget(modules)
        yield
    finally:
        for put_back in reversed(undo):
            put_back()
        _forget(modules)


def _leave_out(rule: Rule, modules: Sequence[ModuleType]) -> Iterator[Callable[[], None]]:
    module, name, key = _place(rule.where)
    ruled = getattr(module, name)
    if key:
        kept = ruled[key]
        ruled[key] = rule.instead
        yield partial(ruled.__setitem__, key, kept)
        return
    for user in modules:
        for bound in [bound for bound, value in vars(user).items() if value is ruled]:
            setattr(user, bound, rule.instead)
            yield partial(setattr, user, bound, ruled)


def _forget(modules: Sequence[ModuleType]) -> None:
    """Clear what functions remember of texts: it may hang on a rule."""
    for module in modules:
        for value in list(vars(module).values()):
            if module.__name__.startswith("qa.") and hasattr(value, "cache_clear"):
                value.cache_clear()


class _Remembered:
    """What an encoder and a reranker said of texts, kept while the same texts are measured again and again."""

    def __init__(self) -> None:
        self.vectors: dict[tuple[str, str, str], Vectors] = {}
        self.scores: dict[tuple[str, str, str], PairScore] = {}

    def encode_each(self, encode_each: Callable[..., list[Vectors]]) -> Callable[..., list[Vectors]]:
        def remembered(encoder: Encoder, groups: Sequence[Sequence[str]], *, kind: TextKind) -> list[Vectors]:
            keys = [[(encoder.sha256, kind, text) for text in texts] for texts in groups]
            new = list(dict.fromkeys(key for group in keys for key in group if key not in self.vectors))
            (made,) = encode_each(encoder, [[text for _, _, text in new]], kind=kind)
            self.vectors.update(zip(new, made, strict=True))
            none = np.zeros((0, encoder.dimension), dtype=np.float32)
            return [np.stack([self.vectors[key] for key in group]) if group else none for group in keys]

        return remembered

    def score(self, score: Callable[..., list[PairScore]]) -> Callable[..., list[PairScore]]:
        def remembered(reranker: Reranker, question: str, candidates: Sequence[Candidate]) -> list[PairScore]:
            keys = [(question, one.text, one.context) for one in candidates]
            new = {key: one for key, one in zip(keys, candidates, strict=True) if key not in self.scores}
            self.scores.update(zip(new, score(reranker, question, list(new.values())), strict=True))
            return [self.scores[key] for key in keys]

        return remembered


@contextmanager
def _remembering(encoder: Encoder, reranker: Reranker | None) -> Iterator[None]:
    """Have the encoder's and the reranker's results kept by their texts."""
    memory = _Remembered()
    kinds: list[tuple[Any, str, Callable[..., Any]]] = [(type(encoder), "encode_each", memory.encode_each)]
    if reranker is not None:
        kinds.append((type(reranker), "score", memory.score))
    own = [(kind, name, getattr(kind, name)) for kind, name, _ in kinds]
    try:
        for kind, name, remember in kinds:
            setattr(kind, name, remember(getattr(kind, name)))
        yield
    finally:
        for kind, name, method in own:
            setattr(kind, name, method)


@dataclass(frozen=True, slots=True)
class _Setting:
    data: Path
    work: Path
    cases: Path | None
    reranker: Reranker | None


def _grounding(setting: _Setting) -> Iterator[float]:
    """Yield for each of our own statements and each of SciFact's whether it is judged rightly."""
    own = grounding.own_pairs(tuple(sample_abstracts()))
    rows = read_rows(setting.data / "scifact" / "corpus.jsonl.gz")
    claims = [row for row in read_rows(setting.data / "scifact" / "claims.jsonl") if part_of(row["id"]) == "held aside"]
    for name, pairs, right in (
        ("samples", own, grounding.PARAPHRASE),
        ("statements", grounding.scifact_pairs(rows, claims), "SUPPORT"),
    ):
        corpus = Corpus(name, tuple(sample_abstracts()), (), "")
        with Library.open(build_library(corpus, setting.work)) as library:
            judged = grounding.judge(pairs, library, setting.reranker)
        yield from (one.is_accepted == (one.kind == right) for one in judged)


def _statements(setting: _Setting) -> Iterator[float]:
    """Yield for each sentence as a language model writes them whether it is backed just where it should be."""
    rows = read_rows(setting.data / "statements" / "statements.jsonl")
    corpus = Corpus("statements", tuple(statements.abstracts_of(rows, setting.data)), (), "")
    with Library.open(build_library(corpus, setting.work)) as library:
        told = statements.tell(rows, library, setting.reranker)
    yield from (one.sentence.supported == (one.row["style"] != "wrong") for one in told)


def _followups(_: _Setting) -> Iterator[float]:
    """Yield for each follow-up whether it is understood."""
    yield from (one.is_right for dialogue in followups.read_dialogues() for one in followups.understood(dialogue))


def _understanding(setting: _Setting) -> Iterator[float]:
    """Yield for each question of our own set, and of the cases, whether all is as it should be."""
    for cases in (None, setting.cases) if setting.cases else (None,):
        yield from (not one.failed for one in understanding.measure(cases))


def _headlines(setting: _Setting) -> Iterator[float]:
    """Yield 1 for a right headline, 0 for none and -1 for a wrong one: a wrong one costs what a right one brings."""
    for judged in (yes_no.pubmedqa_judged, yes_no.bioasq_judged):
        for one in judged(setting.data, setting.work, setting.reranker):
            yield float(one.verdict == one.answer) - float(bool(one.verdict) and one.verdict != one.answer)


TABLES: Mapping[str, Callable[[_Setting], Iterator[float]]] = {
    "grounding": _grounding,
    "statements": _statements,
    "followups": _followups,
    "understanding": _understanding,
    "headlines": _headlines,
}
"""What is measured: points of each case, 1 for all that could be wished; their mean is the figure."""


def measured(names: Sequence[str], setting: _Setting) -> dict[str, float]:
    """Return the mean of the points of each table."""
    return {name: fmean(TABLES[name](setting)) for name in names}


def run(names: Sequence[str], rules: Sequence[str], setting: _Setting) -> str:
    """Measure the tables as they are and without each rule, write the JSON and return the table of what each brings."""
    started = time.perf_counter()
    with _remembering(load_encoder(default_encoder()), setting.reranker):
        whole = measured(names, setting)
        say(f"all rules: {whole}")
        brought: dict[str, dict[str, float]] = {}
        for rule in rules:
            with left_out([rule]):
                without = measured(names, setting)
            brought[rule] = {name: 100 * (whole[name] - without[name]) for name in names}
            say(f"{rule}: {brought[rule]}, {time.perf_counter() - started:.0f} s")
    rows: dict[str, Figures] = {"all rules, share": dict(whole), **{rule: dict(row) for rule, row in brought.items()}}
    write_results("rules", {"table": "rules", "rows": rows, "seconds": round(time.perf_counter() - started, 1)})
    return table("What each rule brings, in points of a hundred; less than 0 where it costs", list(names), rows)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("rules", __doc__, "--data", "--work", "--reranker")
    parser.add_argument("--cases", type=Path, metavar="DIR", help="a set of questions for understanding, beside ours")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES), help="those to measure (all)")
    parser.add_argument("--rules", nargs="+", choices=RULES, default=list(RULES), help="those to leave out (all)")
    arguments = parser.parse_args(argv)
    reranker = load_reranker(arguments.reranker)
    setting = _Setting(arguments.data, arguments.work, arguments.cases, reranker)
    show(run(arguments.tables, arguments.rules, setting))
