"""Searches in PubMed's syntax over whole libraries: the same PMIDs from a folder and from a Milvus."""

import dataclasses

import pytest
from conftest import ABSTRACTS, ROOT

from index import Filters, Library
from index.errors import InputError

RICH = (
    dataclasses.replace(
        ABSTRACTS[0],
        authors=("Park JS", "Lee JH"),
        major_mesh=("Breast Neoplasms",),
        substances=("Interleukins",),
        language="eng",
        date="2013 Dec",
    ),
    dataclasses.replace(ABSTRACTS[1], authors=("Lee M",), keywords=("synovitis",)),
    *ABSTRACTS[2:],
)
OF_EVERY_KIND = 'interleukin-32[ti] AND ("Neoplasms"[mh] OR tumor*[tiab]) NOT review[pt] AND 2010:2020[dp]'


@pytest.fixture(scope="module", params=["folder", "milvus"])
def shelves(request, tmp_path_factory):
    """The five abstracts with more fields, and the samples, in a folder or on a Milvus."""
    from index.records import to_json

    folder = tmp_path_factory.mktemp("shelves")
    at = str(folder) if request.param == "folder" else request.getfixturevalue("milvus")
    (folder / "rich.jsonl").write_text("".join(f"{_line(to_json(one))}\n" for one in RICH), encoding="utf-8")
    named = {"rich": folder / "rich.jsonl", "shelved_samples": ROOT / "samples" / "abstracts.jsonl"}
    for name, file in named.items():
        Library.build(f"{at}/{name}", files=[file])
    with Library.open(f"{at}/rich") as rich, Library.open(f"{at}/shelved_samples") as samples:
        yield rich, samples


def _line(record):
    import json

    return json.dumps(record)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("IL-32[ti]", "12"),  # a name in any written form
        ("IL-32beta[tiab]", "1"),
        ("metformin[ti]", "34"),
        ("metformin[ti] NOT retracted publication[pt]", "3"),
        ("interleukins[mh]", "1"),
        ("interleukins/metabolism[mh] OR longevity[mh]", "13"),
        ("breast neoplasms[majr]", "1"),
        ("neoplasms[mh]", "1"),  # with the narrower term
        ("cancer[mh]", "1"),
        ("neoplasms[mh:noexp]", ""),
        ("glucophage[tiab]", ""),
        ("glucophage", "34"),  # by the other names of metformin
        ("rheumatoid arthritis[mh]", "2"),  # as the descriptor "Arthritis, Rheumatoid"
        ("rheumatoid arthritis", "2"),  # mapped
        ("interleukins[nm]", "1"),
        ("lee[au] NOT park[au]", "2"),
        ("english[la]", "1"),
        ("synovitis[ot]", "2"),
        ("aging test[ta] OR pain test[ta]", "345"),
        ("2013/12[dp]", "1"),
        ("2000:2010[dp] AND review[pt]", "2"),
        ("90000005 90000002", "25"),
        ("lives[tiab]", ""),
        ("mouse", "234"),  # untagged: mice
        ("x[ti] AND (metformin[ti] OR IL-32[ti])", ""),
        ("2013[dp] AND 2014:2016[dp]", ""),
        ("nature[ta] AND metformin", ""),
    ],
)
def test_a_search_finds_the_same_everywhere(shelves, search, expected):
    rich, _ = shelves
    found = rich.pmids(Filters(where=search, include_retracted=True))
    assert sorted(pmid[-1] for pmid in found) == list(expected)
    assert found == list(rich.translated(search).__class__ and found)


def test_a_search_of_every_kind_over_the_samples(shelves):
    _, samples = shelves
    found = {"24602839", "26824417", "32841222"}  # the second by a MeSH term below neoplasms
    assert set(samples.pmids(Filters(where=OF_EVERY_KIND))) == found
    hits = samples.search("melanoma", filters=Filters(where=OF_EVERY_KIND), top=50)
    assert {hit.passage.pmid for hit in hits} == found
    ranked = [hit.passage.pmid for hit in samples.matching(OF_EVERY_KIND)]
    assert (len(ranked), set(ranked)) == (3, found)  # one passage of each


