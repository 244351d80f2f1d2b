"""A leader writes a directive, and everybody it names handles their part of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.assignment import Part, Wanted
from records.errors import NotAllowed
from records.person import Person, Role
from web.office import office, person
from web.pages.asked import end_of, end_of_day, number_of, text_of
from web.pages.documents import may_direct
from web.pages.retold import retold
from web.phrases import phrase
from workflow.charges import Charge
from workflow.direct import Directive, direct
from workflow.look import View, staff, view

door = Blueprint("directing", __name__)

ROWS = 4
"""How many empty rows the form offers at a time."""

MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form: whom beside the lead, as what, until when."""

    part: str = Part.COLLABORATOR
    to: str = ""
    due: str = ""


def form(id: str, **_: str) -> ResponseReturnValue:
    """Give the form: as typed, else as the present or the latest directive has it."""
    seen = view(office(), id, by=person())
    people, every_unit = staff(office())
    headed = {post.unit for one in people for post in one.posts if post.role is Role.UNIT_HEAD}
    typed = request.form if request.method == "POST" else None
    lead, rows = _typed(typed) if typed else _present(seen)
    empty = min(ROWS, MOST_ROWS - len(rows))
    return render_template(
        "directive.html",
        seen=seen,
        document=seen.document,
        lead=lead,
        rows=(*rows, *(Row() for _ in range(empty))),
        units=[one for one in every_unit if one.id in headed],
        people=[one for one in people if _chargeable(one)],
        parts=(Part.COLLABORATOR, Part.INFORMED),
        changes=any(one.assignment.open for one in seen.charges),
        typed=typed or {},
        review=_review(seen, typed),
        mandate=seen.behalf.get("assign"),
    )


def _chargeable(one: Person) -> bool:
    return one.active and bool(one.posts) and Role.ADMINISTRATOR not in one.roles


def _typed(typed: Mapping[str, str]) -> tuple[Row, list[Row]]:
    lead = Row(Part.LEAD, typed.get("to", ""), typed.get("due_date", ""))
    return lead, [Row(*told) for told in _rows_typed() if told[1]]


def _rows_typed() -> list[tuple[str, str, str]]:
    told = request.form
    return list(
        zip(told.getlist("part"), told.getlist("other"), told.getlist("other_due"), strict=False)
    )[:MOST_ROWS]


def _present(seen: View) -> tuple[Row, list[Row]]:
    """Give the parts that are open, or those of the directive that ended last."""
    top = [one for one in seen.charges if not one.assignment.parent]
    lead = next((one for one in reversed(top) if one.assignment.part is Part.LEAD), None)
    if lead is None:
        due = seen.document.due_on
        return Row(Part.LEAD, due=due.isoformat() if due else ""), []
    with_it = [
        one
        for one in top
        if one is not lead
        and one.assignment.open is lead.assignment.open
        and (lead.assignment.open or one.assignment.given_at == lead.assignment.given_at)
    ]
    return _row(lead), [_row(one) for one in with_it]


def _row(one: Charge) -> Row:
    due = one.step.due_at.astimezone(office().zone).date().isoformat() if one.step.due_at else ""
    return Row(one.assignment.part, one.assignment.unit or one.assignment.person, due)


def _review(seen: View, typed: Mapping[str, str] | None) -> bool:
    if typed is not None:
        return bool(typed.get("review"))
    return any(one.assignment.open and one.assignment.review for one in seen.charges if _leads(one))


def _leads(one: Charge) -> bool:
    return one.assignment.part is Part.LEAD and not one.assignment.parent


@door.get("/documents/<id>/directive")
def ask(id: str) -> ResponseReturnValue:
    """Show the form to whoever may use it."""
    if not may_direct(view(office(), id, by=person())):
        raise NotAllowed("step.not-yours", action="assign")
    return form(id)


@door.post("/documents/<id>/directive")
@retold(form)
def give(id: str) -> ResponseReturnValue:
    """Give or change the directive, or offer more rows."""
    if "more" in request.form:
        return form(id)
    others = tuple(
        Wanted(Part(part), to, end_of(due, "rows", phrase("Thời hạn")))
        for part, to, due in _rows_typed()
        if to and part in set(Part)
    )
    told = Directive(
        lead=Wanted(Part.LEAD, text_of("to"), end_of_day("due_date", phrase("Thời hạn"))),
        others=others,
        words=text_of("comment"),
        review=bool(request.form.get("review")),
        seen=number_of(text_of("version"), "version", phrase("Phiên bản")),
        on_behalf_of=text_of("on_behalf_of"),
    )
    direct(office(), id, told, by=person())
    flash(phrase("Đã ghi bút phê."))
    return redirect(url_for("documents.one", id=id) + "#parts", 303)
