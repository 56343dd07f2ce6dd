"""An abstract's sentences, each with the part that it plays in the account of a study."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from index.analysis.section_labels import section_category
from index.analysis.sentences import sentence_spans
from index.records import TITLE, Abstract
from qa.studies.records import Cell

StudyPart = Literal["title", "background", "aim", "methods", "results", "conclusions"]
_BY_CATEGORY: dict[str, StudyPart] = {
    TITLE: "title",
    "BACKGROUND": "background",
    "OBJECTIVE": "aim",
    "METHODS": "methods",
    "RESULTS": "results",
    "CONCLUSIONS": "conclusions",
}
AIM = re.compile(
    r"\b(?:aims?|purpose|objectives?|goal) (?:of|was|is|were|are)\b|^(?:in order )?to (?:\w+ly )?(?:investigat|determin"
    r"|examin|assess|explor|evaluat|test|stud|understand|clarify|elucidat|compare|identify|describe|report|analy[sz]e"
    r"|establish|find|measure|estimate|validate|ascertain|review|develop|quantify|define|document|characteri[sz]e)"
    r"|\b(?:we|this (?:\w+ )?study|this paper|the present \w+|studies) (?:\w+ly |then |here |have |was |were "
    r"|also |currently )*"
    r"(?:investigat|examin|aim|sought|assess|evaluat|set out|wanted|hypothesi[sz]|explore"
    r"|test(?:ed)? (?:whether|if|the hyp)|designed to|undertaken to|conducted to|performed to|looks? for"
    r"|ask(?:ed)? (?:whether|if)|intended|attempt|describe|compar|determin|report(?:s|ed)? (?:on|findings)|address"
    r"|review)"
    r"|\bto (?:determine|investigate|evaluate|assess|examine) (?:whether|if|the)\b|\bwhether\b.*\b(?:unknown"
    r"|unclear|tested)\b",
    re.I,
)
_DONE = re.compile(
    r"\b(?:was|were) (?:\w+ly )?(?:randomi[sz]ed|enrol+ed|recruited|included|divided|assigned|allocated|measured"
    r"|performed|administered|collected|reviewed|searched|obtained|used|treated|followed|studied|assessed|recorded"
    r"|incubated|selected|interviewed|asked|examined|analy[sz]ed with|determined by|carried out)\b|\b(?:underwent"
    r"|received)\b"
    r"|\bwe (?:\w+ly )?(?:held|interviewed|studied|followed|recruited|enrol+ed|measured|treated|performed|reviewed"
    r"|randomi[sz]ed|collected|searched|included|asked|sequenced|used|conducted|obtained)\b",
    re.I,
)
_CONCLUDES = re.compile(
    r"^(?:in (?:conclusion|summary)|conclusions?\b|thus|therefore|these (?:results|data|findings|observations)"
    r"|our (?:results"
    r"|data|findings) (?:suggest|indicate|show|support)|we conclude|taken together|overall)|\b(?:we conclude"
    r"|we propose)\b",
    re.I,
)
_FOUND = re.compile(
    r"\b(?:significant\w*|P ?[<=>]|increas\w+|decreas\w+|higher|lower|greater|reduc\w+|showed|revealed|demonstrat\w+"
    r"|found|observed|associated|correlat\w+|no difference|inhibit\w+|respectively|(?-i:HR|OR|RR|CI))\b"
    r"|\b[Pp] ?[<=>]|\d ?%",
    re.I,
)
_SHOWN = re.compile(
    r"\brevealed\b|\b(?:we|here we) (?:\w+ )?(?:found|observed|identified|show(?:ed)?|report|treated"
    r"|demonstrate[d]?)\b|\(\d+(?:\.\d+)? ?%\)|P ?[<=>]"
)
_BLANK = re.compile(r"\s")
_INLINE = re.compile(r"([A-Z][A-Z /&,]{2,40}):")


@dataclass(frozen=True, slots=True)
class StudySentence:
    """A sentence, where it begins in the abstract's text, and its part; every blank of `text` is a plain one."""

    as_stored: str
    start: int
    part: StudyPart
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _BLANK.sub(" ", self.as_stored))

    def cell(self, start: int, end: int) -> Cell:
        """Return the words from `start` to `end` of the sentence, without white space and marks around them."""
        words = self.as_stored[start:end]
        inner = words.strip(" \t\n\u00a0\u2009\u202f,;:.")
        start += words.find(inner) if inner else 0
        return Cell(inner, self.start + start, self.start + start + len(inner))


def told_sentences(abstract: Abstract) -> list[StudySentence]:
    """Return the sentences of an abstract in order.

    Where sections bear no category, a sentence's own words tell its part, and its place where they do not.
    """
    sentences = [
        StudySentence(abstract.title[start:end], start, "title") for start, end in sentence_spans(abstract.title)
    ]
    spans = [
        (at + start, section.text[start:end], section_category(section.label, section.category))
        for at, section in abstract.placed_sections()
        for start, end in sentence_spans(section.text)
    ]
    has_parts = len({category for *_, category in spans} & _BY_CATEGORY.keys()) > 1
    before: StudyPart = "background"
    inline = ""
    for number, (start, text, category) in enumerate(spans):
        if label := _INLINE.match(text):  # the labels of a text that came as one paragraph
            inline = section_category(label[1])
        named = _BY_CATEGORY.get(category if has_parts else inline)
        before = _labelled(named, text) if named else _by_words(text, before, number, len(spans))
        sentences.append(StudySentence(text, start, before))
    return sentences


def _labelled(part: StudyPart, text: str) -> StudyPart:
    return "aim" if part in ("background", "methods") and AIM.search(text) and not _DONE.search(text) else part


def _by_words(text: str, before: StudyPart, number: int, of_all: int) -> StudyPart:
    if _CONCLUDES.search(text) and number > of_all / 3:
        return "conclusions"
    if before in ("background", "aim") and AIM.search(text):
        return "aim"
    if (
        before not in ("results", "conclusions")
        and _DONE.search(text)
        and not re.search(r"\bP ?[<=>]|significant", text)
    ):
        return "methods"
    if before in ("background", "aim") and number and _SHOWN.search(text):
        return "results"
    if before in ("methods", "results") or (before == "aim" and _FOUND.search(text)) or number > of_all / 2:
        return "results" if before != "methods" or _FOUND.search(text) or number > of_all / 2 else "methods"
    return "background"
