"""Sources as RIS, BibTeX and CSL-JSON, read again by a parser of each."""

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import FileError, InputError
from index.records import Abstract, Author, Book, Correction, Section
from qa.answer import Answer, Source
from qa.export import checked_export, export_answer, to_bibtex, to_csl_json, to_csv, to_json, to_ris

PLAIN = Abstract(
    "90000001",
    "Interleukin-32β and the migration of breast cancer cells",
    journal="J Test",
    year=2013,
    authors=("Park JS", "Åström-Müller Ö", "van der Berg AB Jr", "IL-32 Study Group", "Consortium UK"),
    doi="10.5555/test_(2013)1<2::a>3",
    pmcid="PMC9000001",
    date="2013 Dec 5",
    volume="36",
    issue="6 Suppl",
    pages="493-503",
    language="eng",
)
HARD = Abstract(
    "90000002",
    'TNF-α {and} 5% of <i>H_2O</i> & $x^2 ~ #1 \\ µ ≥ 3 } { "quoted" Ω é 中文 <script>alert(1)</script>\nER  - \n@x{',
    journal="Ann {Test} & Co",
    authors=("O'Neill-Søren T", "Salt and Pepper B", "{Brace} C"),
    doi="10.5555/a_b%c{d}",
    pages="123-30",
    is_retracted=True,
    corrections=(Correction("RetractionIn", "1", ""), Correction("ExpressionOfConcernIn", "2", "")),
    note="Restated in our own words",
)
BARE = Abstract("90000003", "")
SOURCES = [Source(number, abstract) for number, abstract in enumerate((PLAIN, HARD, BARE), start=1)]
ONE_LINE = " ".join(HARD.title.split())


def test_ris_reads_as_it_was():
    import rispy

    plain, hard, bare = rispy.loads(to_ris(SOURCES))
    assert plain == {
        "type_of_reference": "JOUR",
        "authors": [
            "Park, J. S.",
            "Åström-Müller, Ö.",
            "van der Berg, A. B., Jr",
            "IL-32 Study Group",
            "Consortium UK",
        ],
        "title": "Interleukin-32β and the migration of breast cancer cells",
        "secondary_title": "J Test",
        "year": "2013",
        "date": "2013/12/05",
        "volume": "36",
        "number": "6 Suppl",
        "start_page": "493",
        "end_page": "503",
        "doi": "10.5555/test_(2013)1<2::a>3",
        "accession_number": "90000001",
        "custom2": "PMC9000001",
        "language": "eng",
        "urls": ["https://pubmed.ncbi.nlm.nih.gov/90000001/"],
        "notes": ["PMID: 90000001"],
    }
    assert (hard["title"], hard["start_page"], hard["end_page"]) == (ONE_LINE, "123", "130")
    assert hard["notes"] == ["PMID: 90000002", "RETRACTED", "Expression of concern", "Restated in our own words"]
    assert hard["keywords"] == ["RETRACTED", "Expression of concern"]
    assert "year" not in hard
    assert bare == {
        "type_of_reference": "JOUR",
        "accession_number": "90000003",
        "urls": ["https://pubmed.ncbi.nlm.nih.gov/90000003/"],
        "notes": ["PMID: 90000003"],
    }


def bibtex_entries(text):
    """Return the entries of a BibTeX text, raw and as LaTeX shows them."""
    import bibtexparser
    from bibtexparser.middlewares import LatexDecodingMiddleware
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    known = get_default_latex_context_db()
    signs = [("textbraceleft", "{"), ("textbraceright", "}"), ("textasciicircum", "^")]
    known.add_context_category("signs", prepend=True, macros=[MacroTextSpec(*sign) for sign in signs])
    decoder = LatexNodes2Text(math_mode="text", latex_context=known)
    raw = bibtexparser.parse_string(text)
    assert raw.failed_blocks == []
    shown = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware(decoder=decoder)])
    return [{field.key: field.value for field in entry.fields} for entry in raw.entries], [
        {field.key: field.value for field in entry.fields} for entry in shown.entries
    ]


