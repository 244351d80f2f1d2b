"""Documents as lists and as pages of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.assignment import Part
from records.case_file import CaseFile
from records.document import Circulation, Direction, Document
from records.exchange import Dispatch
from records.finding import Bounds
from records.person import Role
from records.route import Effect, Need
from records.step import OF_DIRECTIVES, ROAD
from web.office import office, person
from web.pages.asked import bound_of
from web.pages.drawn import drawn
from web.pages.road_line import branches_of, line_of
from web.pages.words import desk_names
from web.phrases import phrase, title
from workflow.annexes import unsigned_annexes
from workflow.case_files import own_open_files
from workflow.certificates import AGENCY
from workflow.charges import Charge, Handling
from workflow.circulate import loans, may_mark
from workflow.classify import may_classify
from workflow.declassify import may_propose
from workflow.destroy import may_destroy
from workflow.draw import places_of
from workflow.keys import holding_of
from workflow.links import may_link
from workflow.look import (
    View,
    attachment_pages,
    history,
    page_of_documents,
    revision_of,
    staff,
    unit_called,
    units,
    view,
)
from workflow.permit import names_of, waiting_of
from workflow.recall import CALLERS, recallable
from workflow.receive import directions_of

door = Blueprint("documents", __name__)

SHOWN_APART = ROAD | OF_DIRECTIVES
"""Kinds of steps that have a place of their own on the page."""

A_PAGE = 30
"""How many documents a page of the list shows."""


@door.get("/documents")
def page() -> ResponseReturnValue:
    """Show what I may read, newest first."""
    asked = request.args
    bounds = Bounds(
        direction=asked.get("direction", ""),
        state=asked.get("state", ""),
        type=asked.get("type", ""),
        unit=asked.get("unit", ""),
        since=bound_of("from", phrase("Từ ngày")),
        until=bound_of("to", phrase("Đến ngày")),
    )
    found, more = page_of_documents(
        office(), bounds, after=asked.get("cursor", ""), limit=A_PAGE, by=person()
    )
    return render_template(
        "documents.html",
        found=found,
        more=more,
        asked=asked,
        kept={name: value for name, value in asked.items() if value and name != "cursor"},
        **choices(),
    )


def choices() -> dict[str, Any]:
    """Give what a list can be bounded by."""
    return {
        "directions": tuple(Direction),
        "states": states(),
        "forms": office().forms,
        "units": units(office()),
    }


def states() -> Mapping[str, str]:
    """Give the titles of every state of every road; a name two roads share tells both."""
    found: dict[str, list[str]] = {}
    for route in office().routes.values():
        for name, state in route.states.items():
            titles = found.setdefault(name, [])
            if title(state.title) not in titles:
                titles.append(title(state.title))
    return {name: " / ".join(titles) for name, titles in found.items()}


@door.get("/documents/<id>")
def one(id: str) -> ResponseReturnValue:
    """Show a document with what I may do now."""
    return whole(id)


@door.get("/documents/<id>/attachments/<int:n>")
def enclosed(id: str, n: int) -> ResponseReturnValue:
    """Show the pages of an attachment."""
    document, found, pages = attachment_pages(office(), id, n, by=person())
    return render_template("enclosed.html", document=document, enclosed=found, pages=pages)


def _tombstone(seen: View) -> ResponseReturnValue:
    """Give what is left of a document that its issuer took back: what is known of that."""
    return render_template(
        "tombstone.html",
        seen=seen,
        document=seen.document,
        names=seen.names,
        history=history(office(), seen.document.id, by=person()),
    )


def whole(id: str) -> ResponseReturnValue:
    """Give a document's page."""
    seen = view(office(), id, by=person())
    if seen.document.destroyed:
        return _tombstone(seen)
    unit_names = units(office())
    charging = any(Need.ASSIGNEE in act.needs for act in seen.acts)
    people = staff(office())[0] if charging else []
    shown = revision_of(seen.document, request.args.get("revision", ""))
    told = history(office(), id, by=person())
    waiting = waiting_of(office(), document=id, by=person())
    named = [one.change for one in waiting]
    return render_template(
        "document.html",
        seen=seen,
        document=seen.document,
        shown=shown,
        pages=shown.pages,
        line=line_of(seen.standing),
        branches=branches_of(seen.standing),
        hanging=[
            one for one in seen.standing.steps if one.open and one.kind not in ROAD | OF_DIRECTIVES
        ],
        parts=tuple(tree_of(seen.charges, told)),
        directive=_directive(told),
        answers=_answers(seen),
        directs=may_direct(seen),
        picture=drawn(seen.standing.route, places_of(seen.standing)),
        history=told,
        waiting=waiting,
        waiting_names=names_of(
            office(), {who for one in named for who in (one.person, one.proposed_by)}
        ),
        waits_for=desk_names(seen.standing.step, seen.names, unit_names),
        people=[one for one in people if one.active and Role.ADMINISTRATOR not in one.roles],
        units=unit_names,
        unit_name=unit_called(office(), seen.document),
        partners=office().partners,
        books={book.id: book.name for book in office().books},
        undo=undo_of(seen),
        own_files=_own_files(seen),
        agency_key=agency_key(),
        pictured=office().converter.shown,
        unsigned=unsigned_annexes(office(), seen.document, by=person()),
        may_classify=bool(may_classify(seen.document, person()))
        or may_propose(seen.document, person())
        or may_destroy(seen.standing, person()),
        may_recall=bool(person().roles & CALLERS),
        recallable=_recallable(seen),
        may_mark=may_mark(seen.document, person()),
        loans=loans(office(), seen.document.id, by=person()),
        gives_back=seen.document.circulation is Circulation.RETURN
        and not may_mark(seen.document, person()),
        may_link=may_link(seen.document, person()),
        may_begin=bool(directions_of(office(), person())),
        today=office().today(),
        now=office().clock(),
    )


