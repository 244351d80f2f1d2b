"""Whether certificates were revoked: asked at the hosts the office allows, remembered until due."""

import hashlib
import http.client
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from asn1crypto import algos, core, crl, ocsp, x509
from pyhanko_certvalidator.errors import PathBuildingError
from pyhanko_certvalidator.path import ValidationPath

from records.errors import Unavailable
from signing.at_once import at_once
from signing.certificates import context
from signing.material import Material
from signing.trust import Trust

_LARGEST = 20_000_000  # bytes; national revocation lists have a few megabytes
_OK = 200


@dataclass(frozen=True, slots=True)
class Reach:
    """Where may be asked, and how long: no host but these, whatever a certificate says."""

    hosts: frozenset[str] = frozenset()  # "host" or "host:port"
    timeout: float = 10.0  # seconds

    def allows(self, url: str) -> bool:
        """Tell whether this address may be asked."""
        parts = urlsplit(url)
        named = {parts.hostname or "", f"{parts.hostname}:{parts.port}"}
        return parts.scheme == "http" and bool(named & self.hosts)


class Revocation:
    """Gathers what shows that a chain of certificates holds; nothing is asked twice before due."""

    def __init__(self, folder: Path | None, reach: Reach) -> None:
        """Keep answers in ``folder``, or nowhere."""
        self._folder = folder
        self._reach = reach

    def of(
        self, certificate: x509.Certificate, trust: Trust, at: datetime, *, stamps: bool = False
    ) -> Material:
        """Give the issuers above a certificate and the newest word on each that is not a root.

        Takes   stamps: whether it belongs to a timestamp authority.
        Raises  Unavailable: sign.revocation-unknown, an authority was asked and did not answer.
        Source  EN 319 142-1, clause 5.4 (validation data in the DSS).
        """
        chain = self._chain(certificate, trust, at, stamps=stamps)
        found = Material(tuple(bytes(one.dump()) for one in chain))
        for one, issuer in pairwise(chain):
            found |= self._word_on(one, issuer, trust, at)
        return found

    def _chain(
        self, certificate: x509.Certificate, trust: Trust, at: datetime, *, stamps: bool
    ) -> list[x509.Certificate]:
        paths = context(trust, at, for_timestamps=stamps).path_builder
        try:
            path = at_once(_first(paths.async_build_paths_lazy(certificate)))
        except PathBuildingError:
            return [certificate]
        if path is None:
            return [certificate]
        return list(reversed([one for one in path if isinstance(one, x509.Certificate)]))

    def _word_on(
        self, one: x509.Certificate, issuer: x509.Certificate, trust: Trust, at: datetime
    ) -> Material:
        for ask in (self._answered, self._fetched_list):
            if word := ask(one, issuer, at):
                return word
        listed = [der for der in trust.crls if _covers(der, issuer, at)]
        return Material(crls=tuple(listed[-1:]))

    def _answered(
        self, one: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Material | None:
        for url in filter(self._reach.allows, one.ocsp_urls):
            question = _question(one, issuer)
            key = hashlib.sha256(url.encode() + question).hexdigest()
            der = self._kept(f"{key}.ocsp", at, lambda der: _due_of_answer(der, one)) or self._keep(
                f"{key}.ocsp",
                self._asked(url, question, "application/ocsp-response"),
                lambda der: _due_of_answer(der, one),
                at,
            )
            return Material(ocsps=(der,))
        return None

    def _fetched_list(
        self, one: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Material | None:
        del issuer  # the list says itself whose it is, and the vendor checks it
        for url in filter(self._reach.allows, _list_urls(one)):
            name = f"{hashlib.sha256(url.encode()).hexdigest()}.crl"
            der = self._kept(name, at, _due_of_list) or self._keep(
                name, self._asked(url, b"", ""), _due_of_list, at
            )
            return Material(crls=(der,))
        return None

    def _kept(self, name: str, at: datetime, due: Callable[[bytes], datetime]) -> bytes | None:
        if self._folder is None or not (self._folder / name).exists():
            return None
        der = (self._folder / name).read_bytes()
        try:
            return der if at < due(der) else None
        except (ValueError, TypeError, KeyError):
            return None

    def _keep(self, name: str, der: bytes, due: Callable[[bytes], datetime], at: datetime) -> bytes:
        try:
            late = due(der) <= at
        except (ValueError, TypeError, KeyError) as error:
            raise Unavailable("sign.revocation-unknown", reason="malformed") from error
        if late:
            raise Unavailable("sign.revocation-unknown", reason="stale")
        if self._folder is not None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._folder / f".{name}"
            draft.write_bytes(der)
            draft.replace(self._folder / name)
        return der

    def _asked(self, url: str, question: bytes, kind: str) -> bytes:
        """Ask once, follow nothing, believe no more than 20 MB.

        Source  RFC 6960, appendix A (OCSP over HTTP); RFC 5280, 4.2.1.13 (distribution points).
        """
        parts = urlsplit(url)
        door = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=self._reach.timeout
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            if question:
                sent = {"Content-Type": "application/ocsp-request", "Accept": kind}
                door.request("POST", path, body=question, headers=sent)
            else:
                door.request("GET", path)
            with door.getresponse() as answer:
                if answer.status != _OK:
                    raise Unavailable("sign.revocation-unknown", reason=f"answer {answer.status}")
                return answer.read(_LARGEST)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable("sign.revocation-unknown", reason=type(error).__name__) from error
        finally:
            door.close()


async def _first(paths: AsyncIterator[ValidationPath]) -> ValidationPath | None:
    async for path in paths:
        return path
    return None


def _question(one: x509.Certificate, issuer: x509.Certificate) -> bytes:
    sha1 = algos.DigestAlgorithm(
        {"algorithm": "sha1"}
    )  # what every responder knows (RFC 6960, 4.3)
    asked = ocsp.CertId(
        {
            "hash_algorithm": sha1,
            "issuer_name_hash": core.OctetString(issuer.subject.sha1),
            "issuer_key_hash": core.OctetString(issuer.public_key.sha1),
            "serial_number": one.serial_number,
        }
    )
    request = ocsp.Request({"req_cert": asked})
    return bytes(
        ocsp.OCSPRequest({"tbs_request": ocsp.TBSRequest({"request_list": [request]})}).dump()
    )


def _list_urls(one: x509.Certificate) -> Iterator[str]:
    for point in one.crl_distribution_points:
        yield point.url


def _due_of_answer(der: bytes, one: x509.Certificate) -> datetime:
    answer = ocsp.OCSPResponse.load(der)
    if answer["response_status"].native != "successful":
        raise ValueError("no answer")
    for said in answer.response_data["responses"]:
        if said["cert_id"]["serial_number"].native == one.serial_number:
            due: datetime = said["next_update"].native or said["this_update"].native
            return due
    raise ValueError("an answer about somebody else")


def _due_of_list(der: bytes) -> datetime:
    due: datetime = crl.CertificateList.load(der)["tbs_cert_list"]["next_update"].native
    if due is None:
        raise ValueError("a list without end")
    return due


def _covers(der: bytes, issuer: x509.Certificate, at: datetime) -> bool:
    """Tell whether a list speaks of an issuer's certificates and is not out of date.

    One issued after ``at`` counts, as in ``context``: it came while the act was on its way.
    """
    listed = crl.CertificateList.load(der)
    next_update = listed["tbs_cert_list"]["next_update"].native
    return listed.issuer == issuer.subject and (next_update is None or at < next_update)
