"""The public contract: every operation is there, every refusal is a problem, nothing breaks it."""

import io
import json
import random
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import quote, unquote, urlencode

import docx
import pytest
import yaml

from bench.papers import CATALOG, minimal_pdf
from bench.running import Answer, Caller, Part, Running, multipart

Json = dict[str, Any]

PROMISED = """
POST /tokens
GET /me
GET /document-types
GET /workflows
GET /workflows/{name}
POST /documents
POST /drafts
GET /documents
GET /documents/{id}
GET /documents/{id}/content
GET /documents/{id}/pages/{n}.png
POST /documents/{id}/revisions
POST /documents/{id}/actions/{action}
POST /documents/{id}/signing-requests
POST /documents/{id}/signing-requests/{rid}/complete
POST /actions/batch
GET /tasks
GET /documents/{id}/history
GET /documents/{id}/validation
POST /validations
GET /documents/{id}/evidence
GET /search
GET /search/complete
GET /registers
GET /registers/{book}
POST /documents/{id}/dispatches
GET /documents/{id}/dispatches
GET /case-files
GET /reports/indicators
GET /audit/verify
"""
"""What other programs rely on: none of it may go, whatever comes beside it."""

DOORS = yaml.safe_load((Path(__file__).parents[1] / "ways.yaml").read_text())["doors"]
ROOT_OPERATIONS = ("GET /healthz", "GET /metrics", "GET /readyz")
SAFETY = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOBODY = "0" * 32
TRIES = 25
"""How many malformed requests each operation gets."""


@pytest.fixture(scope="module")
def officer(served: Running) -> Caller:
    return served.by("chuyenvien")


@pytest.fixture
def begun(officer: Caller) -> Json:
    """Give a document of one page that its officer has just brought."""
    return brought(officer)


def brought(officer: Caller, subject: str = "Về việc kiểm tra hợp đồng") -> Json:
    document: Json = officer.bring(minimal_pdf("One page"), subject=subject).must(201).told
    return document


# ── what there is ────────────────────────────────────────────────────────────────────────


def test_the_contract_lists_every_operation(served: Running) -> None:
    told = served.anybody().get("/openapi.json").must(200).told
    listed = {
        f"{method.upper()} {path}" for path, methods in told["paths"].items() for method in methods
    }

    hung = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", one) for doors in DOORS.values() for one in doors}
    promised = {one.replace(" ", " /api/v1") for one in PROMISED.strip().split("\n")}
    assert told["openapi"].startswith("3.1")
    assert listed == {one for one in hung if " /api/v1/" in one} | set(ROOT_OPERATIONS)
    assert promised <= listed


def test_every_operation_says_what_it_takes_and_gives(served: Running) -> None:
    told = served.anybody().get("/openapi.json").must(200).told
    schemas = told["components"]["schemas"]

    for path, methods in told["paths"].items():
        for operation in methods.values():
            assert operation["summary"]
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
    pointed = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(told)))
    assert pointed <= set(schemas)
    assert {"type", "title", "status", "detail", "rule"} <= set(schemas["Problem"]["properties"])


def test_the_service_says_that_it_lives_and_is_ready(served: Running) -> None:
    anybody = served.anybody()

    assert anybody.call("GET", "/healthz").must(200).told == {"status": "ok"}
    ready = anybody.call("GET", "/readyz").must(200).told
    assert ready == dict(
        status="ok", **dict.fromkeys(("database", "storage", "index", "queue", "exchange"), True)
    )


# ── refusals ─────────────────────────────────────────────────────────────────────────────


def refused(answer: Answer, status: int, rule: str) -> Json:
    """Give a problem document, if it is one of this status and rule (RFC 9457)."""
    assert answer.status == status, answer.content[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: Json = answer.told
    assert set(problem) == {"type", "title", "status", "detail", "rule"}
    assert all(isinstance(problem[name], str) for name in ("type", "title", "detail", "rule"))
    assert (problem["status"], problem["rule"]) == (status, rule)
    assert not re.search(r"Traceback|sqlite|postgresql|/tmp|/dev/shm|\.py", answer.content.decode())
    return problem


def test_nobody_gets_anything_without_a_token(served: Running) -> None:
    told = served.anybody().get("/openapi.json").must(200).told
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if not operation["security"]:
                continue
            address = re.sub(r"\{(n|page|year)\}", "1", path).replace("{", "").replace("}", "")
            answer = served.anybody().call(
                method.upper(), address, {} if method == "post" else None
            )
            refused(answer, 401, "login.needed")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "x", "Bearer", "é" * 40, "a" * 4000])
