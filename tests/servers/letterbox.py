"""A real mail server that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from socket import socket
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Letterbox:
    """Letters in the order they came: to whom, subject, text."""

    port: int
    letters: list[tuple[str, str, str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)  # the same as they came, to be read whole

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.raw.append(envelope.content)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        text = letter.get_content()
        self.letters.append((envelope.rcpt_tos[0], str(letter["Subject"]), text))
        return "250 OK"


@contextmanager
def open_letterbox() -> Iterator[Letterbox]:
    """Give a letterbox that takes letters as long as it is open."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        box = Letterbox(taken.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
