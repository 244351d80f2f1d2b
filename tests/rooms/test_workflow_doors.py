"""Roads at the doors: looked at, drawn, written, proven, put in force, taken back and played."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from config.settings import Settings
from front.serving import application
from tests.conftest import PASSWORD, Opening
from workflow.office import Office

CONFIG = Path(__file__).parents[2] / "config"
OUTGOING = (CONFIG / "workflows" / "outgoing.yaml").read_text("utf-8")
INTERNAL = (CONFIG / "workflows" / "internal.yaml").read_text("utf-8")
SUBMIT = "en: Submit}, to: content_check}"
SHORT = f"{SUBMIT}\n      rush: {{title: {{vi: Trình gấp, en: Rush}}, to: signing}}"


@pytest.fixture(scope="module")
def office(open_lasting_house: Opening) -> Office:
    return open_lasting_house().office


@pytest.fixture(scope="module")
def doors(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(office, Settings(trinhky_data=tmp_path_factory.mktemp("session")))


@dataclass
class Caller:
    """Somebody at both doors: a browser's cookie, and a program's token."""

    client: FlaskClient
    bearer: str

    def page(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, **told: object) -> TestResponse:
        page = self.page("/workflows")
        csrf = re.search(r'name="csrf" value="([^"]*)"', page)
        assert csrf
        return self.client.post(path, data={"csrf": csrf[1], **told})

    def call(self, method: str, path: str, told: object = None, accept: str = "") -> Any:
        headers = {
            "Authorization": f"Bearer {self.bearer}",
            **({"Accept": accept} if accept else {}),
        }
        return self.client.application.test_client().open(
            f"/api/v1{path}", method=method, json=told, headers=headers
        )

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture(scope="module")
def of(doors: Flask) -> Callable[[str], Caller]:
    known: dict[str, Caller] = {}

    def caller(name: str) -> Caller:
        if name not in known:
            client = doors.test_client()
            told = {"username": name, "password": PASSWORD}
            assert client.post("/login", data=told).status_code == 303
            answer: Any = doors.test_client().post("/api/v1/tokens", json=told)
            known[name] = Caller(client, answer.json["token"])
        return known[name]

    return caller


def versions(admin: Caller, name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = admin.get(f"/workflows/{name}/versions")["items"]
    return items


def test_a_road_is_given_as_what_was_asked_for(of: Callable[[str], Caller]) -> None:
    anybody = of("chuyenvien")

    plain = anybody.call("GET", "/workflows/outgoing")
    svg = anybody.call("GET", "/workflows/outgoing", accept="image/svg+xml")
    bpmn = anybody.call("GET", "/workflows/outgoing", accept="application/bpmn+xml")

    assert plain.json["name"] == "outgoing"
    assert svg.mimetype == "image/svg+xml"
    assert etree.fromstring(svg.data).tag == "{http://www.w3.org/2000/svg}svg"
    assert bpmn.mimetype == "application/bpmn+xml"
    assert etree.fromstring(bpmn.data).tag.endswith("}definitions")
    assert anybody.call("GET", "/workflows/none", accept="image/svg+xml").status_code == 404


def test_everybody_sees_the_roads_and_only_administrators_write(
    of: Callable[[str], Caller],
) -> None:
    anybody, admin = of("chuyenvien"), of("quantri")

    shown = anybody.page("/workflows/outgoing")
    assert "Kiểm tra thể thức" in shown
    assert "Sửa quy trình" not in shown
    assert "Sửa quy trình" in admin.page("/workflows/outgoing")
    anybody.page("/admin/workflows/outgoing", status=403)
    for path in ("/admin/workflows/preview", "/admin/workflows/outgoing"):
        assert anybody.post(path, text=OUTGOING, seen="1", do="save").status_code == 403
    for method, path in (("POST", "/workflows/preview"), ("PUT", "/workflows/outgoing")):
        refused = anybody.call(method, path, {"text": OUTGOING, "seen": 1})
        assert (refused.status_code, refused.json["rule"]) == (403, "definition.not-yours")
    for path in ("/workflows/outgoing/versions", "/workflows/outgoing/versions/1"):
        assert anybody.call("GET", path).status_code == 403
    assert len(versions(admin, "outgoing")) == 1


def test_a_text_is_tried_while_it_is_written_and_nothing_is_kept(
    of: Callable[[str], Caller],
) -> None:
    admin = of("quantri")

    good = admin.call("POST", "/workflows/preview", {"text": OUTGOING}).json
    bad = admin.call("POST", "/workflows/preview", {"text": OUTGOING.replace(SUBMIT, SHORT)}).json
    torn = admin.call(
        "POST",
        "/workflows/preview",
        {"text": OUTGOING.replace("who: [drafter]", "whom: [drafter]")},
    ).json

    assert (good["good"], good["findings"], good["wrong"]) == (True, [], None)
    assert good["svg"].startswith("<svg")
    assert not bad["good"]
    assert bad["findings"][0]["claim"] == "approved"
    assert [move["action"] for move in bad["findings"][0]["path"]] == ["rush", "sign"]
    line = OUTGOING[: OUTGOING.index("who: [drafter]")].count("\n") + 1
    assert (torn["good"], torn["wrong"]["line"]) == (False, line)
    fragment = admin.post("/admin/workflows/preview", text=OUTGOING.replace(SUBMIT, SHORT)).text
    assert "Kiểm tra nội dung, Kiểm tra thể thức" in fragment
    assert "<svg" in fragment
    assert "<html" not in fragment
    assert len(versions(admin, "outgoing")) == 1


def test_the_editor_shows_a_fault_with_its_line_without_any_script(
    of: Callable[[str], Caller],
) -> None:
    admin = of("quantri")

    page = admin.page("/admin/workflows/outgoing")
    assert "Đã chứng minh" in page
    assert "who: [head_of_drafters_unit]" in page
    torn = admin.post(
        "/admin/workflows/outgoing", text="name: outgoing\nnam: x\n", seen="1", do="preview"
    )
    assert torn.status_code == 200
    assert "Dòng 2 chưa đọc được" in torn.text
    assert "nam: x" in torn.text
    refused = admin.post(
        "/admin/workflows/outgoing", text=OUTGOING.replace(SUBMIT, SHORT), seen="1", do="save"
    )
    assert refused.status_code == 422
    assert re.search(r"Quy trình còn \d lỗi", refused.text)
    assert "Trình gấp" in refused.text


def test_a_proven_text_comes_into_force_and_an_earlier_one_can_again(
    of: Callable[[str], Caller], office: Office
) -> None:
    admin = of("quantri")
    first = office.routes["internal"].digest
    changed = INTERNAL.replace("vi: Kiểm tra nội dung,", "vi: Soát nội dung,")

    saved = admin.post(
        "/admin/workflows/internal", text=changed.replace("\n", "\r\n"), seen="1", do="save"
    )
    assert (saved.status_code, saved.location) == (303, "/admin/workflows/internal")
    assert office.routes["internal"].states["content_check"].title.vi == "Soát nội dung"
    assert admin.get("/workflows/internal/versions/2")["text"] == changed
    late = admin.post("/admin/workflows/internal", text=INTERNAL, seen="1", do="save")
    assert (late.status_code, "vừa được người khác thay đổi" in late.text) == (409, True)
    same = admin.call("PUT", "/workflows/internal", {"text": changed, "seen": 2})
    assert (same.status_code, same.json["rule"]) == (422, "definition.same")

    back = admin.post("/admin/workflows/internal/versions/1", seen="2")
    assert back.status_code == 303
    assert office.routes["internal"].digest == first
    kept = versions(admin, "internal")
    assert [(one["n"], one["source"], one["by"]) for one in kept] == [
        (3, "undo", "quantri"),
        (2, "editor", "quantri"),
        (1, "file", "system"),
    ]
    with office.database.reading() as unit:
        told = [one.event for one in unit.audit.latest(40) if one.event.action.startswith("defin")]
    assert [(one.by, one.facts["n"]) for one in told[:2]] == [("quantri", "3"), ("quantri", "2")]


def test_a_new_road_is_made_and_documents_can_begin_on_it(
    of: Callable[[str], Caller], office: Office
) -> None:
    admin = of("quantri")
    page = admin.page("/admin/workflows/new")
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert text
    assert "Đã chứng minh" in page
    written = text[1].replace("&#34;", '"').replace("&gt;", ">").replace("&#39;", "'")

    other = admin.call("PUT", "/workflows/outgoing", {"text": written, "seen": 1})
    made = admin.call(
        "PUT",
        "/workflows/to-trinh",
        {
            "text": written.replace("name: quy-trinh-moi", "name: to-trinh"),
            "seen": 0,
        },
    )

    assert (other.status_code, other.json["rule"]) == (422, "definition.other-name")
    assert made.status_code == 200
    assert office.routes["to-trinh"].start == "drafting"
    assert "to-trinh" in of("chuyenvien").page("/workflows")


@pytest.mark.parametrize(
    "text",
    ["", "- a\n", "name: x\n", "{" * 500, "a: &a [*a]\n", "name: \x0b", "x" * 200_001, "\ufeff"],
)
def test_what_is_no_road_is_told_and_never_crashes(of: Callable[[str], Caller], text: str) -> None:
    tried = of("quantri").call("POST", "/workflows/preview", {"text": text})

    assert tried.status_code in (200, 422)
    if tried.status_code == 200:
        assert not tried.json["good"]
        assert tried.json["wrong"]["line"] >= 1
        assert tried.json["wrong"]["why"]


def test_a_road_is_played_with_imagined_people_and_nothing_is_written(
    of: Callable[[str], Caller], office: Office
) -> None:
    anybody = of("chuyenvien")
    with office.database.reading() as unit:
        before = unit.audit.verify().seq
    done: list[str] = []
    for wanted in ("submit", "approve", "approve", "sign", "seal", "dispatch", "archive"):
        at = anybody.call("POST", "/workflows/outgoing/simulation", {"do": done}).json
        assert at["at"][0]["people"], at
        done.append(next(one["key"] for one in at["options"] if one["action"] == wanted))

    end = anybody.call("POST", "/workflows/outgoing/simulation", {"do": done}).json
    assert (end["ended"], end["paper"], end["numbered"]) == (True, "sealed", True)
    assert [one["state"] for one in end["at"]] == ["archived"]
    assert [one["by"] for one in end["path"]] == [
        *("an", "binh", "chi", "dung", "hoa", "hoa", "khanh"),
    ]
    with office.database.reading() as unit:
        assert unit.audit.verify().seq == before


def test_a_play_shows_whose_desk_it_is_on_and_what_the_office_would_refuse(
    of: Callable[[str], Caller],
) -> None:
    anybody = of("chuyenvien")

    page = anybody.page("/workflows/outgoing/try")
    assert "Trên bàn của: An." in page
    step = re.search(r'href="(/workflows/outgoing/try\?do=[^"]*submit[^"]*)"', page)
    assert step
    page = anybody.page(step[1].replace("&amp;", "&"))
    assert "Trên bàn của: Bình." in page
    assert "đang ở đây" in page
    empty = anybody.page("/workflows/outgoing/try?away=khanh&do=drafting.submit.an")
    assert "Trên bàn của: Bình." in empty
    stuck = anybody.call(
        "POST", "/workflows/outgoing/simulation", {"away": ["chi"], "do": ["drafting.submit.an"]}
    ).json
    assert [one["claim"] for one in stuck["refused"]] == ["manned"]
    assert "approve" not in {one["action"] for one in stuck["options"]}
    secret = {"classification": "secret", "do": ["drafting.submit.an"]}
    assert anybody.call("POST", "/workflows/outgoing/simulation", secret).status_code == 200
    nobody = anybody.call("POST", "/workflows/outgoing/simulation", {"drafter": "zzz"})
    assert (nobody.status_code, nobody.json["rule"]) == (422, "simulation.nobody")
    wrong = anybody.call("POST", "/workflows/outgoing/simulation", {"do": ["signed.seal.hoa"]})
    assert (wrong.status_code, wrong.json["rule"]) == (422, "simulation.not-offered")
    real = anybody.call(
        "POST", "/workflows/outgoing/simulation", {"people": "today", "drafter": "chuyenvien"}
    ).json
    assert real["at"][0]["people"] == [{"id": "chuyenvien", "name": "Nguyễn Thị Hồng Ánh"}]
