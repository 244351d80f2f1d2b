"""Nobody signs what they did not see: what a PDF holds beside its pages is found and told."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from config.inspection import read_inspection
from drafting.reader import PdfReader
from drafting.sandbox import Sandbox
from front.serving import application
from records.beneath import Beneath, Response
from records.document import Classification, Direction, Document, Origin
from records.errors import NotFound, Refused
from tests.conftest import PASSWORD, House
from tests.foreign import Authority, filled, signed, with_field
from tests.forging import planted, stream, update
from tests.rooms.test_signing_office import assembled, plain_pdf
from workflow.begin import Enclosed, Particulars
from workflow.beneath import inspected
from workflow.receive import receive
from workflow.revise import revise
from workflow.road import Choice

SHOWN = "BT /F1 12 Tf 72 700 Td (Chi 100 dong) Tj ET "
NOTE = "<</Type/Annot/Subtype/FreeText/Rect[9 9 99 40]/Contents(x)>>"
LINK = "<</Type/Annot/Subtype/Link/Rect[9 9 99 40]/A<</S/URI/URI(http://a.vn)>>>>"
LAYER = "<</Type/OCG/Name(An)>>"


def page(  # noqa: PLR0913 - whatever a page may have
    drawn: str,
    *,
    catalog: str = "",
    notes: str = "",
    more: str = "",
    x: str = "",
    font: str = "",
) -> bytes:
    """Give a page with these things drawn on it; ``more`` is object 6, ``x`` its picture's name."""
    content = drawn.encode()
    pictures = f"/XObject<</{x} 6 0 R>>" if x else ""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        b"<</Type/Pages/Kids[5 0 R]/Count 1>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        f"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman{font}>>".encode(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Annots[%s]"
        b"/Resources<</Font<</F1 4 0 R>>%s>>>>" % (notes.encode(), pictures.encode()),
    ]
    return assembled([*objects, more.encode()] if more else objects)


def scan(words: str) -> bytes:
    """Give a page that is one picture, with words over it that are not drawn."""
    out = io.BytesIO()
    Image.new("L", (60, 84), 200).save(out, "JPEG")
    picture = out.getvalue()
    head = "<</Type/XObject/Subtype/Image/Width 60/Height 84/ColorSpace/DeviceGray"
    head += f"/BitsPerComponent 8/Filter/DCTDecode/Length {len(picture)}>>stream\n"
    drawn = f"q 595 0 0 842 0 0 cm /P Do Q BT 3 Tr /F1 12 Tf 72 700 Td ({words}) Tj ET"
    whole = page(drawn, more="@", x="P")
    return moved(whole.replace(b"@", head.encode("latin-1") + picture + b"\nendstream"))


