"""What must hold of an office after any fault whatever; written once, asked everywhere."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from bench.stage import ACTS, CANARY, Stage, copy_of, done, ids_of
from identity.reading import tokens_of
from records.audit import AuditEntry
from records.document import Origin
from records.errors import OfficeError
from records.finding import Query
from records.signature import Verdict
from workflow.check import report_on
from workflow.find import reindex
from workflow.verify import verify

IDEMPOTENT = {"gather", "carry", "index"}
"""Acts that may be done again although they were done, without a second effect."""

OLD = 2 * 86_400
"""How long ago, in seconds, a left-over must have been written to be swept for sure."""


def after(stage: Stage, act: str, *, acknowledged: bool) -> list[str]:
    """Give what an office shows to be broken after a fault in an act, nothing when it holds.

    Takes   stage: the office, opened anew; acknowledged: whether whoever acted was told so.
    """
    faults = [*_holds(stage), *_road(stage), *_secrets(stage)]
    count = done(stage, act)
    if act != "index" and count not in (0, 1):
        faults.append(f"V7 {act} has had its effect {count} times")
    if acknowledged and not count:
        faults.append(f"V5 {act} was acknowledged and is not there")
    faults += _signed(stage, act)
    faults += _works(stage, act, count)
    faults += _found(stage)
    faults += [*_holds(stage), *_secrets(stage), *_left(stage)]
    return faults


def _holds(stage: Stage) -> Iterator[str]:
    """V1 database, V2 files, V3 registers, V4 chain."""
    found = verify(stage.office)
    for fault in (*found.head.faults, *found.faults):
        yield f"V1-V4 {fault}"


def _road(stage: Stage) -> Iterator[str]:
    """V4: every move in the log is one the road allows, and ends where the document stands."""
    with stage.office.database.reading() as unit:
        for id in ids_of(unit):
            document = unit.documents.get(id)
            moves = [one for one, _ in unit.audit.of(id) if "to" in one.event.facts]
            states = stage.office.route_of(document).states
            state = stage.office.route_of(document).start
            for one in moves:
                facts = one.event.facts
                allowed = {(act.name, act.to) for act in states[state].acts}
                if facts["from"] != state or (facts["action"], facts["to"]) not in allowed:
                    yield f"V4 {id}: {state} {_told(one)}"
                state = facts["to"]
            if (document.state, document.version) != (state, 1 + len(moves)):
                yield f"V4 {id} stands at {document.state}, its log at {state}"
            opened = [step for step in unit.steps.of(id) if step.closed_at is None]
            if len(opened) != int(bool(states[state].acts)):
                yield f"V4 {id} has {len(opened)} open steps at {state}"


def _told(entry: AuditEntry) -> str:
    return f"{entry.event.action} {dict(entry.event.facts)}"


def _signed(stage: Stage, act: str) -> Iterator[str]:
    """V6: what bears a signature of ours verifies, and still begins with what was approved."""
    if act not in stage.known or act == "carry":
        return
    document = stage.document(stage.known[act])
    if document.latest.origin not in (Origin.SIGNED, Origin.SEALED):
        return
    report = report_on(stage.office, document)
    if report.verdict is not Verdict.VALID:
        yield f"V6 {act}: {report.verdict} {report.reasons}"
    whole = stage.office.contents.get(document, document.latest.digest)
    for earlier in document.revisions:
        if not whole.startswith(stage.office.contents.get(document, earlier.digest)):
            yield f"V6 {act}: revision {earlier.n} is not what was signed"


def _works(stage: Stage, act: str, count: int) -> Iterator[str]:
    """V11: the same act, tried again, is done once; and another one can be done."""
    try:
        if not count or act in IDEMPOTENT:
            ACTS[act](stage, act)
        again = done(stage, act)
    except OfficeError as fault:
        yield f"V11 {act} cannot be done any more: {fault}"
        return
    if again != 1:
        yield f"V7 {act}, tried again, has had its effect {again} times"
    if act == "carry":
        return
    if act not in ("upload", "submit"):
        other = "submit" if done(stage, "submit") == 0 else "upload"
        ACTS[other](stage, other)
        if done(stage, other) != 1:
            yield f"V11 {other} has no effect"


def _found(stage: Stage) -> Iterator[str]:
    """V8: everybody finds what the database lets them read, and nothing else."""
    reindex(stage.office)
    if stage.office.index.stale:
        yield "V8 the index stays stale"
    with stage.office.database.reading() as unit:
        people = [one for one in unit.people.all() if one.active]
        readers = {id: unit.documents.readers(id) for id in unit.documents.open_ids()}
    for person in people:
        tokens = tokens_of(person)
        wanted = {id for id, known in readers.items() if known & tokens}
        hits = stage.office.index.find(Query("", readers=tokens, limit=200)).hits
        if {hit.id for hit in hits} != wanted:
            yield f"V8 {person.id} finds {len(hits)} of {len(wanted)}"


def _secrets(stage: Stage) -> Iterator[str]:
    """V9: not a word of a secret document lies anywhere in clear."""
    mark = CANARY.encode()
    for folder in (stage.folder, copy_of(stage.folder).parent):
        for path in folder.rglob("*"):
            if path.is_file() and mark in path.read_bytes():
                yield f"V9 {path.relative_to(folder)} tells a secret"


def _left(stage: Stage) -> Iterator[str]:
    """V10: what a killed process left half written is swept away, and nothing else is."""
    long_ago = time.time() - OLD
    kept = {path for path in stage.folder.rglob("*") if path.is_file() and not _half(path)}
    for path in stage.folder.rglob("*"):
        if _half(path):
            os.utime(path, (long_ago, long_ago))
    stage.office.contents.sweep(time.time() - OLD / 2)
    for path in stage.folder.rglob("*"):
        if _half(path):
            yield f"V10 {path.relative_to(stage.folder)} is left"
    for path in kept:
        if not path.exists():
            yield f"V10 {path.relative_to(stage.folder)} was swept"
    yield from _strangers(stage.folder)


def _half(path: Path) -> bool:
    kept = {"blobs", "vault", "spool"} & set(path.parts)
    return bool(kept) and path.is_file() and path.name.startswith(".")


def _strangers(folder: Path) -> Iterator[str]:
    for lock in folder.rglob("*.new"):
        yield f"V10 {lock.relative_to(folder)} is left"
