"""A file of days as a clerk writes it, YAML or CSV, read with the line of every mistake."""

import csv
import io
from datetime import date

import yaml

from records.errors import Refused
from records.working_time import CalendarDay

COLUMNS = {
    "ngay": "day",
    "ngày": "day",
    "lam_viec": "working",
    "làm việc": "working",
    "ten": "name",
    "tên": "name",
    "can_cu": "source",
    "căn cứ": "source",
}
"""Vietnamese names of the columns; the English ones stand for themselves."""

KNOWN = ("day", "working", "name", "source")
YES = frozenset({"true", "yes", "1", "có", "co", "x", "làm", "làm việc"})
NO = frozenset({"false", "no", "0", "không", "khong", "", "nghỉ", "nghi"})

LARGEST = 1_000_000
"""How many bytes such a file may have."""

Row = tuple[int, dict[str, str]]  # line, words by column


def days_in(content: bytes, name: str) -> list[CalendarDay]:
    """Give the days a file tells of.

    Raises  Refused calendar.import: with ``line`` and ``why``.
    """
    if len(content) > LARGEST:
        raise _wrong(1, "tệp quá lớn / too large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise _wrong(1, "không phải UTF-8 / not UTF-8") from wrong
    rows = _of_yaml(text) if name.lower().endswith((".yaml", ".yml")) else _of_csv(text)
    found: dict[date, CalendarDay] = {}
    for line, row in rows:
        one = _day(line, row)
        if one.day in found:
            raise _wrong(line, f"{one.day:%d/%m/%Y}: hai lần / twice")
        found[one.day] = one
    if not found:
        raise _wrong(1, "không có ngày nào / no day in it")
    return list(found.values())


def _of_csv(text: str) -> list[Row]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",", strict=True)
    try:
        head = [_column(1, word) for word in next(reader, [])]
        rows: list[Row] = []
        for words in reader:
            if any(word.strip() for word in words):
                if len(words) > len(head):
                    raise _wrong(reader.line_num, "thừa cột / more columns than the head")
                rows.append((reader.line_num, dict(zip(head, words, strict=False))))
    except csv.Error as wrong:
        raise _wrong(reader.line_num, str(wrong)) from wrong
    return rows


def _of_yaml(text: str) -> list[Row]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise _wrong(line, str(wrong.problem)) from wrong
    except (yaml.YAMLError, RecursionError) as wrong:
        raise _wrong(1, "YAML") from wrong
    if not isinstance(root, yaml.SequenceNode):
        raise _wrong(1, "phải là danh sách / must be a list")
    return [_item(node) for node in root.value]


def _item(node: yaml.Node) -> Row:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(line, "phải có day, working, name / must say day, working, name")
    row: dict[str, str] = {}
    for key, value in node.value:
        if not (isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)):
            raise _wrong(key.start_mark.line + 1, "mỗi mục một dòng chữ / one word each")
        row[_column(key.start_mark.line + 1, key.value)] = value.value
    return line, row


def _column(line: int, word: str) -> str:
    told = word.strip().lower()
    column = COLUMNS.get(told, told)
    if column not in KNOWN:
        raise _wrong(line, f"«{word}»: day, working, name, source")
    return column


def _day(line: int, row: dict[str, str]) -> CalendarDay:
    written = row.get("day", "").strip()
    try:
        day = _date(written)
    except ValueError as wrong:
        raise _wrong(line, f"«{written}»: 2026-08-31 / 31/08/2026") from wrong
    told = row.get("working", "").strip().lower()
    if told not in YES | NO:
        raise _wrong(line, f"«{told}»: có/không, true/false")
    name = row.get("name", "").strip()
    if not name:
        raise _wrong(line, "thiếu tên / no name")
    return CalendarDay(day, told in YES, name, row.get("source", "").strip(), settled=True)


def _date(written: str) -> date:
    if written.count("/") == 2:  # noqa: PLR2004 - day, month and year
        day, month, year = written.split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(written)


def _wrong(line: int, why: str) -> Refused:
    return Refused("calendar.import", line=line, why=why)
