"""A DOCX as the PDF/A the office keeps, signs and sends."""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock

from drafting.sniff import sniff
from records.document import Media
from records.errors import Refused, Unreadable
from records.isolation import Isolation

_TASK = "drafting.office_task"
_LARGEST = 200_000_000  # bytes
_REMEMBERED = 4  # attachments as PDF, in memory alone: who looks at one turns its pages
_PICTURE: tuple[str, dict[str, object]] = ("drafting.pdf_task", {"act": "paper"})
_TEXT: tuple[str, dict[str, object]] = (_TASK, {"filter": "Text (encoded)", "how": "UTF8,LF,,,"})
_SHOWN: Mapping[str, tuple[str, dict[str, object]]] = {
    Media.DOCX: (_TASK, {}),
    "application/vnd.oasis.opendocument.text": (_TASK, {"filter": "writer8"}),
    "text/plain": _TEXT,
    "text/csv": _TEXT,
    "image/png": _PICTURE,
    "image/jpeg": _PICTURE,
    "image/tiff": _PICTURE,
}
"""By type, what makes pages of an attachment."""


class Converter:
    """Gives the paper form of a text, made where the text can hurt nobody."""

    shown = frozenset({Media.PDF.value, *_SHOWN})
    """The types of files that have pages to look at."""

    def __init__(self, isolate: Isolation) -> None:
        self._isolate = isolate
        self._papers: OrderedDict[str, bytes] = OrderedDict()
        self._guard = Lock()

    def pdf(self, docx: bytes) -> bytes:
        """Give a DOCX as PDF/A-2b with every font embedded.

        Takes   docx: a whole file.
        Raises  Unreadable: whatever ``sniff`` finds; convert.failed, it is no DOCX or LibreOffice
                could make nothing of it; file.too-slow; file.reader-failed.
                Unavailable: convert.unavailable, sandbox.unavailable, sandbox.busy.
        Source  ISO 19005-2 (PDF/A-2), level b.
        """
        if sniff(docx) is not Media.DOCX:  # LibreOffice makes an empty page of what it cannot read
            raise Unreadable("convert.failed")
        return self._converted(_TASK, docx, {})

    def paper(self, content: bytes, media: str) -> bytes:
        """Give what goes along with a document as a PDF to look at; the last few are remembered.

        Raises  Refused: attachment.no-pictures, files of this kind have no pages.
                Unreadable, Unavailable: as ``pdf``.
        """
        if media == Media.PDF:
            return content
        if media not in _SHOWN:
            raise Refused("attachment.no-pictures")
        digest = sha256(content).hexdigest()
        with self._guard:
            known = self._papers.get(digest)
        if known is None:
            task, options = _SHOWN[media]
            known = self._converted(task, content, options)
            with self._guard:
                self._papers[digest] = known
                while len(self._papers) > _REMEMBERED:
                    self._papers.popitem(last=False)
        return known

    def _converted(self, task: str, content: bytes, options: dict[str, object]) -> bytes:
        pdf = self._isolate(task, content, options=options)
        # What made it has read a hostile file, so it is hostile too until it is looked at.
        if not pdf.startswith(b"%PDF-") or not pdf.rstrip().endswith(b"%%EOF"):
            raise Unreadable("convert.failed")
        if len(pdf) > _LARGEST:
            raise Unreadable("convert.failed")
        return pdf
