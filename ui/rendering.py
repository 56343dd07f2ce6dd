"""HTML from the Jinja2 templates in `ui/templates`: every value is escaped, and no text is marked safe."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent


def render(template: str, **values: object) -> str:
    """Return a template filled in. Raises jinja2.UndefinedError when it names a value that was not passed."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", _HERE]),  # page.css lies beside
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["thousands"] = "{:,}".format
    return environment
