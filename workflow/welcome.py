"""Who somebody that another recognised is here, and which posts their groups give."""

from dataclasses import replace

from records.audit import AuditEvent
from records.document import Classification
from records.errors import NotAllowed
from records.identity import Link, Told
from records.person import Person, Post
from storage.unit import Unit
from workflow.desks import SYSTEM
from workflow.office import Office
from workflow.staff import ACCOUNT, note_person

LONGEST = {"name": 200, "email": 320}
"""How many characters of what is told are kept."""


def welcome(office: Office, told: Told) -> Person:
    """Give who somebody elsewhere is here, with the posts that their groups give today.

    Raises  NotAllowed: they are nobody here, have no post any more, or may not come in.
    """
    with office.database.unit() as unit:
        posts = _posts(office, unit, told)
        id = unit.identities.person_of(told.issuer, told.subject)
        known = unit.people.get(id) if id else _taken_in(office, unit, told, posts)
        person = _seated(office, unit, known, posts)
    if not person.active:
        raise NotAllowed("provider.closed")
    if not person.posts:
        raise NotAllowed("provider.nobody")
    return person


def _posts(office: Office, unit: Unit, told: Told) -> tuple[Post, ...]:
    """Give the posts of somebody's groups, in the units that have their work today."""
    given = (post for group in sorted(told.groups) for post in office.outside.groups.get(group, ()))
    living = {one.id for one in unit.people.units() if one.until is None}
    seats = (Post(post.role, unit.people.heir(post.unit), by_group=True) for post in given)
    return tuple(dict.fromkeys(post for post in seats if post.unit in living))


def _taken_in(office: Office, unit: Unit, told: Told, posts: tuple[Post, ...]) -> Person:
    """Give a new account to somebody nobody knows; never one that there is, whatever its mail."""
    if not posts or not office.outside.create:
        raise NotAllowed("provider.nobody")
    account = told.account.partition("@")[0].lower().replace(".", "-")
    if not ACCOUNT.fullmatch(account) or account == SYSTEM.id:
        raise NotAllowed("provider.account", account=told.account)
    if unit.people.among([account]):
        raise NotAllowed("provider.taken", account=account)
    name = told.name[: LONGEST["name"]] or account
    made = Person(account, name, "", posts, Classification.NONE, told.email[: LONGEST["email"]])
    unit.people.add(made, "", on=office.today())
    keep(office, unit, told, made, by=SYSTEM)
    note_person(office, unit.audit, made, SYSTEM)
    return made


def _seated(office: Office, unit: Unit, person: Person, given: tuple[Post, ...]) -> Person:
    """Give somebody the posts of their groups beside those that they hold by hand."""
    by_hand = tuple(post for post in person.posts if not post.by_group)
    posts = (*by_hand, *(post for post in given if post not in by_hand))
    if set(posts) == set(person.posts):
        return person
    seated = replace(person, posts=posts)
    unit.people.change(seated, on=office.today())
    if not posts:
        unit.passes.revoke_all(person.id)
    note_person(office, unit.audit, seated, SYSTEM)
    return unit.people.get(person.id)


def keep(office: Office, unit: Unit, told: Told, person: Person, *, by: Person) -> None:
    """Let somebody elsewhere come in as a person here from now on."""
    at = office.clock()
    unit.identities.add(Link(told.issuer, told.subject, person.id, by.id, at))
    facts = {"person": person.id, "issuer": told.issuer}
    unit.audit.append(AuditEvent("identity:linked", by.id, at, "", facts))
