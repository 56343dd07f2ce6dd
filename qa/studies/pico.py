"""Population, intervention, comparator and outcomes (PICO: Richardson et al. 1995), cut out of the stated aim first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.studies.records import Cell, Design
from qa.studies.sentences import StudySentence
from qa.studies.size import PERSONS

_ANIMALS = (
    r"(?:mice|mouse|rats?|animals|rabbits|dogs|pigs|piglets|pig hearts|sheep|hamsters|monkeys|zebrafish|cats|goats"
    r"|lambs)"
)
_CELLS = (
    r"(?:cell lines?|cells|fibroblasts|lymphocytes|islets|neurons|hepatocytes|macrophages|monocytes|keratinocytes"
    r"|platelets|leukocytes|cultures|strains|isolates)"
)
_MODIFIER = r"[A-Za-z0-9][\w'’/+-]*"
_STOP = (
    r"(?:and|or|the|a|an|of|in|with|for|from|to|by|were|was|are|is|had|has|have|who|that|which|between|among"
    r"|than|on|at|as|both"
    r"|these|those|this|our|all|other|some|many|most|each|such|also|not|but|when|where|whether|if|may|can"
    r"|could|only|more|less"
    r"|consecutive|eligible|included|previously|according|among|whole|different|affected|group|data|findings"
    r"|results|using|twelve|ten|five|six|seven|eight|nine|eleven|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-\w+|enrolled"
    r"|participating|identified|analy[sz]ed|studied|we|their|its|same|two|three|four|one"
    r"|total|how|why|no|any|per|every|identify\w*|concerning|regarding|providing|compris\w+|involving|evaluating|comparing"
    r"|favou?ring|enrolling|recruiting|helping|learning|following|revealed|showed|found|suggests?|examined"
    r"|attending|within|through|during|after|before|without|under|\d[\d,.]*)"
)
_PART_OF_NOUN = (
    r"outcomes?|records?|data|care|satisfaction|safety|survival|management|education|characteristics|factors?|reported"
    r"|reports?|controls|deaths?|questionnaires?|preferences?|perspectives?|activity|viability|function|proliferation"
    r"|growth|lysates|extracts|membranes?|responses?|tissues?|serum|plasma|brains?|livers?|the"
)
"""What follows a word for people, animals or cells where that is part of another noun: "patient records"."""
_AFTER = (
    r"(?: (?:with or without|with(?! (?:a |an )?(?:mean|median|average)\b)|without|undergoing|treated|receiving"
    r"|who (?:had|have|underwent|were|received|are)|suffering from"
    r"|diagnosed with"
    r"|scheduled for|consulting|admitted|affected by|aged|over age|living|presenting with|referred for|tested with|on"
    r"|having|taking|hospitali[sz]ed|attending|at risk|in|after) [^.;:,()\[\]]{3,75})"
)
_POPULATION = re.compile(
    rf"(?<![\w’'/-])(?:(?!{_STOP}\b)(?:{_MODIFIER}) ){{0,4}}(?P<unit>\b{PERSONS}|\b{_ANIMALS}"
    rf"|\b{_CELLS})\b(?!['’]s? |-| (?:{_PART_OF_NOUN})\b)(?P<after>{_AFTER})?",
    re.I,
)
_CLAUSE = re.compile(
    r" (?:were|was|had|have|has|is|are|show(?:s|ed)|reveal(?:s|ed)|and (?:\d+|(?:\w+ )?(?:healthy|controls?|matched"
    r"|normal)|to|the|we|their|its|were|was|is|are|compare|evaluate)"
    r"|to (?:determine|assess|evaluate|compare|have"
    r"|receive|identify|either)|using|by|between|without the use|performed|compared|during|since|from|over a"
    r"|at our|as|than|through|while"
    r"|whose|that|which|may|can|could|would|will|underwent|completed|received|participated|in (?:our|the|a|an"
    r"|this|order|whom|whole|\d{4})"
    r"|but|if|when|for (?:at|the|a)|before|within|diagnosed|\d+[- ](?:year|month|week|day)s?\b)\b.*$",
    re.I,
)
_DANGLING = re.compile(
    r"(?:,? (?:and|or|of|in|on|for|with|without|the|(?-i:an?)|to|by|at|from|more|than|confirmed|seen"
    r"|performed|associated|enrolled|recruited|treated|followed|combined|referred|based|known|given|showed|reveals?|significantly|caused"
    r"|who|those|versus|vs|had|when|determined|regulating|presented|included|admitted|identified|hospitali[sz]ed))+$",
    re.I,
)
"""Words at the end of a phrase that was cut: they lead to what is not there."""
_LEADS = (
    r"effects?|impacts?|influences?|roles?|importance|reliability|validity|suitability|efficacy|effectiveness|safety|value|usefulness|utility|feasibility"
    r"|benefits?|acceptability|contributions?|accuracy|ability|involvement|consequences|performance|outcomes?"
    r"|results|use|application|potential|efficiency|protective effects?"
)
_END = (
    r"(?= (?:on|in|for|with|to|as|after|during|among|at|by|when|upon|versus|vs|compared|using|between|against"
    r"|and (?:to|its|the))\b|[.,;:?(\[]|$)"
)
_ANY = r"(?:[^.,;:?()]|\.(?=\w))"
"""A character of a phrase: a dot within an abbreviation too."""
_OF = re.compile(
    rf"\b(?:{_LEADS})(?: and (?:{_LEADS}))? of (?:the )?(?P<x>{_ANY}{{3,90}}?)(?: ?\([^)]{{1,40}}\))?{_END}(?: (?:on"
    rf"|in reducing|in improving|in preventing|in|for) (?:the )?(?P<y>(?:[^.;:?()]|\.(?=\w)){{3,110}}))?",
    re.I,
)
_BETWEEN = re.compile(
    rf"\b(?:associations?|relations?(?:hips?)?|correlations?|links?|interactions?|connections?|differences?"
    rf"|agreement) (?:between|of)"
    rf" (?:the )?(?P<x>{_ANY}{{3,80}}?)(?: ?\([^)]{{1,40}}\))? (?:and|with|to) (?:the )?(?P<y>(?:[^.;:?()]"
    rf"|\.(?=\w)){{3,90}})",
    re.I,
)
_WHETHER = re.compile(
    r"\b(?:whether|if|that|how) (?:or not )?(?:the "
    r"|an? )?(?P<x>[^.,;:?()]{3,80}?)(?: ?\([^)]{1,40}\)[^.;:]{0,50}?)? (?:(?:is|are|was|were|can|could|would"
    r"|will|has|have"
    r"|had|may|might|does|do|did"
    r"|should) )*(?:\w+ly )?(?:an? |the )?(?P<verb>improv\w+|reduc\w+|affect\w*|increas\w+|decreas\w+"
    r"|predict\w*|prevent\w*|caus\w+|influenc\w+|associat\w+|correlat\w+|relat\w+|alter\w*"
    r"|chang\w+|lead\w*|result\w*|effective|useful|prognostic|determin\w+|risk factors?|predictors?|superior"
    r"|safe|modif\w+|enhanc\w+|protect\w*|indicat\w+|different\w*|contribut\w+|help\w*|benefit\w*|inhibit\w*"
    r"|induc\w+|biomarker\w*|marker\w*)"
    r"(?: (?:in|with|to|by|for|of|on|determinant|factors?))* (?:the )?(?P<y>[^.;:?()]{3,90})",
    re.I,
)
_SUBJECT = re.compile(
    r"\b(?:whether|if) (?:or not )?(?:the |an? )?(?P<x>[^.,;:?()]{3,80}?)(?: ?\([^)]{1,40}\))? (?:is|are|was|were|can"
    r"|could|would|will|has|have|had|may|might|does|do|did|should|runs?|makes?|gives?|holds?|differs?) ",
    re.I,
)
"""The subject of any other clause with "whether"."""
_ARMS = re.compile(
    r"\b(?:randomi[sz]ed|assigned|allocated|randomly|receive[sd]?|receiving|given|treated)\b[^.;:]{0,60}?"
    r"\b(?:to|receive[sd]?|either|with|into) (?:either |an? |the |a total of )*(?P<x>[^.,;:?()]{3,60}?)"
    r"(?: ?\([^)]{1,60}\))?,? (?:or|versus|vs\.?) (?:to |with |an? |the |only |receive )*(?P<c>[^.,;:?()]{3,60})",
    re.I,
)
"""The two arms of a trial: "assigned to zinc or placebo"."""
_ASKED = re.compile(
    r"\b(?:to|we|aimed at|study) (?:\w+ly )?(?:assess|evaluat|validat|test|examin|investigat|study|studied|determin"
    r"|explor|analy[sz]|compar|describ|report|review|estimat)\w* (?:the |an? |our |all )*"
    r"(?P<x>[^.,;:?()]{3,80}?)"
    r"(?= (?:in|on|for|with|as|after|during|among|at|by|when|using|between|and (?:to|its|the))\b|[.,;:?(]|$)",
    re.I,
)
"""What an aim asks about, where it names no relation and nothing that was given."""
_VERSUS = re.compile(
    r"(?P<x>(?:[\w+/’-]+ ){0,5}?[\w+/’-]+)(?: ?\([^)]{1,40}\))?,? (?:versus|vs\.?) (?P<c>[^.,;:?()]{3,70})", re.I
)
_DOES = re.compile(
    r"^(?:the |an? )?(?P<x>(?!.*\b(?:of|by)\b)[^.,;:?]{2,60}?)(?: ?\([^)]{1,40}\))?"
    r" (?:also |is |are |directly |specifically )*"
    r"(?:inhibits?|induces?|regulates?|represses|suppress(?:es)?|activates?|diminish(?:es)?|enhances?|stimulates?"
    r"|blocks?|attenuates?|promotes?|prevents?|protects?|reduces?|increases?|decreases?|interferes?|mediates?|modulates?"
    r"|interacts?|affects?|improves?|impairs?|predicts?|causes?|alters?|abolish(?:es)?|ameliorates?|associated|required"
    r"|involved)\b",
    re.I,
)
"""The subject of a title that is a sentence: "Cyclosporin A interferes with …"."""
_FOR = re.compile(
    r"^(?:(?:efficacy|safety|use|effects?) (?:and \w+ )?of )?(?:the |an? )?(?P<x>(?!.*\b(?:of|factors?|risk)\b)"
    r"[^.,;:?]{2,50}?)(?: ?\([^)]{1,40}\))? (?:for|in the (?:treatment|management|prevention|diagnosis) of) ",
    re.I,
)
"""What a title is for: "Zinc for colds"."""
_BY = re.compile(
    r"\b(?:inhibition|induction|regulation|repression|suppression|activation|enhancement|stimulation|modulation"
    r"|prevention|reduction|stabili[sz]ation|degradation|phosphorylation) (?:of )?(?:\w[^.;:?]{0,70}?)?"
    r"\bby (?:an? |the )?"
    r"(?P<x>[^.,;:?()]{2,60}?)(?= (?:in|on|for|with|through|via|during|of)\b|[.,;:?(]|$)",
    re.I,
)
"""The agent of a title: "Repression of transcription by SPOP"."""
_COMPARE = re.compile(
    r"\b(?:compar(?:e|ed|ing|ison of|es)|contrast) (?:the )?(?:(?:efficacy|effects?|results|outcomes?|safety"
    r"|effectiveness|levels|use) (?:and \w+ )?of )?(?P<x>[^.,;:?()]{3,70}?)(?: ?\([^)]{1,40}\))? (?:with|to"
    r"|and|versus|vs\.?|against) (?:that of |those of |the )?(?P<c>[^.,;:?()]{3,70})",
    re.I,
)
_GIVEN = re.compile(
    r"\b(?:(?:treated|supplemented|managed|vaccinated|injected|perfused|incubated|compared|therapy|treatment|exposed"
    r"|exposure|administration|randomi[sz]ed|assigned|allocated) (?:with|to(?: have| receive)?(?: either)?|of)"
    r"|administered|given|received|receiving|prescribed|undergoing|underwent) (?:only |the |an? )*"
    r"(?P<x>[^.,;:?()]{3,60})|(?P<treatment>(?:[\w-]+ ){1,3}(?:therapy|treatment|surgery|approach|programme?"
    r"|training))\b",
    re.I,
)
_FACTORS = re.compile(
    r"(?<![\w’'/-])(?P<x>(?:(?!(?:to|of|the|and|determine|identify|assess|evaluate|examine|investigate|explore|for|with"
    r"|were|was|other|these)\b)[\w'’/-]+ ){0,3}"
    r"(?:(?:and|or) [\w-]+ )?(?:factors?|predictors?|characteristics|determinants|indicators|correlates))\b"
    r"(?: (?:of|for|associated with|predicting|influencing|affecting) (?:the )?(?P<y>[^.;:?()]{3,80}))?",
    re.I,
)
_MEASURED = re.compile(
    r"(?:\bto (?:\w+ly )?(?:determine|assess|evaluate|measure|investigate|examine|estimate|describe|report"
    r"|analy[sz]e|identify|study|quantify|characteri[sz]e|improve|reduce|increase|decrease|explore|compare"
    r"|establish)"
    r"|\b(?:we|study|report|paper|this) (?:\w+ly )?(?:determined|assessed|evaluated|measured|investigat\w+"
    r"|examine[sd]?|estimated|describe[sd]?|report(?:ed|s)?|analy[sz]e[sd]?|identified|stud(?:y|ied)"
    r"|quantified|characteri[sz]ed|explore[sd]?|compare[sd]?)"
    r"|\b(?:primary |main |secondary )?(?:outcomes?|end ?points?)(?: measures?)? (?:was|were|included)) "
    r"(?:changes in |the |their |its |an? )*(?:(?:prevalence|incidence|frequency|rate|level|levels|number"
    r"|extent|occurrence|presence|degree|changes|grade) (?:and \w+ )?of (?:the )?)?"
    r"(?P<y>(?:[^.;:?()]|\.(?=\w)){3,100})",
    re.I,
)
_NO_OUTCOME = re.compile(
    rf"(?:whether|if|how|why|was|were|is|are|that|{_LEADS}|associations?|relation\w*|this|these)\b", re.I
)
_AGAINST = re.compile(
    r"\b(?:compared? (?:with|to)|in comparison (?:with|to)|versus|vs\.?|relative to|than (?:in|for|with"
    r"|among)|as opposed to|rather than|matched (?:with|to)|and compared (?:with|to|it with)) "
    r"(?:that of |those (?:of|in|with|who) |that in |the |an? )?(?P<c>[^.,;:?()\[\]]{3,60})",
    re.I,
)
_THAN = re.compile(r"\bthan (?P<c>[^.,;:?()\[\]]{3,60})", re.I)
_CONTROLS = re.compile(
    r"\b(?:placebo|sham(?: \w+)?|(?:healthy|normal|matched|unaffected|non-?\w+) (?:\w+ )?(?:control subjects"
    r"|controls?|subjects|individuals|volunteers|donors|persons|people)"
    r"|(?:diabetic |untreated |positive |negative |usual |standard )?control (?:group|subjects|animals|rats"
    r"|mice)|controls|standard care|usual care|no treatment|conventional \w+"
    r"|(?<=than )baseline|(?<=from )baseline|(?<=with )baseline|(?<=to )baseline)\b",
    re.I,
)
_WITHOUT: frozenset[Design] = frozenset(
    (
        "case report",
        "case series",
        "qualitative or survey",
        "review",
        "systematic review",
        "not a study",
        "other",
        "in vitro",
        "cross-sectional",
        "modelling or economic",
    )
)
"""Designs that seldom compare: a comparator is read there from the aim only."""


class Question(NamedTuple):
    """The four parts of a study's question."""

    population: Cell | None
    intervention: Cell | None
    comparator: Cell | None
    outcomes: tuple[Cell, ...]


