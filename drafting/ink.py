"""Whether a page's words are to be seen on it: its text against its picture; inside the sandbox."""

import ctypes
import re
import subprocess
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped] # it ships no type information
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped] # neither does its raw side
from PIL import Image

from drafting.structure import Found
from records.errors import Unavailable

FIRST, SECOND = Path("/usr/bin/qpdf"), Path("/usr/bin/pdftotext")
_INSTRUCTION = b"/ActualText"
PAGES = 200  # as many are compared
_SCALE = 2.0  # 144 dots an inch
_LARGEST = 6_000  # pixels of a page's longer side, whatever it claims to measure
_SOME = 3  # letters of a kind on a page before they are told: fewer are a font's own quirk
_PALE = 12  # of 255: less contrast than this nobody sees
_SMALLEST = 2.0  # points a letter must be high
_SAME_PLACE = 0.6  # of the smaller letter's box
_WHOLE_PAGE = 0.5  # of the page's area, for a picture that is the page
_CELL = 12.0  # points; letters are compared with those of their own cell
_LETTERS_OFF = 0.02  # of a page's letters two readers may differ in; in its figures they may not
_LONGEST = 60
_INVISIBLE = 3  # text rendering mode (ISO 32000-2, 9.3.6)


@dataclass(frozen=True, slots=True)
class _Letter:
    sign: str
    box: tuple[float, float, float, float]  # points, from the lower left of the page
    drawn_by: int  # which text object
    invisible: bool

    @property
    def area(self) -> float:
        x0, y0, x1, y1 = self.box
        return max(0.0, x1 - x0) * max(0.0, y1 - y0)


def findings(pdf: pypdfium2.PdfDocument, content: bytes, scratch: Path) -> Iterator[Found]:
    """Give what the words of each page are that its picture does not show, or shows otherwise.

    Raises  Unavailable: the second reader is not there.
    """
    if len(pdf) > PAGES:
        yield "not-compared", 0, str(len(pdf))
    others = _second_texts(content, scratch)
    drawn = _with_notes(content)
    plain = _without_instructions(content, scratch)
    for n in range(min(len(pdf), PAGES)):
        page = pdf[n]
        text = page.get_textpage()
        letters = list(_letters(text))
        found = list(_unseen(page, letters))
        yield from ((kind, n + 1, detail[:_LONGEST]) for kind, detail in found)
        if plain is not None and not _alike(_words(plain, n), _words(drawn, n)):
            yield "replaced-text", n + 1, ""
            continue
        # The second reader leaves out what lies beside the page; that is told already.
        if not found and not _alike(_words(drawn, n), others[n] if n < len(others) else ""):
            yield "readers-differ", n + 1, ""
        page.close()


def _with_notes(content: bytes) -> pypdfium2.PdfDocument:
    """Give the file once more, for its words with those of notes and fields, as others read it."""
    pdf = pypdfium2.PdfDocument(content)
    pdf.init_forms()
    return pdf


def _without_instructions(content: bytes, scratch: Path) -> pypdfium2.PdfDocument | None:
    """Give the file once more without what tells readers other words than are drawn, if it does.

    Source  ISO 32000-2, 14.9.4 (replacement text).
    """
    source, target = scratch / "told.pdf", scratch / "plain.pdf"
    source.write_bytes(content)
    words = ["--stream-data=uncompress", "--object-streams=disable", str(source), str(target)]
    subprocess.run([str(FIRST), *words], capture_output=True, check=False)  # noqa: S603 - all ours
    whole = target.read_bytes() if target.exists() else b""
    if _INSTRUCTION not in whole:
        return None
    plain = pypdfium2.PdfDocument(whole.replace(_INSTRUCTION, b"/XctualText"))
    plain.init_forms()
    return plain


def _words(pdf: pypdfium2.PdfDocument, n: int) -> str:
    pdfium_c.FPDFPage_Flatten(pdf[n], pdfium_c.FLAT_NORMALDISPLAY)
    page = pdf[n]
    words: str = page.get_textpage().get_text_range()
    page.close()
    return words


def _letters(text: pypdfium2.PdfTextPage) -> Iterator[_Letter]:
    known: dict[int, tuple[int, bool]] = {}
    for i in range(text.count_chars()):
        sign = chr(pdfium_c.FPDFText_GetUnicode(text, i))
        if not sign.isalnum() or pdfium_c.FPDFText_IsGenerated(text, i) == 1:
            continue
        drawn = pdfium_c.FPDFText_GetTextObject(text, i)
        at = _address(drawn)
        if at not in known:
            mode = pdfium_c.FPDFTextObj_GetTextRenderMode(drawn) if drawn else 0
            known[at] = (len(known), mode == _INVISIBLE)
        yield _Letter(sign, text.get_charbox(i), *known[at])


