"""An answer's sources for reference managers: RIS, BibTeX and CSL-JSON. Pure, but for `export_answer`, which saves.

    to_bibtex(answer.sources)

Each record carries its PMID, DOI and PubMed address, and says so where it was retracted or is in doubt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index.analysis.author_names import from_flat_name, split_initials
from index.errors import FileError, InputError
from index.records import Abstract, Author
from qa.answer import Answer, Source


def to_ris(sources: Sequence[Source]) -> str:
    """Return the sources as RIS (UTF-8), one record after the other; "" for none."""
    return "".join(_ris_record(source.abstract) for source in sources)


def to_bibtex(sources: Sequence[Source]) -> str:
    """Return the sources as BibTeX, Greek letters as LaTeX writes them; "" for none."""
    return "\n".join(_bibtex_entry(source.abstract) for source in sources)


def to_csl_json(sources: Sequence[Source]) -> str:
    """Return the sources as a CSL-JSON list."""
    return json.dumps([_csl_item(source.abstract) for source in sources], ensure_ascii=False, indent=2) + "\n"


def to_json(answer: Answer) -> str:
    """Return the whole answer as JSON without its seconds: the same question gives the same bytes."""
    return json.dumps(answer.to_dict() | {"seconds": {}}, ensure_ascii=False, indent=2) + "\n"


_FORMS: dict[str, Callable[[Answer], str]] = {
    ".ris": lambda answer: to_ris(answer.sources),
    ".bib": lambda answer: to_bibtex(answer.sources),
    ".csl.json": lambda answer: to_csl_json(answer.sources),
    ".json": to_json,
    ".md": lambda answer: answer.to_markdown(),
}


def checked_export(file: Path) -> Path:
    """Return the file if its ending names a format. Raises InputError when not, or when its folder is missing."""
    if _form(file) is None:
        raise InputError(f"{file} cannot be exported to: its ending must be one of {', '.join(_FORMS)}")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {file.parent} to export to; make it, or name another")
    return file


def export_answer(answer: Answer, file: Path) -> None:
    """Save an answer's sources, or all of it as Markdown or JSON, in the format of the file's ending."""
    form = _form(checked_export(file))
    assert form is not None  # it was checked
    text = form(answer)
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"{file} cannot be written ({reason}); name another file to export to") from error


def _form(file: Path) -> Callable[[Answer], str] | None:
    """Return the writer of a file's format by its ending; "x.csl.json" is CSL-JSON before it is JSON."""
    return next((write for ending, write in _FORMS.items() if file.name.lower().endswith(ending)), None)


# --- what the forms have in common


def _authors(abstract: Abstract) -> Sequence[Author]:
    """Return the authors with their parts; an abstract of an older library has flat names only."""
    return abstract.author_records or [from_flat_name(_line(name)) for name in abstract.authors if name.strip()]


def _given(author: Author) -> str:
    """Return the forenames in full, or the initials with a dot behind each: "Dara Q", "Iu. V.", "J.-W."."""
    given = _line(author.given)
    if given and "".join(re.findall(r"[^\W\d_]", given)) != author.initials:
        return given
    words = split_initials(author.initials) if given in ("", author.initials) else given.replace(".", " ").split()
    return " ".join("-".join(f"{part}." for part in word.split("-")) for word in words)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _date(abstract: Abstract) -> tuple[int, ...]:
    """Return year, month and day, the known ones: () for no year."""
    match = re.match(r"(\d{4})(?:[ -]([A-Za-z]{3})[a-z]*(?: (\d{1,2})\b)?)?", abstract.date)
    if not match or (abstract.year and int(match[1]) != abstract.year):
        return (abstract.year,) if abstract.year else ()
    month = _MONTHS.index(match[2].lower()) + 1 if match[2] and match[2].lower() in _MONTHS else 0
    return tuple(part for part in (int(match[1]), month, int(match[3] or 0) if month else 0) if part)


def _pages(abstract: Abstract) -> tuple[str, str]:
    """Return the first and the last page, "123-30" being 123 to 130; the last is "" where there is one only."""
    first, _, last = _line(abstract.pages).partition("-")
    if first.isdecimal() and last.isdecimal() and len(last) < len(first):
        last = first[: -len(last)] + last
    return first, last


def _remarks(abstract: Abstract) -> list[str]:
    """Return the remarks shown with an abstract: its marks, then its own note."""
    return [remark for remark in (*abstract.marks, _line(abstract.note)) if remark]


