"""Signing with VGCA Sign Service: a page that speaks to the signer's own computer, and its end."""

from flask import Blueprint, flash, g, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import OfficeError, Refused
from records.signing import RequestState, SigningRole
from web.language import sentence
from web.office import office, person
from web.pages.acting import look
from web.pages.asked import number_of, text_of
from web.pages.documents import whole
from web.pages.retold import retold
from web.pages.words import state_of
from web.phrases import phrase
from web.sign_service import SOCKET, addressed
from web.who import barred, confirm_again
from workflow.look import view
from workflow.marks_elsewhere import Part
from workflow.road import Choice
from workflow.sign_service import hand_out, outcome_of

door = Blueprint("serving", __name__)


def again(id: str, **_: str) -> ResponseReturnValue:
    """Show where the form came from once more."""
    return look(id) if request.form.get("role") in ("leader", "agency") else whole(id)


@door.post("/documents/<id>/sign-service")
@retold(again)
def begin(id: str) -> ResponseReturnValue:
    """Hand the document out and let the page speak to the service on this computer."""
    confirm_again()
    role = text_of("role")
    if role not in set(SigningRole):
        raise Refused("body.invalid", field="role", why=role)
    extract = request.files.get("extract")
    part = Part(
        kind=text_of("kind"),
        annex=number_of(text_of("annex"), "annex", phrase("Phụ lục")) or 0,
        extract=extract.read() if extract and extract.filename else b"",
    )
    choice = Choice(
        shown=text_of("revision"),
        seen=number_of(text_of("version"), "version", phrase("Phiên bản")),
        reserved=text_of("reservation"),
        barred=barred(),
    )
    handed = hand_out(office(), id, SigningRole(role), choice, by=person(), part=part)
    g.connects = SOCKET
    return render_template(
        "service.html",
        document=view(office(), id, by=person()).document,
        socket=f"{SOCKET}/{handed.operation}",
        message=json.dumps(addressed(handed)),
        local=SOCKET.replace("wss:", "https:") + "/",
        asked=handed.asked,
    )


@door.get("/documents/<id>/sign-service/<rid>")
def end(id: str, rid: str) -> ResponseReturnValue:
    """Say how it went, by what this office has seen and not by what the service says of itself."""
    asked = outcome_of(office(), id, rid, by=person())
    document = view(office(), id, by=person()).document
    back = url_for("documents.one", id=id)
    if asked.state is RequestState.COMPLETED:
        flash(phrase("Đã ký. Văn bản đang ở bước «%(state)s».", state=state_of(document)))
        return redirect(back, 303)
    if asked.state is RequestState.FAILED:
        flash(sentence(OfficeError(asked.outcome)))
    else:
        flash(
            phrase("Chưa nhận được tệp đã ký từ VGCA Sign Service. Văn bản giữ nguyên; hãy ký lại.")
        )
    on_paper = asked.role in (SigningRole.LEADER, SigningRole.AGENCY)
    return redirect(url_for("acting.sign", id=id) if on_paper else back, 303)
