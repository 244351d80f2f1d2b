"""The administrator keeps people, posts and units, and sees no document."""

from contextlib import suppress
from dataclasses import replace

import pytest

from records.document import Classification, Direction
from records.errors import NotAllowed, NotFound, NotKnown, OfficeError, Refused
from records.finding import Bounds, Query
from records.person import Person, Post, Role, Unit
from tests.conftest import PASSWORD, House
from workflow.begin import Particulars
from workflow.draft import draft
from workflow.find import find
from workflow.look import desk, history, latest_acts, page_of_documents, view
from workflow.registers import books_of, open_book
from workflow.session import enter
from workflow.staff import change, everybody, hire, settle_unit

NEW = Person("moi-vao", "Lý Thị Mới", "Chuyên viên", (Post(Role.OFFICER, "ban-to-chuc"),))
LONG = "đủ dài rồi"


def test_only_an_administrator_keeps_people_and_units(house: House) -> None:
    everyone = [one.id for one in everybody(house.office, by=house.person("quantri"))[0]]
    unit = Unit("moi", "Mới", "M")
    for name in everyone:
        if name == "quantri":
            continue
        by = house.person(name)
        for attempt in (
            lambda by=by: everybody(house.office, by=by),
            lambda by=by: hire(house.office, NEW, LONG, by=by),
            lambda by=by: change(house.office, by, LONG, by=by),
            lambda by=by: settle_unit(house.office, unit, by=by),
        ):
            with pytest.raises(NotAllowed, match="staff.not-yours"):
                attempt()
    assert [one.id for one in everybody(house.office, by=house.person("quantri"))[0]] == everyone


def test_who_is_hired_can_log_in_and_begin(house: House) -> None:
    hire(house.office, NEW, LONG, by=house.person("quantri"))

    person = enter(house.office, "moi-vao", LONG, address="192.0.2.7").person
    assert person == NEW
    said = Particulars(Direction.OUTGOING, "TB", "Việc mới", Classification.NONE)
    document = draft(house.office, said, {"body": "Một."}, by=person)
    assert view(house.office, document.id, by=person).actions == ["submit"]


def test_what_cannot_be_an_account_is_refused_and_changes_nothing(house: House) -> None:
    by = house.person("quantri")
    before = everybody(house.office, by=by)
    for person, password, rule in (
        (NEW, "bảy chữ", "password.short"),
        (NEW, "", "password.short"),
        (replace(NEW, name="  "), LONG, "person.name"),
        (replace(NEW, id="vanthu"), LONG, "person.taken"),
        (replace(NEW, id="lien-thong"), LONG, "person.taken"),
        (replace(NEW, posts=(Post(Role.OFFICER, "khong-co"),)), LONG, "unit.unknown"),
        *(
            (replace(NEW, id=id), LONG, "person.id")
            for id in ("", "a b", "đạt", "-x", "1x", "a/b", "../x", "x" * 65, "a\n", "a:b", "_x")
        ),
    ):
        with pytest.raises(Refused) as refusal:
            hire(house.office, person, password, by=by)
        assert refusal.value.rule == rule, person.id
    with pytest.raises(Refused, match="password.short"):
        change(house.office, house.person("vanthu"), "ngắn", by=by)
    with pytest.raises(NotFound, match="person.unknown"):
        change(house.office, replace(NEW, id="chua-co"), "", by=by)

    assert everybody(house.office, by=by) == before
    assert enter(house.office, "vanthu", PASSWORD, address="192.0.2.7")


def test_an_administrator_cannot_leave_the_office_without_one(house: House) -> None:
    me = house.person("quantri")

    for less in (replace(me, posts=()), replace(me, active=False)):
        with pytest.raises(Refused, match="person.last-administrator"):
            change(house.office, less, "", by=me)
    assert house.person("quantri") == me


def test_units_never_lie_in_a_circle(house: House) -> None:
    by = house.person("quantri")
    known = {one.id: one for one in everybody(house.office, by=by)[1]}
    for id, parent in (
        ("lanh-dao", "lanh-dao"),
        ("lanh-dao", "van-phong"),
        ("lanh-dao", "luu-tru"),  # through van-phong
        ("van-phong", "luu-tru"),
        ("moi", "moi"),
    ):
        with pytest.raises(Refused, match="unit.circle"):
            settle_unit(
                house.office, replace(known.get(id, Unit(id, "M", "M")), parent=parent), by=by
            )
    with pytest.raises(Refused, match="unit.unknown") as refusal:
        settle_unit(house.office, Unit("moi", "Mới", "M", "khong-co"), by=by)
    assert refusal.value.facts == {"unit": "khong-co"}
    for incomplete in (Unit("", "M", "M"), Unit("m", " ", "M"), Unit("m", "M", "")):
        with pytest.raises(Refused, match="unit.incomplete"):
            settle_unit(house.office, incomplete, by=by)

    assert {one.id: one for one in everybody(house.office, by=by)[1]} == known
    moved = settle_unit(house.office, replace(known["luu-tru"], parent="lanh-dao"), by=by)
    assert moved in everybody(house.office, by=by)[1]


