"""The signature we write by hand, against the same one written by a general ASN.1 library."""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from asn1crypto import algos, cms, core, keys, tsp, x509

from signing import encoding

INPUTS = int(os.environ.get("SIGNATURES", "400"))
"""How many are written; SIGNATURES=10000 takes a minute and was run when the encoder was made."""

NAMES = ("Nguyễn Văn An", "Ứng Thị Ổi", "A", "Đ" * 60, "CA phục vụ cơ quan, tổ chức", "x" * 64)
KEYS = {"rsa": "sha256_rsa", "ec": "sha256_ecdsa"}


@dataclass(frozen=True)
class Given:
    """One signature to write."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    digest: bytes
    signature: bytes
    token: bytes


def test_signatures_are_byte_for_byte_what_asn1crypto_writes() -> None:
    for n, given in enumerate(inputs(INPUTS)):
        der = given.certificate.dump()
        expected = attributes(given)
        told = encoding.attributes(given.digest, der)
        assert told == expected.dump(), n
        chain = tuple(one.dump() for one in given.chain)
        made = encoding.signed(told, given.signature, der, chain, given.token)
        assert made == signed(given, expected).dump(), n
        assert encoding.length_of(made + b"\0" * (n % 300)) == len(made)


def inputs(count: int) -> Iterator[Given]:
    """Give signatures of every size and kind, the same at each run."""
    chance = random.Random(5)  # noqa: S311 - the same inputs each time, no secret
    known = [certificate(chance, kind) for kind in KEYS for _ in range(25)]
    for _ in range(count):
        yield Given(
            certificate=chance.choice(known),
            chain=tuple(chance.sample(known, chance.randrange(4))),
            digest=chance.randbytes(32),
            signature=chance.randbytes(chance.choice((1, 64, 71, 127, 128, 255, 256, 384, 512))),
            token=token(chance.randbytes(chance.randrange(400))) if chance.random() < 0.4 else b"",
        )


def certificate(chance: random.Random, kind: str) -> x509.Certificate:
    """Give a certificate nobody signed, with a name and a serial number of any length."""
    name = x509.Name.build(
        {"country_name": "VN", "organization_name": chance.choice(NAMES), "common_name": "CA"}
    )
    point = b"\x04" + chance.randbytes(64)
    number = chance.getrandbits(1024)
    key = (
        keys.PublicKeyInfo.wrap(keys.RSAPublicKey({"modulus": number, "public_exponent": 3}), "rsa")
        if kind == "rsa"
        else keys.PublicKeyInfo(
            {
                "algorithm": {
                    "algorithm": "ec",
                    "parameters": keys.ECDomainParameters({"named": "secp256r1"}),
                },
                "public_key": keys.ECPointBitString(point),
            }
        )
    )
    algorithm = {"algorithm": "sha256_rsa"}
    serial = chance.getrandbits(chance.choice((1, 7, 8, 63, 64, 127, 128, 159)))
    moment = x509.Time({"utc_time": "261120000000Z"})
    told = {
        "version": "v3",
        "serial_number": serial,
        "signature": algorithm,
        "issuer": name,
        "validity": {"not_before": moment, "not_after": moment},
        "subject": name,
        "subject_public_key_info": key,
    }
    signature = chance.randbytes(chance.choice((64, 256)))
    made = {"tbs_certificate": told, "signature_algorithm": algorithm, "signature_value": signature}
    return x509.Certificate.load(x509.Certificate(made).dump())


def token(content: bytes) -> bytes:
    """Give something a timestamp authority may have answered."""
    return bytes(cms.ContentInfo({"content_type": "data", "content": content}).dump())


def attributes(given: Given) -> cms.CMSAttributes:
    """Give what is signed, as the library builds it."""
    issuer = [x509.GeneralName({"directory_name": given.certificate.issuer})]
    named = {
        "cert_hash": sha256(given.certificate.dump()).digest(),
        "issuer_serial": {"issuer": issuer, "serial_number": given.certificate.serial_number},
    }
    value = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(named)]})
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]}),
            cms.CMSAttribute({"type": "message_digest", "values": [given.digest]}),
        ]
    )


def signed(given: Given, attributes: cms.CMSAttributes) -> cms.ContentInfo:
    """Give the whole object, as the library builds it."""
    sha = algos.DigestAlgorithm({"algorithm": "sha256"})
    algorithm = given.certificate.public_key.algorithm
    who = {"issuer": given.certificate.issuer, "serial_number": given.certificate.serial_number}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": who}),
        "digest_algorithm": sha,
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": KEYS[algorithm]},
        "signature": core.OctetString(given.signature),
    }
    if given.token:
        loaded = cms.ContentInfo.load(given.token)
        one = {"type": "signature_time_stamp_token", "values": [loaded]}
        signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(one)])
    content = {
        "version": "v1",
        "digest_algorithms": [sha],
        "encap_content_info": {"content_type": "data"},
        "certificates": [given.certificate, *given.chain],
        "signer_infos": [signer],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)})
