"""Signed PDFs forged after signing, each in a published way, for whoever wants to be deceived.

Source  Mladenov et al., "1 Trillion Dollar Refund" (CCS 2019): USF, ISA, SWA. Mainka et al.,
        "Shadow Attacks" (NDSS 2021): hide, replace, both. Rohlmann et al., "Breaking the
        Specification" (S&P 2021): EAA and SSA on certified documents.
"""

import io
import re
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.foreign import written
from tests.rooms.test_signing_office import assembled

FORGED = b"BT /F1 24 Tf 72 500 Td (Chi 1.000.000.000 dong) Tj ET"
Forgery = tuple[str, bytes]

# ── objects and tables, by hand ──────────────────────────────────────────────────────────


def last_table(pdf: bytes) -> int:
    """Give where the newest table of references begins."""
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def root_of(pdf: bytes) -> bytes:
    """Give the number of the catalog, as it is referred to."""
    return bytes(re.findall(rb"/Root (\d+ \d+ R)", pdf)[-1])


def page_content(pdf: bytes) -> int:
    """Give the number of the stream the first page shows."""
    found = re.search(rb"/Contents (\d+) 0 R", pdf)
    assert found is not None
    return int(found[1])


def stream(number: int, content: bytes, extra: bytes = b"") -> bytes:
    """Give an object with a stream."""
    return b"%d 0 obj\n<</Length %d%s>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(content),
        extra,
        content,
    )


def update(pdf: bytes, objects: dict[int, bytes], *, root: bytes = b"", prev: bool = True) -> bytes:
    """Give a file with one more revision of these objects, numbered as they say."""
    out = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    table = b"xref\n"
    for number, content in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += content
    table_at = len(out)
    back = b"/Prev %d" % last_table(pdf) if prev else b""
    trailer = b"trailer\n<</Size 900/Root %s%s>>\n" % (root or root_of(pdf), back)
    return out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % table_at


def gap_of(pdf: bytes) -> tuple[int, int]:
    """Give where the newest signature's value begins and ends, in angle brackets."""
    found = list(re.finditer(rb"/Contents\s*(<[0-9A-Fa-f]{200,}>)", pdf))[-1]
    return found.start(1), found.end(1)


# ── incremental saving (ISA) ─────────────────────────────────────────────────────────────


def saved_after(pdf: bytes) -> Iterator[Forgery]:
    """Give every variant of incremental saving: whole, and with each part left out."""
    number = page_content(pdf)
    forged = stream(number, FORGED)
    whole = update(pdf, {number: forged})
    body = b"\n" + forged
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(pdf) + 1)
    trailer = b"trailer\n<</Size 900/Root %s/Prev %d>>\n" % (root_of(pdf), last_table(pdf))
    start = b"startxref\n%d\n" % (len(pdf) + len(body))
    yield "ISA: whole", whole
    yield "ISA: no previous table", update(pdf, {number: forged}, prev=False)
    yield "ISA: body alone", pdf + body
    yield "ISA: body and table", pdf + body + table
    yield "ISA: body and trailer", pdf + body + trailer
    yield "ISA: no start", pdf + body + table + trailer
    yield "ISA: no end mark", pdf + body + table + trailer + start
    yield (
        "ISA: start of old table",
        pdf + body + trailer + b"startxref\n%d\n%%%%EOF" % last_table(pdf),
    )
    yield "ISA: end mark alone", pdf + body + b"%%EOF\n"
    yield "ISA: end mark cut", whole.rstrip()[:-3]
    yield "ISA: signature copied along", update(pdf, {number: forged, **_signature_again(pdf)})
    yield "ISA: twice", update(whole, {number: stream(number, FORGED.replace(b"1.000", b"2.000"))})
    other = stream(number, FORGED) + b"%d 1 obj\n<<>>\nendobj\n" % number
    yield "ISA: another generation", pdf + b"\n" + other + trailer + b"startxref\n0\n%%EOF\n"


def _signature_again(pdf: bytes) -> dict[int, bytes]:
    begins = [m for m in re.finditer(rb"(\d+) 0 obj\s", pdf) if m.start() < gap_of(pdf)[0]][-1]
    ends = pdf.index(b"endobj", gap_of(pdf)[1])
    return {int(begins[1]): pdf[begins.start() : ends] + b"endobj\n"}


# ── wrapping (SWA) ───────────────────────────────────────────────────────────────────────


