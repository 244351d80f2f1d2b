"""One way to a signature, wherever the key lies: in a file, on a token, or at a provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from records.errors import Refused
from records.signing import Holding, KeyKind, Leave
from signing.keys import Keyring
from signing.remote import Provider
from signing.token import Token

Keeper = TypeVar("Keeper")


@dataclass(frozen=True, slots=True)
class Custody:
    """Everybody who keeps keys for this office."""

    keyring: Keyring
    tokens: Mapping[str, Token] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)

    @property
    def keepers(self) -> list[tuple[KeyKind, str]]:
        """Give the tokens and providers by kind and name."""
        return [
            *((KeyKind.TOKEN, name) for name in self.tokens),
            *((KeyKind.REMOTE, name) for name in self.providers),
        ]

    def sign(self, held: Holding, attributes: Sequence[bytes], leave: Leave) -> list[bytes]:
        """Give a signature over each, all on the signer's one word.

        Nobody's word is taken for it: each signature is verified when it is brought in.

        Raises  Refused: the signer's word is missing or wrong, or the key lies elsewhere.
                Unavailable: its keeper does not answer.
        """
        if held.kind is KeyKind.FILE:
            signer = self.keyring.signer(held.person) if held.person else self.keyring.seal()
            return [signer.sign(content) for content in attributes]
        if held.kind is KeyKind.TOKEN:
            token = _known(self.tokens, held)
            return token.sign(held.credential, attributes, leave.pin)
        if held.kind is KeyKind.REMOTE:
            return _known(self.providers, held).sign(held.credential, attributes, leave)
        raise Refused("key.own-device")


def _known(keepers: Mapping[str, Keeper], held: Holding) -> Keeper:
    if held.keeper not in keepers:
        raise Refused("key.keeper-unknown", keeper=held.keeper)
    return keepers[held.keeper]
