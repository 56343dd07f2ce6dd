"""What the entailment network learns from: pairs of a premise and a statement or question, with what the one says.

General pairs come from public sets that are checked out beside (`--general-sets`), biomedical ones from our own lines
(`entailment.jsonl`), SciFact's claims, sentences changed by rule, and what trials found (Evidence Inference).
"""

from __future__ import annotations

import csv
import html
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals.corpora import SEED, part_of, plain_abstracts, read_rows
from evals.quality.statements import abstracts_of
from index import Abstract
from index.analysis.sentences import sentence_spans
from index.analysis.terms import content_words
from index.errors import FileError
from qa.reranking.entailment import EntailmentModel
from qa.reranking.protocol import Candidate
from training.changes import contradicting, with_opposite_predicate, with_sides_swapped
from training.evidence_inference import CLAIMS, Prompt, answered_prompts, is_like
from training.headline import questions_on_trials
from training.lists import CONTRADICTS, NOTHING, OWN, SUPPORTS, TRAIN, digest_part
from training.sources import licensed

_LABELS = {
    "entailment": SUPPORTS, "contradiction": CONTRADICTS, "neutral": NOTHING, "not_entailment": CONTRADICTS,
    "YES": SUPPORTS, "NO": CONTRADICTS, "DON'T KNOW": NOTHING,
}  # fmt: skip
_GENERAL_TABLES = {
    "MultiNLI": ("NLI_datasets/nli_datasets/mnli/dev.csv", 1.0),
    "SNLI": ("NLI_datasets/nli_datasets/snli/dev.csv", 0.4),
    "SNLI, revised": ("counterfactually-augmented-data/NLI/all_combined/train.tsv", 1.0),
    "protocols, base": ("Textual-Entailment-New-Protocols/data/base/train.tsv", 1.0),
    "protocols, contrast": ("Textual-Entailment-New-Protocols/data/contrast/train.tsv", 1.0),
    "protocols, edited": ("Textual-Entailment-New-Protocols/data/edit_other/train.tsv", 1.0),
    "protocols, edited premises": ("Textual-Entailment-New-Protocols/data/edit_premise/train.tsv", 1.0),
    "ConjNLI": ("ConjNLI/data/NLI/adversarial_train_15k.tsv", 0.4),
}
"""Tables of general pairs by file below `--general-sets`, and the share of each that is drawn."""
_FEVER = "covidfact/RTE-Fever/processed"
_FEVER_SHARE = 0.7
_CONDAQA = ("condaqa_dev.json", *(f"few-shot/test_splits/conda_fewshot_test_{number}.json" for number in range(1, 6)))
_CHANGED, _TOLD, _TRIALS, _ON_TRIALS = 1_000, 250, 1_500, 1_500
"""Sentences changed by rule, to learn from and to tune by, claims on what trials found, and questions on it."""
_DOUBTFUL = 0.6
"""The chance of a line's own label from which a sentence that the line does not name is no pair that says nothing."""
_ALONE, _WIDER, _BESIDE = 0.5, 0.3, 0.5
"""How often one of two sentences that are needed together is a pair that says nothing, how often a premise is given
with the sentence beside it, and how often the unnamed sentence that shares most words is a pair that says nothing."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A premise with its abstract's title, a statement or question, and what the premise says of it.

    `else_label` is what the sentences that the line names say, where the premise is one that it does not name.
    """

    kind: str
    premise: str
    text: str
    label: int
    title: str = ""
    else_label: int | None = None


def general_pairs(folder: Path) -> list[Labelled]:
    """Return general pairs from checkouts below a folder. Raises FileError when one lacks its file."""
    dice = random.Random(SEED + 5)
    pairs = [*_tables(folder, dice), *_fever(folder, dice), *_condaqa(folder)]
    dice.shuffle(pairs)
    return pairs


def _tables(folder: Path, dice: random.Random) -> Iterator[Labelled]:
    for kind, (file, share) in _GENERAL_TABLES.items():
        is_csv = file.endswith(".csv")
        with _text(folder / file) as lines:
            quoting = csv.QUOTE_MINIMAL if is_csv else csv.QUOTE_NONE
            rows = list(csv.DictReader(lines, delimiter="," if is_csv else "\t", quoting=quoting))
        for row in rows:
            fields = {(name or "").lower(): value for name, value in row.items()}
            premise, text = (_first(fields, names) for names in (("premise", "sentence1"), ("hypothesis", "sentence2")))
            label = _LABELS.get(_first(fields, ("gold_label", "label")))
            if label is not None and premise and text and dice.random() < share:
                yield Labelled(kind, _clean(premise), _clean(text), label)


def _fever(folder: Path, dice: random.Random) -> Iterator[Labelled]:
    columns = []
    for name in ("dev.raw.input0", "dev.raw.input1", "dev.label"):
        with _text(folder / _FEVER / name) as lines:
            columns.append([line.strip() for line in lines])
    for premise, text, label in zip(*columns, strict=True):
        if dice.random() < _FEVER_SHARE:
            yield Labelled("FEVER", _clean(premise), _clean(text), _LABELS[label])


