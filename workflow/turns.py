"""Whose turn it is to sign: several leaders may, one after another, on the same approved bytes."""

from dataclasses import replace

from records.document import Digest, Document, Origin
from records.route import Act

SIGNATURES = frozenset({Origin.INITIALLED, Origin.SIGNED, Origin.SEALED, Origin.PROVEN})
"""How revisions come to be that add to the approved bytes and change none of them."""


def signers_of(document: Document) -> list[str]:
    """Give who signs, in order: those who sign beside, then the one whose block is printed."""
    named = document.fields.get("signer", "")
    return [*document.fields.get("cosigners", "").split(), named]


def turn_of(document: Document) -> tuple[int, int]:
    """Give which of how many leaders signs next."""
    signed = 0
    for revision in reversed(document.revisions):
        if revision.origin not in SIGNATURES:
            break
        signed += revision.origin is Origin.SIGNED
    count = len(signers_of(document))
    return min(signed + 1, count), count


def led_on(document: Document, act: Act) -> Act:
    """Give the act of signing as it leads: nowhere else while leaders are still to sign."""
    nth, count = turn_of(document)
    return replace(act, to=document.state) if nth < count else act


def approved_digests(document: Document) -> tuple[Digest, ...]:
    """Give the digests of which an approval still counts: the latest bytes, and the same before.

    Before are those without any signature, and those that others initialled meanwhile.
    """
    found = [document.latest.digest]
    for revision in reversed(document.revisions):
        if revision.origin not in SIGNATURES:
            return (*found, revision.digest)
        if revision.origin is Origin.INITIALLED:
            found.append(revision.digest)
    return tuple(found)
