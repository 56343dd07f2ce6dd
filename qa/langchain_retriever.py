"""The library as a LangChain retriever; apart from `qa.retrieval` so that asking needs no import of LangChain."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index import Abstract, Filters, Hit, Library


class LibraryRetriever(BaseRetriever):
    """The library as a LangChain retriever: one LangChain document a passage, its place and scores in the metadata.

    >>> LibraryRetriever(library=library, top=5).invoke("IL-32β VEGF")  # doctest: +SKIP
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    top: int = 10
    filters: Filters = Filters()

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = self.library.search(query, top=self.top, filters=self.filters)
        abstracts = self.library.get_many(list({hit.passage.pmid for hit in hits}))
        return [_as_langchain(hit, abstracts[hit.passage.pmid]) for hit in hits if hit.passage.pmid in abstracts]


def _as_langchain(hit: Hit, abstract: Abstract) -> Document:
    passage = hit.passage
    metadata = {
        "pmid": passage.pmid,
        "title": abstract.title,
        "year": abstract.year,
        "url": abstract.url,
        "retracted": abstract.is_retracted,
        "warnings": list(abstract.warnings),
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
    }
    scores = {"score": hit.score, "cosine": hit.cosine, "bm25": hit.bm25}
    return Document(page_content=passage.text, metadata={**metadata, **scores})