def _line(text: str) -> str:
    """Return text on one line without control characters, which no format can hold."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text).split())


# --- RIS


def _ris_record(abstract: Abstract) -> str:
    first, last = _pages(abstract)
    dated = [f"{part:02d}" for part in _date(abstract)]
    fields = [
        ("TY", "JOUR"),
        *(("AU", _ris_name(author)) for author in _authors(abstract)),
        ("TI", abstract.title),
        ("T2", abstract.journal),
        ("PY", str(abstract.year or "")),
        ("DA", "/".join(dated) if len(dated) > 1 else ""),
        ("VL", abstract.volume),
        ("IS", abstract.issue),
        ("SP", first),
        ("EP", last),
        ("DO", abstract.doi),
        ("AN", abstract.pmid),
        ("LA", abstract.language),
        ("UR", abstract.url),
        ("N1", f"PMID: {abstract.pmid}"),
        *(("N1", remark) for remark in _remarks(abstract)),
        *(("KW", mark) for mark in abstract.marks),
    ]
    lines = [f"{tag}  - {_line(value)}\n" for tag, value in fields if _line(value)]
    return "".join([*lines, "ER  - \n\n"])


def _ris_name(author: Author) -> str:
    return author.group or ", ".join(filter(None, (author.family, _given(author), author.suffix)))


# --- BibTeX


_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # \{ would still count when braces are paired
    "}": r"\textbraceright{}",
    "<": "{$<$}",
    ">": "{$>$}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "≤": r"{$\leq$}",
    "≥": r"{$\geq$}",
    "−": "{$-$}",
    "→": r"{$\rightarrow$}",
    "\N{MICRO SIGN}": r"{$\mu$}",
    **{sign: f"\\{sign}" for sign in "%&_#$"},
    **{
        chr(ord("α") + place): f"{{$\\{name}$}}"
        for place, name in enumerate(
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi - pi rho varsigma sigma tau"
            " upsilon phi chi psi omega".split()
        )
        if name != "-"  # omicron, which LaTeX lacks
    },
    **{
        letter: f"{{$\\{name}$}}"
        for letter, name in zip(
            "ΓΔΘΛΞΠΣΥΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(), strict=True
        )
    },
}
"""Signs with a meaning in LaTeX, and letters that its usual fonts lack."""


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in _line(text))


def _verbatim(address: str) -> str:
    """Return a DOI or an address, which LaTeX takes as it is, without the signs that would end the field."""
    return re.sub(r"[{}\\\s]", lambda sign: quote(sign[0]), _line(address))


def _bibtex_entry(abstract: Abstract) -> str:
    first, last = _pages(abstract)
    year, month = (*_date(abstract), 0, 0)[:2]
    fields = {
        "title": f"{{{_latex(abstract.title)}}}" if abstract.title else "",  # in braces twice: styles lower the case
        "author": " and ".join(map(_bibtex_name, _authors(abstract))),
        "journal": _latex(abstract.journal),
        "year": str(year or ""),
        "month": str(month or ""),
        "volume": _latex(abstract.volume),
        "number": _latex(abstract.issue),
        "pages": _latex(f"{first}--{last}" if last else first),
        "doi": _verbatim(abstract.doi),
        "pmid": _latex(abstract.pmid),
        "url": _verbatim(abstract.url),
        "note": "; ".join(map(_latex, _remarks(abstract))),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@article{{pmid{re.sub('[^0-9A-Za-z]', '', abstract.pmid)},\n{lines}}}\n"


def _bibtex_name(author: Author) -> str:
    given = _given(author)
    if author.group or not given:
        return f"{{{_latex(author.group or author.family)}}}"
    parts = (_latex(part) for part in (author.family, author.suffix, given) if part)
    return ", ".join(f"{{{part}}}" if re.search(r"(?:^|\s)and(?:\s|$)|,", part, re.I) else part for part in parts)


# --- CSL-JSON


def _csl_item(abstract: Abstract) -> dict[str, Any]:
    first, last = _pages(abstract)
    date = _date(abstract)
    fields = {
        "id": f"pmid{abstract.pmid}",
        "type": "article-journal",
        "title": _line(abstract.title),
        "author": [_csl_name(author) for author in _authors(abstract)],
        "container-title": _line(abstract.journal),
        "issued": {"date-parts": [list(date)]} if date else None,
        "volume": _line(abstract.volume),
        "issue": _line(abstract.issue),
        "page": f"{first}-{last}" if last else first,
        "DOI": _line(abstract.doi),
        "PMID": abstract.pmid,
        "PMCID": _line(abstract.pmcid),
        "URL": abstract.url,
        "note": "; ".join(_remarks(abstract)),
    }
    return {name: value for name, value in fields.items() if value}


def _csl_name(author: Author) -> dict[str, str]:
    if author.group:
        return {"literal": _line(author.group)}
    parts = {"family": author.family, "given": _given(author), "suffix": author.suffix}
    return {name: _line(part) for name, part in parts.items() if part}
