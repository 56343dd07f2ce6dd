"""How names come into the lexicon: written as people do, acronyms apart, and no ordinary words."""

from __future__ import annotations

import pytest

from training.lexicon import _CLONE, Entry, Vocabularies, _protein, finished, written


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
