"""Messages are written as the standard has them, and read however other offices write them."""

import base64
import hashlib
import io
import random
import tracemalloc
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exchange import edxml
from exchange.packing import file_name, plain
from exchange.tree import DEEPEST, MOST_ELEMENTS
from records.document import Urgency
from records.errors import OfficeError, Refused, Unreadable
from records.exchange import Enclosure, Envelope, StatusNotice
from records.person import Organ

LIMIT = 5_000_000
NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SENT = datetime(2026, 3, 9, 7, 5, 33, tzinfo=UTC)
LETTER = Enclosure("12_KH-LĐLĐ.pdf", "application/pdf", b"%PDF-1.7 letter", main=True)
ENVELOPE = Envelope(
    id="0123456789abcdef0123456789abcdef",
    sender=Organ(
        id="H49.90.1",
        name="LĐLĐ thành phố Demo",
        superior="LĐLĐ tỉnh Mẫu",
        email="vanthu@demo.example",
        facts={"address": "Số 1", "telephone": "0203"},
    ),
    recipient=Organ(id="H49.90.2", name="LĐLĐ tỉnh Mẫu"),
    document_id="H49.90.1,2026/03/09,12/KH-LĐLĐ",
    code_number="12",
    code_notation="KH-LĐLĐ",
    issued_on=date(2026, 3, 9),
    place="Hạ Long",
    type_name="Kế hoạch",
    subject="Tháng Công nhân năm 2026 <&> “vui”",
    signer_capacity="TM. BAN THƯỜNG VỤ",
    signer_position="Chủ tịch",
    signer_name="Nguyễn Văn A",
    urgency=Urgency.VERY_URGENT,
    pages=5,
    enclosures=(LETTER, Enclosure("Phụ lục 1.xlsx", XLSX, b"PK\x03\x04 not really")),
    sent_at=SENT,
    due_on=date(2026, 4, 1),
)
NOTICE = StatusNotice(
    id="status-1",
    sender=Organ(id="H49.90.2", name="LĐLĐ tỉnh Mẫu", email="vanthu@mau.example"),
    recipient=Organ(id="H49.90.1", name=""),
    about="H49.90.1,2026/03/09,12/KH-LĐLĐ",
    about_message=ENVELOPE.id,
    code="02",
    reason="Sai nơi nhận & thiếu phụ lục",
    at=SENT,
)


def read(message: bytes, **more: object) -> Envelope:
    envelope = edxml.read(message, limit=LIMIT, **more)  # type: ignore[arg-type]  # own, received_at
    assert isinstance(envelope, Envelope)
    return envelope


def refusal(message: bytes, limit: int = LIMIT) -> tuple[str, object]:
    with pytest.raises(Refused) as refused:
        edxml.read(message, limit=limit)
    return refused.value.rule, refused.value.facts.get("where", "")


def changed(old: str, new: str, envelope: Envelope = ENVELOPE) -> bytes:
    message = edxml.write(envelope).decode()
    assert old in message
    return message.replace(old, new).encode()