def read_question(told: Sequence[StudySentence], design: Design) -> Question:
    """Return population, intervention, comparator and outcomes, each None or empty where nothing tells it."""
    aims = [one for one in told if one.part == "aim"] + [one for one in told if one.part == "title"]
    rest = [one for one in told if one.part in ("methods", "background")] + [
        one for one in told if one.part in ("results", "conclusions")
    ]
    intervention, outcome, comparator = _relation(aims, rest)
    comparator = comparator or _comparator(told, design)
    if comparator is None and design in ("randomised controlled trial", "non-randomised trial"):
        comparator = _other_arm(told, intervention)
    return Question(
        _population(told, design),
        intervention,
        comparator,
        outcome or _measured([*aims, *rest]),
    )


def _relation(
    aims: Sequence[StudySentence], rest: Sequence[StudySentence]
) -> tuple[Cell | None, tuple[Cell, ...], Cell | None]:
    told = [one for one in rest if one.part != "background"]
    for sentences in (aims, told[:3], rest[:3]):
        for pattern in (_OF, _BETWEEN, _WHETHER, _COMPARE, _SUBJECT):
            for one, match in _all(pattern, sentences):
                if cell := _phrase(one, match, "x"):
                    groups = match.groupdict()
                    outcomes = _listed(one, match.start("y"), match.end("y")) if groups.get("y") else ()
                    return cell, outcomes, _phrase(one, match, "c") if groups.get("c") else None
    titles = [one for one in aims if one.part == "title"]
    for pattern in (_BY, _DOES, _FOR):
        for one, match in _all(pattern, titles):
            if cell := _phrase(one, match, "x"):
                return cell, (), None
    for one, match in _all(_VERSUS, aims):
        if cell := _phrase(one, match, "x"):
            return cell, (), _phrase(one, match, "c")
    for one, match in _all(_ARMS, (*aims, *told)):
        if cell := _phrase(one, match, "x"):
            return cell, (), _phrase(one, match, "c")
    for pattern in (_GIVEN, _FACTORS):
        for one, match in _all(pattern, (*aims, *rest)):
            if cell := _phrase(one, match, "treatment" if match.re is _GIVEN and not match["x"] else "x"):
                return cell, (), None
    for one, match in _all(_ASKED, aims):
        if cell := _phrase(one, match, "x"):
            return cell, (), None
    return None, (), None


