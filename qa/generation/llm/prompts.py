"""Prompts from files, checked as they are read, and the text that fills them: numbered abstracts, earlier turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import FileError
from qa.answer import Source, Turn

if TYPE_CHECKING:
    from langchain_core.prompts import ChatPromptTemplate

FOLDER = Path(__file__).parents[3] / "prompts"
VARIABLES = {
    "answer": ("question", "sources"),
    "standalone": ("history", "question"),
    "check": ("quotes", "sentence"),
    "summary": ("topic",),
    "study": ("sources",),
}
"""Each prompt with its variables."""

REFUSAL = "NOT IN THESE ABSTRACTS"
"""The model's reply when the abstracts do not hold the answer."""

MAX_ABSTRACT_CHARS = 4000
"""Of a longer abstract (a book's, a report's) only its hits are sent, to spare small models' memory."""
MAX_TURNS = 3
MAX_TURN_CHARS = 500

_HEADER = re.compile(r"\s*<!--(?P<purpose>.*?)\bVariables:(?P<variables>[^\n]*?)-->[ \t]*$", re.MULTILINE)
_PART = re.compile(r"^# (?P<message>system|user)(?: (?P<form>text|json))?[ \t]*$", re.MULTILINE)
_MARK_SIGNS = re.compile(r"([<>＜＞])(?:\s*\1)+")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file as read: its name, LangChain's template, and the SHA-256 of its text (with \\n line ends).

    `structured` asks for the same as JSON by a schema; it is None in a file that has no part "# system json".
    """

    name: str
    template: ChatPromptTemplate
    sha256: str
    structured: ChatPromptTemplate | None = None


def load_prompt(name: str, *, folder: Path = FOLDER) -> Prompt:
    """Read the prompt `name` from its file; FileError names everything that is wrong with it at once."""
    if name not in VARIABLES:
        raise FileError(f'there is no prompt "{name}"; the prompts are: {", ".join(VARIABLES)}')
    path = folder / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"the prompt file {path} cannot be read ({error}); put the project's own back") from error
    head, parts = _parts(text)
    problems = _header_problems(head, VARIABLES[name]) + _part_problems(parts)
    templates = []
    for form in ("text", "json"):
        template, unusable = _template(parts, form, VARIABLES[name])
        templates.append(template)
        problems += [problem for problem in unusable if problem not in problems]
    if templates[0] is None or problems:
        raise FileError(f"the prompt file {path} cannot be used: {'; '.join(problems)}")
    structured = templates[1] if ("system", "json") in {(part.message, part.form) for part in parts} else None
    return Prompt(name, templates[0], sha256(text.encode()).hexdigest(), structured)


@dataclass(frozen=True, slots=True)
class _PromptPart:
    """A part of a message; `form` is "text" or "json" where it is for replies of that form alone."""

    message: str
    form: str
    text: str


def _parts(text: str) -> tuple[str, list[_PromptPart]]:
    """Return what stands before the first part of a prompt, and its parts."""
    head, *rest = _PART.split(text)
    fields = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    return head, [_PromptPart(message, form or "", body.strip()) for message, form, body in fields]


def _part_problems(parts: Sequence[_PromptPart]) -> list[str]:
    problems = []
    for name in ("system", "user"):
        bodies = [part.text for part in parts if part.message == name and not part.form]
        if not any(bodies):
            problems.append(f'it has no part "# {name}"')
        elif len(bodies) > 1:
            problems.append(f'it has more than one part "# {name}"')
    return problems


def _template(
    parts: Sequence[_PromptPart], form: str, variables: Sequence[str]
) -> tuple[ChatPromptTemplate | None, list[str]]:
    """Return the template for replies of a form, and its problems; None where its braces cannot be read."""
    from langchain_core.prompts import ChatPromptTemplate

    messages: dict[str, list[str]] = {}
    for part in parts:
        if part.form in ("", form):
            messages.setdefault(part.message, []).append(part.text)
    try:
        template = ChatPromptTemplate.from_messages([(name, "\n\n".join(texts)) for name, texts in messages.items()])
    except (ValueError, KeyError) as error:
        return None, [f"its braces cannot be read ({error}); write a literal brace twice, {{{{ or }}}}"]
    used = template.input_variables
    problems = [f"it does not use the variable {{{name}}}" for name in variables if name not in used]
    return template, problems + [f"nothing fills its variable {{{name}}}" for name in used if name not in variables]


def _header_problems(head: str, variables: Sequence[str]) -> list[str]:
    header = _HEADER.match(head)
    if header is None or not header["purpose"].strip():
        return ["it does not begin with the line <!-- its purpose. Variables: " + ", ".join(variables) + " -->"]
    problems = []
    named = re.findall(r"\w+", header["variables"])
    if sorted(named) != sorted(variables):
        problems.append(f"its first line names the variables {', '.join(named)}, not {', '.join(variables)}")
    if head[header.end() :].strip():
        problems.append('there is text between its first line and "# system"')
    return problems


def without_marks(text: str) -> str:
    """Return `text` with every run of < or > cut to a single one, so that it cannot hold or end a mark of ours."""
    return _MARK_SIGNS.sub(r"\1", text)


def render_sources(sources: Sequence[Source]) -> str:
    """Return the numbered abstracts between their marks, as the prompt "answer" describes them."""
    return "\n\n".join(
        f"<<<ABSTRACT {source.number}>>>\n{without_marks(_source_text(source))}\n<<<END OF ABSTRACT {source.number}>>>"
        for source in sources
    )


def _source_text(source: Source) -> str:
    """Return title, journal and year, then the labelled sections; of a very long abstract only its hits."""
    abstract = source.abstract
    where = ", ".join(part for part in (abstract.journal, str(abstract.year or "")) if part)
    title = f"{abstract.title} ({where})" if where else abstract.title
    if len(abstract.text) > MAX_ABSTRACT_CHARS:
        passages = " … ".join(hit.passage.text for hit in source.hits) or abstract.text
        body = [passages[:MAX_ABSTRACT_CHARS]]
    else:
        body = [f"{section.label}: {section.text}" if section.label else section.text for section in abstract.sections]
    return "\n".join((*(["RETRACTED"] if abstract.is_retracted else []), title, *body))


def render_history(turns: Sequence[Turn]) -> str:
    """Return the last few turns, oldest first, with standalone questions and long answers cut short."""
    exchanges = [(turn.answer.standalone_question or turn.question, turn.answer.text) for turn in turns[-MAX_TURNS:]]
    return "\n".join(f"Question: {_one_line(question)}\nAnswer: {_one_line(answer)}" for question, answer in exchanges)


def _one_line(text: str) -> str:
    folded = " ".join(without_marks(text).split())
    return folded if len(folded) <= MAX_TURN_CHARS else folded[: MAX_TURN_CHARS - 1] + "…"
