"""Pictures as HTML: nothing in them runs, all figures are in their table, and what is saved is whole XML."""

from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree

from markupsafe import escape

from ui.pictures.drawing import Box, Dot, Figures, Label, Line, Picture, address_of, pictures_html, shortened

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}"
PICTURE = Picture(
    "moss",
    HOSTILE,
    100,
    50,
    Figures((HOSTILE, "n"), ((HOSTILE, "4"),)),
    (Box(1, 2, 3, 4, 2, HOSTILE),),
    (Line(0, 0, 9, 9, is_dashed=True),),
    (Dot(5, 5, tip=HOSTILE, pmid="7"),),
    (Label(1, 1, HOSTILE),),
    HOSTILE,
)


def test_every_text_of_a_picture_is_escaped():
    html = pictures_html([PICTURE])
    assert "<script" not in html
    assert "<img" not in html
    # Title: caption, label of the drawing, caption of the table. Tips and label: three. Note, column and row.
    assert html.count(str(escape(HOSTILE))) == 9


def test_a_saved_picture_stands_alone_with_its_title_and_its_colours():
    [kind, text] = address_of(PICTURE).split(",", 1)
    assert kind == "data:image/svg+xml;charset=utf-8"
    svg = ElementTree.fromstring(unquote(text))
    assert svg.get("viewBox") == "0 -30 100 80"
    texts = [one.text for one in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [HOSTILE, HOSTILE]
    assert "var(" not in unquote(text)


def test_the_figures_stand_beside_a_picture_as_a_table():
    html = pictures_html([PICTURE])
    assert f'<th scope="row" dir="auto">{escape(HOSTILE)}</th><td dir="auto">4</td>' in html
    assert 'data-pmid="7"' in html


def test_a_long_label_is_cut_off():
    assert shortened("Neoplasms", 100) == "Neoplasms"
    assert shortened("Pathological Conditions, Signs and Symptoms", 100) == "Pathological C…"
