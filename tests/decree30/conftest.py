"""Two offices in which a document went every way that Annex VI speaks of, for all its tests."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from front.serving import application
from records.case_file import CaseFile
from records.document import Classification, Direction, Document, Source
from tests.conftest import PASSWORD, House, Opening
from web.contract import openapi
from workflow.begin import Enclosed, Particulars
from workflow.case_files import close_file, open_planned, put_in
from workflow.file_plan import bring_plan, issue_plan
from workflow.gather import gather
from workflow.give_up import agree
from workflow.look import desk
from workflow.recall import board, recall
from workflow.receive import receive

PLAN = (
    "Đề mục,Số và ký hiệu,Tiêu đề hồ sơ,Thời hạn bảo quản,Người lập\n"
    "Hành chính,01.HC,Hồ sơ Tháng Công nhân,20 năm,vanthu\n"
    "Hành chính,02.HC,Hồ sơ phối hợp,Vĩnh viễn,luutru\n"
).encode()


@dataclass
class Stage:
    """What the tests look at."""

    ours: House
    theirs: House
    sent: Document = field(init=False)
    returned: Document = field(init=False)
    came: Document = field(init=False)
    brought: Document = field(init=False)
    file: CaseFile = field(init=False)
    other: CaseFile = field(init=False)
    paths: dict[str, Any] = field(init=False)
    client: FlaskClient = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, who: str = "vanthu", **headers: str) -> Any:
        """Ask our office's API as somebody."""
        if who not in self.tokens:
            known = {"username": who, "password": PASSWORD}
            told = self.client.post("/api/v1/tokens", json=known)
            self.tokens[who] = told.json["token"]  # type: ignore[index]  # it is there
        bearer = {"Authorization": f"Bearer {self.tokens[who]}", **headers}
        return self.client.get(f"/api/v1{path}", headers=bearer)

    def offers(self, *words: str) -> bool:
        """Tell whether one operation of the contract speaks of all these words."""
        return any(
            all(word in f"{path} {told['summary']}".lower() for word in words)
            for path, methods in self.paths.items()
            for told in methods.values()
        )


@pytest.fixture(scope="module")
def stage(open_lasting_house: Opening, paper: bytes) -> Stage:
    ours, theirs = open_lasting_house(), open_lasting_house("office-partner.yaml")
    told = Stage(ours, theirs)
    app = application(ours.office, ours.settings)
    told.client = app.test_client()
    told.paths = openapi(app)["paths"]
    _planned(ours)
    draft = ours.drafted(type="KH", subject="Kế hoạch tháng công nhân")
    draft = ours.act(draft, "submit", "chuyenvien", comment="Trình xem xét")
    told.returned = ours.act(draft, "return", "truongban", comment="Bổ sung căn cứ")
    told.sent = ours.act(ours.sealed(told.returned), "dispatch", "vanthu", recipients=("H49.90.2",))
    ours.work_off()
    gather(theirs.office)
    [waiting] = _waiting(theirs)
    told.came = theirs.act(waiting, "number", "vanthu")
    theirs.work_off()
    gather(ours.office)
    told.brought = _brought(ours, paper)
    clerk, archivist = ours.person("vanthu"), ours.person("luutru")
    told.file = open_planned(ours.office, 2026, "01.HC", by=clerk)
    told.other = open_planned(ours.office, 2026, "02.HC", by=archivist)
    put_in(ours.office, told.file.id, [told.sent.id], by=clerk)
    put_in(ours.office, told.other.id, [told.sent.id, told.brought.id], by=archivist)
    told.file = close_file(ours.office, told.file.id, date(2026, 11, 20), by=clerk)
    ours.work_off()
    return told


def _waiting(house: House) -> list[Document]:
    found = desk(house.office, by=house.person("vanthu"))
    return [one.document for one in getattr(found, "items", found)]


def _planned(house: House) -> None:
    bring_plan(house.office, 2026, PLAN, seen=0, by=house.person("luutru"))
    issue_plan(house.office, 2026, by=house.person("chutich"))


def _brought(house: House, paper: bytes) -> Document:
    source = Source(number="12/CV", organ="UBND tỉnh", on=date(2026, 11, 3))
    said = Particulars(
        Direction.INCOMING, "công văn", "Mời dự họp", Classification.NONE, source=source
    )
    enclosed = (Enclosed("phụ lục.pdf", paper),)
    clerk = house.person("vanthu")
    made = receive(house.office, said, paper, attachments=enclosed, by=clerk).document
    return house.act(made, "number", "vanthu")


@dataclass
class Recalled:
    """A document that went to another office, was recalled, and was destroyed there."""

    ours: House
    theirs: House
    sent: Document
    came: Document


@pytest.fixture(scope="module")
def recalled(open_lasting_house: Opening) -> Recalled:
    ours, theirs = open_lasting_house(), open_lasting_house("office-partner.yaml")
    sent = ours.act(ours.sealed(), "dispatch", "vanthu", recipients=("H49.90.2",))
    ours.work_off()
    gather(theirs.office)
    [came] = _waiting(theirs)
    recall(ours.office, sent.id, "Ban hành nhầm", by=ours.person("vanthu"))
    ours.work_off()
    gather(theirs.office)
    [(order, _)] = board(theirs.office, by=theirs.person("vanthu")).asked
    agree(theirs.office, order.id, by=theirs.person("vanthu"))
    theirs.work_off()
    gather(ours.office)
    return Recalled(ours, theirs, sent, came)
