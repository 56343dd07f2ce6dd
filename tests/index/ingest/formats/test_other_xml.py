"""XML of EndNote and Europe PMC: their records whole, and a broken one lost alone."""

import pytest

from index.ingest.formats.detect import parse_file, read_pmids
from index.records import Abstract, Author, Correction, Failure, Note, Section

STYLED = '<{0}><style face="normal" font="default" size="100%">{1}</style></{0}>'
BARE = "<{0}>{1}</{0}>"


def endnote(form, *, database="PubMed", number="91000120", more=""):
    def tag(name, text):
        return form.format(name, text)

    return (
        '<record><database name="a.enl">a.enl</database><rec-number>12</rec-number><ref-type name="x">17</ref-type>'
        f"<contributors><authors>{tag('author', 'Velmont, Dara Q.')}{tag('author', 'Norvik, Ada')}</authors>"
        f"</contributors><titles>{tag('title', 'Zelotrine')}{tag('secondary-title', 'J Stone Res')}</titles>"
        f"<pages>11-19</pages><volume>12</volume><number>3</number><keywords>{tag('keyword', 'stones')}</keywords>"
        f"<dates><year>2015</year><pub-dates>{tag('date', 'Mar 7')}</pub-dates></dates>"
        f"{tag('accession-num', number)}{tag('abstract', 'AIM: To see. RESULTS: We saw.')}"
        f"{tag('custom2', 'PMC999')}{tag('electronic-resource-num', '10.5555/a')}"
        f"{tag('remote-database-name', database)}{more}</record>"
    )


WHOLE = Abstract(
    "91000120",
    "Zelotrine",
    (Section("AIM", "OBJECTIVE", "To see."), Section("RESULTS", "RESULTS", "We saw.")),
    journal="J Stone Res",
    year=2015,
    authors=("Velmont DQ", "Norvik A"),
    author_records=(Author("Velmont", "Dara Q.", "DQ"), Author("Norvik", "Ada", "A")),
    doi="10.5555/a",
    pmcid="PMC999",
    date="2015 Mar 7",
    volume="12",
    issue="3",
    pages="11-19",
    keywords=("stones",),
)
SILENT = Note("a.xml: EndNote does not say what was retracted or corrected; the command refresh asks PubMed")


def read(folder, xml, encoding="utf-8"):
    path = folder / "a.xml"
    path.write_bytes(xml.encode(encoding))
    return list(parse_file(path))


@pytest.mark.parametrize("form", [STYLED, BARE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_endnote(tmp_path, form, encoding):
    xml = f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{endnote(form)}</records></xml>'
    assert read(tmp_path, xml, encoding) == [WHOLE, SILENT]
    assert read_pmids(tmp_path / "a.xml").pmids == ["91000120"]


def test_another_databases_number_is_no_pmid(tmp_path):
    url = "<urls><related-urls><url>https://pubmed.ncbi.nlm.nih.gov/91000121/</url></related-urls></urls>"
    embase, linked = endnote(BARE, database="Embase"), endnote(BARE, database="Embase", more=url)
    failure, abstract, _silent = read(tmp_path, f"<xml><records>{embase}{linked}</records></xml>")
    assert failure == Failure(
        "a.xml, record 1",
        "the EndNote record at line 1 was left out: it names no PMID; its number 91000120 (accession-num)"
        ' would be one only in MEDLINE, and the record is from Embase; find it with --search "10.5555/a[doi]"',
    )
    assert abstract.pmid == "91000121"


def test_a_broken_record_and_a_file_that_was_cut_off(tmp_path):
    broken = "<record><titles><title>A</titles></record>"
    one, failure, cut, _silent = read(tmp_path, f"<xml><records>{endnote(BARE)}\n{broken}")
    assert (one, failure.what) == (WHOLE, "a.xml, record 2")
    assert failure.why.startswith("the EndNote record at line 2 is not well formed")
    assert cut == Failure("a.xml", "was cut off, so some records may be missing; get the file again")


def test_europe_pmc(tmp_path):
    result = (
        "<result><id>91000120</id><source>MED</source><pmid>91000120</pmid><pmcid>PMC999</pmcid><doi>10.5555/a</doi>"
        "<title>Zelotrine</title><authorString>Velmont DQ, Norvik A.</authorString><authorList><author><firstName>"
        "Dara Q.</firstName><lastName>Velmont</lastName><initials>DQ</initials></author><author><firstName>Ada"
        "</firstName><lastName>Norvik</lastName><initials>A</initials></author></authorList><journalInfo><issue>3</issue><volume>12"
        "</volume><dateOfPublication>2015 Mar 7</dateOfPublication><journal><title>Journal of stone research</title>"
        "<medlineAbbreviation>J Stone Res</medlineAbbreviation></journal></journalInfo><pubYear>2015</pubYear>"
        "<pageInfo>11-19</pageInfo><abstractText>&lt;h4&gt;AIM&lt;/h4&gt;To see.&lt;h4&gt;RESULTS&lt;/h4&gt;We saw."
        "</abstractText><keywordList><keyword>stones</keyword></keywordList><commentCorrectionList><commentCorrection>"
        "<id>91000999</id><source>MED</source><reference>J. 2016</reference><type>Erratum in</type></commentCorrection>"
        "</commentCorrectionList><citedByCount>2</citedByCount></result>"
    )
    xml = f'<responseWrapper xmlns:slx="http://x"><hitCount>1</hitCount><resultList>{result}</resultList></responseWrapper>'
    abstract, note = read(tmp_path, xml)
    assert abstract.corrections == (Correction("ErratumIn", "91000999", "J. 2016"),)
    assert {**_fields(abstract), "corrections": ()} == _fields(WHOLE)
    assert note == Note('a.xml: its field "citedByCount" is not read')


def _fields(abstract):
    return {name: getattr(abstract, name) for name in abstract.__dataclass_fields__ if name != "raw"}
