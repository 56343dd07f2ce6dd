"""Questions that a library can answer: made of what titles find, and kept only where the library answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index import Library
from index.records import Abstract, Filters
from qa import Assistant
from qa.export import in_batches

WANTED = 4
_TRIED = 16
"""Questions that are asked of the assistant before it is left at those that were answered."""
_READ = 2_000
"""Abstracts, the newest, whose titles are read."""
_VERBS = (
    "accelerate activate affect alleviate attenuate cause decrease delay enhance extend impair improve increase induce"
    " inhibit lower mediate modulate potentiate predict prevent prolong promote protect raise reduce regulate slow"
    " stimulate suppress"
)
_FINDING = re.compile(
    rf"(?P<subject>[^.:;?,()]{{3,60}}?) (?P<verb>{'|'.join(_VERBS.split())})(?P<s>s?) (?P<object>[^.:;?]{{5,100}})\.?"
)


def question_of(abstract: Abstract) -> str:
    """Return the question that an abstract's title answers, "" where its title tells no finding.

    >>> question_of(Abstract("1", "Metformin extends the life of mice"))
    'Does Metformin extend the life of mice?'
    """
    found = _FINDING.fullmatch(abstract.title.strip())
    if found is None:
        return ""
    subject, verb, object_ = found["subject"], found["verb"], found["object"]
    first, _, rest = subject.partition(" ")
    text = " ".join(section.text for section in abstract.sections)
    if re.search(rf"(?<![\w-]){re.escape(first.lower())}(?![\w-])", text):  # no name
        subject = f"{first.lower()} {rest}".strip()
    return f"{'Does' if found['s'] else 'Do'} {subject} {verb} {object_}?"


def answered_questions(library: Library, assistant: Assistant) -> Iterator[str]:
    """Yield up to `WANTED` questions that the library answers by the abstract that each is from, as they are found."""
    made = ((abstract, question_of(abstract)) for abstract in in_batches(library, library.pmids(Filters())[:_READ]))
    tried = count = 0
    for abstract, question in made:
        if not question:
            continue
        if tried == _TRIED or count == WANTED:
            return
        tried += 1
        answer = assistant.ask(question)
        cited = {one.pmid for sentence in answer.sentences if sentence.supported for one in sentence.citations}
        if not answer.abstained and abstract.pmid in cited:
            count += 1
            yield question
