"""What a password must be, whoever sets it."""

from identity.guessing import is_guessed
from identity.passwords import LONGEST, SHORTEST
from records.errors import Refused
from workflow.office import Office


def require_good(office: Office, password: str, account: str, name: str) -> None:
    """Refuse what is too short, too long, or what anybody would guess first.

    Source  NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2.
    """
    if len(password) < SHORTEST:
        raise Refused("password.short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("password.long", longest=LONGEST)
    organ = office.organ
    if is_guessed(password, (account, name, organ.name, organ.notation, organ.id, organ.superior)):
        raise Refused("password.guessed")
