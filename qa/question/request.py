"""The request's own words, which are no subject words: "please summarise", "according to the literature"."""

from __future__ import annotations

import re

from index.analysis.lexicon import default_lexicon
from index.analysis.sentences import sentence_spans
from qa.question.everyday import in_terms

_ABOUT = r"(?:about|on|regarding|concerning|of|for)"
_SOURCES = (
    r"(?:(?:the|these|those|this|your|our|my|published|available|current|existing|scientific|medical|recent|all"
    r"|whole) )*"
    r"(?:literature|abstracts?|library|collection|database|articles|papers|publications|research|evidence|science|data"
    r"|studies|sources)"
)
_WHETHER = r"(?:whether(?: or not)?|if|that)"
_DIGEST = r"(?:overview|summary|summaries|run-?down|synopsis|recap|primer|digest|introduction|outline|breakdown)"
_OPENINGS = re.compile(
    r"(?:[\s,.:;!–-]+|"
    r"(?:hi|hello|hey|good morning|dear (?:all|assistant|sir))\b[,!.]?"
    r"|please\b|kindly\b|(?:could|can|would|will) you (?:please )?(?=(?:\w+ )?(?:tell|give|show|find|explain|summ"
    r"|list|descr|look|search|provide|compare|help))"
    r"|help me (?:to )?(?:understand|find)|(?:so|well|ok|okay|now),? (?=\w)"
    rf"|(?:tell|inform|remind|teach) (?:me|us)(?: (?:more|something|everything|all|a bit|what (?:you know"
    rf"|is known)))*(?: {_ABOUT}| {_WHETHER})?\b"
    rf"|(?:show|give|get|fetch|find|bring|provide)(?: (?:me|us))?(?: (?:an?|the|some|any|all|brief|short|quick))* "
    rf"(?:{_DIGEST}|abstracts?|papers?|articles?|information|info|details|facts|evidence|literature"
    rf"|publications|background) {_ABOUT}\b"
    r"|(?:show|give)(?: me| us)\b"
    rf"|(?:an? |the )?(?:(?:brief|short|quick|general|concise|rough) )*{_DIGEST} {_ABOUT}\b"
    r"|(?:is there |are there |do you have |have you (?:got )?|got )?(?:anything|something) (?:\w+ )?(?:on|about)\b"
    r"|(?:with|including) (?:the )?(?:references?|citations?|sources?|pmids?|quotes?)\b"
    r"|in (?:plain|simple|lay|layman['’]?s|everyday|easy|other|a few|one|two|three) (?:words?|terms?|english|language"
    r"|sentences?)\b(?=\s*[,:])"
    rf"|(?:search|look)(?: {_SOURCES})? for\b|look up\b"
    r"|(?:briefly |quickly )?(?:summari[sz]e|describe|explain(?: to (?:me|us))?|outline|discuss|review|enumerate|name"
    r"|list(?: all)?)\b(?=,? \S+)(?! (?:articles?|of)\b)"
    rf"|(?:I|we)(?: would|['’]d)? (?:like|love|want|need|wish|am interested|are interested|am looking|am trying"
    rf"|wonder|was wondering|am wondering|am curious)"
    rf"(?: to (?:know|learn|read|hear|find out|understand|see|ask))?(?: (?:more|something|everything|in"
    rf"|for))?(?: (?:about|{_WHETHER}))?\b"
    r"|(?:do|does|did) (?:you|we|anyone|anybody|someone) (?:happen to )?know (?:whether|if|that)\b"
    r"|any ideas? (?:whether|if)\b"
    rf"|what(?: do| does|['’]s| is| are| was| has been| have been| did)? (?:we |you |one |people |they |{_SOURCES} "
    rf"|(?:the )?(?:trials?|reviews?|authors|experts) )?"
    rf"(?:currently )?(?:know|known|say|said|found|find|tell us|show|shown|report|reported|published|written|learnt"
    rf"|learned|conclude)(?: so far)? (?:about|on|regarding|concerning)\b"
    rf"|what(?:['’]s| is) the (?:\w+ )?(?:evidence|literature|research|consensus|thinking|data) (?:for|on|about|of"
    rf"|that|regarding)\b"
    rf"|(?:is|are) there (?:any |some |good |strong |convincing |clinical )*(?:evidence|proof|data|indication"
    rf"|reason to believe|support) (?:that|for|of|on|whether)\b"
    r"|any (?:good |clinical )?(?:evidence|proof|data) (?:that|for|of|on)\b"
    r"|is it (?:true|correct|right|known|the case|a fact) that\b"
    rf"|the evidence (?:for|on|about|that)\b|(?:latest|current|recent|new) (?:evidence|findings|research|literature"
    rf"|knowledge) {_ABOUT}\b"
    rf"|what(?:['’]s| is) (?:the )?(?:latest|new)(?: (?:evidence|research|thinking|data))? (?:in|{_ABOUT})\b"
    rf"|what is known {_ABOUT}\b|what do we know {_ABOUT}\b|all (?:there is )?to know {_ABOUT}\b"
    rf"|(?:according to|based on|judging by|going by|as per|on the basis of|from|in|using|within"
    rf"|with)(?: only)? {_SOURCES}(?: alone| only| here| you have| provided| in (?:the|this) (?:library"
    rf"|collection))?(?=\s*,|\s+(?:is|are|does"
    rf"|do|did|can|what|which|how|why|should|was|were|has|have|who|when|where)\b)"
    r"|(?:according to|based on|from|in|per)(?=\s*,)|(?:(?:the|any|all) )?studies (?:on|about|of|regarding)\b"
    r"|(?:question|query|my question(?: is)?|quick question)\s*:?(?=\s)"
    r")",
    re.I,
)
_CLOSINGS = re.compile(
    r"(?:[\s,;:–-]+|[.?!]\s+(?=\S)|(?<=\s)\(?(?:please[,.]? *)?(?:cite|give|include|add|with|provide|and|show|quote"
    r"|list)(?: (?:me|the|your|all|their|relevant|and|give|cite|a|some))* ?"
    r"(?:sources?|references?|citations?|pmids?|evidence|quotes?|papers)(?: (?:please|too|for (?:each|every) \w+))?\)?"
    r"|(?<=\s)(?:please|thanks(?: (?:a lot|in advance))?|thank you(?: very much)?|thx|cheers)"
    r"|(?<=\s)(?:in (?:brief|short|detail|general|simple terms|plain english|plain language|(?:one|two|three|a few"
    r"|\d+) (?:sentences?|words|lines|bullet points)|a table)|briefly|as (?:a list|bullet points|a table))"
    r"|(?<=\s)(?:in|from|by) (?:the )?studies"
    r"|(?<=\s)(?:on the market |available )?as of (?:[a-z]+ )?(?:19|20)\d\d|(?<=\s)on the market"
    r"|(?<=\s)for (?:my|our|an?|the) (?:\w+ )?(?:thesis|essay|exam|homework|presentation|class|lecture|poster"
    r"|assignment|journal club|seminar|coursework)"
    r"|(?<=\s)(?:in|from|according to|based on|using|within) (?:the|these|this|your|published"
    r"|available)(?: \w+)? (?:literature|abstracts|library|collection|database|publications)"
    r")[.?!]*\Z",
    re.I,
)
_CHAT = {
    "pls": "please", "plz": "please", "u": "you", "ur": "your", "smth": "something", "abt": "about", "pt": "patient",
    "pts": "patients", "thx": "thanks", "w/": "with", "w/o": "without", "b/c": "because", "dont": "don't",
    "doesnt": "doesn't", "didnt": "didn't", "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't", "cant": "can't",
    "whats": "what is", "hows": "how is",
}  # fmt: skip
"""Words as they are typed in a hurry, in small letters only: PT is a test."""
_IN_CHAT = re.compile(rf"(?<![\w/.'’-])(?:{'|'.join(map(re.escape, _CHAT))})(?![\w/'’-])")
_ABOUT_ASKER = re.compile(
    r"\A\W*(?:(?:I|I['’]m|we|my|our|for (?:my|our|an?)|as an?|being an?|just|quick)\b[^?:]{0,120}:|[^?:.]{0,60}"
    r"\b(?:I|we)\b[^?:.]{0,60}\b(?:know|ask|wonder|wondering|curious|unsure|confused)\b"
    r"(?: (?:if|whether|about))?[,:.]?)\s+(?=\w+ \w+)",
    re.I,
)
"""What the person says of themselves before the question."""
_WHETHER_ENDS = re.compile(r"\b(?:if|whether)\s*\Z", re.I)
_ASKS = re.compile(
    r"\W*(?:(?:and|but|so|now|then|given (?:this|that|these|the)[\w\s]{0,40},|in (?:this|such a) [\w\s]{0,30},)\s*)?"
    r"(?:what|which|who|whom|whose|how|why|when|where|is|are|was|were|do|does|did|can|could|should|would|will|has"
    r"|have|may)\b",
    re.I,
)
_FUNCTION_WORD = re.compile(
    r"(?:what|which|who|how|why|when|where|is|are|was|were|do|does|did|can|could|should|would|will|has|have|may|at|by"
    r"|in)\b"
)
_SLIP = re.compile(
    r"(?:\s*(?:[,;(–—-]|\.{2,}|…))+\s*(?:(?:oh|oops|ah|er+m?|uh+m?|hmm|wait|no|actually)\b[\s,–—-]*)*"
    r"(?:\b(?:sorry|pardon|I mean(?:t)?|make that|or rather|correction|scratch that)\b[\s,:–—-]*)+",
    re.I,
)
"""Where a person puts right what was just written: "Does zinc, sorry, iron help?"."""
_BREAK = re.compile(r"\s*[,–—)](?=\s)|\s+-(?=\s)")
_TURN = 3
"""Words that a slip has at most."""
_LONG = 45
"""Words from which what stands before and after the question is a case history, and is not searched for."""


