"""The syntax: a search as PubMed takes it, read into a tree of terms; what cannot be read is said with its place.

AND, OR and NOT go from left to right, parentheses group, a tag in brackets stands behind its term, words that stand
side by side are joined by AND.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from index.errors import InputError
from index.records import parse_pmids
from index.search.pubmed.dates import read_dates
from index.search.pubmed.tags import ALL, SearchField, field_of, why_unknown
from index.search.query import MAX_QUERY_CHARACTERS

Operator = Literal["AND", "OR", "NOT"]

MAX_CHARACTERS = 20_000
_MOST_TERMS = 2_000
_DEEPEST = 60
"""Parentheses within one another."""
_LEAST_BEFORE_STAR = 4
"""Letters that PubMed wants before the first *."""
_AROUND = 24
"""Characters shown on both sides of the place of an error."""
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<open>\()|(?P<close>\))|"(?P<quoted>[^"]*)"|\[(?P<tag>[^\[\]]*)\]|(?P<colon>:(?=\s*"))"""
    r"""|(?P<word>(?:[^\s()"\[\]])+)|(?P<odd>.)""",
    re.X,
)
_OF_ONE_WORD = frozenset({"la", "vi", "ip"})
"""Fields whose values are one word: other words before their tag are a search of their own."""
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_WITHIN = re.compile(r"(?P<name>.*?)\s*:\s*(?:~\s*(?P<distance>\d+)|(?P<alone>no\s?exp))\s*", re.I)
"""A tag with what PubMed hangs on it: [tiab:~3], words so near to one another, and [mh:noexp], no narrower terms."""
_LIKE_A_TAG = re.compile(r"\w[*\"]?\[[a-z]{2,12}\](?![\w-])")
_FOREIGN = (
    (re.compile(r"#\d+"), "a library keeps no earlier searches: write this one out in parentheses"),
    (
        re.compile(r"\.(?:[a-z]{2},?)+\.(?:\s|$)"),
        "this is Ovid's syntax: write a field as in tumor*[tiab]",
    ),
    (re.compile(r"\bexp [A-Z][^/]*/"), 'this is Ovid\'s syntax: write "Neoplasms"[mh], which finds narrower terms too'),
    (re.compile(r"\b(?:adj|NEAR/|ADJ|W/|near/)\d+\b"), 'words near to one another are written as in "a b"[tiab:~3]'),
)
"""What other programs' searches have and PubMed's have not: taken for words, it would find something else unsaid."""
_QUOTES = str.maketrans(dict.fromkeys("“”„«»″", '"') | {"［": "[", "］": "]", "（": "(", "）": ")"})


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A term: its words as written, its field, and where it begins.

    `field` is None for words without a tag, which are mapped automatically. `distance` is the most words between those
    of a proximity search, `is_alone` says that narrower MeSH terms are not meant.
    """

    text: str
    place: int
    field: SearchField | None = None
    is_quoted: bool = False
    distance: int | None = None
    is_alone: bool = False

    @property
    def searched(self) -> SearchField:
        """The field that is searched: all of them where no tag was given."""
        return self.field or ALL


@dataclass(frozen=True, slots=True)
class Combination:
    """Two searches joined by an operator."""

    operator: Operator
    left: Expression
    right: Expression


Expression = SearchTerm | Combination


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    place: int


def parse_search(text: str) -> Expression:
    """Return the tree of a search. Raises InputError with the place of what cannot be understood.

    >>> parse_search("a[ti] OR b[ti] AND c[ti]").operator
    'AND'
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"the search has {len(text):,} characters; the most is {MAX_CHARACTERS:,}")
    return _SearchParser(text).expression()


def looks_boolean(text: str) -> bool:
    """Return True if a text is written in PubMed's syntax: a term in it has a tag, or an operator joins its words.

    What hangs on a word as a tag does is taken for one, if unknown: a[zz], but not benzo[a]pyrene.
    """
    has_tag = any(field_of(match[1]) for match in re.finditer(r"\S\s*\[([^\[\]:]+)", text))
    has_tag = has_tag or _LIKE_A_TAG.search(text) is not None
    return has_tag or "?" not in text and bool(re.search(r"\S\s+(?:AND|OR|NOT)\s+\S", text))


