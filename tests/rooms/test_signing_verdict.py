"""What the verdict says of files somebody tampered with, one way of tampering a test."""

import io
import json
import random
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import crl
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as vendor_fields
from pyhanko.sign.signers.pdf_signer import (
    PdfSignatureMetadata,
    PdfSigner,
    PdfTimeStamper,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore

from records.errors import Unavailable, Unreadable
from records.signature import Verdict
from signing.demo_pki import refresh_crls, revoke
from signing.trust import Trust
from signing.validate import Validator
from signing.verdict import judge
from tests.rooms.test_signing_office import (
    NOW,
    ScratchOffice,
    another,
    found,
    one_office,
    plain_pdf,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def office() -> ScratchOffice:
    return one_office()


@pytest.fixture(scope="module")
def signed(office: ScratchOffice) -> bytes:
    return office.signed(plain_pdf())


@pytest.fixture(scope="module")
def sealed(office: ScratchOffice, signed: bytes) -> bytes:
    return office.sealed(signed, at=NOW + timedelta(hours=1))


def verdict(office: ScratchOffice, pdf: bytes) -> tuple[Verdict, tuple[str, ...]]:
    report = office.press.validate(pdf, at=LATER)
    return report.verdict, report.reasons


def written(writer: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def refilled(pdf: bytes, name: str = "so", words: str = "99/QĐ-LĐLĐ") -> bytes:
    """Write something else into a field, as a form filler does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields = writer.root["/AcroForm"]["/Fields"]
    for at in range(len(fields)):
        if fields[at]["/T"] == name:
            fields[at][pdf_name("/V")] = generic.TextStringObject(words)
            writer.mark_update(fields.raw_get(at))
    return written(writer)


def repainted(pdf: bytes, name: str = "so") -> bytes:
    """Paint over what a field shows, leaving its value as it is."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields = writer.root["/AcroForm"]["/Fields"]
    for at in range(len(fields)):
        if fields[at]["/T"] == name:
            drawn = fields[at]["/AP"].raw_get("/N")
            drawn.get_object()._data = b"0 0 50 10 re f"  # noqa: SLF001 - an attack, after all
            drawn.get_object()._encoded_data = None  # noqa: SLF001 - as above
            writer.mark_update(drawn)
    return written(writer)


def page_replaced(pdf: bytes) -> bytes:
    """Let the first page say something else."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    content = writer.root["/Pages"]["/Kids"][0].raw_get("/Contents")
    words = b"BT /F1 12 Tf 72 700 Td (Trang bia) Tj ET"
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    page.get_object()[pdf_name("/Contents")] = writer.add_object(
        generic.StreamObject(stream_data=words)
    )
    assert content is not None
    writer.mark_update(page)
    return written(writer)


def countersigned(office: ScratchOffice, pdf: bytes, field: str = "SaoY") -> bytes:
    """Sign with the agency's key as another tool would, whatever is in the file."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    meta = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=vendor_fields.SigSeedSubFilter.PADES
    )
    stamper = office.keyring.timestamper().stamper(NOW + timedelta(hours=2))
    job = PdfSigner(meta, office.keyring.seal(), timestamper=stamper)
    return bytes(job.sign_pdf(writer).read())


# ── changed after signing ────────────────────────────────────────────────────────────────


def test_a_number_written_anew_after_the_seal_is_invalid(
    office: ScratchOffice, sealed: bytes
) -> None:
    for name in ("so", "ngay", "thang", "nam"):
        found, reasons = verdict(office, refilled(sealed, name))
        assert found is Verdict.INVALID, name
        assert "locked-field-changed" in reasons


def test_a_number_painted_over_after_the_seal_is_invalid(
    office: ScratchOffice, sealed: bytes
) -> None:
    found, reasons = verdict(office, repainted(sealed))
    assert found is Verdict.INVALID
    assert "locked-field-changed" in reasons


def test_a_locked_number_stays_locked_for_whoever_signs_after(
    office: ScratchOffice, sealed: bytes
) -> None:
    for changed in (refilled(sealed), repainted(sealed)):
        found, reasons = verdict(office, countersigned(office, changed))
        assert found is Verdict.INVALID
        assert "locked-field-changed" in reasons


def test_a_page_replaced_after_signing_is_invalid(
    office: ScratchOffice, signed: bytes, sealed: bytes
) -> None:
    for pdf in (signed, sealed):
        found, reasons = verdict(office, page_replaced(pdf))
        assert found is Verdict.INVALID
        assert "changed-after-signing" in reasons


def test_a_page_replaced_and_signed_by_somebody_known_is_never_called_valid(
    office: ScratchOffice, sealed: bytes
) -> None:
    report = office.press.validate(countersigned(office, page_replaced(sealed)), at=LATER)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.reasons == ("unsigned-changes", "changed-after-signing")
    first, second, third = report.signatures
    assert first.verdict is second.verdict is Verdict.INDETERMINATE
    assert first.later_changes == ("other", "signature")
    assert third.verdict is Verdict.VALID


def test_a_note_stuck_on_after_the_seal_is_invalid(office: ScratchOffice, sealed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): generic.pdf_string("covers the text"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (70, 690, 300, 720))),
        }
    )
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))
    assert verdict(office, written(writer))[0] is Verdict.INVALID


