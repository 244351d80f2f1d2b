"""Passkeys: keys of people's own devices, asked to sign a challenge for this address only."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key of somebody's device, as far as this office knows it."""

    id: str  # URL-safe base64
    public: bytes  # attested credential data, as the device gave it (WebAuthn, 6.5.1)
    counter: int  # how often it signed; 0 where a device does not count


class Passkeys:
    """What this office asks of devices; nothing where its address is no name of a host."""

    def __init__(self, address: str, name: str) -> None:
        """Speak for ``address``: browsers refuse passkeys for numbers, but for this machine."""
        self.host = _host(address)
        entity = PublicKeyCredentialRpEntity(id=self.host or "localhost", name=name)
        self._server = Fido2Server(entity)

    @property
    def possible(self) -> bool:
        """Tell whether a browser would make a passkey for this address at all."""
        return bool(self.host)

    def begin(
        self, account: str, name: str, known: Sequence[Passkey]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give what the browser is asked to make a key with, and what to remember of it."""
        person = PublicKeyCredentialUserEntity(id=account.encode(), name=account, display_name=name)
        options, state = self._server.register_begin(
            person,
            [_credential(one) for one in known],
            resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        return dict(options), dict(state)

    def finish(self, state: Mapping[str, Any], answer: Mapping[str, Any]) -> Passkey | None:
        """Give the key a browser made, None if the answer is not to what was asked."""
        try:
            told = RegistrationResponse.from_dict(answer)
            found = self._server.register_complete(dict(state), told)
        except Exception:  # noqa: BLE001 - a foreign answer makes the vendor raise anything
            return None
        made = found.credential_data
        if made is None:
            return None
        return Passkey(_text(made.credential_id), bytes(made), found.counter)

    def ask(self, known: Sequence[Passkey]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give what the browser is asked to sign, and what to remember of it."""
        options, state = self._server.authenticate_begin(
            [_credential(one) for one in known],
            user_verification=UserVerificationRequirement.PREFERRED,
        )
        return dict(options), dict(state)

    def signed(
        self, state: Mapping[str, Any], answer: Mapping[str, Any], known: Sequence[Passkey]
    ) -> Passkey | None:
        """Give the key that signed, counted on; None if none of these did, or a copy of one.

        Source  WebAuthn, 7.2 (step 22: the counter of a copy falls behind).
        """
        try:
            told = AuthenticationResponse.from_dict(answer)
            used = self._server.authenticate_complete(
                dict(state), [_credential(one) for one in known], told
            )
            counter = told.response.authenticator_data.counter
        except Exception:  # noqa: BLE001 - a foreign answer makes the vendor raise anything
            return None
        id = _text(used.credential_id)
        before = next(one for one in known if one.id == id)
        if (counter or before.counter) and counter <= before.counter:
            return None
        return Passkey(id, before.public, counter)


def _credential(one: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(one.public)


def _text(id: bytes) -> str:
    return urlsafe_b64encode(id).rstrip(b"=").decode("ascii")


def _host(address: str) -> str:
    host = urlsplit(address).hostname or ""
    try:
        return "localhost" if ip_address(host).is_loopback else ""
    except ValueError:
        return host