def _address(drawn: object) -> int:
    return ctypes.cast(drawn, ctypes.c_void_p).value or 0  # type: ignore[arg-type]  # a pointer


def _unseen(page: pypdfium2.PdfPage, letters: Sequence[_Letter]) -> Iterator[tuple[str, str]]:
    x0, y0, x1, y1 = page.get_cropbox()
    outside, invisible, tiny, pale, rest = [], [], [], [], []
    scale = min(_SCALE, _LARGEST / max(1.0, *page.get_size()))
    picture = page.render(scale=scale, may_draw_forms=True).to_pil().convert("L")
    for one in letters:
        middle = (one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2
        if not (x0 <= middle[0] <= x1 and y0 <= middle[1] <= y1):
            outside.append(one)
        elif one.invisible:
            invisible.append(one)
        elif (
            one.area and one.box[3] - one.box[1] < _SMALLEST and one.box[2] - one.box[0] < _SMALLEST
        ):
            tiny.append(one)
        elif _contrast(picture, page, one, scale) < _PALE:
            pale.append(one)
        else:
            rest.append(one)
    scanned = _is_picture(page)
    yield from _told("outside-text", outside)
    yield from _told("text-layer" if scanned else "invisible-text", invisible)
    yield from _told("tiny-text", tiny)
    yield from _told("hidden-text", pale)
    yield from _told("overlapping-text", list(_overlapping(rest)))


def _told(kind: str, letters: Sequence[_Letter]) -> Iterator[tuple[str, str]]:
    if len(letters) >= _SOME:
        yield kind, "".join(one.sign for one in letters)


def _contrast(picture: Image.Image, page: pypdfium2.PdfPage, one: _Letter, scale: float) -> int:
    """Give how far the darkest point of a letter's place is from its lightest."""
    left, _, _, top = page.get_cropbox()
    if page.get_rotation():
        return 255  # turned pages are compared by their words alone
    x0, y0, x1, y1 = one.box
    place = (
        int((x0 - left) * scale) - 1,
        int((top - y1) * scale) - 1,
        int((x1 - left) * scale) + 2,
        int((top - y0) * scale) + 2,
    )
    inside = (
        max(0, place[0]),
        max(0, place[1]),
        min(picture.width, place[2]),
        min(picture.height, place[3]),
    )
    if inside[2] <= inside[0] or inside[3] <= inside[1]:
        return 0
    darkest, lightest = picture.crop(inside).getextrema()
    return int(lightest) - int(darkest)  # type: ignore[arg-type]  # one channel


def _is_picture(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a picture is the page, as a scanner makes it."""
    wide, high = page.get_size()
    for one in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        x0, y0, x1, y1 = one.get_bounds()
        if (x1 - x0) * (y1 - y0) >= _WHOLE_PAGE * wide * high:
            return True
    return False


def _overlapping(letters: Sequence[_Letter]) -> Iterator[_Letter]:
    """Give letters in whose place something else is written, by another hand."""
    cells: defaultdict[tuple[int, int], list[_Letter]] = defaultdict(list)
    for one in letters:
        x, y = (one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2
        cell = int(x // _CELL), int(y // _CELL)
        near = [
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in cells.get((cell[0] + dx, cell[1] + dy), ())
        ]
        if any(_collide(one, other) for other in near):
            yield one
        if len(cells[cell]) < 64:  # noqa: PLR2004 - more letters than any cell honestly has
            cells[cell].append(one)


def _collide(one: _Letter, other: _Letter) -> bool:
    if one.drawn_by == other.drawn_by or one.sign.casefold() == other.sign.casefold():
        return False
    wide = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    high = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    smaller = min(one.area, other.area)
    return wide > 0 and high > 0 and smaller > 0 and wide * high > _SAME_PLACE * smaller


def _second_texts(content: bytes, scratch: Path) -> list[str]:
    source = scratch / "second.pdf"
    source.write_bytes(content)
    words = [str(SECOND), "-q", "-enc", "UTF-8", "-l", str(PAGES), str(source), "-"]
    try:
        done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603 - all ours
    except FileNotFoundError as missing:
        raise Unavailable("reader.unavailable") from missing
    return done.stdout.decode("utf-8", "replace").split("\f")


def _alike(ours: str, theirs: str) -> bool:
    one, other = _signs(ours), _signs(theirs)
    off = (one - other) + (other - one)
    if any(sign.isdecimal() for sign in off):
        return False
    return off.total() <= max(_SOME, _LETTERS_OFF * one.total())


_SOFT = re.compile("[\u00ad\ufffe\ufffd]")


def _signs(text: str) -> Counter[str]:
    """Count the letters and figures of a text, however they are composed or joined."""
    plain = unicodedata.normalize("NFKD", _SOFT.sub("", text)).casefold()
    return Counter(sign for sign in plain if sign.isalnum())
