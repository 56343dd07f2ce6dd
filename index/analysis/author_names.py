"""Authors' names as records write them to their parts: "Velmont, Dara Q", "Velmont DQ Jr", groups."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from index.records import Author

_SUFFIX = re.compile(r"(?:jr|sr|[2-9](?:nd|rd|th)|ii|iii|iv|vi{0,3})\.?", re.I)
"""What names the generation; as initials II to V stand right behind the family name."""
_GROUP = re.compile(
    r"\b(groups?|consortium|committee|network|collaborat\w+|team|society|investigators?|association|initiative|project"
    r"|study|trials?|program\w*|center|centre|foundation|organi[sz]ation|council|college|university|institute|panel"
    r"|force|alliance|federation|agency|department|care|of|for|the)\b",
    re.IGNORECASE,
)
"""Words of groups' names, for flat names alone: other records tell persons from groups without any."""
_INITIAL = re.compile(r"[^\W\d_][a-z]*")
_TWO_LETTERS = ("Iu", "Ia", "Ie", "Kh", "Sh", "Ch", "Zh", "Ts", "Shch")
"""Initials of transliterated Cyrillic letters, which are no names by themselves."""
_MORE_LETTERS = (*_TWO_LETTERS, "Yu", "Ya", "Ye", "Dz", "Th")
_MOST_INITIALS = 6
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])")


def person(family: str, forenames: str = "", initials: str = "", suffix: str = "") -> Author:
    """Return a person of parts that stand apart; the initials are those of the forenames where none are given.

    >>> [person("Petrelko", given).name for given in ("Iu V", "Ada-Bo", "DQ", "D.Q.")]
    ['Petrelko IuV', 'Petrelko AB', 'Petrelko DQ', 'Petrelko DQ']
    """
    initials = re.sub(r"[\s.-]", "", initials) or _initials_of(forenames)
    return Author(family=family, given=forenames, initials=initials, suffix=suffix.rstrip("."))


def _initials_of(forenames: str) -> str:
    if forenames.isalpha() and is_initials(forenames) and len(split_initials(forenames)) > 1:
        return forenames
    return "".join(word if word in _TWO_LETTERS else word[:1] for word in re.split(r"[\s.-]+", forenames))


def split_initials(initials: str) -> list[str]:
    """Return initials one by one, each with the small letters that belong to it.

    >>> split_initials("IuV"), split_initials("WMTDP")
    (['Iu', 'V'], ['W', 'M', 'T', 'D', 'P'])
    """
    return _INITIAL.findall(initials)


def is_initials(word: str) -> bool:
    """Return True if a word is made of initials: "DQ", "IuV", "Kh", but not "Roy"."""
    letters = split_initials(word)
    is_each = all(letter.isupper() or letter in _MORE_LETTERS for letter in letters)
    return 0 < len(letters) <= _MOST_INITIALS and is_each


def from_full_name(name: str) -> Author:
    """Return the person whose name is written "Family, Given", "Family, Given Suffix" or "Family, Given, Suffix".

    >>> from_full_name("Dahl, Otto J 3rd").name, from_full_name("Dahl, Otto J, Jr.").name
    ('Dahl OJ 3rd', 'Dahl OJ Jr')
    """
    family, *rest = (part.strip() for part in name.split(","))
    forenames, suffix = rest[0] if rest else "", ", ".join(rest[1:])
    *words, last = forenames.split() or [""]
    if words and not suffix and last != "V" and _SUFFIX.fullmatch(last):
        forenames, suffix = " ".join(words), last
    return person(family, forenames, suffix=suffix)


def from_short_name(name: str) -> Author:
    """Return the person whose name is written "Family Initials" or "Family Initials Suffix", as PubMed prints it.

    >>> [from_short_name(name).initials for name in ("Lopez Tarrella IV", "Dahl OJ IV", "Petrelko IuV")]
    ['IV', 'OJ', 'IuV']
    """
    *family, last = name.split() or [""]
    suffix = ""
    if len(family) > 1 and _SUFFIX.fullmatch(last) and is_initials(family[-1]):
        suffix, last = last, family.pop()
    if not family or not is_initials(last):
        return Author(family=name)
    return person(" ".join(family), initials=last, suffix=suffix)


def from_flat_name(name: str) -> Author:
    """Return the author of a name that comes as one text, from JSON or an older library.

    A comma tells the family name, and capitals at the end are initials, unless the words are those of a group.
    Whatever else is taken as it is written, as a group's name is.

    >>> from_flat_name("Norvik, Ada").family, from_flat_name("Velmont DQ").family, from_flat_name("Stone Care UK").group
    ('Norvik', 'Velmont', 'Stone Care UK')
    """
    if _GROUP.search(name):
        return Author(group=name)
    if 1 <= name.count(",") <= 2 and all(part.strip() for part in name.split(",")):
        return from_full_name(name)
    author = from_short_name(name)
    return author if author.initials else Author(group=name)


def from_tagged(fields: Iterable[tuple[str, str]]) -> tuple[Author, ...]:
    """Return the authors of MEDLINE text from its fields FAU, AU, CN, AUID and AD in their order (FED, ED of editors).

    FAU and AU are two forms of one name: that in full tells the family name from the forenames, the short one has the
    initials and the suffix. An affiliation before all authors is the first one's.
    """
    authors: list[Author] = []
    waiting: deque[int] = deque()  # the places of those whose short form has not come yet
    before: list[tuple[str, str]] = []
    for tag, text in fields:
        if tag in ("FAU", "FED"):
            waiting.append(len(authors))
            authors.append(from_full_name(text))
        elif tag == "CN":
            authors.append(Author(group=text))
        elif tag in ("AU", "ED"):
            if (place := _taken(waiting, text, authors)) is None:
                authors.append(from_short_name(text))
            else:
                authors[place] = _with_short_form(authors[place], text)
        elif authors:
            authors[-1] = _described(authors[-1], tag, text)
        else:
            before.append((tag, text))
    for tag, text in before:
        authors[:1] = [_described(author, tag, text) for author in authors[:1]]
    return tuple(authors)


def _taken(waiting: deque[int], name: str, authors: list[Author]) -> int | None:
    """Return the place of the full name that this is the short form of, which waits no more: the first or the last."""
    if waiting and _is_short_form(name, authors[waiting[0]]):
        return waiting.popleft()
    return waiting.pop() if waiting and _is_short_form(name, authors[waiting[-1]]) else None


def _is_short_form(name: str, author: Author) -> bool:
    return f"{name} ".casefold().startswith(f"{author.family} ".casefold())


def _with_short_form(author: Author, name: str) -> Author:
    initials, _, suffix = name[len(author.family) :].strip().partition(" ")
    return replace(author, initials=initials or author.initials, suffix=suffix.rstrip(".") or author.suffix)


def _described(author: Author, tag: str, text: str) -> Author:
    if tag == "AUID":
        return replace(author, orcid=author.orcid or orcid_in(text))
    return replace(author, affiliation="; ".join(filter(None, (author.affiliation, text))))


def orcid_in(text: str) -> str:
    """Return the ORCID in a text, whether bare, after "ORCID:" or as an address; "" for none.

    >>> orcid_in("https://orcid.org/0000-0002-1825-0097")
    '0000-0002-1825-0097'
    """
    match = _ORCID.search(text)
    return "-".join(match.groups()) if match else ""
