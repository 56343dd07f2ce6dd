"""Analyse a question: kind, subjects, relation, filters and papers, in one screen."""

from __future__ import annotations

import re
from dataclasses import replace

from index.embedding.encoder import Encoder
from index.records import Filters
from qa.language.quantity_spans import asked_quantity
from qa.question.asked_noun import asked_noun
from qa.question.classifier import Guess, load_classifier
from qa.question.filters import within
from qa.question.language import language_of
from qa.question.library_query import PAPER, asks_for_works, library_query, speaks_of_library
from qa.question.parts import parts_of, parts_on_studies
from qa.question.records import Kind, Known, LibraryQuery, QuestionAnalysis, Relation, Talk
from qa.question.references import References, references
from qa.question.relations import relations_of
from qa.question.request import asked_sentences, spelt_out, without_request
from qa.question.restrictions import restrictions
from qa.question.subjects import qualifiers_of, sides_of, subjects_of
from qa.question.superlatives import ChosenStudy

_SURE = 0.5
"""The chance from which the classifier's relation is taken where no word names one."""
_YES_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|may|might|isn['’]t|doesn['’]t|don['’]t"
    r"|aren['’]t)\b",
    re.I,
)
_NOUN_ASKED = re.compile(
    r"\W*(?:in |for |to |on |by |with )?(?:which|what) (?:(?!(?:is|are|was|were|do|does|did|can|has|have"
    r"|of)\b)[\w/-]+ ){0,3}?(?P<noun>(?!(?:is|are|was|were|do|does|did|can|has|have|of)\b)[\w/-]+) "
    r"(?:is|are|was|were|do|does|did|can|could|has|have)\b(?! the (?:main|most))",
    re.I,
)
_ASKS_WHAT = re.compile(r"\W*(?:(?:for|to|in|with|from) )?(?:who|whom|what|which|when|where|why|how)\b", re.I)
_STATES = re.compile(
    r"(?<=\w) (?:is|are|was|were|has|have|had|can|cannot|could|may|might|will|would|should|does|do|did)\b"
    r"|(?<=\w) (?:(?:cause|reduce|increase|decrease|improve|induce|inhibit|activate|prevent|raise|lower|lead|promote"
    r"|require|regulate|suppress|affect|protect|bind|block|impair|enhance|produce|express|encode|accelerate|mediate"
    r"|encourage|influence|initiate|restrain|correlate|stimulate|modulate|worsen|lengthen|shorten|prolong|delay|slow"
    r"|relieve|trigger|contribute|predict|decline|interact|control)s|reaches|improves)\b(?! (?:of|in|for)\b)"
    r"|(?<=\w\ws) (?:cause|reduce|increase|decrease|improve|induce|inhibit|activate|prevent|raise|lower|lead to|promote"
    r"|require|suppress|affect|protect|impair|enhance|shorten|prolong|delay|worsen|relieve|trigger|predict)\b(?= \w)",
    re.I,
)
"""A verb of a statement after its subject."""
_RELATIVE = re.compile(
    r"\b(?:that|which|who|whose|if|whether|when|how|what|why)\b|\A\W*(?:list|name|compare|show|find|give|tell|explain)\b",
    re.I,
)
_NUMBER = re.compile(
    r"\W*(?:by |in |for |to )?(?:how (?:many|much)|what (?:percentage|proportion|share|fraction))\b", re.I
)
_PLURAL = re.compile(r"(?:(?<![sui])s|genera|bacteria|criteria|phenomena|people|children|women|men|[a-z]i)\Z")
_COMPARES = re.compile(r"\b(?:compar\w+|differences?|differ|contrast|versus|vs|which|or)\b", re.I)
_LOOK_UP_WORDS = frozenset(
    "what which does do did is was were are has have been the a an in of from by to about and with vs versus or say "
    "says said report reports reported find finds found show shows showed conclude concludes concluded state states "
    "main key finding findings result results conclusion conclusions study paper article abstract trial it that this "
    "there "
    "tell me compare summarise summarize summary open give look up describe explain pmid pmids doi dois number "
    "according two both they their contain content contents title titled called entitled read please can you for on "
    "at between mean".split()
)
_TALKS: tuple[tuple[Talk, str], ...] = (
    ("thanks", r"\b(?:thank\w*|thx|cheers|ta|ok|okay|great|good(?! (?:morning|afternoon|evening|day))|perfect"
               r"|nice(?! to)|cool|got it|i see|helpful|helps|well done|awesome|bye|goodbye|see you|that is all"
               r"|that['’]s all|never mind|excellent|brilliant|super|wonderful)\b"),
    ("greeting", r"\b(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|howdy|how are you"
                 r"|how is it going|nice to meet)\b"),
)  # fmt: skip
_FINDINGS = re.compile(
    r"\bwhat (?:do|does|did|have|has)\b.*\b(?:find|found|shown?|say|said|conclude|report|suggest|recommend)\b", re.I
)
_TALK_WORDS = re.compile(
    rf"{'|'.join(pattern for _, pattern in _TALKS)}|\b(?:help|you|your|yourself|i ask|this (?:work|app|tool|site|page)"
    r"|use this|is this|instructions|prompt|rules|joke|example|yes|no|please|sorry|sure)\b",
    re.I,
)
_MOST_TALK = 12
"""Words that talk has at most."""
_BESIDE_TALK = frozenset("that this a lot so much very all for the me to of and i you really was were my".split())
_COUNTS_PAPERS = re.compile(
    rf"\W*(?:how many|(?:the )?number of) (?:[\w-]+ ){{0,3}}?{PAPER}\b"
    r"(?: (?:(?:do|did|that|which) )?(?:mention|discuss|cover|deal with|speak of|are about|look at|looked at)\b[^?]*"
    r"|[^?]*\b(?:are there|there are|exist|do you (?:have|hold)|have you|(?:are|were|have been) (?:published|done"
    r"|conducted|performed|carried out|included?)|c[ao]me out|appeared)\b[^?]*"
    r"|(?:(?: published)? (?:on|of|about|with|in|from|since|by|for|regarding)\b"
    r"(?:(?! (?:is|are|was|were|do|does|did|has|have|had|show\w*|found|report\w*)\b)[^?])*)?)\W*\Z",
    re.I,
)
"""How many papers there are: of their findings nothing is asked."""
_ORDERS_PAPERS = re.compile(
    rf"\W*(?:which|what) (?:\w+ )?{PAPER} (?:is|are|was|were) (?:the )?(?:oldest|newest|latest|earliest|most recent)\b",
    re.I,
)
_LATEST = re.compile(
    r"\W*what(?:['’]s| is) (?:the )?(?:latest|new)(?: (?:evidence|research|thinking|data))? (?:on|about|in)\b", re.I
)
_MEASURE = re.compile(
    r"\W*(?:the )?(?:(?:adjusted|pooled|crude|overall) )?(?:(?:hazard|odds|risk|rate) ratio|relative risk"
    r"|(?:median|mean|average) [\w-]+|prevalence|incidence|percentage|proportion|dos(?:e|age)|number|half-life"
    r"|sensitivity"
    r"|specificity) (?:of|for|in|with|to|on)\b",
    re.I,
)
"""A measure asked for in a few words, "hazard ratio for death with zinc"."""
_PARTICIPANTS = re.compile(
    r"how many (?:[\w-]+ ){1,6}?(?:treated|randomi[sz]ed|enrolled|included|recruited|took part)\b", re.I
)
_NEGATED = re.compile(
    r"\b(?:not|n['’]t|never|no (?:association|effect|benefit|difference|link|relation|evidence|influence|better)"
    r"|(?:is|are|was|were|has|have|had|made|make|makes|saw|shows?|showed) no|fail(?:s"
    r"|ed)? to|failed|without (?:effect|benefit)|\w+n['’]t)\b",
    re.I,
)


