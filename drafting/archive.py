"""ZIP files looked at before a byte of them is unpacked."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, cast

from lxml import etree

from records.errors import Unreadable


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """How large a ZIP may say it is."""

    unpacked: int = 500_000_000  # bytes, all entries together
    ratio: int = 200  # unpacked to packed
    entries: int = 5_000


def open_zip(content: bytes, *, limits: ZipLimits | None = None) -> zipfile.ZipFile:
    """Give a ZIP whose directory keeps the limits; nothing of it has been unpacked.

    Raises  Unreadable: file.damaged, no directory can be read, or a name leaves its folder;
            file.encrypted, an entry is; file.zip-bomb, it declares too much.
    """
    limits = limits or ZipLimits()
    if content.count(b"PK\x01\x02") > 4 * limits.entries:  # before the directory becomes objects
        raise Unreadable("file.zip-bomb")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except Exception as error:  # a hostile directory raises half a dozen kinds of error
        raise Unreadable("file.damaged") from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    small = unpacked <= limits.ratio * max(len(content), 1) and unpacked <= limits.unpacked
    if len(entries) > limits.entries or not small:
        raise Unreadable("file.zip-bomb")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable("file.encrypted")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names) or any(_leaves_its_folder(name) for name in names):
        raise Unreadable("file.damaged")
    return archive


def read_part(archive: zipfile.ZipFile, name: str, *, most: int) -> bytes:
    """Give the beginning of one part of a ZIP, at most so many bytes.

    Raises  Unreadable: file.damaged.
    """
    try:
        with archive.open(name) as part:
            return part.read(most)
    except Exception as error:  # zlib.error, BadZipFile, KeyError …: it cannot be unpacked
        raise Unreadable("file.damaged") from error


def read_xml(archive: zipfile.ZipFile, name: str, *, limit: int = 4_000_000) -> etree._Element:
    """Give one XML part of a ZIP, parsed without entities, network or a document type.

    Takes   limit: the longest part that is looked at, in bytes.
    Raises  Unreadable: file.damaged.
    """
    content = read_part(archive, name, most=limit + 1)
    if len(content) > limit:
        raise Unreadable("file.damaged")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("file.damaged") from error
    if str(cast("Any", root.getroottree().docinfo).doctype):  # ECMA-376 part 2 forbids one
        raise Unreadable("file.damaged")
    return root


def _leaves_its_folder(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or "\x00" in name
