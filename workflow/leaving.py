"""What passes with a post beside documents: case files, held numbers; and seals that cannot."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from identity.reading import cleared
from records.audit import AuditEvent
from records.errors import Refused
from records.handing import Outcome, Passing, Work
from records.person import Person
from storage.unit import Unit


def pass_rest(
    unit: Unit, old: Person, new: Person, *, by: Person, at: datetime
) -> Iterator[Passing]:
    """Give case files not handed in and held numbers to a successor, and tell of each.

    Seals and key devices pass on minutes alone: each the leaver still has is told as stuck.
    """
    for file in unit.case_files.kept_by(old.id):
        if not cleared(new, file.classification):
            why = Refused("handover.clearance").rule
            yield Passing(file.id, "", file.state, Outcome.STUCK, why, Work.FILE)
            continue
        moved = replace(file, owner=new.id, version=file.version + 1)
        unit.case_files.change(moved, seen=file.version)
        unit.case_files.admit(file.id, {f"person:{new.id}"})
        facts = {"person": old.id, "successor": new.id, "file": file.id}
        unit.audit.append(AuditEvent("work:handed-over", by.id, at, "", facts))
        yield Passing(file.id, "", file.state, Outcome.PASSED, what=Work.FILE)
    for held in unit.reservations.held_for(old.id):
        unit.reservations.pass_on(held.id, new.id)
        told = str(held.number)
        yield Passing(held.id, held.number.book, told, Outcome.PASSED, what=Work.NUMBER)
    for device in unit.handings.held_by(old.id):
        why = Refused("device.still-held").rule
        yield Passing(device.id, "", device.name, Outcome.STUCK, why, Work.DEVICE)
