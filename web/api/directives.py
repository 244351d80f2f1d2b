"""What a leader directs on an incoming document, and what becomes of each part."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.assignment import Part, Wanted
from records.document import Document
from web.api import shapes
from web.api.acts import due_of
from web.api.documents import seen_version
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.assignments import Said, handle
from workflow.direct import Directive, direct
from workflow.followed import followed
from workflow.look import view

door = Blueprint("directives", __name__)

MOST = 100
"""How many people one directive may name."""


class Charged(Body):
    """Somebody a directive names: a person, or a unit, whose head it then is."""

    to: str
    due_date: str = ""


class Directed(Body):
    """A directive as a leader writes it."""

    lead: Charged
    collaborators: list[Charged] = Field(default_factory=list, max_length=MOST)
    for_information: list[Charged] = Field(default_factory=list, max_length=MOST)
    comment: str = ""
    review: bool = False
    on_behalf_of: str = ""


class Handled(Body):
    """What goes with something done about a part."""

    comment: str = ""
    percent: int | None = None
    due_date: str = ""
    to: str = ""
    role: Part = Part.LEAD
    reply: str = ""
    no_reply: bool = False
    on_behalf_of: str = ""


@door.post("/documents/<id>/directives")
@operation("Direct who leads, helps and shall know, or change that", body=Directed)
def give(id: str) -> ResponseReturnValue:
    """Give a directive; on a document that is on one already, it takes the other one's place."""
    told = read_body(Directed)
    others = [(Part.COLLABORATOR, one) for one in told.collaborators]
    others += [(Part.INFORMED, one) for one in told.for_information]
    directive = Directive(
        lead=_wanted(Part.LEAD, told.lead),
        others=tuple(_wanted(part, one) for part, one in others),
        words=told.comment,
        review=told.review,
        seen=seen_version(),
        on_behalf_of=told.on_behalf_of,
    )
    return _shown(direct(office(), id, directive, by=person()))


@door.get("/documents/<id>/assignments")
@operation("Who is charged with what of a document")
def of_document(id: str) -> ResponseReturnValue:
    """Give every part, also those that ended, in the order they were given."""
    seen = view(office(), id, by=person())
    return jsonify(items=[shapes.charge(one, seen) for one in seen.charges])


@door.get("/assignments")
@operation(
    "What the caller was charged with, or charged others with",
    query={"given": "1: what the caller gave", "state": "open, done, returned, recalled, dropped"},
)
def mine() -> ResponseReturnValue:
    """Give parts of documents the caller may know of, open ones first."""
    given = request.args.get("given", "") == "1"
    found = followed(office(), given=given, state=request.args.get("state", ""), by=person())
    now = office().clock()
    return jsonify(
        items=[
            {
                **shapes.assignment(one.assignment),
                "subject": one.document.subject,
                "due_at": shapes.moment(one.step.due_at),
                "overdue": one.step.overdue(now),
            }
            for one in found
        ]
    )


@door.post("/assignments/<id>/actions/<action>")
@operation("Do something about a part of a directive", body=Handled)
def act(id: str, action: str) -> ResponseReturnValue:
    """Report, pass on, ask for more time, give back, complete; or decide about these."""
    told = read_body(Handled)
    said = Said(
        comment=told.comment,
        percent=told.percent,
        due=due_of(told.due_date),
        to=told.to,
        part=told.role,
        reply=told.reply,
        no_reply=told.no_reply,
        seen=seen_version(),
        on_behalf_of=told.on_behalf_of,
    )
    return _shown(handle(office(), id, action, said, by=person()))


def _wanted(part: Part, one: Charged) -> Wanted:
    return Wanted(part, one.to, due_of(one.due_date))


def _shown(moved: Document) -> ResponseReturnValue:
    seen = view(office(), moved.id, by=person())
    response = jsonify(shapes.whole(seen))
    response.set_etag(str(seen.document.version))
    return response
