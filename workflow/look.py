"""Whatever somebody looks at: a document, its pages, its history, lists, and what was sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from identity.reading import classes_of, tokens_of
from records.assignment import Assignment
from records.audit import AuditEntry, AuditHead
from records.case_file import CaseFile
from records.delegation import Mandate
from records.document import Attachment, Classification, Digest, Document, Media, Revision
from records.errors import NotAllowed, NotFound, Refused
from records.exchange import Dispatch
from records.finding import Bounds
from records.level import Proof
from records.paper import Placement
from records.person import Person, Role, Unit
from records.recall import Order, Recall
from records.register import Reservation
from records.route import Act, Effect
from records.signature import Intake
from records.signing import Holding
from records.step import Step, StepKind
from storage.lists import COUNTED
from workflow.behalf import waiting_for_others
from workflow.beside import Side, sides
from workflow.case_files import files_of
from workflow.charges import Charge, charges
from workflow.duplicates import twin_of
from workflow.initial import signing_initials
from workflow.links import Linked, links_of
from workflow.office import Office
from workflow.place import may_place
from workflow.prospects import Prospects, prospects
from workflow.replies import numbers_of
from workflow.reserve import held_for
from workflow.revise import may_revise
from workflow.road import Offer, Standing, behalf_of, offers, standing
from workflow.shown import across, note_look, note_taken, picture
from workflow.sign import places_found

OF_ROADS = (
    *("branch", "through", "joined", "same_person", "asked", "asked_by", "assignee"),
    "initials",
    *("assignment", "part", "percent", "due", "recalled", "mended"),
)
"""What the log tells of branches and choices, of those who were asked, and of directives."""

FULL_DESK = 200
"""How many documents of a desk are given at a time."""

LOOKS = frozenset({"document:viewed", "secret:looked", "secret:taken", "egress:refused"})
"""What the log tells of a document that is no part of its history."""


@dataclass(frozen=True, slots=True)
class View:
    """A document as one person sees it now."""

    standing: Standing
    offers: tuple[Offer, ...]  # exactly what this person may do now, step by step
    sides: tuple[Side, ...]  # and what beside the road
    prospects: Prospects  # what may be chosen with it
    may_revise: bool
    may_place: bool  # say where what is added shall stand
    initials: Mapping[str, Holding]  # by act that initials: with which key
    dispatches: tuple[Dispatch, ...]
    recalls: tuple[Recall, ...]  # of what was sent
    orders: tuple[Order, ...]  # by its issuer, to give it up
    names: Mapping[str, str]  # by account name
    package: Digest | None
    intake: Intake | None  # what was found of its signatures when it came in
    proof: Proof | None  # of its signatures, once it has any of ours
    pending: tuple[str, ...]  # kinds of the jobs that are not finished
    failed: tuple[str, ...]  # kinds of the jobs that were given up
    behalf: Mapping[str, Mandate]  # by act: in whose name, where it is not their own
    twin: str  # id of an earlier document that seems the same, or ""
    held: tuple[Reservation, ...]  # numbers it could be given instead of the next one
    files: tuple[CaseFile, ...]  # in which it lies, those this person may open
    charges: tuple[Charge, ...]  # the parts of its directives, and what they may do about each
    replies: Mapping[str, str]  # by id of a document that answers: its number, where it is known
    links: tuple[Linked, ...]  # with other documents this person may know of
    downloads: bool  # whether they may have its bytes, or pictures only

    @property
    def document(self) -> Document:
        """Give the document itself."""
        return self.standing.document

    @property
    def acts(self) -> tuple[Act, ...]:
        """Give the acts of the road, each name once."""
        return tuple({offer.act.name: offer.act for offer in self.offers}.values())

    @property
    def actions(self) -> list[str]:
        """Give the names of all that may be done, other names included."""
        return named(self.acts, self.sides)


def view(office: Office, id: str, *, by: Person) -> View:
    """Give a document as this person sees it. Raises NotFound."""
    with office.database.reading() as unit:
        at = standing(office, unit, id, by, whole=True)
        dispatches = tuple(unit.dispatches.of(id))
        found, beside = tuple(offers(unit, at, by)), tuple(sides(unit, at, by))
        acts = [offer.act for offer in found]
        abouts = [id, *(one.id for one in dispatches)]
        parts = charges(unit, at, by)
        numbers = any(act.does in (Effect.SEAL, Effect.ENTER) for act in acts)
        return View(
            standing=at,
            offers=found,
            sides=beside,
            prospects=prospects(unit, at, found, beside, by),
            may_revise=may_revise(at, by),
            may_place=may_place(unit, at, by),
            initials=signing_initials(unit, at, acts, by),
            dispatches=dispatches,
            recalls=tuple(unit.recalls.of(id)),
            orders=tuple(unit.recalls.orders_about(id)),
            names=unit.people.names(_involved(at, parts)),
            package=unit.readings.package(id),
            intake=unit.proofs.intake_of(id),
            proof=unit.proofs.of(id),
            pending=tuple(unit.jobs.pending(abouts)),
            failed=tuple(unit.jobs.failed_for(abouts)),
            behalf=behalf_of(unit, at, found, by),
            twin=twin_of(unit, at.document, by=by),
            files=files_of(unit, at.document, by),
            charges=parts,
            replies=numbers_of(unit, (one.assignment.reply for one in parts), by=by),
            links=links_of(unit, at.document, by),
            held=held_for(office, unit, at.document, by=by) if numbers else (),
            downloads=office.downloads.grants(at.document, by),
        )


def named(acts: Sequence[Act], beside: Sequence[Side]) -> list[str]:
    """Give the names of what may be done, each once."""
    names = [name for act in acts for name in (act.name, act.also) if name]
    return list(dict.fromkeys([*names, *(one.name for one in beside)]))


def _involved(at: Standing, parts: Sequence[Charge]) -> set[str]:
    document = at.document
    found = {document.drafter, document.signer, document.assignee}
    found |= {one.by for one in document.revisions} | set(document.fields.values())
    found |= set(document.fields.get("cosigners", "").split())
    for step in at.steps:
        found |= {step.closed_by, step.on_behalf_of, step.asked_by}
        found |= {token.removeprefix("person:") for token in step.desk}
    for one in parts:
        found |= {one.assignment.person, one.assignment.given_by}
    return found - {""}


def page_of_documents(
    office: Office, bounds: Bounds, *, after: str, limit: int, by: Person
) -> tuple[list[Document], str]:
    """Give a page of what this person may read, newest first, and the cursor of the next."""
    wanted = replace(
        bounds,
        readers=tokens_of(by),
        since=_in_utc(bounds.since, "from"),
        until=_in_utc(bounds.until, "to"),
    )
    _require_cursor(after)
    with office.database.reading() as unit:
        found = unit.documents.page(wanted, classes_of(by), after=after, limit=limit + 1)
    shown = found[:limit]
    more = f"{shown[-1].created_at.isoformat()}_{shown[-1].id}" if len(found) > limit else ""
    return shown, more


def _in_utc(at: datetime | None, field: str) -> datetime | None:
    try:
        return at.astimezone(UTC) if at else None
    except OverflowError as beyond:  # the first or last day there is, seen from another zone
        raise Refused("body.invalid", field=field, why="not a date") from beyond


def _require_cursor(after: str) -> None:
    try:
        at = datetime.fromisoformat(after.partition("_")[0]) if after else None
    except ValueError as wrong:
        raise Refused("body.invalid", field="cursor", why="not a cursor") from wrong
    if at and at.tzinfo is None:
        raise Refused("body.invalid", field="cursor", why="not a cursor")
    _in_utc(at, "cursor")


def revision_of(document: Document, which: str) -> Revision:
    """Give the revision of this number or digest, the latest one for "". Raises NotFound."""
    if not which:
        return document.latest
    found = [one for one in document.revisions if which in (str(one.n), one.digest)]
    if not found:
        raise NotFound("revision.unknown")
    return found[0]


def content(office: Office, id: str, which: str, *, by: Person) -> tuple[Revision, bytes]:
    """Give the bytes of a revision, re-hashed; that is logged. Raises as ``note_taken``."""
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    revision = revision_of(document, which)
    note_taken(office, document, by, {"revision": str(revision.n)}, opened=revision.digest)
    return revision, office.contents.get(document, revision.digest)


def marked_print(office: Office, id: str, which: str, *, by: Person) -> tuple[Revision, bytes]:
    """Give a revision to be printed: on each page who prints it, when, and of what; it is logged.

    Raises  as ``content``. Refused: print.no-pages, it is a file without pages.
    Source  Decree 30/2020, Annex VI, part I, III.6k.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    revision = revision_of(document, which)
    if revision.media is not Media.PDF:
        raise Refused("print.no-pages")
    facts = {"revision": str(revision.n), "print": "1"}
    note_taken(office, document, by, facts, opened=revision.digest)
    at = office.clock().astimezone(office.zone)
    told = str(document.number or document.id[:8])
    words = f"Bản in · {told} · {by.name} ({by.id}) · {at:%d/%m/%Y %H:%M} · {office.organ.name}"
    if across(office, document, by):
        words = f"{across(office, document, by)} · {words}"
    return revision, office.reader.printed(office.contents.get(document, revision.digest), words)