def test_bibtex_reads_as_it_was():
    raw, shown = bibtex_entries(to_bibtex(SOURCES))
    authors = (
        "Park, J. S. and Åström-Müller, Ö. and van der Berg, Jr, A. B. and {IL-32 Study Group} and {Consortium UK}"
    )
    assert raw[0] == {
        "title": r"{Interleukin-32{$\beta$} and the migration of breast cancer cells}",
        "author": authors,
        "journal": "J Test",
        "year": "2013",
        "month": "dec",
        "volume": "36",
        "number": "6 Suppl",
        "pages": "493--503",
        "doi": "10.5555/test_(2013)1<2::a>3",
        "pmid": "90000001",
        "pmcid": "PMC9000001",
        "url": "https://pubmed.ncbi.nlm.nih.gov/90000001/",
        "language": "eng",
    }
    assert shown[0]["title"] == PLAIN.title
    assert shown[1]["title"] == ONE_LINE.replace("\N{MICRO SIGN}", "μ")
    assert shown[1]["journal"] == "Ann {Test} & Co"
    assert raw[1]["author"] == (
        r"O'Neill-Søren, T. and {Salt and Pepper}, B. and \textbraceleft{}Brace\textbraceright{}, C."
    )
    assert raw[1]["note"] == "RETRACTED; Expression of concern; Restated in our own words"
    assert raw[1]["doi"] == "10.5555/a_b%c%7Bd%7D"
    assert raw[1]["pages"] == "123--130"
    assert raw[2] == {"pmid": "90000003", "url": "https://pubmed.ncbi.nlm.nih.gov/90000003/"}


def test_bibtex_escapes_every_sign_that_means_something_to_latex():
    [raw, *_], [shown, *_] = bibtex_entries(to_bibtex([Source(1, Abstract("1", r"\ { } % & _ # $ ~ ^ < >"))]))
    assert raw["title"] == (
        r"{\textbackslash{} \textbraceleft{} \textbraceright{} \% \& \_ \# \$ \textasciitilde{} \textasciicircum{} "
        r"{$<$} {$>$}}"
    )
    assert shown["title"] == r"\ { } % & _ # $ ~ ^ < >"


@pytest.mark.parametrize("letter", "αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩ≤≥−→")
def test_greek_letters_and_signs_are_written_as_latex_writes_them(letter):
    _, [shown] = bibtex_entries(to_bibtex([Source(1, Abstract("1", f"IL 32{letter} x"))]))
    variants = {"φ": "ϕ", "ε": "ϵ", "−": "-"}  # the same, drawn otherwise
    assert shown["title"].replace(variants.get(letter, letter), letter) == f"IL 32{letter} x"


def test_csl_json_reads_as_it_was():
    plain, hard, bare = json.loads(to_csl_json(SOURCES))
    assert plain == {
        "id": "pmid90000001",
        "type": "article-journal",
        "title": PLAIN.title,
        "author": [
            {"family": "Park", "given": "J. S."},
            {"family": "Åström-Müller", "given": "Ö."},
            {"family": "van der Berg", "given": "A. B.", "suffix": "Jr"},
            {"literal": "IL-32 Study Group"},
            {"literal": "Consortium UK"},
        ],
        "container-title": "J Test",
        "issued": {"date-parts": [[2013, 12, 5]]},
        "volume": "36",
        "issue": "6 Suppl",
        "page": "493-503",
        "DOI": "10.5555/test_(2013)1<2::a>3",
        "PMID": "90000001",
        "PMCID": "PMC9000001",
        "URL": "https://pubmed.ncbi.nlm.nih.gov/90000001/",
        "language": "eng",
    }
    assert (hard["title"], hard["page"]) == (ONE_LINE, "123-130")
    assert hard["note"] == "RETRACTED; Expression of concern; Restated in our own words"
    assert "issued" not in hard
    assert bare == {
        "id": "pmid90000003",
        "type": "article-journal",
        "PMID": "90000003",
        "URL": "https://pubmed.ncbi.nlm.nih.gov/90000003/",
    }


@pytest.mark.filterwarnings("ignore")  # of citeproc's own
def test_csl_json_is_rendered_by_a_citation_style():
    import citeproc
    from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
    from citeproc.source.json import CiteProcJSON

    style_file = next((Path(citeproc.__file__).parent / "data" / "styles").glob("*.csl"))
    items = CiteProcJSON(json.loads(to_csl_json(SOURCES[:2])))
    bibliography = CitationStylesBibliography(
        CitationStylesStyle(str(style_file), validate=False), items, formatter.plain
    )
    for key in ("pmid90000001", "pmid90000002"):
        bibliography.register(Citation([CitationItem(key)]))
    shown = [str(entry) for entry in bibliography.bibliography()]
    first = next(entry for entry in shown if "Park" in entry)
    assert "Interleukin-32β and the migration of breast cancer cells" in first
    assert "2013" in first
    assert "J Test" in first
    assert any("TNF-α {and} 5%" in entry for entry in shown)


