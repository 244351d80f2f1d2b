"""What the verdict says of honest files that other people's tools signed: never red, and why."""

import hashlib
import io
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import core, crl, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils.generic import DictionaryObject, TextStringObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
)
from pyhanko_certvalidator import ValidationContext

from records.errors import Unreadable
from records.signature import ValidationReport, Verdict
from signing.trust import Trust
from signing.validating_task import answer
from signing.wire import from_json
from tests.foreign import (
    KINDS,
    WHEN,
    Authority,
    Holder,
    embedded,
    filled,
    in_pieces,
    misnamed,
    openssl_cms,
    rewritten,
    signed,
    with_field,
    written,
    written_on,
)
from tests.rooms.test_signing_office import plain_pdf

LATER = WHEN + timedelta(days=1)
HOUR = timedelta(hours=1)
BASE = plain_pdf()
PADES = SigSeedSubFilter.PADES


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(kind="rsa-2048")


@pytest.fixture(scope="module")
def trust(authority: Authority) -> Trust:
    return authority.trust()


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Holder:
    return authority.issued(kind="rsa-2048")


def told(pdf: bytes, trust: Trust, at: datetime = LATER) -> ValidationReport:
    options: dict[str, object] = {"at": at.isoformat(), "trust": trust.as_options()}
    return from_json(answer(pdf, options))


def verdict(pdf: bytes, trust: Trust, at: datetime = LATER) -> tuple[str, tuple[str, ...]]:
    report = told(pdf, trust, at)
    return report.verdict.value, report.reasons


def beside(holder: Holder, pdf: bytes, n: int) -> bytes:
    """Sign visibly in the n-th place of a row."""
    return signed(pdf, holder, field=f"Row{n}", box=(10 + 60 * n, 10, 60 + 60 * n, 50))


# ── every kind of key, digest and shell ──────────────────────────────────────────────────