def moved(pdf: bytes) -> bytes:
    """Give a file with its last object's room made right in its table."""
    at = pdf.rindex(b"xref\n0 ")
    return pdf[: pdf.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % at


CASES: dict[str, tuple[Beneath, int, bytes]] = {
    "white": (Beneath.HIDDEN_TEXT, 1, page(SHOWN + "1 g BT /F1 9 Tf 72 600 Td (An 999) Tj ET")),
    "covered": (Beneath.HIDDEN_TEXT, 1, page(SHOWN + "1 g 60 690 300 30 re f")),
    "no ink": (
        Beneath.INVISIBLE_TEXT,
        1,
        page(SHOWN + "BT 3 Tr /F1 9 Tf 72 600 Td (An 999) Tj ET"),
    ),
    "beside": (Beneath.OUTSIDE_TEXT, 1, page(SHOWN + "BT /F1 9 Tf 72 -90 Td (An 999) Tj ET")),
    "tiny": (Beneath.TINY_TEXT, 1, page(SHOWN + "BT /F1 .7 Tf 72 600 Td (An 999) Tj ET")),
    "written over": (
        Beneath.OVERLAPPING_TEXT,
        1,
        page(SHOWN + "1 g 60 690 300 30 re f 0 g BT /F1 12 Tf 72 700 Td (Thu 222 xu) Tj ET"),
    ),
    "another reading": (
        Beneath.READERS_DIFFER,
        1,
        page(SHOWN, font="/Encoding<</Differences[49/a57]>>"),
    ),
    "other words": (
        Beneath.REPLACED_TEXT,
        1,
        page("/Span<</ActualText(Chi 999 dong)>>BDC " + SHOWN + "EMC"),
    ),
    "scan": (Beneath.TEXT_LAYER, 1, scan("Chi 100 dong")),
    "form": (Beneath.FORM_FIELDS, 0, with_field(plain_pdf())),
    "note": (Beneath.NOTES, 0, page(SHOWN, notes=NOTE)),
    "link": (Beneath.LINKS, 0, page(SHOWN, notes=LINK)),
    "action": (Beneath.ACTIONS, 0, page(SHOWN, catalog="/OpenAction<</S/Hide/T(a)>>")),
    "layer": (
        Beneath.LAYERS,
        0,
        page(SHOWN, catalog="/OCProperties<</OCGs[6 0 R]/D<<>>>>", more=LAYER),
    ),
    "hidden layer": (
        Beneath.HIDDEN_LAYERS,
        0,
        page(SHOWN, catalog="/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>", more=LAYER),
    ),
    "saved twice": (
        Beneath.EARLIER_REVISIONS,
        0,
        update(plain_pdf(), {3: stream(3, SHOWN.encode())}),
    ),
    "unused": (Beneath.UNUSED_OBJECTS, 0, page(SHOWN, more="<</Type/Page>>")),
    "signed": (Beneath.SIGNATURES, 0, signed(plain_pdf(), Authority().issued())),
}
HARMLESS = {
    "plain": plain_pdf(),
    "two pages": plain_pdf(pages=2),
    "bold by two strokes": page(SHOWN + "BT /F1 12 Tf 72.3 700 Td (Chi 100 dong) Tj ET"),
    "white on dark": page("0.2 g 60 690 300 30 re f 1 g " + SHOWN),
    "outlined": page("BT 2 Tr /F1 12 Tf 72 700 Td (Chi 100 dong) Tj ET"),
    "pale mark": page(SHOWN + ".85 g BT /F1 60 Tf 100 400 Td (DU THAO) Tj ET"),
    "turned": page("q 0 1 -1 0 1000 100 cm " + SHOWN + "Q"),
    "opens at a page": page(SHOWN, catalog="/OpenAction[5 0 R/Fit]"),
}


@pytest.fixture(scope="module")
def reader(sandbox: Sandbox) -> PdfReader:
    return PdfReader(sandbox)


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_seen_is_found(name: str, reader: PdfReader) -> None:
    kind, n, pdf = CASES[name]
    found = reader.beneath(pdf)
    assert (kind, n) in {(one.kind, one.page) for one in found}
    if kind not in (Beneath.SIGNATURES, Beneath.FORM_FIELDS):  # which are saved later
        assert len(found) == 1


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_unusual_raises_no_alarm(name: str, reader: PdfReader) -> None:
    assert reader.beneath(HARMLESS[name]) == ()


def test_a_shadow_is_found_before_it_is_signed(reader: PdfReader) -> None:
    kinds = {one.kind for one in reader.beneath(planted())}
    assert Beneath.UNUSED_OBJECTS in kinds
    assert {one.kind for one in reader.beneath(reader.rewritten(planted()))} == set()


def test_rewriting_draws_what_was_filled_in_and_leaves_nothing_beneath(reader: PdfReader) -> None:
    for name in ("form", "note", "saved twice", "unused", "link"):
        assert reader.beneath(reader.rewritten(CASES[name][2])) == (), name
    clean = reader.rewritten(filled(with_field(plain_pdf()), "05/QD"))
    assert "05/QD" in reader.reading(clean).texts[0]


# ── on the road ──────────────────────────────────────────────────────────────────────────


def brought(
    house: House,
    content: bytes,
    *,
    direction: Direction = Direction.OUTGOING,
    classification: Classification = Classification.NONE,
    annexes: tuple[Enclosed, ...] = (),
) -> Document:
    said = Particulars(direction, "QĐ", "Về việc thử", classification, recipients=())
    by = house.person("vanthu" if direction is Direction.INCOMING else "chuyenvien")
    return receive(house.office, said, content, attachments=annexes, by=by).document


def test_a_clean_revision_is_made_and_what_was_brought_stays(house: House) -> None:
    form = CASES["form"][2]
    document = brought(house, form)
    assert [one.origin for one in document.revisions] == [Origin.UPLOADED, Origin.REWRITTEN]
    kept = house.office.contents.get(document, document.revisions[0].digest)
    assert kept == form
    assert inspected(house.office, document.id, by=house.person("chuyenvien")).findings == ()
    signed_one = house.signed(document)
    assert signed_one.latest.origin is Origin.SIGNED
    whole = house.office.contents.get(signed_one, signed_one.latest.digest)
    assert whole.startswith(house.office.contents.get(document, document.latest.digest))

    incoming = brought(house, form, direction=Direction.INCOMING)
    assert [one.origin for one in incoming.revisions] == [Origin.UPLOADED]


def test_what_blocks_is_told_and_is_submitted_by_nobody(house: House) -> None:
    doors = application(house.office, house.settings).test_client()
    login = {"username": "chuyenvien", "password": PASSWORD}
    token = doors.post("/api/v1/tokens", json=login).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    document = brought(house, CASES["white"][2])
    here = f"/api/v1/documents/{document.id}"

    told = doors.get(f"{here}/inspection", headers=headers).get_json()
    assert told["signable"] is False
    assert told["digest"] == document.latest.digest
    (finding,) = told["findings"]
    assert (finding["kind"], finding["page"], finding["response"]) == ("hidden-text", 1, "refuse")
    assert finding["sentence"].startswith("Chữ cùng màu nền")
    shown = doors.get(f"/documents/{document.id}/beneath", headers=headers).text
    assert "Chữ cùng màu nền" in shown
    assert "Chưa thể trình hoặc ký tệp này." in shown
    doors.set_cookie("language", "en")
    english = doors.get(f"/documents/{document.id}/beneath", headers=headers).text
    assert "This file cannot be submitted or signed yet." in english
    assert (
        f"/documents/{document.id}/beneath"
        in doors.get(f"/documents/{document.id}", headers=headers).text
    )

    refused = doors.post(
        f"{here}/actions/submit", json={"revision": document.latest.digest}, headers=headers
    )
    assert (refused.status_code, refused.get_json()["rule"]) == (422, "paper.beneath")
    seen = house.office.contents.get(document, document.latest.digest)
    assert seen == CASES["white"][2]

    by = house.person("chuyenvien")
    revised = revise(house.office, document.id, plain_pdf("Chi 100"), Choice(), by=by)
    assert house.act(revised, "submit", "chuyenvien").state != revised.state


def test_it_is_looked_at_once_more_just_before_the_first_signature(house: House) -> None:
    careless = replace(house.office, beneath=dict.fromkeys(Beneath, Response.ALLOW))
    strict, house.office = house.office, careless
    waiting = house.approved(brought(house, CASES["covered"][2]))
    house.office = strict

    with pytest.raises(Refused) as refused:
        house.act(waiting, "sign", "chutich")
    assert refused.value.rule == "paper.beneath"
    assert refused.value.facts == {"kind": "hidden-text", "page": 1}
    with strict.database.reading() as unit:
        assert unit.documents.get(waiting.id) == waiting


def test_an_annex_is_signed_too_and_looked_at_as_well(house: House) -> None:
    annex = Enclosed("phu-luc.pdf", CASES["covered"][2])
    document = brought(house, plain_pdf(), annexes=(annex,))
    with pytest.raises(Refused) as refused:
        house.act(document, "submit", "chuyenvien")
    assert refused.value.rule == "paper.beneath-annex"
    assert refused.value.facts["name"] == "phu-luc.pdf"


def test_what_somebody_signed_already_is_not_rewritten(house: House) -> None:
    document = brought(house, CASES["signed"][2])
    assert [one.origin for one in document.revisions] == [Origin.UPLOADED]
    told = inspected(house.office, document.id, by=house.person("chuyenvien"))
    assert told.signable
    assert {one.response for one in told.findings} == {Response.WARN}

    fillable = signed(with_field(plain_pdf()), Authority().issued())
    document = brought(house, fillable)
    assert not inspected(house.office, document.id, by=house.person("chuyenvien")).signable


def test_what_lies_beneath_a_secret_document_is_for_its_readers_alone(house: House) -> None:
    document = brought(house, CASES["white"][2], classification=Classification.CONFIDENTIAL)
    assert not inspected(house.office, document.id, by=house.person("chuyenvien")).signable
    for stranger in ("luutru", "quantri", "vanthu"):
        with pytest.raises(NotFound):
            inspected(house.office, document.id, by=house.person(stranger))


def test_the_offices_file_says_something_of_every_kind(tmp_path: Path) -> None:
    told = Path("config/inspection.yaml").read_text(encoding="utf-8")
    lines = [line for line in told.splitlines() if "readers-differ" not in line]
    (tmp_path / "inspection.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Refused, match=r"config\.invalid") as refused:
        read_inspection(tmp_path / "inspection.yaml")
    assert "readers-differ" in str(refused.value.facts)
