"""What stands in a form, as values of the office; what cannot be one is refused by its field."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from flask import request
from werkzeug.datastructures import FileStorage

from records.errors import Refused
from web.days import day_in
from web.office import office
from web.phrases import phrase
from workflow.begin import Enclosed

E = TypeVar("E", bound=StrEnum)


def chosen(kind: type[E], name: str, label: str) -> E:
    """Give the choice in a form. Raises Refused: none was made, or there is no such."""
    try:
        return kind(request.form.get(name, ""))
    except ValueError:
        raise _wrong(name, label, phrase("chưa chọn")) from None


def day_of(name: str, label: str) -> date | None:
    """Give the day in a form, None where it is empty. Raises Refused: it is no day."""
    return _day(request.form.get(name, ""), name, label)


def needed_day(name: str, label: str) -> date:
    """Give the day in a form. Raises Refused: it is empty, or no day."""
    on = day_of(name, label)
    if on is None:
        raise _wrong(name, label, phrase("chưa chọn"))
    return on


def end_of_day(name: str, label: str) -> datetime | None:
    """Give the end of the day in a form, None where it is empty. Raises Refused: it is no day."""
    return end_of(request.form.get(name, ""), name, label)


def end_of(told: str, name: str, label: str) -> datetime | None:
    """Give the end of a day as it was typed, None for none. Raises Refused: it is no day."""
    on = _day(told, name, label)
    return datetime.combine(on, time.max, office().zone) if on else None


def bound_of(name: str, label: str) -> datetime | None:
    """Give the beginning or end of the day in the address, as ``from`` and ``to`` bound a list."""
    on = asked_day(name, label)
    end = time.max if name == "to" else time.min
    return datetime.combine(on, end, office().zone) if on else None


def asked_day(name: str, label: str) -> date | None:
    """Give the day in the address. Raises Refused: it is no day."""
    return _day(request.args.get(name, ""), name, label)


def _day(told: str, name: str, label: str) -> date | None:
    try:
        return day_in(told.strip())
    except ValueError:
        raise _wrong(name, label, phrase("không phải ngày")) from None


def number_of(told: str, name: str, label: str) -> int | None:
    """Give a number out of a form, None where it is empty. Raises Refused: it is none."""
    if not told:
        return None
    if not (told.isascii() and told.isdecimal() and len(told) < 10):  # noqa: PLR2004 - an int's width
        raise _wrong(name, label, phrase("không phải số"))
    return int(told)


def file_of(name: str, label: str) -> bytes:
    """Give the file in a form. Raises Refused: none was chosen."""
    part = request.files.get(name)
    if part is None or not part.filename:
        raise _wrong(name, label, phrase("chưa chọn tệp"))
    brought: bytes = part.read()
    return brought


def name_of(name: str) -> str:
    """Give what the file in a form is called where it comes from."""
    part = request.files.get(name)
    return (part.filename or "") if part else ""


def files_of(name: str) -> tuple[Enclosed, ...]:
    """Give the files in a form that were chosen."""
    parts: list[FileStorage] = request.files.getlist(name)
    return tuple(Enclosed(part.filename, part.read()) for part in parts if part.filename)


def text_of(name: str) -> str:
    """Give what was typed, without blanks around it and with plain line ends."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _wrong(name: str, label: str, why: str) -> Refused:
    return Refused("body.invalid", field=label, why=why, anchor=name)
