"""What is handed from one person to another: a seal, a key device, or the work of a post."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class DeviceKind(StrEnum):
    """What is kept by the registry and handed over only on minutes."""

    SEAL = "seal"  # con dấu
    KEY_DEVICE = "key_device"  # thiết bị lưu khóa bí mật


@dataclass(frozen=True, slots=True)
class DeviceHandover:
    """A line of the book of seals and key devices: who gave what to whom, and why they might."""

    id: str  # random
    year: int
    n: int  # 1, 2, 3 … within the year
    on: date
    kind: DeviceKind
    name: str  # what is engraved or written on it
    number: str  # its serial number, where it has one
    condition: str  # how it was when it changed hands
    giver: str  # id of a person
    receiver: str
    basis: str  # number of the paper that allows it
    basis_on: date
    reason: str
    at: datetime
    accepted_at: datetime | None = None  # when the receiver said they have it
    withdrawn: str = ""  # why it did not happen after all

    @property
    def pending(self) -> bool:
        """Tell whether the receiver has not said yet that they have it."""
        return self.accepted_at is None and not self.withdrawn


class Work(StrEnum):
    """What somebody who leaves may have had."""

    DOCUMENT = "document"  # under way
    FILE = "file"  # a case file not handed in yet
    NUMBER = "number"  # held in a register
    DEVICE = "device"  # a seal or a key device


class Outcome(StrEnum):
    """What became of one piece of work when its holder left."""

    PASSED = "passed"  # the successor has it
    KEPT = "kept"  # others hold the post it lies with
    STUCK = "stuck"  # it stays where it was, because


@dataclass(frozen=True, slots=True)
class Passing:
    """One line of the report; it says nothing of what a document says."""

    document: str  # id, of whatever it is
    workflow: str  # of a document; of a held number its register
    state: str
    outcome: Outcome
    why: str = ""  # the rule, where it is stuck
    what: Work = Work.DOCUMENT


@dataclass(frozen=True, slots=True)
class WorkHandover:
    """A report of open work that passed to a successor."""

    id: str  # random
    leaver: str
    successor: str
    posts: tuple[str, ...]  # "role@unit", those that went along
    by: str
    at: datetime
    lines: tuple[Passing, ...]
