"""The proof that every register is 1…n: every number of every year is accounted for, or told."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from records.errors import OfficeError
from records.register import Entry, Reservation, RowKind
from records.signature import Verdict
from storage.unit import Unit
from workflow.office import Office
from workflow.registers import closed_pdf


@dataclass(frozen=True, slots=True)
class SeriesProof:
    """What was found of one series of one year of a register."""

    book: str
    year: int
    series: str  # "" for a joint one
    last: int  # the number drawn last
    rows: dict[RowKind, int]  # how many numbers came to what
    faults: tuple[str, ...]
    closed: bool

    @property
    def line(self) -> str:
        """Give it as a line for people."""
        counted = ", ".join(f"{self.rows.get(kind, 0)} {kind}" for kind in RowKind)
        closed = ", closed" if self.closed else ""
        name = self.series or "joint"
        return f"{self.book} {self.year} {name}: 1…{self.last} ({counted}{closed})"


def audit_registers(office: Office) -> tuple[SeriesProof, ...]:
    """Prove every register of every year, also those the office keeps no longer."""
    proofs: list[SeriesProof] = []
    with office.database.reading() as unit:
        places = unit.registers.kept()
    for id, year in places:
        with office.database.reading() as unit:
            found = _series(unit, id, year)
        wrong = _closing_faults(office, id, year)
        if wrong and not found:
            found = [SeriesProof(id, year, "", 0, {}, (), closed=True)]
        for n, one in enumerate(found):
            faults = (*one.faults, *(wrong if n == 0 else ()))
            proofs.append(replace(one, faults=faults))
    return tuple(proofs)


def faults_of(unit: Unit, book: str, year: int) -> list[str]:
    """Give every fault in one year of a register, none when it is 1…n."""
    return [fault for one in _series(unit, book, year) for fault in one.faults]


class _Tally:
    """What is found of one series while its rows are gone through."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.kinds: dict[int, RowKind] = {}
        self.dates: list[tuple[int, date]] = []
        self.used: dict[int, str] = {}  # by serial: the document a held number went to
        self.doubles: list[int] = []

    def hold(self, held: Reservation) -> None:
        """Count a number that was held."""
        if held.document:
            self.used[held.number.serial] = held.document
        else:
            kind = RowKind.VOIDED if held.voided else RowKind.RESERVED
            self.kinds[held.number.serial] = kind

    def enter(self, entry: Entry) -> None:
        """Count a number that a document bears; a held one may be dated later than the next."""
        serial = entry.number.serial
        promised = self.used.pop(serial, "")
        if serial in self.kinds or promised not in ("", entry.document):
            self.doubles.append(serial)
        if not promised:
            self.dates.append((serial, entry.number.on))
        self.kinds[serial] = entry.kind

    def faults(self) -> Iterator[str]:
        """Give everything that is wrong."""
        wanted, there = set(range(1, self.last + 1)), set(self.kinds) | set(self.used)
        yield from (f"number {n} is missing" for n in sorted(wanted - there))
        yield from (f"number {n} was never drawn" for n in sorted(there - wanted))
        yield from (f"number {n} is given twice" for n in self.doubles)
        yield from (f"number {n} is used but not entered" for n in sorted(self.used))
        for (before, earlier), (n, on) in pairwise(sorted(self.dates)):
            if on < earlier:
                yield f"number {n} is dated before number {before}"


def _series(unit: Unit, book: str, year: int) -> list[SeriesProof]:
    tallies: dict[str, _Tally] = defaultdict(lambda: _Tally(0))
    for series, last in unit.registers.drawn(book, year).items():
        tallies[series] = _Tally(last)
    for held in unit.reservations.bare(book, year):
        tallies[held.number.series].hold(held)
    for entry in unit.registers.bare(book, year):
        tallies[entry.number.series].enter(entry)
    closed = unit.registers.closing(book, year) is not None
    return [
        SeriesProof(
            book=book,
            year=year,
            series=series,
            last=tally.last,
            rows=dict(Counter(tally.kinds.values())),
            faults=tuple(f"{series} {one}".strip() for one in tally.faults()),
            closed=closed,
        )
        for series, tally in sorted(tallies.items())
    ]


def _closing_faults(office: Office, id: str, year: int) -> list[str]:
    with office.database.reading() as unit:
        closing = unit.registers.closing(id, year)
        if closing is None:
            return []
        held = unit.reservations.bare(id, year)
        rows = len(unit.registers.bare(id, year)) + sum(not one.document for one in held)
    faults = [] if rows == closing.rows else [f"closed with {closing.rows} rows, now {rows}"]
    try:
        pdf = closed_pdf(office, closing)
        report = office.press.validate(pdf, at=office.clock())
    except OfficeError as fault:
        # Without its key the vault is closed: nothing is wrong with what lies in it.
        told = [] if fault.rule == "vault.closed" else [f"the closed book: {fault.rule}"]
        return [*faults, *told]
    if report.verdict is not Verdict.VALID:
        faults.append(f"the closed book's seal: {', '.join(report.reasons)}")
    return faults
