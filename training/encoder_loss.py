"""What the encoder is trained by: the right text before all others of the batch, and the reranker's order of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from qa.reranking.network import RerankerNetwork
from training.batches import LIST, Ids
from training.encoder_batches import EncoderBatch
from training.fit import Recipe
from training.reranker_loss import on

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_OUT_OF_QUESTION = -1e4


@dataclass(frozen=True, slots=True)
class EncoderRecipe(Recipe):
    """An encoder's recipe.

    Cosines are multiplied by `scale`. `distilled` is the weight of the reranker's order beside the labels', `kept` the
    share of the starting weights in the end's average, so that what they knew stays (Wortsman et al. 2022,
    arXiv:2109.01903).
    """

    epochs: int = 3
    lists_per_batch: int = 64
    learning_rate: float = 1.6e-4
    scale: float = 20.0
    distilled: float = 1.0
    kept: float = 0.6


@dataclass(frozen=True, slots=True)
class EncoderLoss:
    """The loss of a batch by a bi-encoder, with a reranker as its teacher."""

    network: SentenceTransformer
    teacher: RerankerNetwork
    recipe: EncoderRecipe

    def __call__(self, batch: EncoderBatch) -> torch.Tensor:
        """Return the contrastive loss over the batch, and the divergence from the reranker's order within each list.

        The first is InfoNCE (van den Oord et al. 2018, arXiv:1807.03748) over all texts of the batch. Another list's
        texts count for nothing where the question is the same, nor does a wrong text that the reranker likes better
        than the right one: it may well be right and unmarked (Qu et al. 2021, arXiv:2010.08191).
        """
        device = next(self.network.parameters()).device
        taught = self._taught(batch, device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            questions, texts = (embedded(self.network, *on(device, *one)) for one in (batch.questions, batch.texts))
        cosines = questions.float() @ texts.float().T * self.recipe.scale
        lists = len(batch.asked)
        own = torch.arange(lists, device=device).unsqueeze(1) * LIST + torch.arange(LIST, device=device)
        (asked,) = on(device, batch.asked)
        left_out = (asked.unsqueeze(1) == asked.unsqueeze(0)).repeat_interleave(LIST, dim=1)
        left_out = left_out.scatter(1, own, taught > taught[:, :1])
        contrast = functional.cross_entropy(cosines.masked_fill(left_out, _OUT_OF_QUESTION), own[:, 0])
        order = functional.log_softmax(cosines.gather(1, own), dim=1)
        divergence = functional.kl_div(order, functional.softmax(taught, dim=1), reduction="batchmean")
        return contrast + self.recipe.distilled * divergence

    def _taught(self, batch: EncoderBatch, device: torch.device) -> torch.Tensor:
        """Return the reranker's log-odds, shape (lists, LIST)."""
        with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16):
            outputs = self.teacher(*on(device, *batch.pairs)).float()
        (heads,) = on(device, batch.heads)
        return outputs.view(len(batch.heads), LIST, -1).gather(2, heads.view(-1, 1, 1).expand(-1, LIST, 1)).squeeze(2)


def embedded(network: SentenceTransformer, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the vectors of token rows, of length 1, shape (rows, dimension)."""
    vectors: torch.Tensor = network({"input_ids": ids, "attention_mask": mask})["sentence_embedding"]
    return vectors


def embed_rows(network: SentenceTransformer, rows: tuple[Ids, Ids]) -> torch.Tensor:
    """Return the same without what training needs, on the network's device."""
    device = next(network.parameters()).device
    with torch.inference_mode(), torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        return embedded(network, *on(device, *rows)).float()
