"""Names of one thing: what a question names is searched for as the library calls it, and siblings stay apart."""

import json

import pytest

from index import Library
from index.analysis.lexicon import default_lexicon, name_key
from index.analysis.terms import terms
from index.search.concepts import holds_name, is_another_there, names_concept
from index.search.query import NARROWER, OTHER_NAME


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("names")
    texts = (
        "ERBB2 was amplified in a fifth of the tumours.",
        "Acetaminophen lowered fever within an hour.",
        "Smoking doubled the risk of myocardial infarction.",
        "Multiple sclerosis began earlier in smokers.",
        "The insulin receptor was phosphorylated.",
        "IL-32β induced VEGF.",
        "Paracetamol was swallowed by toddlers; acetaminophen levels were high.",
    )
    lines = [
        {"pmid": str(number), "title": f"Study {number}", "abstract": text} for number, text in enumerate(texts, 1)
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with Library.open(folder / "library", create=True) as library:
        library.add(files=[folder / "a.jsonl"])
        yield library


@pytest.mark.parametrize(
    ("question", "renamed"),
    [
        ("Is HER2 amplified?", "Is ERBB2 amplified?"),
        ("Does Tylenol lower fever?", "Does acetaminophen lower fever?"),
        ("Who gets heart attacks?", "Who gets myocardial infarction?"),
        ("MS in smokers", "multiple sclerosis in smokers"),  # the library has nothing else that MS stands for
        ("What does IL-32γ induce?", "What does IL-32γ induce?"),  # an isoform is no synonym
        ("Is it linked to rest?", "Is it linked to rest?"),  # REST is a gene, rest is not
    ],
)
def test_a_name_that_the_library_does_not_use_is_searched_for_as_it_does(library, question, renamed):
    assert library.parse(question).renamed == renamed
    assert library.parse(question, is_literal=True).renamed == question


def test_a_name_that_it_uses_is_searched_for_by_the_others_too(library):
    query = library.parse("paracetamol")
    assert query.also_searched == ("Acetaminophen",)
    assert query.weighted_terms == {"paracetamol": 1, "acetaminophen": OTHER_NAME}
    assert [hit.passage.pmid for hit in library.search(query, top=2, mode="lexical")][0] == "7"
    assert library.parse("paracetamol", is_literal=True).also_searched == ()


@pytest.mark.parametrize("word", ["drugs", "cancers", "vitamins"])
def test_a_word_for_a_group_is_no_single_thing_and_need_not_be_named(library, word):
    """MDMA is called "drug" too, and a cancer "cancer": neither is meant, and no answer must name it."""
    (concept,) = library.parse(f"Which {word} are these?").concepts or (None,)
    assert concept is None or not concept.is_required
    assert concept is None or concept.concept.name in ("Pharmaceutical Preparations", "Neoplasms", "Vitamins")


def test_what_is_tied_by_another_word_is_another_thing(library):
    """In the index terms, families are familial."""
    assert [concept.concept.name for concept in library.parse("families with melanoma").concepts] == ["Melanoma"]
    assert [concept.written for concept in library.parse("familial melanoma").concepts] == ["familial melanoma"]


def test_a_class_of_drugs_must_be_named_where_the_library_has_none_of_it(library, drugs):
    assert [concept.is_required for concept in library.parse("ACE inhibitors").concepts] == [True]
    assert [concept.is_required for concept in drugs.parse("NSAIDs").concepts] == [False]  # ibuprofen is one


def test_nobody_who_asks_for_mice_is_told_what_else_they_are_called(tmp_path):
    line = {"pmid": "1", "title": "Mice", "abstract": "Mus musculus and Homo sapiens were bred; hMSCs and hCG rose."}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        assert library.parse("Do humans or mice have more?").also_searched == ()


def test_symbols_in_the_plural_and_in_mixed_case_are_names(tmp_path):
    line = {"pmid": "1", "title": "Cells", "abstract": "MSCs made human chorionic gonadotropin; warts shrank."}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        names = ("mesenchymal stem cells", "hCG", "verrucae")
        found = [library.parse(name).renamed for name in names]
        assert found == ["MSC", "chorionic gonadotropin", "warts"]


def test_the_text_says_itself_what_a_symbol_means(library):
    assert library.parse("mass spectrometry (MS) of plasma").renamed == "mass spectrometry (MS) of plasma"


def test_what_the_library_names_nowhere_is_absent(library):
    (concept,) = library.parse("EGFR").concepts
    assert concept.is_absent and concept.is_required


@pytest.mark.parametrize(
    ("text", "name", "holds"),
    [
        ("Levels of TNF-alpha rose.", "TNF-α", True),
        ("Their cat slept.", "CAT", False),
        ("CAT was low.", "CAT", True),
        ("insulins", "insulin", True),
    ],
)
def test_a_text_holds_a_name_in_any_spelling(text, name, holds):
    assert holds_name(text, name) is holds


@pytest.mark.parametrize(
    ("name", "text", "is_another"),
    [
        ("insulin", "The insulin receptor was blocked.", True),
        ("insulin", "Insulin glargine was injected.", False),
        ("hepatitis B", "Hepatitis C was cured.", True),
        ("hepatitis B", "Hepatitis B and C were cured.", False),
        ("hypothyroidism", "Hyperthyroidism was common.", True),
        ("diabetes mellitus", "Diabetes insipidus was rare.", True),
        ("diabetes", "Type 2 diabetes was common.", False),  # a kind of it
        ("tau", "Tau protein was phosphorylated.", False),
        ("breast cancer", "The mammary tumors shrank.", False),
        ("vitamin K1", "Vitamin K2 was given.", True),
        ("Candida albicans", "Candida auris was found.", True),
        ("Candida albicans", "C. albicans and Candida auris were found.", False),
        ("ulcerative colitis", "Crohn's disease was severe.", False),  # no other name of it: nothing of it is there
        ("bipolar I disorder", "Bipolar II disorder was common.", True),
        ("cat", "Catalase (CAT) was low.", True),
        ("cat", "Cats had less catalase (CAT).", False),
        ("nasal polyps", "Polyps of the nasal cavity caused nasal obstruction.", False),  # its words stand apart
        ("ERK", "ERK2 was phosphorylated.", False),  # of that family
        ("IgA", "IgG was raised.", True),
        ("immunoglobulin A", "IgA was raised.", False),
        ("calcitonin", "Procalcitonin was raised.", True),  # its precursor, though below it in the tree
        ("plasmin", "Plasminogen was raised.", True),
        ("prothrombin", "Thrombin was raised.", True),
    ],
)
def test_siblings_and_longer_names_are_other_things(library, name, text, is_another):
    (concept,) = library.parse(f"{name}").concepts
    assert is_another_there(concept, text, default_lexicon()) is is_another


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("ulcerative colitis", "Crohn's disease"),
        ("bipolar I disorder", "bipolar II disorder"),
        ("dopamine", "dobutamine"),
        ("glucagon", "glucagon-like peptide-1"),
        ("influenza A", "influenza B"),
        ("troponin", "tropomyosin"),
        ("myopia", "hyperopia"),
        ("leiomyoma", "leiomyosarcoma"),
        ("osteoporosis", "osteoarthritis"),
        ("psoriasis", "psoriatic arthritis"),  # below it, and mostly elsewhere
        ("tennis elbow", "golfer's elbow"),
        ("jumper's knee", "runner's knee"),
    ],
)
def test_what_is_called_otherwise_is_never_searched_for_and_must_be_named(tmp_path, asked, held):
    """A name that one vocabulary gives to a thing loosely is left to what is called so; a group must be named too."""
    line = {"pmid": "1", "title": "Findings", "abstract": f"In older adults {held} was linked with falls at night."}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        (concept,) = library.parse(asked).concepts
        assert concept.names == () and concept.is_absent and concept.is_required
        assert not names_concept(line["abstract"], concept, terms(line["abstract"]))


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("Xifaxan", "rifaximin"),
        ("hydroxycarbamide", "hydroxyurea"),
        ("CDI", "Clostridioides difficile infection"),
        ("Trp53", "tumor protein p53"),  # a mouse's symbol
        ("IL-2 receptor alpha", "CD25"),  # MeSH's protein and HGNC's gene
        ("TJP1", "zonula occludens-1"),
        ("angiotensin II type 1 receptor", "AGTR1"),
        ("BPA", "bisphenol A"),
    ],
)
def test_what_is_one_thing_is_searched_for_as_the_library_has_it(tmp_path, asked, held):
    line = {"pmid": "1", "title": "Findings", "abstract": f"In older adults {held} was linked with falls at night."}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        (concept,) = library.parse(asked).concepts
        assert name_key(held) in {name_key(name) for name in concept.names}


