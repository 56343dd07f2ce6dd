"""What the reranker learns from: lists of texts to a question, some of which answer it, and their file."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import FileError

SUPPORTS, CONTRADICTS, NOTHING = range(3)
"""What a text says of a claim, or of the yes to a question of yes or no."""
OWN = Path(__file__).with_name("entailment.jsonl")
"""Our own lines on abstracts of abstracts/ and SciFact: statements and questions of yes or no, with the sentences."""
TRAIN, TUNE = "train", "tune"
ABOUT = ", about"
"""What the kinds of lists of passages end in."""
UNLABELLED = "claims"
"""The kind of lists that nobody labelled: what a teacher says of them is all that they teach."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or passage, what is told of where it stands, and what it says of the claim where that is known.

    `taught` is what a teacher says of it with its list's question, where one was asked: the reranker's numbers.
    """

    text: str
    context: str = ""
    stance: int | None = None
    taught: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class TextList:
    """A question with texts: the first `right` of them answer it, the others do not, the hardest first.

    `kind` is where it comes from; with ", about" behind it the texts are passages, and right are those of relevant
    abstracts, whether or not they answer. `part` is TRAIN or TUNE. A list with nothing wrong teaches stances alone, one
    with nothing right what a teacher says of it.
    """

    kind: str
    part: str
    question: str
    texts: tuple[Text, ...]
    right: int


def write_lists(path: Path, lists: Iterable[TextList]) -> None:
    """Write lists to a gzipped JSON Lines file, always the same bytes for the same lists."""
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        for one in lists:
            texts = [[text.text, text.context, text.stance] for text in one.texts]
            row = [one.kind, one.part, one.question, one.right, texts]
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def read_lists(path: Path) -> list[TextList]:
    """Read lists. Raises FileError when the file is missing or damaged."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [_read(json.loads(line)) for line in lines]
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise FileError(f"{path} holds no lists ({error}); delete it, and it is made again") from error


def _read(row: Sequence[object]) -> TextList:
    kind, part, question, right, texts = row
    return TextList(kind, part, question, tuple(Text(*text) for text in texts), right)  # type: ignore


def digest(path: Path) -> str:
    """Return the SHA-256 of a file of lists, unpacked: how it was packed does not matter."""
    with gzip.open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_part(id_: str) -> str:
    """Return the part of an abstract of our own lines: train, tune or held aside, by a digest of its id."""
    digit = int(hashlib.sha256(id_.encode()).hexdigest()[-1], 16)
    return TUNE if digit < 2 else "held aside" if digit < 5 else TRAIN
