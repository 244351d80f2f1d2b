"""Values as the contract shows them: plain dictionaries for JSON."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from records.appointment import Appointment
from records.assignment import Assignment
from records.delegation import Delegation
from records.document import Attachment, Document, Origin, Revision
from records.exchange import Dispatch
from records.level import Proof
from records.paper import Placement
from records.person import Person
from records.register import Book, Closing, Entry, Reservation
from records.reorganisation import Reorganisation
from records.route import Act, Route, State
from records.signature import Intake, ValidationReport
from records.signing import Certificate
from records.step import Step
from web.pages.words import said
from workflow.beneath import Inspected
from workflow.charges import Charge
from workflow.links import Linked
from workflow.look import View, Waiting


def moment(at: datetime | None) -> str | None:
    """Give a moment in ISO 8601 with its offset."""
    return at.isoformat() if at else None


def day(on: date | None) -> str | None:
    """Give a day in ISO 8601."""
    return on.isoformat() if on else None


def decided(one: Appointment | Reorganisation) -> str:
    """Give how far a decision for a day is: planned, done, or called off."""
    if one.planned:
        return "planned"
    return "done" if one.done_at else "called-off"


def inspection(told: Inspected) -> dict[str, Any]:
    """Give what lies beneath the pages of a revision; page 0 stands for the whole file."""
    return {
        "revision": told.revision.n,
        "digest": told.revision.digest,
        "signable": told.signable,
        "findings": [
            {
                "kind": one.kind,
                "page": one.page,
                "detail": one.detail,
                "response": one.response,
                "sentence": said(one.kind, "beneath"),
            }
            for one in told.findings
        ],
    }


def person(who: Person, delegations: Iterable[Delegation], today: date) -> dict[str, Any]:
    """Give a person as they may see themselves, with their delegations in force."""
    return {
        "id": who.id,
        "username": who.id,
        "name": who.name,
        "title": who.title,
        "email": who.email,
        "roles": sorted(who.roles),
        "units": sorted(who.units),
        "posts": [{"role": post.role, "unit": post.unit} for post in who.posts],
        "clearance": who.clearance,
        "delegations": [delegation(one, today) for one in delegations],
    }


def delegation(one: Delegation, today: date) -> dict[str, Any]:
    """Give a delegation."""
    bounds = one.bounds
    return {
        "id": one.id,
        "delegator": one.delegator,
        "delegate": one.delegate,
        "capacity": one.capacity,
        "from": day(one.since),
        "to": day(one.until),
        "basis_number": one.basis,
        "basis_date": day(one.basis_on),
        "types": sorted(bounds.types),
        "workflows": sorted(bounds.workflows),
        "units": sorted(bounds.units),
        "amount": bounds.most,
        "passes_on": one.passes_on or None,
        "recorded_by": one.recorded_by,
        "recorded_at": moment(one.recorded_at),
        "revoked_at": moment(one.revoked_at),
        "revoked_by": one.revoked_by or None,
        "in_force": one.in_force(today),
    }


def brief(document: Document) -> dict[str, Any]:
    """Give a document as a list shows it."""
    return {
        "id": document.id,
        "direction": document.direction,
        "type": document.type,
        "subject": document.subject,
        "classification": document.classification,
        "urgency": document.urgency,
        "circulation_mark": document.circulation,
        "workflow": document.workflow,
        "state": document.state,
        "number": str(document.number) if document.number else None,
        "register": document.number.book if document.number else None,
        "issued_on": day(document.number.on) if document.number else None,
        "unit": document.unit,
        "drafter": document.drafter,
        "signer": document.signer or None,
        "assignee": document.assignee or None,
        "recipients": list(document.recipients),
        "due_date": day(document.due_on),
        "created_at": moment(document.created_at),
        "changed_at": moment(document.changed_at),
        "version": document.version,
    }


def whole(seen: View) -> dict[str, Any]:
    """Give a document as one person sees it now."""
    document = seen.document
    source = document.source
    return {
        **brief(document),
        "own_classification": document.own_class,
        "links": [linked(one) for one in seen.links],
        "fields": dict(document.fields),
        "source_number": source.number or None,
        "source_organ": source.organ or None,
        "source_date": day(source.on),
        "revisions": [revision(one) for one in document.revisions],
        "attachments": [attachment(one) for one in document.attachments],
        "actions": seen.actions,
        "choices": _choices(seen),
        "suspended_since": moment(document.rests_since),
        "on_behalf_of": _behalf(seen),
        "may_revise": seen.may_revise,
        "may_download": seen.downloads,
        "steps": [step(one) for one in seen.standing.steps],
        "signatures": [_signature(one, seen) for one in document.revisions if _signs(one)],
        "dispatches": [dispatch(one) for one in seen.dispatches],
        "package": seen.package,
        "intake": intake(seen.intake),
        "proof": proof(seen.proof),
        "pending": list(seen.pending),
        "failed": list(seen.failed),
        "duplicate_of": seen.twin or None,
        "case_files": [one.id for one in seen.files],
        "assignments": [charge(one, seen) for one in seen.charges],
    }


def charge(one: Charge, seen: View) -> dict[str, Any]:
    """Give a part of a directive, and what the caller may do about it."""
    part = one.assignment
    return {
        **assignment(part),
        "name": seen.names.get(part.person, part.person),
        "due_at": moment(one.step.due_at),
        "reply_number": seen.replies.get(part.reply) or None,
        "actions": list(one.acts),
        "on_behalf_of": {name: each.principal.id for name, each in one.acts.items() if each},
        "may_assign": [each.id for each in one.below],
    }


def assignment(part: Assignment) -> dict[str, Any]:
    """Give who is charged with what."""
    return {
        "id": part.id,
        "document_id": part.document,
        "role": part.part,
        "person": part.person,
        "unit": part.unit or None,
        "parent": part.parent or None,
        "given_by": part.given_by,
        "given_at": moment(part.given_at),
        "state": part.state,
        "percent": part.percent,
        "review": part.review,
        "extension_asked_until": moment(part.asked_until),
        "reply": part.reply or None,
        "ended_at": moment(part.ended_at),
        "step": part.step,
    }


def _behalf(seen: View) -> dict[str, str]:
    """Give in whose name each action would be done, without those in one's own."""
    beside = {one.name: one.mandate.principal.id for one in seen.sides if one.mandate}
    return beside | {act: one.principal.id for act, one in seen.behalf.items()}


