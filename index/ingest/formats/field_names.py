"""Names of fields in the exports of other programs, in any case, with any marks and in several languages."""

from __future__ import annotations

import re
import unicodedata

_PMID_NAME = re.compile(
    r"(?!.*central).*(?:pmids?|pubmed.*(?:id|uid|identif\w*|number|nummer|numero|url|link)\w*)|pubmed"
)


def folded(name: str) -> str:
    """Return a name in small letters without accents, blanks and marks.

    >>> folded("Année de Publication"), folded("Journal/Book"), folded("pub_year")
    ('anneedepublication', 'journalbook', 'pubyear')
    """
    plain = unicodedata.normalize("NFKD", name)
    return "".join(character for character in plain if character.isalnum() and character.isascii()).casefold()


def names_pmid(name: str) -> bool:
    """Return True if a heading or field of this name holds PMIDs, and not PMC ids.

    >>> [names_pmid(name) for name in ("PubMed ID", "Medline PMID", "PMCID", "PubMed Central ID", "PubMed date")]
    [True, True, False, False, False]
    """
    return len(name.split()) <= 4 and _PMID_NAME.fullmatch(folded(name)) is not None
