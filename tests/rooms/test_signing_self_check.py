"""No signature is kept unverified, and no certificate is believed longer than it may be."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from records.errors import Refused, Unavailable
from records.level import Level
from records.signing import Awaited
from signing import self_check
from signing.demo_pki import refresh_crls, revoke
from signing.encoding import length_of
from tests.rooms.test_signing_office import (
    NOW,
    PLACEMENT,
    ScratchOffice,
    another,
    one_office,
    plain_pdf,
)

PDF = plain_pdf()


@pytest.fixture(scope="module")
def office() -> ScratchOffice:
    return one_office()


@pytest.fixture(scope="module")
def made(office: ScratchOffice) -> tuple[bytes, Awaited, bytes]:
    """Give a signed file, the revision that had waited for the signature, and the certificate."""
    signer = office.keyring.signer("chutich")
    certificate = signer.certificate.dump()
    awaited = office.press.await_leader(
        PDF, certificate, placement=PLACEMENT, person="chutich", at=NOW, reason="Ký"
    )
    signed = office.press.finish(
        PDF, awaited, certificate, signer.sign(awaited.attributes), at=NOW, level=Level.B_B
    )
    return signed, awaited, certificate


def flipped(pdf: bytes, at: int) -> bytes:
    """Give the file with one hexadecimal digit or letter changed."""
    other = b"0" if pdf[at : at + 1] != b"0" else b"1"
    return pdf[:at] + other + pdf[at + 1 :]


def elsewhere(pdf: bytes) -> bytes:
    """Give the file whose field holds another object than the one that was signed."""
    (value,) = set(re.findall(rb"/V (\d+) 0 R", pdf))
    return pdf.replace(b"/V %s 0 R" % value, b"/V %s 0 R" % (b"1" * len(value)))


def hidden(pdf: bytes) -> bytes:
    """Give the file with something behind the CMS object in its own gap."""
    end = max(m.end() for m in re.finditer(rb"<[0-9A-F]{9000,}>", pdf))
    return pdf[: end - 9] + b"DEADBEEF" + pdf[end - 1 :]


def shorter(pdf: bytes) -> bytes:
    """Give the file that says of itself that less of it is signed."""
    at = pdf.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    return flipped(pdf, at)


def retold(pdf: bytes) -> bytes:
    """Give the file with other words on its page."""
    return pdf.replace(b"Trang mot", b"Trang hai")


HARMS: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda pdf: pdf, ""),
    (elsewhere, "digest-mismatch"),
    (elsewhere, "no-signature"),
    (hidden, "padding"),
    (shorter, "byte-range"),
    (retold, "digest-mismatch"),
    (lambda pdf: pdf[:-6] + b"%%EOG\n", "unparsable"),
]


@pytest.mark.parametrize(("harm", "fault"), HARMS)
def test_whatever_went_wrong_in_writing_is_seen_before_it_is_kept(
    made: tuple[bytes, Awaited, bytes], harm: Callable[[bytes], bytes], fault: str
) -> None:
    signed, awaited, certificate = made
    found = list(self_check.faults(harm(signed), len(PDF), awaited, certificate))
    assert fault in found if fault else not found


def test_a_signature_of_another_key_or_over_other_words_is_seen(
    office: ScratchOffice, made: tuple[bytes, Awaited, bytes]
) -> None:
    signed, awaited, certificate = made
    other = office.keyring.signer("phochutich").certificate.dump()
    found = set(self_check.faults(signed, len(PDF), awaited, other))
    assert found == {"no-certificate", "signature-mismatch", "other-certificate"}
    start, _ = awaited.hole
    length = length_of(bytes.fromhex(signed[start + 1 : start + 21].decode()))
    broken = flipped(signed, start + 2 * length - 1)  # the signature's last bytes
    assert list(self_check.faults(broken, len(PDF), awaited, certificate)) == ["signature-mismatch"]


def test_what_is_remembered_of_a_certificate_ends_with_it(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    end = office.keyring.certificate_of("chutich").not_after
    lately = end - timedelta(minutes=1)
    refresh_crls(office.folder, lately)
    assert office.signed(PDF, at=lately)
    with pytest.raises(Refused, match="sign.certificate-not-good"):
        office.signed(PDF, at=end + timedelta(minutes=1))


def test_a_revocation_counts_at_once_however_lately_all_was_good(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    assert office.signed(PDF)
    revoke(office.folder, "chutich", at=NOW)
    with pytest.raises(Refused, match="sign.certificate-not-good"):
        office.signed(PDF, at=NOW + timedelta(seconds=1))


def test_a_list_that_runs_out_is_not_believed_a_minute_longer(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    ends = NOW + timedelta(days=30)
    assert office.signed(PDF, at=ends - timedelta(minutes=1))
    with pytest.raises(Unavailable, match="sign.revocation-unknown"):
        office.signed(PDF, at=ends + timedelta(minutes=1))