def intake(one: Intake | None) -> dict[str, Any] | None:
    """Give what was found of an incoming document's signatures as it came."""
    if one is None:
        return None
    return {"verdict": one.verdict, "at": moment(one.at), "revision_digest": one.revision}


def _choices(seen: View) -> dict[str, Any]:
    """Give what may be chosen with the actions: people by account name, states by name."""
    told = seen.prospects
    return {
        "steps": {offer.act.name: offer.step.n for offer in reversed(seen.offers)},
        "next": {name: [one.id for one in people] for name, people in told.next.items()},
        "asks": {offer.act.name: list(offer.act.asks) for offer in seen.offers if offer.act.asks},
        "return": [state.name for state in told.returns],
        "asked": [one.id for one in told.asked],
        "reassign": sorted({one.id for people in told.successors.values() for one in people}),
    }


def proof(one: Proof | None) -> dict[str, Any] | None:
    """Give how lastingly the signatures are proven, and what they wait for."""
    if one is None:
        return None
    return {
        "level": one.reached,
        "wanted": one.wanted,
        "state": "complete" if one.complete else "timestamp-pending",
        "until": moment(one.until),
        "waits_for": one.waits or None,
        "next_try_at": moment(one.next_at),
        "revision_digest": one.digest,
    }


def revision(one: Revision) -> dict[str, Any]:
    """Give a revision."""
    return {
        "n": one.n,
        "digest": one.digest,
        "size": one.size,
        "media_type": one.media,
        "pages": one.pages,
        "origin": one.origin,
        "by": one.by,
        "at": moment(one.at),
    }