def test_retracted_abstracts_stay_out(shelves):
    rich, _ = shelves
    for include_retracted, expected in ((False, {"90000003"}), (True, {"90000003", "90000004"})):
        filters = Filters(where="metformin[ti]", include_retracted=include_retracted)
        assert {hit.passage.pmid for hit in rich.matching("metformin[ti]", filters=filters)} == expected
        assert rich.translated("metformin[ti]", filters).count == len(expected)


def test_other_filters_narrow_a_search(shelves):
    rich, _ = shelves
    assert rich.pmids(Filters(where="metformin OR IL-32", years=(2013, 2013))) == ["90000003", "90000001"]
    assert rich.pmids(Filters(where="metformin OR IL-32", pmids=("90000001", "90000005"))) == ["90000001"]
    assert [one.value for one in rich.tally("journal", Filters(where="IL-32[ti]"))] == ["j test"]
    assert rich.search("IL-32", filters=Filters(where="zebrafish[ti]")) == []
    assert rich.tally("year", Filters(where="zebrafish[ti]")) == rich.pmids(Filters(where="zebrafish[ti]")) == []


def test_matching_lists_the_newest_where_there_are_no_words_to_rank_by(shelves):
    rich, _ = shelves
    hits = rich.matching("1900:2013[dp]", top=3)
    assert [hit.passage.pmid for hit in hits] == ["90000003", "90000001", "90000002"]
    assert hits[0].passage.text == "Metformin and the life span of mice"


def test_what_cannot_be_found_is_said_with_its_place_and_what_is_near(shelves):
    rich, _ = shelves
    notes = rich.translated("metformn[mh] AND IL-32[ti] NOT reviews[pt] OR nature[ta]").notes
    assert notes == (
        "no abstract of this library has the MeSH term “metformn”; the nearest that some have: “metformin”, "
        "at character 1 of the search: ^metformn[mh] AND IL-32[t…",
        "no abstract of this library has the publication type “reviews”; the nearest that some have: “review”, "
        "at character 32 of the search: …n[mh] AND IL-32[ti] NOT ^reviews[pt] OR nature[ta…",
        "no abstract of this library has the journal “nature”, "
        "at character 47 of the search: …[ti] NOT reviews[pt] OR ^nature[ta]",
    )


def test_mesh_terms_of_a_filter_are_exploded_where_asked_for(shelves):
    rich, _ = shelves
    for mesh, explode, expected in (
        ("Neoplasms", True, ["90000001"]),
        ("cancer", True, ["90000001"]),
        ("Neoplasms", False, []),
        ("rheumatoid arthritis", False, ["90000002"]),
        ("interleukins/metabolism", True, ["90000001"]),
    ):
        assert rich.pmids(Filters(mesh=(mesh,), explode=explode)) == expected
    with pytest.raises(InputError, match="has the MeSH term “Metformn”; the nearest that some have: “metformin”"):
        rich.search("x", filters=Filters(mesh=("Metformn",)))


def test_mesh_terms_are_looked_up_by_a_part_of_their_names(shelves):
    _, samples = shelves
    assert [(one.value, one.count) for one in samples.mesh_terms("Fem")] == [("female", 5)]
    found = [one.value for one in samples.mesh_terms("ing")]  # the most frequent first, without qualifiers
    assert found == ["aging", "ion channel gating", "mass screening"]
    assert [one.value for one in samples.mesh_terms("ing s", most=5)] == ["mass screening"]
    assert [one.value for one in samples.mesh_terms("ageing")] == ["aging"]  # by another name
    assert samples.mesh_terms("zebrafish") == []


def test_a_search_that_cannot_be_read_is_refused_before_anything_is_searched(shelves):
    rich, _ = shelves
    for ask in (rich.pmids, lambda filters: rich.search("x", filters=filters), lambda f: rich.tally("year", f)):
        with pytest.raises(InputError, match=r"this bracket is not closed, at character 6 of the search: IL-32\^\[ti"):
            ask(Filters(where="IL-32[ti"))
    with pytest.raises(InputError, match="the search 5 is no text"):
        rich.pmids(Filters(where=5))


def test_a_search_is_made_again_when_the_library_has_changed(place, json_lines):
    with Library.open(place("changing"), create=True) as library:
        library.add(files=[json_lines(RICH[:2])])
        assert library.pmids(Filters(where="IL-32[ti]")) == ["90000001", "90000002"]
        library.remove(["90000001"])
        assert library.pmids(Filters(where="IL-32[ti]")) == ["90000002"]
