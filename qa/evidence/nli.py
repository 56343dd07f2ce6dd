"""Any NLI cross-encoder as the judge of sentences: do the quotes entail the sentence, contradict it, or neither."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from index.embedding.pretrained import model_folder
from index.environment import refuse_telemetry
from index.errors import EncoderError
from qa.answer import SentenceVerdict
from qa.evidence.judge import ClaimReading, is_vetoed

_LABELS = {"backed": "entail", "contradicted": "contradict", "not matched": "neutral"}
"""Beginnings of the labels of NLI models, by the verdict that each stands for."""


class NliJudge:
    """Judge over a sentence-transformers CrossEncoder with NLI's three labels. Safe from many threads."""

    def __init__(self, name: str, folder: Path) -> None:
        """Load a cross-encoder from a folder. Raises EncoderError when the folder holds none for NLI."""
        refuse_telemetry()
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(str(folder), device="cpu")
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise EncoderError(f"{name} is no cross-encoder that sentence-transformers can load: {reason}") from error
        labels = {int(at): label.lower() for at, label in self._model.config.id2label.items()}
        places = {
            verdict: [at for at, label in labels.items() if label.startswith(begin)]
            for verdict, begin in _LABELS.items()
        }
        if any(len(found) != 1 for found in places.values()):
            names = ", ".join(labels.values())
            raise EncoderError(
                f"{name} is no NLI model: its labels are {names}; give one with entailment, neutral and contradiction"
            )
        self._places: dict[str, int] = {verdict: found[0] for verdict, found in places.items()}
        self._lock = threading.Lock()

    def verdict(self, reading: ClaimReading) -> SentenceVerdict:
        """Return what the likeliest label of the quotes and the claim stands for; rules that are seldom wrong veto."""
        with self._lock:
            (scores,) = self._model.predict([(reading.premise, reading.text)], show_progress_bar=False)
        if scores[self._places["contradicted"]] == max(scores):
            return "contradicted"
        is_entailed = scores[self._places["backed"]] == max(scores)
        return "backed" if is_entailed and not is_vetoed(reading) else "not matched"


@lru_cache(maxsize=2)
def load_nli_judge(name: str) -> NliJudge:
    """Load an NLI cross-encoder by name or folder, once. Raises EncoderError when it is missing or none."""
    return NliJudge(name, model_folder(name, "judge", "leave --judge out"))
