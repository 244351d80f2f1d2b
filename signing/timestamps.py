"""Proof of when: timestamp authorities of RFC 3161, one inside the office and one across HTTP."""

import http.client
import secrets
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign import general
from pyhanko.sign.timestamps import TimeStamper

from records.errors import Unavailable

_POLICY = "1.3.6.1.4.1.4146.2.2"  # a policy nobody relies on; a real authority states its own
_LARGEST_ANSWER = 256 * 1024  # bytes; a token with its chain has about 6 kB
_OK = 200
_SKEW = timedelta(minutes=5)  # how far its clock and the office's may be apart


class Timestamper(Protocol):
    """Whoever can prove that something existed at a moment."""

    def stamper(self, at: datetime) -> TimeStamper:
        """Give the vendor's client; ``at`` is the office's time, which a real authority ignores."""
        ...


class LocalAuthority:
    """A timestamp authority in this very process: for demonstrations, it proves nothing."""

    def __init__(
        self,
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        self._key = key
        self._certificate = certificate
        self._chain = tuple(chain)

    def stamper(self, at: datetime) -> TimeStamper:
        """Give a client that is answered at once, with the time ``at``."""
        return _LocalStamper(self, at)

    def answer(self, question: bytes, *, at: datetime) -> bytes:
        """Answer one request as it came over HTTP, with the time ``at``.

        Source  RFC 3161, 2.4; RFC 5816 (certificate named by SHA-256).
        """
        return bytes(self._respond(tsp.TimeStampReq.load(question), at).dump())

    def _respond(self, question: tsp.TimeStampReq, at: datetime) -> tsp.TimeStampResp:
        content = self._content(question, at).dump()
        attributes = self._attributes(content)
        signature = self._sign(attributes.dump())
        token = cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": self._signed(content, attributes, signature),
            }
        )
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _content(self, question: tsp.TimeStampReq, at: datetime) -> tsp.TSTInfo:
        content = {
            "version": "v1",
            "policy": _POLICY,
            "message_imprint": question["message_imprint"],
            "serial_number": secrets.randbits(64),
            "gen_time": at.astimezone(UTC).replace(microsecond=0),
            "tsa": x509.GeneralName(name="directory_name", value=self._certificate.subject),
        }
        if question["nonce"].native is not None:
            content["nonce"] = question["nonce"]
        return tsp.TSTInfo(content)

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        named = general.as_signing_certificate_v2(self._certificate)
        return cms.CMSAttributes(
            [
                general.simple_cms_attribute("content_type", "tst_info"),
                general.simple_cms_attribute("message_digest", _sha256(content)),
                general.simple_cms_attribute("signing_certificate_v2", named),
            ]
        )

    def _sign(self, content: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(content, ec.ECDSA(hashes.SHA256()))

    def _signed(
        self, content: bytes, attributes: cms.CMSAttributes, signature: bytes
    ) -> cms.SignedData:
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        mechanism = "sha256_rsa" if isinstance(self._key, rsa.RSAPrivateKey) else "sha256_ecdsa"
        sid = cms.IssuerAndSerialNumber(
            {
                "issuer": self._certificate.issuer,
                "serial_number": self._certificate.serial_number,
            }
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
                "digest_algorithm": sha256,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism}),
                "signed_attrs": attributes,
                "signature": signature,
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [sha256],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": [self._certificate, *self._chain],
                "signer_infos": [signer],
            }
        )


class HttpAuthority:
    """A timestamp authority across the network, asked over HTTP or HTTPS."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        self._timeout = timeout

    def stamper(self, at: datetime) -> TimeStamper:
        """Give a client of this authority; its time is its own, but must be about ``at``."""
        return _HttpStamper(self._url, self._timeout, at)


class Authorities:
    """Several timestamp authorities in the office's order: the first that answers is believed."""

    def __init__(self, several: Sequence[Timestamper]) -> None:
        self._several = tuple(several)

    def stamper(self, at: datetime) -> TimeStamper:
        """Give a client that goes on to the next authority when one does not answer."""
        return _FailingOver([one.stamper(at) for one in self._several])


def http_timestampers(urls: Sequence[str], timeout: float) -> Authorities:
    """Give the timestamp authorities at ``urls``, to be asked in this order."""
    return Authorities([http_timestamper(url, timeout) for url in urls])


def http_timestamper(url: str, timeout: float) -> HttpAuthority:
    """Give the timestamp authority at ``url``.

    Takes   url: http or https, without a name or password; timeout: seconds for each answer.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError("a timestamp authority has an http or https address without a password")
    return HttpAuthority(url, timeout=timeout)


class _Stamper(TimeStamper):
    """A client whose every failure means the same to us: try again later."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the vendor forgot to type it

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            content = token["content"]["encap_content_info"]["content"].parsed
            imprint = content["message_imprint"]["hashed_message"].native
        except Unavailable:
            raise
        except Exception as error:
            # The answer is foreign bytes: the parser may fail in any way it likes.
            raise Unavailable("timestamp.unavailable", reason=type(error).__name__) from error
        if imprint != message_digest:
            raise Unavailable("timestamp.unavailable", reason="other-imprint")
        return token


class _LocalStamper(_Stamper):
    def __init__(self, authority: LocalAuthority, at: datetime) -> None:
        super().__init__()
        self._authority = authority
        self._at = at

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._authority.answer(req.dump(), at=self._at))


class _HttpStamper(_Stamper):
    def __init__(self, url: str, timeout: float, at: datetime) -> None:
        super().__init__()
        self._url = url
        self._timeout = timeout
        self._at = at

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        token = await super().async_timestamp(message_digest, md_algorithm)
        stamped = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
        # One of the two clocks is wrong, and what is signed now would not verify later.
        if abs(stamped - self._at) > _SKEW:
            raise Unavailable("timestamp.unavailable", reason="clock")
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(_post(self._url, req.dump(), timeout=self._timeout))


class _FailingOver(TimeStamper):
    def __init__(self, several: Sequence[TimeStamper]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the vendor forgot to type it
        self._several = tuple(several)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        last = Unavailable("timestamp.unavailable", reason="no-authority")
        for one in self._several:
            try:
                return await one.async_timestamp(message_digest, md_algorithm)
            except Unavailable as missed:
                last = missed
        raise last


def _post(url: str, question: bytes, *, timeout: float) -> bytes:
    """Ask once, follow nothing, believe no more than a quarter of a megabyte.

    Source  RFC 3161, 3.4 (timestamp protocol over HTTP).
    """
    parts = urlsplit(url)
    door = _door(parts.scheme, parts.hostname or "", parts.port, timeout)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kinds = {
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        }
        door.request("POST", path, body=question, headers=kinds)
        with door.getresponse() as answer:
            kind = answer.headers.get_content_type()
            if answer.status != _OK or kind != "application/timestamp-reply":
                raise Unavailable("timestamp.unavailable", reason=f"answer {answer.status}")
            return answer.read(_LARGEST_ANSWER)
    finally:
        door.close()


def _door(scheme: str, host: str, port: int | None, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        trusted = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=trusted)
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _sha256(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    return digest.finalize()
