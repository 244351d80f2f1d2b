"""Number, date, signature and seal stand where somebody put them, and nothing signed moves."""

import io

import pypdfium2  # type: ignore[import-untyped] # it ships no type information
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from bench.papers import minimal_pdf
from front.serving import application
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, OfficeError, Outrun, Refused
from records.paper import Box, Chosen, NumberStyle
from records.signature import Verdict
from tests.conftest import PASSWORD, House, Opening
from workflow.begin import Particulars
from workflow.check import check
from workflow.look import history, placement
from workflow.place import place, preview, take_back
from workflow.receive import receive
from workflow.road import Choice

NUMBER = Box(0, 60, 760, 220, 778)
DATE = Box(0, 320, 760, 540, 778)
INK = Box(0, 350, 300, 500, 380)


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    """Give one office for all tests of this file: each has a document of its own."""
    return open_lasting_house()


def sheets(count: int, *lines: str) -> bytes:
    """Give a PDF of so many pages alike, as it might come from anywhere."""
    one, whole = pypdfium2.PdfDocument(minimal_pdf(*lines)), pypdfium2.PdfDocument.new()
    for _ in range(count):
        whole.import_pages(one)
    made = io.BytesIO()
    whole.save(made)
    return made.getvalue()


def full_of_print() -> bytes:
    """Give a page with print from edge to edge, and no word of number, date or signer."""
    return sheets(1, "x) Tj -40 126 Td (x", *["Lorem ipsum dolor " * 4] * 39)


def brought(house: House, pdf: bytes, **about: Classification) -> Document:
    said = Particulars(
        Direction.OUTGOING,
        "TB",
        "Giấy soạn ở nơi khác",
        about.get("classification", Classification.NONE),
        recipients=("H49.90.2",),
        fields={"signer": "chutich"},
    )
    return receive(house.office, said, pdf, by=house.person("chuyenvien")).document


def put(house: House, document: Document, by: str = "chuyenvien", **boxes: object) -> None:
    chosen = Chosen(**boxes)  # type: ignore[arg-type]  # a test's own words
    place(house.office, document.id, chosen, Choice(), by=house.person(by))


def rectangles(house: House, document: Document) -> dict[str, list[float]]:
    content = house.office.contents.get(document, document.latest.digest)
    fields = PdfFileReader(io.BytesIO(content)).root["/AcroForm"]["/Fields"]
    every = [fields[at] for at in range(len(fields))]
    return {str(one["/T"]): [round(float(side)) for side in one["/Rect"]] for one in every}


def sides(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]


def test_what_was_put_stands_there_and_every_signature_is_valid(house: House) -> None:
    document = brought(house, sheets(3))
    put(house, document, number=NUMBER, date=DATE, signature=INK)
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert told[-1]["event"] == "document:placed"

    sealed = house.sealed(document)

    where = rectangles(house, sealed)
    assert where["so"] == sides(NUMBER)
    assert where["ngay"] == sides(DATE)
    assert where["KyLanhDao"] == sides(INK)
    assert where["KyCoQuan"][2] == pytest.approx(INK.x0 + 50, abs=1)  # a third into the ink
    report = check(house.office, sealed.id, by=house.person("vanthu"))
    assert (report.verdict, len(report.signatures)) == (Verdict.VALID, 2)
    content = house.office.contents.get(sealed, sealed.latest.digest)
    boxes = {"so": NUMBER, "ngay": DATE}
    words = house.office.reader.added(content, content, boxes).words
    assert words["so"] == f"Số: {sealed.number}"
    assert words["ngay"] == "ngày 20 tháng 11 năm 2026"
    with pytest.raises(Refused, match="place.signed"):
        put(house, sealed, by="vanthu", number=NUMBER)


def test_a_page_without_words_or_room_asks_for_a_hand(house: House) -> None:
    full = full_of_print()
    document = brought(house, full)
    assert placement(house.office, document.id, by=house.person("chuyenvien")).crowded
    with pytest.raises(Refused, match="place.needed"):
        house.act(document, "submit", "chuyenvien")
    put(house, document, number=NUMBER, date=DATE, signature=INK)
    assert house.act(document, "submit", "chuyenvien").state == "content_check"


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no such page": ({"number": Box(3, 60, 700, 220, 718)}, "place.page"),
    "off the page": ({"signature": Box(0, 500, 300, 650, 380)}, "place.off-page"),
    "below it": ({"date": Box(0, 320, -20, 540, -2)}, "place.off-page"),
    "too narrow": ({"number": Box(0, 60, 700, 100, 718)}, "place.too-small"),
    "turned around": ({"date": Box(0, 540, 718, 320, 700)}, "place.too-small"),
    "a poster": ({"signature": Box(0, 10, 10, 500, 700)}, "place.too-large"),
    "on the number": (
        {"number": NUMBER, "date": Box(0, 200, 760, 400, 778)},
        "place.overlap",
    ),
    "seal on the date": (
        {"date": DATE, "signature": INK, "seal": Box(0, 280, 720, 382, 822)},
        "place.overlap",
    ),
    "seal over all of the signature": (
        {"signature": INK, "seal": Box(0, 370, 300, 472, 402)},
        "place.overlap",
    ),
    "seal on another page": (
        {"signature": INK, "seal": Box(1, 300, 300, 402, 402)},
        "place.seal-page",
    ),
}


