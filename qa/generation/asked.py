"""What the short answer to a question must be: a thing of some kind, or a quantity with some unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.analysis.abbreviations import with_both_forms
from index.analysis.terms import terms
from index.search.query import Query
from qa.generation.candidates import WordToken, is_nominal, tokens_of
from qa.generation.quantity_spans import Asked, asked_quantity
from qa.language.roles import asked_act
from qa.question.records import QuestionAnalysis

_OPENS = re.compile(
    r"\b(?:what|which|who|whom|whose|where|list|name|enumerate|identify|give|mention|provide|describe)\b", re.I
)
_GENERIC = frozenset("type kind name class member form sort group set family part number list term example".split())
_OF_NO_USE = frozenset("the a an is are was were of were been be main most common do does did some all".split())
_CLASSES = {
    stem: name
    for name, words in {
        "drug": "drug drugs medication medicine agent compound inhibitor antagonist agonist"
        " treatment therapy antibiotic"
        " antidepressant statin vaccine antibody antiepileptic anticoagulant steroid blocker diuretic chemotherapy"
        " anaesthetic molecule modulator ingredient toxin supplement vitamin opioid antipsychotic antiviral substance",
        "gene": "gene protein enzyme kinase receptor factor cytokine ligase hormone antigen"
        " oncogene transporter channel"
        " transcription chemokine phosphatase protease peptide ligand suppressor subunit isoform marker biomarker"
        " homolog ortholog helicase polymerase methyltransferase microRNA mutation variant locus interactor target",
        "disease": "disease syndrome disorder cancer tumor tumour condition illness infection indication complication"
        " malignancy deficiency leukemia carcinoma symptom sign effect event reaction manifestation feature comorbidity"
        " abnormality characteristic toxicity outcome consequence finding",
        "place": "organ tissue cell region compartment localization location organelle area nucleus brain structure"
        " chromosome country site",
        "organism": "organism species bacterium bacteria virus pathogen parasite animal plant fungus agent",
        "tool": "database tool software package method algorithm technique test assay score scale program server trial",
        "process": "pathway process function mechanism role mode pattern inheritance phase stage activity modification",
        "person": "person scientist researcher author doctor inventor discoverer",
    }.items()
    for word in words.split()
    for stem in terms(word)
}
"""Nouns that ask for one kind of thing; where a noun stands in two classes the last one counts."""
_PEOPLE = frozenset(
    terms("patients participants subjects people persons individuals children women men adults infants volunteers")
)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a question wants: a kind of quantity or "name", the stem of the noun that says what it is, and its words.

    `stems` are the question's content words as index terms, `subjects` those of its subjects; `form` tells how it is
    asked ("what does", "which", "who" …); `counted` are the stems that a count must stand beside;
    `words` are all of its words in small letters. `verb` is the stem of what something does to another thing, and
    `is_agent` tells that what does it is asked for, and not what it is done to.
    """

    asked: Asked
    noun: str
    form: str
    stems: frozenset[str]
    subjects: frozenset[str]
    counted: frozenset[str] = frozenset()
    is_negated: bool = False
    words: frozenset[str] = frozenset()
    verb: str = ""
    is_agent: bool = False

    @property
    def kind_of_noun(self) -> str:
        """The class of the noun, "" for an unknown one."""
        return _CLASSES.get(self.noun, "")

    @property
    def counts_people(self) -> bool:
        """Whether the participants of a study are counted."""
        return bool(self.counted & _PEOPLE)

    @property
    def asks_age(self) -> bool:
        """Whether a time of life is asked for."""
        return not self.words.isdisjoint(("age", "old", "ages"))


def asked_for(analysis: QuestionAnalysis, query: Query) -> AskedFor:
    """Return what a question wants.

    >>> asked_for(analyse("Which kinase phosphorylates tau?", encoder=None), query).noun  # doctest: +SKIP
    'kinas'
    """
    text = analysis.text or query.text
    tokens = tokens_of(text)
    noun, form = _noun(tokens)
    asked = asked_quantity(text) if analysis.kind in ("number", "short answer", "list", "comparison") else "name"
    both = with_both_forms(text, query.abbreviations)
    stems = frozenset(token.stem for token in tokens_of(both) if token.stem)
    subjects = frozenset(token.stem for token in tokens_of(" ".join(analysis.subjects)) if token.stem)
    counted = _counted(text) if asked == "count" else frozenset()
    words = frozenset(token.lower for token in tokens)
    act = asked_act(text)
    return AskedFor(
        asked, noun, form, stems, subjects, counted, analysis.is_negated, words,
        act.verb if act else "", bool(act and act.patient),
    )  # fmt: skip


def _counted(text: str) -> frozenset[str]:
    """Return the stems of what is counted: of any people where people are."""
    match = re.search(r"\b(?:how many|number of)\b(?P<rest>.*)", text, re.I)
    run = _nominal_run(tokens_of(match["rest"]), 0) if match else []
    stems = frozenset(token.stem for token in run[-2:])
    return stems | _PEOPLE if stems & _PEOPLE else stems


@lru_cache(maxsize=256)
def _noun(tokens: tuple[WordToken, ...]) -> tuple[str, str]:
    """Return the stem of the noun that is asked for ("kinase" of "which human kinase"), "" for none, and the form."""
    for place, token in enumerate(tokens):
        if not _OPENS.fullmatch(token.lower):
            continue
        after = place + 1
        form = token.lower
        if after < len(tokens) and tokens[after].lower in ("do", "does", "did", "is", "are", "was", "were", "can"):
            form = f"{form} {tokens[after].lower}"
        if form.endswith((" do", " does", " did", " can")):
            return "", form
        while after < len(tokens) and tokens[after].lower in _OF_NO_USE:
            after += 1
        run = _nominal_run(tokens, after)
        if run and run[-1].lower.rstrip("s") in _GENERIC:
            end = tokens.index(run[-1]) + 1
            if end < len(tokens) and tokens[end].lower == "of":
                run = _nominal_run(tokens, end + 1) or run
        return (run[-1].stem.rpartition("_")[2] if run else ""), form
    run = _nominal_run(tokens, 0)  # "genes of …", its "list" being left out
    return (run[-1].stem.rpartition("_")[2] if run else ""), "list"


def _nominal_run(tokens: tuple[WordToken, ...], place: int) -> list[WordToken]:
    while place < len(tokens) and tokens[place].lower in _OF_NO_USE:
        place += 1
    run = []
    while place < len(tokens) and is_nominal(tokens[place]):
        run.append(tokens[place])
        place += 1
    return run
