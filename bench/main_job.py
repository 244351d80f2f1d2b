"""How many documents a minute go the whole road over HTTP, and how long each step takes.

A real server in a process of its own takes documents from the form to the archive: draft, submit,
two checks, signature, number and seal, dispatch to a partner, archive, and found again by a word
that stands in this document only. Several hands lead documents at the same time, each one whole
document after another, acting as whoever the step needs.

The alternative measured in the same run, block by block in turn, is the same road led by one hand
alone. Nothing else does all of this, so the honest question is what the second, third and fourth
person of an office cost the first: ratio is documents a minute of all hands together over those of
one hand. 1.0 would be an office in which people only wait for each other; the processors of the
machine are what it could reach at best.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from bench.measures import machine, quantile
from bench.running import Caller, NotOurs, Running

STEPS = ("draft", "submit", "approve", "sign", "seal", "dispatch", "archive", "search")
PARTNER = "H49.90.2"
PATIENCE = 120.0
"""How long a document may take to be found, in seconds."""

ROUNDS = 2
Json = dict[str, Any]
T = TypeVar("T")


ROAD: tuple[tuple[str, str, Json], ...] = (
    ("submit", "chuyenvien", {}),
    ("approve", "truongban", {"comment": "Đồng ý nội dung"}),
    ("approve", "chanhvanphong", {}),
    ("sign", "chutich", {}),
    ("seal", "vanthu", {}),
    ("dispatch", "vanthu", {"recipients": [PARTNER]}),
    ("archive", "luutru", {}),
)


@dataclass
class Block:
    """What was measured while some hands led some documents."""

    hands: int
    documents: int = 0
    seconds: float = 0.0
    behind: list[float] = field(default_factory=list)  # seconds the index came after
    steps: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def timed(self, step: str, do: Callable[[], T]) -> T:
        """Do one step and keep how long it took."""
        begun = time.perf_counter()
        given = do()
        self.steps[step].append(time.perf_counter() - begun)
        return given

    @property
    def per_minute(self) -> float:
        """Give the documents that came through in a minute."""
        return 60 * self.documents / self.seconds


def lead(office: Running, block: Block, n: int) -> None:
    """Lead one document the whole road; a person looks at it before each act, untimed."""
    officer, word = office.by("chuyenvien"), _word(n)
    drafted = block.timed("draft", lambda: officer.post("/drafts", _draft(word)).must(201))
    id = drafted.told["id"]
    for step, person, choice in ROAD:
        _act(block, office.by(person), id, step, choice)
    block.timed("search", lambda: _await(office, word, id))


def _word(n: int) -> str:
    return f"dau{n}vet"


def _draft(word: str) -> Json:
    return {
        "type": "QĐ",
        "subject": f"Về việc bổ nhiệm cán bộ, hồ sơ {word}",
        "bases": "Căn cứ Luật Công đoàn;\nCăn cứ Điều lệ Công đoàn Việt Nam.",
        "body": ["Bổ nhiệm đồng chí Nguyễn Văn Thắng.", "Quyết định có hiệu lực kể từ ngày ký."],
        "recipients": [PARTNER],
    }


def _act(block: Block, by: Caller, id: str, step: str, choice: Json) -> None:
    seen = by.see(id)
    block.timed(step, lambda: by.try_to(step, seen, **choice).must(200))


def _await(office: Running, word: str, id: str = "", state: str = "") -> None:
    """Ask until a document is found, as somebody who knows a word of it does."""
    end = time.monotonic() + PATIENCE
    path = f"/search?q={quote(word)}&state={state}"
    while time.monotonic() < end:
        hits = office.by("kiemtra").get(path).must(200).told["hits"]
        if [hit["id"] for hit in hits if id in ("", hit["id"])]:
            return
        time.sleep(0.02)
    raise NotOurs(f"{word} was not found")


def work(office: Running, block: Block, numbers: Sequence[int]) -> None:
    """Let the block's hands lead these documents, then wait for the index to know it all."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(block.hands) as hands:
        for _ in hands.map(lambda n: lead(office, block, n), numbers):
            pass
    done = time.perf_counter()
    block.seconds += done - begun
    block.documents += len(numbers)
    for n in numbers:
        _await(office, _word(n), state="archived")
    block.behind.append(time.perf_counter() - done)


def measure(office: Running, documents: int, people: int) -> tuple[Block, Block]:
    """Give what one hand and what several hands did, block by block in turn."""
    alone, together = Block(1), Block(people)
    rounds = range(ROUNDS)
    shares = [documents // ROUNDS + (n < documents % ROUNDS) for n in rounds]
    numbers = iter(range(1, 10**6))
    work(office, Block(1), [next(numbers)])  # the first of all finds nothing warm
    for share in shares:
        work(office, alone, [next(numbers) for _ in range(max(1, share // 2))])
        work(office, together, [next(numbers) for _ in range(share)])
    return alone, together


def told(alone: Block, together: Block) -> Iterator[str]:
    """Give the lines of the report."""
    yield f"{'seconds':<10}{'one hand':>18}{f'{together.hands} hands':>18}"
    yield f"{'':<10}{'p50     p95':>18}{'p50     p95':>18}"
    for step in STEPS:
        columns = [
            f"{quantile(block.steps[step], 0.5):.3f}   {quantile(block.steps[step], 0.95):.3f}"
            for block in (alone, together)
        ]
        yield f"{step:<10}{columns[0]:>18}{columns[1]:>18}"
    for block in (alone, together):
        yield (
            f"{block.hands} at once: {block.documents} documents in {block.seconds:.1f} s, "
            f"{block.per_minute:.1f} a minute; index {max(block.behind):.1f} s behind at most"
        )
    yield machine()
    ratio = together.per_minute / alone.per_minute
    yield f"main_job: {together.per_minute:.1f} documents/min (ratio {ratio:.2f})"


def main() -> None:
    """Measure on an office of its own in a scratch folder, and print."""
    parser = argparse.ArgumentParser(prog="bench.main_job", description=__doc__)
    parser.add_argument("--documents", type=int, default=40, help="led by all hands together")
    parser.add_argument("--people", type=int, default=4, help="hands at the same time")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trinhky-bench-") as folder:
        office = Running(Path(folder)).start()
        try:
            report = list(told(*measure(office, chosen.documents, chosen.people)))
        finally:
            office.stop()
    sys.stdout.write("\n".join(report) + "\n")


if __name__ == "__main__":
    main()
