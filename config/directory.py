"""The office's directories: its document types with their forms, and the partners it writes to."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from config.located import Located, Strict
from config.signatures import years_of
from records.form import Field, FieldKind, Form
from records.layout import Strictness
from records.level import Level
from records.person import Organ

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Template = Literal["decision", "resolution", "letter", "invitation", "named"]

_KEY = re.compile(r"[a-z][a-z_]*")
_ORGAN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*")
_LONGEST_ORGAN = 35  # QCVN 102:2016/BTTTT, amendment 1:2022
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")


def _field_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("a key is made of the letters a-z and _")
    return key


def _organ_id(id: str) -> str:
    if not _ORGAN.fullmatch(id) or len(id) > _LONGEST_ORGAN:
        raise ValueError("an identifier is like H49.90.1, with at most 35 signs")
    return id


def _folder(name: str) -> str:
    if name and not _FOLDER.fullmatch(name):
        raise ValueError("a folder's name is relative, without ..")
    return name


def _mail(address: str) -> str:
    if address and not _MAIL.fullmatch(address):
        raise ValueError("not a mail address")
    return address


class FieldText(Strict):
    """One of a type's ``fields``."""

    key: Annotated[str, AfterValidator(_field_key)]
    label: Words
    label_en: str = ""
    kind: FieldKind = FieldKind.TEXT
    required: bool = False


class TypeText(Strict):
    """One of ``types`` in document_types.yaml."""

    id: Words
    abbreviation: str = ""
    name: Words
    english: str = ""
    template: Template = "named"
    fields: tuple[FieldText, ...] = ()
    retention: Literal["permanent"] | int | None = None
    level: Level | None = None
    layout: Strictness = Strictness.WARN


class TypesText(Strict):
    """document_types.yaml; ``shared`` holds blocks that several types refer to."""

    shared: dict[str, FieldText] = {}  # noqa: RUF012 - pydantic copies defaults
    types: tuple[TypeText, ...]


class FactsText(Strict):
    """What else is known of a partner."""

    address: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


class PartnerText(Strict):
    """One of ``partners`` in partners.yaml."""

    id: Annotated[str, AfterValidator(_organ_id)]
    name: Words
    superior: str = ""
    place: str = ""
    notation: str = ""
    email: Annotated[str, AfterValidator(_mail)] = ""
    spool: Annotated[str, AfterValidator(_folder)] = ""
    facts: FactsText = FactsText()


class PartnersText(Strict):
    """partners.yaml."""

    partners: tuple[PartnerText, ...]


def read_forms(path: Path) -> dict[str, Form]:
    """Give the forms of ``document_types.yaml`` by id, in its order. Raises ``config.invalid``."""
    located = Located(path)
    forms: dict[str, Form] = {}
    for n, one in enumerate(located.model(TypesText).types):
        if one.id in forms:
            raise located.wrong(["types", n, "id"], f"type {one.id!r} stands here twice")
        if one.abbreviation not in ("", one.id):
            why = "id must be the abbreviation, where there is one"
            raise located.wrong(["types", n, "abbreviation"], why)
        forms[one.id] = _form(located, n, one)
    if not forms:
        raise located.wrong(["types"], "there is no type")
    return forms


def _form(located: Located, n: int, one: TypeText) -> Form:
    keys = [field.key for field in one.fields]
    doubled = next((key for key in keys if keys.count(key) > 1), None)
    if doubled:
        raise located.wrong(["types", n, "fields"], f"two fields are called {doubled!r}")
    fields = tuple(
        Field(field.key, field.label, field.label_en or field.label, field.kind, field.required)
        for field in one.fields
    )
    return Form(
        id=one.id,
        abbreviation=one.abbreviation,
        name=one.name,
        name_en=one.english or one.name,
        template=one.template,
        fields=fields,
        retention=None if one.retention is None else years_of(one.retention),
        level=one.level,
        layout=one.layout,
    )


def read_partners(path: Path) -> dict[str, Organ]:
    """Give the partners of ``partners.yaml`` by id. Raises ``config.invalid``."""
    located = Located(path)
    partners: dict[str, Organ] = {}
    folders: set[str] = set()
    for n, one in enumerate(located.model(PartnersText).partners):
        if one.id in partners:
            raise located.wrong(["partners", n, "id"], "this partner stands here twice")
        if one.spool and one.spool in folders:
            raise located.wrong(["partners", n, "spool"], "this folder is another partner's")
        folders.add(one.spool)
        told = one.model_dump()
        facts = {name: value for name, value in told.pop("facts").items() if value}
        partners[one.id] = Organ(**told, facts=facts)
    return partners
