"""The sentences of the sources and how they bear on a question."""

import pytest
from conftest import ABSTRACTS

from index import Abstract, Section
from qa.answer import Source
from qa.evidence.scoring import (
    _is_named,
    coverage,
    everyday_words,
    gather,
    missing_names,
    missing_words,
    numbers,
    other_isoforms,
    section_kind,
    subject_words,
    technical_words,
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What does IL-32β induce?", ()),
        ("What does IL-32 induce?", ()),  # any isoform is of the family
        ("What does IL-32γ induce?", ("il32gamma",)),  # another isoform is not it
        ("Does IL-32β raise IL-10?", ("il10",)),
        ("Which cells migrate?", ()),  # names nothing
    ],
)
def test_missing_names(question, expected):
    assert missing_names(question, ABSTRACTS[0]) == expected


@pytest.mark.parametrize(
    ("sentence", "rest", "expected"),
    [
        ("IL-32α induced IL-10.", "IL-32β did not.", ("il32beta",)),  # the other isoform only
        ("IL-32α and IL-32β induced IL-10.", "", ()),  # both
        ("IL-32 induced IL-10.", "We used IL-32β.", ()),  # the family, where only this isoform is meant
        ("IL-32 induced IL-10.", "We used IL-32α and IL-32β.", ("il32beta",)),  # the family, where others are too
        ("It induced TNF-α.", "IL-32α and IL-32β were used.", ()),  # nothing of the family
    ],
)
def test_other_isoforms(sentence, rest, expected):
    one = Abstract("1", "Title", (Section("", "", f"{sentence} {rest}"),))
    assert other_isoforms("Does IL-32β raise IL-10?", sentence, one) == expected


def test_coverage_is_the_weighted_share():
    assert coverage({"vegf": 3.0, "cell": 1.0}, "VEGF rose") == 0.75
    assert coverage({}, "anything") == 1.0


def test_numbers_are_those_outside_names():
    assert numbers("IL-32 rose by 5.83% in 1,200 MDA-MB-231 cells (P < 0.05)") == {"5.83", "1,200", "0.05"}


def test_technical_words_are_those_that_everyday_english_has_not(encoder):
    assert technical_words("Does tamoxifen bind the receptor in IL-32β cells?", encoder) == ("tamoxifen",)
    assert technical_words("Can steroids unmask or enlarge an undiagnosed phlegmon?", encoder) == ("phlegmon",)


def test_everyday_words_name_no_thing(encoder):
    assert everyday_words(["sight", "gentler", "kids", "gout", "zinc", "tamoxifen"], encoder) == {
        "sight", "gentler", "kids"
    }  # fmt: skip
    # what the lexicon calls otherwise ("Drawing"), or only by an acronym (a tumour, SETTLE), is no such thing
    assert everyday_words(["draw", "settle", "role", "wine"], encoder) == {"draw", "settle", "role"}


def test_the_parts_of_a_compound_may_stand_apart_and_one_of_two_plain_alternatives_will_do(library, encoder):
    compound = subject_words("Is the tamoxifen-regulated phlegmon good?", library, encoder)
    assert (compound, subject_words("Which tamoxifen-like drug?", library, encoder)) == (
        ("tamoxifen", "phlegmon"), ("tamoxifen",),
    )  # fmt: skip
    assert "antiporter" not in subject_words("Which ion antiporter/exchanger?", library, encoder)
    assert "tamoxifen" in subject_words("Does tamoxifen/raloxifene help?", library, encoder)
    assert subject_words("What is the applicability of it?", library, encoder) == ()


def test_a_thing_that_other_abstracts_name_is_missing_where_this_does_not(library):
    by_pmid = {
        one.source.abstract.pmid: one.missing_words
        for one in gather(
            "Does metformin lengthen life?", [Source(1, ABSTRACTS[0]), Source(2, ABSTRACTS[2])], library=library
        )
    }
    assert by_pmid == {ABSTRACTS[0].pmid: ("metformin",), ABSTRACTS[2].pmid: ()}


def test_a_plain_word_is_no_name_of_another_thing_that_goes_by_it(library):
    concepts = {one.written: one for one in library.parse("Does desmopressin help those who wet the bed?").concepts}
    assert concepts["bed"].concept.kind == "chemical"  # behenamidoethyl diethylamine
    assert [name for name, one in concepts.items() if _is_named(one, frozenset())] == ["desmopressin"]


