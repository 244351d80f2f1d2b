"""A draft is held against Decree 30/2020 before it is submitted, and mended where that is safe."""

from collections.abc import Collection
from dataclasses import dataclass

from drafting.decree import flaws_of, mended, repairs_of
from drafting.layout_reading import layout_of
from records.document import Direction, Document, Media, Origin, Revision
from records.errors import Outrun, Refused
from records.layout import Expected, Flaw, Severity, Strictness
from records.person import Person
from records.route import Route
from storage.unit import Unit
from workflow.capacity import PRINTED, chosen_signer
from workflow.number import book_for, notation_of
from workflow.office import Office
from workflow.revise import Brought, bring, drafted, may_revise
from workflow.road import Choice, standing


@dataclass(frozen=True, slots=True)
class LayoutReport:
    """What was found of a draft's layout."""

    document: Document
    revision: Revision | None  # what was looked at; None: there is no DOCX of ours behind it
    flaws: tuple[Flaw, ...]
    strictness: Strictness
    may_mend: bool  # whoever asks may bring a new revision now
    undoes: int  # n of the revision that undoing the last mending brings back, 0: none

    @property
    def errors(self) -> tuple[Flaw, ...]:
        """Give the flaws that the law does not leave room for."""
        return tuple(one for one in self.flaws if one.severity is Severity.ERROR)

    @property
    def blocks(self) -> bool:
        """Tell whether it cannot be submitted so."""
        return self.strictness is Strictness.BLOCK and bool(self.errors)


def layout_report(office: Office, id: str, *, by: Person) -> LayoutReport:
    """Give what of a draft is not as Decree 30/2020 wants it.

    Raises  NotFound; Unreadable: the DOCX cannot be read; Unavailable: the sandbox.
    """
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        mine = may_revise(was, by)
    document, strictness = was.document, strictness_of(office, was.document, was.route)
    revision = None if strictness is Strictness.OFF else source_of(document)
    flaws = _flaws(office, document, revision) if revision else ()
    return LayoutReport(document, revision, flaws, strictness, mine, _undoes(document))


def strictness_of(office: Office, document: Document, route: Route) -> Strictness:
    """Give what errors of layout mean: what the road says, else what the type says."""
    if document.direction is Direction.INCOMING:
        return Strictness.OFF
    form = office.forms.get(document.type)
    return route.layout or (form.layout if form else Strictness.OFF)


def require_layout(office: Office, document: Document, route: Route) -> None:
    """Refuse to submit a draft with errors of layout, where its road or type wants none.

    Raises  Refused: layout.errors.
    """
    if strictness_of(office, document, route) is not Strictness.BLOCK:
        return
    revision = source_of(document)
    flaws = _flaws(office, document, revision) if revision else ()
    errors = [one for one in flaws if one.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        raise Refused("layout.errors", count=len(errors), line=first.n, words=first.words)


def mend_layout(
    office: Office, id: str, rules: Collection[str], choice: Choice, *, by: Person
) -> Document:
    """Mend the flaws of these rules, all that can be where none is named, as a new revision.

    Raises  NotFound, Outrun, NotAllowed: as ``revise``. Refused: layout.no-docx,
            layout.nothing-to-mend. The revision before it stays as it is.
    """
    document = drafted(office, id, choice, by=by).document
    revision = source_of(document)
    if revision is None:
        raise Refused("layout.no-docx")
    content = office.contents.get(document, revision.digest)
    layout, expected = layout_of(content, office.isolate), expected_of(office, document)
    repairs = repairs_of(layout, expected, rules)
    if not repairs:
        raise Refused("layout.nothing-to-mend")
    chosen = {one.rule for one in flaws_of(layout, expected) if one.fixable}
    facts = {"mended": " ".join(sorted(chosen & set(rules) if rules else chosen))}
    better = mended(content, repairs, office.isolate)
    return bring(office, document, Brought(better, Origin.MENDED, facts), by=by)


def undo_mending(office: Office, id: str, choice: Choice, *, by: Person) -> Document:
    """Bring the DOCX back that was mended last, as a new revision.

    Raises  NotFound, Outrun, NotAllowed: as ``revise``. Outrun: the latest is not mended.
    """
    document = drafted(office, id, choice, by=by).document
    n = _undoes(document)
    if not n:
        raise Outrun("layout.nothing-to-undo")
    earlier = document.revisions[n - 1]
    content = office.contents.get(document, earlier.digest)
    return bring(office, document, Brought(content, earlier.origin), by=by)


def source_of(document: Document) -> Revision | None:
    """Give the DOCX that the latest bytes are the PDF of, None where there is none."""
    if document.latest.media is Media.DOCX:
        return document.latest
    before = document.revisions[-2:-1]
    rendered = document.latest.origin is Origin.RENDERED
    return before[0] if rendered and before and before[0].media is Media.DOCX else None


def _undoes(document: Document) -> int:
    source = source_of(document)
    if source is None or source.origin is not Origin.MENDED:
        return 0
    earlier = [one.n for one in document.revisions if one.media is Media.DOCX and one.n < source.n]
    return earlier[-1] if earlier else 0


def _flaws(office: Office, document: Document, revision: Revision) -> tuple[Flaw, ...]:
    content = office.contents.get(document, revision.digest)
    return flaws_of(layout_of(content, office.isolate), expected_of(office, document))


def expected_of(office: Office, document: Document) -> Expected:
    """Give what the office knows of a draft; what it does not know is not held against it."""
    form = office.forms[document.type]
    with office.database.reading() as unit:
        notation = _notation(office, unit, document)
        signer, capacity = _signer(office, unit, document)
    return Expected(
        type=form.id,
        abbreviation=form.abbreviation,
        type_name=form.name,
        type_names=frozenset(one.name for one in office.forms.values()),
        template=form.template,
        addressed=any(one.key == "addressees" for one in form.fields),
        notation=notation,
        subject=document.subject,
        organ=office.organ.facts.get("letterhead", office.organ.name),
        superior=office.organ.superior,
        signer=signer,
        capacity=capacity,
        pages=document.latest.pages,
    )


def _notation(office: Office, unit: Unit, document: Document) -> str:
    try:
        book = book_for(office, document)
    except Refused:  # it gets no number here
        return ""
    drafters = unit.people.unit(unit.people.heir(document.unit))
    return notation_of(office, book, document.type, drafters.notation)


def _signer(office: Office, unit: Unit, document: Document) -> tuple[str, tuple[str, ...]]:
    told = document.fields
    asked = told.get(PRINTED) or told.get("signer", "")
    try:
        named, _, lines = chosen_signer(office, unit, document, asked)
    except Refused:  # nobody was asked, or their delegation has ended
        return "", ()
    return named.name, lines