def _all(pattern: re.Pattern[str], sentences: Sequence[StudySentence]) -> Iterator[tuple[StudySentence, re.Match[str]]]:
    """Yield the matches in sentences, but for those that name no thing: "the two groups", "those"."""
    for one in sentences:
        for match in pattern.finditer(one.text):
            if not _NOTHING.search(match["x"] or match["treatment"]):
                yield one, match


def _phrase(one: StudySentence, match: re.Match[str], group: str) -> Cell | None:
    cell = _trimmed(one, *match.span(group))
    return None if cell and group == "x" and _NOTHING.search(cell.text) else cell


_NOTHING = re.compile(
    r"^(?:(?:the|these|both|all|two|three) )*(?:if|whether|why|more|those|them|this|such|it|they|there|patients?"
    r"|infants|subjects"
    r"|groups?|students|women|men|children|describe|might|we|our|which|data|results|studies|is|are|was|were|be|being|includes?"
    r"|little|much|no|observed|expected|he|she|individually|how)\b|\bgroups?$|^(?:factors?|design|baseline|time|changes?|proteins?|\w+ed)$"
    r"|^(?:[\w-]+ )?(?:patients|physicians|doctors|subjects|nurses|women|men|children)$"
    r"|^baseline |\battention$",
    re.I,
)
_TRIM_FRONT = re.compile(
    r"(?:(?:to|after|following|when|that|how|at|through|during|with|by|of|in|for|and|from|on|the|an?|both|either|these|this|our|different"
    r"|various|\d+|use of|using|treatment with"
    r"|administration of|initial experience of) )+",
    re.I,
)


