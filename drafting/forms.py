"""The office's forms: which document types there are and what each asks its drafter for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import cast

import yaml

from drafting.draft import DraftText
from drafting.typeset import make_docx
from records.document import Classification, Urgency
from records.errors import Refused

__all__ = ["DraftText", "Field", "FieldKind", "Form", "draft_text", "make_docx", "read_forms"]

TEMPLATES = frozenset({"decision", "resolution", "letter", "invitation", "named"})
_LISTS = ("bases", "body", "addressees", "recipients")  # fields with a place of their own
_SINGLE = ("authority", "opening", "mark", "archive")


class FieldKind(StrEnum):
    """What a drafter types into a field."""

    TEXT = "text"  # one line
    LINES = "lines"  # one paragraph or name a line
    DATE = "date"  # ISO 8601: 2026-11-20


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    key: str
    label: str  # Vietnamese; printed where the field has no place of its own
    label_en: str
    kind: FieldKind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A document type as the office drafts it."""

    id: str  # the abbreviation or, where there is none, the name in small letters: "công văn"
    abbreviation: str  # "QĐ"; "" for công văn and thư công
    name: str  # "Quyết định"
    name_en: str
    template: str  # one of TEMPLATES
    fields: tuple[Field, ...]

    def notation(self, office: str, unit: str = "") -> str:
        """Give the symbol after the slash: ``QĐ-LĐLĐ``, or ``LĐLĐ-VP`` for a letter.

        Takes   office, unit: their abbreviations in symbols.
        Source  Decree 30/2020, Annex I, part II, 3.
        """
        parts = (self.abbreviation, office) if self.abbreviation else (office, unit)
        return "-".join(part for part in parts if part)


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


# ── the office's own list, from YAML ─────────────────────────────────────────────────────


def read_forms(text: str, *, name: str = "document_types.yaml") -> dict[str, Form]:
    """Give the forms in a configuration text, by id, in its order.

    Takes   name: of the file, for messages.
    Raises  Refused: config.invalid, with where (file and line) and why.
    """
    source = _Source(name)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise source.wrong(line, error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise source.wrong(1, "not YAML") from error
    forms: dict[str, Form] = {}
    for node in source.items(root, "types"):
        form = _form(source, node)
        if form.id in forms:
            raise source.wrong(_line(node), f"type {form.id!r} stands here twice")
        forms[form.id] = form
    return forms


def _form(source: "_Source", node: yaml.Node) -> Form:
    parts = source.mapping(
        node, {"id", "abbreviation", "name", "english", "template", "fields"}, {"id", "name"}
    )
    template = source.text(parts.get("template"), "named")
    if template not in TEMPLATES:
        raise source.wrong(_line(parts["template"]), f"template is none of {sorted(TEMPLATES)}")
    id, abbreviation = source.text(parts["id"]), source.text(parts.get("abbreviation"))
    if abbreviation not in {"", id}:
        raise source.wrong(_line(node), "id must be the abbreviation, where there is one")
    fields = tuple(_field(source, one) for one in _listed(source, parts.get("fields")))
    if len({field.key for field in fields}) != len(fields):
        raise source.wrong(_line(node), f"type {id!r} has two fields with one key")
    english = source.text(parts.get("english"))
    return Form(id, abbreviation, source.text(parts["name"]), english, template, fields)


def _field(source: "_Source", node: yaml.Node) -> Field:
    allowed = {"key", "label", "label_en", "kind", "required"}
    parts = source.mapping(node, allowed, {"key", "label"})
    key, kind = source.text(parts["key"]), source.text(parts.get("kind"), "text")
    if not (key.isascii() and key.isidentifier()):
        raise source.wrong(_line(parts["key"]), "a key is made of the letters a-z and _")
    if kind not in set(FieldKind):
        raise source.wrong(_line(parts["kind"]), f"kind is none of {[k.value for k in FieldKind]}")
    required = source.text(parts.get("required"), "false")
    if required not in {"true", "false"}:
        raise source.wrong(_line(parts["required"]), "required is true or false")
    label, english = source.text(parts["label"]), source.text(parts.get("label_en"))
    return Field(key, label, english or label, FieldKind(kind), required == "true")


def _listed(source: "_Source", node: yaml.Node | None) -> Iterable[yaml.Node]:
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        raise source.wrong(_line(node), "expected a list")
    return cast("list[yaml.Node]", node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


@dataclass(frozen=True, slots=True)
class _Source:
    """A configuration text whose faults are told by file and line."""

    name: str

    def wrong(self, line: int, why: str) -> Refused:
        return Refused("config.invalid", where=f"{self.name}:{line}", why=why)

    def items(self, root: yaml.Node | None, key: str) -> Iterable[yaml.Node]:
        if root is None:
            raise self.wrong(1, "the file is empty")
        parts = self.mapping(root, None, {key})
        found = list(_listed(self, parts[key]))
        if not found:
            raise self.wrong(_line(parts[key]), f"{key} is empty")
        return found

    def mapping(
        self, node: yaml.Node, allowed: set[str] | None, needed: set[str]
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(_line(node), "expected names with values")
        parts: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node)
            if key in parts or (allowed is not None and key not in allowed):
                why = "stands here twice" if key in parts else f"is none of {sorted(allowed or ())}"
                raise self.wrong(_line(key_node), f"{key!r} {why}")
            parts[key] = value
        for key in sorted(needed - set(parts)):
            raise self.wrong(_line(node), f"{key!r} is missing")
        return parts

    def text(self, node: yaml.Node | None, default: str = "") -> str:
        if node is None:
            return default
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            raise self.wrong(_line(node), "expected a word or a line of text")
        return str(node.value).strip()
