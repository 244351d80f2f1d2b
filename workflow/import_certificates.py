"""Certificates for thousands of people out of one CSV file, each line judged by itself."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice

from records.errors import OfficeError, Refused
from records.person import Person
from records.signing import Certificate
from signing.certificate_text import read_certificate
from storage.unit import Unit
from workflow.certificates import entry_of, registration, require_keeper
from workflow.office import Office

COLUMNS = ("person", "certificate", "kept_on")
"""What a line has: an account, the certificate (PEM, or DER in base64), on what its key lies."""

AT_ONCE = 500
"""How many lines are judged and entered in one transaction."""

MOST = 100_000
"""How many lines one file may have."""

LONGEST = 64 * 1024
"""How many signs a cell may have."""


class Way(StrEnum):
    """What is done with the lines of a file."""

    CHECK = "check"  # nothing is entered
    GOOD = "good"  # what can be entered is, and the rest is told
    WHOLE = "whole"  # everything or nothing


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one line."""

    n: int  # as an editor counts, the heading is 1
    person: str
    came: str  # "new", "known" or "wrong"
    certificate: Certificate | None = None
    refusal: OfficeError | None = None


@dataclass(slots=True)
class Tally:
    """How far an import has come."""

    new: int = 0
    known: int = 0
    wrong: int = 0
    entered: int = 0

    @property
    def judged(self) -> int:
        """Give how many lines were judged."""
        return self.new + self.known + self.wrong

    def count(self, line: Line) -> None:
        """Count one line."""
        setattr(self, line.came, getattr(self, line.came) + 1)


def import_certificates(
    office: Office, text: Iterable[str], way: Way, *, by: Person
) -> Iterator[tuple[Line, Tally]]:
    """Judge a file line by line and give what came of each, with how far that is.

    Lines are read and judged as they are asked for, some hundred in a transaction. With
    ``Way.WHOLE`` the certificates wait until the last line was good, and are entered together.

    Raises  NotAllowed: only an administrator may, before anything is read. Refused: the heading
            lacks a column, it is no CSV in UTF-8, it is too long; what was entered stays.
    """
    require_keeper(by)
    rows = _rows(text)
    first = next(rows, None)
    if first is None:
        raise Refused("import.empty")
    return _imported(office, chain([first], rows), way, by)


def _imported(
    office: Office, rows: Iterator["_Row"], way: Way, by: Person
) -> Iterator[tuple[Line, Tally]]:
    tally, seen, waiting = Tally(), set[str](), list[Certificate]()
    while batch := list(islice(rows, AT_ONCE)):
        lines = _batch(office, batch, seen, by, enters=way is Way.GOOD)
        new = [one.certificate for one in lines if one.came == "new" and one.certificate]
        if way is Way.GOOD:
            tally.entered += len(new)
        elif way is Way.WHOLE:
            waiting += new
        for line in lines:
            tally.count(line)
            yield line, tally
    if waiting and not tally.wrong:
        with office.database.unit() as unit:
            _keep(unit, waiting)
        tally.entered = len(waiting)


@dataclass(frozen=True, slots=True)
class _Row:
    n: int
    person: str
    certificate: str
    kept_on: str


def _rows(text: Iterable[str]) -> Iterator[_Row]:
    table = csv.reader(text, strict=True)
    csv.field_size_limit(LONGEST * 2)
    try:
        heading = [name.strip().lower() for name in next(table, [])]
        missing = [name for name in COLUMNS[:2] if name not in heading]
        if missing:
            raise Refused("import.heading", missing=", ".join(missing))
        for count, cells in enumerate(table, start=1):
            if count > MOST:
                raise Refused("import.too-long", most=MOST)
            if not any(cell.strip() for cell in cells):
                continue
            told = dict(zip(heading, cells, strict=False))
            yield _Row(
                n=table.line_num,
                person=told.get("person", "").strip(),
                certificate=told.get("certificate", "").strip(),
                kept_on=told.get("kept_on", "").strip(),
            )
    except UnicodeDecodeError as error:
        raise Refused("import.encoding") from error
    except csv.Error as error:
        raise Refused("import.not-csv", line=table.line_num) from error


def _batch(
    office: Office, rows: list[_Row], seen: set[str], by: Person, *, enters: bool
) -> list[Line]:
    with office.database.unit() if enters else office.database.reading() as unit:
        people = {one.id: one for one in unit.people.among(row.person for row in rows)}
        judged = [_judged(office, unit, row, people, by) for row in rows]
        known = unit.certificates.known(
            [one.certificate.fingerprint for one in judged if one.certificate]
        )
        lines = [_once(line, known, seen) for line in judged]
        if enters:
            _keep(unit, [one.certificate for one in lines if one.came == "new" and one.certificate])
    return lines


def _keep(unit: Unit, new: Sequence[Certificate]) -> None:
    for begun in range(0, len(new), AT_ONCE):
        unit.certificates.add_all(new[begun : begun + AT_ONCE])
    for one in new:
        unit.audit.append(registration(one))


def _judged(office: Office, unit: Unit, row: _Row, people: dict[str, Person], by: Person) -> Line:
    try:
        if row.person and row.person not in people:
            raise Refused("import.nobody", person=row.person)
        der = read_certificate(row.certificate)
        holder = people[row.person] if row.person else None
        at = office.clock()
        one = entry_of(office, unit, der, holder, at=at, by=by, kept_on=row.kept_on)
    except OfficeError as refusal:
        return Line(row.n, row.person, "wrong", refusal=refusal)
    return Line(row.n, row.person, "new", certificate=one)


def _once(line: Line, known: set[str], seen: set[str]) -> Line:
    """Give a line as known where its certificate is in the register, or stood above it."""
    if line.certificate is None:
        return line
    fingerprint = line.certificate.fingerprint
    twice = fingerprint in known or fingerprint in seen
    seen.add(fingerprint)
    return Line(line.n, line.person, "known", line.certificate) if twice else line
