"""PubMed XML: every field, text in every dress, damage of every kind, and what must never be obeyed."""

import io
import tracemalloc

import pytest

from index.ingest.formats.pubmed_xml import parse_pubmed_xml
from index.records import Abstract, Author, Book, Correction, Deletion, Failure, OtherAbstract, Section

FULL = """<PubmedArticle>
  <MedlineCitation Status="MEDLINE" Owner="NLM">
    <PMID Version="1">90000001</PMID>
    <DateCompleted><Year>2014</Year><Month>07</Month><Day>06</Day></DateCompleted>
    <Article PubModel="Print">
      <Journal>
        <JournalIssue CitedMedium="Internet">
          <Volume>36</Volume><Issue>6</Issue>
          <PubDate><Year>2013</Year><Month>12</Month><Day>05</Day></PubDate>
        </JournalIssue>
        <Title>Journal of snails</Title><ISOAbbreviation>J. Snail</ISOAbbreviation>
      </Journal>
      <ArticleTitle>Lamps keep <i>Helix</i> awake: a &#946; trial.</ArticleTitle>
      <Pagination><StartPage>493</StartPage><EndPage>503</EndPage><MedlinePgn>493-503</MedlinePgn></Pagination>
      <ELocationID EIdType="doi" ValidYN="Y">10.9999/other</ELocationID>
      <Abstract>
        <AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see.</AbstractText>
        <AbstractText Label="ETHICS">Granted.</AbstractText>
        <AbstractText Label="EMPTY" NlmCategory="METHODS"> </AbstractText>
        <AbstractText Label="AIM" NlmCategory="OBJECTIVE">To see again.</AbstractText>
        <AbstractText>CD4<sup>+</sup> T cells, 10<sup>-3</sup>.</AbstractText>
        <CopyrightInformation>&#169; Nobody.</CopyrightInformation>
      </Abstract>
      <AuthorList CompleteYN="Y">
        <Author ValidYN="Y"><LastName>Berg</LastName><ForeName>Anna B</ForeName><Initials>AB</Initials>
          <Identifier Source="ORCID">https://orcid.org/0000-0002-1825-0097</Identifier>
          <AffiliationInfo><Affiliation>Lamp House, Umeå.</Affiliation></AffiliationInfo>
          <AffiliationInfo><Affiliation>Snail Yard.</Affiliation></AffiliationInfo></Author>
        <Author ValidYN="N"><LastName>Wrong</LastName><Initials>W</Initials></Author>
        <Author ValidYN="Y"><CollectiveName>Snail Study Group</CollectiveName></Author>
        <Author><LastName>Dahl</LastName><FirstName>Ole-Jan</FirstName><Suffix>Jr</Suffix></Author>
      </AuthorList>
      <Language>eng</Language><Language>swe</Language>
      <PublicationTypeList>
        <PublicationType UI="D016428">Journal Article</PublicationType>
        <PublicationType UI="D016441">Retracted Publication</PublicationType>
      </PublicationTypeList>
      <VernacularTitle>Lampor.</VernacularTitle>
    </Article>
    <MedlineJournalInfo><MedlineTA>J Snail</MedlineTA></MedlineJournalInfo>
    <CommentsCorrectionsList>
      <CommentsCorrections RefType="RetractionIn">
        <RefSource>J Snail. 2014;37:9</RefSource><PMID Version="1">90000009</PMID>
      </CommentsCorrections>
      <CommentsCorrections RefType="ErratumIn"><RefSource>J Snail. 2014;37:10</RefSource></CommentsCorrections>
    </CommentsCorrectionsList>
    <ChemicalList>
      <Chemical><RegistryNumber>059QF0KO0R</RegistryNumber><NameOfSubstance UI="D3">Water</NameOfSubstance></Chemical>
    </ChemicalList>
    <MeshHeadingList>
      <MeshHeading>
        <DescriptorName UI="D1">Snails</DescriptorName>
        <QualifierName UI="Q1">physiology</QualifierName>
        <QualifierName UI="Q2" MajorTopicYN="Y">radiation effects</QualifierName>
      </MeshHeading>
      <MeshHeading><DescriptorName UI="D2" MajorTopicYN="Y">Light</DescriptorName></MeshHeading>
    </MeshHeadingList>
    <OtherAbstract Type="Publisher" Language="swe"><AbstractText>Att se.</AbstractText></OtherAbstract>
    <KeywordList Owner="NASA"><Keyword>lamp</Keyword></KeywordList>
    <KeywordList Owner="NOTNLM"><Keyword>Cu<sub>2</sub>O</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData>
    <ArticleIdList>
      <ArticleId IdType="pubmed">90000001</ArticleId>
      <ArticleId IdType="doi">10.9999/snail.1</ArticleId>
      <ArticleId IdType="pmc">PMC9000001</ArticleId>
    </ArticleIdList>
    <ReferenceList><Reference><ArticleIdList>
      <ArticleId IdType="doi">10.9999/cited</ArticleId><ArticleId IdType="pmc">PMC1</ArticleId>
    </ArticleIdList></Reference></ReferenceList>
  </PubmedData>
</PubmedArticle>"""