def test_a_made_up_token_opens_nothing(served: Running, token: str) -> None:
    said = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}

    refused(served.anybody().get("/me", **said), 401, "login.needed")


def test_a_token_given_back_opens_nothing_more(served: Running) -> None:
    said = {"username": "kiemtra", "password": served.password}
    token = served.anybody().post("/tokens", said).must(201).told["token"]
    caller = Caller(served.port, token)

    assert caller.get("/me").must(200).told["username"] == "kiemtra"
    caller.call("DELETE", "/api/v1/tokens/current").must(204)
    refused(caller.get("/me"), 401, "login.needed")


def test_unknown_and_hidden_documents_answer_alike(served: Running) -> None:
    secret = served.by("chutich").post(
        "/drafts",
        {"type": "QĐ", "subject": "Kín", "body": ["Kín."], "classification": "top_secret"},
    )
    hidden = secret.must(201).told["id"]
    stranger = served.by("kiemtra")

    for look in ("", "/content", "/pages/1.png", "/history", "/placement", "/attachments/1"):
        there, not_there = (stranger.get(f"/documents/{id}{look}") for id in (hidden, NOBODY))
        refused(there, 404, "document.unknown")
        assert there.content == not_there.content
        assert dict(there.headers).keys() == dict(not_there.headers).keys()


def test_an_administrator_reads_no_document(served: Running, begun: Json) -> None:
    refused(served.by("quantri").get(f"/documents/{begun['id']}"), 404, "document.unknown")


def test_whoever_is_late_gets_409(officer: Caller, begun: Json) -> None:
    officer.try_to("submit", begun).must(200)

    refused(officer.try_to("submit", begun), 409, "step.outrun")


def test_an_act_that_is_not_theirs_gets_403(served: Running, begun: Json) -> None:
    refused(served.by("vanthu").try_to("submit", begun), 403, "step.not-yours")
    refused(served.by("vanthu").try_to("sign", begun), 403, "step.not-yours")


def test_rules_refuse_with_422(served: Running, officer: Caller, begun: Json) -> None:
    waiting = officer.try_to("submit", begun).must(200).told
    head = served.by("truongban")

    refused(head.try_to("return", waiting), 422, "comment.required")
    refused(head.try_to("approve", waiting, revision=""), 422, "shown.required")
    refused(head.try_to("approve", waiting, revision="0" * 64), 409, "step.other-bytes")
    refused(head.try_to("dance", waiting), 422, "step.unknown-action")
    assert head.see(begun["id"])["version"] == waiting["version"]


@pytest.mark.parametrize(
    ("metadata", "rule"),
    [
        ({"subject": "x" * 501}, "subject.too-long"),
        ({"subject": "   "}, "subject.required"),
        ({"type": "ABC"}, "type.unknown"),
        ({"classification": "rather secret"}, "body.invalid"),
        ({"classification": "top_secret"}, "secrecy.clearance"),
        ({"direction": "sideways"}, "body.invalid"),
        ({"workflow": "incoming"}, "workflow.unknown"),
        ({"unit": "van-phong"}, "unit.not-yours"),
        ({"recipients": ["H00"]}, "recipient.unknown"),
        ({"recipients": "H49.90.2"}, "body.invalid"),
        ({"due_date": "tomorrow"}, "body.invalid"),
        ({"subject": 7}, "body.invalid"),
        ({"subject": "x", "unheard_of": 1}, "body.invalid"),
    ],
)
def test_what_is_said_of_a_document_must_be_right(
    officer: Caller, metadata: Json, rule: str
) -> None:
    refused(officer.bring(minimal_pdf("x"), **metadata), 422, rule)


