"""Who may read what: tokens that people hold and tokens that documents admit."""

from collections.abc import Iterable, Iterator

from records.document import Circulation, Classification, Document
from records.person import Person, Role

READ_ALL = frozenset(
    {
        Role.LEADER,
        Role.OFFICE_CHIEF,
        Role.REGISTRY_CLERK,
        Role.ARCHIVIST,
        Role.INSPECTOR,
    }
)
"""Roles that may read every document that is not secret."""


def tokens_of(person: Person) -> frozenset[str]:
    """Give the tokens somebody holds: their person, and the units, roles and desks of their posts.

    Units that theirs took the place of count as theirs.

    An administrator keeps the system and reads no document, whatever other posts they hold.
    """
    if not person.active or Role.ADMINISTRATOR in person.roles:
        return frozenset()
    return frozenset(
        {
            f"person:{person.id}",
            *(f"unit:{unit}" for unit in person.units),
            *(f"role:{role}" for role in person.roles),
            *(f"desk:{post.unit}/{post.role}" for post in person.posts),
            *_inherited(person),
        }
    )


def _inherited(person: Person) -> Iterator[str]:
    """Give the tokens that came to somebody's units from those they took the place of."""
    for one in person.successions:
        yield f"unit:{one.old}"
        if one.works:
            held = (post.role for post in person.posts if post.unit == one.new)
            yield from (f"desk:{one.old}/{role}" for role in held)


def readers_of(document: Document, involved: Iterable[str]) -> frozenset[str]:
    """Give the tokens a document admits: those who read all, its unit, and who is involved.

    A classified document admits named people only: its drafter and those on its road so far. One
    that is to be given back admits these, the desks of its road, and the registry that keeps it.
    """
    named = {f"person:{document.drafter}"}
    if document.classification is not Classification.NONE:
        return frozenset({*named, *(token for token in involved if token.startswith("person:"))})
    if document.circulation is Circulation.RETURN:
        return frozenset({*named, f"role:{Role.REGISTRY_CLERK}", *involved})
    general = {f"role:{role}" for role in READ_ALL}
    return frozenset({*named, *general, f"unit:{document.unit}", *involved})


def classes_of(person: Person) -> frozenset[Classification]:
    """Give the classes somebody's clearance reaches."""
    return frozenset(one for one in Classification if cleared(person, one))


def cleared(person: Person, classification: Classification) -> bool:
    """Tell whether somebody's clearance reaches this class."""
    return person.clearance.rank >= classification.rank