EXPECTED = Abstract(
    pmid="90000001",
    title="Lamps keep Helix awake: a β trial.",
    sections=(
        Section("AIM", "OBJECTIVE", "To see."),
        Section("ETHICS", "", "Granted."),
        Section("AIM", "OBJECTIVE", "To see again."),
        Section("", "", "CD4⁺ T cells, 10⁻³."),
    ),
    journal="J Snail",
    journal_title="Journal of snails",
    year=2013,
    authors=("Berg AB", "Snail Study Group", "Dahl OJ Jr"),
    author_records=(
        Author("Berg", "Anna B", "AB", orcid="0000-0002-1825-0097", affiliation="Lamp House, Umeå.; Snail Yard."),
        Author(group="Snail Study Group"),
        Author("Dahl", "Ole-Jan", "OJ", "Jr"),
    ),
    types=("Journal Article", "Retracted Publication"),
    mesh=("Snails/physiology", "Snails/radiation effects", "Light"),
    doi="10.9999/snail.1",
    pmcid="PMC9000001",
    date="2013 Dec 5",
    volume="36",
    issue="6",
    pages="493-503",
    language="eng, swe",
    vernacular_title="Lampor.",
    keywords=("lamp", "Cu₂O"),
    major_mesh=("Snails/radiation effects", "Light"),
    substances=("Water",),
    other_abstracts=(OtherAbstract("swe", "Publisher", (Section("", "", "Att se."),)),),
    corrections=(
        Correction("RetractionIn", "90000009", "J Snail. 2014;37:9"),
        Correction("ErratumIn", "", "J Snail. 2014;37:10"),
    ),
    copyright="© Nobody.",
    is_retracted=True,
)

BOOK = """<PubmedBookArticle><BookDocument>
  <PMID Version="1">90000005</PMID>
  <ArticleIdList><ArticleId IdType="bookaccession">NBK9</ArticleId></ArticleIdList>
  <Book>
    <Publisher><PublisherName>Nobody</PublisherName><PublisherLocation>Lamp Town</PublisherLocation></Publisher>
    <Isbn>9780000000002</Isbn>
    <BookTitle book="snails">All about snails</BookTitle>
    <PubDate><Year>2009</Year><Month>02</Month></PubDate>
    <AuthorList Type="editors"><Author><LastName>Editor</LastName><Initials>E</Initials></Author></AuthorList>
    <AuthorList Type="authors"><Author><CollectiveName>Snail Centre</CollectiveName></Author></AuthorList>
    <Volume>2</Volume>
  </Book>
  {title}<Language>eng</Language>{authors}
  <PublicationType UI="D016454">Review</PublicationType>
  <Abstract><AbstractText Label="UNLABELLED">Snails.</AbstractText></Abstract>
  <KeywordList><Keyword>snail</Keyword></KeywordList>
</BookDocument>
<PubmedBookData><ArticleIdList><ArticleId IdType="doi">10.9999/book</ArticleId></ArticleIdList></PubmedBookData>
</PubmedBookArticle>"""


def record(pmid: int, title: str = "T", *, article: str = "", citation: str = "", rest: str = "") -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article><ArticleTitle>{title}</ArticleTitle>'
        f"{article}</Article>{citation}</MedlineCitation>{rest}</PubmedArticle>"
    )


def in_set(*records: str) -> str:
    return (
        f'<?xml version="1.0" ?>\n<PubmedArticleSet>\n{"".join(one + chr(10) for one in records)}</PubmedArticleSet>\n'
    )


def read(source: str | bytes) -> list[object]:
    return list(parse_pubmed_xml(io.BytesIO(source.encode() if isinstance(source, str) else source), name="f.xml"))


def brief(source: str | bytes) -> list[object]:
    """Read, and return PMID and title of each abstract, all else as it is."""
    return [(one.pmid, one.title) if isinstance(one, Abstract) else one for one in read(source)]


def text_of(inner: str) -> str:
    """Return how the inside of an AbstractText is read."""
    (abstract,) = read(record(90000001, article=f"<Abstract><AbstractText>{inner}</AbstractText></Abstract>"))
    (section,) = abstract.sections
    return section.text


def test_every_field():
    assert read(in_set(FULL)) == [EXPECTED]


