"""How incoming and outgoing documents fared, unit by unit: a table that is printed and kept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from drafting.books import PrintedBook
from records.audit import AuditEvent
from records.document import Direction
from records.errors import NotFound
from records.person import Person
from workflow.indicators import F, Facts, Period, facts, is_late, measured
from workflow.office import Office
from workflow.registers import printed_as

TOTAL = "Tổng cộng"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as its rows: each unit with its counts, and the sum of all of them last."""

    direction: Direction
    title: str
    period: Period
    columns: tuple[tuple[str, str], ...]  # id and heading; the unit's name first
    rows: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]  # the unit of each row, "" for the sum


_COLUMNS: Mapping[Direction, tuple[tuple[str, str], ...]] = {
    Direction.INCOMING: (
        ("unit", "Đơn vị giải quyết"),
        ("received", "Văn bản đến"),
        ("registered-in-time", "Vào sổ đúng thời hạn"),
        ("done", "Đã giải quyết"),
        ("done-in-time", "Giải quyết đúng hạn"),
        ("open", "Đang giải quyết"),
        ("late", "Quá hạn chưa xong"),
        ("share", "Tỷ lệ đúng hạn"),
    ),
    Direction.OUTGOING: (
        ("unit", "Đơn vị soạn thảo"),
        ("issued", "Văn bản đi"),
        ("signed", "Ký số đủ hai chữ ký"),
        ("recipients", "Số lượt nơi nhận"),
        ("delivered", "Đã đến qua mạng"),
        ("sent-in-time", "Phát hành đúng thời hạn"),
        ("share", "Tỷ lệ ký số"),
    ),
}
_TITLES = {
    Direction.INCOMING: "BÁO CÁO TÌNH HÌNH GIẢI QUYẾT VĂN BẢN ĐẾN",
    Direction.OUTGOING: "BÁO CÁO TÌNH HÌNH GIẢI QUYẾT VĂN BẢN ĐI",
}


def report(office: Office, which: str, period: Period, *, by: Person) -> Report:
    """Give the report on incoming or outgoing documents of a period, secret ones left out.

    Raises  as ``facts``; NotFound: there is no such report.
    Source  Decree 30/2020, Annex VI, part V, 2 and 4.
    """
    if which not in set(_COLUMNS):
        raise NotFound("reports.unknown", indicator=which)
    direction = Direction(which)
    known = facts(office, period, by=by)
    with office.database.reading() as unit:
        names = {one.id: one.name for one in unit.people.units()}
    parts = _by_unit(known, direction)
    order = sorted(parts, key=lambda unit: names.get(unit, unit))
    row = _incoming if direction is Direction.INCOMING else _outgoing
    rows = [(names.get(id, id), *row(parts[id])) for id in order]
    return Report(
        direction,
        _TITLES[direction],
        period,
        _COLUMNS[direction],
        (*rows, (TOTAL, *row(known))),
        (*order, ""),
    )


def print_report(office: Office, which: str, period: Period, form: str, *, by: Person) -> bytes:
    """Give a report as ``pdf``, ``docx`` or ``xlsx``; the printing is logged.

    Raises  as ``report``; Refused: another form.
    """
    made = report(office, which, period, by=by)
    at = office.clock()
    book = PrintedBook(
        title=made.title,
        office=office.letterhead_of(period.until.year),
        year=period.until.year,
        columns=tuple((title, 3.0 if id == "unit" else 1.2) for id, title in made.columns),
        rows=made.rows,
        printed_at=at.astimezone(office.zone).strftime("%d/%m/%Y %H:%M"),
        printed_by=by.name,
        lines=(
            ("Từ ngày", f"{period.since:%d/%m/%Y}"),
            ("Đến ngày", f"{period.until:%d/%m/%Y}"),
        ),
        closing=("Không tính văn bản mật.",),
    )
    printed = printed_as(office, book, form)
    with office.database.unit() as unit:
        told = {"report": which, "from": str(period.since), "to": str(period.until), "form": form}
        unit.audit.append(AuditEvent("report:printed", by.id, at, "", told))
    return printed


def _by_unit(known: Facts, direction: Direction) -> Mapping[str, Facts]:
    if direction is Direction.INCOMING:
        received = _grouped(known.received)
        return {unit: replace(known, received=tuple(part)) for unit, part in received.items()}
    issued = _grouped(known.issued)
    return {unit: replace(known, issued=tuple(part)) for unit, part in issued.items()}


def _grouped(counted: Iterable[F]) -> Mapping[str, list[F]]:
    parts: dict[str, list[F]] = defaultdict(list)
    for one in counted:
        parts[one.unit].append(one)
    return parts


def _incoming(known: Facts) -> tuple[str, ...]:
    made = {one.id: one for one in measured(known)}
    ended = [one for one in known.received if one.ended_at is not None]
    waiting = sum(one.open and one.ended_at is None for one in known.received)
    late = sum(is_late(known, one) for one in known.received)
    in_time = made["handled-in-time"]
    counts = (
        len(known.received),
        made["registered-in-time"].numerator,
        len(ended),
        in_time.numerator,
        waiting,
        late,
    )
    return (*map(str, counts), percent(in_time.share))


def _outgoing(known: Facts) -> tuple[str, ...]:
    made = {one.id: one for one in measured(known)}
    signed, reached = made["signed"], made["exchanged"]
    counts = (
        len(known.issued),
        signed.numerator,
        reached.denominator,
        reached.numerator,
        made["sent-in-time"].numerator,
    )
    return (*map(str, counts), percent(signed.share))


def percent(share: float | None) -> str:
    """Give a share as it is printed, «97,5 %», or a dash where there was nothing to count."""
    return "-" if share is None else f"{share * 100:.1f}\N{NO-BREAK SPACE}%".replace(".", ",")
