"""Holders and administrators hear in time that a certificate ends: 60, 30 and 7 days before."""

from dataclasses import dataclass

from exchange.gate import clear
from records.audit import AuditEvent
from records.errors import NotFound, Outrun
from records.person import Person, Role
from records.signing import STAGES, Certificate, Standing
from storage.unit import Unit
from workflow.certificates import AGENCY
from workflow.office import Office
from workflow.reminding import NOTHING

A_BATCH = 200
"""How many certificates of a stage one look warns of; the next look goes on."""


def warn(office: Office) -> int:
    """Give every warning that fell due since anybody looked, and tell how many.

    Who comes late is warned once, of the days that are left. What was given is kept in the
    transaction that leaves the letters, so another worker or a second look gives nothing twice.
    """
    now, given = office.clock(), 0
    for stage in sorted(STAGES):
        with office.database.reading() as unit:
            due = unit.certificates.ending(now, stage, A_BATCH)
        for one in due:
            try:
                with office.database.unit() as unit:
                    given += _give(office, unit, one, stage)
            except Outrun:
                continue  # another worker gave it
    return given


def _give(office: Office, unit: Unit, one: Certificate, stage: int) -> bool:
    passed = [each for each in STAGES if each >= stage]
    if not unit.certificates.warn(one.fingerprint, passed, office.clock()):
        return False
    facts = {
        "person": one.person or "agency",
        "certificate": one.fingerprint,
        "until": one.not_after.isoformat(),
        "stage": str(stage),
    }
    unit.audit.append(AuditEvent("certificate:warned", "system", office.clock(), "", facts))
    if office.mailer is not None:
        for person in _addressed(unit, one):
            key = f"{one.fingerprint}:{stage}:{person.id}"
            unit.enqueue("warn", one.fingerprint, person.id, key=key)
    return True


def _addressed(unit: Unit, one: Certificate) -> list[Person]:
    """Give its holder, who renews it, and the administrators, who see to it."""
    holders = unit.people.among([one.person]) if one.person != AGENCY else []
    people = {each.id: each for each in (*holders, *unit.people.holding(Role.ADMINISTRATOR))}
    return [each for each in people.values() if each.active and each.email]


def warning_letter(office: Office, fingerprint: str, to: str) -> None:
    """Write to somebody that a certificate ends, if it is still in the register and in use."""
    if office.mailer is None:
        return
    now = office.clock()
    with office.database.reading() as unit:
        try:
            one = unit.certificates.get(fingerprint)
        except NotFound:
            return
        person = next((each for each in _addressed(unit, one) if each.id == to), None)
        holder = unit.people.names([one.person]).get(one.person, office.organ.name)
    if person is None or one.standing(now) is not Standing.ENDING:
        return
    day = one.not_after.astimezone(office.zone)
    office.mailer.notify(
        clear(NOTHING, destination=person.email, purpose="mail"),
        to=person.email,
        subject=f"[Trình Ký] Chứng thư số của {holder} hết hạn ngày {day:%d/%m/%Y}"[:200],
        text=(
            f"Kính gửi {person.name},\n\n"
            f"Chứng thư số «{one.name}» (số sê-ri {one.serial}, nơi cấp {one.issuer}) của {holder} "
            f"hết hạn lúc {day:%H:%M ngày %d/%m/%Y}.\n"
            f"Hãy xin gia hạn hoặc cấp chứng thư mới, rồi báo quản trị đăng ký trước ngày đó; "
            f"sau đó không ký được nữa.\n{office.address}/\n"
        ),
        at=now,
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody is told of certificates on their desk."""

    own: list[Certificate]  # theirs that end soon and have no successor
    ending: int  # of the whole office, told to administrators alone


def notice(office: Office, *, by: Person) -> Notice:
    """Give what there is to tell this person of certificates."""
    now = office.clock()
    with office.database.reading() as unit:
        held = unit.certificates.of(by.id)
        counts = unit.certificates.counts(now) if Role.ADMINISTRATOR in by.roles else {}
    lasting = any(one.standing(now) is Standing.GOOD for one in held)
    own = [] if lasting else [one for one in held if one.standing(now) is Standing.ENDING]
    return Notice(own, counts.get(Standing.ENDING, 0))