def test_raw_is_the_record_byte_for_byte():
    (abstract,) = read(in_set(FULL))
    assert abstract.raw == FULL.encode()


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_where_blocks_end_makes_no_difference(monkeypatch, size):
    source = in_set("<!-- <PubmedArticle> -->", FULL, record(90000002, "<![CDATA[<PubmedArticle>]]>"))
    monkeypatch.setattr("index.ingest.formats.xml_splitter._BLOCK", size)
    assert read(source) == [EXPECTED, Abstract("90000002", "<PubmedArticle>")]


@pytest.mark.parametrize(
    ("title", "authors", "expected_title", "expected_author"),
    [
        ("", "", "All about snails", Author(group="Snail Centre")),
        (
            "<ArticleTitle book='snails' part='one'>Of <i>Helix</i></ArticleTitle>",
            "<AuthorList Type='authors'><Author><LastName>Berg</LastName><Initials>A</Initials></Author></AuthorList>",
            "Of Helix",
            Author("Berg", "", "A"),
        ),
    ],
    ids=["book", "chapter"],
)
@pytest.mark.parametrize("root", ["PubmedBookArticleSet", "PubmedArticleSet", ""])
def test_books(title, authors, expected_title, expected_author, root):
    source = BOOK.format(title=title, authors=authors)
    editors = (Author("Editor", "", "E"),)
    book = Book("All about snails", "Nobody", "Lamp Town", "9780000000002", editors, bool(title))
    assert read(f"<{root}>{source}</{root}>" if root else source) == [
        Abstract(
            pmid="90000005",
            title=expected_title,
            sections=(Section("UNLABELLED", "", "Snails."),),
            journal="All about snails" if title else "",
            book=book,
            year=2009,
            authors=(expected_author.name,),
            author_records=(expected_author,),
            types=("Review",),
            doi="10.9999/book",
            date="2009 Feb",
            volume="2",
            language="eng",
            keywords=("snail",),
        )
    ]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        # inline tags: no space invented, none lost
        ("CD4<sup>+</sup> T", "CD4⁺ T"),
        ("10<sup>-3</sup>", "10⁻³"),
        ("H<sub>2</sub>O<sub>2</sub> and <i>E. <b>coli</b></i>.", "H₂O₂ and E. coli."),
        ("  <i>Helix</i>  \n\t and ", "Helix and"),
        ("a<!-- said --><?do it?>b", "ab"),
        # white space of every kind
        ("a\u00a0b\u2009c\u202fd\u2028e\r\n   f", "a b c d e f"),
        # verbatim: not normalised, private letters and zero width kept
        ("e\u0301 \ue009 a\u200bb", "e\u0301 \ue009 a\u200bb"),
        ("&#x3B2; &lt; 0.05 &amp;amp;", "β < 0.05 &amp;"),
        ("<![CDATA[a < b & c]]>", "a < b & c"),
        # tags that came escaped are taken off in pairs; others are text
        ("&lt;i&gt;E. coli&lt;/i&gt; H&lt;sub&gt;2&lt;/sub&gt;O", "E. coli H₂O"),
        ("&lt;b&gt;a &lt;i&gt;b&lt;/i&gt;&lt;/b&gt;", "a b"),
        ("if a &lt;b&gt; c, &lt;PRE&gt;d&lt;/PRE&gt;", "if a <b> c, <PRE>d</PRE>"),
        ("a &lt;i&gt; b &lt;/i&gt;", "a b"),
        # layout inside MathML says nothing, the text around it does
        (
            '(<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">\n <mml:msub>\n  <mml:mtext>Cu</mml:mtext>\n'
            "  <mml:mn> 2 </mml:mn>\n </mml:msub>\n <mml:mi>O</mml:mi>\n</mml:math>) on",
            "(Cu₂O) on",
        ),
        # a fraction is not a number of two digits; a prefix that was declared elsewhere is no obstacle
        ("<mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac></mml:math>", "1/2"),
        # a displayed formula stands on its own line
        ("Let<DispFormula>E=m</DispFormula>hold.", "Let E=m hold."),
    ],
)
def test_text(inner, expected):
    assert text_of(inner) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("a & b", "a & b"),
        ("P < 0.05", "P < 0.05"),
        ("P <0.05 &amp; c", "P <0.05 & c"),
        ("a\x01b\x00c&#0;d&#x1F;e", "abcde"),
        ("&alpha;&nbsp;&beta;", "α β"),
    ],
)
def test_text_that_is_no_xml_but_has_one_meaning(inner, expected):
    assert text_of(inner) == expected


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("<VernacularTitle>Lampor.</VernacularTitle>", "Lampor."),
        ("<Abstract><AbstractText>Lamps.</AbstractText></Abstract>", ""),
    ],
)
def test_a_record_without_a_title_is_kept(article, expected):
    (abstract,) = read(record(90000001, "", article=article))
    assert (abstract.pmid, abstract.title) == ("90000001", expected)


