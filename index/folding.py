"""One written form for what biomedical texts write in many: the step before a text becomes terms.

Sub- and superscripts, the parentheses that MEDLINE writes in their place, Roman numerals, families of names written in
full, Latin letters for Greek ones, and what stands before a name and is no part of it. Each rule is a pattern with a
comment; case is kept, since it tells names from words.
"""

from __future__ import annotations

import re
import unicodedata

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
"""Greek letters and their spelt-out names; NFKC and lower case have made variants (ϐ, ϕ, µ, capitals) one of these."""

_LETTER = "|".join(sorted(set(GREEK.values()), key=len, reverse=True))
_LIKENESSES = str.maketrans(
    {"ɑ": "α", "ɣ": "γ", "ɛ": "ε", **dict.fromkeys("‐‑‒–−﹣-", "-"),
     **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")}
)  # fmt: skip
"""Letters that only look Greek, every kind of hyphen, and what cannot be seen."""

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
    "brca|mlh|msh|atg|lc|jak|tyk|erk|jnk|gsk|cdk|cdc|cyp|nod|rig|mda|mcf|hepg|hct|a|mapk|pgc|sdf|ikk|lxr|rxr|fxr|sars-cov|covid"
).replace("|a|", "|")
_IS_NAMED = rf"(?=[- ]?(?:\d|(?:{_LETTER})\b|[α-ω]))"

