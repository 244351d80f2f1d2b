"""The slips of one document: its directive slip, the stamp of its arrival, its envelopes."""

from collections.abc import Callable, Mapping
from datetime import datetime

from drafting.slips import SlipWords, arrival_stamp, directive_slip, envelope
from records.assignment import Part
from records.audit import AuditEvent
from records.document import Classification, Direction, Urgency
from records.errors import NotFound, Refused
from records.person import Person
from workflow.followed import STANDING, due_of, leader_of, named, parts_of
from workflow.look import View, history, view
from workflow.office import Office
from workflow.shown import note_taken

URGENT = {
    Urgency.URGENT: "Khẩn",
    Urgency.VERY_URGENT: "Thượng khẩn",
    Urgency.IMMEDIATE: "Hỏa tốc",
}

SLIPS: Mapping[str, tuple[Callable[[SlipWords], bytes], frozenset[Direction]]] = {
    "giai-quyet": (directive_slip, frozenset({Direction.INCOMING})),
    "dau-den": (arrival_stamp, frozenset({Direction.INCOMING})),
    "bi": (envelope, frozenset({Direction.OUTGOING})),
}
"""Each slip, and of which documents it is made."""


def print_slip(office: Office, id: str, slip: str, form: str, *, by: Person) -> bytes:
    """Give a slip of a document as ``pdf`` or ``docx``; the printing is logged.

    Raises  NotFound: no such document, or no such slip of it. Refused: another form, or the
            document has no number yet. NotAllowed: a secret this person may only look at.
    """
    seen = view(office, id, by=by)
    document = seen.document
    made, directions = SLIPS.get(slip, (directive_slip, frozenset()))
    if document.direction not in directions:
        raise NotFound("slip.unknown")
    if document.number is None:
        raise Refused("number.unknown")
    if form not in ("pdf", "docx"):
        raise Refused("slip.form")
    if document.classification is not Classification.NONE:
        note_taken(office, document, by, {"slip": slip})
    told = history(office, id, by=by)
    paper = made(_words(office, seen, told))
    printed = office.converter.pdf(paper) if form == "pdf" else paper
    with office.database.unit() as unit:
        facts = {"slip": slip, "form": form}
        unit.audit.append(AuditEvent("slip:printed", by.id, office.clock(), id, facts))
    return printed


GIVEN = frozenset({"step:assigned", "directive:changed"})
"""Events by which a leader says who handles a document."""

PROPOSED = frozenset({"assignment:done", "step:completed"})
"""Events by which whoever handled it says what came of it."""


def _words(office: Office, seen: View, told: list[dict[str, object]]) -> SlipWords:
    document, names = seen.document, seen.names
    number, source, organ = document.number, document.source, office.organ
    form = office.forms.get(document.type)
    dated = f"ngày {source.on:%d/%m/%Y}" if source.on else ""
    about = (form.name if form else document.type, source.number, dated, f"của {source.organ}")
    mark = URGENT.get(document.urgency)
    return SlipWords(
        superior=organ.superior,
        organ=organ.facts.get("letterhead", organ.name),
        arrival=number.code if number else "",
        arrived_on=f"{number.on:%d/%m/%Y}" if number else "",
        about=" ".join(one for one in about if one.strip()),
        subject=document.subject,
        code=str(number or ""),
        handler=leader_of(seen.charges, names) or names.get(document.assignee, ""),
        due=due_of(office, seen.charges, document.due_on),
        recipients=tuple(
            office.partners[one].name for one in document.recipients if one in office.partners
        ),
        address=organ.facts.get("address", ""),
        marks=(mark,) if mark else (),
        directives=_said(office, told, GIVEN),
        helpers=tuple(
            (named(one.assignment, names), _day(office, one.step.due_at))
            for one in parts_of(seen.charges, Part.COLLABORATOR)
        ),
        informed=tuple(
            named(one.assignment, names) for one in parts_of(seen.charges, Part.INFORMED)
        ),
        directed_on=next((on for _, on, _ in reversed(_said(office, told, GIVEN))), ""),
        passed=_passed(office, seen, told),
        proposals=_said(office, told, PROPOSED),
    )


def _said(
    office: Office, told: list[dict[str, object]], events: frozenset[str]
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (str(one["actor_name"]), _moment(office, one["at"]), str(one["comment"]))
        for one in told
        if one["event"] in events
    )


def _passed(
    office: Office, seen: View, told: list[dict[str, object]]
) -> tuple[tuple[str, str, str, str], ...]:
    """Give to whom the lead passed it on: what stands on the slip as the head's own word."""
    words = {
        str(one["assignment"]): str(one["comment"])
        for one in told
        if one["event"] == "assignment:given"
    }
    return tuple(
        (
            named(one.assignment, seen.names),
            _day(office, one.step.due_at),
            _day(office, one.assignment.given_at),
            words.get(one.assignment.id, ""),
        )
        for one in seen.charges
        if one.assignment.parent and one.assignment.state in STANDING
    )


def _moment(office: Office, at: object) -> str:
    return _day(office, at) if isinstance(at, datetime) else f"{office.today():%d/%m/%Y}"


def _day(office: Office, at: datetime | None) -> str:
    return f"{at.astimezone(office.zone):%d/%m/%Y}" if at else ""
