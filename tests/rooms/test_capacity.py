"""Whoever signs in another's name says so on the page, in the signature and to the recipient."""

import io
from datetime import date

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from records.delegation import Capacity
from records.document import Classification, Direction, Document
from records.errors import Refused
from tests.conftest import House
from workflow.begin import Particulars
from workflow.capacity import signer_lines
from workflow.check import check
from workflow.delegate import Wanted, delegate
from workflow.draft import draft


def given(house: House, to: str, capacity: Capacity) -> None:
    wanted = Wanted(
        to, capacity, date(2026, 11, 20), date(2026, 11, 30), "12/GUQ", date(2026, 11, 19)
    )
    delegate(house.office, wanted, by=house.person("chutich"))


def last_page(house: House, document: Document) -> str:
    content = house.office.contents.get(document, document.latest.digest)
    return " ".join(house.office.reader.reading(content).texts[-1].split())


def stamp(house: House, document: Document) -> tuple[str, bool]:
    """Give the reason a leader's signature states, and whether its picture has letters."""
    content = house.office.contents.get(document, document.latest.digest)
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    shown = signature.sig_field["/AP"]["/N"]["/Resources"]
    return str(signature.sig_object["/Reason"]), "/Font" in shown


@pytest.mark.parametrize(
    ("capacity", "lines"),
    [
        (Capacity.TUQ, ("TUQ. CHỦ TỊCH", "TRƯỞNG BAN")),
        (Capacity.TL, ("TL. BAN THƯỜNG VỤ", "TRƯỞNG BAN")),
        (Capacity.Q, ("Q. CHỦ TỊCH",)),
    ],
)
def test_the_form_prints_the_capacity_of_the_delegation_in_force(
    house: House, capacity: Capacity, lines: tuple[str, ...]
) -> None:
    given(house, "truongban", capacity)
    document = _drafted_for(house, "truongban")

    told = last_page(house, document)
    assert all(line in told for line in lines)
    assert "Trần Quốc Đạt" in told
    assert "TM. BAN THƯỜNG VỤ" not in told
    assert document.fields["signer"] == "chutich"


def test_nobody_is_named_on_a_page_without_a_delegation_in_force(house: House) -> None:
    with pytest.raises(Refused, match="signer.unknown"):
        _drafted_for(house, "truongban")


def test_the_stamp_says_in_whose_name_it_is_and_the_signature_holds(house: House) -> None:
    document = house.approved()
    given(house, "phochutich", Capacity.KT)
    signed = house.act(document, "sign", "phochutich")

    assert signer_lines(house.office, signed) == ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    report = check(house.office, signed.id, by=house.person("phochutich"))
    assert (report.verdict, report.reasons) == ("valid", ())
    reason, lettered = stamp(house, signed)
    assert "(KT. CHỦ TỊCH; PHÓ CHỦ TỊCH; Vũ Đình Khải)" in reason
    assert lettered
    sealed = house.act(signed, "seal", "vanthu")
    assert check(house.office, sealed.id, by=house.person("vanthu")).verdict == "valid"


def test_who_signs_by_their_own_post_gets_no_caption(house: House) -> None:
    signed = house.signed()

    reason, lettered = stamp(house, signed)
    assert "(" not in reason
    assert not lettered
    assert signer_lines(house.office, signed) == ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH")


def _drafted_for(house: House, signer: str) -> Document:
    said = Particulars(Direction.OUTGOING, "TB", "Nghỉ lễ", Classification.NONE)
    by = house.person("chuyenvien")
    return draft(house.office, said, {"body": "Một."}, signer=signer, by=by)
