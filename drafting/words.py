"""The words of a document, whatever kind of file it is."""

import json

from drafting.reader import PdfReader, head
from records.document import Media
from records.errors import Unreadable
from records.isolation import Isolation
from records.paper import Head


def head_of(content: bytes, media: Media, *, reader: PdfReader, isolate: Isolation) -> Head:
    """Give what stands in a PDF or DOCX where a stamp may stand. Raises Unreadable."""
    if media is Media.PDF:
        return reader.head(content)
    return head(isolate("drafting.docx_task", content, options={"act": "head"}))


def words_of(content: bytes, media: Media, *, reader: PdfReader, isolate: Isolation) -> str:
    """Give all words of a PDF or DOCX, NFC, in reading order.

    Takes   media: as ``sniff`` found it.
    Raises  Unreadable: file.damaged, file.encrypted, file.reader-failed, file.too-slow.
    """
    if media is Media.PDF:
        return "\n".join(reader.reading(content).texts)
    told = isolate("drafting.docx_task", content, options={})
    try:
        text = json.loads(told)
    except ValueError as error:
        raise Unreadable("file.reader-failed") from error
    if not isinstance(text, str):
        raise Unreadable("file.reader-failed")
    return text
