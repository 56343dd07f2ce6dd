"""What the reranker is trained by: lists ranked, pairs told apart, stances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from qa.reranking.network import OUTPUTS
from training.batches import Batch, Batches, padded
from training.fit import Recipe
from training.lists import TextList

_STANCE_WEIGHTS = (1.0, 1.5, 0.3)
"""Texts that say nothing of a claim are many, those that contradict it few."""
_NEVER = -1e4
"""The log-odds of what does not count."""
_SCORED = 512
"""Pairs that are scored at once."""


@dataclass(frozen=True, slots=True)
class RerankerRecipe(Recipe):
    """A reranker's recipe.

    `layers` are the first ones of the model that it starts from; lists of the kinds in `without` are left out. `taught`
    is the teacher's share beside the labels', where there is a teacher, `drawn` the share of its draws that an epoch
    has. With `frozen` so many of the lowest layers stay as they are.
    """

    layers: int = 6
    with_context: bool = True
    without: tuple[str, ...] = ()
    pointwise: float = 0.5
    stance: float = 0.4
    taught: float = 0.6
    drawn: float = 1.0
    frozen: int = 0


@dataclass(frozen=True, slots=True)
class RerankerLoss:
    """The loss of a batch of pairs, by the network that is trained."""

    network: torch.nn.Module
    recipe: RerankerRecipe

    def __call__(self, batch: Batch) -> torch.Tensor:
        """Return the listwise softmax (ListNet's top one, Cao et al. 2007), the pointwise and the stance's loss.

        Where a teacher said something of a pair, its share of each target is what it said (Hinton et al. 2015,
        arXiv:1503.02531).
        """
        device = next(self.network.parameters()).device
        with torch.autocast(device.type, dtype=torch.bfloat16):
            outputs = self.network(*on(device, batch.input_ids, batch.attention_mask, batch.token_type_ids))
        outputs = outputs.float()
        right, heads, stances, taught, places = on(
            device, batch.right, batch.heads, batch.stances, batch.taught, batch.lists
        )
        column = heads.unsqueeze(1)
        scores, said = outputs.gather(1, column).squeeze(1), taught.gather(1, column).squeeze(1)
        ranked = places[places[:, 0] >= 0]
        return (
            self._listwise(scores[ranked], said[ranked], right[ranked])
            + self.recipe.pointwise * self._pointwise(scores, said, right)
            + self.recipe.stance * self._stance(outputs[:, 2:], taught[:, 2:], stances)
        )

    def _listwise(self, scores: torch.Tensor, said: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """Return the loss of lists, shape (lists, LIST), by which of them is right and by the teacher's order."""
        known, labelled = ~said.isnan(), right[:, :1] == 1
        share = self.recipe.taught * known[:, :1].float()
        chosen = -functional.log_softmax(scores, dim=1)[:, :1]
        theirs = functional.softmax(said.masked_fill(~known, _NEVER), dim=1)
        ours = functional.log_softmax(scores.masked_fill(~known, _NEVER), dim=1)
        divergence = functional.kl_div(ours, theirs, reduction="none").sum(dim=1, keepdim=True)
        return (torch.where(labelled, (1 - share) * chosen, 0.0) + share * divergence).sum() / max(1, len(scores))

    def _pointwise(self, scores: torch.Tensor, said: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy of pairs, so that the scores of two questions can be compared."""
        known, labelled = ~said.isnan(), right >= 0
        share = torch.where(labelled, self.recipe.taught, 1.0) * known
        target = (1 - share) * right.clamp(min=0) + share * torch.sigmoid(said.nan_to_num())
        return functional.binary_cross_entropy_with_logits(scores, target, weight=(known | labelled).float())

    def _stance(self, logits: torch.Tensor, said: torch.Tensor, stances: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy of the stances that are known, and the divergence from the teacher's."""
        known, labelled = ~said[:, 0].isnan(), stances >= 0
        weights = torch.tensor(_STANCE_WEIGHTS, device=logits.device)
        loss = logits.sum() * 0.0
        share = self.recipe.taught if known.any() else 0.0
        if labelled.any():
            loss = loss + (1 - share) * functional.cross_entropy(logits[labelled], stances[labelled], weights)
        if known.any():
            ours, theirs = (functional.log_softmax(one[known], dim=1) for one in (logits, said))
            loss = loss + share * functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)
        return loss


def on(device: torch.device, *arrays: Any) -> tuple[torch.Tensor, ...]:  # noqa: ANN401 - numpy's arrays
    """Return numpy's arrays as tensors of a device."""
    return tuple(torch.from_numpy(one).to(device, non_blocking=True) for one in arrays)


def score(network: torch.nn.Module, batches: Batches, lists: Sequence[TextList]) -> list[np.ndarray]:
    """Return the network's numbers for each text of each list, shape (texts, numbers) a list; like lengths together."""
    network.eval()
    device = next(network.parameters()).device
    pairs = [batches.pair(one.question, text) for one in lists for text in one.texts]
    order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][0]))
    scored = np.empty((len(pairs), len(OUTPUTS)), dtype=np.float32)
    with torch.inference_mode():
        for first in range(0, len(order), _SCORED):
            these = order[first : first + _SCORED]
            rows = on(device, *padded([pairs[place] for place in these]))
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
                scored[these] = network(*rows).float().cpu().numpy()
    ends = np.cumsum([len(one.texts) for one in lists])
    return np.split(scored, ends[:-1])
