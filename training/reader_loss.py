"""What the reader is trained by: lists ranked, pairs told apart, stances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from qa.reader_network import ReaderNetwork
from training.batches import Batch, Batches
from training.fit import Recipe
from training.lists import TextList

_STANCE_WEIGHTS = (1.0, 1.5, 0.3)
"""Texts that say nothing of a claim are many, those that contradict it few."""


@dataclass(frozen=True, slots=True)
class ReaderRecipe(Recipe):
    """A reader's recipe.

    `layers` are the first ones of the model that it starts from; lists of the kinds in `without` are left out.
    """

    layers: int = 6
    with_context: bool = True
    without: tuple[str, ...] = ()
    pointwise: float = 0.5
    stance: float = 0.4


@dataclass(frozen=True, slots=True)
class ReaderLoss:
    """The loss of a batch of pairs, by the network that is trained."""

    network: ReaderNetwork
    recipe: ReaderRecipe

    def __call__(self, batch: Batch) -> torch.Tensor:
        """Return the listwise softmax (ListNet's top one, Cao et al. 2007), the pointwise and the stance's loss."""
        device = next(self.network.parameters()).device
        with torch.autocast(device.type, dtype=torch.bfloat16):
            outputs = self.network(*on(device, batch.input_ids, batch.attention_mask, batch.token_type_ids))
        outputs = outputs.float()
        right, heads, stances, places = on(device, batch.right, batch.heads, batch.stances, batch.lists)
        scores, labelled = outputs.gather(1, heads.unsqueeze(1)).squeeze(1), right >= 0
        ranked = places[places[:, 0] >= 0]
        zero = outputs.sum() * 0.0
        listwise = -functional.log_softmax(scores[ranked], dim=1)[:, 0].mean() if len(ranked) else zero
        known = right.clamp(min=0).float()
        pointwise = functional.binary_cross_entropy_with_logits(scores, known, weight=labelled.float())
        weights = torch.tensor(_STANCE_WEIGHTS, device=device)
        told = stances >= 0
        stance = functional.cross_entropy(outputs[:, 2:], stances.masked_fill(~told, -100), weights, ignore_index=-100)
        stance = torch.where(told.any(), stance, zero)
        return listwise + self.recipe.pointwise * pointwise + self.recipe.stance * torch.nan_to_num(stance)


def on(device: torch.device, *arrays: Any) -> tuple[torch.Tensor, ...]:  # noqa: ANN401 - numpy's arrays
    """Return numpy's arrays as tensors of a device."""
    return tuple(torch.from_numpy(one).to(device, non_blocking=True) for one in arrays)


def score(network: ReaderNetwork, batches: Batches, lists: Sequence[TextList]) -> list[np.ndarray]:
    """Return the network's numbers for each text of each list, shape (texts, numbers) a list."""
    network.eval()
    device = next(network.parameters()).device
    scored = []
    with torch.inference_mode():
        for one in lists:
            rows = (torch.from_numpy(part).to(device) for part in batches.rows(one.question, one.texts))
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
                scored.append(network(*rows).float().cpu().numpy())
    return scored
