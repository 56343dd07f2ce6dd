"""Which sentences are on the topic of an overview."""

from index import Abstract, Section
from qa.answer import Source
from qa.evidence.scoring import Evidence
from qa.generation.overview import on_topic
from qa.question.analysis import analyse


def sentence(text, title):
    source = Source(1, Abstract("1", title, (Section("", "", text),)))
    start = source.abstract.text.index(text)
    return Evidence(source, start, start + len(text), text, "", None, 0.5, 0.5, (), (), 0.5, 0.5)


def test_all_of_an_abstract_is_on_the_topic_that_its_title_names():
    topic = analyse("Tell me about black cohosh", encoder=None)
    named = sentence("Trials found it no better than placebo.", "Black cohosh for hot flushes")
    known = sentence("Black cohosh is widely sold.", "Black cohosh for hot flushes")
    other = sentence("Trials found it no better than placebo.", "Soy for hot flushes")
    assert on_topic(topic, [named, known, other], beside=[known]) == [named]
