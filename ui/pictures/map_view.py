"""The map of a library as HTML: a picture, its groups to ask alone, and the abstract that was chosen."""

from __future__ import annotations

import statistics

from index import Library
from qa.answer import Source
from qa.studies.reading import studies_of
from ui.cards import make_card
from ui.pictures.drawing import Dot, Figures, Label, Picture, address_of
from ui.pictures.mapping import LibraryMap
from ui.rendering import render

_WIDTH, _HEIGHT, _EDGE = 640, 420, 12
_LISTED = 12
"""Titles of a group that are listed, so that the keyboard finds abstracts too."""


def map_html(drawn: LibraryMap) -> str:
    """Return a map with its groups."""
    picture = map_picture(drawn)
    return render("pictures/map.html", map=drawn, picture=picture, address_of=address_of, listed=_LISTED)


def map_picture(drawn: LibraryMap) -> Picture:
    """Return the map as a picture: a dot for each abstract, and the number of each group amid its dots."""
    dots, labels, rows = [], [], []
    for number, group in enumerate(drawn.groups, start=1):
        places = [(_across(abstract.x), _down(abstract.y)) for abstract in group.abstracts]
        for abstract, (x, y) in zip(group.abstracts, places, strict=True):
            tip = f"{abstract.title or 'Untitled'} ({abstract.year or 'no year'})"
            dots.append(Dot(x, y, 3.5, number, tip, abstract.pmid))
        middle = [statistics.median(at) for at in zip(*places, strict=True)]
        labels.append(Label(middle[0], middle[1] + 4, str(number), "middle", is_strong=True))
        rows.append((f"{number} {group.name}", f"{len(group.abstracts):,}"))
    figures = Figures(("Group", "Abstracts"), tuple(rows))
    note = "Abstracts on like things lie together: the vectors of their passages on the plane that sets groups apart."
    if drawn.drawn < drawn.total:
        note += f" The newest {drawn.drawn:,} of {drawn.total:,}."
    title = "Map of the abstracts"
    return Picture("map", title, _WIDTH, _HEIGHT, figures, dots=tuple(dots), labels=tuple(labels), note=note)


def opened_html(library: Library, pmid: str) -> str:
    """Return the card of an abstract of the map; "" for one that is gone."""
    abstract = library.get(pmid)
    if abstract is None:
        return ""
    study = studies_of(library, [abstract])[abstract.pmid]
    return render("card.html", card=make_card(Source(1, abstract), study=study), turn="map")


def _across(x: float) -> float:
    return _EDGE + x * (_WIDTH - 2 * _EDGE)


def _down(y: float) -> float:
    return _HEIGHT - _EDGE - y * (_HEIGHT - 2 * _EDGE)
