"""JSON Lines: every field, every way in which a line can be wrong, and the way back."""

import io
import json

import pytest

from index.errors import InputError
from index.ingest.formats.cleaning import best_title, clean_doi, clean_pmid, collapse_whitespace
from index.ingest.formats.encodings import as_utf8
from index.ingest.formats.json_lines import parse_json_lines
from index.records import Abstract, Author, Correction, Failure, OtherAbstract, Section, from_json, to_json

FULL = Abstract(
    pmid="90000001",
    title="Lamps keep Öland's snails awake – a β trial",
    sections=(
        Section("AIM", "OBJECTIVE", "To see whether."),
        Section("", "", "And then."),
        Section("AIM", "OBJECTIVE", "Twice."),
    ),
    journal="J Snail",
    year=2013,
    authors=("Berg A", "Snail Study Group"),
    types=("Journal Article", "Retracted Publication"),
    mesh=("Snails/physiology", "Light"),
    doi="10.9999/snail.1",
    pmcid="PMC9000001",
    date="2013 Dec 5",
    volume="36",
    issue="6",
    pages="493-503",
    language="eng, swe",
    vernacular_title="Lampor håller snäckor vakna",
    keywords=("lamp", "snail"),
    other_abstracts=(OtherAbstract("swe", "Publisher", (Section("", "", "Lampor."),)),),
    corrections=(Correction("RetractionIn", "90000009", "J Snail. 2014 Jan;37(1):9"), Correction("ErratumIn", "", "X")),
    copyright="© Nobody.",
    is_retracted=True,
    note="Restated.",
    raw=b"<x/>",
)
BARE = Abstract(pmid="7", title="")


def read(*lines: str | bytes) -> list[object]:
    joined = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    return list(parse_json_lines(io.BytesIO(joined), name="x.jsonl"))


@pytest.mark.parametrize("abstract", [FULL, BARE, Abstract("8", "T", year=0)])
def test_to_json_and_from_json_are_each_others_reverse(abstract):
    assert from_json(json.loads(json.dumps(to_json(abstract)))) == abstract


def test_to_json_leaves_empty_fields_and_raw_out():
    assert to_json(Abstract("7", "", raw=b"x")) == {"pmid": "7", "title": ""}


def test_what_to_json_writes_is_read_as_the_same_abstract():
    line = json.dumps(to_json(FULL), ensure_ascii=False)
    assert read(line) == [FULL]
    assert read(line)[0].raw == line.encode()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # a PMID may be a number, and may have leading zeros
        ('{"pmid": 90000001, "title": "A"}', Abstract("90000001", "A")),
        ('{"PMID": "0090000001", "title": "A"}', Abstract("90000001", "A")),
        # an abstract in one text is one section without a label
        ('{"pmid": "1", "abstract": "One.\\n  Two."}', Abstract("1", "", (Section("", "", "One. Two."),))),
        # sections go before abstract, and one without text is left out
        (
            '{"pmid": "1", "abstract": "x", "sections": [{"label": "AIM", "text": "To see."}, {"text": " "}]}',
            Abstract("1", "", (Section("AIM", "OBJECTIVE", "To see."),)),
        ),
        # white space of every kind is folded, control characters go, the rest stays as it is
        ('{"pmid": "1", "title": " a\\u00a0\\u2009b\\tc\\u0000d\\u0301 "}', Abstract("1", "a b cd\u0301")),
        # half a character cannot be stored
        ('{"pmid": "1", "title": "a\\ud800b"}', Abstract("1", "a\ufffdb")),
        # the names that other programs use
        (
            '{"pmid": "1", "title": "A", "publication_types": ["Review"], "retracted": true, "year": "1992"}',
            Abstract("1", "A", types=("Review",), is_retracted=True, year=1992),
        ),
        # the publication type says it too, whatever the flag says
        (
            '{"pmid": "1", "title": "A", "types": ["Retracted Publication"], "is_retracted": false}',
            Abstract("1", "A", types=("Retracted Publication",), is_retracted=True),
        ),
        # a notice of a retraction is not retracted
        (
            '{"pmid": "1", "title": "A", "types": ["Retraction of Publication"]}',
            Abstract("1", "A", types=("Retraction of Publication",)),
        ),
        # null is as good as nothing, a volume may be a number
        (
            '{"pmid": "1", "title": "A", "year": null, "mesh": null, "volume": 36}',
            Abstract("1", "A", volume="36"),
        ),
        ('{"pmid": "1", "title": "A", "doi": "https://doi.org/10.9999/x"}', Abstract("1", "A", doi="10.9999/x")),
    ],
)
def test_one_line(line, expected):
    assert read(line) == [expected]


