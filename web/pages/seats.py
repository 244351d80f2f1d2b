"""From what a road is put together, as a form offers it."""

from typing import Any

from records.document import Direction
from records.person import Role
from web.office import office
from web.pages.labels import ROLE
from web.phrases import gettext, phrase
from workflow.compose import MOST_LEVELS, MOST_SEATS, seats
from workflow.look import staff

DIRECTIONS = (Direction.OUTGOING, Direction.INTERNAL)
"""What is put together here; incoming documents go the road of directives."""


def choices() -> dict[str, Any]:
    """Give the seats somebody holds today, and how many levels and members there may be."""
    people, units = staff(office())
    names = {one.id: one.name for one in units}
    told = [
        (words, _said(words, role, names.get(unit, unit)))
        for words, role, unit in seats(people, units)
    ]
    return {
        "seats": told,
        "levels": MOST_LEVELS,
        "most_seats": MOST_SEATS,
        "directions": DIRECTIONS,
    }


def _said(words: str, role: Role | None, unit: str) -> str:
    if role is None:
        return phrase("Lãnh đạo đơn vị soạn thảo") if words != "signer" else phrase("Người ký")
    told = gettext(ROLE[role])
    return f"{told}, {unit}" if unit else phrase("%(role)s (đơn vị nào cũng được)", role=told)