def terms_of(expression: Expression, *, wanted_only: bool = False) -> Iterator[SearchTerm]:
    """Yield the terms of a tree in their order, those behind NOT too unless only what is `wanted` is asked for."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Combination):
            waiting += [node.left] if wanted_only and node.operator == "NOT" else [node.right, node.left]
        else:
            yield node


def words_of(expression: Expression) -> str:
    """Return the words that a search asks for, as a text to rank by; "" where it asks for none.

    Of what stands at one place in several forms, as translations do, the last is taken: the one as written.
    """
    wanted = [term for term in terms_of(expression, wanted_only=True) if term.searched.kind in ("words", "mesh")]
    texts = {term.place: term.text.replace("*", "") for term in wanted}
    return " ".join(dict.fromkeys(texts.values()))[:MAX_QUERY_CHARACTERS]


class _SearchParser:
    """Reads one search, a token at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._tokenized(text.translate(_QUOTES)))
        self._at = 0
        self._count = 0

    def expression(self) -> Expression:
        if not self._tokens:
            raise InputError("the search is empty; write one such as interleukin-32[ti] AND review[pt]")
        whole = self._group(depth=0)
        if token := self._next():
            self._fail("this parenthesis closes nothing", token.place)
        return whole

    def _tokenized(self, text: str) -> Iterator[_Lexeme]:
        for match in _TOKEN.finditer(text):
            kind = str(match.lastgroup)
            if kind == "odd":
                what = {'"': "this quotation mark is not closed", "[": "this bracket is not closed"}
                self._fail(what.get(match[0], "this bracket closes nothing"), match.start())
            if kind != "space":
                yield _Lexeme(kind, match[kind], match.start())

    # ---- reading

    def _group(self, depth: int) -> Expression:
        """Read terms and operators up to a closing parenthesis or the end."""
        if depth > _DEEPEST:
            self._fail(f"more than {_DEEPEST} parentheses lie within one another", self._tokens[self._at].place)
        left = self._operand(depth, after="")
        while (token := self._next()) and token.kind != "close":
            operator: Operator = "AND"
            if self._is_operator(token):
                self._at += 1
                operator = token.text.upper()  # type: ignore[assignment]
            left = Combination(operator, left, self._operand(depth, after=operator))
        return left

    def _operand(self, depth: int, *, after: str) -> Expression:
        token = self._next()
        if token is None or token.kind == "close" or token.text in _OPERATORS and token.kind == "word":
            self._fail(self._what_lacks(token, after), len(self._text) if token is None else token.place)
        if token.kind == "open":
            return self._parenthesis(token, depth)
        if token.kind in ("tag", "colon"):
            what = f"the tag [{token.text}]" if token.kind == "tag" else "the colon"
            self._fail(f"no term stands before {what}", token.place)
        return self._term()

    def _parenthesis(self, opened: _Lexeme, depth: int) -> Expression:
        self._at += 1
        inside = self._group(depth + 1)
        closed = self._next()
        if closed is None:
            self._fail("this parenthesis is not closed", opened.place)
        self._at += 1
        return inside

    def _what_lacks(self, token: _Lexeme | None, after: str) -> str:
        if token is not None and token.kind == "close":
            return "nothing stands before this parenthesis" if after else "these parentheses are empty"
        return f"a term is missing {f'after {after}' if after else f'before {token.text}' if token else 'here'}"

    def _term(self) -> SearchTerm:
        """Read a phrase in quotation marks or a run of words, with the tag behind it."""
        first = self._tokens[self._at]
        self._count += 1
        if self._count > _MOST_TERMS:
            self._fail(f"the search has more than {_MOST_TERMS:,} terms", first.place)
        if first.kind == "quoted":
            self._at += 1
            return self._tagged(first.text, first, is_quoted=True)
        begun, words = self._at, list[str]()
        while (token := self._next()) and token.kind == "word" and not (words and self._is_operator(token)):
            words.append(token.text)
            self._at += 1
        if others := self._count_others(words, token):  # "metformin 2010:2020[dp]"
            self._at = begun + others
            return self._checked(SearchTerm(" ".join(words[:others]), first.place))
        return self._tagged(" ".join(words), first, is_quoted=False)

    def _count_others(self, words: Sequence[str], tag: _Lexeme | None) -> int:
        """Return how many words before a tag are no part of its value, as far as their form tells."""
        field = field_of(tag.text) if tag and tag.kind == "tag" else None
        ends = range(len(words)) if field else ()
        return next((end for end in ends if field and _is_value(" ".join(words[end:]), field)), 0)

    def _tagged(self, text: str, first: _Lexeme, *, is_quoted: bool) -> SearchTerm:
        token = self._next()
        if token is not None and token.kind == "colon":  # "2010":"2020"[dp]
            text, is_quoted = f"{text}:{self._end_of_range()}", False
            token = self._next()
        if token is None or token.kind != "tag":
            return self._checked(SearchTerm(text, first.place, is_quoted=is_quoted))
        self._at += 1
        field, distance, is_alone = self._field(token)
        following = self._next()
        if field.kind == "date" and following and following.text.startswith(":"):  # "2010"[dp] : "2020"[dp]
            text, is_quoted = f"{text}:{self._end_of_range()}", False
            self._at += (after := self._next()) is not None and after.kind == "tag"
        return self._checked(SearchTerm(text, first.place, field, is_quoted, distance, is_alone))

    def _field(self, token: _Lexeme) -> tuple[SearchField, int | None, bool]:
        """Return a tag's field, and the distance and the noexp that hang on it."""
        match = _WITHIN.fullmatch(token.text)
        name = match["name"] if match else token.text
        field = field_of(name)
        if field is None:
            self._fail(f"[{token.text}] {why_unknown(name)}", token.place)
        if match and match["distance"] and field.tag not in ("ti", "tiab"):
            self._fail("words near to one another are searched for in [ti] and [tiab] only", token.place)
        if match and match["alone"] and field.kind != "mesh":
            self._fail("narrower terms are left out of [mh] and [majr] only", token.place)
        return field, int(match["distance"]) if match and match["distance"] else None, bool(match and match["alone"])

    def _end_of_range(self) -> str:
        """Read the colon that is next, and what stands behind it."""
        colon = self._tokens[self._at]
        self._at += 1
        if last := colon.text[1:]:  # 2010[dp]:2020[dp]
            return last
        token = self._next()
        if token is None or token.kind not in ("quoted", "word"):
            self._fail("the end of the range is missing", colon.place)
        self._at += 1
        return token.text

    def _checked(self, term: SearchTerm) -> SearchTerm:
        if not any(char.isalnum() for char in term.text):
            self._fail("no word stands here", term.place)
        if term.searched.kind == "date" and read_dates(term.text) is None:
            self._fail("this is no date: write 2010, 2010/05, 2010/05/13 or a range, 2010:2020", term.place)
        if term.searched.kind == "pmid" and parse_pmids(term.text)[1]:
            self._fail("this is no PMID: write one of 1 to 10 digits", term.place)
        for foreign, cure in _FOREIGN if term.field is None and not term.is_quoted else ():
            if match := foreign.search(term.text):
                self._fail(cure, term.place + match.start())
        before, star, _ = term.text.partition("*")
        if star and term.searched.kind == "words" and sum(map(str.isalnum, before)) < _LEAST_BEFORE_STAR:
            self._fail(f"at least {_LEAST_BEFORE_STAR} letters must stand before the *", term.place)
        return term

    # ---- inside

    def _next(self) -> _Lexeme | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _is_operator(self, token: _Lexeme) -> bool:
        """Return True for AND, OR and NOT; in small letters only where words could not go on: behind a tag, say."""
        if token.kind != "word" or token.text.upper() not in _OPERATORS:
            return False
        return token.text in _OPERATORS or self._at > 0 and self._tokens[self._at - 1].kind != "word"

    def _fail(self, what: str, place: int) -> NoReturn:
        raise InputError(placed(what, self._text, place))


def _is_value(text: str, field: SearchField) -> bool:
    """Return True if words can be a value of a field as far as their form tells."""
    if field.kind == "date":
        return read_dates(text) is not None
    if field.kind == "pmid":
        return not parse_pmids(text)[1]
    return field.tag not in _OF_ONE_WORD or " " not in text


def placed(what: str, text: str, place: int) -> str:
    """Return what is wrong with a search as one sentence that shows the place, by its number and by a caret.

    >>> placed("this bracket is not closed", "a[ti", 1)
    'this bracket is not closed, at character 2 of the search: a^[ti'
    """
    before, after = text[:place], text[place:]
    shown_before = f"…{before[-_AROUND:]}" if len(before) > _AROUND else before
    shown_after = f"{after[:_AROUND]}…" if len(after) > _AROUND else after
    shown = re.sub(r"\s", " ", f"{shown_before}^{shown_after}")
    return f"{what}, at character {place + 1} of the search: {shown}"
