"""The agency's directory knows people's passwords (LDAP, Active Directory); they are never kept."""

import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from ldap3 import NONE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_bytes, escape_filter_chars

from records.errors import NotAllowed, Unavailable
from records.identity import DIRECTORY, DirectoryRules, Told

LONGEST = 256
"""How many characters an account or password may have that is asked about."""

_OK = 0
_AWAY = frozenset({51, 52, 80})  # busy, unavailable, other (RFC 4511, 4.1.9)
_DISABLED = 0x2  # ACCOUNTDISABLE in userAccountControl (MS-ADTS, 2.2.16)
_CONTROL = "userAccountControl"
_IN_CHAIN = "1.2.840.113556.1.4.1941"  # LDAP_MATCHING_RULE_IN_CHAIN (MS-ADTS, 3.1.1.3.4.4.3)
_PORTS = {"ldap": 389, "ldaps": 636}

Entry = Mapping[str, Any]
T = TypeVar("T")


class Directory:
    """One directory, asked afresh each time."""

    def __init__(self, rules: DirectoryRules, password: str, groups: Iterable[str]) -> None:
        """Ask with the service's ``password``; only these ``groups`` mean something here."""
        self._rules = rules
        self._password = password
        self._groups = {_plain(one): one for one in groups}
        parts = urlsplit(rules.address)
        host = parts.hostname or ""
        self._encrypted = parts.scheme == "ldaps"
        self._server = Server(
            host,
            parts.port or _PORTS[parts.scheme],
            use_ssl=self._encrypted,
            tls=_Checked(host, rules.ca),
            get_info=NONE,
            connect_timeout=rules.timeout,
            allowed_referral_hosts=[],
        )

    def recognise(self, account: str, password: str) -> Told | None:
        """Give whose account and password these are, None if nobody's.

        Raises  Unavailable: the directory does not answer. NotAllowed: the account is closed.
        """
        return self._recognised(self._named(account), password) if account else None

    def _named(self, account: str) -> str:
        either = "".join(f"({one}={escape_filter_chars(account)})" for one in self._rules.account)
        return f"(|{either})"

    def subject_of(self, account: str) -> str:
        """Give who has an account there, "" if nobody. Raises Unavailable."""
        told = self._asked(self._named(account), lambda _, entry: self._told_id(entry))
        return told or ""

    def confirm(self, subject: str, password: str) -> bool:
        """Tell whether this is the password of whoever it is. Raises as ``recognise``."""
        try:
            id = UUID(subject)
        except ValueError:
            return False
        # Active Directory keeps the bytes, first half turned around; others keep the words.
        binary = escape_bytes(id.bytes_le)
        told = f"(|({self._rules.subject}={id})({self._rules.subject}={binary}))"
        if self._rules.subject.lower() != "objectguid":
            told = f"({self._rules.subject}={id})"
        return self._recognised(told, password) is not None

    def _recognised(self, which: str, password: str) -> Told | None:
        # An empty password is a bind as nobody, which succeeds (RFC 4513, 5.1.2).
        if not password or len(password) > LONGEST:
            return None

        def judge(service: Connection, entry: Entry) -> Told | None:
            return self._told(service, entry) if self._knows(entry["dn"], password) else None

        return self._asked(which, judge)

    def _asked(self, which: str, judge: Callable[[Connection, Entry], T | None]) -> T | None:
        """Give what is to be said of the one entry that is meant, None if there is none."""
        if len(which) > 8 * LONGEST:
            return None
        try:
            with self._bound(self._rules.service, self._password) as (service, code):
                if service is None:
                    raise Unavailable("directory.unavailable", reason=f"service {code}")
                entry = self._one(service, f"(&{self._rules.filter}{which})")
                return None if entry is None else judge(service, entry)
        except (LDAPException, OSError, ValueError) as error:
            raise Unavailable("directory.unavailable", reason=type(error).__name__) from error

    def _knows(self, dn: str, password: str) -> bool:
        with self._bound(dn, password) as (bound, code):
            if code in _AWAY:
                raise Unavailable("directory.unavailable", reason=str(code))
            return bound is not None

    @contextmanager
    def _bound(self, dn: str, password: str) -> Iterator[tuple[Connection | None, int]]:
        """Give a connection as somebody, None if they are not let in, and the code of it."""
        line = Connection(
            self._server,
            dn,
            password,
            auto_bind="NONE",
            auto_referrals=False,
            check_names=False,
            read_only=True,
            receive_timeout=ceil(self._rules.timeout),
        )
        try:
            line.open(read_server_info=False)
            if not self._encrypted:
                line.start_tls(read_server_info=False)
            line.bind(read_server_info=False)
            code = int(line.result["result"])
            yield (line if code == _OK else None), code
        finally:
            line.unbind()
            if line.socket is not None:
                line.socket.close()  # which the vendor leaves open where nobody answered

    def _one(self, service: Connection, filter: str) -> Entry | None:
        """Give the one entry that is meant, None if there is none or it might be another."""
        wanted = {*self._rules.account, self._rules.subject, self._rules.name, self._rules.mail}
        wanted |= {self._rules.groups, _CONTROL}
        found = self._search(service, self._rules.base, filter, sorted(wanted - {""}))
        return found[0] if len(found) == 1 else None

    def _search(
        self, service: Connection, base: str, filter: str, attributes: list[str]
    ) -> list[Entry]:
        service.search(base, filter, SUBTREE, attributes=attributes, time_limit=30)
        if int(service.result["result"]) in _AWAY:
            raise Unavailable("directory.unavailable", reason=str(service.result["result"]))
        return [one for one in service.response or [] if one["type"] == "searchResEntry"]

    def _told(self, service: Connection, entry: Entry) -> Told:
        rules, raw = self._rules, entry["raw_attributes"]
        control = _first(raw, _CONTROL)
        if control.isdecimal() and int(control) & _DISABLED:
            raise NotAllowed("provider.closed")
        named = [_text(one) for one in raw.get(rules.groups, [])] if rules.groups else []
        if rules.nested:
            chain = f"(member:{_IN_CHAIN}:={escape_filter_chars(entry['dn'])})"
            named += [one["dn"] for one in self._search(service, rules.nested, chain, ["cn"])]
        known = (self._groups.get(_plain(one)) for one in named)
        return Told(
            issuer=DIRECTORY,
            subject=self._told_id(entry),
            account=_first(raw, rules.account[0]),
            name=_first(raw, rules.name),
            email=_first(raw, rules.mail),
            groups=frozenset(one for one in known if one is not None),
        )

    def _told_id(self, entry: Entry) -> str:
        """Give who an entry is, in words. Raises ValueError: it does not say."""
        raw: bytes = entry["raw_attributes"].get(self._rules.subject, [b""])[0]
        if len(raw) == 16:  # noqa: PLR2004 - Active Directory's are the bytes of a UUID
            return str(UUID(bytes_le=raw))
        return str(UUID(_text(raw)))


class _Checked(Tls):  # type: ignore[misc]  # the vendor has no types
    """TLS whose certificate is checked by Python itself, name and all."""

    def __init__(self, host: str, ca: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._context = ssl.create_default_context(cafile=ca or None)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the vendor's way of calling it
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._host)


def _plain(dn: str) -> str:
    """Give a distinguished name as it is compared: no case, no space around its signs."""
    return ",".join(part.strip() for part in dn.casefold().split(","))


def _first(raw: Mapping[str, list[bytes]], name: str) -> str:
    return " ".join(_text(raw[name][0]).split()) if raw.get(name) else ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