def _trimmed(one: StudySentence, start: int, end: int, words: int = 9) -> Cell | None:
    text = one.text[start:end]
    if front := _TRIM_FRONT.match(text):
        start, text = start + front.end(), text[front.end() :]
    text = _CLAUSE.sub("", re.sub(r" (?:in|on|with) (?:their|its|his|her)\b.*$", "", text))
    text = " ".join(text.split(" ")[:words])
    text = _DANGLING.sub("", text)
    return one.cell(start, start + len(text)) if len(text.strip(" .,;:")) > 2 else None


def _listed(one: StudySentence, start: int, end: int) -> tuple[Cell, ...]:
    """Split a list of outcomes at its commas and its "and"; at most four."""
    text = _CLAUSE.sub("", one.text[start:end])
    text = re.sub(
        r" (?:(?:in|among) (?:[\w-]+ ){0,4}|of (?:the )?(?:[\w-]+ )?)(?:patients|women|men|children|adults"
        r"|subjects|people|infants"
        r"|individuals|rats|mice)\b.*$",
        "",
        text,
        flags=re.I,
    )
    cells, at = [], start
    for piece in re.split(r"(, and |, | and | or )", text):
        if piece.strip(" ,") not in ("and", "or", "") and (cell := _trimmed(one, at, at + len(piece))):
            cells.append(cell)
        at += len(piece)
    return tuple(cells[:4])


