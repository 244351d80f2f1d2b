"""A leader signs with a key that is not here, and nothing else can pass for that signature."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused, Unreadable
from records.signature import Verdict
from records.signing import SigningRequest, SigningRole
from signing.demo_pki import revoke
from signing.key_folder import open_holder, pass_phrase, place_of
from storage import tables
from tests.conftest import House
from workflow.certificates import certificates_of, register, remove
from workflow.check import check
from workflow.elsewhere import LASTS
from workflow.look import history, view
from workflow.road import Choice
from workflow.signing_requests import (
    Brought,
    complete_signature,
    request_signature,
    to_be_signed,
    waiting_signatures,
)
from workflow.verify import verify

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Device:
    """A key in somebody's pocket, with the certificate it was given."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, content: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(content, ec.ECDSA(hashes.SHA256()))


def device(house: House, name: str, *, key: Key | None = None) -> Device:
    """Give a device whose certificate the demonstration's authority issued to ``name``."""
    folder = house.settings.trinhky_data / "keys"
    issuer = open_holder(place_of(folder, "intermediate"), pass_phrase(folder))
    key = key or ec.generate_private_key(ec.SECP256R1())
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    usage = dict.fromkeys(
        (
            *("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign"),
            *("crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=700))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(issuer.key, hashes.SHA256())
    )
    return Device(key, certificate)


def own_device(house: House, person: str) -> Device:
    """Give the key that lies in the demonstration's folder, as if it lay elsewhere."""
    folder = house.settings.trinhky_data / "keys"
    holder = open_holder(place_of(folder, person), pass_phrase(folder))
    return Device(holder.key, holder.certificate)


def asked(
    house: House, document: Document, its: Device, *, by: str = "chutich", role: str = "leader"
) -> SigningRequest:
    return request_signature(
        house.office,
        document.id,
        SigningRole(role),
        its.pem,
        Choice(),
        by=house.person(by),
    )


def attributes_of(request: SigningRequest) -> bytes:
    assert request.awaited is not None
    return request.awaited.attributes


def brought(
    house: House, request: SigningRequest, signature: bytes, *, by: str = "chutich"
) -> Document:
    return complete_signature(
        house.office,
        request.document,
        request.id,
        Brought(signature=signature),
        Choice(),
        by=house.person(by),
    )


@pytest.fixture
def elliptic(house: House) -> Device:
    """Give a registered P-256 key of the leader's."""
    its = device(house, "Phạm Thị Thu Hường")
    register(house.office, "chutich", its.pem, by=house.person("quantri"))
    return its


def test_leader_and_agency_sign_with_keys_that_are_elsewhere(
    house: House, elliptic: Device
) -> None:
    document = house.approved()
    request = asked(house, document, elliptic)

    assert request.digest == document.latest.digest
    assert request.expires_at == house.clock() + LASTS
    signed = brought(house, request, elliptic.sign(attributes_of(request)))
    assert (signed.state, signed.signer) == ("signed", "chutich")

    seal = own_device(house, "seal")
    request = asked(house, signed, seal, by="vanthu", role="agency")
    sealed = brought(house, request, seal.sign(attributes_of(request)), by="vanthu")

    assert (sealed.state, str(sealed.number)) == ("sealed", "01/QĐ-LĐLĐ")
    report = check(house.office, sealed.id, by=house.person("vanthu"))
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.signer for one in report.signatures] == [
        "Phạm Thị Thu Hường",
        house.office.organ.name,
    ]
    assert {one.time_source for one in report.signatures} == {"timestamp"}
    told = history(house.office, sealed.id, by=house.person("vanthu"))
    assert [line["event"] for line in told[-4:]] == [
        "signature:requested",
        "document:signed",
        "signature:requested",
        "document:sealed",
    ]
    assert verify(house.office).holds


def test_the_signer_can_hash_what_they_sign_for_themselves(house: House, elliptic: Device) -> None:
    document = house.approved()
    request = asked(house, document, elliptic)
    whole = to_be_signed(house.office, document.id, request.id, by=house.person("chutich"))
    shown = house.office.contents.get(document, document.latest.digest)

    assert whole.startswith(shown)
    assert request.awaited is not None
    start, end = request.awaited.hole
    digest = hashlib.sha256(whole[:start] + whole[end:]).digest()
    named = {
        one["type"].native: one["values"][0].native
        for one in cms.CMSAttributes.load(request.awaited.attributes)
    }
    assert named["message_digest"] == digest


def test_a_cms_object_is_taken_only_if_it_signs_these_bytes(house: House, elliptic: Device) -> None:
    document = house.approved()
    request = asked(house, document, elliptic)
    attributes = attributes_of(request)
    wrong = {
        "other bytes": cms_of(elliptic, changed(attributes, "message_digest")),
        "other signer": cms_of(device(house, "khác"), attributes),
        "two signers": cms_of(elliptic, attributes, signers=2),
        "no cms": b"\x30\x03\x02\x01\x01",
    }
    for kind, content in wrong.items():
        with pytest.raises(Refused, match=r"signing\.(cms|signature)-wrong"):
            brought_cms(house, request, content)
        now = view(house.office, document.id, by=house.person("chutich")).document
        assert now == document, kind
    assert brought_cms(house, request, cms_of(elliptic, attributes)).state == "signed"


def brought_cms(house: House, request: SigningRequest, content: bytes) -> Document:
    return complete_signature(
        house.office,
        request.document,
        request.id,
        Brought(content=content),
        Choice(),
        by=house.person("chutich"),
    )


def cms_of(its: Device, attributes: bytes, *, signers: int = 1) -> bytes:
    certificate = asn1_x509.Certificate.load(
        its.certificate.public_bytes(serialization.Encoding.DER)
    )
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": cms.IssuerAndSerialNumber(named)}
            ),
            "digest_algorithm": sha256,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signed_attrs": cms.CMSAttributes.load(attributes),
            "signature": its.sign(attributes),
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [certificate],
            "signer_infos": [signer] * signers,
        }
    )
    told = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    assert isinstance(told, bytes)
    return told


