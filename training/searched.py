"""How well an encoder alone finds what the questions to tune by ask for, among all of a test set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from evals.corpora import Corpus, Question, bioasq, read_rows, scifact_from
from index.analysis.chunking import split_abstract
from index.records import TITLE
from index.storage.build_settings import DEFAULT_PASSAGE_TOKENS
from training.encoder_batches import EncoderBatches, rows
from training.encoder_loss import embed_rows
from training.lists import TUNE, Text
from training.sources import usable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH, _TOP = 256, 10


@dataclass(frozen=True, slots=True)
class Searched:
    """A test set's passages as token rows, each with the number of its abstract, and its questions to tune by."""

    passages: Sequence[list[int]]
    of: np.ndarray
    questions: Sequence[list[int]]
    relevant: Sequence[Mapping[int, int]]


def searched_sets(data: Path, batches: EncoderBatches) -> dict[str, Searched]:
    """Return BioASQ's passages and SciFact's abstracts with their questions of part TUNE."""
    passages = read_rows(data / "bioasq" / "passages.jsonl.gz")
    asked = usable(read_rows(data / "bioasq" / "questions.jsonl"))
    whole = bioasq(data, background=len(passages), by_passage=True)
    number = {row["id"]: str(place) for place, row in enumerate(passages, start=1)}
    questions = [
        Question(row["id"], row["question"], {number[id_]: 1 for id_ in row["passages"] if id_ in number})
        for row, part in asked
        if part == TUNE
    ]
    abstracts, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    scifact = scifact_from(abstracts, [dict(claim, part="dev") for claim, part in usable(claims) if part == TUNE])
    return {
        "BioASQ passages": _rows(whole, questions, batches),
        "SciFact": _rows(scifact, scifact.questions, batches),
    }


def _rows(corpus: Corpus, questions: Sequence[Question], batches: EncoderBatches) -> Searched:
    passages, of, place = [], [], {one.pmid: number for number, one in enumerate(corpus.abstracts)}
    for number, abstract in enumerate(corpus.abstracts):
        for one in split_abstract(abstract, max_tokens=DEFAULT_PASSAGE_TOKENS, count_tokens=batches.count_tokens):
            passages.append(batches.row(Text(one.text, "" if one.section == TITLE else abstract.title)))
            of.append(number)
    able = [one for one in questions if one.relevant]
    relevant = [{place[pmid]: grade for pmid, grade in one.relevant.items()} for one in able]
    return Searched(passages, np.array(of), [batches.row(Text(one.text)) for one in able], relevant)


def ndcg(network: SentenceTransformer, searched: Searched) -> float:
    """Return nDCG@10 of ranking each abstract by its passage of the highest cosine; the gain is the grade."""
    network.eval()
    passages, questions = _embedded(network, searched.passages), _embedded(network, searched.questions)
    found = []
    for question, relevant in zip(questions, searched.relevant, strict=True):
        best = np.full(searched.of.max() + 1, -1.0, dtype=np.float32)
        np.maximum.at(best, searched.of, (passages @ question).cpu().numpy())
        gains = [relevant.get(int(one), 0) for one in np.argsort(-best, kind="stable")[:_TOP]]
        ideal = sorted(relevant.values(), reverse=True)[:_TOP]
        found.append(_discounted(gains) / _discounted(ideal))
    return float(np.mean(found))


def _discounted(gains: Sequence[int]) -> float:
    return float((np.array(gains) / np.log2(np.arange(2, len(gains) + 2))).sum())


def _embedded(network: SentenceTransformer, tokens: Sequence[list[int]]) -> torch.Tensor:
    """Return the vectors of token rows, those of like length together."""
    order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
    parts = [
        embed_rows(network, rows([tokens[place] for place in order[first : first + _BATCH]]))
        for first in range(0, len(order), _BATCH)
    ]
    whole = torch.cat(parts)
    vectors = torch.empty_like(whole)
    vectors[torch.tensor(order, device=whole.device)] = whole
    return vectors