def _measured(sentences: Sequence[StudySentence]) -> tuple[Cell, ...]:
    for one in sentences:
        for match in _MEASURED.finditer(one.text):
            if not _NO_OUTCOME.match(match["y"]) and (cells := _listed(one, *match.span("y"))):
                return cells
    return ()


def _population(told: Sequence[StudySentence], design: Design) -> Cell | None:
    if design == "modelling or economic":
        return None
    candidates = list(_populations(told, design))
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _populations(told: Sequence[StudySentence], design: Design) -> Iterator[tuple[float, Cell]]:
    parts = {"title": 1.5, "aim": 2.2, "methods": 2.2, "results": 1.0, "background": 0.6, "conclusions": 0.6}
    for place, one in enumerate(told):
        for match in _POPULATION.finditer(one.text):
            unit, start, end = match["unit"], match.start(), match.end("unit")
            kind = (
                "cells"
                if re.fullmatch(_CELLS, unit, re.I)
                else "animals"
                if re.fullmatch(_ANIMALS, unit, re.I)
                else "people"
            )
            wanted = {"animal": "animals", "in vitro": "cells"}.get(design, "people")
            if match["after"]:
                lead = re.match(r" (?:who )?\w+", match["after"])[0]  # type: ignore[index]
                after = lead + _CLAUSE.sub("", match["after"][len(lead) :])
                after = " ".join(after.split(" ")[:9])
                end += len(_DANGLING.sub("", after))
            cell = one.cell(start, end)
            words = cell.text.split()
            score = parts[one.part] - 0.02 * place
            score += 2.0 if kind == wanted else -1.0
            score += 1.6 if end > match.end("unit") else 0.0
            score += 0.5 * min(2, match.start("unit") - start > 0) - 0.3 * max(0, len(words) - 9)
            score -= 1.5 * bool(
                re.fullmatch(r"controls?|cases|males?|females?|men|women|group", unit, re.I) and len(words) < 3
            )
            score -= 2.0 * bool(re.search(r"\b(?:control|healthy|normal|placebo)\b", cell.text, re.I))
            score -= 1.5 * bool(re.search(r"\b(?:groups?|arm|versus)\b|^(?:study|single)\b", cell.text, re.I))
            yield score, cell


