"""When somebody leaves a post, their open work passes to a successor in one act, with a report."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import token_hex

from identity.reading import cleared, readers_of, tokens_of
from records.assignment import Assignment
from records.audit import AuditEvent
from records.document import Document
from records.errors import NotAllowed, Refused
from records.handing import Outcome, Passing, WorkHandover
from records.person import Person, Post, Role
from records.step import ROAD, Step, StepKind
from storage.unit import Unit
from workflow.advance import leave_jobs
from workflow.desks import desk_of
from workflow.leaving import pass_rest
from workflow.office import Office


def hand_over(
    office: Office, leaver: str, successor: str, posts: Iterable[Post], *, by: Person
) -> WorkHandover:
    """Give posts and all open work of one person to another, and the report of each document.

    Takes   posts: which of the leaver's posts the successor takes over; work of theirs alone
            passes in any case.
    Raises  NotAllowed: they are no administrator. Refused: the successor cannot take it.
    """
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
    at, given = office.clock(), tuple(dict.fromkeys(posts))
    with office.database.unit() as unit:
        old, new = unit.people.get(leaver), unit.people.get(successor)
        _check(old, new, given)
        before = tokens_of(old)
        old, new = _seat(unit, old, new, given, office.today())
        return pass_work(office, unit, Leaving(old, new, before - tokens_of(old), by, at), given)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody whose work passes to another, both as they are afterwards."""

    old: Person
    new: Person
    lost: frozenset[str]  # tokens the leaver no longer holds
    by: Person
    at: datetime


def pass_work(
    office: Office, unit: Unit, change: Leaving, posts: tuple[Post, ...] = ()
) -> WorkHandover:
    """Give all open work of one person to another in a unit of work, and the report of it.

    Takes   posts: those the successor was given of the leaver's, to be told in log and report.
    """
    old, new, by, at = change.old, change.new, change.by, change.at
    facts = {"person": old.id, "successor": new.id, "posts": _told(posts)}
    unit.audit.append(AuditEvent("work:handed-over", by.id, at, "", facts))
    ids = unit.documents.under_way_of(old.id, sorted({*change.lost, f"person:{old.id}"}))
    found = [_pass(office, unit, id, change) for id in ids]
    report = WorkHandover(
        id=token_hex(16),
        leaver=old.id,
        successor=new.id,
        posts=tuple(_told(posts).split()),
        by=by.id,
        at=at,
        lines=(
            *(one for one in found if one is not None),
            *pass_rest(unit, old, new, by=by, at=at),
        ),
    )
    unit.handings.report(report)
    return report


def _check(old: Person, new: Person, posts: tuple[Post, ...]) -> None:
    if old.id == new.id:
        raise Refused("handover.self")
    if not tokens_of(new):
        raise Refused("handover.successor", person=new.id)
    if not set(posts) <= set(old.posts) or any(one.role is Role.ADMINISTRATOR for one in posts):
        raise Refused("handover.post")


def _seat(
    unit: Unit, old: Person, new: Person, posts: tuple[Post, ...], on: date
) -> tuple[Person, Person]:
    left = replace(old, posts=tuple(one for one in old.posts if one not in posts))
    taken = replace(new, posts=tuple(dict.fromkeys((*new.posts, *posts))))
    if posts:
        unit.people.change(left, on=on)
        unit.people.change(taken, on=on)
    return left, taken


def _pass(office: Office, unit: Unit, id: str, change: Leaving) -> Passing | None:
    document = unit.documents.get(id)
    steps = [step for step in unit.steps.of(id) if step.closed_at is None]
    changed = _renamed(document, change)
    named = any(f"person:{change.old.id}" in step.desk for step in steps)
    lying = any(step.desk & change.lost for step in steps)
    if changed == document and not named and not lying:
        return None
    try:
        if not cleared(change.new, document.classification):
            raise Refused("handover.clearance")  # noqa: TRY301 - told as every other refusal
        if changed == document and not named:
            return _lying(unit, document, steps, change)
        _require_one_part(unit, document, change)
        desks = [
            (step, _desk(office, unit, step, changed=changed, document=document, change=change))
            for step in steps
        ]
    except Refused as refusal:
        return _line(document, Outcome.STUCK, refusal.rule)
    _keep(office, unit, document, changed=changed, desks=desks, change=change)
    return _line(document, Outcome.PASSED)


