"""Normalisation of biomedical names: one written form for each, the step before a text becomes terms.

Sub- and superscripts, the parentheses that MEDLINE writes in their place, Roman numerals, families of names written in
full, Latin letters for Greek ones, and prefixes that are no part of a name. Each rule is a pattern with a comment; case
is kept, since it tells names from words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Set
from functools import lru_cache
from typing import NamedTuple

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
"""Greek letters and their spelt-out names; NFKC and lower case have made variants (ϐ, ϕ, µ, capitals) one of these."""

_SCRIPTS = re.compile("[²³¹⁰ⁱ⁴-⁾ⁿ₀-₎ₐ-ₜᴬ-ᵪ]+")
_EXPONENT = re.compile("(?<=[0-9])(?=[⁺⁻]?[⁰¹²³⁴-⁹])")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_REMEMBERED = 2_048
"""Texts whose normalized form is kept, some 4 MB: the same few are read for terms, names and abbreviations."""

_LETTER = "|".join(sorted(set(GREEK.values()), key=len, reverse=True))
_LIKENESSES = str.maketrans(
    {"ɑ": "α", "ɣ": "γ", "ɛ": "ε", **dict.fromkeys("‐‑‒–−﹣-", "-"),
     **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")}
)  # fmt: skip
"""Letters that only look Greek, every kind of hyphen, and invisible characters."""

_NUMERALS = {
    "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11, "XII": 12,
    "XIII": 13,
}  # fmt: skip
_NUMBERED = (
    "angiopoietin|angiotensin|annexin|apolipoprotein|aquaporin|arginase|calpain|caspase|cathepsin|claudin|connexin|"
    "cyclin|cytokeratin|endothelin|factor|fibulin|galectin|gasdermin|glypican|hexokinase|kallikrein|keratin|kinesin|"
    "laminin|lipocalin|mucin|myosin|neuregulin|neuropilin|orexin|peptidase|pentraxin|peroxiredoxin|"
    "phosphodiesterase|plexin|polymerase|septin|serpin|sirtuin|stanniocalcin|syndecan|tetraspanin|thioredoxin|"
    "thrombospondin|topoisomerase|vimentin|beclin|parkin|presenilin|endoglin|neuroligin|semaphorin|ephrin"
)
"""Words whose number belongs to the name, be it after a hyphen or a space."""
_COUNTED = (
    "types?|class|classes|phases?|stages?|grades?|groups?|levels?|days?|weeks?|months?|years?|hours?|chromosomes?|"
    "cohorts?"
)
"""Words that a number follows without making a name: type 2, phase 3."""
_BEFORE_NUMERALS = (
    f"{_NUMBERED}|{_COUNTED}|collagen|complex|photosystem|bipolar|deficiency|receptor|domain|nerve|lead|ang|at|gp|hla|mhc|part|"
    "trial|study|score|nyha|who|figo|apache|dsm|pol|interleukin|mucopolysaccharidosis|neurofibromatosis|glycogenosis"
)
_SYMBOLS = (
    "il|tnf|ifn|tgf|cox|nf|ppar|hif|mmp|stat|tlr|cd|ccl|cxcl|ccr|cxcr|mir|bcl|ki|th|nrf|glut|sirt|smad|akt|wnt|foxo|foxp|hsp|"
    "gata|oct|sox|her|egfr|vegf|fgf|igf|pdgf|bmp|mcp|mip|icam|vcam|glp|hiv|hsv|hpv|htlv|pd|ctla|lag|tim|nlrp|cyp|abca|abcb|"
    "brca|mlh|msh|atg|lc|jak|tyk|erk|jnk|gsk|cdk|cdc|cyp|nod|rig|mda|mcf|hepg|hct|mapk|pgc|sdf|ikk|lxr|rxr|fxr|sars-cov|covid"
)
_IS_NAMED = rf"(?=[- ]?(?:\d|(?:{_LETTER})\b|[α-ω]))"
_SYMBOL_WORDS = frozenset({*_SYMBOLS.split("|"), "sars", "covid"})
_WORD = re.compile(r"[a-z]+")
_NUMERAL = re.compile(r"[- ][ivx]{1,5}[a-c]?\b")
_GREEK_NAMES, _GREEK_LETTERS = tuple(set(GREEK.values())), frozenset(map(chr, range(ord("α"), ord("ω") + 1)))


class _Rule(NamedTuple):
    """A pattern, its replacement, and a quick test of whether the pattern may match a text at all.

    The test gets the text in small letters and the set of its words, runs of a to z. It takes a tenth of the time in
    which the pattern finds nothing.
    """

    pattern: re.Pattern[str]
    written: str | Callable[[re.Match[str]], str]
    may_apply: Callable[[str, Set[str]], bool]


def _holding(part: str, *more: str) -> Callable[[str, Set[str]], bool]:
    if not more:
        return lambda low, words: part in low  # as for most rules: every text comes by here
    return lambda low, words: part in low or any(other in low for other in more)


def _with_word(*accepted: str) -> Callable[[str, Set[str]], bool]:
    accepted_words = frozenset(accepted)
    return lambda low, words: not accepted_words.isdisjoint(words)


def _with_plurals(words: str) -> list[str]:
    return [f"{word}{ending}" for word in words.replace("s?", "").split("|") for ending in ("", "s")]


def _always(low: str, words: Set[str]) -> bool:
    return True


def _with_numeral(low: str, words: Set[str]) -> bool:
    return bool(_NUMERAL.search(low))


def _with_symbol_or_greek(low: str, words: Set[str]) -> bool:
    return not words.isdisjoint(_SYMBOL_WORDS) or _ending_in_greek(low, words)


def _with_greek(low: str, words: Set[str]) -> bool:
    return not words.isdisjoint(_GREEK_NAMES) or (not low.isascii() and not _GREEK_LETTERS.isdisjoint(low))


def _ending_in_greek(low: str, words: Set[str]) -> bool:
    return any(word.endswith(_GREEK_NAMES) for word in words)


def _beginning_in_greek(low: str, words: Set[str]) -> bool:
    return any(word.startswith(_GREEK_NAMES) for word in words)


_FAMILIES = tuple(
    _Rule(re.compile(rf"\b{written}(?:s\b)?(?: \({symbol}s?\)(?=[- ]))?", re.I), symbol, _holding(needed))
    for written, symbol, needed in (
        (r"tumou?r[- ]necrosis[- ]factors?", "TNF", "necrosis"),
        (r"transforming[- ]growth[- ]factors?", "TGF", "transforming"),
        (r"human epidermal growth factor receptor(?=[- ]?\d)", "HER", "epidermal growth"),
        (r"vascular endothelial growth factor receptors?", "VEGFR", "endothelial growth"),
        (r"vascular endothelial growth factors?", "VEGF", "endothelial growth"),
        (r"epidermal growth factor receptors?", "EGFR", "epidermal growth"),
        (r"fibroblast growth factor receptors?(?=[- ]?\d)", "FGFR", "fibroblast growth"),
        (r"fibroblast growth factors?(?=[- ]?\d)", "FGF", "fibroblast growth"),
        (r"insulin-?like growth factors?(?=[- ]?[\dI])", "IGF", "insulin"),
        (r"bone morphogenetic proteins?(?=[- ]?\d)", "BMP", "morphogenetic"),
        (r"matrix metallo-?(?:proteinase|protease|peptidase)s?", "MMP", "metallo"),
        (r"toll-?[ ]?like receptors?", "TLR", "toll"),
        (r"cyclo-?oxygenases?", "COX", "oxygenase"),
        (r"(?:micro-?RNA|miRNA)s?(?=[- ]?\d)", "miR", "rna"),
        (r"miRNAs?(?![- ]?\d)", "microRNA", "mirna"),
        (r"PD-?L-?(?=[12]\b)", "PD-L", "pd"),
        (r"MDA[- ]?MB[- ]?(?=\d{3}\b)", "MDA-MB-", "mda"),
        (r"interleukins?", "IL", "interleukin"),
        (r"interferons?", "IFN", "interferon"),
        (r"hypoxia[- ]inducible factors?(?=[- ]?\d)", "HIF", "hypoxia"),
        (r"peroxisome proliferator-?[ ]?activated receptors?", "PPAR", "proliferator"),
        (r"monocyte chemo(?:attractant|tactic) proteins?(?=[- ]?\d)", "MCP", "monocyte chemo"),
        (r"macrophage inflammatory proteins?(?=[- ]?\d)", "MIP", "macrophage inflammatory"),
        (r"heat[- ]shock proteins?(?=[- ]?\d)", "HSP", "shock"),
        (r"programmed (?:cell )?death[- ]ligand", "PD-L", "programmed"),
        (r"programmed (?:cell )?death(?:[- ]protein)?(?=[- ]?1\b)", "PD", "programmed"),
        (r"glucagon-?like peptides?(?=[- ]?\d)", "GLP", "glucagon"),
        (r"cytochrome P-?450 (?=\d[A-Z])", "CYP", "cytochrome"),
        (r"prostaglandin (?=[A-J]\(?[\d₁-₉])", "PG", "prostaglandin"),
        (r"immunoglobulin (?=[AEGM](?:\d|\b))", "Ig", "immunoglobulin"),
        (r"janus kinases?(?=[- ]?\d)", "JAK", "janus"),
        (r"signal transducers? and activators? of transcription(?=[- ]?\d)", "STAT", "transducer"),
        (r"glycogen synthase kinase(?=[- ]?\d)", "GSK", "glycogen"),
        (r"cyclin-dependent kinases?(?=[- ]?\d)", "CDK", "cyclin"),
        (r"T[- ]helper(?: cell)?(?: type)?[- ]?(?=\d)", "Th", "helper"),
        (r"estrogen receptor(?=[- ](?:alpha|beta|[αβ]))", "ER", "estrogen"),
        (r"human immunodeficiency virus", "HIV", "immunodeficiency"),
        (r"herpes simplex virus", "HSV", "herpes"),
    )
)
"""Families of names written in full, with the short form in parentheses that may follow, and that short form."""

_ELEMENTS = "Ca|Mg|Zn|Fe|Cu|Mn|Ba|Sr|Cd|Pb|Ni|Co"
_NUMBERS = (
    _Rule(
        re.compile(r"\b1(?:α|alpha)?,\s?25-?\(OH\)-?\(?2\)?-?(?:vitamin )?D\(?3\)?"),
        "1,25-dihydroxyvitamin D3",
        _holding("(oh)"),
    ),
    _Rule(re.compile(r"\b25-?\(OH\)-?(?:vitamin )?D(?:\(?3\)?)?(?!\w)"), "25-hydroxyvitamin D", _holding("(oh)")),
    # CD4(+), Il10(-/-)
    _Rule(re.compile(r"(?<=[A-Za-z\d])\(([+-]{1,2}|\+/-|[+-]/[+-])\)"), r"\1", _holding("(")),
    # Ca(2+), H(2)O(2), HbA(1c), PM(2.5)
    _Rule(re.compile(r"(?<=[A-Za-z])\((\d{1,3}(?:\.\d)?[a-z]?[+-]?)\)"), r"\1", _holding("(")),
    _Rule(re.compile(rf"\b({_ELEMENTS})\+\+"), r"\g<1>2+", _holding("+")),
    _Rule(re.compile(rf"\b({_ELEMENTS})[ -](?=[23] ?\+)"), r"\1", _holding("+")),  # Ca 2+
    _Rule(
        re.compile(r"\b([A-Z][a-z]) ?\((I{1,3}|IV|V|VI)\)"),  # Fe(III)
        lambda match: f"{match[1]}{_NUMERALS[match[2]]}+",
        _holding("("),
    ),
    _Rule(
        re.compile(
            rf"(?i:\b({_BEFORE_NUMERALS}))[- ]((?i:IX|IV|VI{{1,3}}|XI{{1,3}}|I{{1,3}})|V|X)(?=[A-Ca-c]?\b)(?![-]?\d)"
        ),
        lambda match: f"{match[1]} {_NUMERALS[match[2].upper()]}",
        _with_numeral,
    ),
    _Rule(
        re.compile(r"(?<=[a-z] )(I{2,3}|VI{1,3}|XI{1,3})(?=\b)"),
        lambda match: str(_NUMERALS[match[1]]),
        _with_numeral,
    ),
)
"""Sub- and superscripts in parentheses, charges, and Roman numerals where something is counted in them."""

_NAMED = (
    # PI3K-Akt is PI3K/Akt
    _Rule(
        re.compile(r"\b(PI3K|JAK\d?|MEK|Ras|Raf|Akt|AKT)-(?=Akt|AKT|STAT|ERK|mTOR|Raf|MEK|MAPK)"),
        r"\1/",
        _with_word("pi", "jak", "mek", "ras", "raf", "akt"),
    ),
    _Rule(
        re.compile(
            r"\b(?:nuclear (?:transcription )?factor|NF)[- ]?(?:kappa|κ|k)"
            r"(?:[- ]light[- ]chain[- ]enhancer of activated B[- ]cells|[- ]?(?:B\b|B(?=\d|-)|beta\b|β))",
            re.I,
        ),
        "NF-κB",
        _holding("nf", "nuclear"),
    ),
    *_FAMILIES,
    # a name with its abbreviation in the middle, "interleukin (IL)-32": the abbreviation goes on
    _Rule(re.compile(r"\b\w++ \(([A-Za-z]{2,6})\)(?=[- ]?(?:\d|[Ͱ-Ͽ])|-\w)"), r"\1", _holding("(")),
    _Rule(re.compile(rf"\b((?i:{_COUNTED}))-(?=\d)"), r"\1 ", _with_word(*_with_plurals(_COUNTED))),
    _Rule(
        re.compile(
            rf"\b((?i:{_NUMBERED}))s? (?=[A-Z]?\d{{1,2}}[A-Za-z]?\b"
            r"(?!(?:[.,]\d| ?(?:%|[mnpµμ]?[gMLl]\b|[mnpµμ]?mol|U\b|IU\b|mm|cm|of\b|patients?|days?|weeks?|h\b))))"
        ),
        r"\1-",
        _with_word(*_with_plurals(_NUMBERED)),
    ),
    _Rule(
        re.compile(r"\b(?:[Vv]itamin|[Vv]it\.?)s?[ -]([A-Ka-k])(?:[ -]?(\d{1,2}))?(?![\w(])"),
        lambda match: f"vitamin{'-' if match[2] else ' '}{match[1].upper()}{match[2] or ''}",
        _holding("vit"),
    ),
    _Rule(
        re.compile(r"\bSARS[- ]?CoV(?:[- ]?(2))?\b", re.I),
        lambda match: "SARS-CoV" + (f"-{match[1]}" if match[1] else ""),
        _holding("sars"),
    ),
    _Rule(re.compile(r"\bCOVID[- ]?19\b", re.I), "COVID-19", _holding("covid")),
    # prefixes that are written with a hyphen or without: up-regulated, anti-inflammatory
    _Rule(
        re.compile(
            r"\b((?i:up|down)(?=[- ](?:regul|modul))"
            r"|(?i:anti|non|co|over|post|pre|inter|intra|multi|under|re|up|down)(?=-))[- ](?=[a-z]{4,})"
        ),
        r"\1",
        _with_word(*"up down anti non co over post pre inter intra multi under re".split()),
    ),
    _Rule(re.compile(r"(?<=[A-Z]{2})s\b"), "", _always),  # the plural of a symbol
    _Rule(re.compile(r"\b(CD\d+[a-zA-Z]?)\+?[- ]?(?:positive|pos)\b"), r"\1+", _holding("pos")),
)
"""Families of names in their short form, and other names in the form that most texts have."""

_BEFORE_NAMES = (
    _Rule(re.compile(r"\b(?:hsa|mmu|rno|bta|dre|cel)-(?=(?:miR|let|mir|MIR)-?\d)"), "", _holding("-")),
    _Rule(re.compile(rf"\b(?:rhu|rh|rm|hu|r|h|m)-?(?=[A-Z]{{2,5}}(?:-?\d|-?[Ͱ-Ͽ]|-?(?:{_LETTER})\b))"), "", _always),
)
"""Prefixes that are no part of a name: rhIL-32γ, mIL-10 (but mRNA has no number), hsa-miR-21."""

_LATIN = {"a": "α", "b": "β", "ß": "β", "g": "γ", "d": "δ"}
_SYMBOLS_AND_LATIN = (
    # il32, TNFalpha
    _Rule(
        re.compile(rf"\b(?!(?:{_LETTER})\b)({_SYMBOLS}){_IS_NAMED}", re.I),
        lambda match: match[1].upper(),
        _with_symbol_or_greek,
    ),
    *(
        _Rule(re.compile(pattern), lambda match: match[1] + _LATIN[match[2].lower()], _holding(*needed.split()))
        for pattern, needed in (
            (r"(?i:\b(IL[- ]?(?:1|32|36)[- ]?))([abgABGß])\b(?!/)", "il"),
            (r"(?i:\b(TNF[- ]?))([aA])\b", "tnf"),
            (r"(?i:\b(IFN[- ]?))([abgABG])(?=\b|\d)", "ifn"),
            (r"(?i:\b(TGF[- ]?))([abABß])(?=\b|[1-3]\b)", "tgf"),
            (r"(?i:\b(PPAR[- ]?))([agdAGD])(?=\b|\d)", "ppar"),
            (r"(?i:\b(HIF[- ]?[123][- ]?|(?:PGC|SDF)[- ]?1[- ]?))([abAB])\b", "hif pgc sdf"),
            (r"(?i:\b(MIP[- ]?[123][- ]?|HNF[- ]?[14][- ]?))([abAB])\b", "mip hnf"),
            (r"(?i:\b(GSK[- ]?3[- ]?|IKK[- ]?|C/?EBP[- ]?))([abgABG])\b", "gsk ikk ebp"),
            (r"\b((?:LXR|RXR|ER|RAR|AMPK|TRK)[- ]?)([abg])\b", "lxr rxr er rar ampk trk"),
        )
    ),
)
"""Symbols in capitals before a number or a Greek letter, and Latin letters that stand for Greek ones after them.