def test_a_document_has_no_default_classification(officer: Caller) -> None:
    said = {"direction": "outgoing", "type": "QĐ", "subject": "Không nói độ mật"}
    media, body = multipart(
        {"metadata": json.dumps(said)}, [Part("file", "a.pdf", minimal_pdf("x"))]
    )

    refused(officer.call("POST", "/api/v1/documents", body, media=media), 422, "body.invalid")


def test_bodies_that_are_none_are_refused(officer: Caller, begun: Json) -> None:
    act = f"/api/v1/documents/{begun['id']}/actions/submit"
    for body in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"comment": NaN', b"[" * 200_000):
        refused(officer.call("POST", act, body), 422, "body.not-json")
    for wrong in ({"comment": 1}, {"recipients": "x"}, {"wish": "1"}):
        refused(officer.call("POST", act, wrong), 422, "body.invalid")
    form = "multipart/form-data; boundary=x"
    for body in (
        b"",
        b"--x",
        b"--x\r\n\r\n--x--",
        b"--x\r\nContent-Disposition: form-data\r\n\r\n",
    ):
        refused(officer.call("POST", "/api/v1/documents", body, media=form), 422, "body.invalid")


# ── files ────────────────────────────────────────────────────────────────────────────────


def _docx() -> bytes:
    written = docx.Document()
    written.add_paragraph("Giấy")
    content = io.BytesIO()
    written.save(content)
    return content.getvalue()


def _bomb() -> bytes:
    content = io.BytesIO(_docx())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", bytes(60_000_000))
    return content.getvalue()


def _alive() -> bytes:
    action = CATALOG + b" /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
    return minimal_pdf("alive", catalog=action)


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "file.empty"),
    "html": (lambda: b"<html><script>alert(1)</script></html>", "file.unknown"),
    "text": (lambda: b"only words", "file.unknown"),
    "zip": (lambda: _zip({"a.txt": b"a"}), "file.unknown"),
    "cut off": (lambda: minimal_pdf("x")[:200], "file.damaged"),
    "old word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "file.unknown"),
    "zip bomb": (_bomb, "file.zip-bomb"),
    "javascript": (_alive, "file.active"),
}


