"""Whoever cannot do something is told the rule, and whoever may not know is told nothing."""

import csv
import io

import pytest

from drafting.words import words_of
from front.serving import application
from records.document import Classification, Media
from records.errors import NotAllowed, NotFound, Refused
from tests.conftest import PASSWORD, House, Opening
from workflow.look import view
from workflow.rights import rights_of_people, rights_on_documents
from workflow.session import Half, Knock, come, enter
from workflow.why import reasons


@pytest.fixture(scope="module")
def lasting(open_lasting_house: Opening) -> House:
    return open_lasting_house()


def why(house: House, id: str, action: str, who: str, barred: str = "") -> str:
    [found], _ = reasons(house.office, id, action, barred=barred, by=house.person(who))
    return found.refusal.rule if found.refusal else ""


def test_every_refusal_has_its_rule(lasting: House) -> None:
    house = lasting
    document = house.act(house.drafted(), "submit", "chuyenvien")

    assert why(house, document.id, "approve", "truongban") == ""
    assert why(house, document.id, "approve", "vanthu") == "step.not-yours"
    assert why(house, document.id, "sign", "chutich") == "step.not-now"
    assert why(house, document.id, "submit", "chuyenvien") == "step.not-now"
    signing = house.approved(document=None)
    assert why(house, signing.id, "sign", "chutich") == ""
    assert why(house, signing.id, "sign", "chutich", "login.stale") == "login.stale"
    with pytest.raises(Refused, match="step.unknown-action"):
        why(house, document.id, "fly", "truongban")


def test_what_is_allowed_is_exactly_what_is_offered(lasting: House) -> None:
    house = lasting
    documents = [
        house.drafted(),
        house.act(house.drafted(), "submit", "chuyenvien"),
        house.signed(),
    ]
    for document in documents:
        for who in ("chuyenvien", "truongban", "chutich", "vanthu", "kiemtra"):
            person = house.person(who)
            seen = view(house.office, document.id, by=person)
            told, _ = reasons(house.office, document.id, "", by=person)
            assert {one.act.name for one in told if one.allowed} == {one.name for one in seen.acts}


def test_nothing_is_told_of_what_somebody_may_not_know(lasting: House) -> None:
    house = lasting
    secret = house.drafted(classification=Classification.SECRET)
    answers = []
    client = application(house.office, house.settings).test_client()
    token = enter(house.office, "kiemtra", PASSWORD, address="192.0.2.1").token
    head = {"Authorization": f"Bearer {token}"}
    for id in (secret.id, "0" * 32):
        with pytest.raises(NotFound):
            reasons(house.office, id, "submit", by=house.person("kiemtra"))
        answers.append(client.get(f"/api/v1/documents/{id}/why?action=submit", headers=head))
    assert {one.status_code for one in answers} == {404}
    assert answers[0].data == answers[1].data
    told = rights_on_documents(house.office, "csv", by=house.person("kiemtra")).decode()
    assert secret.id not in told


def test_api_and_page_say_it_in_words(lasting: House) -> None:
    house = lasting
    document = house.act(house.drafted(), "submit", "chuyenvien")
    client = application(house.office, house.settings).test_client()
    came = come(house.office, "vanthu", PASSWORD, Knock("192.0.2.1"))
    assert not isinstance(came, Half)
    client.set_cookie("trinhky", came.token)
    told = client.get(f"/api/v1/documents/{document.id}/why?action=sign").json or {}
    assert (told["items"][0]["allowed"], told["items"][0]["rule"]) == (False, "step.not-yours")
    page = client.get(f"/documents/{document.id}/why").text
    assert "step.not-yours" in page
    assert "Văn bản đang chờ" in page


def test_the_table_says_who_may_do_what(lasting: House) -> None:
    house = lasting
    document = house.act(house.drafted(), "submit", "chuyenvien")
    inspector, admin = house.person("kiemtra"), house.person("quantri")

    told = rights_on_documents(house.office, "csv", by=inspector).decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(told)) if row[0] == document.id]
    may = {(row[5], row[4]) for row in rows}
    seen = view(house.office, document.id, by=house.person("truongban"))
    assert {("truongban", one.title.vi) for one in seen.acts} <= may
    assert not {who for who, _ in may} & {"kiemtra", "quantri", "luutru"}
    people = rights_of_people(house.office, "csv", by=admin).decode("utf-8-sig")
    [clerk] = [row for row in csv.reader(io.StringIO(people)) if row[0] == "vanthu"]
    assert clerk[4:7] == ["registry_clerk@van-phong", "top_secret", "có"]
    with pytest.raises(NotAllowed):
        rights_on_documents(house.office, "csv", by=admin)
    with pytest.raises(NotAllowed):
        rights_of_people(house.office, "csv", by=house.person("vanthu"))
    printed = rights_of_people(house.office, "pdf", by=admin)
    words = words_of(printed, Media.PDF, reader=house.office.reader, isolate=house.office.isolate)
    assert "BẢNG QUYỀN" in words
    assert "registry_clerk@van-phong" in words.replace("\n", "").replace(" ", "")
