"""An abstract's passages to rows of the lexical index: terms, abbreviations, and the terms of the whole abstract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from index.analysis.abbreviations import definitions
from index.analysis.chunking import passage_text
from index.analysis.terms import terms
from index.records import Abstract, Passage
from index.search.lexical import LexicalRow

LONGEST_WHOLE = 8_000
"""Characters; an article's terms in each of its hundreds of passages would be a book."""


def lexical_rows(abstract: Abstract, passages: Mapping[int, Passage]) -> Iterator[LexicalRow]:
    """Yield a row for each of an abstract's passages, by their ids.

    The title, which sets the scene for a passage, is indexed with it, as in the dense index. The whole abstract's terms
    are those of its passages, the title's twice; none where the text is so long that each passage stands alone.
    """
    own = {id_: terms(passage.text) for id_, passage in passages.items()}
    scenes = {id_: passage_text(abstract, passage).removesuffix(passage.text) for id_, passage in passages.items()}
    headings = heading_terms(abstract)
    whole = [
        *2 * terms(abstract.title),
        *(term for id_, passage_terms in own.items() if scenes[id_] for term in passage_terms),
    ]
    for id_, passage in passages.items():
        yield LexicalRow(
            id_,
            [*terms(scenes[id_]), *own[id_]],
            definitions(passage.text),
            whole if len(abstract.text) <= LONGEST_WHOLE else [],
            headings,
        )


def heading_terms(abstract: Abstract) -> list[str]:
    """Return the terms of an abstract's MeSH headings without their qualifiers, substances and keywords, each once."""
    headings = dict.fromkeys(heading.partition("/")[0] for heading in abstract.mesh)
    return list(dict.fromkeys(terms(" . ".join((*headings, *abstract.substances, *abstract.keywords)))))
