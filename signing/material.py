"""Validation data: what a file carries of it, and what has to be put in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.trust import Trust

_MOST = 2000  # objects of one kind that a file's validation data may have


@dataclass(frozen=True, slots=True)
class Material:
    """Certificates of issuers, and what shows that nobody in the chain was revoked (all in DER)."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def __or__(self, other: "Material") -> "Material":
        """Give both, each thing once."""
        return Material(
            tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            tuple(dict.fromkeys((*self.crls, *other.crls))),
            tuple(dict.fromkeys((*self.ocsps, *other.ocsps))),
        )


def enclosed(pdf: PdfHandler, trust: Trust) -> Trust:
    """Give the trust with the validation data in a file, none of which is believed by itself.

    Source  ISO 32000-2, 12.8.4.3 (document security store).
    """
    found = carried(pdf)
    return trust.and_also(intermediates=found.certificates, crls=found.crls, ocsps=found.ocsps)


def carried(pdf: PdfHandler) -> Material:
    """Give the validation data in a file; what in it cannot be read is left out."""
    try:
        store = pdf.root["/DSS"]
    except KeyError:
        return Material()
    if not isinstance(store, generic.DictionaryObject):
        return Material()
    return Material(
        tuple(_readable(store, "/Certs", x509.Certificate)),
        tuple(_readable(store, "/CRLs", crl.CertificateList)),
        tuple(_readable(store, "/OCSPs", ocsp.OCSPResponse)),
    )


def borne(one: EmbeddedPdfSignature, trust: Trust) -> Trust:
    """Give the trust with the validation data a signature brings itself; none believed by itself.

    Source  ISO 32000-1, 12.8.3.3.2 (revocation information as a signed attribute).
    """
    try:
        told = find_unique_cms_attribute(
            one.signer_info["signed_attrs"], "adobe_revocation_info_archival"
        )
        crls = [crl.CertificateList.load(each.dump()) for each in told["crl"] or ()]
        ocsps = [ocsp.OCSPResponse.load(each.dump()) for each in told["ocsp"] or ()]
        for each in (*crls[:_MOST], *ocsps[:_MOST]):
            each.native  # noqa: B018 - reading it through is the test
    except (NonexistentAttributeError, MultivaluedAttributeError, ValueError, TypeError, KeyError):
        return trust
    return trust.and_also(
        crls=(each.dump() for each in crls[:_MOST]), ocsps=(each.dump() for each in ocsps[:_MOST])
    )


def _readable(store: generic.DictionaryObject, name: str, kind: type) -> Iterator[bytes]:
    try:
        listed = store[name]
    except KeyError:
        return
    if not isinstance(listed, generic.ArrayObject):
        return
    for at in range(min(len(listed), _MOST)):
        stream = listed[at]
        if isinstance(stream, generic.StreamObject):
            der = bytes(stream.data)
            try:
                kind.load(der, strict=True).native  # type: ignore[attr-defined] # noqa: B018 - each is an ASN.1 value; reading it through is the test
            except (ValueError, TypeError, KeyError):
                continue
            yield der


def put(writer: BasePdfFileWriter, material: Material) -> None:
    """Put validation data into the revision that is being written."""
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=_loaded(material.certificates, x509.Certificate),
        crls=_loaded(material.crls, crl.CertificateList),
        ocsps=_loaded(material.ocsps, ocsp.OCSPResponse),
    )


def _loaded(ders: Iterable[bytes], kind: type) -> list[object]:
    return [kind.load(der) for der in ders]  # type: ignore[attr-defined]  # an ASN.1 type of the vendor's
