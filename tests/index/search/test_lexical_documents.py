"""What is indexed of an abstract's passages, and that it does not depend on how many are read at a time."""

from dataclasses import replace

import pytest
from conftest import ABSTRACTS

from index import Abstract, Library, Passage, Section
from index.analysis.abbreviations import Abbreviation
from index.analysis.terms import terms
from index.search.lexical_documents import lexical_rows
from index.storage.folder import index_caches as caches

ABSTRACT = Abstract("7", "IL-32β in owls", (Section("", "", "Snoring owls (SO) had VEGF. It rose."),))
TITLE = Passage("7", "TITLE", 0, 14, "IL-32β in owls")
TEXT = Passage("7", "", 15, 51, "Snoring owls (SO) had VEGF. It rose.")


def test_a_passage_is_indexed_under_its_title_and_the_title_counts_twice_in_the_whole():
    title, text = lexical_rows(ABSTRACT, {3: TITLE, 4: TEXT})
    assert (title.id, title.terms) == (3, terms(ABSTRACT.title))
    assert (text.id, text.terms) == (4, [*terms(ABSTRACT.title), *terms(TEXT.text)])
    assert title.whole == text.whole == [*2 * terms(ABSTRACT.title), *terms(TEXT.text)]
    assert text.definitions == [Abbreviation("SO", "Snoring owls")]


def test_headings_substances_and_keywords_are_indexed_with_each_passage():
    abstract = replace(
        ABSTRACT, mesh=("Strigiformes/genetics", "Strigiformes"), substances=("VEGFA",), keywords=("owl",)
    )
    (title,) = lexical_rows(abstract, {3: TITLE})
    assert title.headings == ["strigiform", "vegfa", "owl"]


def test_the_passages_of_an_article_stand_alone():
    article = Abstract("7", "Owls", (Section("", "", "Owls snore. " * 1000),))
    rows = list(lexical_rows(article, {1: Passage("7", "", 5, 16, "Owls snore.")}))
    assert rows[0].whole == []


@pytest.mark.parametrize("at_a_time", [1, 2, 3])
def test_scores_are_the_same_however_many_passages_are_read_at_a_time(at_a_time, tmp_path, json_lines, monkeypatch):
    def scores(folder):
        with Library.open(folder, create=True) as library:
            library.add(files=[json_lines(ABSTRACTS)])
            return [(hit.passage, hit.bm25, hit.abstract_bm25) for hit in library.search("VEGF in cells", top=20)]

    expected = scores(tmp_path / "all")
    monkeypatch.setattr(caches, "_ROWS", at_a_time)
    assert scores(tmp_path / "few") == expected
    assert len(expected) > max(1, at_a_time)