@pytest.mark.parametrize(
    ("author", "ris", "bibtex", "csl"),
    [
        (Author("Petrelko", "Iu V", "IuV"), "Petrelko, Iu. V.", "Petrelko, Iu. V.",
         {"family": "Petrelko", "given": "Iu. V."}),
        (Author("Wickrelasena", "", "WMTDP"), "Wickrelasena, W. M. T. D. P.", "Wickrelasena, W. M. T. D. P.",
         {"family": "Wickrelasena", "given": "W. M. T. D. P."}),
        (Author("Velmont", "Dara Q", "DQ", "Jr"), "Velmont, Dara Q, Jr", "Velmont, Jr, Dara Q",
         {"family": "Velmont", "given": "Dara Q", "suffix": "Jr"}),
        (Author("Lopez Tarrella", "I V", "IV"), "Lopez Tarrella, I. V.", "Lopez Tarrella, I. V.",
         {"family": "Lopez Tarrella", "given": "I. V."}),
        (Author("Chen", "W-L", "WL"), "Chen, W.-L.", "Chen, W.-L.", {"family": "Chen", "given": "W.-L."}),
        (Author("Ngamije"), "Ngamije", "{Ngamije}", {"family": "Ngamije"}),
        (Author(group="Stone Care UK"), "Stone Care UK", "{Stone Care UK}", {"literal": "Stone Care UK"}),
        (Author(group="Expert Panel, and Task Force of the ESKS"), "Expert Panel, and Task Force of the ESKS",
         "{Expert Panel, and Task Force of the ESKS}", {"literal": "Expert Panel, and Task Force of the ESKS"}),
    ],
)  # fmt: skip
def test_names_go_out_as_their_records_have_them(author, ris, bibtex, csl):
    import rispy

    sources = [Source(1, Abstract("1", "T", authors=(author.name,), author_records=(author,)))]
    assert rispy.loads(to_ris(sources))[0]["authors"] == [ris]
    assert bibtex_entries(to_bibtex(sources))[0][0]["author"] == bibtex
    assert json.loads(to_csl_json(sources))[0]["author"] == [csl]


WHOLE = Abstract(
    "90000004",
    "Zelotrine",
    (Section("AIM", "OBJECTIVE", "To see."), Section("", "", "We saw 5%.")),
    journal="J Stone Res",
    journal_title="Journal of stone research",
    issn="1234-5679",
    year=2015,
    article_number="2400999",
    keywords=("stones",),
    mesh=("Kidney Calculi/prevention & control", "stones"),
)
CHAPTER = Abstract(
    "90000005",
    "Zelotrine",
    journal="Stone Pearls",
    year=2023,
    author_records=(Author("Velmont", "Dara Q", "DQ"),),
    book=Book("Stone Pearls", "Stonepress", "Lake Town", "9780000000002", (Author("Edolf", "Mira", "M"),), True),
)
WHOLE_BOOK = replace(CHAPTER, title="Stone Pearls", journal="", book=replace(CHAPTER.book, is_chapter=False))


def test_all_that_a_record_knows_goes_out():
    import rispy

    sources = [Source(1, WHOLE)]
    [ris] = rispy.loads(to_ris(sources))
    [bibtex], _ = bibtex_entries(to_bibtex(sources))
    [csl] = json.loads(to_csl_json(sources))
    text, keywords = "AIM: To see. We saw 5%.", ["stones", "Kidney Calculi/prevention & control"]
    assert (ris["secondary_title"], ris["alternate_title1"]) == ("Journal of stone research", "J Stone Res")
    assert (ris["issn"], ris["start_page"], ris["custom7"]) == ("1234-5679", "2400999", "2400999")
    assert (ris["abstract"], ris["keywords"]) == (text, keywords)
    assert (bibtex["journal"], bibtex["shortjournal"]) == ("Journal of stone research", "J Stone Res")
    assert (bibtex["issn"], bibtex["pages"]) == ("1234-5679", "2400999")
    assert bibtex["abstract"] == r"AIM: To see. We saw 5\%."
    assert bibtex["keywords"] == r"stones, Kidney Calculi/prevention \& control"
    assert (csl["container-title"], csl["container-title-short"]) == ("Journal of stone research", "J Stone Res")
    assert (csl["ISSN"], csl["number"], csl["page"], csl["abstract"]) == ("1234-5679", "2400999", "2400999", text)
    assert csl["keyword"] == ", ".join(keywords)


