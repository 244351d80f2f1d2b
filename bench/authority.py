"""A timestamp authority across HTTP that answers honestly, late, falsely or not at all."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from asn1crypto import tsp

from signing.timestamps import LocalAuthority

REPLY = "application/timestamp-reply"
OK, FAILED = 200, 500
REJECTION = bytes.fromhex("30053003020102")  # RFC 3161, 2.4.2: status 2, and no token

Answer = tuple[int, str, bytes]
MODES = (
    *("honest", "down", "slow", "failing", "another kind", "garbage", "empty", "huge"),
    *("refusing", "of other bytes", "with another nonce", "of another hour", "of another year"),
)


@contextmanager
def answering(authority: LocalAuthority, at: datetime, mode: str) -> Iterator[str]:
    """Serve timestamps from a process of its own and give its address."""
    server = HTTPServer(("127.0.0.1", 0), _door(lambda asked: _answer(authority, at, mode, asked)))
    if mode == "down":
        server.server_close()
    url = f"http://127.0.0.1:{server.server_port}/tsa"
    pid = os.fork()
    if pid == 0:
        if mode != "down":
            server.serve_forever()
        os._exit(0)
    server.server_close()
    try:
        yield url
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _door(answer: Callable[[bytes], Answer]) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, content = answer(asked)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def handle(self) -> None:
            # Whoever asks may hang up before it hears a late answer.
            with suppress(OSError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Door


def _answer(authority: LocalAuthority, at: datetime, mode: str, asked: bytes) -> Answer:
    question = tsp.TimeStampReq.load(asked)
    if mode == "slow":
        time.sleep(5)
    if mode == "of other bytes":
        question["message_imprint"]["hashed_message"] = bytes(32)
    moments = {"of another hour": timedelta(hours=1), "of another year": timedelta(days=-400)}
    if mode == "with another nonce":
        question["nonce"] = 42
    honest = authority.answer(question.dump(force=True), at=at + moments.get(mode, timedelta()))
    others = {
        "garbage": b"garbage" * 100,
        "empty": b"",
        "huge": bytes(10_000_000),
        "refusing": REJECTION,
    }
    content = others.get(mode, honest)
    status = FAILED if mode == "failing" else OK
    return status, "text/html" if mode == "another kind" else REPLY, content
