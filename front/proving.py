"""Every road proven before a document goes on it: those of the files, and those in force."""

import sys
from collections.abc import Iterator

from config.office import Profile, read_office, read_profile
from config.settings import Settings
from config.workflows import read_route, read_texts
from front.furnishing import objects_of
from front.keeping import master_of
from records.document import Classification
from records.proof import Finding
from records.route import Route
from storage.database import Database
from storage.keys import vault_key
from storage.ring import Ring
from storage.snapshot import file_of
from storage.vault import Vault
from web.pages.findings import told
from workflow.cast import Cast, cast_of
from workflow.prove import prove
from workflow.roads import Roads


def check_workflows(settings: Settings) -> int:
    """Prove every road for the people of today, say what is wrong, and give the exit status.

    The people are those of the database where the office was founded, else of its file.
    """
    files = read_texts(settings.trinhky_config / "workflows")
    named = {f"{name} (config)": read_route(text, name) for name, text in files.items()}
    cast, in_force = _office(settings)
    known = {route.digest for route in named.values()}
    named |= {name: route for name, route in in_force.items() if route.digest not in known}
    sealed = read_profile(settings.trinhky_config / "secrecy.yaml") is Profile.SEALED
    classes = tuple(Classification) if sealed else (Classification.NONE,)
    grave = 0
    for name, route in named.items():
        findings = () if route.part else prove(route, cast, classes)
        grave += sum(one.grave for one in findings)
        sys.stdout.writelines(_lines(name, route, findings, cast))
    sys.stdout.write(f"workflow-check: {len(named)} workflows, {grave} faults\n")
    return 1 if grave else 0


def _office(settings: Settings) -> tuple[Cast, dict[str, Route]]:
    file = file_of(settings.database_url)
    if file is None or file.exists():
        keys = settings.trinhky_data / "keys"
        vault = Vault(
            objects_of(settings)[1], vault_key(keys, master_of(settings)), ring=Ring(keys)
        )
        database = Database(settings.database_url, vault)
        try:
            if database.stands():
                with database.reading() as unit:
                    return cast_of(unit), dict(Roads(read_route).newest(unit))
        finally:
            database.close()
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    return Cast(described.people, described.units), {}


def _lines(name: str, route: Route, findings: tuple[Finding, ...], cast: Cast) -> Iterator[str]:
    if not any(one.grave for one in findings):
        yield f"{name}: proven\n"
    names = cast.names()
    for one in findings:
        yield f"{name}: {'FAULT' if one.grave else 'notice'} {one.claim}\n"
        for spoken in ("vi", "en"):
            said = told(one, route, names, spoken)
            yield f"  {said.sentence}\n"
            yield from (f"    {line}\n" for line in said.way)
