"""What is done with a DOCX inside the sandbox: every word out of it, in reading order."""

import json
import unicodedata
from collections.abc import Iterator
from zipfile import ZipFile

from lxml import etree

from drafting.archive import open_zip, read_xml
from records.errors import Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")
_LARGEST_PART = 100_000_000  # bytes


def answer(content: bytes, options: dict[str, object]) -> bytes:  # noqa: ARG001 - the task's form
    """Give the words as one JSON string, a line a paragraph.

    Raises  Unreadable: file.damaged and the other faults of a ZIP.
    Source  ECMA-376 part 1, 17.3: runs and their text.
    """
    with open_zip(content) as archive:
        if _TEXTS[0] not in archive.namelist():
            raise Unreadable("file.damaged")
        lines = [line for name in _parts(archive) for line in _lines(archive, name)]
    text = unicodedata.normalize("NFC", "\n".join(lines))
    return json.dumps(text).encode("utf-8", "replace")


def _parts(archive: ZipFile) -> Iterator[str]:
    """Give the parts with words: headers above the text, footers and notes below it."""
    names = set(archive.namelist())
    yield from sorted(name for name in names if name.startswith("word/header"))
    yield from (name for name in _TEXTS if name in names)
    yield from sorted(name for name in names if name.startswith("word/footer"))


def _lines(archive: ZipFile, name: str) -> Iterator[str]:
    if not name.endswith(".xml"):
        return
    root = read_xml(archive, name, limit=_LARGEST_PART)
    for paragraph in root.iter(f"{_W}p"):
        line = "".join(_words(paragraph)).strip()
        if line:
            yield line


def _words(paragraph: etree._Element) -> Iterator[str]:
    """Give the text of a paragraph's own runs; deleted text is not part of the document."""
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}noBreakHyphen"):
        if _owner(node) is not paragraph:
            continue
        if node.tag == f"{_W}t":
            yield node.text or ""
        else:
            yield "-" if node.tag == f"{_W}noBreakHyphen" else " "


def _owner(node: etree._Element) -> etree._Element | None:
    """Give the nearest paragraph around a node: a text box has paragraphs inside paragraphs."""
    return next(node.iterancestors(f"{_W}p"), None)
