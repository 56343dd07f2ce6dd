"""A kept conversation as Markdown, JSON and a page that stands alone."""

from __future__ import annotations

import json
import re

import pytest

from index import Library
from qa import Assistant
from ui.conversation import Exchange
from ui.history.export import to_html, to_json, to_markdown
from ui.history.records import ConversationLine, SavedConversation

ATTACK = "<script>alert(1)</script> [a](javascript:b)"


@pytest.fixture(scope="module")
def saved(samples: Library) -> SavedConversation:
    answer = Assistant(samples).ask("What does IL-32β induce?")
    exchanges = (Exchange(1, answer.question, answer), Exchange(2, ATTACK, problem="“x” is not a year."))
    return SavedConversation(ConversationLine("a", ATTACK, "sample", 0.0, 2), exchanges)


def quote_of(saved: SavedConversation) -> str:
    answer = saved.exchanges[0].answer
    assert answer
    return answer.sentences[0].citations[0].quote


def test_markdown_has_every_answer_with_its_quotes(saved: SavedConversation) -> None:
    text = to_markdown(saved)
    assert text.startswith(
        r"# \<script\>alert(1)\</script\> \[a\](javascript:b)" + "\n\nAskAbstracts, library sample, 1970"
    )
    assert quote_of(saved)[:40] in text.replace("\\", "")
    assert text.rstrip().endswith("“x” is not a year.")


def test_json_has_the_answers_of_the_command_line(saved: SavedConversation) -> None:
    read = json.loads(to_json(saved))
    answer = saved.exchanges[0].answer
    assert answer
    assert read["turns"][0]["answer"] == json.loads(json.dumps(answer.to_dict()))
    assert read["turns"][1] == {"number": 2, "question": ATTACK, "problem": "“x” is not a year.", "answer": None}


def test_the_page_stands_alone_and_takes_no_text_for_html(saved: SavedConversation) -> None:
    page = to_html(saved)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"""(?:src|href)=["'](?!#|https://(?:pubmed|doi|www\.ncbi))""", page)
    assert not re.search(r"@import|url\(", page)
    assert page.count('class="aa-card"') >= 1
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links <= set(re.findall(r'id="([^"]+)"', page))