_AGREE = re.compile(
    r"(?:do|did|does|are|is) (?:(?:the|these|those|both|all|different|two|three|several|published|available) )*"
    r"(?P<what>.*?)\b(?:trials?|studies|papers|reviews|abstracts|meta-analyses|cohorts|results|findings)\b(?P<of>.*?)"
    r" (?:(?:dis)?agree|concur|contradict|conflict|in (?:conflict|agreement|line))\b"
    r"(?: with)?(?: (?:each other|one another))?(?P<on>[^?]*)",
    re.I,
)
"""Whether studies agree: what each of them found tells."""


def _topic_of(agreeing: re.Match[str]) -> str:
    parts = (re.sub(r"\A(?:of|on|with|about) ", "", agreeing[part].strip()) for part in ("what", "of", "on"))
    return " ".join(part for part in parts if part)


def analyse(question: str, *, encoder: Encoder | None, known: Known = Known()) -> QuestionAnalysis:
    """Return what a question asks, read by rules and a classifier, which sees the encoder's vector of it.

    A follow-up is to be made to stand alone before. `known` tells what the library has, of which filters depend.

    >>> analyse("Summarise the side effects of zinc since 2015", encoder=None).text
    'the side effects of zinc'
    """
    if studies := parts_on_studies(" ".join(question.split())):
        return replace(analyse(studies[0], encoder=encoder, known=known), question=question, parts=studies)
    language = language_of(question)
    named = references(" ".join(question.split()))
    asked = spelt_out(asked_sentences(named.rest))
    guess = load_classifier().guess(asked or question, encoder)
    kind = _kind(asked, named, guess) if language == "English" or named.any else "short answer"
    if kind == "talk":
        return QuestionAnalysis(question, kind, "", language=language, talk=_talk(question))
    rest, filters, words = restrictions(asked, known, of_library=kind == "library")
    chosen, of_chosen = _chosen(named.chosen, known)
    filters = within(filters, of_chosen)
    text, request = without_request(rest)
    if not _telling(text) and filters != Filters() and not named.any:
        kind = "library"
    if agreeing := _AGREE.match(text):
        kind, text = "overview", _topic_of(agreeing)
    sides = sides_of(text) or (
        named.pmids + named.dois if kind == "look-up" and len(named.pmids + named.dois) == 2 else ()
    )
    kind = _kind_of_comparison(kind, text, sides, guess)
    subjects = subjects_of(text, sides) if kind not in ("library", "look-up") and language == "English" else ()
    analysis = QuestionAnalysis(
        question, kind, "" if kind == "look-up" else text, subjects, sides, _relation(text, guess),
        qualifiers_of(text), filters, named.pmids, named.dois, named.studies, named.titles,
        chosen=chosen, request=(*request, *words), is_negated=bool(_NEGATED.search(text)), language=language,
        noun=asked_noun(text) if kind in ("list", "short answer", "overview") else "",
    )  # fmt: skip
    if kind == "library":
        query = library_query(asked, text)
        if query.thing == "retractions":
            filters = replace(filters, include_retracted=True)
        subjects = (query.subject,) if query.subject else ()
        return replace(analysis, library=query, filters=filters, relation="", text=query.subject, subjects=subjects)
    if kind == "look-up" or not text or language != "English":
        return analysis
    parts = parts_of(text, subjects)
    if len(parts) > 1:
        first = analyse(parts[0], encoder=encoder, known=known)
        analysis = replace(analysis, kind=first.kind, relation=first.relation, sides=first.sides)
    return replace(analysis, parts=parts)


