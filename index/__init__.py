"""From PubMed to a searchable library."""

from index.library import Library
from index.records import Abstract, Filters, Hit, Passage, Progress, Report, Section
from index.storage.info import LibraryInfo

__all__ = ["Abstract", "Filters", "Hit", "Library", "LibraryInfo", "Passage", "Progress", "Report", "Section"]
