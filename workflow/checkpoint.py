"""The agency signs how the log stands, every so often, and leaves its word where others keep it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from records.audit import AuditEvent, Checkpoint
from records.errors import OfficeError
from records.signing import Holding, KeyKind
from signing.vouched import vouched
from storage.checkpoints import Deposit
from storage.merkle import root_of, roots_at
from storage.unit import Unit
from workflow.certificates import AGENCY
from workflow.keys import certificate_of
from workflow.office import Office

SKEW = timedelta(minutes=5)
"""How far the office's clock and a timestamp authority's may be apart."""

CHECKED = "log:checked"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a checkpoint is made."""

    entries: int  # after so many new entries at the latest
    hours: float  # and so long after the first of them


def tend_log(office: Office, pace: Pace) -> Checkpoint | None:
    """Make a checkpoint if one is due, leave every one that is missing with its keepers.

    Raises  Unavailable: no timestamp authority answers, or a folder is away; tried again later.
    """
    made = check_log(office) if _due(office, pace) else None
    leave(office)
    return made


def check_log(office: Office) -> Checkpoint:
    """Sign how the log stands now.

    Raises  Unavailable. Outrun: another process just did. Refused: the agency's certificate was
            revoked or has ended.
    """
    at = office.clock()
    certificate_of(office, Holding(AGENCY, KeyKind.FILE))
    with office.database.reading() as unit:
        last = unit.checkpoints.last()
        hashes = unit.audit.hashes()
    n = last.n + 1 if last else 1
    statement = json.dumps(
        {
            "organ": office.organ.id,
            "n": n,
            "at": at.isoformat(),
            "size": len(hashes),
            "head": hashes[-1] if hashes else "",
            "root": root_of(hashes),
            "before": _digest(last.statement) if last else "",
        },
        sort_keys=True,
    )
    signature = office.press.lasting.vouch(statement.encode(), office.keyring.seal(), at)
    made = Checkpoint(n, len(hashes), statement, signature)
    facts = {"n": str(n), "size": str(made.size), "digest": _digest(statement)}
    with office.database.unit() as unit:
        unit.checkpoints.add(made)
        unit.audit.append(AuditEvent(CHECKED, "system", at, "", facts))
    return made


def leave(office: Office) -> None:
    """Leave with each keeper the checkpoints it does not have yet."""
    with office.database.reading() as unit:
        last = unit.checkpoints.last()
        lacking = {
            one.name: set(range(1, last.n + 1)) - one.numbers() for one in office.deposits if last
        }
        all_ = unit.checkpoints.all() if any(lacking.values()) else []
    for deposit in office.deposits:
        for one in all_:
            if one.n in lacking[deposit.name]:
                deposit.put(one)


def _due(office: Office, pace: Pace) -> bool:
    with office.database.reading() as unit:
        last = unit.checkpoints.last()
        seq, _ = unit.audit.place()
        # Behind a checkpoint stands the entry that tells of it, which asks for no other one.
        done = last.size + 1 if last else 0
        if seq - done >= pace.entries:
            return True
        first = unit.audit.at(done + 1)
    return first is not None and office.clock() - first >= timedelta(hours=pace.hours)


def log_faults(office: Office, unit: Unit, *, witnessed: bool = True) -> list[str]:
    """Give everything in which log, checkpoints and their keepers disagree.

    Takes   witnessed: whether those who keep checkpoints elsewhere are asked too, and clocks.
    """
    kept = unit.checkpoints.all()
    hashes = [one for one in unit.audit.hashes() if len(one) == len(_digest(""))]
    try:
        roots = roots_at(hashes, {one.size for one in kept})
    except ValueError:  # a hash that is none: the chain says so
        roots = {}
    faults: list[str] = []
    stamps: list[tuple[int, datetime]] = []
    before = ""
    for n, one in enumerate(kept, 1):
        told = _told(one)
        stamp = _stamp(office, one)
        faults += _statement_faults(office, one, told, before=before, n=n)
        faults += [f"checkpoint {one.n}: {why}" for why in _against_log(told, hashes, roots)]
        faults += _stamp_faults(one, told, stamp)
        stamps += [(one.size, stamp)] if stamp else []
        before = _digest(one.statement)
    faults += _named(unit, kept)
    faults += _clock_faults(unit, stamps) if witnessed else ()
    for deposit in office.deposits if witnessed else office.deposits[:1]:
        faults += _deposit_faults(deposit, kept, hashes)
    return faults


