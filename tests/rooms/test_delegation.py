"""Who is away lets another act: for a time, on paper, within bounds, and never beyond the law."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from front.serving import application
from records.delegation import Bounds, Capacity, Delegation, amount_of
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, Refused
from records.finding import Bounds as ListBounds
from records.person import Post, Role
from tests.conftest import PASSWORD, House
from workflow.begin import Particulars
from workflow.delegate import Wanted, delegate, delegations, in_force, revoke
from workflow.draft import draft
from workflow.look import desk, history, page_of_documents, view
from workflow.perform import perform
from workflow.road import Choice

FRIDAY = date(2026, 11, 20)


def given(
    house: House, by: str, to: str, capacity: Capacity = Capacity.TUQ, **about: object
) -> Delegation:
    wanted = Wanted(
        delegate=to,
        capacity=capacity,
        since=FRIDAY,
        until=FRIDAY + timedelta(days=6),
        basis="12/GUQ-LĐLĐ",
        basis_on=date(2026, 11, 18),
    )
    return delegate(house.office, replace(wanted, **about), by=house.person(by))  # type: ignore[arg-type]  # a test's own words


def submitted(house: House, **about: object) -> Document:
    return house.act(house.drafted(**about), "submit", "chuyenvien")  # type: ignore[arg-type]  # likewise


def acts(house: House, document: Document, name: str) -> list[str]:
    return view(house.office, document.id, by=house.person(name)).actions


def test_a_delegate_acts_in_the_name_of_another_and_everything_says_so(house: House) -> None:
    document = submitted(house)
    assert desk(house.office, by=house.person("luutru")) == []

    one = given(house, "truongban", "luutru")
    [waiting] = desk(house.office, by=house.person("luutru"))
    assert waiting.mandate is not None
    assert waiting.mandate.principal.id == "truongban"

    approved = house.act(document, "approve", "luutru")
    assert approved.state == "format_check"
    told = history(house.office, document.id, by=house.person("chuyenvien"))[-1]
    assert (told["actor"], told["on_behalf_of"]) == ("luutru", "truongban")
    assert (told["capacity"], told["basis"]) == ("TUQ.", "12/GUQ-LĐLĐ")
    step = view(house.office, document.id, by=house.person("luutru")).standing.steps[-2]
    assert (step.closed_by, step.on_behalf_of) == ("luutru", "truongban")
    with house.office.database.reading() as unit:
        facts = unit.audit.latest(1)[0].event.facts
        assert unit.audit.verify().holds
    assert (facts["on_behalf_of"], facts["delegation"]) == ("truongban", one.id)


def test_whoever_delegated_may_still_act_themselves(house: House) -> None:
    document = submitted(house)
    given(house, "truongban", "luutru")

    assert house.act(document, "approve", "truongban").state == "format_check"
    told = history(house.office, document.id, by=house.person("truongban"))[-1]
    assert told["on_behalf_of"] is None


@pytest.mark.parametrize("ended", ["expired", "revoked", "not yet"])
def test_a_delegation_that_does_not_hold_gives_nothing_even_on_a_page_opened_before(
    house: House, ended: str
) -> None:
    document = submitted(house)
    one = given(house, "truongban", "kiemtra")
    opened = view(house.office, document.id, by=house.person("kiemtra"))
    assert "approve" in opened.actions

    if ended == "expired":
        house.clock.pass_by(timedelta(days=7))
    elif ended == "revoked":
        revoke(house.office, one.id, by=house.person("truongban"))
    else:
        house.clock.pass_by(-timedelta(days=1))

    with pytest.raises(NotAllowed, match="step.not-yours"):
        house.act(opened.document, "approve", "kiemtra", on_behalf_of="truongban")
    assert acts(house, document, "kiemtra") == []
    assert desk(house.office, by=house.person("kiemtra")) == []
    assert in_force(house.office, by=house.person("kiemtra")) == []


def test_whoever_left_every_post_stands_in_for_nobody(house: House) -> None:
    document = submitted(house)
    given(house, "truongban", "luutru")
    assert "approve" in acts(house, document, "luutru")
    bare = replace(house.person("luutru"), posts=())
    with house.office.database.unit() as unit:
        unit.people.change(bare, on=FRIDAY)

    with pytest.raises(NotFound):
        acts(house, document, "luutru")
    with pytest.raises(NotFound):
        house.act(document, "approve", "luutru", on_behalf_of="truongban")
    assert desk(house.office, by=house.person("luutru")) == []


def test_it_holds_on_its_first_and_last_day_by_the_office_clock(house: House) -> None:
    document = submitted(house)
    given(house, "truongban", "luutru", until=FRIDAY)
    house.clock.pass_by(timedelta(hours=14, minutes=59))  # 23:59 in Hà Nội
    assert "approve" in acts(house, document, "luutru")
    house.clock.pass_by(timedelta(minutes=1))
    assert acts(house, document, "luutru") == []


def test_it_reaches_only_documents_within_its_bounds(house: House) -> None:
    document = submitted(house)

    def reached(bounds: Bounds) -> bool:
        return _reaches(house, document, bounds)

    assert reached(Bounds(types=frozenset({"QĐ"})))
    assert not reached(Bounds(types=frozenset({"TB"})))
    assert reached(Bounds(workflows=frozenset({"outgoing"})))
    assert not reached(Bounds(workflows=frozenset({"internal"})))
    assert reached(Bounds(units=frozenset({"ban-to-chuc"})))
    assert not reached(Bounds(units=frozenset({"van-phong"})))
    assert not reached(Bounds(most=10**9))  # it states no amount


def _reaches(house: House, document: Document, bounds: Bounds) -> bool:
    one = given(house, "truongban", "luutru", bounds=bounds)
    able = acts(house, document, "luutru") != []
    revoke(house.office, one.id, by=house.person("truongban"))
    return able


def test_an_amount_of_authority_is_held_against_what_the_document_states(house: House) -> None:
    given(house, "truongban", "luutru", bounds=Bounds(most=50_000_000))

    within = submitted(house, body="Chi.", amount="50.000.000 đ")
    beyond = submitted(house, body="Chi.", amount="50.000.001")

    assert "approve" in acts(house, within, "luutru")
    assert acts(house, beyond, "luutru") == []
    with pytest.raises(Refused, match="amount.invalid"):
        house.drafted(body="Chi.", amount="nhiều")


@pytest.mark.parametrize(
    ("written", "amount"),
    [("50.000.000 đ", 50_000_000), ("1,000 VND", 1000), ("7 đồng", 7), ("-1", None), ("²", None)],
)
def test_an_amount_reads_as_people_write_it(written: str, amount: int | None) -> None:
    assert amount_of(written) == amount


def test_a_delegation_gives_no_clearance(house: House) -> None:
    document = submitted(house, classification=Classification.SECRET)
    given(house, "truongban", "kiemtra")  # cleared for nothing secret
    given(house, "truongban", "vanthu")

    with pytest.raises(NotFound):
        acts(house, document, "kiemtra")
    assert desk(house.office, by=house.person("kiemtra")) == []
    assert house.act(document, "approve", "vanthu").state == "format_check"


def test_nobody_approves_their_own_draft_through_a_delegation(house: House) -> None:
    document = submitted(house)
    given(house, "truongban", "chuyenvien")
    given(house, "chanhvanphong", "chuyenvien")

    assert "approve" not in acts(house, document, "chuyenvien")
    with pytest.raises(Refused, match="approve.own-draft"):
        house.act(document, "approve", "chuyenvien", on_behalf_of="truongban")
    document = house.act(document, "approve", "truongban")
    with pytest.raises(Refused, match="approve.own-draft"):
        house.act(document, "approve", "chuyenvien")


def test_a_drafter_cannot_have_their_draft_approved_in_their_own_name(house: House) -> None:
    said = Particulars(Direction.OUTGOING, "TB", "Của trưởng ban", Classification.NONE)
    document = draft(house.office, said, {"body": "Một."}, by=house.person("truongban"))
    document = house.act(document, "submit", "truongban")
    given(house, "truongban", "luutru")

    assert "approve" not in acts(house, document, "luutru")
    assert house.act(document, "approve", "chutich").state == "format_check"


@pytest.mark.parametrize("first", ["own", "another's"])
def test_one_person_counts_once_whatever_their_capacities(house: House, first: str) -> None:
    document = submitted(house)
    if first == "own":
        given(house, "chanhvanphong", "truongban")
        document = house.act(document, "approve", "truongban")
        with pytest.raises(Refused, match="approve.twice"):
            house.act(document, "approve", "truongban")
        assert "approve" not in acts(house, document, "truongban")
    else:
        given(house, "truongban", "chanhvanphong")
        document = house.act(document, "approve", "chanhvanphong", on_behalf_of="truongban")
        with pytest.raises(Refused, match="approve.twice"):
            house.act(document, "approve", "chanhvanphong")


def test_a_mandate_shows_what_waits_and_nothing_else(house: House) -> None:
    officer = house.person("chuyenvien")
    said = Particulars(Direction.OUTGOING, "TB", "Của văn phòng", Classification.NONE)
    other = draft(house.office, said, {"body": "Một."}, by=house.person("chanhvanphong"))
    given(house, "chutich", "chuyenvien")

    with pytest.raises(NotFound):
        view(house.office, other.id, by=officer)  # the leader may read it, but nothing waits there
    found, _ = page_of_documents(house.office, ListBounds(), after="", limit=9, by=officer)
    assert found == []


def test_what_a_delegate_signed_stays_readable_and_names_both(house: House) -> None:
    document = house.approved()
    one = given(house, "chutich", "phochutich", Capacity.KT)
    signed = house.act(document, "sign", "phochutich", on_behalf_of="chutich")
    revoke(house.office, one.id, by=house.person("chutich"))

    assert signed.signer == "phochutich"
    assert view(house.office, document.id, by=house.person("phochutich")).acts == ()


def test_law_forbids_giving_on_what_was_given_by_authorisation(house: House) -> None:
    first = given(house, "chutich", "chanhvanphong")
    with pytest.raises(Refused, match="delegation.no-redelegation"):
        given(house, "chanhvanphong", "truongban", passes_on=first.id)

    # Nor does the delegate's own delegation carry it along.
    given(house, "chanhvanphong", "truongban")
    document = house.approved()
    assert acts(house, document, "truongban") == ["recall"]  # in the chief's own name, no more


def test_what_was_given_by_order_may_be_given_on_but_never_wider(house: House) -> None:
    bounds = Bounds(types=frozenset({"QĐ", "TB"}))
    first = given(house, "chutich", "chanhvanphong", Capacity.TL, bounds=bounds)
    narrow = {"bounds": Bounds(types=frozenset({"QĐ"})), "passes_on": first.id}

    for wider in (
        {**narrow, "bounds": Bounds()},
        {**narrow, "until": FRIDAY + timedelta(days=7)},
        {**narrow, "bounds": Bounds(types=frozenset({"QĐ", "BC"}))},
    ):
        with pytest.raises(Refused, match="delegation.wider"):
            given(house, "chanhvanphong", "luutru", Capacity.TL, **wider)
    given(house, "chanhvanphong", "luutru", Capacity.TL, **narrow)

    document = house.approved()
    assert "sign" in acts(house, document, "luutru")
    [waiting] = desk(house.office, by=house.person("luutru"))
    assert waiting.mandate is not None
    assert waiting.mandate.principal.id == "chutich"
    revoke(house.office, first.id, by=house.person("chutich"))
    assert acts(house, document, "luutru") == []


def test_a_circle_is_refused_over_any_number_of_people(house: House) -> None:
    given(house, "chutich", "phochutich")
    given(house, "phochutich", "chanhvanphong")

    with pytest.raises(Refused, match="delegation.circle"):
        given(house, "chanhvanphong", "chutich")
    with pytest.raises(Refused, match="delegation.circle"):
        given(house, "phochutich", "chutich")
    later = FRIDAY + timedelta(days=30)
    given(house, "chanhvanphong", "chutich", since=later, until=later)


def test_what_a_delegation_needs_is_asked_for_and_nothing_is_kept_without_it(house: House) -> None:
    long_ago = {"since": date(2026, 11, 1), "until": date(2026, 11, 19)}
    wrongs: dict[str, dict[str, object]] = {
        "delegation.basis": {"basis": " "},
        "delegation.basis-date": {"basis_on": FRIDAY + timedelta(days=1)},
        "delegation.days": {"until": FRIDAY - timedelta(days=1)},
        "delegation.past": {**long_ago, "basis_on": date(2026, 11, 1)},
        "delegation.amount": {"bounds": Bounds(most=-1)},
        "delegation.bound": {"bounds": Bounds(types=frozenset({"XX"}))},
        "delegation.unknown": {"passes_on": "không có"},
    }
    for rule, wrong in wrongs.items():
        with pytest.raises(Refused, match=rule):
            given(house, "truongban", "luutru", Capacity.TUQ, **wrong)
    with pytest.raises(Refused, match="delegation.self"):
        given(house, "truongban", "truongban")
    with pytest.raises(Refused, match="delegation.delegate"):
        given(house, "truongban", "quantri")
    with pytest.raises(Refused, match="delegation.delegate"):
        given(house, "truongban", "lien-thong")
    assert delegations(house.office, by=house.person("truongban")) == []


def test_only_the_giver_and_administrators_give_and_end(house: House) -> None:
    with pytest.raises(NotAllowed, match="delegation.not-yours"):
        given(house, "luutru", "chuyenvien", delegator="truongban")
    one = given(house, "quantri", "luutru", delegator="truongban")
    assert (one.delegator, one.recorded_by) == ("truongban", "quantri")

    with pytest.raises(NotAllowed, match="delegation.not-yours"):
        revoke(house.office, one.id, by=house.person("luutru"))
    for unknown in (one.id, "không có"):
        with pytest.raises(NotFound, match="delegation.unknown"):
            revoke(house.office, unknown, by=house.person("vanthu"))
    revoke(house.office, one.id, by=house.person("quantri"))
    with pytest.raises(Refused, match="delegation.revoked"):
        revoke(house.office, one.id, by=house.person("truongban"))
    seen = {name: len(delegations(house.office, by=house.person(name))) for name in _NAMES}
    assert seen == {"truongban": 1, "luutru": 1, "quantri": 1, "vanthu": 0}


_NAMES = ("truongban", "luutru", "quantri", "vanthu")


def test_a_post_that_was_lost_is_lost_to_the_delegate_too(house: House) -> None:
    document = submitted(house)
    given(house, "truongban", "luutru")
    head = house.person("truongban")
    with house.office.database.unit() as unit:
        unit.people.change(replace(head, posts=(Post(Role.OFFICER, "ban-to-chuc"),)), on=FRIDAY)

    assert acts(house, document, "luutru") == []


def test_in_a_batch_each_is_judged_by_itself(house: House) -> None:
    documents = [submitted(house), house.drafted()]
    given(house, "truongban", "luutru")
    choice = Choice(shown=documents[0].latest.digest, on_behalf_of="truongban")

    moved = perform(house.office, documents[0].id, "approve", choice, by=house.person("luutru"))
    assert moved.state == "format_check"
    with pytest.raises(Refused):
        perform(house.office, documents[1].id, "approve", choice, by=house.person("luutru"))


@pytest.fixture
def client(house: House) -> FlaskClient:
    return application(house.office, house.settings).test_client()


def test_the_api_gives_shows_and_ends_delegations(house: House, client: FlaskClient) -> None:
    def as_(name: str) -> dict[str, str]:
        told = {"username": name, "password": PASSWORD}
        token = client.post("/api/v1/tokens", json=told).get_json()["token"]
        return {"Authorization": f"Bearer {token}"}

    document = submitted(house)
    asked = {
        "delegate": "luutru",
        "from": "2026-11-20",
        "to": "2026-11-27",
        "basis_number": "12/GUQ-LĐLĐ",
        "basis_date": "2026-11-18",
    }
    head, taker = as_("truongban"), as_("luutru")
    made = client.post("/api/v1/delegations", json=asked, headers=head)
    assert made.status_code == 201
    id = made.get_json()["id"]
    assert [
        one["id"] for one in client.get("/api/v1/me", headers=taker).get_json()["delegations"]
    ] == [id]
    [task] = client.get("/api/v1/tasks", headers=taker).get_json()["items"]
    assert (task["document_id"], task["on_behalf_of"]) == (document.id, "truongban")
    whole = client.get(f"/api/v1/documents/{document.id}", headers=taker).get_json()
    assert whole["on_behalf_of"]["approve"] == "truongban"
    without = client.post("/api/v1/delegations", json={**asked, "basis_number": ""}, headers=head)
    assert (without.status_code, without.get_json()["rule"]) == (422, "delegation.basis")
    ended = client.post(f"/api/v1/delegations/{id}/revoke", headers=head).get_json()
    assert (ended["in_force"], ended["revoked_by"]) == (False, "truongban")
    assert client.get("/api/v1/me", headers=taker).get_json()["delegations"] == []
    assert client.get("/api/v1/tasks", headers=taker).get_json()["items"] == []


def test_the_page_gives_and_ends_a_delegation_and_the_delegate_acts_on_it(
    house: House, client: FlaskClient
) -> None:
    def logged_in(name: str) -> str:
        client.post("/login", data={"username": name, "password": PASSWORD})
        page = client.get("/delegations").text
        return page.split('name="csrf" value="')[1].split('"')[0]

    document = submitted(house)
    form = {
        "csrf": logged_in("truongban"),
        "delegate": "luutru",
        "capacity": "TUQ.",
        "since": "2026-11-20",
        "until": "2026-11-27",
        "basis": "",
        "basis_on": "2026-11-18",
        "types": ["QĐ"],
        "amount": "",
    }
    refused = client.post("/delegations", data=form)
    assert refused.status_code == 422
    assert "Hãy ghi số văn bản ủy quyền" in refused.text
    assert client.post("/delegations", data={**form, "basis": "12/GUQ"}).status_code == 303
    assert "Đang có hiệu lực" in client.get("/delegations").text

    csrf = logged_in("luutru")
    assert "Thay mặt Trần Quốc Đạt" in client.get("/").text
    page = client.get(f"/documents/{document.id}").text
    assert 'name="on_behalf_of" value="truongban"' in page
    told = {
        "csrf": csrf,
        "version": "2",
        "revision": document.latest.digest,
        "on_behalf_of": "truongban",
    }
    done = client.post(f"/documents/{document.id}/actions/approve", data=told)
    assert done.status_code == 303
    assert "thay mặt Trần Quốc Đạt" in client.get(f"/documents/{document.id}").text

    [one] = delegations(house.office, by=house.person("truongban"))
    csrf = logged_in("truongban")
    assert client.post(f"/delegations/{one.id}/revoke", data={"csrf": csrf}).status_code == 303
    assert "Đã chấm dứt" in client.get("/delegations").text