def test_a_number_filled_in_that_nobody_sealed_is_not_valid(
    office: ScratchOffice, signed: bytes
) -> None:
    assert verdict(office, refilled(signed)) == (Verdict.INDETERMINATE, ("unsigned-changes",))


def test_a_field_that_said_something_must_not_say_something_else(
    office: ScratchOffice, signed: bytes
) -> None:
    """A seal without a lock, by another tool: the number is changed before a third signs."""
    filled = refilled(signed, words="05/QĐ-LĐLĐ")
    writer = IncrementalPdfFileWriter(io.BytesIO(filled))
    vendor_fields.append_signature_field(writer, vendor_fields.SigFieldSpec("Dau2"))
    agreed = countersigned(office, written(writer), "Dau2")
    changed = countersigned(office, refilled(agreed, words="06/QĐ-LĐLĐ"))
    found, reasons = verdict(office, changed)
    assert found is Verdict.INDETERMINATE
    assert "field-changed" in reasons


def test_an_unsigned_filling_between_two_signatures_is_told(
    office: ScratchOffice, signed: bytes
) -> None:
    found, reasons = verdict(office, countersigned(office, refilled(signed)))
    assert found is Verdict.INDETERMINATE
    assert reasons == ("unsigned-changes",)


# ── cut, flipped, appended ───────────────────────────────────────────────────────────────


