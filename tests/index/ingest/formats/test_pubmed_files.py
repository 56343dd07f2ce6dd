"""Files as NCBI serves them: every record comes out whole, or is reported with the reason."""

import gzip
import json
import re
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest
from Bio import Medline

from index.errors import FileError
from index.ingest.formats.detect import parse_file
from index.records import Abstract, Deletion, Failure

FOLDER = Path(__file__).parents[4].parent / "shared" / "data" / "pubmed-xml"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the folder shared/data/pubmed-xml is not beside the repository"
)
ROWS = [json.loads(line) for line in (FOLDER / "index.jsonl").read_text().splitlines()] if FOLDER.is_dir() else []
EXPECTS = "not PubMed records; give PubMed XML, as efetch sends it with db=pubmed and retmode=xml"
SEARCH = f"holds <eSearchResult>, a list of PMIDs that a search found, {EXPECTS}"
LINKS = f"holds <eLinkResult>, links between records, {EXPECTS}"
SUMMARY = f"holds <eSummaryResult>, summaries without abstracts, {EXPECTS}"
INFO = f"holds <eInfoResult>, a list of databases or fields, {EXPECTS}"
NO_TEXT = "was left out: it has neither a title nor an abstract"
NO_PMID = "was left out: it has no PMID; give every record its PMID"
# All files with a failure, and what it says.
FAILURES = {
    "biopython__biosample.xml": f"holds <BioSampleSet>, {EXPECTS}",
    "biopython__efetch_pmc.xml": f"holds <pmc-articleset>, full texts from PubMed Central, {EXPECTS}",
    "biopython__efetch_schemas.xml": f"holds <IPGReportSet>, {EXPECTS}",
    "biopython__einfo1.xml": INFO,
    "biopython__einfo2.xml": INFO,
    "biopython__einfo4.xml": INFO,
    "biopython__elink1.xml": LINKS,
    "biopython__elink2.xml": LINKS,
    "biopython__elink3.xml": LINKS,
    "biopython__elink5.xml": LINKS,
    "biopython__elink6.xml": LINKS,
    "biopython__elink7.xml": LINKS,
    "biopython__elink8.xml": LINKS,
    "biopython__epost2.xml": 'holds an error of NCBI: "Invalid db name specified: nothing"; fetch it again',
    "biopython__epost3.xml": 'holds an error of NCBI: "Empty ID list; Nothing to store; Some IDs have invalid value',
    "biopython__esearch2.xml": SEARCH,
    "biopython__esearch6.xml": SEARCH,
    "biopython__esearch7.xml": SEARCH,
    "biopython__espell.xml": f"holds <eSpellResult>, a spelling suggestion, {EXPECTS}",
    "biopython__esummary4.xml": SUMMARY,
    "biopython__esummary8.xml": 'holds an error of NCBI: "Neither query_key nor id specified"; fetch it again',
    "biopython__esummary9.xml": SUMMARY,
    "biopython__journals.xml": f"holds <SerialsSet>, {EXPECTS}",
    "biopython__nucleotide1.xml": f"holds <GBSet>, {EXPECTS}",
    "biopython__nucleotide2.xml": f"holds <TSeqSet>, {EXPECTS}",
    "biopython__protein.xml": f"holds <GBSet>, {EXPECTS}",
    "biopython__pubmed3.html": 'is a web page ("PmFetch response"); PubMed XML, MEDLINE text',
    "biopython__taxonomy.xml": f"holds <TaxaSet>, {EXPECTS}",
    "dspace__pubmed-esearch.fcgi.xml": SEARCH,
    "dspace__pubmedeurope-test.xml": 'it has no field "pmid"; give every record its PMID',
    "dspace__pubmedimport-fetch-test.xml": SEARCH,
    "jabref__MedlineImporterTestMalformedEntry.xml": "has no end tag; get the file again or mend it there",
    "jabref__MedlinePlainImporterTestInvalidFormat.xml": "is of no kind that is known, it starts with",
    "jabref__MedlinePlainImporterTestMultiAbstract.txt": NO_PMID,
    "jabref__MedlinePlainImporterTestMultiTitle.txt": NO_PMID,
    "jabref__MedlinePlainImporterTestDOI.txt": NO_TEXT,
    "jabref__MedlinePlainImporterTestInproceeding.txt": NO_TEXT,
    "jabref__MedlinePlainImporterTestMultipleEntries.txt": "was left out: it has n",  # each of the two
    "metapub__medgen_concept_336867.xml": SUMMARY,
    "metapub__medgen_elink_pubmed_0_entries.xml": LINKS,
}


