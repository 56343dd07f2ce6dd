"""Text to index terms."""

import pytest

from index.analysis.terms import content_words, names, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IL-32β", ["il", "32", "beta", "il32beta", "il32"]),  # pieces, the name, the name without its isoform
        ("IL32beta", ["il", "32", "beta", "il32beta", "il32"]),  # written as one word
        ("interleukin-32 beta", ["il", "32", "beta", "il32beta", "il32"]),  # written out
        ("interleukin 32β", ["il", "32", "beta", "il32beta", "il32"]),  # with a space
        ("interleukin (IL)-32β", ["il", "32", "beta", "il32beta", "il32"]),  # its abbreviation in the middle
        ("IL‑32β", ["il", "32", "beta", "il32beta", "il32"]),  # a non-breaking hyphen
        ("NF-κB", ["nf", "kappa", "b", "nfkappab"]),  # a letter after the Greek one
        ("NF-kappaB", ["nf", "kappa", "b", "nfkappab"]),
        ("NF-kappa B", ["nf", "kappa", "b", "nfkappab"]),
        ("Ca²⁺", ["ca", "2", "ca2"]),  # superscripts
        ("µg", ["mu", "g", "mug"]),  # the micro sign is a mu
        ("MDA-MB-231", ["mda", "mb", "231", "mdamb231"]),
        ("anti-IL-32", ["anti", "il", "32", "il32"]),  # a prefix is not part of the name
        ("rhIL-32β", ["il", "32", "beta", "il32beta", "il32"]),  # nor is "recombinant human"
        ("il-32b", ["il", "32", "beta", "il32beta", "il32"]),  # a keyboard without Greek letters
        ("IL-32ß", ["il", "32", "beta", "il32beta", "il32"]),  # or with a German one
        ("IL-17A", ["il", "17", "a", "il17a", "il17"]),  # a capital is no Greek letter
        ("mRNA", ["mrna"]),  # no prefix of RNA
        ("IL-32-induced", ["il", "32", "il32", "induc"]),  # nor is a participle
        ("type 2 diabetes", ["type", "2", "diabet"]),  # a number after a plain word makes no name
        ("32-week trial", ["32", "week", "trial"]),
        ("the effects of these", ["effect"]),  # stop words go, words are stemmed
        ("Müller cells", ["muller", "cell"]),  # accents go
        ("", []),
        ("?!", []),
    ],
)
def test_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("TNF-α", "TNF alpha"),
        ("IFN-γ", "interferon-gamma"),
        ("IFNγ", "IFNgamma"),
        ("TGF-β1", "TGF-beta1"),
        ("miR-21", "microRNA-21"),
        ("β-blocker", "beta-blocker"),
        ("COX-2", "COX2"),
        ("CD4+", "CD4"),
        ("αVβ3", "alphaVbeta3"),
    ],
)
def test_variants_are_one_name(left, right):
    assert names(left) == names(right) != []


@pytest.mark.parametrize(
    ("left", "right"), [("IL-32β", "IL-32γ"), ("IL-1α", "IL-1β"), ("COX-1", "COX-2"), ("HER2", "HER3")]
)
def test_isoforms_are_kept_apart(left, right):
    assert not set(names(left)) & set(terms(right))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IL-32α, β and γ", ["il32alpha", "il32beta", "il32gamma"]),
        ("IL-1α/β", ["il1alpha", "il1beta"]),
        ("IL-32α and -β", ["il32alpha", "il32beta"]),
        ("IL-32α raised β-catenin", ["il32alpha", "betacatenin"]),  # another name
        ("IL-32α cells and β cells", ["il32alpha", "betacell"]),  # the list has ended
    ],
)
def test_lists_of_isoforms(text, expected):
    assert names(text) == expected


def test_an_isoform_holds_its_family_but_not_the_other_way_round():
    assert names("IL-32")[0] in terms("IL-32β")
    assert names("IL-32β")[0] not in terms("IL-32")


def test_content_words_put_a_name_in_place_of_its_pieces():
    assert content_words("Does IL-32β raise IL-10 in the cells?") == ["il32beta", "rais", "il10", "cell"]