def asked_sentences(text: str) -> str:
    """Return the question of a long text: its sentences that ask, the last of them being asked in any case.

    >>> asked_sentences("A man of 60 is tired. " * 12 + "Does iron help him?")
    'Does iron help him?'
    """
    sentences = [text[start:end].strip() for start, end in sentence_spans(text)]
    asking = [sentence for sentence in sentences if sentence.endswith("?")]
    asking = asking or [sentence for sentence in sentences if _ASKS.match(sentence)]
    rest = " ".join(sentence for sentence in sentences if sentence not in asking)
    asked = _named_outright(" ".join(asking), rest)
    if len(text.split()) < _LONG and (asked == " ".join(asking) or not _ON_SOMEBODY.search(rest)):
        return text
    return asked or (sentences[-1] if sentences else text)


_ON_SOMEBODY = re.compile(r"\b(?:I|I['’]m|we|my|our|he|she|his|her)\b", re.I)
_IT = re.compile(r"\b(?:it|this|that)\b(?! (?:\w+ )?(?:true|safe to|possible|that|better to))", re.I)


def _named_outright(question: str, rest: str) -> str:
    """Return a question with the drug that was named last before it in place of its "it"."""
    drugs = (
        [mention.text for mention in default_lexicon().mentions(rest) if _is_drug(mention.text)]
        if _IT.search(question)
        else []
    )
    return _IT.sub(drugs[-1], question, count=1) if drugs else question


