"""The page's labels in other languages, from the gettext files in `ui/locale`; the browser puts them in.

A label is its English text, with {names} for what stands in it. What answers and abstracts say is not translated.
"""

from __future__ import annotations

import re
from ast import literal_eval
from pathlib import Path

_LOCALE = Path(__file__).parent / "locale"
_ENTRY = re.compile(r'^(msgid|msgstr) ("(?:[^"\\]|\\.)*"(?:\n"(?:[^"\\]|\\.)*")*)$', re.M)


def catalogues() -> dict[str, dict[str, str]]:
    """Return each language's labels by their English, but for those that a file leaves empty."""
    return {path.stem: parse_po(path.read_text(encoding="utf-8")) for path in sorted(_LOCALE.glob("*.po"))}


def parse_po(text: str) -> dict[str, str]:
    """Return the translations of a .po file by their msgid; its header and empty ones are left out."""
    entries = [(kind, "".join(map(literal_eval, quoted.split("\n")))) for kind, quoted in _ENTRY.findall(text)]
    pairs = zip(entries[::2], entries[1::2], strict=True)
    return {source: translated for (_, source), (_, translated) in pairs if source and translated}
