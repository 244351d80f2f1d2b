"""A leader signs many documents at once: one word to their key, and a result for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from records.document import Document
from records.errors import OfficeError, Refused
from records.person import Person
from records.signing import Leave
from workflow.keys import certificate_of, holding_of
from workflow.office import Office
from workflow.road import Choice
from workflow.sign import Ready, keep_signed, made_ready

MOST = 200
"""How many documents one batch may have."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document of a batch: exactly one of the two."""

    id: str
    document: Document | None = None
    refusal: OfficeError | None = None


def sign_many(  # noqa: PLR0913 - as every verb, with what one batch has for all
    office: Office,
    action: str,
    wanted: Sequence[tuple[str, Choice]],
    leave: Leave,
    *,
    stop: bool,
    by: Person,
) -> list[Outcome]:
    """Sign each document by itself, with one authorisation of the key for all of them.

    Takes   wanted: ids with what was shown of each; stop: leave all after a failure untouched.
    Gives   an outcome for each, in order; what was signed stays signed.
    Raises  Refused: too many, or the signer's word is wrong; nothing was signed then.
            Unavailable: the key's keeper does not answer; likewise.
    """
    if len(wanted) > MOST:
        raise Refused("batch.too-many", most=MOST)
    held = holding_of(office, by.id)
    certificate = certificate_of(office, held)
    prepared = _prepared(office, action, wanted, certificate, stop=stop, by=by)
    waiting = [one for one in prepared if isinstance(one, Ready)]
    attributes = [one.awaited.attributes for one in waiting]
    signatures = iter(office.custody.sign(held, attributes, leave) if attributes else [])
    outcomes: list[Outcome] = []
    for (id, _), one in zip(wanted, prepared, strict=True):
        signature = next(signatures) if isinstance(one, Ready) else b""
        if stop and any(before.refusal for before in outcomes):
            outcomes.append(Outcome(id, refusal=Refused("batch.stopped")))
        elif isinstance(one, Ready):
            outcomes.append(_kept(office, one, certificate, signature, by))
        else:
            outcomes.append(Outcome(id, refusal=one))
    return outcomes


def _prepared(  # noqa: PLR0913 - as above
    office: Office,
    action: str,
    wanted: Sequence[tuple[str, Choice]],
    certificate: bytes,
    *,
    stop: bool,
    by: Person,
) -> list[Ready | OfficeError]:
    prepared: list[Ready | OfficeError] = []
    for id, choice in wanted:
        if stop and any(isinstance(one, OfficeError) for one in prepared):
            prepared.append(Refused("batch.stopped"))
            continue
        try:
            prepared.append(made_ready(office, id, action, choice, certificate, by=by))
        except OfficeError as refusal:
            prepared.append(refusal)
    return prepared


def _kept(office: Office, one: Ready, certificate: bytes, signature: bytes, by: Person) -> Outcome:
    try:
        document = keep_signed(office, one, certificate, signature, by=by)
    except OfficeError as refusal:
        # One document's refusal must not take back what was done to the others.
        return Outcome(one.document.id, refusal=refusal)
    return Outcome(one.document.id, document=document)