@pytest.fixture(scope="module")
def waiting(house: House) -> Document:
    """Give a document whose places no test changes."""
    return brought(house, sheets(2))


@pytest.mark.parametrize("kind", WRONG)
def test_a_place_that_cannot_be_is_refused_by_name(
    house: House, waiting: Document, kind: str
) -> None:
    boxes, rule = WRONG[kind]
    before = placement(house.office, waiting.id, by=house.person("chuyenvien"))
    with pytest.raises(OfficeError, match=rule):
        put(house, waiting, "chuyenvien", **boxes)
    assert placement(house.office, waiting.id, by=house.person("chuyenvien")) == before


def test_only_who_has_it_on_their_desk_places_and_of_these_bytes(
    house: House, waiting: Document
) -> None:
    for name in ("truongban", "chutich", "vanthu", "kiemtra"):
        with pytest.raises((NotAllowed, NotFound)):
            put(house, waiting, by=name, number=NUMBER)
    with pytest.raises(Outrun, match="step.other-bytes"):
        place(
            house.office,
            waiting.id,
            Chosen(number=NUMBER),
            Choice(shown="0" * 64),
            by=house.person("chuyenvien"),
        )


def test_a_choice_is_taken_back_once_and_does_not_outlive_its_bytes(house: House) -> None:
    document, by = brought(house, sheets(2)), house.person("chuyenvien")
    found = placement(house.office, document.id, by=by)
    put(house, document, number=NUMBER)
    put(house, document, number=NUMBER, date=DATE, style=NumberStyle.SYMBOL)
    assert placement(house.office, document.id, by=by).number_style is NumberStyle.SYMBOL
    once = take_back(house.office, document.id, Choice(), by=by)
    assert (once.number, once.day) == (NUMBER, found.day)
    put(house, document)
    assert placement(house.office, document.id, by=by) == found
    put(house, document, number=NUMBER)
    doors = application(house.office, house.settings).test_client()
    token = doors.post(
        "/api/v1/tokens", json={"username": "chuyenvien", "password": PASSWORD}
    ).get_json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/documents/{document.id}"
    revised = doors.post(
        f"{path}/revisions",
        headers=headers,
        data={"file": (io.BytesIO(sheets(4)), "khac.pdf")},
    )
    assert revised.status_code in (200, 201)
    assert placement(house.office, document.id, by=by).placed == frozenset()
    box = {"page": 3, "x0": 60, "y0": 700, "x1": 220, "y1": 718}
    told = doors.post(f"{path}/placement", headers=headers, json={"number": box})
    assert (told.status_code, told.get_json()["placed"]) == (200, ["number"])
    wrong = doors.post(f"{path}/placement", headers=headers, json={"number": {**box, "page": 9}})
    assert (wrong.status_code, wrong.get_json()["rule"]) == (422, "place.page")
    shown = doors.get(f"{path}/placement/pages/4.png?width=400", headers=headers)
    assert shown.data.startswith(b"\x89PNG")
    undone = doors.post(f"{path}/placement/undo", headers=headers)
    assert undone.get_json()["placed"] == []
    left = doors.delete(f"{path}/placement", headers=headers)
    assert left.status_code == 200


def test_a_preview_shows_what_will_stand_there_and_signs_nothing(house: House) -> None:
    document, by = brought(house, sheets(1)), house.person("chuyenvien")
    put(house, document, number=NUMBER, date=DATE, signature=INK)
    bare = house.office.reader.page_png(sheets(1), 1, width=400)
    seen = preview(house.office, document.id, 1, width=400, by=by)
    assert seen != bare
    assert len(seen) > len(bare)
    with pytest.raises(Refused, match="place.signed"):
        preview(house.office, house.signed(document).id, 1, width=400, by=by)
    secret = brought(house, sheets(1), classification=Classification.SECRET)
    with pytest.raises(NotFound):
        preview(house.office, secret.id, 1, width=400, by=house.person("truongban"))
