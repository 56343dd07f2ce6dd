"""From PubMed to a searchable library."""

from index.library import Library
from index.library_info import LibraryInfo
from index.records import Abstract, Filters, Hit, Passage, Progress, Report, Section

__all__ = ["Abstract", "Filters", "Hit", "Library", "LibraryInfo", "Passage", "Progress", "Report", "Section"]
