"""An incoming document's signatures are checked as it came, and the report is kept."""

from dataclasses import asdict

from records.audit import AuditEvent
from records.document import Direction, Media
from records.errors import NotFound
from records.person import Person
from records.signature import Intake
from workflow.archive import as_json
from workflow.check import UNSIGNED
from workflow.office import Office
from workflow.road import standing


def inspect(office: Office, id: str) -> None:
    """Check what came in, by its first PDF, and keep the report; a second time has no effect.

    Raises  Unavailable: no isolated process can be had.
    Source  Decree 30/2020, art. 21 (the registry checks authenticity on receipt).
    """
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        if document.direction is not Direction.INCOMING or unit.proofs.intake_of(id):
            return
    came = document.revisions[0]
    at = office.clock()
    report = UNSIGNED
    if came.media is Media.PDF:
        report = office.validator.report(office.contents.get(document, came.digest), at)
    told = as_json({**asdict(report), "checked_at": at.isoformat(), "revision": came.digest})
    kept = office.contents.put(id, document.classification, told)
    intake = Intake(id, came.digest, kept, report.verdict, at)
    facts = {"digest": came.digest, "verdict": str(report.verdict)}
    with office.database.unit() as unit:
        if unit.proofs.intake_of(id) is None:
            unit.proofs.keep_intake(intake)
            unit.audit.append(AuditEvent("document:inspected", "system", at, id, facts))


def intake_report(office: Office, id: str, *, by: Person) -> bytes:
    """Give the report kept at intake. Raises NotFound: no such document, or none was kept."""
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        intake = unit.proofs.intake_of(id)
    if intake is None:
        raise NotFound("intake.unknown")
    return office.contents.get(document, intake.report)
