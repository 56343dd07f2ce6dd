"""The verdict on a statement: a table of questions, findings and what they bear, on topics of our own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index import Abstract, Section
from index.analysis.sentences import sentence_spans
from qa.answer import Source
from qa.evidence.scoring import Evidence
from qa.generation.headline import FEATURES, GROUPS, Headline, headline, weights
from qa.reranking.entailment import Entailed
from qa.reranking.protocol import Candidate

ROWS = [json.loads(line) for line in Path(__file__).with_name("headline_cases.jsonl").read_text("utf-8").splitlines()]


def _evidence(texts: list[str], *, types: tuple[str, ...] = (), year: int | None = None) -> list[Evidence]:
    sources = [
        Source(number, Abstract(str(number), "", (Section("", "", text),), year=year, types=types))
        for number, text in enumerate(texts, start=1)
    ]
    vector = np.zeros(1, dtype=np.float32)
    return [
        Evidence(source, start + 1, end + 1, text[start:end], "", vector, 0.8, 0.8, (), (), 1.0, 0.9)
        for source, text in zip(sources, texts, strict=True)
        for start, end in sentence_spans(text)
    ]


def _verdict(question: str, texts: list[str]) -> str | None:
    told = headline(question, _evidence(texts))
    return told.verdict if told else None


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['kind']}: {row['question']}" for row in ROWS])
def test_verdict_is_what_the_findings_bear(row: dict[str, object]) -> None:
    assert _verdict(str(row["question"]), list(row["sources"])) == row["verdict"]  # type: ignore[call-overload]


def test_each_side_names_its_sources_sentences_studies_and_years() -> None:
    texts = ["Ginkgo improved tinnitus compared with placebo.", "Ginkgo did not improve tinnitus."]
    evidence = _evidence(texts, types=("Journal Article", "Randomized Controlled Trial"), year=2004)
    told = headline("Does ginkgo improve tinnitus?", evidence)
    assert isinstance(told, Headline)
    assert (told.verdict, told.supporting, told.against) == ("mixed", (1,), (2,))
    assert [(vote.source, vote.is_for, vote.citation.quote) for vote in told.votes] == [
        (1, True, texts[0]),
        (2, False, texts[1]),
    ]
    sources = [sentence.source for sentence in evidence]
    assert told.told(sources) == (
        "Mixed. 1 abstract for: [1] (2004, randomized controlled trial);"
        " 1 abstract against: [2] (2004, randomized controlled trial)."
    )
    told_in_json = told.to_dict(sources)["votes"]
    assert [(vote["source"], vote["for"], vote["year"], vote["types"]) for vote in told_in_json] == [
        (1, True, 2004, ["Journal Article", "Randomized Controlled Trial"]),
        (2, False, 2004, ["Journal Article", "Randomized Controlled Trial"]),
    ]


def test_a_source_has_one_vote() -> None:
    texts = ["Zinc reduced warts. Zinc reduced warts by half compared with placebo.", "Zinc did not reduce warts."]
    told = headline("Does zinc reduce warts?", _evidence(texts))
    assert told is not None
    assert (told.supporting, told.against) == ((1,), (2,))


def test_an_abstract_without_findings_gives_no_headline() -> None:
    assert headline("Does zinc reduce warts?", []) is None


def test_every_group_has_a_weight_for_every_feature() -> None:
    assert {group: len(row) for group, row in weights().by_group.items()} == dict.fromkeys(GROUPS, len(FEATURES))
    assert all(low < 0.5 < high for low, high in weights().sure.values())


def test_a_finding_that_puts_the_rival_first_bears_nothing_out():
    found = ["Zinc was more effective than iron in lowering serum urate."]
    assert _verdict("Is it true that iron lowers serum urate more than zinc?", found) != "yes"
    assert _verdict("Is it true that zinc lowers serum urate more than iron?", found) == "yes"


class _Network:
    """An entailment model that says one thing of every pair, and keeps what it was asked."""

    def __init__(self, supports: float, contradicts: float) -> None:
        self.told = Entailed(supports, contradicts, 1 - supports - contradicts)
        self.asked: list[tuple[str, Candidate]] = []

    def tell(self, pairs: Sequence[tuple[str, Candidate]]) -> list[Entailed]:
        self.asked += pairs
        return [self.told] * len(pairs)


def test_what_the_network_objects_to_is_no_verdict() -> None:
    evidence = _evidence(["Zinc reduced warts compared with placebo."])
    agreeing, objecting = _Network(0.9, 0.05), _Network(0.05, 0.9)
    told = headline("Does zinc reduce warts?", evidence, agreeing)
    assert told is not None
    assert told.verdict == "yes"
    assert headline("Does zinc reduce warts?", evidence, objecting) is None


def test_the_network_reads_the_clearest_two_sentences_of_each_source() -> None:
    network = _Network(0.9, 0.05)
    texts = ["Zinc reduced warts. Zinc cured warts in men. Zinc reduced warts in women.", "Zinc did not reduce warts."]
    headline("Does zinc reduce warts?", _evidence(texts), network)
    assert [question for question, _ in network.asked] == ["Does zinc reduce warts?"] * 3
    assert sum(candidate.text in texts[0] for _, candidate in network.asked) == 2
    asked = len(network.asked)
    assert headline("What does zinc do?", _evidence(texts), network) is None
    assert len(network.asked) == asked
