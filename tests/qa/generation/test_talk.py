"""Talk: what is said, and the library's own examples."""

from conftest import abstract

from qa.generation.talk import subjects, talk
from qa.question.records import QuestionAnalysis

EXAMPLES = (
    "What is known about Asthma?",
    "How many abstracts mention Gout?",
    "Which are the newest abstracts on coffee?",
)


def reply(library, kind):
    return talk(QuestionAnalysis("", "talk", "", talk=kind), library)


def test_a_greeting(invented):
    answer = reply(invented, "greeting")
    assert answer.examples == EXAMPLES
    assert answer.message == (
        "Hello. I answer questions from the 9 abstracts of this library, each sentence with a verbatim quote. Ask, for"
        f" example: “{EXAMPLES[0]}”, “{EXAMPLES[1]}” or “{EXAMPLES[2]}”"
    )


def test_thanks(invented):
    assert reply(invented, "thanks").message.startswith(f"You are welcome. Ask on, for example: “{EXAMPLES[0]}”")


def test_help_says_what_can_be_asked(invented):
    message = reply(invented, "help").message
    assert message.startswith("I answer questions from the 9 abstracts of this library")
    assert "I look up papers by PMID, DOI, title or author, and count or list what is here." in message


def test_one_abstract_and_none(lonely, vacant):
    answer = reply(lonely, "greeting")
    assert answer.message.startswith("Hello. I answer questions from the one abstract of this library")
    assert answer.examples[0] == "What is known about tezepelumab?"
    assert reply(vacant, "thanks").message == (
        "You are welcome. This library is empty; add abstracts to it first, then ask about them."
    )
    assert reply(vacant, "help").examples == ()


class Titles:
    """A library of these titles."""

    def __init__(self, titles, mesh=()):
        self.abstracts = {title: abstract("1", title, mesh=mesh) for title in titles}

    def get_many(self, pmids):
        return self.abstracts


def subjects_of(*titles, mesh=()):
    return subjects(Titles(titles, mesh), titles)


def test_without_mesh_the_words_that_titles_share_are_the_subjects():
    titles = ("Restless legs syndrome in pregnancy", "Iron for restless legs syndrome", "Vitamin C in sepsis")
    assert subjects_of(*titles)[:2] == ["restless legs syndrome", "vitamin"]


def test_inverted_descriptors_are_put_right():
    mesh = ("Arthritis, Rheumatoid/drug therapy", "Humans")
    assert subjects_of("A", "B", mesh=mesh) == ["Rheumatoid Arthritis"] * 3


def test_titles_of_no_telling_word():
    assert subjects_of("A study of effects") == []
