"""An inspector looks into the log: who did what, when, on which document; and takes it along."""

from collections.abc import Mapping
from datetime import datetime

from drafting.sheets import sheet_csv, sheet_xlsx
from records.audit import AuditEntry, AuditEvent, Wanted
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from storage.audit import SAID
from workflow.office import Office

MOST = 100_000
"""How many entries one file may hold."""

HEAD = ("Mục", "Thời điểm", "Tài khoản", "Họ tên", "Việc", "Văn bản", "Chi tiết", "Giá trị băm")


def entries(
    office: Office, wanted: Wanted, *, before: int, limit: int, by: Person
) -> tuple[list[AuditEntry], int]:
    """Give a page of entries, newest first, and the number behind which the next one begins."""
    _require(by)
    with office.database.reading() as unit:
        found = unit.audit.matching(wanted, before=before, limit=limit + 1)
    shown = found[:limit]
    return shown, shown[-1].seq if len(found) > limit else 0


def take_along(
    office: Office, wanted: Wanted, form: str, words: Mapping[str, str], *, by: Person
) -> bytes:
    """Give the entries as ``csv`` or ``xlsx``, oldest first; the taking is logged itself.

    Takes   words: what people read for each act.
    Raises  Refused: another form, or more than one file may hold.
    """
    _require(by)
    if form not in ("csv", "xlsx"):
        raise Refused("log.form")
    with office.database.unit() as unit:
        found = unit.audit.matching(wanted, limit=MOST + 1)
        if len(found) > MOST:
            raise Refused("log.too-many", most=MOST)
        names = unit.people.names()
        facts = {"form": form, "entries": str(len(found)), **_asked(wanted)}
        unit.audit.append(AuditEvent("log:exported", by.id, office.clock(), "", facts))
    rows = [_row(one, names, words, office) for one in reversed(found)]
    return sheet_csv(HEAD, rows) if form == "csv" else sheet_xlsx("Nhật ký", HEAD, rows)


def _row(
    one: AuditEntry, names: Mapping[str, str], words: Mapping[str, str], office: Office
) -> tuple[str, ...]:
    event = one.event
    facts = "; ".join(f"{key}={told}" for key, told in event.facts.items() if key != SAID)
    return (
        str(one.seq),
        event.at.astimezone(office.zone).isoformat(timespec="seconds"),
        event.by,
        names.get(event.by, ""),
        words.get(event.action, event.action),
        event.document,
        facts,
        one.hash,
    )


def _asked(wanted: Wanted) -> dict[str, str]:
    told: dict[str, str | datetime | None] = {
        "of": wanted.by,
        "kind": wanted.action,
        "document": wanted.document,
        "from": wanted.since,
        "to": wanted.until,
    }
    return {
        name: one.isoformat() if isinstance(one, datetime) else one
        for name, one in told.items()
        if one
    }


def _require(by: Person) -> None:
    if Role.INSPECTOR not in by.roles:
        raise NotAllowed("audit.not-yours")
