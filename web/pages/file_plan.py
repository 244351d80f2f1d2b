"""The plan of files of a year as a table one types in, or brings as a file."""

from itertools import zip_longest

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.asked import file_of, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.file_plan import (
    ISSUERS,
    PLANNERS,
    PlanLine,
    bring_plan,
    issue_plan,
    plan_of,
    settle_plan,
)
from workflow.look import staff

door = Blueprint("file_plan", __name__)

FIELDS = ("heading", "subheading", "notation", "title", "retention", "owner", "note")
BLANK = 5
"""How many empty lines stand below the plan, to be filled in."""


@door.get("/file-plans")
def this_year() -> ResponseReturnValue:
    """Lead to the plan of this year."""
    return redirect(url_for("file_plan.one", year=office().today().year), 303)


@door.get("/file-plans/<int:year>")
def one(year: int) -> ResponseReturnValue:
    """Show the plan of a year."""
    return shown(year)


def shown(year: int) -> ResponseReturnValue:
    """Give the page of a plan, with what was typed when it was refused."""
    plan = plan_of(office(), year, by=person())
    with_words = [
        PlanLine(
            line=one.n,
            heading=one.heading,
            subheading=one.subheading,
            notation=one.notation,
            title=one.title,
            retention=str(one.years) if one.years else "Vĩnh viễn",
            owner=one.owner,
            note=one.note,
        )
        for one in plan.files
    ]
    typed = _lines() if request.form.getlist("title") else with_words
    return render_template(
        "file_plan.html",
        plan=plan,
        lines=typed,
        blank=BLANK,
        fields=FIELDS,
        writes=bool(person().roles & PLANNERS),
        issues=bool(person().roles & ISSUERS),
        names={one.id: one.name for one in staff(office())[0]},
    )


@door.post("/file-plans/<int:year>")
@retold(shown)
def save(year: int) -> ResponseReturnValue:
    """Keep the plan as it was typed."""
    plan = settle_plan(office(), year, _lines(), seen=_seen(), by=person())
    flash(phrase("Đã lưu danh mục với %(n)d hồ sơ.", n=len(plan.files)))
    return redirect(url_for("file_plan.one", year=year), 303)


@door.post("/file-plans/<int:year>/import")
@retold(shown)
def bring(year: int) -> ResponseReturnValue:
    """Take the plan out of a table."""
    content = file_of("file", phrase("Tệp danh mục"))
    plan = bring_plan(office(), year, content, seen=_seen(), by=person())
    flash(phrase("Đã lưu danh mục với %(n)d hồ sơ.", n=len(plan.files)))
    return redirect(url_for("file_plan.one", year=year), 303)


@door.post("/file-plans/<int:year>/issue")
@retold(shown)
def issue(year: int) -> ResponseReturnValue:
    """Issue the plan."""
    issue_plan(office(), year, by=person())
    flash(phrase("Đã ban hành danh mục hồ sơ năm %(year)d.", year=year))
    return redirect(url_for("file_plan.one", year=year), 303)


def _seen() -> int:
    return number_of(text_of("version"), "version", phrase("Phiên bản")) or 0


def _lines() -> list[PlanLine]:
    columns = [[one.strip() for one in request.form.getlist(field)] for field in FIELDS]
    rows = list(zip_longest(*columns, fillvalue=""))
    return [
        PlanLine(n, **dict(zip(FIELDS, row, strict=True)))
        for n, row in enumerate(rows, 1)
        if any(row)
    ]
