"""A larger cross-encoder that scores the lists first: the reranker learns its scores beside the labels."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from index.errors import InputError
from qa.reranking.inputs import CLS, SEP
from qa.reranking.network import OUTPUTS
from training.batches import Batches, bare_tokenizer
from training.fit import Run, Say
from training.lists import TRAIN, UNLABELLED, read_lists
from training.reranker_loss import RerankerLoss, RerankerRecipe, score
from training.taught import write_taught
from training.tuned import tell

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

_HEAD_SEED = 20261128


@dataclass(frozen=True, slots=True)
class TeacherRecipe(RerankerRecipe):
    """A teacher's recipe: a larger network needs fewer epochs, and smaller steps."""

    epochs: int = 2
    learning_rate: float = 3e-5


class TeacherNetwork(torch.nn.Module):
    """An encoder of transformers over BERT's uncased word pieces, its last layer's mean, and the reranker's numbers."""

    def __init__(self, model: PreTrainedModel, ids: Sequence[int], padding: int) -> None:
        """Make the network of a model; `ids` says what each of BERT's word pieces is to it."""
        super().__init__()
        torch.manual_seed(_HEAD_SEED)
        self.model, self._padding = model, padding
        self.dropout = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(model.config.hidden_size, len(OUTPUTS))
        self.register_buffer("_ids", torch.tensor(ids), persistent=False)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return the reranker's numbers of each pair, shape (pairs, 5); the marks alone tell a token's text."""
        own = self._ids[input_ids].masked_fill(attention_mask == 0, self._padding)  # type: ignore[index]
        tokens = self.model(input_ids=own, attention_mask=attention_mask).last_hidden_state
        kept = attention_mask.unsqueeze(-1).to(tokens.dtype)
        outputs: torch.Tensor = self.head(self.dropout((tokens * kept).sum(dim=1) / kept.sum(dim=1)))
        return outputs


def make_taught(lists_path: Path, start: Path, pieces: Path, out: Path, recipe: TeacherRecipe, *, say: Say) -> None:
    """Train a teacher on the lists from the model in `start`, and write what it says of all their texts to `out`.

    `pieces` is the tokenizer of the reranker that will learn from it. The teacher itself is not kept; a run that was
    stopped goes on from its last whole epoch.
    """
    tokenizer = bare_tokenizer(pieces)
    lists, batches = read_lists(lists_path), Batches(tokenizer, recipe.lists_per_batch)
    network = _started(start, tokenizer)
    to_train = [one for one in lists if one.part == TRAIN and one.kind != UNLABELLED]
    folder = out.with_suffix(".run")
    run = Run(
        network,
        lambda seed: batches.of_epoch(to_train, seed),
        RerankerLoss(network, recipe),
        recipe,
        folder,
        steps=batches.count(to_train),
    )
    for line in run.train():
        say(line)
        tell(network, batches, lists, say)
    said = np.concatenate(score(network, batches, lists))
    write_taught(out, said, lists_path)
    say(f"what it says of {len(said):,} texts is in {out}")
    shutil.rmtree(folder)


def _started(start: Path, tokenizer: Tokenizer) -> TeacherNetwork:
    from transformers import AutoModel, AutoTokenizer

    try:
        own = AutoTokenizer.from_pretrained(start)
        model = AutoModel.from_pretrained(start, dtype=torch.float32)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{start} holds no model to teach with ({str(error).splitlines()[0]})") from error
    known, vocabulary = own.get_vocab(), tokenizer.get_vocab()
    missing = [piece for piece in vocabulary if piece not in known and not piece.startswith("[")]
    if missing:
        raise InputError(f"{start} does not know BERT's word pieces ({missing[0]!r}, say); give another with --start")
    ids = [known[own.unk_token]] * (max(vocabulary.values()) + 1)
    for piece, number in vocabulary.items():
        ids[number] = known.get(piece, ids[number])
    ids[CLS], ids[SEP] = known[own.cls_token], known[own.sep_token]
    return TeacherNetwork(model, ids, known[own.pad_token])
