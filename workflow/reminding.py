"""The letter of a reminder: what is due and when; of a secret document, only that something is."""

from exchange.gate import clear
from records.document import Classification, Document
from records.errors import NotFound
from records.exchange import Passport
from records.person import Person
from records.reminder import Reminder, ReminderKind
from workflow.dispatch import passport_of
from workflow.office import Office
from workflow.remind import addressed, meant

WORDS = {
    ReminderKind.SOON: "sắp đến hạn xử lý",
    ReminderKind.OVERDUE: "đã quá hạn xử lý",
    ReminderKind.DOCUMENT_SOON: "sắp đến hạn giải quyết",
    ReminderKind.DOCUMENT_OVERDUE: "đã quá hạn giải quyết",
    ReminderKind.ESCALATE: "đã quá hạn và được chuyển tới bạn",
}

NOTHING = Passport("", Classification.NONE, frozenset(), frozenset())
"""What leaves with a letter that speaks of no document."""


def letter(office: Office, id: str, to: str) -> None:
    """Write to somebody that a deadline comes or has passed, if it is still theirs to meet."""
    if office.mailer is None:
        return
    with office.database.reading() as unit:
        one = unit.reminders.get(id)
        try:
            document = unit.documents.get(one.document)
        except NotFound:
            return
        steps = [step for step in unit.steps.of(document.id) if meant(one, step, document)]
        able = addressed(office, unit, document, steps) if steps else []
        person = next((person for person in able if person.id == to), None)
    if person is None:
        return
    secret = document.classification is not Classification.NONE
    passport = NOTHING if secret else passport_of(document)
    subject, text = _of_secret(office, person) if secret else _told(office, one, document, person)
    office.mailer.notify(
        clear(passport, destination=person.email, purpose="mail"),
        to=person.email,
        subject=subject,
        text=text,
        at=office.clock(),
    )


def _of_secret(office: Office, person: Person) -> tuple[str, str]:
    return (
        "[Trình Ký] Có văn bản đến hạn",
        f"Kính gửi {person.name},\n\nCó văn bản đến hạn.\n{office.address}/\n",
    )


def _told(office: Office, one: Reminder, document: Document, person: Person) -> tuple[str, str]:
    words = WORDS[one.kind]
    at = one.deadline.astimezone(office.zone)
    day = f"{document.due_on:%d/%m/%Y}" if one.step == 0 else f"{at:%H:%M ngày %d/%m/%Y}"
    return (
        f"[Trình Ký] Văn bản {words}: {document.subject}"[:200],
        (
            f"Kính gửi {person.name},\n\n"
            f"Văn bản «{document.subject}» {words}: {day}.\n"
            f"{office.address}/documents/{document.id}\n"
        ),
    )