def _condaqa(folder: Path) -> Iterator[Labelled]:
    """Yield CondaQA's questions, with the passage's sentence that denies and the one before it as premise."""
    for file in _CONDAQA:
        with _text(folder / "CondaQA" / "data" / file) as lines:
            for row in map(json.loads, lines):
                if row["label"] not in _LABELS:
                    continue
                passage, wanted = row["sentence1"], set(content_words(row["original sentence"]))
                sentences = [passage[start:end] for start, end in sentence_spans(passage)]
                best = max(range(len(sentences)), key=lambda at: len(wanted & set(content_words(sentences[at]))))
                premise = " ".join(sentences[max(0, best - 1) : best + 1])
                yield Labelled("CondaQA", premise, row["sentence2"], _LABELS[row["label"]])


def _text(path: Path) -> Any:  # noqa: ANN401 - a text file
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise FileError(
            f"{path} cannot be read ({error}); --general-sets takes the checkouts that training/README.md names"
        ) from error


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((value for name in names if (value := fields.get(name))), "")


def _clean(text: str) -> str:
    """Return a text without the marks of treebanks.

    >>> _clean("It is -LRB- or was -RRB- `` big '' .")
    'It is (or was) "big".'
    """
    text = html.unescape(text).replace("-LRB- ", "(").replace(" -RRB-", ")").replace("`` ", '"').replace(" ''", '"')
    return re.sub(r" ([.,;:?!])(?= |$)", r"\1", " ".join(text.split()))


def biomedical_pairs(
    data: Path, part: str, *, trials: Path | None = None, earlier: int = 0, share: float = 1.0
) -> list[Labelled]:
    """Return the biomedical pairs of a part in an order of the seed; of the `earlier` first lines those of a share."""
    dice = random.Random(SEED + 6)
    pairs = [*own_pairs(data, part, dice, earlier, share), *_claims(data, part), *_changed(data, part, dice)]
    if trials and part == TRAIN:
        pairs += _trials(trials, dice)
    dice.shuffle(pairs)
    return pairs


def own_pairs(data: Path, part: str, dice: random.Random, earlier: int = 0, share: float = 1.0) -> Iterator[Labelled]:
    """Yield the pairs of our own lines: with the sentences that are named, and with the hardest that is not.

    Of the first `earlier` lines, learnt in a pass before, a share is drawn by chance.
    """
    chance = random.Random(SEED + 7)
    drawn = [row for at, row in enumerate(read_rows(OWN)) if at >= earlier or chance.random() < share]
    rows = [row for row in drawn if row["part"] == part]
    by_id = {one.pmid: one for one in abstracts_of([{"sources": {row["id"]: row["corpus"]}} for row in rows], data)}
    for row in rows:
        yield from pairs_of(row, by_id[row["id"]], dice)
        if part == TRAIN:
            for turned in _turned_round(row):
                yield from pairs_of(turned, by_id[row["id"]], dice)


