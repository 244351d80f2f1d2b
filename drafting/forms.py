"""A form's answers become the words of a document."""

from collections.abc import Mapping
from datetime import date

from drafting.draft import DraftText
from drafting.typeset import make_docx
from records.document import Circulation, Classification, Urgency
from records.errors import Refused
from records.form import Field, FieldKind, Form

__all__ = ["DraftText", "draft_text", "make_docx", "written_date"]

_LISTS = ("bases", "body", "addressees", "recipients")  # fields with a place of their own
_SINGLE = ("authority", "opening", "archive")


def draft_text(  # noqa: PLR0913 - a letterhead has this many parts, all by name
    form: Form,
    answers: Mapping[str, str],
    *,
    subject: str,
    organ: str,
    place: str,
    notation: str,
    signer_name: str,
    capacity: tuple[str, ...],
    superior: str = "",
    unit_notation: str = "",
    classification: Classification = Classification.NONE,
    urgency: Urgency = Urgency.NORMAL,
    circulation: Circulation = Circulation.NONE,
) -> DraftText:
    """Give a form's answers as the words of a document.

    Takes   answers: by field key, as typed; a field of lines has one item a line.
    Raises  Refused: draft.field-missing, draft.field-unknown, draft.date-invalid, each with the
            field's key and label.
    """
    known = {field.key: field for field in form.fields}
    for key in answers:
        if key not in known:
            raise Refused("draft.field-unknown", field=key)
    told = {key: _told(field, answers.get(key, "")) for key, field in known.items()}
    lists = {key: told.get(key, ()) for key in _LISTS}
    return DraftText(
        type=form.id,
        type_name=form.name,
        subject=subject,
        organ=organ,
        place=place,
        notation=notation,
        signer_name=signer_name,
        capacity=capacity,
        superior=superior,
        unit_notation=unit_notation,
        classification=classification,
        urgency=urgency,
        circulation=circulation,
        template=form.template,
        particulars=tuple(
            (field.label, " ".join(told[key]))
            for key, field in known.items()
            if key not in (*_LISTS, *_SINGLE) and told[key]
        ),
        extra={key: " ".join(told[key]) for key in _SINGLE if told.get(key)},
        **lists,
    )


def _told(field: Field, typed: str) -> tuple[str, ...]:
    """Give an answer as lines, or say what is wrong with it."""
    lines = tuple(line.strip() for line in typed.splitlines() if line.strip())
    if field.required and not lines:
        raise Refused("draft.field-missing", field=field.key, label=field.label)
    if field.kind is FieldKind.DATE and lines:
        try:
            day = date.fromisoformat(lines[0])
        except ValueError as error:
            raise Refused("draft.date-invalid", field=field.key, label=field.label) from error
        return (written_date(day),)
    return lines


def written_date(day: date) -> str:
    """Give a date in words: a zero before days below ten and before January and February only.

    Source  Decree 30/2020, Annex I, part II, 4.
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # noqa: PLR2004 - February
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
