"""Units in time: whoever takes a unit's place has its papers and its work, and nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from records.document import Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Post, Role, Succession, Unit
from records.reorganisation import Change, Reorganisation
from storage.people import followed
from tests.conftest import House, Opening
from workflow.look import desk, unit_called, view
from workflow.reorganise import Said, call_off, carry_out_due, decisions, reorganise, structure
from workflow.staff import change, settle_unit

DAY = date(2026, 11, 20)
NEW = Unit("ban-chung", "Ban Chung", "BC", "lanh-dao")


@pytest.fixture
def house(open_house: Opening) -> House:
    return open_house()


def _decide(
    house: House, kind: Change, *units: str, into: tuple[Unit, ...], **other: object
) -> Reorganisation:
    told = {"on": DAY, "moves": {}, **other}
    said = Said(kind, units, into, basis="12/QĐ-LĐLĐ", basis_on=date(2026, 11, 2), **told)  # type: ignore[arg-type]  # names of Said
    return reorganise(house.office, said, by=house.person("quantri"))


def _unit(house: House, id: str) -> Unit:
    return next(one for one in structure(house.office).parts if one.id == id)


def _waits_for(house: House, who: str, document: Document) -> bool:
    found = desk(house.office, by=house.person(who))
    return document.id in {one.document.id for one in getattr(found, "items", found)}


def test_a_renamed_unit_keeps_its_old_name_on_what_it_issued(house: House) -> None:
    before = house.sealed(house.drafted())
    house.clock.pass_by(timedelta(days=3))
    called = Unit("ban-to-chuc", "Ban Tổ chức - Kiểm tra", "TCKT")

    _decide(house, Change.RENAME, "ban-to-chuc", into=(called,), on=date(2026, 11, 23))

    assert (_unit(house, "ban-to-chuc").name, _unit(house, "ban-to-chuc").notation) == (
        "Ban Tổ chức - Kiểm tra",
        "TCKT",
    )
    assert _unit(house, "ban-to-chuc").parent == "lanh-dao"
    assert unit_called(house.office, before) == "Ban Tổ chức"
    assert unit_called(house.office, house.drafted()) == "Ban Tổ chức - Kiểm tra"


def test_after_a_merger_the_new_unit_has_people_papers_and_work(house: House) -> None:
    issued = house.sealed(house.drafted())
    waiting = house.act(house.drafted(), "submit", "chuyenvien")

    _decide(house, Change.MERGE, "ban-to-chuc", "van-phong", into=(NEW,))

    assert house.person("truongban").posts == (Post(Role.UNIT_HEAD, "ban-chung"),)
    assert _unit(house, "ban-to-chuc").until == DAY
    assert _unit(house, "luu-tru").parent == "ban-chung"
    assert view(house.office, issued.id, by=house.person("chuyenvien")).document.id == issued.id
    assert _waits_for(house, "truongban", waiting)
    checked = house.act(waiting, "approve", "truongban")
    assert checked.state == "format_check"
    # A new document of the new unit finds the head of the new unit.
    again = house.act(house.drafted(), "submit", "chuyenvien")
    assert again.unit == "ban-chung"
    assert _waits_for(house, "truongban", again)


def test_a_split_reads_what_was_but_only_the_first_part_has_the_work(house: House) -> None:
    waiting = house.act(house.drafted(), "submit", "chuyenvien")
    issued = house.sealed(house.drafted())
    first, second = Unit("ban-a", "Ban A", "A"), Unit("ban-b", "Ban B", "B")

    with pytest.raises(Refused, match="reorganise.unplaced"):
        _decide(house, Change.SPLIT, "ban-to-chuc", into=(first, second))
    moves = {"truongban": "ban-b", "chuyenvien": "ban-a"}
    _decide(house, Change.SPLIT, "ban-to-chuc", into=(first, second), moves=moves)

    assert house.person("truongban").units == {"ban-b"}
    assert view(house.office, issued.id, by=house.person("truongban")).document.id == issued.id
    assert not _waits_for(house, "truongban", waiting)


def test_what_is_taken_from_a_unit_that_goes_on_begins_with_nothing(house: House) -> None:
    stays = _unit(house, "ban-to-chuc")
    moves = {"truongban": "ban-to-chuc", "chuyenvien": "ban-b"}
    with_it = house.sealed(house.drafted())

    _decide(
        house, Change.SPLIT, "ban-to-chuc", into=(stays, Unit("ban-b", "Ban B", "B")), moves=moves
    )

    assert _unit(house, "ban-to-chuc").until is None
    assert structure(house.office).successions == frozenset()
    assert house.person("chuyenvien").units == {"ban-b"}
    # The drafter still reads their own, and nothing else of the unit they came from.
    assert view(house.office, with_it.id, by=house.person("chuyenvien")).document.id == with_it.id


def test_a_dissolved_unit_leaves_its_posts_behind_and_its_papers_to_another(house: House) -> None:
    issued = house.sealed(house.drafted())
    _decide(house, Change.DISSOLVE, "ban-to-chuc", into=(_unit(house, "van-phong"),))

    assert house.person("truongban").posts == ()
    with pytest.raises(NotFound):
        view(house.office, issued.id, by=house.person("truongban"))
    assert view(house.office, issued.id, by=house.person("chanhvanphong")).document.id == issued.id
    with pytest.raises(Refused, match=r"unit\.(gone|unknown)"):
        change(
            house.office,
            house.person("truongban").__class__(
                "truongban", "Trần Quốc Đạt", "", (Post(Role.UNIT_HEAD, "ban-to-chuc"),)
            ),
            "",
            by=house.person("quantri"),
        )
    with pytest.raises(Refused, match="unit.gone"):
        settle_unit(
            house.office, Unit("ban-to-chuc", "Ban Tổ chức", "BTC"), by=house.person("quantri")
        )


def test_a_decision_waits_for_its_day_and_is_carried_out_once(house: House) -> None:
    planned = _decide(house, Change.MERGE, "ban-to-chuc", into=(NEW,), on=date(2026, 12, 1))
    assert planned.planned
    assert carry_out_due(house.office) == 0
    assert house.person("truongban").units == {"ban-to-chuc"}

    house.clock.pass_by(timedelta(days=11))
    assert [carry_out_due(house.office), carry_out_due(house.office)] == [1, 0]
    assert house.person("truongban").units == {"ban-chung"}
    with pytest.raises(Outrun, match="decision.ended"):
        call_off(house.office, planned.id, by=house.person("quantri"))


def test_a_plan_that_cannot_be_any_more_is_given_up_and_said(house: House) -> None:
    _decide(house, Change.MERGE, "ban-to-chuc", into=(NEW,), on=date(2026, 12, 1))
    _decide(house, Change.DISSOLVE, "ban-to-chuc", into=(_unit(house, "van-phong"),))

    house.clock.pass_by(timedelta(days=11))
    assert carry_out_due(house.office) == 0
    [given_up] = [
        one for one in decisions(house.office, by=house.person("quantri")) if one.cancelled_at
    ]
    assert given_up.change is Change.MERGE


def test_a_plan_is_called_off_before_its_day(house: House) -> None:
    planned = _decide(house, Change.MERGE, "ban-to-chuc", into=(NEW,), on=date(2026, 12, 1))
    call_off(house.office, planned.id, by=house.person("quantri"))
    house.clock.pass_by(timedelta(days=11))
    assert carry_out_due(house.office) == 0


@pytest.mark.parametrize(
    ("kind", "units", "into", "rule", "other"),
    [
        (Change.MERGE, (), (NEW,), "reorganise.incomplete", {}),
        (Change.MERGE, ("ban-to-chuc",), (), "reorganise.incomplete", {}),
        (Change.MERGE, ("nowhere",), (NEW,), "unit.unknown", {}),
        (Change.MERGE, ("ban-to-chuc",), (Unit("Ban B", "B", "B"),), "unit.id", {}),
        (Change.MERGE, ("ban-to-chuc",), (Unit("b", " ", "B"),), "unit.incomplete", {}),
        (Change.MERGE, ("ban-to-chuc",), (Unit("ban-to-chuc", "B", "B"),), "reorganise.itself", {}),
        (
            Change.MERGE,
            ("van-phong",),
            (Unit("b", "B", "B", "van-phong"),),
            "reorganise.below",
            {},
        ),
        (Change.SPLIT, ("ban-to-chuc",), (NEW,), "reorganise.several", {}),
        (Change.RENAME, ("ban-to-chuc",), (NEW,), "reorganise.incomplete", {}),
        (
            Change.MERGE,
            ("ban-to-chuc",),
            (NEW,),
            "reorganise.before-basis",
            {"on": date(2026, 1, 1)},
        ),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(  # noqa: PLR0913, PLR0917 - a table of cases
    house: House,
    kind: Change,
    units: tuple[str, ...],
    into: tuple[Unit, ...],
    rule: str,
    other: dict[str, object],
) -> None:
    before = structure(house.office)
    with pytest.raises(Refused, match=rule):
        _decide(house, kind, *units, into=into, **other)
    assert structure(house.office) == before
    assert decisions(house.office, by=house.person("quantri")) == []


def test_only_an_administrator_decides(house: House) -> None:
    said = Said(Change.MERGE, ("ban-to-chuc",), (NEW,), DAY, "1/QĐ", DAY, {})
    with pytest.raises(NotAllowed):
        reorganise(house.office, said, by=house.person("chutich"))


def test_papers_are_followed_through_units_that_are_gone() -> None:
    told = [
        Succession("a", "b", works=True),
        Succession("b", "c", works=True),
        Succession("b", "d", works=False),
        Succession("d", "a", works=True),
    ]
    assert followed(told, frozenset("ab")) == {
        Succession("a", "c", works=True),
        Succession("a", "d", works=False),
        Succession("b", "c", works=True),
        Succession("b", "d", works=False),
    } | {Succession("d", "c", works=True)}


def test_an_agency_bears_each_of_its_names_in_its_time(house: House) -> None:
    now = house.office.organ
    was = replace(
        now, name="Tên cũ", facts={**now.facts, "letterhead": "TÊN CŨ"}, superior="TRÊN CŨ"
    )
    house.office = replace(house.office, organs=((date(2026, 11, 23), was), (date.max, now)))

    assert house.office.organ.name == "Tên cũ"
    before = house.office.contents.get
    drafted = house.drafted()
    house.clock.pass_by(timedelta(days=3))

    assert house.office.organ.name == now.name
    assert house.office.letterhead_of(2025) == ("TRÊN CŨ", "TÊN CŨ")
    assert house.office.letterhead_of(2026) == (now.superior, now.facts["letterhead"])
    later = house.drafted()
    words = [
        house.office.reader.reading(before(one, one.latest.digest)).texts[0]
        for one in (drafted, later)
    ]
    assert ["TÊN CŨ" in one for one in words] == [True, False]
