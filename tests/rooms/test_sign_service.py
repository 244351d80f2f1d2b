"""What comes back from a signer's own service is taken once, and only as it was handed out."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.stamp import StaticStampStyle

from records.document import Classification, Document
from records.errors import NotFound, OfficeError, Outrun, Refused
from records.person import Person
from records.signature import Verdict
from records.signing import RequestState, SigningRole
from signing.key_folder import open_holder, pass_phrase, place_of
from tests.conftest import House, Opening
from tests.rooms.test_copies import arrived
from tests.rooms.test_signed_parts import with_annex
from tests.servers import vgca
from tests.servers.vgca import Desk
from web.sign_service import message_of
from workflow.check import check, check_file
from workflow.classify import classify
from workflow.dispatch import dispatch
from workflow.look import history, view
from workflow.marks_elsewhere import NOTHING, Part
from workflow.road import Choice
from workflow.sign_service import LASTS, HandedOut, bring_back, fetched, hand_out, outcome_of
from workflow.verify import verify


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    """Give one office for all tests of this file: each has a document of its own."""
    return open_lasting_house()


def desk_of(house: House, whose: str, **about: object) -> Desk:
    """Give the computer of somebody whose token holds the key of the demonstration's folder."""
    folder = house.settings.trinhky_data / "keys"
    holder = open_holder(place_of(folder, whose), pass_phrase(folder))
    key, chain = holder.key, tuple(holder.chain)
    return Desk(key, holder.certificate, chain, clock=house.clock, **about)  # type: ignore[arg-type]  # a test's own


def asked(house: House, document: Document, role: str, by: str, part: Part = NOTHING) -> HandedOut:
    now = view(house.office, document.id, by=house.person(by)).document
    choice = Choice(seen=now.version)
    return hand_out(
        house.office, document.id, SigningRole(role), choice, by=house.person(by), part=part
    )


Way = Callable[[Desk, bytes], bytes]


def done(house: House, handed: HandedOut, desk: Desk, way: Way | None = None) -> Document:
    pdf = fetched(house.office, handed.fetch)
    told = message_of(handed, fetch="", bring="")
    signed = way(desk, pdf) if way else desk.signed(handed.operation, told, pdf)
    return bring_back(house.office, handed.bring, signed)


def refused(
    house: House, handed: HandedOut, desk: Desk, rule: str, *, way: Way | None = None
) -> None:
    """Make sure that what this desk brings is refused, noted, used up, and changes nothing."""
    id, who = handed.asked.document, house.person(handed.asked.person)
    before = view(house.office, id, by=who).document
    with pytest.raises(OfficeError, match=rule):
        done(house, handed, desk, way)
    assert view(house.office, id, by=who).document == before
    told = outcome_of(house.office, id, handed.asked.id, by=who)
    assert (told.state, told.outcome, told.awaited) == (RequestState.FAILED, rule, None)
    assert history(house.office, id, by=who)[-1]["event"] == "signature:rejected"
    with pytest.raises(Outrun, match="signing.replayed"):
        bring_back(house.office, handed.bring, b"%PDF-")
    with pytest.raises(Outrun, match="signing.replayed"):
        fetched(house.office, handed.fetch)


@pytest.mark.parametrize("own_field", [False, True])
def test_leader_and_clerk_sign_with_the_service_on_their_computers(
    house: House, *, own_field: bool
) -> None:
    document = house.approved()
    leader = desk_of(house, "chutich", own_field=own_field)
    signed = done(house, asked(house, document, "leader", "chutich"), leader)

    assert (signed.state, signed.signer) == ("signed", "chutich")
    content = house.office.contents.get(signed, signed.latest.digest)
    assert content.startswith(house.office.contents.get(document, document.latest.digest))
    handed = asked(house, signed, "agency", "vanthu")
    sealed = done(house, handed, desk_of(house, "seal"))

    assert sealed.state == "sealed"
    assert sealed.number == handed.asked.number
    report = check(house.office, sealed.id, by=house.person("vanthu"))
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    named = [one for one in report.signatures if one.kind == "signature"]
    assert [one.role for one in named] == ["" if own_field else "leader", "agency"]
    assert {one.time_source for one in named} == {"timestamp"}
    told = [line["event"] for line in history(house.office, sealed.id, by=house.person("vanthu"))]
    assert told[-3:] == ["signature:requested", "signature:handed-out", "document:sealed"]
    assert verify(house.office).holds


