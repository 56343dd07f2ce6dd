"""AskAbstracts: what the others return is a list of hits, here it is a whole answer, each sentence with its quote."""

import json
from pathlib import Path

from index import Library
from qa import Assistant


def build(rows, folder, model):
    """Build a library from the abstracts."""
    file = Path(f"{folder}.jsonl")
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    Library.build(folder, files=[file])


def load(folder, model):
    """Return what answers from the library."""
    assistant = Assistant(Library.open(folder))
    return lambda question: [source.abstract.pmid for source in assistant.ask(question).sources]
