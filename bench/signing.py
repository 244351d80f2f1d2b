"""How many PDFs a second one core signs and judges, and how many others do with the same bytes.

Each figure is processor time of one signature, the median of several, so that other work on the
machine counts little. Ours is the whole of ``signing.press``: the fields of an issued document are
made, picture or seal, number and date drawn, the certificate known to be good, the signature made
and verified, and the finished file read again and checked before it is given back. The others make
one invisible field and sign. A timestamp authority's own work is taken off where it runs inside.

Every file is shown to pyHanko, ``pdfsig`` and ``openssl cms -verify``: one that any of them does
not accept makes the benchmark fail. The ratio is against pyHanko's SimpleSigner as shipped.
"""

import argparse
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from bench.measures import machine, median
from bench.signing_rivals import Outcome, alone, endesive, limit, shipped, signpdf, timed, validated
from records.level import Level
from records.paper import Box, DateStyle, NumberStyle, Placement
from records.signature import Verdict
from signing.demo_pki import found_demo_pki
from signing.key_folder import TSA, open_holder, pass_phrase, place_of
from signing.keys import Keyring
from signing.press import Press
from signing.timestamps import LocalAuthority
from signing.verdict import judge

LEADER = "chutich"
PLACEMENT = Placement(
    number=Box(0, 100, 740, 200, 757),
    number_style=NumberStyle.SYMBOL,
    day=Box(0, 350, 740, 374, 757),
    month=Box(0, 420, 740, 440, 757),
    year=Box(0, 470, 740, 500, 757),
    date_style=DateStyle.PARTS,
    signature=Box(0, 340, 150, 500, 230),
    seal=Box(0, 291, 139, 393, 241),
)
SIZES = {"200 kB": 200_000, "5 MB": 5_000_000}
PAGES = 10
BATCH = 100


class Watched(LocalAuthority):
    """The office's own timestamp authority, with what it costs itself told apart."""

    spent = 0.0  # seconds of the processor

    def answer(self, question: bytes, *, at: datetime) -> bytes:
        """Answer as the authority does, and keep the time."""
        begun = time.process_time()
        try:
            return super().answer(question, at=at)
        finally:
            self.spent += time.process_time() - begun


@dataclass(frozen=True, slots=True)
class Desk:
    """An office's press, and what it signs."""

    keyring: Keyring
    press: Press
    authority: Watched
    at: datetime

    def signed(self, pdf: bytes, level: Level) -> bytes:
        """Sign for the leader, with the picture."""
        return self.press.sign(
            pdf, placement=PLACEMENT, person=LEADER, at=self.at, reason="Ký", level=level
        )

    def sealed(self, pdf: bytes, level: Level) -> bytes:
        """Fill in number and date and seal, with the seal's picture."""
        return self.press.seal(
            pdf,
            placement=PLACEMENT,
            number="05",
            notation="QĐ-LĐLĐ",
            on=self.at.date(),
            at=self.at,
            level=level,
        )

    def timed(self, sign: Callable[[], bytes], rounds: int) -> Outcome:
        """Give the median of so many signatures without the authority's own time."""
        signed, spent = sign(), []
        for _ in range(rounds):
            begun, theirs = time.process_time(), self.authority.spent
            signed = sign()
            ours = time.process_time() - begun
            spent.append(ours - (self.authority.spent - theirs))
        return Outcome(median(spent), signed)


def opened(keys: Path) -> Desk:
    """Found an office in ``keys`` and give its desk."""
    at = datetime.now(UTC).replace(microsecond=0)
    people = [(LEADER, "Nguyễn Văn An", "Chủ tịch")]
    found_demo_pki(keys, people=people, office="Liên đoàn Lao động thành phố Demo", at=at)
    keyring = Keyring(keys)
    holder = open_holder(place_of(keys, TSA), pass_phrase(keys))
    chain = [_loaded(one) for one in holder.chain]
    authority = Watched(holder.key, _loaded(holder.certificate), chain)
    return Desk(keyring, Press(keyring, authority), authority, at)


def _loaded(one: Certificate) -> x509.Certificate:
    return x509.Certificate.load(one.public_bytes(Encoding.DER))


def paper(size: int) -> bytes:
    """Give a PDF of ten pages and so many bytes, most of which no reader can compress."""
    words = b"BT /F1 12 Tf 72 700 Td (Trang) Tj ET"
    ballast = random.Random(size).randbytes(size - 3000)  # noqa: S311 - the same bytes each time
    kids = " ".join(f"{6 + n} 0 R" for n in range(PAGES))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {PAGES}>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(ballast), ballast),
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R"
    objects += [page + b"/Resources<</Font<</F1 4 0 R>>>>/Ballast 5 0 R>>"] * PAGES
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for n, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    begun = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, begun)
    return bytes(out)


def refusals(pdf: bytes, desk: Desk, scratch: Path) -> Iterator[str]:
    """Give who of pyHanko, pdfsig and OpenSSL does not accept a signature in a file."""
    reader = PdfFileReader(io.BytesIO(pdf))
    trust = desk.keyring.trust()
    for one in reader.embedded_regular_signatures:
        believed = ValidationContext(
            trust_roots=[x509.Certificate.load(der) for der in trust.roots],
            other_certs=[x509.Certificate.load(der) for der in trust.intermediates],
        )
        status = validate_pdf_signature(one, believed, believed)
        if not status.bottom_line:
            yield f"pyHanko: {one.field_name}"
        if not _openssl_accepts(pdf, one.byte_range, one.pkcs7_content, trust.roots[0], scratch):
            yield f"openssl: {one.field_name}"
    (scratch / "shown.pdf").write_bytes(pdf)
    told = _ran("pdfsig", "-nocert", str(scratch / "shown.pdf")).stdout
    if told.count("Signature is Valid") != len(reader.embedded_regular_signatures):
        yield "pdfsig"


