"""The pages as people use them: what is shown, what comes back, and what is asked once more."""

import hashlib
import io
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config.settings import Settings
from front.serving import application
from records.document import Document, Origin, Revision
from records.person import Person
from records.route import Extra
from signing.key_folder import open_holder, pass_phrase, place_of
from tests.conftest import PASSWORD, Opening
from web.pages.paper import sheets_of
from web.pages.road_line import line_of
from web.pages.session import local
from workflow.find import index
from workflow.jobs import read
from workflow.look import view
from workflow.office import Office
from workflow.road import Standing
from workflow.sign import placement_of

DER = serialization.Encoding.DER


@pytest.fixture(scope="module")
def office(open_lasting_house: Opening) -> Office:
    return open_lasting_house().office


@pytest.fixture(scope="module")
def doors(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(office, Settings(trinhky_data=tmp_path_factory.mktemp("session")))


@dataclass
class Browser:
    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **told: object) -> TestResponse:
        return self.client.post(path, data={"csrf": self.csrf, **told})

    @property
    def csrf(self) -> str:
        return hidden(self.page("/validate"), "csrf")

    def act(self, id: str, action: str, **told: object) -> TestResponse:
        page = self.page(f"/documents/{id}")
        if 'name="version"' not in page or action == "sign":
            page = self.page(f"/documents/{id}/sign")
        shown = {"version": hidden(page, "version"), "revision": hidden(page, "revision")}
        return self.post(f"/documents/{id}/actions/{action}", **{**shown, **told})


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.fixture(scope="module")
def of(doors: Flask) -> Callable[[str], Browser]:
    known: dict[str, Browser] = {}

    def browser(name: str) -> Browser:
        if name not in known:
            client = doors.test_client()
            answer = client.post("/login", data={"username": name, "password": PASSWORD})
            assert answer.status_code == 303
            known[name] = Browser(client)
        return known[name]

    return browser


DRAFT = {
    "type": "QĐ",
    "subject": "Về việc thành lập Tổ công tác chuyển đổi số",
    "direction": "outgoing",
    "classification": "none",
    "urgency": "urgent",
    "unit": "ban-to-chuc",
    "signer": "chutich",
    "field-bases": "Căn cứ Điều lệ Công đoàn Việt Nam",
    "field-body": "Điều 1. Thành lập Tổ công tác.\nĐiều 2. Tổ chức thực hiện.",
}


def drafted(browser: Browser, **said: str) -> str:
    answer = browser.post("/documents/new/draft", **{**DRAFT, **said})
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def test_whoever_is_unknown_is_led_to_the_login_and_back_again(doors: Flask) -> None:
    client = doors.test_client()

    turned = client.get("/documents?state=archived")
    assert turned.location == "/login?next=/documents?state%3Darchived"

    let_in = client.post(
        "/login",
        data={"username": "vanthu", "password": PASSWORD, "next": "/documents?state=archived"},
    )
    assert (let_in.status_code, let_in.location) == (303, "/documents?state=archived")


def test_a_wrong_password_keeps_the_name_and_says_nothing_else(doors: Flask) -> None:
    answer = doors.test_client().post("/login", data={"username": "vanthu", "password": "no"})

    assert answer.status_code == 401
    assert "Sai tên đăng nhập hoặc mật khẩu." in answer.text
    assert 'value="vanthu"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_login_from_a_foreign_page_is_refused(doors: Flask) -> None:
    answer = doors.test_client().post(
        "/login",
        data={"username": "vanthu", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 422
    assert "trinhky=" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "", "/a\nb", "/\\/x"],
)
def test_nobody_is_led_out_of_the_office(address: str) -> None:
    assert local(address) == ""


def test_the_language_is_switched_and_remembered(of: Callable[[str], Browser]) -> None:
    officer = of("chuyenvien")
    assert "<h1>Bàn làm việc</h1>" in officer.page("/")

    officer.post("/language", language="en", next="/")
    assert '<html lang="en">' in officer.page("/")
    assert "<h1>Desk</h1>" in officer.page("/")

    officer.post("/language", language="vi", next="/")
    assert "<h1>Bàn làm việc</h1>" in officer.page("/")


