"""What is done after an act, in its own time, and what became of it when it could not be."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up; it says nothing of what a document says."""

    id: str  # as the queue knows it
    kind: str  # "index", "carry" …
    about: str  # id of a document or a dispatch
    fact: str  # a version or a code
    attempts: int
    rule: str  # of the last attempt, "unknown" for what nobody foresaw
    at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class PutOffJob:
    """A job that met something unavailable and will be tried again by itself."""

    id: str  # as the queue knows it
    kind: str
    about: str  # id of a document or a dispatch
    attempts: int  # so far
    rule: str  # of the last attempt
    at: datetime  # when it is tried again; aware, UTC