def _openssl_accepts(
    pdf: bytes, ranges: list[int], content: bytes, root: bytes, scratch: Path
) -> bool:
    """Let OpenSSL verify what is signed, whose chain leads to the office's root."""
    start, length, again, rest = (int(n) for n in ranges)
    (scratch / "signed").write_bytes(pdf[start : start + length] + pdf[again : again + rest])
    (scratch / "cms").write_bytes(content)
    (scratch / "root.der").write_bytes(root)
    pem = scratch / "root.pem"
    _ran("openssl", "x509", "-inform", "DER", "-in", str(scratch / "root.der"), "-out", str(pem))
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(scratch / "cms")]
    words += ["-content", str(scratch / "signed"), "-CAfile", str(pem), "-purpose", "any"]
    return _ran(*words, "-out", "/dev/null").returncode == 0


def _ran(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - every word is ours
        words, check=False, capture_output=True, text=True, timeout=120
    )


def ours(pdf: bytes, desk: Desk, rounds: int) -> dict[str, Outcome]:
    """Sign and seal at each level."""
    found = {
        f"leader {level}": desk.timed(partial(desk.signed, pdf, level), rounds)
        for level in (Level.B_B, Level.B_T)
    }
    few = max(3, rounds // 4)
    for level in (Level.B_B, Level.B_T, Level.B_LT):
        signed = found["leader B-B" if level is Level.B_B else "leader B-T"].signed
        found[f"seal {level}"] = desk.timed(partial(desk.sealed, signed, level), few)
    return found


def theirs(pdf: bytes, desk: Desk, scratch: Path, rounds: int) -> dict[str, Outcome]:
    """Let the others sign the same bytes with the same key."""
    holder = open_holder(place_of(desk.keyring.folder, LEADER), pass_phrase(desk.keyring.folder))
    few = max(3, rounds // 4)
    return {
        "SimpleSigner": alone(shipped, pdf, desk.keyring.folder, LEADER, few),
        "endesive": endesive(pdf, holder, few),
        "@signpdf": signpdf(pdf, holder, scratch, few),
        "limit": limit(pdf, rounds),
    }


def batch(pdf: bytes, desk: Desk) -> float:
    """Give the processor's seconds for a leader's batch at B-T, without the authority's own."""
    begun, theirs = time.process_time(), desk.authority.spent
    for n in range(BATCH):
        desk.signed(pdf + b"%%%d\n" % n, Level.B_T)
    return time.process_time() - begun - (desk.authority.spent - theirs)


def judged(signed: bytes, desk: Desk, scratch: Path, rounds: int) -> dict[str, float]:
    """Give the processor's seconds of one verdict on a leader's signature: ours and others'."""
    trust = desk.keyring.trust()
    path = scratch / "judged.pdf"
    path.write_bytes(signed)

    def our_verdict() -> bytes:
        found = judge(signed, trust=trust, at=desk.at)
        if found.verdict is not Verdict.VALID:
            raise SystemExit(f"our own verdict: {found.reasons}")
        return b""

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(rounds):
        _ran("pdfsig", "-nocert", str(path))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "ours": timed(our_verdict, rounds).seconds,
        "pyHanko": alone(
            validated, signed, list(trust.roots), list(trust.intermediates), rounds
        ).seconds,
        "pdfsig": used / rounds,
    }


def line(name: str, one: Outcome) -> str:
    """Give the line that tells of one way of signing."""
    if one.missed:
        return f"{name:<16} not run: {one.missed}"
    return f"{name:<16}{one.seconds * 1000:9.2f} ms{1 / one.seconds:10.1f} /s"


def told(rounds: int) -> Iterator[str]:
    """Measure, and give the lines of the report."""
    with tempfile.TemporaryDirectory(prefix="trinhky-bench-") as folder:
        scratch = Path(folder)
        desk = opened(scratch / "keys")
        rate = ratio = 0.0
        for size, count in SIZES.items():
            pdf = paper(count)
            made, others = ours(pdf, desk, rounds), theirs(pdf, desk, scratch, rounds)
            yield f"{size}: processor time of one signature"
            for name, one in {**made, **others}.items():
                yield line(name, one)
                wrong = sorted(refusals(one.signed, desk, scratch)) if name in made else []
                if wrong:
                    raise SystemExit(f"{name} is not accepted by {', '.join(wrong)}")
            yield "every file of ours: accepted by pyHanko, pdfsig and openssl cms -verify"
            verdicts = judged(made["leader B-B"].signed, desk, scratch, max(5, rounds // 4))
            each = ", ".join(f"{who} {1 / spent:.1f}" for who, spent in verdicts.items())
            yield f"verdicts a second on one signature: {each}"
            if not rate:
                rate = 1 / made["leader B-B"].seconds
                ratio = rate * others["SimpleSigner"].seconds
                yield f"batch of {BATCH} at B-T: {batch(pdf, desk):.2f} s without the authority's"
        yield machine()
        yield f"signing: {rate:.1f} /s (ratio {ratio:.1f})"


def main() -> None:
    """Measure on an office of its own in a scratch folder, and print."""
    parser = argparse.ArgumentParser(prog="bench.signing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="signatures of each kind and size")
    for one in told(parser.parse_args().rounds):
        sys.stdout.write(f"{one}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