def zipped(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def carrying(name: str, kind: str, content: bytes) -> bytes:
    """Give a message of other software with one file, as it would stand in AttachmentEncoded."""
    head, _, _ = edxml.write(ENVELOPE).partition(b"<AttachmentEncoded>")
    body = (
        f"<AttachmentEncoded>"
        f"<Attachment><ContentId>1</ContentId><AttachmentName>{name}</AttachmentName>"
        f"<ContentType>{kind}</ContentType><ContentTransferEncoded>"
        f"{base64.b64encode(content).decode()}</ContentTransferEncoded></Attachment>"
        f"</AttachmentEncoded></edXML>"
    )
    start, end = head.find(b"<edXML:Reference>"), head.rfind(b"</edXML:Reference>")
    return head[:start] + head[end + len(b"</edXML:Reference>") :] + body.encode()


# ---- what is written ---------------------------------------------------------------------------


def test_a_message_has_the_elements_of_the_standard_in_their_order() -> None:
    root = etree.fromstring(edxml.write(ENVELOPE))
    header = root.find(f".//{{{NAMESPACE}}}MessageHeader")

    assert header is not None
    assert [etree.QName(child).localname for child in header] == [
        "From",
        "To",
        "DocumentId",
        "Code",
        "PromulgationInfo",
        "DocumentType",
        "Subject",
        "Content",
        "SignerInfo",
        "DueDate",
        "OtherInfo",
        "ToPlaces",
    ]
    assert {etree.QName(node).namespace for node in root.iter("*")} == {NAMESPACE}


@pytest.mark.parametrize(
    "text",
    [
        b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016">',
        b"<edXML:BussinessDocType>0</edXML:BussinessDocType>",
        b"<edXML:PromulgationDate>2026/03/09</edXML:PromulgationDate>",
        b"<edXML:Timestamp>2026/03/09 14:05:33</edXML:Timestamp>",
        b"<edXML:Type>10</edXML:Type>",
        b"<edXML:Priority>2</edXML:Priority>",
        b'<edXML:TraceHeaderList id="trinhky-0123456789abcdef0123456789abcdef" version="1.0">',
        b"<AttachmentEncoded><Attachment><ContentId>cid:1</ContentId>",
    ],
)
def test_a_message_is_spelled_as_the_samples_are(text: bytes) -> None:
    assert text in edxml.write(ENVELOPE)


def test_the_same_envelope_gives_the_same_bytes() -> None:
    assert edxml.write(ENVELOPE) == edxml.write(ENVELOPE)


def test_the_folder_of_a_partner_is_told_to_nobody() -> None:
    told = replace(ENVELOPE, recipient=replace(ENVELOPE.recipient, spool="inner-folder"))

    assert b"inner-folder" not in edxml.write(told)


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"subject": " \x00 "}, "Subject"),
        ({"code_number": ""}, "Code/CodeNumber"),
        ({"document_id": ""}, "DocumentId"),
        ({"sender": Organ(id="", name="A")}, "From/OrganId"),
        ({"recipient": Organ(id="", name="A")}, "To/OrganId"),
        ({"id": "../../etc"}, "id"),
        ({"id": ""}, "id"),
        ({"enclosures": ()}, "Attachment"),
        ({"enclosures": (LETTER, LETTER)}, "Attachment"),
        (
            {"enclosures": (Enclosure("a.pdf", "application/pdf", b"", main=True),)},
            "Attachment[1]/ContentTransferEncoded",
        ),
    ],
)
def test_an_envelope_that_lacks_something_is_not_written(
    part: dict[str, object], where: str
) -> None:
    with pytest.raises(Refused) as refused:
        edxml.write(replace(ENVELOPE, **part))  # type: ignore[arg-type]  # parts of many types

    assert (refused.value.rule, refused.value.facts) == ("edxml.incomplete", {"where": where})


@pytest.mark.parametrize("part", [{"code": "07"}, {"id": "a b"}, {"about": ""}])
def test_a_status_that_lacks_something_is_not_written(part: dict[str, str]) -> None:
    with pytest.raises(Refused, match=r"edxml\.incomplete"):
        edxml.write_status(replace(NOTICE, **part))  # type: ignore[arg-type]  # texts all


# ---- there and back ----------------------------------------------------------------------------


def lines(least: int = 0) -> st.SearchStrategy[str]:
    vietnamese = st.sampled_from(list("aăâbcdđeêghiklmnoôơpqrstuưvxyÀẢỄỘừỵ0123456789 /-,.<>&\"'“”"))
    signs = st.text(st.one_of(vietnamese, st.characters(exclude_categories=["Cs"])), max_size=30)
    return signs.map(plain).filter(lambda text: len(text) >= least and "M" not in text.upper())


def names() -> st.SearchStrategy[str]:
    endings = st.sampled_from(["pdf", "docx", "xlsx", "png", "zip", "xls", "PDF", "txt"])
    return st.builds("{}.{}".format, lines(1), endings).map(file_name)


def organs() -> st.SearchStrategy[Organ]:
    facts = st.dictionaries(st.sampled_from(["address", "telephone", "fax", "website"]), lines(1))
    return st.builds(Organ, id=lines(1), name=lines(), superior=lines(), email=lines(), facts=facts)


def enclosures() -> st.SearchStrategy[tuple[Enclosure, ...]]:
    media = st.sampled_from(["application/pdf", XLSX, "text/plain", "image/png"])
    files = st.lists(
        st.builds(Enclosure, names(), media, st.binary(min_size=1)), min_size=1, max_size=4
    )
    return st.tuples(files, st.integers(0, 3)).map(
        lambda drawn: tuple(
            replace(each, main=n == drawn[1] % len(drawn[0])) for n, each in enumerate(drawn[0])
        )
    )


