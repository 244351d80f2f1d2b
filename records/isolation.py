"""How a craft asks for foreign bytes to be read where they can hurt nobody."""

from typing import Protocol


class Isolation(Protocol):
    """Runs one named reading of hostile bytes in a process with limits and no network."""

    def __call__(self, task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        """Give the task's answer.

        Takes   task: a module path with a function ``answer(content, options) -> bytes``.
        Raises  Unreadable: the bytes broke the reader or its limits.
                Unavailable: no isolated process can be had on this machine.
        """
        ...
