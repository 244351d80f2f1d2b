"""Signed files damaged in ten thousand ways: none may be believed that shows something else."""

import argparse
import contextlib
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped] # it ships no type information

from bench.papers import minimal_pdf
from records.paper import Box, DateStyle, NumberStyle, Placement
from records.signature import Verdict
from signing.demo_pki import found_demo_pki
from signing.keys import Keyring
from signing.press import Press
from signing.second import agree
from signing.trust import Trust
from signing.verdict import judge

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_PATIENCE = 20.0  # seconds for one file, after which it counts as hung
_MEMORY = 3 * 1024**3  # bytes
_BLOCK = 50  # mutations a process is handed at once
_SPAN = 300  # bytes a cut, a copy or an insertion has at most
Mutation = Callable[[bytes, random.Random], bytes]


def _place(pdf: bytes, chance: random.Random) -> tuple[int, int]:
    at = chance.randrange(len(pdf))
    return at, min(len(pdf), at + chance.randint(1, _SPAN))


def _flipped(pdf: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(pdf))
    return pdf[:at] + bytes([pdf[at] ^ 1 << chance.randrange(8)]) + pdf[at + 1 :]


def _cut(pdf: bytes, chance: random.Random) -> bytes:
    begins, ends = _place(pdf, chance)
    return pdf[:begins] + pdf[ends:]


def _shortened(pdf: bytes, chance: random.Random) -> bytes:
    return pdf[: chance.randrange(len(pdf))]


def _doubled(pdf: bytes, chance: random.Random) -> bytes:
    begins, ends = _place(pdf, chance)
    at = chance.randrange(len(pdf))
    return pdf[:at] + pdf[begins:ends] + pdf[at:]


def _blanked(pdf: bytes, chance: random.Random) -> bytes:
    begins, ends = _place(pdf, chance)
    return pdf[:begins] + chance.choice((b" ", b"0", b"\0", b"%")) * (ends - begins) + pdf[ends:]


def _swapped(pdf: bytes, chance: random.Random) -> bytes:
    length = chance.randint(1, _SPAN)
    one, two = sorted(chance.randrange(max(1, len(pdf) - length)) for _ in range(2))
    if two - one < length:
        return _flipped(pdf, chance)
    middle = pdf[one + length : two]
    return (
        pdf[:one] + pdf[two : two + length] + middle + pdf[one : one + length] + pdf[two + length :]
    )


def _noise(pdf: bytes, chance: random.Random) -> bytes:
    begins, ends = _place(pdf, chance)
    return pdf[:begins] + chance.randbytes(ends - begins) + pdf[ends:]


def _token(pattern: bytes, others: Callable[[bytes, random.Random], bytes]) -> Mutation:
    """Give a mutation of one word of the file's own language."""

    def mutated(pdf: bytes, chance: random.Random) -> bytes:
        found = list(re.finditer(pattern, pdf))
        if not found:
            return _flipped(pdf, chance)
        one = chance.choice(found)
        return pdf[: one.start()] + others(one[0], chance) + pdf[one.end() :]

    return mutated


def _other_number(told: bytes, chance: random.Random) -> bytes:
    other = int(told) + chance.choice((-100, -1, 1, 7, 4096, 2**31))
    return str(other).encode().rjust(len(told), b"0")


_WORDS = (
    b"Contents",
    b"ByteRange",
    b"Type",
    b"Kids",
    b"Annots",
    b"Prev",
    b"Root",
    b"Length",
    b"AP",
    b"V",
)


def _other_name(_told: bytes, chance: random.Random) -> bytes:
    return b"/" + chance.choice(_WORDS)


def _saved(pdf: bytes, chance: random.Random) -> bytes:
    """Save something more: a page's words, or an object that is there already, changed."""
    number = chance.choice(re.findall(rb"\n(\d+) 0 obj", pdf) or [b"1"])
    body = chance.choice(
        (
            b"<</Length 40>>\nstream\nBT /F1 12 Tf 72 400 Td (Khac) Tj ET       \nendstream",
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"null",
            b"<</Type/Annot/Subtype/FreeText/Rect[0 0 500 800]/Contents(x)>>",
        )
    )
    table_at = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    added = b"\n%s 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n%s 1\n%010d 00000 n \n" % (number, len(pdf) + 1)
    trailer = b"trailer\n<</Size 200/Root 1 0 R/Prev %s>>\n" % table_at
    end = b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(added))
    parts = [added, table, trailer, end]
    return pdf + b"".join(part for part in parts if chance.random() < 0.85)  # noqa: PLR2004 - often whole


