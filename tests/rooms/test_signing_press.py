"""Fields, leader's signature, number, date and seal on one document, and what is refused."""

import asyncio
import io
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter, copy_into_new_writer
from pyhanko.sign import fields as vendor_fields
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from records.errors import Broken, Refused, Unavailable, Unreadable
from records.level import Level
from records.paper import Box, DateStyle, NumberStyle, Placement
from records.signature import Verdict
from signing.demo_pki import found_demo_pki, refresh_crls, revoke
from signing.keys import Keyring
from signing.press import Press
from signing.timestamps import http_timestamper
from tests.rooms.test_signing_office import (
    ISSUED,
    NOW,
    OFFICE,
    PEOPLE,
    PLACEMENT,
    ScratchOffice,
    another,
    assembled,
    found,
    one_office,
    plain_pdf,
    ran,
)


@pytest.fixture(scope="module")
def office() -> ScratchOffice:
    return one_office()


@pytest.fixture(scope="module")
def signed(office: ScratchOffice) -> bytes:
    return office.signed(plain_pdf())


@pytest.fixture(scope="module")
def sealed(office: ScratchOffice, signed: bytes) -> bytes:
    return office.sealed(signed, at=NOW + timedelta(hours=1))


def form_of(pdf: bytes) -> dict[str, generic.DictionaryObject]:
    """Give the fields of a PDF by name, in their order."""
    fields = PdfFileReader(io.BytesIO(pdf)).root["/AcroForm"]["/Fields"]
    return {str(fields[at]["/T"]): fields[at] for at in range(len(fields))}


def values(pdf: bytes) -> dict[str, str | None]:
    """Give the text fields of a PDF and what they say."""
    return {name: f.get("/V") for name, f in form_of(pdf).items() if f["/FT"] == "/Tx"}


# ── every byte stays in its place ────────────────────────────────────────────────────────


def test_every_step_leaves_every_byte_before_it_in_its_place(
    office: ScratchOffice, signed: bytes, sealed: bytes
) -> None:
    pdf = plain_pdf()
    assert office.press.prepare(pdf, PLACEMENT).startswith(pdf)
    assert signed.startswith(pdf)
    assert sealed.startswith(signed)


def test_signing_prepares_what_nobody_prepared(office: ScratchOffice, signed: bytes) -> None:
    prepared = office.press.prepare(plain_pdf(), PLACEMENT)
    assert list(form_of(signed)) == list(form_of(prepared))
    assert office.signed(prepared).startswith(prepared)


def test_prepared_fields_are_empty_and_printed(office: ScratchOffice) -> None:
    prepared = office.press.prepare(plain_pdf(), PLACEMENT)
    found = form_of(prepared)
    assert list(found) == ["so", "ngay", "thang", "nam", "KyLanhDao", "KyCoQuan", "SaoY"]
    for name in ("so", "ngay", "thang", "nam"):
        assert found[name]["/F"] == 4
        assert "/V" not in found[name]
        assert found[name]["/AP"]["/N"].data == b""
    assert [float(side) for side in found["SaoY"]["/Rect"]] == [0, 0, 0, 0]


def test_only_the_fields_of_the_placement_are_made(office: ScratchOffice) -> None:
    placement = replace(PLACEMENT, date_style=DateStyle.WHOLE, number_style=NumberStyle.WHOLE)
    assert set(values(office.press.prepare(plain_pdf(), placement))) == {"so", "ngay"}
    year_printed = replace(PLACEMENT, year=None, printed_year=2026)
    assert set(values(office.press.prepare(plain_pdf(), year_printed))) == {"so", "ngay", "thang"}


# ── both signatures ──────────────────────────────────────────────────────────────────────


