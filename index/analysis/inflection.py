"""English words in one spelling and one number: tumours and tumor, metastases and metastasis are one word each."""

from __future__ import annotations

import re
from functools import lru_cache

_BRITISH = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        (r"^haem$", "heme"),
        (r"(?:(?<=[^aeiou])|^)ae(?!r[aiou])(?=[^aeiou])", "e"),  # haemoglobin; but anaerobic
        (r"(?:(?<=[^aeiouc])|^)oe(?=[^aeious]|s[a-z])", "e"),  # oedema, oesophagus; but coefficient, does
        (r"^coeli", "celi"),
        (r"oea(?=s?$|l$)", "ea"),  # diarrhoea
        (r"manoeuvr(?=e)", "maneuvr"),
        (r"(?<=[a-z]{2})(?<!cont)(?<!det)our(?=s?$|al$|ed$|ing$|less$)", "or"),  # tumour, behavioural
        (r"(?<=[a-z]{3})is(?=e$|es$|ed$|er$|ing$|ation$|ations$)", "iz"),  # localise
        (r"(?<=[a-z]{3})yse(?=$|s$|d$)", "yze"),
        (r"(?<=[a-z]{2})([tb])re(?=s?$)", r"\1er"),  # centre, fibre
        (r"sulph", "sulf"),
        (r"(?<=[a-z]{3}el)l(?=ed$|ing$|er$|ers$)", ""),  # labelled, modelling
        (r"(?<=signal)l(?=ed$|ing$)", ""),
        (r"(?<=log)ue(?=s?$)", ""),  # analogue
        (r"^(program)me(?=s?$)", r"\1"),
        (r"^(neuron)e(?=s?$)", r"\1"),
        (r"^age(?=ing$)", "ag"),
        (r"^arte(?=facts?$)", "arti"),
        (r"^(aluminium)$", "aluminum"),
        (r"^(defen|offen)ce(?=s?$)", r"\1se"),
        (r"^grey", "gray"),
    )
)
_WITH_S = re.compile(
    r"(?:exerc|comprom|compr|otherw|likew|clockw|stepw|pairw|prec|conc|surpr|prom|prem|enterpr|expert|superv|adv|rev|dev"
    r"|disgu|improv|circumc|exc|inc|merchand|treat|dem|ar|tort)is(?:e|es|ed|er|ing|ation|ations)$"
)
"""Words in -ise on both sides of the Atlantic."""

_WORDS = re.compile(r"\b[A-Za-z]?[a-z]{3,}\b")
_SAME = frozenset(
    "diabetes herpes mumps measles rickets feces series species caries rabies scabies ascites lens biceps triceps "
    "forceps pancreas bias gas atlas whereas pseudomonas does this versus perhaps always besides sometimes towards "
    "afterwards mellitus news sars mers aids ras kras hras nras fas ards gvhs mass".split()
)
"""Words in -s that are no plurals."""
_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "mice:mouse lice:louse men:man women:woman children:child feet:foot teeth:tooth lives:life halves:half "
        "leaves:leaf knives:knife bacteria:bacterium mitochondria:mitochondrion criteria:criterion "
        "phenomena:phenomenon nuclei:nucleus nucleoli:nucleolus stimuli:stimulus foci:focus loci:locus fungi:fungus "
        "bacilli:bacillus cocci:coccus emboli:embolus thrombi:thrombus alveoli:alveolus bronchi:bronchus villi:villus "
        "nevi:nevus glomeruli:glomerulus hippocampi:hippocampus thalami:thalamus calculi:calculus ova:ovum sera:serum "
        "septa:septum ganglia:ganglion atria:atrium epithelia:epithelium endothelia:endothelium taxa:taxon "
        "genera:genus spermatozoa:spermatozoon vertebrae:vertebra larvae:larva bursae:bursa fistulae:fistula "
        "papillae:papilla algae:alga hyphae:hypha plicae:plica indices:index matrices:matrix cortices:cortex "
        "apices:apex vertices:vertex appendices:appendix helices:helix cervices:cervix phalanges:phalanx axes:axis "
        "testes:testis carcinomata:carcinoma stomata:stoma gases:gas biases:bias lenses:lens irises:iris "
        "calories:calorie kilocalories:kilocalorie dies:die lies:lie ties:tie toes:toe shoes:shoe symposia:symposium "
        "quanta:quantum spectra:spectrum ilea:ileum crania:cranium uteri:uterus sulci:sulcus gyri:gyrus rami:ramus "
        "meninges:meninx oocysts:oocyst moieties:moiety bases:base"
    ).split()
)
_IN_SIS = re.compile(
    r"(?:sta|ly|gno|bro|teno|mbo|cro|cho|uro|mito|meio|pto|the|cri|rrho|tomo|myco|clero|culo|cido|mato|zoono|ymo|cyto)ses$"
)
"""Ends of plurals whose singular is in -sis: metastases, analyses, diagnoses, hypotheses; but not doses, diseases."""
_IN_US = re.compile(r"(?:vir|et|in|uter|ym|ct|cc|mp|ng|ll|bol|mb)uses$")


def american(word: str) -> str:
    """Return a word in small letters in American spelling: tumor for tumour, edema for oedema.

    A word that only looks British may come out with a z too many in both of its forms.
    """
    for british, spelling in _BRITISH:
        if spelling != "iz" or not _WITH_S.match(word):
            word = british.sub(spelling, word)
    return word


def american_text(text: str) -> str:
    """Return a text with its words in American spelling, but for names in capitals.

    Encoders and cross-encoders have seen little else: they read "gynaecomastia" and "gynecomastia" as two things.

    >>> american_text("Anaemia with oedema: the ESC's view")
    'Anemia with edema: the ESC\'s view'
    """
    return _WORDS.sub(lambda word: _american_word(word[0]), text)


@lru_cache(maxsize=50_000)
def _american_word(word: str) -> str:
    plain = american(word.lower())
    return plain.capitalize() if word[0].isupper() else plain


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """Return a word in small letters in the singular: mouse for mice, metastasis for metastases.

    >>> [singular(word) for word in ("antibodies", "analyses", "nuclei", "sepsis")]
    ['antibody', 'analysis', 'nucleus', 'sepsis']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")) or word in _SAME:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if _IN_SIS.search(word):
        return f"{word[:-2]}is"
    if word.endswith(("sses", "shes", "xes", "oes")) or _IN_US.search(word):
        return word[:-2]
    if word.endswith("ches") and not word.endswith("aches"):
        return word[:-2]
    return word[:-1]
