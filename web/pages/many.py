"""A leader signs many documents at once: tick, say one word to the key, read a result for each."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.route import Effect
from records.signing import KeyKind, Leave
from web.language import sentence
from web.office import office, person
from web.pages.asked import number_of
from web.pages.retold import retold
from web.phrases import phrase
from web.who import confirm_again, require_fresh
from workflow.keys import holding_of
from workflow.look import Waiting, page_of_desk
from workflow.road import Choice
from workflow.session import require_password
from workflow.sign_many import MOST, Outcome, sign_many

door = Blueprint("many", __name__)


def offer() -> ResponseReturnValue:
    """Show what waits for my signature, to be ticked."""
    return render_template(
        "sign_many.html",
        waiting=_waiting(),
        ticked=set(request.form.getlist("documents")),
        kind=holding_of(office(), person().id).kind,
        results=None,
    )


@door.get("/sign")
def show() -> ResponseReturnValue:
    """Show what waits for my signature."""
    return offer()


@door.post("/sign")
@retold(offer)
def sign() -> ResponseReturnValue:
    """Sign what was ticked, and show what became of each."""
    ticked = request.form.getlist("documents")
    if not ticked:
        raise Refused("batch.none", anchor="documents")
    if holding_of(office(), person().id).kind is KeyKind.FILE:
        # The key opens without a word of its own, so its holder proves who they are.
        password = request.form.get("password", "")
        require_password(office(), password, address=request.remote_addr or "", by=person())
    else:
        confirm_again()
        require_fresh()
    subjects = {str(one.document.id): one.document.subject for one in _waiting()}
    outcomes = sign_many(
        office(),
        "sign",
        [(id, _choice(id)) for id in ticked],
        Leave(request.form.get("pin", ""), request.form.get("otp", "")),
        stop="stop" in request.form,
        by=person(),
    )
    return render_template(
        "sign_many.html",
        results=[(one, subjects.get(one.id, one.id), _told(one)) for one in outcomes],
        signed=sum(one.refusal is None for one in outcomes),
        kind=None,
    )


def _waiting() -> list[Waiting]:
    found, _ = page_of_desk(office(), after="", limit=MOST, by=person())
    return [one for one in found if any(act.does is Effect.SIGN for act in one.acts)]


def _choice(id: str) -> Choice:
    version = request.form.get(f"version-{id}", "")
    return Choice(
        shown=request.form.get(f"revision-{id}", ""),
        seen=number_of(version, "documents", phrase("Phiên bản")),
    )


def _told(one: Outcome) -> str:
    return sentence(one.refusal) if one.refusal else ""
