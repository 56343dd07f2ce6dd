"""A library of invented abstracts on asthma, gout, snakes and coffee, for answers that are made from records."""

import json

import pytest
from conftest import abstract

from index import Library
from index.records import to_json

RCT, REVIEW, JOURNAL = "Randomized Controlled Trial", "Review", "Journal Article"
INVENTED = (
    abstract(
        "70000001", "Tezepelumab in severe asthma", "Tezepelumab halved exacerbations of asthma in adults.",
        journal="Airways Test", year=2021, date="2021 May", authors=("Müller K", "Park JH", "Okafor N"),
        types=(RCT,), mesh=("Asthma/drug therapy", "Humans"), doi="10.5555/air.2021.1",
    ),
    abstract(
        "70000002", "Mepolizumab in asthma of children",
        "Mepolizumab was given to children. Chronic obstructive pulmonary disease (COPD) was no exclusion.",
        journal="Airways Test", year=2021, date="2021 Nov", authors=("Park JH", "Silva R"),
        types=(RCT,), mesh=("Asthma", "Humans", "Child"), doi="10.5555/air.2021.2",
    ),
    abstract(
        "70000003", "Allopurinol for gout: a randomised trial", "Allopurinol lowered urate in gout.",
        journal="Joint Test", year=2015, authors=("Parker A", "Lindqvist E"), types=(RCT,), mesh=("Gout",),
        doi="10.5555/joint.2015.9",
    ),
    abstract(
        "70000004", "Febuxostat and the heart: review", "Febuxostat was compared with allopurinol in gout.",
        journal="Joint Test", year=2018, authors=("Lindqvist E",), types=(JOURNAL, REVIEW),
        mesh=("Gout", "Heart Failure"),
    ),
    abstract(
        "70000005", "Antivenom after viper bites in a boy", "A boy was bitten. Antivenom was given within 1 hour.",
        journal="Snake Cases", year=1999, authors=("Okafor N",), types=("Case Reports",), doi="10.5555/SNAKE(99)7",
    ),
    abstract(
        "70000006", "Coffee abolishes gout", "Coffee ended gout in all men.",
        journal="Bean Test", year=2012, authors=("Silva R",), types=(JOURNAL, "Retracted Publication"),
        is_retracted=True, doi="10.5555/bean.2012.3",
    ),
    abstract(
        "70000007", "Coffee and the liver", "Coffee drinkers had less cirrhosis. IL-6 was lower.",
        journal="Bean Test", year=2012, authors=("Silva R", "Park S"), types=(JOURNAL, "Observational Study"),
        mesh=("Coffee", "Humans"),
    ),
    abstract("70000008", "Interleukin 6 in rheumatoid arthritis", "IL6 was raised in COPD as well.",
             journal="Joint Test", authors=("van der Berg P",), types=(JOURNAL,), mesh=("Arthritis, Rheumatoid",)),
    abstract("70000009", "Tiotropium in chronic obstructive pulmonary disease", "Tiotropium eased breathing.",
             journal="Airways Test", year=2008, authors=("Chen W",), types=("Clinical Trial, Phase III",)),
)  # fmt: skip


def _library(folder, abstracts):
    lines = folder / "abstracts.jsonl"
    lines.write_text("".join(json.dumps(to_json(one)) + "\n" for one in abstracts), encoding="utf-8")
    opened = Library.open(folder / "library", create=True)
    if abstracts:
        opened.add(files=[lines])
    return opened


@pytest.fixture(scope="package")
def invented(tmp_path_factory):
    """The library of the invented abstracts, two of them retracted or without a year."""
    with _library(tmp_path_factory.mktemp("invented"), INVENTED) as opened:
        yield opened


@pytest.fixture(scope="package")
def lonely(tmp_path_factory):
    """A library of one abstract."""
    with _library(tmp_path_factory.mktemp("lonely"), INVENTED[:1]) as opened:
        yield opened


@pytest.fixture(scope="package")
def vacant(tmp_path_factory):
    """A library of no abstract."""
    with _library(tmp_path_factory.mktemp("vacant"), ()) as opened:
        yield opened
