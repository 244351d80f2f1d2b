"""Check an office's log against what others keep of it, without a line of the office's own code.

Needs Python 3.11, ``cryptography``, and ``psql`` where the database is PostgreSQL. Run it on a
machine the office's administrators cannot touch, with the witness's folder and a root certificate
that came from the authority, not from the office:

    python verify_log.py --data /srv/trinhky --witness /mnt/witness --root root.pem
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

Row = dict[str, Any]
Ask = Callable[[str], list[Row]]

SKEW = timedelta(minutes=5)
STAMPING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.8")
TOKEN = bytes.fromhex("2a864886f70d010910020e")  # signature-time-stamp, RFC 3161 appendix A
CONTENT_DIGEST = bytes.fromhex("2a864886f70d010904")  # messageDigest, RFC 5652 11.2
DIGESTS: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}


class Unproven(Exception):
    """Why a signature proves nothing."""


class Evidence(NamedTuple):
    """What to check, and against what."""

    ask: Ask
    data: Path
    witness: Path | None
    roots: list[x509.Certificate]
    key: bytes


# ── the database, asked as it lies ───────────────────────────────────────────────────────


def door_to(database: str) -> Ask:
    """Give a way to ask a database: a SQLite file, or the address of a PostgreSQL server."""
    return _postgresql(database) if "://" in database else _sqlite(Path(database))


def _sqlite(path: Path) -> Ask:
    def ask(query: str) -> list[Row]:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    return ask


def _postgresql(address: str) -> Ask:
    def ask(query: str) -> list[Row]:
        whole = f"SELECT coalesce(json_agg(x), '[]') FROM ({query}) x"  # noqa: S608 - our own words  # nosec B608
        done = subprocess.run(  # noqa: S603 - likewise
            ["psql", "-X", "-A", "-t", "-d", address, "-c", whole],  # noqa: S607 - whoever checks chooses
            capture_output=True,
            check=True,
            text=True,
        )
        rows: list[Row] = json.loads(done.stdout)
        return rows

    return ask


def _bytes(cell: object) -> bytes:
    """Give a binary cell: bytes from SQLite, hexadecimal digits from PostgreSQL."""
    return bytes.fromhex(cell[2:]) if isinstance(cell, str) else bytes(cell or b"")  # type: ignore[call-overload]  # as the driver gives it


# ── the chain ────────────────────────────────────────────────────────────────────────────

HASHED = ("action", "at", "by", "document", "facts")


def chain_faults(log: list[Row]) -> Iterator[str]:
    """Recompute every link."""
    previous = "0" * 64
    for place, entry in enumerate(log, 1):
        told = {name: entry[name] for name in HASHED}
        form = json.dumps([previous, entry["seq"], told], ensure_ascii=False, sort_keys=True)
        if entry["seq"] != place:
            yield f"log: place {place} holds entry {entry['seq']}"
        if entry["hash"] != hashlib.sha256(form.encode()).hexdigest():
            yield f"log: entry {entry['seq']} is not what was chained"
        if entry["before"] != previous:
            yield f"log: entry {entry['seq']} names another one before it"
        previous = entry["hash"]


def head_faults(evidence: Evidence, log: list[Row]) -> Iterator[str]:
    """Compare the head with the last entry and with its seal."""
    rows = evidence.ask("SELECT * FROM audit_head")
    last = (len(log), log[-1]["hash"] if log else "0" * 64)
    if [(row["seq"], row["hash"]) for row in rows] != [last]:
        yield "log: the head is not the last entry"
    elif evidence.key:
        form = f"head\0{last[0]}\0{last[1]}".encode()
        if not hmac.compare_digest(rows[0]["seal"], _mac(evidence.key, form)):
            yield "log: the head's seal is not this office's"


def remark_faults(evidence: Evidence, log: list[Row]) -> Iterator[str]:
    """Compare remarks in clear with the marks in the chain; shut ones are the vault's to prove."""
    kept = {row["seq"]: row for row in evidence.ask("SELECT * FROM remark")}
    for entry in log:
        mark = _facts(entry).get("said")
        if mark is None:
            continue
        remark = kept.get(entry["seq"])
        if remark is None:
            yield f"log: the remark of entry {entry['seq']} is gone"
        elif remark["shut"] is None and evidence.key:
            form = f"remark\0{remark['text']}".encode()
            if not hmac.compare_digest(mark, _mac(evidence.key, form)):
                yield f"log: the remark of entry {entry['seq']} was rewritten"


