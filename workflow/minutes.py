"""Minutes as they are printed, whatever they are of."""

from collections.abc import Mapping
from datetime import datetime

from drafting.minutes import Minutes, minutes_docx
from records.audit import AuditEvent
from records.errors import Refused
from records.person import Person
from workflow.office import Office


def opening_of(office: Office, at: datetime) -> dict[str, str]:
    """Give the head and the first sentence of minutes of something done at a moment."""
    on = at.astimezone(office.zone)
    day = f"ngày {on:%d} tháng {on.month} năm {on.year}"
    organ = office.organ
    return {
        "superior": organ.superior,
        "organ": organ.facts.get("letterhead", organ.name),
        "place": f"{organ.place}, {day}" if organ.place else day,
        "opening": f"Hôm nay, {day}, tại {organ.name}, chúng tôi gồm:",
    }


def print_minutes(
    office: Office, told: Minutes, form: str, about: Mapping[str, str], *, by: Person
) -> bytes:
    """Give minutes as ``pdf`` or ``docx``; the printing is logged. Raises Refused: another form."""
    if form not in ("pdf", "docx"):
        raise Refused("slip.form")
    paper = minutes_docx(told)
    printed = office.converter.pdf(paper) if form == "pdf" else paper
    with office.database.unit() as unit:
        facts = {**about, "form": form}
        unit.audit.append(AuditEvent("minutes:printed", by.id, office.clock(), "", facts))
    return printed
