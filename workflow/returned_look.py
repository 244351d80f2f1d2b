"""What a returned PDF shows must be what was agreed: the number, the place, and nothing hidden."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from records.document import Document
from records.errors import Refused
from records.paper import Added, Box, Placement
from records.signing import Returned, SigningRequest, SigningRole
from signing import wording
from signing.fields import Line, places
from workflow.annexes import annex_mark
from workflow.copy import copy_mark
from workflow.office import Office
from workflow.sign import placement_of
from workflow.turns import turn_of

MM = 72 / 25.4  # points
WIDEST, HIGHEST = 100 * MM, 60 * MM
"""How large the picture of a signature or a seal may be."""

SPECK = 12
"""How many pixels of print may be lost at an edge, at two pixels a point."""

MARK = "mark"
_CORNER = 40 * MM  # how far from the upper edge the text of copies and annexes may begin
_FILL = re.compile(r"[\s.…_]+")


@dataclass(frozen=True, slots=True)
class Back:
    """What came back for a request, and what it adds to what was handed out."""

    asked: SigningRequest
    document: Document
    handed: bytes
    returned: bytes
    found: Returned


def require_look(office: Office, back: Back) -> None:
    """Raise Refused unless what is seen of a signature is what its role allows.

    Source  Decree 30/2020, Annex I, part II, 7, 8 and 14.
    """
    asked, found = back.asked, back.found
    if asked.role in (SigningRole.COPY, SigningRole.ANNEX):
        _require_mark(office, back)
        return
    placement = placement_of(office, back.document)
    lines = _lines(asked, placement)
    if dict(found.filled) != {name: line.text for name, line in lines.items()}:
        raise Refused("service.number" if lines else "service.filled")
    if set(lines) - found.locked:
        raise Refused("service.unlocked")
    boxes = {name: box for name, box in places(placement).items() if name in lines}
    box = _require_box(back, placement)
    if box is not None:
        boxes[MARK] = box
    if not boxes:
        return
    added = office.reader.added(back.handed, back.returned, boxes, free=set(lines))
    _require_words(lines, added)
    if added.hidden > SPECK:
        raise Refused("service.hides")


def writes_of(office: Office, asked: SigningRequest, document: Document) -> dict[str, str]:
    """Give what the service has to write: number and date by field, or a mark's text as "Text"."""
    if asked.role in (SigningRole.COPY, SigningRole.ANNEX):
        head, _, _ = _mark_text(office, asked, document).rsplit("; ", 2)
        return {"Text": head}
    lines = _lines(asked, placement_of(office, document))
    return {name: line.text for name, line in lines.items()}


def _lines(asked: SigningRequest, placement: Placement) -> Mapping[str, Line]:
    if asked.number is None:
        return {}
    number = asked.number
    return wording.lines(placement, number=number.code, notation=number.notation, on=number.on)


def _mark_text(office: Office, asked: SigningRequest, document: Document) -> str:
    if asked.role is SigningRole.COPY:
        return copy_mark(office, asked.part, asked.created_at).text
    if document.number is None:
        raise Refused("annex.unsealed")
    return annex_mark(office, document.number, asked.created_at).text


def _require_box(back: Back, placement: Placement) -> Box | None:
    asked, box = back.asked, back.found.box
    nth, count = turn_of(back.document)
    if box is None:
        # Who signs before the last leader has no block printed, and so may be unseen.
        if asked.role is SigningRole.LEADER and nth < count:
            return None
        raise Refused("service.unseen")
    place = placement.signature if asked.role is SigningRole.LEADER else placement.seal
    if box.page != place.page:
        raise Refused("service.misplaced", page=place.page + 1)
    if box.x1 - box.x0 > WIDEST or box.y1 - box.y0 > HIGHEST:
        raise Refused("service.too-large")
    return box


def _require_words(lines: Mapping[str, Line], added: Added) -> None:
    for name, line in lines.items():
        read, said = (_FILL.sub("", one) for one in (added.words[name], line.text))
        if said not in read if line.covering else said != read:
            raise Refused("service.number")


def _require_mark(office: Office, back: Back) -> None:
    """Raise Refused unless text alone stands at the top right of page 1, as the decree has it."""
    found, text = back.found, _mark_text(office, back.asked, back.document)
    if found.filled:
        raise Refused("service.filled")
    if found.box is None or found.box.page != 0 or found.pictured:
        raise Refused("service.mark", text=text)
    added = office.reader.added(back.handed, back.returned, {MARK: found.box})
    page = added.sheets[0]
    right = (found.box.x0 + found.box.x1) / 2 > (page.x0 + page.x1) / 2
    if not right or found.box.y1 < page.y1 - _CORNER or not _says(added.words[MARK], text):
        raise Refused("service.mark", text=text)
    if added.hidden > SPECK:
        raise Refused("service.hides")


def _says(read: str, text: str) -> bool:
    """Tell whether a mark says this, whatever second of the day it names."""
    head, day, _ = text.rsplit("; ", 2)
    told = " ".join(read.split())
    return bool(
        re.fullmatch(
            rf"{re.escape(head)}; {re.escape(day)}; \d\d:\d\d:\d\d \+07:00", told, re.IGNORECASE
        )
    )
