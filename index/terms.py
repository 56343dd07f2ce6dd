"""Text to index terms: what the lexical index stores, and what tells one named thing from another.

A biomedical name is written in many ways: IL-32β, IL32beta, interleukin-32 beta. Here each becomes the same terms:
its pieces (il, 32, beta), the whole name joined (il32beta), and the name without its isoform letter (il32), so that a
question about IL-32 finds every isoform while one about IL-32β prefers its own. Ordinary words are stemmed (Snowball
English, Porter 2001).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
"""Greek letters and their spelt-out names; NFKC and lower case have made variants (ϐ, ϕ, µ, capitals) one of these."""

_GREEK_WORDS = frozenset(GREEK.values())
_FAMILIES = {"interleukin": "il", "interleukins": "il", "interferon": "ifn", "interferons": "ifn", "microrna": "mir",
             "micrornas": "mir", "mirna": "mir", "mirnas": "mir"}  # fmt: skip
"""Family names that stand in full before a number or a Greek letter, and the short form that names use."""

_PIECE = re.compile(r"(?P<greek>[Ͱ-Ͽ])|(?P<letters>[^\W\d_Ͱ-Ͽ]+)|(?P<digits>\d+)")
_ABBREVIATED = re.compile(r"\b\w++ \(([A-Za-z]{2,6})\)(?=-\w)")
"""A name with its abbreviation in the middle, "interleukin (IL)-32": the abbreviation goes on."""
_RECOMBINANT = re.compile(r"\b(?:rhu?|rm|hu|r|h|m)(?=[A-Z]{2,5}-?[\dͰ-Ͽ])")
"""What stands before a name and is no part of it: rhIL-32γ, mIL-10 (but mRNA has no number)."""
_LATIN_ISOFORM = re.compile(r"\b((?:IL|il|Il)[- ]?\d{1,2}[- ]?)([abgß])\b")
"""IL-1b, as keyboards without Greek letters have it; IL-17A with its capital is another thing."""
_LATIN = {"a": "α", "b": "β", "ß": "β", "g": "γ"}
_CAPITALS_AND_GREEK = re.compile(rf"(?<=[A-Z][A-Z])(?=({'|'.join(sorted(set(GREEK.values())))})\b)")
"""Where IFNgamma, written as one word, has its seam."""
_GREEK_AND_LETTER = re.compile(rf"\b({'|'.join(sorted(set(GREEK.values())))})(?=[A-Z]\b)")
_TIGHT = re.compile(r"[-‐‑‒–−]?\Z")
_LOOSE = re.compile(r"[-‐‑‒–−]?\s?\Z")
_PREFIXES = frozenset({"anti", "non", "pro", "pre", "post", "co", "re", "un"})
_STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how if in into is it its may might "
    "no not of on or our over s should so such t than that the their them then there these they this those to under "
    "was we were what when where whether which while who whom whose why will with would you your".split()
)
_SPELLINGS = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"(?:(?<=[^aeiou])|^)(?:ae|oe)(?=[^aeiou])", "e"),  # haemoglobin, oedema, oesophagus
        (r"(?<=[a-z]{2})our(?=s?$|al$|ed$|ing$|less$)", "or"),  # tumour, behavioural
        (r"(?<=[a-z]{3})is(?=e$|es$|ed$|ing$|ation$|ations$)", "iz"),  # localise; harmless where the s was right
        (r"(?<=[a-z]{3})yse(?=$|s$|d$)", "yze"),
        (r"(?<=[a-z]{2})([tb])re(?=s?$)", r"\1er"),  # centre, fibre
        (r"oea(?=s?$|l$)", "ea"),  # diarrhoea
    )
)
_MAX_TERM_CHARACTERS = 200
"""No word or name is longer: of what is, the beginning is indexed."""
_MAX_PIECES = 40
"""No name has more pieces: what goes on after so many is the next name."""
_stemmers = threading.local()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of letters or of digits, or one Greek letter: `term` is its index form, `written` how the text has it."""

    term: str
    written: str
    start: int
    end: int

    @property
    def is_digits(self) -> bool:
        return self.term.isdigit()

    @property
    def is_greek(self) -> bool:
        return self.term in _GREEK_WORDS


def terms(text: str) -> list[str]:
    """Return the index terms of a text in order, repeats kept: stemmed words, pieces of names, and whole names.

    >>> terms("IL-32β induces VEGF")
    ['il', '32', 'beta', 'il32beta', 'il32', 'induc', 'vegf']
    """
    found: list[str] = []
    for run in _runs(_fold(text)):
        found += [_stem(piece.term) for piece in run if piece.term not in _STOP_WORDS or len(run) > 1]
        found += _joined(run)
    return found