def test_a_form_without_its_token_does_nothing(of: Callable[[str], Browser]) -> None:
    answer = of("chuyenvien").client.post("/documents/new/draft", data=DRAFT)

    assert answer.status_code == 422
    assert "Biểu mẫu đã hết hạn" in answer.text


def test_no_class_is_chosen_for_the_drafter_and_nothing_typed_is_lost(
    of: Callable[[str], Browser],
) -> None:
    officer = of("chuyenvien")
    assert 'name="classification" value="none" required checked' not in officer.page(
        "/documents/new/draft?type=QĐ"
    )

    told = {**DRAFT, "classification": ""}
    answer = officer.post("/documents/new/draft", **told)

    assert answer.status_code == 422
    assert 'href="#classification"' in answer.text
    assert "Về việc thành lập Tổ công tác chuyển đổi số</textarea>" in answer.text
    assert "Điều 1. Thành lập Tổ công tác.\nĐiều 2." in answer.text


def test_only_what_i_may_do_is_offered(of: Callable[[str], Browser]) -> None:
    id = drafted(of("chuyenvien"))
    of("chuyenvien").act(id, "submit")

    theirs = {"approve", "return", "refuse", *Extra}
    assert acts_on(of("truongban").page(f"/documents/{id}")) == theirs
    assert acts_on(of("chuyenvien").page(f"/documents/{id}")) == {"recall"}
    assert acts_on(of("chutich").page(f"/documents/{id}")) == set()


def acts_on(page: str) -> set[str]:
    return set(re.findall(r'action="/documents/\w+/actions/([\w-]+)"', page))


def test_after_an_act_i_am_told_and_may_take_it_back(of: Callable[[str], Browser]) -> None:
    officer = of("chuyenvien")
    id = drafted(officer)

    answer = officer.act(id, "submit")
    assert (answer.status_code, answer.location) == (303, f"/documents/{id}")
    page = officer.page(f"/documents/{id}")
    assert "Văn bản đang ở bước «Kiểm tra nội dung»." in page
    assert 'href="#act-recall"' in page

    officer.act(id, "recall")
    assert "submit" in acts_on(officer.page(f"/documents/{id}"))


def test_a_return_without_a_reason_comes_back_to_its_own_field(
    of: Callable[[str], Browser],
) -> None:
    id = drafted(of("chuyenvien"))
    of("chuyenvien").act(id, "submit")

    answer = of("truongban").act(id, "return", comment="  ")

    assert answer.status_code == 422
    assert 'href="#comment-return"' in answer.text
    assert '<details class="act" id="act-return" open>' in answer.text


def test_what_somebody_else_did_first_is_shown_with_what_i_typed(
    of: Callable[[str], Browser],
) -> None:
    id = drafted(of("chuyenvien"))
    of("chuyenvien").act(id, "submit")
    head = of("truongban")
    page = head.page(f"/documents/{id}")

    answer = head.post(
        f"/documents/{id}/actions/approve",
        version=int(hidden(page, "version")) - 1,
        revision=hidden(page, "revision"),
        comment="Đồng ý nội dung",
    )

    assert answer.status_code == 409
    assert "Đã có người xử lý trước bạn" in answer.text
    assert "Đồng ý nội dung</textarea>" in answer.text


def test_what_cannot_be_taken_back_is_asked_once_more_without_any_script(
    of: Callable[[str], Browser],
) -> None:
    id = drafted(of("chuyenvien"))
    of("chuyenvien").act(id, "submit")
    head = of("truongban")

    asked = head.act(id, "refuse", comment="Trùng với văn bản khác", confirm="1")
    assert asked.status_code == 200
    assert "Xác nhận: Từ chối" in asked.text
    assert 'name="comment" value="Trùng với văn bản khác"' in asked.text
    assert "refuse" in acts_on(head.page(f"/documents/{id}"))

    head.act(id, "refuse", comment="Trùng", confirm="1", confirmed="1")
    page = of("chuyenvien").page(f"/documents/{id}")
    assert "Đã từ chối" in page
    assert "kết thúc ở đây" in page


