"""Fit the judge of sentences: gradient-boosted shallow trees over what `qa.evidence.judge.read` tells of each.

Learnt from sentences as language models write them (statements/, and those in training/statements.jsonl that are not
held aside), our own lines that the entailment network was tuned by, our own changed and reworded statements, and
SciFact's claims to tune by. Long sentences and short ones
each count as much right as wrong, so that a sentence's length tells nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.corpora import SEED, Corpus, build_library, part_of, read_rows, sample_abstracts
from evals.quality.grounding import PARAPHRASE, halves, own_pairs
from evals.quality.statements import abstracts_of
from index import Abstract, Library, Section
from index.analysis.sentences import sentence_spans
from index.embedding.encoder import Encoder, Vectors
from index.files import atomic_write
from qa.evidence.judge import LONG, Claim, ClaimReading, Judge, Quote, read, unscored
from qa.reranking.entailment import entailment_beside
from qa.reranking.protocol import Reranker
from training.lists import TRAIN, TUNE
from training.pairs import OWN as LINES

WRITTEN = Path(__file__).with_name("statements.jsonl")
"""Our own sentences on abstracts of abstracts/, as language models write them; a third of the questions held aside."""
_OF_ANOTHER_AUTHOR, _OF_ANOTHER = 2.0, 0.5
"""What a sentence by another author than ours weighs, and what an example of another kind does."""
_LINES = 790
"""Of our own lines, so that they are no more than the sentences written as answers."""
_TREES, _DEPTH, _RATE, _LEAF = 320, 3, 0.03, 8
_FOLDS = 8
_BACKED, _BACKED_LONG, _STRUCK = 0.5, 0.55, 0.22
"""The chances from which a short sentence and a long one are backed, and that below which either is struck.

A long wrong sentence hides its slip better, so that more is asked of it. On questions that the trees had not seen .45
for short ones had another 4 to 6 % of the plain ones backed, and another 1 to 3 % of the wrong ones; below .25 rather
than .22 another twentieth of the wrong ones would be struck, and another fiftieth of the right ones."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence with the texts that it is held against, and whether they bear it out; `group` is never split."""

    kind: str
    group: str
    text: str
    quotes: tuple[tuple[str, str, str], ...]
    """Each with its abstract's title and text."""
    is_right: bool
    weight: float = 1.0


def examples(data: Path, cases: Path | None = None) -> list[Example]:
    """Return all that is learnt from."""
    given, ours = read_rows((cases or data / "statements") / "statements.jsonl"), to_learn(read_rows(WRITTEN))
    lines = [row for row in read_rows(LINES) if row["part"] == TUNE and row["form"] == "statement"]
    return [
        *_written(data, given, _OF_ANOTHER_AUTHOR),
        *_written(data, ours),
        *_lines(data, lines[:_LINES]),
        *_own(),
        *_claims(data),
    ]


def _sentences(abstract: Abstract) -> tuple[tuple[str, str, str], ...]:
    start = len(abstract.title) + 1 if abstract.title else 0
    body = abstract.text[start:]
    return tuple((body[first:last], abstract.title, abstract.text) for first, last in sentence_spans(body))