_FAMILIES = tuple(
    (re.compile(rf"\b{written}(?:s\b)?(?: \({symbol}s?\)(?=[- ]))?", re.I), symbol, word)
    for written, symbol, word in (
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
"""Families of names written in full, with the short form in parentheses that may follow; that short form; and what a
text must hold in small letters for any of it to stand there, which is looked for first: it takes no time."""

_HYDROXYVITAMINS = (
    (re.compile(r"\b1(?:α|alpha)?,\s?25-?\(OH\)-?\(?2\)?-?(?:vitamin )?D\(?3\)?"), "1,25-dihydroxyvitamin D3"),
    (re.compile(r"\b25-?\(OH\)-?(?:vitamin )?D(?:\(?3\)?)?(?!\w)"), "25-hydroxyvitamin D"),
)
_PATHWAY = re.compile(r"\b(PI3K|JAK\d?|MEK|Ras|Raf|Akt|AKT)-(?=Akt|AKT|STAT|ERK|mTOR|Raf|MEK|MAPK)")
_MARKS = re.compile(r"(?<=[A-Za-z\d])\(([+-]{1,2}|\+/-|[+-]/[+-])\)")  # CD4(+), Il10(-/-)
_SCRIPTS = re.compile(r"(?<=[A-Za-z])\((\d{1,3}(?:\.\d)?[a-z]?[+-]?)\)")  # Ca(2+), H(2)O(2), HbA(1c), PM(2.5)
_CHARGES = re.compile(r"\b(Ca|Mg|Zn|Fe|Cu|Mn|Ba|Sr|Cd|Pb|Ni|Co)\+\+")
_IONS = re.compile(r"\b(Ca|Mg|Zn|Fe|Cu|Mn|Ba|Sr|Cd|Pb|Ni|Co)[ -](?=[23] ?\+)")  # Ca 2+
_OXIDATION = re.compile(r"\b([A-Z][a-z]) ?\((I{1,3}|IV|V|VI)\)")  # Fe(III)
_ROMAN = re.compile(
    rf"(?i:\b({_BEFORE_NUMERALS}))[- ]((?i:IX|IV|VI{{1,3}}|XI{{1,3}}|I{{1,3}})|V|X)(?=[A-Ca-c]?\b)(?![-]?\d)"
)
_NUMERAL = re.compile(r"[- ][IVXivx]{1,5}[A-Ca-c]?\b")
_ROMAN_ANYWHERE = re.compile(r"(?<=[a-z] )(I{2,3}|VI{1,3}|XI{1,3})(?=\b)")
_SPACED_NUMBER = re.compile(
    rf"\b((?i:{_NUMBERED}))s? (?=[A-Z]?\d{{1,2}}[A-Za-z]?\b"
    r"(?!(?:[.,]\d| ?(?:%|[mnpµμ]?[gMLl]\b|[mnpµμ]?mol|U\b|IU\b|mm|cm|of\b|patients?|days?|weeks?|h\b))))"
)
_COUNTED_NUMBER = re.compile(rf"\b((?i:{_COUNTED}))-(?=\d)")
_WITH_NUMBERS = frozenset(
    f"{word}{plural}"
    for word in (*_NUMBERED.split("|"), *_COUNTED.replace("s?", "").split("|"))
    for plural in ("", "s")
)
_VITAMIN = re.compile(r"\b(?:[Vv]itamin|[Vv]it\.?)s?[ -]([A-Ka-k])(?:[ -]?(\d{1,2}))?(?![\w(])")
_ABBREVIATED = re.compile(r"\b\w++ \(([A-Za-z]{2,6})\)(?=[- ]?(?:\d|[Ͱ-Ͽ])|-\w)")
"""A name with its abbreviation in the middle, "interleukin (IL)-32": the abbreviation goes on."""
_KAPPA_B = re.compile(
    r"\b(?:nuclear (?:transcription )?factor|NF)[- ]?(?:kappa|κ|k)"
    r"(?:[- ]light[- ]chain[- ]enhancer of activated B[- ]cells|[- ]?(?:B\b|B(?=\d|-)|beta\b|β))",
    re.I,
)
_TGF = re.compile(rf"\b(TGF)[- ]?(?:({_LETTER})|([α-ω]))[- ]?([1-3])\b", re.I)
_STRAINS = re.compile(r"\b(?:hsa|mmu|rno|bta|dre|cel)-(?=(?:miR|let|mir|MIR)-?\d)")
_RECOMBINANT = re.compile(rf"\b(?:rhu|rh|rm|hu|r|h|m)-?(?=[A-Z]{{2,5}}(?:-?\d|-?[Ͱ-Ͽ]|-?(?:{_LETTER})\b))")
"""What stands before a name and is no part of it: rhIL-32γ, mIL-10 (but mRNA has no number)."""
_POSITIVE = re.compile(r"\b(CD\d+[a-zA-Z]?)\+?[- ]?(?:positive|pos)\b")
_UPPER = re.compile(rf"\b(?!(?:{_LETTER})\b)({_SYMBOLS}){_IS_NAMED}", re.I)
_SYMBOL_WORDS = frozenset({*_SYMBOLS.split("|"), "sars", "covid"})
_WORD = re.compile(r"[a-z]+")
_GREEK_NAMES, _GREEK_LETTERS = tuple(set(GREEK.values())), frozenset(map(chr, range(ord("α"), ord("ω") + 1)))
_CAPITALS_AND_GREEK = re.compile(rf"(?<=[A-Z][A-Z])(?=({_LETTER})(?:\b|\d))")
"""Where IFNgamma, written as one word, has its seam."""
_GREEK_AND_LETTER = re.compile(rf"\b({_LETTER})(?=[A-Z]\b)")
_LATIN = {"a": "α", "b": "β", "ß": "β", "g": "γ", "d": "δ"}
_LATIN_AFTER = tuple(
    (re.compile(pattern), needed.split())
    for pattern, needed in (
        (r"(?i:\b(IL[- ]?(?:1|32|36)[- ]?))([abgABGß])\b(?!/)", "il"),
        (r"(?i:\b(TNF[- ]?))([aA])\b", "tnf"),
        (r"(?i:\b(IFN[- ]?))([abgABG])(?=\b|\d)", "ifn"),
        (r"(?i:\b(TGF[- ]?))([abABß])(?=\b|[1-3]\b)", "tgf"),
        (r"(?i:\b(PPAR[- ]?))([agdAGD])(?=\b|\d)", "ppar"),
        (
            r"(?i:\b(HIF[- ]?[123][- ]?|PGC[- ]?1[- ]?|SDF[- ]?1[- ]?|MIP[- ]?[123][- ]?|HNF[- ]?[14][- ]?))([abAB])\b",
            "hif pgc sdf mip hnf",
        ),
        (r"(?i:\b(GSK[- ]?3[- ]?|IKK[- ]?|C/?EBP[- ]?))([abgABG])\b", "gsk ikk ebp"),
        (r"\b((?:LXR|RXR|ER|RAR|AMPK|TRK)[- ]?)([abg])\b", "lxr rxr er rar ampk trk"),
    )
)
"""IL-1b, TGFb1, IFNG: as keyboards without Greek letters, and gene symbols, have them; IL-17A is another thing."""
_LATIN_BEFORE = re.compile(
    r"\b([abg])-(?=(?:catenin|synuclein|actin|amyloid|carotene|tocopherol|secretase|lactam|blocker|arrestin|globin|"
    r"galactosidase|tubulin|adren|glucosidase|interferon|IFN|f(?:o?e)toprotein|linolenic|globulin|endorphin|defensin|amino|"
    r"glutamyl|hydroxy|thalass|smooth|SMA|tryptase|dystroglycan|crystallin|glucan|hCG|HCG))"
)
_GREEK_BEFORE = re.compile(
    rf"\b((?i:{_LETTER})|[α-ω]) (?=(?:catenin|synuclein|actin|amyloid|carotene|tocopherol|secretase|lactam|"
    r"blocker|arrestin|globin|galactosidase|tubulin|adrenergic|adrenoceptor|glucosidase|f(?:o?e)toprotein|linolenic|globulin|endorphin|"
    r"defensin|thalassemi|thalassaemi|tryptase|dystroglycan|crystallin|glucan|cells?\b))"
)
_INTEGRIN = re.compile(r"\b(?i:(?:alpha|α)[- ]?([vVxXmMlL]|IIb|\d{1,2})[- ]?(?:beta|β)[- ]?)(\d)\b")
_CORONAVIRUS = re.compile(r"\bSARS[- ]?CoV(?:[- ]?(2))?\b", re.I)
_COVID = re.compile(r"\bCOVID[- ]?19\b", re.I)
_PREFIXED = re.compile(
    r"\b((?i:up|down)(?=[- ](?:regul|modul))"
    r"|(?i:anti|non|co|over|post|pre|inter|intra|multi|under|re|up|down)(?=-))[- ](?=[a-z]{4,})"
)
"""Prefixes that are written with a hyphen or without: up-regulated, anti-inflammatory."""
_PLURAL_SYMBOL = re.compile(r"(?<=[A-Z]{2})s\b")


def fold(text: str) -> str:
    """Return a text with names written in one way, accents off; case stays, since it tells names from words.

    >>> fold("Ca²⁺, CD4(+) cells and tumour necrosis factor alpha")
    'Ca2+, CD4+ cells and TNF-alpha'
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char)).translate(_LIKENESSES)
    return _with_greek(_with_short_families(_with_numbers(plain)))


def _read(text: str) -> tuple[str, set[str]]:
    """Return a text in small letters, and its words: what a pattern needs is looked for there before it is tried."""
    low = text.lower()
    return low, set(_WORD.findall(low))


def _with_numbers(text: str) -> str:
    """Write scripts plainly, and Roman numerals as numbers where something is counted in them."""
    for written, full in _HYDROXYVITAMINS:
        text = written.sub(full, text)
    text = _SCRIPTS.sub(r"\1", _MARKS.sub(r"\1", text))
    text = _IONS.sub(r"\1", _CHARGES.sub(r"\g<1>2+", text))
    text = _OXIDATION.sub(lambda match: f"{match[1]}{_NUMERALS[match[2]]}+", text)
    if _NUMERAL.search(text):
        text = _ROMAN.sub(lambda match: f"{match[1]} {_NUMERALS[match[2].upper()]}", text)
    return _ROMAN_ANYWHERE.sub(lambda match: str(_NUMERALS[match[1]]), text)


def _with_short_families(text: str) -> str:
    text = _KAPPA_B.sub("NF-κB", _PATHWAY.sub(r"\1/", text))
    low, words = _read(text)
    for written, symbol, needed in _FAMILIES:
        if needed in low:
            text = written.sub(symbol, text)
    text = _ABBREVIATED.sub(r"\1", text)
    if not words.isdisjoint(_WITH_NUMBERS):
        text = _SPACED_NUMBER.sub(r"\1-", _COUNTED_NUMBER.sub(r"\1 ", text))
    text = _VITAMIN.sub(lambda match: f"vitamin{'-' if match[2] else ' '}{match[1].upper()}{match[2] or ''}", text)
    text = _CORONAVIRUS.sub(lambda match: "SARS-CoV" + (f"-{match[1]}" if match[1] else ""), text)
    text = _PLURAL_SYMBOL.sub("", _PREFIXED.sub(r"\1", _COVID.sub("COVID-19", text)))
    return _POSITIVE.sub(r"\1+", text)


def _with_greek(text: str) -> str:
    text = _RECOMBINANT.sub("", _STRAINS.sub("", text))
    low, words = _read(text)
    if any(word in _SYMBOL_WORDS or word.endswith(_GREEK_NAMES) for word in words):  # IL-32, TNFalpha
        text = _UPPER.sub(lambda match: match[1].upper(), text)
    for latin, needed in _LATIN_AFTER:
        if any(one in low for one in needed):
            text = latin.sub(lambda match: match[1] + _LATIN[match[2].lower()], text)
    text = _INTEGRIN.sub(lambda match: f"α{match[1].upper()}β{match[2]}", text)
    if not words.isdisjoint(_GREEK_NAMES) or not _GREEK_LETTERS.isdisjoint(text):
        text = _GREEK_BEFORE.sub(r"\1-", text)
    text = _LATIN_BEFORE.sub(lambda match: f"{_LATIN[match[1]]}-", text)
    text = _TGF.sub(lambda match: f"TGF-{match[2] or match[3]}{match[4]}", text)
    return _GREEK_AND_LETTER.sub(r"\1-", _CAPITALS_AND_GREEK.sub("-", text))
