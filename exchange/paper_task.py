"""A process of its own that reads one PDF: its words, and whether another file is hidden in it."""

import io
import json
import sys
from typing import Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject

HIDING = ("/EmbeddedFile", "/Filespec")


def main() -> int:
    """Read a PDF on standard input and say as JSON what it holds."""
    pdf = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    json.dump({"text": text, "hides": any(_hides(one) for one in _objects(pdf))}, sys.stdout)
    return 0


def _objects(pdf: PdfReader) -> Any:
    numbers = {n for table in pdf.xref.values() for n in table} | set(pdf.xref_objStm)
    for number in sorted(numbers):
        yield pdf.get_object(IndirectObject(number, 0, pdf))


def _hides(thing: Any) -> bool:
    return isinstance(thing, dict) and (
        thing.get("/Type") in HIDING or "/EF" in thing or thing.get("/Subtype") == "/FileAttachment"
    )


if __name__ == "__main__":
    sys.exit(main())
