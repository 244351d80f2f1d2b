"""The office settles its working days, and every open deadline follows at once."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from front.serving import application
from records.document import Classification, Direction, DocumentId, Urgency
from records.errors import NotAllowed, NotFound, Refused
from records.person import Role
from records.working_time import CalendarDay
from tests.conftest import PASSWORD, House
from workflow.begin import Particulars
from workflow.calendar import days_of, office_calendar, settle, swap, unsettle
from workflow.draft import draft
from workflow.look import desk, view

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)  # Vietnam Cultural Day
SATURDAY = date(2026, 11, 28)


def off(day: date, name: str = "Nghỉ") -> CalendarDay:
    return CalendarDay(day, working=False, name=name, source="TB 12/TB-LĐLĐ", settled=True)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour - 7, tzinfo=UTC)


def test_a_step_is_due_in_working_days_and_a_day_settled_moves_it(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    head, clerk = house.person("truongban"), house.person("quantri")

    [waiting] = desk(house.office, by=head)
    assert waiting.step.due_at == at(25, 17)  # two working days from Friday; Tuesday is a holiday

    settle(house.office, [off(MONDAY)], by=clerk)
    [waiting] = desk(house.office, by=head)
    assert waiting.step.due_at == at(26, 17)
    assert not waiting.step.due_soon(house.clock())

    house.clock.moment = at(26, 16)
    assert waiting.step.due_soon(house.clock())
    house.clock.pass_by(timedelta(hours=2))
    assert waiting.step.overdue(house.clock())

    unsettle(house.office, MONDAY, by=clerk)
    [step] = [one for one in view(house.office, document.id, by=head).standing.steps if one.due_at]
    assert step.due_at == at(25, 17)


def test_an_urgent_document_is_to_be_issued_at_once(house: House) -> None:
    plain, urgent = (_signed(house, urgency) for urgency in (Urgency.NORMAL, Urgency.URGENT))

    due = {
        one.document.id: one.step.due_at for one in desk(house.office, by=house.person("vanthu"))
    }

    assert due[plain] == at(23, 17)  # Decree 30, art. 4: the next working day at the latest
    assert due[urgent] == house.clock() + timedelta(minutes=30)


def _signed(house: House, urgency: Urgency) -> DocumentId:
    said = Particulars(Direction.OUTGOING, "TB", "Gửi ngay", Classification.NONE, urgency)
    document = draft(house.office, said, {"body": "Một."}, by=house.person("chuyenvien"))
    return house.signed(document).id


def test_days_are_swapped_together_or_not_at_all(house: House) -> None:
    chief = house.person("chanhvanphong")
    swap(house.office, off(MONDAY), SATURDAY, by=chief)

    calendar = office_calendar(house.office)
    assert not calendar.works_on(MONDAY)
    assert calendar.works_on(SATURDAY)

    with pytest.raises(Refused, match="calendar.weekday"):
        swap(house.office, off(TUESDAY), SATURDAY, by=chief)
    with pytest.raises(Refused, match="calendar.worked"):
        swap(house.office, off(date(2026, 11, 26)), date(2026, 11, 27), by=chief)
    assert office_calendar(house.office).works_on(date(2026, 11, 26))


def test_only_its_keepers_settle_days(house: House) -> None:
    with house.office.database.reading() as unit:
        everybody = unit.people.all()
    others = [one for one in everybody if not one.roles & {Role.ADMINISTRATOR, Role.OFFICE_CHIEF}]

    assert others
    for one in others:
        with pytest.raises(NotAllowed, match="calendar.not-yours"):
            settle(house.office, [off(MONDAY)], by=one)
        with pytest.raises(NotAllowed, match="calendar.not-yours"):
            unsettle(house.office, MONDAY, by=one)
    assert office_calendar(house.office).works_on(MONDAY)


def test_what_cannot_be_a_day_of_ours_is_refused_and_nothing_is_kept(house: House) -> None:
    by = house.person("quantri")
    for wrong, rule in (
        (off(date(1999, 1, 1)), "calendar.year"),
        (off(MONDAY, "  "), "calendar.name"),
        (off(MONDAY, "x" * 201), "calendar.long"),
    ):
        with pytest.raises(Refused, match=rule):
            settle(house.office, [off(date(2026, 12, 1)), wrong], by=by)
    with pytest.raises(NotFound, match="calendar.unsettled"):
        unsettle(house.office, MONDAY, by=by)
    with pytest.raises(NotFound, match="calendar.year"):
        days_of(office_calendar(house.office), 2100)
    assert not [one for one in days_of(office_calendar(house.office), 2026) if one.settled]


def test_every_change_of_the_calendar_is_in_the_log(house: House) -> None:
    settle(house.office, [off(MONDAY)], by=house.person("quantri"))
    unsettle(house.office, MONDAY, by=house.person("quantri"))

    with house.office.database.reading() as unit:
        told = [one.event for one in unit.audit.latest(2)]
        assert unit.audit.verify().holds
    assert [(one.action, one.by, one.facts["day"]) for one in told] == [
        ("calendar:changed", "quantri", "2026-11-23")
    ] * 2


@pytest.fixture
def client(house: House) -> FlaskClient:
    return application(house.office, house.settings).test_client()


def test_the_api_shows_settles_imports_and_forgets_days(client: FlaskClient) -> None:
    told = {"username": "quantri", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=told).get_json()["token"]
    mine = {"Authorization": f"Bearer {token}"}

    kept = client.put(
        "/api/v1/calendar/2026-12-07", json={"working": False, "name": "Nghỉ"}, headers=mine
    )
    assert kept.status_code == 200
    file = io.BytesIO("day,working,name\n2026-12-08,không,Nghỉ\n".encode())
    brought = client.post("/api/v1/calendar/import", data={"file": (file, "a.csv")}, headers=mine)
    assert brought.get_json()["items"][0]["day"] == "2026-12-08"

    year = client.get("/api/v1/calendar?year=2026", headers=mine).get_json()
    assert year["hours"] == ["07:30-11:30", "13:30-17:00"]
    assert [one["day"] for one in year["days"] if one["settled"]] == ["2026-12-07", "2026-12-08"]
    assert "2026-11-24" in [one["day"] for one in year["days"]]

    assert client.delete("/api/v1/calendar/2026-12-07", headers=mine).status_code == 204
    assert client.delete("/api/v1/calendar/2026-12-07", headers=mine).status_code == 404
    assert client.delete("/api/v1/calendar/tomorrow", headers=mine).status_code == 404
    wrong = io.BytesIO(b"day,working,name\n2026-12-99,no,x\n")
    refused = client.post("/api/v1/calendar/import", data={"file": (wrong, "a.csv")}, headers=mine)
    assert (refused.status_code, refused.get_json()["rule"]) == (422, "calendar.import")
    assert "2" in refused.get_json()["detail"]


def test_the_page_shows_holidays_to_everybody_and_forms_to_its_keepers(client: FlaskClient) -> None:
    def logged_in(name: str) -> str:
        client.post("/login", data={"username": name, "password": PASSWORD})
        return client.get("/calendar?year=2026").text

    page = logged_in("chuyenvien")
    assert "Ngày Văn hóa Việt Nam" in page
    assert "Tết Nguyên Đán" in page
    assert 'action="/calendar' not in page

    page = logged_in("quantri")
    assert 'action="/calendar/import"' in page
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    told = {"csrf": csrf, "year": "2026", "kind": "swap", "day": "2026-11-23", "name": "Hoán đổi"}
    missing = client.post("/calendar", data=told)
    assert missing.status_code == 422
    assert 'value="2026-11-23"' in missing.text  # what was typed comes back
    kept = client.post("/calendar", data={**told, "worked": "2026-11-28"})
    assert kept.location == "/calendar?year=2026"
    assert "Làm bù ngày 23/11/2026" in client.get(kept.location).text
    gone = client.post("/calendar/2026-11-23/unsettle", data={"csrf": csrf, "year": "2026"})
    assert gone.status_code == 303