def attachment(one: Attachment) -> dict[str, Any]:
    """Give an attachment."""
    return {
        "n": one.n,
        "name": one.name,
        "digest": one.digest,
        "size": one.size,
        "media_type": one.media,
        "own_classification": one.own_class,
    }


def linked(one: Linked) -> dict[str, Any]:
    """Give what a document has from another one, or another from it."""
    return {
        "kind": one.link.kind,
        "to": "source" if one.source else "drawn",
        "document_id": one.other.id,
        "number": str(one.other.number) if one.other.number else None,
        "classification": one.other.classification,
        "by": one.link.by,
        "at": moment(one.link.at),
    }


def step(one: Step) -> dict[str, Any]:
    """Give a step of the road."""
    return {
        "n": one.n,
        "state": one.state,
        "waits_for": sorted(one.desk),
        "opened_at": moment(one.opened_at),
        "due_at": moment(one.due_at),
        "closed_at": moment(one.closed_at),
        "closed_by": one.closed_by or None,
        "on_behalf_of": one.on_behalf_of or None,
        "action": one.act or None,
        "digest": one.digest or None,
        "approval": one.approval and one.cancelled_at is None,
        "kind": one.kind,
        "parent": one.parent or None,
        "branch": one.branch or None,
        "outcome": one.outcome or None,
        "votes": dict(one.votes) or None,
        "asked_by": one.asked_by or None,
    }


ROLES = {Origin.INITIALLED: "initials", Origin.SIGNED: "leader", Origin.SEALED: "agency"}
"""What a signature is for, by the revision it made."""


def _signs(one: Revision) -> bool:
    return one.origin in ROLES


def _signature(one: Revision, seen: View) -> dict[str, Any]:
    return {
        "role": ROLES[one.origin],
        "by": one.by,
        "name": seen.names.get(one.by, one.by),
        "at": moment(one.at),
        "revision": one.n,
    }


def dispatch(one: Dispatch) -> dict[str, Any]:
    """Give one sending to one recipient."""
    return {
        "id": one.id,
        "recipient": one.recipient,
        "state": one.state,
        "revision_digest": one.revision,
        "queued_at": moment(one.queued_at),
        "changed_at": moment(one.changed_at),
        "note": one.note,
    }


def task(one: Waiting, now: datetime, today: date) -> dict[str, Any]:
    """Give something that waits for the caller."""
    return {
        "document": brief(one.document),
        "document_id": one.document.id,
        "subject": one.document.subject,
        "state": one.document.state,
        "actions": one.actions,
        "step": one.step.n,
        "since": moment(one.step.opened_at),
        "due_at": moment(one.step.due_at),
        "due_soon": one.step.due_soon(now),
        "due_date": day(one.document.due_on),
        "overdue": one.step.overdue(now) or _past(one.document, today),
        "on_behalf_of": one.mandate.principal.id if one.mandate else None,
        "waits_as": one.step.kind,
        "assignment": assignment(one.part) if one.part else None,
    }


def _past(document: Document, today: date) -> bool:
    return document.due_on is not None and document.due_on < today


def history_line(line: dict[str, Any]) -> dict[str, Any]:
    """Give a line of a document's history."""
    return {**line, "at": moment(line["at"])}


def report(told: ValidationReport) -> dict[str, Any]:
    """Give a verdict with its reasons; what nobody signed but an authority stamped stands apart."""
    by_kind: dict[str, list[dict[str, Any]]] = {"signature": [], "timestamp": []}
    for n, one in enumerate(told.signatures, 1):
        shown = {
            "n": n,
            **asdict(one),
            "later_changes": list(one.later_changes),
            "attributed": [{"change": change, "by": by or None} for change, by in one.attributed],
        }
        for name in ("time", "valid_from", "valid_to", "status_at"):
            shown[name] = moment(shown[name])
        by_kind[one.kind].append(shown)
    return {
        "verdict": told.verdict,
        "reasons": list(told.reasons),
        "signatures": by_kind["signature"],
        "timestamps": by_kind["timestamp"],
        "trust": [{"name": name, "version": version} for name, version in told.trust],
    }


