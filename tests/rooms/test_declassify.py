"""A class is lowered by two people on a decision, and by nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from front.serving import application
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, OfficeError, Refused
from records.exchange import DispatchState
from records.finding import Query
from storage.ledger import raisings_in
from tests.conftest import PASSWORD, House
from workflow.classify import classify
from workflow.declassify import declassify, lowerings, propose, withdraw
from workflow.find import find
from workflow.look import content, history, view
from workflow.purge import raise_again
from workflow.road import Choice
from workflow.verify import verify

NONE, SECRET = Classification.NONE, Classification.SECRET
CONFIDENTIAL = Classification.CONFIDENTIAL
ON = date(2026, 11, 19)


def proposed(
    house: House, document: Document, to: Classification = NONE, by: str = "vanthu"
) -> None:
    propose(
        house.office,
        document.id,
        to,
        decision="12/QĐ-LĐLĐ",
        on=ON,
        reason="Hết thời hạn bảo vệ",
        by=house.person(by),
    )


def confirmed(house: House, document: Document, by: str = "chutich") -> Document:
    return declassify(house.office, document.id, by=house.person(by))


@pytest.fixture
def sealed(house: House) -> Document:
    return house.sealed(subject="Về gàlôilam", classification=SECRET)


def test_what_two_people_lowered_is_a_document_like_any_other(
    house: House, sealed: Document
) -> None:
    clerk, stranger = house.person("vanthu"), house.person("phochutich")
    before = content(house.office, sealed.id, "", by=clerk)[1]
    proposed(house, sealed)
    with pytest.raises(NotFound):
        view(house.office, sealed.id, by=stranger)  # a proposal tells nobody new
    lowered = confirmed(house, sealed)
    house.work_off()

    assert lowered.classification is NONE
    assert content(house.office, sealed.id, "", by=stranger)[1] == before
    seen = view(house.office, sealed.id, by=house.person("kiemtra"))
    assert seen.document.subject == "Về gàlôilam"
    assert seen.document.number == sealed.number
    assert find(house.office, Query("gàlôilam", frozenset()), by=stranger).total == 1
    sent = house.act(seen.document, "dispatch", "vanthu", recipients=("H49.90.2",))
    house.work_off()
    assert view(house.office, sent.id, by=clerk).dispatches[0].state is DispatchState.SENT
    told = [one["event"] for one in history(house.office, sealed.id, by=stranger)]
    assert {"document:lowering-proposed", "document:lowered"} <= set(told)
    found = verify(house.office)
    assert (found.head.faults, found.faults) == ((), ())


def test_it_may_be_lowered_and_stay_a_secret(house: House, sealed: Document) -> None:
    proposed(house, sealed, CONFIDENTIAL)
    lowered = confirmed(house, sealed)
    house.work_off()

    assert lowered.classification is CONFIDENTIAL
    with pytest.raises(NotFound):
        view(house.office, sealed.id, by=house.person("phochutich"))
    with pytest.raises(Refused, match="egress.classified"):
        house.act(lowered, "dispatch", "vanthu", recipients=("H49.90.2",))
    assert verify(house.office).holds


def test_who_may_not_and_what_is_missing(house: House, sealed: Document) -> None:
    office, clerk = house.office, house.person("vanthu")
    good = {"decision": "1/QĐ", "on": ON, "reason": "vì"}
    for wrong, rule in (
        ({"decision": " "}, "class.decision"),
        ({"on": date(2026, 11, 21)}, "class.decision"),
        ({"on": None}, "class.decision"),
        ({"reason": " "}, "class.lowering-reason"),
    ):
        with pytest.raises(Refused, match=rule):
            propose(office, sealed.id, NONE, **{**good, **wrong}, by=clerk)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(Refused, match="class.not-lower"):
        propose(office, sealed.id, SECRET, **good, by=clerk)  # type: ignore[arg-type]  # words by name
    with pytest.raises(NotAllowed, match="class.not-yours-to-lower"):
        propose(office, sealed.id, NONE, **good, by=house.person("chuyenvien"))  # type: ignore[arg-type]  # words by name
    with pytest.raises(NotFound, match="document.unknown"):
        propose(office, sealed.id, NONE, **good, by=house.person("phochutich"))  # type: ignore[arg-type]  # words by name
    with pytest.raises(NotFound, match="class.nothing-proposed"):
        confirmed(house, sealed)


def test_one_person_alone_lowers_nothing(house: House, sealed: Document) -> None:
    proposed(house, sealed, by="chutich")
    with pytest.raises(Refused, match="class.two-people"):
        confirmed(house, sealed, "chutich")
    with pytest.raises(NotAllowed, match="class.not-yours-to-lower"):
        confirmed(house, sealed, "vanthu")
    with pytest.raises(Refused, match="class.proposed-already"):
        proposed(house, sealed)
    assert confirmed(house, sealed, "chanhvanphong").classification is NONE
    with pytest.raises(NotFound, match="class.nothing-proposed"):
        confirmed(house, sealed, "chutich")


def test_one_of_the_two_leads_the_agency_and_a_proposal_may_be_withdrawn(
    house: House, sealed: Document
) -> None:
    proposed(house, sealed)
    with pytest.raises(NotAllowed, match="class.no-leader"):
        confirmed(house, sealed, "chanhvanphong")
    withdraw(house.office, sealed.id, by=house.person("vanthu"))
    with pytest.raises(NotFound, match="class.nothing-proposed"):
        confirmed(house, sealed)
    [one] = lowerings(house.office, sealed.id, by=house.person("vanthu"))
    assert (one.decision, one.confirmed_by, one.waits) == ("12/QĐ-LĐLĐ", "", False)


@pytest.mark.parametrize("to", ["none", "confidential"])
def test_the_database_lowers_nothing_by_itself(house: House, sealed: Document, to: str) -> None:
    proposed(house, sealed)
    with (
        pytest.raises(DBAPIError, match="two people"),
        house.office.database.engine.begin() as line,
    ):
        line.execute(
            text("UPDATE document SET classification = :to WHERE id = :id"),
            {"to": to, "id": sealed.id},
        )
    lowered = replace(sealed, classification=Classification(to), version=sealed.version + 1)
    with pytest.raises((OfficeError, DBAPIError)), house.office.database.unit() as unit:
        unit.documents.change(lowered, seen=sealed.version)
    with house.office.database.reading() as unit:
        assert unit.documents.get(sealed.id).classification is SECRET


def test_what_was_raised_and_lowered_is_not_raised_again_by_a_restore(house: House) -> None:
    document = house.drafted()
    clerk = house.person("truongban")
    raised = classify(house.office, document.id, SECRET, Choice("vì"), by=clerk)
    house.work_off()
    admitted = house.person("chutich")
    with house.office.database.unit() as unit:
        unit.documents.admit(document.id, [f"person:{admitted.id}"])
    proposed(house, raised, by="truongban")
    confirmed(house, raised)
    house.work_off()

    known = raisings_in(house.settings.trinhky_ledger)
    assert [one.classification for one in known] == [SECRET, NONE]
    assert raise_again(house.office, known) == 0
    assert view(house.office, document.id, by=clerk).document.classification is NONE


def test_the_pages_and_the_api_lead_through_it(house: House, sealed: Document) -> None:
    client = application(house.office, house.settings).test_client()

    def by(name: str) -> dict[str, str]:
        told = {"username": name, "password": PASSWORD}
        token = client.post("/api/v1/tokens", json=told).get_json()["token"]
        return {"Authorization": f"Bearer {token}"}

    clerk, leader, page = by("vanthu"), by("chutich"), f"/documents/{sealed.id}"
    form = {"lower": "none", "decision": "", "decided_on": "2026-11-19", "reason": "hết hạn"}
    wrong = client.post(f"{page}/declassification", data=form, headers=clerk)
    assert wrong.status_code == 422
    assert "hết hạn" in wrong.text  # nothing typed is lost
    assert 'id="decision-wrong"' in wrong.text
    form["decision"] = "12/QĐ-LĐLĐ"
    made = client.post(f"{page}/declassification", data=form, headers=clerk)
    assert made.status_code == 303
    shown = client.get(f"{page}/classification", headers=leader).text
    assert "12/QĐ-LĐLĐ" in shown
    assert "/declassification/confirm" in shown
    assert (
        "/declassification/confirm" not in client.get(f"{page}/classification", headers=clerk).text
    )
    api = f"/api/v1{page}/declassification"
    [told] = client.get(api, headers=leader).get_json()["items"]
    assert (told["classification"], told["proposed_by"]) == ("none", "vanthu")
    own = client.post(f"{api}/confirm", headers=clerk)
    assert own.status_code == 403
    assert own.get_json()["rule"] != "login.stale"
    house.clock.pass_by(house.office.access.fresh_program + timedelta(seconds=1))
    stale = client.post(f"{api}/confirm", headers=leader)
    assert (stale.status_code, stale.get_json()["rule"]) == (403, "login.stale")
    again = client.post("/api/v1/me/confirm", json={"password": PASSWORD}, headers=leader)
    assert again.status_code == 200
    done = client.post(f"{api}/confirm", headers=leader)
    assert (done.status_code, done.get_json()["classification"]) == (200, "none")
