"""An administrator changes a road: tried while it is written, proven, put in force, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.definition import Adoption, Source
from records.document import Classification
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Role
from records.proof import Finding
from records.route import Route
from workflow.adopt import put_in_force
from workflow.cast import Cast, cast_of
from workflow.office import Office
from workflow.prove import prove

LONGEST = 200_000
"""How many signs the text of a road may have."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a text would be as a road."""

    text: str
    route: Route | None = None  # none: it cannot be read
    line: int = 0  # where it cannot be read
    why: str = ""
    findings: tuple[Finding, ...] = ()
    names: Mapping[str, str] | None = None  # of the people findings speak of

    @property
    def good(self) -> bool:
        """Tell whether it may come into force."""
        return self.route is not None and not any(one.grave for one in self.findings)


@dataclass(frozen=True, slots=True)
class Edition:
    """One text that was in force, and how many documents are on it."""

    adoption: Adoption
    documents: int  # that have not come to their end


def try_out(office: Office, text: str, *, by: Person) -> Trial:
    """Read and prove a text without keeping anything. Raises NotAllowed."""
    require_administrator(by)
    text = plain(text)
    if len(text) > LONGEST:
        return Trial(text[:LONGEST], line=1, why=f"more than {LONGEST} signs")
    try:
        route = office.roads.read(text, "")
    except Refused as wrong:
        line = str(wrong.facts.get("where", "")).rpartition(":")[2]
        return Trial(
            text, line=int(line) if line.isdigit() else 1, why=str(wrong.facts.get("why", ""))
        )
    cast = today(office)
    return Trial(text, route, findings=proof(office, route, cast), names=cast.names())


def save(office: Office, name: str, text: str, *, seen: int, by: Person) -> Adoption:
    """Let a text be in force as the newest version of a road.

    Takes   name: of the road that is changed, "" for a new one; seen: which version was shown.
    Raises  NotAllowed; Refused: it cannot be read, is not proven, bears another name, or is what
            is in force already. Outrun: somebody changed the road meanwhile.
    """
    tried = try_out(office, text, by=by)
    if tried.route is None:
        raise Refused("definition.invalid", line=tried.line, why=tried.why)
    if not tried.good:
        faults = sum(one.grave for one in tried.findings)
        raise Refused("definition.unproven", faults=faults)
    if name and tried.route.name != name:
        raise Refused("definition.other-name", name=tried.route.name, workflow=name)
    return _adopt(office, tried.route, tried.text, Source.EDITOR, seen=seen, by=by)


def restore(office: Office, name: str, n: int, *, seen: int, by: Person) -> Adoption:
    """Let an earlier version be in force again. Raises as ``save``, NotFound."""
    require_administrator(by)
    text = text_of(office, name, n)
    tried = try_out(office, text, by=by)
    if not tried.good or tried.route is None:
        raise Refused("definition.unproven", faults=sum(one.grave for one in tried.findings) or 1)
    return _adopt(office, tried.route, text, Source.UNDO, seen=seen, by=by)


def editions(office: Office, name: str, *, by: Person) -> list[Edition]:
    """Give everything that was in force under a name, newest first. Raises NotAllowed, NotFound."""
    require_administrator(by)
    with office.database.reading() as unit:
        found = unit.definitions.history(name)
        running = unit.documents.running(name)
    if not found:
        raise NotFound("workflow.unknown", workflow=name)
    return [Edition(one, running.get(one.digest, 0)) for one in found]


def text_of(office: Office, name: str, n: int = 0) -> str:
    """Give the text of one version, 0 for what is in force. Raises NotFound."""
    with office.database.reading() as unit:
        found = [one for one in unit.definitions.history(name) if n in (0, one.n)]
        text = unit.definitions.text(found[0].digest) if found else None
    if text is None:
        raise NotFound("workflow.unknown", workflow=name)
    return text


def proof(office: Office, route: Route, cast: Cast) -> tuple[Finding, ...]:
    """Give what is wrong with a road in this office."""
    if route.part:
        return ()  # proven inside the roads that use it
    classes = tuple(Classification) if office.sealed else (Classification.NONE,)
    return prove(route, cast, classes)


def today(office: Office) -> Cast:
    """Give the people of today."""
    with office.database.reading() as unit:
        return cast_of(unit)


def plain(text: str) -> str:
    """Give a text as files have it, whatever a browser made of its line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def require_administrator(by: Person) -> None:
    """Let only administrators change roads. Raises NotAllowed."""
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("definition.not-yours")


def _adopt(  # noqa: PLR0913 - what comes into force, after what, by whom
    office: Office, route: Route, text: str, source: Source, *, seen: int, by: Person
) -> Adoption:
    with office.database.unit() as unit:
        before = unit.definitions.newest().get(route.name)
        if (before.n if before else 0) != seen:
            raise Outrun("definition.outrun")
        if before and before.digest == route.digest:
            raise Refused("definition.same")
        return put_in_force(office, unit, text, source=source, by=by.id)
