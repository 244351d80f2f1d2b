"""Folders in which offices leave each other messages: complete or absent, and taken once."""

import contextlib
import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from exchange import edxml, folders
from exchange.gate import Exchangeable, verify
from records.errors import Broken, Refused, Unavailable
from records.exchange import Envelope, RecallNotice, StatusNotice

LIMIT = 200_000_000  # bytes: 150 MB of files as base64
PURPOSE = "exchange"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that lay waiting, held by this process until it is done, rejected or let go."""

    name: str  # of the file as its sender called it, "….edxml"
    content: bytes = field(repr=False)
    path: Path  # where it lies while it is held
    hold: folders.Hold = field(repr=False, compare=False)


class Outlet:
    """Folders under one root, one for each office, in which messages are left for it."""

    def __init__(self, root: Path, *, limit: int = LIMIT) -> None:
        """Speak of the folders under ``root``; messages above ``limit`` bytes are not taken."""
        self._root = root
        self.limit = limit

    def send(
        self,
        cleared: Exchangeable,
        folder: Path,
        name: str,
        message: bytes,
        contents: Iterable[bytes],
    ) -> bool:
        """Leave one document message for a partner, whole or not at all.

        Takes   name: the message's id; message: what ``edxml.write`` gave; contents: its files.
        Gives   whether it was left now; False when a message of that id had been left before.
        Raises  Broken egress.unsealed: the clearance does not cover what is in the message, or the
                message is not what this office writes. Nothing was written.
                Refused exchange.secret: the message carries a mark of secrecy. Nothing was written.
                Unavailable partner.unreachable: no folder, no space, no right to write.
        """
        verify(cleared, contents)
        self._verify_message(cleared, name, message)
        return self.leave(folder, name, message)

    def send_status(self, folder: Path, notice: StatusNotice) -> bool:
        """Leave a status notice, which carries nothing of a document but its number."""
        return self.leave(folder, notice.id, edxml.write_status(notice))

    def send_recall(self, folder: Path, notice: RecallNotice) -> bool:
        """Leave a demand to give a document up, which carries nothing of it but its number."""
        return self.leave(folder, notice.id, edxml.write_recall(notice))

    def leave(self, folder: Path, name: str, message: bytes) -> bool:
        """Leave bytes that were judged, whole or not at all, unless they had been left before."""
        place = self._place(folder)
        with reaching(place):
            return not self._knows(place, name) and folders.put(place, name, message)

    def _verify_message(self, cleared: Exchangeable, name: str, message: bytes) -> None:
        """Judge the bytes that will leave, not what is said of them."""
        envelope = edxml.read(message, limit=self.limit)
        if not isinstance(envelope, Envelope) or envelope.id != name:
            raise Broken("egress.unsealed", why="message", document=cleared.document)
        if (envelope.recipient.id, PURPOSE) != (cleared.destination, cleared.purpose):
            raise Broken("egress.unsealed", why="destination", document=cleared.document)
        verify(cleared, (each.content for each in envelope.enclosures))
        if not edxml.is_written(message, envelope):
            raise Broken("egress.unsealed", why="message", document=cleared.document)

    def _knows(self, place: Path, name: str) -> bool:
        return folders.is_there(place, name)

    def _place(self, folder: Path) -> Path:
        place = self._inside(folder)
        with reaching(place):
            there = place.is_dir()
        if not there:
            raise Unavailable("partner.unreachable", partner=place.name, why="ENOENT")
        return place

    def _inside(self, folder: Path) -> Path:
        root = self._root.resolve()
        place = (root / folder).resolve()
        if place == root or not place.is_relative_to(root):
            raise Refused("config.invalid", where="spool", why="thư mục nằm ngoài vùng trao đổi")
        return place


class Spool(Outlet):
    """The folders in which offices find their messages, each with what became of them."""

    def lay_out(self, folder: Path) -> None:
        """Make a folder, and in it the places for what is claimed, taken and rejected."""
        place = self._inside(folder)
        with reaching(place):
            for name in (folders.CLAIMED, folders.TAKEN, folders.REJECTED):
                (place / name).mkdir(parents=True, exist_ok=True)

    def has(self, folder: Path, name: str) -> bool:
        """Tell whether a message lies in a folder, opened or not."""
        place = self._place(folder)
        with reaching(place):
            return folders.is_there(place, name)

    def withdraw(self, folder: Path, name: str) -> bool:
        """Take back a message its recipient has not opened; give whether that came in time."""
        place = self._place(folder)
        with reaching(place):
            return folders.withdraw(place, name)

    def forget(self, folder: Path, message: str) -> int:
        """Take away what was kept of a message that came in; give how many files it was."""
        place = self._place(folder)
        with reaching(place):
            return folders.forget(place, message.encode())

    def waiting(self, folder: Path) -> Iterator[Arrival]:
        """Give each complete message that nobody else holds, oldest first.

        Gives   one whose holder died is given again; one too large, or closed to this office by its
                file rights, is put among the rejected instead.
        Raises  Unavailable partner.unreachable: the folder cannot be read.
        """
        place = self._place(folder)
        with reaching(place):
            found = sorted(folders.lying(place))
        for _, path in found:
            with reaching(place):
                arrival = self._taken_up(place, path)
            if arrival is not None:
                yield arrival

    def done(self, arrival: Arrival) -> Path:
        """Keep a message that was understood, as evidence."""
        return _kept(arrival, folders.TAKEN)

    def erase(self, arrival: Arrival) -> None:
        """Leave nothing of a message that may not lie here."""
        with reaching(arrival.path.parent.parent):
            arrival.path.unlink(missing_ok=True)
        arrival.hold.release()

    def reject(self, arrival: Arrival, reason: str) -> Path:
        """Put aside a message that cannot be taken, with the reason in a file beside it.

        Takes   reason: a rule identifier or a sentence, without words of the message.
        """
        return _kept(arrival, folders.REJECTED, reason)

    def _taken_up(self, place: Path, path: Path) -> Arrival | None:
        try:
            claimed = folders.claim(place, path)
        except PermissionError as error:
            folders.keep(Path(str(error.filename)), folders.REJECTED, "spool.closed")
            return None
        if claimed is None:
            return None
        held, hold = claimed
        content = hold.content(self.limit)
        if content is None:
            folders.keep(held, folders.REJECTED, "edxml.too-large")
            return None
        return Arrival(folders.called(held), content, held, hold)


def _kept(arrival: Arrival, folder: str, reason: str = "") -> Path:
    with reaching(arrival.path.parent.parent):
        target = folders.keep(arrival.path, folder, reason)
    arrival.hold.release()
    return target


@contextlib.contextmanager
def reaching(place: Path) -> Iterator[None]:
    """Turn what a disk says into what it means here: the partner cannot be reached now."""
    try:
        yield
    except OSError as error:
        why = errno.errorcode.get(error.errno or 0, "EIO")
        raise Unavailable("partner.unreachable", partner=place.name, why=why) from error
