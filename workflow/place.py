"""Somebody puts number, date, signature and seal where they belong, before the first signature."""

from collections.abc import Iterator
from itertools import combinations

from records.audit import AuditEvent
from records.document import Classification, Direction, Document, Media
from records.errors import NotAllowed, Outrun, Refused
from records.paper import SEAL_SIDE, Box, Chosen, NumberStyle, Placement
from records.person import Person
from storage.unit import Unit
from workflow.office import Office
from workflow.revise import may_revise
from workflow.road import Choice, Standing, holds, standing
from workflow.shown import note_look, picture
from workflow.sign import base_of, places_found
from workflow.turns import SIGNATURES

MM = 72 / 25.4  # points
LEAST = {"number": (18.0, 9.0), "date": (100.0, 9.0), "signature": (60.0, 30.0)}
"""How wide and high a box must be, in points; the seal has its real size."""

MOST = {
    "number": (100 * MM, 15 * MM),
    "date": (100 * MM, 15 * MM),
    "signature": (100 * MM, 60 * MM),
}
"""How wide and high a box may be, in points."""

WHOLE_NUMBER = 90.0  # points: the least width for "Số: 05/QĐ-LĐLĐ"
THIRD = 0.4  # of a signature's width that the seal may cover: a third, and a hand's unsteadiness


def place(office: Office, id: str, chosen: Chosen, choice: Choice, *, by: Person) -> Placement:
    """Put parts where they shall stand; what is not named stays where it is found by itself.

    Raises  NotAllowed: the document lies on no desk of theirs. Outrun: other bytes were shown.
            Refused: it is signed, or a box lies off its page, over another, or has a wrong size.
    """
    at = office.clock()
    document, found = _open(office, id, choice, by)
    settled = _settled(chosen, found)
    placed = settled.over(found)
    for refusal in _faults(settled, placed):
        raise refusal
    base = base_of(document)
    told = " ".join(settled.parts)
    facts = {"digest": base.digest, "parts": told}
    with office.database.unit() as unit:
        _require(unit, standing(office, unit, id, by), choice, by)
        if settled.parts:
            unit.placements.put(id, base.digest, settled, by=by.id, at=at)
        else:
            unit.placements.remove(id)
        unit.audit.append(AuditEvent("document:placed", by.id, at, id, facts))
    return placed


def take_back(office: Office, id: str, choice: Choice, *, by: Person) -> Placement:
    """Undo the last choice: what was chosen before it, else where everything is found by itself.

    Raises  as ``place``.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        before = unit.placements.before(id, base_of(document).digest)
    return place(office, id, before or Chosen(), choice, by=by)


def may_place(unit: Unit, was: Standing, by: Person) -> bool:
    """Tell whether this person may say now where what is added shall stand."""
    document = was.document
    if document.direction is Direction.INCOMING or document.origin in SIGNATURES:
        return False
    if not any(one.media is Media.PDF for one in document.revisions):
        return False
    return may_revise(was, by) or any(holds(unit, was.on(one.n), by) for one in was.open)


def _open(office: Office, id: str, choice: Choice, by: Person) -> tuple[Document, Placement]:
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        _require(unit, was, choice, by)
    document = was.document
    content = office.contents.get(document, base_of(document).digest)
    return document, office.reader.placement(content)


def _require(unit: Unit, was: Standing, choice: Choice, by: Person) -> None:
    if was.document.origin in SIGNATURES:
        raise Refused("place.signed")
    if not may_place(unit, was, by):
        raise NotAllowed("place.not-yours")
    if choice.shown and choice.shown != was.document.latest.digest:
        raise Outrun("step.other-bytes")


def _settled(chosen: Chosen, found: Placement) -> Chosen:
    """Give a choice with the seal in its real size, all of it on pages there are."""
    for part, box in chosen.parts.items():
        if not 0 <= box.page < len(found.pages):
            raise Refused("place.page", part=part, pages=len(found.pages))
    if chosen.seal is None:
        return chosen
    box = chosen.seal
    x, y, half = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, SEAL_SIDE / 2
    seal = Box(box.page, x - half, y - half, x + half, y + half)
    if chosen.signature is None and seal.page != found.signature.page:
        raise Refused("place.seal-page")
    return Chosen(chosen.number, chosen.date, chosen.signature, seal, chosen.style)


def _faults(chosen: Chosen, placed: Placement) -> Iterator[Refused]:
    """Give what is wrong with a choice."""
    for part, box in chosen.parts.items():
        yield from _sized(part, box, chosen.style)
        if not _inside(box, placed.pages[box.page]):
            yield Refused("place.off-page", part=part)
    if placed.seal.page != placed.signature.page:
        yield Refused("place.seal-page")
    whole = {
        "number": (placed.number,),
        "date": tuple(one for one in (placed.day, placed.month, placed.year) if one),
        "signature": (placed.signature,),
        "seal": (placed.seal,),
    }
    for one, other in combinations(whole, 2):
        if not {one, other} & set(chosen.parts) and "signature" not in chosen.parts:
            continue  # what was found by itself was never a choice
        for a in whole[one]:
            for b in whole[other]:
                if _over(a, b) > (THIRD if {one, other} == {"signature", "seal"} else 0):
                    yield Refused("place.overlap", part=one, other=other)


def _sized(part: str, box: Box, style: NumberStyle) -> Iterator[Refused]:
    if part == "seal":
        return
    wide, high = box.x1 - box.x0, box.y1 - box.y0
    least, low = LEAST[part]
    if part == "number" and style is not NumberStyle.SERIAL:
        least = WHOLE_NUMBER
    if wide < least or high < low:
        size = f"{least / MM:.0f} x {low / MM:.0f}"
        yield Refused("place.too-small", part=part, size=size)
    if wide > MOST[part][0] or high > MOST[part][1]:
        size = f"{MOST[part][0] / MM:.0f} x {MOST[part][1] / MM:.0f}"
        yield Refused("place.too-large", part=part, size=size)


def _inside(box: Box, sheet: Box) -> bool:
    within = sheet.x0 <= box.x0 < box.x1 <= sheet.x1
    return within and sheet.y0 <= box.y0 < box.y1 <= sheet.y1


def _over(a: Box, b: Box) -> float:
    """Give how much of the width of ``a`` lies under ``b``, 0 where they do not touch."""
    if a.page != b.page or min(a.y1, b.y1) <= max(a.y0, b.y0):
        return 0.0
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    return max(shared, 0.0) / max(a.x1 - a.x0, 0.01)


def preview(office: Office, id: str, page: int, *, width: int, by: Person) -> bytes:
    """Give a page as it would look once numbered, dated, signed and sealed, as a picture.

    Raises  NotFound. Refused: it is signed already. Unreadable: it cannot be signed.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    if document.origin in SIGNATURES:
        raise Refused("place.signed")
    content = office.contents.get(document, base_of(document).digest)
    abbreviation = office.forms[document.type].abbreviation or document.type
    shown = office.press.preview(
        content,
        places_found(office, document),
        person=document.fields.get("signer", ""),
        notation=f"{abbreviation}-{office.organ.notation}",
        on=office.today(),
    )
    if document.classification is not Classification.NONE:
        note_look(office, document, by, {"preview": "yes", "page": str(page)})
    return picture(office, document, shown, page, width=width, by=by)
