"""Letters on the page: a face with every Vietnamese letter, found, cut to size and embedded."""

import io
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]  # fontTools ships no types
from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]  # as above
from fontTools.ttLib.scaleUpem import scale_upem  # type: ignore[import-untyped]  # as above
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from records.errors import Unavailable

STANDARD_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
)

_FILES = {
    "regular": (
        "LiberationSerif-Regular.ttf",
        "times.ttf",
        "Times New Roman.ttf",
        "Tinos-Regular.ttf",
        "NotoSerif-Regular.ttf",
        "DejaVuSerif.ttf",
    ),
    "italic": (
        "LiberationSerif-Italic.ttf",
        "timesi.ttf",
        "Times New Roman Italic.ttf",
        "Tinos-Italic.ttf",
        "NotoSerif-Italic.ttf",
        "DejaVuSerif-Italic.ttf",
    ),
    "bold": (
        "LiberationSans-Bold.ttf",
        "arialbd.ttf",
        "Arial Bold.ttf",
        "NotoSans-Bold.ttf",
        "DejaVuSans-Bold.ttf",
    ),
}
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_UNITS = 1000  # per em: what a PDF counts widths in


def vietnamese_letters() -> str:
    """Give every letter of Vietnamese, both cases, precomposed (TCVN 6909:2001)."""
    vowels = "aăâeêioôơuưy"
    small = "".join(unicodedata.normalize("NFC", v + tone) for v in vowels for tone in _TONES)
    small += "bcdđghklmnpqrstvx"
    return small + small.upper()


def printable() -> str:
    """Give every sign a number, a symbol or a date may be written with."""
    return "".join(map(chr, range(0x20, 0x7F))) + vietnamese_letters() + "\u2013\u2014\u2026"


def find_font(style: str, *, folders: Sequence[Path] = STANDARD_FOLDERS) -> Path:
    """Give a font file of that style that has every Vietnamese letter.

    Takes   style: "regular", "italic" (both with serifs) or "bold" (without).
    Raises  Unavailable: no such font on this machine.
    """
    found: dict[str, list[Path]] = {}
    for path in _font_files(folders):
        found.setdefault(path.name, []).append(path)
    for name in _FILES[style]:
        for path in found.get(name, []):
            if not missing_letters(path):
                return path
    raise Unavailable("font.missing", style=style)


def _font_files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.ttf"))


def missing_letters(path: Path) -> str:
    """Give the signs of ``printable`` that a font file lacks; all, when it cannot be read."""
    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            known = font.getBestCmap()
    except (TTLibError, OSError, KeyError, AssertionError):
        return printable()
    return "".join(letter for letter in printable() if ord(letter) not in known)


@dataclass(frozen=True, slots=True)
class Face:
    """One font as a PDF takes it: cut to our letters, 1000 units an em, already compressed."""

    name: str  # PostScript name with its subset tag
    glyphs: Mapping[str, int]  # letter → glyph
    widths: tuple[int, ...]  # by glyph, in thousandths of an em
    tops: tuple[int, ...]  # by glyph: how far it rises above the line, in thousandths of an em
    ascent: int
    descent: int  # below zero
    cap_height: int
    box: tuple[int, int, int, int]
    slant: float  # degrees
    program: bytes  # the TrueType file, deflated
    length: int  # of the TrueType file, bytes
    to_unicode: bytes  # CMap from glyphs back to letters, deflated

    def width(self, text: str) -> float:
        """Give how wide ``text`` is at one point of size, in points."""
        return sum(self.widths[self.glyphs[letter]] for letter in text) / _UNITS

    def top(self, text: str) -> float:
        """Give how far ``text`` rises above its line at one point of size, in points."""
        return max((self.tops[self.glyphs[letter]] for letter in text), default=0) / _UNITS

    def codes(self, text: str) -> str:
        """Give ``text`` as the hexadecimal string a content stream shows."""
        return "".join(f"{self.glyphs[letter]:04X}" for letter in text)


@lru_cache(maxsize=8)  # a font of the machine stays what it is while the process runs
def cut(path: Path) -> Face:
    """Cut a font file down to ``printable`` and measure it in thousandths of an em.

    Source  ISO 32000-1, 9.7.4 (CIDFonts): widths count in 1000 units, whatever the font does;
            so the font itself is rescaled, since most count 2048.
    """
    font = TTFont(path)
    scissors = subset.Subsetter(_options())
    scissors.populate(text=printable())
    scissors.subset(font)
    if font["head"].unitsPerEm != _UNITS:
        scale_upem(font, _UNITS)
    return _face(font)


