"""Where bytes are kept under a name: written once, never overwritten, on a disk or in a bucket."""

from collections.abc import Iterator
from typing import Protocol


class Objects(Protocol):
    """What files and vault ask of a place, whichever it is; names are ``part/part``, in ASCII.

    Every act raises Unavailable when the place does not answer, and then nothing is half done:
    under a name lies everything that was to lie there, or nothing.
    """

    def put_new(self, name: str, content: bytes) -> bytes:
        """Keep ``content`` durably, unless something lies there already, which then stays.

        Gives   what lies there now: ``content``, or what somebody kept there first.
        """
        ...

    def get(self, name: str) -> bytes | None:
        """Give what lies under ``name``, unless nothing does."""
        ...

    def exists(self, name: str) -> bool:
        """Tell whether anything lies under ``name``."""
        ...

    def remove(self, name: str) -> None:
        """Let nothing lie under ``name`` any more; nothing happens where nothing does."""
        ...

    def names(self, within: str = "") -> Iterator[str]:
        """Give every name that begins with ``within`` and under which something lies, in order."""
        ...

    def sweep(self, before: float) -> None:
        """Take away what killed writers left half written.

        Takes   before: seconds since 1970; whatever was touched later may still be written.
        """
        ...

    def writable(self) -> bool:
        """Tell whether the place can be asked to keep something now."""
        ...
