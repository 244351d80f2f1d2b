"""A draft is made from the office's form, as a DOCX in the layout of Decree 30/2020."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from drafting.forms import DraftText, draft_text, make_docx
from records.audit import AuditEvent
from records.delegation import AMOUNT
from records.document import Document, Origin
from records.form import FieldKind, Form
from records.person import Person
from workflow.begin import (
    Particulars,
    effective,
    lay_down,
    new_document,
    road_for,
    with_bytes,
)
from workflow.capacity import PRINTED, chosen_signer
from workflow.number import book_for, notation_of
from workflow.office import Office
from workflow.prints import tell_edge
from workflow.signers import require_cosigners


def draft(  # noqa: PLR0913 - as every verb, with who shall sign
    office: Office,
    said: Particulars,
    answers: Mapping[str, str],
    *,
    signer: str = "",
    cosigners: Sequence[str] = (),
    by: Person,
) -> Document:
    """Make a draft and its PDF, and lay it on its drafter's desk.

    Takes   answers: by field of the form; what the form does not ask for becomes paragraphs of
            the body, so that nothing typed is lost. signer: who shall sign, "" for the usual one:
            a leader, or who signs for one by a delegation in force; cosigners: leaders who sign
            before them, in this order.
    Raises  as ``road_for``; Refused: an answer cannot be read; Unavailable: no converter.
    """
    signing = signer or office.default_signer
    beside = {"cosigners": " ".join(cosigners)} if cosigners else {}
    answers = {key: answer for key, answer in answers.items() if key != "cosigners"}
    said = replace(said, fields={**answers, "signer": signing, **beside})
    said = effective(office, said, by=by)
    route = road_for(office, said, by)
    document = new_document(route, said, by, office.clock())
    with office.database.reading() as unit:
        named, asked, lines = chosen_signer(office, unit, document, signing)
    require_cosigners(office, asked, cosigners)
    if named.id != asked:
        document = replace(document, fields={**document.fields, "signer": asked, PRINTED: named.id})
    content = make_docx(_text(office, document, answers, named.name, lines))
    document = with_bytes(office, document, content, Origin.DRAFTED, by.id)
    facts = {"digest": document.revisions[0].digest}
    event = AuditEvent("document:drafted", by.id, document.created_at, document.id, facts)
    with office.database.unit() as unit:
        lay_down(office, unit, route, document, event, drawn=said.drawn)
    tell_edge(office, document)
    return document


def _text(
    office: Office,
    document: Document,
    answers: Mapping[str, str],
    signer: str,
    lines: tuple[str, ...],
) -> DraftText:
    form = office.forms[document.type]
    with office.database.reading() as unit:
        units = {one.id: one for one in unit.people.units()}
    organ = office.organ
    notation = units[document.unit].notation
    return draft_text(
        form,
        _answers(form, answers),
        subject=document.subject,
        organ=organ.facts.get("letterhead", organ.name),
        superior=organ.superior,
        place=organ.place,
        notation=notation_of(office, book_for(office, document), document.type, notation),
        unit_notation=notation,
        signer_name=signer,
        capacity=lines,
        classification=document.classification,
        urgency=document.urgency,
        circulation=document.circulation,
    )


def _answers(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    asked = {one.key: one.kind for one in form.fields}
    known = {key: answer for key, answer in answers.items() if key in asked}
    unasked = {key: answer for key, answer in answers.items() if key not in asked}
    # What a document commits is stated for the road; the text says it in its own words.
    others = [answer for key, answer in unasked.items() if key != AMOUNT and answer.strip()]
    if others and asked.get("body") is FieldKind.LINES:
        known["body"] = "\n".join([*filter(None, [known.get("body", "")]), *others])
    return known