def changed(attributes: bytes, kind: str) -> bytes:
    """Give the attributes with another digest of the same length."""
    told = cms.CMSAttributes.load(attributes)
    (value,) = (one["values"][0].native for one in told if one["type"].native == kind)
    assert attributes.count(value) == 1
    return attributes.replace(value, hashlib.sha256(b"other").digest())


def test_wrong_signatures_are_refused_noted_and_change_nothing(
    house: House, elliptic: Device
) -> None:
    document = house.approved()
    request = asked(house, document, elliptic)
    right = elliptic.sign(attributes_of(request))
    wrong = {
        "of other bytes": elliptic.sign(b"other"),
        "of another key": device(house, "khác").sign(attributes_of(request)),
        "cut off": right[:-1],
        "empty": b"\0",
        "long": right * 40,
    }
    for kind, signature in wrong.items():
        with pytest.raises(Refused, match="signing.signature-wrong"):
            brought(house, request, signature)
        now = view(house.office, document.id, by=house.person("chutich")).document
        assert now == document, kind
    told = history(house.office, document.id, by=house.person("chutich"))
    assert [line["event"] for line in told[-5:]] == ["signature:rejected"] * 5
    assert brought(house, request, right).state == "signed"


def test_a_request_is_good_once(house: House, elliptic: Device) -> None:
    document = house.approved()
    first = asked(house, document, elliptic)
    second = asked(house, document, elliptic)

    with pytest.raises(Outrun, match="signing.replayed"):
        brought(house, first, elliptic.sign(attributes_of(first)))
    signature = elliptic.sign(attributes_of(second))
    assert brought(house, second, signature).state == "signed"
    with pytest.raises(Outrun, match="signing.replayed"):
        brought(house, second, signature)
    assert kept(house) == [None, None]


def kept(house: House) -> list[bytes | None]:
    """Give what is kept of revisions that wait."""
    with house.office.database.reading() as unit:
        rows = unit.connection.execute(select(tables.signing_request.c.awaited))
        return list(rows.scalars())


def test_a_request_expires_and_what_waited_is_forgotten(house: House, elliptic: Device) -> None:
    document = house.approved()
    request = asked(house, document, elliptic)
    house.clock.pass_by(LASTS)

    with pytest.raises(Refused, match="signing.expired"):
        brought(house, request, elliptic.sign(attributes_of(request)))
    assert waiting_signatures(house.office, by=house.person("chutich")) == []
    other = asked(house, house.approved(), elliptic)
    assert [one is None for one in kept(house)].count(True) == 1
    assert brought(house, other, elliptic.sign(attributes_of(other))).state == "signed"


def test_a_document_that_moved_on_takes_no_signature(house: House, elliptic: Device) -> None:
    document = house.approved()
    request = asked(house, document, elliptic)
    house.act(document, "return", "chutich", comment="Sửa trích yếu")

    with pytest.raises(Outrun, match="step.outrun"):
        brought(house, request, elliptic.sign(attributes_of(request)))

    assert waiting_signatures(house.office, by=house.person("chutich")) == []


def test_a_number_taken_meanwhile_voids_the_request_and_leaves_no_gap(house: House) -> None:
    seal = own_device(house, "seal")
    first, second = house.signed(), house.signed()
    request = asked(house, first, seal, by="vanthu", role="agency")
    house.act(second, "seal", "vanthu")

    with pytest.raises(Outrun, match="number.outrun"):
        brought(house, request, seal.sign(attributes_of(request)), by="vanthu")

    again = asked(house, first, seal, by="vanthu", role="agency")
    sealed = brought(house, again, seal.sign(attributes_of(again)), by="vanthu")
    assert str(sealed.number) == "02/QĐ-LĐLĐ"
    assert verify(house.office).holds


