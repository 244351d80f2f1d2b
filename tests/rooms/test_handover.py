"""Whoever leaves hands all open work to a successor in one act, and the report leaves none out."""

import pytest

from front.serving import application
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, Refused
from records.handing import Outcome, Passing
from records.person import Post, Role
from tests.conftest import PASSWORD, House
from workflow.begin import Particulars
from workflow.draft import draft
from workflow.handover import hand_over
from workflow.look import desk, view

HEAD = Post(Role.UNIT_HEAD, "ban-to-chuc")


def handed(house: House, leaver: str, successor: str, *posts: Post) -> dict[str, Passing]:
    found = hand_over(house.office, leaver, successor, posts, by=house.person("quantri"))
    return {one.document: one for one in found.lines}


def of_head(house: House, **about: object) -> Document:
    said = Particulars(Direction.OUTGOING, "TB", "Của trưởng ban", **about)  # type: ignore[arg-type]  # a test's own words
    return draft(house.office, said, {"body": "Một."}, by=house.person("truongban"))


def test_every_open_document_passes_or_says_why_not(house: House) -> None:
    waiting = house.act(house.drafted(), "submit", "chuyenvien")
    own = of_head(house, classification=Classification.NONE)
    kept = of_head(house, classification=Classification.CONFIDENTIAL)

    report = handed(house, "truongban", "kiemtra", HEAD)

    assert {id: (one.outcome, one.why) for id, one in report.items()} == {
        waiting.id: (Outcome.PASSED, ""),
        own.id: (Outcome.PASSED, ""),
        kept.id: (Outcome.STUCK, "handover.clearance"),
    }
    heir = house.person("kiemtra")
    assert HEAD in heir.posts
    assert HEAD not in house.person("truongban").posts
    assert {one.document.id for one in desk(house.office, by=heir)} == {waiting.id, own.id}
    assert "submit" in view(house.office, own.id, by=heir).actions
    with pytest.raises(NotFound):
        view(house.office, kept.id, by=heir)
    assert house.act(waiting, "approve", "kiemtra").state == "format_check"
    with house.office.database.reading() as unit:
        events = [one.event for one in unit.audit.latest(20)]
        assert unit.audit.verify().holds
    told = {one.document for one in events if one.action == "work:handed-over"}
    assert told == {"", own.id}


def test_a_successor_who_becomes_the_drafter_does_not_approve_it(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    handed(house, "chuyenvien", "truongban")

    taken = view(house.office, document.id, by=house.person("chutich")).document
    assert taken.drafter == "truongban"
    assert "approve" not in view(house.office, document.id, by=house.person("truongban")).actions
    assert house.act(taken, "approve", "chutich").state == "format_check"


def test_what_is_for_a_post_the_successor_lacks_stays_and_says_so(house: House) -> None:
    document = house.approved()

    report = handed(house, "chutich", "chuyenvien")
    assert report[document.id].outcome is Outcome.STUCK
    assert report[document.id].why == "handover.no-post"

    report = handed(house, "chutich", "phochutich")
    assert report[document.id].outcome is Outcome.PASSED
    now = view(house.office, document.id, by=house.person("phochutich")).document
    signed = house.act(now, "sign", "phochutich")
    assert signed.signer == "phochutich"


def test_only_administrators_hand_over_and_only_to_who_can_take_it(house: House) -> None:
    by = house.person("truongban")
    with pytest.raises(NotAllowed, match="staff.not-yours"):
        hand_over(house.office, "chuyenvien", "truongban", (), by=by)
    for rule, (leaver, successor, posts) in {
        "handover.self": ("truongban", "truongban", ()),
        "handover.successor": ("truongban", "quantri", ()),
        "handover.post": ("truongban", "luutru", (Post(Role.LEADER, "lanh-dao"),)),
        "person.unknown": ("truongban", "không có", ()),
    }.items():
        with pytest.raises(Refused, match=rule):
            handed(house, leaver, successor, *posts)
    assert HEAD in house.person("truongban").posts


def test_page_and_api_hand_over_and_show_the_report(house: House) -> None:
    document = house.drafted(subject="Điều không ai khác được biết")
    client = application(house.office, house.settings).test_client()
    client.post("/login", data={"username": "quantri", "password": PASSWORD})
    page = client.get("/admin/people/chuyenvien/hand-over").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "successor": "truongban", "posts": "officer@ban-to-chuc"}
    refused = client.post("/admin/people/chuyenvien/hand-over", data={**form, "successor": ""})
    assert refused.status_code in {404, 422}
    report = client.post("/admin/people/chuyenvien/hand-over", data=form).text
    assert document.id in report
    assert "Đã chuyển" in report
    assert document.subject not in report

    told = {"username": "quantri", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=told).get_json()["token"]
    answer = client.post(
        "/api/v1/people/truongban/hand-over",
        json={"successor": "chuyenvien", "posts": ["officer@ban-to-chuc"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    [line] = answer.get_json()["items"]
    assert (line["document"], line["outcome"], line["rule"]) == (document.id, "passed", None)
