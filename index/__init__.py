"""From PubMed to a searchable library.

`__version__` is the release that CHANGELOG.md works towards; it goes with every answer and every export. A name is
imported when it is first used: app.py reads its flags and bounds the threads of NumPy before it loads that.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.library import Library
    from index.records import Abstract, Filters, Hit, Passage, Progress, Report, Section
    from index.storage.info import LibraryInfo

__all__ = ["Abstract", "Filters", "Hit", "Library", "LibraryInfo", "Passage", "Progress", "Report", "Section"]
__version__ = "0.1.0.dev0"
_ELSEWHERE = {"Library": "index.library", "LibraryInfo": "index.storage.info"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module index has no attribute {name}")
    return getattr(import_module(_ELSEWHERE.get(name, "index.records")), name)
