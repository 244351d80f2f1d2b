"""The working calendar: everybody sees it, its keepers settle days, swap them and bring files."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import NotFound
from records.working_time import CalendarDay
from web.calendar_file import days_in
from web.office import office, person
from web.pages.asked import file_of, needed_day, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.calendar import days_of, keeps, office_calendar, settle, swap, unsettle

door = Blueprint("calendar", __name__, url_prefix="/calendar")


def year_shown(**_: str) -> ResponseReturnValue:
    """Show a year: its hours and every day of which something is said."""
    year = number_of(request.values.get("year", ""), "year", phrase("Năm")) or office().today().year
    calendar = office_calendar(office())
    return render_template(
        "calendar.html",
        year=year,
        calendar=calendar,
        days=days_of(calendar, year),
        keeps=keeps(person()),
        typed=request.form,
    )


@door.get("")
def show() -> ResponseReturnValue:
    """Show a year."""
    return year_shown()


@door.post("")
@retold(year_shown)
def keep() -> ResponseReturnValue:
    """Settle one day, or two that are swapped."""
    day = needed_day("day", phrase("Ngày"))
    kept = CalendarDay(
        day,
        working=text_of("kind") == "working",
        name=text_of("name"),
        source=text_of("source"),
        settled=True,
    )
    if text_of("kind") == "swap":
        swap(office(), kept, needed_day("worked", phrase("Làm bù vào ngày")), by=person())
    else:
        settle(office(), [kept], by=person())
    flash(phrase("Đã lưu lịch làm việc."))
    return redirect(url_for(".show", year=day.year), 303)


@door.post("/import")
@retold(year_shown)
def bring() -> ResponseReturnValue:
    """Settle the days of a file, all or none."""
    content = file_of("file", phrase("Tệp"))
    name = request.files["file"].filename or ""
    kept = settle(office(), days_in(content, name), by=person())
    flash(phrase("Đã nhập %(n)d ngày.", n=len(kept)))
    return redirect(url_for(".show", year=kept[0].day.year), 303)


@door.post("/<day>/unsettle")
@retold(year_shown)
def give_back(day: str) -> ResponseReturnValue:
    """Let law and weekend speak of a day again."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound("calendar.unsettled", day=day) from None
    unsettle(office(), on, by=person())
    flash(phrase("Đã bỏ ngày riêng của cơ quan."))
    return redirect(url_for(".show", year=on.year), 303)
