"""What the log remembers: who did what to which thing, when, and on which bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act as it is appended; facts never hold words of a secret document."""

    action: str  # "document:signed", from the closed list in records.audit.ACTIONS
    by: str  # id of the person, or "system"
    at: datetime  # aware, UTC
    document: str = ""  # id, or "" where the act concerns none
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An event in its place in the chain."""

    seq: int  # 1 … n without gaps
    event: AuditEvent
    before: str  # hash of the entry before it, 64 hex digits; 64 zeros for the first
    hash: str  # SHA-256 over ``before`` and the canonical event


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What the log says of one document, and how to show that it is in the log."""

    entries: tuple[Mapping[str, object], ...]  # as hashed, each with its path to ``root``
    size: int  # entries of the whole log
    head: str  # hash of the last one
    root: str  # head of the tree over all hashes (RFC 6962)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The agency's word on the log as it stood: no entry it covers can change unseen."""

    n: int  # 1 … n without gaps
    size: int  # entries it covers
    statement: str  # JSON, the very text that was signed
    signature: bytes  # CMS in DER, detached, with a timestamp


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of the log somebody looks for; "" and None ask for everything."""

    by: str = ""  # account, or the beginning of its name
    action: str = ""
    document: str = ""
    since: datetime | None = None
    until: datetime | None = None  # up to and without this moment


@dataclass(frozen=True, slots=True)
class AuditHead:
    """Whether the chain holds, and where it ends."""

    holds: bool
    seq: int
    hash: str
    faults: tuple[str, ...]  # what was found, in words for an engineer


ACTIONS = frozenset(
    {
        "office:founded",
        "office:copied",  # a backup was taken
        "office:restored",
        "person:changed",
        "calendar:changed",
        "step:reminded",
        "step:escalated",
        "work:handed-over",
        "delegation:given",
        "delegation:revoked",
        "person:known",  # a login
        "person:unknown",  # a login that failed
        "document:received",
        "document:drafted",
        "document:inspected",  # the signatures of an incoming document, as it came
        "document:revised",
        "document:viewed",
        "secret:looked",  # at a page of a secret document
        "secret:taken",  # its bytes, by somebody to whom its label grants them
        "document:submitted",
        "step:approved",
        "step:returned",
        "step:refused",
        "step:recalled",
        "step:assigned",
        "directive:changed",
        "assignment:given",  # by whoever was charged, to somebody below
        "assignment:reported",
        "assignment:done",
        "assignment:noted",  # whoever shall know of it does
        "assignment:returned",
        "assignment:recalled",
        "assignment:moved",  # to another day
        "extension:asked",
        "extension:granted",
        "extension:refused",
        "step:completed",
        "step:closed",
        "step:declined",
        "step:told",
        "opinion:requested",
        "opinion:given",
        "step:forwarded",
        "step:handed-back",
        "step:called-back",
        "approver:added",
        "approver:agreed",
        "approver:disagreed",
        "step:reassigned",
        "document:suspended",
        "document:resumed",
        "document:placed",  # where what is added shall stand
        "document:signed",
        "signature:requested",  # of a key that is not here
        "signature:handed-out",  # a service fetched the file
        "signature:rejected",  # what came back was not the signature
        "certificate:registered",
        "certificate:removed",
        "certificate:revoked",
        "certificate:warned",  # of its end, its holder and the administrators
        "certificate:listed",  # the register was exported
        "trust:added",  # an authority, to those the office believes
        "trust:removed",
        "key:settled",  # with which key somebody signs
        "document:numbered",
        "document:sealed",
        "document:copied",
        "document:annex-signed",  # for the agency, after the document itself
        "document:proven",  # its signatures got a timestamp, late or anew
        "document:dispatched",
        "document:delivered",
        "document:called-back",  # whether one sending could still be taken back
        "document:archived",
        "document:recalled",  # wanted back from whom it was sent to
        "document:recall-answered",  # how far that has come with one of them
        "document:recall-overdue",
        "document:given-up",  # destroyed, as its issuer wanted it back
        "recall:asked",  # of this office
        "recall:answered",
        "document:marked",
        "document:given-back",
        "document:raised",  # to a higher class
        "document:linked",  # to what it answers, quotes, was drawn from or encloses
        "document:unlinked",
        "document:purged",  # nothing of it is left in clear
        "document:lowering-proposed",  # on a decision, by one of two people
        "document:lowering-withdrawn",
        "document:lowered",  # by the other one
        "document:destroyed",  # its key, and with it every word and file
        "upload:held",  # it bears a mark of secrecy and was not said to be secret
        "upload:refused",  # likewise, where nothing secret may be kept
        "upload:claimed",  # to be no secret, by who brought it
        "upload:released",  # by somebody else
        "upload:discarded",
        "upload:looked",  # at one of its pages
        "number:cancelled",
        "number:reserved",
        "number:voided",
        "definition:migrated",  # a document went over to a new version of its road
        "definition:adopted",  # a version of a road came into force
        "egress:refused",
        "unit:called-off",
        "unit:planned",
        "unit:reorganised",
        "post:planned",
        "post:changed",
        "post:called-off",
        "register:printed",
        "report:printed",
        "register:closed",
        "ledger:written",
        "device:handed",  # a seal or a key device, to somebody who has not said yet they have it
        "device:accepted",
        "device:withdrawn",
        "minutes:printed",
        "slip:printed",
        "plan:changed",
        "plan:issued",
        "file:opened",
        "file:filled",  # a document was put in
        "file:emptied",  # or taken out
        "file:closed",
        "file:reopened",
        "file:due",
        "file:handed-in",
        "file:accepted",
        "file:returned",
        "file:exported",
        "job:hurried",
        "password:changed",
        "factor:added",
        "factor:removed",
        "factor:reset",  # by an administrator
        "session:confirmed",  # somebody showed once more that it is them
        "session:revoked",
        "permission:proposed",  # that somebody reads a document or file, or no more
        "permission:withdrawn",
        "permission:changed",  # by whoever confirmed it
        "identity:linked",  # somebody elsewhere comes in as somebody here
        "identity:unlinked",
        "token:made",
        "log:checked",  # a checkpoint over everything before it was signed
        "log:exported",
        "rights:exported",
        "job:retried",
    }
)