@pytest.fixture(scope="module")
def signed(of: Callable[[str], Browser]) -> str:
    id = drafted(of("chuyenvien"), subject="Về việc tặng Bằng khen cho đoàn viên xuất sắc")
    for who, act in [
        ("chuyenvien", "submit"),
        ("truongban", "approve"),
        ("chanhvanphong", "approve"),
        ("chutich", "sign"),
    ]:
        assert of(who).act(id, act).status_code == 303
    return id


def test_number_and_seal_are_one_act_and_shown_once(
    of: Callable[[str], Browser], signed: str
) -> None:
    page = of("vanthu").page(f"/documents/{signed}")

    assert page.count(f'action="/documents/{signed}/actions/seal"') == 1
    assert f"/documents/{signed}/actions/number" not in page
    assert_labelled(page)
    assert_labelled(of("vanthu").page(f"/documents/{signed}/sign"))


def test_the_verdict_on_a_signed_document_is_told_in_words(
    of: Callable[[str], Browser], signed: str
) -> None:
    whole = of("vanthu").page(f"/documents/{signed}/validation")
    part = of("vanthu").page(f"/documents/{signed}/validation?part=1")

    assert "Phạm Thị Thu Hường" in whole
    assert "theo dấu thời gian của bên thứ ba" in part
    assert "<html" not in part


def test_a_document_is_found_by_words_without_diacritics(
    of: Callable[[str], Browser], office: Office, signed: str
) -> None:
    read(office, signed)
    index(office, signed)

    page = of("vanthu").page("/search?q=bang+khen")

    assert f"/documents/{signed}" in page
    assert "<mark>" in page


def test_what_is_searched_for_is_never_markup(of: Callable[[str], Browser]) -> None:
    page = of("vanthu").page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert" not in page


def test_an_administrator_is_shown_no_way_to_documents(of: Callable[[str], Browser]) -> None:
    page = of("quantri").page("/")

    assert 'href="/documents"' not in page
    assert 'href="/admin/people"' in page
    assert of("quantri").get("/registers/van-ban-di").status_code == 403


def test_somebody_is_taken_in_and_given_a_post(of: Callable[[str], Browser]) -> None:
    told = {
        "id": "thanh-tra",
        "name": "Lý Thị Thanh",
        "title": "Chuyên viên",
        "clearance": "none",
        "active": "1",
        "posts": ["officer@van-phong"],
    }
    refused = of("quantri").post("/admin/people", **told, password="x" * 3)
    assert refused.status_code == 422
    assert 'value="Lý Thị Thanh"' in refused.text
    assert 'value="officer@van-phong" checked' in refused.text

    assert of("quantri").post("/admin/people", **told, password=PASSWORD).status_code == 303
    assert "Lý Thị Thanh" in of("thanh-tra").page("/")


SHOWN = [
    ("chutich", "/"),
    ("vanthu", "/documents?direction=outgoing&type=QĐ&from=2020-01-01&to=2099-12-31"),
    ("vanthu", "/documents/new"),
    ("vanthu", "/documents/new/upload?direction=incoming"),
    ("vanthu", "/registers"),
    ("vanthu", "/registers/van-ban-di?year=2020"),
    ("vanthu", "/search"),
    ("vanthu", "/case-files?year=2026&state=open&mine=1"),
    ("luutru", "/file-plans/2026"),
    ("chuyenvien", "/file-plans/2026"),
    ("luutru", "/hand-ins"),
    ("vanthu", "/ledgers/ban-luu"),
    ("kiemtra", "/ledgers/giai-quyet?year=2026"),
    ("luutru", "/archive"),
    ("kiemtra", "/audit"),
    ("quantri", "/audit"),
    ("kiemtra", "/validate"),
    ("quantri", "/admin/people"),
    ("quantri", "/admin/people/chutich"),
    ("quantri", "/admin/units"),
    ("quantri", "/admin/keys"),
    ("quantri", "/admin/people/chutich/keys"),
    ("chutich", "/sign"),
]