@pytest.mark.parametrize(
    ("line", "what", "why"),
    [
        ("nonsense", "x.jsonl, line 2", "line 2 is not JSON (Expecting value at column 1); mend or remove it"),
        (
            b'{"pmid": "1", "title": "\xff"}',
            "x.jsonl, line 2",
            "line 2 is not UTF-8 (byte 25 of it); save the file as UTF-8",
        ),
        (
            '["1"]',
            "x.jsonl, line 2",
            'line 2 is a list that starts with "1"; give an object such as {"pmid": "123", "title": …}',
        ),
        ('{"title": "A"}', "x.jsonl, line 2", 'line 2: it has no field "pmid"; give every record its PMID'),
        ('{"pmid": "12a"}', "x.jsonl, line 2", 'line 2: its PMID is "12a"; a PMID is a number of 1 to 10 digits'),
        (
            '{"pmid": "12345678901"}',
            "x.jsonl, line 2",
            'line 2: its PMID is "12345678901"; a PMID is a number of 1 to 10 digits',
        ),
        ('{"pmid": 0}', "x.jsonl, line 2", 'line 2: its PMID is "0"; a PMID is a number of 1 to 10 digits'),
        ('{"pmid": true}', "x.jsonl, line 2", 'line 2: its field "pmid" is true; give the PMID as "123" or 123'),
        ('{"pmid": "3"}', "3", 'line 2: it has no text; give "title", and "abstract" or "sections"'),
        (
            '{"pmid": "3", "title": ["A"]}',
            "3",
            'line 2: its field "title" is a list that starts with "A"; give text in quotes',
        ),
        (
            '{"pmid": "3", "title": "A", "year": "soon"}',
            "3",
            'line 2: its field "year" is "soon"; give a year such as 2013',
        ),
        (
            '{"pmid": "3", "title": "A", "authors": 5}',
            "3",
            'line 2: its field "authors" is 5; give a list of texts, as in ["…", "…"]',
        ),
        (
            '{"pmid": "3", "title": "A", "sections": {"AIM": "x"}}',
            "3",
            'line 2: its field "sections" is an object;'
            ' give a list of objects as in [{"label": "RESULTS", "text": "…"}]',
        ),
        (
            '{"pmid": "3", "title": "A", "retracted": "perhaps"}',
            "3",
            'line 2: its field "retracted" is "perhaps"; give true or false',
        ),
        # what E-utilities sends in place of records when asked too often
        (
            '{"error": "API rate limit exceeded"}',
            "x.jsonl, line 2",
            'line 2: it is no record but an error: "API rate limit exceeded"; get the file again',
        ),
        # half a character, which cannot be printed
        (
            '{"pmid": "3", "title": "A", "year": "\\ud800"}',
            "3",
            'line 2: its field "year" is "\ufffd"; give a year such as 2013',
        ),
        (
            '{"pmid": "3", "title": "A", "year": Infinity}',
            "3",
            'line 2: its field "year" is Infinity; give a year such as 2013',
        ),
        # numbers and nesting that Python itself refuses
        (
            f'{{"pmid": {"9" * 5000}}}',
            "x.jsonl, line 2",
            "line 2 is JSON with a number too long or lists too deep; mend or remove it",
        ),
        (
            "[" * 100_000,
            "x.jsonl, line 2",
            "line 2 is JSON with a number too long or lists too deep; mend or remove it",
        ),
    ],
)
def test_a_bad_line_costs_only_itself(line, what, why):
    first, third = '{"pmid": "90000001", "title": "A"}', '{"pmid": "90000003", "title": "C"}'
    assert read(first, line, third) == [Abstract("90000001", "A"), Failure(what, why), Abstract("90000003", "C")]


