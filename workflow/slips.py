"""The slips of one document: its directive slip, the stamp of its arrival, its envelopes."""

from collections.abc import Callable, Mapping

from drafting.slips import SlipWords, arrival_stamp, directive_slip, envelope
from records.audit import AuditEvent
from records.document import Direction, Document, Urgency
from records.errors import NotFound, Refused
from records.person import Person
from workflow.look import history, view
from workflow.office import Office

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
            document has no number yet.
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
    directives = [
        (str(one["actor_name"]), _moment(office, one["at"]), str(one["comment"]))
        for one in history(office, id, by=by)
        if one["action"] == "assign"
    ]
    paper = made(_words(office, document, seen.names, tuple(directives)))
    printed = office.converter.pdf(paper) if form == "pdf" else paper
    with office.database.unit() as unit:
        facts = {"slip": slip, "form": form}
        unit.audit.append(AuditEvent("slip:printed", by.id, office.clock(), id, facts))
    return printed


def _words(
    office: Office,
    document: Document,
    names: Mapping[str, str],
    directives: tuple[tuple[str, str, str], ...],
) -> SlipWords:
    number, source, organ = document.number, document.source, office.organ
    form = office.forms.get(document.type)
    dated = f"ngày {source.on:%d/%m/%Y}" if source.on else ""
    told = (form.name if form else document.type, source.number, dated, f"của {source.organ}")
    mark = URGENT.get(document.urgency)
    return SlipWords(
        superior=organ.superior,
        organ=organ.facts.get("letterhead", organ.name),
        arrival=number.code if number else "",
        arrived_on=f"{number.on:%d/%m/%Y}" if number else "",
        about=" ".join(one for one in told if one.strip()),
        subject=document.subject,
        code=str(number or ""),
        handler=names.get(document.assignee, ""),
        due=f"{document.due_on:%d/%m/%Y}" if document.due_on else "",
        recipients=tuple(
            office.partners[one].name for one in document.recipients if one in office.partners
        ),
        address=organ.facts.get("address", ""),
        marks=(mark,) if mark else (),
        directives=directives,
    )


def _moment(office: Office, at: object) -> str:
    return f"{at:%d/%m/%Y}" if at else office.today().strftime("%d/%m/%Y")