def envelopes() -> st.SearchStrategy[Envelope]:
    days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
    moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
    return st.builds(
        Envelope,
        id=st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
        sender=organs(),
        recipient=organs(),
        document_id=lines(1),
        code_number=lines(1),
        code_notation=lines(),
        issued_on=st.none() | days,
        place=lines(),
        type_name=lines(),
        subject=lines(1),
        signer_capacity=lines(),
        signer_position=lines(),
        signer_name=lines(),
        urgency=st.sampled_from(Urgency),
        pages=st.integers(0, 99_999),
        enclosures=enclosures(),
        sent_at=moments.map(lambda at: at.replace(microsecond=0)),
        due_on=st.none() | days,
    )


@settings(max_examples=150, deadline=None)
@given(envelopes())
def test_an_envelope_comes_back_as_it_went(envelope: Envelope) -> None:
    message = edxml.write(envelope)

    assert edxml.read(message, limit=LIMIT) == envelope
    assert edxml.is_written(message, envelope)


@settings(max_examples=80, deadline=None)
@given(
    st.builds(
        StatusNotice,
        id=st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
        sender=organs(),
        recipient=st.builds(Organ, id=lines(1), name=st.just("")),
        about=lines(1),
        about_message=st.from_regex(r"([0-9a-f]{32})?", fullmatch=True),
        code=st.sampled_from(["01", "02", "03", "04", "05", "06", "15", "16"]),
        reason=lines(),
        at=st.just(SENT),
    )
)
def test_a_status_comes_back_as_it_went(notice: StatusNotice) -> None:
    assert edxml.read(edxml.write_status(notice), limit=LIMIT) == notice


@given(st.text())
def test_tidying_a_line_or_a_name_twice_changes_nothing_more(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert file_name(file_name(text)) == file_name(text)


def test_decomposed_text_comes_back_composed() -> None:
    decomposed = replace(ENVELOPE, subject=unicodedata.normalize("NFD", "Kế hoạch tuần"))

    assert read(edxml.write(decomposed)).subject == "Kế hoạch tuần"


def test_signs_that_xml_cannot_carry_are_left_out() -> None:
    pasted = replace(ENVELOPE, subject="Kế hoạch\x0b\n năm\ud800 2026￿")

    assert read(edxml.write(pasted)).subject == "Kế hoạch năm 2026"


@settings(deadline=None)
@given(
    names(), st.text() | st.sampled_from(["application/zip", XLSX, "a/b"]), st.binary(min_size=1)
)
def test_what_was_read_is_written_as_it_came(name: str, media: str, content: bytes) -> None:
    message = edxml.write(
        replace(ENVELOPE, enclosures=(Enclosure(name, media, content, main=True),))
    )

    assert edxml.is_written(message, read(message))


def test_bytes_beside_the_envelope_are_noticed() -> None:
    message = edxml.write(ENVELOPE)

    for strange in (message + b" ", message.replace(b"</edXML>", b"<x/></edXML>"), message[:-1]):
        assert not edxml.is_written(strange, ENVELOPE)


def test_a_status_says_where_it_belongs_in_the_standards_own_words() -> None:
    message = edxml.write_status(NOTICE)

    assert b"<edXML:Code>12/KH-L\xc4\x90L\xc4\x90</edXML:Code>" in message
    assert b"<edXML:PromulgationDate>2026/03/09</edXML:PromulgationDate>" in message


# ---- ids ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("foreign", ['id="1"', 'id="a1b2c3d4"', 'id=""', "", 'id="trinh-ky-7"'])
def test_a_message_without_an_id_of_ours_is_known_by_its_bytes(foreign: str) -> None:
    message = changed('id="trinhky-0123456789abcdef0123456789abcdef"', foreign)

    assert read(message).id == hashlib.sha256(message).hexdigest()[:32]


def test_an_id_that_is_no_name_for_a_file_is_refused() -> None:
    message = changed("trinhky-0123456789abcdef0123456789abcdef", "trinhky-../../etc/passwd")

    assert refusal(message) == ("edxml.malformed", "id")


def test_a_foreign_status_is_known_by_its_bytes_and_names_no_message() -> None:
    message = edxml.write_status(NOTICE)
    start, end = message.find(b"<?trinhky"), message.find(b"?>", 60) + 2
    message = message[:start] + message[end:]
    notice = edxml.read(message, limit=LIMIT)

    assert isinstance(notice, StatusNotice)
    assert notice == replace(NOTICE, id=hashlib.sha256(message).hexdigest()[:32], about_message="")


# ---- dialects and gotchas (domain-vn §4.3, §4.8) -----------------------------------------------


@pytest.mark.parametrize("namespace", ["http://www.e-doc.vn/Schema/", "urn:any"])
def test_other_namespaces_are_understood(namespace: str) -> None:
    assert read(changed(NAMESPACE, namespace)) == ENVELOPE


def test_other_prefixes_are_understood() -> None:
    message = (
        edxml.write(ENVELOPE).replace(b"edXML:", b"ns0:").replace(b"xmlns:edXML", b"xmlns:ns0")
    )

    assert read(message) == ENVELOPE


def test_no_namespace_at_all_is_understood() -> None:
    message = (
        edxml.write(ENVELOPE).replace(b"edXML:", b"").replace(f' xmlns="{NAMESPACE}"'.encode(), b"")
    )

    assert read(message.replace(b"xmlns:edXML", b"x")) == ENVELOPE


def test_business_spelled_as_in_english_is_understood() -> None:
    message = edxml.write(ENVELOPE).replace(b"Bussiness", b"Business")

    assert read(message) == ENVELOPE


def test_a_flat_envelope_without_a_body_is_understood() -> None:
    text = edxml.write(ENVELOPE).decode()
    header = text[text.find("<edXML:MessageHeader>") : text.find("</edXML:edXMLHeader>")]
    files = text[text.find("<AttachmentEncoded>") : text.find("</edXML>", 200)]
    flat = f'<EdXMLEnvelope xmlns:edXML="http://www.go.vn/eDoc">{header}{files}</EdXMLEnvelope>'

    assert read(flat.encode()) == ENVELOPE


def test_a_status_under_the_name_status_is_understood() -> None:
    message = edxml.write_status(NOTICE).replace(b"edXML:MessageHeader", b"edXML:Status")

    assert edxml.read(message, limit=LIMIT) == NOTICE


def test_a_status_addressed_and_told_in_parts_is_understood() -> None:
    message = edxml.write_status(NOTICE).decode()
    message = message.replace(
        "<edXML:DocumentId>H49.90.1,2026/03/09,12/KH-LĐLĐ</edXML:DocumentId>", ""
    )
    message = message.replace(
        "<edXML:ResponseFor>",
        "<edXML:To><edXML:OrganId>H49.90.1</edXML:OrganId></edXML:To><edXML:ResponseFor>",
    ).replace(">02<", ">2<")

    assert edxml.read(message.encode(), limit=LIMIT) == NOTICE


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pl.pdf", "application/pdf"), ("a.doc", "application/msword"), ("b.zip", "application/zip")],
)
def test_gotcha_1_what_the_reference_library_sends_raw_is_sent_raw(name: str, kind: str) -> None:
    sent = replace(ENVELOPE, enclosures=(Enclosure(name, kind, b"raw bytes", main=True),))

    assert base64.b64encode(b"raw bytes") in edxml.write(sent)
    assert f"<ContentType>{kind}</ContentType>".encode() in edxml.write(sent)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.png", "no-ending"])
