"""What a question is about: its subjects, the two sides of a comparison, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.analysis.terms import terms
from qa.language.stop_words import general_terms
from qa.question.records import Qualifier

_THING = (
    r"(?<!\w)"
    r"(?:(?!\b(?:and|or|than|versus|vs|with|to|in|for|at|on|when|while|which|as|if|after|during)\b)[^\s,:;?]++ ?+){1,5}"
)
_END = (
    r"(?=\s*(?:\Z|[?,:;.]|\b(?:in|for|at|on|when|while|which|with|as|if|after|during|regarding|among|to"
    r"|with regard)\b))"
)
_COMPARATIVE = (
    r"(?:better|worse|safer|harder|easier|stronger|weaker|cheaper|faster|slower|higher|lower|longer|shorter|greater"
    r"|kinder|gentler|riskier|deadlier|milder|larger|smaller|fewer|earlier|later)"
)
_SIDES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\A(?:compare|contrast) (?P<a>{_THING})(?:with|to|versus|vs\.?) (?P<b>{_THING}and {_THING}){_END}",
        rf"\A(?P<a>{_THING}in {_THING})(?:versus|vs\.?) (?P<b>{_THING}in {_THING}){_END}",
        rf"\b(?:compar(?:e|ing|ison (?:of|between))|contrast|differences?(?: \w+)* between|distinguish(?:es)?"
        rf"|choose between|tell)"
        rf"(?: (?:the )?(?:efficacy|safety|effects?|outcomes?|risks?|\w+ effects|mechanisms?|{_THING}) (?:of|with|on"
        rf"|under|between))? (?P<a>{_THING})"
        rf"(?:and|with|to|versus|vs\.?|from|or) (?P<b>{_THING}){_END}",
        rf"\bhow (?:\w+ )?(?:does|do|did|is|are|was|were) (?P<a>{_THING}?)(?:work|act|perform|do|last)?\b ?"
        rf"(?:versus|vs\.?|compared (?:with|to)) (?P<b>{_THING}){_END}",
        rf"\A(?:does|do|did|can|will) (?P<a>{_THING}?)(?:work|perform|act|do|last|protect) (?:just )?as (?:well|fast"
        rf"|quickly|long|effectively) as (?P<b>{_THING}){_END}",
        rf"\bwhich of (?P<a>{_THING})(?:and|or) (?P<b>{_THING}?)(?:is|are|was|were|has|have|does|do|did|causes?|works?"
        r"|gives?|makes?|lasts?|carries)\b",
        rf"(?P<a>{_THING})(?:versus|vs\.?|compared (?:with|to)|as against|as opposed to) (?P<b>{_THING}){_END}",
        rf"\A(?:is|are|was|were) (?P<a>{_THING}?)(?:an? |any |the |much |significantly |more |less )*"
        rf"(?:(?:{_COMPARATIVE}|(?:more|less|as|equally) [\w-]+)\b[^?]*?\b(?:than|as)|(?:superior|(?:non-?)?inferior"
        rf"|preferable|similar|equivalent|comparable|equal) to) (?P<b>{_THING}){_END}",
        rf"\A(?:does|do|did|can|will|has|have) (?P<a>{_THING}?)(?:carry|cause|lower|reduce|raise|increase|prevent"
        rf"|improve|work|have|produce|lead|act|relieve|cure|treat|prolong|last|protect|outperform|beat|surpass|heal"
        rf"|decrease|extend|save|perform|fare)\b"
        rf"[^?]*?\b(?:than|(?<=outperform )|(?<=beat )|(?<=surpass )) ?(?P<b>{_THING}){_END}",
        rf"\bhow (?:does|do|did) (?P<a>{_THING}?)(?:compare|fare|differ|rank|stack up)s? (?:with|to|from"
        rf"|against) (?P<b>{_THING}){_END}",
        rf"\bhow (?:does|do|did) (?P<a>{_THING})(?:and|or) (?P<b>{_THING})(?=\s*(?:compare|differ|rank|stack up)s?\b)",
        rf"\b(?:which|what (?:is|are|was|were|works?) (?:best|more \w+|{_COMPARATIVE}))\b[^?]*[,:] (?:is it )?"
        rf"(?P<a>{_THING})or (?P<b>{_THING}){_END}",
        rf"\A(?P<a>{_THING})or (?P<b>{_THING})[^?]*\bwhich\b",
        rf"\A(?!(?:is|are|does|do|did|can|should|was|were|has|have|what|which|how|who|why"
        rf"|when)\b)(?P<a>{_THING})or (?P<b>{_THING})(?:in|for) ",
        rf"\A(?:is|are|was|were|should|does|do|did|will|can) (?:it )?(?:better )?(?:to (?:use|give"
        rf"|take) )?(?P<a>{_THING})or (?P<b>{_THING}?)(?:be )?(?:{_COMPARATIVE}|preferred|used|(?:more|less) \w+"
        rf"|(?:cause|lower|reduce|raise|increase|prevent|improve|work|have|produce|lead|act|relieve|cure|treat|prolong)\b"
        rf"[^?]*\b(?:more|less|better|fewer|{_COMPARATIVE})\b)",
    )
)
_IN_BOTH = re.compile(r"\bin (?P<a>[\w -]+?) and in (?P<b>[\w -]+)", re.I)
_WHOLE_OF = re.compile(
    r"\A(?:the )?(?:those|that|(?:[\w-]+ )?(?:effects?|events|efficacy|effectiveness|safety|risks?|benefits?|toxicity"
    r"|harms|outcomes?|use"
    r"|mechanisms?)(?: of action)?) (?:of|with|on) (?=\S)",
    re.I,
)
_POPULATION = (
    r"(?:(?:older|elderly|old|young(?:er)?|obese|pregnant|breastfeeding|healthy|preterm|premature|critically ill|lean"
    r"|frail|hospitali[sz]ed|post-?menopausal|pre-?menopausal|diabetic|overweight|school-?age[d]?|male|female|newborn"
    r"|black|white|asian|immunocompromised|middle-aged) )*"
)
_QUALIFIERS = tuple(
    (kind, re.compile(rf"\b(?:{pattern})\b", re.I))
    for kind, pattern in (
        ("age", r"(?:(?:aged|over|under|older than|younger than|above|below) )(?:the age of )?\d{1,3}(?:(?:\s?(?:-|–"
                r"|to|and)\s?)\d{1,3})?(?: (?:years?|months?|weeks?)(?: (?:old|of age))?)?(?!\s?(?:mg|%|kg|mmHg|g)\b)"
                r"|\d{1,3}[- ](?:year|month|week|day)s?[- ]olds?"),
        ("time", r"(?:(?:in|during) )?(?:the )?(?:first|second|third|last|early|late)(?: \w+)? (?:trimesters?|weeks?"
                 r"|months?)(?: of (?:pregnancy|life|treatment))?"
                 r"|(?:early|late)(?: in)? pregnancy|(?:long|short)[- ]term"
                 r"|(?:at|within|after|for|over) (?:\d+|an?|one|two|three|four|five|six|seven|ten|twelve) (?:hours?"
                 r"|days?|weeks?|months?|years?)"
                 r"|(?:before|after|during|shortly before) (?:surgery|delivery|birth|childbirth|menopause|meals?"
                 r"|exercise|transplantation|discharge|chemotherapy|labou?r|breakfast|bedtime)"),
        ("population", rf"{_POPULATION}(?:child(?:ren)?|adults?|adolescents?|teenagers?|infants?|newborns?|neonates?"
                       rf"|babies|toddlers|women|men|boys|girls|elderly|seniors"
                       r"|athletes|smokers|(?:breastfeeding )?mothers|volunteers|veterans|vegans|vegetarians"
                       r"|health ?care workers|pregnancy|breastfeeding|lactation|(?:dialysis|transplant|cancer"
                       r"|ICU) patients|patients on [\w-]+)"
                       r"|(?:older|elderly|obese|pregnant|healthy|black|asian|diabetic|overweight|frail) (?:people"
                       r"|patients|persons|individuals)"),
        ("species", r"(?:mice|mouse|rats?|humans?|zebrafish|rabbits?|dogs?|cats|pigs?|monkeys?|primates?|animals?"
                    r"|worms|flies|yeast|in vitro|in vivo|cell lines?|cell culture|horses|cattle|sheep)"),
        ("stage", r"stages? (?:[IV]{1,3}[ABC]?|[0-4][abc]?)(?:(?:-|–| to | or | and )(?:[IV]{1,3}[ABC]?|[0-4]))?"
                  r"|(?:early|late|end)[- ]stage|advanced|metastatic|relapsed|refractory|(?:treatment|drug)-resistant"
                  r"|recurrent|severe|mild|moderate(?:-to-severe)?|newly diagnosed"),
    )
)  # fmt: skip
_MORE_GENERAL = """
risk risks rate rates trial trials patient patients percentage proportion dose doses dosage median mean average
mortality survival prevalence incidence frequency hazard odds ratio safe safer safety harmless dangerous toxic
toxicity side adverse event events symptom symptoms diagnosis diagnose diagnosed diagnostic prognosis treatment
treatments therapy therapies drug drugs medication medications gene genes disease diseases mutation mutations mutated
efficacy effectiveness efficacious benefit benefits beneficial superior inferior worse safest versus vs compare
comparison difference differences regard should free participants
assigned allocated recruited randomised randomized enrolled included given
administered serious severe mild presenting presence response responses overall significant significantly prevention
prophylaxis protect protects protection protective cure cures heal heals relieve relieves damage damages improves
lowers raises prolong prolongs extend extends activate activates inhibit inhibits regulate regulates induce induces
shorten cut cuts trigger triggers predispose aetiology etiology origin factors factor background overview epidemiology
pathogenesis pathophysiology screening detect detects test tests biomarker biomarkers marker accuracy sensitivity
specificity recommended recommend guideline approved indicated indications contraindicated interact tolerated tolerate
frequent rare prevalent hours days weeks months years minutes percent times cost costs publish published paper papers
abstract abstracts article articles journal author wrote written list agree agrees agreed each took takes taken tried
trying deficient worsening worsens according i user supposed product fall falls fell far fastest further cumulative
time injected happens happened suffer suffers affects affecting reported worth offered avoid avoided rule out prefer
preferred start started stop mg kg lengthen lengthens lengthened develop develops developed infused implicated
receptor receptors death deaths found due families occur occurs nnt nnh worsen contain contains distinguish
distinguishes discriminate discriminates consider considered expect expected name everything anything something
someone people over under aged old older long-term short-term first-line who whom evidence currently available options
option best choice associated correlate correlates contributes leads results predicts predict carry carries failed
fail restore restores silencing shrink shrinks kill kills work works acts act target targets bind binds block blocks
evaluated investigated studied examined assessed applied
""".split()
_TOKEN = re.compile(r"[^\s,;:?!()“”\"]+|[,;:?!()]")
_HEADS = frozenset(
    "disease diseases syndrome events drugs drug function sensitivity survival mutation mutations gene genes"
    " supplements antagonist receptor receptors mg kg".split()
)
"""General words that end a name: "Addison disease", "insulin sensitivity"."""
_SPAN = re.compile(r"\w+-(?:year|month|week|day|hour)s?", re.I)
_RANKED = re.compile(r"(?:primary|secondary) (?:prevention|prophylaxis|outcomes?|endpoints?|care)\b", re.I)
_TYPED = re.compile(r"(?:type|factor|grade|class|phase) (?:\d|[IVX]+\b)|long COVID", re.I)


def sides_of(text: str) -> tuple[str, ...]:
    """Return the two things that a question compares, as written, () where it compares none.

    >>> sides_of("Is apixaban safer than warfarin in old people?")
    ('apixaban', 'warfarin')
    """
    for pattern in _SIDES:
        if match := pattern.search(text):
            sides = tuple(_side(match[side]) for side in "ab")
            if all(sides) and sides[0].lower() != sides[1].lower():
                return sides
    if re.match(r"compare|contrast|differences?|what (?:is|are) the differences?|how do", text, re.I) and (
        match := _IN_BOTH.search(text)
    ):
        return match["a"].strip(), match["b"].strip()
    return ()


def qualifiers_of(text: str) -> tuple[Qualifier, ...]:
    """Return what narrows a question, as written, in its order; no word counts twice.

    >>> [(one.kind, one.text) for one in qualifiers_of("Is it safe in the first trimester?")]
    [('time', 'in the first trimester')]
    """
    taken: list[tuple[int, int, Qualifier]] = []
    for kind, pattern in _QUALIFIERS:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in taken):
                taken.append((*match.span(), Qualifier(kind, match[0])))  # type: ignore[arg-type]
    return tuple(qualifier for _, _, qualifier in sorted(taken, key=lambda each: each[0]))


def subjects_of(text: str, sides: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the things that a question is about, as written, each once: runs of words that are not general.

    Those of a comparison are its sides first.

    >>> subjects_of("Does metformin lower the risk of breast cancer in women?")
    ('metformin', 'breast cancer')
    """
    narrowing = {word.lower() for qualifier in qualifiers_of(text) for word in qualifier.text.split()}
    chunks = [chunk for chunk in _chunks(text) if not all(word.lower() in narrowing for word in chunk.split())]
    others = [
        chunk
        for chunk in chunks
        if not any(chunk.lower() in side.lower() or side.lower() in chunk.lower() for side in sides)
    ]
    return tuple(dict.fromkeys([*sides, *others]))


