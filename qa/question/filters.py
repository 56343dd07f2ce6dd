"""Filters in the words of a follow-up: years, publication types and species, and the words left without them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from index import Filters
from index.errors import InputError

RANDOMIZED = ("Randomized Controlled Trial",)
TRIALS = (
    "Clinical Trial", "Adaptive Clinical Trial", "Clinical Trial, Phase I", "Clinical Trial, Phase II",
    "Clinical Trial, Phase III", "Clinical Trial, Phase IV", "Controlled Clinical Trial", "Equivalence Trial",
    "Pragmatic Clinical Trial", *RANDOMIZED, "Clinical Trial, Veterinary", "Randomized Controlled Trial, Veterinary",
)  # fmt: skip
"""PubMed's publication types that are trials: NLM gives a record the narrowest that fits, and not those above it."""

_TYPES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"(?:randomi[sz]ed|rct)(?:[ -]controlled)?(?: clinical)? (?:trials?|studies|ones)|rcts?|randomi[sz]ed",
     "randomized controlled trials", RANDOMIZED),
    *((rf"phase[ -](?:{roman}|{number})(?: clinical)? (?:trials?|studies)",
       f"phase {roman.upper()} trials", (f"Clinical Trial, Phase {roman.upper()}",))
      for roman, number in (("i", 1), ("ii", 2), ("iii", 3), ("iv", 4))),
    (r"(?:clinical |human )?trials?", "clinical trials", TRIALS),
    (r"systematic reviews?", "systematic reviews", ("Systematic Review",)),
    (r"meta[ -]?analy[sz][ei]s", "meta-analyses", ("Meta-Analysis", "Network Meta-Analysis")),
    (r"reviews?(?: articles?)?", "reviews", ("Review", "Systematic Review")),
    (r"case reports?", "case reports", ("Case Reports",)),
    (r"observational studies|observational study", "observational studies", ("Observational Study",)),
    (r"guidelines?", "guidelines", ("Guideline", "Practice Guideline")),
)  # fmt: skip
"""Pattern of a type, its name in words, and PubMed's types; longer patterns stand first."""
TYPE_WRITTEN = "|".join(pattern for pattern, _, _ in _TYPES)
"""Pattern of any type."""

_READ_AS: dict[str, tuple[str, ...]] = {
    "randomized controlled trials": ("randomised controlled trial",),
    **{f"phase {phase} trials": ("randomised controlled trial", "non-randomised trial")
       for phase in ("I", "II", "III", "IV")},
    "clinical trials": ("randomised controlled trial", "non-randomised trial"),
    "systematic reviews": ("systematic review", "meta-analysis"),
    "meta-analyses": ("meta-analysis",),
    "reviews": ("review", "systematic review", "meta-analysis"),
    "case reports": ("case report",),
    "observational studies": ("cohort", "case-control", "cross-sectional"),
}  # fmt: skip
"""The designs that are read of abstracts, for publication types by their names in words."""
READ_SUBJECTS = {"Humans": "humans", "Animals": "animals"}
"""The subjects that are read of abstracts, for MeSH's check tags."""
_LARGE_N = 500
"""What counts as a large study in words."""
_STUDIES = r"(?:studies|trials?|rcts?|cohorts?|samples|reviews)"
_LARGE = re.compile(
    rf"\b(?:large|big)(?:[- ]?scale)? (?=(?:(?!(?:in|of|for|on|and|the)\b)[\w-]+ ){{0,2}}{_STUDIES}\b)", re.I
)
_AT_LEAST = re.compile(
    r"(?<=studies|.trials|.cohort) (?:with|of|in) (?P<sign>at least|more than|over|≥|>=?) ?(?P<n>\d[\d,]*)"
    r" (?:patients|participants|people|subjects|persons|individuals|women|men|children|adults)\b",
    re.I,
)