def names(text: str) -> list[str]:
    """Return the named things of a text in order, each once, in joined form: ['il32beta'] for "interleukin-32 beta".

    A name holds a digit or a Greek letter beside letters (IL-32β, STAT3, NF-κB, TNF-α, CD4); plain words and
    abbreviations without either are not names here.
    """
    found = [forms[0] for run in _runs(_fold(text)) if (forms := _joined(run))]
    return list(dict.fromkeys(found))


def as_written(name: str, text: str) -> str:
    """Return a name as a text writes it, over one word or several: "interleukin-32 beta" for il32beta."""
    words = text.split()
    for width in (1, 2, 3):
        for first in range(len(words) - width + 1):
            written = " ".join(words[first : first + width]).strip("?.,;:!()")
            if names(written) == [name]:
                return written
    return name


def isoforms(text: str) -> dict[str, str]:
    """Return the isoforms that a text names, each with its family: {"il32beta": "il32"}."""
    found = [forms for run in _runs(_fold(text)) if len(forms := _joined(run)) == 2]
    return dict(found)  # type: ignore[arg-type]


def content_words(text: str) -> list[str]:
    """Return the stemmed words and names of a text, each once: what a sentence must cover to answer a question.

    The pieces of a name are left out where the whole name stands for them.
    """
    found: list[str] = []
    for run in _runs(_fold(text)):
        joined = _joined(run)
        found += joined[:1] or [_stem(piece.term) for piece in run if piece.term not in _STOP_WORDS]
    return list(dict.fromkeys(found))


def _fold(text: str) -> str:
    """Return the text in NFKC form (Ca²⁺ becomes Ca2+), accents off, names made whole; case tells them from words."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = _LATIN_ISOFORM.sub(lambda match: match[1] + _LATIN[match[2]], _RECOMBINANT.sub("", plain))
    plain = _CAPITALS_AND_GREEK.sub("-", _ABBREVIATED.sub(r"\1", plain))
    return _GREEK_AND_LETTER.sub(r"\1-", plain)


def _pieces(text: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(text):
        written = match.group()
        lower = written.lower()
        yield _Piece(GREEK.get(lower, lower)[:_MAX_TERM_CHARACTERS], written, match.start(), match.end())


def _runs(text: str) -> Iterator[list[_Piece]]:
    """Yield the pieces of the text in runs, each run a word or one written name with its parts.

    In "IL-32α, β and γ" the letters that follow an isoform are isoforms of the same family.
    """
    family: list[_Piece] = []
    for run in _written_runs(text):
        if family and len(run) == 1 and run[0].is_greek:
            run = [*family, run[0]]
        elif len(run) > 2 and run[-1].is_greek:
            family = run[:-1]
        elif run[0].term not in ("and", "or"):
            family = []
        yield run


def _written_runs(text: str) -> Iterator[list[_Piece]]:
    run: list[_Piece] = []
    for piece in _pieces(text):
        if run and len(run) < _MAX_PIECES and _belongs(run, piece, text[run[-1].end : piece.start]):
            run.append(piece)
            continue
        if run:
            yield run
        run = [piece]
    if run:
        yield run


def _belongs(run: list[_Piece], piece: _Piece, between: str) -> bool:
    """Tell whether a piece goes on with the name that the run has begun."""
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


def _names_go_on(run: list[_Piece], piece: _Piece) -> bool:
    """Tell whether a name goes on over a space: "interleukin 32", "TNF alpha", "IL-32 β", but not "type 2"."""
    last = run[-1]
    looks_named = last.term in _FAMILIES or (len(last.written) > 1 and last.written.isupper()) or len(run) > 1
    if piece.is_digits:
        return looks_named and not last.is_digits and not last.is_greek
    if last.is_greek:
        return len(run) > 1 and len(piece.written) == 1 and piece.written.isupper()  # NF-kappa B
    return piece.is_greek and looks_named


def _joined(run: list[_Piece]) -> list[str]:
    """Return a name's joined forms, the whole one first, then without its last isoform letter; [] for a plain word."""
    if len(run) < 2 or all(piece.is_digits for piece in run):
        return []
    if not any(piece.is_digits or piece.is_greek for piece in run):
        return []
    parts = [_FAMILIES.get(piece.term, piece.term) for piece in run]
    forms = ["".join(parts)[:_MAX_TERM_CHARACTERS]]
    if len(run) > 2 and (run[-1].is_greek or (len(parts[-1]) == 1 and run[-2].is_digits)):
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
    return str(stemmer.stemWord(_american(word)))


def _american(word: str) -> str:
    """Return a word in American spelling, so that tumour and tumor, oedema and edema, localise and localize are one."""
    for british, american in _SPELLINGS:
        word = british.sub(american, word)
    return word
