"""A conversation as HTML: questions, answers with links to their sources, and the sources of each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from qa.answer import Answer, Citation, Sentence
from qa.export import to_bibtex, to_csl_json, to_json, to_ris
from ui.cards import card_id, escape, quotes_of, source_card


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or the sentence that says why there is none; with neither, it is being looked for."""

    number: int
    question: str
    answer: Answer | None = None
    problem: str = ""
    is_whole: bool = True


def exchange_html(exchange: Exchange) -> str:
    """Return a question and what came of it. The question is shown as it was typed, as plain text."""
    if exchange.problem:
        reply = notice_html(exchange.problem)
    elif exchange.answer is None:
        reply = '<p class="aa-pending">Reading the abstracts<span aria-hidden="true">…</span></p>'
    else:
        reply = answer_html(exchange.answer, turn=exchange.number, is_whole=exchange.is_whole)
    return (
        f'<section class="aa-turn" id="turn-{exchange.number}" data-turn="{exchange.number}">'
        f'<h2 class="aa-question" dir="auto"><span class="aa-spoken">You asked: </span>{escape(exchange.question)}</h2>'
        f'<div class="aa-answer">{reply}</div></section>'
    )


def notice_html(message: str) -> str:
    """Return a sentence that says what went wrong, for the place where an answer would stand."""
    return f'<p class="aa-notice" role="alert" dir="auto">{escape(message)}</p>'


def answer_html(answer: Answer, *, turn: int, is_whole: bool = True) -> str:
    """Return an answer: its sentences with their citations, what was checked, and how it was made."""
    understood = _understood(answer)
    if answer.abstained:
        body = _abstention(answer)
    else:
        sentences = " ".join(
            _sentence(sentence, number, answer, turn) for number, sentence in enumerate(answer.sentences, start=1)
        )
        caret = "" if is_whole else '<span class="aa-caret" aria-hidden="true"></span>'
        body = _leaning(answer) + f'<p class="aa-sentences" dir="auto">{sentences}{caret}</p>'
        body += _checked(answer) + _reason(answer) if is_whole else ""
    return understood + body + (_how(answer) if is_whole else "")


def sources_html(exchange: Exchange, *, is_shown: bool) -> str:
    """Return the cards of an exchange: its sources, and clearly apart the nearest abstracts, which support nothing."""
    answer = exchange.answer
    if answer is None or not (answer.sources or answer.nearest):
        return ""
    about = f'<p class="aa-about" dir="auto">of “{escape(exchange.question)}”</p>'
    parts = []
    if answer.sources:
        cards = [source_card(each, turn=exchange.number, quotes=quotes_of(answer, each)) for each in answer.sources]
        parts.append(f'<h2 class="aa-heading">Sources</h2>{about}{"".join(cards)}')
    if answer.nearest:
        cards = [source_card(each, turn=exchange.number, nearest=True) for each in answer.nearest]
        parts.append(
            f'<div class="aa-apart"><h2 class="aa-heading">Nearest, not used</h2>{"" if answer.sources else about}'
            '<p class="aa-note">These abstracts came nearest to the question. Nothing in the answer rests on them.</p>'
            f"{''.join(cards)}</div>"
        )
    name = f'data-turn="{exchange.number}" aria-label="Sources of answer {exchange.number}"'
    return f'<section class="aa-sources" {name}{"" if is_shown else " hidden"}>{"".join(parts)}</section>'


BROKEN_OFF_HTML = notice_html("This broke off for a reason that the server's log gives; nothing is lost. Try it again.")
"""What is shown when an error comes up that nobody foresaw, so that no one waits for an answer that will not come."""


def welcome_html(name: str, abstracts: int, examples: Sequence[str]) -> str:
    """Return what stands in an empty conversation: what to do, and questions to click where there are any."""
    if not abstracts:
        return (
            f'<div class="aa-welcome"><h2>“{escape(name)}” holds no abstracts yet</h2><p>Open the <b>Library</b> tab '
            "and paste PMIDs, search PubMed or choose a file; then come back and ask.</p></div>"
        )
    buttons = "".join(
        f'<li><button type="button" class="aa-example" data-question="{escape(each)}">{escape(each)}</button></li>'
        for each in examples
    )
    examples_html = f'<p>For example:</p><ul class="aa-examples">{buttons}</ul>' if buttons else ""
    return (
        '<div class="aa-welcome"><h2>Ask about these abstracts</h2>'
        "<p>Every sentence of an answer links to the passage that it rests on. When the abstracts do not say, "
        f"neither does the answer.</p>{examples_html}</div>"
    )


