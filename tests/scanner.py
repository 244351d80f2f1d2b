"""Finds words wherever an office may have left them: in files, tables, archives and streams."""

import base64
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from storage.tables import metadata
from tests.conftest import House
from tests.postgres import dump

ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
DEPTH = 4
"""How many packings inside one another are opened: a DOCX in a ZIP in a stream."""


def found_words(house: House, say: Mapping[str, str]) -> dict[str, set[str]]:
    """Give by canary in which parts of the office it lies, the vault left out."""
    found: dict[str, set[str]] = {}
    for part, whole in _parts(house):
        for place in places(whole, say, house):
            found.setdefault(place, set()).add(part)
    return found


def _parts(house: House) -> set[tuple[str, bytes]]:
    """Give all bytes of the office's folder and its database, each with the part it lies in."""
    engine = house.office.database.engine
    parts = _on_disk(house.settings.trinhky_data)
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        parts |= _on_disk(house.settings.trinhky_data)
    else:
        parts.add(("database", dump(house.settings.database_url)))
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()):
                cells = [one if isinstance(one, bytes) else str(one).encode() for one in row]
                parts |= {("database", cell) for cell in cells}
    return parts


def _on_disk(data: Path) -> set[tuple[str, bytes]]:
    files = [(path.relative_to(data).parts[0], path) for path in data.rglob("*") if path.is_file()]
    return {
        ("database" if top.startswith("trinhky.sqlite") else top, path.read_bytes() + bytes(path))
        for top, path in files
        if top != "vault"
    }


def places(whole: bytes, say: Mapping[str, str], house: House | None = None) -> Iterator[str]:
    # All canaries of one document begin alike: where no beginning is, none of them is.
    begins = _needles(say["subject"].removesuffix("subject"))
    layers = [one for one in _layers(whole, house) if any(needle in one for needle in begins)]
    for place, words in say.items():
        if layers and any(needle in layer for layer in layers for needle in _needles(words)):
            yield place


@cache
def _needles(words: str) -> frozenset[bytes]:
    forms = {unicodedata.normalize(form, words) for form in ("NFC", "NFD")} | {folded(words)}
    forms |= {one.upper() for one in forms} | {one.title() for one in forms}
    coded = {one.encode(coding) for one in forms for coding in ("utf-8", "utf-16-le", "utf-16-be")}
    escaped = {one.encode("ascii", "backslashreplace") for one in forms}
    return frozenset(coded | escaped)


def folded(words: str) -> str:
    plain = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _layers(whole: bytes, house: House | None, depth: int = DEPTH) -> Iterator[bytes]:
    """Give the bytes, and what is packed in them: archives, streams, and the text of PDFs."""
    yield whole
    if whole.startswith(b"%PDF") and house is not None:
        yield "".join(house.office.reader.reading(whole).texts).encode()
    if depth:
        for inner in (*_members(whole), *_streams(whole), *_enclosures(whole)):
            yield from _layers(inner, house, depth - 1)


def _members(whole: bytes) -> Iterator[bytes]:
    if zipfile.is_zipfile(io.BytesIO(whole)) and whole.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            for one in archive.infolist():
                yield one.filename.encode()
                yield archive.read(one)


def _streams(whole: bytes) -> Iterator[bytes]:
    for start in ZLIB.finditer(whole):
        try:
            opened = zlib.decompressobj().decompress(whole[start.start() :], 1_000_000)
        except zlib.error:
            continue
        if len(opened) > 8:
            yield opened


def _enclosures(whole: bytes) -> Iterator[bytes]:
    # edXML carries its files in base64, on one line or many.
    if b"edXML" in whole[:2000]:
        for run in re.findall(rb"[A-Za-z0-9+/\r\n]{200,}={0,2}", whole):
            yield base64.b64decode(run + b"==")
