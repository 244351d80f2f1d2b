"""Lists of documents as queries: each token's own index is read in order, and only as far as shown.

What a list costs therefore depends on the page, not on how much is stored or may be read.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, literal, select, tuple_, union

from records.errors import Refused
from records.finding import Bounds
from storage import tables as t

COUNTED = 1000
"""Beyond how many documents a desk is no longer counted: what is said then is "more than"."""


def newest(bounds: Bounds, classes: Collection[str], after: str, limit: int) -> Subquery:
    """Give the ids of the newest documents within ``bounds``, starting behind a cursor.

    Takes   classes: the classifications that the reader is cleared for.
    """
    reader = t.reader.c
    clauses = [of_class(classes), *_filters(bounds)]
    if bounds.since:
        clauses.append(reader.created_at >= bounds.since)
    if bounds.until:
        clauses.append(reader.created_at < bounds.until)
    if after:
        clauses.append(tuple_(reader.created_at, reader.document) < _place(after))
    ways = [
        select(reader.document.label("id"), reader.created_at.label("at"))
        .join(t.document, t.document.c.id == reader.document)
        .where(reader.token == token, *clauses)
        .order_by(reader.created_at.desc(), reader.document.desc())
        .limit(limit)
        for token in sorted(bounds.readers)
    ]
    found = _together(ways)
    return (
        select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit).subquery("listed")
    )


def waiting(tokens: frozenset[str], classes: Collection[str], after: str, limit: int) -> Subquery:
    """Give the ids of what lies open on desks, longest waiting first, starting behind a cursor."""
    desk = t.desk.c
    clauses = [desk.opened_at.is_not(None), of_class(classes)]
    if after:
        clauses.append(tuple_(desk.opened_at, desk.document) > _place(after))
    ways = [
        select(desk.document.label("id"), desk.opened_at.label("at"))
        .join(t.document, t.document.c.id == desk.document)
        .where(desk.token == token, *clauses)
        .order_by(desk.opened_at, desk.document)
        .limit(limit)
        for token in sorted(tokens)
    ]
    found = _together(ways)
    # In branches side by side, more than one step of a document may lie on the same desk.
    once = select(found.c.id, func.min(found.c.at).label("at")).group_by(found.c.id).subquery()
    return select(once).order_by(once.c.at, once.c.id).limit(limit).subquery("lying")


def how_many(tokens: frozenset[str], classes: Collection[str]) -> Select[Any]:
    """Give how many documents wait, counted no farther than one beyond ``COUNTED``."""
    return select(func.count()).select_from(waiting(tokens, classes, "", COUNTED + 1))


def _together(ways: list[Select[Any]]) -> Subquery:
    if not ways:
        return (
            select(t.document.c.id, t.document.c.created_at.label("at"))
            .where(literal(1) == 0)
            .subquery()
        )
    return union(*(select(way.subquery()) for way in ways)).subquery()


def _filters(bounds: Bounds) -> list[Any]:
    column = t.document.c
    wanted = {name: getattr(bounds, name) for name in ("direction", "state", "type", "unit")}
    return [column[name] == value for name, value in wanted.items() if value]


def of_class(classes: Collection[str]) -> Any:
    """Give what holds of documents of these classifications alone."""
    return t.document.c.classification.in_(sorted(classes))


def _place(cursor: str) -> Any:
    """Give the place in a list that a cursor names. Raises Refused: it is none."""
    moment, _, id = cursor.partition("_")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError as wrong:
        raise Refused("body.invalid", field="cursor", why="not a cursor") from wrong
    if at.tzinfo is None:
        raise Refused("body.invalid", field="cursor", why="not a cursor")
    return tuple_(literal(at, t.Moment), literal(id))
