"""What is done on a document's page: acts, new revisions, and the leader's look before signing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.route import Act, Effect
from records.signing import Leave
from web.office import office, person
from web.pages.asked import end_of_day, file_of, name_of, number_of, text_of
from web.pages.documents import whole
from web.pages.paper import sheets_of
from web.pages.retold import retold
from web.pages.words import state_of
from web.phrases import phrase, title
from web.who import barred, confirm_again
from workflow.certificates import AGENCY
from workflow.copy import copy
from workflow.keys import holding_of
from workflow.look import View, placement, view
from workflow.perform import perform
from workflow.revise import revise
from workflow.road import Choice

door = Blueprint("acting", __name__)

ON_PAPER = frozenset({Effect.SIGN, Effect.SEAL})
"""What changes the paper itself, and is therefore looked at before it is done."""


NOT_KEPT = frozenset({"csrf", "confirm", "pin", "otp", "again"})
"""What is in no page that asks once more: it is asked for again."""


def again(id: str, **_: str) -> ResponseReturnValue:
    """Show where the form came from once more."""
    on_paper = request.form.get("from", "") == "sign" and _paper_acts(id)
    return look(id) if on_paper else whole(id)


@door.post("/documents/<id>/actions/<action>")
@retold(again)
def act(id: str, action: str) -> ResponseReturnValue:
    """Do one of the document's acts, asking once more before one that cannot be taken back."""
    confirm_again()
    if request.form.get("confirm") and not request.form.get("confirmed"):
        question = _question(id, action)
        if question:
            return question
    choice = Choice(
        comment=text_of("comment"),
        to=text_of("to"),
        shown=text_of("revision"),
        recipients=tuple(request.form.getlist("recipients")),
        seen=_version(),
        on_behalf_of=text_of("on_behalf_of"),
        reserved=text_of("reservation"),
        step=number_of(text_of("step"), "step", phrase("Bước")) or 0,
        next=text_of("next"),
        fields=_fields(),
        due=end_of_day("due_date", phrase("Trả lời trước ngày")),
        leave=Leave(request.form.get("pin", ""), request.form.get("otp", "")),
        barred=barred(),
    )
    moved = perform(office(), id, action, choice, by=person())
    flash(phrase("Đã ghi nhận. Văn bản đang ở bước «%(state)s».", state=state_of(moved)))
    return redirect(url_for("documents.one", id=moved.id), 303)


def _fields() -> dict[str, str]:
    return {
        name.removeprefix("field-"): text_of(name)
        for name in request.form
        if name.startswith("field-")
    }


def _question(id: str, action: str) -> str:
    """Give the page that asks once more, or nothing where the act is not theirs to do."""
    seen = view(office(), id, by=person())
    kept = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_KEPT]
    for one in seen.acts:
        if action in (one.name, one.also):
            return render_template(
                "confirm.html", seen=seen, document=seen.document, act=one, kept=kept
            )
    return ""


@door.post("/documents/<id>/revisions")
@retold(again)
def bring(id: str) -> ResponseReturnValue:
    """Add a revision while the document is drafted."""
    brought = file_of("file", phrase("Tệp"))
    changed = revise(
        office(), id, brought, Choice(seen=_version()), name=name_of("file"), by=person()
    )
    flash(phrase("Đã nhận phiên bản %(n)d.", n=changed.latest.n))
    return redirect(url_for("documents.one", id=id), 303)


@door.post("/documents/<id>/copies")
@retold(again)
def copied(id: str) -> ResponseReturnValue:
    """Make a certified electronic copy."""
    part = request.files.get("extract")
    extract = bytes(part.read()) if part and part.filename else b""
    choice = Choice(seen=_version(), leave=Leave(request.form.get("pin", "")))
    copy(office(), id, text_of("kind"), extract, choice, by=person())
    flash(phrase("Đã sao văn bản; bản sao ở mục «Phiên bản và tệp»."))
    return redirect(url_for("documents.one", id=id), 303)


@door.get("/documents/<id>/sign")
def sign(id: str) -> ResponseReturnValue:
    """Show the paper with what will stand where, before it is signed or sealed."""
    return look(id)


def look(id: str) -> ResponseReturnValue:
    """Give the page that shows the paper before it is signed or sealed."""
    seen = view(office(), id, by=person())
    places = placement(office(), id, by=person())
    return render_template(
        "sign.html",
        seen=seen,
        document=seen.document,
        acts=[one for one in seen.acts if one.does in ON_PAPER],
        sheets=sheets_of(seen.document, places),
        places=places,
        titles={one.name: title(one.title) for one in seen.acts},
        kinds={one.name: _kind(one) for one in seen.acts},
    )


def _kind(act: Act) -> str:
    """Give where the key of an act lies, which decides what its holder is asked for."""
    if act.does not in ON_PAPER:
        return ""
    return holding_of(office(), person().id if act.does is Effect.SIGN else AGENCY).kind


def _paper_acts(id: str) -> bool:
    seen: View = view(office(), id, by=person())
    return any(one.does in ON_PAPER for one in seen.acts)


def _version() -> int | None:
    return number_of(request.form.get("version", ""), "version", phrase("Phiên bản"))
