"""Several leaders may sign one document, one after another; the last has the printed block."""

from collections.abc import Sequence

from records.errors import Refused
from records.person import Role
from workflow.office import Office

MOST_SIGNERS = 9
"""How many leaders sign one document at most."""


def require_cosigners(office: Office, signer: str, cosigners: Sequence[str]) -> None:
    """Raise Refused unless each is a leader who signs once."""
    with office.database.reading() as unit:
        leaders = {one.id for one in unit.people.holding(Role.LEADER)}
    for name in cosigners:
        if name not in leaders:
            raise Refused("signer.unknown", signer=name)
    if len({*cosigners, signer}) != len(cosigners) + 1 or len(cosigners) >= MOST_SIGNERS:
        raise Refused("signer.twice", most=MOST_SIGNERS)
