"""HTML of the page as tests compare it."""

import re


def without_line_breaks(html):
    """Return HTML with the line breaks of its templates, which a browser does not show, taken out.

    A break inside a tag is a blank there, one beside a tag is nothing; text of the tests has none.
    """
    joined = re.sub(r"<[^>]*>", lambda tag: " ".join(tag[0].split()), html)
    return re.sub(r"\s*\n\s*", "", joined)
