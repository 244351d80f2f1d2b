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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from bench.measures import machine, median, quantile
from bench.running import Running

STEPS = ("draft", "submit", "approve", "sign", "seal", "dispatch", "archive", "search")
PARTNER = "H49.90.2"
PATIENCE = 120.0
"""How long a document may take to be found, in seconds."""

ROUNDS = 2
Json = dict[str, Any]
T = TypeVar("T")


@dataclass
class Block:
    """What was measured while some hands led some documents."""

    hands: int
    documents: int = 0
    seconds: float = 0.0
    caught_up: float = 0.0  # seconds until the index knew the last of them as archived
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
    """Lead one document the whole road."""
    word = f"dau{n}vet"
    officer = office.by("chuyenvien")
    body = {
        "type": "QĐ",
        "subject": f"Về việc bổ nhiệm cán bộ, hồ sơ {word}",
        "bases": "Căn cứ Luật Công đoàn;\nCăn cứ Điều lệ Công đoàn Việt Nam.",
        "body": ["Bổ nhiệm đồng chí Nguyễn Văn Thắng.", "Quyết định có hiệu lực kể từ ngày ký."],
        "recipients": [PARTNER],
    }
    seen: Json = block.timed("draft", lambda: officer.post("/drafts", body).must(201).told)
    for step, person, choice in (
        ("submit", "chuyenvien", {}),
        ("approve", "truongban", {"comment": "Đồng ý nội dung"}),
        ("approve", "chanhvanphong", {}),
        ("sign", "chutich", {}),
        ("seal", "vanthu", {}),
        ("dispatch", "vanthu", {"recipients": [PARTNER]}),
        ("archive", "luutru", {}),
    ):
        by = office.by(person)
        seen = by.see(seen["id"])
        block.timed(step, lambda by=by, step=step, choice=choice, seen=seen: _act(by, step, choice, seen))  # type: ignore[misc]
    block.timed("search", lambda: _await(office, word, seen["id"]))


def _act(by: Any, step: str, choice: Json, seen: Json) -> None:
    by.try_to(step, seen, **choice).must(200)


def _await(office: Running, word: str, id: str, state: str = "") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        told = office.by("kiemtra").get(f"/search?q={quote(word)}&state={state}").must(200).told
        if [hit["id"] for hit in told["hits"]] == [id]:
            return
        time.sleep(0.02)
    raise SystemExit(f"{word} was not found")