def _zip(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in files.items():
            archive.writestr(name, inside)
    return content.getvalue()


@pytest.mark.parametrize("kind", list(FILES))
def test_a_file_that_cannot_be_taken_is_refused_by_its_content(officer: Caller, kind: str) -> None:
    make, rule = FILES[kind]

    refused(officer.bring(make()), 422, rule)


def test_a_locked_pdf_is_refused(officer: Caller, tmp_path: Path) -> None:
    plain, locked = tmp_path / "plain.pdf", tmp_path / "locked.pdf"
    plain.write_bytes(minimal_pdf("locked"))
    subprocess.run(  # noqa: S603 - Debian's
        ["qpdf", "--encrypt", "a", "b", "256", "--", str(plain), str(locked)],  # noqa: S607
        check=True,
    )

    refused(officer.bring(locked.read_bytes()), 422, "file.encrypted")
    media, body = multipart({}, [Part("file", "x.pdf", b"no pdf")])
    refused(officer.call("POST", "/api/v1/validations", body, media=media), 422, "file.not-pdf")


def test_a_refused_file_leaves_nothing(served: Running, officer: Caller) -> None:
    before = _kept(served)

    refused(officer.bring(b"<html>", subject="Không bao giờ có"), 422, "file.unknown")

    assert _kept(served) == before
    listed = officer.get("/documents?limit=200").must(200).told["items"]
    assert "Không bao giờ có" not in {one["subject"] for one in listed}


def _kept(served: Running) -> set[str]:
    return {path.name for path in (served.data / "blobs").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("brought_as", "kept_as"),
    [
        ("Danh sách đoàn viên - đợt 1.csv", "Danh sách đoàn viên - đợt 1.csv"),
        ("../../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\windows\\a.csv", "a.csv"),
        ("a\0b.csv", "a b.csv"),
        ("hai\tcột\x1b.csv", "hai cột .csv"),
        ('nháy "kép"; x=y.csv', 'nháy "kép"; x=y.csv'),
        ("..", "tep-1"),
        ("/", "tep-1"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
        ("ộ" * 100 + ".csv", "ộ" * 65 + ".csv"),
        ("ảnh\u202egpj.csv", "ảnh gpj.csv"),
    ],
)
def test_attachments_keep_a_harmless_name(officer: Caller, brought_as: str, kept_as: str) -> None:
    table = "Tên,Tuổi\nBưởi,30\n".encode()
    document = officer.bring(
        minimal_pdf("with an annex"), Part("attachments", brought_as, table)
    ).must(201)
    (kept,) = document.told["attachments"]

    answer = officer.get(f"/documents/{document.told['id']}/attachments/1").must(200)

    said = answer.headers["Content-Disposition"]
    assert kept["name"] == kept_as
    assert said.startswith("attachment; ")
    assert unquote(re.findall(r"filename\*=UTF-8''(\S+)$", said)[0]) == kept_as
    assert re.findall(r'filename="([ -~]*?)"; ', said)
    assert answer.content == table
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_with_a_line_end_makes_no_header(officer: Caller) -> None:
    """RFC 2231 lets a part's file name hold a line end, percent-encoded."""
    line = "x" * 12
    body = (
        f'--{line}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n'
        '{"direction": "outgoing", "type": "QĐ", "subject": "x", "classification": "none"}\r\n'
        f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    ).encode() + minimal_pdf("x")
    body += (
        f'\r\n--{line}\r\nContent-Disposition: form-data; name="attachments"; '
        "filename*=UTF-8''a%0D%0ASet-Cookie:%20x%3Dy.csv\r\n\r\nA,B\r\n1,2\r\n"
        f"--{line}--\r\n"
    ).encode()
    media = f"multipart/form-data; boundary={line}"
    document = officer.call("POST", "/api/v1/documents", body, media=media).must(201).told

    answer = officer.get(f"/documents/{document['id']}/attachments/1").must(200)

    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"[\x00-\x1f]", document["attachments"][0]["name"])


# ── ETag, If-Match, Idempotency-Key ──────────────────────────────────────────────────────


def test_a_documents_etag_is_its_version(officer: Caller, begun: Json) -> None:
    answer = officer.get(f"/documents/{begun['id']}").must(200)
    assert answer.headers["ETag"] == f'"{begun["version"]}"'

    path = f"/documents/{begun['id']}/actions/submit"
    for stale in ('"0"', '"99"', 'W/"7"'):
        refused(officer.post(path, {}, **{"If-Match": stale}), 409, "step.outrun")
    for wrong in ("abc", "-1", "1.0", "9" * 5000):
        refused(officer.post(path, {}, **{"If-Match": wrong}), 422, "body.invalid")
    moved = officer.post(path, {}, **{"If-Match": answer.headers["ETag"]}).must(200)
    assert moved.headers["ETag"] == f'"{moved.told["version"]}"'


def test_contents_etag_is_its_digest(officer: Caller, begun: Json) -> None:
    path = f"/documents/{begun['id']}/content"
    answer = officer.get(path).must(200)

    digest = sha256(answer.content).hexdigest()
    assert answer.headers["ETag"] == f'"{digest}"'
    assert answer.headers["Digest"].startswith("sha-256=")
    assert begun["revisions"][-1]["digest"] == digest
    assert officer.get(f"{path}?revision={digest}").must(200).content == answer.content
    assert officer.get(path, **{"If-None-Match": f'"{digest}"'}).must(304).content == b""
    refused(officer.get(f"{path}?revision=99"), 404, "revision.unknown")


def test_the_same_key_gives_the_same_document(officer: Caller) -> None:
    content = minimal_pdf("brought twice by a nervous client")
    key = {"Idempotency-Key": "khóa số 1".encode().decode("latin-1")}

    first = officer.bring(content, subject="Một", headers=key).must(201).told
    again = officer.bring(content, subject="Một", headers=key).must(201).told
    assert first["id"] == again["id"]

    refused(officer.bring(content, subject="Hai", headers=key), 422, "idempotency.other-request")
    other = Part("attachments", "a.csv", b"a,b\n1,2\n")
    refused(
        officer.bring(content, other, subject="Một", headers=key), 422, "idempotency.other-request"
    )


def test_the_same_key_at_the_same_time_makes_one_document(officer: Caller) -> None:
    content, subject = minimal_pdf("brought in two threads"), "Chỉ một lần thôi"
    key = {"Idempotency-Key": "cùng một lúc".encode().decode("latin-1")}
    together = Barrier(2)

    def bring(_: int) -> Answer:
        together.wait()
        return officer.bring(content, subject=subject, headers=key)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(bring, range(2)))

    assert {one.status for one in answers} <= {201, 409}
    assert len({one.told["id"] for one in answers if one.status == 201}) == 1
    listed = officer.get("/documents?limit=200").must(200).told["items"]
    assert [one["subject"] for one in listed].count(subject) == 1
    officer.bring(content, subject=subject, headers=key).must(201)