def attachment(office: Office, id: str, n: int, *, by: Person) -> tuple[Attachment, bytes]:
    """Give an attachment; that is logged. Raises as ``note_taken``."""
    document, found = _enclosed(office, id, n, by)
    note_taken(office, document, by, {"attachment": str(n)})
    return found, office.contents.get(document, found.digest)


def attachment_pages(
    office: Office, id: str, n: int, *, by: Person
) -> tuple[Document, Attachment, int]:
    """Give a document, one of its attachments, and how many pages that has to look at.

    Raises  NotFound. Refused: attachment.no-pictures, files of its kind have no pages.
    """
    document, found = _enclosed(office, id, n, by)
    return document, found, office.reader.inspect(_paper(office, document, found))


def attachment_picture(  # noqa: PLR0913 - which page of which attachment, how wide, for whom
    office: Office, id: str, n: int, page: int, *, width: int, by: Person
) -> bytes:
    """Give one page of an attachment as a PNG; the look is logged. As ``attachment_pages``."""
    document, found = _enclosed(office, id, n, by)
    note_look(office, document, by, {"attachment": str(n), "page": str(page)})
    return picture(office, document, _paper(office, document, found), page, width=width, by=by)


def _enclosed(office: Office, id: str, n: int, by: Person) -> tuple[Document, Attachment]:
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    found = [one for one in document.attachments if one.n == n]
    if not found:
        raise NotFound("attachment.unknown")
    return document, found[0]


