"""The vendor alone: two signatures on a PDF by pyHanko, with no office around them."""

import io
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from bench.papers import minimal_pdf
from signing.key_folder import SEAL, pass_phrase, place_of


def bare(keys: Path, leader: str, *, processes: int, seconds: float) -> float:
    """Give how many documents a second get both signatures, in so many processes at once."""
    with ProcessPoolExecutor(processes) as pool:
        for done in [pool.submit(_sign, keys, leader, 0.0) for _ in range(processes)]:
            done.result()  # what is imported first is not measured
        begun = time.perf_counter()
        hands = [pool.submit(_sign, keys, leader, seconds) for _ in range(processes)]
        count = sum(hand.result() for hand in hands)
        return count / (time.perf_counter() - begun)


def _sign(keys: Path, leader: str, seconds: float) -> int:
    phrase = pass_phrase(keys)
    signers = [
        SimpleSigner.load_pkcs12(place_of(keys, holder), passphrase=phrase)
        for holder in (leader, SEAL)
    ]
    count, end = 0, time.perf_counter() + seconds
    while count == 0 or time.perf_counter() < end:
        content = minimal_pdf(f"Paper {count}")
        for n, signer in enumerate(signers):
            writer = IncrementalPdfFileWriter(io.BytesIO(content))
            named = PdfSignatureMetadata(field_name=f"Signature{n}", md_algorithm="sha256")
            content = PdfSigner(named, signer=signer).sign_pdf(writer).getvalue()
        count += 1
    return count