@pytest.mark.parametrize(
    ("abstract", "ris_type", "entry", "csl_type", "book_title"),
    [(CHAPTER, "CHAP", "@incollection{", "chapter", "Stone Pearls"), (WHOLE_BOOK, "BOOK", "@book{", "book", "")],
    ids=["chapter", "book"],
)
def test_books_and_chapters_are_such(abstract, ris_type, entry, csl_type, book_title):
    import rispy

    sources = [Source(1, abstract)]
    [ris] = rispy.loads(to_ris(sources))
    [bibtex], _ = bibtex_entries(to_bibtex(sources))
    [csl] = json.loads(to_csl_json(sources))
    assert to_bibtex(sources).startswith(entry)
    assert (ris["type_of_reference"], ris.get("secondary_title", "")) == (ris_type, book_title)
    assert (ris["publisher"], ris["place_published"], ris["issn"]) == ("Stonepress", "Lake Town", "9780000000002")
    assert (ris["authors"], ris["secondary_authors"]) == (["Velmont, Dara Q"], ["Edolf, Mira"])
    assert (bibtex["publisher"], bibtex["address"], bibtex["isbn"]) == ("Stonepress", "Lake Town", "9780000000002")
    assert (bibtex["editor"], bibtex.get("booktitle", ""), "journal" in bibtex) == ("Edolf, Mira", book_title, False)
    assert (csl["type"], csl.get("container-title", "")) == (csl_type, book_title)
    assert (csl["publisher"], csl["ISBN"]) == ("Stonepress", "9780000000002")
    assert csl["editor"] == [{"family": "Edolf", "given": "Mira"}]


def test_a_book_of_editors_alone_has_them_once():
    editors = CHAPTER.book.editors
    [csl] = json.loads(to_csl_json([Source(1, replace(CHAPTER, author_records=editors, authors=("Edolf M",)))]))
    assert ("author" in csl, csl["editor"]) == (False, [{"family": "Edolf", "given": "Mira"}])


def test_csv_reads_as_it_was():
    rows = list(csv.DictReader(io.StringIO(to_csv([*SOURCES, Source(4, WHOLE), Source(5, CHAPTER)]))))
    assert [row["PMID"] for row in rows] == [f"9000000{number}" for number in range(1, 6)]
    assert [row["Title"] for row in rows] == [PLAIN.title, ONE_LINE, "", "Zelotrine", "Zelotrine"]
    assert rows[0]["Authors"] == "; ".join(PLAIN.authors)
    assert (rows[0]["Journal/Book"], rows[0]["Publication Year"], rows[0]["Pages"]) == ("J Test", "2013", "493-503")
    assert rows[1]["Remarks"] == "RETRACTED; Expression of concern; Restated in our own words"
    assert (rows[3]["Abstract"], rows[3]["Pages"]) == ("AIM: To see. We saw 5%.", "2400999")
    assert (rows[4]["Journal/Book"], rows[4]["ISBN"]) == ("Stone Pearls", "9780000000002")


@pytest.mark.parametrize("title", ["=1+1", "+SUM(A1)", "-a", "@x"])
def test_no_cell_of_csv_is_a_formula(title):
    [row] = csv.DictReader(io.StringIO(to_csv([Source(1, Abstract("1", title))])))
    assert row["Title"] == f"'{title}"


def test_no_sources_make_no_records():
    assert (to_ris([]), to_bibtex([]), json.loads(to_csl_json([]))) == ("", "", [])


@pytest.mark.parametrize(
    ("date", "year", "parts"),
    [
        ("2013 Dec 5", 2013, [2013, 12, 5]),
        ("2013 Dec", 2013, [2013, 12]),
        ("1998 Nov-Dec", 1998, [1998, 11]),
        ("2013", 2013, [2013]),
        ("Winter 2013", 2013, [2013]),
        ("2013 Winter", 2013, [2013]),
        ("", 2013, [2013]),
        ("2015-03-07", 2015, [2015, 3, 7]),
        ("2015 03 07", 2015, [2015, 3, 7]),
        ("2015/03", 2015, [2015, 3]),
        ("2015 March 7", 2015, [2015, 3, 7]),
        ("7 March 2015", 2015, [2015, 3, 7]),
        ("Mar. 7, 2015", 2015, [2015, 3, 7]),
        ("Mar 2015", 2015, [2015, 3]),
        ("20150307", 2015, [2015, 3, 7]),
        ("2015 13 07", 2015, [2015]),
        ("2012 Dec 31-2013 Jan 6", 2013, [2013]),  # the record's year is another
    ],
)
def test_dates_go_as_far_as_they_are_known(date, year, parts):
    [item] = json.loads(to_csl_json([Source(1, Abstract("1", "T", date=date, year=year))]))
    assert item["issued"] == {"date-parts": [parts]}