def to_learn(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows that are not held aside."""
    return [row for row in rows if row["part"] == TRAIN]


def _written(data: Path, rows: Sequence[Mapping[str, Any]], weight: float = 1.0) -> Iterator[Example]:
    by_pmid = {abstract.pmid: abstract for abstract in abstracts_of(rows, data)}
    for row in rows:
        quotes = tuple(quote for pmid in row["cites"] for quote in _sentences(by_pmid[pmid]))
        yield Example(
            row["style"], row["id"].partition("-")[0], row["text"], quotes, row["label"] == "supported", weight
        )


def _lines(data: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Example]:
    """Yield our own lines, each held against all sentences of its abstract."""
    by_pmid = {one.pmid: one for one in abstracts_of([{"sources": {row["id"]: row["corpus"]}} for row in rows], data)}
    for row in rows:
        quotes = _sentences(by_pmid[row["id"]])
        yield Example("line", row["id"], row["text"], quotes, row["label"] == "supports")


def _own() -> Iterator[Example]:
    titles = {abstract.text: abstract.title for abstract in sample_abstracts()}
    for pair in halves(own_pairs(sample_abstracts()))["tuned on"]:
        title = titles[pair.context]
        yield Example(
            "own", title, pair.statement, ((pair.quote, title, pair.context),), pair.kind == PARAPHRASE, _OF_ANOTHER
        )


def _claims(data: Path) -> Iterator[Example]:
    rows = {row["id"]: row for row in read_rows(data / "scifact" / "corpus.jsonl.gz")}
    for claim in read_rows(data / "scifact" / "claims.jsonl"):
        if part_of(claim["id"]) != "tune":
            continue
        for id_ in claim["evidence"] or claim["cited_doc_ids"][:1]:
            row = rows[id_]
            abstract = Abstract(id_, row["title"], (Section("", "", " ".join(row["sentences"])),))
            found = claim["evidence"].get(id_, ())
            is_right = any(one["label"] == "SUPPORT" for one in found)
            yield Example("claim", id_, claim["claim"], _sentences(abstract), is_right, _OF_ANOTHER)
            for one in found:
                quote = " ".join(row["sentences"][number] for number in one["sentences"])
                yield Example(
                    "claim", id_, claim["claim"], ((quote, row["title"], abstract.text),), is_right, _OF_ANOTHER
                )


def readings(
    given: Sequence[Example], library: Library, reranker: Reranker | None, say: Callable[[str], None]
) -> list[ClaimReading]:
    """Return what its quotes say of each example."""
    told, vectors = [], _Vectors(library.encoder)
    for number, one in enumerate(given, start=1):
        claim = Claim.of(one.text, library, entailment_beside(reranker))
        quotes = [Quote(*quote, vector) for quote, vector in zip(one.quotes, vectors.of(one), strict=True)]
        told.append(read(claim, quotes))
        if number % 200 == 0:
            say(f"{number} of {len(given)} sentences read")
    return told


class _Vectors:
    """The vectors of quotes, each embedded once: a quote stands beside many sentences."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def of(self, example: Example) -> list[Vectors]:
        """Return the vector of each quote of an example."""
        texts = [quote for quote, _, _ in example.quotes]
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encoder.encode(new, kind="passage"), strict=True)) if new else {}
        return [self._known[text] for text in texts]


def library_of(given: Iterable[Example], work: Path) -> Path:
    """Return a library of the examples' abstracts, which weighs their words."""
    texts = dict.fromkeys((title, text) for one in given for _, title, text in one.quotes)
    abstracts = [
        Abstract(str(number), title, (Section("", "", text.removeprefix(f"{title}\n")),))
        for number, (title, text) in enumerate(texts, start=1)
    ]
    return build_library(Corpus("judge", tuple(abstracts), (), ""), work)


def weights(given: Sequence[Example]) -> NDArray[np.float64]:
    """Return what each example counts: of long sentences, and of short ones, the right as much as the wrong."""
    weight = np.array([one.weight for one in given])
    right = np.array([one.is_right for one in given])
    strata = np.array([(len(one.text.split()) >= LONG) + 2 * (one.kind in ("own", "claim")) for one in given])
    for stratum in np.unique(strata):
        sides = [(strata == stratum) & (right == side) for side in (True, False)]
        sums = [weight[side].sum() for side in sides]
        for side, total in zip(sides, sums, strict=True):
            if min(sums) > 0:
                weight[side] *= sum(sums) / 2 / total
    return weight