def test_a_certificate_is_registered_and_signs_over_the_api(
    office: Office, doors: Flask, of: Callable[[str], Browser]
) -> None:
    administrator, leader = of("quantri"), of("chutich")
    key = ec.generate_private_key(ec.SECP256R1())
    pem = issued_to(office, "Phạm Thị Thu Hường", key)
    path = "/admin/people/chutich/keys"
    assert leader.post(path, file=(io.BytesIO(pem), "a.pem")).status_code == 403
    refused = administrator.post(path, file=(io.BytesIO(b"no certificate"), "a.pem"))
    assert refused.status_code == 422
    assert 'href="#file"' in refused.text
    assert administrator.post(path, file=(io.BytesIO(pem), "a.pem")).status_code == 303
    assert "CA trung gian THỬ NGHIỆM" in administrator.page(path)

    id = drafted(of("chuyenvien"))
    for name, act in (("chuyenvien", "submit"), ("truongban", "approve")):
        assert of(name).act(id, act).status_code == 303
    assert of("chanhvanphong").act(id, "approve").status_code == 303
    api = f"/api/v1/documents/{id}/signing-requests"
    caller = Caller(doors, "chutich")
    unknown = caller.post(api, {"role": "leader", "certificate": "AAAA"})
    assert (unknown.status_code, unknown.json["rule"]) == (422, "certificate.unreadable")
    asked = caller.post(api, {"role": "leader", "certificate": pem.decode()})
    assert asked.status_code == 201
    assert set(asked.json) >= {"id", "revision_digest", "to_be_signed", "expires_at"}
    assert asked.json["digest_algorithm"] == "sha256"
    assert (
        asked.json["revision_digest"] == view(office, id, by=caller.person).document.latest.digest
    )
    listed = caller.get("/api/v1/signing-requests").json["items"]
    assert [one["id"] for one in listed] == [asked.json["id"]]
    whole = caller.get(f"{api}/{asked.json['id']}/content")
    assert whole.data.startswith(b"%PDF-")

    complete = f"{api}/{asked.json['id']}/complete"
    both = caller.post(complete, {"signature": "AA==", "cms": "AA=="})
    assert (both.status_code, both.json["rule"]) == (422, "body.invalid")
    wrong = caller.post(complete, {"signature": "AA=="})
    assert (wrong.status_code, wrong.json["rule"]) == (422, "signing.signature-wrong")
    signature = key.sign(b64decode(asked.json["to_be_signed"]), ec.ECDSA(hashes.SHA256()))
    signed = caller.post(complete, {"signature": b64encode(signature).decode()})
    assert (signed.status_code, signed.json["state"]) == (200, "signed")
    again = caller.post(complete, {"signature": b64encode(signature).decode()})
    assert (again.status_code, again.json["rule"]) == (409, "signing.replayed")

    fingerprint = hashlib.sha256(x509.load_pem_x509_certificate(pem).public_bytes(DER)).hexdigest()
    assert administrator.post(f"/admin/keys/{fingerprint}/remove").status_code == 303
    assert fingerprint not in administrator.page(path)


@dataclass
class Caller:
    """A program with the token of one person."""

    doors: Flask
    name: str

    def __post_init__(self) -> None:
        self.client = self.doors.test_client()
        told = {"username": self.name, "password": PASSWORD}
        let_in = self.client.post("/api/v1/tokens", json=told).get_json()
        self.known = {"Authorization": f"Bearer {let_in['token']}"}

    @property
    def person(self) -> Person:
        with self.doors.extensions["trinhky.office"].database.reading() as unit:
            found: Person = unit.people.get(self.name)
        return found

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.known)

    def post(self, path: str, told: object) -> Any:
        return self.client.post(path, json=told, headers=self.known)


