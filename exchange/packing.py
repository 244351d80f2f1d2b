"""Files as edXML carries them: their names, their types, and the zip some of them travel in."""

import io
import re
import unicodedata
import zipfile
import zlib

from records.errors import Unreadable

# What the reference library sends as it is; everything else it zips (domain-vn §4.8, 1).
_RAW = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
}
_MEDIA = _RAW | {
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "txt": "text/plain",
    "xml": "application/xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "rar": "application/vnd.rar",
}
_ZIP = frozenset({"application/zip", "application/x-zip", "application/x-zip-compressed"})
_UNKNOWN = "application/octet-stream"
_MEDIA_FORM = re.compile(r"[a-z0-9][a-z0-9.+-]{0,126}/[a-z0-9][a-z0-9.+-]{0,126}")
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_LONGEST_NAME = 200  # bytes in UTF-8: leaves room for what a store adds, below the usual 255
_PIECE = 1 << 20  # bytes
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's directory
_MOST_ENTRIES = 10_000


def is_text(sign: str) -> bool:
    """Tell whether XML 1.0 may carry this character at all (production 2, Char)."""
    return sign >= " " and not ("\ud800" <= sign <= "\udfff") and sign not in "\ufffe\uffff"


def plain(text: str) -> str:
    """Give ``text`` on one line, in NFC, with single spaces and nothing XML cannot carry."""
    kept = "".join(sign if is_text(sign) else " " for sign in text)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def file_name(name: str) -> str:
    """Give a name that is only a name: no folder, no sign that hides or misleads, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in {"Cf", "Co", "Cs"})
    safe = re.sub(r'[<>:"|?*]', "_", plain(seen)).strip(" .")
    stem, dot, ending = safe.rpartition(".")
    if not dot or len(ending.encode()) > _LONGEST_NAME // 4:
        return _short(safe, _LONGEST_NAME) or "tep-dinh-kem"
    return f"{_short(stem, _LONGEST_NAME - len(ending.encode()) - 1)}.{ending}"


def transport(name: str) -> str:
    """Give the type under which a file of this name travels."""
    return _RAW.get(_ending(name), "application/zip")


def is_wrapped(name: str) -> bool:
    """Tell whether a file of this name travels in a zip."""
    return _ending(name) not in _RAW


def pack(name: str, content: bytes) -> bytes:
    """Give the bytes that travel: the file itself, or a zip that holds it."""
    if not is_wrapped(name):
        return content
    packed = io.BytesIO()
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))  # the same bytes every time
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(name: str, media: str, content: bytes, *, limit: int, where: str) -> tuple[bytes, bool]:
    """Give the file that travelled, and whether it came in a zip.

    Takes   media: the ContentType it travelled under; limit: bytes it may have unpacked.
    Raises  Unreadable edxml.malformed: the zip is damaged, locked or packed in an unusual way.
            Unreadable edxml.too-large: it holds more than ``limit``.
    """
    if not _may_be_wrapped(name, media) or not content.startswith(b"PK"):
        return content, False
    if content.count(_ENTRY) > _MOST_ENTRIES:  # each would become an object of half a kilobyte
        raise Unreadable("edxml.malformed", where=where)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entry = _only_entry(media, archive)
            return (_unpacked(archive, entry, limit), True) if entry else (content, False)
    except _DAMAGE as damage:
        raise Unreadable("edxml.malformed", where=where) from damage


def media_of(name: str, *written: str, wrapped: bool = False) -> str:
    """Give the type of a file: the first one ``written`` that is a type, else by its name."""
    told = [each.lower() for each in written if _MEDIA_FORM.fullmatch(each.lower())]
    if wrapped:
        told = [each for each in told if each not in _ZIP]
    return told[0] if told else _MEDIA.get(_ending(name), _UNKNOWN)


def _may_be_wrapped(name: str, media: str) -> bool:
    # Official samples carry a .doc that is a zip whose entry is called <uuid>.edxml.
    return _ending(name) != "zip" and (media.lower() in _ZIP or _ending(name) == "doc")


def _only_entry(media: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    """Give the file a wrapping holds, or None when the zip is the file (xlsx, docx)."""
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(files) != 1:
        return None
    declared = media.lower() in _ZIP
    return files[0] if declared or files[0].filename.endswith(".edxml") else None


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("neither stored nor deflated")
    kept = io.BytesIO()
    with archive.open(entry) as file:
        while piece := file.read(_PIECE):
            # The header's size is the sender's word, so what really comes out is counted.
            if kept.tell() + len(piece) > limit:
                raise Unreadable("edxml.too-large", limit=limit)
            kept.write(piece)
    return kept.getvalue()


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _short(text: str, longest: int) -> str:
    return text.encode()[:longest].decode(errors="ignore").strip(" .")