def test_gotcha_1_everything_else_travels_in_a_zip_under_its_own_name(name: str) -> None:
    sent = replace(ENVELOPE, enclosures=(Enclosure(name, XLSX, b"raw bytes", main=True),))
    node = etree.fromstring(edxml.write(sent)).find(f".//{{{NAMESPACE}}}Attachment")

    assert node is not None
    assert node.findtext(f"{{{NAMESPACE}}}ContentType") == "application/zip"
    assert node.findtext(f"{{{NAMESPACE}}}AttachmentName") == name
    packed = base64.b64decode(node.findtext(f"{{{NAMESPACE}}}ContentTransferEncoded") or "")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read(name) == b"raw bytes"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1896_QD-TTg.doc", "application/zip"),
        ("1896_QD-TTg.doc", "application/msword"),
        ("thu.pdf", "application/zip"),
        ("bang.xlsx", "application/x-zip-compressed"),
    ],
)
def test_gotcha_1_a_file_comes_out_of_its_zip_under_the_name_it_was_given(
    name: str, kind: str
) -> None:
    packed = zipped("32da2890-1a55-4ccd-9ac9-cd0d98559e67.edxml", b"the file")
    enclosure = read(carrying(name, kind, packed)).enclosures[0]

    assert (enclosure.name, enclosure.content) == (name, b"the file")
    assert "zip" not in enclosure.media


