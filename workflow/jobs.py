"""What happens after an act, in its own time: read, index, notify, carry, report, prove."""

from collections.abc import Callable, Mapping

from drafting.words import words_of
from exchange.gate import clear
from exchange.mail import Mailer
from identity.reading import tokens_of
from records.document import Classification, Document, Media
from records.errors import Refused
from records.person import Person
from records.step import Step
from workflow.carry import carry, report
from workflow.desks import SYSTEM
from workflow.dispatch import passport_of
from workflow.find import index
from workflow.inspect import inspect
from workflow.office import Office
from workflow.perform import perform
from workflow.purge import purge
from workflow.reminding import letter
from workflow.renew import prove
from workflow.road import Choice

Job = Callable[[str, str], None]


def jobs(office: Office) -> Mapping[str, Job]:
    """Give every job by name; each is idempotent and may run twice."""
    return {
        "read": lambda document, _: read(office, document),
        "index": lambda document, version: index(office, document, version),
        "notify": lambda document, version: notify(office, document, int(version)),
        "remind": lambda reminder, person: letter(office, reminder, person),
        "carry": lambda dispatch, _: carry(office, dispatch),
        "inspect": lambda document, _: inspect(office, document),
        "tell": lambda document, person: tell(office, document, person),
        "automatic": lambda document, n: by_itself(office, document, int(n)),
        "purge": lambda document, to: purge(office, document, to),
        "prove": lambda document, digest: prove(office, document, digest),
        "report": lambda document, code: report(office, document, code),
    }


def read(office: Office, id: str) -> None:
    """Read the words of a document's latest PDF and attachments, and let them be indexed."""
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        if unit.readings.read_from(id) == document.latest.digest:
            return
    if document.classification is not Classification.NONE:
        return
    latest = document.latest
    words = [_words(office, latest.media, office.contents.get(document, latest.digest))]
    words += [
        f"{one.name}\n{_words(office, one.media, office.contents.get(document, one.digest))}"
        for one in document.attachments
    ]
    with office.database.unit() as unit:
        unit.readings.keep(id, latest.digest, "\n\n".join(words))
        unit.enqueue("index", id, key=f"{id}:{document.version}:{latest.digest[:12]}")


def _words(office: Office, media: str, content: bytes) -> str:
    if media not in set(Media):
        return ""
    try:
        return words_of(content, Media(media), reader=office.reader, isolate=office.isolate)
    except Refused:
        # What cannot be read is still kept and found by its subject.
        return ""


def notify(office: Office, id: str, version: int) -> None:
    """Tell by e-mail those on whose desk a document came to lie; of a secret one, nobody."""
    if office.mailer is None:
        return
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        steps = unit.steps.of(id)
        everybody = unit.people.all()
    # In branches others may have acted since: what counts is what began with that version.
    for step in (one for one in steps if one.open and one.since == version):
        for person in _addressed(step, everybody):
            _write(office, office.mailer, document, step.state, person)


def tell(office: Office, id: str, person: str) -> None:
    """Tell somebody by e-mail of a document that a step of its road lets them know of."""
    if office.mailer is None:
        return
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        reader = unit.people.get(person)
    if reader.active:
        _write(office, office.mailer, document, document.state, reader)


def by_itself(office: Office, id: str, n: int) -> None:
    """Do the act that the office does by itself, if its step still waits."""
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        step = next((one for one in unit.steps.of(id) if one.n == n and one.open), None)
        route = office.roads.of(unit, document.definition, document.workflow)
    if step is None:
        return
    choice = Choice(shown=document.latest.digest, step=n)
    perform(office, id, route.states[step.state].automatic, choice, by=SYSTEM)


def _addressed(step: Step, everybody: list[Person]) -> list[Person]:
    return [one for one in everybody if one.email and tokens_of(one) & step.desk]


def _write(office: Office, mailer: Mailer, document: Document, name: str, person: Person) -> None:
    cleared = clear(passport_of(document), destination=person.email, purpose="mail")
    route = office.route_of(document)
    state = route.states[name].title.vi
    mailer.notify(
        cleared,
        to=person.email,
        subject=f"[Trình Ký] {state}: {document.subject}"[:200],
        text=(
            f"Kính gửi {person.name},\n\n"
            f"Văn bản «{document.subject}» đang chờ bạn xử lý ({state}).\n"
            f"{office.address}/documents/{document.id}\n"
        ),
        at=office.clock(),
    )
