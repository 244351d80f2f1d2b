"""Documents are found by their words."""

from dataclasses import asdict
from time import perf_counter

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.finding import Query
from web.api.documents import MANY, limit_of
from web.contract import operation
from web.days import asked_day
from web.office import office, person
from workflow.find import complete, find

door = Blueprint("finding", __name__)


@door.get("/search")
@operation(
    "Find documents",
    query={
        "q": "words; “phrases”; -word; so: loai: ngay: nguoi: donvi:",
        "type": "a document type",
        "direction": "outgoing, incoming or internal",
        "unit": "a unit's id",
        "from": "first day, ISO 8601",
        "to": "last day, ISO 8601",
        "state": "a state of a road",
        "facets": "1 for counts by type, direction, unit, state and year",
        "cursor": "next_cursor of the page before",
        "limit": "how many, 1 to 200",
    },
)
def search() -> ResponseReturnValue:
    """Give what was found among the documents the caller may read."""
    began = perf_counter()
    query = query_of_request()
    found = find(office(), query, by=person())
    after = query.offset + len(found.hits)
    return jsonify(
        total=found.total,
        hits=[asdict(hit) for hit in found.hits],
        facets={name: dict(counts) for name, counts in found.facets.items()},
        suggestion=found.suggestion or None,
        next_cursor=str(after) if found.hits and after < found.total else None,
        took_ms=round((perf_counter() - began) * 1000, 1),
    )


@door.get("/search/complete")
@operation("Complete a word", query={"q": "its beginning"})
def completions() -> ResponseReturnValue:
    """Give completions out of what the caller may read."""
    return jsonify(items=list(complete(office(), request.args.get("q", ""), by=person())))


def query_of_request() -> Query:
    """Give the query in this request's address."""
    asked = request.args
    cursor = asked.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < MANY):
        raise Refused("body.invalid", field="cursor", why="not a cursor")
    return Query(
        words=asked.get("q", ""),
        readers=frozenset(),
        type=asked.get("type", ""),
        direction=asked.get("direction", ""),
        unit=asked.get("unit", ""),
        state=asked.get("state", ""),
        since=asked_day("from"),
        until=asked_day("to"),
        facets=asked.get("facets", "") not in ("", "0"),
        offset=min(int(cursor or 0), 100_000),
        limit=limit_of(20),
    )
