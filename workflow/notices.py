"""Letters about what came to somebody's desk; of a secret document, none."""

from exchange.gate import clear
from records.document import Document
from records.person import Person
from records.step import Step, StepKind
from workflow.dispatch import passport_of
from workflow.mandates import may_know
from workflow.office import Office
from workflow.remind import addressed

ASKED = {
    StepKind.OPINION: ("Xin ý kiến", "Bạn được xin ý kiến về văn bản"),
    StepKind.ERRAND: ("Chuyển bạn xem trước", "Bạn được nhờ xem trước văn bản"),
    StepKind.APPROVER: ("Đề nghị cùng duyệt", "Bạn được mời cùng duyệt văn bản"),
    StepKind.ASSIGNMENT: ("Giao việc", "Bạn được giao việc giải quyết văn bản"),
    StepKind.INFORMATION: ("Để biết", "Văn bản được gửi để bạn biết:"),
    StepKind.EXTENSION: ("Xin gia hạn", "Có đề nghị gia hạn giải quyết văn bản"),
}
"""What somebody is asked for: as it heads the letter, and as it begins its sentence."""

CHANGED = {
    "extension:granted": ("Đã gia hạn", "Đề nghị gia hạn được chấp nhận, văn bản"),
    "extension:refused": ("Không gia hạn", "Đề nghị gia hạn không được chấp nhận, văn bản"),
    "assignment:moved": ("Đổi thời hạn", "Thời hạn việc của bạn đã thay đổi, văn bản"),
    "assignment:recalled": ("Thu hồi việc đã giao", "Việc của bạn đã được thu hồi, văn bản"),
    "assignment:returned": ("Trả lại việc được giao", "Việc bạn giao đã bị trả lại, văn bản"),
    "assignment:done": ("Báo hoàn thành", "Việc bạn giao đã được báo hoàn thành, văn bản"),
}
"""What changed about a part of a directive, for whom it concerns."""

NEW_DAY = frozenset({"extension:granted", "assignment:moved"})

TO_GIVER = frozenset({"assignment:returned", "assignment:done"})
"""Changes that whoever gave a part hears of; of the others, whoever has it."""

STANDS_BY = frozenset({StepKind.ASSIGNMENT, StepKind.INFORMATION})
"""What is laid beside a step that begins in the same moment."""

ANSWERED = ("Đã có trả lời", "Người được hỏi đã trả lời về văn bản")


def notify(office: Office, id: str, version: int) -> None:
    """Tell by e-mail those to whom something came, and who stands in for them.

    Raises  Refused ``egress.classified``: it became secret meanwhile; nothing is sent.
    """
    if office.mailer is None:
        return
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        steps = unit.steps.of(id)
        # In branches others may have acted since: what counts is what began with that version.
        came = [one for one in steps if one.open and one.since == version]
        # Whoever has just asked another is not told of their own step.
        asking = {one.parent for one in came if one.kind in ASKED and one.kind not in STANDS_BY}
        letters = [
            (person, *_words(office, document, steps, step), step)
            for step in came
            if step.n not in asking
            for person in addressed(office, unit, document, [step])
        ]
    for person, head, sentence, step in letters:
        until = f", trước {_moment(office, step)}" if step.due_at else ""
        write(office, document, person, head, f"{sentence} «{document.subject}»{until}.")


def _words(office: Office, document: Document, steps: list[Step], step: Step) -> tuple[str, str]:
    if step.kind in ASKED:
        return ASKED[step.kind]
    if any(one.parent == step.n and one.closed_at == document.changed_at for one in steps):
        return ANSWERED
    title = office.route_of(document).states[step.state].title.vi
    return title, f"Đang chờ bạn xử lý ({title}) văn bản"


def _moment(office: Office, step: Step) -> str:
    return f"{step.due_at.astimezone(office.zone):%H:%M ngày %d/%m/%Y}" if step.due_at else ""


def tell_of_part(office: Office, id: str, about: str) -> None:
    """Write to whom it concerns what changed about a part of a directive.

    Takes   about: the event of the log, a blank, and the id of the part.
    """
    event, _, part = about.partition(" ")
    if office.mailer is None or event not in CHANGED:
        return
    with office.database.reading() as unit:
        document, one = unit.documents.get(id), unit.assignments.get(part)
        person = unit.people.get(one.given_by if event in TO_GIVER else one.person)
        knows = may_know(unit, document, person)
        steps = [step for step in unit.steps.of(id) if step.n == one.step]
    head, sentence = CHANGED[event]
    until = f", hạn mới {_moment(office, steps[0])}" if event in NEW_DAY and steps else ""
    if person.active and knows:
        write(office, document, person, head, f"{sentence} «{document.subject}»{until}.")


def tell(office: Office, id: str, person: str) -> None:
    """Tell somebody by e-mail of a document that a step of its road lets them know of."""
    if office.mailer is None:
        return
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        reader = unit.people.get(person)
    if reader.active:
        state = office.route_of(document).states[document.state].title.vi
        write(
            office,
            document,
            reader,
            state,
            f"Có kết quả ({state}) về văn bản «{document.subject}».",
        )


def write(office: Office, document: Document, person: Person, head: str, sentence: str) -> None:
    """Send one letter about a document that is not secret; the gate is asked.

    Raises  Refused ``egress.classified``. Unavailable: the mail server does not answer.
    """
    if office.mailer is None or not person.email:
        return
    office.mailer.notify(
        clear(passport_of(document), destination=person.email, purpose="mail"),
        to=person.email,
        subject=f"[Trình Ký] {head}: {document.subject}"[:200],
        text=(f"Kính gửi {person.name},\n\n{sentence}\n{office.address}/documents/{document.id}\n"),
        at=office.clock(),
    )
