"""Check this package of evidence: python3 verify.py. Needs Python's own library and openssl."""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def faults() -> Iterator[str]:
    """Give everything that is wrong with this package."""
    yield from manifest_faults()
    yield from log_faults()
    yield from statement_faults()
    for path in sorted(HERE.glob("files/*.pdf")):
        yield from signature_faults(path)


def manifest_faults() -> Iterator[str]:
    """Compare every file with its SHA-256."""
    listed = {}
    for line in (HERE / "manifest-sha256.txt").read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    own = {"manifest-sha256.txt", "statement.json", "statement.p7s", "verify.py", "README.txt"}
    there = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    yield from (f"{name}: missing" for name in sorted(set(listed) - there))
    yield from (f"{name}: not in the manifest" for name in sorted(there - set(listed) - own))
    for name in sorted(set(listed) & there):
        if hashlib.sha256((HERE / name).read_bytes()).hexdigest() != listed[name]:
            yield f"{name}: changed"


def log_faults() -> Iterator[str]:
    """Recompute the hash of every log entry, and its path to the root that the agency signed."""
    log = json.loads((HERE / "audit.json").read_text("utf-8"))
    digests = {hashlib.sha256(one.read_bytes()).hexdigest() for one in HERE.glob("files/*")}
    spoken = set()
    for one in log["entries"]:
        told = json.dumps(
            [one["before"], one["seq"], one["row"]], ensure_ascii=False, sort_keys=True
        )
        if hashlib.sha256(told.encode()).hexdigest() != one["hash"]:
            yield f"log entry {one['seq']}: changed"
        node = hashlib.sha256(b"\x00" + bytes.fromhex(one["hash"])).digest()
        for side, other in one["path"]:
            pair = (bytes.fromhex(other), node) if side == "left" else (node, bytes.fromhex(other))
            node = hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest()
        if node.hex() != log["root"]:
            yield f"log entry {one['seq']}: not in the log whose root was signed"
        facts = json.loads(one["row"]["facts"])
        spoken |= {facts[name] for name in ("digest", "made") if name in facts}
    stated = json.loads((HERE / "statement.json").read_text("utf-8"))["log"]
    if [stated["root"], stated["size"], stated["head"]] != [log["root"], log["size"], log["head"]]:
        yield "the log is not the one the agency vouched for"
    if not spoken & digests:
        yield "no log entry speaks of these files"


def statement_faults() -> Iterator[str]:
    """Check that the agency signed this very manifest."""
    manifest = hashlib.sha256((HERE / "manifest-sha256.txt").read_bytes()).hexdigest()
    stated = json.loads((HERE / "statement.json").read_text("utf-8"))
    if stated["manifest_sha256"] != manifest:
        yield "the manifest is not the one the agency vouched for"
    content = (HERE / "statement.json").read_bytes()
    if why := cms_fault((HERE / "statement.p7s").read_bytes(), content):
        yield f"statement.p7s: {why}"


def signature_faults(path: Path) -> Iterator[str]:
    """Check every signature in a PDF over exactly the bytes it names."""
    pdf = path.read_bytes()
    for n, found in enumerate(RANGE.finditer(pdf), 1):
        start, length, again, rest = (int(number) for number in found.groups())
        hole = pdf[start + length : again]
        if start != 0 or again + rest > len(pdf) or hole[:1] + hole[-1:] != b"<>":
            yield f"{path.name}, signature {n}: its range is not the whole of a revision"
            continue
        content = pdf[:length] + pdf[again : again + rest]
        der = trimmed(bytes.fromhex(hole[1:-1].decode("ascii")))
        why = stamp_fault(der, content) if is_token(der) else cms_fault(der, content)
        if why:
            yield f"{path.name}, signature {n}: {why}"


def is_token(der: bytes) -> bool:
    """Tell whether a CMS object holds a timestamp (id-ct-TSTInfo)."""
    return bytes.fromhex("060b2a864886f70d0109100104") in der[:200]


def trimmed(der: bytes) -> bytes:
    """Give a DER object without the zeros after it."""
    count = der[1] & 0x7F if der[1] & 0x80 else 0
    length = int.from_bytes(der[2 : 2 + count], "big") if count else der[1]
    return der[: 2 + count + length]


def cms_fault(der: bytes, content: bytes) -> str:
    """Give what openssl has against a detached signature, "" when nothing."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        trust(place)
        (place / "signature").write_bytes(der)
        (place / "content").write_bytes(content)
        words = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "signature"]
        words += ["-content", "content", "-CAfile", "all.pem", "-purpose", "any"]
        return ran([*words, "-no_check_time", "-out", "out"], place)


def stamp_fault(der: bytes, content: bytes) -> str:
    """Give what openssl has against a timestamp, "" when nothing."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        trust(place)
        (place / "token").write_bytes(der)
        (place / "content").write_bytes(content)
        words = ["ts", "-verify", "-token_in", "-in", "token", "-data", "content"]
        return ran([*words, "-CAfile", "all.pem", "-untrusted", "all.pem"], place)


def trust(place: Path) -> None:
    """Put all certificates of the package into one file."""
    found = sorted(HERE.glob("trust/*.pem"))
    (place / "all.pem").write_bytes(b"".join(path.read_bytes() for path in found))


def ran(words: list[str], place: Path) -> str:
    """Run openssl and give what it complains of."""
    done = subprocess.run(  # noqa: S603 - every word is ours
        ["openssl", *words],  # noqa: S607 - whoever checks chooses their own
        cwd=place,
        capture_output=True,
        check=False,
        text=True,
    )
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def main() -> int:
    """Say what was found and give the exit status."""
    wrong = list(faults())
    for one in wrong:
        sys.stdout.write(f"SAI / FAULT  {one}\n")
    verdict = "KHÔNG ĐẠT / BROKEN" if wrong else "ĐẠT / HOLDS"
    sys.stdout.write(f"{verdict}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
