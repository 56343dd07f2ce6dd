"""AskAbstracts, a whole answer without the reranker."""

from with_ours import build as build

from index import Library
from qa import Assistant


def load(folder, model):
    """Return what answers from the library."""
    assistant = Assistant(Library.open(folder), reranker=None)
    return lambda question: [source.abstract.pmid for source in assistant.ask(question).sources]
