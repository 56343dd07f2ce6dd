"""How names come into the lexicon: written as people do, acronyms apart, and no ordinary words."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.lexicon import (
    _CLONE,
    Entry,
    Vocabularies,
    _of_same_words,
    _other_types,
    _protein,
    _proteins_by_words,
    _without_protein,
    finished,
    leave_to_owners,
    own_names,
    written,
)


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("Dementia, Senile", ["Senile Dementia"]),
        ("myocardial infarction (MI)", ["myocardial infarction", "MI"]),
        ("PROM (Pregnancy)", ["PROM"]),
        ("Somatropin (Human)", ["Somatropin"]),
        ("asthma (disease)", ["asthma"]),
        ("Rts", ["RTS"]),
        ("Gout", ["Gout"]),
    ],
)
def test_a_term_is_written_as_people_write_it(term: str, names: list[str]) -> None:
    assert list(written(term)) == names


def test_an_ordinary_word_names_only_what_is_called_so() -> None:
    warfarin = Entry(["X:1"], "Warfarin", "chemical", names={"Warfarin": 0, "Choice": 1, "Coumadin": 1})
    assert finished(warfarin).names == ("Warfarin", "Coumadin")
    humans = Entry(["X:2"], "Humans", "organism", names={"Humans": 0, "Human": 1, "LARGE": 2})
    assert finished(humans).names == ("Humans", "LARGE")


def test_a_gene_is_no_protein_for_a_symbol_alone() -> None:
    made = Vocabularies()
    activator = made.new("MESH:1", "Tissue Plasminogen Activator", "chemical", trees=("D12.776.1",))
    activator.add(["Tissue Type Plasminogen Activator", "TTPA"])
    made.index_names()
    row = {"Alias symbols": "", "Previous symbols": ""}
    transfer = {"Approved symbol": "TTPA", "Approved name": "alpha tocopherol transfer protein"}
    own = {"Approved symbol": "PLAT", "Approved name": "plasminogen activator, tissue type"}
    assert _protein(made, row | transfer) is None
    assert _protein(made, row | own) is activator


def test_a_clone_is_no_name_of_a_gene() -> None:
    aliases = ("FLJ12581", "MGC4544", "D16S469E", "HER2", "CD98", "p53", "D4")
    assert [alias for alias in aliases if not _CLONE.fullmatch(alias)] == ["HER2", "CD98", "p53", "D4"]


def test_a_protein_is_one_with_the_gene_that_has_its_words_in_another_order() -> None:
    made = Vocabularies()
    chain = made.new("MESH:1", "Interleukin-2 Receptor alpha Subunit", "chemical", trees=("D12.776.1",))
    made.new("MESH:2", "Receptors, Interleukin-2", "chemical", trees=("D12.776.2",))
    of_words = _proteins_by_words(made)
    assert _of_same_words(of_words, {"Approved name": "interleukin 2 receptor subunit alpha"}) is chain
    assert _of_same_words(of_words, {"Approved name": "interleukin 2 receptor subunit beta"}) is None


def test_names_of_receptors_come_in_all_orders_and_numbered_proteins_without_the_word() -> None:
    assert "angiotensin II type 1 receptor" in _other_types(["angiotensin II receptor type 1"])
    assert _other_types(["insulin receptor"]) == []
    assert _without_protein(["Zonula Occludens-1 Protein", "Ribosomal Protein"]) == ["Zonula Occludens-1"]


def test_a_name_is_left_to_what_is_called_so() -> None:
    """Dobutamine is no other name of dopamine; a family's name stays with its genes."""
    made = Vocabularies()
    dopamine = made.new("MESH:1", "Dopamine", "chemical")
    dopamine.add(["dobutamine a"], 2)
    made.new("MESH:2", "Dobutamine", "chemical")
    colitis = made.new("MESH:3", "Colitis, Ulcerative", "disease", descriptor="Colitis, Ulcerative")
    colitis.add(["Ulcerative Colitis"], 0)  # its label in the order of speech
    colitis.add(["Rosenthal colitis"])
    bowel = made.new("MONDO:1", "inflammatory bowel disease 1", "disease")
    bowel.add(["ulcerative colitis", "Rosenthal colitis"])
    made.new("FPLX:AKT", "AKT", "gene")
    akt = made.new("HGNC:1", "AKT1", "gene", classes=["FPLX:AKT"])
    akt.add(["AKT"], 2)
    leave_to_owners(made)
    assert [list(one.names) for one in (dopamine, bowel, akt)] == [
        ["Dopamine"], ["inflammatory bowel disease 1", "Rosenthal colitis"], ["AKT1", "AKT"],
    ]  # fmt: skip
    assert "Ulcerative Colitis" in colitis.names


def test_names_of_our_own_are_added_and_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "# names\nElbow = sore elbow\nnew elbow (disease) = medial elbow\nElbow != medial elbow\n"
    (tmp_path / "own.txt").write_text(lines, encoding="utf-8")
    monkeypatch.setattr("training.lexicon._OWN", tmp_path / "own.txt")
    made = Vocabularies()
    elbow = made.new("MESH:1", "Elbow", "disease")
    elbow.add(["medial elbow"])
    own_names(made)
    assert [list(one.names) for one in made.entries] == [["Elbow", "sore elbow"], ["new elbow", "medial elbow"]]
