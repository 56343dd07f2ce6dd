"""From PubMed to a searchable library.

`__version__` is the release that CHANGELOG.md works towards; it goes with every answer and every export.
"""

from index.library import Library
from index.records import Abstract, Filters, Hit, Passage, Progress, Report, Section
from index.storage.info import LibraryInfo

__all__ = ["Abstract", "Filters", "Hit", "Library", "LibraryInfo", "Passage", "Progress", "Report", "Section"]
__version__ = "0.1.0.dev0"