def test_a_record_without_title_and_text_is_a_failure():
    [failure] = read(record(90000001, ""))
    assert (failure.what, failure.why) == (
        "90000001",
        "the record at line 1 of f.xml was left out: it has neither a title nor an abstract, so there is nothing to "
        "search; get the record again",
    )


def other(language: str, text: str, kind: str = "PIP") -> str:
    return f'<OtherAbstract Type="{kind}" Language="{language}"><AbstractText>{text}</AbstractText></OtherAbstract>'


def test_an_abstract_that_stands_only_elsewhere_is_the_abstract_english_first():
    [abstract] = read(record(90000001, citation=other("spa", "Caracoles.", "Publisher") + other("eng", "Snails.")))
    assert abstract.text == "T\nSnails."
    assert abstract.note == "The abstract is PubMed's OtherAbstract (PIP, eng)."
    assert [(rest.language, rest.sections[0].text) for rest in abstract.other_abstracts] == [("spa", "Caracoles.")]


def test_an_abstract_in_another_language_is_the_abstract_where_there_is_no_other():
    placeholder = other("eng", "Abstract available from the publisher.", "Publisher")
    [abstract] = read(record(90000001, citation=placeholder + other("spa", "Caracoles.", "Publisher")))
    assert abstract.text == "T\nCaracoles."
    [abstract] = read(record(90000001, citation=placeholder))
    assert (abstract.text, abstract.note) == ("T", "")


def test_what_was_escaped_twice_throughout_is_unescaped_once_more():
    source = record(
        90000001,
        "A &amp;lt; B at 37&amp;#xb0;C",
        article="<Abstract><AbstractText Label='AIMS &amp;amp; METHODS'>10&amp;lt;sup&amp;gt;6&amp;lt;/sup&amp;gt; "
        "&amp;beta; cells</AbstractText></Abstract><AuthorList><Author><CollectiveName>Lamp &amp;amp; Snail"
        "</CollectiveName></Author></AuthorList><Journal><Title>Stone &amp;amp; Gall</Title></Journal>",
        rest="<PubmedData><ReferenceList><Reference><Citation>R&amp;D</Citation></Reference></ReferenceList>"
        "</PubmedData>",
    )
    [abstract] = read(source)
    assert (abstract.title, abstract.journal, abstract.authors) == ("A < B at 37°C", "Stone & Gall", ("Lamp & Snail",))
    assert [(part.label, part.text) for part in abstract.sections] == [("AIMS & METHODS", "10⁶ β cells")]


def test_an_entity_that_a_record_writes_of_stays():
    source = record(90000001, "R&amp;D", article="<Abstract><AbstractText>We type &amp;lt;</AbstractText></Abstract>")
    assert read(source)[0].text == "R&D\nWe type &lt;"


def test_a_doi_has_no_entity():
    ids = "<PubmedData><ArticleIdList><ArticleId IdType='doi'>10.9999/1:1&amp;lt;1::a&amp;gt;3</ArticleId>"
    [abstract] = read(record(90000001, "R&amp;D", rest=f"{ids}</ArticleIdList></PubmedData>"))
    assert abstract.doi == "10.9999/1:1<1::a>3"


def test_not_available_gives_way_to_the_title_in_the_original_language():
    source = record(90000001, "[Not Available].", article="<VernacularTitle>Lampor.</VernacularTitle>")
    assert read(source) == [Abstract("90000001", "Lampor.", vernacular_title="Lampor.")]
    assert read(record(90000001, "[Not Available].")) == [Abstract("90000001", "[Not Available].")]


def pub_date(inner: str) -> str:
    return f"<Journal><JournalIssue><PubDate>{inner}</PubDate></JournalIssue></Journal>"


@pytest.mark.parametrize(
    ("article", "citation", "rest", "expected"),
    [
        (pub_date("<MedlineDate>1998 Nov-Dec</MedlineDate>"), "", "", (1998, "1998 Nov-Dec")),
        (pub_date("<MedlineDate>Spring 2001-2002</MedlineDate>"), "", "", (2001, "Spring 2001-2002")),
        (pub_date("<Year>2010</Year><Season>Spring</Season>"), "", "", (2010, "2010 Spring")),
        (pub_date("<Year>2010</Year><Month>Mar</Month><Day>01</Day>"), "", "", (2010, "2010 Mar 1")),
        # nothing printed: when it went online
        (
            pub_date("") + "<ArticleDate><Year>2011</Year><Month>03</Month><Day>31</Day></ArticleDate>",
            "",
            "",
            (2011, "2011 Mar 31"),
        ),
        # when the record was completed, or entered
        ("", "<DateCompleted><Year>1976</Year></DateCompleted>", "", (1976, "")),
        (
            "",
            "",
            "<PubmedData><History><PubMedPubDate><Year>1999</Year></PubMedPubDate></History></PubmedData>",
            (1999, ""),
        ),
        ("", "", "", (None, "")),
    ],
)
def test_dates(article, citation, rest, expected):
    (abstract,) = read(record(90000001, article=article, citation=citation, rest=rest))
    assert (abstract.year, abstract.date) == expected


