"""Values as people read them: moments, days, sizes, and names for identifiers."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from records.document import Document
from records.errors import OfficeError
from records.person import Person
from records.route import State, Title
from records.step import Step
from web.language import language, rules, sentence
from web.layout_words import flaw_clause, flaw_sentence
from web.office import office
from web.pages.labels import ROLE, TABLES
from web.phrases import gettext, phrase, title
from workflow.desks import BY_ITSELF

KILO = 1000


def moment(at: datetime | None) -> str:
    """Give a moment where the office is: ``20/11/2026 09:05``."""
    return at.astimezone(office().zone).strftime("%d/%m/%Y %H:%M") if at else ""


def day(on: date | datetime | None) -> str:
    """Give a day: ``20/11/2026``."""
    if isinstance(on, datetime):
        on = on.astimezone(office().zone).date()
    return on.strftime("%d/%m/%Y") if on else ""


def iso_day(at: datetime | None) -> str:
    """Give the day of a moment where the office is, as a field of a form has it."""
    return at.astimezone(office().zone).date().isoformat() if at else ""


def size(count: int) -> str:
    """Give a number of bytes: ``128 kB``, ``1,4 MB``."""
    if count < KILO:
        return f"{count} B"
    if count < KILO * KILO:
        return f"{count / KILO:.0f} kB"
    told = f"{count / KILO / KILO:.1f}".removesuffix(".0") + " MB"
    return told if language() == "en" else told.replace(".", ",")


def said(id: object, table: str) -> str:
    """Give what people read for an identifier; one without words stands for itself."""
    words = TABLES[table].get(str(id))
    return gettext(words) if words is not None else str(id)


def type_name(id: str) -> str:
    """Give a document type's name."""
    form = office().forms.get(id)
    if form is None:
        return id
    return form.name_en if language() == "en" else form.name


def state_of(document: Document) -> str:
    """Give the title of the state a document is in."""
    return state_title(document, document.state)


def state_title(document: Document, name: str) -> str:
    """Give the title of a state of a document's road."""
    state = office().route_of(document).states.get(name)
    return title(state.title) if state else name


def act_title(line: Mapping[str, Any], document: Document) -> str:
    """Give the title of what a line of a document's history tells."""
    state = office().route_of(document).states.get(str(line["from"]))
    for act in state.acts if state else ():
        if act.name == line["action"]:
            return title(act.title)
    return said(line["event"], "event")


def since(at: datetime) -> str:
    """Give how long ago a moment is, in the largest unit that fits."""
    passed = office().clock() - at
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return phrase("vừa xong")
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return phrase("%(n)d phút", n=minutes)
    if minutes < 60 * 24:
        return phrase("%(n)d giờ", n=minutes // 60)
    return phrase("%(n)d ngày", n=minutes // (60 * 24))


def desk_names(step: Step | None, names: Mapping[str, str], units: Mapping[str, str]) -> list[str]:
    """Give whom a step waits for, in words."""
    return sorted(_holder(token, names, units) for token in (step.desk if step else ()))


def waits_for(step: Step, names: Mapping[str, str], units: Mapping[str, str]) -> str:
    """Give whom a step waits for, as one line of words."""
    return ", ".join(desk_names(step, names, units))


def people_of(people: Iterable[Person]) -> list[tuple[str, str]]:
    """Give people as the options of a list."""
    return [(one.id, f"{one.name}, {one.title}") for one in people]


def states_of(states: Iterable[State]) -> list[tuple[str, str]]:
    """Give states as the options of a list."""
    return [(one.name, title(one.title)) for one in states]


def joined(told: str, document: Document) -> str:
    """Give what branches came to together: ``consulting=agreed``, in words."""
    parts = [one.partition("=") for one in told.split()]
    return "; ".join(f"{state_title(document, n)}: {said(o, 'ended')}" for n, _, o in parts)


def _holder(token: str, names: Mapping[str, str], units: Mapping[str, str]) -> str:
    kind, _, whose = token.partition(":")
    if token == BY_ITSELF:
        return phrase("Hệ thống")
    if kind == "person":
        return names.get(whose, whose)
    if kind == "unit":
        return units.get(whose, whose)
    unit, _, role = whose.rpartition("/")
    told = gettext(ROLE.get(role, role))
    return f"{told} ({units.get(unit, unit)})" if unit else told


def short(digest: str) -> str:
    """Give the beginning of a digest."""
    return f"{digest[:12]}…" if digest else ""


def titled(of: Title) -> str:
    """Give a configured title in the reader's language."""
    return title(of)


def label(field: Any) -> str:
    """Give a form field's label in the reader's language."""
    return str(field.label_en if language() == "en" else field.label)


def told(note: str) -> str:
    """Give the sentence of a rule where a note is one, else the note as somebody wrote it."""
    return sentence(OfficeError(note)) if note in rules() else note


FILTERS: Mapping[str, Callable[..., Any]] = {
    "moment": moment,
    "day": day,
    "iso_day": iso_day,
    "size": size,
    "said": said,
    "told": told,
    "type_name": type_name,
    "state_of": state_of,
    "state_title": state_title,
    "waits_for": waits_for,
    "people": people_of,
    "states": states_of,
    "joined": joined,
    "act_title": act_title,
    "since": since,
    "short": short,
    "titled": titled,
    "field_label": label,
    "flaw_sentence": flaw_sentence,
    "flaw_clause": flaw_clause,
}
