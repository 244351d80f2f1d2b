"""What PDFium and qpdf do inside the sandbox: read a PDF, draw a page, look for what is alive."""

import ctypes
import html
import io
import json
import re
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped] # it ships no type information
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped] # neither does its raw side
from PIL import Image, ImageChops, ImageSequence

from drafting import anchors, ink, structure
from drafting.anchors import Glyph, PageGlyphs, placement_of
from drafting.print_mark import mark_pages
from drafting.watermark import marked
from records.errors import Unavailable, Unreadable

_QPDF = Path("/usr/bin/qpdf")
_SCRATCH = Path("/tmp")  # noqa: S108 - the sandbox's own file system in memory  # nosec B108
_WARNED = 3  # how qpdf ends when it read a file with warnings
_PAGES = 5_000
_WIDEST, _HIGHEST = 4_000, 10_000  # pixels
_FORMATS = ("PNG", "JPEG", "TIFF")
_LARGEST = 60_000_000  # pixels of a picture that is shown
_HALF, _EDGE = 0.5, 0.1  # of a page's height: where a stamp stands
_XMP = re.compile(rb"<x:xmpmeta.{0,100000}?</x:xmpmeta>", re.DOTALL)
_XMP_TEXT = re.compile(r">([^<>]{1,200})<")
_PAGES_SEARCHED = 100  # from the last backwards, for the signature
_ALIVE_KEYS = {
    "/JS": "javascript",
    "/XFA": "xfa",
    "/EF": "embedded-file",
    "/EmbeddedFiles": "embedded-file",
    "/RichMediaContent": "rich-media",
}
_ALIVE_NAMES = {
    ("/S", "/JavaScript"): "javascript",
    ("/S", "/Launch"): "launch",
    ("/S", "/ImportData"): "import-data",
    ("/S", "/SubmitForm"): "submit-form",
    ("/S", "/GoToE"): "embedded-file",
    ("/S", "/Rendition"): "rich-media",
    ("/Type", "/EmbeddedFile"): "embedded-file",
    ("/Subtype", "/FileAttachment"): "embedded-file",
    ("/Subtype", "/RichMedia"): "rich-media",
    ("/Subtype", "/3D"): "rich-media",
    ("/Subtype", "/Screen"): "rich-media",
    ("/Subtype", "/Movie"): "rich-media",
    ("/Subtype", "/Sound"): "rich-media",
}


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Do one of the acts, by ``options["act"]``.

    Raises  Unreadable: file.damaged, file.encrypted, file.too-many-pages, file.no-such-page,
            file.active.
            Unavailable: reader.unavailable, qpdf is not installed.
    """
    return _ACTS[str(options["act"])](content, options)


def _read(content: bytes, _options: dict[str, object]) -> bytes:
    """Give the words of every page, NFC, as a JSON list."""
    texts = []
    for page in _pages(_opened(content)):
        text = page.get_textpage().get_text_range()
        # PDFium marks a hyphen at the end of a line with U+FFFE.
        text = text.replace("\ufffe", "").replace("\r\n", "\n")
        texts.append(unicodedata.normalize("NFC", text))
    return json.dumps(texts).encode("utf-8", "replace")


def _draw(content: bytes, options: dict[str, object]) -> bytes:
    """Give a picture of page ``n`` (1 is the first), ``width`` pixels wide, as PNG.

    With ``across``, those words stand across it.
    """
    pdf = _opened(content)
    n, width = int(str(options["n"])), int(str(options["width"]))
    if not 1 <= n <= len(pdf):
        raise Unreadable("file.no-such-page", n=n, pages=len(pdf))
    pdf.init_forms()  # before the page is loaded, or fields and signature pictures stay invisible
    page = pdf[n - 1]
    wide, high = page.get_size()
    scale = min(max(width, 1), _WIDEST) / max(wide, 1.0)
    scale = min(scale, _HIGHEST / max(high, 1.0))
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    if across := str(options.get("across", "")):
        picture = marked(picture, across)
    shown = io.BytesIO()
    _fewer_colours(picture).save(shown, "PNG", compress_level=6)
    return shown.getvalue()


def _paper(content: bytes, _options: dict[str, object]) -> bytes:
    """Give a picture as a PDF, a page for each of its own."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if (
                picture.width * picture.height > _LARGEST
                or getattr(picture, "n_frames", 1) > _PAGES
            ):
                raise Unreadable("file.too-large", limit=_LARGEST)
            pages = [one.convert("RGB") for one in ImageSequence.Iterator(picture)]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable("file.damaged") from error
    printed = io.BytesIO()
    pages[0].save(printed, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return printed.getvalue()


def _fewer_colours(picture: Image.Image) -> Image.Image:
    """Make the file small: grey where there is no colour, else a palette for seal and ink."""
    red, green, blue = picture.split()
    grey = not (
        ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox()
    )
    if grey:
        return picture.convert("L")
    return picture.quantize(colors=128, method=Image.Quantize.FASTOCTREE)


def _inspect(content: bytes, _options: dict[str, object]) -> bytes:
    """Count the pages; refuse what runs, fetches or hides something when the file is opened."""
    pages = len(_opened(content))
    for feature in _alive(_objects(content)):
        raise Unreadable("file.active", feature=feature)
    return json.dumps(pages).encode()


def _head(content: bytes, _options: dict[str, object]) -> bytes:
    """Give what stands where a stamp may: the upper half of page 1, and the edges of all pages."""
    pdf = _opened(content)
    lines = []
    for n in range(min(len(pdf), _PAGES_SEARCHED)):
        low = _HALF if n == 0 else 1 - _EDGE
        pieces = anchors.pieces(_glyphs(pdf, n))
        lines += [text for text, height in pieces if height > low or height < _EDGE]
    fields = [*pdf.get_metadata_dict(skip_empty=True).items(), *_notes(pdf), *_xmp(content)]
    return json.dumps([lines, fields]).encode("utf-8", "replace")


def _notes(pdf: pypdfium2.PdfDocument) -> Iterator[tuple[str, str]]:
    """Give what stamps and notes on a page say, and the names stamps are known by."""
    for page in _pages(pdf):
        for n in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
            note = pdfium_c.FPDFPage_GetAnnot(page, n)
            for key in ("Contents", "Subj", "Name"):
                size = pdfium_c.FPDFAnnot_GetStringValue(note, key.encode(), None, 0)
                words = ctypes.create_string_buffer(size)
                told = ctypes.cast(words, ctypes.POINTER(ctypes.c_ushort))
                pdfium_c.FPDFAnnot_GetStringValue(note, key.encode(), told, size)
                if text := words.raw.decode("utf-16-le", "replace").strip("\0"):
                    yield key, text
            pdfium_c.FPDFPage_CloseAnnot(note)


def _xmp(content: bytes) -> Iterator[tuple[str, str]]:
    """Give every text of the file's XMP, which nobody packs (ISO 16684-1)."""
    for packet in _XMP.findall(content):
        for text in _XMP_TEXT.findall(packet.decode("utf-8", "replace")):
            yield "xmp", html.unescape(text)


def _beneath(content: bytes, _options: dict[str, object]) -> bytes:
    """Give what the file holds beside what its pages show, as kind, page and detail."""
    pdf = _opened(content)
    pdf.init_forms()  # before any page is loaded, or fields and signatures draw nothing
    found = [*structure.findings(_objects(content), content)]
    found += ink.findings(pdf, content, _SCRATCH)
    return json.dumps(found).encode("utf-8", "replace")


def _rewrite(content: bytes, _options: dict[str, object]) -> bytes:
    """Give the same pages in a new file, fields and notes drawn on them, the rest gone."""
    _opened(content)
    source, target = _SCRATCH / "in.pdf", _SCRATCH / "out.pdf"
    source.write_bytes(content)
    words = ["--generate-appearances", "--flatten-annotations=all", "--object-streams=disable"]
    made = _qpdf(*words, str(source), str(target))
    if made.returncode not in {0, _WARNED}:
        raise Unreadable("file.damaged")
    return target.read_bytes()


def _objects(content: bytes) -> dict[str, Any]:
    source = _SCRATCH / "in.pdf"
    source.write_bytes(content)
    made = _qpdf("--json", "--json-key=qpdf", "--json-stream-data=none", str(source))
    if made.returncode not in {0, _WARNED}:
        raise Unreadable("file.damaged")
    told: dict[str, Any] = json.loads(made.stdout)
    return told


def _qpdf(*words: str) -> "subprocess.CompletedProcess[bytes]":
    if not _QPDF.exists():
        raise Unavailable("reader.unavailable")
    return subprocess.run(  # noqa: S603 - every word is ours
        [str(_QPDF), *words], capture_output=True, check=False
    )


def _alive(thing: Any) -> Iterator[str]:
    """Give every active feature in a PDF's objects, however deep and however spelt.

    qpdf has undone ``#4a``-escapes in names, and writes strings with a prefix, so neither hides
    a name nor plays one.
    """
    left = [thing]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left.extend(one)
        elif isinstance(one, dict):
            for key, value in one.items():
                if key in _ALIVE_KEYS and value is not None:
                    yield _ALIVE_KEYS[key]
                if isinstance(value, str) and (key, value) in _ALIVE_NAMES:
                    yield _ALIVE_NAMES[key, value]
                left.append(value)


def _place(content: bytes, _options: dict[str, object]) -> bytes:
    """Give where number, date, signature and seal go, as JSON."""
    pdf = _opened(content)

    def glyphs(n: int) -> PageGlyphs:
        return _glyphs(pdf, n)

    found = placement_of(glyphs, len(pdf), searched=_PAGES_SEARCHED)
    pages = [[n, *page.get_cropbox()] for n, page in enumerate(_pages(pdf))]
    return json.dumps({**found, "pages": pages}).encode()


def _glyphs(pdf: pypdfium2.PdfDocument, n: int) -> PageGlyphs:
    page = pdf[n]
    text = page.get_textpage()
    glyphs = []
    for i in range(text.count_chars()):
        letter = chr(pdfium_c.FPDFText_GetUnicode(text, i))
        if letter.isspace() or letter in "\ufffe\x00" or unicodedata.category(letter) == "Cc":
            continue
        if pdfium_c.FPDFText_IsGenerated(text, i) == 1:
            continue
        x0, y0, x1, y1 = text.get_charbox(i, loose=True)
        if x1 > x0 or unicodedata.combining(letter):
            glyphs.append(Glyph(letter, x0, y0, x1, y1))
    x0, y0, x1, y1 = page.get_cropbox()
    return PageGlyphs(n, x0, y0, x1, y1, tuple(glyphs))


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in {
            pdfium_c.FPDF_ERR_PASSWORD,
            pdfium_c.FPDF_ERR_SECURITY,
        }
        raise Unreadable("file.encrypted" if locked else "file.damaged") from error
    if pdfium_c.FPDF_GetSecurityHandlerRevision(pdf) != -1:
        raise Unreadable("file.encrypted")
    if len(pdf) == 0:
        raise Unreadable("file.damaged")
    if len(pdf) > _PAGES:
        raise Unreadable("file.too-many-pages", limit=_PAGES)
    return pdf


def _pages(pdf: pypdfium2.PdfDocument) -> Iterator[pypdfium2.PdfPage]:
    for n in range(len(pdf)):
        try:
            page = pdf[n]
        except pypdfium2.PdfiumError as error:
            raise Unreadable("file.damaged") from error
        yield page
        page.close()


def _merge(content: bytes, options: dict[str, object]) -> bytes:
    """Give several PDFs, laid behind one another in ``content``, as one; ``sizes``: of each."""
    sizes = json.loads(str(options["sizes"]))
    merged = pypdfium2.PdfDocument.new()
    at = 0
    for size in sizes:
        part = _opened(content[at : at + size])
        part.init_forms()
        for page in _pages(part) if part.formenv else ():
            page.flatten()  # fields and pictures of signatures become part of the page
        merged.import_pages(part)
        at += size
        if len(merged) > _PAGES:
            raise Unreadable("file.too-many-pages", limit=_PAGES)
    whole = io.BytesIO()
    merged.save(whole)
    return whole.getvalue()


def _print(content: bytes, options: dict[str, object]) -> bytes:
    """Give a PDF to be printed: as its pages look, a mark on each, no signature left in it."""
    pdf = _opened(content)
    pdf.init_forms()
    for page in _pages(pdf) if pdf.formenv else ():
        page.flatten()
    mark_pages(pdf, str(options["words"]))
    printed = io.BytesIO()
    pdf.save(printed)
    return printed.getvalue()


_SHARP = 2.0  # pixels a point: print of six points has strokes two pixels wide
_DARK, _LIGHT = 110, 200  # of 255: print, and bare paper


def _added(content: bytes, options: dict[str, object]) -> bytes:
    """Give what is read in boxes of the second of two PDFs, and what print of the first it hides.

    Takes   options: "size", bytes of the first; "boxes", by name, each [page, x0, y0, x1, y1];
            "free", names of boxes in which something may be hidden.
    """
    size, free = int(str(options["size"])), set(json.loads(str(options["free"])))
    boxes: dict[str, list[float]] = json.loads(str(options["boxes"]))
    before, after = _opened(content[:size]), _opened(content[size:])
    before.init_forms()
    after.init_forms()
    hidden = 0
    words: dict[str, str] = {}
    sheets: dict[str, tuple[float, ...]] = {}
    for n in sorted({int(box[0]) for box in boxes.values()}):
        if n >= len(before) or n >= len(after):
            raise Unreadable("file.damaged")
        here = {name: box[1:] for name, box in boxes.items() if int(box[0]) == n}
        hidden += _hidden(before[n], after[n], [here[name] for name in free & set(here)])
        sheets[str(n)] = tuple(before[n].get_cropbox())
        words |= _words_in(after, n, here)
    told = {"hidden": hidden, "words": words, "sheets": sheets}
    return json.dumps(told).encode("utf-8", "replace")


def _hidden(before: pypdfium2.PdfPage, after: pypdfium2.PdfPage, free: list[list[float]]) -> int:
    """Give how many pixels of print became bare paper, outside the boxes that are free."""
    then, now = (_grey(page) for page in (before, after))
    if then.size != now.size:
        raise Unreadable("file.damaged")
    for box in free:
        for picture in (then, now):
            picture.paste(255, _pixels(before, box, picture.size))
    print_then = then.point(lambda value: 255 * (value < _DARK))
    bare_now = now.point(lambda value: 255 * (value > _LIGHT))
    return int(ImageChops.multiply(print_then, bare_now).histogram()[255])


def _grey(page: pypdfium2.PdfPage) -> Image.Image:
    wide, high = page.get_size()
    scale = min(_SHARP, _WIDEST / max(wide, 1.0), _HIGHEST / max(high, 1.0))
    drawn: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
    return drawn.convert("L")


def _pixels(
    page: pypdfium2.PdfPage, box: list[float], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Give where a box of a page lies in a picture of it, whichever way the page is turned."""
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x0, y0), (x1, y1) = corners
    return min(x0, x1) - 2, min(y0, y1) - 2, max(x0, x1) + 2, max(y0, y1) + 2


def _words_in(pdf: pypdfium2.PdfDocument, n: int, boxes: dict[str, list[float]]) -> dict[str, str]:
    """Give the words in boxes of a page, those that fields and signatures show among them."""
    page = pdf[n]
    page.flatten()
    page.close()
    text = pdf[n].get_textpage()
    found = {}
    for name, (x0, y0, x1, y1) in boxes.items():
        read = text.get_text_bounded(x0 - 1, y0 - 1, x1 + 1, y1 + 1)
        plain = read.replace("\ufffe", "").replace("\x00", "")
        found[name] = " ".join(unicodedata.normalize("NFC", plain).split())
    return found


_ACTS: dict[str, Callable[[bytes, dict[str, object]], bytes]] = {
    "read": _read,
    "head": _head,
    "draw": _draw,
    "paper": _paper,
    "inspect": _inspect,
    "place": _place,
    "merge": _merge,
    "print": _print,
    "added": _added,
    "beneath": _beneath,
    "rewrite": _rewrite,
}