def _chosen(study: ChosenStudy | None, known: Known) -> tuple[LibraryQuery | None, Filters]:
    """Return what to ask the records for a study that is chosen by its date or size, and its filters."""
    if study is None:
        return None, Filters()
    rest, filters, _ = restrictions(study.phrase, known, of_library=True)
    query = library_query(study.phrase, rest)
    return replace(query, action="list", thing="abstracts", order=study.order, limit=1), filters


def states(text: str) -> bool:
    """Return True if a text is a statement rather than a question or a topic: "Zinc shortens colds."

    >>> states("Zinc lozenges shorten colds"), states("zinc for colds"), states("Which drugs cause colds?")
    (True, False, False)
    """
    if _ASKS_WHAT.match(text) or _YES_NO.match(text) or text.rstrip().endswith("?") or _RELATIVE.search(text):
        return False
    return bool(_STATES.search(text))


def _kind(asked: str, named: References, guess: Guess) -> Kind:
    """Return the kind of a question: rules where they are sure, else the likeliest that the rules allow."""
    words = asked.split()
    if named.any and not _telling(asked, _LOOK_UP_WORDS):
        return "look-up"
    if is_only_talk(asked) and not named.any:
        return "talk"
    if not named.any and (_COUNTS_PAPERS.match(asked) or _ORDERS_PAPERS.match(asked) or asks_for_works(asked)):
        return "library"
    if states(without_request(asked)[0]) and not speaks_of_library(asked):
        return "yes/no"
    if _LATEST.match(asked):
        return "overview"
    if _MEASURE.match(asked):
        return "number"
    ranked = sorted(guess.kinds, key=lambda kind: -guess.kinds[kind])
    barred = set()
    if len(words) > _MOST_TALK or named.any or not _TALK_WORDS.search(asked):
        barred.add("talk")
    if not speaks_of_library(asked) or _FINDINGS.search(asked):
        barred.add("library")
    if _ASKS_WHAT.match(asked):
        barred.add("yes/no")
        if _NEGATED.search(asked) and asked_quantity(asked) == "name":
            barred.add("number")
    kind: Kind = next(kind for kind in ranked if kind not in barred)
    if kind in ("list", "short answer") and (
        _NUMBER.match(asked) or asked_quantity(asked) in ("money", "duration", "year")
    ):
        return "number"
    if kind in ("list", "short answer") and (match := _NOUN_ASKED.match(asked)):
        return "list" if _PLURAL.search(match["noun"]) else "short answer"
    return kind


