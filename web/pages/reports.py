"""Indicators and reports as pages: a period, the shares, and the documents behind each."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.indicator import Kind
from web.office import office, person
from web.pages.asked import asked_day, number_of
from web.phrases import phrase
from workflow.indicators import Period, indicator, indicators, listed, this_year
from workflow.look import units
from workflow.recall import WATCHERS, open_recalls
from workflow.reports import percent

door = Blueprint("reports", __name__)

A_PAGE = 50
"""How many documents a list shows."""


@door.get("/reports")
def board() -> ResponseReturnValue:
    """Show the indicators of a period."""
    period = asked_period()
    made = indicators(office(), period, by=person())
    return render_template(
        "reports.html",
        period=period,
        groups=[(kind, [one for one in made if one.kind is kind]) for kind in Kind],
        units=units(office()),
        asked=_asked(period),
        percent=percent,
        recalls=open_recalls(office(), by=person()) if person().roles & WATCHERS else None,
    )


@door.get("/reports/<id>")
def behind(id: str) -> ResponseReturnValue:
    """Show what an indicator is made of, what falls short of it first."""
    period = asked_period()
    skip = number_of(request.args.get("skip", ""), "skip", phrase("Bỏ qua")) or 0
    made = indicator(office(), id, period, by=person())
    return render_template(
        "indicator.html",
        period=period,
        made=made,
        rows=listed(office(), made, skip, A_PAGE),
        asked=_asked(period),
        more=skip + A_PAGE if len(made.behind) > skip + A_PAGE else 0,
        percent=percent,
    )


def asked_period() -> Period:
    """Give the period in the address, this year until today if nothing is said."""
    usual = this_year(office())
    since = asked_day("from", phrase("Từ ngày")) or usual.since
    until = asked_day("to", phrase("Đến ngày")) or usual.until
    return Period(since, until, request.args.get("unit", ""))


def _asked(period: Period) -> dict[str, object]:
    return {"from": period.since, "to": period.until, "unit": period.unit or None}