def wrapped(pdf: bytes) -> Iterator[Forgery]:
    """Give files whose signed parts are pushed apart, with something unsigned between them."""
    begins, ends = gap_of(pdf)
    head, value, tail = pdf[:begins], pdf[begins:ends], pdf[ends:]
    number = page_content(pdf)
    for name, close in (
        ("another ByteRange first", b">> endobj\n"),
        ("in a comment", b"\n%"),
        ("in a string", b"/X ("),
        ("in a stream", b">>\nendobj\n899 0 obj\n<</Length 9>>\nstream\n"),
    ):
        inside = b"\n" + stream(number, FORGED)
        moved = len(inside) + len(close) + 60
        again = b"/ByteRange [0 %d %d %d]" % (begins, ends + moved, len(tail))
        between = (again + close + inside).ljust(moved)[:moved]
        yield f"SWA: {name}", head + value + between + tail
        table = b"xref\n%d 1\n%010d 00000 n \n" % (
            number,
            begins + len(value) + len(again + close) + 1,
        )
        trailer = b"trailer\n<</Size 900/Root %s/Prev %d>>\n" % (root_of(pdf), last_table(pdf))
        swollen = head + value + between + tail
        end = b"startxref\n%d\n%%%%EOF\n" % len(swollen)
        yield f"SWA: {name}, own table", swollen + table + trailer + end
    shorter = value[: len(value) // 2]
    yield (
        "SWA: in its own gap",
        head + shorter + b">" + b" " * (len(value) - len(shorter) - 1) + tail,
    )
    hidden = b"/Hidden (%s)" % FORGED.replace(b"(", b"<").replace(b")", b">")
    cut = value[: -len(hidden) - 1] + b">" + hidden
    yield "SWA: beside its value", head + cut + tail


# ── universal forgery (USF) ──────────────────────────────────────────────────────────────

RANGES = (
    b"/ByteRange null", b"/ByteRange []", b"/ByteRange [0 0 0 0]", b"/ByteRange [0 -10 20 30]",
    b"/ByteRange [0 10]", b"/ByteRange [0 1e9 2e9 1]", b"/ByteRange [(a) 1 2 3]", b"/ByteRange 7",
    b"/ByteRange [0 99999999 99999999 99999999]", b"/ByteRange [-1 0 0 1]", b"/ByteRange [1 2 3 4]",
    b"/ByteRange [0 1 2 3 4 5]", b"/ByteRange [[0 1] [2 3]]", b"/Range [0 1 2 3]",
)  # fmt: skip
VALUES = (b"<>", b"null", b"<00>", b"(x)", b"<3080>", b"[<30>]", b"9 0 R", b"<30800000>", b"true")


def without_truth(pdf: bytes) -> Iterator[Forgery]:
    """Give files whose signature lost what it could be checked by."""
    ranged = list(re.finditer(rb"/ByteRange \[[0-9 ]+\] *", pdf))[-1]
    for other in RANGES:
        room = ranged.end() - ranged.start()
        changed = pdf[: ranged.start()] + other.ljust(room)[:room] + pdf[ranged.end() :]
        yield f"USF: {other.decode()}", changed
    begins, ends = gap_of(pdf)
    for other in VALUES:
        yield f"USF: {other.decode()}", pdf[:begins] + other.ljust(ends - begins) + pdf[ends:]
    for key in (b"/Contents", b"/SubFilter", b"/Filter"):
        at = pdf.rfind(key, begins - 400, ends + 400)
        if at < 0:
            continue
        yield f"USF: no {key.decode()}", pdf[:at] + b"/X" + key[2:] + pdf[at + len(key) :]
    zeros = b"<" + b"0" * (ends - begins - 2) + b">"
    yield "USF: only zeros", pdf[:begins] + zeros + pdf[ends:]


# ── shadows: planted before signing, called forth afterwards ─────────────────────────────

SHADOW_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R%s/Resources%s>>"
_FONTS = b"<</Font<</F1 4 0 R/F2 20 0 R>>%s>>"
_OTHER_FONT = (
    b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding"
    b"<</Type/Encoding/Differences[48/nine/eight/seven/six/five/four/three/two/one/zero]>>>>"
)


def planted() -> bytes:
    """Give a file with everything the shadows need already in it, all of it unseen as yet.

    Object 3 is what the page shows; 21 covers some of it; 22 is what another page would show.
    """
    shown = b"BT /F2 12 Tf 72 700 Td (Chi 123 dong) Tj ET q /Cover Do Q"
    cover = b"1 g 60 640 300 40 re f"
    resources = _FONTS % b"/XObject<</Cover 21 0 R>>"
    objects = [b"null"] * 23
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Kids[5 0 R]/Count 1>>"
    objects[2] = b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown)
    objects[3] = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>"
    objects[4] = SHADOW_PAGE % (3, b"", resources)
    objects[19] = b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length %d>>stream\n%s\nendstream"
    objects[20] = form % (len(cover), cover)
    objects[21] = b"<</Length %d>>stream\n%s\nendstream" % (len(FORGED), FORGED)
    objects[22] = SHADOW_PAGE % (22, b"", resources)
    return assembled(objects)


