"""Text to index terms for the lexical index, and the names in a text.

A biomedical name is written in many ways: IL-32β, IL32beta, interleukin-32 beta. Here each becomes the same terms:
its pieces (il, 32, beta), the whole name joined (il32beta), and the name without its isoform letter (il32), so that a
question about IL-32 finds every isoform while one about IL-32β prefers its own. Ordinary words are stemmed (Snowball
English, Porter 2001).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.analysis.inflection import american, singular
from index.analysis.normalization import GREEK, normalize

_GREEK_WORDS = frozenset(GREEK.values())
_FAMILIES = {"interleukin": "il", "interleukins": "il", "interferon": "ifn", "interferons": "ifn", "microrna": "mir",
             "micrornas": "mir", "mirna": "mir", "mirnas": "mir"}  # fmt: skip
"""Family names that stand in full before a number or a Greek letter, and the short form that names use."""

_PIECE = re.compile(r"(?P<greek>[Ͱ-Ͽ])|(?P<letters>[^\W\d_Ͱ-Ͽ]+)|(?P<digits>\d+)")
_TIGHT = re.compile(r"[-‐‑‒–−]?\Z")
_LOOSE = re.compile(r"[-‐‑‒–−]?\s?\Z")
_PREFIXES = frozenset({"anti", "non", "pro", "pre", "post", "co", "re", "un"})
_STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how if in into is it its may might "
    "no not of on or our over s should so such t than that the their them then there these they this those to under "
    "was we were what when where whether which while who whom whose why will with would you your".split()
)
_LETTERS = frozenset("ast")
"""Stop words that in capitals are a part of a name: hepatitis A, protein S, T cells."""
_GLYPHS = {word: letter for letter, word in GREEK.items() if letter != "ς"}
_HYPHENATED = frozenset(
    "il ifn tnf tgf nf cox mir bcl mmp glp pd ppar hif mcp mip icam vcam hiv hsv hpv igf gsk pgc sdf lc ki "
    "mcf cov".split()
)
"""Families that are mostly written with a hyphen before what follows; CD4, STAT3 and p53 have none."""
_SMALL_LETTERS = re.compile(r"\b[a-z]{2,}\b")
_GAP = re.compile(r"[-+/()\[\]]")
"""Signs between words that make no difference: T-cell and T cell, PI3K/Akt and PI3K-Akt."""
_FEW_WORDS = 4
_JOINTS = ("-", "/")
"""Signs that join a name and another word (PI3K/Akt, IL-32β-induced), read as a blank."""
_POSITIVE = re.compile(r"\b(cd\d+[a-z]?)\+", re.IGNORECASE)
"""A cell that has a marker of its surface: CD8+ is written CD8 as well."""
_WHOSE = re.compile(r"\b(?:(?:recombinant|human|murine|mouse|rat|bovine|porcine) )+(?=[a-zα-ω]{1,6}-?[\dα-ω])")
_MAX_TERM_CHARACTERS = 200
"""Of a longer word or name only the beginning is indexed."""
_MAX_WORDS = 6
"""No name is written over more words: "tumor necrosis factor (TNF) alpha"."""
_REMEMBERED = 8_192
"""Texts whose terms are kept, some 15 MB: the sentences of the same few abstracts are held against every question."""
_MAX_PIECES = 40
"""No name has more pieces: after so many the next name begins."""
_stemmers = threading.local()


class _TermPiece(NamedTuple):
    """A run of letters or of digits, or one Greek letter: `term` is its index form, `written` how the text has it."""

    term: str
    written: str
    start: int
    end: int
    is_digits: bool
    is_greek: bool


def terms(text: str) -> list[str]:
    """Return the index terms of a text in order, repeats kept: stemmed words, pieces of names, and whole names.

    >>> terms("IL-32β induces VEGF")
    ['il', '32', 'beta', 'il32beta', 'il32', 'induc', 'vegf']
    """
    return list(_terms(text))


@lru_cache(maxsize=_REMEMBERED)
def _terms(text: str) -> tuple[str, ...]:
    text_terms: list[str] = []
    for run in _runs(normalize(text)):
        text_terms += [_stem(piece.term) for piece in run if piece.term not in _STOP_WORDS or len(run) > 1]
        text_terms += _joined(run)
    return tuple(text_terms)


def names(text: str) -> list[str]:
    """Return the named things of a text in order, each once, in joined form: ['il32beta'] for "interleukin-32 beta".

    A name holds a digit or a Greek letter beside letters (IL-32β, STAT3, NF-κB, TNF-α, CD4); plain words and
    abbreviations without either are not names here.
    """
    return list(dict.fromkeys(forms[0] for forms in _name_forms(text)))


def as_written(name: str, text: str) -> str:
    """Return a name as a text writes it, over one word or several: "interleukin-32 beta" for il32beta."""
    words = text.split()
    for width in range(1, _MAX_WORDS + 1):
        for first in range(len(words) - width + 1):
            written = " ".join(words[first : first + width]).strip("?.,;:!()")
            if names(written) == [name]:
                return written
    return name


def isoforms(text: str) -> dict[str, str]:
    """Return the isoforms that a text names, each with its family: {"il32beta": "il32"}."""
    return dict(forms for forms in _name_forms(text) if len(forms) == 2)  # type: ignore[misc]


@lru_cache(maxsize=_REMEMBERED)
def _name_forms(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the joined forms of each name of a text."""
    return tuple(tuple(forms) for run in _runs(normalize(text)) if (forms := _joined(run)))


