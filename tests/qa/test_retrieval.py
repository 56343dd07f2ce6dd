"""A question to numbered sources, and the library as a LangChain retriever."""

import pytest
from conftest import ABSTRACTS

from index import Filters, Hit, Passage
from index.search.query import Query
from qa.langchain_retriever import LibraryRetriever
from qa.retrieval import Ranking, _standings, as_sources, names_only_the_like, rank_abstracts, retrieve


def hit(pmid, cosine, bm25):
    return Hit(Passage(pmid, "TITLE", 0, 1, "x"), 0.5, cosine, bm25, abstract_bm25=bm25)


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ([("90000001", 0.9, 5.0), ("90000002", 0.8, 4.0)], ["90000001", "90000002"]),  # better on both sides
        (  # the best of each side, though of two passages
            [("90000001", 0.8, 4.0), ("90000002", 0.9, 1.0), ("90000002", 0.1, 5.0), ("90000003", 0.1, 0.1)],
            ["90000002", "90000001", "90000003"],
        ),
        (  # many fair passages are no better than one good one
            [("90000001", 0.7, 3.0), ("90000001", 0.7, 3.0), ("90000001", 0.7, 3.0), ("90000002", 0.8, 4.0)],
            ["90000002", "90000001"],
        ),
        ([("90000001", 0.6, None), ("90000002", 0.7, None)], ["90000002", "90000001"]),  # of the dense side alone
        ([("90000001", None, 6.0), ("90000002", None, 7.0)], ["90000002", "90000001"]),  # of the lexical side alone
        ([("90000001", 0.9, None), ("90000002", 0.1, 3.0)], ["90000001", "90000002"]),  # no word shared: meaning tells
        ([("1", 0.9, 5.0), ("90000002", 0.8, 4.0)], ["90000002"]),  # gone since the search
        ([("90000002", 0.8, 4.0), ("90000001", 0.8, 4.0)], ["90000001", "90000002"]),  # alike: by PMID
        ([], []),
    ],
)
def test_hits_are_grouped_by_abstract(library, hits, expected):
    sources = as_sources(rank_abstracts(library, [hit(*one) for one in hits], most=8))
    assert [source.abstract.pmid for source in sources] == expected
    assert [source.number for source in sources] == list(range(1, len(expected) + 1))


def test_the_words_of_the_whole_abstract_count_and_not_those_of_the_passage():
    one = Hit(Passage("90000001", "", 0, 1, "x"), 0.5, 0.7, bm25=9.0, abstract_bm25=3.0)
    other = Hit(Passage("90000002", "", 0, 1, "x"), 0.5, 0.7, bm25=1.0, abstract_bm25=4.0)
    grouped = {"90000001": [one], "90000002": [other]}
    standings = _standings(grouped, Ranking())
    assert standings["90000002"] > standings["90000001"]
    standings = _standings(grouped, Ranking(by_whole_abstract=False))
    assert standings["90000001"] > standings["90000002"]


@pytest.mark.parametrize(("dense_weight", "first"), [(0.9, "90000001"), (0.1, "90000002")])
def test_a_ranking_weighs_meaning_and_words(library, dense_weight, first):
    hits = [hit("90000001", 0.9, 1.0), hit("90000002", 0.1, 5.0)]
    [ranked] = rank_abstracts(library, hits, most=1, ranking=Ranking(dense_weight=dense_weight))
    assert ranked.abstract.pmid == first


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What does factor VIII do?", "Factor IX was low.", True),
        ("What does factor VIII do?", "Factors VIII and IX were low; factor VIII fell.", False),
        ("What does PD-1 do?", "PD-L1 was raised.", True),
        ("What does IL-32 do?", "IL-32β was raised.", False),  # an isoform is of its family
        ("What does IL-32β do?", "IL-32γ was raised.", True),
        ("What does IL-32β do?", "Moss is green.", False),  # names nothing of the kind: other words may tell
        ("What does moss do?", "IL-32γ was raised.", False),
        ("", "IL-32γ was raised.", False),
    ],
)
def test_an_abstract_that_names_only_the_like(question, text, expected):
    assert names_only_the_like(Query(question, question), text) is expected


def test_a_source_holds_its_hits(library):
    (source, *_) = retrieve(library, "What does IL-32β induce in breast cancer cells?")
    assert source.abstract == ABSTRACTS[0]
    assert {found.passage.pmid for found in source.hits} == {"90000001"}


def test_top_bounds_the_sources(library):
    assert len(retrieve(library, "interleukin-32 and metformin", top=2)) == 2


def test_the_library_is_a_langchain_retriever(library):
    retriever = LibraryRetriever(library=library, top=3, filters=Filters(years=(2013, 2013)))
    found = retriever.invoke("IL-32β VEGF")
    assert [one.metadata["pmid"] for one in found][0] == "90000001"
    assert len(found) == 3
    for one in found:
        text = library.get(one.metadata["pmid"]).text
        assert text[one.metadata["start"] : one.metadata["end"]] == one.page_content
        assert one.metadata["title"] == library.get(one.metadata["pmid"]).title