def _mac(key: bytes, form: bytes) -> str:
    return hmac.digest(key, form, "sha256").hex()


def _facts(entry: Row) -> dict[str, str]:
    try:
        told = json.loads(entry["facts"])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


# ── the tree over the chain (RFC 6962, 2.1, as it is defined there) ─────────────────────


def tree_head(leaves: list[bytes]) -> bytes:
    """Give the head of the Merkle tree over these leaves."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    if not leaves:
        return hashlib.sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree_head(leaves[:split]) + tree_head(leaves[split:])).digest()


# ── signatures: as much of CMS as a checkpoint needs ─────────────────────────────────────


class Der(NamedTuple):
    """One element: its tag, what is in it, and all of it."""

    tag: int
    content: bytes
    whole: bytes

    def inside(self) -> list["Der"]:
        """Give the elements in this one."""
        return list(elements(self.content))


def elements(der: bytes) -> Iterator[Der]:
    """Give the elements that stand one behind the other."""
    at = 0
    while at < len(der):
        if at + 2 > len(der):
            raise Unproven("cut off")
        first = der[at + 1]
        count = first & 0x7F if first & 0x80 else 0
        start = at + 2 + count
        length = int.from_bytes(der[at + 2 : start], "big") if count else first
        if count > 4 or start + length > len(der):  # noqa: PLR2004 - nobody signs four gigabytes
            raise Unproven("cut off")
        yield Der(der[at], der[start : start + length], der[at : start + length])
        at = start + length


class Signed(NamedTuple):
    """The parts of a CMS SignedData with one signer (RFC 5652, 5.1 and 5.3)."""

    content: bytes
    certificates: list[x509.Certificate]
    serial: int
    issuer: bytes
    digest: hashes.HashAlgorithm
    attributes: dict[bytes, Der]
    attributes_whole: bytes
    signature: bytes
    beside: dict[bytes, Der]


def opened(der: bytes) -> Signed:
    """Take a CMS object apart."""
    try:
        data = next(elements(der)).inside()[1].inside()[0].inside()
        inner = data[2].inside()
        content = inner[1].inside()[0].content if len(inner) > 1 else b""
        held = [one for one in data if one.tag == 0xA0]  # noqa: PLR2004 - [0]
        found = [x509.load_der_x509_certificate(one.whole) for one in held[0].inside()]
        signer = data[-1].inside()[0].inside()
        named = signer[1].inside()
        signed = next(one for one in signer if one.tag == 0xA0)  # noqa: PLR2004 - [0]
        beside = next((one for one in signer if one.tag == 0xA1), None)  # noqa: PLR2004 - [1]
        signature = next(one for one in signer[3:] if one.tag == 0x04)  # noqa: PLR2004 - OCTET STRING
        return Signed(
            content,
            found,
            int.from_bytes(named[1].content, "big"),
            named[0].whole,
            DIGESTS[signer[2].inside()[0].content],
            _attributes(signed),
            b"\x31" + signed.whole[1:],  # signed as the SET it is, not as [0] (5.4)
            signature.content,
            _attributes(beside) if beside else {},
        )
    except (IndexError, KeyError, StopIteration, ValueError) as wrong:
        raise Unproven("no signature at all") from wrong


def _attributes(of: Der) -> dict[bytes, Der]:
    pairs = (one.inside() for one in of.inside())
    return {pair[0].content: pair[1].inside()[0] for pair in pairs}


def signer_of(signed: Signed, content: bytes) -> x509.Certificate:
    """Give whose key signed ``content``. Raises Unproven: nobody's among the certificates."""
    named = [
        one
        for one in signed.certificates
        if one.serial_number == signed.serial and one.issuer.public_bytes() == signed.issuer
    ]
    told = signed.attributes.get(CONTENT_DIGEST)
    if not named or told is None:
        raise Unproven("it names no signer")
    if not hmac.compare_digest(told.content, _digest(signed.digest, content)):
        raise Unproven("it was made over something else")
    _check(named[0], signed.signature, signed.attributes_whole, signed.digest)
    return named[0]