def test_every_change_of_people_is_in_the_log(house: House) -> None:
    by = house.person("quantri")
    hire(house.office, NEW, LONG, by=by)
    change(house.office, replace(NEW, active=False), "", by=by)
    settle_unit(house.office, Unit("moi", "Mới", "M"), by=by)

    told = latest_acts(house.office, 3, by=house.person("kiemtra"))
    assert [(one.event.action, one.event.by) for one in told] == [("person:changed", "quantri")] * 3
    assert [dict(one.event.facts) for one in reversed(told)] == [
        {"person": "moi-vao", "posts": "officer@ban-to-chuc", "active": "True"},
        {"person": "moi-vao", "posts": "officer@ban-to-chuc", "active": "False"},
        {"unit": "moi"},
    ]


def test_a_post_taken_away_counts_at_once(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    assert view(house.office, document.id, by=house.person("truongban")).actions

    _without_posts(house, "truongban")

    _nothing_left(house, document.id, "truongban")
    with pytest.raises(OfficeError) as refusal:
        house.act(document, "approve", "truongban")
    assert refusal.value.rule in {"step.not-yours", "document.unknown"}


def test_whoever_takes_a_post_over_takes_the_desk_over(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    _without_posts(house, "truongban")
    heir = replace(NEW, posts=(Post(Role.UNIT_HEAD, "ban-to-chuc"),))
    hire(house.office, heir, LONG, by=house.person("quantri"))

    assert [one.document.id for one in desk(house.office, by=heir)] == [document.id]
    assert house.act(document, "approve", "moi-vao").state == "format_check"


def test_a_post_taken_away_counts_for_secret_documents_too(house: House) -> None:
    secret = house.drafted(classification=Classification.SECRET)
    secret = house.act(secret, "submit", "chuyenvien")
    _without_posts(house, "truongban")

    with pytest.raises(NotAllowed):
        house.act(secret, "approve", "truongban")
    assert view(house.office, secret.id, by=house.person("truongban")).actions == []


def test_a_clearance_taken_away_counts_at_once(house: House) -> None:
    secret = house.drafted(classification=Classification.SECRET)
    secret = house.act(secret, "submit", "chuyenvien")
    head = house.person("truongban")
    assert view(house.office, secret.id, by=head)
    lowered = replace(head, clearance=Classification.CONFIDENTIAL)
    change(house.office, lowered, "", by=house.person("quantri"))

    head = house.person("truongban")
    with pytest.raises(NotFound):
        view(house.office, secret.id, by=head)
    assert desk(house.office, by=head) == []
    assert page_of_documents(house.office, Bounds(), after="", limit=50, by=head) == ([], "")


def test_a_leader_who_left_signs_no_more(house: House) -> None:
    document = house.approved()
    _without_posts(house, "chutich")

    with pytest.raises(OfficeError) as refusal:
        house.act(document, "sign", "chutich")
    assert refusal.value.rule in {"step.not-yours", "document.unknown"}
    # Nobody stands in for the one whose name is on the page: it goes back and names another.
    back = house.act(document, "recall", "chanhvanphong")
    with pytest.raises(Refused, match="step.nobody"):
        house.act(back, "approve", "chanhvanphong")


def test_an_administrator_sees_no_document_whatever_other_post_they_hold(house: House) -> None:
    document = house.sealed()
    me = house.person("quantri")
    greedy = replace(
        me,
        posts=(*me.posts, *(Post(role, "ban-to-chuc") for role in Role if role not in me.roles)),
        clearance=Classification.TOP_SECRET,
    )
    change(house.office, greedy, "", by=me)
    house.work_off()

    me = house.person("quantri")
    assert me.roles == frozenset(Role)
    for look in (
        lambda: view(house.office, document.id, by=me),
        lambda: history(house.office, document.id, by=me),
        lambda: house.act(document, "dispatch", "quantri", recipients=("H49.90.2",)),
    ):
        with pytest.raises(NotFound):
            look()
    assert desk(house.office, by=me) == []
    assert page_of_documents(house.office, Bounds(), after="", limit=50, by=me) == ([], "")
    question = Query("thử nghiệm", frozenset())
    assert find(house.office, question, by=me).total == 0
    assert find(house.office, question, by=house.person("vanthu")).total == 1
    said = Particulars(Direction.OUTGOING, "TB", "Của quản trị", Classification.NONE)
    with pytest.raises(NotAllowed):
        draft(house.office, said, {"body": "x"}, by=me)


def test_an_administrator_opens_no_register_and_reads_no_log(house: House) -> None:
    me = house.person("quantri")

    assert books_of(house.office, by=me) == ()
    with pytest.raises(NotAllowed, match="register.not-yours"):
        open_book(house.office, "van-ban-di", None, by=me)
    with pytest.raises(NotAllowed, match="audit.not-yours"):
        latest_acts(house.office, 10, by=me)


def test_who_was_let_go_cannot_come_back(house: House) -> None:
    change(
        house.office,
        replace(house.person("vanthu"), active=False),
        "",
        by=house.person("quantri"),
    )

    assert desk(house.office, by=house.person("vanthu")) == []
    with pytest.raises(NotKnown):
        enter(house.office, "vanthu", PASSWORD, address="192.0.2.7")


def _without_posts(house: House, name: str) -> None:
    change(house.office, replace(house.person(name), posts=()), "", by=house.person("quantri"))


def _nothing_left(house: House, id: str, name: str) -> None:
    """Whether they still know of the document or not: nothing of it is theirs to do."""
    with suppress(NotFound):
        assert view(house.office, id, by=house.person(name)).actions == []
    assert desk(house.office, by=house.person(name)) == []
