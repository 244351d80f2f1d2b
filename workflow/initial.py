"""A checker approves and initials (ký nháy): a small signature of their own before the leader."""

from dataclasses import replace

from records.document import Document, Origin
from records.level import Level
from records.person import Person
from records.route import Act, Initials, Route
from records.signing import Holding
from storage.unit import Unit
from workflow.advance import Deed, advance
from workflow.begin import Made, with_revision
from workflow.beneath import require_nothing_beneath
from workflow.keys import certificate_of, holding_of, require_here
from workflow.office import Office
from workflow.renew import level_of
from workflow.road import (
    Choice,
    Standing,
    aimed,
    approves_in,
    judge,
    require_presence,
    standing,
)
from workflow.sign import placement_of
from workflow.turns import signers_of


def initial(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Approve the bytes that were shown, and sign them small; every byte stays in its place.

    Raises  as ``judge``; Refused: they have no certificate, or their key is on a device of its own.
            Unavailable: whether the certificate was revoked cannot be known; nothing was done.
    Source  Decree 30/2020, art. 12 (who checks is responsible); initials are office practice.
    """
    at = office.clock()
    with office.database.reading() as unit:
        was = aimed(unit, standing(office, unit, id, by), action, by, choice.step)
        act = judge(unit, was, action, by, choice)
    require_presence(choice)
    document = was.document
    require_nothing_beneath(office, document)
    made = _initialled(office, was, choice, by)
    pages = document.latest.pages
    changed = with_revision(office, document, made, Made(Origin.INITIALLED, by.id, at, pages))
    with office.database.unit() as unit:
        now = aimed(unit, standing(office, unit, id, by), action, by, choice.step)
        judge(unit, now, action, by, replace(choice, seen=document.version))
        deed = Deed(act, by, at, choice, "step:approved", {"initials": Initials.SIGN})
        return advance(office, unit, now, changed, deed)


def _initialled(office: Office, was: Standing, choice: Choice, by: Person) -> bytes:
    document = was.document
    held = holding_of(office, by.id)
    require_here(held, document)
    certificate = certificate_of(office, held)
    shown = office.contents.get(document, document.latest.digest)
    local = office.clock().astimezone(office.zone)
    awaited = office.press.await_initials(
        shown,
        certificate,
        placement=placement_of(office, document),
        person=by.id,
        letters=letters_of(by.name),
        at=local,
        leaders=len(signers_of(document)),
        slots=slots_of(was.route),
    )
    # The key may be a telephone away, so it signs outside any unit; Outrun guards the gap.
    (signature,) = office.custody.sign(held, [awaited.attributes], choice.leave)
    level = level_of(office, document, ceiling=Level.B_T)
    return office.press.finish(shown, awaited, certificate, signature, at=local, level=level)


def slots_of(route: Route) -> int:
    """Give how many initials a road asks for."""
    return sum(one.initials is Initials.SIGN for one in route.states.values())


def letters_of(name: str) -> str:
    """Give the letters of a name: "Lê Thị Bưởi" is "LTB"."""
    return "".join(word[0].upper() for word in name.split())[:5]


def initials_in(was: Standing, act: Act) -> Initials:
    """Give what an act of the state that is spoken of leaves as initials."""
    state = was.state
    return state.initials if approves_in(state, act) else Initials.NONE


def signing_initials(unit: Unit, was: Standing, acts: list[Act], by: Person) -> dict[str, Holding]:
    """Give with which key somebody initials, by act, for those acts that need it."""
    signing = [act.name for act in acts if initials_in(was, act) is Initials.SIGN]
    return dict.fromkeys(signing, unit.certificates.held_by(by.id)) if signing else {}
