"""What the verdict says of files forged in every published way: none is ever called valid."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import pytest
from asn1crypto import crl
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from records.signature import ValidationReport, Verdict
from signing.trust import Trust
from signing.validating_task import answer
from signing.wire import from_json
from tests.foreign import Authority, signed
from tests.forging import (
    Forgery,
    annotated,
    planted,
    saved_after,
    shadows,
    without_truth,
    wrapped,
)
from tests.rooms.test_signing_office import NOW, ScratchOffice, one_office, plain_pdf

LATER = NOW + timedelta(days=1)


def told(pdf: bytes, trust: Trust) -> ValidationReport:
    options: dict[str, object] = {"at": LATER.isoformat(), "trust": trust.as_options()}
    return from_json(answer(pdf, options))


@cache
def ours(kind: str) -> bytes:
    """Give a file of ours: signed by the leader, sealed too, or proven for long."""
    office = one_office()
    if kind == "leader":
        return office.signed(plain_pdf())
    if kind == "sealed":
        return office.sealed(ours("leader"), at=NOW + timedelta(hours=1))
    out = io.BytesIO(ours("sealed"))
    crls = [crl.CertificateList.load(der) for der in office.keyring.trust().crls]
    DocumentSecurityStore.add_dss(output_stream=out, sig_contents=None, crls=crls)
    stamper = office.keyring.timestamper().stamper(NOW + timedelta(hours=2))
    writer = IncrementalPdfFileWriter(io.BytesIO(out.getvalue()))
    return bytes(PdfTimeStamper(stamper, field_name="Lau").timestamp_pdf(writer, "sha256").read())


@pytest.fixture(scope="module")
def office() -> ScratchOffice:
    return one_office()


@pytest.mark.parametrize("kind", ["leader", "sealed", "proven"])
@pytest.mark.parametrize("way", [saved_after, wrapped, without_truth, annotated])
def test_every_forgery_of_a_file_of_ours_is_invalid(
    office: ScratchOffice, kind: str, way: Callable[[bytes], Iterator[Forgery]]
) -> None:
    trust = office.keyring.trust()
    assert told(ours(kind), trust).verdict is Verdict.VALID
    forgeries = list(way(ours(kind)))
    assert len(forgeries) >= 8
    for name, forged in forgeries:
        assert forged != ours(kind), name
        assert told(forged, trust).verdict is Verdict.INVALID, name


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def shadowed(authority: Authority) -> Iterator[tuple[str, bytes]]:
    yield from shadows(signed(planted(), authority.issued()))


def test_what_was_planted_before_signing_and_called_forth_after_is_never_valid(
    authority: Authority,
) -> None:
    trust = authority.trust()
    assert told(signed(planted(), authority.issued()), trust).verdict is Verdict.VALID
    for name, forged in shadowed(authority):
        report = told(forged, trust)
        if "catalog" in name:  # it takes the whole form along, and the signature with it
            assert report.reasons == ("no-signature", "signature-removed")
        else:
            assert report.verdict is Verdict.INVALID, name


def test_a_forger_who_signs_what_they_did_is_told_by_name_and_never_valid(
    authority: Authority,
) -> None:
    trust = authority.trust()
    known, stranger = authority.issued("Kẻ Gian"), Authority().issued("Kẻ Gian")
    for name, forged in shadowed(authority):
        for forger in (known, stranger):
            report = told(signed(forged, forger, field="Them"), trust)
            assert report.verdict is not Verdict.VALID, name
            if "catalog" not in name:
                assert ("other", "") in report.signatures[0].attributed, name
                assert ("signature", "Kẻ Gian") in report.signatures[0].attributed, name


@pytest.mark.parametrize("allowed", MDPPerm)
def test_a_certified_document_stuck_over_is_invalid(authority: Authority, allowed: MDPPerm) -> None:
    """Evil annotation attack: what certification allows is not what its signer has seen."""
    pdf = signed(plain_pdf(), authority.issued(), certify=True, docmdp_permissions=allowed)
    for name, forged in annotated(pdf):
        assert told(forged, authority.trust()).verdict is Verdict.INVALID, name


@pytest.mark.parametrize("allowed", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_signature_laid_over_a_certified_document_is_told_and_never_valid(
    authority: Authority, allowed: MDPPerm
) -> None:
    """Sneaky signature attack: the picture of a further signature covers what was certified."""
    pdf = signed(plain_pdf(), authority.issued(), certify=True, docmdp_permissions=allowed)
    for forger in (authority.issued("Kẻ Gian"), Authority().issued("Kẻ Gian")):
        forged = signed(pdf, forger, field="Them", box=(0, 0, 595, 842))
        report = told(forged, authority.trust())
        assert report.verdict is Verdict.INDETERMINATE
        assert "signed-after-lock" in report.signatures[0].reasons
        assert report.signatures[0].attributed == (("signature", "Kẻ Gian"),)
