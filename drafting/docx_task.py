"""What is done with a DOCX inside the sandbox: every word out of it, in reading order."""

import json
import re
import unicodedata
from collections.abc import Iterator
from zipfile import ZipFile

from lxml import etree

from drafting.archive import open_zip, read_xml
from records.errors import Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")
_VML = "{urn:schemas-microsoft-com:vml}"
_FIRST = 30  # paragraphs that may be a stamp at the head
_LARGEST_PART = 100_000_000  # bytes


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Give the words as one JSON string, a line a paragraph; or, asked for ``head``, as ``_head``.

    Raises  Unreadable: file.damaged and the other faults of a ZIP.
    Source  ECMA-376 part 1, 17.3: runs and their text.
    """
    with open_zip(content) as archive:
        if _TEXTS[0] not in archive.namelist():
            raise Unreadable("file.damaged")
        if options.get("act") == "head":
            return json.dumps(_head(archive)).encode("utf-8", "replace")
        lines = [line for name in _parts(archive) for line in _lines(archive, name)]
    text = unicodedata.normalize("NFC", "\n".join(lines))
    return json.dumps(text).encode("utf-8", "replace")


def _head(archive: ZipFile) -> tuple[list[str], list[tuple[str, str]]]:
    """Give the lines among which a stamp may be, and what the file says of itself.

    They are the first paragraphs, all in text boxes, headers and footers, and lettering drawn as
    a picture (WordArt).
    """
    lines: list[str] = []
    for name in _parts(archive):
        if not name.endswith(".xml"):
            continue
        root = read_xml(archive, name, limit=_LARGEST_PART)
        told = [(one, _told(one)) for one in root.iter(f"{_W}p")]
        boxed = [text for one, text in told if _in_box(one)]
        plain = [text for one, text in told if text and not _in_box(one)]
        lines += boxed + (plain[:_FIRST] if name == _TEXTS[0] else plain)
        lines += [str(one.get("string", "")) for one in root.iter(f"{_VML}textpath")]
    pieces = [piece.strip() for line in lines for piece in re.split(r"[\t\n]", line)]
    return [unicodedata.normalize("NFC", one) for one in pieces if one], _properties(archive)


def _told(paragraph: etree._Element) -> str:
    return "".join(
        "\t" if node.tag == f"{_W}tab" else "\n" if node.tag == f"{_W}br" else node.text or ""
        for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
        if _owner(node) is paragraph
    )


def _in_box(paragraph: etree._Element) -> bool:
    return next(paragraph.iterancestors(f"{_W}txbxContent"), None) is not None


def _properties(archive: ZipFile) -> list[tuple[str, str]]:
    """Give name and value of every property of the file, its own and those somebody added."""
    found = []
    for name in {"docProps/core.xml", "docProps/custom.xml"} & set(archive.namelist()):
        for node in read_xml(archive, name):
            value = unicodedata.normalize("NFC", "".join(str(one) for one in node.itertext()))
            if value.strip():
                called = node.get("name") or etree.QName(node).localname
                found.append((str(called), value.strip()))
    return found


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