def test_the_number_of_an_article_is_its_place_where_it_has_no_pages():
    pii = '<ELocationID EIdType="pii" ValidYN="Y">{}</ELocationID>'
    numbers = [
        read(record(90000001, article=pii.format(given) + pages))[0].article_number
        for given, pages in (
            ("2400999", ""),
            ("S0140-6736(20)30183-5", ""),
            ("2400999", "<Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>"),
        )
    ]
    assert numbers == ["2400999", "", ""]


def test_a_journal_has_its_short_and_its_full_name():
    journal = "<Journal><ISSN>1234-5679</ISSN><Title>Journal of snails</Title></Journal>"
    info = "<MedlineJournalInfo><MedlineTA>J Snail</MedlineTA><ISSNLinking>9765-4321</ISSNLinking></MedlineJournalInfo>"
    [abstract] = read(record(90000001, article=journal, citation=info))
    assert (abstract.journal, abstract.journal_title, abstract.issn) == ("J Snail", "Journal of snails", "1234-5679")
    [abstract] = read(record(90000001, article=journal))
    assert (abstract.journal, abstract.journal_title) == ("Journal of snails", "")


@pytest.mark.parametrize(
    ("pagination", "expected"),
    [
        ("<MedlinePgn>1200-7</MedlinePgn>", "1200-7"),
        ("<StartPage>25</StartPage><EndPage>138</EndPage>", "25-138"),
        ("<StartPage>e25</StartPage>", "e25"),
    ],
)
def test_pages(pagination, expected):
    (abstract,) = read(record(90000001, article=f"<Pagination>{pagination}</Pagination>"))
    assert abstract.pages == expected


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("<Journal><Title>Journal of snails</Title><ISOAbbreviation>J. Snail</ISOAbbreviation></Journal>", "J. Snail"),
        ("<Journal><Title> Journal of snails. </Title></Journal>", "Journal of snails."),
    ],
)
def test_journal_without_its_medline_name(article, expected):
    (abstract,) = read(record(90000001, article=article))
    assert abstract.journal == expected


@pytest.mark.parametrize(
    ("article", "citation", "expected"),
    [
        ('<ELocationID EIdType="doi">10.9999/x</ELocationID>', "", ("10.9999/x", "")),
        ('<ELocationID EIdType="doi" ValidYN="N">10.9999/x</ELocationID>', "", ("", "")),
        ('<ELocationID EIdType="pii">S1</ELocationID>', "", ("", "")),
        # a bare MedlineCitation has its PMCID here
        (
            "",
            '<OtherID Source="NLM">31840</OtherID><OtherID Source="NLM">PMC90 [Available on 01/01/11]</OtherID>',
            ("", "PMC90"),
        ),
    ],
)
def test_doi_and_pmcid_without_article_ids(article, citation, expected):
    (abstract,) = read(record(90000001, article=article, citation=citation))
    assert (abstract.doi, abstract.pmcid) == expected


@pytest.mark.parametrize(
    ("kind", "expected", "is_retracted"),
    [
        ("RetractionIn", "RetractionIn", True),
        ("RetractedandRepublishedIn", "RetractedandRepublishedIn", True),
        # written with blanks
        ("Retraction in", "RetractionIn", True),
        # a notice of a retraction is not retracted
        ("RetractionOf", "RetractionOf", False),
        ("ExpressionOfConcernIn", "ExpressionOfConcernIn", False),
    ],
)
def test_corrections_and_what_they_say_of_retraction(kind, expected, is_retracted):
    reference = "<RefSource>J. 2</RefSource><PMID>90000009</PMID>"
    citation = f'<CommentsCorrections RefType="{kind}">{reference}</CommentsCorrections>'
    (abstract,) = read(record(90000001, citation=citation))
    assert abstract.corrections == (Correction(expected, "90000009", "J. 2"),)
    assert abstract.is_retracted is is_retracted


