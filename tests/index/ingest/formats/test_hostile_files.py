"""Files made to fill the memory, to take for ever or to be obeyed: what comes out of each, and what it takes.

Each is read in a process of its own, whose peak of memory is measured. The time limit is far above what any of them
takes (seconds) and far below what they took when time grew with the square of the length (hours).
"""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS

READ = SCRIPTS / "read_bounded.py"
MOST_SECONDS = 240
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
MB = 1 << 20

FIRST, LAST = "90000001", "90000009"


def xml(pmid: str, title: bytes = b"T", rest: bytes = b"") -> bytes:
    head = b"<PubmedArticle><MedlineCitation><PMID>" + pmid.encode() + b"</PMID><Article><ArticleTitle>"
    return head + title + b"</ArticleTitle>" + rest + b"</Article></MedlineCitation></PubmedArticle>\n"


def in_set(*between: bytes) -> list[bytes]:
    return [b"<PubmedArticleSet>\n", xml(FIRST), *between, xml(LAST), b"</PubmedArticleSet>\n"]


def medline(*between: bytes) -> list[bytes]:
    return [f"PMID- {FIRST}\nTI  - T\n\n".encode(), *between, f"\n\nPMID- {LAST}\nTI  - T\n".encode()]


def line(pmid: str, **fields: object) -> bytes:
    return json.dumps({"pmid": pmid, "title": "T"} | fields).encode() + b"\n"


def lines(*between: bytes) -> list[bytes]:
    return [line(FIRST), *between, b"\n", line(LAST)]


def array(*between: bytes) -> list[bytes]:
    return [b"[", line(FIRST).strip(), b",", *between, b",", line(LAST).strip(), b"]"]


def gz(*pieces: bytes) -> list[bytes]:
    """Return one member a piece; a piece that stands there often is packed once."""
    packed = {piece: gzip.compress(piece, mtime=0) for piece in set(pieces)}
    return [packed[piece] for piece in pieces]


def bomb() -> list[bytes]:
    """Return ten megabytes that unpack to ten gigabytes: a record, then a title without an end."""
    member = b"x" * (100 * MB)
    return gz(b"<PubmedArticleSet>" + xml(FIRST) + xml(LAST, b"\n").partition(b"\n")[0], *[member] * 100)


def nested_bomb() -> list[bytes]:
    return [gzip.compress(b"".join(bomb()), mtime=0)]


def wide_record(count: int, tag: bytes) -> bytes:
    return xml("90000002", tag * count)


