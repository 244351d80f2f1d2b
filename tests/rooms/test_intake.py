"""What comes from elsewhere is checked as it came, by two readers, and the report is kept."""

import json
import tempfile
from pathlib import Path

import pytest

from front.serving import application
from records.document import Classification, Direction, Document
from records.errors import NotFound, Unavailable
from records.signature import Verdict
from signing.second import agree
from tests.conftest import PASSWORD, House
from workflow.begin import Particulars
from workflow.inspect import inspect, intake_report
from workflow.receive import receive
from workflow.verify import verify


def arrived(house: House, content: bytes, classification: Classification) -> Document:
    said = Particulars(Direction.INCOMING, "công văn", "Văn bản đến đã ký số", classification)
    return receive(house.office, said, content, by=house.person("vanthu")).document


@pytest.fixture
def sealed(house: House) -> bytes:
    document = house.sealed()
    return house.office.contents.get(document, document.latest.digest)


def test_the_report_of_an_incoming_document_is_kept(house: House, sealed: bytes) -> None:
    document = arrived(house, sealed, Classification.NONE)
    clerk = house.person("vanthu")
    with pytest.raises(NotFound, match="intake.unknown"):
        intake_report(house.office, document.id, by=clerk)

    house.work_off()
    first = intake_report(house.office, document.id, by=clerk)
    told = json.loads(first)
    assert told["verdict"] == Verdict.VALID
    assert [one["role"] for one in told["signatures"]] == ["leader", "agency"]
    assert told["revision"] == document.latest.digest

    inspect(house.office, document.id)
    assert intake_report(house.office, document.id, by=clerk) == first
    assert verify(house.office).holds

    doors = application(house.office, house.settings).test_client()
    login = {"username": "vanthu", "password": PASSWORD}
    token = doors.post("/api/v1/tokens", json=login).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    seen = doors.get(f"/api/v1/documents/{document.id}", headers=headers).get_json()
    assert seen["intake"]["verdict"] == "valid"
    kept = doors.get(f"/api/v1/documents/{document.id}/intake", headers=headers)
    assert kept.data == first
    page = doors.get(f"/documents/{document.id}", headers=headers).text
    assert "Kiểm tra chữ ký khi tiếp nhận" in page


def test_a_secret_one_is_checked_without_a_job_and_its_report_lies_in_the_vault(
    house: House, sealed: bytes
) -> None:
    document = arrived(house, sealed, Classification.SECRET)
    with house.office.database.reading() as unit:
        assert unit.jobs.pending([document.id]) == []
        intake = unit.proofs.intake_of(document.id)
    assert intake is not None
    assert intake.verdict is Verdict.VALID
    report = intake_report(house.office, document.id, by=house.person("vanthu"))
    assert json.loads(report)["signatures"]
    assert house.office.contents.vault.get(document.id, intake.report) == report


def test_what_a_second_reader_must_rebuild_is_not_agreed_upon(sealed: bytes) -> None:
    assert agree(sealed)
    hidden = b"\n5 0 obj\n<</Type/Page>>\nendobj\n" + b"% " + b"x" * 4000 + b"\n"
    assert not agree(sealed + hidden)
    assert not agree(sealed[:-6])


def test_a_second_reader_who_cannot_be_given_the_file_judges_nothing(
    sealed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(Unavailable) as caught:
        agree(sealed)

    assert caught.value.rule == "reader.unavailable"
