"""The report of somebody's work that passed to a successor, kept and printed as minutes."""

from collections.abc import Mapping

from drafting.minutes import Minutes, Party
from records.document import Classification, Document
from records.errors import NotFound
from records.handing import Outcome, Passing, Work, WorkHandover
from records.person import Person, Role
from storage.unit import Unit
from workflow.mandates import may_know
from workflow.minutes import opening_of, print_minutes
from workflow.office import Office

OUTCOMES = {
    Outcome.PASSED: "Đã chuyển",
    Outcome.KEPT: "Vẫn ở người cùng chức vụ",
    Outcome.STUCK: "Chưa chuyển được",
}

WORK = {
    Work.DOCUMENT: "Văn bản",
    Work.FILE: "Hồ sơ",
    Work.NUMBER: "Số giữ",
    Work.DEVICE: "Con dấu, thiết bị",
}

WHY = {
    "handover.clearance": "người nhận không đủ mức tiếp cận",
    "handover.no-post": "dành cho chức vụ người nhận không giữ",
    "assignment.already": "người nhận đã có phần việc trong văn bản",
    "approver.drafter": "người nhận soạn văn bản này",
    "device.still-held": "phải bàn giao bằng biên bản riêng",
    "step.nobody": "chưa có ai giữ chức vụ",
}
"""Why something stayed, as minutes say it."""

ROLES = {
    Role.OFFICER: "Chuyên viên",
    Role.UNIT_HEAD: "Lãnh đạo đơn vị",
    Role.OFFICE_CHIEF: "Chánh Văn phòng",
    Role.LEADER: "Lãnh đạo cơ quan",
    Role.REGISTRY_CLERK: "Văn thư",
    Role.ARCHIVIST: "Lưu trữ",
    Role.INSPECTOR: "Kiểm tra",
    Role.ADMINISTRATOR: "Quản trị",
}


def handovers(office: Office, *, by: Person) -> tuple[list[WorkHandover], dict[str, str]]:
    """Give the reports that name somebody, an administrator all, with the names in them."""
    with office.database.reading() as unit:
        found = unit.handings.reports("" if Role.ADMINISTRATOR in by.roles else by.id)
        people = {id for one in found for id in (one.leaver, one.successor, one.by)}
        return found, unit.people.names(people)


def print_handover(office: Office, id: str, form: str, *, by: Person) -> bytes:
    """Give a report as minutes, ``pdf`` or ``docx``; the printing is logged.

    What a document says is printed only for those who may know of it, and of a classified one
    for nobody: paper goes anywhere.

    Raises  NotFound: no such report that names them. Refused: another form.
    """
    with office.database.reading() as unit:
        one = unit.handings.report_of(id)
        if by.id not in (one.leaver, one.successor) and Role.ADMINISTRATOR not in by.roles:
            raise NotFound("handover.unknown")
        leaver, successor = unit.people.get(one.leaver), unit.people.get(one.successor)
        units = {each.id: each.name for each in unit.people.units()}
        rows = tuple(
            (str(n), _told_of(unit, line, by), _state(office, unit, line), _came(line))
            for n, line in enumerate(one.lines, start=1)
        )
    posts = "; ".join(_post(told, units) for told in one.posts) or "không có"
    counts = {outcome: sum(each.outcome is outcome for each in one.lines) for outcome in Outcome}
    told = Minutes(
        **opening_of(office, one.at),
        title="Bàn giao công việc",
        parties=(
            Party("Bên giao", leaver.name, leaver.title),
            Party("Bên nhận", successor.name, successor.title),
        ),
        body=(
            f"Chức vụ bàn giao theo: {posts}.",
            (
                f"Công việc đang xử lý gồm {len(one.lines)} mục: "
                f"{counts[Outcome.PASSED]} đã chuyển, {counts[Outcome.KEPT]} vẫn ở người cùng chức "
                f"vụ, {counts[Outcome.STUCK]} chưa chuyển được."
            ),
        ),
        columns=(("STT", 1), ("Công việc", 6), ("Bước đang xử lý", 3), ("Kết quả", 3)),
        rows=rows,
        closing=("Biên bản được lập thành hai bản, mỗi bên giữ một bản.",),
    )
    return print_minutes(office, told, form, {"handover": one.id}, by=by)


def _told_of(unit: Unit, line: Passing, by: Person) -> str:
    """Give what a line is about, in words for whom these may be shown, else by its id."""
    bare = f"{WORK[line.what]} {line.document}"
    if line.what is Work.DOCUMENT:
        found = unit.documents.among([line.document])
        return _named(found[0]) if found and may_know(unit, found[0], by) else line.document
    if line.what is Work.FILE:
        file = unit.case_files.get(line.document)
        known = file.owner == by.id and file.classification is Classification.NONE
        return f"{WORK[line.what]} {file.notation}: {file.title}" if known else bare
    return f"{WORK[line.what]} {line.state}"


def _named(document: Document) -> str:
    if document.classification is not Classification.NONE:
        return f"Văn bản mật, mã {document.id}"
    number = f"{document.number}: " if document.number else ""
    return f"{number}{document.subject}"


def _state(office: Office, unit: Unit, line: Passing) -> str:
    if line.what is not Work.DOCUMENT:
        return ""
    try:
        document = unit.documents.get(line.document)
    except NotFound:
        return line.state
    route = office.roads.of(unit, document.definition, document.workflow)
    state = route.states.get(line.state)
    return state.title.vi if state else line.state


def _came(line: Passing) -> str:
    why = f": {WHY.get(line.why, line.why)}" if line.why else ""
    return f"{OUTCOMES[line.outcome]}{why}"


def _post(told: str, units: Mapping[str, str]) -> str:
    role, _, unit = told.partition("@")
    name = ROLES[Role(role)] if role in set(Role) else role
    return f"{name}, {units.get(unit, unit)}"
