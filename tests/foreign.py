"""Signed PDFs as other people's tools make them, under an authority of their own."""

import io
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import cms, parser
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.timestamps import LocalAuthority
from signing.trust import Trust

WHEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_DER = serialization.Encoding.DER
_DAY = timedelta(days=1)
Key = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)

KINDS: Mapping[str, Callable[[], Key]] = {
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
    "ecdsa-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ecdsa-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A key, what says whose it is, and who said so, from the nearest authority upwards."""

    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(_DER)

    def signer(self, *, pss: bool = False) -> signers.SimpleSigner:
        """Give the vendor's own signer, as it ships."""
        store = SimpleCertificateStore()
        store.register_multiple(
            asn1_x509.Certificate.load(one.public_bytes(_DER)) for one in self.chain
        )
        told = self.key.private_bytes(
            _DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return signers.SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(self.der),
            signing_key=asn1_keys.PrivateKeyInfo.load(told),
            cert_registry=store,
            prefer_pss=pss,
        )


@dataclass
class Authority:
    """A root with authorities below it, their lists, and their stamp of time."""

    depth: int = 1  # authorities between root and people
    kind: str = "ecdsa-256"  # of the authorities' own keys
    begins: datetime = WHEN - 400 * _DAY
    lists_at: datetime = WHEN
    root: Holder = field(init=False)
    line: tuple[Holder, ...] = field(init=False)  # root first
    revoked: dict[int, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = self._authority("Gốc", None, self.depth)
        line = [self.root]
        for n in range(self.depth):
            line.append(self._authority(f"Cấp {n + 1}", line[-1], self.depth - n - 1))
        self.line = tuple(line)

    def issued(  # noqa: PLR0913 - a certificate has that many sides
        self,
        name: str = "Nguyễn Văn Đức",
        kind: str = "ecdsa-256",
        *,
        usage: Sequence[str] = ("digital_signature", "content_commitment"),
        purposes: Sequence[x509.ObjectIdentifier] = (),
        begins: datetime | None = None,
        ends: datetime | None = None,
    ) -> Holder:
        """Issue a certificate to somebody."""
        key = KINDS[kind]()
        issuer = self.line[-1]
        draft = _draft(name, key, issuer, begins or self.begins, ends or self.begins + 1200 * _DAY)
        draft = draft.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        if usage:
            draft = draft.add_extension(_usage(*usage), critical=True)
        if purposes:
            draft = draft.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        chain = tuple(one.certificate for one in reversed(self.line[1:]))
        return Holder(key, draft.sign(issuer.key, _digest(issuer.key)), chain)

    def alone(self, name: str = "Tự Xưng") -> Holder:
        """Give somebody who says themselves who they are."""
        key = KINDS["ecdsa-256"]()
        draft = _draft(name, key, None, self.begins, self.begins + 1200 * _DAY)
        draft = draft.add_extension(_usage("digital_signature"), critical=True)
        return Holder(key, draft.sign(key, hashes.SHA256()))

    def stamper(self, at: datetime = WHEN, *, ends: datetime | None = None) -> TimeStamper:
        """Give a timestamp authority's client, which is told ``at``."""
        one = self.issued(
            "Dấu thời gian", usage=("digital_signature",), ends=ends,
            purposes=(ExtendedKeyUsageOID.TIME_STAMPING,),
        )  # fmt: skip
        assert isinstance(one.key, ec.EllipticCurvePrivateKey)
        chain = [asn1_x509.Certificate.load(each.public_bytes(_DER)) for each in one.chain]
        authority = LocalAuthority(one.key, asn1_x509.Certificate.load(one.der), chain)
        return authority.stamper(at)

    def trust(self, *, lists: bool = True, issuers: bool = True) -> Trust:
        """Give what an office knows that believes this root."""
        ders = [one.der for one in self.line]
        crls = [self._list(one) for one in self.line] if lists else []
        return Trust(
            (ders[0],), tuple(ders[1:]) if issuers else (), tuple(crls), (ders[0],), (), ()
        )

    def _authority(self, name: str, issuer: Holder | None, below: int) -> Holder:
        key = KINDS[self.kind]()
        draft = _draft(f"CA {name}", key, issuer, self.begins, self.begins + 7300 * _DAY)
        draft = draft.add_extension(
            x509.BasicConstraints(ca=True, path_length=below), critical=True
        )
        draft = draft.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        return Holder(key, draft.sign(issuer.key if issuer else key, _digest(key)))

    def _list(self, issuer: Holder) -> bytes:
        draft = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(self.lists_at)
            .next_update(self.lists_at + 30 * _DAY)
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        for serial, since in self.revoked.items():
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            draft = draft.add_revoked_certificate(one.build())
        return draft.sign(issuer.key, _digest(issuer.key)).public_bytes(_DER)


def _draft(
    name: str, key: Key, issuer: Holder | None, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ủy ban nhân dân tỉnh Điện Biên"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    above = issuer.certificate.public_key() if issuer else key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)  # type: ignore[arg-type]  # only key kinds we made
    )


def _usage(*allowed: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{usage: usage in allowed for usage in every})


def _digest(key: Key) -> hashes.SHA256 | None:
    return (
        None
        if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
        else hashes.SHA256()
    )


def signed(  # noqa: PLR0913 - what a tool lets one choose
    pdf: bytes,
    holder: Holder,
    *,
    field: str = "Signature1",
    stamper: TimeStamper | None = None,
    pss: bool = False,
    box: tuple[int, int, int, int] | None = None,
    strict: bool = True,
    **meta: Any,
) -> bytes:
    """Sign as the vendor's own program does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=strict)
    told = {"field_name": field, "md_algorithm": "sha256", "reason": "Phê duyệt", **meta}
    spec = fields.SigFieldSpec(field, box=box) if box else None
    job = signers.PdfSigner(
        signers.PdfSignatureMetadata(**told),
        holder.signer(pss=pss),
        timestamper=stamper,
        new_field_spec=spec,
    )
    return bytes(job.sign_pdf(writer).getvalue())


def embedded(
    pdf: bytes,
    cms_of: Callable[[bytes], bytes],
    *,
    field: str = "S1",
    subfilter: str = "/adbe.pkcs7.detached",
) -> bytes:
    """Put whatever another tool makes of the signed bytes where a signature goes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields.append_signature_field(writer, fields.SigFieldSpec(field))
    steps = PdfCMSEmbedder().write_cms(field_name=field, writer=writer)
    next(steps)
    placed = SignatureObject(timestamp=WHEN, bytes_reserved=16384)
    placed[pdf_name("/SubFilter")] = pdf_name(subfilter)
    steps.send(SigObjSetup(sig_placeholder=placed))
    _, out = steps.send(SigIOSetup(md_algorithm="sha256", in_place=True))
    whole = out.getvalue()
    last = re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", whole)[-1]
    start, length, again, rest = map(int, last)
    steps.send(cms_of(whole[start : start + length] + whole[again : again + rest]))
    return bytes(out.getvalue())


def openssl_cms(holder: Holder, content: bytes, *words: str) -> bytes:
    """Give what `openssl cms -sign` makes of some bytes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pem = serialization.Encoding.PEM
        key = holder.key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (place / "key.pem").write_bytes(key)
        (place / "own.pem").write_bytes(holder.certificate.public_bytes(pem))
        (place / "chain.pem").write_bytes(b"".join(one.public_bytes(pem) for one in holder.chain))
        (place / "content").write_bytes(content)
        sign = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", "content"]
        sign += [
            "-out",
            "made",
            "-signer",
            "own.pem",
            "-inkey",
            "key.pem",
            "-certfile",
            "chain.pem",
        ]
        subprocess.run([*sign, *words], cwd=place, check=True, capture_output=True)  # noqa: S603 - ours
        return (place / "made").read_bytes()


def in_pieces(der: bytes) -> bytes:
    """Give a CMS object with lengths left open, as BouncyCastle (and so PDFBox) writes it."""
    kind, explicit = _parts(der)
    (signed,) = _parts(explicit)
    inside = _parts(signed)
    inside[2] = _open(b"\x30", _parts(inside[2]))
    return _open(b"\x30", [kind, _open(b"\xa0", [_open(b"\x30", inside)])])


def _parts(der: bytes) -> list[bytes]:
    content, found = parser.parse(der)[4], []
    while content:
        length = parser.peek(content)
        found.append(content[:length])
        content = content[length:]
    return found


def _open(head: bytes, parts: Sequence[bytes]) -> bytes:
    return head + b"\x80" + b"".join(parts) + b"\0\0"


def misnamed(der: bytes) -> bytes:
    """Give a CMS object that names its issuer anew in a wrong encoding, as forge does."""
    whole = cms.ContentInfo.load(der)
    sid = whole["content"]["signer_infos"][0]["sid"].chosen
    mangled = {
        key: str(value).encode().decode("latin-1") for key, value in sid["issuer"].native.items()
    }
    called = {
        "issuer": asn1_x509.Name.build(mangled),
        "serial_number": sid["serial_number"].native,
    }
    named = cms.IssuerAndSerialNumber(called)
    whole["content"]["signer_infos"][0]["sid"] = cms.SignerIdentifier(
        {"issuer_and_serial_number": named}
    )
    return bytes(whole.dump())


def written(writer: IncrementalPdfFileWriter) -> bytes:
    """Give what a writer has written, as one more revision."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_field(pdf: bytes, name: str = "so") -> bytes:
    """Give a page with one text field on it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    font = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type1"),
            pdf_name("/BaseFont"): pdf_name("/Helvetica"),
        }
    )
    box = generic.ArrayObject(map(generic.NumberObject, (100, 600, 300, 620)))
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.TextStringObject(name),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/Rect"): box,
            pdf_name("/P"): page,
        }
    )
    placed = writer.add_object(field)
    fonts = generic.DictionaryObject({pdf_name("/Helv"): writer.add_object(font)})
    form = generic.DictionaryObject(
        {
            pdf_name("/Fields"): generic.ArrayObject([placed]),
            pdf_name("/DR"): generic.DictionaryObject({pdf_name("/Font"): fonts}),
        }
    )
    writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
    writer.update_root()
    page.get_object()[pdf_name("/Annots")] = generic.ArrayObject([placed])
    writer.mark_update(page)
    return written(writer)


def filled(pdf: bytes, words: str = "05/QD") -> bytes:
    """Fill the first field, as a form filler does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    fields_of = writer.root["/AcroForm"]["/Fields"]
    field = fields_of[0]
    field[pdf_name("/V")] = generic.TextStringObject(words)
    drawn = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 20))),
            pdf_name("/Resources"): generic.DictionaryObject(
                {pdf_name("/Font"): writer.root["/AcroForm"]["/DR"]["/Font"]}
            ),
        },
        stream_data=b"/Tx BMC BT /Helv 12 Tf 2 5 Td (%s) Tj ET EMC" % words.encode(),
    )
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawn)})
    writer.mark_update(fields_of.raw_get(0))
    return written(writer)


def written_on(writer: IncrementalPdfFileWriter, drawn: bytes) -> None:
    """Draw something more on the first page."""
    page = writer.find_page_for_modification(0)[0]
    content = page.get_object().raw_get("/Contents")
    whole = content.get_object()
    before = list(whole) if isinstance(whole, generic.ArrayObject) else [content]
    added = writer.add_object(generic.StreamObject(stream_data=drawn))
    page.get_object()[pdf_name("/Contents")] = generic.ArrayObject([*before, added])
    writer.mark_update(page)


def rewritten(pdf: bytes, *words: str) -> bytes:
    """Give a file as qpdf writes it."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
        before.write_bytes(pdf)
        subprocess.run(["qpdf", *words, str(before), str(after)], check=True)  # noqa: S603, S607 - ours
        return after.read_bytes()
