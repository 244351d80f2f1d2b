"""The files of roads come into force when the office opens, if they changed since they last did."""

from collections.abc import Mapping
from contextlib import suppress

from records.audit import AuditEvent
from records.definition import Adoption, Source
from records.errors import Outrun
from storage.unit import Unit
from workflow.office import Office


def adopt_files(office: Office, texts: Mapping[str, str]) -> list[str]:
    """Let each changed file be in force and give the names of those that came to be.

    A file that is as it was when it last came into force changes nothing, so that what was
    written in the editor since stays (docs/adr/0026-versions-of-roads.md).

    Takes   texts: by the name of the road.
    """
    with office.database.reading() as unit:
        changed = [name for name, text in texts.items() if _changed(office, unit, name, text)]
    for name in changed:
        # Another process of this office that opens now does the same.
        with suppress(Outrun), office.database.unit() as unit:
            if _changed(office, unit, name, texts[name]):
                put_in_force(office, unit, texts[name], source=Source.FILE, by="system")
    return changed


def put_in_force(office: Office, unit: Unit, text: str, *, source: Source, by: str) -> Adoption:
    """Keep a text as the newest version of its road, with its log entry."""
    route = office.roads.read(text, "")
    before = unit.definitions.newest().get(route.name)
    at = office.clock()
    n = before.n + 1 if before else 1
    adopted = Adoption(route.name, n, route.digest, source, by, at)
    unit.definitions.keep(route.digest, route.name, text)
    unit.definitions.adopt(adopted)
    facts = {
        "workflow": route.name,
        "n": str(n),
        "digest": route.digest,
        "before": before.digest if before else "",
        "source": str(source),
    }
    unit.audit.append(AuditEvent("definition:adopted", by, at, "", facts))
    return adopted


def _changed(office: Office, unit: Unit, name: str, text: str) -> bool:
    route = office.roads.read(text, name)
    adoptions = unit.definitions.history(route.name)
    from_file = [one.digest for one in adoptions if one.source is Source.FILE]
    return not from_file or from_file[0] != route.digest
