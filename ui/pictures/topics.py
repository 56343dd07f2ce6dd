"""What records are on, by their MeSH terms."""

from __future__ import annotations

import re

from index.records import Abstract
from index.search.pubmed.thesaurus import branches_of

_TOPICS = re.compile(r"[ACDFGIJ]|B0[2-9]|E0[1-4]")
"""Branches that tell what records are on: not organisms, persons, methods, places and health care, which all have."""


def headings_of(abstract: Abstract) -> set[str]:
    """Return the MeSH descriptors of an abstract, without their qualifiers."""
    return {term.partition("/")[0] for term in abstract.mesh}


def topics_of(heading: str) -> list[str]:
    """Return the branches of the MeSH tree that a descriptor stands in, if it tells what a record is on."""
    return sorted(branch for branch in branches_of(heading.casefold()) if _TOPICS.match(branch))