def test_a_verb_that_is_also_a_metal_s_name_need_not_be_named(library):
    evidence = gather("Does IL-32β lead to VEGF?", [Source(1, ABSTRACTS[0])], library=library)
    assert {one.missing_names for one in evidence} == {()}


def test_a_disease_is_named_by_those_who_have_it(library):
    girl = Abstract("1", "Tics", (Section("", "", "Tics developed in a schizophrenic girl on amisulpride."),))
    for disease, missing in (("schizophrenia", set()), ("epilepsy", {("epilepsy",)})):
        evidence = gather(f"Does amisulpride cause tics in {disease}?", [Source(1, girl)], library=library)
        assert {one.missing_names for one in evidence} - {()} == missing


@pytest.mark.parametrize(
    ("label", "category", "expected"),
    [
        ("", "RESULTS", "RESULTS"),
        ("FINDINGS", "UNASSIGNED", "RESULTS"),
        ("INTERPRETATION", "", "CONCLUSIONS"),
        ("MATERIALS AND METHODS", "", "METHODS"),
        ("AIMS", "", "OBJECTIVE"),
        ("", "", ""),
    ],
)
def test_section_kind(label, category, expected):
    abstract = Abstract("1", "Title", (Section(label, category, "Some text."),))
    assert section_kind(abstract, len("Title") + 1) == expected


def test_evidence_stands_at_its_offsets_and_the_finding_comes_first(library):
    sources = [Source(1, ABSTRACTS[0]), Source(2, ABSTRACTS[1])]
    evidence = gather("What does IL-32β induce in breast cancer cells?", sources, library=library)
    assert evidence[0].text == "IL-32β induced VEGF in breast cancer cells."
    for one in evidence:
        assert one.source.abstract.text[one.start : one.end] == one.text
    assert {one.source.number for one in evidence if one.missing_names} == {2}


def test_a_notice_is_no_evidence(library):
    notice = Abstract("1", "Retraction: metformin cures ageing", types=("Retraction of Publication",))
    assert gather("Does metformin cure ageing?", [Source(1, notice)], library=library) == []


def test_a_record_without_an_abstract_gives_its_title(library):
    evidence = gather("Does aspirin help against headache?", [Source(1, ABSTRACTS[4])], library=library)
    assert [one.text for one in evidence] == ["Aspirin for headache"]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Is latanoprost safe in pregnancy?", "Latanoprost lowered pressure in the eye.", ("pregnancy",)),
        ("Is latanoprost safe in pregnancy?", "Latanoprost was not teratogenic.", ()),  # said otherwise
        ("Is latanoprost safe while breastfeeding?", "Latanoprost lowered pressure in the eye.", ("breastfeeding",)),
        ("Is latanoprost safe?", "Latanoprost lowered pressure in the eye.", ()),
        ("Did latanoprost 400mg work?", "Latanoprost lowered pressure in the eye.", ()),  # a dose is no name
    ],
)
def test_an_abstract_must_speak_of_pregnancy_where_the_question_does(library, question, text, expected):
    source = Source(1, Abstract("1", "Latanoprost", (Section("", "", text),)))
    (sentence,) = gather(question, [source], library=library)
    assert sentence.missing_names == expected


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (["calcitonin"], "Procalcitonin rose.", ("calcitonin",)),
        (["calcitonin"], "Procalcitonin and calcitonin rose.", ()),
        (["agonist"], "An antagonist was given.", ("agonist",)),
        (["dialysis"], "Hemodialysis was started.", ()),  # a kind of it
    ],
)
def test_a_word_behind_what_makes_it_another_thing_is_missing(words, text, expected):
    assert missing_words(words, Abstract("1", "Title", (Section("", "", text),))) == expected


def test_a_plain_name_that_is_not_the_first_of_its_thing_must_be_named(library):
    """Plasmin is fibrinolysin first of all."""
    source = Source(1, Abstract("1", "Plasminogen", (Section("", "", "Plasminogen rose in smokers."),)))
    (sentence,) = gather("Does plasmin rise in smokers?", [source], library=library)
    assert sentence.missing_names == ("plasmin",)
