"""The language models that the page offers beside the one that the server was started with: `models.json`.

A model is its name and its server's address. Keys are read from the server's environment and stand in no file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import FileError, InputError
from index.files import atomic_write
from qa.generation.llm.chat_models import load_chat_model

FILE = "models.json"
"""Its name in the folder of the libraries."""
PROVIDERS = {
    "An OpenAI-compatible server": "",
    "OpenAI": "openai:",
    "Anthropic": "anthropic:",
    "Ollama": "ollama:",
}
"""What stands before a model's name, by what the page calls its provider."""
_MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A language model by its name, "provider:model", and the address of its server, "" for the provider's own."""

    name: str
    url: str = ""


def named(provider: str, name: str, url: str) -> OfferedModel:
    """Return the model of the page's fields. Raises InputError or ModelError for what names none."""
    name, url = name.strip(), url.strip()
    if not name:
        raise InputError("no model is named yet; give its name as its provider has it, such as llama3.1:8b")
    if max(len(name), len(url)) > _MOST_LETTERS:
        raise InputError(f"a model's name and address have at most {_MOST_LETTERS} letters; give shorter ones")
    model = OfferedModel(PROVIDERS.get(provider, "") + name, url)
    load_chat_model(model.name, url=model.url or None)
    return model


class OfferedModels:
    """The models in the file, read anew whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> tuple[OfferedModel, ...]:
        """Return the models in the order in which they were added. Raises FileError when the file cannot be read."""
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
            return tuple(OfferedModel(str(row["name"]), str(row["url"])) for row in rows)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise FileError(
                f"{self.path} cannot be read as a list of language models ({error}); mend it, or move it away"
            ) from error

    def find(self, name: str) -> OfferedModel:
        """Return a model by its name. Raises InputError when it is not offered."""
        for model in self.all():
            if model.name == name:
                return model
        raise InputError(f"the language model “{name}” is not offered here any more; choose another below the question")

    def add(self, model: OfferedModel) -> None:
        """Offer a model, in place of one of its name. Raises FileError when that cannot be written."""
        self._write([*(offered for offered in self.all() if offered.name != model.name), model])

    def remove(self, name: str) -> None:
        """Offer a model no more."""
        self._write([model for model in self.all() if model.name != name])

    def _write(self, models: Sequence[OfferedModel]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.path) as file:
                file.write(json.dumps([asdict(model) for model in models], indent=1).encode())
        except OSError as error:
            raise FileError(
                f"{self.path} cannot be written: {error.strerror}; make room on the disk, or allow writing there"
            ) from error