def _is_drug(name: str) -> bool:
    return any(concept.kind == "chemical" for concept in default_lexicon().concepts(name)[:1])


def without_request(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a question without the request's own words, and these words.

    >>> without_request("Could you summarise the evidence on zinc, please?")
    ('zinc', ('Could you', 'summarise', 'the evidence on', 'please?'))
    """
    words: list[str] = []
    rest = text.strip()
    while (opening := _OPENINGS.match(rest)) and opening.end():
        words.append(opening[0])
        rest = rest[opening.end() :]
    closings = []
    while (closing := _CLOSINGS.search(rest)) and closing.start() < len(rest) and closing[0].strip(" .?!,;:–-"):
        closings.append(closing[0])
        rest = rest[: closing.start()].rstrip(" ,;:–-")
    request = tuple(word for part in [*words, *reversed(closings)] if (word := part.strip(" ,;:.!–-")))
    rest = as_question(re.sub(r"\A\W*(?:on|about|regarding|that) ", "", rest), asks=text.rstrip().endswith("?"))
    return rest if _FUNCTION_WORD.match(rest.lower()) or not request else rest.rstrip(" ?"), request


def spelt_out(text: str) -> str:
    """Return a question as it would be written with care, without what the person says of themselves before it.

    >>> spelt_out("I am a nurse and would like to know: does zinc help pts w/ colds?")
    'does zinc help patients with colds?'
    """
    plain = in_terms(put_right(_IN_CHAT.sub(lambda match: _CHAT[match[0]], text)))
    asker = _ABOUT_ASKER.match(plain)
    if asker and _WHETHER_ENDS.search(asker[0]):
        return f"I wonder whether {plain[asker.end() :]}"
    return plain[asker.end() :] if asker and _ASKS.match(plain[asker.end() :]) else plain


def put_right(text: str) -> str:
    """Return a question with a slip of its writer left out, where the writer puts it right.

    >>> put_right("Does zinc, sorry, iron help?"), put_right("Does zinc... no wait, I mean iron, help?")
    ('Does iron help?', 'Does iron help?')
    """
    match = _SLIP.search(text)
    if match is None:
        return text
    before, after = text[: match.start()].split(), text[match.end() :]
    if _ASKS.match(after):
        return as_question(after)
    if set(before) & set(after.split()[:_TURN]):
        return text  # "help, I mean really help"
    if "(" in match[0]:
        after = after.replace(")", "", 1)
    pause = _BREAK.search(after)
    many = len(after[: pause.start() if pause else None].split())
    many = many if many <= _TURN else _TURN
    while before and many and not _FUNCTION_WORD.fullmatch(before[-1].lower()) and before[-1].lower() not in _JOINING:
        before, many = before[:-1], many - 1
    if pause and len(after[: pause.start()].split()) <= _TURN:
        after = after[: pause.start()] + after[pause.end() :]
    return " ".join([*before, *after.split()])


_JOINING = frozenset("of for with to on from and or the a an against than after during".split())


def as_question(text: str, *, asks: bool = True) -> str:
    """Return a question with a capital and its mark where it begins as one; a name is left as it is written."""
    text = " ".join(text.split()).strip(" ,;:–-")
    text = re.sub(r"\s+([?.!,;:])", r"\1", re.sub(r"\(\s*\)", "", text))
    if not _FUNCTION_WORD.match(text.lower()):
        return text.rstrip(" .!,;:")
    text = (text[:1].upper() + text[1:]).rstrip(" .!,;")
    return text if text.endswith("?") or not asks else f"{text}?"