def test_blank_lines_are_skipped_but_counted():
    assert read("", '{"pmid": "1", "title": "A"}', "  ", "x") == [
        Abstract("1", "A"),
        Failure("x.jsonl, line 4", "line 4 is not JSON (Expecting value at column 1); mend or remove it"),
    ]


def test_nothing_yields_nothing():
    assert read("") == read("\n \n") == []


@pytest.mark.parametrize(
    "text",
    [
        '[{"pmid": 1, "title": "A"}, {"pmid": 2, "title": "B"}]',
        '[\n  {\n    "pmid": 1,\n    "title": "A"\n  },\n  {\n    "pmid": 2,\n    "title": "B"\n  }\n]\n',
        '{\n  "pmid": 1,\n  "title": "A"\n}\n{\n  "pmid": 2,\n  "title": "B"\n}\n',
        '\ufeff{"pmid": 1, "title": "A"}\r\n{"pmid": 2, "title": "B"}\r\n',
        '[{"pmid": 1, "title": "A"}]\n[{"pmid": 2, "title": "B"}]\n',
        '[[{"pmid": 1, "title": "A"}, [{"pmid": 2, "title": "B"}]]]',
    ],
    ids=["array in a line", "array over lines", "objects over lines", "byte order mark", "two arrays", "arrays in one"],
)
def test_other_layouts(text):
    assert read(text) == [Abstract("1", "A"), Abstract("2", "B")]


def test_utf_16():
    assert list(parse_json_lines(io.BytesIO('{"pmid": 1, "title": "Ö"}'.encode("utf-16")), name="x")) == [
        Abstract("1", "Ö")
    ]


WHOLE = "and none of it was read; get the file again, mend it there, or save it with one record a line"


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ('{"pmid" 2}', "is damaged at line 2, column 10 (Expecting ':' delimiter)"),
        ('{"pmid": 2, "title": "B}', "is damaged at line 2, column 27 (Invalid control character at)"),  # no quote
        ('{"pmid": 2, "sections": [{"text": "B"}', "is damaged at line 3, column 28 (Expecting ',' delimiter)"),
        ("nonsense", "is damaged at line 2, column 2 (Expecting value)"),
        ('{"pmid": ' + "9" * 5000 + "}", "is damaged at line 2, column 2 (a number too long or lists too deep)"),
        (b'{"pmid": 2, "title": "\xff"}', "is damaged at line 2, column 24 (not UTF-8)"),
        ("{}", ""),
    ],
)
def test_an_array_that_is_damaged_anywhere_is_one_failure(broken, why):
    broken = broken.encode() if isinstance(broken, str) else broken
    reads = read(b'[{"pmid": 1, "title": "A"},\n ' + broken + b',\n {"pmid": 3, "title": "C"}]')
    if why:
        (failure,) = reads
        assert failure.what == "x.jsonl" and failure.why.startswith(why) and failure.why.endswith(WHOLE)
    else:  # whole JSON, though one of its records is none
        assert [one.pmid for one in reads if isinstance(one, Abstract)] == ["1", "3"]
        assert reads[1] == Failure("x.jsonl, record 2", 'record 2: it has no field "pmid"; give every record its PMID')


def test_an_object_over_lines_that_is_damaged_is_one_failure():
    assert read("{", '  "pmid": 1,', '  "title" "A"', "}", '{"pmid": 2, "title": "B"}') == [
        Failure("x.jsonl", f"is damaged at line 3, column 11 (Expecting ':' delimiter), {WHOLE}")
    ]