def test_gotcha_1_a_zip_is_a_zip_and_an_xlsx_of_many_parts_stays_whole() -> None:
    packed = zipped("inside.txt", b"the file")
    assert read(carrying("a.zip", "application/zip", packed)).enclosures[0].content == packed

    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", "x")
    raw = book.getvalue()
    assert read(carrying("a.xlsx", "application/zip", raw)).enclosures[0].content == raw
    assert read(carrying("a.docx", XLSX, raw)).enclosures[0].content == raw


def test_gotcha_1_a_file_called_zip_by_mistake_stays_what_it_is() -> None:
    assert (
        read(carrying("a.png", "application/zip", b"\x89PNG")).enclosures[0].content == b"\x89PNG"
    )


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\tmp\\passwd.pdf", "passwd\u202e.pdf"]
)
def test_a_file_name_from_outside_is_only_a_name(name: str) -> None:
    assert read(carrying(name, "application/pdf", b"x")).enclosures[0].name == "passwd.pdf"


def test_gotcha_2_content_ids_match_with_and_without_cid() -> None:
    assert read(changed("<ContentId>cid:", "<ContentId>")) == ENVELOPE


def test_gotcha_2_the_manifest_tells_what_an_attachment_does_not() -> None:
    message = changed("<AttachmentName>12_KH-LĐLĐ.pdf</AttachmentName>", "")

    assert read(message) == ENVELOPE


def test_gotcha_2_a_file_the_manifest_promises_must_be_there() -> None:
    assert refusal(changed("<ContentId>cid:2<", "<ContentId>cid:3<")) == (
        "edxml.incomplete",
        "Attachment",
    )


def test_the_first_file_of_the_manifest_is_the_document_when_none_is_marked() -> None:
    message = changed("Văn bản chính", "12").replace(b"cid:1<", b"cid:9<", 1)
    message = message.replace(b"cid:2<", b"cid:1<", 1).replace(b"cid:9<", b"cid:2<", 1)

    assert [each.main for each in read(message).enclosures] == [False, True]


@pytest.mark.parametrize("junk", [b"\xef\xbb\xbf", b"PK\x03\x04", b"\r\n\r\n ", b"????"])
def test_gotcha_3_stray_signs_before_the_message_are_passed_over(junk: bytes) -> None:
    assert read(junk + edxml.write(ENVELOPE)) == ENVELOPE


def test_a_message_in_utf_16_is_understood() -> None:
    text = edxml.write(ENVELOPE).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')

    assert read(text.encode("utf-16")) == ENVELOPE


def test_gotcha_4_an_old_signature_neither_helps_nor_hinders() -> None:
    signature = "<Signature><SignedInfo><Reference URI=''/></SignedInfo></Signature>"
    message = changed("</edXML:edXMLHeader>", f"{signature}</edXML:edXMLHeader>")

    assert read(message) == ENVELOPE
    assert b"sha1" not in edxml.write(ENVELOPE)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026/03/09 14:05:33", SENT),
        ("2026-03-09T14:05:33", SENT),
        ("2026-03-09T07:05:33Z", SENT),
        ("2026-03-09T08:05:33.123+01:00", SENT),
        ("09/03/2026 14:05:33", SENT),
        ("2026/03/09", datetime(2026, 3, 8, 17, tzinfo=UTC)),
    ],
)
def test_gotcha_5_moments_are_vietnamese_unless_they_say_otherwise(
    written: str, meant: datetime
) -> None:
    assert read(changed("2026/03/09 14:05:33", written)).sent_at == meant


def test_gotcha_6_a_number_need_not_be_one() -> None:
    assert read(changed(">12<", ">74fass22<")).code_number == "74fass22"


@pytest.mark.parametrize("date", ["2014/02/30", "0000/01/01", "9999/12/31", "hôm qua", ""])
def test_gotcha_7_a_date_that_never_was_is_none_and_its_words_stay(date: str) -> None:
    message = changed(">2026/03/09<", f">{date}<").replace(b"2026/04/01", date.encode())
    message = message.replace(b"1,2026/03/09,", f"1,{date},".encode())
    envelope = read(message)

    assert (envelope.issued_on, envelope.due_on) == (None, None)
    assert envelope.document_id == f"H49.90.1,{date},12/KH-LĐLĐ"


def test_gotcha_7_a_moment_that_never_was_is_the_moment_of_receipt() -> None:
    message = changed("2026/03/09 14:05:33", "2014/02/30 25:61:00")
    received_at = datetime(2026, 3, 10, tzinfo=UTC)

    assert read(message, received_at=received_at).sent_at == received_at
    assert refusal(message) == ("edxml.incomplete", "TraceHeader/Timestamp")


