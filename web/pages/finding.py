"""Documents are found by their words."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from records.finding import Query
from web.office import office, person
from web.pages.asked import asked_day, number_of
from web.pages.documents import choices
from web.phrases import phrase
from workflow.find import complete, find

door = Blueprint("finding", __name__)

A_PAGE = 20
"""How many hits a page shows."""

FARTHEST = 10_000
"""How far into the hits somebody may page."""

BOUNDS = ("q", "type", "direction", "unit", "state", "from", "to")
FACETS_SHOWN = 12
"""How many values of each facet are offered, the most frequent first; the form has all."""

FACETS = ("type", "direction", "unit", "state", "year")


@door.get("/search")
def search() -> ResponseReturnValue:
    """Show what was found among what I may read, or how to search where nothing was asked."""
    kept = {name: request.args[name] for name in BOUNDS if request.args.get(name)}
    query = _query()
    found = find(office(), query, by=person()) if kept else None
    return render_template(
        "search.html",
        found=found,
        hits=_hits(found.hits) if found else (),
        offset=query.offset,
        a_page=A_PAGE,
        asked=request.args,
        kept=kept,
        facets=FACETS,
        facets_shown=FACETS_SHOWN,
        **choices(),
    )


@door.get("/search/complete")
def completions() -> ResponseReturnValue:
    """Give completions for the search box."""
    told = request.args.get("q", "")[:100]
    return jsonify(list(complete(office(), told, by=person())) if told.strip() else [])


def _query() -> Query:
    asked = request.args
    offset = number_of(asked.get("offset", ""), "offset", phrase("Trang"))
    return Query(
        words=asked.get("q", ""),
        readers=frozenset(),
        type=asked.get("type", ""),
        direction=asked.get("direction", ""),
        unit=asked.get("unit", ""),
        state=asked.get("state", ""),
        since=asked_day("from", phrase("Từ ngày")),
        until=asked_day("to", phrase("Đến ngày")),
        facets=True,
        offset=min(offset or 0, FARTHEST),
        limit=A_PAGE,
    )


def _hits(found: Any) -> list[dict[str, Any]]:
    # The index escapes what it cites; only its own <mark> is markup (records.finding.Hit).
    return [{"told": hit, "snippet": Markup(hit.snippet_html)} for hit in found]  # noqa: S704  # nosec B704