def test_a_document_signed_on_a_desk_is_sealed_with_the_key_that_lies_here(house: House) -> None:
    leader = desk_of(house, "chutich", own_field=True)
    signed = done(house, asked(house, house.approved(), "leader", "chutich"), leader)
    sealed = house.act(signed, "seal", "vanthu")
    assert check(house.office, sealed.id, by=house.person("vanthu")).verdict is Verdict.VALID


def test_copies_and_annexes_bear_the_service_s_text(house: House, paper: bytes) -> None:
    clerk, seal = house.person("vanthu"), desk_of(house, "seal")
    copied = done(house, asked(house, arrived(house, paper), "copy", "vanthu", Part("sao-y")), seal)
    made = house.office.contents.get(copied, copied.attachments[-1].digest)
    assert check_file(house.office, made).verdict is Verdict.VALID

    document = with_annex(house, paper)
    handed = asked(house, document, "agency", "vanthu")
    sealed = done(house, handed, seal)  # the key that lies here signs the annexes with it
    assert dispatch(house.office, sealed.id, "dispatch", Choice(), by=clerk)[0].state == (
        "dispatched"
    )
    with pytest.raises(Refused, match="annex.signed"):
        asked(house, sealed, "annex", "vanthu", Part(annex=1))
    incoming = arrived(house, paper)
    wrong = replace(seal, clock=lambda: house.clock() - timedelta(days=40))
    refused(house, asked(house, incoming, "copy", "vanthu", Part("sao-y")), wrong, "service.mark")