def test_gotcha_8_the_addressee_is_this_office_wherever_it_is_named() -> None:
    others = "".join(f"<edXML:To><edXML:OrganId>H49.{n}</edXML:OrganId></edXML:To>" for n in (7, 8))
    message = changed("</edXML:From>", f"</edXML:From>{others}")

    assert read(message).recipient.id == "H49.7"
    assert read(message, own={"H49.90.2", "H49.90.3"}).recipient == ENVELOPE.recipient
    assert read(message, own={"H1"}).recipient.id == "H49.7"


def test_gotcha_12_the_same_bytes_are_the_same_message() -> None:
    message = changed('id="trinhky-0123456789abcdef0123456789abcdef"', "")

    assert read(message).id == read(bytes(message)).id


def test_gotcha_13_two_spellings_of_one_document_compare_equal() -> None:
    legacy = unicodedata.normalize("NFD", "H49.90.1, 2026/03/09,12/KH-LÐLÐ")

    assert edxml.comparable(legacy) == edxml.comparable(ENVELOPE.document_id)
    assert edxml.comparable("H49.90.1,2026/03/09,13/KH") != edxml.comparable(ENVELOPE.document_id)


def test_a_missing_document_id_is_put_together() -> None:
    message = changed("<edXML:DocumentId>H49.90.1,2026/03/09,12/KH-LĐLĐ</edXML:DocumentId>", "")

    assert read(message) == ENVELOPE


@pytest.mark.parametrize(
    ("written", "meant"), [("Hỏa tốc", Urgency.IMMEDIATE), ("9", Urgency.NORMAL)]
)
def test_urgency_is_understood_by_name_and_never_guessed(written: str, meant: Urgency) -> None:
    assert read(changed("<edXML:Priority>2<", f"<edXML:Priority>{written}<")).urgency is meant


@pytest.mark.parametrize(("kind", "operation"), [("2", "update"), ("3", "replacement")])
def test_other_operations_are_not_taken_for_new_documents(kind: str, operation: str) -> None:
    with pytest.raises(Refused) as refused:
        read(changed("DocType>0<", f"DocType>{kind}<"))

    assert (refused.value.rule, refused.value.facts) == (
        "exchange.operation",
        {"operation": operation},
    )


# ---- secrecy -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<edXML:Priority>", "<edXML:Secret>Mật</edXML:Secret><edXML:Priority>"),
        ("<edXML:Priority>", "<SecurityLevel>2</SecurityLevel><edXML:Priority>"),
        ("<edXML:Priority>", "<edXML:Priority SecretLevel='1'>"),
        ("<edXML:Subject>", "<edXML:Subject>[TỐI MẬT] "),
        ("Văn bản chính", "Độ mật: Mật"),
        ("12_KH-LĐLĐ.pdf", "MẬT_12.pdf"),
        ("<edXML:Content>", "<edXML:Content>Tuyệt mật"),
    ],
)
def test_a_message_that_marks_secrecy_is_refused_whatever_else_it_lacks(old: str, new: str) -> None:
    message = changed(old, new)

    assert refusal(message)[0] == "exchange.secret"
    assert refusal(message.replace(b"CodeNumber", b"CodeNo"))[0] == "exchange.secret"


def test_a_message_that_says_it_is_not_secret_is_read() -> None:
    assert read(changed("<edXML:Priority>", "<Secret>Thường</Secret><edXML:Priority>")) == ENVELOPE


def test_a_status_may_speak_of_secrecy_in_its_reason() -> None:
    notice = replace(NOTICE, reason="Không nhận: văn bản đóng dấu MẬT")

    assert edxml.read(edxml.write_status(notice), limit=LIMIT) == notice


# ---- hostile bytes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x SYSTEM "http://127.0.0.1:9/">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;',
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;">',
        "",
    ],
)
def test_a_document_type_with_or_without_entities_is_refused(subset: str) -> None:
    message = changed("?>\n<edXML ", f"?>\n<!DOCTYPE edXML [{subset}]>\n<edXML ")
    message = message.replace(
        b"<edXML:Subject>", b"<edXML:Subject>&x;" if subset else b"<edXML:Subject>"
    )

    assert refusal(message) == ("edxml.malformed", "DOCTYPE")


def test_elements_too_deep_inside_one_another_are_refused() -> None:
    assert refusal(b"<edXML>" + b"<a>" * (DEEPEST + 1)) == ("edxml.malformed", "depth")
    assert refusal(b"<edXML>" + b"<a>" * 100_000) == ("edxml.malformed", "depth")