@pytest.mark.parametrize(
    ("pages", "page"), [("5", "5"), ("123-30", "123-130"), ("99-101", "99-101"), ("e12-e15", "e12-e15"), ("", None)]
)
def test_pages_are_written_out(pages, page):
    [item] = json.loads(to_csl_json([Source(1, Abstract("1", "T", pages=pages))]))
    assert item.get("page") == page


@pytest.mark.parametrize("name", ["a.ris", "a.bib", "a.csl.json", "a.csv", "a.json", "a.md", "A.RIS"])
def test_the_ending_names_the_form(tmp_path, name):
    answer = Answer("Which?", sources=tuple(SOURCES))
    export_answer(answer, tmp_path / name)
    forms = {
        "ris": to_ris(SOURCES),
        "bib": to_bibtex(SOURCES),
        "csl.json": to_csl_json(SOURCES),
        "csv": to_csv(SOURCES),
        "json": to_json(answer),
        "md": answer.to_markdown(),
    }
    assert (tmp_path / name).read_bytes().decode("utf-8") == forms[name[2:].lower()]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.txt", "its ending must be one of .ris, .bib, .csl.json, .csv, .json, .md"),
        ("ris", "its ending must be one of .ris, .bib, .csl.json, .csv, .json, .md"),
        ("none/a.ris", "there is no folder"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_in_a_sentence(tmp_path, name, said):
    with pytest.raises(InputError, match=said):
        checked_export(tmp_path / name)


def test_a_file_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "a.ris").mkdir()
    with pytest.raises(FileError, match=f"{os.sep}a.ris cannot be written .+; name another file to export to"):
        export_answer(Answer("Which?"), tmp_path / "a.ris")


QUESTION = "What does IL-32β induce in breast cancer cells?"


def ask(library, *more):
    from qa.__main__ import main

    return main(["ask", QUESTION, "--library", str(library.path), *map(str, more)])


def test_ask_exports_and_prints_as_without(library, tmp_path, capsys):
    file = tmp_path / "sources.bib"
    assert ask(library, "--json", "--export", file) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [source["pmid"] for source in printed["sources"]] == ["90000001"]
    raw, _ = bibtex_entries(file.read_text("utf-8"))
    assert [entry["pmid"] for entry in raw] == ["90000001"]


def export(library, *more):
    from qa.__main__ import main

    return main(["export", *map(str, more), "--library", str(library.path)])


def test_any_list_of_abstracts_is_exported(library, tmp_path, capsys):
    assert export(library, tmp_path / "all.csv") == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_bytes().decode("utf-8"), newline="")))
    assert [row["PMID"] for row in rows] == library.pmids()
    assert capsys.readouterr().err == f"{len(rows)} abstracts in {tmp_path / 'all.csv'}\n"
    assert export(library, tmp_path / "one.csl.json", "--pmids", "90000001", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(tmp_path / "one.csl.json"), "abstracts": 1}
    assert [item["PMID"] for item in json.loads((tmp_path / "one.csl.json").read_text("utf-8"))] == ["90000001"]


def test_an_answers_formats_are_none_of_a_list(library, tmp_path, capsys):
    assert export(library, tmp_path / "all.md") == 2
    assert "its ending must be one of .ris, .bib, .csl.json, .csv" in capsys.readouterr().err


def test_ask_refuses_an_export_that_cannot_be_before_it_looks_for_an_answer(tmp_path, capsys):
    from qa.__main__ import main

    for name in ("sources.doc", "no-such-folder/sources.ris"):
        assert main(["ask", QUESTION, "--library", "nowhere", "--export", str(tmp_path / name)]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n"), "export" in said.err) == ("", 1, True)


def test_ask_tells_an_unwritable_export_after_the_answer(library, tmp_path, capsys):
    (tmp_path / "a.ris").mkdir()
    assert ask(library, "--export", tmp_path / "a.ris") == 2
    said = capsys.readouterr()
    assert "IL-32β induced VEGF" in said.out
    assert "a.ris cannot be written" in said.err