def _paper(office: Office, document: Document, one: Attachment) -> bytes:
    return office.converter.paper(office.contents.get(document, one.digest), one.media)


def package(office: Office, id: str, *, by: Person) -> bytes:
    """Give the package of an archived document; that is logged. Raises as ``note_taken``."""
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        digest = unit.readings.package(id)
    if digest is None:
        raise NotFound("package.unknown")
    note_taken(office, document, by, {"package": "yes"})
    return office.contents.get(document, digest)


def page_picture(  # noqa: PLR0913 - which page of which revision, how wide, for whom
    office: Office, id: str, page: int, which: str, *, width: int, by: Person
) -> bytes:
    """Give one page of a revision as a PNG; the look is logged.

    Of a document that is no secret, whoever saw its first page turns the others unwritten.

    Raises  NotFound: no such revision or page. Unreadable: the reader failed on it.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        revision = revision_of(document, which)
        begun = unit.documents.opened(document.id, by.id, revision.digest)
    if page == 1 or not begun or document.classification is not Classification.NONE:
        facts = {"revision": str(revision.n), "page": str(page)}
        note_look(office, document, by, facts, opened=revision.digest if page == 1 else "")
    if revision.media is not Media.PDF:
        raise NotFound("page.unknown")
    shown = office.contents.get(document, revision.digest)
    return picture(office, document, shown, page, width=width, by=by)


def placement(office: Office, id: str, *, by: Person) -> Placement:
    """Give where number, date, signature and seal will stand on a document."""
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    return places_found(office, document)


def history(office: Office, id: str, *, by: Person) -> list[dict[str, object]]:
    """Give every act on a document, oldest first."""
    with office.database.reading() as unit:
        standing(office, unit, id, by)
        entries = unit.audit.of(id, but=LOOKS)
        return history_lines(entries, unit.people.names(mentioned(entries)))


def mentioned(entries: Sequence[tuple[AuditEntry, str]]) -> set[str]:
    """Give whatever in log entries may be an account: who acted, and each fact told."""
    return {
        one for entry, _ in entries for one in (entry.event.by, *entry.event.facts.values()) if one
    }


def history_lines(
    entries: Sequence[tuple[AuditEntry, str]], names: Mapping[str, str]
) -> list[dict[str, object]]:
    """Give log entries as lines of a history, counted for themselves.

    Their places in the log would tell how much else was done in between, and so of what.
    """
    return [
        {
            "seq": n,
            "event": entry.event.action,
            "action": entry.event.facts.get("action", ""),
            "actor": entry.event.by,
            "actor_name": names.get(entry.event.by, entry.event.by),
            "on_behalf_of": entry.event.facts.get("on_behalf_of"),
            "on_behalf_of_name": names.get(entry.event.facts.get("on_behalf_of", ""), ""),
            "capacity": entry.event.facts.get("capacity", ""),
            "basis": entry.event.facts.get("basis", ""),
            "at": entry.event.at,
            "from": entry.event.facts.get("from", ""),
            "to": entry.event.facts.get("to", ""),
            "digest": entry.event.facts.get("digest", ""),
            "made": entry.event.facts.get("made", ""),
            "number": entry.event.facts.get("number", ""),
            "comment": remark,
            **{name: entry.event.facts.get(name, "") for name in OF_ROADS},
        }
        for n, (entry, remark) in enumerate(entries, start=1)
    ]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document on somebody's desk."""

    document: Document
    step: Step  # the one that lies on their desk longest
    acts: tuple[Act, ...]
    sides: tuple[Side, ...] = ()
    mandate: Mandate | None = None  # in whose name, where it waits for another
    part: Assignment | None = None  # of a directive, where that is what waits

    @property
    def actions(self) -> list[str]:
        """Give the names of all that may be done, other names included."""
        return named(self.acts, self.sides)

    @property
    def cursor(self) -> str:
        """Give the place on the desk behind this document."""
        return f"{self.step.opened_at.isoformat()}_{self.document.id}"


