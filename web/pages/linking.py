"""What a document has from others is said on a page of its own, which says what follows from it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.errors import NotAllowed
from records.link import LinkKind
from web.office import office, person
from web.pages.asked import chosen, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.links import candidates, link, may_link, unlink
from workflow.look import view

door = Blueprint("linking", __name__)


@door.get("/documents/<id>/links")
def ask(id: str, **_: str) -> ResponseReturnValue:
    """Show the links of a document, and what could be named as another source."""
    seen = view(office(), id, by=person())
    if not may_link(seen.document, person()):
        raise NotAllowed("link.not-yours")
    asked = request.values.get("q", "")
    return render_template(
        "links.html",
        seen=seen,
        document=seen.document,
        asked=asked,
        found=candidates(office(), asked, but=id, by=person()),
        kinds=tuple(LinkKind),
    )


@door.post("/documents/<id>/links")
@retold(ask)
def add(id: str) -> ResponseReturnValue:
    """Say that it has something from another one."""
    was = view(office(), id, by=person()).document.classification
    kind = chosen(LinkKind, "kind", phrase("Liên quan thế nào"))
    now = link(office(), id, kind, text_of("source"), by=person()).classification
    if now is was or was is not Classification.NONE:
        flash(phrase("Đã ghi văn bản liên quan."))
    else:
        flash(phrase("Đã ghi văn bản liên quan. Văn bản này nay có độ mật của văn bản nguồn."))
    return redirect(url_for("documents.one", id=id), 303)


@door.post("/documents/<id>/links/remove")
@retold(ask)
def remove(id: str) -> ResponseReturnValue:
    """Take it back."""
    kind = chosen(LinkKind, "kind", phrase("Liên quan thế nào"))
    unlink(office(), id, kind, text_of("source"), by=person())
    flash(phrase("Đã bỏ văn bản liên quan."))
    return redirect(url_for(".ask", id=id), 303)
