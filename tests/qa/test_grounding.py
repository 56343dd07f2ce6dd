"""Which sentence is supported by which quote."""

import dataclasses

import pytest
from conftest import ABSTRACTS

from qa.answer import Answer, Citation, Sentence, Source
from qa.evidence.judge import Claim, read
from qa.evidence.relation import SoughtRelation
from qa.evidence.scoring import Evidence, gather
from qa.grounding import (
    DraftSentence,
    _as_quote,
    _quoted,
    answering,
    check_quotes,
    cited_only,
    ground,
    to_the_point,
    with_yes_or_no,
)
from qa.reranking.entailment import Entailed
from qa.reranking.protocol import PairScore
from qa.reranking.reranker import load_reranker

SOURCES = [Source(1, ABSTRACTS[0]), Source(2, ABSTRACTS[2])]
QUOTE = "IL-32β induced VEGF in breast cancer cells."


@pytest.mark.parametrize(
    ("text", "cited", "quotes"),
    [
        ("IL-32β induced VEGF in breast cancer cells.", (1,), [QUOTE]),  # said word for word
        ("In breast cancer cells, IL-32β induced VEGF.", (1,), [QUOTE]),  # said in another order
        ("IL-32β induced VEGF in breast cancer cells.", (2,), []),  # cited to an abstract that does not say it
        ("IL-32γ induced VEGF in breast cancer cells.", (1,), []),  # another isoform
        ("IL-32β induced TNF-α in breast cancer cells.", (1,), []),  # another thing
        ("Metformin at 0.1% lengthened the life of male mice by 58.3%.", (2,), []),  # another number
        ("IL-32β induced VEGF in breast cancer cells.", (), []),  # no citation
        ("The moon is made of green cheese.", (1, 2), []),  # nowhere said
        ("IL-32β did not induce VEGF in breast cancer cells.", (1,), []),  # denied
        ("IL-32β reduced VEGF in breast cancer cells.", (1,), []),  # the other way
        ("Metformin at 0.1% shortened the life of male mice by 5.83%.", (2,), []),  # the other way, with the number
    ],
)
def test_a_sentence_is_supported_only_by_a_quote_that_says_it(library, text, cited, quotes):
    evidence = gather("What does IL-32β induce?", SOURCES, library=library)
    sentence = ground(DraftSentence(text, cited), evidence, library=library)
    assert [citation.quote for citation in sentence.citations] == quotes
    assert sentence.supported == bool(quotes)


@pytest.mark.parametrize(
    ("text", "cited", "objection"),
    [
        ("IL-32β induced VEGF in breast cancer cells.", (1,), ""),
        ("IL-32β induced VEGF in breast cancer cells.", (), "it cites none of the sources"),
        ("The moon is made of green cheese.", (1, 2), "its source does not say it"),
        ("IL-32γ induced VEGF in breast cancer cells.", (1,), "it names something that its source does not"),
        ("IL-32β did not induce VEGF in breast cancer cells.", (1,), "it denies what its source asserts"),
        ("IL-32β reduced VEGF in breast cancer cells.", (1,), "it goes up or down otherwise"),
    ],
)
def test_the_objection_is_told(library, text, cited, objection):
    evidence = gather("What does IL-32β induce?", SOURCES, library=library)
    told = ground(DraftSentence(text, cited), evidence, library=library).objection
    assert told.startswith(objection) and bool(told) == bool(objection)