def _sentence(sentence: Sentence, number: int, answer: Answer, turn: int) -> str:
    links = "".join(_link(citation, number, answer, turn) for citation in _once_per_source(sentence))
    if sentence.supported:
        return f'<span class="aa-sentence">{escape(sentence.text)}{links}</span>'
    objection = f": {escape(sentence.objection)}" if sentence.objection else ""
    why = f'<span class="aa-unsupported-mark">not supported{objection}</span>'
    return f'<span class="aa-sentence aa-unsupported"><s>{escape(sentence.text)}</s>{links} {why}</span>'


def _once_per_source(sentence: Sentence) -> list[Citation]:
    return list({citation.source: citation for citation in reversed(sentence.citations)}.values())[::-1]


def _link(citation: Citation, number: int, answer: Answer, turn: int) -> str:
    source = next((source for source in answer.sources if source.number == citation.source), None)
    if source is None:
        return ""
    retracted = source.abstract.is_retracted
    spoken = f"Source {source.number}{', retracted' if retracted else ''}: {source.abstract.title}"
    return (
        f'<a class="aa-cite{" aa-cite-retracted" if retracted else ""}" href="#{card_id(turn, source)}" '
        f'data-turn="{turn}" data-sentence="s{number}" aria-label="{escape(spoken)}">'
        f"[{source.number}]{' retracted' if retracted else ''}</a>"
    )


def _understood(answer: Answer) -> str:
    if not answer.understood_as:
        return ""
    return f'<p class="aa-understood" dir="auto">Understood as: {escape(answer.understood_as)}</p>'


def _leaning(answer: Answer) -> str:
    return f'<p class="aa-leaning" dir="auto">{escape(answer.leaning_told)}</p>' if answer.leaning else ""


def _abstention(answer: Answer) -> str:
    nearest = " The nearest abstracts are shown apart; they are not used as support." if answer.nearest else ""
    reason = answer.reason or "These abstracts do not answer the question."
    return (
        '<div class="aa-abstained"><p class="aa-abstained-head">No answer in this library</p>'
        f'<p dir="auto">{escape(reason)}{nearest}</p></div>'
    )


def _checked(answer: Answer) -> str:
    supported = sum(1 for sentence in answer.sentences if sentence.supported and sentence.citations)
    count = len(answer.sentences)
    state = "aa-all" if supported == count else "aa-some"
    words = f"{supported} of {count} sentence{'' if count == 1 else 's'} checked against {_their(count)}"
    return f'<p class="aa-checked {state}">{words}</p>'


def _their(count: int) -> str:
    return "its quote" if count == 1 else "their quotes"


def _reason(answer: Answer) -> str:
    return f'<p class="aa-reason" dir="auto">{escape(answer.reason)}</p>' if answer.reason else ""


def _how(answer: Answer) -> str:
    verb = "searched" if answer.abstained else "answered"
    by = f"{verb} without a language model" if answer.model == "extractive" else f"written by {escape(answer.model)}"
    seconds = sum(answer.seconds.values())
    saves = [
        _save("answer.md", "text/markdown", answer.to_markdown(), "Save as Markdown"),
        _save("answer.json", "application/json", to_json(answer), "JSON"),
    ]
    if answer.sources:
        saves += [
            _save("sources.ris", "application/x-research-info-systems", to_ris(answer.sources), "RIS"),
            _save("sources.bib", "application/x-bibtex", to_bibtex(answer.sources), "BibTeX"),
            _save("sources.csl.json", "application/vnd.citationstyles.csl+json", to_csl_json(answer.sources), "CSL"),
        ]
    took = f" · {seconds:.2f} s" if answer.seconds else ""
    return f'<p class="aa-how">{by}{took} · {" · ".join(saves)}</p>'


def _save(name: str, kind: str, text: str, label: str) -> str:
    # The link carries the text itself, so that the server needs no file for it.
    address = f"data:{kind};charset=utf-8,{quote(text, safe='')}"
    return f'<a class="aa-save" download="{name}" href="{address}">{label}</a>'
