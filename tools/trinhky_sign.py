"""Signs what an office asks for, with a key that never leaves this computer.

It believes nobody: it fetches the file that was shown, hashes it, makes sure that what it is asked
to sign speaks of exactly that file with room for one signature, and only then signs. It needs the
library cryptography, and python-pkcs11 for tokens; nothing else of Trình Ký.
"""

import argparse
import getpass
import json
import re
import sys
import urllib.error
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

Json = dict[str, Any]
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")  # 1.2.840.113549.1.9.4
_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")  # 1.2.840.113549.1.9.16.2.47
_LONG, _SET, _SEQUENCE, _OCTETS, _OID = 0x80, 0x31, 0x30, 0x04, 0x06


class Doubt(Exception):
    """Something is not as it was said to be, so nothing is signed."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key on this computer, and its certificate."""

    certificate: bytes  # DER
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Office:
    """The office's server, as its API knows the signer."""

    address: str
    token: str = ""

    def ask(self, path: str, told: Json | None = None) -> Json:
        """Give the answer to a call. Raises Doubt: the office refused, in its own words."""
        return dict(json.loads(self.fetch(path, told)))

    def fetch(self, path: str, told: Json | None = None) -> bytes:
        """Give the bytes that answer a call."""
        body = None if told is None else json.dumps(told).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json, */*"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        call = urllib.request.Request(f"{self.address}/api/v1{path}", body, headers)  # noqa: S310 - main checks the scheme
        try:
            with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310 - likewise  # nosec B310
                return bytes(answer.read())
        except urllib.error.HTTPError as refusal:
            raise Doubt(_sentence(refusal.read())) from refusal
        except OSError as away:
            raise Doubt(f"{self.address}: {away}") from away


def _sentence(content: bytes) -> str:
    try:
        told = json.loads(content)
        return f"{told['detail']} [{told['rule']}]"
    except (ValueError, LookupError, TypeError):
        return "the office refused without a reason"


def digest_of_waiting(shown: bytes, waiting: bytes) -> bytes:
    """Give the digest of what will be signed, once it is the shown file with one more revision.

    Raises  Doubt: other bytes come before, or something but the signature is left out.
    Source  ISO 32000-2, 12.8.1: ByteRange covers everything but the value of Contents.
    """
    if not waiting.startswith(shown):
        raise Doubt("what would be signed does not begin with the file that was shown")
    ranges = [tuple(map(int, found.groups())) for found in _RANGE.finditer(waiting, len(shown))]
    if len(ranges) != 1:
        raise Doubt("what would be signed has no single signature of its own")
    start, length, again, rest = ranges[0]
    gap = waiting[length:again]
    whole = start == 0 and again + rest == len(waiting) and length > len(shown)
    if not (whole and re.fullmatch(rb"<0+>", gap)):
        raise Doubt("something but the signature is left out of what would be signed")
    return sha256(waiting[:length] + waiting[again:]).digest()


def require_about(attributes: bytes, digest: bytes, certificate: bytes) -> None:
    """Raise Doubt unless these signed attributes speak of this digest and this certificate.

    Source  RFC 5652, 5.4 and 11.2; RFC 5035, 3.
    """
    told: dict[bytes, bytes] = {}
    for tag, body in _parts(_only(attributes, _SET)):
        parts = list(_parts(body))
        if tag != _SEQUENCE or [one for one, _ in parts] != [_OID, _SET] or parts[0][1] in told:
            raise Doubt("the attributes to be signed are not understood")
        told[parts[0][1]] = parts[1][1]
    if told.get(_MESSAGE_DIGEST) != bytes([_OCTETS, len(digest)]) + digest:
        raise Doubt("the attributes to be signed speak of another file")
    if sha256(certificate).digest() not in told.get(_CERTIFICATE_V2, b""):
        raise Doubt("the attributes to be signed speak of another certificate")


def _only(der: bytes, tag: int) -> bytes:
    parts = list(_parts(der))
    if len(parts) != 1 or parts[0][0] != tag:
        raise Doubt("the attributes to be signed are not understood")
    return parts[0][1]


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Give tag and content of each DER value, one after another."""
    at = 0
    while at + 1 < len(der):
        length, begin = der[at + 1], at + 2
        if length >= _LONG:
            count = length - _LONG
            length = int.from_bytes(der[begin : begin + count], "big")
            begin += count
        yield der[at], der[begin : begin + length]
        at = begin + length
    if at != len(der):
        raise Doubt("the attributes to be signed are not understood")


@dataclass(frozen=True, slots=True)
class What:
    """What is to be signed of a document, and as what."""

    role: str = "leader"  # leader, agency, copy or annex
    annex: int = 0  # its number among the attachments
    kind: str = ""  # of a copy: sao-y, sao-luc, trich-sao
    extract: bytes = b""  # of a copy of a part: that part, as PDF

    def told(self) -> Json:
        """Give what the office is told of it."""
        told: Json = {"role": self.role}
        if self.annex:
            told["annex"] = self.annex
        if self.kind:
            told["kind"] = self.kind
        if self.extract:
            told["extract"] = b64encode(self.extract).decode()
        return told


LEADER = What()


def sign_one(
    office: Office, id: str, key: Key, agrees: Callable[[str], bool], what: What = LEADER
) -> str:
    """Sign one document and give the state it is in afterwards, "" if its signer did not agree.

    Raises  Doubt: the office refused, or what it asked for is not what was shown.
    """
    document = office.ask(f"/documents/{id}")
    shown = shown_of(document, what)
    if not agrees(_described(document, shown)):
        return ""
    certificate = b64encode(key.certificate).decode()
    asked = office.ask(
        f"/documents/{id}/signing-requests",
        {**what.told(), "certificate": certificate, "revision": shown.digest},
    )
    if asked["revision_digest"] != shown.digest or asked["digest_algorithm"] != "sha256":
        raise Doubt("the office asks for a signature on another file")
    request = f"/documents/{id}/signing-requests/{asked['id']}"
    attributes = b64decode(asked["to_be_signed"])
    waiting = office.fetch(f"{request}/content")
    before = waiting[: shown.size]
    if sha256(before).hexdigest() != shown.digest:
        raise Doubt("what would be signed does not begin with the file that was shown")
    require_about(attributes, digest_of_waiting(before, waiting), key.certificate)
    signature = b64encode(key.sign(attributes)).decode()
    return str(office.ask(f"{request}/complete", {"signature": signature})["state"])


@dataclass(frozen=True, slots=True)
class Shown:
    """The file that is to be signed, as the office names it."""

    named: str
    size: int  # bytes
    digest: str


def shown_of(document: Json, what: What) -> Shown:
    """Give the file that is to be signed. Raises Doubt: there is none.

    Its bytes come with the request for the signature, and with nothing else: the label of a
    secret may grant them to no other door.
    """
    if what.kind == "trich-sao":
        return Shown("trích sao", len(what.extract), sha256(what.extract).hexdigest())
    found = document["attachments"]
    if what.role == "annex":
        found = [one for one in found if one["n"] == what.annex]
    elif what.kind == "sao-luc":
        found = [one for one in found if one["name"].startswith("SAO Y ")]
    else:
        latest = document["revisions"][-1]
        named = f"{latest['pages']} pages, revision {latest['n']}"
        return Shown(named, latest["size"], latest["digest"])
    if not found:
        raise Doubt(f"{document['id']}: no such file to sign")
    return Shown(found[-1]["name"], found[-1]["size"], found[-1]["digest"])


def _described(document: Json, shown: Shown) -> str:
    return (
        f"{document['type']}  {document['subject']}\n"
        f"    {shown.named}, {shown.size} bytes\n"
        f"    SHA-256 {shown.digest}"
    )


def parts_of(office: Office, id: str, told: argparse.Namespace) -> list[What]:
    """Give what is to be signed of one document: it, one copy, or each annex that is a PDF."""
    if told.role == "copy":
        extract = told.extract.read_bytes() if told.extract else b""
        return [What("copy", kind=told.kind, extract=extract)]
    if told.role == "annex" and not told.annex:
        found = office.ask(f"/documents/{id}")["attachments"]
        return [What("annex", one["n"]) for one in found if one["media_type"] == "application/pdf"]
    return [What(told.role, told.annex or 0)]


def key_in_file(path: Path, password: str) -> Key:
    """Give the key in a PKCS#12 file. Raises Doubt: it cannot be opened."""
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), password.encode())
    except (OSError, ValueError) as error:
        raise Doubt(f"{path}: cannot be opened with this password") from error
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Doubt(f"{path}: no key and certificate in it")
    held = key

    def sign(content: bytes) -> bytes:
        if isinstance(held, rsa.RSAPrivateKey):
            return held.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return held.sign(content, ec.ECDSA(hashes.SHA256()))

    return Key(certificate.public_bytes(Encoding.DER), sign)


def key_on_token(module: str, token: str, label: str, certificate: Path, pin: str) -> Key:
    """Give a key on a PKCS#11 token, logged in once; a wrong PIN is not tried again."""
    import pkcs11  # noqa: PLC0415 - who signs with a file needs no such library
    from pkcs11 import KeyType, Mechanism, ObjectClass  # noqa: PLC0415 - likewise

    try:
        session = pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin)
        held: Any = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
        content = certificate.read_bytes()
        pem = b"-----BEGIN" in content
        load = x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate
        der = load(content).public_bytes(Encoding.DER)
    except (pkcs11.PKCS11Error, RuntimeError, OSError, ValueError) as error:
        raise Doubt(f"{token}: {type(error).__name__}") from error

    def sign(content: bytes) -> bytes:
        if held.key_type is KeyType.EC:
            return bytes(held.sign(sha256(content).digest(), mechanism=Mechanism.ECDSA))
        return bytes(held.sign(content, mechanism=Mechanism.SHA256_RSA_PKCS))

    return Key(der, sign)


def entered(address: str, user: str, password: str) -> Office:
    """Give the office as this person sees it. Raises Doubt: it did not let them in."""
    told = {"username": user, "password": password}
    return Office(address, str(Office(address).ask("/tokens", told)["token"]))


def waiting_for(office: Office, role: str = "leader") -> list[Json]:
    """Give what waits for this person's signature in a role; no list has copies and annexes."""
    action = {"leader": "sign", "agency": "seal"}.get(role)
    return [one for one in office.ask("/tasks")["items"] if action in one["actions"]]


def _agrees(described: str) -> bool:
    sys.stdout.write(f"\n{described}\n    Ký / sign? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "c", "co", "có"}


def _yes(described: str) -> bool:
    sys.stdout.write(f"\n{described}\n")
    return True


def _key(told: argparse.Namespace) -> Key:
    if told.p12:
        return key_in_file(told.p12, getpass.getpass("Mật khẩu tệp khóa / key file's password: "))
    if not (told.module and told.token and told.key and told.certificate):
        raise Doubt("name --p12, or --module, --token, --key and --certificate")
    pin = getpass.getpass("PIN: ")
    return key_on_token(told.module, told.token, told.key, told.certificate, pin)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="trinhky-sign", description=__doc__)
    parser.add_argument("command", choices=["list", "sign"])
    parser.add_argument("documents", nargs="*", help="ids; everything that waits if none is named")
    parser.add_argument("--server", required=True, help="https://…")
    parser.add_argument("--user", required=True)
    parser.add_argument(
        "--role",
        choices=["leader", "agency", "copy", "annex"],
        default="leader",
        help="as what; with copy and annex the documents are named",
    )
    parser.add_argument("--annex", type=int, help="number of one attachment; else every PDF")
    parser.add_argument(
        "--kind", choices=["sao-y", "sao-luc", "trich-sao"], default="", help="form of the copy"
    )
    parser.add_argument("--extract", type=Path, help="PDF of the part, for trich-sao")
    parser.add_argument("--yes", action="store_true", help="do not ask before each signature")
    parser.add_argument("--p12", type=Path, help="PKCS#12 file")
    parser.add_argument("--module", help="PKCS#11 library of the token's maker")
    parser.add_argument("--token", help="label of the token")
    parser.add_argument("--key", help="label of the key on it")
    parser.add_argument("--certificate", type=Path, help="its certificate, PEM or DER")
    told = parser.parse_args(words)
    local = re.match(r"http://(localhost|127\.0\.0\.1)(:\d+)?$", told.server.rstrip("/"))
    if not (told.server.startswith("https://") or local):
        parser.error("--server begins with https://")
    beside = told.role in {"copy", "annex"}
    if beside and told.command == "sign" and not told.documents:
        parser.error(f"name the documents whose {told.role} is to be signed")
    if (told.role == "copy") is not bool(told.kind):
        parser.error("--kind belongs to --role copy")
    if (told.kind == "trich-sao") is not bool(told.extract):
        parser.error("--extract belongs to --kind trich-sao")
    return told


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks, and give how many documents were not signed."""
    told = _arguments(words)
    missed = 0
    try:
        password = getpass.getpass(f"Mật khẩu của / password of {told.user}: ")
        office = entered(told.server.rstrip("/"), told.user, password)
        waiting = {one["document_id"]: one["subject"] for one in waiting_for(office, told.role)}
        if told.command == "list":
            for id, subject in waiting.items():
                sys.stdout.write(f"{id}  {subject}\n")
            return 0
        key = _key(told)
    except Doubt as doubt:
        sys.stderr.write(f"{doubt}\n")
        return 1
    for id in told.documents or waiting:
        try:
            for what in parts_of(office, id, told):
                state = sign_one(office, id, key, _yes if told.yes else _agrees, what)
                sys.stdout.write(f"{id}  {state or 'not signed'}\n")
                missed += not state
        except (Doubt, LookupError, ValueError, OSError) as doubt:
            sys.stderr.write(f"{id}  {doubt}\n")
            missed += 1
    return min(missed, 100)


if __name__ == "__main__":
    sys.exit(main())