def _digest(kind: hashes.HashAlgorithm, content: bytes) -> bytes:
    one = hashes.Hash(kind)
    one.update(content)
    return one.finalize()


def _check(by: x509.Certificate, signature: bytes, over: bytes, kind: hashes.HashAlgorithm) -> None:
    key = by.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, over, padding.PKCS1v15(), kind)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, over, ec.ECDSA(kind))
        else:
            raise Unproven("a key of an unknown kind")
    except InvalidSignature as wrong:
        raise Unproven("the signature is wrong") from wrong


def stamp_of(signed: Signed) -> tuple[datetime, x509.Certificate, Signed]:
    """Give when a signature existed, and who says so (RFC 3161, 2.4.2)."""
    token = signed.beside.get(TOKEN)
    if token is None:
        raise Unproven("it has no timestamp")
    stamp = opened(token.whole)
    told = next(elements(stamp.content)).inside()
    kind = DIGESTS.get(told[2].inside()[0].inside()[0].content)
    if kind is None or told[2].inside()[1].content != _digest(kind, signed.signature):
        raise Unproven("its timestamp is of something else")
    text = told[4].content.decode("ascii").removesuffix("Z").partition(".")[0]
    moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return moment, signer_of(stamp, stamp.content), stamp


def require_chain(
    leaf: x509.Certificate,
    known: list[x509.Certificate],
    roots: list[x509.Certificate],
    at: datetime,
) -> None:
    """Lead a certificate to one of the roots. Raises Unproven: no way leads there."""
    here = leaf
    for _ in range(6):
        if not here.not_valid_before_utc <= at <= here.not_valid_after_utc:
            raise Unproven("a certificate was not in force")
        if here in roots:
            return
        above = next((one for one in (*roots, *known) if _issued(here, one)), None)
        if above is None:
            break
        here = above
    raise Unproven("no believed root stands behind it")