def test_a_first_line_that_was_cut_off_costs_only_itself():
    first, *others = read('{"pmid": 1, "title": ', '{"pmid": 2, "title": "B"}', "", '{"pmid": 3, "title": "C"}')
    assert first == Failure("x.jsonl, line 1", "line 1 is not JSON (Expecting value at column 21); mend or remove it")
    assert others == [Abstract("2", "B"), Abstract("3", "C")]


@pytest.mark.parametrize("size", [1, 3, 64])
def test_where_blocks_end_makes_no_difference_to_an_array(monkeypatch, size):
    monkeypatch.setattr("index.ingest.formats.json_lines._BLOCK", size)
    records = [f'{{"pmid": {n}, "title": "Ö \\u00d6 \\"{n}\\""}}' for n in range(1, 20)]
    assert read("[" + ",\n  ".join(records) + "]") == [Abstract(str(n), f'Ö Ö "{n}"') for n in range(1, 20)]
    records[5] = '{"pmid" 6}'
    assert read("[" + ",\n  ".join(records) + "]") == [
        Failure("x.jsonl", f"is damaged at line 6, column 11 (Expecting ':' delimiter), {WHOLE}")
    ]


@pytest.mark.parametrize("is_kept_on_disk", [False, True])
def test_an_array_beyond_all_measure_is_refused(monkeypatch, is_kept_on_disk):
    monkeypatch.setattr("index.ingest.formats.json_lines.MAX_ARRAY_BYTES", 60)
    monkeypatch.setattr("index.ingest.formats.json_lines._MAX_IN_MEMORY", 10 if is_kept_on_disk else 100)
    assert read('[{"pmid": 1, "title": "A"}, {"pmid": 2, "title": "B"}]') == [Abstract("1", "A"), Abstract("2", "B")]
    (failure,) = read('[{"pmid": 1, "title": "A"}, {"pmid": 2, "title": "' + "B" * 40 + '"}]')
    assert failure == Failure("x.jsonl", f"is longer than 60 bytes, {WHOLE}")


def test_an_encoding_that_is_unknown_is_a_failure():
    (failure,) = read('<?xml version="1.0" encoding="klingon"?>')
    assert 'names the encoding "klingon", which is unknown' in failure.why


def test_an_array_that_was_cut_off_says_so():
    assert read('[{"pmid": 1, "title": "A"},') == [
        Failure("x.jsonl", f"ends before its closing bracket, {WHOLE}"),
    ]


def test_a_line_beyond_all_measure_is_left_out(monkeypatch):
    monkeypatch.setattr("index.ingest.formats.json_lines.MAX_LINE_BYTES", 60)
    long = '{"pmid": "2", "title": "' + "x" * 200 + '"}'
    assert read('{"pmid": "1", "title": "A"}', long, '{"pmid": "3", "title": "C"}') == [
        Abstract("1", "A"),
        Failure("x.jsonl, line 2", "line 2 is longer than 60 bytes; split it"),
        Abstract("3", "C"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        (" a  b\n\tc ", "a b c"),
        ("a\u00a0b\u2028c\u3000d\u0085e", "a b c d e"),
        ("\x00a\x1bb\x7fc\x9fd", "abcd"),
        # not normalised: a decomposed letter stays as it came
        ("e\u0301", "e\u0301"),
        # a zero-width space is text
        ("a\u200bb", "a\u200bb"),
    ],
)
def test_fold(text, expected):
    assert collapse_whitespace(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("1", "1"), (" 0042\n", "42"), ("9999999999", "9999999999")])
def test_clean_pmid(text, expected):
    assert clean_pmid(text) == expected


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "12345678901", "1 2", "١٢", "PMC1"])
def test_what_is_no_pmid(text):
    with pytest.raises(InputError, match="PMID"):
        clean_pmid(text)


