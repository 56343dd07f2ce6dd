"""Where a library is, or is about to be: its folder, its settings and the encoder that goes with them."""

from __future__ import annotations

from pathlib import Path

from index.embedding.encoder import Encoder, load_encoder
from index.embedding.pretrained import default_encoder
from index.errors import EncoderError, InputError, LibraryError
from index.storage.folder.lock import LOCK, WRITER, writing
from index.storage.folder.store import Store
from index.storage.schema import Settings

DATABASE = "library.db"
DEFAULT_PASSAGE_TOKENS = 128
_OF_A_NEW_LIBRARY = (LOCK, WRITER, "library.new")
"""How the files begin that a kill can leave where a library was about to be made."""


def is_address(path: Path | str) -> bool:
    """Tell whether a library is named by the address of a server, and not by its folder."""
    return str(path).startswith("milvus:")


def no_library(folder: Path) -> str:
    """Return the sentence that says that a folder is no library, and how to make one there."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file, not a library; give the folder of one"
    what = "is not a library: it has no library.db" if folder.is_dir() else "does not exist"
    return f"{folder} {what}; build one there with: python -m index build --pmids ID... --library {folder}"


def create_library(folder: Path, *, encoder: str | None, passage_tokens: int | None) -> Encoder:
    """Make an empty library in a new or empty folder; return its encoder. Raises LibraryError where that cannot be."""
    if folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file; give a folder for the library")
    if folder.is_dir() and any(not file.name.startswith(_OF_A_NEW_LIBRARY) for file in folder.iterdir()):
        raise LibraryError(f"{folder} holds other files and is no library; give an empty or a new folder")
    settings, loaded = settings_of(encoder, passage_tokens)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(f"{folder} cannot be made: {error.strerror}; give a folder that you may write to") from error
    with writing(folder):
        if not (folder / DATABASE).is_file():  # another process may have been faster
            Store.create(folder / DATABASE, settings).close()
    return loaded


def settings_of(encoder: str | None, passage_tokens: int | None) -> tuple[Settings, Encoder]:
    """Return a new library's settings and its encoder. Raises InputError when passages would not fit its window."""
    loaded = load_encoder(encoder or default_encoder())
    if passage_tokens is None:
        passage_tokens = min(DEFAULT_PASSAGE_TOKENS, loaded.max_tokens - 2)
    if not 16 <= passage_tokens <= loaded.max_tokens - 2:
        raise InputError(
            f"passages of {passage_tokens} tokens do not fit {loaded.name}: give 16 to {loaded.max_tokens - 2}"
        )
    return Settings(loaded.name, loaded.sha256, loaded.dimension, passage_tokens), loaded


def matching_encoder(settings: Settings, library: str) -> Encoder:
    """Return the encoder that a library was built with. Raises EncoderError when its weights are others by now."""
    encoder = load_encoder(settings.encoder)
    if encoder.sha256 != settings.encoder_sha256:
        raise EncoderError(
            f"{library} was built with other weights of {settings.encoder} than those here; "
            f"run: python -m index rebuild --library {library} --encoder {settings.encoder}"
        )
    return encoder
