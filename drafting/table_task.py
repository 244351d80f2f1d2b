"""What is done with a foreign table inside the sandbox: CSV, XLSX or YAML as rows of words."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml
from openpyxl import load_workbook

from records.errors import Unreadable

_ROWS, _CELLS, _LONGEST = 5_000, 40, 2_000
_ZIP = b"PK\x03\x04"


def answer(content: bytes, options: dict[str, object]) -> bytes:  # noqa: ARG001 - the task's form
    """Give the rows as JSON: a list of [line, {heading: words}], headings as they are written.

    Raises  Unreadable: file.unknown, it is no table; file.damaged.
    """
    rows = list(_xlsx(content)) if content.startswith(_ZIP) else list(_text(content))
    return json.dumps(rows).encode("utf-8", "replace")


def _text(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Unreadable("file.unknown") from wrong
    if "\0" in text:
        raise Unreadable("file.unknown")
    first = next((line for line in text.splitlines() if line.strip(" \t#")), "")
    if first.lstrip().startswith(("-", "#", "files:", "---")):
        yield from _yaml(text)
    else:
        yield from _csv(text)


def _yaml(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as wrong:
        raise Unreadable("file.damaged") from wrong
    if isinstance(told, dict) and isinstance(root, yaml.MappingNode):
        told = told.get("files")
        nodes = [value for key, value in root.value if getattr(key, "value", "") == "files"]
        root = nodes[0] if nodes else None
    if not isinstance(told, list) or not isinstance(root, yaml.SequenceNode):
        raise Unreadable("file.unknown")
    for node, row in zip(root.value[:_ROWS], told, strict=False):
        if not isinstance(row, dict):
            raise Unreadable("file.unknown")
        yield node.start_mark.line + 1, _row(row.items())


def _csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.splitlines()[0] if text.splitlines() else ""
    marks = ";" if head.count(";") > head.count(",") else ","
    if "\t" in head:
        marks = "\t"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=marks)
    try:
        titles = next(reader, [])
        for cells in reader:
            if any(cell.strip() for cell in cells) and reader.line_num <= _ROWS:
                yield reader.line_num, _row(zip(titles, cells, strict=False))
    except csv.Error as wrong:
        raise Unreadable("file.damaged") from wrong


def _xlsx(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(max_row=_ROWS, max_col=_CELLS, values_only=True)
        titles = [_words(cell) for cell in next(iter(lines), ())]
        rows = [(n, cells) for n, cells in enumerate(lines, 2) if any(cells)]
    except Exception as wrong:  # the vendor raises anything on what is no workbook
        raise Unreadable("file.damaged") from wrong
    for n, cells in rows:
        yield n, _row(zip(titles, cells, strict=False))


def _row(pairs: Any) -> dict[str, str]:
    return {_words(title): _words(cell) for title, cell in list(pairs)[:_CELLS] if _words(title)}


def _words(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFC", str(cell)[:_LONGEST]).split())
