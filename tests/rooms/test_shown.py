"""A secret is looked at in pictures that name their reader; bytes go where its label grants."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from PIL import Image, ImageChops

from drafting.convert import Converter
from drafting.reader import PdfReader
from drafting.sandbox import Sandbox
from front.serving import application
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, Refused
from records.secrecy import DRAFTER, Downloads
from records.signing import SigningRole
from signing.fonts import missing_letters
from tests.conftest import PASSWORD, House
from tests.rooms.test_signing_requests import own_device
from workflow.begin import Enclosed, Particulars
from workflow.case_files import FileSaid, open_file, put_in
from workflow.check import signed_bytes, signed_page
from workflow.evidence import evidence
from workflow.file_export import export_file
from workflow.look import attachment, attachment_pages, attachment_picture, content, page_picture
from workflow.place import preview
from workflow.receive import receive
from workflow.road import Choice
from workflow.shown import across
from workflow.signing_requests import request_signature, to_be_signed
from workflow.slips import print_slip

LIBERATION = Path("/usr/share/fonts/truetype/liberation2/LiberationSans-Bold.ttf")


def _logged(house: House, action: str) -> list[tuple[str, str, dict[str, str]]]:
    with house.office.database.reading() as unit:
        entries = [one.event for one in unit.audit.latest(60) if one.event.action == action]
    return [(one.by, one.document, dict(one.facts)) for one in reversed(entries)]


def _picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


def _for_looking_only(house: House) -> None:
    house.office = replace(house.office, downloads=Downloads({}))


def _with_attachments(house: House, *files: Enclosed, of: Classification) -> Document:
    written = docx.Document()
    written.add_paragraph("Nội dung chính")
    main = io.BytesIO()
    written.save(main)
    said = Particulars(Direction.OUTGOING, "BC", "Báo cáo thử", of)
    by = house.person("chuyenvien")
    return receive(house.office, said, main.getvalue(), attachments=files, by=by).document


def test_who_looks_and_when_stands_in_the_pixels_and_hides_no_print(house: House) -> None:
    secret = house.drafted(classification=Classification.SECRET)
    house.act(secret, "submit", "chuyenvien")
    drafter, head = house.person("chuyenvien"), house.person("truongban")
    shown = [
        _picture(page_picture(house.office, secret.id, 1, "", width=900, by=one))
        for one in (drafter, head)
    ]
    _, pdf = content(house.office, secret.id, "", by=drafter)
    plain = _picture(house.office.reader.page_png(pdf, 1, width=900))

    words = across(house.office, secret, head)
    assert words == "TỐI MẬT · Trần Quốc Đạt (truongban) · 20/11/2026 09:00"
    assert ImageChops.difference(*shown).getbbox() is not None
    for one in shown:
        changed = ImageChops.difference(one, plain).histogram()
        assert sum(changed[20:]) > one.width * one.height // 40  # it is everywhere
        # What was print is print: as dark as before, or nearly.
        faded = ImageChops.subtract(one, plain).histogram()
        assert sum(faded[80:]) == 0


def test_the_words_have_every_vietnamese_letter() -> None:
    assert missing_letters(LIBERATION) == ""


def test_a_page_that_is_no_secret_bears_nothing(house: House) -> None:
    document = house.drafted()
    by = house.person("chuyenvien")
    _, pdf = content(house.office, document.id, "", by=by)
    picture = page_picture(house.office, document.id, 1, "", width=400, by=by)

    assert picture == house.office.reader.page_png(pdf, 1, width=400)
    assert _logged(house, "secret:looked") == []


def test_every_look_at_a_secret_is_logged_by_person_revision_and_page(house: House) -> None:
    secret = house.signed(classification=Classification.SECRET)
    head = house.person("truongban")
    before = len(_logged(house, "secret:looked"))
    for _ in range(2):
        page_picture(house.office, secret.id, 1, "2", width=100, by=head)
    signed_page(house.office, secret.id, 1, 1, width=100, by=head)

    told = _logged(house, "secret:looked")[before:]
    latest = {"digest": secret.latest.digest, "page": "1"}
    assert [one[:2] for one in told] == [("truongban", secret.id)] * 3
    assert [one[2] for one in told[:2]] == [{**latest, "revision": "2"}] * 2
    assert told[2][2] == {**latest, "signature": "1"}
    assert _logged(house, "document:viewed") == []


def test_a_look_at_what_will_be_signed_is_logged_and_marked(house: House) -> None:
    secret = house.drafted(classification=Classification.SECRET)
    by = house.person("chuyenvien")
    preview(house.office, secret.id, 1, width=200, by=by)

    [(who, which, facts)] = _logged(house, "secret:looked")
    assert (who, which, facts["preview"]) == ("chuyenvien", secret.id, "yes")


def test_no_byte_goes_where_the_label_grants_none(house: House) -> None:
    note = Enclosed("ghi-chu.txt", b"mot hai ba")
    draft = _with_attachments(house, note, of=Classification.SECRET)
    sealed = house.sealed(draft)
    file = open_file(
        house.office,
        FileSaid("01.M", "Hồ sơ", classification=Classification.SECRET),
        by=house.person("chuyenvien"),
    )
    put_in(house.office, file.id, [sealed.id], by=house.person("chuyenvien"))
    office = house.office
    doors: dict[str, Callable[[], object]] = {
        "content": lambda: content(house.office, sealed.id, "", by=drafter),
        "attachment": lambda: attachment(house.office, sealed.id, 1, by=drafter),
        "signature": lambda: signed_bytes(house.office, sealed.id, 1, by=drafter),
        "evidence": lambda: evidence(house.office, sealed.id, by=drafter),
        "slip": lambda: print_slip(house.office, sealed.id, "bi", "docx", by=drafter),
        "file": lambda: export_file(house.office, file.id, by=drafter),
    }
    drafter = house.person("chuyenvien")
    for door in doors.values():
        door()  # the shipped policy grants the drafter a secret
    taken = [one[2] for one in _logged(house, "secret:taken")]
    assert len(taken) == len(doors)

    _for_looking_only(house)
    for name, door in doors.items():
        with pytest.raises(NotAllowed, match=r"secrecy\.pictures-only"):
            door()
        [(who, which, facts)] = _logged(house, "egress:refused")[-1:]
        assert (who, which, facts["rule"]) == ("chuyenvien", sealed.id, "secrecy.pictures-only")
        assert name in facts or name == "content"
    assert len(_logged(house, "secret:taken")) == len(taken)
    house.office = office


def test_the_shipped_policy_says_by_class_and_role_who_may(house: House) -> None:
    open_, confidential, secret, top = (
        replace(house.drafted(), classification=one) for one in Classification
    )
    granted = {
        (one.classification.value, name)
        for one in (open_, confidential, secret, top)
        for name in ("chuyenvien", "truongban", "chanhvanphong", "chutich", "vanthu", "luutru")
        if house.office.downloads.grants(one, house.person(name))
    }

    everybody = {"chuyenvien", "truongban", "chanhvanphong", "chutich", "vanthu", "luutru"}
    expected = {(of, one) for of in ("none", "confidential") for one in everybody}
    expected |= {("secret", one) for one in everybody}
    assert granted == expected


def test_attachments_of_many_kinds_are_looked_at_as_pages(house: House, sandbox: Sandbox) -> None:
    written = docx.Document()
    written.add_paragraph("Phụ lục")
    word, drawn = io.BytesIO(), io.BytesIO()
    written.save(word)
    Image.new("RGB", (300, 200), "red").save(drawn, "PNG")
    files = (
        Enclosed("a.docx", word.getvalue()),
        Enclosed("b.png", drawn.getvalue()),
        Enclosed("c.csv", "cột,một\n1,2\n".encode()),
        Enclosed("d.txt", "Đôi lời".encode()),
        Enclosed("e.pdf", Converter(sandbox).pdf(word.getvalue())),
        Enclosed("f.zip", _zip()),
    )
    secret = _with_attachments(house, *files, of=Classification.SECRET)
    by = house.person("chuyenvien")
    for n in range(1, 6):
        _, found, pages = attachment_pages(house.office, secret.id, n, by=by)
        assert (found.n, pages) == (n, 1)
        pdf = house.office.converter.paper(files[n - 1].content, found.media)
        seen = attachment_picture(house.office, secret.id, n, 1, width=300, by=by)
        assert seen != house.office.reader.page_png(pdf, 1, width=300)
    [text] = (
        PdfReader(sandbox)
        .reading(house.office.converter.paper(files[3].content, "text/plain"))
        .texts
    )

    assert "Đôi lời" in text
    assert [one[2]["attachment"] for one in _logged(house, "secret:looked")] == list("12345")
    with pytest.raises(Refused, match=r"attachment\.no-pictures"):
        attachment_pages(house.office, secret.id, 6, by=by)
    for stranger in ("quantri", "truongban"):
        with pytest.raises(NotFound):
            attachment_picture(house.office, secret.id, 1, 1, width=99, by=house.person(stranger))


def _zip() -> bytes:
    from zipfile import ZipFile  # noqa: PLC0415 - of one file, once

    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "a")
    return packed.getvalue()


def test_the_signers_own_device_gets_what_it_signs_and_the_log_says_so(house: House) -> None:
    secret = house.approved(classification=Classification.SECRET)
    _for_looking_only(house)
    leader = house.person("chutich")
    its = own_device(house, "chutich")
    choice = Choice(shown=secret.latest.digest)
    asked = request_signature(
        house.office, secret.id, SigningRole.LEADER, its.pem, choice, by=leader
    )

    assert to_be_signed(house.office, secret.id, asked.id, by=leader).startswith(b"%PDF-")
    [(who, which, facts)] = _logged(house, "secret:taken")
    assert (who, which, facts["request"]) == ("chutich", secret.id, asked.id)


def test_the_page_offers_pictures_and_the_api_names_the_rule(house: House) -> None:
    drafter_alone = Downloads({Classification.SECRET: frozenset({DRAFTER})})
    house.office = replace(house.office, downloads=drafter_alone)
    secret = house.drafted(classification=Classification.SECRET)
    house.act(secret, "submit", "chuyenvien")
    doors = application(house.office, house.settings).test_client()
    doors.set_cookie("trinhky", house.cookie("truongban"))
    page = doors.get(f"/documents/{secret.id}").get_data(as_text=True)

    assert f"/documents/{secret.id}/content" not in page
    assert "/pages/1.png" in page
    assert "chỉ được xem từng trang" in page
    login = {"username": "truongban", "password": PASSWORD}
    token = doors.post("/api/v1/tokens", json=login).get_json()["token"]
    told = {"Authorization": f"Bearer {token}"}
    api = f"/api/v1/documents/{secret.id}"
    assert doors.get(api, headers=told).get_json()["may_download"] is False
    refused = doors.get(f"{api}/content", headers=told)
    assert (refused.status_code, refused.get_json()["rule"]) == (403, "secrecy.pictures-only")
    drawn = doors.get(f"{api}/pages/1.png", headers=told)
    assert (drawn.status_code, drawn.headers["Cache-Control"]) == (200, "no-store")
    drafter = doors.get(f"{api}/content", headers=_bearer(doors, "chuyenvien"))
    assert drafter.status_code == 200
    nobody = doors.get(f"{api}/pages/1.png", headers=_bearer(doors, "quantri"))
    assert nobody.status_code == 404


def _bearer(doors: object, name: str) -> dict[str, str]:
    login = {"username": name, "password": PASSWORD}
    token = doors.post("/api/v1/tokens", json=login).get_json()["token"]  # type: ignore[attr-defined]  # Flask's
    return {"Authorization": f"Bearer {token}"}