def test_until_2008_the_kind_of_a_correction_was_an_element():
    kinds = "<RetractionIn><RefSource>J. 2</RefSource><PMID>90000009</PMID></RetractionIn>"
    kinds += "<CommentIn><RefSource>J. 3</RefSource></CommentIn>"
    (abstract,) = read(record(90000001, citation=f"<CommentsCorrections>{kinds}</CommentsCorrections>"))
    assert abstract.corrections == (Correction("RetractionIn", "90000009", "J. 2"), Correction("CommentIn", "", "J. 3"))
    assert abstract.is_retracted


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("Retracted Publication", True), ("Retraction of Publication", False), ("Retraction Notice", False)],
)
def test_publication_types_and_what_they_say_of_retraction(kind, expected):
    article = f"<PublicationTypeList><PublicationType>{kind}</PublicationType></PublicationTypeList>"
    (abstract,) = read(record(90000001, article=article))
    assert abstract.is_retracted is expected


CITATION = "<MedlineCitation><PMID>90000003</PMID><Article><ArticleTitle>C</ArticleTitle></Article></MedlineCitation>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (in_set(record(90000001), record(90000002)), ["90000001", "90000002"]),
        (record(90000001), ["90000001"]),
        (CITATION, ["90000003"]),
        (f"<MedlineCitationSet>{CITATION}{CITATION}</MedlineCitationSet>", ["90000003", "90000003"]),
        # answers of several requests, one behind the other
        (in_set(record(90000001)) + in_set(record(90000002)), ["90000001", "90000002"]),
        # in another protocol's envelope, in its own namespace
        (
            "<OAI-PMH xmlns='urn:o'><ListRecords><record><metadata>"
            + record(90000001).replace("<PubmedArticle>", "<PubmedArticle xmlns='urn:p'>")
            + "</metadata></record></ListRecords></OAI-PMH>",
            ["90000001"],
        ),
        # with prefixes declared outside
        (
            "<p:PubmedArticleSet xmlns:p='urn:p'>"
            + record(90000001).replace("</", "</p:").replace("<", "<p:").replace("<p:/p:", "</p:")
            + "</p:PubmedArticleSet>",
            ["90000001"],
        ),
        ("\n<!-- <PubmedArticle/> -->\n" + record(90000001), ["90000001"]),
        # an empty set is what efetch sends for PMIDs that do not exist
        ("<?xml version='1.0'?><PubmedArticleSet>\n</PubmedArticleSet>", []),
        ("<PubmedArticleSet/>", []),
        ("<PubmedBookArticleSet></PubmedBookArticleSet>", []),
        ("<DeleteCitation><PMID>90000007</PMID>\n<PMID>0090000008</PMID></DeleteCitation>", ["90000007", "90000008"]),
    ],
)
def test_envelopes(source, expected):
    assert [one.pmid for one in read(source)] == expected


@pytest.mark.parametrize(
    "source",
    [
        ("<?xml version='1.0' encoding='ISO-8859-1'?>" + record(90000001, "Käfer")).encode("iso-8859-1"),
        ('<?xml version="1.0" encoding="windows-1252"?>' + record(90000001, "Käfer")).encode("cp1252"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + record(90000001, "Käfer")).encode("utf-16"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + record(90000001, "Käfer")).encode("utf-8"),
        record(90000001, "Käfer").encode("utf-8-sig"),
    ],
    ids=["Latin 1", "Windows", "UTF-16", "UTF-8 that says UTF-16", "byte order mark"],
)
def test_encodings(source):
    (abstract,) = read(source)
    assert abstract.title == "Käfer"
    assert abstract.raw == record(90000001, "Käfer").encode()


def test_attributes_are_cleaned_as_texts_are():
    other = '<OtherAbstract Type="a&#10;b" Language="&#133;swe"><AbstractText>x</AbstractText></OtherAbstract>'
    reference = '<CommentsCorrections RefType="&#9;CommentIn"><RefSource>J. 2</RefSource></CommentsCorrections>'
    own = "<Abstract><AbstractText>y</AbstractText></Abstract>"
    (abstract,) = read(record(90000001, article=own, citation=other + reference))
    assert abstract.other_abstracts == (OtherAbstract("swe", "a b", (Section("", "", "x"),)),)
    assert abstract.corrections == (Correction("CommentIn", "", "J. 2"),)


def test_a_list_of_deletions_that_was_cut_off_says_so():
    assert read("<DeleteCitation><PMID>90000007</PMID><PMID>9000") == [
        Deletion("90000007"),
        Failure(
            "f.xml, DeleteCitation",
            "line 1: the list has no end: the file was cut off inside it, so some deletions may be missing; "
            "get the file again",
        ),
    ]


def test_of_many_errors_some_are_told():
    source = "<eFetchResult>" + "".join(f"<ERROR>e{n}</ERROR>" for n in range(100)) + "</eFetchResult>"
    assert read(source) == [Failure("f.xml", 'holds an error of NCBI: "e0; e1; e2; e3; e4"; fetch it again')]


