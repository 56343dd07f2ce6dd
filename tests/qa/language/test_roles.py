"""What acts on what: a sentence that turns a question round does not answer it."""

import pytest

from qa import Assistant
from qa.language.roles import asked_act, has_roles_turned, is_turned_round, tells_act


@pytest.mark.parametrize(
    ("question", "verb", "agent", "patient"),
    [
        ("What does zeta-7 induce?", "induc", "zeta7", None),
        ("What induces zeta-7?", "induc", None, "zeta7"),
        ("Which genes are induced by zeta-7?", "induc", "zeta7", "gene"),
        ("Does metformin inhibit mTOR in mice?", "inhibit", "metformin", "mtor"),
        ("Which drugs cause torsades?", "caus", "drug", "torsad"),
        ("How may TNF-α activate NF-κB?", "activat", "tnfalpha", "nfkappab"),
    ],
)
def test_what_a_question_is_about(question, verb, agent, patient):
    act = asked_act(question)
    assert act.verb == verb
    assert agent is None and not act.agent or agent in act.agent
    assert patient is None and not act.patient or patient in act.patient


@pytest.mark.parametrize("question", ["What is the role of zeta-7?", "Is zeta-7 safe?", "zeta-7"])
def test_a_question_without_an_act(question):
    assert asked_act(question) is None
    assert not is_turned_round(None, "Zeta-7 induced VEGF.")


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("What does zeta-7 induce?", "TNF-α induced zeta-7 in moss.", True),
        ("What does zeta-7 induce?", "Expression of zeta-7 was induced by TNF-α.", True),
        ("What does zeta-7 induce?", "TNF-α and IL-1β induce zeta-7 in moss.", True),
        ("What does zeta-7 induce?", "Zeta-7 and TNF-α induce VEGF.", False),
        ("What does zeta-7 induce?", "Zeta-7 induced VEGF.", False),
        ("What does zeta-7 induce?", "Zeta-7 was induced by TNF-α, and zeta-7 induced VEGF.", False),
        ("What does zeta-7 induce?", "Zeta-7 was inhibited by TNF-α.", False),  # another verb says nothing on this one
        ("What induces zeta-7?", "Zeta-7 induces VEGF.", True),
        ("What induces zeta-7?", "TNF-α induces zeta-7.", False),
        ("Does metformin inhibit mTOR?", "mTOR was inhibited by metformin.", False),
        ("Does metformin inhibit mTOR?", "Metformin was inhibited by mTOR.", True),
    ],
)
def test_a_sentence_that_turns_the_question_round(question, sentence, expected):
    assert is_turned_round(asked_act(question), sentence) is expected


def test_what_induces_a_thing_is_not_said_of_what_it_induces(tmp_path, json_lines):
    from conftest import abstract

    from index import Library

    texts = (
        abstract("90000011", "Zeta-7 in moss", "Zeta-7 induced moss growth in the dark."),
        abstract("90000012", "Zeta-7 and light in moss", "Zeta-7 was induced by light in moss in the dark."),
    )
    with Library.open(tmp_path / "moss", create=True) as library:
        library.add(files=[json_lines(texts)])
        told = {
            question: Assistant(library).ask(question).sentences[0].text
            for question in ("What does zeta-7 induce in moss?", "What induces zeta-7 in moss?")
        }
    assert list(told.values()) == [
        "Zeta-7 induced moss growth in the dark.",
        "Zeta-7 was induced by light in moss in the dark.",
    ]


@pytest.mark.parametrize(
    ("sentence", "tells", "turned"),
    [
        ("TNF-α and IL-1β induce IL-32β in endothelial cells.", True, False),
        ("IL-32β is induced by TNF-α.", True, False),
        ("IL-32β induces VEGF.", False, True),
        ("IL-32β activates NF-κB.", False, True),
        ("Epithelial cells contain little IL-32β.", False, False),
    ],
)
def test_what_tells_the_act_asked_for_and_what_turns_it_round(sentence, tells, turned):
    act = asked_act("What induces IL-32β?")
    assert (tells_act(act, sentence), has_roles_turned(act, sentence)) == (tells, turned)
