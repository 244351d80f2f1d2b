"""What a file is, told by its content and never by its name."""

import csv
import io
import re
import zipfile

from drafting.archive import ZipLimits, open_zip, read_part, read_xml
from records.document import Media
from records.errors import Unreadable

LARGEST = 100_000_000  # bytes of one file

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # MS-CFB: old Office files, and encrypted new ones
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO 2.3.4.4
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
_TYPES = "[Content_Types].xml"
_OOXML = "application/vnd.openxmlformats-officedocument."
_MAIN_PARTS = {
    f"{_OOXML}wordprocessingml.document.main+xml": Media.DOCX.value,
    f"{_OOXML}spreadsheetml.sheet.main+xml": f"{_OOXML}spreadsheetml.sheet",
    f"{_OOXML}presentationml.presentation.main+xml": f"{_OOXML}presentationml.presentation",
}
_OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
}
_MAY_BE_OUTSIDE = {"hyperlink", "image"}  # a link is shown as text; a picture is never fetched
_NEVER = {"oleObject", "package", "aFChunk", "control", "activeXControlBinary", "subDocument"}
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_MARKUP = re.compile(
    r"\A\s*(?:<\?xml|<!doctype|<!--|<[a-z][a-z0-9:]*[\s/>])|<(?:html|script|svg|body|iframe)[\s/>]",
    re.IGNORECASE,
)
_PROGRAM_TEXT = ("#!", "{\\rtf", "%!PS", "MZ")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(content: bytes, *, limit: int = LARGEST, zip_limits: ZipLimits | None = None) -> Media:
    """Give what a document is: a PDF or a DOCX, whatever it is called.

    Only its outside is looked at; ``PdfReader.inspect`` looks into a PDF, behind a locked door.

    Takes   limit: the largest file taken, in bytes.
    Raises  Unreadable: file.empty, file.too-large, file.encrypted, file.macros, file.zip-bomb,
            file.damaged, file.external, file.active, file.unknown.
    Source  ISO 32000-2, 7.5.2; ECMA-376 part 2 (Open Packaging Conventions).
    """
    _require_size(content, limit)
    if _PDF_HEAD.match(content):
        return _pdf(content)
    if content.startswith(b"PK\x03\x04"):
        with open_zip(content, limits=zip_limits) as archive:
            if _ooxml_kind(archive) == Media.DOCX.value:
                return Media.DOCX
        raise Unreadable("file.unknown")
    if content.startswith(_COMPOUND) and _ENCRYPTED_PACKAGE in content:
        raise Unreadable("file.encrypted")
    raise Unreadable("file.unknown")


def attachment_media(
    content: bytes, name: str, *, limit: int = LARGEST, zip_limits: ZipLimits | None = None
) -> str:
    """Give an attachment's type/subtype, decided by its content alone.

    Takes   name: as its bringer called it; only tells a table in text (.csv) from other text.
    Raises  Unreadable: as ``sniff``; file.unknown for programs, HTML, SVG and all else.
    """
    _require_size(content, limit)
    if _PDF_HEAD.match(content):
        return _pdf(content).value
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        with open_zip(content, limits=zip_limits) as archive:
            return _zip_kind(archive)
    for magic, media in _PICTURES:
        if content.startswith(magic):
            return media
    if content.startswith(_COMPOUND) and _ENCRYPTED_PACKAGE in content:
        raise Unreadable("file.encrypted")
    return _text_kind(content, name)


def _require_size(content: bytes, limit: int) -> None:
    if not content:
        raise Unreadable("file.empty")
    if len(content) > limit:
        raise Unreadable("file.too-large", limit=limit)


def _pdf(content: bytes) -> Media:
    if b"%%EOF" not in content[-2048:]:
        raise Unreadable("file.damaged")
    if _ENCRYPT.search(content):
        raise Unreadable("file.encrypted")
    return Media.PDF


def _zip_kind(archive: zipfile.ZipFile) -> str:
    """Tell office files from other ZIPs, and refuse programs that travel as ZIP."""
    names = set(archive.namelist())
    if _TYPES in names:
        return _ooxml_kind(archive)
    if "mimetype" in names:
        return _open_document_kind(archive)
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names:
        raise Unreadable("file.unknown")
    return "application/zip"


def _open_document_kind(archive: zipfile.ZipFile) -> str:
    media = read_part(archive, "mimetype", most=100).decode("ascii", "replace").strip()
    if media not in _OPEN_DOCUMENT:
        raise Unreadable("file.unknown")
    if any(name.startswith(("Basic/", "Scripts/")) for name in archive.namelist()):
        raise Unreadable("file.macros")
    return media


def _ooxml_kind(archive: zipfile.ZipFile) -> str:
    """Give the type/subtype of an Office Open XML package that carries nothing alive."""
    names = archive.namelist()
    if _TYPES not in names:
        raise Unreadable("file.unknown")
    types = {str(node.get("ContentType")) for node in read_xml(archive, _TYPES)}
    if any("macroEnabled" in one or "vbaProject" in one for one in types) or any(
        name.lower().endswith("vbaproject.bin") for name in names
    ):
        raise Unreadable("file.macros")
    kinds = [media for part, media in _MAIN_PARTS.items() if part in types]
    if len(kinds) != 1:
        raise Unreadable("file.unknown")
    for name in names:
        if name.endswith(".rels"):
            _require_harmless(archive, name)
    if kinds[0] == Media.DOCX.value:
        for name in names:
            if name.startswith("word/") and name.endswith(".xml"):
                _require_no_doctype(archive, name)
    return kinds[0]


def _require_harmless(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse relationships that would fetch or start something when the file is opened."""
    for node in read_xml(archive, name):
        kind = str(node.get("Type", "")).rpartition("/")[2]
        outside = node.get("TargetMode") == "External"
        if kind in _NEVER:
            raise Unreadable("file.active", feature=kind)
        if outside and kind not in _MAY_BE_OUTSIDE:
            raise Unreadable("file.external", what=kind)


def _require_no_doctype(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a part that declares a document type, which no word processor writes."""
    head = read_part(archive, name, most=4096)
    for encoding in ("utf-8", "utf-16"):
        if "<!DOCTYPE" in head.decode(encoding, "replace"):
            raise Unreadable("file.damaged")


def _text_kind(content: bytes, name: str) -> str:
    """Tell plain text and tables in text; refuse everything that is no text or a program."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("file.unknown") from error
    head = text[:100_000]
    if _CONTROLS.search(text) or _MARKUP.search(head) or head.startswith(_PROGRAM_TEXT):
        raise Unreadable("file.unknown")
    return "text/csv" if name.lower().endswith(".csv") and _is_table(head) else "text/plain"


def _is_table(text: str) -> bool:
    """Tell whether the first lines have the same number of cells, more than one."""
    try:
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
        rows = [row for row in csv.reader(io.StringIO(text[:4096]), dialect) if row]
    except csv.Error:
        return False
    return bool(rows) and len(rows[0]) > 1