@pytest.mark.parametrize("text", ["10.9999/x", "doi:10.9999/x", "DOI: 10.9999/x", "http://dx.doi.org/10.9999/x"])
def test_clean_doi(text):
    assert clean_doi(text) == "10.9999/x"


@pytest.mark.parametrize(
    ("title", "vernacular", "expected"),
    [
        ("A", "B", "A"),
        ("", "B", "B"),
        ("[Not Available].", "B", "B"),
        # better than nothing
        ("[Not Available].", "", "[Not Available]."),
        ("", "", ""),
    ],
)
def test_best_title(title, vernacular, expected):
    assert best_title(title, vernacular) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Ö".encode(), "Ö"),
        ("Ö".encode("utf-8-sig"), "Ö"),
        ("<Ö/>".encode("utf-16"), "<Ö/>"),
        # without a byte order mark
        ("<Ö/>".encode("utf-16-le"), "<Ö/>"),
        ("<Ö/>".encode("utf-16-be"), "<Ö/>"),
        (
            '<?xml version="1.0" encoding="iso-8859-1"?><Ö/>'.encode("latin-1"),
            '<?xml version="1.0" encoding="iso-8859-1"?><Ö/>',
        ),
        # says UTF-16, but it is not: .NET writes this
        ('<?xml version="1.0" encoding="utf-16"?><Ö/>'.encode(), '<?xml version="1.0" encoding="utf-16"?><Ö/>'),
    ],
)
def test_as_utf8(source, expected):
    assert as_utf8(io.BytesIO(source)).read().decode("utf-8") == expected


@pytest.mark.parametrize("encoding", ["klingon", "zlib", "hex"])
def test_as_utf8_refuses_what_is_no_encoding_of_text(encoding):
    with pytest.raises(InputError, match=f'names the encoding "{encoding}", which is unknown; save it as UTF-8'):
        as_utf8(io.BytesIO(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()))


@pytest.mark.parametrize(
    ("authors", "names", "records"),
    [
        (["Velmont, Dara Q", "Ada Norvik"], ("Velmont DQ", "Ada Norvik"),
         (Author("Velmont", "Dara Q", "DQ"), Author(group="Ada Norvik"))),
        ([{"family": "Velmont", "given": "Dara", "suffix": "Jr", "orcid": "0000-0002-1825-0097"}, {"group": "ESKS UK"}],
         ("Velmont D Jr", "ESKS UK"),
         (Author("Velmont", "Dara", "D", "Jr", orcid="0000-0002-1825-0097"), Author(group="ESKS UK"))),
        (["Berg A", "Snail Study Group"], ("Berg A", "Snail Study Group"), ()),
    ],
)  # fmt: skip
def test_authors_with_their_parts_or_as_flat_names(authors, names, records):
    [abstract] = read(json.dumps({"pmid": "1", "title": "T", "authors": authors}))
    assert (abstract.authors, abstract.author_records) == (names, records)
    assert read(json.dumps(to_json(abstract))) == [abstract]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # as pandas writes what is missing, and whole numbers beside it
        ('{"pmid": 7.0, "title": "T", "abstract": NaN, "year": 2015.0}', Abstract("7", "T", year=2015)),
        ('{"pmid": "7.0", "title": "T", "year": "2015.0", "volume": 12.0}', Abstract("7", "T", year=2015, volume="12")),
        # the year of the date
        ('{"pmid": 7, "title": "T", "date": "2015-03-07"}', Abstract("7", "T", year=2015, date="2015 Mar 7")),
        ('{"pmid": 7, "title": "T", "date": "07/03/2015"}', Abstract("7", "T", year=2015, date="07/03/2015")),
        # markup of a page
        ('{"pmid": 7, "title": "10<sup>6</sup> &lt;i&gt;E.&lt;/i&gt; &beta;"}', Abstract("7", "10⁶ E. β")),
        ('{"pmid": 7, "title": "R&D &lt;"}', Abstract("7", "R&D &lt;")),
    ],
)
def test_values_as_other_programs_write_them(line, expected):
    assert read(line) == [expected]
