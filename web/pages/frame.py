"""What stands around every page: the office, who I am, where I may go."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, request

from records.person import Person, Role
from web.language import language
from web.office import office
from web.who import barred
from workflow.permit import CONFIRMERS
from workflow.quarantine import DECIDERS
from workflow.recall import WATCHERS
from workflow.receive import directions_of
from workflow.registers import books_of
from workflow.renew import KEEPERS

PART_OF = {
    "file_plan": "case_files",
    "ledgers": "registers",
    "acting": "documents",
    "access": "admin",
    "why": "documents",
    "directing": "documents",
    "tasks": "admin",
    "handing": "admin",
    "devices": "registers",
    "keys": "admin",
    "reorganising": "admin",
    "many": "desk",
    "editor": "workflows",
    "trying": "workflows",
}
"""Doors that lie inside another one's place."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    endpoint: str
    id: str  # its name in labels.PLACE

    @property
    def here(self) -> bool:
        """Tell whether the page shown belongs to it."""
        door = request.blueprint or ""
        return PART_OF.get(door, door) == self.endpoint.partition(".")[0]


def places(who: Person) -> Iterator[Place]:
    """Give where somebody can go and will find something."""
    reads = Role.ADMINISTRATOR not in who.roles
    if reads:
        yield Place("desk.show", "desk")
        yield Place("parts.mine", "parts")
        yield Place("documents.page", "documents")
    if reads and directions_of(office(), who):
        yield Place("beginning.choose", "beginning")
    if reads:
        yield from _to_decide(who)
        yield Place("case_files.shelf", "case_files")
    if books_of(office(), by=who):
        yield Place("registers.books", "registers")
    if reads:
        yield Place("finding.search", "finding")
        yield Place("archive.shelf", "archive")
        yield Place("reports.board", "reports")
    yield Place("delegations.show", "delegations")
    yield Place("calendar.show", "calendar")
    yield Place("checking.bring", "checking")
    if reads and who.roles & WATCHERS:
        yield Place("recalls.everything", "recalls")
    if reads and who.roles & KEEPERS:
        yield Place("proofs.soon", "proofs")
    if who.roles & {Role.INSPECTOR, Role.ADMINISTRATOR}:
        yield Place("audit.log", "audit")
    yield Place("workflows.page", "workflows")
    if Role.ADMINISTRATOR in who.roles:
        yield Place("admin.people", "admin")


def _to_decide(who: Person) -> Iterator[Place]:
    """Give where waits what takes a second person."""
    if who.roles & DECIDERS:
        yield Place("quarantine.page", "quarantine")
    if who.roles & {*CONFIRMERS, Role.UNIT_HEAD}:
        yield Place("permissions.waiting_list", "permissions")


def frame() -> dict[str, Any]:
    """Give the names that every template knows."""
    who: Person | None = g.get("person")
    return {
        "organ": office().organ,
        "me": who,
        "csrf": g.get("csrf", ""),
        "lang": language(),
        "nav": tuple(places(who)) if who else (),
        "refusal": g.get("refusal"),
        "provider": provider.rules if (provider := office().provider) else None,
        "stale": who is not None and "granted" in g and barred() == "login.stale",
        "reads": who is not None and Role.ADMINISTRATOR not in who.roles,
        "here": request.full_path.rstrip("?") if request.method == "GET" else "",
    }