def covering(box: tuple[int, int, int, int]) -> Way:
    """Give a way to sign with an opaque white picture as large as this."""

    def sign(desk: Desk, pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        append_signature_field(writer, SigFieldSpec("S1", on_page=-1, box=box))
        white = PdfImage(Image.new("RGB", (400, 140), (255, 255, 255)))
        style = StaticStampStyle(background=white, background_opacity=1, border_width=0)
        return desk._made(writer, "S1", style)  # noqa: SLF001 - the desk's own way to sign

    return sign


def rewritten(_: Desk, pdf: bytes) -> bytes:
    return pdf.replace(b"/Catalog", b"/Catalxg", 1)


def repainted(desk: Desk, pdf: bytes) -> bytes:
    """Change a page's words in the revision that is signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    reference, _ = writer.find_page_for_modification(0)
    other = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    reference.get_object()[pdf_name("/Contents")] = other
    writer.mark_update(reference)
    return desk._made(writer, "KyLanhDao", vgca._stamp("SignApproved"))  # noqa: SLF001 - likewise


def filled_in(desk: Desk, pdf: bytes) -> bytes:
    """Let a leader write a number of their own."""
    told = {"MetaData": [{"Key": "so", "Value": "99"}]}
    return desk.signed("SignApproved", told, pdf)


def trailing(desk: Desk, pdf: bytes) -> bytes:
    return desk.signed("SignApproved", {}, pdf) + b"\n%junk"


def twice(desk: Desk, pdf: bytes) -> bytes:
    own = replace(desk, own_field=True)
    return own.signed("SignApproved", {}, desk.signed("SignApproved", {}, pdf))


TWISTS: dict[str, tuple[Way, str]] = {
    "another file": (rewritten, "service.other-file"),
    "nothing signed": (lambda _, pdf: pdf, "service.other-file"),
    "no PDF": (lambda _, __: b"x", "service.other-file"),
    "something behind it": (trailing, "service.not-valid"),
    "other words": (repainted, "service.changed"),
    "a number": (filled_in, "service.filled"),
    "two signatures": (twice, "service.not-signed"),
    "print hidden": (covering((150, 530, 360, 600)), "service.hides"),
    "a poster": (covering((20, 20, 570, 800)), "service.too-large"),
}


@pytest.mark.parametrize("kind", TWISTS)
def test_what_is_not_the_handed_out_file_with_one_signature_more_is_refused(
    house: House, kind: str
) -> None:
    way, rule = TWISTS[kind]
    handed = asked(house, house.approved(), "leader", "chutich")
    refused(house, handed, desk_of(house, "chutich"), rule, way=way)


def test_only_the_right_certificate_signs(house: House) -> None:
    document = house.approved()
    for whose in ("phochutich", "seal"):
        handed = asked(house, document, "leader", "chutich")
        refused(house, handed, desk_of(house, whose), "signing.other-certificate")
    signed = house.act(document, "sign", "chutich")
    handed = asked(house, signed, "agency", "vanthu")
    refused(house, handed, desk_of(house, "vanthu"), "signing.other-certificate")


def test_the_seal_bears_the_number_that_was_given_and_locks_it(house: House) -> None:
    signed = house.signed()
    seal = desk_of(house, "seal")
    for told, own_field, rule in (
        ({"so": "77"}, False, "service.number"),
        ({}, False, "service.number"),
        (None, True, "service.unlocked"),
    ):
        handed = asked(house, signed, "agency", "vanthu")
        message = message_of(handed, fetch="", bring="")
        if told is not None:
            message["MetaData"] = [{"Key": key, "Value": one} for key, one in told.items()]

        def way(desk: Desk, pdf: bytes, message: vgca.Json = message) -> bytes:
            return desk.signed("SignIssued", message, pdf)

        refused(house, handed, replace(seal, own_field=own_field), rule, way=way)
    assert verify(house.office).holds


def test_a_word_is_good_once_for_one_version_and_not_for_long(house: House) -> None:
    document, desk = house.approved(), desk_of(house, "chutich")
    for word in ("", "x", "0" * 43):
        with pytest.raises(NotFound, match="signing.unknown"):
            fetched(house.office, word)
        with pytest.raises(NotFound, match="signing.unknown"):
            bring_back(house.office, word, b"")
    first = asked(house, document, "leader", "chutich")
    with pytest.raises(NotFound):
        bring_back(house.office, first.fetch, b"")  # each word opens its own way only
    with pytest.raises(Outrun, match="signing.replayed"):
        bring_back(house.office, first.bring, b"")  # nothing was fetched
    fetched(house.office, first.fetch)
    with pytest.raises(Outrun, match="signing.replayed"):
        fetched(house.office, first.fetch)
    second = asked(house, document, "leader", "chutich")
    signed = desk.signed("SignApproved", {}, fetched(house.office, second.fetch))
    with pytest.raises(Outrun, match="signing.replayed"):
        bring_back(house.office, first.bring, signed)  # a newer one replaced it
    with pytest.raises(NotFound, match="signing.unknown"):
        outcome_of(house.office, document.id, second.asked.id, by=house.person("chuyenvien"))
    assert bring_back(house.office, second.bring, signed).state == "signed"
    with pytest.raises(Outrun, match="signing.replayed"):
        bring_back(house.office, second.bring, signed)

    late = asked(house, house.approved(), "leader", "chutich")
    fetched(house.office, late.fetch)
    unfetched = asked(house, house.approved(), "leader", "chutich")
    house.clock.pass_by(LASTS)
    with pytest.raises(Refused, match="signing.expired"):
        bring_back(house.office, late.bring, signed)
    with pytest.raises(Refused, match="signing.expired"):
        fetched(house.office, unfetched.fetch)


def test_a_document_that_moved_on_or_became_secret_is_not_signed(house: House) -> None:
    chutich: Person = house.person("chutich")
    document, desk = house.approved(), desk_of(house, "chutich")
    handed = asked(house, document, "leader", "chutich")
    signed = desk.signed("SignApproved", {}, fetched(house.office, handed.fetch))
    moved = house.act(document, "return", "chutich", comment="Sửa trích yếu")
    with pytest.raises(Outrun, match="step.outrun"):
        bring_back(house.office, handed.bring, signed)
    assert view(house.office, document.id, by=chutich).document == moved

    document = house.approved()
    waiting = asked(house, document, "leader", "chutich")
    why = Choice("Theo quy định")
    classify(house.office, document.id, Classification.SECRET, why, by=house.person("vanthu"))
    with pytest.raises(NotFound, match="signing.unknown"):
        fetched(house.office, waiting.fetch)
    drafted = house.drafted(classification=Classification.SECRET)
    secret = house.act(drafted, "submit", "chuyenvien")
    secret = house.act(secret, "approve", "truongban")
    secret = house.act(secret, "approve", "chanhvanphong")
    with pytest.raises(Refused, match="service.classified"):
        asked(house, secret, "leader", "chutich")