def read(name: str) -> list[object]:
    try:
        return list(parse_file(FOLDER / name))
    except FileError as error:
        return [Failure(name, str(error))]


def abstracts_of(name: str) -> list[Abstract]:
    return [one for one in read(name) if isinstance(one, Abstract)]


def squeeze(text: str) -> str:
    """Return the letters and digits of a text, those of super- and subscripts on the line."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


def text_in(place: ElementTree.Element, *paths: str) -> str:
    """Return all text of the elements at the first of the paths that has any, without white space."""
    found = ("".join(part for one in place.iterfind(path) for part in one.itertext()) for path in paths)
    return next((squeeze(text) for text in found if text.strip()), "")


def records_of(name: str) -> list[tuple[str, str, str]]:
    """Return PMID, title and text of each record in a file, as another parser finds them."""
    source = (FOLDER / name).read_bytes()
    root = ElementTree.fromstring(gzip.decompress(source) if name.endswith(".gz") else source)
    return [
        (
            re.match(r"\d+", text_in(one, "PMID[1]"))[0],
            text_in(one, "Article/ArticleTitle", "ArticleTitle", "Book/BookTitle", "Article/VernacularTitle"),
            text_in(one, "Article/Abstract/AbstractText", "Abstract/AbstractText", "OtherAbstract/AbstractText"),
        )
        for one in root.iter()
        if one.tag in ("MedlineCitation", "BookDocument")
    ]


@pytest.mark.parametrize("name", [row["file"] for row in ROWS if row["records"] and row["file"] not in FAILURES])
def test_every_record_comes_out_with_its_whole_text(name):
    abstracts = abstracts_of(name)
    read_texts = [
        (one.pmid, squeeze(one.title), squeeze("".join(section.text for section in one.sections))) for one in abstracts
    ]
    expected = records_of(name)
    if "MathML" in name:  # the degree of a root goes before it
        read_texts, expected = ([tuple(map(sorted, row)) for row in rows] for rows in (read_texts, expected))
    assert read_texts == expected
    assert [one.pmid for one in abstracts] == next(row["pmids"] for row in ROWS if row["file"] == name)


@pytest.mark.parametrize("name", [row["file"] for row in ROWS if row["records"] and row["file"] not in FAILURES])
def test_raw_is_what_stands_in_the_file(name):
    source = (FOLDER / name).read_bytes()
    source = gzip.decompress(source) if name.endswith(".gz") else source
    for abstract in abstracts_of(name):
        assert abstract.raw in source
        assert abstract.pmid.encode() in abstract.raw


def test_all_failures_and_their_reasons():
    reads = {row["file"]: [one for one in read(row["file"]) if isinstance(one, Failure)] for row in ROWS}
    assert sorted(name for name, failures in reads.items() if failures) == sorted(FAILURES)
    for name, failures in reads.items():
        for failure in failures:
            assert FAILURES[name] in failure.why


@pytest.mark.parametrize("name", [row["file"] for row in ROWS if row["file"].startswith("biopython-medline")])
def test_medline_text_is_as_biopython_reads_it(name):
    with (FOLDER / name).open() as opened:
        expected = [
            (record["PMID"], squeeze(record["TI"]), squeeze(record.get("AB", "")), tuple(record.get("AU", ())))
            for record in Medline.parse(opened)
        ]
    assert [
        (
            one.pmid,
            squeeze(one.title),
            squeeze(
                "".join(
                    f"{section.label}:{section.text}" if section.label else section.text for section in one.sections
                )
            ),
            one.authors,
        )
        for one in abstracts_of(name)
    ] == expected


def test_files_without_records():
    assert read("metapub__37909814.xml") == []
    assert read("madeup__delete-citation.xml") == [Deletion("23203860"), Deletion("23203861")]


def test_retracted_abstracts_are_marked_and_notices_are_not():
    abstracts = [one for row in ROWS for one in abstracts_of(row["file"])]
    assert {one.pmid for one in abstracts if one.is_retracted} == {"8655018"}
    assert {one.pmid for one in abstracts if "Retraction of Publication" in one.types} == {"11600210"}


def test_the_only_abstract_is_the_abstract_wherever_it_stands():
    [abstract] = [one for one in abstracts_of("nlm-sample-2018.xml.gz") if "OtherAbstract" in one.note]
    assert (abstract.pmid, abstract.note) == ("12349809", "The abstract is PubMed's OtherAbstract (PIP, eng).")
    assert (len(abstract.sections), abstract.other_abstracts) == (1, ())