def test_the_same_bytes_are_told_as_a_duplicate(officer: Caller) -> None:
    content = minimal_pdf("the same paper twice")
    first = officer.bring(content).must(201).told
    again = officer.bring(content).must(201).told

    assert first["duplicate_of"] is None
    assert again["duplicate_of"] == first["id"]
    assert again["id"] != first["id"]


def test_of_two_simultaneous_approvals_one_is_late(served: Running, officer: Caller) -> None:
    head = served.by("truongban")
    for _ in range(4):
        seen = officer.try_to("submit", brought(officer)).must(200).told
        together = Barrier(2)

        def approve(_: int, seen: Json = seen, together: Barrier = together) -> int:
            together.wait()
            return head.try_to("approve", seen).status

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(approve, range(2))) == [200, 409]
        after = head.see(seen["id"])
        assert after["state"] == "format_check"
        assert after["version"] == seen["version"] + 1
        assert [one["action"] for one in after["steps"]] == ["submit", "approve", None]


def test_a_batch_answers_for_each_in_order(officer: Caller) -> None:
    mine, other = brought(officer), brought(officer)
    officer.try_to("submit", other).must(200)
    body = {
        "action": "submit",
        "documents": [mine["id"], NOBODY, {"id": other["id"], "version": 1}],
    }

    results = officer.post("/actions/batch", body).must(207).told["results"]

    assert [one["id"] for one in results] == [mine["id"], NOBODY, other["id"]]
    assert [one["status"] for one in results] == [200, 404, 409]
    assert [one.get("rule") for one in results] == [None, "document.unknown", "step.outrun"]
    too_many = {"action": "submit", "documents": [NOBODY] * 201}
    refused(officer.post("/actions/batch", too_many), 422, "body.invalid")