def desk(office: Office, *, by: Person, after: str = "", limit: int = FULL_DESK) -> list[Waiting]:
    """Give what waits for them or for whom they stand in, longest first, behind a cursor."""
    _require_cursor(after)
    with office.database.reading() as unit:
        found = unit.documents.waiting(tokens_of(by), classes_of(by), after=after, limit=limit)
        steps = unit.steps.several([one.id for one in found])
        unit.proofs.read_ahead([one.id for one in found])
        waiting = {}
        for document in found:
            route = office.roads.of(unit, document.definition, document.workflow)
            at = Standing(document, tuple(steps[document.id]), route)
            mine = [one for one in at.steps if one.open and one.desk & tokens_of(by)]
            acts = tuple({offer.act.name: offer.act for offer in offers(unit, at, by)}.values())
            beside = tuple(sides(unit, at, by))
            waiting[document.id] = Waiting(document, mine[0], acts, beside)
        for one in waiting_for_others(office, unit, by, after=after, limit=limit):
            own = waiting.get(one.at.document.id)
            waiting[one.at.document.id] = Waiting(
                one.at.document,
                own.step if own else one.step,
                one.acts,
                one.sides,
                None if own and own.acts else one.mandate,
            )
        parts = unit.assignments.several(list(waiting))
    longest = sorted(waiting.values(), key=lambda one: (one.step.opened_at, one.document.id))
    return [replace(one, part=_part_of(one, parts)) for one in longest[:limit]]


def _part_of(one: Waiting, parts: Mapping[str, Sequence[Assignment]]) -> Assignment | None:
    lying = one.step.parent if one.step.kind is StepKind.EXTENSION else one.step.n
    return next((each for each in parts[one.document.id] if each.open and each.step == lying), None)


def page_of_desk(
    office: Office, *, after: str, limit: int, by: Person
) -> tuple[list[Waiting], str]:
    """Give a page of what waits for this person, and the cursor of the next."""
    found = desk(office, by=by, after=after, limit=limit + 1)
    shown = found[:limit]
    return shown, shown[-1].cursor if len(found) > limit else ""


def how_many_wait(office: Office, *, by: Person) -> tuple[int, bool]:
    """Give how many documents wait for this person, and whether there are more than that."""
    with office.database.reading() as unit:
        counted = unit.documents.how_many_wait(tokens_of(by), classes_of(by))
        counted += len(waiting_for_others(office, unit, by, after="", limit=COUNTED))
    return min(counted, COUNTED), counted > COUNTED


def units(office: Office) -> dict[str, str]:
    """Give the name of every unit by its id."""
    with office.database.reading() as unit:
        return {one.id: one.name for one in unit.people.units()}


def unit_called(office: Office, document: Document) -> str:
    """Give what a document's unit was called when it was issued, or is called today."""
    on = document.number.on if document.number else office.today()
    with office.database.reading() as unit:
        return unit.people.name_on(document.unit, on)


def names_of(office: Office, people: Iterable[str]) -> dict[str, str]:
    """Give the names of these accounts."""
    with office.database.reading() as unit:
        return unit.people.names(people)


def leaders(office: Office) -> list[Person]:
    """Give who may be named as the one to sign: leaders, and who signs for one today."""
    with office.database.reading() as unit:
        found = {one.id: one for one in unit.people.holding(Role.LEADER)}
        for one in unit.delegations.in_force(office.today()):
            if one.delegator in found and not one.passes_on:
                found.setdefault(one.delegate, unit.people.get(one.delegate))
        return list(found.values())


def staff(office: Office) -> tuple[list[Person], list[Unit]]:
    """Give everybody and every unit of today: whom one may name on a form."""
    with office.database.reading() as unit:
        return unit.people.all(), [one for one in unit.people.units() if one.until is None]


def audit_state(office: Office, *, by: Person) -> AuditHead:
    """Give whether the log holds. Raises NotAllowed: only inspectors and administrators ask."""
    if not by.roles & {Role.INSPECTOR, Role.ADMINISTRATOR}:
        raise NotAllowed("audit.not-yours")
    with office.database.reading() as unit:
        return unit.audit.verify()


def latest_acts(office: Office, limit: int, *, by: Person) -> list[AuditEntry]:
    """Give the newest log entries to an inspector."""
    if Role.INSPECTOR not in by.roles:
        raise NotAllowed("audit.not-yours")
    with office.database.reading() as unit:
        return unit.audit.latest(limit)
