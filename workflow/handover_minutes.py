"""The report of somebody's work that passed to a successor, kept and printed as minutes."""

from collections.abc import Mapping

from drafting.minutes import Minutes, Party
from records.document import Classification, Document
from records.errors import NotFound
from records.handing import Outcome, Passing, WorkHandover
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
        known = _known(unit, one, by)
        titles = {line.document: _state(office, unit, line) for line in one.lines}
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
                f"Công việc đang xử lý gồm {len(one.lines)} văn bản: "
                f"{counts[Outcome.PASSED]} đã chuyển, {counts[Outcome.KEPT]} vẫn ở người cùng chức "
                f"vụ, {counts[Outcome.STUCK]} chưa chuyển được."
            ),
        ),
        columns=(("STT", 1), ("Văn bản", 6), ("Bước đang xử lý", 3), ("Kết quả", 3)),
        rows=tuple(
            (str(n), known.get(line.document, line.document), titles[line.document], _came(line))
            for n, line in enumerate(one.lines, start=1)
        ),
        closing=("Biên bản được lập thành hai bản, mỗi bên giữ một bản.",),
    )
    return print_minutes(office, told, form, {"handover": one.id}, by=by)


def _known(unit: Unit, one: WorkHandover, by: Person) -> Mapping[str, str]:
    documents = unit.documents.among([line.document for line in one.lines])
    return {each.id: _named(each) for each in documents if may_know(unit, each, by)}


def _named(document: Document) -> str:
    if document.classification is not Classification.NONE:
        return f"Văn bản mật, mã {document.id}"
    number = f"{document.number}: " if document.number else ""
    return f"{number}{document.subject}"


def _state(office: Office, unit: Unit, line: Passing) -> str:
    try:
        document = unit.documents.get(line.document)
    except NotFound:
        return line.state
    route = office.roads.of(unit, document.definition, document.workflow)
    state = route.states.get(line.state)
    return state.title.vi if state else line.state


def _came(line: Passing) -> str:
    return f"{OUTCOMES[line.outcome]} ({line.why})" if line.why else OUTCOMES[line.outcome]


def _post(told: str, units: Mapping[str, str]) -> str:
    role, _, unit = told.partition("@")
    name = ROLES[Role(role)] if role in set(Role) else role
    return f"{name}, {units.get(unit, unit)}"
