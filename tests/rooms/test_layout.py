"""Drafts held against Decree 30/2020 in an office: shown, mended, and refused where they block."""

import io
import re
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.document import Document as Paper
from docx.shared import Mm
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from drafting.layout_reading import layout_of
from front.serving import application
from records.document import Classification, Direction, Document, Origin
from records.errors import NotAllowed, NotFound, Outrun, Refused, Unreadable
from records.layout import Severity, Strictness
from tests.conftest import PASSWORD, House, Opening
from tests.decree_papers import as_bytes, retyped
from workflow.begin import Particulars
from workflow.layout import layout_report, mend_layout, strictness_of, undo_mending
from workflow.receive import receive
from workflow.road import Choice

ANSWERS: dict[str, Any] = {
    "bases": "Căn cứ Luật Công đoàn ngày 27 tháng 11 năm 2024\nCăn cứ Điều lệ Công đoàn Việt Nam",
    "body": "Thành lập Ban Chỉ đạo chuyển đổi số.\nQuyết định này có hiệu lực kể từ ngày ký.",
}


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


@pytest.fixture(scope="module")
def decision(house: House) -> bytes:
    """Give a decision of the office's own form, in which nothing is wrong."""
    made = house.drafted(**ANSWERS)
    return house.office.contents.get(made, made.revisions[0].digest)


def opened(content: bytes) -> Paper:
    return docx.Document(io.BytesIO(content))


def brought(
    house: House,
    content: bytes,
    *,
    classification: Classification = Classification.NONE,
    by: str = "chuyenvien",
) -> Document:
    said = Particulars(
        Direction.OUTGOING,
        "QĐ",
        "Về việc thử nghiệm hệ thống",
        classification,
        fields={"signer": "chutich"},
    )
    return receive(house.office, said, content, by=house.person(by)).document


def spoilt(decision: bytes) -> bytes:
    paper = opened(decision)
    paper.sections[0].left_margin = Mm(20)
    retyped(paper, "kể từ ngày ký./.", "kể từ ngày ký.")
    retyped(paper, "Phạm Thị Thu Hường", "TS. Phạm Thị Thu Hường")
    return as_bytes(paper)


def strict(house: House, strictness: Strictness = Strictness.BLOCK) -> House:
    """Give the same office, where the type of a decision says what errors mean."""
    forms = house.office.forms
    changed = {**forms, "QĐ": replace(forms["QĐ"], layout=strictness)}
    return replace(house, office=replace(house.office, forms=changed))


@pytest.fixture(scope="module")
def wrong(house: House, decision: bytes) -> Document:
    """Give a draft with three errors, which tests look at and leave as it is."""
    return brought(house, spoilt(decision))


def test_what_the_office_drafts_itself_has_nothing_wrong(house: House) -> None:
    answers: dict[str, Any] = {"addressees": "Các công đoàn cơ sở", "body": "Đề nghị báo cáo."}

    for document in (house.drafted("công văn", **answers), house.drafted(**ANSWERS)):
        report = layout_report(house.office, document.id, by=house.person("chuyenvien"))
        assert report.revision == document.revisions[0]
        assert report.flaws == ()


def test_an_upload_is_told_what_is_wrong_and_where(house: House, wrong: Document) -> None:
    report = layout_report(house.office, wrong.id, by=house.person("chanhvanphong"))

    told = {one.rule: one for one in report.flaws}
    assert set(told) == {"layout.margin", "layout.ending", "layout.signer-title"}
    assert told["layout.signer-title"].words == "TS. Phạm Thị Thu Hường"
    assert told["layout.ending"].n < told["layout.signer-title"].n
    assert not report.blocks
    assert not report.may_mend


def test_errors_keep_a_draft_on_its_desk_where_its_type_says_so(
    house: House, wrong: Document
) -> None:
    demanding = strict(house)

    with pytest.raises(Refused) as caught:
        demanding.act(wrong, "submit", "chuyenvien")

    assert caught.value.rule == "layout.errors"
    assert caught.value.facts["count"] == 3
    assert layout_report(demanding.office, wrong.id, by=house.person("chuyenvien")).blocks


def test_a_road_says_what_errors_mean_before_the_type_does(house: House, wrong: Document) -> None:
    route = house.office.route_of(wrong)

    for office, road, meant in (
        (house.office, None, Strictness.WARN),
        (house.office, Strictness.BLOCK, Strictness.BLOCK),
        (strict(house).office, None, Strictness.BLOCK),
        (strict(house).office, Strictness.WARN, Strictness.WARN),
        (strict(house, Strictness.OFF).office, None, Strictness.OFF),
    ):
        assert strictness_of(office, wrong, replace(route, layout=road)) is meant
    arrived = replace(wrong, direction=Direction.INCOMING)
    assert strictness_of(strict(house).office, arrived, route) is Strictness.OFF


def test_what_nobody_chose_or_nothing_can_mend_is_refused(house: House, wrong: Document) -> None:
    office, by = house.office, house.person("chuyenvien")

    for chosen in (["layout.paper"], ["no.such-rule"]):
        with pytest.raises(Refused, match=r"layout\.nothing-to-mend"):
            mend_layout(office, wrong.id, chosen, Choice(), by=by)
    with pytest.raises(NotAllowed):
        mend_layout(office, wrong.id, (), Choice(), by=house.person("chanhvanphong"))
    with pytest.raises(Outrun):
        mend_layout(office, wrong.id, (), Choice(seen=wrong.version + 1), by=by)
    with pytest.raises(Outrun, match=r"layout\.nothing-to-undo"):
        undo_mending(office, wrong.id, Choice(), by=by)


