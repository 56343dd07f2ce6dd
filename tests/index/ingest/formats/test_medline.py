"""MEDLINE text: every field, how text is joined and split, and how records are told apart."""

import io

import pytest

from index.ingest.formats.medline import parse_medline, split_labels
from index.records import Abstract, Author, Book, Correction, Failure, OtherAbstract, Section

FULL = """
PMID- 90000001
OWN - NLM
STAT- MEDLINE
VI  - 36
IP  - 6
DP  - 2013 Dec 5
TI  - Lamps keep the snails of a northern island
      awake.
PG  - 493-503
LID - S1234 [pii]
LID - 10.9999/snail.lid [doi]
AB  - BACKGROUND: Snails sleep. RESULTS AND CONCLUSIONS: Under a lamp they
      do not (P < 0.05). RNA: none.
CI  - (c) Nobody.
OAB - Publisher: AIM: Schnecken. METHODS: Lampen.
OABL- ger
FAU - Berg, Anna
AU  - Berg A
AUID- ORCID: 0000000218250097
AD  - Lamp House, Umeå.
AD  - Snail Yard.
CN  - Snail Study Group
FAU - Dahl, Ole Jr
AU  - Dahl O Jr
LA  - eng
LA  - ger
PT  - Journal Article
PT  - Retracted Publication
TT  - Lampen halten Schnecken wach.
TA  - J Snail
JT  - Journal of snails
MH  - *Snails/physiology/*radiation
      effects
MH  - Light
RN  - 0 (Snail Toxins)
RN  - 059QF0KO0R (Water (pure))
PMC - PMC9000001
OT  - *lamp
OT  - snail
RIN - J Snail. 2014 Jan;37(1):9. PMID: 90000009
EIN - J Snail. 2014 Feb;37(2):10
AID - S1234 [pii]
AID - 10.9999/snail.1 [doi]
SO  - J Snail. 2013 Dec 5;36(6):493-503.
"""

EXPECTED = Abstract(
    pmid="90000001",
    title="Lamps keep the snails of a northern island awake.",
    sections=(
        Section("BACKGROUND", "BACKGROUND", "Snails sleep."),
        Section("RESULTS AND CONCLUSIONS", "CONCLUSIONS", "Under a lamp they do not (P < 0.05). RNA: none."),
    ),
    journal="J Snail",
    journal_title="Journal of snails",
    year=2013,
    authors=("Berg A", "Snail Study Group", "Dahl O Jr"),
    author_records=(
        Author("Berg", "Anna", "A", orcid="0000-0002-1825-0097", affiliation="Lamp House, Umeå.; Snail Yard."),
        Author(group="Snail Study Group"),
        Author("Dahl", "Ole", "O", "Jr"),
    ),
    types=("Journal Article", "Retracted Publication"),
    mesh=("Snails/physiology", "Snails/radiation effects", "Light"),
    doi="10.9999/snail.1",
    pmcid="PMC9000001",
    date="2013 Dec 5",
    volume="36",
    issue="6",
    pages="493-503",
    language="eng, ger",
    vernacular_title="Lampen halten Schnecken wach.",
    keywords=("lamp", "snail"),
    major_mesh=("Snails", "Snails/radiation effects"),
    substances=("Snail Toxins", "Water (pure)"),
    other_abstracts=(
        OtherAbstract(
            "ger", "Publisher", (Section("AIM", "OBJECTIVE", "Schnecken."), Section("METHODS", "METHODS", "Lampen."))
        ),
    ),
    corrections=(
        Correction("RetractionIn", "90000009", "J Snail. 2014 Jan;37(1):9."),
        Correction("ErratumIn", "", "J Snail. 2014 Feb;37(2):10"),
    ),
    copyright="(c) Nobody.",
    is_retracted=True,
)


def read(text: str | bytes) -> list[object]:
    source = text.encode() if isinstance(text, str) else text
    return list(parse_medline(io.BytesIO(source), name="x.nbib"))


def test_every_field():
    assert read(FULL) == [EXPECTED]
    assert read(FULL)[0].raw.decode() == FULL.strip()