def test_a_cut_file_is_never_valid(office: ScratchOffice, signed: bytes, sealed: bytes) -> None:
    lengths = {1, 6, 30, 200, 1000, (len(sealed) - len(signed)) // 2, len(sealed) // 2}
    for less in sorted(lengths):
        assert verdict(office, sealed[:-less])[0] is not Verdict.VALID, less
    assert verdict(office, sealed[: len(signed) - 100])[0] is Verdict.INVALID


def test_what_is_cut_back_to_the_leaders_signature_is_the_leaders_document(
    office: ScratchOffice, signed: bytes, sealed: bytes
) -> None:
    report = office.press.validate(sealed[: len(signed)], at=LATER)
    assert report.verdict is Verdict.VALID
    assert [one.field for one in report.signatures] == ["KyLanhDao"]


def test_no_flipped_bit_leaves_a_file_valid(office: ScratchOffice, sealed: bytes) -> None:
    chance = random.Random(20261120)  # noqa: S311 - the same places each time, no secret
    places = chance.sample(range(len(sealed)), 30)
    for at in places:
        bit = 1 << chance.randrange(8)
        if bit == 0x20 and bytes([sealed[at]]).isalpha() and _in_contents(sealed, at):
            continue  # an upper-case hexadecimal digit became the lower-case one: the same value
        if _in_spare_copy(office, sealed, at):
            continue  # an authority's certificate in a copy, which nobody signed and nothing needs
        flipped = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
        assert verdict(office, flipped)[0] is not Verdict.VALID, (at, bit)


def _in_contents(pdf: bytes, at: int) -> bool:
    return any(m.start() < at < m.end() for m in re.finditer(rb"/Contents <[0-9A-F]+>", pdf))


def _in_spare_copy(office: ScratchOffice, pdf: bytes, at: int) -> bool:
    copies = [one.hex().upper().encode() for one in office.keyring.trust().intermediates]
    return any(pdf.find(one, at - len(one), at + len(one)) >= 0 for one in copies)


def test_nothing_can_be_hidden_behind_the_signature_in_its_own_gap(
    office: ScratchOffice, sealed: bytes
) -> None:
    gap = list(re.finditer(rb"/Contents <[0-9A-F]+>", sealed))[-1]
    hidden = sealed[: gap.end() - 9] + b"DEADBEEF" + sealed[gap.end() - 1 :]
    assert verdict(office, hidden) == (Verdict.INVALID, ("byte-range",))


def test_junk_at_the_end_is_invalid_and_a_line_break_is_not(
    office: ScratchOffice, sealed: bytes
) -> None:
    for junk in (b"junk", b"\0" * 40, b"%%EOF\n", b"\n%comment\n", b"\nstartxref\n0\n%%EOF\n"):
        assert verdict(office, sealed + junk)[0] is Verdict.INVALID, junk
    report = office.press.validate(sealed + b"\r\n", at=LATER)
    assert report.verdict is Verdict.VALID
    assert report.signatures[-1].covers == "whole-file"


def test_incremental_saving_without_an_end_is_invalid(office: ScratchOffice, sealed: bytes) -> None:
    """ISA, third variant: readers that mend a file show what a strict parser never sees."""
    words = b"BT /F1 12 Tf 72 700 Td (Trang bia) Tj ET"
    forged = b"\n3 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\n" % (len(words), words)
    table = b"xref\n3 1\n%010d 00000 n \n" % (len(sealed) + 1)
    trailer = b"trailer\n<</Size 60/Root 1 0 R>>\n"
    for attack in (forged, forged + trailer, forged + table + trailer):
        found, reasons = verdict(office, sealed + attack)
        assert found is Verdict.INVALID
        assert {"tail", "coverage"} <= set(reasons)
        ended = sealed + attack + b"startxref\n%d\n%%%%EOF" % (len(sealed) + len(forged))
        assert verdict(office, ended)[0] is Verdict.INVALID


# ── forged structures ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "forged",
    [
        b"/ByteRange null",
        b"/ByteRange []",
        b"/ByteRange [0 0 0 0]",
        b"/ByteRange [0 -10 20 30]",
        b"/ByteRange [0 10]",
        b"/ByteRange [0 1e9 2e9 1]",
        b"/ByteRange [0 99999999 99999999 99999999]",
        b"/ByteRange [(a) 1 2 3]",
        b"/ByteRange 7",
        b"/BiteRange [0 1 2 3]",
    ],
)
def test_a_forged_byte_range_is_invalid(
    office: ScratchOffice, sealed: bytes, forged: bytes
) -> None:
    last = list(re.finditer(rb"/ByteRange \[[0-9 ]+\] *", sealed))[-1]
    room = last.end() - last.start()
    changed = sealed[: last.start()] + forged.ljust(room) + sealed[last.end() :]
    assert verdict(office, changed)[0] is Verdict.INVALID


@pytest.mark.parametrize(
    "forged", [b"<>", b"null", b"<00>", b"(x)", b"<3080>", b"[<30>]", b"9 0 R"]
)
def test_forged_contents_are_invalid(office: ScratchOffice, sealed: bytes, forged: bytes) -> None:
    last = list(re.finditer(rb"/Contents (<[0-9A-F]+>)", sealed))[-1]
    room = last.end(1) - last.start(1)
    changed = sealed[: last.start(1)] + forged.ljust(room) + sealed[last.end(1) :]
    assert verdict(office, changed)[0] is Verdict.INVALID


def test_a_signature_taken_from_another_document_is_invalid(
    office: ScratchOffice, signed: bytes
) -> None:
    other = office.signed(plain_pdf("Trang hai"))
    mine = re.search(rb"/Contents (<[0-9A-F]+>)", signed)
    foreign = re.search(rb"/Contents (<[0-9A-F]+>)", other)
    assert mine is not None
    assert foreign is not None
    swapped = signed[: mine.start(1)] + foreign[1] + signed[mine.end(1) :]
    assert verdict(office, swapped) == (Verdict.INVALID, ("digest-mismatch",))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 300_000,
        b"%PDF-1.7\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\n" + b"\xff" * 2000,
    ],
)
def test_bytes_that_break_the_parser_get_a_verdict_and_no_exception(
    office: ScratchOffice, content: bytes
) -> None:
    assert verdict(office, content) == (Verdict.INVALID, ("damaged",))


def test_no_signature_is_neither_good_nor_bad(office: ScratchOffice) -> None:
    report = office.press.validate(plain_pdf(), at=LATER)
    assert (report.verdict, report.reasons, report.signatures) == (
        Verdict.INDETERMINATE,
        ("no-signature",),
        (),
    )