def _recallable(seen: View) -> list[Dispatch]:
    """Give the sendings I can want back still."""
    mine = person().roles & CALLERS
    return recallable(seen.document, seen.dispatches, seen.recalls) if mine else []


def agency_key() -> str:
    """Give where the agency's key lies, to the clerk who signs with it."""
    clerk = Role.REGISTRY_CLERK in person().roles
    return holding_of(office(), AGENCY).kind if clerk else ""


def undo_of(seen: View) -> bool:
    """Tell whether I may take back what I just did."""
    return any(act.name == "recall" for act in seen.acts)


@dataclass(frozen=True, slots=True)
class Branch:
    """A part in its place below the one it belongs to."""

    charge: Charge
    depth: int  # 0: of the directive itself
    told: tuple[Mapping[str, object], ...]  # what was said about it, the latest first


def tree_of(
    parts: Sequence[Charge], told: Sequence[Mapping[str, object]], parent: str = "", depth: int = 0
) -> Iterator[Branch]:
    """Give parts in their places, each with what the history tells of it."""
    for one in (each for each in parts if each.assignment.parent == parent):
        about = [line for line in told if one.assignment.id in str(line["assignment"]).split()]
        yield Branch(one, depth, tuple(reversed(about)))
        yield from tree_of(parts, told, one.assignment.id, depth + 1)


def _directive(told: Sequence[Mapping[str, object]]) -> Mapping[str, object] | None:
    """Give the latest words of a leader who gave or changed the directive."""
    given = ("step:assigned", "directive:changed")
    words = [line for line in told if line["event"] in given and line["comment"]]
    return words[-1] if words else None


def may_direct(seen: View) -> bool:
    """Tell whether I may give the directive, or change it as the one who gave it."""
    gives = any(act.does is Effect.ASSIGN for act in seen.acts)
    return gives or any(
        Handling.RESCHEDULE in one.acts
        for one in seen.charges
        if one.assignment.part is Part.LEAD and not one.assignment.parent
    )


def _answers(seen: View) -> list[Document]:
    """Give the newest numbered documents I could name as the answer, where I may complete."""
    if not any(Handling.COMPLETE in one.acts for one in seen.charges):
        return []
    found: list[Document] = []
    for direction in (Direction.OUTGOING, Direction.INTERNAL):
        bounds = Bounds(direction=direction)
        found += page_of_documents(office(), bounds, after="", limit=A_PAGE, by=person())[0]
    highest = seen.document.classification.rank
    return [one for one in found if one.number and one.classification.rank <= highest]


def _own_files(seen: View) -> list[CaseFile]:
    """Give my open files in which the document does not lie yet."""
    lies = {one.id for one in seen.files}
    return [one for one in own_open_files(office(), by=person()) if one.id not in lies]
