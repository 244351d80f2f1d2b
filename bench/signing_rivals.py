"""Others who sign PDFs: pyHanko as shipped, endesive, @signpdf, and what no one can beat."""

import hashlib
import io
import json
import multiprocessing
import re
import shutil
import subprocess
import sys
import time
import types
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    PrivateFormat,
    pkcs12,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from bench.measures import median
from signing.key_folder import Holder, pass_phrase, place_of

PACKAGES = (
    "@signpdf/signpdf@3.3.0",
    "@signpdf/signer-p12@3.3.0",
    "@signpdf/placeholder-plain@3.3.0",
)
PATIENCE = 300.0
"""How long npm or node may take, in seconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way of signing took, or why it was not run."""

    seconds: float = 0.0  # of the processor, median of one signature
    signed: bytes = b""
    missed: str = ""


def timed(sign: Callable[[], bytes], rounds: int) -> Outcome:
    """Give the median of so many signatures in this process; the first one warms up."""
    signed = sign()
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        signed = sign()
        spent.append(time.process_time() - begun)
    return Outcome(median(spent), signed)


def alone(work: Callable[..., Outcome], *about: object) -> Outcome:
    """Let somebody work in a fresh process, where nothing of ours has hastened the vendor."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        return pool.submit(work, *about).result(PATIENCE)


def shipped(pdf: bytes, keys: Path, person: str, rounds: int) -> Outcome:
    """Sign with pyHanko's SimpleSigner as its documentation shows: a field and a signature."""
    signer = SimpleSigner.load_pkcs12(place_of(keys, person), passphrase=pass_phrase(keys))
    named = PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256")

    def sign() -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        return bytes(PdfSigner(named, signer=signer).sign_pdf(writer).getvalue())

    return timed(sign, rounds)


def validated(signed: bytes, roots: list[bytes], between: list[bytes], rounds: int) -> Outcome:
    """Validate a file's first signature with pyHanko as its documentation shows."""

    def judge() -> bytes:
        believed = ValidationContext(
            trust_roots=[asn1.Certificate.load(der) for der in roots],
            other_certs=[asn1.Certificate.load(der) for der in between],
        )
        one = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0]
        if not validate_pdf_signature(one, believed, believed).bottom_line:
            raise ValueError("a good signature was not called valid")
        return b""

    return timed(judge, rounds)


def endesive(pdf: bytes, holder: Holder, rounds: int) -> Outcome:
    """Sign with endesive."""
    # Its verifier needs a package that cannot read the version of OpenSSL 3.0.10 and later.
    sys.modules.setdefault("certvalidator", types.ModuleType("certvalidator"))
    try:
        from endesive.pdf import cms  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
    except ImportError as error:
        return Outcome(missed=f"endesive cannot be imported: {error}")
    moment = datetime.now(UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    told = {
        "aligned": 0,
        "sigflags": 3,
        "signingdate": moment,
        "reason": "bench",
        "contact": "",
        "location": "",
    }

    def sign() -> bytes:
        chain = list(holder.chain)
        return pdf + bytes(cms.sign(pdf, told, holder.key, holder.certificate, chain, "sha256"))

    return timed(sign, rounds)


def signpdf(pdf: bytes, holder: Holder, scratch: Path, rounds: int) -> Outcome:
    """Sign with @signpdf in one node process."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return Outcome(missed="there is no node and npm on this machine")
    (scratch / "package.json").write_text('{"private": true}\n')
    brought = _ran([npm, "install", "--no-audit", "--no-fund", *PACKAGES], scratch)
    if brought.returncode:
        return Outcome(missed=f"npm brought no @signpdf: {_why(brought)}")
    locked = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000)
    paper, key, signed = (scratch / name for name in ("paper.pdf", "key.p12", "signed.pdf"))
    paper.write_bytes(pdf)
    certificate = _by_itself(holder)
    key.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"bench", holder.key, certificate, None, locked.build(b"bench")
        )
    )
    script = scratch / "signpdf.cjs"
    shutil.copy(Path(__file__).with_name("signpdf.cjs"), script)
    done = _ran([node, str(script), str(paper), str(key), str(signed), str(rounds)], scratch)
    if done.returncode:
        return Outcome(missed=f"@signpdf did not sign: {_why(done)}")
    return Outcome(median(json.loads(done.stdout)), signed.read_bytes())


def _by_itself(holder: Holder) -> x509.Certificate:
    """Give a certificate signed by its own RSA key: node-forge reads none that ECDSA signed."""
    return (
        x509.CertificateBuilder()
        .subject_name(holder.certificate.subject)
        .issuer_name(holder.certificate.subject)
        .public_key(holder.key.public_key())
        .serial_number(holder.certificate.serial_number)
        .not_valid_before(holder.certificate.not_valid_before_utc)
        .not_valid_after(holder.certificate.not_valid_after_utc)
        .sign(holder.key, hashes.SHA256())
    )


def limit(pdf: bytes, rounds: int) -> Outcome:
    """Give what one RSA-2048 signature of OpenSSL and one SHA-256 of the bytes take together."""
    told = _ran(["openssl", "speed", "-seconds", "1", "rsa2048"], Path.cwd()).stdout
    found = re.search(r"rsa\s+2048 bits\s+([\d.]+)s", told)
    if found is None:
        return Outcome(missed="openssl speed says nothing of rsa2048")
    hashed = timed(lambda: hashlib.sha256(pdf).digest(), rounds)
    return Outcome(float(found[1]) + hashed.seconds)


def _why(done: subprocess.CompletedProcess[str]) -> str:
    told = [line for line in done.stderr.splitlines() if "rror" in line]
    return told[0].strip()[:120] if told else f"status {done.returncode}"


def _ran(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - every word is ours
        words, cwd=folder, check=False, capture_output=True, text=True, timeout=PATIENCE
    )
