"""Every way in which a word may lie somewhere: what the scanner's recall is measured on."""

import base64
import gzip
import html
import io
import json
import quopri
import sqlite3
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from email.header import Header
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from whoosh import fields, index

from bench.canaries import Planted
from bench.papers import minimal_pdf
from bench.scanning import Scanner

Carrier = Callable[[str], bytes]
PLACE = "body"
"""Whose words are carried."""


def recall(planted: Planted, more: Mapping[str, bytes] | None = None) -> tuple[int, list[str]]:
    """Give how many carriers there are, and which of them hold a canary that is not found."""
    wanted = {one for one in planted.all if one.place == PLACE}
    missed = []
    carried = {name: carrier(planted.say(PLACE)) for name, carrier in CARRIERS.items()}
    for name, content in {**carried, **(more or {})}.items():
        found = Scanner(wanted).found(content)
        missed += [f"{name}: {one.kind}" for one in wanted - found]
    for name, kind, content in _pictures(planted):
        kinds = {one.kind for one in Scanner(planted.all).found(content)}
        missed += [] if kind in kinds else [f"{name}: {kind}"]
    return len(carried) + len(more or {}) + len(_pictures(planted)), missed


def _plain(words: str) -> str:
    spread = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def _zip(words: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.xml", f"<t>{words}</t>" * 9)
    return packed.getvalue()


def _runs(words: str) -> bytes:
    """Give a DOCX whose text is cut into runs in the middle of words."""
    parts = "".join(f"<w:r><w:t>{words[n : n + 3]}</w:t></w:r>" for n in range(0, len(words), 3))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:p>{parts}</w:p>")
    return packed.getvalue()


def _column(words: str) -> bytes:
    """Give every file of an index that keeps the words."""
    with tempfile.TemporaryDirectory(prefix="trinhky-") as folder:
        made = index.create_in(folder, fields.Schema(text=fields.TEXT(stored=True)))
        writer = made.writer()
        writer.add_document(text=words)
        writer.commit()
        return b"\n".join(one.read_bytes() for one in sorted(Path(folder).iterdir()))


def _page(words: str) -> bytes:
    """Give a database from which the words were deleted, and not overwritten."""
    with tempfile.TemporaryDirectory(prefix="trinhky-") as folder:
        path = Path(folder) / "one.sqlite"
        line = sqlite3.connect(path)
        line.execute("PRAGMA secure_delete = OFF")
        line.execute("CREATE TABLE one (words TEXT)")
        line.execute("INSERT INTO one VALUES (?)", (words,))
        line.commit()
        line.execute("DELETE FROM one")
        line.commit()
        line.close()
        return path.read_bytes()


def _nested(words: str) -> bytes:
    return b'{"file": "' + base64.b64encode(gzip.compress(_zip(words))) + b'"}'


def _lined(words: str) -> bytes:
    return base64.encodebytes(f"something before {words} and behind".encode() * 3)


CARRIERS: Mapping[str, Carrier] = {
    "utf-8": str.encode,
    "utf-16-le": lambda words: b"\x05" + words.encode("utf-16-le"),
    "utf-16-be": lambda words: words.encode("utf-16-be"),
    "decomposed": lambda words: unicodedata.normalize("NFD", words).encode(),
    "without signs": lambda words: _plain(words).encode(),
    "capitals": lambda words: words.upper().encode(),
    "broken into lines": lambda words: "\r\n".join(words.split(" ")).encode(),
    "with tags between": lambda words: "<b>".join(words).encode(),
    "html entities": lambda words: html.escape(words).encode("ascii", "xmlcharrefreplace"),
    "json escapes": lambda words: json.dumps(words).encode(),
    "percent": lambda words: quote(words).encode(),
    "base64": lambda words: base64.b64encode(words.encode()),
    "base64, one off": lambda words: base64.b64encode(b"x" + words.encode()),
    "base64, two off": lambda words: base64.b64encode(b"xy" + words.encode()),
    "base64 of an address": lambda words: base64.urlsafe_b64encode(words.encode()),
    "base64 in lines": _lined,
    "quoted-printable": lambda words: quopri.encodestring(words.encode()),
    "mail header": lambda words: Header(words, "utf-8").encode().encode(),
    "hexadecimal": lambda words: words.encode().hex().encode(),
    "zlib": lambda words: b"before" + zlib.compress(words.encode()) + b"after",
    "gzip": lambda words: gzip.compress(words.encode()),
    "zip": _zip,
    "docx in runs": _runs,
    "pdf text": lambda words: minimal_pdf(_plain(words)),
    "pdf in a zip in gzip in base64": _nested,
    "search index": _column,
    "deleted row": _page,
}


def _pictures(planted: Planted) -> list[tuple[str, str, bytes]]:
    picture = planted.picture()
    opened = Image.open(io.BytesIO(picture)).convert("RGB")
    lossy, paper = io.BytesIO(), io.BytesIO()
    opened.save(lossy, "JPEG", quality=85)
    opened.save(paper, "PDF", resolution=72)
    return [
        (f"{name}, {kind}", kind, content)
        for name, content in (
            ("png", picture),
            ("jpeg", lossy.getvalue()),
            ("picture in a pdf", paper.getvalue()),
            ("picture in a row", b"\0\1row" + picture + b"\0"),
        )
        for kind in ("colour", "code")
    ] + [("length", "size", f'{{"size": {planted.size}, "n": 1}}'.encode())]
