"""Several leaders sign one document, one after another, and every signature stays valid."""

import subprocess
from pathlib import Path

import pytest

from records.document import Classification, Direction, Document
from records.errors import NotAllowed, OfficeError, Refused
from records.person import Person, Post, Role
from records.signature import Verdict
from signing.demo_pki import found_demo_pki
from tests.conftest import House
from workflow.begin import Particulars
from workflow.check import check
from workflow.draft import draft
from workflow.look import view
from workflow.staff import hire
from workflow.verify import verify

EIGHT = [f"uyvien-{n}" for n in range(1, 9)]


def drafted(house: House, signer: str, *cosigners: str) -> Document:
    said = Particulars(Direction.OUTGOING, "QĐ", "Liên tịch", Classification.NONE)
    by = house.person("chuyenvien")
    body = {"body": "Thực hiện theo kế hoạch."}
    return draft(house.office, said, body, signer=signer, cosigners=cosigners, by=by)


def test_ten_signatures_on_one_document_are_all_valid(house: House, tmp_path: Path) -> None:
    administrator = house.person("quantri")
    for name in EIGHT:
        posts = (Post(Role.LEADER, "lanh-dao"),)
        hire(
            house.office,
            Person(name, f"Ông {name}", "Ủy viên", posts),
            "đủ dài rồi",
            by=administrator,
        )
    people = [(name, f"Ông {name}", "Ủy viên") for name in EIGHT]
    folder = house.settings.trinhky_data / "keys"
    found_demo_pki(folder, people=people, office=house.office.organ.name, at=house.clock())
    document = house.approved(drafted(house, "chutich", *EIGHT))

    for nth, name in enumerate(EIGHT):
        others = [*EIGHT[:nth], *EIGHT[nth + 1 :], "chutich"]
        with pytest.raises(NotAllowed, match="step.not-yours"):
            house.act(document, "sign", others[nth % 3])
        document = house.act(document, "sign", name)
        assert (document.state, document.signer) == ("signing", name)
    document = house.act(document, "sign", "chutich")
    assert (document.state, document.signer) == ("signed", "chutich")
    document = house.act(document, "seal", "vanthu")

    report = check(house.office, document.id, by=house.person("vanthu"))
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.verdict for one in report.signatures] == [Verdict.VALID] * 10
    assert [one.signer for one in report.signatures] == [
        *(f"Ông {name}" for name in EIGHT),
        "Phạm Thị Thu Hường",
        house.office.organ.name,
    ]
    (tmp_path / "ten.pdf").write_bytes(house.office.contents.get(document, document.latest.digest))
    told = subprocess.run(  # noqa: S603 - ours
        ["pdfsig", "-nocert", str(tmp_path / "ten.pdf")],  # noqa: S607 - Debian's
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert told.count("Signature is Valid.") == 10
    assert verify(house.office).holds


def test_a_return_between_two_signatures_begins_anew(house: House) -> None:
    document = house.approved(drafted(house, "chutich", "phochutich"))
    by = house.person("chutich")
    document = house.act(document, "sign", "phochutich")
    assert view(house.office, document.id, by=by).actions[0] == "sign"

    document = house.act(document, "return", "chutich", comment="Sửa")

    assert document.state == "drafting"
    with pytest.raises(OfficeError):
        house.act(document, "submit", "chuyenvien")


def test_nobody_signs_twice_and_only_leaders_sign(house: House) -> None:
    for signer, cosigners, rule in (
        ("chutich", ("chutich",), "signer.twice"),
        ("chutich", ("phochutich", "phochutich"), "signer.twice"),
        ("chutich", ("vanthu",), "signer.unknown"),
        ("chutich", ("../x",), "signer.unknown"),
    ):
        with pytest.raises(Refused, match=rule):
            drafted(house, signer, *cosigners)
