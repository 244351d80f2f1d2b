"""The letters that go into number and date fields."""

import io
import unicodedata
import zlib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fontTools ships no types
from pyhanko.pdf_utils.writer import PdfFileWriter

from records.errors import Unavailable
from signing.fonts import (
    Face,
    cut,
    embed,
    find_font,
    missing_letters,
    printable,
    vietnamese_letters,
)


@pytest.fixture(scope="module", params=["regular", "italic"])
def face(request: pytest.FixtureRequest) -> Face:
    return cut(find_font(request.param))


def test_vietnamese_has_these_letters() -> None:
    letters = vietnamese_letters()
    assert len(set(letters)) == len(letters) == 178
    assert set("ĂÂĐÊÔƠƯăâđêôơưẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ") <= set(letters)
    assert unicodedata.is_normalized("NFC", letters)


def test_every_vietnamese_letter_is_in_the_embedded_font(face: Face) -> None:
    program = TTFont(io.BytesIO(zlib.decompress(face.program)))
    known = program.getBestCmap()
    outlines = program["glyf"]
    for letter in vietnamese_letters():
        assert face.glyphs[letter] == program.getGlyphID(known[ord(letter)])
        assert face.glyphs[letter] != 0
        assert outlines[known[ord(letter)]].numberOfContours != 0, letter
        assert face.widths[face.glyphs[letter]] > 0, letter


def test_different_letters_have_different_glyphs(face: Face) -> None:
    glyphs = [face.glyphs[letter] for letter in vietnamese_letters() + "0123456789"]
    assert len(set(glyphs)) == len(glyphs)


def test_the_font_counts_in_thousandths_as_a_pdf_does(face: Face) -> None:
    program = TTFont(io.BytesIO(zlib.decompress(face.program)))
    assert program["head"].unitsPerEm == 1000
    assert face.width("0123456789") == pytest.approx(5.0, abs=0.01)
    assert face.length == len(zlib.decompress(face.program))


def test_the_font_is_small_and_names_itself_a_subset(face: Face) -> None:
    assert len(face.program) < 20_000
    assert face.name[6] == "+"
    assert len(face.glyphs) == len(set(printable()))


def test_a_capital_with_two_marks_is_higher_than_a_figure(face: Face) -> None:
    assert face.top("Ấ") > face.top("5") > 0.6
    assert face.top("") == 0


def test_every_glyph_can_be_read_back_as_its_letter(face: Face) -> None:
    cmap = zlib.decompress(face.to_unicode).decode("ascii")
    for letter in vietnamese_letters() + "05/-":
        assert f"<{face.glyphs[letter]:04X}> <{ord(letter):04X}>" in cmap


def test_embedding_compresses_nothing_again(face: Face) -> None:
    writer = PdfFileWriter()
    font = embed(face, writer).get_object()
    program = font["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"]
    assert program.encoded_data == face.program
    assert font["/Encoding"] == "/Identity-H"


def test_without_a_vietnamese_font_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"font\.missing"):
        find_font("regular", folders=[tmp_path])


def test_a_font_without_vietnamese_is_passed_over(tmp_path: Path) -> None:
    whole = find_font("regular")
    poor = TTFont(whole)
    for table in poor["cmap"].tables:
        table.cmap.pop(ord("Ơ"), None)
    poor.save(tmp_path / "LiberationSerif-Regular.ttf")

    assert missing_letters(tmp_path / "LiberationSerif-Regular.ttf") == "Ơ"
    with pytest.raises(Unavailable):
        find_font("regular", folders=[tmp_path])
    assert find_font("regular", folders=[tmp_path, whole.parent]) == whole


def test_a_file_that_is_no_font_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "LiberationSerif-Regular.ttf").write_bytes(b"no font")
    assert missing_letters(tmp_path / "LiberationSerif-Regular.ttf") == printable()
