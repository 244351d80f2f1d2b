"""A second reader's view of the pages: what two parsers read differently is never called valid."""

import io
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from records.errors import Unavailable

_QPDF = "/usr/bin/qpdf"
_DEEP = 64  # levels of a page tree, beyond any honest one
_SECONDS = 40.0
_WARNED = 3  # how qpdf ends when it has read a file that is not quite as it should be
_HARMLESS = b"extraneous whitespace seen before xref"  # as node's @signpdf leaves it


def agree(pdf: bytes) -> bool:
    """Tell whether qpdf finds the same pages and the same filled fields as our own reader.

    Raises  Unavailable: qpdf is not there, or cannot be given the file.
    Source  security-notes 2.5: parsers that rebuild a file differently show different pages.
    """
    rewritten = _rewritten(pdf)
    if rewritten is None:
        return False
    try:
        ours = PdfFileReader(io.BytesIO(pdf), strict=True)
        theirs = PdfFileReader(io.BytesIO(rewritten), strict=False)
        return list(_shown(ours)) == list(_shown(theirs))
    except Exception:  # noqa: BLE001 - what breaks one reader is not agreed upon
        return False


def _rewritten(pdf: bytes) -> bytes | None:
    try:
        with tempfile.TemporaryDirectory() as folder:
            before, after = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
            before.write_bytes(pdf)
            words = [_QPDF, "--decode-level=generalized", "--stream-data=uncompress"]
            done = subprocess.run(  # noqa: S603 - every word is ours
                [*words, str(before), str(after)],
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
            return after.read_bytes() if _whole(done) else None
    except OSError as failed:  # no qpdf, or no room for its copy: nothing is known of the file
        raise Unavailable("reader.unavailable") from failed
    except subprocess.TimeoutExpired:
        return None


def _whole(done: "subprocess.CompletedProcess[bytes]") -> bool:
    """Tell whether it read the file as it is: what it had to mend is no honest signed file."""
    warned = [line for line in done.stderr.splitlines() if b"WARNING" in line]
    harmless = all(line.endswith(_HARMLESS) for line in warned)
    return done.returncode == 0 or (done.returncode == _WARNED and bool(warned) and harmless)


def _shown(reader: PdfFileReader) -> Iterator[bytes]:
    """Give what every page draws, and what every field says, in order."""
    yield from _pages(reader.root["/Pages"], 0)
    form = reader.root["/AcroForm"] if "/AcroForm" in list(reader.root) else None
    fields = form["/Fields"] if form and "/Fields" in list(form) else ()
    for at in range(len(fields)):
        yield repr((str(fields[at].get("/T")), str(fields[at].get("/FT")))).encode()
        if fields[at].get("/FT") == "/Tx":
            yield str(fields[at].get("/V")).encode()


def _pages(node: generic.DictionaryObject, depth: int) -> Iterator[bytes]:
    if depth > _DEEP:
        raise ValueError("a page tree without end")
    if "/Kids" not in list(node):
        yield b"page " + _content(node)
        return
    kids = node["/Kids"]
    for at in range(len(kids)):
        yield from _pages(kids[at], depth + 1)


def _content(page: generic.DictionaryObject) -> bytes:
    if "/Contents" not in list(page):
        return b""
    content = page["/Contents"]
    if isinstance(content, generic.StreamObject):
        return bytes(content.data)
    return b"\n".join(bytes(content[at].data) for at in range(len(content)))