IL-1b, TGFb1, IFNG: as keyboards without Greek letters, and gene symbols, have them; IL-17A is another thing.
"""

_AFTER_GREEK = (
    "catenin|synuclein|actin|amyloid|carotene|tocopherol|secretase|lactam|blocker|arrestin|globin|galactosidase|tubulin|"
    "glucosidase|f(?:o?e)toprotein|linolenic|globulin|endorphin|defensin|tryptase|dystroglycan|crystallin|glucan"
)
_WITH_GREEK = (
    _Rule(
        re.compile(r"\b(?i:(?:alpha|α)[- ]?([vVxXmMlL]|IIb|\d{1,2})[- ]?(?:beta|β)[- ]?)(\d)\b"),  # integrins
        lambda match: f"α{match[1].upper()}β{match[2]}",
        _holding("beta", "β"),
    ),
    _Rule(
        re.compile(
            rf"\b((?i:{_LETTER})|[α-ω]) (?=(?:{_AFTER_GREEK}|adrenergic|adrenoceptor|thalassemi|thalassaemi|cells?\b))"
        ),
        r"\1-",
        _with_greek,
    ),
    _Rule(
        re.compile(
            rf"\b([abg])-(?=(?:{_AFTER_GREEK}|adren|interferon|IFN|amino|glutamyl|hydroxy|thalass|smooth|SMA|hCG|HCG))"
        ),
        lambda match: f"{_LATIN[match[1]]}-",
        _with_word("a", "b", "g"),
    ),
    _Rule(
        re.compile(rf"\b(TGF)[- ]?(?:({_LETTER})|([α-ω]))[- ]?([1-3])\b", re.I),
        lambda match: f"TGF-{match[2] or match[3]}{match[4]}",
        _holding("tgf"),
    ),
    # where IFNgamma, written as one word, has its seam, and alphaB
    _Rule(re.compile(rf"(?<=[A-Z][A-Z])(?=({_LETTER})(?:\b|\d))"), "-", _ending_in_greek),
    _Rule(re.compile(rf"\b({_LETTER})(?=[A-Z]\b)"), r"\1-", _beginning_in_greek),
)
"""Greek letters before and after names, tied to them by a hyphen."""


@lru_cache(maxsize=_REMEMBERED)
def normalize(text: str) -> str:
    """Return a text with names in one written form and without accents; case stays, since it tells names from words.

    >>> normalize("Ca²⁺, CD4(+) cells and tumour necrosis factor alpha")
    'Ca2+, CD4+ cells and TNF alpha'
    """
    if not text.isascii():
        text = _NOT_ASCII.sub(lambda match: _without_accents(match[0]), text)
    low, words = _lower_and_words(text)
    for rules in (_NUMBERS, _NAMED, _BEFORE_NAMES, _SYMBOLS_AND_LATIN, _WITH_GREEK):
        before = text
        for rule in rules:  # no rule writes what the test of another of its group looks for
            if rule.may_apply(low, words):
                text = rule.pattern.sub(rule.written, text)
        if text != before:
            low, words = _lower_and_words(text)
    return text


@lru_cache(maxsize=_REMEMBERED)
def _without_accents(run: str) -> str:
    """Return characters beyond ASCII in their plainest form; combining accents go."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", run))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LIKENESSES)


def _lower_and_words(text: str) -> tuple[str, set[str]]:
    """Return a text in small letters, and its words, for the quick tests of rules."""
    low = text.lower()
    return low, set(_WORD.findall(low))


def on_the_line(text: str) -> str:
    """Return a text with super- and subscripts as an encoder's vocabulary has them.

    >>> on_the_line("CO₂ and 10⁶ cells"), on_the_line("Ca²⁺, IC₅₀")
    ('CO2 and 10^6 cells', 'Ca2+, IC50')
    """
    if text.isascii():
        return text
    text = _EXPONENT.sub("^", text)
    return _SCRIPTS.sub(lambda match: unicodedata.normalize("NFKC", match[0]).replace("\N{MINUS SIGN}", "-"), text)


def plain_letters(text: str) -> str:
    """Return a text in small letters without accents."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return text.casefold()