def issued_to(office: Office, name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give a certificate of the demonstration's authority in PEM."""
    folder = office.keyring.folder
    issuer = open_holder(place_of(folder, "intermediate"), pass_phrase(folder))
    now = office.clock()
    usage = (True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=700))
        .add_extension(x509.KeyUsage(*usage), critical=True)
        .sign(issuer.key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


def test_what_is_ticked_is_signed_after_one_confirmation(of: Callable[[str], Browser]) -> None:
    leader, ids = of("chutich"), [drafted(of("chuyenvien")) for _ in range(2)]
    for id in ids:
        of("chuyenvien").act(id, "submit")
        of("truongban").act(id, "approve")
        assert of("chanhvanphong").act(id, "approve").status_code == 303
    assert 'href="/sign"' in leader.page("/")
    page = leader.page("/sign")
    told: dict[str, Any] = {"documents": ids}
    for id in ids:
        told |= {name: hidden(page, name) for name in (f"version-{id}", f"revision-{id}")}

    nothing = leader.post("/sign", password=PASSWORD)
    assert (nothing.status_code, "Hãy chọn ít nhất" in nothing.text) == (422, True)
    wrong = leader.post("/sign", **told, password="not it")  # noqa: S106 - that is the point
    assert wrong.status_code == 422
    assert 'href="#password"' in wrong.text
    assert wrong.text.count(" checked") == 2
    signed = leader.post("/sign", **told, password=PASSWORD)
    assert (signed.status_code, "Đã ký 2 trên 2 văn bản." in signed.text) == (200, True)
    again = leader.post("/sign", **told, password=PASSWORD)
    assert "Đã ký 0 trên 2 văn bản." in again.text


def test_an_administrator_settles_keys_and_nobody_else(of: Callable[[str], Browser]) -> None:
    administrator, path = of("quantri"), "/admin/people/phochutich/keys"
    assert of("chutich").get(path).status_code == 403
    refused = administrator.post(f"{path}/file", p12=(io.BytesIO(b"x"), "a.p12"), p12_password="")
    assert (refused.status_code, 'href="#p12"' in refused.text) == (422, True)
    assert administrator.post(f"{path}/kind", kind="token/none").status_code == 422
    assert administrator.post(f"{path}/kind", kind="device").status_code == 303
    assert '<option value="device" selected>' in administrator.page(path)
    assert administrator.post(f"{path}/kind", kind="file").status_code == 303


@pytest.mark.parametrize(("who", "path"), SHOWN)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_can_be_seen_in_both_languages(
    of: Callable[[str], Browser], who: str, path: str, language: str
) -> None:
    browser = of(who)
    browser.client.set_cookie("language", language)

    page = browser.page(path)
    browser.client.delete_cookie("language")

    assert f'<html lang="{language}">' in page
    assert page.count("<h1>") == 1
    assert page.count(' aria-current="page"') >= 1
    assert_labelled(page)


def test_a_file_is_planned_opened_filled_and_closed_on_pages(
    of: Callable[[str], Browser], office: Office, signed: str
) -> None:
    year = office.today().year
    clerk, head = of("vanthu"), of("chutich")
    told = {"version": "0", "heading": "Hành chính", "retention": "10", "owner": "vanthu"}
    refused = clerk.post(f"/file-plans/{year}", **told, title="Con dấu", note="x" * 501)
    assert refused.status_code == 422
    assert 'value="Con dấu"' in refused.text
    assert "Dòng 1" in refused.text
    kept = clerk.post(f"/file-plans/{year}", **told, title="Con dấu", note="")
    assert kept.status_code == 303
    assert head.post(f"/file-plans/{year}/issue").status_code == 303
    assert "Trong danh mục, bạn chưa mở" in clerk.page("/case-files")
    opened = clerk.post("/case-files", year=str(year), notation="01.HC")
    assert opened.status_code == 303
    page = clerk.page(f"/documents/{signed}")
    assert_labelled(page)
    id = opened.location.rsplit("/", 1)[1]
    assert clerk.post(f"/documents/{signed}/case-files", file=id).status_code == 303
    assert "01.HC" in clerk.page(f"/documents/{signed}")
    page = clerk.page(f"/case-files/{id}")
    assert_labelled(page)
    assert signed in page
    early = clerk.post(f"/case-files/{id}/close", ended_on=office.today().isoformat())
    assert early.status_code == 422
    assert "chưa xử lý xong" in early.text
    assert clerk.post(f"/case-files/{id}/documents/{signed}/out").status_code == 303
    assert of("quantri").get("/case-files").status_code == 403
    assert of("quantri").get(f"/case-files/{id}").status_code == 404


def test_a_number_is_held_and_given_up_on_the_registers_page(of: Callable[[str], Browser]) -> None:
    clerk = of("vanthu")
    refused = clerk.post("/registers/van-ban-den/reservations", reason="Chờ", until="2001-01-01")
    assert refused.status_code == 422
    assert 'value="Chờ"' in refused.text
    until = f"{date.today().year}-12-31"  # noqa: DTZ011 - the last day of whichever year it is
    told = {"reason": "Chờ bản giấy", "until": until}
    assert clerk.post("/registers/van-ban-den/reservations", **told).status_code == 303
    page = clerk.page("/registers/van-ban-den")
    assert "Chờ bản giấy" in page
    assert_labelled(page)
    id = re.search(r"/reservations/(\w+)/void", page)
    assert id
    path = f"/registers/van-ban-den/reservations/{id[1]}/void"
    assert clerk.post(path, reason="").status_code == 422
    assert clerk.post(path, reason="Không đến").status_code == 303
    assert "Hủy: Không đến" in clerk.page("/registers/van-ban-den")
    assert of("chutich").post(path, reason="x").status_code == 403


def test_every_form_of_the_office_can_be_opened(
    of: Callable[[str], Browser], office: Office
) -> None:
    for type in office.forms:
        assert_labelled(of("vanthu").page(f"/documents/new/draft?type={type}"))


def assert_labelled(page: str) -> None:
    """Every field has its label, and no id stands twice."""
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), [id for id in ids if ids.count(id) > 1]
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
        if re.search(r'type="(?:hidden|radio|checkbox)"', field):
            continue
        id = re.search(r'\sid="([^"]+)"', field)
        assert id, field
        assert f'<label for="{id[1]}"' in page or f'class="unseen" for="{id[1]}"' in page, field


