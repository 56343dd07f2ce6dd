"""From a question to a checked answer."""

from qa.answer import Answer, Citation, Sentence, Source, Turn
from qa.assistant import Assistant

__all__ = ["Answer", "Assistant", "Citation", "Sentence", "Source", "Turn"]
