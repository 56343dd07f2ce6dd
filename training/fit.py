"""The reader's training: listwise, from a bi-encoder's weights, resumable, its weights averaged at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from qa.reader_network import ReaderNetwork
from training.batches import Batch, Batches
from training.lists import TRAIN, TextList

_DROPOUT = 0.1
_STANCE_WEIGHTS = (1.0, 1.5, 0.3)
"""Texts that say nothing of a claim are many, those that contradict it few."""
_AVERAGED_FROM = 0.6
"""The share of all steps from which the weights are averaged (Izmailov et al. 2018, arXiv:1803.05407)."""
_AVERAGED_EVERY = 10
_WARMUP = 0.06


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a reader is trained: all that its weights depend on beside the lists and the machine's arithmetic.

    `layers` are the first ones of the model that it starts from; lists of the kinds in `without` are left out.
    """

    layers: int = 6
    with_context: bool = True
    without: tuple[str, ...] = ()
    epochs: int = 4
    lists_per_batch: int = 32
    learning_rate: float = 6e-5
    weight_decay: float = 0.01
    pointwise: float = 0.5
    stance: float = 0.4
    seed: int = 20261127


class Run:
    """A training run whose state lies in a folder: started anew, or gone on with where it was stopped."""

    def __init__(
        self, network: ReaderNetwork, batches: Batches, lists: Sequence[TextList], recipe: Recipe, folder: Path
    ) -> None:
        """Train `network` on the lists of part TRAIN; the state of each finished epoch is kept in `folder`."""
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(self.device)
        self._batches, self._recipe, self._folder = batches, recipe, folder
        self._lists = [one for one in lists if one.part == TRAIN]
        self._of_epoch = batches.count(self._lists)
        self._steps = self._of_epoch * recipe.epochs
        self._optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, self._rate)
        self._mean = torch.optim.swa_utils.AveragedModel(self.network)
        self._epoch = 0
        self._resume()

    def _rate(self, step: int) -> float:
        warmup = max(1, round(_WARMUP * self._steps))
        return (step + 1) / warmup if step < warmup else max(0.02, (self._steps - step) / (self._steps - warmup))

    def train(self) -> Iterator[str]:
        """Train to the end, yielding a line an epoch; averaged weights are then the network's."""
        while self._epoch < self._recipe.epochs:
            yield self._train_epoch()
        self.network.load_state_dict(self._mean.module.state_dict())

    def _train_epoch(self) -> str:
        torch.manual_seed(self._recipe.seed + self._epoch)
        self.network.train()
        started, total = time.monotonic(), torch.zeros((), device=self.device)
        for number, batch in enumerate(self._batches.of_epoch(self._lists, self._recipe.seed + self._epoch), start=1):
            total += self._step(batch)
            step = self._epoch * self._of_epoch + number
            if step >= _AVERAGED_FROM * self._steps and step % _AVERAGED_EVERY == 0:
                self._mean.update_parameters(self.network)
            if number % 20 == 0:
                left = (self._steps - step) * (time.monotonic() - started) / number
                sys.stderr.write(f"\rstep {step:,} of {self._steps:,}, {left / 60:.1f} min left ")
        self._epoch += 1
        self._keep()
        seconds = time.monotonic() - started
        return f"epoch {self._epoch}: loss {float(total) / self._of_epoch:.4f}, {seconds:.0f} s"

    def _step(self, batch: Batch) -> torch.Tensor:
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            outputs = self.network(*self._tensors(batch.input_ids, batch.attention_mask, batch.token_type_ids))
        loss = self._loss(outputs.float(), batch)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        return loss.detach()

    def _loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Return the listwise softmax (ListNet's top one, Cao et al. 2007), the pointwise and the stance's loss."""
        right, heads, stances, places = self._tensors(batch.right, batch.heads, batch.stances, batch.lists)
        scores, labelled = outputs.gather(1, heads.unsqueeze(1)).squeeze(1), right >= 0
        ranked = places[places[:, 0] >= 0]
        zero = outputs.sum() * 0.0
        listwise = -functional.log_softmax(scores[ranked], dim=1)[:, 0].mean() if len(ranked) else zero
        known = right.clamp(min=0).float()
        pointwise = functional.binary_cross_entropy_with_logits(scores, known, weight=labelled.float())
        weights = torch.tensor(_STANCE_WEIGHTS, device=self.device)
        told = stances >= 0
        stance = functional.cross_entropy(outputs[:, 2:], stances.masked_fill(~told, -100), weights, ignore_index=-100)
        stance = torch.where(told.any(), stance, zero)
        return listwise + self._recipe.pointwise * pointwise + self._recipe.stance * torch.nan_to_num(stance)

    def _tensors(self, *arrays: Any) -> tuple[torch.Tensor, ...]:  # noqa: ANN401 - numpy's arrays
        return tuple(torch.from_numpy(one).to(self.device, non_blocking=True) for one in arrays)

    def _keep(self) -> None:
        state = {
            "epoch": self._epoch,
            "network": self.network.state_dict(),
            "mean": self._mean.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        torch.save(state, self._folder / "state.part")
        (self._folder / "state.part").replace(self._folder / "state.pt")

    def _resume(self) -> None:
        if not (self._folder / "state.pt").is_file():
            return
        state = torch.load(self._folder / "state.pt", map_location=self.device, weights_only=True)
        self._epoch = state["epoch"]
        self.network.load_state_dict(state["network"])
        self._mean.load_state_dict(state["mean"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])


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