def test_our_own_document_is_valid_with_both_its_signatures(
    office: ScratchOffice, sealed: bytes
) -> None:
    report = office.press.validate(sealed, at=NOW + timedelta(days=3))

    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    leader, agency = report.signatures
    assert (leader.field, leader.signer) == ("KyLanhDao", "Nguyễn Văn An")
    assert (agency.field, agency.signer) == ("KyCoQuan", OFFICE)
    assert (leader.covers, agency.covers) == ("revision", "whole-file")
    assert leader.later_changes == ("form-filling", "signature")
    assert agency.later_changes == ()
    for one, at in ((leader, NOW), (agency, NOW + timedelta(hours=1))):
        assert (one.verdict, one.reasons) == (Verdict.VALID, ())
        assert (one.time, one.time_source, one.certificate_status) == (at, "timestamp", "good")
        assert one.issuer == "CA trung gian THỬ NGHIỆM"
    assert leader.serial == office.keyring.certificate_of("chutich").serial


def test_poppler_finds_both_signatures_valid(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    told = ran("pdfsig", "-nocert", str(tmp_path / "sealed.pdf"))
    assert told.count("Signature is Valid.") == 2
    assert told.count("ETSI.CAdES.detached") == 2
    assert "Total document signed" in told


def test_qpdf_finds_nothing_wrong(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    assert "No syntax or stream encoding errors" in ran(
        "qpdf", "--check", str(tmp_path / "sealed.pdf")
    )


def test_the_leaders_signature_approves_and_certifies_nothing(signed: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(signed))
    (one,) = reader.embedded_regular_signatures
    assert "/Perms" not in reader.root
    assert one.docmdp_level is None
    assert one.fieldmdp is None
    assert one.sig_object["/Reason"] == "Ký phê duyệt"
    assert one.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_the_office_clock_and_not_the_machines_is_in_the_signature(signed: bytes) -> None:
    (one,) = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures
    assert one.self_reported_timestamp == NOW


def test_the_seal_locks_number_and_date(sealed: bytes) -> None:
    agency = PdfFileReader(io.BytesIO(sealed)).embedded_regular_signatures[1]
    lock = agency.fieldmdp
    assert lock is not None
    assert lock.action is vendor_fields.FieldMDPAction.INCLUDE
    assert lock.fields == ["so", "ngay", "thang", "nam"]


def test_number_date_and_seal_are_one_revision(signed: bytes, sealed: bytes) -> None:
    before = PdfFileReader(io.BytesIO(signed)).xrefs.total_revisions
    assert PdfFileReader(io.BytesIO(sealed)).xrefs.total_revisions == before + 1


def test_the_fields_say_number_and_date(sealed: bytes, tmp_path: Path) -> None:
    assert values(sealed) == {"so": "05/QĐ-LĐLĐ", "ngay": "20", "thang": "11", "nam": "2026"}
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    shown = ran("pdftotext", "-layout", str(tmp_path / "sealed.pdf"), "-")
    assert shown.split() == ["05/QĐ-LĐLĐ", "20", "11", "2026", "Trang", "mot"]


def test_the_seal_has_its_real_size_whatever_box_it_was_given(office: ScratchOffice) -> None:
    large = replace(PLACEMENT, seal=Box(0, 200, 100, 400, 300))
    prepared = office.press.prepare(plain_pdf(), large)
    x0, y0, x1, y1 = (float(side) for side in form_of(prepared)["KyCoQuan"]["/Rect"])
    assert (x1 - x0) / 72 * 25.4 == pytest.approx(36, abs=0.05)
    assert (y1 - y0) / 72 * 25.4 == pytest.approx(36, abs=0.05)
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((300, 200), abs=0.05)


def test_the_whole_number_and_date_are_written_where_nothing_is_printed(
    office: ScratchOffice,
) -> None:
    placement = replace(
        PLACEMENT,
        number=Box(0, 60, 740, 230, 757),
        number_style=NumberStyle.WHOLE,
        day=Box(0, 330, 740, 560, 757),
        date_style=DateStyle.WHOLE,
    )
    signed = office.press.sign(
        plain_pdf(), placement=placement, person="phochutich", at=NOW, reason=""
    )
    sealed = office.press.seal(
        signed, placement=placement, number="123", notation="TB-LĐLĐ", on=date(2026, 2, 3), at=NOW
    )
    assert values(sealed) == {"so": "Số: 123/TB-LĐLĐ", "ngay": "ngày 03 tháng 02 năm 2026"}


def test_a_copy_may_be_signed_into_the_field_kept_for_it(
    office: ScratchOffice, sealed: bytes
) -> None:
    copied = counter_signed(office, sealed, "SaoY")
    report = office.press.validate(copied, at=NOW + timedelta(days=1))
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.field for one in report.signatures] == ["KyLanhDao", "KyCoQuan", "SaoY"]
    assert report.signatures[1].later_changes == ("signature",)


def counter_signed(office: ScratchOffice, pdf: bytes, field: str) -> bytes:
    """Sign as another tool would, with the agency's key."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    meta = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=vendor_fields.SigSeedSubFilter.PADES
    )
    stamper = office.keyring.timestamper().stamper(NOW + timedelta(hours=2))
    job = PdfSigner(meta, office.keyring.seal(), timestamper=stamper)
    return bytes(job.sign_pdf(writer).read())


def test_two_leaders_sign_two_documents_at_once(office: ScratchOffice) -> None:
    press = Press(office.keyring, office.keyring.timestamper())

    def sign(n: int) -> bytes:
        return press.sign(
            plain_pdf(f"Trang {n}"),
            placement=PLACEMENT,
            person=("chutich", "phochutich")[n % 2],
            at=NOW,
            reason="",
        )

    with ThreadPoolExecutor(4) as pool:
        signed = list(pool.map(sign, range(8)))
    for n, pdf in enumerate(signed):
        (one,) = press.validate(pdf, at=NOW).signatures
        assert (one.signer, one.verdict) == (PEOPLE[n % 2][1], Verdict.VALID)


# ── refused ──────────────────────────────────────────────────────────────────────────────


def test_another_year_printed_on_the_page_is_refused(office: ScratchOffice) -> None:
    placement = replace(PLACEMENT, year=None, printed_year=2025)
    signed = office.press.sign(
        plain_pdf(), placement=placement, person="chutich", at=NOW, reason=""
    )
    with pytest.raises(Refused) as refusal:
        office.press.seal(
            signed, placement=placement, number="05", notation="QĐ-LĐLĐ", on=ISSUED, at=NOW
        )
    assert refusal.value.rule == "number.year-printed"
    assert refusal.value.facts == {"printed": 2025, "year": 2026}


def test_nothing_is_sealed_that_no_leader_signed(office: ScratchOffice) -> None:
    for pdf in (plain_pdf(), office.press.prepare(plain_pdf(), PLACEMENT)):
        with pytest.raises(Refused, match=r"seal\.not-signed"):
            office.sealed(pdf)


def test_nothing_is_sealed_whose_signature_was_broken(office: ScratchOffice, signed: bytes) -> None:
    broken = signed.replace(b"Trang mot", b"Trang hai")
    with pytest.raises(Refused, match=r"seal\.signature-not-valid"):
        office.sealed(broken)


def test_nothing_is_sealed_or_signed_twice(
    office: ScratchOffice, signed: bytes, sealed: bytes
) -> None:
    with pytest.raises(Refused, match=r"seal\.already-sealed"):
        office.sealed(sealed)
    for pdf in (signed, sealed):
        with pytest.raises(Refused, match=r"sign\.already-signed"):
            office.signed(pdf)


def test_a_person_without_a_certificate_cannot_sign(office: ScratchOffice) -> None:
    with pytest.raises(Refused, match=r"sign\.no-certificate"):
        office.press.sign(plain_pdf(), placement=PLACEMENT, person="ai-do", at=NOW, reason="")


def test_a_revoked_certificate_cannot_sign(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    revoke(office.folder, "chutich", at=NOW)
    with pytest.raises(Refused) as refusal:
        office.signed(plain_pdf(), at=NOW + timedelta(hours=1))
    assert refusal.value.rule == "sign.certificate-not-good"
    assert refusal.value.facts == {"person": "chutich", "status": "revoked"}


def test_an_expired_certificate_cannot_sign(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    late = NOW + timedelta(days=6 * 365)
    refresh_crls(office.folder, late)
    with pytest.raises(Refused, match="expired"):
        office.signed(plain_pdf(), at=late)


def test_without_a_list_in_force_nobody_signs_until_there_is_one(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    late = NOW + timedelta(days=40)
    with pytest.raises(Unavailable, match=r"sign\.revocation-unknown"):
        office.signed(plain_pdf(), at=late)

    refresh_crls(office.folder, late)

    assert office.signed(plain_pdf(), at=late)


def test_a_list_that_comes_while_it_is_sealed_leaves_no_proof_out(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    signed = office.signed(plain_pdf(), at=NOW)
    refresh_crls(office.folder, NOW + timedelta(seconds=5))

    sealed = office.press.seal(
        signed,
        placement=PLACEMENT,
        number="05",
        notation="QĐ-LĐLĐ",
        on=ISSUED,
        at=NOW,
        level=Level.B_LTA,
    )

    assert office.press.lasting.weigh(sealed).level is Level.B_LTA


def test_without_a_timestamp_what_is_signed_says_so(office: ScratchOffice, signed: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        nobody = door.getsockname()[1]
    press = Press(office.keyring, http_timestamper(f"http://127.0.0.1:{nobody}/tsa", 2.0))
    bare = press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")
    sealed = press.seal(
        signed, placement=PLACEMENT, number="05", notation="QĐ-LĐLĐ", on=ISSUED, at=NOW
    )
    assert [press.lasting.weigh(one).level for one in (bare, sealed)] == ["B-B", "B-B"]
    with pytest.raises(Unavailable, match=r"timestamp\.unavailable"):
        press.prove(sealed, at=NOW)


def test_a_stamp_of_a_stranger_is_noticed_before_anybody_stores_it(
    office: ScratchOffice, tmp_path: Path
) -> None:
    found_demo_pki(tmp_path / "keys", people=[], office="Cơ quan khác", at=NOW)
    press = Press(office.keyring, Keyring(tmp_path / "keys").timestamper())
    with pytest.raises(Broken) as stop:
        press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")
    assert stop.value.rule == "sign.self-check"
    assert stop.value.facts["reasons"] == ("timestamp-untrusted",)


def test_a_sign_that_no_font_has_is_refused(office: ScratchOffice, signed: bytes) -> None:
    with pytest.raises(Refused, match=r"number\.unprintable"):
        office.press.seal(
            signed, placement=PLACEMENT, number="05", notation="QĐ-漢", on=ISSUED, at=NOW
        )


def _reason(office: ScratchOffice, pdf: bytes, placement: Placement = PLACEMENT) -> object:
    with pytest.raises(Unreadable) as refusal:
        office.press.sign(pdf, placement=placement, person="chutich", at=NOW, reason="")
    assert refusal.value.rule == "pdf.not-signable"
    return refusal.value.facts["reason"]


def test_what_is_no_pdf_cannot_be_signed(office: ScratchOffice) -> None:
    assert _reason(office, b"PK\x03\x04 a docx") == "not-pdf"
    assert _reason(office, b"") == "not-pdf"
    assert _reason(office, plain_pdf()[:-60]) == "damaged"
    assert _reason(office, b"%PDF-1.7\nnothing more") == "damaged"


def test_an_encrypted_pdf_cannot_be_signed(office: ScratchOffice) -> None:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(plain_pdf())))
    writer.encrypt("owner", "user")
    locked = _written(writer)
    assert _reason(office, locked) == "encrypted"
    report = office.press.validate(locked, at=NOW)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("encrypted",))


def test_a_certified_pdf_cannot_be_signed(office: ScratchOffice) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(plain_pdf()))
    meta = PdfSignatureMetadata(field_name="Certified", md_algorithm="sha256", certify=True)
    certified = PdfSigner(meta, office.keyring.seal()).sign_pdf(writer).read()
    assert _reason(office, certified) == "certified"


def test_new_fields_are_not_put_under_somebody_elses_signature(office: ScratchOffice) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(plain_pdf()))
    meta = PdfSignatureMetadata(field_name="KyNhay", md_algorithm="sha256")
    initialled = PdfSigner(meta, office.keyring.seal()).sign_pdf(writer).read()
    assert _reason(office, initialled) == "signed"


def test_a_box_on_no_page_is_refused(office: ScratchOffice) -> None:
    away = replace(PLACEMENT, signature=replace(PLACEMENT.signature, page=3))
    assert _reason(office, plain_pdf(pages=3), away) == "no-such-page"


def test_fields_somebody_else_made_are_not_taken_for_ours(office: ScratchOffice) -> None:
    elsewhere = replace(PLACEMENT, number=Box(0, 10, 10, 110, 27))
    assert _reason(office, office.press.prepare(plain_pdf(), elsewhere)) == "fields-differ"
    planted = IncrementalPdfFileWriter(io.BytesIO(office.press.prepare(plain_pdf(), PLACEMENT)))
    number = planted.root["/AcroForm"]["/Fields"].raw_get(0)
    number.get_object()["/MaxLen"] = generic.NumberObject(1)
    planted.mark_update(number)
    assert _reason(office, _written(planted)) == "fields-differ"
    some = IncrementalPdfFileWriter(io.BytesIO(plain_pdf()))
    vendor_fields.append_signature_field(some, vendor_fields.SigFieldSpec("SaoY"))
    assert _reason(office, _written(some)) == "fields-taken"


def _written(writer: BasePdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_file_with_two_truths_is_not_signed(office: ScratchOffice) -> None:
    assert _reason(office, hybrid_pdf()) == "hybrid"
    report = office.press.validate(hybrid_pdf(), at=NOW)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("no-signature",))


def hybrid_pdf() -> bytes:
    """Give a PDF with a table for old readers and, beside it, a stream for new ones."""
    base = plain_pdf()
    start = int(base.rsplit(b"startxref", 1)[1].split()[0])
    body, tail = base[:start], base[start:]
    at = len(body)
    entries = b"\x01" + at.to_bytes(3, "big") + b"\x00"
    stream = b"6 0 obj\n<</Type/XRef/Size 7/W[1 3 1]/Index[6 1]/Length 5/Root 1 0 R>>stream\n"
    body += stream + entries + b"\nendstream\nendobj\n"
    tail = tail.replace(b"/Size 6", b"/Size 7").replace(
        b"/Root 1 0 R", b"/Root 1 0 R/XRefStm %d" % at
    )
    return body + tail.replace(b"startxref\n%d" % start, b"startxref\n%d" % len(body))


def test_a_viewers_wish_to_redraw_fields_is_dropped_before_signing(
    office: ScratchOffice,
) -> None:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/NeedAppearances true>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
    ]
    sealed = office.sealed(office.signed(assembled(objects)))
    assert "/NeedAppearances" not in PdfFileReader(io.BytesIO(sealed)).root["/AcroForm"]
    forms = assembled([objects[0].replace(b"/Fields[]", b"/Fields[]/XFA[]"), *objects[1:]])
    assert _reason(office, forms) == "xfa"


def test_the_machines_zone_and_clock_change_nothing(office: ScratchOffice) -> None:
    far = datetime(2029, 1, 2, 3, 4, 5, tzinfo=UTC)
    refresh = found(office.folder.parent / "other", at=far - timedelta(days=2))
    signed = refresh.signed(plain_pdf(), at=far)
    (one,) = refresh.press.validate(signed, at=far).signatures
    assert one.time == far


def test_inside_a_running_loop_everything_works_as_outside(
    office: ScratchOffice, sealed: bytes
) -> None:
    async def within() -> tuple[bytes, Verdict]:
        signed = office.signed(plain_pdf())
        return signed, office.press.validate(sealed, at=NOW + timedelta(days=1)).verdict

    signed, verdict = asyncio.run(within())
    assert signed.startswith(plain_pdf())
    assert verdict is Verdict.VALID


def test_damaged_bytes_are_refused_by_name_or_signed_well(office: ScratchOffice) -> None:
    chance = random.Random(7)  # noqa: S311 - the same damage each time, no secret
    good = office.press.prepare(plain_pdf(), PLACEMENT)
    told: list[str] = []
    for _ in range(60):
        pdf = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            pdf[chance.randrange(9, len(pdf))] = chance.choice(b"0123456789 /<>[]()R%x")
        try:
            office.signed(bytes(pdf))
        except (Unreadable, Broken) as refusal:
            told.append(refusal.rule)
    assert set(told) <= {"pdf.not-signable", "sign.self-check"}
    assert told
