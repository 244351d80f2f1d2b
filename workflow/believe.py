"""Whom the office believes is changed by whoever keeps its machine, and the log says so."""

from pathlib import Path

from records.audit import AuditEvent
from records.errors import Refused, Unreadable
from signing.trust_lists import Anchor, TrustLists, anchors_in
from workflow.desks import SYSTEM
from workflow.office import Office


def authorities_in(
    office: Office, path: Path, *, purpose: str, by: str
) -> list[tuple[Anchor, bytes]]:
    """Give the authorities in a file, none of whom is believed yet.

    Raises  Unreadable: it cannot be read, or is no such file. Refused: one is no authority's, or
            not in force.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable("trust.unreadable", file=path.name) from error
    return anchors_in(content, purpose=purpose, at=office.clock(), by=by, source=path.name)


def believe(office: Office, found: list[tuple[Anchor, bytes]], *, by: str) -> int:
    """Put authorities on the office's list and give its version; verdicts name it from now on."""
    lists = _lists(office)
    _, before = lists.read()
    there = {one.fingerprint for one in before}
    version = lists.add(found)
    for one, _ in found:
        if one.fingerprint not in there:
            _note(office, "trust:added", one, version, by)
    return version


def doubt(office: Office, fingerprint: str, *, by: str) -> tuple[int, Anchor]:
    """Take an authority off the office's list, and give its version and who it was.

    Raises  NotFound: nobody's fingerprint begins so. Refused: several do.
    """
    version, one = _lists(office).remove(fingerprint)
    _note(office, "trust:removed", one, version, by)
    return version, one


def believed(office: Office) -> tuple[int, tuple[Anchor, ...]]:
    """Give the office's list with its version."""
    return _lists(office).read()


def _lists(office: Office) -> TrustLists:
    lists = office.keyring.lists
    if lists is None:
        raise Refused("trust.no-list")
    return lists


def _note(office: Office, action: str, one: Anchor, version: int, by: str) -> None:
    facts = {
        "authority": one.name,
        "certificate": one.fingerprint,
        "purpose": one.purpose,
        "source": one.source,
        "version": str(version),
        "by": by,
    }
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent(action, SYSTEM.id, office.clock(), "", facts))