def _chunks(text: str) -> Iterator[str]:
    """Yield the runs of words that stand between general ones; "of" and "the" join none."""
    run: list[str] = []
    tokens = _TOKEN.findall(text)
    for token, after in pairwise([*tokens, ""]):
        word = token.rstrip(".")
        if run and (word.lower() in _HEADS or word.isdigit()) or _TYPED.match(f"{word} {after}"):
            run.append(word)
        elif _is_general(word) or word.isdigit() or _RANKED.match(f"{word} {after}"):
            if run:
                yield " ".join(run)
            run = []
        else:
            run.append(re.sub(r"['’]s\Z", "", word) if len(word) > 3 and not run and _is_owner(text, word) else word)
    if run:
        yield " ".join(run)


def _is_owner(text: str, word: str) -> bool:
    """Return True for a name before "'s" that a general word follows: "metformin's risks", not "Crohn's disease"."""
    after = text[text.find(word) + len(word) :].split()
    is_possessive = word.endswith(("'s", "’s")) and word[:1].islower()
    return is_possessive and bool(after) and _is_general(after[0].strip("?,."))


def _is_general(word: str) -> bool:
    stems = terms(word)
    if not any(letter.isalnum() for letter in word) or not stems:
        return True
    return word.lower() in _GENERAL or bool(_SPAN.fullmatch(word)) or all(stem in general_terms() for stem in stems)


def _side(text: str) -> str:
    text = re.sub(r"\A(?:the|that of|those of|both|either) ", "", _WHOLE_OF.sub("", text.strip()), flags=re.I)
    return text.strip(" ,.?–-")


_GENERAL = frozenset(_MORE_GENERAL)