def _told(one: Checkpoint) -> dict[str, object]:
    try:
        told = json.loads(one.statement)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _stamp(office: Office, one: Checkpoint) -> datetime | None:
    subject = office.keyring.seal().certificate.subject
    return vouched(one.statement.encode(), one.signature, subject, office.keyring.trust())


def _statement_faults(
    office: Office, one: Checkpoint, told: Mapping[str, object], *, before: str, n: int
) -> Iterator[str]:
    if one.n != n:
        yield f"checkpoint {n} is missing"
    if (told.get("n"), told.get("size")) != (one.n, one.size):
        yield f"checkpoint {one.n} is not what was signed"
    if told.get("organ") != office.organ.id:
        yield f"checkpoint {one.n} is another office's"
    if told.get("before") != before:
        yield f"checkpoint {one.n} does not follow the one before it"


def _against_log(
    told: Mapping[str, object], hashes: Sequence[str], roots: Mapping[int, str]
) -> Iterator[str]:
    size = told.get("size")
    if not isinstance(size, int) or size > len(hashes):
        yield f"it covers {size} entries, and there are {len(hashes)}"
        return
    if told.get("head") != (hashes[size - 1] if size else ""):
        yield f"entry {size} is not the one it names"
    if told.get("root") != roots.get(size):
        yield f"the {size} entries are not those it covers"


def _stamp_faults(
    one: Checkpoint, told: Mapping[str, object], stamp: datetime | None
) -> Iterator[str]:
    if stamp is None:
        yield f"checkpoint {one.n} is not signed by this agency"
        return
    try:
        said = datetime.fromisoformat(str(told.get("at")))
    except ValueError:
        return
    if abs(said - stamp) > SKEW:
        yield f"checkpoint {one.n} says {said.isoformat()}, its timestamp {stamp.isoformat()}"


def _named(unit: Unit, kept: Sequence[Checkpoint]) -> Iterator[str]:
    """Compare the checkpoints with those the log itself tells of."""
    facts = [one.event.facts for one in unit.audit.of_kind(CHECKED)]
    spoken = {(one.get("n", ""), one.get("digest", "")) for one in facts}
    there = {(str(one.n), _digest(one.statement)) for one in kept}
    for n, _ in sorted(spoken - there):
        yield f"checkpoint {n}, of which the log tells, is missing or another"
    for n, _ in sorted(there - spoken):
        yield f"the log does not tell of checkpoint {n}"


def _clock_faults(unit: Unit, stamps: Sequence[tuple[int, datetime]]) -> Iterator[str]:
    """Compare each entry's moment with the timestamps before and after it."""
    ahead = sorted(stamps)
    floor: datetime | None = None
    newest: datetime | None = None
    for seq, at in unit.audit.moments():
        while ahead and seq > ahead[0][0]:
            floor = max(ahead.pop(0)[1], floor) if floor else ahead.pop(0)[1]
        if floor and at < floor - SKEW:
            yield f"entry {seq} is dated before the timestamp of a checkpoint it came after"
        elif newest and at < newest - SKEW:
            yield f"entry {seq} is dated before the one it came after"
        if ahead and at > ahead[0][1] + SKEW:
            yield f"entry {seq} is dated after the timestamp of the checkpoint that covers it"
        newest = max(at, newest) if newest else at


def _deposit_faults(
    deposit: Deposit, kept: Sequence[Checkpoint], hashes: Sequence[str]
) -> Iterator[str]:
    """Compare what one keeper has with what the office says it made."""
    ours = {one.n: one for one in kept}
    try:
        there = deposit.numbers()
        for n in sorted(ours.keys() | there):
            statement, signature = deposit.get(n) if n in there else ("", b"")
            if n not in ours:
                told = _told(Checkpoint(n, 0, statement, signature))
                size = told.get("size")
                yield (
                    f"{deposit.name}: checkpoint {n} over {size} entries is not known here, "
                    f"where there are {len(hashes)}"
                )
            elif n not in there:
                yield f"{deposit.name}: checkpoint {n} is missing"
            elif (statement, signature) != (ours[n].statement, ours[n].signature):
                yield f"{deposit.name}: checkpoint {n} is another"
    except OfficeError as fault:
        yield f"{deposit.name}: {fault.rule}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
