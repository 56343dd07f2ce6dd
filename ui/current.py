"""What keeps a library current, as HTML: what it was built from, what an update brought, what PubMed has to offer."""

from __future__ import annotations

from index import Library, LibraryInfo
from index.errors import AskAbstractsError
from index.storage.origins import Origin
from ui.building import SHOWN_ROWS, BuildRequest
from ui.chat import as_sentence, updated_line
from ui.conversation import notice_html
from ui.rendering import render


def current_html(library: Library) -> str:
    """Return the searches and links of a library, when they were last asked, and the abstracts that this brought."""
    info = library.info()
    pmids = library.new_pmids()[:SHOWN_ROWS]
    abstracts = library.get_many(pmids)
    return render(
        "current.html",
        info=info,
        asked=_asked(info),
        updated=as_sentence(updated_line(info)).rstrip(".") if info.updated else "",
        new=[abstracts[pmid] for pmid in pmids if pmid in abstracts],
    )


def can_be_updated(library: Library) -> bool:
    """Return True if a library remembers something that can be asked again."""
    return bool(_asked(library.info()))


def preview_html(request: BuildRequest) -> str:
    """Return how much PubMed has for a search and for papers, with the first titles; "" where neither is given."""
    if not (request.search.strip() or request.linked):
        return ""
    try:
        preview = Library.look_up(search=request.search.strip() or None, **request.linked)
    except AskAbstractsError as error:
        return notice_html(as_sentence(error))
    notes = [as_sentence(note) for note in preview.notes]
    return render("preview.html", preview=preview, limit=request.limit, notes=notes)


def _asked(info: LibraryInfo) -> list[Origin]:
    return [origin for origin in info.origins if origin.kind != "files"]
