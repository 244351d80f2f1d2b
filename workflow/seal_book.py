"""Seals and key devices change hands: allowed on paper, kept in a book, printed as minutes."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import token_hex

from drafting.books import PrintedBook
from drafting.minutes import Minutes, Party
from identity.reading import READ_ALL, tokens_of
from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.handing import DeviceHandover, DeviceKind
from records.person import Person, Role
from storage.unit import Unit
from workflow.minutes import opening_of, print_minutes
from workflow.office import Office
from workflow.registers import printed_as

KINDS = {
    DeviceKind.SEAL: "Con dấu",
    DeviceKind.KEY_DEVICE: "Thiết bị lưu khóa bí mật",
}

TITLE = "Sổ giao nhận con dấu, thiết bị lưu khóa bí mật"

COLUMNS = (
    ("n", "STT", 4.0),
    ("on", "Ngày giao", 9.0),
    ("device", "Con dấu, thiết bị lưu khóa bí mật", 22.0),
    ("number", "Số hiệu", 10.0),
    ("giver", "Người giao", 13.0),
    ("receiver", "Người nhận", 13.0),
    ("reason", "Lý do", 14.0),
    ("basis", "Văn bản cho phép", 14.0),
    ("condition", "Tình trạng khi giao", 12.0),
    ("accepted", "Ký nhận", 10.0),
    ("remark", "Ghi chú", 9.0),
)
"""The book's own columns: the Decree asks for minutes and draws no form (art. 32 and 33)."""

LIMITS = {"name": 200, "number": 100, "condition": 500, "basis": 100, "reason": 500}
"""How many characters each may have."""

NEEDED = ("name", "condition", "basis", "reason")


@dataclass(frozen=True, slots=True)
class Handed:
    """A seal or a key device as somebody hands it over."""

    kind: DeviceKind
    name: str
    receiver: str
    condition: str
    basis: str  # number of the paper that allows it
    basis_on: date
    reason: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class SealBook:
    """One year of the book as one person may see it."""

    year: int
    years: tuple[int, ...]
    lines: tuple[DeviceHandover, ...]
    names: dict[str, str]


def hand_device(office: Office, told: Handed, *, by: Person) -> DeviceHandover:
    """Hand a seal or a key device to somebody, who then says that they have it.

    Raises  NotAllowed: somebody else has it; or nobody in the book yet, and they are no clerk.
            Refused: a word is missing or too long, nobody may receive it, it is on its way.
    Source  Decree 30/2020, art. 32 and 33: the registry keeps both; they pass on minutes.
    """
    words = {name: " ".join(getattr(told, name).split()) for name in LIMITS}
    _check(office, told, words, by)
    at, on = office.clock(), office.today()
    with office.database.unit() as unit:
        # Whoever writes to the log waits for the one before: it changes hands once at a time.
        one = DeviceHandover(
            id=token_hex(16),
            year=on.year,
            n=0,
            on=on,
            kind=told.kind,
            giver=by.id,
            receiver=told.receiver,
            basis_on=told.basis_on,
            at=at,
            name=words["name"],
            number=words["number"],
            condition=words["condition"],
            basis=words["basis"],
            reason=words["reason"],
        )
        unit.audit.append(AuditEvent("device:handed", by.id, at, "", _facts(one)))
        _require_holder(unit, one, by)
        receiver = unit.people.among([told.receiver])
        if not receiver or not tokens_of(receiver[0]) or receiver[0].id == by.id:
            raise Refused("device.receiver", person=told.receiver)
        one = replace(one, n=unit.handings.next(on.year))
        unit.handings.add(one)
    return one


def accept_device(office: Office, id: str, *, by: Person) -> DeviceHandover:
    """Say that one has what was handed over. Raises NotFound, NotAllowed; Outrun: it was ended."""
    return _end(office, id, "", by)


def withdraw_device(office: Office, id: str, reason: str, *, by: Person) -> DeviceHandover:
    """Take a handing over back that was not accepted yet.

    Raises  NotFound, NotAllowed; Outrun: it was ended. Refused: no reason.
    """
    told = " ".join(reason.split())
    if not told or len(told) > LIMITS["reason"]:
        raise Refused("device.word", field="reason", limit=LIMITS["reason"])
    return _end(office, id, told, by)


def _end(office: Office, id: str, withdrawn: str, by: Person) -> DeviceHandover:
    at = office.clock()
    with office.database.unit() as unit:
        one = unit.handings.get(id)
        _require_sight(one, by)
        if by.id != (one.giver if withdrawn else one.receiver):
            raise NotAllowed("device.not-yours")
        ended = replace(one, withdrawn=withdrawn, accepted_at=None if withdrawn else at)
        if not unit.handings.end(ended):
            raise Outrun("device.ended")
        event = "device:withdrawn" if withdrawn else "device:accepted"
        unit.audit.append(AuditEvent(event, by.id, at, "", _facts(one)))
    return ended


def seal_book(office: Office, year: int | None, *, by: Person) -> SealBook:
    """Give one year of the book: all of it to those who open registers, else one's own lines."""
    chosen = year or office.today().year
    with office.database.reading() as unit:
        lines = [one for one in unit.handings.of_year(chosen) if _sees(one, by)]
        years = {*unit.handings.years(), office.today().year}
        names = unit.people.names({*(one.giver for one in lines), *(one.receiver for one in lines)})
    return SealBook(chosen, tuple(sorted(years, reverse=True)), tuple(lines), names)