AUTHORS = 100_000
PERSON = b"<Author><LastName>Berg</LastName><ForeName>Anna</ForeName><Initials>A</Initials></Author>"
BOTH = [FIRST, LAST]
MEND = "; get the file again or mend it there"
BOMB = "is a gzip file that unpacks to more than 200 times its size, as no records do"
BOMBED = [("90000009", "is longer than 33,554,432 bytes" + MEND), ("f", f"{BOMB}; what could be")]
TOO_MANY = [("90000002", "is longer than 2,000,000 tags" + MEND)]
# what is written, the PMIDs that come out, the failures (what, how why ends), the most memory in MB
FLOODS = {
    "gz bomb": (bomb, [FIRST], BOMBED, 250),
    "gz bomb in gz": (
        nested_bomb, [FIRST], BOMBED, 250,
    ),
    "title of 10 MB": (
        lambda: in_set(xml("90000002", b"x" * 10 * MB)),
        BOTH, [("90000002", "its text has 10,485,760 characters; the most is 200,000")], 300,
    ),
    "title of 10 MB in MEDLINE": (
        lambda: medline(b"PMID- 90000002\nTI  - " + b"x" * 10 * MB),
        BOTH, [("90000002", "its text has 10,485,760 characters; the most is 200,000")], 300,
    ),
    "title of 10 MB in JSON": (
        lambda: lines(line("90000002", title="x" * 10 * MB)),
        BOTH, [("90000002", "its text has 10,485,760 characters; the most is 200,000")], 300,
    ),
    "100,000 authors": (
        lambda: in_set(xml("90000002", rest=b"<AuthorList>" + PERSON * AUTHORS + b"</AuthorList>")),
        [FIRST, "90000002", LAST], [], 500,
    ),
    "100,000 authors in MEDLINE": (
        lambda: medline(b"PMID- 90000002\nTI  - T\n" + b"AU  - Berg A\n" * AUTHORS),
        [FIRST, "90000002", LAST], [], 300,
    ),
    "100,000 authors in JSON": (
        lambda: lines(line("90000002", authors=["Berg A"] * AUTHORS)), [FIRST, "90000002", LAST], [], 300,
    ),
    "900,000 elements deep": (
        lambda: in_set(xml("90000002", b"<i>" * 900_000 + b"x" + b"</i>" * 900_000)),
        [FIRST, "90000002", LAST], [], 700,
    ),
    "a million elements deep": (
        lambda: in_set(xml("90000002", b"<i>" * 1_000_000 + b"x" + b"</i>" * 1_000_000)),
        BOTH, TOO_MANY, 300,
    ),
    "elements wherever one looks, deep down": (
        lambda: in_set(xml("90000002", b"<i>" * 900 + b"x" + b"<i/>" * 300_000 + b"</i>" * 900)),
        [FIRST, "90000002", LAST], [], 700,
    ),
    "a flood of elements": (
        lambda: in_set(wide_record(7_000_000, b"<a/>")), BOTH, TOO_MANY, 300,
    ),
    "a flood of attributes": (
        lambda: in_set(xml("90000002", b"<a " + b" ".join(b'a%d=""' % n for n in range(2_000_000)) + b"/>")),
        BOTH, TOO_MANY, 300,
    ),
    "a record of 100 MB": (
        lambda: in_set(wide_record(10 * MB, b"some text ")),
        BOTH, [("90000002", "is longer than 33,554,432 bytes" + MEND)], 300,
    ),
    "openings of citations": (
        lambda: in_set(b"<PubmedArticle>" + b"<MedlineCitation " * 200_000 + b"</PubmedArticle>"),
        BOTH, [("f, record 2", "is not well formed (not well-formed (invalid token) in line 3)" + MEND)], 300,
    ),
    "brackets in an error": (
        lambda: [b"<eFetchResult><ERROR>", b"<" * 20 * MB],
        [], [("f", "fetch it again")], 300,
    ),
    "comments that do not end": (lambda: in_set(b"<!-- <![CDATA[ <!DOCTYPE [ " * 200_000), BOTH, [], 300),
    "entities declared for 20 MB": (
        lambda: [b"<!DOCTYPE x [", b'<!ENTITY a "&b;&b;">' * MB, b"]>", *in_set(xml("90000002", b"&a;"))],
        BOTH, [("90000002", "is not well formed (undefined entity in line 3)" + MEND)], 300,
    ),
    "a text that goes on for ever": (
        lambda: medline(b"PMID- 90000002\nTI  - T\nAB  - x\n", b"      x\n" * 600_000),
        BOTH, [("90000002", "is longer than 33,554,432 bytes or 500,000 lines; get the file again")], 300,
    ),
    "five megabytes without a line feed": (
        lambda: medline(b"PMID- 90000002\rTI  - T\rAB  - x\r", b"  x\r" * 1_200_000),
        BOTH, [("90000002", "is longer than 33,554,432 bytes or 500,000 lines; get the file again")], 300,
    ),
    "a line of 200 MB": (
        lambda: lines(b'{"pmid": "90000002", "title": "', *[b"x" * MB] * 200, b'"}'),
        BOTH, [("f, line 2", "line 2 is longer than 20,000,000 bytes; split it")], 300,
    ),
    "a first line of 200 MB": (
        lambda: [b'{"pmid": "90000002", "title": "', *[b"x" * MB] * 200, b'"}\n', *lines()],
        BOTH, [("f, line 1", "line 1 is longer than 20,000,000 bytes; split it")], 500,
    ),
    "an array of 40 MB in one line": (
        lambda: array(b",".join([line("90000002", abstract="some text " * 19_000).strip()] * 200)),
        [FIRST, *["90000002"] * 200, LAST], [], 300,
    ),
    "an array of 200 MB in one line": (
        lambda: array(b",".join([line("90000002", abstract="some text " * 19_000).strip()] * 1_050)),
        [FIRST, *["90000002"] * 1_050, LAST], [], 300,
    ),
    "an element of 60 MB": (
        lambda: array(b'{"pmid": "90000002", "title": "', *[b"x" * MB] * 60, b'"}'),
        [], [("f", "is damaged at line 1, column 37 (a value of more than 20,000,000 characters)")], 500,
    ),
    "an element that is nested a million deep": (
        lambda: array(b'{"a":' * 1_000_000, b"1", b"}" * 1_000_000),
        [], [("f", "is damaged at line 1, column 37 (a number too long or lists too deep), and none of it")], 300,
    ),
    "a line full of empty objects": (
        lambda: lines(b'{"pmid": "90000002", "title": "T", "x": [' + b"{}," * 6_000_000 + b"{}]}"),
        [FIRST, "90000002", LAST], [], 900,
    ),
    "brackets": (lambda: [b"[" * 20 * MB], [], [("f", "ends before its closing bracket")], 300),
}  # fmt: skip


SLOW = (
    "an array of 200 MB in one line",
    "a text that goes on for ever",
    "gz bomb in gz",
    "an element of 60 MB",
    "a line full of empty objects",
    "brackets in an error",
)


def read(tmp_path: Path, pieces: list[bytes]) -> dict:
    path = tmp_path / "f"
    with path.open("wb") as file:
        file.writelines(pieces)
    done = subprocess.run(
        [sys.executable, str(READ), str(path)], capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    path.unlink()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("case", [pytest.param(one, marks=[pytest.mark.slow] if one in SLOW else []) for one in FLOODS])
def test_a_flood_is_bounded_and_said_and_its_neighbours_come_out(tmp_path, case):
    make, pmids, failures, most_mb = FLOODS[case]
    account = read(tmp_path, make())
    assert account["error"] == ""
    assert account["pmids"] == pmids
    assert [what for what, _why in account["failures"]] == [what for what, _why in failures]
    for (_what, why), (_expected, expected) in zip(account["failures"], failures, strict=True):
        assert expected in why and len(why) < 700
    assert account["peak_mb"] < most_mb
    assert account["authors"] == (AUTHORS if "authors" in case else 0)


def test_of_a_hundred_thousand_bad_lines_ten_thousand_are_named_and_the_others_counted(tmp_path):
    account = read(tmp_path, [line(FIRST), b"x\n" * 100_000, line(LAST)])
    assert account["pmids"] == BOTH
    assert len(account["failures"]) == 10_001
    assert account["failures"][-1] == ["f, further on", "90,000 more could not be read; mend the file"]
    assert account["peak_mb"] < 300


@pytest.mark.parametrize("filling", [b" ", b"\0"])
def test_a_bomb_that_begins_with_nothing_is_refused_at_once(tmp_path, filling):
    account = read(tmp_path, gz(*[filling * (100 * MB)] * 100))
    assert account["pmids"] == account["failures"] == []
    assert re.search("holds only white space; get the file again|is of no kind that is known", account["error"])
    assert account["peak_mb"] < 200