def test_too_many_elements_are_refused() -> None:
    assert refusal(b"<edXML>" + b"<a/>" * (MOST_ELEMENTS + 1)) == ("edxml.malformed", "elements")


def test_too_many_words_outside_the_files_are_refused() -> None:
    assert refusal(changed("<edXML:Subject>", "<edXML:Subject>" + "a" * 2_000_001)) == (
        "edxml.malformed",
        "text",
    )
    assert refusal(b"<edXML a='" + b"a" * 2_000_001 + b"'>")[0] == "edxml.malformed"


def test_too_many_files_are_refused() -> None:
    assert refusal(
        changed("<AttachmentEncoded>", "<AttachmentEncoded>" + "<Attachment/>" * 201)
    ) == (
        "edxml.malformed",
        "Attachment",
    )


def test_a_message_above_the_limit_is_refused_before_it_is_read() -> None:
    assert refusal(edxml.write(ENVELOPE), limit=1000) == ("edxml.too-large", "")


def test_files_that_unpack_above_the_limit_are_refused() -> None:
    bomb = zipped("a", bytes(LIMIT + 1))

    assert refusal(carrying("a.xlsx", "application/zip", bomb))[0] == "edxml.too-large"


def test_files_that_unpack_above_the_limit_together_are_refused() -> None:
    half = Enclosure("a.txt", "text/plain", bytes(LIMIT // 2 + 1))
    many = replace(ENVELOPE, enclosures=(LETTER, half, half))

    assert refusal(edxml.write(many))[0] == "edxml.too-large"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_an_unusual_way_is_refused(method: int) -> None:
    message = carrying("a.xlsx", "application/zip", zipped("a", b"x" * 99, method))

    assert refusal(message) == ("edxml.malformed", "Attachment[1]/ContentTransferEncoded")


def test_a_damaged_zip_is_refused() -> None:
    whole = zipped("a", b"some words to damage" * 9)
    renamed = whole[:30] + b"b" + whole[31:]  # in the entry itself, not in the directory
    for damaged in (whole[:-9], renamed, b"PK\x03\x04"):
        message = carrying("a.xlsx", "application/zip", damaged)
        assert refusal(message) == ("edxml.malformed", "Attachment[1]/ContentTransferEncoded")


def test_a_zip_with_a_crowd_of_entries_is_refused() -> None:
    crowd = io.BytesIO()
    with zipfile.ZipFile(crowd, "w") as archive:
        for n in range(10_001):
            archive.writestr(str(n), b"")

    message = carrying("a.xlsx", "application/zip", crowd.getvalue())
    assert refusal(message) == ("edxml.malformed", "Attachment[1]/ContentTransferEncoded")


def test_a_zip_that_swells_is_stopped_while_it_swells() -> None:
    bomb = carrying("a.xlsx", "application/zip", zipped("a", bytes(80_000_000)))

    tracemalloc.start()
    assert refusal(bomb)[0] == "edxml.too-large"
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 4 * LIMIT


@pytest.mark.parametrize(
    "base",
    [
        "JVBERi0x!",
        "JVBERi0",
        "JVB=Ri0x",
        "JVBE====",
        "é",
        "AA==AAAA",
        "<b/>",
        "A",
        "AA==<![CDATA[AAAA]]>",
    ],
)
def test_wrong_base64_is_refused_with_its_place(base: str) -> None:
    good = base64.b64encode(LETTER.content).decode()

    assert refusal(changed(good, base)) == (
        "edxml.malformed",
        "Attachment[1]/ContentTransferEncoded",
    )


def test_base64_in_lines_and_pieces_is_understood() -> None:
    good = base64.b64encode(LETTER.content).decode()

    assert read(changed(good, "\r\n".join(good))) == ENVELOPE
    assert read(changed(good, f"<![CDATA[{good}]]>")) == ENVELOPE
    assert read(changed(good, f"{good[:7]}<!-- - -->{good[7:]}")) == ENVELOPE


@pytest.mark.parametrize(
    ("old", "where"),
    [
        ("MessageHeader", "MessageHeader"),
        ("edXML:From", "From"),
        ("edXML:To", "To"),
        ("OrganId", "From/OrganId"),
        ("CodeNumber", "Code/CodeNumber"),
        ("edXML:Subject", "Subject"),
        ("<AttachmentEncoded>", "Attachment"),
        ("ContentTransferEncoded", "Attachment[1]/ContentTransferEncoded"),
        ("edXML:TraceHeader>", "TraceHeader/Timestamp"),
    ],
)
def test_a_missing_element_is_named(old: str, where: str) -> None:
    message = edxml.write(ENVELOPE).decode()
    if old == "<AttachmentEncoded>":
        message = message[: message.index(old)] + "</edXML>"
        start, end = message.index("<edXML:Reference>"), message.rindex("</edXML:Reference>")
        message = message[:start] + message[end + len("</edXML:Reference>") :]
    else:
        message = message.replace(old, "edXML:Other>" if old.endswith(">") else "edXML:Other")
        message = message.replace("edXML:edXML:", "edXML:")

    assert refusal(message.encode()) == ("edxml.incomplete", where)


@pytest.mark.parametrize(
    ("old", "rule", "where"),
    [
        ("ResponseFor", "edxml.incomplete", "ResponseFor"),
        ("DocumentId", "edxml.incomplete", "ResponseFor/DocumentId"),
        (">02<", "edxml.malformed", "StatusCode"),
        (">2026/03/09 14:05:33<", "edxml.incomplete", "Timestamp"),
    ],
)
def test_what_a_status_lacks_is_named(old: str, rule: str, where: str) -> None:
    message = edxml.write_status(NOTICE).decode()
    message = message.replace("<edXML:Code>12/KH-LĐLĐ</edXML:Code>", "")
    message = message.replace(old, ">99<" if old.startswith(">") else "Other")

    assert refusal(message.encode()) == (rule, where)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (b"", "XML"),
        (b"not xml", "XML"),
        (b"%PDF-1.7", "XML"),
        (b"<edXML>", "XML"),
        (b"<edXML><a></b></edXML>", "XML"),
        (b"<edXML>\x00</edXML>", "XML"),
        (b"<edXML>&x;</edXML>", "XML"),
        (b'<?xml version="1.0" encoding="none"?><edXML/>', "XML"),
        (b"\xff\xfe<\x00", "XML"),
        (b"<html/>", "edXML"),
        (b"<edXML/>", "MessageHeader"),
    ],
)
def test_what_is_no_message_is_said_to_be_none(message: bytes, where: str) -> None:
    with pytest.raises(Unreadable) as refused:
        edxml.read(message, limit=LIMIT)

    assert refused.value.facts["where"] == where