def test_deletions_come_in_their_place():
    deletion = "<DeleteCitation><PMID>90000007</PMID><PMID>x</PMID></DeleteCitation>"
    assert brief(in_set(record(90000001), deletion)) == [
        ("90000001", "T"),
        Deletion("90000007"),
        Failure("f.xml, DeleteCitation", 'line 4: its PMID is "x"; a PMID is a number of 1 to 10 digits'),
    ]


MEND = "get the file again or mend it there"
ONE, THREE = ("90000001", "T"), ("90000003", "T")


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        # an element that is not closed
        (
            record(90000002, "a<i>b"),
            [
                Failure(
                    "90000002", f"the record at line 4 of f.xml is not well formed (mismatched tag in line 4); {MEND}"
                )
            ],
        ),
        # an entity that nobody knows
        (
            record(90000002, "&snail;"),
            [
                Failure(
                    "90000002", f"the record at line 4 of f.xml is not well formed (undefined entity in line 4); {MEND}"
                )
            ],
        ),
        # a comment without an end, the next comment's end notwithstanding
        (
            record(90000002, "a <!-- b") + "<!-- c -->",
            [
                Failure(
                    "90000002", f"the record at line 4 of f.xml is not well formed (unclosed token in line 4); {MEND}"
                )
            ],
        ),
        # no end: the citation in it is whole
        (record(90000002).replace("</PubmedArticle>", ""), [("90000002", "T")]),
        # what follows the citation is broken
        (record(90000002, rest="<PubmedData><ArticleId></PubmedData>"), [("90000002", "T")]),
        # no beginning: the citation in it is whole
        (record(90000002).replace("<PubmedArticle>", ""), [("90000002", "T")]),
        (record(90000002).replace("<PubmedArticle>", "<PubmedArticle "), [("90000002", "T")]),
        # no beginning at all
        (
            record(90000002).partition("<Article>")[2],
            [
                Failure(
                    "f.xml, record 2",
                    f"the record at line 4 of f.xml has no beginning, and its PMID cannot be told; {MEND}",
                )
            ],
        ),
        # no PMID, and a PMID that is none
        (
            record(90000002).replace('<PMID Version="1">90000002</PMID>', ""),
            [
                Failure(
                    "f.xml, record 2",
                    "the record at line 4 of f.xml was left out: it has no PMID; give every record its PMID",
                )
            ],
        ),
        (
            record(0),
            [
                Failure(
                    "f.xml, record 2",
                    'the record at line 4 of f.xml was left out: its PMID is "0"; a PMID is a number of 1 to 10 digits',
                )
            ],
        ),
        (
            "<PubmedArticle/>",
            [
                Failure(
                    "f.xml, record 2",
                    "the record at line 4 of f.xml was left out: it holds no <MedlineCitation>; get the file again",
                )
            ],
        ),
        # a name that is none
        (
            "<1:PubmedArticle/>",
            [
                Failure(
                    "f.xml, record 2",
                    "the record at line 4 of f.xml is not well formed (not well-formed (invalid token) in line 4); "
                    f"{MEND}",
                )
            ],
        ),
        # deeper than anything that means something
        (
            record(90000002, "<i>" * 50_000 + "x" + "</i>" * 50_000),
            [("90000002", "x")],
        ),
    ],
)
def test_a_broken_record_costs_only_itself(broken, expected):
    assert brief(in_set(record(90000001), broken, record(90000003))) == [ONE, *expected, THREE]


def test_bytes_that_are_not_utf_8_cost_only_their_record():
    source = in_set(record(90000001), record(90000002, "caf@"), record(90000003)).encode().replace(b"@", b"\xe9")
    why = f"the record at line 4 of f.xml holds bytes that are not UTF-8; {MEND}"
    assert brief(source) == [ONE, Failure("90000002", why), THREE]


def test_two_records_run_into_one_are_both_accounted_for():
    source = in_set(record(90000001), record(90000002) + record(90000003), record(90000004))
    source = source.replace("</PubmedArticle><PubmedArticle><MedlineCitation>", "")
    assert brief(source) == [
        ("90000001", "T"),
        ("90000002", "T"),
        Failure(
            "f.xml, behind record 2",
            "behind the record at line 4 of f.xml stands another without a beginning; mend it there",
        ),
        ("90000004", "T"),
    ]


def test_a_pmid_that_is_none_gives_way_to_the_articles_own_id():
    rest = "<PubmedData><ArticleIdList><ArticleId IdType='pubmed'>90000001</ArticleId></ArticleIdList></PubmedData>"
    assert brief(record(90000001, rest=rest).replace(">90000001</PMID>", ">90000001-a</PMID>")) == [("90000001", "T")]