_SPECIES = {"human": "Humans", "people": "Humans", "mouse": "Mice", "mice": "Mice", "rat": "Rats", "animal": "Animals"}
_ONLY_SPECIES = re.compile(
    r"\b(?:(?:only|just) (?:in )?(?P<after>human|people|mouse|mice|rat|animal)s?(?: (?:studies|data|subjects))?"
    r"|(?:in )?(?P<before>human|people|mouse|mice|rat|animal)s?(?: (?:studies|data|subjects))? only)\b",
    re.I,
)
_Y = r"((?:1[89]|20)\d\d)"
_COUNTS = {
    word: count for count, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)
}
_Years = tuple[int | None, int | None]
_YEARS: tuple[tuple[re.Pattern[str], Callable[[list[int]], _Years]], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})", re.I), years)
    for pattern, years in (
        (rf"(?:between|from) {_Y} (?:and|to|until|till|through) {_Y}\b", lambda numbers: (min(numbers), max(numbers))),
        (rf"(?:in |from )?{_Y} ?(?:[-–—:]| to ) ?{_Y}\b", lambda numbers: (min(numbers), max(numbers))),
        (rf"(?:since|from|not before) {_Y}\b(?: (?:on|onwards?)\b)?", lambda numbers: (numbers[0], None)),
        (rf"(?:after|later than|newer than|more recent than) {_Y}\b", lambda numbers: (numbers[0] + 1, None)),
        (rf"(?:before|prior to|earlier than|older than) {_Y}\b", lambda numbers: (None, numbers[0] - 1)),
        (rf"(?:until|till|up to|no later than) {_Y}\b", lambda numbers: (None, numbers[0])),
        (rf"(?:in |of |from |over |during )?the (?:last|past) (\d{{1,2}}|{'|'.join(_COUNTS)}) years\b",
         lambda numbers: (date.today().year - numbers[0], None)),
        (rf"(?:in|of|only) {_Y}\b|\A{_Y}\W*\Z", lambda numbers: (numbers[0], numbers[0])),
    )
)  # fmt: skip
_RESET = re.compile(
    r"\b(?:no|without|drop|remove)(?: the| any| all)? filters?\b|\b(?:all|any) (?:years?|types?)\b", re.I
)
_FILLER = frozenset(
    "show me the only just please list give find limit restrict narrow filter it them those these this that to from "
    "of in with among which what are is there any ones one results studies study papers articles abstracts records "
    "publications work literature evidence and but or now also then about how again i want need see can you "
    "do we have for all were was be so well ok okay us let by on a an everything anything did say says said tell "
    "shows found conclude published more".split()
)
_INSISTS = re.compile(r"\b(?:only|just|limit|restrict|narrow|filter|show)\b", re.I)
_ASKS = re.compile(
    r"(?:why|how(?! about)|what(?! about)|which|who|when|where|is|are|was|were|do|does|did|can|has|have)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The filters of a text, the words left of it, and whether it drops earlier filters."""

    filters: Filters
    rest: str
    resets: bool = False

    @property
    def is_all(self) -> bool:
        """True if the text holds filters and nothing else."""
        return not self.rest and (self.filters != Filters() or self.resets)


def narrowing(text: str, has_mesh: Callable[[str], bool] = lambda descriptor: True) -> Narrowing:
    """Return the filters of a follow-up: "trials only", "since 2015", "in humans only".

    Words of a whole question are left alone ("Why did the trials fail?"); beside a place or a thing ("and in mice
    since 2015?", "only trials in women") they are cut out of it. `has_mesh` returns True if the library's abstracts
    carry a MeSH descriptor: where they do not, "in humans only" stays a matter of words.

    >>> narrowing("and in mice since 2015?").rest
    'and in mice ?'
    """
    left, years = cut_years(text)
    left, mesh = cut_species(left, has_mesh)
    left, min_n = cut_size(left)
    without_types, types = cut_types(left)
    resets = bool(_RESET.search(text))
    filters = Filters(years=years, types=types, mesh=mesh, min_n=min_n)
    if filters == Filters() and not resets:
        return Narrowing(filters, left)
    if _is_filler(_RESET.sub(" ", without_types)):
        return Narrowing(filters, "", resets)
    if _ASKS.match(re.sub(r"\A(?:(?:and|but|so|then)\b[ ,]*)+", "", text.strip(), flags=re.I)):
        return Narrowing(Filters(), text)
    if types and _INSISTS.search(text):
        return Narrowing(
            filters, re.sub(r"\b(?:only|just|show me)\b", " ", without_types, flags=re.I).strip(" ,;"), resets
        )
    return Narrowing(replace(filters, types=()), left.strip(" ,;"), resets)


def then(earlier: Filters, later: Filters) -> Filters:
    """Return the filters after a further follow-up: its years and types replace earlier ones.

    A single bound moves its own end: 2015 and later, then before 2020, is 2015 to 2019.
    """
    years = later.years or earlier.years
    if earlier.years and later.years and None in later.years:
        first, last = (new or old for new, old in zip(later.years, earlier.years, strict=True))
        years = (first, last) if not (first and last and first > last) else later.years
    return replace(
        earlier,
        years=years,
        types=later.types or earlier.types,
        mesh=later.mesh or earlier.mesh,
        min_n=later.min_n or earlier.min_n,
    )


def within(own: Filters, follow_ups: Filters) -> Filters:
    """Return a person's own filters narrowed by those of follow-ups. Raises InputError where nothing passes both."""
    return replace(
        own,
        years=_common_years(own.years, follow_ups.years),
        types=_common_types(tuple(own.types), follow_ups.types),
        mesh=follow_ups.mesh or own.mesh,
        explode=own.explode and not follow_ups.mesh,
        designs=_common_designs(own.designs, follow_ups.designs),
        subjects=follow_ups.subjects or own.subjects,
        min_n=max(own.min_n or 0, follow_ups.min_n or 0) or own.min_n,
    )


def described(filters: Filters) -> str:
    """Return years, types and MeSH descriptors of filters in words, "" for none.

    >>> described(Filters(years=(2015, None), types=RANDOMIZED))
    'randomized controlled trials only, since 2015'
    """
    parts = []
    if filters.types:
        called = [name for _, name, types in _TYPES if set(types) <= set(filters.types)]
        covered = {kind for _, name, types in _TYPES if name in called for kind in types}
        narrower = [name for name in called if not _is_part_of_another(name, called)]
        parts.append(" or ".join([*narrower, *(kind for kind in filters.types if kind not in covered)]) + " only")
    parts += [f"{' or '.join(filters.designs)} only"] if filters.designs else []
    parts += [f"in {' or '.join(filters.subjects)} only"] if filters.subjects else []
    parts += [f"at least {filters.min_n:,} studied"] if filters.min_n else []
    if filters.mesh:
        parts.append(f"MeSH {' or '.join(filters.mesh)} only")
    if filters.years:
        first, last = filters.years
        if first == last:
            parts.append(f"in {first}")
        else:
            parts.append(f"{first} to {last}" if first and last else f"since {first}" if first else f"until {last}")
    return ", ".join(parts)


def _is_part_of_another(name: str, called: Collection[str]) -> bool:
    types = {name: set(types) for _, name, types in _TYPES}
    return any(types[name] < types[other_name] for other_name in called)


def _common_years(own: _Years | None, follow_ups: _Years | None) -> _Years | None:
    if not own or not follow_ups:
        return own or follow_ups
    first = max((year for year in (own[0], follow_ups[0]) if year), default=None)
    last = min((year for year in (own[1], follow_ups[1]) if year), default=None)
    if first and last and first > last:
        raise InputError(
            f"no year is both “{described(Filters(years=follow_ups))}” and “{described(Filters(years=own))}”, "
            "as the filters are set: change one of them"
        )
    return first, last


def _common_types(own: tuple[str, ...], follow_ups: tuple[str, ...]) -> tuple[str, ...]:
    if not own or not follow_ups:
        return own or follow_ups
    wanted = {name.casefold() for name in own}
    both = tuple(name for name in follow_ups if name.casefold() in wanted)
    if not both:
        raise InputError(
            f"“{described(Filters(types=follow_ups))}” leaves nothing of the publication types that the filters are "
            f"set to ({', '.join(own)}): change one of them"
        )
    return both


def _common_designs(own: tuple[str, ...], follow_ups: tuple[str, ...]) -> tuple[str, ...]:
    if not own or not follow_ups:
        return own or follow_ups
    both = tuple(name for name in follow_ups if name in own)
    if not both:
        raise InputError(
            f"“{described(Filters(designs=follow_ups))}” leaves nothing of the designs that the filters are set to "
            f"({', '.join(own)}): change one of them"
        )
    return both


def cut_years(text: str) -> tuple[str, _Years | None]:
    """Return a text without the first mention of years in it, and those years."""
    for pattern, years in _YEARS:
        if match := pattern.search(text):
            numbers = [_COUNTS.get(group.lower()) or int(group) for group in match.groups() if group]
            return f"{text[: match.start()]} {text[match.end() :]}", years(numbers)
    return text, None


def cut_species(text: str, has_mesh: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """Return a text without "in humans only" and the like, and the MeSH descriptor for it."""
    match = _ONLY_SPECIES.search(text)
    if not match:
        return text, ()
    descriptor = _SPECIES[(match["after"] or match["before"]).lower()]
    if not has_mesh(descriptor):
        return f"{text[: match.start()]}in {descriptor.lower()}{text[match.end() :]}", ()
    return f"{text[: match.start()]} {text[match.end() :]}", (descriptor,)


def cut_size(text: str) -> tuple[str, int | None]:
    """Return a text without "large" before studies and without their least number, and that number.

    >>> cut_size("What did large trials find?")
    ('What did trials find?', 500)
    """
    if match := _AT_LEAST.search(text):
        least = int(match["n"].replace(",", "")) + (match["sign"].lower() in ("more than", "over", ">"))
        return f"{text[: match.start()]}{text[match.end() :]}", least
    rest, count = _LARGE.subn("", text)
    return rest, _LARGE_N if count else None


def as_read(filters: Filters, has_label: Callable[[str, str], bool]) -> Filters:
    """Return filters by what is read of studies, where no record of the library has the types or check tags asked for.

    `has_label` returns True if an abstract has a publication type ("type") or a MeSH descriptor ("mesh").
    """
    if filters.types and not any(has_label("type", name) for name in filters.types):
        called = [name for _, name, types in _TYPES if set(types) <= set(filters.types)]
        designs = dict.fromkeys(design for name in called for design in _READ_AS.get(name, ()))
        filters = replace(filters, types=(), designs=tuple(designs)) if designs else filters
    tags = [name for name in filters.mesh if name in READ_SUBJECTS and not has_label("mesh", name)]
    if tags:
        mesh = tuple(name for name in filters.mesh if name not in tags)
        filters = replace(filters, mesh=mesh, subjects=tuple(READ_SUBJECTS[name] for name in tags))
    return filters


def cut_types(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without the publication types that it names, and their names in PubMed."""
    types: list[str] = []
    for pattern, _, named in _TYPES:
        text, count = re.subn(rf"\b(?:{pattern})\b(?!-)", " ", text, flags=re.I)
        types += named if count else ()
    return text, tuple(dict.fromkeys(types))


def _is_filler(text: str) -> bool:
    return all(word in _FILLER for word in re.findall(r"[^\W_]+", text.lower()))