@pytest.mark.parametrize(
    "source",
    [
        FULL.replace("\n", "\r\n").encode(),
        FULL.replace("\n", "\r").encode(),
        FULL.encode("utf-8-sig"),
        FULL.encode("utf-16"),
    ],
    ids=["CR LF", "CR", "byte order mark", "UTF-16"],
)
def test_line_ends_and_encodings(source):
    assert read(source) == [EXPECTED]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a book: its title stands for title and journal
        (
            "PMID- 90000002\nBTI - All about snails\nPT  - Book\nDP  - 2010   06\n",
            Abstract(
                "90000002",
                "All about snails",
                book=Book("All about snails"),
                types=("Book",),
                date="2010 06",
                year=2010,
            ),
        ),
        # a chapter of one
        (
            "PMID- 90000002\nPB  - Nobody\nTI  - Lamps\nBTI - All about snails\nFED - Editor, Eva\nED  - Editor E\n"
            "PL  - Lamp Town (XX)\nISBN- 9780000000002 (print)\n",
            Abstract(
                "90000002",
                "Lamps",
                journal="All about snails",
                book=Book(
                    "All about snails",
                    "Nobody",
                    "Lamp Town (XX)",
                    "9780000000002",
                    (Author("Editor", "Eva", "E"),),
                    is_chapter=True,
                ),
            ),
        ),
        # the number of an article in the place of pages; the journal's number in print
        (
            "PMID- 90000002\nIS  - 1234-5679 (Electronic)\nIS  - 9765-4321 (Linking)\nTI  - T\nLID - e1002 [pii]\n",
            Abstract("90000002", "T", issn="1234-5679", article_number="e1002"),
        ),
        # several titles and several abstracts: nothing is lost
        (
            "PMID- 90000002\nTI  - One:\nTI  - two.\nAB  - Old.\nAB  - New.\n",
            Abstract("90000002", "One: two.", (Section("", "", "Old."), Section("", "", "New."))),
        ),
        # a tag without the blanks, an identifier without its kind
        ("PMID-90000002\nTI- T\nAID - doi:10.9999/x\n", Abstract("90000002", "T", doi="10.9999/x")),
        # only the DOI among the locations
        (
            "PMID- 90000002\nTI  - T\nLID - S0140-6736(20)1 [pii]\nLID - 10.9999/y [doi]\n",
            Abstract("90000002", "T", doi="10.9999/y"),
        ),
        # empty fields are no fields
        (
            "PMID- 90000002\nTI  -\nTT  - Nur deutsch.\nMH  -\n",
            Abstract("90000002", "Nur deutsch.", vernacular_title="Nur deutsch."),
        ),
        # only full names; no print date
        (
            "PMID- 90000002\nTI  - T\nFAU - Berg, Anna-Lena\nDEP - 20120131\n",
            Abstract(
                "90000002", "T", authors=("Berg AL",), author_records=(Author("Berg", "Anna-Lena", "AL"),), year=2012
            ),
        ),
        # entities, which have no place in this format, and tags
        (
            "PMID- 90000002\nTI  - A &lt; B\nAB  - 10&lt;sup&gt;6&lt;/sup&gt; <i>E. coli</i>.\n",
            Abstract("90000002", "A < B", (Section("", "", "10⁶ E. coli."),)),
        ),
        # a line of the abstract that lost its indent; one behind another field is no text
        (
            "PMID- 90000002\nSO  nonsense\nTI  - T\nAB  - One\ntwo.\nLA  - eng\nstray\n",
            Abstract("90000002", "T", (Section("", "", "One two."),), language="eng"),
        ),
        # stars that mark major topics, with blanks
        (
            "PMID- 90000002\nTI  - T\nMH  - * Snails/ *diet\nOT  - * lamp\nOT  - *\n",
            Abstract("90000002", "T", mesh=("Snails/diet",), keywords=("lamp",), major_mesh=("Snails", "Snails/diet")),
        ),
        # behind a blank line a text goes on, another field does not: it may be of a record that lost its beginning
        (
            "PMID- 90000002\nTI  - T\nAB  - One.\n\n      Two.\nSO  - J\n\n      of another\n",
            Abstract("90000002", "T", (Section("", "", "One. Two."),)),
        ),
        # a notice of a retraction is not retracted
        (
            "PMID- 90000002\nTI  - T\nPT  - Retraction of Publication\nROF - J Snail. 2013;36:493. PMID: 90000001\n",
            Abstract(
                "90000002",
                "T",
                types=("Retraction of Publication",),
                corrections=(Correction("RetractionOf", "90000001", "J Snail. 2013;36:493."),),
            ),
        ),
        # retracted by the correction alone
        (
            "PMID- 90000002\nTI  - T\nRIN - J Snail. 2014;37:9\n",
            Abstract(
                "90000002", "T", corrections=(Correction("RetractionIn", "", "J Snail. 2014;37:9"),), is_retracted=True
            ),
        ),
    ],
)
def test_one_record(text, expected):
    assert read(text) == [expected]