def test_lists_go_on_behind_their_cursor(officer: Caller) -> None:
    for n in range(3):
        brought(officer, f"Trang {n}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = officer.get(f"/documents?limit=2&cursor={quote(cursor)}").must(200).told
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break

    everything = officer.get("/documents?limit=200").must(200).told["items"]
    assert seen[:200] == [one["id"] for one in everything]
    assert len(seen) == len(set(seen))


# ── browsers ─────────────────────────────────────────────────────────────────────────────


def test_a_cookie_alone_changes_nothing(served: Running, begun: Json) -> None:
    browser = served.anybody("127.0.0.9")
    body = urlencode({"username": "chuyenvien", "password": served.password}).encode()
    media = "application/x-www-form-urlencoded"
    login = browser.call("POST", "/login", body, media=media).must(303)
    said = login.headers["Set-Cookie"]
    cookie = SimpleCookie(said)["trinhky"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    known = {"Cookie": f"trinhky={cookie.value}"}
    page = browser.call("GET", "/", headers={**known, "Accept": "text/html"}).must(200)
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.content.decode())[0]
    path = f"/documents/{begun['id']}/actions/submit"

    assert browser.get("/me", **known).must(200).told["username"] == "chuyenvien"
    refused(browser.post(path, {}, **known), 422, "form.stale")
    refused(browser.post(path, {}, **known, **{"X-CSRF-Token": "x" * 43}), 422, "form.stale")
    refused(browser.call("DELETE", "/api/v1/tokens/current", headers=known), 422, "form.stale")
    browser.post(path, {}, **known, **{"X-CSRF-Token": csrf}).must(200)


def test_who_fails_too_often_must_wait(served: Running) -> None:
    thief = served.anybody("127.0.0.66")
    wrong = {"username": "phochutich", "password": "not this one"}
    for _ in range(5):
        refused(thief.post("/tokens", wrong), 401, "login.wrong")

    late = thief.post("/tokens", wrong)
    refused(late, 429, "login.too-often")
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    right = {"username": "phochutich", "password": served.password}
    refused(thief.post("/tokens", right), 429, "login.too-often")
    served.anybody("127.0.0.67").post("/tokens", right).must(201)


def test_a_wrong_password_and_a_wrong_name_answer_alike(served: Running) -> None:
    thief = served.anybody("127.0.0.68")
    answers = [
        thief.post("/tokens", {"username": name, "password": "guess"})
        for name in ("vanthu", "nobody at all")
    ]

    refused(answers[0], 401, "login.wrong")
    assert answers[0].content == answers[1].content


def test_refusals_come_in_english_on_request(officer: Caller) -> None:
    english, vietnamese = (
        refused(
            officer.get(f"/documents/{NOBODY}", **{"Accept-Language": wanted}),
            404,
            "document.unknown",
        )
        for wanted in ("en-GB,en;q=0.9,vi;q=0.5", "vi")
    )

    assert (english["title"], english["detail"]) == ("Not found", "There is no such document.")
    assert vietnamese["detail"] == "Không có văn bản này."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/me"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/nothing"),
        ("GET", "/login"),
        ("GET", "/"),
        ("PUT", "/api/v1/me"),
        ("OPTIONS", "/api/v1/me"),
        ("HEAD", "/healthz"),
        ("POST", "/api/v1/tokens"),
        ("GET", "/static/nothing.css"),
    ],
)
def test_every_answer_has_its_safety_headers(served: Running, method: str, path: str) -> None:
    for caller in (served.anybody(), served.by("kiemtra")):
        answer = caller.call(method, path)
        for name, value in SAFETY.items():
            assert answer.headers[name].startswith(value), (name, answer.status)
        assert "Server" not in answer.headers or answer.headers["Server"] == "trinhky"


def test_what_one_person_saw_is_in_no_cache(served: Running, begun: Json) -> None:
    officer = served.by("chuyenvien")
    said = {"username": "kiemtra", "password": served.password}
    answers = [
        officer.get("/me"),
        officer.get(f"/documents/{begun['id']}/content"),
        officer.get("/search?q=a"),
        served.anybody().post("/tokens", said),
    ]

    assert [one.headers["Cache-Control"] for one in answers] == ["no-store"] * 4


# ── whatever else somebody may send ──────────────────────────────────────────────────────


NASTY = (
    "",
    " ",
    "\0",
    "'",
    '"; DROP TABLE document; --',
    "../../../../etc/passwd",
    "%00",
    "%s%n{0}{x.__class__}",
    "<script>alert(1)</script>",
    "Va\u0306n ba\u0309n \U0001f4a9\u202e",
    "\u0301\u0301\u0301",
    "\ufffe\uffff",
    "-1",
    "0",
    "99999999999999999999",
    "9" * 5000,
    "1e309",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-11-20T00:00:00_x",
    "0001-01-01T00:00:00+00:00_x",
    "A" * 20_000,
    "*:*",
    "(((((((((((",
    'a* AND OR NOT "',
    "so:/ ngay:.. loai:",
)
VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    [],
    {},
    [[]],
    {"a": {"b": [1]}},
    ["\0"],
    "\ud800",
    *NASTY,
)


def requests(
    told: Json, dice: random.Random, id: str
) -> Iterator[tuple[str, str, bytes | None, str]]:
    """Give malformed requests for every operation: method, path, body and its media type."""
    schemas = told["components"]["schemas"]
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            for _ in range(TRIES):
                content = operation.get("requestBody", {}).get("content", {})
                media, body = _body(content, schemas, dice)
                yield method.upper(), _address(path, operation, dice, id), body, media


