"""Labels of sections and the categories that they tell."""

import io
import json

import pytest

from index.analysis.section_labels import is_label, section_category
from index.ingest.formats.json_lines import parse_json_lines
from index.ingest.formats.medline import parse_medline
from index.ingest.formats.pubmed_xml import parse_pubmed_xml


@pytest.mark.parametrize(
    ("label", "category", "expected"),
    [
        ("RESULTS", "", "RESULTS"),
        ("Methods", "", "METHODS"),  # as some print it
        ("METHODS", "BACKGROUND", "BACKGROUND"),  # NLM's word stands
        ("METHODS", "UNASSIGNED", "METHODS"),  # unless it says nothing
        ("TRIAL REGISTRATION", "UNASSIGNED", "UNASSIGNED"),
        ("METHODS AND RESULTS", "", "RESULTS"),  # the last telling word decides
        ("MAIN OUTCOME MEASURES", "", "METHODS"),  # as NLM has it
        ("OUTCOMES", "", "RESULTS"),
        ("PURPOSE OF THE STUDY", "", "OBJECTIVE"),  # "study" tells nothing
        ("SIGNIFICANCE", "", "CONCLUSIONS"),
        ("HIV-1", "", ""),
        ("", "", ""),
    ],
)
def test_section_category(label, category, expected):
    assert section_category(label, category) == expected


@pytest.mark.parametrize(("text", "expected"), [("AIM", True), ("CASE 1", True), ("RNA", False), ("HIV-1", False)])
def test_is_label(text, expected):
    assert is_label(text) is expected


XML = "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T</ArticleTitle><Abstract>"
XML += '<AbstractText Label="FINDINGS">It did.</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>'
JSON = json.dumps({"pmid": "1", "title": "T", "sections": [{"label": "FINDINGS", "text": "It did."}]})


@pytest.mark.parametrize(
    ("parse", "source"),
    [
        (parse_pubmed_xml, XML),
        (parse_medline, "PMID- 1\nTI  - T\nAB  - FINDINGS: It did.\n"),
        (parse_json_lines, JSON),
    ],
    ids=["XML", "MEDLINE", "JSON Lines"],
)
def test_every_format_has_its_sections_categories(parse, source):
    (abstract,) = parse(io.BytesIO(source.encode()), name="x")
    assert [(section.label, section.category) for section in abstract.sections] == [("FINDINGS", "RESULTS")]