def _kind_of_comparison(kind: Kind, text: str, sides: tuple[str, ...], guess: Guess) -> Kind:
    """Return the kind where two sides are known: "Is A better than B?" is of yes or no, "A or B?" a comparison."""
    if _YES_NO.match(text) and kind in ("comparison", "yes/no"):
        return "comparison" if _offers(sides, text) else "yes/no"
    if kind in ("list", "short answer") and len(sides) == 2 and re.search(r"\bwhich\b", text, re.I):
        return "comparison"
    if kind == "comparison" and not sides and not _COMPARES.search(text):
        return max(
            (other for other in guess.kinds if other not in ("comparison", "library", "talk")),
            key=lambda other: guess.kinds[other],
        )
    return kind


def _offers(sides: tuple[str, ...], text: str) -> bool:
    """Return True if a question of two sides offers them for a choice: "A or B"."""
    return len(sides) == 2 and bool(re.search(rf"{re.escape(sides[0])} or {re.escape(sides[1])}", text, re.I))


def _relation(text: str, guess: Guess) -> Relation:
    """Return the relation that the question's words name, or that the classifier is sure of."""
    cues = relations_of(text)
    if _PARTICIPANTS.match(text):
        return ""
    if len(cues) == 1:
        return cues[0]
    if guess.relations[guess.relation] >= _SURE:
        return guess.relation
    return ""


def is_only_talk(question: str) -> bool:
    """Return True if a text has a word of talk and hardly another: "thx, that helps"."""
    words = re.findall(r"[^\W_]+", _TALK_WORDS.sub(" ", question).lower())
    is_asking = _YES_NO.match(question) or _ASKS_WHAT.match(question)
    return bool(_TALK_WORDS.search(question)) and not is_asking and _BESIDE_TALK.issuperset(words)


def _talk(question: str) -> Talk:
    return next((talk for talk, pattern in _TALKS if re.search(pattern, question, re.I)), "help")


def _telling(text: str, beside: frozenset[str] = frozenset()) -> bool:
    """Return True if a text has a word that is none of some, a general one among them."""
    words = [word.lower() for word in re.findall(r"[^\W_]+", text)]
    return any(word not in beside for word in words if word not in ("studies", "only", "just", "show", "me", "and"))