def cells_of(office: Office, one: DeviceHandover, names: dict[str, str]) -> tuple[str, ...]:
    """Give a line's cells in the order of the columns."""
    accepted = f"{one.accepted_at.astimezone(office.zone):%d/%m/%Y}" if one.accepted_at else ""
    told = {
        "n": str(one.n),
        "on": f"{one.on:%d/%m/%Y}",
        "device": f"{KINDS[one.kind]}: {one.name}",
        "number": one.number,
        "giver": names.get(one.giver, one.giver),
        "receiver": names.get(one.receiver, one.receiver),
        "reason": one.reason,
        "basis": f"{one.basis}, {one.basis_on:%d/%m/%Y}",
        "condition": one.condition,
        "accepted": accepted,
        "remark": f"Hủy: {one.withdrawn}" if one.withdrawn else "",
    }
    return tuple(told[id] for id, _, _ in COLUMNS)


def print_seal_book(office: Office, year: int | None, form: str, *, by: Person) -> bytes:
    """Give the book of a year as ``pdf``, ``docx`` or ``xlsx``; the printing is logged.

    Raises  NotAllowed: books are not theirs to print. Refused: another form.
    """
    if not by.roles & READ_ALL:
        raise NotAllowed("register.not-yours")
    opened, at = seal_book(office, year, by=by), office.clock()
    book = PrintedBook(
        title=TITLE,
        office=office.letterhead_of(opened.year),
        year=opened.year,
        columns=tuple((title, width) for _, title, width in COLUMNS),
        rows=tuple(cells_of(office, one, opened.names) for one in opened.lines),
        printed_at=at.astimezone(office.zone).strftime("%d/%m/%Y %H:%M"),
        printed_by=by.name,
        lines=(("Năm", str(opened.year)), ("Quyển số", "………")),
    )
    printed = printed_as(office, book, form)
    with office.database.unit() as unit:
        facts = {"book": "con-dau", "year": str(opened.year), "form": form}
        unit.audit.append(AuditEvent("register:printed", by.id, at, "", facts))
    return printed


def print_device_minutes(office: Office, id: str, form: str, *, by: Person) -> bytes:
    """Give the minutes of one handing over as ``pdf`` or ``docx``; the printing is logged.

    Raises  NotFound: no such line that they may see. Refused: another form, or it was withdrawn.
    """
    with office.database.reading() as unit:
        one = unit.handings.get(id)
        _require_sight(one, by)
        giver, receiver = unit.people.get(one.giver), unit.people.get(one.receiver)
    if one.withdrawn:
        raise Refused("device.withdrawn")
    accepted = _told(office, "Nhận", one.accepted_at)
    told = Minutes(
        **opening_of(office, one.at),
        title=f"Bàn giao {KINDS[one.kind][:1].lower()}{KINDS[one.kind][1:]}",
        parties=(
            Party("Bên giao", giver.name, giver.title, _told(office, "Giao", one.at)),
            Party("Bên nhận", receiver.name, receiver.title, accepted),
        ),
        body=(
            f"Căn cứ {one.basis} ngày {one.basis_on:%d/%m/%Y}; lý do: {one.reason}.",
            "Hai bên đã giao và nhận:",
        ),
        columns=(("Tên", 5), ("Số hiệu", 3), ("Tình trạng", 4)),
        rows=((f"{KINDS[one.kind]}: {one.name}", one.number or "-", one.condition),),
        closing=(
            "Bên nhận chịu trách nhiệm quản lý, sử dụng theo quy định kể từ khi nhận bàn giao.",
            "Biên bản được lập thành hai bản, mỗi bên giữ một bản.",
        ),
    )
    return print_minutes(office, told, form, {"device": one.id}, by=by)


def _told(office: Office, what: str, at: datetime | None) -> str:
    if at is None:
        return "(Chưa xác nhận trên hệ thống)"
    return f"({what} trên hệ thống lúc {at.astimezone(office.zone):%H:%M ngày %d/%m/%Y})"


def _check(office: Office, told: Handed, words: dict[str, str], by: Person) -> None:
    for name, limit in LIMITS.items():
        missing = name in NEEDED and not words[name]
        if missing or len(words[name]) > limit:
            raise Refused("device.word", field=name, limit=limit, anchor=name)
    if told.basis_on > office.today():
        raise Refused("device.basis-date")
    if told.receiver == by.id:
        raise Refused("device.receiver", person=told.receiver)


def _require_holder(unit: Unit, one: DeviceHandover, by: Person) -> None:
    last = unit.handings.latest(one.kind, one.name, one.number)
    if last is None:
        if Role.REGISTRY_CLERK not in by.roles:
            raise NotAllowed("device.not-yours")
        return
    if last.pending:
        raise Refused("device.pending")
    if last.receiver != by.id:
        raise NotAllowed("device.not-held", who=unit.people.get(last.receiver).name)


def _sees(one: DeviceHandover, by: Person) -> bool:
    return bool(by.id in (one.giver, one.receiver) or by.roles & READ_ALL)


def _require_sight(one: DeviceHandover, by: Person) -> None:
    if not _sees(one, by):
        raise NotFound("device.unknown")


def _facts(one: DeviceHandover) -> dict[str, str]:
    return {"device": one.id, "giver": one.giver, "receiver": one.receiver, "kind": one.kind}