def test_what_is_no_pdf_is_told_as_that(office: ScratchOffice) -> None:
    for content in (b"", b"PK\x03\x04", b"x" * 2000 + b"%PDF-1.7"):
        with pytest.raises(Unreadable, match=r"file\.not-pdf"):
            office.press.validate(content, at=LATER)


# ── whom to believe, and when ────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> ScratchOffice:
    return found(tmp_path_factory.mktemp("stranger") / "keys")


def test_a_signer_of_another_root_is_not_believed_though_the_name_is_the_same(
    office: ScratchOffice, stranger: ScratchOffice
) -> None:
    report = office.press.validate(stranger.signed(plain_pdf()), at=LATER)
    (one,) = report.signatures
    assert (one.signer, one.certificate_status) == ("Nguyễn Văn An", "untrusted")
    assert (one.verdict, one.reasons) == (Verdict.INDETERMINATE, ("untrusted",))
    assert one.time_source == "claimed"
    assert report.verdict is Verdict.INDETERMINATE


def test_with_no_roots_nobody_is_believed_and_the_machines_roots_are_not_asked(
    sealed: bytes,
) -> None:
    report = judge(sealed, trust=Trust(roots=()), at=LATER)
    assert report.verdict is Verdict.INDETERMINATE
    assert {one.certificate_status for one in report.signatures} == {"untrusted"}


def test_without_a_revocation_list_nothing_is_called_valid(
    office: ScratchOffice, sealed: bytes
) -> None:
    trust = office.keyring.trust()
    bare = Trust(trust.roots, trust.intermediates, (), trust.tsa_roots)
    report = judge(sealed, trust=bare, at=LATER)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("revocation-unknown",))


def test_who_was_revoked_before_signing_has_signed_nothing(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    sealed = office.sealed(office.signed(plain_pdf()), at=NOW + timedelta(hours=1))
    revoke(office.folder, "chutich", at=NOW - timedelta(minutes=5))

    report = office.press.validate(sealed, at=LATER)

    assert (report.verdict, report.reasons) == (Verdict.INVALID, ("revoked",))
    assert [one.certificate_status for one in report.signatures] == ["revoked", "good"]


def test_who_is_revoked_later_has_signed_well_because_a_timestamp_proves_when(
    tmp_path: Path,
) -> None:
    office = another(tmp_path / "keys")
    sealed = office.sealed(office.signed(plain_pdf()), at=NOW + timedelta(hours=1))
    revoke(office.folder, "chutich", at=NOW + timedelta(hours=3))

    assert office.press.validate(sealed, at=LATER).verdict is Verdict.VALID

    stampless = Trust(
        office.keyring.trust().roots,
        office.keyring.trust().intermediates,
        office.keyring.trust().crls,
        tsa_roots=(),
    )
    report = judge(sealed, trust=stampless, at=LATER)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, ("revoked",))
    assert {one.time_source for one in report.signatures} == {"claimed"}


def test_a_revoked_issuer_takes_all_its_signers_along(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    signed = office.signed(plain_pdf())
    revoke(office.folder, "intermediate", at=NOW - timedelta(minutes=5))
    report = office.press.validate(signed, at=LATER)
    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].certificate_status == "revoked"


def test_a_signature_outlives_its_certificate_as_long_as_the_stamp_can_be_checked(
    tmp_path: Path,
) -> None:
    office = another(tmp_path / "keys")
    signed = office.signed(plain_pdf())
    late = NOW + timedelta(days=7 * 365)
    refresh_crls(office.folder, late)
    assert office.press.validate(signed, at=late).verdict is Verdict.VALID
    trust = office.keyring.trust()
    stampless = Trust(trust.roots, trust.intermediates, trust.crls, tsa_roots=())
    report = judge(signed, trust=stampless, at=late)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("certificate-expired",))


def test_a_stamp_from_the_future_proves_nothing(office: ScratchOffice, signed: bytes) -> None:
    report = office.press.validate(signed, at=NOW - timedelta(hours=2))
    assert report.verdict is Verdict.INDETERMINATE
    assert "timestamp-in-future" in report.reasons


def test_a_document_timestamp_may_close_the_chain(office: ScratchOffice, sealed: bytes) -> None:
    stamper = office.keyring.timestamper().stamper(NOW + timedelta(hours=4))
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    stamped = PdfTimeStamper(stamper, field_name="DauThoiGian").timestamp_pdf(writer, "sha256")
    report = office.press.validate(stamped.read(), at=LATER)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert report.signatures[-1].time == NOW + timedelta(hours=4)
    assert report.signatures[1].later_changes == ("timestamp",)


