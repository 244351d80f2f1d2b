"""A refused form comes back as it was typed, with what is wrong and what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, make_response
from flask.typing import ResponseReturnValue

from records.errors import NotFound, NotKnown, OfficeError, Refused, TooOften, Unavailable
from web.errors import status_of
from web.language import sentence

View = Callable[..., ResponseReturnValue]

FIELDS = {
    "outline.title": "title",
    "outline.days": "within",
    "subject.required": "subject",
    "subject.too-long": "subject",
    "secrecy.clearance": "classification",
    "secrecy.connected": "classification",
    "secrecy.marked": "classification",
    "secrecy.marked-connected": "classification",
    "class.not-higher": "classification",
    "class.held-by-source": "lower",
    "link.unknown": "source",
    "link.itself": "source",
    "class.reason": "comment",
    "class.not-lower": "lower",
    "class.decision": "decision",
    "class.lowering-reason": "reason",
    "destroy.decision": "destruction",
    "destroy.unconfirmed": "confirmed",
    "type.unknown": "type",
    "unit.not-yours": "unit",
    "signer.unknown": "signer",
    "signer.twice": "cosigners",
    "recipient.unknown": "recipients",
    "recipients.required": "recipients",
    "partner.no-address": "recipients",
    "assignee.required": "to",
    "next.required": "next",
    "next.not-allowed": "next",
    "assignee.unknown": "to",
    "assignment.already": "to",
    "device.receiver": "receiver",
    "device.basis-date": "basis_on",
    "device.pending": "name",
    "device.not-held": "name",
    "assignment.not-below": "to",
    "assignment.one-lead": "role",
    "assignment.percent": "percent",
    "assignment.reply-or-reason": "reply",
    "assignment.beyond": "due_date",
    "assignment.day": "due_date",
    "extension.not-later": "due_date",
    "due.past": "due_date",
    "reply.unknown": "reply",
    "reply.unnumbered": "reply",
    "reply.secret": "reply",
    "reply.lower": "reply",
    "casefile.taken": "notation",
    "casefile.notation": "notation",
    "casefile.title": "title",
    "casefile.retention": "retention",
    "casefile.ended": "ended_on",
    "reservation.reason": "reason",
    "reservation.until": "until",
    "reservation.holder": "holder",
    "person.taken": "id",
    "person.id": "id",
    "person.name": "name",
    "password.short": "password",
    "login.wrong": "username",
    "batch.password": "password",
    "login.stale": "again",
    "confirm.password": "again",
    "confirm.otp": "again",
    "login.otp-wrong": "otp",
    "factor.code": "otp",
    "password.same": "new",
    "password.guessed": "new",
    "password.long": "new",
    "identity.subject": "subject",
    "identity.taken": "subject",
    "identity.not-there": "subject",
    "token.name": "name",
    "token.days": "days",
    "token.no-scope": "scopes",
    "key.pin-needed": "pin",
    "key.pin-wrong": "pin",
    "key.pin-locked": "pin",
    "key.provider-refused": "otp",
    "key.credential": "credential",
    "key.no-certificate": "file",
    "key.file-unreadable": "p12",
    "certificate.unreadable": "file",
    "certificate.algorithm": "file",
    "certificate.taken": "file",
    "certificate.ended": "file",
    "certificate.names-differ": "file",
    "certificate.why": "why",
    "import.empty": "file",
    "import.heading": "file",
    "import.too-long": "file",
    "import.encoding": "file",
    "import.not-csv": "file",
    "import.way": "way",
    "calendar.name": "name",
    "delegation.basis": "basis",
    "delegation.basis-date": "basis_on",
    "delegation.days": "until",
    "delegation.past": "until",
    "delegation.self": "delegate",
    "delegation.delegate": "delegate",
    "delegation.delegator": "delegator",
    "delegation.no-redelegation": "passes_on",
    "amount.invalid": "amount",
    "calendar.weekday": "day",
    "calendar.import": "file",
}
"""The field a rule speaks of, by its id on the page."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form came back."""

    rule: str
    sentence: str
    field: str  # id of the field on the page, "" where it is about none

    def of(self, field: str) -> bool:
        """Tell whether it is about this field."""
        return self.field == field


def retold(show: View) -> Callable[[View], View]:
    """Answer a refusal with ``show``: the same form, still filled in, instead of an error page."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(**named: Any) -> ResponseReturnValue:
            try:
                return view(**named)
            except NotFound:
                raise
            except (Refused, Unavailable) as refusal:
                if isinstance(refusal, NotKnown) and "person" in g:
                    raise
                g.refusal = Refusal(refusal.rule, sentence(refusal), field_of(refusal))
                return _with_status(make_response(show(**named)), refusal)

        return answer

    return wrap


def field_of(refusal: OfficeError) -> str:
    """Give the id of the field that a refusal is about."""
    anchor = refusal.facts.get("anchor")
    if anchor:
        return str(anchor)
    if refusal.rule.startswith("file."):
        return "file"
    if refusal.rule.startswith("draft."):
        return f"field-{refusal.facts.get('field', '')}"
    if refusal.rule.startswith("field."):
        return f"field-{refusal.facts.get('field', '')}"
    if refusal.rule == "comment.required":
        return f"comment-{refusal.facts.get('action', '')}"
    return FIELDS.get(refusal.rule, "")


def _with_status(response: Response, refusal: OfficeError) -> Response:
    response.status_code = status_of(refusal)
    if isinstance(refusal, TooOften):
        response.headers["Retry-After"] = str(refusal.facts.get("seconds", 60))
    return response