def certificate(one: Certificate, at: datetime) -> dict[str, Any]:
    """Give a certificate of the register, as it stands at a moment."""
    return {
        "fingerprint": one.fingerprint,
        "person": one.person or None,
        "name": one.name,
        "issuer": one.issuer,
        "serial": one.serial,
        "not_before": moment(one.not_before),
        "not_after": moment(one.not_after),
        "standing": one.standing(at),
        "kept_on": one.kept_on,
        "differs": one.differs.split(),
        "revoked_at": moment(one.revoked_at),
        "revoked_by": one.revoked_by or None,
        "revoked_why": one.revoked_why or None,
        "registered_at": moment(one.at),
        "registered_by": one.by,
        "certificate": b64encode(one.der).decode(),
    }


def book(one: Book) -> dict[str, Any]:
    """Give a register."""
    return {
        "id": one.id,
        "name": one.name,
        "direction": one.direction,
        "classified": one.classified,
        "per_type": one.per_type,
        "columns": [{"id": id, "title": title} for id, title, _ in one.columns],
    }


def entry(one: Entry) -> dict[str, Any]:
    """Give a row of a register."""
    number = one.number
    return {
        "number": str(number),
        "serial": number.serial,
        "series": number.series,
        "year": number.year,
        "date": day(number.on),
        "document": one.document or None,
        "kind": one.kind,
        "cancelled": bool(one.cancelled),
        "reason": one.cancelled or None,
        "columns": dict(one.columns),
    }


def reservation(one: Reservation) -> dict[str, Any]:
    """Give a held number."""
    return {
        "id": one.id,
        "number": str(one.number),
        "book": one.number.book,
        "series": one.number.series,
        "year": one.number.year,
        "serial": one.number.serial,
        "reserved_on": day(one.number.on),
        "until": day(one.until),
        "reason": one.reason,
        "holder": one.holder,
        "by": one.by,
        "document": one.document or None,
        "voided": one.voided or None,
    }


def closing(one: Closing) -> dict[str, Any]:
    """Give how a year of a register was closed."""
    return {
        "book": one.book,
        "year": one.year,
        "digest": one.digest,
        "rows": one.rows,
        "by": one.by,
        "at": moment(one.at),
    }


def route(one: Route) -> dict[str, Any]:
    """Give a road."""
    return {
        "name": one.name,
        "title": asdict(one.title),
        "direction": one.direction,
        "start": one.start,
        "starters": sorted(one.starters),
        "version": one.digest,
        "part": one.part,
        "fields": [asdict(field) for field in one.fields.values()],
        "states": [_state(state) for state in one.states.values()],
    }


def _state(one: State) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": asdict(one.title),
        "who": [asdict(who) for who in one.who],
        "editable": one.editable,
        "actions": [_act(act) for act in one.acts],
        "parallel": asdict(one.parallel) if one.parallel else None,
        "choice": [{"when": turn.text or None, "to": turn.to} for turn in one.choice],
        "branch": {"of": one.home[0], "name": one.home[1]} if one.home[0] else None,
        "automatic": one.automatic or None,
        "same_person": one.same_person,
        "allows": sorted(one.allows),
    }


def _act(one: Act) -> dict[str, Any]:
    return {
        "name": one.name,
        "also": one.also or None,
        "title": asdict(one.title),
        "to": one.to,
        "who": [asdict(who) for who in one.who],
        "needs": sorted(one.needs),
        "does": one.does,
        "asks": list(one.asks),
        "tells": [asdict(who) for who in one.tells],
    }


def placed(where: Placement) -> dict[str, Any]:
    """Give where number, date, signature and seal will stand, in PDF points."""
    return {
        **asdict(where),
        "anchored": sorted(where.anchored),
        "covers": sorted(where.covers),
        "crowded": sorted(where.crowded),
        "placed": sorted(where.placed),
    }
