"""Which entries of the log an address asks for, in pages and API alike."""

from datetime import datetime, time, timedelta

from flask import request

from records.audit import ACTIONS, Wanted
from records.errors import Refused
from web.office import office

LARGEST = 2**31 - 1
MOST = 200


def asked() -> Wanted:
    """Give what the address asks for. Raises Refused: a day or an act that is none."""
    action = request.args.get("action", "").strip()
    if action and action not in ACTIONS:
        raise Refused("body.invalid", field="action", why="no act of the log")
    return Wanted(
        by=request.args.get("by", "").strip(),
        action=action,
        document=request.args.get("document", "").strip(),
        since=_moment("from"),
        until=_moment("to"),
    )


def before() -> int:
    """Give the number of the entry before which a page begins, 0 for the newest."""
    told = request.args.get("cursor", "")
    if not told:
        return 0
    if not (told.isascii() and told.isdecimal()) or int(told) > LARGEST:
        raise Refused("body.invalid", field="cursor", why="not a cursor")
    return int(told)


def how_many() -> int:
    """Give how many entries a page shall have."""
    return min(MOST, max(1, request.args.get("limit", MOST, type=int)))


def _moment(name: str) -> datetime | None:
    told = request.args.get(name, "").strip()
    if not told:
        return None
    try:
        at = datetime.fromisoformat(told)
        if len(told) == len("2026-11-20"):
            at = datetime.combine(at, time.min, office().zone)
            return at + timedelta(days=1) if name == "to" else at
        return at if at.tzinfo else at.replace(tzinfo=office().zone)
    except (ValueError, OverflowError):
        raise Refused("body.invalid", field=name, why="not a date") from None
