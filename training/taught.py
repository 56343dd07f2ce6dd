"""What a teacher says of the texts of a file of lists, and the file that holds it."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.errors import FileError
from training.lists import TextList, digest


def write_taught(path: Path, said: np.ndarray, lists_path: Path) -> None:
    """Write a teacher's numbers of all texts of all lists in their order, shape (texts, numbers), in half precision."""
    with path.open("wb") as file:
        np.savez_compressed(file, said=said.astype(np.float16), lists=np.array(digest(lists_path)))


def with_taught(lists: Sequence[TextList], path: Path, lists_path: Path) -> list[TextList]:
    """Return the lists with what a teacher says of each text.

    Raises FileError when the file is missing, damaged, or was made of other lists.
    """
    try:
        with path.open("rb") as file, np.load(file) as held:
            said, made_of = held["said"].astype(np.float32), str(held["lists"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise FileError(f"{path} holds nothing that a teacher said ({error}); make it with the step teacher") from error
    if made_of != digest(lists_path) or len(said) != sum(len(one.texts) for one in lists):
        raise FileError(f"{path} was made of other lists than {lists_path}; make it anew with the step teacher")
    rows = iter(said.tolist())
    return [replace(one, texts=tuple(replace(text, taught=tuple(next(rows))) for text in one.texts)) for one in lists]