def _options() -> subset.Options:
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "DSIG", "FFTM", "gasp"]
    options.name_IDs = [6]
    options.notdef_outline = True
    return options


def _face(font: TTFont) -> Face:
    number = font.getReverseGlyphMap()
    glyphs = {chr(code): number[name] for code, name in font.getBestCmap().items()}
    widths = tuple(font["hmtx"][name][0] for name in font.getGlyphOrder())
    tops = tuple(getattr(font["glyf"][name], "yMax", 0) for name in font.getGlyphOrder())
    head, lines = font["head"], font["hhea"]
    saved = io.BytesIO()
    font.save(saved, reorderTables=True)
    program = saved.getvalue()
    return Face(
        name="TRKYVN+" + (font["name"].getDebugName(6) or "Serif"),
        glyphs=glyphs,
        widths=widths,
        tops=tops,
        ascent=lines.ascent,
        descent=lines.descent,
        cap_height=getattr(font["OS/2"], "sCapHeight", 0) or 660,
        box=(head.xMin, head.yMin, head.xMax, head.yMax),
        slant=float(font["post"].italicAngle),
        program=zlib.compress(program, 9),
        length=len(program),
        to_unicode=zlib.compress(_cmap(glyphs).encode("ascii"), 9),
    )


def _cmap(glyphs: Mapping[str, int]) -> str:
    first: dict[int, str] = {}
    for letter, glyph in sorted(glyphs.items(), key=lambda pair: ord(pair[0])):
        first.setdefault(glyph, letter)
    pairs = [f"<{glyph:04X}> <{ord(letter):04X}>" for glyph, letter in sorted(first.items())]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    )


def embed(face: Face, writer: BasePdfFileWriter) -> generic.IndirectObject:
    """Put ``face`` into a PDF and give the reference of its Type 0 font.

    Source  ISO 32000-1, 9.7.6 and 9.9; ISO 19005-2, 6.2.11 (everything embedded).
    """
    program = writer.add_object(
        deflated(face.program, {pdf_name("/Length1"): generic.NumberObject(face.length)})
    )
    descriptor = writer.add_object(_descriptor(face, program))
    return writer.add_object(_type0(face, writer.add_object(_cid(face, descriptor)), writer))


def deflated(
    content: bytes, entries: Mapping[generic.NameObject, generic.PdfObject]
) -> generic.StreamObject:
    """Give a PDF stream of bytes that are deflated already, so that nothing compresses twice."""
    return generic.StreamObject(
        {**entries, pdf_name("/Filter"): pdf_name("/FlateDecode")}, encoded_data=content
    )


def _descriptor(face: Face, program: generic.IndirectObject) -> generic.DictionaryObject:
    symbolic = 4
    italic = 64 if face.slant else 0
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): pdf_name("/" + face.name),
            pdf_name("/Flags"): generic.NumberObject(symbolic | italic),
            pdf_name("/FontBBox"): generic.ArrayObject(map(generic.NumberObject, face.box)),
            pdf_name("/ItalicAngle"): generic.FloatObject(face.slant),
            pdf_name("/Ascent"): generic.NumberObject(face.ascent),
            pdf_name("/Descent"): generic.NumberObject(face.descent),
            pdf_name("/CapHeight"): generic.NumberObject(face.cap_height),
            pdf_name("/StemV"): generic.NumberObject(80),
            pdf_name("/FontFile2"): program,
        }
    )


def _cid(face: Face, descriptor: generic.IndirectObject) -> generic.DictionaryObject:
    widths = generic.ArrayObject(map(generic.NumberObject, face.widths))
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): pdf_name("/" + face.name),
            pdf_name("/CIDSystemInfo"): generic.DictionaryObject(
                {
                    pdf_name("/Registry"): generic.pdf_string("Adobe"),
                    pdf_name("/Ordering"): generic.pdf_string("Identity"),
                    pdf_name("/Supplement"): generic.NumberObject(0),
                }
            ),
            pdf_name("/FontDescriptor"): descriptor,
            pdf_name("/CIDToGIDMap"): pdf_name("/Identity"),
            pdf_name("/W"): generic.ArrayObject([generic.NumberObject(0), widths]),
        }
    )


def _type0(
    face: Face, cid: generic.IndirectObject, writer: BasePdfFileWriter
) -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type0"),
            pdf_name("/BaseFont"): pdf_name("/" + face.name),
            pdf_name("/Encoding"): pdf_name("/Identity-H"),
            pdf_name("/DescendantFonts"): generic.ArrayObject([cid]),
            pdf_name("/ToUnicode"): writer.add_object(deflated(face.to_unicode, {})),
        }
    )
