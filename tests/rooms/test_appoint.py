"""Posts in time: rights change on the day, work passes with them, and the past stays told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Post, Role
from tests.conftest import House, Opening
from workflow.appoint import Said, appoint, appoint_due, call_off, decisions
from workflow.look import desk, view
from workflow.staff import change

TODAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
OFFICER = Post(Role.OFFICER, "ban-to-chuc")
HEAD = Post(Role.UNIT_HEAD, "ban-to-chuc")


@pytest.fixture
def house(open_house: Opening) -> House:
    return open_house()


def _said(person: str, *posts: Post, on: date = TODAY, **other: str) -> Said:
    return Said(person, posts, on, "12/QĐ-LĐLĐ", date(2026, 11, 2), **other)


def _waits_for(house: House, who: str) -> set[str]:
    return {one.document.id for one in desk(house.office, by=house.person(who))}


def test_on_its_day_rights_change_and_open_work_passes(house: House) -> None:
    waiting = house.act(house.drafted(), "submit", "chuyenvien")
    admin = house.person("quantri")
    appoint(house.office, _said("chuyenvien", HEAD, on=MONDAY), by=admin)
    left = appoint(house.office, _said("truongban", on=MONDAY, successor="chuyenvien"), by=admin)
    assert left.planned
    assert appoint_due(house.office) == 0
    assert _waits_for(house, "truongban") == {waiting.id}

    house.clock.pass_by(timedelta(days=3))

    assert appoint_due(house.office) == 2
    assert appoint_due(house.office) == 0
    assert house.person("truongban").posts == ()
    assert _waits_for(house, "chuyenvien") == {waiting.id}
    with pytest.raises(NotFound):
        view(house.office, waiting.id, by=house.person("truongban"))
    _, held = decisions(house.office, "truongban", by=admin)
    assert [(one.post, one.since, one.until) for one in held] == [(HEAD, None, MONDAY)]
    _, held = decisions(house.office, "chuyenvien", by=house.person("chuyenvien"))
    assert [(one.post, one.since, one.until, one.basis) for one in held] == [
        (HEAD, MONDAY, None, "12/QĐ-LĐLĐ"),
        (OFFICER, None, MONDAY, ""),
    ]


def test_a_post_held_twice_is_told_twice(house: House) -> None:
    admin = house.person("quantri")
    appoint(house.office, _said("chuyenvien"), by=admin)
    house.clock.pass_by(timedelta(days=1))
    back = replace(house.person("chuyenvien"), posts=(OFFICER,))
    change(house.office, back, "", by=admin)

    _, held = decisions(house.office, "chuyenvien", by=admin)

    assert [(one.since, one.until) for one in held] == [
        (date(2026, 11, 21), None),
        (None, TODAY),
    ]


def test_what_was_planned_may_be_given_up_and_never_twice(house: House) -> None:
    admin = house.person("quantri")
    planned = appoint(house.office, _said("truongban", on=MONDAY), by=admin)

    call_off(house.office, planned.id, by=admin)

    with pytest.raises(Outrun, match=r"decision\.ended"):
        call_off(house.office, planned.id, by=admin)
    house.clock.pass_by(timedelta(days=3))
    assert appoint_due(house.office) == 0
    assert house.person("truongban").posts == (HEAD,)


def test_what_can_no_longer_be_is_given_up_on_its_day(house: House) -> None:
    admin = house.person("quantri")
    appoint(house.office, _said("truongban", on=MONDAY, successor="chuyenvien"), by=admin)
    appoint(house.office, _said("chuyenvien"), by=admin)
    house.clock.pass_by(timedelta(days=3))

    assert appoint_due(house.office) == 0

    [told], held = decisions(house.office, "truongban", by=admin)
    assert told.cancelled_at is not None
    assert held[0].until is None
    assert house.person("truongban").posts == (HEAD,)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (_said("truongban", Post(Role.OFFICER, "khong-co")), "unit.unknown"),
        (_said("truongban", successor="truongban"), "handover.self"),
        (_said("truongban", successor="quantri"), "handover.successor"),
        (_said("truongban", on=date(2026, 11, 1)), "reorganise.before-basis"),
        (Said("truongban", (), TODAY, "  ", TODAY), "reorganise.basis"),
        (_said("quantri", OFFICER), "person.last-administrator"),
    ],
)
def test_a_decision_that_cannot_be_changes_nothing(house: House, said: Said, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        appoint(house.office, said, by=house.person("quantri"))

    assert refused.value.rule == rule
    assert house.person("truongban").posts == (HEAD,)
    assert decisions(house.office, said.person, by=house.person("quantri"))[0] == []


def test_only_an_administrator_decides_and_only_oneself_reads_besides(house: House) -> None:
    chief = house.person("chanhvanphong")
    with pytest.raises(NotAllowed):
        appoint(house.office, _said("truongban"), by=chief)
    with pytest.raises(NotAllowed):
        decisions(house.office, "truongban", by=chief)
    with pytest.raises(NotFound):
        appoint(house.office, _said("khongai"), by=house.person("quantri"))
