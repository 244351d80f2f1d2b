"""Signatures are proven for as long as they must last: at once, late, and anew before it fades."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from records.audit import AuditEvent
from records.document import Classification, Document, Origin
from records.errors import NotAllowed, NotFound, Outrun, Refused, Unavailable
from records.level import Level, Proof
from records.person import Person, Role
from storage.unit import Unit
from workflow.advance import leave_jobs
from workflow.begin import Made, with_revision
from workflow.mandates import may_know
from workflow.office import Office
from workflow.road import standing

AUTHORITY = "timestamp.unavailable"
"""What a signature waits for that was made while no timestamp authority answered."""

LONGEST_PAUSE = timedelta(hours=1)
"""How long at most a proof that is missing is left until it is tried again."""

KEEPERS = frozenset({Role.ARCHIVIST, Role.REGISTRY_CLERK, Role.INSPECTOR, Role.LEADER})
"""Who sees whose proof ends soon; each of them only what they may read."""


def level_of(office: Office, document: Document, *, ceiling: Level = Level.B_LTA) -> Level:
    """Give what this document's signatures must reach, by its type and how long it is kept."""
    form = office.forms[document.type]
    wanted = office.proofs.level_of(form.retention, form.level)
    return wanted if ceiling.reaches(wanted) else ceiling


def weighed(office: Office, document: Document, content: bytes, *, wanted: Level) -> Proof:
    """Give how a document's latest bytes are proven, and what they still wait for."""
    found = office.press.lasting.weigh(content)
    proof = Proof(document.id, document.latest.digest, wanted, found.level, found.until)
    if proof.complete:
        return proof
    return replace(proof, waits=AUTHORITY, next_at=office.clock() + timedelta(minutes=1))


def note(unit: Unit, document: Document, proof: Proof) -> Document:
    """Keep how a document is proven, leave the job that completes it, and give the document."""
    unit.proofs.put(proof)
    if not proof.complete and document.classification is Classification.NONE:
        unit.enqueue("prove", document.id, proof.digest, key=f"{document.id}:{proof.digest[:16]}")
    return document


def prove(office: Office, id: str, digest: str) -> None:
    """Complete or renew the proof of a document that is still what it was; else do nothing.

    An authority that does not answer is no fault of the job: the proof says when it is tried again.
    """
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        proof = unit.proofs.of(id)
    if proof is None or proof.digest != digest or document.latest.digest != digest:
        return
    if proof.complete and not _fades(office, proof):
        return
    try:
        _renew(office, document, proof)
    except Unavailable as missed:
        _put_off(office, proof, missed.rule)
    except Outrun:
        return  # whoever was faster left other bytes, which have a proof of their own
    except Refused as refusal:
        _put_off(office, proof, refusal.rule, for_good=True)


def _fades(office: Office, proof: Proof) -> bool:
    fading = office.clock() + timedelta(days=office.proofs.renew_before)
    return proof.until is not None and proof.until < fading


def _renew(office: Office, document: Document, proof: Proof, *, by: str = "system") -> Document:
    at = office.clock()
    proven = office.press.prove(office.contents.get(document, document.latest.digest), at=at)
    made = Made(Origin.PROVEN, by, at, document.latest.pages)
    changed = replace(
        with_revision(office, document, proven, made), version=document.version + 1, changed_at=at
    )
    renewed = weighed(office, changed, proven, wanted=proof.wanted)
    facts = {
        "digest": document.latest.digest,
        "made": changed.latest.digest,
        "level": str(renewed.reached),
        "until": renewed.until.isoformat() if renewed.until else "",
    }
    with office.database.unit() as unit:
        unit.documents.change(changed, seen=document.version)
        unit.audit.append(AuditEvent("document:proven", by, at, document.id, facts))
        note(unit, changed, renewed)
        leave_jobs(office, unit, changed)
    return changed


def for_good(office: Office, document: Document, at: datetime) -> tuple[Document, Proof | None]:
    """Give a signed document of ours as it is archived: at the level its retention asks for.

    Raises  Unavailable: a timestamp over everything is needed, and no authority answers.
    """
    if document.origin is not Origin.SEALED:
        return document, None
    wanted = level_of(office, document)
    content = office.contents.get(document, document.latest.digest)
    proof = weighed(office, document, content, wanted=wanted)
    if proof.complete:
        return document, proof
    proven = office.press.prove(content, at=at)
    made = Made(Origin.PROVEN, "system", at, document.latest.pages)
    document = with_revision(office, document, proven, made)
    return document, weighed(office, document, proven, wanted=wanted)


def _put_off(office: Office, proof: Proof, rule: str, *, for_good: bool = False) -> None:
    pause = min(timedelta(minutes=1) * 2**proof.tries, LONGEST_PAUSE)
    later = replace(
        proof,
        waits=rule,
        tries=min(proof.tries + 1, 10),
        next_at=None if for_good else office.clock() + pause,
    )
    with office.database.unit() as unit:
        if unit.proofs.of(proof.document) == proof:
            unit.proofs.put(later)


def tend_proofs(office: Office) -> int:
    """Complete what waits and renew what fades, and give how many were due.

    Classified documents are done here and now: nothing of them lies in the queue.
    """
    now = office.clock()
    fading = now + timedelta(days=office.proofs.renew_before)
    with office.database.unit() as unit:
        due = unit.proofs.due(now, fading)
        secret = []
        for proof in due:
            document = unit.documents.get(proof.document)
            if document.classification is not Classification.NONE:
                secret.append(proof)
                continue
            until = proof.until.date() if proof.until else ""
            key = f"{proof.document}:{proof.digest[:16]}:{until}:{now:%Y%m%d%H%M}"
            unit.enqueue("prove", proof.document, proof.digest, key=key)
    for proof in secret:
        prove(office, proof.document, proof.digest)
    return len(due)


@dataclass(frozen=True, slots=True)
class Ending:
    """A document whose proof is missing or ends soon."""

    document: Document
    proof: Proof


def ending(office: Office, days: int, *, by: Person) -> list[Ending]:
    """Give the documents this person may read whose proof waits, or ends within so many days.

    Raises  NotAllowed: they keep no documents.
    """
    if not by.roles & KEEPERS:
        raise NotAllowed("proof.not-yours")
    with office.database.reading() as unit:
        found = unit.proofs.ending(office.clock() + timedelta(days=days))
        told = [Ending(unit.documents.get(one.document), one) for one in found]
        return [one for one in told if may_know(unit, one.document, by)]


def renew(office: Office, id: str, *, by: Person) -> Document:
    """Complete or renew a document's proof now, on somebody's word.

    Raises  NotFound: no such document, or not signed here. NotAllowed: not theirs to do.
            Unavailable: no authority answers. Refused: it is too late for it.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        proof = unit.proofs.of(id)
    if proof is None or proof.digest != document.latest.digest:
        raise NotFound("proof.unknown")
    if not by.roles & {Role.ARCHIVIST, Role.REGISTRY_CLERK}:
        raise NotAllowed("proof.not-yours")
    return _renew(office, document, proof, by=by.id)


def proof_of(office: Office, id: str, *, by: Person) -> Proof | None:
    """Give how a document is proven, None where it bears no signature of ours. Raises NotFound."""
    with office.database.reading() as unit:
        standing(office, unit, id, by)
        return unit.proofs.of(id)