def test_an_unknown_document_is_answered_with_a_page_that_says_so(
    of: Callable[[str], Browser],
) -> None:
    answer = of("vanthu").get("/documents/ffffffffffffffffffffffffffffffff")

    assert answer.status_code == 404
    assert "Không có văn bản này." in answer.text


def test_the_line_of_a_road_shows_where_it_is_and_who_brought_it_there(
    office: Office, signed: str
) -> None:
    seen = view(office, signed, by=known(office, "vanthu"))

    line = line_of(seen.standing)

    assert [stop.state.name for stop in line] == [
        "drafting",
        "content_check",
        "format_check",
        "signing",
        "signed",
        "sealed",
        "dispatched",
        "archived",
    ]
    assert [stop.state.name for stop in line if stop.here] == ["signed"]
    assert [stop.passed.closed_by for stop in line if stop.passed] == [
        "chuyenvien",
        "truongban",
        "chanhvanphong",
        "chutich",
    ]


def test_a_document_off_its_usual_road_keeps_what_lies_behind_it(
    office: Office, signed: str
) -> None:
    seen = view(office, signed, by=known(office, "vanthu"))
    document = replace(seen.document, state="refused")
    refused = Standing(document, seen.standing.steps[:3], seen.standing.route)

    line = line_of(refused)

    assert [stop.state.name for stop in line] == [
        "drafting",
        "content_check",
        "format_check",
        "refused",
    ]
    assert line[-1].here


def test_what_is_on_the_page_already_is_not_announced_again(office: Office, signed: str) -> None:
    document = view(office, signed, by=known(office, "vanthu")).document
    places = placement_of(office, document)
    unsigned = replace(document, revisions=document.revisions[:2])

    before = {mark.part for sheet in sheets_of(unsigned, places) for mark in sheet.marks}
    after = {mark.part for sheet in sheets_of(document, places) for mark in sheet.marks}

    assert before == {"number", "date", "signature", "seal"}
    assert after == {"number", "date", "seal"}
    assert sheets_of(sealed(document), places)[0].marks == ()


def test_boxes_are_drawn_from_the_upper_left(office: Office, signed: str) -> None:
    document = view(office, signed, by=known(office, "vanthu")).document
    places = placement_of(office, document)

    marks = sheets_of(document, places)[0].marks
    seal = next(one for one in marks if one.part == "seal")

    assert seal.y == pytest.approx(places.sheets[0].y1 - places.seal.y1)
    assert seal.height == pytest.approx(places.seal.y1 - places.seal.y0)


def sealed(document: Document) -> Document:
    latest: Revision = replace(document.latest, n=document.latest.n + 1, origin=Origin.SEALED)
    return replace(document, revisions=(*document.revisions, latest))


def known(office: Office, id: str) -> Person:
    with office.database.reading() as unit:
        return unit.people.get(id)