def test_nobody_signs_with_a_certificate_that_is_not_theirs(house: House, elliptic: Device) -> None:
    document = house.approved()
    strangers = [
        device(house, "Phạm Thị Thu Hường"),  # her name, and nobody registered it
        own_device(house, "phochutich"),
        own_device(house, "seal"),
    ]
    for stranger in strangers:
        with pytest.raises(Refused, match="signing.other-certificate"):
            asked(house, document, stranger)
    with pytest.raises(Unreadable, match="certificate.unreadable"):
        asked(house, document, replace(elliptic, certificate=_Garbled()))  # type: ignore[arg-type]  # on purpose

    request = asked(house, document, elliptic)
    (one,) = certificates_of(house.office, "chutich", by=house.person("chutich"))
    remove(house.office, one.fingerprint, by=house.person("quantri"))
    with pytest.raises(Refused, match="signing.other-certificate"):
        brought(house, request, elliptic.sign(attributes_of(request)))


class _Garbled:
    def public_bytes(self, _: object) -> bytes:
        return b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"


def test_a_revoked_certificate_signs_nothing_from_that_moment(house: House) -> None:
    hers = own_device(house, "chutich")
    request = asked(house, house.approved(), hers)
    revoke(house.settings.trinhky_data / "keys", "chutich", at=house.clock())
    house.clock.pass_by(timedelta(seconds=1))

    with pytest.raises(Refused, match="sign.certificate-not-good"):
        asked(
            house, view(house.office, request.document, by=house.person("chutich")).document, hers
        )
    with pytest.raises(Refused, match="sign.certificate-not-good"):
        brought(house, request, hers.sign(attributes_of(request)))
    assert view(house.office, request.document, by=house.person("chutich")).document.state == (
        "signing"
    )


def test_nobody_else_sees_or_completes_a_request(house: House, elliptic: Device) -> None:
    request = asked(house, house.approved(), elliptic)
    signature = elliptic.sign(attributes_of(request))
    for other in ("vanthu", "phochutich", "chuyenvien", "quantri"):
        with pytest.raises(NotFound):
            brought(house, request, signature, by=other)
        with pytest.raises(NotFound):
            to_be_signed(house.office, request.document, request.id, by=house.person(other))
        assert waiting_signatures(house.office, by=house.person(other)) == []
    elsewhere = replace(request, document=house.approved().id)
    with pytest.raises(NotFound, match="signing.unknown"):
        brought(house, elsewhere, signature)


def test_only_who_may_act_can_ask(house: House) -> None:
    document = house.approved()
    with pytest.raises(NotAllowed, match="step.not-yours"):
        asked(house, document, own_device(house, "vanthu"), by="vanthu")
    with pytest.raises(Outrun, match="step.not-now"):
        asked(house, document, own_device(house, "seal"), by="vanthu", role="agency")


def test_only_an_administrator_keeps_the_register_of_certificates(house: House) -> None:
    its = device(house, "Vũ Đình Khải")
    for name in ("chutich", "phochutich", "vanthu", "kiemtra"):
        with pytest.raises(NotAllowed, match="staff.not-yours"):
            register(house.office, "phochutich", its.pem, by=house.person(name))
    by = house.person("quantri")
    one = register(house.office, "phochutich", its.pem, by=by)
    with pytest.raises(Refused, match="certificate.taken"):
        register(house.office, "chutich", its.pem, by=by)
    with pytest.raises(NotFound, match="person.unknown"):
        register(house.office, "nobody", device(house, "Ai").pem, by=by)
    with pytest.raises(NotAllowed):
        certificates_of(house.office, "phochutich", by=house.person("chutich"))
    assert remove(house.office, one.fingerprint, by=by) == one
    with pytest.raises(NotFound, match="certificate.unknown"):
        remove(house.office, one.fingerprint, by=by)


def test_what_waits_of_a_secret_document_lies_encrypted(house: House, elliptic: Device) -> None:
    drafted = house.drafted(classification=Classification.SECRET)
    document = house.act(drafted, "submit", "chuyenvien")
    document = house.act(document, "approve", "truongban")
    document = house.act(document, "approve", "chanhvanphong")
    request = asked(house, document, elliptic)
    assert request.awaited is not None
    (waits,) = kept(house)

    assert waits
    assert b"KyLanhDao" not in waits
    assert request.awaited.tail not in b"".join(
        path.read_bytes() for path in house.settings.trinhky_data.rglob("*") if path.is_file()
    )
    # A token gives the pair r and s as it is, which is a signature all the same.
    pair = utils.decode_dss_signature(elliptic.sign(attributes_of(request)))
    signed = brought(house, request, b"".join(part.to_bytes(32, "big") for part in pair))
    assert signed.state == "signed"
    report = check(house.office, signed.id, by=house.person("chutich"))
    assert report.verdict is Verdict.VALID


def test_the_certificate_may_come_as_pem_or_as_der_in_base64(
    house: House, elliptic: Device
) -> None:
    document = house.approved()
    der = elliptic.certificate.public_bytes(serialization.Encoding.DER)
    for text in (elliptic.pem, b64encode(der).decode(), b64encode(elliptic.pem.encode()).decode()):
        made = request_signature(
            house.office,
            document.id,
            SigningRole.LEADER,
            text,
            Choice(),
            by=house.person("chutich"),
        )
        assert made.certificate == der
