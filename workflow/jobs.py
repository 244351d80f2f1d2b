"""What happens after an act, in its own time: read, index, notify, carry, report, prove."""

from collections.abc import Callable, Mapping

from drafting.words import words_of
from records.document import Classification, Media
from records.errors import Refused
from workflow.carry import carry, report
from workflow.desks import SYSTEM
from workflow.destroy import destroy_again
from workflow.find import index
from workflow.give_up import answer, clear_away
from workflow.inspect import inspect
from workflow.notices import notify, tell, tell_of_part
from workflow.office import Office
from workflow.perform import perform
from workflow.purge import purge
from workflow.recall import call_back, chasing_letter, demand
from workflow.reminding import letter
from workflow.renew import prove
from workflow.road import Choice
from workflow.warn import warning_letter

Job = Callable[[str, str], None]


def jobs(office: Office) -> Mapping[str, Job]:
    """Give every job by name; each is idempotent and may run twice."""
    return {
        "read": lambda document, _: read(office, document),
        "index": lambda document, version: index(office, document, version),
        "notify": lambda document, version: notify(office, document, int(version)),
        "remind": lambda reminder, person: letter(office, reminder, person),
        "warn": lambda certificate, person: warning_letter(office, certificate, person),
        "carry": lambda dispatch, _: carry(office, dispatch),
        "inspect": lambda document, _: inspect(office, document),
        "inform": lambda document, about: tell_of_part(office, document, about),
        "tell": lambda document, person: tell(office, document, person),
        "automatic": lambda document, n: by_itself(office, document, int(n)),
        "destroy": lambda document, _: destroy_again(office, document),
        "purge": lambda document, to: purge(office, document, to),
        "prove": lambda document, digest: prove(office, document, digest),
        "call-back": lambda dispatch, _: call_back(office, dispatch),
        "demand": lambda dispatch, _: demand(office, dispatch),
        "chase": lambda dispatch, person: chasing_letter(office, dispatch, person),
        "answer": lambda order, code: answer(office, order, code),
        "give-up": lambda document, _: clear_away(office, document),
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
