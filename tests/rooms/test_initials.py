"""Whoever checks initials where the road says so, and every later signature stays valid."""

import io

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from config.settings import Settings
from config.workflows import read_route, read_texts
from records.document import Document, Origin
from records.errors import OfficeError, Outrun, Refused
from records.signature import ValidationReport, Verdict
from records.signing import Holding, KeyKind
from tests.conftest import House, Opening
from workflow.adopt import adopt_files
from workflow.check import check
from workflow.initial import letters_of
from workflow.keys import settle
from workflow.look import history, view
from workflow.verify import verify


def with_initials(content: str, form: str) -> dict[str, str]:
    """Give the shipped roads, with what the two checks leave on paper."""
    texts = read_texts(Settings().trinhky_config / "workflows")
    told = texts["outgoing"]
    for state, how in (("content_check", content), ("format_check", form)):
        if how:
            head = f"  {state}:\n"
            assert head in told
            told = told.replace(head, f"{head}    initials: {how}\n")
    return {**texts, "outgoing": told}


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    """Give an office where both checks are initialled."""
    house = open_lasting_house()
    assert adopt_files(house.office, with_initials("sign", "sign")) == ["outgoing"]
    return house


def report_on(house: House, document: Document) -> ValidationReport:
    return check(house.office, document.id, by=house.person("chutich"))


def test_both_checkers_initial_and_all_four_signatures_are_valid(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    shown = house.office.contents.get(document, document.latest.digest)
    first = house.act(document, "approve", "truongban")
    assert (first.state, first.latest.origin) == ("format_check", Origin.INITIALLED)
    assert house.office.contents.get(first, first.latest.digest).startswith(shown)
    second = house.act(first, "approve", "chanhvanphong")
    assert [one.role for one in report_on(house, second).signatures] == ["initials"] * 2

    sealed = house.act(house.act(second, "sign", "chutich"), "seal", "vanthu")

    report = report_on(house, sealed)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.role for one in report.signatures] == ["initials", "initials", "leader", "agency"]
    assert all(one.verdict is Verdict.VALID for one in report.signatures)
    told = history(house.office, sealed.id, by=house.person("chutich"))
    assert [line["initials"] for line in told if line["action"] == "approve"] == ["sign", "sign"]
    assert verify(house.office).holds
    content = house.office.contents.get(sealed, sealed.latest.digest)
    for one in PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[:2]:
        x0, y0, x1, y1 = (float(side) for side in one.sig_field["/Rect"])
        assert (round(x1 - x0), round(y1 - y0)) == (34, 15)
        assert "/AP" in one.sig_field


def test_the_initials_stand_behind_the_text_and_hide_nothing(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    shown = house.office.contents.get(document, document.latest.digest)
    placement = house.office.reader.placement(shown)
    assert placement.initials
    made = house.act(document, "approve", "truongban")
    content = house.office.contents.get(made, made.latest.digest)
    assert house.office.reader.added(shown, content, {"it": placement.initials}).hidden == 0
    assert placement.initials.y0 > placement.signature.y1  # beside the last line of the text


def test_a_return_needs_new_bytes_and_a_recall_new_initials(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    document = house.act(document, "approve", "truongban")
    recalled = house.act(document, "recall", "truongban")
    assert recalled.state == "content_check"
    again = house.act(recalled, "approve", "truongban")
    again = house.act(again, "approve", "chanhvanphong")
    signed = house.act(again, "sign", "chutich")
    report = report_on(house, signed)
    assert (report.verdict, len(report.signatures)) == (Verdict.VALID, 4)

    other = house.act(house.drafted(), "submit", "chuyenvien")
    other = house.act(other, "approve", "truongban")
    back = house.act(other, "return", "chanhvanphong", comment="Sửa câu thứ hai")
    with pytest.raises(OfficeError):
        house.act(back, "submit", "chuyenvien")


def test_without_a_key_that_is_here_nothing_is_initialled(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    by = house.person("quantri")
    settle(house.office, Holding("truongban", KeyKind.DEVICE), by=by)
    with pytest.raises(Refused, match="key.own-device"):
        house.act(document, "approve", "truongban")
    settle(house.office, Holding("truongban", KeyKind.FILE), by=by)
    now = view(house.office, document.id, by=house.person("truongban"))
    assert (now.document, set(now.initials)) == (document, {"approve"})
    with pytest.raises(Outrun):
        house.act(document, "approve", "truongban", shown="0" * 64)
    returned = house.act(document, "return", "truongban", comment="Chưa đủ căn cứ")
    assert returned.latest == document.latest  # only an approval initials


def test_an_office_may_only_record_them(open_house: Opening) -> None:
    house = open_house()
    adopt_files(house.office, with_initials("record", ""))
    approved = house.approved()
    assert approved.latest.origin is not Origin.INITIALLED
    told = history(house.office, approved.id, by=house.person("chuyenvien"))
    assert [line["initials"] for line in told if line["action"] == "approve"] == ["record", ""]


@pytest.mark.parametrize(
    ("state", "line"), [("signing", "initials: sign"), ("drafting", "initials: record")]
)
def test_only_who_approves_and_does_not_sign_may_initial(state: str, line: str) -> None:
    told = with_initials("", "")["outgoing"].replace(f"  {state}:\n", f"  {state}:\n    {line}\n")
    with pytest.raises(Refused, match="config.invalid"):
        read_route(told, "outgoing")


def test_letters_of_a_name() -> None:
    assert letters_of("Lê Thị Bưởi") == "LTB"