def test_sources_that_are_shared_bear_out_and_are_no_evidence_against(library):
    """A list at the end of an answer names the mice's abstract for the sentence on cells, which does not say that."""
    evidence = gather("What does IL-32β induce?", SOURCES, library=library)
    reranker = load_reranker()

    def told(text, *, shares=True):
        return ground(DraftSentence(text, (2, 1), shares_sources=shares), evidence, library=library, reranker=reranker)

    assert [one.pmid for one in told("IL-32β induced VEGF in breast cancer cells.").citations] == ["90000001"]
    wrong = "IL-32β reduced VEGF in breast cancer cells."
    assert told(wrong, shares=False).verdict == "contradicted"
    assert (told(wrong).verdict, told(wrong).against) == ("not matched", ())
    assert told(wrong).objection == "it cites no source itself, and those cited beside it do not say it"


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("IL-32β makes breast  cancer cells migrate through VEGF", "IL-32β makes"),  # white space aside
        ("il–32β MAKES breast cancer cells", "IL-32β makes"),  # dashes and case aside
        ("IL-32β makes … migrate through VEGF and STAT3.", "IL-32β makes"),  # with words left out
        ("IL-32β makes lung cancer cells migrate", "IL-32β induced"),  # what is not there is no quote
        ("IL-32β", "IL-32β induced"),  # too little to be one
    ],
)
def test_the_models_own_quote_is_looked_at_first_if_it_stands_there(library, words, chosen):
    evidence = gather("What does IL-32β induce?", SOURCES, library=library)
    draft = DraftSentence("IL-32β raised VEGF in breast cancer cells.", (1,), quotes=((1, words),))
    places = _quoted(draft, evidence)
    told = read(Claim.of(draft.text, library), [_as_quote(one) for one in evidence], first=places)
    assert evidence[told.quotes[0]].text.startswith(chosen)


def test_a_rounded_number_is_told(library):
    evidence = gather("What does metformin do?", SOURCES, library=library)
    told = [
        ground(
            DraftSentence(f"Metformin at 0.1% lengthened the life of male mice by {number}.", (2,)),
            evidence,
            library=library,
        )
        for number in ("5.8%", "5.83%")
    ]
    assert [(one.verdict, one.is_rounded) for one in told] == [("backed", True), ("backed", False)]


def test_a_quote_that_is_not_verbatim_supports_nothing(library):
    text = ABSTRACTS[0].text
    start = text.index(QUOTE)
    whole = Citation(1, "90000001", start, start + len(QUOTE), QUOTE)
    for citation, supported in (
        (whole, True),
        (dataclasses.replace(whole, start=start + 1), False),
        (dataclasses.replace(whole, quote=QUOTE.replace("VEGF", "FGF")), False),
        (dataclasses.replace(whole, pmid="1"), False),
        (dataclasses.replace(whole, quote="", end=start), False),
    ):
        answer = Answer("?", (Sentence("s", (citation,)),), (SOURCES[0],))
        (checked,) = check_quotes([answer], answer.sources, library)
        assert checked.sentences[0].supported == supported


def test_only_cited_sources_stay_numbered_in_the_order_of_citation():
    sources = [Source(number, one) for number, one in enumerate(ABSTRACTS[:3], start=1)]
    sentences = [
        Sentence("a", (Citation(3, "90000003", 0, 1, "M"),)),
        Sentence("b", (Citation(1, "90000001", 0, 1, "I"), Citation(3, "90000003", 0, 1, "M"))),
    ]
    said, cited = cited_only(sentences, sources)
    assert [[citation.source for citation in one.citations] for one in said] == [[1], [2, 1]]
    assert [(source.number, source.abstract.pmid) for source in cited] == [(1, "90000003"), (2, "90000001")]


def _sentence(text, *, pmid="1", confidence=0.9, answers=None):
    source = Source(1, dataclasses.replace(ABSTRACTS[0], pmid=pmid))
    score = None if answers is None else PairScore(answers, 0.0, (0.5, 0.4, 0.1))
    return Evidence(source, 0, 1, text, "", None, 0.5, 0.5, (), (), 0.5, confidence, score)


def test_a_denial_is_taken_from_beside_an_answering_sentence_and_from_no_other_abstract():
    able = [_sentence("Mutations were found in WT1.")]
    denied = _sentence("No mutation was found in ACTN4.", confidence=0.1)
    elsewhere = _sentence("No mutation was found in TP53.", pmid="2", confidence=0.1)
    sought = SoughtRelation(deniable=frozenset({"mutat"}), is_denied=True)
    assert to_the_point(able, sought, beside=[*able, denied, elsewhere]) == [denied]
    assert to_the_point(able, sought) == able  # nothing tells it: what answers stands
    assert to_the_point(able, SoughtRelation("dose"), beside=[*able, denied]) == able


