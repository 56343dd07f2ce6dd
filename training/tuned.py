"""How well a reranker tells right texts from wrong ones in the lists of part TUNE, by kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from training.batches import Batches, head_of
from training.fit import Say
from training.lists import SUPPORTS, TUNE, TextList
from training.reranker_loss import score


def tuned(network: torch.nn.Module, batches: Batches, lists: Sequence[TextList]) -> dict[str, dict[str, float]]:
    """Return by kind: the lists, how often a right text is first, average precision, and AUROC over all lists.

    "supports" is the AUROC of saying that a text supports its claim, against all other texts whose stance is known.
    """
    wanted = [one for one in lists if one.part == TUNE]
    scored = score(network, batches, wanted)
    rows = {}
    for kind in dict.fromkeys(one.kind for one in wanted):
        these = [(one, outputs) for one, outputs in zip(wanted, scored, strict=True) if one.kind == kind]
        rows[kind] = {"lists": float(len(these))} | _ranking(these) | _stances(these)
    return rows


def tell(
    network: torch.nn.Module, batches: Batches, lists: Sequence[TextList], say: Say, *, most: int | None = None
) -> None:
    """Say the same, a line a kind, of all lists or of the first so many of each."""
    kinds = dict.fromkeys(one.kind for one in lists)
    few = [one for kind in kinds for one in [each for each in lists if (each.kind, each.part) == (kind, TUNE)][:most]]
    for kind, row in tuned(network, batches, few).items():
        say(f"  {kind}: " + ", ".join(f"{name} {value:.3f}".removesuffix(".000") for name, value in row.items()))


def _ranking(these: Sequence[tuple[TextList, np.ndarray]]) -> dict[str, float]:
    ranked = [(one, outputs[:, head_of(one)]) for one, outputs in these if one.right < len(one.texts)]
    if not ranked:
        return {}
    firsts = [float(scores.argmax() < one.right) for one, scores in ranked]
    precisions = [_average_precision(scores, one.right) for one, scores in ranked]
    marks = np.concatenate([np.arange(len(scores)) < one.right for one, scores in ranked])
    return {
        "first": float(np.mean(firsts)),
        "AP": float(np.mean(precisions)),
        "AUROC": float(roc_auc_score(marks, np.concatenate([scores for _, scores in ranked]))),
    }


def _average_precision(scores: np.ndarray, right: int) -> float:
    hits = np.argsort(-scores, kind="stable") < right
    found = np.cumsum(hits)
    return float((found / np.arange(1, len(hits) + 1))[hits].mean())


def _stances(these: Sequence[tuple[TextList, np.ndarray]]) -> dict[str, float]:
    known = [
        (text.stance, row)
        for one, outputs in these
        for text, row in zip(one.texts, outputs[:, 2:], strict=True)
        if text.stance is not None
    ]
    marks = [stance == SUPPORTS for stance, _ in known]
    if len(set(marks)) < 2:
        return {}
    logits = np.array([row for _, row in known])
    odds = logits[:, SUPPORTS] - np.logaddexp(logits[:, 1], logits[:, 2])
    of_these = [row[:2].argmax() == stance for stance, row in known if stance < 2]
    return {"supports": float(roc_auc_score(marks, odds)), "yes or no": float(np.mean(of_these))}
