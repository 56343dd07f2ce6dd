"""The short answer to a choice of two: "Which lowers urate more, A or B?" is A where A is said to lower it more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qa.answer import Citation, ShortAnswer
from qa.evidence.scoring import Evidence
from qa.generation.headline import Held, by_source
from qa.language.plain_comparison import set_first
from qa.language.statement import statement_of
from qa.question.records import QuestionAnalysis

_WHICH = r"which(?: (?:of (?:the|these|those) (?:two|\w+)|one|drug|treatment))?"
_AUXILIARY = r"is|are|was|were|does|do|did|can|will|should"


_CLEAR = 0.2
"""The least weight of the sentences that set one side before the other, less those that set the other first."""


_SENTENCES = 6
"""Sentences, best first, that may set one side before the other in plain words."""


def better_side(analysis: QuestionAnalysis, evidence: Sequence[Evidence]) -> ShortAnswer | None:
    """Return the side of a comparison of which the evidence says what is asked, by its name in a quote, or None.

    The question is held against the evidence as a statement on either side. Only a sentence that bears out the one and
    speaks against the other counts: it tells the two apart.
    """
    statements = list(_statements(analysis))
    if not statements:
        return None
    if plain := set_first(analysis.sides, _asked_of_both(analysis.text, *analysis.sides), evidence[:_SENTENCES]):
        side, sentences = plain
        return _short_answer(side, (sentence.citation for sentence in sentences))
    (first, other) = (_findings(statement, evidence) for _, statement in statements)
    apart = [held for place, held in first.items() if place in other and held.says == -other[place].says]
    net = sum(held.weight * held.says for held in apart)
    if abs(net) < _CLEAR or abs(net) < sum(held.weight for held in apart) / 2:
        return None
    side, way = statements[net < 0][0], 1 if net > 0 else -1
    return _short_answer(side, (held.evidence.citation for held in apart if held.says == way))


def _short_answer(side: str, quotes: Iterable[Citation]) -> ShortAnswer | None:
    places = tuple(place for quote in quotes if (place := _place_of(side, quote)) is not None)
    return ShortAnswer(places[0].quote, places, len({place.pmid for place in places})) if places else None


def _findings(question: str, evidence: Sequence[Evidence]) -> dict[tuple[str, int], Held]:
    """Return the findings that bear on a question of yes or no, by PMID and start."""
    statement = statement_of(question)
    held = by_source(statement, question, evidence) if statement else []
    return {
        (finding.evidence.source.abstract.pmid, finding.evidence.start): finding
        for each in held
        for finding in each
        if finding.says
    }


def _statements(analysis: QuestionAnalysis) -> Iterator[tuple[str, str]]:
    """Yield each side with the question whether it has what is asked about, more than the other."""
    if len(analysis.sides) != 2:
        return
    first, other = analysis.sides
    rest = _asked_of_both(analysis.text, first, other)
    if not rest:
        return
    for side, rival in ((first, other), (other, first)):
        yield side, f"Is it true that {side} {rest} than {rival}?"


def _asked_of_both(text: str, first: str, other: str) -> str:
    """Return what is asked of two sides, "lowers urate more", "" where no choice between them is."""
    pair = rf"(?:{re.escape(first)} (?:or|vs\.?|versus) {re.escape(other)})"
    if match := re.match(rf"{_WHICH} (?P<rest>.+?)(?:\s*[,:;]| [–—-]) (?:is it )?{pair}(?P<where>[^?]*)", text, re.I):
        return f"{match['rest']}{match['where'].rstrip(' ,.')}"
    if match := re.match(rf"{pair}(?P<where>[^:,;?]*?)(?:[:,;]| [–—-]) {_WHICH} (?P<rest>[^?]+)", text, re.I):
        return f"{match['rest'].rstrip(' ,.')}{match['where']}"
    if match := re.match(rf"(?P<aux>{_AUXILIARY}) {pair} (?P<rest>[^?]+)", text, re.I):
        return f"{match['aux'].lower()} {match['rest'].rstrip(' ,.')}"
    return ""


def _place_of(name: str, citation: Citation) -> Citation | None:
    """Return where a name stands in a quote, None where it does not."""
    *_, last = name.split(maxsplit=1) if re.search(r" \d", name) else [name]  # "50 mg" of "Sumatriptan 50 mg"
    found = (re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", citation.quote, re.I) for form in (name, last))
    match = next(filter(None, found), None)
    if match is None:
        return None
    start, end = citation.start + match.start(), citation.start + match.end()
    return Citation(citation.source, citation.pmid, start, end, match[0])
