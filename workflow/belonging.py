"""Whether a certificate is its holder's: what it names, beside what the office knows of them."""

from records.errors import Refused
from records.person import Person
from records.signing import Named
from search.folding import fold
from signing.certificate_text import names_in
from storage.unit import Unit
from workflow.office import Office


def differing(office: Office, unit: Unit, holder: Person | None, der: bytes) -> str:
    """Give what a certificate names otherwise than the office knows it: of ``NAMES``, by blanks.

    Accents, case and spacing do not matter: many issuers write without them. What a certificate
    does not say, or the office does not know, is no difference.

    Takes   holder: whose it shall be; None for the agency itself.
    Raises  Refused: it differs, and the office uses no such certificate.
    """
    told = names_in(der)
    organs = _organs(office, unit, holder)
    found = _of_agency(told, organs) if holder is None else _of_person(told, holder, organs)
    differs = " ".join(found)
    if differs and office.naming.refuses:
        known = holder.name if holder else office.organ.name
        raise Refused("certificate.names-differ", name=told.common, holder=known, differs=differs)
    return differs


def _of_agency(told: Named, organs: set[str]) -> list[str]:
    return [] if _plain(told.common) in organs else ["name"]


def _of_person(told: Named, holder: Person, organs: set[str]) -> list[str]:
    found = [] if _names(told.common, holder.name) else ["name"]
    if told.organs and not {_plain(one) for one in told.organs} & organs:
        found.append("organ")
    if told.titles and holder.title and _plain(holder.title) not in map(_plain, told.titles):
        found.append("title")
    emails = {one.casefold() for one in told.emails}
    if emails and holder.email and holder.email.casefold() not in emails:
        found.append("email")
    return found


def _names(common: str, name: str) -> bool:
    """Tell whether a common name is somebody's, alone or with their organ beside it."""
    parts = [part for sign in ("-", ",", "(") for part in common.split(sign)]
    return _plain(name) in {_plain(common), *map(_plain, parts)}


def _organs(office: Office, unit: Unit, holder: Person | None) -> set[str]:
    own = [name for _, one in office.organs for name in (one.name, one.superior)]
    names = [*own, *office.naming.organs]
    if holder is not None:
        names += [one.name for one in unit.people.units() if one.id in holder.units]
    # Some issuers cut a long name to the 64 signs, or bytes, that RFC 5280 allows.
    cut = [name.encode()[:64].decode(errors="ignore") for name in names]
    return {_plain(name) for name in (*names, *cut, *(name[:64] for name in names)) if name}


def _plain(text: str) -> str:
    return " ".join(fold(text).replace(")", " ").split())