@lru_cache(maxsize=_REMEMBERED // 8)
def families(text: str) -> Mapping[str, str]:
    """Return the names of a text, with and without their last isoform letter, each with the beginning of its family.

    >>> dict(families("IL-32β and PD-L1"))
    {'il32beta': 'il', 'il32': 'il', 'pdl1': 'pd'}
    """
    return {
        form: _FAMILIES.get(run[0].term, run[0].term)
        for run in _runs(normalize(text))
        if not run[0].is_digits
        for form in _joined(run)
    }


def content_words(text: str) -> list[str]:
    """Return the stemmed words and names of a text, each once, which a sentence must cover to answer a question.

    The pieces of a name are left out where the whole name stands for them.
    """
    return list(_content_words(text))


@lru_cache(maxsize=_REMEMBERED)
def _content_words(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for run in _runs(normalize(text)):
        joined = _joined(run)
        words += joined[:1] or [_stem(piece.term) for piece in run if piece.term not in _STOP_WORDS]
    return tuple(dict.fromkeys(words))


class Unit(NamedTuple):
    """A content word or a whole name of a text, as its index term, with its place in the normalised text."""

    term: str
    start: int
    end: int


def units(normalized: str) -> list[Unit]:
    """Return the content words and whole names of a normalised text in order, repeats kept; hepatitis A has its A.

    >>> [unit.term for unit in units("IL-32 in rheumatoid arthritis")]
    ['il32', 'rheumatoid', 'arthriti']
    """
    found: list[Unit] = []
    for run in _runs(normalized):
        start, end = run[0].start, run[-1].end
        parts = _joined(run)[:1]
        if parts:
            found.append(Unit(parts[0], start, end))
        else:
            found += [Unit(_stem(piece.term), piece.start, piece.end) for piece in run if _is_telling(piece)]
    return found


def _is_telling(piece: _TermPiece) -> bool:
    return piece.term not in _STOP_WORDS or piece.term in _LETTERS and piece.written.isupper()


@lru_cache(maxsize=_REMEMBERED // 16)
def canonical(text: str) -> str:
    """Return a text as a search reads it: one written form for each name, American spelling, all else as it stands.

    Texts that differ only in how a name is written give one string, so that both sides of a search find the same.
    Words before a name that only say whose it is (human, murine, recombinant) are left out. In a text of a few
    words each weighs much, so there words are in the singular and without hyphens too; in a whole question that cost
    half a point of nDCG@10 on SciFact and cystic fibrosis, as the encoder reads sentences best as people write them.

    >>> canonical("Does recombinant human IL32beta act on tumours?") == canonical("Does rhIL-32β act on tumors?")
    True
    """
    normalized = normalize(text)
    plain = _bare if is_short(text) else _plain
    parts, end, was_name = [], 0, False
    for run in _runs(normalized):
        if run[0].start < end:  # "α, β and γ": the family that a letter leans on was written before
            run = [piece for piece in run if piece.start >= end]
        between, is_name = normalized[end : run[0].start], bool(_joined(run))
        parts += [
            " " if between in _JOINTS and (is_name or was_name) else plain(between),
            _written_name(run) if is_name else plain(normalized[run[0].start : run[-1].end]),
        ]
        end, was_name = run[-1].end, is_name
    whole = " ".join("".join([*parts, plain(normalized[end:])]).split())
    return _POSITIVE.sub(r"\1", _WHOSE.sub("", whole))


def is_short(text: str) -> bool:
    """Return True if a text is a few words and no question."""
    return len(text.split()) <= _FEW_WORDS


def _plain(text: str) -> str:
    """Return text between names in American spelling; capitals, which may be somebody's name, stay."""
    return _SMALL_LETTERS.sub(lambda word: american(word[0]), text)


def _bare(text: str) -> str:
    """Return text between names in American spelling and in the singular, with blanks for signs that join words."""
    return _SMALL_LETTERS.sub(lambda word: singular(american(word[0])), _GAP.sub(" ", text))


def _written_name(run: Sequence[_TermPiece]) -> str:
    """Return a name as it is mostly written: IL-32β, CD4, TGF-β1, MDA-MB-231, caspase-3."""
    parts = [_glyph(piece) or _FAMILIES.get(piece.term) or singular(american(piece.term)) for piece in run]
    written = parts[0]
    for before, piece, part in zip(run, run[1:], parts[1:], strict=False):
        is_alike = before.is_digits == piece.is_digits and not (before.is_greek or piece.is_greek)
        is_set_off = before.term in _HYPHENATED or len(before.term) > 4 and not before.is_greek
        is_whole_word = before.is_greek and len(part) > 3
        written += f"{'-' if is_alike or is_set_off or is_whole_word else ''}{part}"
    return written


def _glyph(piece: _TermPiece) -> str:
    """Return the Greek letter that a piece is, or "": PI in capitals is a name's beginning (PI3K)."""
    return "" if len(piece.written) == 2 and piece.written.isupper() else _GLYPHS.get(piece.term, "")


def _pieces(text: str) -> Iterator[_TermPiece]:
    for match in _PIECE.finditer(text):
        written = match.group()
        lower = written.lower()
        term = GREEK.get(lower, lower)[:_MAX_TERM_CHARACTERS]
        yield _TermPiece(term, written, *match.span(), term.isdigit(), term in _GREEK_WORDS)


def _runs(text: str) -> Iterator[list[_TermPiece]]:
    """Yield the pieces of the text in runs, each run a word or one written name with its parts.

    In "IL-32α, β and γ" the letters that follow an isoform are isoforms of the same family.
    """
    family: list[_TermPiece] = []
    for run in _written_runs(text):
        if family and len(run) == 1 and run[0].is_greek:
            run = [*family, run[0]]
        elif len(run) > 2 and run[-1].is_greek:
            family = run[:-1]
        elif run[0].term not in ("and", "or"):
            family = []
        yield run


def _written_runs(text: str) -> Iterator[list[_TermPiece]]:
    run: list[_TermPiece] = []
    for piece in _pieces(text):
        if run and len(run) < _MAX_PIECES and _belongs(run, piece, text[run[-1].end : piece.start]):
            run.append(piece)
            continue
        if run:
            yield run
        run = [piece]
    if run:
        yield run


def _belongs(run: list[_TermPiece], piece: _TermPiece, between: str) -> bool:
    """Return True if a piece goes on with the name that the run has begun."""
    last = run[-1]
    if last.term in _PREFIXES and len(run) == 1 and between:
        return False
    if not piece.is_digits and not piece.is_greek and len(piece.term) >= 4:
        return last.is_greek and len(run) == 1 and bool(_TIGHT.match(between))  # β-blocker, alpha-synuclein
    if last.is_digits and piece.is_digits:
        return between in ("", "-") and len(run) > 1
    if len(run) == 1 and last.is_digits and between:
        return False  # 32-week, 5 mg
    if _TIGHT.match(between):
        return True
    return bool(_LOOSE.match(between)) and _names_go_on(run, piece)


def _names_go_on(run: list[_TermPiece], piece: _TermPiece) -> bool:
    """Return True if a name goes on over a space: "interleukin 32", "TNF alpha", "IL-32 β", but not "type 2"."""
    last = run[-1]
    looks_named = last.term in _FAMILIES or (len(last.written) > 1 and last.written.isupper()) or len(run) > 1
    if piece.is_digits:
        return looks_named and not last.is_digits and not last.is_greek
    if last.is_greek:
        return len(run) > 1 and len(piece.written) == 1 and piece.written.isupper()  # NF-kappa B
    return piece.is_greek and looks_named


def _joined(run: list[_TermPiece]) -> list[str]:
    """Return a name's joined forms, the whole one first, then without its last isoform letter; [] for a plain word."""
    if len(run) < 2 or all(piece.is_digits for piece in run):
        return []
    if not any(piece.is_digits or piece.is_greek for piece in run):
        return []
    parts = [_FAMILIES.get(piece.term) or singular(american(piece.term)) for piece in run]
    forms = ["".join(parts)[:_MAX_TERM_CHARACTERS]]
    if len(run) > 3 and parts[-1] == "p" and parts[-2] in ("3", "5"):  # the strand of a microRNA
        forms.append("".join(parts[:-2])[:_MAX_TERM_CHARACTERS])
    elif len(run) > 2 and (run[-1].is_greek or (len(parts[-1]) == 1 and run[-2].is_digits)):
        forms.append("".join(parts[:-1])[:_MAX_TERM_CHARACTERS])
    return forms


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    """Return a word's stem; a Snowball stemmer is not thread-safe, so each thread has its own."""
    word = _FAMILIES.get(word, word)
    if word.isdigit() or word in _GREEK_WORDS:
        return word
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        import Stemmer

        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    return str(stemmer.stemWord(singular(american(word))))
