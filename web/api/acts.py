"""What is done to documents: single acts, many at once, sendings, and what waits."""

from datetime import date, datetime, time

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.document import Document
from records.errors import OfficeError, Refused
from records.signing import Leave
from web.api import shapes
from web.api.documents import limit_of, seen_version
from web.contract import Body, operation, read_body
from web.errors import status_of
from web.language import sentence
from web.office import office, person
from web.who import barred
from workflow import several
from workflow.dispatch import dispatch
from workflow.look import FULL_DESK, page_of_desk, view
from workflow.perform import perform
from workflow.road import Choice
from workflow.several import perform_each
from workflow.sign_many import sign_many

door = Blueprint("acts", __name__)

MOST = 200
"""How many documents one batch may name."""


class Chosen(Body):
    """What goes with an act."""

    comment: str = ""
    to: str = ""
    revision: str = ""
    recipients: tuple[str, ...] = ()
    due_date: str = ""
    certificate: str = ""
    on_behalf_of: str = ""
    reservation: str = ""
    step: int = 0
    next: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    pin: str = Field(default="", max_length=200, repr=False)
    otp: str = Field(default="", max_length=200, repr=False)


class Recipients(Body):
    """To whom a document shall go."""

    recipients: tuple[str, ...]


class Item(Body):
    """One document of a batch."""

    id: str
    revision: str = ""
    version: int | None = None
    step: int = 0


class Batch(Body):
    """One act on several documents."""

    action: str
    documents: list[str | Item] = Field(max_length=MOST)
    comment: str = ""
    to: str = ""
    recipients: tuple[str, ...] = ()
    on_behalf_of: str = ""
    pin: str = Field(default="", max_length=200, repr=False)
    otp: str = Field(default="", max_length=200, repr=False)
    stop_on_error: bool = False


@door.post("/documents/<id>/actions/<action>")
@operation("Act on a document", body=Chosen)
def act(id: str, action: str) -> ResponseReturnValue:
    """Do one of the document's actions; If-Match carries the version that was seen."""
    told = read_body(Chosen)
    choice = Choice(
        comment=told.comment,
        to=told.to,
        shown=told.revision,
        recipients=told.recipients,
        seen=seen_version(),
        on_behalf_of=told.on_behalf_of,
        reserved=told.reservation,
        step=told.step,
        next=told.next,
        fields=told.fields,
        due=due_of(told.due_date),
        leave=Leave(told.pin, told.otp),
        barred=barred(),
    )
    moved = perform(office(), id, action, choice, by=person())
    seen = view(office(), moved.id, by=person())
    response = jsonify(shapes.whole(seen))
    response.set_etag(str(seen.document.version))
    return response


@door.post("/actions/batch")
@operation("Act on several documents", body=Batch, gives={207: "application/json"})
def batch() -> ResponseReturnValue:
    """Do one act on each of several documents, each by itself, in order.

    ``sign`` asks the caller's key once for all; ``pin`` or ``otp`` go with it.
    """
    told = read_body(Batch)
    if told.action == "sign":
        return jsonify(results=_signed(told)), 207
    items = [
        several.Item(one.id, one.revision, one.version, one.step)
        for one in map(_item, told.documents)
    ]
    choice = _choice(told, Item(id=""))
    outcomes = perform_each(office(), items, told.action, choice, by=person())
    return jsonify(results=[_result(one) for one in outcomes]), 207


def _signed(told: Batch) -> list[dict[str, object]]:
    wanted = [(item.id, _choice(told, item)) for item in map(_item, told.documents)]
    outcomes = sign_many(
        office(),
        told.action,
        wanted,
        Leave(told.pin, told.otp),
        stop=told.stop_on_error,
        by=person(),
    )
    return [
        _failed(one.id, one.refusal) if one.refusal else _done(one.id, one.document)
        for one in outcomes
    ]


def _result(one: several.Outcome) -> dict[str, object]:
    if isinstance(one.came, OfficeError):
        return _failed(one.id, one.came)
    return _done(one.id, one.came)


def _item(one: str | Item) -> Item:
    return Item(id=one) if isinstance(one, str) else one


def _choice(told: Batch, item: Item) -> Choice:
    return Choice(
        comment=told.comment,
        to=told.to,
        shown=item.revision,
        recipients=told.recipients,
        seen=item.version,
        step=item.step,
        on_behalf_of=told.on_behalf_of,
        leave=Leave(told.pin, told.otp),
        barred=barred(),
    )


def _done(id: str, moved: Document | None) -> dict[str, object]:
    state, version = (moved.state, moved.version) if moved else ("", 0)
    return {"id": id, "status": 200, "state": state, "version": version}


def _failed(id: str, refusal: OfficeError) -> dict[str, object]:
    return {
        "id": id,
        "status": status_of(refusal),
        "rule": refusal.rule,
        "detail": sentence(refusal),
    }


def due_of(told: str) -> datetime | None:
    """Give until when something is asked: a moment, or the end of a day where the office is."""
    if not told:
        return None
    try:
        if len(told) > len("2026-11-20"):
            at = datetime.fromisoformat(told)
            return at if at.tzinfo else at.replace(tzinfo=office().zone)
        return datetime.combine(date.fromisoformat(told), time.max, office().zone)
    except (ValueError, OverflowError):
        raise Refused("body.invalid", field="due_date", why="not a date") from None


@door.post("/documents/<id>/dispatches")
@operation("Send a document to agencies", body=Recipients, gives={202: "application/json"})
def send(id: str) -> ResponseReturnValue:
    """Send a sealed document; each sending is then carried by itself."""
    told = read_body(Recipients)
    choice = Choice(recipients=told.recipients, seen=seen_version())
    _, sent = dispatch(office(), id, "dispatch", choice, by=person())
    return jsonify(items=[shapes.dispatch(one) for one in sent]), 202


@door.get("/documents/<id>/dispatches")
@operation("How far each sending has come")
def sent(id: str) -> ResponseReturnValue:
    """Give every sending of a document."""
    seen = view(office(), id, by=person())
    return jsonify(items=[shapes.dispatch(one) for one in seen.dispatches])


@door.get("/tasks")
@operation(
    "What waits for the caller, longest waiting first",
    query={"cursor": "next_cursor of the page before", "limit": "how many, 1 to 200"},
)
def tasks() -> ResponseReturnValue:
    """Give what lies on the caller's desk, longest waiting first."""
    now = office().clock()
    today, after = office().today(), request.args.get("cursor", "")
    found, more = page_of_desk(office(), after=after, limit=limit_of(FULL_DESK), by=person())
    items = [shapes.task(one, now, today) for one in found]
    return jsonify(items=items, next_cursor=more or None)
