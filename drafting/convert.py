"""A DOCX as the PDF/A the office keeps, signs and sends."""

from drafting.sniff import sniff
from records.document import Media
from records.errors import Unreadable
from records.isolation import Isolation

_TASK = "drafting.office_task"
_LARGEST = 200_000_000  # bytes


class Converter:
    """Gives the paper form of a text, made where the text can hurt nobody."""

    def __init__(self, isolate: Isolation) -> None:
        self._isolate = isolate

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
        pdf = self._isolate(_TASK, docx, options={})
        # What made it has read a hostile file, so it is hostile too until it is looked at.
        if not pdf.startswith(b"%PDF-") or not pdf.rstrip().endswith(b"%%EOF"):
            raise Unreadable("convert.failed")
        if len(pdf) > _LARGEST:
            raise Unreadable("convert.failed")
        return pdf
