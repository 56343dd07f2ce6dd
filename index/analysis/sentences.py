"""Splitting of abstracts into sentences, by rules.

`python -m evals sentences` compares these rules with the splitters on PyPI. Each of those ends sentences inside "0. 05"
or "H2A. Z", or misses ends such as "for 24 h. The" and "NF-κB. p53 …". With the rules laid over a splitter, about one
boundary in a thousand was left to the splitter, and it decided those no better; so the rules stand alone.

Every mark (. ? !) before white space may end a sentence. It does, unless a rule says that the sentence goes on:
abbreviations, genus names, routes of administration, decimal numbers printed with a space, list numbers, open brackets,
a small letter that begins no gene's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_STOP = re.compile(
    r"""(?<![.?!])[.?!]++["'”’»)\]]*+\*?\s+  # the mark, closing quotes and brackets, white space
      | (?:(?<=[a-z]{3})|(?<=[)\]%]))\.  # no white space, as in "mice.We found"
        (?=(?:[A-Z][a-z]{2,}|A|In|We|To|By|It|As|At|On|Of|An|If|No)\b[ ,:]|\(ABSTRACT\ )
      | [。！？]+  # no white space follows these
      | \n\s*  # a line's end is always a sentence's end: Abstract.text joins the sections by it
    """,
    re.VERBOSE,
)
_CLOSERS = "\"'”’»)]*"
_OPENERS = "\"'“‘«(["


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A sentence never ends after these, in small letters or with one capital ("CF" is cystic fibrosis).
_NEVER_LAST = _words(
    "vs e.g i.e cf viz approx fig figs eq eqs ref refs dr prof mr mrs av incl resp n.b op pp supp suppl dept"
)
_NEVER_LAST_AS_WRITTEN = _words("ca St Ms Mt")  # "Ca" is calcium, "ms" milliseconds, "MS" multiple sclerosis
_NUMBERED = _words("no nos vol ch chap sect nr jan feb mar apr jun jul aug sep sept oct nov dec")
_RANKS = _words("spp sp ssp subsp var cv pv bv f nov")
_MAY_END = _words("inc ltd co corp jr sr ph.d m.d d.c u.s u.k a.m p.m al")
_JOURNAL_WORDS = _words(
    "Acad Acta Am Appl Biochem Biol Biophys Chem Clin Commun Curr Dev Dis Environ Exp Genet Immunol Infect Int J"
    " Lett Med Microbiol Mol Nat Natl Opin Pharmacol Physiol Proc Res Rev Sci Soc Struct U.S.A USA Virol"
)
_SEROVARS = _words("Choleraesuis Dublin Enteritidis Gallinarum Paratyphi Pullorum Typhi Typhimurium")

# Words that begin sentences but no names: after "U.S.", "et al." or an initial they show that a new sentence begins.
_STARTERS = _words(
    "a additionally after aim aims all although an and as at background because before both but by compared"
    " conclusion conclusions consistent design despite during each finally first for from further furthermore"
    " given hence here however if in interestingly it its methods moreover most mice nevertheless no none notably"
    " objective objectives of on one only other our overall patients results second setting significantly"
    " similarly since some studies study such taken that the their then there therefore these they third this"
    " those three thus to together two under using was we were when where whereas which while with within women"
)
# "vitamin D. Mice …": after these words a single letter is a name of its own, not an initial.
_LETTERED = _words(
    "and anaphase apolipoprotein arm axis cathepsin class coenzyme cohort complex cyclin cytochrome degrees"
    " factor genotype glycoprotein grade group groups hepatitis immunoglobulin influenza kappa meiosis metaphase"
    " or phase prostaglandin protein schedule stage subtype troponin type vitamin"
)
_BRACKET_REACH = 200  # characters; a bracket that stays open for longer after a mark was never closed
_LOOK_BACK = 500  # characters, so that a text without an end does not take the square of its length

_ENUMERATOR = re.compile(r"[\[(]?(?:\d{1,2}|[ivx]{1,4}|[A-Za-z])[.)\]]+")
_GENE = re.compile(r"(?:[a-z]{1,5}[-,.(])*[a-z]{0,7}[A-Z0-9]")
_LONG_WORD = re.compile(r"(?:.*[-/])?[a-z]{6,}")  # too long for an abbreviation
_UNIT = re.compile(r"(?:ml|min|kg|h|g|l|mg|cm|m|s|d|mol|mmol)(?:-?\d|\(-)")
_CUT_NUMBER = re.compile(r"(?:.*[^\d.])?0|.*[<>=≤≥~±−–-]|E\.?C")
_ENZYME_NUMBER = re.compile(r"\bE\. ?C\.? ?[\d. ]*$|\bEC ?[\d. ]*$")


class _Stop(NamedTuple):
    """A mark that may end a sentence, and its surroundings."""

    sentence: str
    """The sentence so far (its last 500 characters), with the mark and what closes after it."""
    mark: str
    is_closed: bool
    """A quote or bracket closes after the mark."""
    word: str
    """The word that carries the mark, without it and without opening quotes and brackets."""
    before: str
    """The word before that one, or ""."""
    following: str
    """The word after the mark, as printed."""
    rest: str
    """The text after the mark, as far as a bracket may reach."""

    @property
    def next_word(self) -> str:
        """The word after the mark without quotes, brackets and punctuation."""
        return self.following.strip(_OPENERS + _CLOSERS + ".,;:")

    @property
    def starts_anew(self) -> bool:
        """True if the word after the mark is one that begins sentences."""
        return self.following[:1].isupper() and self.next_word.lower() in _STARTERS


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of text, in order, without the white space between them; none is empty.

    Every character that is not white space lies in exactly one span. Text of only white space has no sentences.

    >>> text = "E. coli grew (Fig. 2). p53 fell, P < 0.05."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['E. coli grew (Fig. 2).', 'p53 fell, P < 0.05.']
    """
    spans = []
    start = 0
    for stop in (*_ends(text), len(text)):
        sentence = text[start:stop]
        if sentence.strip():
            spans.append((start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())))
        start = stop
    return spans