def test_a_broken_record_costs_only_itself():
    source = (
        b"PMID- 90000001\nTI  - One\n\nPMID- 90000002\nTI  - caf\xe9\n\n"
        b"PMID- 12x\nTI  - Three\nPMID- 90000004\nTI  - Four\n"
        b"\nThis line belongs to nothing.\n\nTI  - Five\n\nPMID- 90000006\n\n      \nTI  - Six\n"
    )
    assert read(source) == [
        Abstract("90000001", "One"),
        Failure("90000002", "the record at line 4 of x.nbib is not UTF-8 in line 5; save the file as UTF-8"),
        Failure(
            "x.nbib, record 3",
            'the record at line 7 of x.nbib was left out: its PMID is "12x"; a PMID is a number of 1 to 10 digits',
        ),
        Abstract("90000004", "Four"),
        Failure(
            "x.nbib, record 5",
            "the record at line 14 of x.nbib was left out: it has no PMID; give every record its PMID",
        ),
        Failure(
            "90000006",
            "the record at line 16 of x.nbib was left out: it has neither a title nor an abstract, so there is nothing "
            "to search; get the record again",
        ),
        Failure(
            "x.nbib, record 7",
            "the record at line 19 of x.nbib was left out: it has no PMID; give every record its PMID",
        ),
    ]


def test_a_record_beyond_all_measure_is_left_out(monkeypatch):
    monkeypatch.setattr("index.ingest.formats.medline.MAX_RECORD_BYTES", 50)
    text = "PMID- 90000001\nTI  - T\nAB  - " + "a\n      " * 20 + "\n\nPMID- 90000002\nTI  - T\n"
    assert read(text) == [
        Failure(
            "90000001", "the record at line 1 of x.nbib is longer than 50 bytes or 500,000 lines; get the file again"
        ),
        Abstract("90000002", "T"),
    ]


def test_text_without_records_is_said_to_have_none():
    assert read("just a letter\n") == [
        Failure(
            "x.nbib", 'holds no MEDLINE record, which starts with a line such as "PMID- 123"; save it from PubMed again'
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No labels at all.", [("", "", "No labels at all.")]),
        ("AIM: To see. METHODS: We saw.", [("AIM", "OBJECTIVE", "To see."), ("METHODS", "METHODS", "We saw.")]),
        # text before the first label
        ("First. RESULTS: Then.", [("", "", "First."), ("RESULTS", "RESULTS", "Then.")]),
        # upper case that is no label of an abstract
        ("RNA: found. HIV-1: not found.", [("", "", "RNA: found. HIV-1: not found.")]),
        # not at the start of a sentence
        ("We read the RESULTS: they were good.", [("", "", "We read the RESULTS: they were good.")]),
        # only upper case
        ("Results: good.", [("", "", "Results: good.")]),
        (
            "PATIENT(S): Ten. MAIN OUTCOME MEASURE(S): Sleep.",
            [("PATIENT(S)", "METHODS", "Ten."), ("MAIN OUTCOME MEASURE(S)", "METHODS", "Sleep.")],
        ),
        ("SUMMARY OF BACKGROUND DATA: None.", [("SUMMARY OF BACKGROUND DATA", "BACKGROUND", "None.")]),
        (
            "MATERIALS & METHODS: Lamps. CLINICAL TRIAL REGISTRATION: NCT90000001.",
            [("MATERIALS & METHODS", "METHODS", "Lamps."), ("CLINICAL TRIAL REGISTRATION", "", "NCT90000001.")],
        ),
        # the same label twice stays two sections
        ("AIM: One. AIM: Two.", [("AIM", "OBJECTIVE", "One."), ("AIM", "OBJECTIVE", "Two.")]),
        # a label behind a label has no text to go with: it stays text
        ("BACKGROUND: METHODS: We saw.", [("BACKGROUND", "BACKGROUND", "METHODS: We saw.")]),
    ],
)
def test_split_labels(text, expected):
    sections = list(split_labels(text))
    assert [(one.label, one.category, one.text) for one in sections] == expected
    assert " ".join(f"{one.label}: {one.text}" if one.label else one.text for one in sections) == text
