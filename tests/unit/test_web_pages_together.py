"""Branches, what is asked of others, and several documents at once, as the pages show them."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from config.settings import Settings
from front.serving import application
from records.document import Classification, Direction, Document
from tests.conftest import PASSWORD, House, Opening
from workflow.begin import Particulars
from workflow.draft import draft
from workflow.look import content

Get = Callable[[str, str], str]
Post = Callable[..., str]


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


@pytest.fixture(scope="module")
def doors(house: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[Get, Post]:
    """Give a way to look and a way to send, each as somebody by name."""
    app = application(house.office, Settings(trinhky_data=tmp_path_factory.mktemp("session")))
    known: dict[str, FlaskClient] = {}

    def client(name: str) -> FlaskClient:
        if name not in known:
            known[name] = one = app.test_client()
            csrf = _hidden(one.get("/login").text, "csrf")
            one.post("/login", data={"csrf": csrf, "username": name, "password": PASSWORD})
        return known[name]

    def get(name: str, path: str) -> str:
        answer = client(name).get(path)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def post(name: str, path: str, status: int = 303, **told: object) -> str:
        csrf = _hidden(client(name).get("/validate").text, "csrf")
        answer = client(name).post(path, data={"csrf": csrf, **told})
        assert answer.status_code == status, answer.text
        return str(answer.text)

    return get, post


def test_a_page_leads_through_a_consultation(house: House, doors: tuple[Get, Post]) -> None:
    get, post = doors
    document = _drafted(house)
    here = f"/documents/{document.id}"
    page = get("chuyenvien", here)
    assert 'name="field-amount"' in page
    refused = post("chuyenvien", f"{here}/actions/submit", 422)
    assert 'id="field-amount-wrong"' in refused
    post("chuyenvien", f"{here}/actions/submit", **{"field-amount": "75.000.000"})

    content(house.office, document.id, "", by=house.person("truongban"))
    shown = {"revision": document.latest.digest}
    post("truongban", f"{here}/actions/approve", **shown)
    page = get("chanhvanphong", here)
    assert "cần 2 trên 3 đồng ý" in page
    assert "kết thúc ở đây" not in page
    assert "Ý kiến bộ phận lưu trữ" in page
    step = _hidden(page, "step")
    post("chanhvanphong", f"{here}/actions/approve", step=step, **shown)

    page = get("vanthu", here)
    assert '<select id="next" name="next" required>' in page
    assert "phochutich" in page
    post("vanthu", f"{here}/actions/forward-to", next="phochutich")
    assert "đang chờ Vũ Đình Khải" in _part(get("phochutich", here), "card branches")
    post("phochutich", f"{here}/actions/approve", **shown)

    page = get("chuyenvien", here)
    assert "Lấy ý kiến các đơn vị: đồng ý" in page
    assert "không cần nữa" in page
    assert get("chuyenvien", "/documents/new/draft?type=TB").count("consultation") == 1


def test_a_page_asks_and_answers_beside_the_road(house: House, doors: tuple[Get, Post]) -> None:
    get, post = doors
    document = house.act(house.drafted(), "submit", "chuyenvien")
    here = f"/documents/{document.id}"
    assert "Phối hợp xử lý" in get("truongban", here)
    post("truongban", f"{here}/actions/request-opinion", to="luutru", comment="Có nên?")
    page = get("luutru", here)
    assert "Bạn được xin ý kiến" in page
    assert "Có nên?" in page
    assert "Đang hỏi thêm" in get("chuyenvien", here)
    assert "Xin ý kiến" in _part(get("luutru", "/"), "docs")
    refused = post("luutru", f"{here}/actions/give-opinion", 422)
    assert 'id="comment-give-opinion-wrong"' in refused
    post("luutru", f"{here}/actions/give-opinion", comment="Nên")
    assert "Nên" in _part(get("truongban", here), "history")


def test_several_documents_are_shown_with_their_bytes_and_done_each_by_itself(
    house: House, doors: tuple[Get, Post]
) -> None:
    get, post = doors
    documents = [house.act(house.drafted(), "submit", "chuyenvien") for _ in range(3)]
    assert get("truongban", "/").count('name="document"') >= 3
    asked = "&".join(f"document={one.id}" for one in documents)
    page = get("truongban", f"/desk/several?{asked}")
    assert page.count(documents[0].latest.digest[:12]) >= 1
    assert 'value="approve"' in page
    house.act(documents[1], "return", "truongban", comment="Sửa đã")

    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    done = post("truongban", "/desk/several", 200, action="approve", shown=shown)

    assert "2 trên 3 văn bản đã xử lý." in done
    assert done.count("Chưa thực hiện được") == 1
    with house.office.database.reading() as unit:
        states = [unit.documents.get(one.id).state for one in documents]
    assert states == ["format_check", "drafting", "format_check"]


def test_nothing_chosen_leads_back_to_the_desk(doors: tuple[Get, Post]) -> None:
    _, post = doors
    assert "Redirecting" in post("truongban", "/desk/several", 303)


def _drafted(house: House) -> Document:
    said = Particulars(
        Direction.INTERNAL, "TB", "Chi sửa trụ sở", Classification.NONE, workflow="consultation"
    )
    return draft(house.office, said, {"body": "Sửa mái."}, by=house.person("chuyenvien"))


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def _part(page: str, named: str) -> str:
    """Give a page from the first element of this class on."""
    return page[page.index(f'class="{named}') :]