def fit(rows: NDArray[np.float64], right: NDArray[np.bool_], weight: NDArray[np.float64]) -> Any:  # noqa: ANN401
    """Return gradient-boosted trees."""
    from sklearn.ensemble import GradientBoostingClassifier

    made = GradientBoostingClassifier(
        n_estimators=_TREES,
        max_depth=_DEPTH,
        learning_rate=_RATE,
        min_samples_leaf=_LEAF,
        subsample=0.6,
        max_features=0.25,
        random_state=SEED % 2**31,
    )
    return made.fit(rows, right, sample_weight=weight)


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What the trees learn from: each example twice, with what the entailment network tells of it and without."""

    given: Sequence[Example]
    told: Sequence[ClaimReading]
    names: Sequence[str]

    @classmethod
    def of(cls, given: Sequence[Example], told: Sequence[ClaimReading]) -> Learnt:
        """Return examples with what was told of each."""
        return cls(given, told, sorted(told[0].features))

    def judge(self, places: Sequence[int] | None = None) -> Judge:
        """Return the judge fitted to the examples at some places, or to all."""
        these = list(range(len(self.given))) if places is None else list(places)
        rows = [[self.told[at].features[name] for name in self.names] for at in these]
        without = [[unscored(name, value) for name, value in zip(self.names, row, strict=True)] for row in rows]
        right = np.array([self.given[at].is_right for at in these] * 2)
        weight = np.tile(weights([self.given[at] for at in these]), 2)
        return Judge.of(stored(fit(np.array(rows + without), right, weight), self.names))

    def unseen(self) -> dict[str, Judge]:
        """Return for each group a judge that saw nothing of it."""
        from sklearn.model_selection import GroupKFold

        groups = [one.group for one in self.given]
        judges: dict[str, Judge] = {}
        for others, these in GroupKFold(_FOLDS, shuffle=True, random_state=1).split(groups, groups=groups):
            judges |= dict.fromkeys((groups[at] for at in these), self.judge(others))
        return judges


def learnt(
    data: Path, work: Path, reranker: Reranker | None, say: Callable[[str], None], cases: Path | None = None
) -> Learnt:
    """Read all that is learnt from; some minutes."""
    given = examples(data, cases)
    with Library.open(library_of(given, work)) as library:
        return Learnt.of(given, readings(given, library, reranker, say))


def stored(made: Any, names: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401
    """Return the trees as JSON, their leaves multiplied by the learning rate."""
    trees = []
    for (tree,) in made.estimators_:
        nodes = tree.tree_
        trees.append(
            [
                [
                    int(nodes.feature[at]),
                    round(float(nodes.threshold[at]), 5),
                    int(nodes.children_left[at]),
                    int(nodes.children_right[at]),
                ]
                if nodes.children_left[at] >= 0
                else [-1, round(float(nodes.value[at].ravel()[0]) * made.learning_rate, 5), 0, 0]
                for at in range(nodes.node_count)
            ]
        )
    prior = made.init_.class_prior_
    base = float(np.log(prior[1] / prior[0]))
    chances = {"backed": _BACKED, "backed_long": _BACKED_LONG, "struck": _STRUCK}
    return {"features": list(names), "base": base, **chances, "trees": trees}


def make_judge(data: Path, work: Path, out: Path, *, reranker: Reranker | None, say: Callable[[str], None]) -> None:
    """Fit the judge, say how well it does on groups that it has not seen, and write it."""
    read_of = learnt(data, work, reranker, say)
    for line in report(read_of):
        say(line)
    with atomic_write(out) as file:
        file.write((json.dumps(asdict(read_of.judge())) + "\n").encode())


def report(read_of: Learnt) -> Iterator[str]:
    """Yield a line for each kind of example: how many are there, backed and struck, by judges that saw none."""
    judges = read_of.unseen()
    verdicts = [judges[one.group].verdict(told) for one, told in zip(read_of.given, read_of.told, strict=True)]
    given = read_of.given
    for kind in dict.fromkeys(one.kind for one in given):
        for is_right in (True, False):
            these = [
                verdict
                for one, verdict in zip(given, verdicts, strict=True)
                if one.kind == kind and one.is_right is is_right
            ]
            if these:
                shares = ", ".join(
                    f"{name} {these.count(name) / len(these):.3f}" for name in ("backed", "contradicted")
                )
                yield f"{kind}, {'right' if is_right else 'wrong'}: {len(these)}, {shares}"