def _address(path: str, operation: Json, dice: random.Random, id: str) -> str:
    known = {"id": id, "n": "1", "name": "outgoing", "book": "van-ban-di", "action": "submit"}
    for name in re.findall(r"{(\w+)}", path):
        value = known.get(name, id) if dice.random() < 0.6 else dice.choice(NASTY)
        path = path.replace(f"{{{name}}}", quote(value[:3000], safe=""))
    asked = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    query = {name: dice.choice(NASTY) for name in asked if dice.random() < 0.5}
    return f"{path}?{urlencode(query)}" if query else path


def _body(content: Json, schemas: Json, dice: random.Random) -> tuple[str, bytes | None]:
    if not content:
        return "application/json", dice.choice([None, b"", b"{}", b"\xff"])
    (media, told) = next(iter(content.items()))
    if dice.random() < 0.2:
        wrong = dice.choice(["text/plain", "application/xml", "multipart/form-data", media])
        return wrong, dice.choice([b"", b"{", b"\0" * 100, b"[" * 50_000, b'{"a":' * 50_000])
    if media == "application/json":
        named = told["schema"]["$ref"].rsplit("/", 1)[1]
        return media, json.dumps(_filled(schemas[named], dice)).encode()
    fields = {"metadata": json.dumps(_metadata(dice))} if dice.random() < 0.9 else {}
    files = [
        Part(dice.choice(["file", "attachments", "x"]), dice.choice(NASTY)[:300], content)
        for content in dice.choices([b"", b"%PDF-1.7", b"PK\x03\x04", b"\0" * 99, b"a,b"], k=2)
    ]
    return multipart(fields, [_one_line(one) for one in files])


def _one_line(part: Part) -> Part:
    return Part(part.name, re.sub(r"[\r\n]", "", part.file), part.content)


def _filled(schema: Json, dice: random.Random) -> Json:
    names = [name for name in schema.get("properties", {}) if dice.random() < 0.8]
    filled = {name: _value(schema["properties"][name], dice) for name in names}
    if dice.random() < 0.2:
        filled["unheard_of"] = dice.choice(VALUES)
    return filled


def _value(schema: Json, dice: random.Random) -> object:
    if schema.get("type") == "string" and dice.random() < 0.6:
        return dice.choice(["QĐ", "submit", "chuyenvien", "outgoing", "none", *NASTY])
    if schema.get("type") == "array" and dice.random() < 0.6:
        return [dice.choice(VALUES) for _ in range(dice.randrange(4))]
    return dice.choice(VALUES)


def _metadata(dice: random.Random) -> Json:
    said: dict[str, object] = {
        "direction": "outgoing",
        "type": "QĐ",
        "subject": "Thử",
        "classification": "none",
    }
    for name in dice.sample(["direction", "type", "subject", "classification", "unit"], 2):
        said[name] = dice.choice(VALUES)
    for name in ("recipients", "due_date", "source_number", "workflow", "urgency", "signer"):
        if dice.random() < 0.3:
            said[name] = dice.choice(VALUES)
    return said


def test_no_malformed_request_breaks_anything(served: Running, begun: Json) -> None:
    told = served.anybody().get("/openapi.json").must(200).told
    dice = random.Random(30_2020)  # noqa: S311 - the same requests on each run
    people = [served.by(one) for one in ("chuyenvien", "vanthu", "kiemtra", "quantri")]
    log_before = served.log.read_text(errors="replace").count("CRITICAL")
    broken, statuses = [], set()
    for method, path, body, media in requests(told, dice, begun["id"]):
        if "tokens/current" in path:
            continue
        caller = served.anybody("127.0.0.99") if "/tokens" in path else dice.choice(people)
        answer = caller.call(method, path, body, media=media)
        statuses.add(answer.status)
        if answer.status >= 500:
            broken.append((answer.status, method, path[:200], (body or b"")[:300]))
        elif answer.status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", path
            assert answer.told["rule"]

    assert broken == []
    assert {200, 404, 422} <= statuses
    assert served.log.read_text(errors="replace").count("CRITICAL") == log_before
    assert served.anybody().call("GET", "/readyz").status == 200
