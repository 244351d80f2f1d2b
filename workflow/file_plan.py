"""The plan of files of a year: edited or brought as a table, then issued by the head."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drafting.tables import rows_of
from records.audit import AuditEvent
from records.case_file import FilePlan, PlannedFile
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Role
from storage.unit import Unit
from workflow.office import Office

PLANNERS = frozenset({Role.ARCHIVIST, Role.REGISTRY_CLERK, Role.OFFICE_CHIEF})
"""Who writes the plan of files."""

ISSUERS = frozenset({Role.LEADER, Role.OFFICE_CHIEF})
"""Who issues it."""

LONGEST = {"heading": 200, "subheading": 200, "notation": 20, "title": 500, "note": 500}
"""How many characters each word may have (Decree 30/2020, Annex VI, part II)."""

HEADINGS = {
    "heading": ("heading", "đề mục", "đề mục lớn"),
    "subheading": ("subheading", "tiểu mục", "đề mục nhỏ"),
    "notation": ("notation", "số và ký hiệu", "số và ký hiệu hs", "số và ký hiệu hồ sơ"),
    "title": ("title", "tiêu đề hồ sơ", "tiêu đề", "tên đề mục và tiêu đề hồ sơ"),
    "retention": ("retention", "thời hạn bảo quản", "thbq"),
    "owner": ("owner", "người lập hồ sơ", "người lập"),
    "note": ("note", "ghi chú"),
}
"""What the columns of a table may be called."""

FIRST_YEAR, LAST_YEAR = 1945, 2999

FOR_GOOD = frozenset({"vĩnh viễn", "vv", "permanent", "0"})


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of a plan as it is written: everything words, owner by account or by name."""

    line: int
    heading: str = ""
    subheading: str = ""
    notation: str = ""
    title: str = ""
    retention: str = ""
    owner: str = ""
    note: str = ""


def plan_of(office: Office, year: int, *, by: Person) -> FilePlan:
    """Give the plan of a year, an empty one of version 0 where there is none."""
    if Role.ADMINISTRATOR in by.roles:
        raise NotAllowed("plan.not-yours")
    _require_year(year)
    with office.database.reading() as unit:
        return unit.plans.get(year)


def bring_plan(office: Office, year: int, content: bytes, *, seen: int, by: Person) -> FilePlan:
    """Take a plan out of a CSV, XLSX or YAML file, in place of the one that was seen.

    Raises  Unreadable: it is no table. Refused: ``plan.columns``, and as ``settle_plan``.
    """
    _require(by, PLANNERS)
    if len(content) > office.largest:
        raise Refused("file.too-large", limit=office.largest)
    lines = []
    for n, row in rows_of(content, office.isolate):
        told = {_column(title): words for title, words in row.items()}
        missing = {"title", "retention"} - set(told)
        if missing:
            raise Refused("plan.columns", missing=", ".join(HEADINGS[one][1] for one in missing))
        told.pop("", None)
        lines.append(PlanLine(line=n, **told))
    return settle_plan(office, year, lines, seen=seen, by=by)


def settle_plan(
    office: Office, year: int, lines: Sequence[PlanLine], *, seen: int, by: Person
) -> FilePlan:
    """Keep a plan as it is written, in place of the one that was seen.

    Raises  Refused: a line is wrong, named by its number; nothing is changed. Outrun: somebody
            changed the plan meanwhile.
    """
    _require(by, PLANNERS)
    _require_year(year)
    if not lines:
        raise Refused("plan.empty")
    with office.database.unit() as unit:
        files = _files(unit, year, lines, by)
        gone = unit.case_files.used(year) - {one.notation for one in files}
        if gone:
            raise Refused("plan.in-use", notation=min(gone))
        if unit.plans.get(year).version != seen:
            raise Outrun("plan.outrun")
        unit.plans.keep(year, files, seen=seen)
        _log(office, unit, "plan:changed", year, by)
        return unit.plans.get(year)


def issue_plan(office: Office, year: int, *, by: Person) -> FilePlan:
    """Issue the plan of a year, from which files are then opened.

    Raises  NotAllowed: it is not theirs to issue. NotFound: there is no plan of that year.
    """
    _require(by, ISSUERS)
    _require_year(year)
    with office.database.unit() as unit:
        plan = unit.plans.get(year)
        if not plan.files:
            raise NotFound("plan.unknown", year=year)
        unit.plans.issue(year, by=by.id, on=office.today())
        _log(office, unit, "plan:issued", year, by)
    return replace(plan, issued_on=office.today(), issued_by=by.id)


def _files(unit: Unit, year: int, lines: Sequence[PlanLine], by: Person) -> list[PlannedFile]:
    people = [one for one in unit.people.all() if one.active]
    accounts = {one.id.casefold(): one.id for one in people}
    names = {one.name.casefold(): one.id for one in people}
    files: list[PlannedFile] = []
    taken: dict[str, int] = {}
    heading = subheading = ""
    for n, line in enumerate(lines, 1):
        for field, most in LONGEST.items():
            if len(getattr(line, field)) > most:
                raise Refused("plan.too-long", line=line.line, limit=most)
        if line.heading and line.heading != heading:
            heading, subheading = line.heading, ""
        subheading = line.subheading or subheading
        owner = line.owner.casefold()
        if owner and owner not in accounts and owner not in names:
            raise Refused("plan.owner", line=line.line, owner=line.owner)
        if not line.title:
            raise Refused("plan.title", line=line.line)
        notation = line.notation or _next_notation(heading, taken)
        if notation in taken:
            raise Refused("plan.double", line=line.line, notation=notation, other=taken[notation])
        taken[notation] = line.line
        files.append(
            PlannedFile(
                year=year,
                n=n,
                heading=heading,
                subheading=subheading,
                notation=notation,
                title=line.title,
                years=_years(line),
                owner=accounts.get(owner) or names.get(owner) or by.id,
                note=line.note,
            )
        )
    return files


def _next_notation(heading: str, taken: Mapping[str, int]) -> str:
    """Give ``01.TCCB``: the next ordinal, and the first letters of the heading's words."""
    letters = "".join(word[0] for word in heading.split() if word[0].isalpha()).upper()[:10]
    n = len(taken) + 1
    while f"{n:02d}.{letters or 'HS'}" in taken:
        n += 1
    return f"{n:02d}.{letters or 'HS'}"


def _years(line: PlanLine) -> int:
    told = line.retention.casefold().removesuffix("năm").removesuffix("years").strip()
    if told in FOR_GOOD:
        return 0
    if told.isascii() and told.isdecimal() and 0 < int(told[:4]) <= 100:  # noqa: PLR2004 - years
        return int(told[:4])
    raise Refused("plan.retention", line=line.line, told=line.retention)


def _column(title: str) -> str:
    told = " ".join(title.casefold().split())
    return next((name for name, called in HEADINGS.items() if told in called), "")


def _require_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound("plan.unknown", year=year)


def _require(by: Person, roles: frozenset[Role]) -> None:
    if not by.roles & roles or Role.ADMINISTRATOR in by.roles:
        raise NotAllowed("plan.not-yours")


def _log(office: Office, unit: Unit, action: str, year: int, by: Person) -> None:
    unit.audit.append(AuditEvent(action, by.id, office.clock(), "", {"year": str(year)}))
