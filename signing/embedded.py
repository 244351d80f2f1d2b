"""Signatures as they sit in a file, by whatever tool: found, and their frame looked at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import cms, parser, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.diff_analysis import DiffResult, SuspiciousModification
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents

_BARE = "/adbe.x509.rsa_sha1"  # an octet string with nothing but the number RSA gave
_OCTETS = b"\x04"  # how such a string begins (X.690, 8.7)


class Embedded(EmbeddedPdfSignature):
    """The vendor's view of a signature, also if its certificate is named badly or lies elsewhere.

    The name a signature gives its certificate is not signed, and which certificate it is follows
    from whose key verifies it; so it is safe to look for it.
    """

    diff_result: DiffResult | SuspiciousModification | None  # type: ignore[assignment]  # of the default

    def __init__(
        self,
        reader: PdfFileReader,
        field: generic.DictionaryObject,
        name: str,
        known: Sequence[bytes] = (),
    ) -> None:
        """Take the field, and certificates in DER among which the signer's may be."""
        super().__init__(reader, field, name)
        self.named = _named(self.signed_data, self.signer_info, known)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A signature in a format that is not checked here."""

    name: str
    signed_revision: int


@dataclass(frozen=True, slots=True)
class Found:
    """Every filled signature field of a file."""

    signed: tuple[Embedded, ...]  # first to last
    foreign: tuple[Foreign, ...]
    unreadable: tuple[str, ...]  # names of fields
    removed: bool = False  # whether an earlier revision had a signature that is no longer there


def find(reader: PdfFileReader, known: Sequence[bytes]) -> Found:
    """Give the signatures of a file. Takes ``known`` as ``Embedded``."""
    signed: list[Embedded] = []
    foreign: list[Foreign] = []
    unreadable: list[str] = []
    for name, _, field in enumerate_sig_fields(reader, filled_status=True):
        try:
            if (other := _foreign(reader, str(name), field)) is not None:
                foreign.append(other)
            else:
                signed.append(Embedded(reader, field, name, known))
        except Exception:  # noqa: BLE001 - a forged structure may break the parser in any way
            unreadable.append(str(name))
    signed.sort(key=lambda one: one.signed_revision)
    return Found(tuple(signed), tuple(foreign), tuple(sorted(unreadable)), _removed(reader))


def _removed(reader: PdfFileReader) -> bool:
    """Tell whether a later revision took a signature away, and with it what it was about."""
    now = _values_in(reader)
    earlier = range(int(reader.xrefs.total_revisions) - 1)
    return any(_values_in(reader.get_historical_resolver(n)) - now for n in earlier)


def _values_in(pdf: PdfHandler) -> set[generic.Reference]:
    try:
        filled = enumerate_sig_fields(pdf, filled_status=True)
        values = [field.get_object().raw_get("/V") for _, _, field in filled]
    except Exception:  # noqa: BLE001 - half a file, as the first part of a linearised one is
        return set()
    return {one.reference for one in values if isinstance(one, generic.IndirectObject)}


def _foreign(reader: PdfFileReader, name: str, field: generic.DictionaryObject) -> Foreign | None:
    placed = field.get_object().raw_get("/V")
    told = placed.get_object()
    if told.get("/SubFilter") != _BARE or extract_contents(told)[:1] != _OCTETS:
        return None
    return Foreign(name, int(reader.xrefs.get_last_change(placed.reference)))


def _named(signed: cms.SignedData, signer: cms.SignerInfo, known: Sequence[bytes]) -> bool:
    """See that a signature's certificate is found under the name it is called by, if it can be."""
    held = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
    if any(_is_called(signer["sid"], one) for one in held):
        return True
    for one in map(x509.Certificate.load, known):
        if _is_called(signer["sid"], one):
            kept = [*signed["certificates"], cms.CertificateChoices({"certificate": one})]
            signed["certificates"] = cms.CertificateSet(kept)
            return True
    if signer["sid"].name != "issuer_and_serial_number":
        return False
    # Node's forge writes an issuer with Vietnamese letters anew, in another encoding.
    serial = signer["sid"].chosen["serial_number"].native
    alike = [one for one in held if one.serial_number == serial]
    if len(alike) != 1:
        return False
    called = {"issuer": alike[0].issuer, "serial_number": serial}
    signer["sid"] = cms.SignerIdentifier(
        {"issuer_and_serial_number": cms.IssuerAndSerialNumber(called)}
    )
    return True


def _is_called(sid: cms.SignerIdentifier, one: x509.Certificate) -> bool:
    if sid.name != "issuer_and_serial_number":
        return bool(one.key_identifier == sid.chosen.native)
    told = sid.chosen
    return bool(one.serial_number == told["serial_number"].native and one.issuer == told["issuer"])


def gap_is_contents(pdf: bytes, one: EmbeddedPdfSignature) -> bool:
    """Tell whether what a signature leaves out is its own value, and nothing else.

    Source  ISO 32000-2, 12.8.1: ByteRange covers everything but the value of Contents.
    """
    if len(one.byte_range) != 4 or not all(type(n) is generic.NumberObject for n in one.byte_range):  # noqa: PLR2004 - the standard's four numbers
        return False
    start, length, again, rest = (int(n) for n in one.byte_range)
    gap = pdf[length:again]
    if start != 0 or length <= 0 or again <= length or again + rest > len(pdf):
        return False
    if not re.fullmatch(rb"<[0-9A-Fa-f]+>", gap):
        return False
    return bytes.fromhex(gap[1:-1].decode("ascii")) == one.pkcs7_content and _only_padding(one)


def _only_padding(one: EmbeddedPdfSignature) -> bool:
    """Tell whether nothing but zeros follows the CMS object, where anything could be hidden."""
    content = bytes(one.pkcs7_content)
    return not any(content[parser.peek(content) :])
