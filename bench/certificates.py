"""Certificates for thousands of people, issued by the demonstration office's own authority."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

from signing.demo_pictures import draw_signature
from signing.key_folder import INTERMEDIATE, PEOPLE, Holder, open_holder, pass_phrase, place_of

ROUNDS = 1000
"""How often a phrase is hashed into a key: what lives for an hour needs no slow lock."""


def certify(folder: Path, people: Sequence[str]) -> None:
    """Give each of these people a key, a certificate and a signature's picture.

    The keys are on P-256, where an RSA key would take a thousand times as long to make; the
    picture is drawn once, and linked for everybody.
    """
    picture = folder / PEOPLE / f"{people[0]}.png"
    picture.write_bytes(draw_signature(people[0]))
    for one in people[1:]:
        picture.with_name(f"{one}.png").hardlink_to(picture)
    hands = os.cpu_count() or 1
    shares = [people[n::hands] for n in range(hands)]
    with ProcessPoolExecutor(hands) as pool:
        for done in [pool.submit(_certify, folder, share) for share in shares]:
            done.result()


def _certify(folder: Path, people: Sequence[str]) -> None:
    phrase = pass_phrase(folder)
    issuer = open_holder(place_of(folder, INTERMEDIATE), phrase)
    locked = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ROUNDS).build(phrase)
    for id in people:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(key, f"Người {id}", issuer)
        content = pkcs12.serialize_key_and_certificates(
            id.encode(), key, certificate, [issuer.certificate], locked
        )
        place_of(folder, id).write_bytes(content)


def _certificate(key: ec.EllipticCurvePrivateKey, name: str, issuer: Holder) -> x509.Certificate:
    begins = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    words = {NameOID.COUNTRY_NAME: "VN", NameOID.COMMON_NAME: name}
    subject = x509.Name([x509.NameAttribute(kind, told) for kind, told in words.items()])
    above = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above.value),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(issuer.key, hashes.SHA256())
    )
