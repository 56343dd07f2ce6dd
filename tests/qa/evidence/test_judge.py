"""Claims held against quotes part by part, and what decides."""

import pytest
from conftest import ABSTRACTS

from qa.answer import Source
from qa.evidence.judge import ENTAILED, LONG, Claim, ClaimReading, Judge, Quote, decide, judge, read, unscored
from qa.evidence.scoring import gather
from qa.reranking.entailment import Entailed

SOURCES = [Source(1, ABSTRACTS[0]), Source(2, ABSTRACTS[2])]
MERGED = (
    "IL-32β induced VEGF in breast cancer cells, whereas metformin at 0.1% lengthened the life of male mice by 5.83%."
)


@pytest.fixture
def quotes(library):
    found = gather("What does IL-32β induce?", SOURCES, library=library)
    return [Quote(one.text, one.source.abstract.title, one.source.abstract.text, one.vector) for one in found]


def test_each_part_has_its_own_quote_of_any_source(library, quotes):
    reading = read(Claim.of(MERGED, library), quotes)
    assert [quotes[at].title for at in reading.quotes] == [source.abstract.title for source in SOURCES]
    assert (reading.features["parts"], reading.features["numbers"], reading.is_whole) == (2, 0, False)
    assert reading.denied == frozenset()


def test_a_part_has_a_second_quote_for_what_the_first_lacks(library, quotes):
    reading = read(
        Claim.of("Metformin lengthened the life of male mice by 5.83% and was toxic at 1%.", library), quotes
    )
    assert [quotes[at].text.split()[2] for at in reading.quotes] == ["0.1%", "1%"]
    assert "number" not in reading.denied


def test_a_number_that_no_quote_has_is_told_with_the_rule(library, quotes):
    reading = read(Claim.of("Metformin at 0.1% lengthened the life of male mice by 58.3%.", library), quotes)
    assert reading.features["numbers"] == 1
    assert "number" in reading.denied
    assert reading.objections[0][0] == "number"


def test_the_judge_in_the_box_knows_every_feature(library, quotes):
    reading = read(Claim.of(MERGED, library), quotes)
    assert set(judge().features) == set(reading.features)
    assert 0 < judge().chance(reading) < 1
    assert all(unscored(name, reading.features[name]) == reading.features[name] for name in reading.features)


def reading_of(*denied, cosine=0.8, held=0.9, is_whole=True, words=12.0):
    told = {"cosine": cosine, "held by synonyms": held, "words": words}
    return ClaimReading(told, (0,), (), frozenset(denied), is_whole)


@pytest.mark.parametrize(
    ("reading", "chance", "verdict"),
    [
        (reading_of(), 0.6, "backed"),
        (reading_of(), 0.3, "not matched"),
        (reading_of(), 0.1, "contradicted"),
        (reading_of(cosine=0.2), 0.9, "not matched"),  # on another matter
        (reading_of(cosine=0.2), 0.1, "not matched"),
        (reading_of(held=0.5), 0.9, "not matched"),  # short, with words that are not there
        (reading_of(held=0.5), 0.1, "contradicted"),
        (reading_of(held=0.5, is_whole=False), 0.9, "backed"),
        (reading_of("certainty"), 0.9, "not matched"),  # some rules veto whatever the chance
        (reading_of("name"), 0.9, "not matched"),
        (reading_of("name", is_whole=False), 0.9, "backed"),  # of a part it may be said elsewhere
        (reading_of("certainty", words=25.0), 0.9, "backed"),  # as of a long sentence
        (reading_of("denial"), 0.9, "backed"),
        (reading_of("name"), 0.1, "contradicted"),
    ],
)
def test_the_chance_and_the_rules_decide(reading, chance, verdict):
    assert decide(reading, chance, 0.5, 0.2) == verdict


def test_more_is_asked_of_a_long_sentence():
    made = Judge((), 0.0, (), 0.4, 0.6, 0.2)  # its chance is a half
    verdicts = [made.verdict(reading_of(words=words)) for words in (LONG - 1.0, LONG)]
    assert verdicts == ["backed", "not matched"]


def test_the_weakest_part_has_the_quote_that_is_shown_against_a_sentence(library, quotes):
    reading = read(
        Claim.of("IL-32β induced VEGF in breast cancer cells, whereas metformin gave monkeys gout.", library), quotes
    )
    assert quotes[reading.weakest].title == SOURCES[1].abstract.title


def test_a_tree_is_walked_to_its_leaf():
    tree = ((0, 0.5, 1, 2), (-1, -2.0, 0, 0), (-1, 2.0, 0, 0))
    made = Judge(("x",), 0.0, (tree,), 0.5, 0.5, 0.2)
    low, high = (made.chance(ClaimReading({"x": value}, (), ())) for value in (0.5, 0.6))
    assert (round(low, 3), round(high, 3)) == (0.119, 0.881)


class Network:
    """An entailment model that finds a statement supported by a text that has its first word, else contradicted."""

    def __init__(self):
        self.asked = []

    def tell(self, pairs):
        self.asked += pairs
        told = (Entailed(0.9, 0.05, 0.05), Entailed(0.05, 0.9, 0.05))
        return [told[statement.split()[0] not in candidate.text] for statement, candidate in pairs]


def test_the_network_reads_the_sentence_its_parts_and_its_parts_turned_round(library, quotes):
    network = Network()
    told = read(Claim.of(MERGED, library, network), quotes).features
    without = read(Claim.of(MERGED, library), quotes).features
    assert {name for name in told if told[name] != without[name]} <= {
        *ENTAILED,
        "sides turned",
        "word turned",
        "denial turned",
    }
    assert told["supports"] > 2 > without["supports"]
    statements = [statement for statement, _ in network.asked]
    assert MERGED in statements
    assert any(statement in MERGED and statement != MERGED for statement in statements)
    assert any(statement not in MERGED for statement in statements)
    together = [candidate.text for statement, candidate in network.asked if statement == MERGED]
    assert max(map(len, together)) > max(len(quote.text) for quote in quotes)
    assert len(network.asked) < 20
