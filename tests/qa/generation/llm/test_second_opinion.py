"""The language model asked again about what is backed: it may take a verdict back, and never gives one."""

import pytest
from chat_server import Raw, Said, chat_server

from index import Library
from qa import Assistant

QUESTION = "What does IL-32β induce in breast cancer cells?"
WRITTEN = Said("IL-32β induced VEGF in breast cancer cells [1]. In men it cured every tumour within a week [1].")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch):
    for name in ("OPENAI_API_KEY", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


# what the model says of the one backed sentence -> its verdict and the beginning of the objection
OPINIONS = [
    ("SAYS SO", "backed", ""),
    ("**Does not say**: VEGF is not named.", "not matched", "asked again, the language model finds that its quotes do"),
    (
        "<think>SAYS SO?</think>SAYS OTHERWISE",
        "not matched",
        "asked again, the language model finds that its quotes say",
    ),
    # no opinion, or two
    ("Well.", "backed", ""),
    ("SAYS SO or SAYS OTHERWISE", "backed", ""),
]


@pytest.mark.parametrize(("opinion", "verdict", "objection"), OPINIONS)
def test_a_backed_sentence_needs_the_models_word_too(library, opinion, verdict, objection):
    with chat_server(WRITTEN, Said(opinion)) as server:
        assistant = Assistant(library, llm="local", llm_url=server.url, check_with_llm=True)
        growing = list(assistant.stream(QUESTION))
    answer = growing[-1]
    assert len(server.asked) == 2  # the sentence that is not backed is not asked about
    asked = server.asked[1]["messages"][1]["content"]
    assert "“IL-32β induced VEGF in breast cancer cells.”" in asked
    assert "Sentence: IL-32β induced VEGF in breast cancer cells.\n" in asked
    assert [sentence.verdict for sentence in answer.sentences] == [verdict, "not matched"]
    assert answer.sentences[0].objection.startswith(objection)
    assert "The language model is asked whether the quotes bear out sentence 1 of 1 …" in [
        one.waiting for one in growing
    ]
    assert answer.waiting == ""
    assert len(answer.sources) == (verdict == "backed")
    assert answer.settings["check_prompt_sha256"]


def test_a_model_that_cannot_be_asked_again_changes_nothing_and_that_is_said(library):
    with chat_server(WRITTEN, Raw(403, {"error": "no"})) as server:
        answer = Assistant(library, llm="local", llm_url=server.url, check_with_llm=True).ask(QUESTION)
    assert [sentence.verdict for sentence in answer.sentences] == ["backed", "not matched"]
    assert answer.message.startswith("The sentences were not checked by the language model: ")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    import json

    from conftest import ABSTRACTS

    from index.records import to_json

    folder = tmp_path_factory.mktemp("opinion")
    lines = "".join(json.dumps(to_json(one)) + "\n" for one in ABSTRACTS)
    (folder / "abstracts.jsonl").write_text(lines, encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        opened.add(files=[folder / "abstracts.jsonl"])
        yield opened