def _lying(unit: Unit, document: Document, steps: list[Step], change: Leaving) -> Passing:
    """Tell where a document is that lies with a post the leaver gave up."""
    desk = frozenset[str]().union(*(step.desk for step in steps))
    if tokens_of(change.new) & desk:
        return _line(document, Outcome.PASSED)
    others = any(tokens_of(one) & desk for one in unit.people.all() if one.id != change.old.id)
    return (
        _line(document, Outcome.KEPT) if others else _line(document, Outcome.STUCK, "step.nobody")
    )


def _renamed(document: Document, change: Leaving) -> Document:
    old, new = change.old.id, change.new.id
    fields = dict(document.fields)
    if fields.get("signer") == old and Role.LEADER in change.new.roles and not document.signer:
        fields["signer"] = new
    return replace(
        document,
        drafter=new if document.drafter == old else document.drafter,
        assignee=new if document.assignee == old else document.assignee,
        fields=fields,
    )


def _desk(  # noqa: PLR0913 - a step, before and after
    office: Office,
    unit: Unit,
    step: Step,
    *,
    changed: Document,
    document: Document,
    change: Leaving,
) -> frozenset[str]:
    """Give whose an open step is now. Raises Refused: the successor lacks the post it is for."""
    gone = f"person:{change.old.id}"
    if step.kind not in ROAD:
        return _hanging(step, changed, change)
    if gone not in step.desk and changed.drafter == document.drafter:
        return step.desk
    route = office.roads.of(unit, document.definition, document.workflow)
    asked = desk_of(unit, changed, route.states[step.state].who)
    if changed.drafter != document.drafter:
        return asked  # nobody may come to approve what is theirs now
    desk = (step.desk - {gone}) | (asked & {f"person:{change.new.id}"})
    if not desk:
        raise Refused("handover.no-post")
    return desk


def _hanging(step: Step, changed: Document, change: Leaving) -> frozenset[str]:
    """Give whose it is now what somebody was asked or charged with, whatever post they hold.

    Raises  Refused: the successor would agree to what is their own draft.
    """
    gone = f"person:{change.old.id}"
    if gone not in step.desk:
        return step.desk
    if step.kind is StepKind.APPROVER and changed.drafter == change.new.id:
        raise Refused("approver.drafter")
    return (step.desk - {gone}) | {f"person:{change.new.id}"}


def _require_one_part(unit: Unit, document: Document, change: Leaving) -> None:
    """Refuse a successor who has a part of their own in the same document."""
    parts = {one.person for one in unit.assignments.of(document.id) if one.open}
    if {change.old.id, change.new.id} <= parts:
        raise Refused("assignment.already", who=change.new.name)


def _keep(  # noqa: PLR0913 - a document before and after, and its desks
    office: Office,
    unit: Unit,
    document: Document,
    *,
    changed: Document,
    desks: list[tuple[Step, frozenset[str]]],
    change: Leaving,
) -> None:
    moved = replace(changed, version=document.version + 1, changed_at=change.at)
    unit.documents.change(moved, seen=document.version)
    for step, desk in desks:
        if desk != step.desk:
            by_hand = desk if step.kind not in ROAD else step.by_hand
            unit.steps.lay(replace(step, by_hand=by_hand), desk)
        unit.documents.admit(moved.id, readers_of(moved, desk))
    for one in unit.assignments.of(moved.id):
        if one.open and change.old.id in (one.person, one.given_by):
            unit.assignments.change(_passed(one, change))
    unit.documents.admit(moved.id, {f"person:{change.new.id}"})
    facts = {"person": change.old.id, "successor": change.new.id}
    unit.audit.append(AuditEvent("work:handed-over", change.by.id, change.at, moved.id, facts))
    leave_jobs(office, unit, moved)


def _passed(one: Assignment, change: Leaving) -> Assignment:
    old, new = change.old.id, change.new.id
    return replace(
        one,
        person=new if one.person == old else one.person,
        given_by=new if one.given_by == old else one.given_by,
    )


def _line(document: Document, outcome: Outcome, why: str = "") -> Passing:
    return Passing(document.id, document.workflow, document.state, outcome, why)


def _told(posts: tuple[Post, ...]) -> str:
    return " ".join(f"{post.role}@{post.unit}" for post in posts)