def test_validation_data_that_nobody_stamped_is_told(office: ScratchOffice, sealed: bytes) -> None:
    out = io.BytesIO(sealed)
    crls = [crl.CertificateList.load(der) for der in office.keyring.trust().crls]
    DocumentSecurityStore.add_dss(output_stream=out, sig_contents=None, crls=crls)
    report = office.press.validate(out.getvalue(), at=LATER)
    assert (report.verdict, report.reasons) == (
        Verdict.INDETERMINATE,
        ("unsigned-validation-data",),
    )
    assert report.signatures[1].later_changes == ("validation-data",)
    stamper = office.keyring.timestamper().stamper(NOW + timedelta(hours=4))
    writer = IncrementalPdfFileWriter(io.BytesIO(out.getvalue()))
    stamped = PdfTimeStamper(stamper, field_name="DauThoiGian").timestamp_pdf(writer, "sha256")
    assert verdict(office, stamped.read()) == (Verdict.VALID, ())


def test_a_format_nobody_checks_is_not_called_valid(office: ScratchOffice, signed: bytes) -> None:
    old = signed.replace(b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1 ")
    report = office.press.validate(old, at=LATER)
    assert report.verdict is Verdict.INVALID
    assert "format-unsupported" in report.reasons


# ── in a process of its own ──────────────────────────────────────────────────────────────

_RUNNER = """
import importlib, json, sys
options = json.loads(sys.stdin.buffer.readline())
answer = importlib.import_module(options.pop("task")).answer
sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), options))
"""


class OwnProcess:
    """The smallest honest isolation: a process a reading."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        self.asked += 1
        head = json.dumps({**options, "task": task}).encode() + b"\n"
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", _RUNNER], input=head + content, capture_output=True, check=False
        )
        if done.returncode:
            raise Unreadable("file.reader-failed")
        return done.stdout


def test_a_process_of_its_own_says_the_same(
    office: ScratchOffice, signed: bytes, sealed: bytes
) -> None:
    validator = Validator(office.keyring.trust(), OwnProcess())
    for pdf in (plain_pdf(), sealed, page_replaced(signed)):
        assert validator.report(pdf, LATER) == office.press.validate(pdf, at=LATER)


def test_the_same_bytes_are_read_once_an_hour_and_again_when_the_trust_changes(
    tmp_path: Path,
) -> None:
    office = another(tmp_path / "keys")
    signed = office.signed(plain_pdf())
    reading = OwnProcess()
    validator = Validator(office.keyring.trust, reading)

    first = validator.report(signed, LATER)
    assert validator.report(signed, LATER + timedelta(minutes=1)) is first
    assert reading.asked == 1

    revoke(office.folder, "chutich", at=NOW - timedelta(minutes=5))
    assert validator.report(signed, LATER).verdict is Verdict.INVALID
    assert reading.asked == 2


def test_what_breaks_the_reader_is_invalid_and_is_tried_again(office: ScratchOffice) -> None:
    tried = []

    def broken(task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        tried.append((task, len(content), sorted(options)))
        raise Unreadable("file.reader-failed")

    validator = Validator(office.keyring.trust(), broken)
    for _ in range(2):
        report = validator.report(plain_pdf(), LATER)
        assert (report.verdict, report.reasons) == (Verdict.INVALID, ("reader-failed",))
    assert tried == [("signing.validating_task", len(plain_pdf()), ["at", "trust"])] * 2


def test_a_reader_that_answers_nonsense_is_not_believed(office: ScratchOffice) -> None:
    for nonsense in (b"", b"{}", b'{"verdict": "splendid", "reasons": [], "signatures": []}'):
        validator = Validator(office.keyring.trust(), lambda *_, **__: nonsense)  # noqa: B023 - used at once
        assert validator.report(plain_pdf(), LATER).verdict is Verdict.INVALID


def test_without_an_isolated_process_there_is_no_verdict_at_all(office: ScratchOffice) -> None:
    def absent(task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        raise Unavailable("sandbox.unavailable", task=task, size=len(content), options=len(options))

    with pytest.raises(Unavailable):
        Validator(office.keyring.trust(), absent).report(plain_pdf(), LATER)


def test_what_is_no_pdf_is_not_even_handed_over(office: ScratchOffice) -> None:
    reading = OwnProcess()
    with pytest.raises(Unreadable, match=r"file\.not-pdf"):
        Validator(office.keyring.trust(), reading).report(b"PK\x03\x04", LATER)
    assert reading.asked == 0