def _other_arm(told: Sequence[StudySentence], intervention: Cell | None) -> Cell | None:
    """Return the arm of a trial that the intervention is held against."""
    for one, match in _all(_ARMS, [one for one in told if one.part in ("aim", "methods", "title")]):
        first, second = _phrase(one, match, "x"), _phrase(one, match, "c")
        is_second = intervention and second and second.text.casefold() in intervention.text.casefold()
        if arm := first if is_second else second:
            return arm
    for one in told:
        than = _THAN.search(one.text) if one.part == "results" else None
        if than and not _NO_COMPARATOR.match(than["c"]):
            return _phrase(one, than, "c")
    return None


def _comparator(told: Sequence[StudySentence], design: Design) -> Cell | None:
    seldom = design in _WITHOUT
    for part in ("aim", "title", "methods", "results"):
        if seldom and part in ("methods", "results"):
            continue
        for one in told:
            if one.part != part:
                continue
            if match := _CONTROLS.search(one.text):
                return one.cell(*match.span())
            is_result = part == "results"
            if (match := _AGAINST.search(one.text)) and not _names_no_comparator(match["c"], is_result=is_result):
                return _phrase(one, match, "c")
    return None


def _names_no_comparator(text: str, *, is_result: bool) -> bool:
    return bool(_NO_COMPARATOR.match(text)) or (is_result and "significant" in text)


_NO_COMPARATOR = re.compile(
    r"(?:the |an? )?(?:\d|(?:who|minutes|hours|days|points|at|in|by|on|from|their|its|those|that|other|others"
    r"|resulting|cc|women|men|patients|expected"
    r"|baseline|group|the|each|one another)\b)",
    re.I,
)
