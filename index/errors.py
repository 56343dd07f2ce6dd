"""Every error that a person can meet. Each message is one sentence with the fault, its place and the cure.

AskAbstractsError
├── InputError            an input cannot be used: a question, a PMID, a term, a filter, a flag
├── FileError             a file cannot be read, or is of no kind that is known
├── EutilsError           PubMed's E-utilities could not be reached, or refused
├── EncoderError          an embedding model or a re-ranker is missing, damaged or not the one that is wanted
├── ModelError            a language model is unknown, not installed, or does not answer
└── LibraryError          a folder is no library, or one that this version cannot use
    ├── LibraryBusyError      somebody else is writing to it
    └── LibraryDamagedError   its truth (library.db) cannot be read
"""


class AskAbstractsError(Exception):
    """The root: catch it to catch everything that AskAbstracts raises on purpose."""


class InputError(AskAbstractsError):
    """An input cannot be used: a question, a PMID, a term, a filter, a flag."""


class FileError(AskAbstractsError):
    """A file cannot be read, or is of no kind that is known."""


class EutilsError(AskAbstractsError):
    """PubMed's E-utilities could not be reached, or refused a request."""


class EncoderError(AskAbstractsError):
    """An embedding model or a re-ranker is missing, damaged or, of the first, another one than the library's."""


class ModelError(AskAbstractsError):
    """A language model is unknown, not installed, or does not answer."""


class LibraryError(AskAbstractsError):
    """A folder is no library, or one that this version cannot use."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


class LibraryDamagedError(LibraryError):
    """The library's truth, library.db, cannot be read."""
