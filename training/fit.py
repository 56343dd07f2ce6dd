"""Training a network: AdamW over seeded batches, resumable, its weights averaged at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

_AVERAGED_FROM = 0.6
"""The share of all steps from which the weights are averaged (Izmailov et al. 2018, arXiv:1803.05407)."""
_AVERAGED_EVERY = 10
_WARMUP = 0.06

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained: all that its weights depend on beside the lists and the machine's arithmetic."""

    epochs: int = 4
    lists_per_batch: int = 32
    learning_rate: float = 6e-5
    weight_decay: float = 0.01
    seed: int = 20261127


def device_name() -> str:
    """Return what is trained on: the GPU's name, or CPU."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"


def process() -> tuple[int, int]:
    """Return the number of this process of torchrun, and how many there are: 0 and 1 without torchrun."""
    distributed = torch.distributed
    return (distributed.get_rank(), distributed.get_world_size()) if distributed.is_initialized() else (0, 1)


def _share_gradients(network: torch.nn.Module) -> None:
    """Average the gradients over the processes of torchrun."""
    if process()[1] == 1:
        return
    gradients = [one.grad for one in network.parameters() if one.grad is not None]
    whole = torch.nn.utils.parameters_to_vector(gradients)
    torch.distributed.all_reduce(whole)
    torch.nn.utils.vector_to_parameters(whole / process()[1], gradients)


class Run:
    """A training run whose state lies in a folder: started anew, or gone on with where it was stopped."""

    def __init__(
        self,
        network: torch.nn.Module,
        batches: Callable[[int], Iterator[Any]],
        loss: Callable[[Any], torch.Tensor],
        recipe: Recipe,
        folder: Path,
        *,
        steps: int,
    ) -> None:
        """Train `network` by `loss` of each batch, in `steps` batches an epoch; `batches` draws an epoch by its seed.

        The state of each finished epoch is kept in `folder`.
        """
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(self.device)
        self._batches, self._loss, self._recipe, self._folder = batches, loss, recipe, folder
        self._of_epoch = steps
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
        if int(self._mean.n_averaged):  # a run of a few steps has no average
            self.network.load_state_dict(self._mean.module.state_dict())

    def _train_epoch(self) -> str:
        torch.manual_seed(self._recipe.seed + self._epoch)
        self.network.train()
        started, total = time.monotonic(), torch.zeros((), device=self.device)
        for number, batch in enumerate(self._batches(self._recipe.seed + self._epoch), start=1):
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

    def _step(self, batch: Any) -> torch.Tensor:  # noqa: ANN401 - what `loss` takes
        loss = self._loss(batch)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        _share_gradients(self.network)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimizer.step()
        self._schedule.step()
        return loss.detach()

    def _keep(self) -> None:
        if process()[0]:
            return
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
