"""Certificates that were judged good, and how long that needs no second judging."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from asn1crypto import ocsp
from cryptography import x509

from signing.trust import Trust

LONGEST = timedelta(minutes=5)
"""How long at most a certificate is believed good before it is judged again."""

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class _Span:
    since: datetime
    until: datetime


class KnownGood:
    """Remembers certificates that are good under a trust; other lists, and all is judged anew."""

    def __init__(self) -> None:
        self._spans: OrderedDict[tuple[bytes, bool, Trust], _Span] = OrderedDict()
        self._guard = Lock()

    def holds(self, certificate: bytes, trust: Trust, at: datetime, *, stamps: bool) -> bool:
        """Tell whether a certificate in DER is known to be good at a moment."""
        with self._guard:
            span = self._spans.get((certificate, stamps, trust))
        return span is not None and span.since <= at < span.until

    def keep(
        self, certificate: bytes, trust: Trust, believed: Trust, at: datetime, *, stamps: bool
    ) -> None:
        """Remember a certificate that was just judged good at a moment.

        Takes   trust: what the office believes by itself; believed: with what was asked for it.
        """
        until = min([at + LONGEST, *(one for one in _turns(certificate, believed) if one > at)])
        with self._guard:
            self._spans[certificate, stamps, trust] = _Span(at, until)
            while len(self._spans) > _REMEMBERED:
                self._spans.popitem(last=False)


def _turns(certificate: bytes, believed: Trust) -> list[datetime]:
    """Give every moment at which what is believed of a certificate may turn."""
    ders = (*believed.roots, *believed.tsa_roots, *believed.intermediates, certificate)
    chain = [x509.load_der_x509_certificate(der) for der in ders]
    lists = [x509.load_der_x509_crl(der) for der in believed.crls]
    turns = [one.not_valid_after_utc for one in chain]
    turns += [one.next_update_utc for one in lists if one.next_update_utc]
    # A revocation may be announced for a day to come.
    turns += [
        entry.revocation_date_utc
        for listed in lists
        for one in chain
        if (entry := listed.get_revoked_certificate_by_serial_number(one.serial_number))
    ]
    turns += [due for der in believed.ocsps for due in _due(der)]
    return turns + [datetime.fromisoformat(f"{on}T00:00:00+00:00") for _, on in believed.sunsets]


def _due(der: bytes) -> list[datetime]:
    answer = ocsp.OCSPResponse.load(der)
    if answer["response_status"].native != "successful":
        return []
    said = [one["next_update"].native for one in answer.response_data["responses"]]
    return [due for due in said if due is not None]