DIGESTS = {"ecdsa-384": "sha384", "ecdsa-521": "sha512", "ed25519": "sha512", "ed448": "shake256"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_is_valid_in_both_shells(
    authority: Authority, trust: Trust, kind: str
) -> None:
    holder = authority.issued("Đặng Thị Hường", kind)
    for shell in (SigSeedSubFilter.ADOBE_PKCS7_DETACHED, PADES):
        digest = DIGESTS.get(kind, "sha256")
        report = told(signed(BASE, holder, md_algorithm=digest, subfilter=shell), trust)
        assert (report.verdict, report.reasons) == (Verdict.VALID, ())
        assert report.signatures[0].signer == "Đặng Thị Hường"


def test_other_paddings_and_digests_are_valid_and_old_ones_are_told(
    trust: Trust, signer: Holder
) -> None:
    assert verdict(signed(BASE, signer, pss=True), trust) == ("valid", ())
    assert verdict(signed(BASE, signer, md_algorithm="sha512"), trust) == ("valid", ())
    for weak in ("sha1", "md5"):
        found = verdict(signed(BASE, signer, md_algorithm=weak), trust)
        assert found == ("indeterminate", ("algorithm-weak",))


SHELLS: dict[str, Callable[[Holder, bytes], bytes]] = {
    "openssl": lambda holder, content: openssl_cms(holder, content, "-md", "sha256"),
    "openssl, CAdES": lambda holder, content: openssl_cms(holder, content, "-cades"),
    "named by key": lambda holder, content: openssl_cms(holder, content, "-keyid"),
    "no attributes": lambda holder, content: openssl_cms(holder, content, "-noattr"),
    "BouncyCastle": lambda holder, content: in_pieces(openssl_cms(holder, content)),
    "forge": lambda holder, content: misnamed(openssl_cms(holder, content)),
}


@pytest.mark.parametrize("tool", SHELLS)
def test_what_other_tools_make_is_valid(tool: str, trust: Trust, signer: Holder) -> None:
    pdf = embedded(BASE, lambda content: SHELLS[tool](signer, content))
    assert verdict(pdf, trust) == ("valid", ())


@pytest.mark.parametrize("tool", SHELLS)
def test_what_other_tools_made_for_other_bytes_is_invalid(
    tool: str, trust: Trust, signer: Holder
) -> None:
    pdf = embedded(BASE, lambda content: SHELLS[tool](signer, content + b" "))
    assert verdict(pdf, trust)[0] == "invalid"


def test_a_certificate_left_out_is_not_known_and_one_the_office_knows_is(
    trust: Trust, signer: Holder
) -> None:
    pdf = embedded(BASE, lambda content: openssl_cms(signer, content, "-nocerts"))
    assert verdict(pdf, trust) == ("indeterminate", ("certificate-missing",))
    assert verdict(pdf, trust.and_also(intermediates=[signer.der])) == ("valid", ())
    forged = embedded(BASE, lambda content: openssl_cms(signer, content + b" ", "-nocerts"))
    assert verdict(forged, trust)[0] == "invalid"


def test_the_two_old_formats_are_told_and_are_not_red(trust: Trust, signer: Holder) -> None:
    def of_a_digest(content: bytes) -> bytes:
        digest = hashlib.sha1(content).digest()  # noqa: S324 - the old format's own
        return openssl_cms(signer, digest, "-nodetach", "-md", "sha1")

    def bare(content: bytes) -> bytes:
        assert isinstance(signer.key, rsa.RSAPrivateKey)
        number = signer.key.sign(content, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - as above
        return bytes(core.OctetString(number).dump())

    old = embedded(BASE, of_a_digest, subfilter="/adbe.pkcs7.sha1")
    assert verdict(old, trust) == ("indeterminate", ("algorithm-weak",))
    forged = embedded(BASE, lambda c: of_a_digest(c + b" "), subfilter="/adbe.pkcs7.sha1")
    assert verdict(forged, trust)[0] == "invalid"

    older = embedded(BASE, bare, subfilter="/adbe.x509.rsa_sha1")
    assert verdict(older, trust) == ("indeterminate", ("format-unsupported",))
    assert verdict(signed(older, signer, field="S2"), trust)[0] == "indeterminate"


# ── every kind of file ───────────────────────────────────────────────────────────────────


OBJECTS = "--object-streams=generate"


@pytest.mark.parametrize("words", [["--linearize"], [OBJECTS], ["--linearize", OBJECTS]])
def test_every_way_to_write_a_file_is_valid_signed_three_times(
    words: list[str], authority: Authority, trust: Trust
) -> None:
    pdf = rewritten(BASE, *words)
    for n in range(3):
        pdf = beside(authority.issued(f"Người {n}"), pdf, n)
    assert verdict(pdf, trust) == ("valid", ())


def hybrid() -> bytes:
    """Give a file with two tables of references, as Word saves it."""
    plain = plain_pdf()
    at = int(plain.rsplit(b"startxref\n", 1)[1].split()[0])
    stream = b"\x02\x00\x00\x00\x06\x00"
    head = b"<</Type/XRef/W[1 4 1]/Index[7 1]/Size 9/Length 6>>stream\n"
    second = b"8 0 obj\n%s%s\nendstream\nendobj\n" % (head, stream)
    trailer = b"trailer\n<</Size 9/Root 1 0 R/XRefStm %d>>\n" % at
    table = plain[at:].split(b"trailer", 1)[0]
    start = b"startxref\n%d\n%%%%EOF\n" % (at + len(second))
    return plain[:at] + second + table + trailer + start


def test_a_hybrid_file_is_not_certain_and_not_red(trust: Trust, signer: Holder) -> None:
    found = verdict(signed(hybrid(), signer, strict=False), trust)
    assert found == ("indeterminate", ("hybrid-references",))


def test_a_file_only_a_lenient_reader_takes_is_not_certain_and_not_red(
    trust: Trust, signer: Holder
) -> None:
    loose = plain_pdf().replace(b"/Contents 3 0 R", b"/Contents 9 0 R")
    pdf = signed(loose, signer, strict=False)
    assert verdict(pdf, trust)[0] == "indeterminate"
    changed = pdf.replace(b"595 842", b"595 841", 1)
    assert verdict(changed, trust)[0] == "invalid"


def test_an_encrypted_file_is_not_judged(trust: Trust, signer: Holder) -> None:
    locked = rewritten(BASE, "--encrypt", "", "owner", "256", "--")
    writer = IncrementalPdfFileWriter(io.BytesIO(locked))
    writer.encrypt(b"owner")
    job = signers.PdfSigner(signers.PdfSignatureMetadata(field_name="S"), signer.signer())
    found = verdict(bytes(job.sign_pdf(writer).getvalue()), trust)
    assert found == ("indeterminate", ("encrypted",))


def test_white_space_at_the_end_is_nothing_and_a_wrong_start_is_told(
    trust: Trust, signer: Holder
) -> None:
    pdf = signed(BASE, signer)
    for end in (b"\n", b"\r\n\r\n", b"  \n\n"):
        assert verdict(pdf + end, trust) == ("valid", ())
    assert verdict(pdf[:-500], trust)[0] == "invalid"
    for content in (b"", b"%PD", b"PK\x03\x04" + pdf[4:]):
        with pytest.raises(Unreadable, match=r"file\.not-pdf"):
            told(content, trust)


# ── one after another ────────────────────────────────────────────────────────────────────


def test_twenty_five_signatures_are_judged_in_bounded_time(
    authority: Authority, trust: Trust
) -> None:
    pdf = BASE
    for n in range(25):
        pdf = signed(
            pdf, authority.issued(f"Người {n}"), field=f"S{n}", box=(9 + 20 * n, 9, 28 + 20 * n, 50)
        )
    begun = time.process_time()
    report = told(pdf, trust)
    assert (report.verdict, len(report.signatures)) == (Verdict.VALID, 25)
    assert time.process_time() - begun < 20


def numbered(pdf: bytes, holder: Holder, n: int) -> bytes:
    """Write a number on the page and sign, in one revision, as a registry's tool does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    written_on(writer, b"q BT /F1 12 Tf 100 720 Td (So: 05/QD) Tj ET Q")
    job = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=f"Row{n}", md_algorithm="sha256"),
        holder.signer(),
        new_field_spec=SigFieldSpec(f"Row{n}", box=(10 + 60 * n, 10, 60 + 60 * n, 50)),
    )
    return bytes(job.sign_pdf(writer).getvalue())


def certified(holder: Holder, allowed: MDPPerm, pdf: bytes = BASE) -> bytes:
    return signed(pdf, holder, field="Row0", certify=True, docmdp_permissions=allowed)


@pytest.mark.parametrize("allowed", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certified_document_that_clerk_and_seal_sign_is_not_red(
    authority: Authority, trust: Trust, allowed: MDPPerm
) -> None:
    """As in real documents: leader certifies, clerk writes number and date, agency seals."""
    pdf = certified(authority.issued("Chủ tịch"), allowed)
    only_signed = beside(authority.issued("Cơ quan"), pdf, 1)
    assert verdict(only_signed, trust) == ("indeterminate", ("signed-after-lock",))

    pdf = numbered(pdf, authority.issued("Văn thư"), 1)
    for n, who in enumerate(("Cơ quan", "Sao y", "Lưu trữ"), 2):
        pdf = beside(authority.issued(who), pdf, n)
    report = told(pdf, trust)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, ("changed-after-signing",))
    first, *others = report.signatures
    assert first.attributed[:2] == (("other", "Văn thư"), ("signature", "Văn thư"))
    assert {one.verdict for one in others} == {Verdict.VALID}


def test_what_is_certified_against_every_change_and_signed_after_is_not_red(
    authority: Authority, trust: Trust, signer: Holder
) -> None:
    pdf = certified(authority.issued("Chủ tịch"), MDPPerm.NO_CHANGES)
    pdf = embedded(pdf, lambda content: openssl_cms(signer, content))
    assert verdict(pdf, trust) == ("indeterminate", ("signed-after-lock",))


def test_a_certified_document_changed_by_nobody_with_a_name_is_red(
    authority: Authority, trust: Trust
) -> None:
    for allowed in MDPPerm:
        writer = IncrementalPdfFileWriter(io.BytesIO(certified(authority.issued(), allowed)))
        written_on(writer, b"q BT /F1 12 Tf 100 720 Td (So: 05/QD) Tj ET Q")
        found = verdict(written(writer), trust)
        assert found == ("invalid", ("unsigned-changes", "forbidden-changes"))
        stamped = signers.PdfTimeStamper(authority.stamper()).timestamp_pdf(
            IncrementalPdfFileWriter(io.BytesIO(written(writer))), "sha256"
        )
        assert verdict(stamped.getvalue(), trust)[0] == "invalid"


def test_approvals_after_a_lock_of_all_fields_are_told(
    authority: Authority, trust: Trust, signer: Holder
) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(filled(with_field(BASE))))
    spec = SigFieldSpec("Khoa", field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL))
    meta = signers.PdfSignatureMetadata(field_name="Khoa", md_algorithm="sha256")
    job = signers.PdfSigner(meta, signer.signer(), new_field_spec=spec)
    pdf = beside(authority.issued(), bytes(job.sign_pdf(writer).getvalue()), 1)
    assert verdict(pdf, trust) == ("indeterminate", ("signed-after-lock",))
    assert verdict(filled(pdf, "99/QD"), trust)[0] == "invalid"


def test_a_form_filled_after_signing_is_not_certain_and_refilled_is_told(
    trust: Trust, signer: Holder
) -> None:
    form = with_field(BASE)
    empty, full = signed(form, signer), signed(filled(form), signer)
    assert verdict(filled(empty), trust) == ("indeterminate", ("unsigned-changes",))
    found = verdict(filled(full, "99/QD"), trust)
    assert found == ("indeterminate", ("unsigned-changes", "field-changed"))
    strict = certified(signer, MDPPerm.NO_CHANGES, form)
    assert verdict(filled(strict), trust)[0] == "invalid"


def test_properties_changed_and_signed_again_are_valid(trust: Trust, signer: Holder) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed(BASE, signer)))
    writer.set_info(DictionaryObject({pdf_name("/Title"): TextStringObject("Tiêu đề")}))
    changed = written(writer)
    assert verdict(changed, trust) == ("indeterminate", ("unsigned-validation-data",))
    assert verdict(signed(changed, signer, field="S2"), trust) == ("valid", ())


# ── whose clock, and whom to believe ─────────────────────────────────────────────────────


def known_to(trust: Trust) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in trust.roots],
        other_certs=[x509.Certificate.load(one) for one in trust.intermediates],
        crls=[crl.CertificateList.load(one) for one in trust.crls],
        moment=WHEN,
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
    )


def test_every_level_of_another_tool_is_believed_by_what_it_brings(
    authority: Authority, trust: Trust, signer: Holder
) -> None:
    bare = authority.trust(lists=False, issuers=False)
    stamper = authority.stamper()
    proof: dict[str, Any] = {"embed_validation_info": True, "validation_context": known_to(trust)}
    inside = signed(BASE, signer, stamper=stamper, **proof)
    assert verdict(inside, bare) == ("valid", ())
    assert told(inside, bare).signatures[0].time_source == "timestamp"
    longer = signed(BASE, signer, stamper=stamper, subfilter=PADES, **proof)
    assert verdict(longer, bare) == ("indeterminate", ("unsigned-validation-data",))
    lasting = signed(BASE, signer, stamper=stamper, subfilter=PADES, use_pades_lta=True, **proof)
    report = told(lasting, bare)
    assert {one.verdict for one in report.signatures} == {Verdict.VALID}
    assert report.reasons == ("unsigned-validation-data",)
    assert verdict(signed(lasting, signer, field="S2"), trust) == ("valid", ())


def test_expired_and_revoked_before_and_after_a_proven_time() -> None:
    other = Authority()
    ended = other.issued(ends=WHEN + 2 * HOUR)
    gone = other.issued()
    other.revoked[gone.certificate.serial_number] = WHEN + 2 * HOUR
    early, late = other.stamper(WHEN), other.stamper(WHEN + 5 * HOUR)
    trust = other.trust()

    assert verdict(signed(BASE, ended, stamper=early), trust) == ("valid", ())
    for stamper in (None, late):
        found = verdict(signed(BASE, ended, stamper=stamper), trust)
        assert found == ("indeterminate", ("certificate-expired",))
    assert verdict(signed(BASE, gone, stamper=early), trust) == ("valid", ())
    for stamper in (None, late):
        found = verdict(signed(BASE, gone, stamper=stamper), trust)
        assert found == ("invalid", ("revoked",))


def test_a_long_chain_is_followed_by_what_the_signature_brings() -> None:
    deep = Authority(depth=4)
    pdf = signed(BASE, deep.issued())
    assert verdict(pdf, deep.trust(issuers=False)) == ("valid", ())
    assert verdict(pdf, Authority().trust()) == ("indeterminate", ("untrusted",))


def test_who_names_themselves_is_not_believed_unless_the_office_does(
    authority: Authority, trust: Trust
) -> None:
    alone = authority.alone()
    pdf = signed(BASE, alone)
    assert verdict(pdf, trust) == ("indeterminate", ("untrusted",))
    assert verdict(pdf, Trust((alone.der,))) == ("valid", ())


def test_fields_laid_out_beforehand_and_apart_from_their_place_are_valid(
    authority: Authority, trust: Trust
) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(BASE))
    for n, name in enumerate(("A", "B", "C")):
        box = (10 + 100 * n, 10, 90 + 100 * n, 60)
        append_signature_field(writer, SigFieldSpec(name, box=box, combine_annotation=n > 0))
    pdf = signed(written(writer), authority.issued(), field="A", certify=True)
    for name in ("B", "C"):
        pdf = signed(pdf, authority.issued(), field=name)
    assert verdict(pdf, trust) == ("valid", ())


def test_a_certificate_for_another_use_is_not_believed(authority: Authority, trust: Trust) -> None:
    mail = authority.issued(purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))
    assert verdict(signed(BASE, mail), trust) == ("valid", ())
    secret = authority.issued(usage=("key_encipherment",))
    assert verdict(signed(BASE, secret), trust) == ("indeterminate", ("certificate-unfit",))