def shadows(pdf: bytes) -> Iterator[Forgery]:
    """Give what a signed ``planted()`` becomes when its shadows are called forth."""

    def one(number: int, content: bytes) -> dict[int, bytes]:
        return {number: b"%d 0 obj\n%s\nendobj\n" % (number, content)}

    kept = _annotations(pdf)
    page = SHADOW_PAGE % (22, kept, _FONTS % b"")
    freed = pdf + b"xref\n21 1\n0000000000 00001 f \ntrailer\n<</Size 900/Root %s/Prev %d>>\n" % (
        root_of(pdf),
        last_table(pdf),
    )
    yield "shadow, hide: cover freed", freed + b"startxref\n%d\n%%%%EOF\n" % len(pdf)
    yield (
        "shadow, hide: cover emptied",
        update(pdf, {21: stream(21, b"", b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]")}),
    )
    yield "shadow, replace: font swapped", update(pdf, one(20, _OTHER_FONT))
    yield (
        "shadow, replace: resources swapped",
        update(pdf, one(5, SHADOW_PAGE % (3, kept, b"<</Font<</F2 4 0 R>>/XObject<<>>>>"))),
    )
    yield "shadow, hide and replace: page", update(pdf, one(5, page))
    yield (
        "shadow, hide and replace: tree",
        update(pdf, one(2, b"<</Type/Pages/Kids[23 0 R]/Count 1>>")),
    )
    pages = one(2, b"<</Type/Pages/Kids[5 0 R 23 0 R]/Count 2>>")
    yield "shadow, hide and replace: page more", update(pdf, pages)
    catalog = b"<</Type/Catalog/Pages 24 0 R>>"
    tree = b"<</Type/Pages/Kids[23 0 R]/Count 1>>"
    yield (
        "shadow, hide and replace: catalog",
        update(pdf, {**one(25, catalog), **one(24, tree)}, root=b"25 0 R"),
    )
    at = re.search(rb"22 0 obj", pdf)
    assert at is not None
    table = b"xref\n3 1\n%010d 00000 n \n" % at.start()
    trailer = b"trailer\n<</Size 900/Root %s/Prev %d>>\n" % (root_of(pdf), last_table(pdf))
    end = b"startxref\n%d\n%%%%EOF\n" % len(pdf)
    yield "shadow, hide and replace: table alone", pdf + table + trailer + end


def _annotations(pdf: bytes) -> bytes:
    found = re.findall(rb"/Annots\s*(\[[^\]]*\]|\d+ \d+ R)", pdf)
    return b"/Annots " + found[-1] if found else b""


# ── on certified documents (EAA), and on any ─────────────────────────────────────────────

KINDS = ("/FreeText", "/Stamp", "/Redact", "/Square", "/Highlight", "/Link", "/Widget", "/Ink")


def annotated(pdf: bytes) -> Iterator[Forgery]:
    """Give files with something stuck over the page, in every kind of note."""
    for n, kind in enumerate(KINDS, 1):
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        look = writer.add_object(
            generic.StreamObject(
                {
                    pdf_name("/Type"): pdf_name("/XObject"),
                    pdf_name("/Subtype"): pdf_name("/Form"),
                    pdf_name("/BBox"): _numbers(0, 0, 400, 60),
                },
                stream_data=b"1 g 0 0 400 60 re f 0 g " + FORGED.replace(b"72 500", b"5 20"),
            )
        )
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name(kind),
                pdf_name("/F"): generic.NumberObject(4),
                pdf_name("/Rect"): _numbers(60, 680, 460, 740),
                pdf_name("/Contents"): generic.pdf_string(f"Note {n}"),
                pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): look}),
            }
        )
        page = writer.find_page_for_modification(0)[0]
        writer.register_annotation(page, writer.add_object(note))
        yield f"EAA: {kind}", written(writer)


def _numbers(*told: int) -> generic.ArrayObject:
    return generic.ArrayObject(map(generic.NumberObject, told))
