"""The inside of the sandbox: one process that reads one document, answers once and dies."""

import importlib
import json
import os
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO, cast

LENGTH = struct.Struct(">Q")  # every frame is its length in eight bytes, then that many bytes
GOOD = b"+"  # first byte of an answer that is one
BAD = b"-"  # first byte of an error: family, rule and facts as JSON follow


def write_frame(pipe: BinaryIO, content: bytes) -> None:
    """Put one frame on a pipe."""
    pipe.write(LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def read_frame(pipe: BinaryIO, *, limit: int) -> bytes:
    """Take one frame from a pipe.

    Takes   limit: the longest frame allowed, in bytes.
    Raises  EOFError: the other side is gone, or its frame is too long to be believed.
    """
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (size,) = LENGTH.unpack(head)
    if size > limit:
        raise EOFError
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _attempt(act: Callable[[], bytes]) -> bytes:
    """Give the frame that tells what came of an act, whatever the document did to it."""
    try:
        return GOOD + act()
    except BaseException as error:  # noqa: BLE001 - a hostile document may raise anything at all
        family = next((c.__name__ for c in type(error).__mro__ if c.__name__ in _CARRIED), "")
        rule = str(getattr(error, "rule", "")) if family else ""
        facts = getattr(error, "facts", {}) if family else {}
        told = {"family": family, "rule": rule, "facts": facts}
        return BAD + json.dumps(told, default=str).encode()


_CARRIED = ("Unreadable", "Unavailable")


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the two pipes for ourselves, so that nothing a reader prints gets between the frames."""
    inward, outward = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    return inward, outward


def main(task: str, folders: list[str]) -> None:
    """Get ready, take one document, answer, and be gone."""
    sys.path[:0] = folders
    inward, outward = _own_pipes()
    reader: list[Callable[[bytes, dict[str, object]], bytes]] = []

    def begin() -> bytes:
        module = importlib.import_module(task)
        getattr(module, "warm", lambda: None)()
        reader.append(module.answer)
        return b""

    ready = _attempt(begin)
    write_frame(outward, ready)
    if not reader:
        return
    options = cast("dict[str, object]", json.loads(read_frame(inward, limit=sys.maxsize)))
    content = read_frame(inward, limit=sys.maxsize)
    write_frame(outward, _attempt(lambda: reader[0](content, options)))


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except (EOFError, BrokenPipeError):
        pass  # nobody is waiting any more
    finally:
        os._exit(0)  # whatever a reader left running ends with this namespace