def test_errors_hold_no_word_of_the_message() -> None:
    message = changed("<edXML:Subject>", "<edXML:Subject>Chuyện riêng</edXML:Chuyện>")

    with pytest.raises(Unreadable) as refused:
        edxml.read(message, limit=LIMIT)

    assert set(refused.value.facts) == {"where", "line"}
    assert "Chuy" not in str(refused.value)


def mutated(message: bytes, chance: random.Random) -> bytes:
    """Give ``message`` with one small or large accident."""
    start = chance.randrange(len(message))
    end = min(len(message), start + chance.choice([1, 1, 2, 8, 60, 600]))
    piece = chance.choice(
        [
            *(b"", b"<", b">", b"</a>", b"<a>" * 40, b"&#9;", b"\x00", b"PK\x03\x04"),
            *(bytes([chance.randrange(256)]), message[:40]),
            *(message[end:start:-1], message[start:end] * 2),
        ]
    )
    return message[:start] + piece + message[end:]


@pytest.mark.parametrize("message", [edxml.write(ENVELOPE), edxml.write_status(NOTICE)])
def test_a_thousand_accidents_are_read_or_refused_and_nothing_else(message: bytes) -> None:
    chance = random.Random(20261120)  # noqa: S311 - the same accidents every time
    rules: list[str] = []
    for _ in range(500):
        strange = message
        for _ in range(chance.choice([1, 1, 2, 5])):
            strange = mutated(strange, chance)
        try:
            edxml.read(strange, limit=LIMIT)
        except OfficeError as error:
            rules.append(error.rule)

    assert len(rules) > 50
    assert set(rules) <= {"edxml.malformed", "edxml.incomplete", "exchange.operation"}


@settings(max_examples=200, deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        edxml.read(content, limit=LIMIT)


def test_a_large_message_is_read_in_little_more_than_its_files() -> None:
    content = random.Random(1).randbytes(8_000_000)  # noqa: S311 - bytes that do not compress
    message = edxml.write(replace(ENVELOPE, enclosures=(replace(LETTER, content=content),)))

    tracemalloc.start()
    envelope = edxml.read(message, limit=2 * len(message))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert cast("Envelope", envelope).enclosures[0].content == content
    assert most < 1.5 * len(content)