def test_a_pdf_has_no_layout_to_be_held_against_the_decree(house: House, paper: bytes) -> None:
    document = brought(house, paper)
    office, by = house.office, house.person("chuyenvien")

    report = layout_report(office, document.id, by=by)

    assert (report.revision, report.flaws) == (None, ())
    with pytest.raises(Refused, match=r"layout\.no-docx"):
        mend_layout(office, document.id, (), Choice(), by=by)


def test_a_secret_draft_is_checked_for_its_own_people_only(house: House, decision: bytes) -> None:
    document = brought(house, spoilt(decision), classification=Classification.SECRET)
    office = house.office

    assert layout_report(office, document.id, by=house.person("chuyenvien")).errors
    for other in ("truongban", "chutich", "quantri"):
        with pytest.raises(NotFound):
            layout_report(office, document.id, by=house.person(other))
        with pytest.raises(NotFound):
            mend_layout(office, document.id, (), Choice(), by=house.person(other))


def test_what_is_no_docx_is_read_in_the_sandbox_and_refused(house: House) -> None:
    with pytest.raises(Unreadable):
        layout_of(b"PK\x03\x04 no archive", house.office.isolate)


# ── through the doors ────────────────────────────────────────────────────────────────────


def json_of(answer: TestResponse) -> dict[str, Any]:
    told: dict[str, Any] | None = answer.json
    assert told is not None
    return told


def asked(client: FlaskClient, place: str, bearer: dict[str, str]) -> dict[str, Any]:
    return json_of(client.get(place, headers=bearer))


@pytest.fixture(scope="module")
def client(house: House) -> FlaskClient:
    return application(house.office, house.settings).test_client()


@pytest.fixture(scope="module")
def bearer(client: FlaskClient) -> dict[str, str]:
    answer = client.post("/api/v1/tokens", json={"username": "chuyenvien", "password": PASSWORD})
    return {"Authorization": f"Bearer {json_of(answer)['token']}"}


def test_a_program_hears_every_flaw_in_both_languages_and_has_it_mended(
    house: House, client: FlaskClient, bearer: dict[str, str], decision: bytes
) -> None:
    document = brought(house, spoilt(decision))
    place = f"/api/v1/documents/{document.id}/layout"

    told = asked(client, place, bearer)

    assert (told["checked"], told["errors"], told["warnings"]) == (True, 3, 0)
    flaw = next(one for one in told["flaws"] if one["rule"] == "layout.signer-title")
    assert flaw["severity"] == Severity.ERROR
    assert flaw["words"] == "TS. Phạm Thị Thu Hường"
    assert "học hàm" in flaw["vi"]
    assert "academic" in flaw["en"]
    assert flaw["source"]["vi"] == "NĐ 30/2020/NĐ-CP, Phụ lục I, II.7"
    made = client.post(
        f"{place}/fix",
        headers={**bearer, "If-Match": f'"{document.version}"'},
        json={"rules": ["layout.signer-title", "layout.ending"]},
    )
    assert made.status_code == 201
    assert [one["rule"] for one in asked(client, place, bearer)["flaws"]] == ["layout.margin"]
    assert client.post(f"{place}/undo", headers=bearer, json={}).status_code == 201
    assert asked(client, place, bearer)["errors"] == 3
    with house.office.database.reading() as unit:
        kept = unit.documents.get(document.id).revisions
    assert [one.origin for one in kept[::2]] == [Origin.UPLOADED, Origin.MENDED, Origin.UPLOADED]
    assert kept[0].digest == kept[4].digest == document.revisions[0].digest
    late = {**bearer, "If-Match": f'"{document.version}"'}
    assert client.post(f"{place}/fix", headers=late, json={}).status_code == 409
    nothing = client.post(f"{place}/fix", headers=bearer, json={"rules": ["layout.font"]})
    assert (nothing.status_code, json_of(nothing)["rule"]) == (422, "layout.nothing-to-mend")


def test_a_drafter_mends_on_the_page_and_may_then_submit(house: House, decision: bytes) -> None:
    document = brought(house, spoilt(decision))
    client = application(house.office, house.settings).test_client()
    page = client.get("/login").text
    told = {"username": "chuyenvien", "password": PASSWORD, "csrf": hidden(page, "csrf")}
    client.post("/login", data=told)
    place = f"/documents/{document.id}/layout"

    page = client.get(place).text

    assert "3 lỗi, 0 lưu ý." in page
    assert "TS. Phạm Thị Thu Hường" in page
    assert page.count('type="checkbox"') == 3
    assert f'data-load="{place}?part=1"' in client.get(f"/documents/{document.id}").text
    unticked = client.post(f"{place}/fix", data={"csrf": hidden(page, "csrf")})
    assert unticked.status_code == 422
    sent = {"csrf": hidden(page, "csrf"), "version": hidden(page, "version")}
    chosen = ["layout.margin", "layout.ending", "layout.signer-title"]
    page = client.post(f"{place}/fix", data={**sent, "rules": chosen}, follow_redirects=True).text
    assert "Đúng thể thức." in page
    assert "phiên bản 4" in page
    assert "hệ thống tự sửa thể thức" in client.get(f"/documents/{document.id}").text
    client.set_cookie("language", "en")
    assert "The layout is right." in client.get(place).text
    with house.office.database.reading() as unit:
        mended = unit.documents.get(document.id)
    assert strict(house).act(mended, "submit", "chuyenvien").state == "content_check"
    with pytest.raises(Outrun, match=r"revise\.not-now"):
        mend_layout(house.office, mended.id, (), Choice(), by=house.person("chuyenvien"))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]
