"""Build settings of a library: its encoder and the size of its passages, chosen, checked and loaded again."""

from __future__ import annotations

from index.embedding.encoder import Encoder, load_encoder
from index.embedding.pretrained import default_encoder
from index.errors import EncoderError, InputError, LibraryError
from index.storage.schema import Settings

DEFAULT_PASSAGE_TOKENS = 128


def new_settings(encoder: str | None, passage_tokens: int | None) -> Settings:
    """Return a new library's settings. Raises InputError when passages would not fit the encoder's window."""
    loaded = load_encoder(encoder or default_encoder())
    if passage_tokens is None:
        passage_tokens = min(DEFAULT_PASSAGE_TOKENS, loaded.max_tokens - 2)
    if not 16 <= passage_tokens <= loaded.max_tokens - 2:
        raise InputError(
            f"passages of {passage_tokens} tokens do not fit {loaded.name}: give 16 to {loaded.max_tokens - 2}"
        )
    return Settings(loaded.name, loaded.sha256, loaded.dimension, passage_tokens)


def check_settings(settings: Settings, library: str, *, encoder: str | None, passage_tokens: int | None) -> None:
    """Raise LibraryError when a library was built with another encoder or passage size than asked for, if any was."""
    rebuild = f"run: python -m index rebuild --library {library}"
    if encoder is not None and encoder != settings.encoder:
        raise LibraryError(
            f"{library} was built with the encoder {settings.encoder}, you asked for {encoder}; "
            f"{rebuild} --encoder {encoder}"
        )
    if passage_tokens is not None and passage_tokens != settings.passage_tokens:
        raise LibraryError(
            f"{library} has passages of {settings.passage_tokens} tokens, you asked for {passage_tokens}; "
            f"{rebuild} --passage-tokens {passage_tokens}"
        )


def matching_encoder(settings: Settings, library: str) -> Encoder:
    """Return the encoder that a library was built with. Raises EncoderError when its weights are others by now."""
    encoder = load_encoder(settings.encoder)
    if encoder.sha256 != settings.encoder_sha256:
        raise EncoderError(
            f"{library} was built with other weights of {settings.encoder} than those here; "
            f"run: python -m index rebuild --library {library} --encoder {settings.encoder}"
        )
    return encoder
