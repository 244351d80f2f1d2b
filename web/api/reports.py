"""Indicators and reports: what was counted, and the list behind each count."""

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from records.indicator import Counted, Indicator
from web.api.documents import download
from web.api.registers import FORMS, accepted
from web.contract import operation
from web.days import asked_day
from web.language import language
from web.office import office, person
from workflow.indicators import Period, indicator, indicators, this_year
from workflow.reports import print_report, report

door = Blueprint("reports", __name__)

PERIOD = {
    "from": "first day, 1 January of this year if unsaid",
    "to": "last day, today if unsaid",
    "unit": "id of a unit, every unit if unsaid",
}
SHOWN = 100
"""How many documents stand beside an indicator; its own address gives all of them."""


@door.get("/reports/indicators")
@operation("Indicators of a period, each with the list behind it", query=PERIOD)
def told() -> ResponseReturnValue:
    """Give every indicator: numerator, denominator, share and the first documents it is made of."""
    period = asked_period()
    made = indicators(office(), period, by=person())
    return jsonify(**_said(period), items=[_indicator(one, period, SHOWN) for one in made])


@door.get("/reports/indicators/<id>")
@operation("One indicator with every document or file behind it", query=PERIOD)
def one(id: str) -> ResponseReturnValue:
    """Give an indicator with its whole list."""
    period = asked_period()
    made = indicator(office(), id, period, by=person())
    return jsonify(**_said(period), **_indicator(made, period, len(made.behind)))


@door.get("/reports/<which>")
@operation(
    "Report on incoming or outgoing documents, a row a unit",
    query={**PERIOD, "format": "pdf, xlsx or docx instead of Accept"},
)
def table(which: str) -> ResponseReturnValue:
    """Give a report, or its print as Accept asks."""
    period = asked_period()
    form = request.args.get("format", "") or accepted()
    if form:
        printed = print_report(office(), which, period, form, by=person())
        media = next((one for one, name in FORMS.items() if name == form), "")
        return download(printed, media, f"bao-cao-{which}.{form}")
    made = report(office(), which, period, by=person())
    ids = [id for id, _ in made.columns]
    rows = zip(made.units, made.rows, strict=True)
    return jsonify(
        **_said(period),
        title=made.title,
        columns=[{"id": id, "title": title} for id, title in made.columns],
        items=[{"id": unit, "columns": dict(zip(ids, row, strict=True))} for unit, row in rows],
    )


def asked_period() -> Period:
    """Give the period in the address. Raises Refused: no day."""
    usual = this_year(office())
    since, until = asked_day("from"), asked_day("to")
    until = until or max(usual.until, since or usual.until)
    return Period(since or until.replace(month=1, day=1), until, request.args.get("unit", ""))


def _said(period: Period) -> dict[str, object]:
    return {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "unit": period.unit or None,
    }


def _indicator(one: Indicator, period: Period, most: int) -> dict[str, object]:
    where: dict[str, Any] = {
        "from": period.since,
        "to": period.until,
        "unit": period.unit or None,
    }
    return {
        "id": one.id,
        "title": one.title.en if language() == "en" else one.title.vi,
        "kind": one.kind,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "share": None if one.share is None else round(one.share, 4),
        "list": url_for("api.reports.one", id=one.id, **where),
        "documents": [_counted(each) for each in one.behind[:most]],
        "total": len(one.behind),
    }


def _counted(one: Counted) -> dict[str, object]:
    return {"id": one.id, "counted": one.counted, "of": one.of}