MUTATIONS: tuple[Mutation, ...] = (
    _flipped,
    _flipped,
    _cut,
    _shortened,
    _doubled,
    _blanked,
    _swapped,
    _noise,
    _token(rb"(?<=[\s\[])\d{1,10}(?=[\s\]/>])", _other_number),
    _token(rb"/[A-Z][A-Za-z]+", _other_name),
    _saved,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A signed file, whom to believe about it, and what it shows."""

    pdf: bytes
    trust: Trust
    shows: tuple[bytes, ...]


def papers(folder: Path) -> list[Paper]:
    """Give a file the leader signed, and the same sealed as well."""
    found_demo_pki(folder, people=[("chutich", "Nguyễn Văn An", "Chủ tịch")], office="Sở", at=AT)
    keyring = Keyring(folder)
    press = Press(keyring, keyring.timestamper())
    placement = Placement(
        number=Box(0, 100, 740, 200, 757),
        number_style=NumberStyle.SYMBOL,
        day=Box(0, 350, 740, 374, 757),
        month=Box(0, 420, 740, 440, 757),
        year=Box(0, 470, 740, 500, 757),
        date_style=DateStyle.PARTS,
        signature=Box(0, 340, 150, 500, 230),
        seal=Box(0, 291, 139, 393, 241),
    )
    content = minimal_pdf("Chi 1.000.000 dong")
    signed = press.sign(content, placement=placement, person="chutich", at=AT, reason="Ký")
    on = date(2026, 11, 20)
    sealed = press.seal(signed, placement=placement, number="05", notation="QĐ", on=on, at=AT)
    return [Paper(one, keyring.trust(), shown(one)) for one in (signed, sealed)]


def shown(pdf: bytes) -> tuple[bytes, ...]:
    """Give what every page looks like, and what it says."""
    opened = pypdfium2.PdfDocument(pdf)
    opened.init_forms()
    found: list[bytes] = []
    for page in opened:
        found.append(page.render(scale=0.5).to_pil().tobytes())
        found.append(page.get_textpage().get_text_range().encode())
    return tuple(found)


def tried(seed: int, count: int, given: list[Paper]) -> Counter[str]:
    """Give how often so many mutations came to what: by verdict, and what must never be."""
    chance = random.Random(seed)  # noqa: S311 - the same mutations each time, no secret
    came: Counter[str] = Counter()
    for _ in range(count):
        paper = chance.choice(given)
        mutated = chance.choice(MUTATIONS)(paper.pdf, chance)
        if mutated != paper.pdf:
            came[_outcome(mutated, paper)] += 1
    return came


def _outcome(mutated: bytes, paper: Paper) -> str:
    if b"%PDF-" not in mutated[:1024]:
        return "no pdf"
    try:
        with _in_time(_PATIENCE):
            report = judge(mutated, trust=paper.trust, at=AT + timedelta(days=1))
            if report.verdict is not Verdict.VALID or not agree(mutated):
                return "indeterminate" if report.verdict is Verdict.VALID else str(report.verdict)
            return "valid, the same" if shown(mutated) == paper.shows else "VALID, CHANGED"
    except TimeoutError:
        return "HUNG"
    except Exception as error:  # noqa: BLE001 - which is what is looked for
        return f"CRASHED {type(error).__name__}"


@contextlib.contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    def late(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def harm(came: Counter[str]) -> int:
    """Give how many mutations came to what must never be."""
    return sum(
        n for what, n in came.items() if what.isupper() or what.startswith(("VALID,", "CRASH"))
    )


def main(words: list[str] | None = None) -> int:
    """Try them all in as many processes as there are cores, and tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=10_000, help="mutations")
    asked.add_argument("--seed", type=int, default=20261120)
    asked.add_argument("--processes", type=int, default=2)
    told = asked.parse_args(words)
    begun, came = time.perf_counter(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        given = papers(Path(folder) / "keys")
    with ProcessPoolExecutor(told.processes, initializer=_bounded) as pool:
        blocks = [
            pool.submit(tried, told.seed + n, min(_BLOCK, told.count - n), given)
            for n in range(0, told.count, _BLOCK)
        ]
        for block in blocks:
            try:
                came += block.result()
            except BrokenProcessPool:
                came["CRASHED the process"] += 1
    for what, n in sorted(came.items()):
        print(f"{what:<20} {n}")
    seconds = time.perf_counter() - begun
    print(f"mutations: {came.total()} in {seconds:.0f} s, harm {harm(came)}")
    return 1 if harm(came) else 0


if __name__ == "__main__":
    sys.exit(main())