def test_a_family_of_genes_finds_its_members_behind(tmp_path):
    line = {"pmid": "1", "title": "Findings", "abstract": "MIRLET7A1 was linked with falls at night."}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        (concept,) = library.parse("let-7a").concepts
        assert concept.names == () and concept.narrower == ("MIRLET7A1",) and not concept.is_required


def test_hepatitis_a_is_not_used_where_b_is(tmp_path):
    line = {"pmid": "1", "title": "Livers", "abstract": "A cure of hepatitis B was found; T cells did it."}
    (tmp_path / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        library.add(files=[tmp_path / "a.jsonl"])
        names = ("hepatitis A", "hepatitis B", "T lymphocytes")
        assert [concept.is_absent for name in names for concept in library.parse(name).concepts] == [True, False, False]


@pytest.fixture(scope="module")
def drugs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drugs")
    texts = (
        "Ibuprofen raised creatinine in runners.",
        "NSAIDs raised creatinine in walkers.",
        "Naproxen was given to swimmers.",
        "Melanoma was rare among swimmers.",
        "Breast cancer was rare among runners.",
    )
    lines = [
        {"pmid": str(number), "title": f"Study {number}", "abstract": text} for number, text in enumerate(texts, 1)
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with Library.open(folder / "library", create=True) as library:
        library.add(files=[folder / "a.jsonl"])
        yield library


def test_a_class_finds_its_drugs_behind_those_that_name_it_and_says_so(drugs):
    query = drugs.parse("NSAIDs and creatinine")
    assert query.also_searched == ("Ibuprofen", "Naproxen")
    assert query.also_searched_told == "Also searched for: Ibuprofen, Naproxen (NSAID)."
    assert query.equivalents == ()
    assert query.weighted_terms["ibuprofen"] == NARROWER
    assert [hit.passage.pmid for hit in drugs.search("NSAIDs", mode="lexical")] == ["2", "3", "1"]  # then the shorter
    assert drugs.parse("NSAIDs and creatinine", is_literal=True).also_searched == ()


def test_what_is_below_a_heading_is_searched_for_unless_it_has_its_name(drugs):
    (concept, *_) = drugs.parse("cancer in athletes").concepts
    assert concept.narrower == ("Melanoma",)


def test_a_drug_is_no_class(drugs):
    assert [concept.narrower for concept in drugs.parse("ibuprofen").concepts] == [()]