CUT_OFF = Failure("f.xml", "was cut off: it ends inside its set of records, so some may be missing; get the file again")


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("</PubmedArticleSet>", [ONE, ("90000002", "T"), CUT_OFF]),
        (
            "</Article></MedlineCitation></PubmedArticle>\n</PubmedArticleSet>",
            [
                ONE,
                Failure(
                    "90000002", f"the record at line 4 of f.xml has no end: the file was cut off inside it; {MEND}"
                ),
                CUT_OFF,
            ],
        ),
        (
            'Version="1">90000002',
            [
                ONE,
                Failure(
                    "f.xml, record 2",
                    f"the record at line 4 of f.xml has no end: the file was cut off inside it; {MEND}",
                ),
                CUT_OFF,
            ],
        ),
    ],
    ids=["between records", "in a record", "before its PMID"],
)
def test_a_file_that_was_cut_off_says_so(end, expected):
    source = in_set(record(90000001), record(90000002))
    assert brief(source[: source.rindex(end)]) == expected


EXPECTS = "give PubMed XML, as efetch sends it with db=pubmed and retmode=xml"
OR_FETCH = ", or give the file with --pmids-from to fetch the abstracts"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            '<?xml version="1.0"?><!DOCTYPE eSearchResult [<!ELEMENT a (b)>]><eSearchResult><Count/></eSearchResult>',
            f"holds <eSearchResult>, a list of PMIDs that a search found, not PubMed records; {EXPECTS}{OR_FETCH}",
        ),
        (
            "<!-- said --><eSummaryResult><DocSum/></eSummaryResult>",
            f"holds <eSummaryResult>, summaries without abstracts, not PubMed records; {EXPECTS}{OR_FETCH}",
        ),
        ("<x:GBSet xmlns:x='urn:x'/>", f"holds <GBSet>, not PubMed records; {EXPECTS}"),
        (
            "<eFetchResult><ERROR>ID list is empty &lt;1&gt;</ERROR><ERROR/><ERROR>Go.</ERROR></eFetchResult>",
            'holds an error of NCBI: "ID list is empty <1>; Go."; fetch it again',
        ),
        ("", f"is not XML, or holds no element; {EXPECTS}"),
        ("Error 500", f"is not XML, or holds no element; {EXPECTS}"),
        (
            '<?xml version="1.0" encoding="klingon"?><PubmedArticleSet/>',
            'its XML declaration names the encoding "klingon", which is unknown; save it as UTF-8',
        ),
    ],
)
def test_what_holds_no_records_says_what_it_is(source, why):
    assert read(source) == [Failure("f.xml", why)]


def test_records_before_an_error_come_out():
    assert brief(in_set(record(90000001), "<ERROR>Backend failed</ERROR>")) == [
        ONE,
        Failure("f.xml", 'holds an error of NCBI: "Backend failed"; fetch it again'),
    ]


def test_entities_are_not_obeyed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    bomb = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    others = f'<!ENTITY s SYSTEM "{secret.as_uri()}"><!ENTITY r "{record(90000009)}">'
    source = (
        f'<!DOCTYPE x [<!ENTITY b0 "boom">{bomb}{others}]>'
        + in_set(record(90000001, "&s;"), record(90000002, "&b9;"), record(90000003)).partition("?>")[2]
    )
    assert brief(source) == [
        Failure("90000001", f"the record at line 3 of f.xml is not well formed (undefined entity in line 3); {MEND}"),
        Failure("90000002", f"the record at line 4 of f.xml is not well formed (undefined entity in line 4); {MEND}"),
        THREE,
    ]


def test_a_record_beyond_all_measure_is_left_out(monkeypatch):
    monkeypatch.setattr("index.ingest.formats.xml_splitter._BLOCK", 100)
    monkeypatch.setattr("index.ingest.formats.xml_splitter.MAX_RECORD_BYTES", 1000)
    source = in_set(record(90000001), record(90000002, "x\n" * 2000), record(90000003, "<i>"))
    assert brief(source) == [
        ONE,
        Failure("90000002", f"the record at line 4 of f.xml is longer than 1,000 bytes; {MEND}"),
        Failure(
            "90000003", f"the record at line 2005 of f.xml is not well formed (mismatched tag in line 2005); {MEND}"
        ),
    ]


class _Endless(io.RawIOBase):
    """A set with many records, made as they are read."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._pending = b"<PubmedArticleSet>"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._pending and self._left:
            self._left -= 1
            self._pending = record(90000000 + self._left, "x" * 20_000).encode()
        count = min(len(buffer), len(self._pending))
        buffer[:count], self._pending = self._pending[:count], self._pending[count:]
        return count


def test_memory_does_not_grow_with_the_file():
    stream = io.BufferedReader(_Endless(1000))
    tracemalloc.start()
    try:
        pmids = {one.pmid for one in parse_pubmed_xml(stream, name="f.xml") if isinstance(one, Abstract)}
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(pmids) == 1000
    assert peak < 5_000_000  # bytes, of 20 million read