def _turned_round(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the lines with the answer no that a question with the answer yes makes: predicate turned, sides swapped."""
    if row["form"] == "question" and row["label"] == "supports":
        for turn in (with_opposite_predicate, with_sides_swapped):
            if text := turn(row["text"]):
                yield {**row, "text": text, "label": "contradicts"}


def pairs_of(row: Mapping[str, Any], abstract: Abstract, dice: random.Random) -> Iterator[Labelled]:
    """Yield the pairs of one of our lines.

    `needed` holds groups of spans of the abstract's text: sentences of a group are needed together, each group alone is
    enough. One of a group alone, and the unnamed sentence that shares most words, say nothing.
    """
    text, title, label = abstract.text, abstract.title, LABELS[row["label"]]
    kind = f"own, {row['form']}"

    def pair(premise: str, what: int) -> Labelled:
        return Labelled(kind, premise, row["text"], what, "" if premise == title else title)

    named = {tuple(span) for group in row["needed"] for span in group}
    sentences = [(start, end) for start, end in _sentences(abstract) if (start, end) not in named]
    for group in row["needed"]:
        parts = [text[start:end] for start, end in group]
        yield pair(" ".join(parts), label)
        if len(parts) > 1 and label == SUPPORTS and dice.random() < _ALONE:
            yield pair(dice.choice(parts), NOTHING)
        if label != NOTHING and sentences and dice.random() < _WIDER:
            beside = min(sentences, key=lambda span: abs(span[0] - group[0][0]))
            both = sorted([tuple(group[0]), beside]) if len(parts) == 1 else []
            if both:
                yield pair(" ".join(text[start:end] for start, end in both), label)
    wanted = set(content_words(row["text"]))
    if label != NOTHING and sentences and dice.random() < _BESIDE:
        nearest = max(sentences, key=lambda span: len(wanted & set(content_words(text[slice(*span)]))))
        yield replace(pair(text[slice(*nearest)], NOTHING), else_label=label)


def undoubted(pairs: Sequence[Labelled], network: EntailmentModel) -> list[Labelled]:
    """Return pairs without those of unnamed sentences that a network reads as saying what the named ones say.

    Lines name few sentences and abstracts repeat themselves: half of these answer after all (after Northcutt et al.
    2021, "Confident learning").
    """
    guessed = [one for one in pairs if one.else_label is not None]
    told = network.tell([(one.text, Candidate(one.premise, one.title)) for one in guessed])
    doubtful = {one for one, chances in zip(guessed, told, strict=True) if chances[one.else_label or 0] >= _DOUBTFUL}
    return [one for one in pairs if one not in doubtful]


def _sentences(abstract: Abstract) -> list[tuple[int, int]]:
    """Return the spans of an abstract's sentences in its text, its title left out."""
    start = len(abstract.title) + 1 if abstract.title else 0
    return [(start + first, start + last) for first, last in sentence_spans(abstract.text[start:])]


LABELS = {"supports": SUPPORTS, "contradicts": CONTRADICTS, "neither": NOTHING}
"""Labels of our own lines; of a question they are yes, no and neither."""


def _claims(data: Path, part: str) -> Iterator[Labelled]:
    """Yield SciFact's claims with their rationales, and with the nearest sentence that is none."""
    rows = {row["id"]: row for row in read_rows(data / "scifact" / "corpus.jsonl.gz")}
    for claim in read_rows(data / "scifact" / "claims.jsonl"):
        if part_of(claim["id"]) != part:
            continue
        wanted = set(content_words(claim["claim"]))
        for id_ in claim["evidence"] or claim["cited_doc_ids"][:1]:
            row, found = rows[id_], claim["evidence"].get(id_, ())
            for one in found:
                label = SUPPORTS if one["label"] == "SUPPORT" else CONTRADICTS
                quote = " ".join(row["sentences"][number] for number in one["sentences"])
                yield Labelled("SciFact", quote, claim["claim"], label, row["title"])
            named = {number for one in found for number in one["sentences"]}
            others = [text for number, text in enumerate(row["sentences"]) if number not in named]
            if others:
                nearest = max(others, key=lambda text: len(wanted & set(content_words(text))))
                yield Labelled("SciFact", nearest, claim["claim"], NOTHING, row["title"])


def _changed(data: Path, part: str, dice: random.Random) -> Iterator[Labelled]:
    """Yield sentences of the plain abstracts with one thing turned round, and some as they are."""
    pmids = licensed(data)
    able = [one for one in plain_abstracts(data) if one.pmid in pmids and digest_part(one.pmid) == part]
    for abstract in dice.sample(able, min(_CHANGED if part == TRAIN else _TOLD, len(able))):
        spans = [span for span in _sentences(abstract) if 60 <= span[1] - span[0] <= 260]
        if not spans:
            continue
        sentence = abstract.text[slice(*dice.choice(spans))]
        if turned := contradicting(sentence, dice):
            yield Labelled("changed", sentence, turned, CONTRADICTS, abstract.title)
            if dice.random() < 0.5:
                yield Labelled("changed", sentence, sentence, SUPPORTS, abstract.title)


def _trials(folder: Path, dice: random.Random) -> list[Labelled]:
    """Return claims and questions on what trials found; the headline learns from other articles."""
    claims, questions = [], []
    for article, prompts in answered_prompts(folder):
        if part_of(article) == digest_part(article) == TRAIN:
            claims += [claim for prompt in prompts for claim in _claimed(prompt, prompts, dice)]
    for article, question, is_yes, shown in questions_on_trials(folder):
        if part_of(article) == digest_part(article) == TRAIN:
            questions.append(Labelled("trials, asked", shown, question, SUPPORTS if is_yes else CONTRADICTS))
    return [*dice.sample(claims, min(_TRIALS, len(claims))), *dice.sample(questions, min(_ON_TRIALS, len(questions)))]


def _claimed(prompt: Prompt, prompts: Sequence[Prompt], dice: random.Random) -> Iterator[Labelled]:
    """Yield what was found and something else as claims, and one of them beside what shows another outcome."""
    other = dice.choice([one for one in CLAIMS if one != prompt.found])
    texts = [dice.choice(CLAIMS[found]).format(**prompt.words) for found in (prompt.found, other)]
    for text, label in zip(texts, (SUPPORTS, CONTRADICTS), strict=True):
        yield Labelled("trials", prompt.shown_by[0], text[0].upper() + text[1:], label)
    apart = [one for one in prompts if not is_like(one, prompt) and one.shown_by[0] not in prompt.shown_by]
    if apart:
        text = dice.choice(texts)
        yield Labelled("trials", dice.choice(apart).shown_by[0], text[0].upper() + text[1:], NOTHING)
