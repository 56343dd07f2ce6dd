"""In what two answers to one question differ: the library, the filters, the model, and what they say."""

from __future__ import annotations

from dataclasses import asdict

from qa.answer import Answer

_NOT_SET: tuple[object, ...] = (None, False, "", (), [])


def differences(before: Answer, after: Answer) -> tuple[str, ...]:
    """Return what is not the same in two answers, in words; ("the same answer",) where it made no difference."""
    changes = [
        "the library has changed" if before.library_digest != after.library_digest else "",
        _filters(before, after),
        f"written by {_writer(after)}, not by {_writer(before)}" if before.model != after.model else "",
        "the same answer" if _words(before) == _words(after) else "",
    ]
    return tuple(filter(None, changes))


def _filters(before: Answer, after: Answer) -> str:
    old, new = asdict(before.filters), asdict(after.filters)
    changed = [name.replace("_", " ") for name in new if new[name] != old[name] and not _are_unset(old, new, name)]
    return f"other filters ({', '.join(changed)})" if changed else ""


def _are_unset(old: dict[str, object], new: dict[str, object], name: str) -> bool:
    return old[name] in _NOT_SET and new[name] in _NOT_SET


def _writer(answer: Answer) -> str:
    return "no language model" if answer.model == "extractive" else answer.model


def _words(answer: Answer) -> tuple[str, str, tuple[str, ...]]:
    return answer.text, answer.headline_told, tuple(source.abstract.pmid for source in answer.sources)