def _issued(leaf: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(by)
        return by.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def proven(content: bytes, der: bytes, roots: list[x509.Certificate]) -> tuple[datetime, str]:
    """Give when these bytes were signed and by whom. Raises Unproven."""
    signed = opened(der)
    leaf = signer_of(signed, content)
    moment, authority, stamp = stamp_of(signed)
    known = [*signed.certificates, *stamp.certificates]
    require_chain(leaf, known, roots, moment)
    require_chain(authority, known, roots, moment)
    uses = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if STAMPING not in uses:
        raise Unproven("its timestamp is no authority's")
    return moment, leaf.subject.rfc4514_string()


# ── checkpoints ──────────────────────────────────────────────────────────────────────────


def checkpoint_faults(evidence: Evidence, log: list[Row]) -> Iterator[str]:
    """Check every checkpoint: who signed it, when, and whether the log is still what it says."""
    rows = evidence.ask("SELECT * FROM checkpoint ORDER BY n")
    ours = {row["n"]: (row["statement"].encode(), _bytes(row["signature"])) for row in rows}
    if sorted(ours) != list(range(1, len(ours) + 1)):
        yield f"checkpoints: they are numbered {sorted(ours)}"
    signers: set[str] = set()
    stamps: list[tuple[int, datetime]] = []
    previous = ""
    for n, (statement, signature) in sorted(ours.items()):
        told = _statement(statement)
        if (told.get("n"), told.get("before")) != (n, previous):
            yield f"checkpoint {n}: it does not continue the one before it"
        previous = hashlib.sha256(statement).hexdigest()
        # The chain binds every earlier entry to the head a statement names; the tree is slow.
        whole = n == max(ours)
        yield from (f"checkpoint {n}: {why}" for why in log_against(told, log, whole=whole))
        try:
            moment, who = proven(statement, signature, evidence.roots)
        except (Unproven, ValueError, x509.ExtensionNotFound) as wrong:
            yield f"checkpoint {n}: {wrong}"
            continue
        signers.add(who)
        stamps.append((int(told.get("size", 0)), moment))
        if abs(moment - datetime.fromisoformat(str(told.get("at")))) > SKEW:
            yield f"checkpoint {n}: it claims another time than its timestamp"
    if len(signers) > 1:
        yield f"checkpoints: several signed them: {sorted(signers)}"
    yield from told_faults(ours, log)
    yield from clock_faults(stamps, log)
    yield from keeper_faults("own folder", evidence.data / "checkpoints", ours, log)
    if evidence.witness is not None:
        yield from keeper_faults("witness", evidence.witness, ours, log)


def _statement(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def log_against(told: dict[str, Any], log: list[Row], *, whole: bool) -> Iterator[str]:
    """Hold the log against a statement; ``whole``: against the head of its tree, too."""
    size = told.get("size")
    if not isinstance(size, int) or not 0 <= size <= len(log):
        yield f"it speaks of {size} entries, the log has {len(log)}"
        return
    if told.get("head") != (log[size - 1]["hash"] if size else ""):
        yield f"the log's entry {size} is another"
    elif whole:
        try:
            root = tree_head([bytes.fromhex(entry["hash"]) for entry in log[:size]]).hex()
        except ValueError:
            root = ""
        if told.get("root") != root:
            yield f"the log's first {size} entries are others"


def told_faults(ours: dict[int, tuple[bytes, bytes]], log: list[Row]) -> Iterator[str]:
    """Compare the checkpoints with what the log says of them."""
    spoken = {
        int(facts["n"]): facts["digest"]
        for facts in (_facts(entry) for entry in log if entry["action"] == "log:checked")
        if facts.get("n", "").isdigit() and "digest" in facts
    }
    there = {n: hashlib.sha256(statement).hexdigest() for n, (statement, _) in ours.items()}
    for n in sorted(spoken.keys() | there.keys()):
        if spoken.get(n) != there.get(n):
            yield f"checkpoint {n}: the log tells otherwise"


def clock_faults(stamps: list[tuple[int, datetime]], log: list[Row]) -> Iterator[str]:
    """Look for entries whose moment cannot be theirs."""
    newest: datetime | None = None
    sizes = [size for size, _ in stamps]
    for entry in log:
        try:
            at = datetime.fromisoformat(entry["at"])
        except ValueError:
            continue  # it was changed: the chain says so
        here = bisect_left(sizes, entry["seq"])
        if here and at < stamps[here - 1][1] - SKEW:
            yield f"log: entry {entry['seq']} claims to be older than a checkpoint before it"
        elif newest and at < newest - SKEW:
            yield f"log: entry {entry['seq']} claims to be older than the one before it"
        if here < len(stamps) and at > stamps[here][1] + SKEW:
            yield f"log: entry {entry['seq']} claims to be newer than a checkpoint over it"
        newest = max(newest, at) if newest else at


def keeper_faults(
    name: str, folder: Path, ours: dict[int, tuple[bytes, bytes]], log: list[Row]
) -> Iterator[str]:
    """Compare a keeper's folder with the database."""
    there = {int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit()}
    for n in sorted(there | ours.keys()):
        kept = tuple(
            path.read_bytes() if (path := folder / f"{n:06}.{kind}").exists() else b""
            for kind in ("json", "p7s")
        )
        if kept != ours.get(n):
            why = f"the log has {len(log)} entries, it has seen {_statement(kept[0]).get('size')}"
            yield f"{name}: checkpoint {n} is not the same there; {why}"


# ── what the log speaks of ───────────────────────────────────────────────────────────────


def file_faults(evidence: Evidence, log: list[Row]) -> Iterator[str]:
    """Compare documents, numbers and files with what the log tells of them."""
    told: dict[str, set[str]] = defaultdict(set)
    numbers: dict[str, set[str]] = defaultdict(set)
    began: set[str] = set()
    for entry in log:
        facts = _facts(entry)
        told[entry["document"]] |= {word for fact in facts.values() for word in fact.split()}
        numbers[entry["document"]].add(facts.get("number", ""))
        began |= {entry["document"]} if "brought" in facts else set()
    classes = {
        row["id"]: row["classification"]
        for row in evidence.ask("SELECT id, classification FROM document")
    }
    yield from (f"document {id}: gone" for id in sorted(began - classes.keys()))
    query = "SELECT document, digest FROM revision UNION SELECT document, digest FROM attachment"
    for row in evidence.ask(query):
        document, digest = row["document"], row["digest"]
        if document in began and digest not in told[document]:
            yield f"document {document}: file {digest[:12]} came in behind the log's back"
        place = evidence.data / "blobs" / digest[:2] / digest
        if classes.get(document) == "none" and (evidence.data / "blobs").is_dir():
            if not place.exists():
                yield f"document {document}: file {digest[:12]} is gone"
            elif hashlib.sha256(place.read_bytes()).hexdigest() != digest:
                yield f"document {document}: file {digest[:12]} was exchanged"
    yield from number_faults(evidence, numbers, began)


def number_faults(evidence: Evidence, told: dict[str, set[str]], began: set[str]) -> Iterator[str]:
    """Look for numbers that are missing, or of which the log knows nothing."""
    entries = evidence.ask("SELECT book, series, year, serial, document FROM entry")
    held = evidence.ask("SELECT book, series, year, serial FROM reservation")
    for row in entries:
        document, serial = row["document"], row["serial"]
        given = {word.partition("/")[0].lstrip("0") for word in told[document]}
        if document in began and str(serial) not in given:
            yield f"register {row['book']}: the log never gave {serial} to {document}"
    drawn: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for row in (*entries, *held):
        drawn[row["book"], row["series"], row["year"]].add(row["serial"])
    for row in evidence.ask("SELECT book, series, year, last FROM series"):
        lacking = set(range(1, row["last"] + 1)) - drawn[row["book"], row["series"], row["year"]]
        yield from (f"register {row['book']}: number {n} is gone" for n in sorted(lacking))


# ── all of it ────────────────────────────────────────────────────────────────────────────


def faults(evidence: Evidence) -> Iterator[str]:
    """Give everything that is wrong."""
    log = evidence.ask("SELECT * FROM audit ORDER BY seq")
    yield from chain_faults(log)
    yield from head_faults(evidence, log)
    yield from remark_faults(evidence, log)
    yield from checkpoint_faults(evidence, log)
    yield from file_faults(evidence, log)


def certificate(path: Path) -> x509.Certificate:
    """Read a certificate in either of its forms."""
    content = path.read_bytes()
    if b"-----BEGIN" in content:
        lines = content.split(b"-----")[2]
        content = base64.b64decode(lines, validate=False)
    return x509.load_der_x509_certificate(content)


def main(arguments: list[str] | None = None) -> int:
    """Say what was found and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the office's data folder")
    parser.add_argument("--database", help="a SQLite file or postgresql://…; else in --data")
    parser.add_argument("--witness", type=Path, help="the folder in which somebody else keeps it")
    parser.add_argument("--root", type=Path, action="append", help="a root certificate to believe")
    parser.add_argument("--key", type=Path, help="log.key; else the one in --data")
    chosen = parser.parse_args(arguments)
    key = chosen.key or chosen.data / "keys" / "log.key"
    roots = chosen.root or [chosen.data / "keys" / "root.crt"]
    evidence = Evidence(
        door_to(chosen.database or str(chosen.data / "trinhky.sqlite")),
        chosen.data,
        chosen.witness,
        [certificate(path) for path in roots],
        key.read_bytes() if key.exists() else b"",
    )
    try:
        wrong = list(faults(evidence))
    except (OSError, sqlite3.Error, subprocess.CalledProcessError, binascii.Error) as failed:
        sys.stderr.write(f"cannot check: {failed}\n")
        return 2
    for one in wrong:
        sys.stdout.write(f"FAULT {one}\n")
    for lacking, told in (
        (not chosen.witness, "no witness was asked: an old state of everything would not be seen"),
        (not chosen.root, "the root certificate is the office's own word"),
        (not evidence.key, "no key: seals and remarks were not checked"),
    ):
        sys.stdout.write(f"NOTICE {told}\n" if lacking else "")
    sys.stdout.write(f"verify-log: {'BROKEN' if wrong else 'holds'}: {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