def _ends(text: str) -> Iterator[int]:
    """Yield the offsets at which a sentence is over."""
    start = 0
    for match in _STOP.finditer(text):
        end = match.end()
        if "\n" in match.group() or _ends_sentence(_look_around(text, start, end)):
            yield end
            start = end


def _look_around(text: str, start: int, end: int) -> _Stop:
    sentence = text[max(start, end - _LOOK_BACK) : end].strip()
    core = sentence.rstrip(_CLOSERS)
    words = core[-80:-1].split()
    rest = text[end : end + _BRACKET_REACH]
    return _Stop(
        sentence=sentence,
        mark=core[-1:],
        is_closed=core != sentence and not core.endswith("*"),
        word=words[-1].lstrip(_OPENERS) if words else "",
        before=words[-2] if len(words) > 1 else "",
        following=rest.split(maxsplit=1)[0] if rest.strip() else "",
        rest=rest,
    )


def _ends_sentence(stop: _Stop) -> bool:
    if _ENUMERATOR.fullmatch(stop.sentence) or _goes_on_with_punctuation(stop) or _is_in_brackets(stop):
        return False
    if _goes_on_in_small_letters(stop):
        return False
    if stop.mark in "?!":
        return not (stop.sentence[-2:-1] == " " and stop.following[:1].isdigit())  # "a score of ? 10"
    if stop.mark != ".":
        return True
    return not (_is_abbreviated(stop) or _is_cut_number(stop) or (not stop.is_closed and _is_initial(stop)))


def _goes_on_with_punctuation(stop: _Stop) -> bool:
    return stop.following[:1] in tuple(")]},;:%/=<>≤≥±+×.") and stop.following not in (":", "...")


def _is_in_brackets(stop: _Stop) -> bool:
    """Return True if a bracket that was opened in the sentence is closed soon after the mark."""
    for opener, closer in ("()", "[]"):
        if opener not in stop.sentence:
            continue
        depth = 0
        for character in stop.sentence:
            if character == opener:
                depth += 1
            elif character == closer:
                depth = max(0, depth - 1)
        for character in stop.rest if depth else "":
            depth += (character == opener) - (character == closer)
            if depth == 0:
                return True
    return False


def _goes_on_in_small_letters(stop: _Stop) -> bool:
    """Return True if the next word begins with a small letter and is no name such as p53, mRNA, c-Myc, miR-132.

    After a whole word ("in both groups. the study …") the small letter is a slip, and the sentence is over.
    """
    word = stop.next_word
    if not (word[:1].islower() and word[:1].isascii()):
        return False
    if _LONG_WORD.fullmatch(stop.word) and not stop.is_closed:
        return False
    return not _GENE.match(word) or bool(_UNIT.match(word)) or any(sign in word for sign in "=<>")


def _is_abbreviated(stop: _Stop) -> bool:
    word = stop.word.lower()
    following = stop.following.lstrip(_OPENERS)
    if stop.word in _NEVER_LAST_AS_WRITTEN or (word in _NEVER_LAST and not stop.word.isupper()):
        return True
    if word in _NUMBERED and any(character.isdigit() for character in stop.next_word):
        return True
    if re.fullmatch(r"(?:[a-z]\.){1,3}[a-z]", stop.word) and word not in _MAY_END:  # i.v., s.c., b.i.d.
        is_name = following[:1].isupper() and following[1:2].islower()
        return not (is_name or stop.starts_anew or (stop.next_word == "" and stop.following != ""))
    if stop.is_closed:
        return False
    if word in _RANKS:
        return not following[:1].isupper()
    if word in _MAY_END or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", stop.word):
        return not stop.starts_anew
    if stop.word in _JOURNAL_WORDS:
        return following[:1].isdigit() or stop.next_word in _JOURNAL_WORDS
    return False


def _is_cut_number(stop: _Stop) -> bool:
    """Return True if the mark is a decimal point with a space after it: "0. 5", "P <. 001", "EC 1. 1. 1. 49"."""
    if not stop.following[:1].isdigit() or stop.is_closed:
        return False
    if _CUT_NUMBER.fullmatch(stop.word) or _ENZYME_NUMBER.search(stop.sentence[-20:-1]):
        return True
    return stop.word.isdigit() and len(stop.word) == 1 and stop.before[-1:] in tuple("=<>≤≥±~−-")


def _is_initial(stop: _Stop) -> bool:
    """Return True if a single capital is the initial of a person or a genus, as in "J. Smith" and "S. Typhi"."""
    if not re.fullmatch("[A-Z]", stop.word):
        return False
    if stop.next_word.split("-")[0] in _SEROVARS:
        return True
    if stop.starts_anew or stop.before.lower().rstrip(",") in _LETTERED:
        return False
    is_first = stop.before == ""
    after_name = re.fullmatch(r"[A-Z][a-z]+,?|(?:[A-Z]\.)+|&|by", stop.before) is not None
    before_initial = re.match(r"[A-Z]\.", stop.following) is not None
    return is_first or before_initial or (after_name and stop.following[:1].isupper())