def test_the_relation_is_taken_from_beside_the_sentence_that_names_the_subject():
    able = [_sentence("Gout is a disease of the joints.")]
    treated, doubtful = (_sentence("Colchicine is the treatment.", confidence=chance) for chance in (0.3, 0.1))
    assert to_the_point(able, SoughtRelation("treats"), beside=[*able, treated, doubtful]) == [treated]


def test_a_disease_that_is_named_by_a_treatment_tells_of_none():
    sought = SoughtRelation("treats", subjects=("cataract surgery",))
    assert not sought.is_told("Oedema after cataract surgery is common.")
    assert sought.is_told("Oedema after cataract surgery was treated.")


def test_the_death_of_cells_is_no_adverse_effect():
    sought = SoughtRelation("adverse effect")
    assert not sought.is_told("Zinc induced DAOY cell apoptosis at 72 h.")
    assert sought.is_told("Zinc induced vomiting.")


def test_what_causes_the_thing_asked_about_is_told_outright():
    sought = SoughtRelation("causes", asks_cause=True, subjects=("hepatitis",))
    kava = _sentence("Kava has caused hepatitis.")
    virus, jaundice = _sentence("Hepatitis E is caused by a virus."), _sentence("Hepatitis causes jaundice.")
    assert to_the_point([kava, virus, jaundice], sought) == [kava, virus]
    assert to_the_point([kava, jaundice], sought) == [kava, jaundice]


def test_what_a_thing_is_caused_by_answers_before_what_names_a_cause_in_passing():
    defined = _sentence("Gout is a genetic disorder, and brings about a third of kidney stones.")
    caused = _sentence("Gout is caused by crystals of urate.")
    assert to_the_point([defined, caused], SoughtRelation("causes", asks_cause=True)) == [caused]
    assert to_the_point([defined, caused], SoughtRelation("causes")) == [defined, caused]


def test_in_abstracts_that_the_person_named_the_cross_encoder_may_answer_alone():
    taken, doubtful = _sentence("A", confidence=0.2, answers=2.0), _sentence("B", confidence=0.2, answers=0.5)
    assert answering([taken, doubtful], is_of_these=True) == [taken]
    assert answering([taken, doubtful]) == []


def test_other_words_are_no_reason_to_refuse_where_the_network_reads_a_yes_or_a_no():
    yes, neither = Entailed(0.9, 0.0, 0.1), Entailed(0.1, 0.1, 0.8)
    told, silent, doubtful, far = (
        dataclasses.replace(_sentence("It resolved.", confidence=confidence, answers=answers), entailed=entailed)
        for confidence, answers, entailed in ((0.3, -1, yes), (0.35, -1, neither), (0.2, -1, yes), (0.3, -6, yes))
    )
    unread = _sentence("It was measured.", confidence=0.3, answers=-1)
    assert with_yes_or_no([], [silent, told, doubtful, far, unread]) == [told]
    assert with_yes_or_no([silent], [silent, told, doubtful, far]) == [silent, told, doubtful, far]  # beside an answer
    assert with_yes_or_no([told], [told, silent]) == [told]


def test_what_is_said_not_to_differ_is_no_adverse_effect_where_another_is_told():
    rash, sleep = _sentence("A rash was seen in 9%."), _sentence("Insomnia was not more frequent.")
    assert to_the_point([sleep, rash], SoughtRelation("adverse effect")) == [rash]
    assert to_the_point([sleep], SoughtRelation("adverse effect")) == [sleep]
    assert to_the_point([sleep], SoughtRelation("adverse effect"), beside=[sleep, rash]) == [rash]


def test_for_whom_a_thing_is_must_be_told():
    helped, warned = _sentence("Zinc helped."), _sentence("It is contraindicated in gout.", confidence=0.1)
    assert to_the_point([helped], SoughtRelation(advice="against")) == []
    assert to_the_point([helped], SoughtRelation(advice="against"), beside=[helped, warned]) == [warned]
