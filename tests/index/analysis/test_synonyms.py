"""A library's own synonyms: files as people have them, and what is wrong with some."""

import pytest

from index.analysis.abbreviations import key
from index.analysis.synonyms import MOST_LINES, Synonyms, parse_synonyms, read_synonyms
from index.errors import InputError


def others(synonyms, name):
    return [one.long for one in synonyms.of(key(name))]


@pytest.mark.parametrize("text", ["heart attack,myocardial infarction\n", "heart attack\tmyocardial infarction"])
def test_either_name_is_looked_up_by_the_other_in_any_spelling(text):
    synonyms = parse_synonyms(text)
    assert others(synonyms, "Heart attacks") == ["myocardial infarction"]
    assert others(synonyms, "myocardial infarction") == ["heart attack"]
    assert others(synonyms, "heart") == []


def test_all_names_of_one_thing_belong_together():
    synonyms = parse_synonyms('# of the ward\n\nMI,myocardial infarction\nheart attack,MI\n"infarction, cardiac",MI,\n')
    assert others(synonyms, "heart attack") == ["MI", "myocardial infarction", "infarction, cardiac"]
    assert others(synonyms, "myocardial infarction") == ["MI", "heart attack", "infarction, cardiac"]


def test_of_very_many_names_the_first_are_searched_for():
    synonyms = parse_synonyms("".join(f"name number {number},the thing\n" for number in range(1_000)))
    assert others(synonyms, "the thing") == [f"name number {number}" for number in range(30)]


def test_what_says_nothing_new_is_left_out():
    assert parse_synonyms("IL-6,IL6\nHER2,ERBB2\nHER2,ERBB2\n").rows == parse_synonyms("HER2,ERBB2").rows


def test_a_name_may_have_two_things_that_are_one():
    rows = "heart attack,MI\nheart attack,myocardial infarction\nMI,myocardial infarction"
    assert others(parse_synonyms(rows), "heart attack") == ["MI", "myocardial infarction"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "ms,multiple sclerosis\nra,rheumatoid arthritis\nms,mass spectrometry",
            "line 3: “ms” stands for “multiple sclerosis” in line 1 and for “mass spectrometry” here; leave",
        ),
        ("alpha x,beta x\nbeta x,alpha x", "stands for it again; leave one of them out"),
        (
            "alpha x,beta x\nbeta x,gamma x\ngamma x,alpha x",
            "line 1: “alpha x” stands for “beta x”, which by other lines",
        ),
        ("HER2,ERBB2\nB,vitamin B", "line 2: “B” is a name of one letter, which stands for too much"),
        ("HER2", "line 1: write two names, with a tab or a comma between them"),
        ("HER2,ERBB2,neu", "line 1: write two names"),
        ("HER2,ERBB2\nHER2\tneu", "line 2: write two names"),
        (",ERBB2", "line 1: write two names"),
        ("HER2,---", "line 1: “---” is no name of up to 200 characters"),
        (f"HER2,{'x' * 201}", "is no name of up to 200 characters"),
        ("a1,b1\n" * (MOST_LINES + 1), "it has 100,001 lines; the most is 100,000"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(text, says):
    with pytest.raises(InputError) as raised:
        parse_synonyms(text)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read: No such file"), (b"\xff\xfe\x00", "it is no text in UTF-8"), (b"a,b", "line 1: “a” is")],
)
def test_a_file_is_named_in_the_sentence(tmp_path, content, says):
    if content is not None:
        (tmp_path / "own.csv").write_bytes(content)
    with pytest.raises(InputError, match="own.csv.*" + says):
        read_synonyms(tmp_path / "own.csv")


def test_kept_with_their_keys_they_are_read_as_they_were():
    synonyms = parse_synonyms("heart attack,MI\nHER2,ERBB2")
    assert Synonyms.from_json(synonyms.to_json()) == synonyms
    of_another_version = synonyms.to_json().replace("heart_attack", "cor")
    assert Synonyms.from_json(of_another_version) == synonyms
    assert synonyms.sha256 == parse_synonyms("HER2,ERBB2\nheart attack,MI").sha256 != Synonyms().sha256 == ""
