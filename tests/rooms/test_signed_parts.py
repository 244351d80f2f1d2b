"""Copies and annexes are signed for the agency by a key that is not here, and by nothing else."""

from pathlib import Path

import pytest

from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.signature import Verdict
from records.signing import Holding, KeyKind, SigningRequest, SigningRole
from tests.conftest import House
from tests.rooms.test_copies import arrived, words_in
from tests.rooms.test_signing_requests import (
    Device,
    attributes_of,
    brought,
    device,
    own_device,
)
from workflow.begin import Enclosed, Particulars
from workflow.certificates import register
from workflow.check import check_file
from workflow.dispatch import dispatch
from workflow.elsewhere import LASTS
from workflow.keys import settle
from workflow.look import history, view
from workflow.marks_elsewhere import Part
from workflow.receive import receive
from workflow.road import Choice
from workflow.signing_requests import request_signature, to_be_signed


@pytest.fixture
def seal(house: House) -> Device:
    """Give the agency's key on a device of its own, which the office has settled."""
    its = device(house, "LĐLĐ thành phố Demo")
    by = house.person("quantri")
    register(house.office, "", its.pem, by=by)
    settle(house.office, Holding("", KeyKind.DEVICE), by=by)
    return its


def asked(
    house: House, document: Document, its: Device, wanted: tuple[str, Part], by: str = "vanthu"
) -> SigningRequest:
    role, part = wanted
    who = house.person(by)
    return request_signature(
        house.office, document.id, SigningRole(role), its.pem, Choice(), by=who, part=part
    )


def done(house: House, request: SigningRequest, its: Device) -> Document:
    return brought(house, request, its.sign(attributes_of(request)), by="vanthu")


def with_annex(house: House, paper: bytes, **about: Classification) -> Document:
    said = Particulars(
        Direction.OUTGOING,
        "TB",
        "Có phụ lục riêng",
        about.get("classification", Classification.NONE),
        recipients=("H49.90.2",),
    )
    plain = house.drafted()
    content = house.office.contents.get(plain, plain.latest.digest)
    annexes = (Enclosed("Phụ lục I.pdf", paper), Enclosed("Ghi chú.txt", b"x"))
    by = house.person("chuyenvien")
    document = receive(house.office, said, content, attachments=annexes, by=by).document
    return house.signed(document)


def sealed_elsewhere(house: House, document: Document, its: Device) -> Document:
    return done(house, asked(house, document, its, ("agency", Part())), its)


def test_the_agency_s_device_seals_the_document_then_each_annex(
    house: House, seal: Device, paper: bytes, tmp_path: Path
) -> None:
    document = sealed_elsewhere(house, with_annex(house, paper), seal)
    assert house.office.contents.get(document, document.attachments[0].digest) == paper
    clerk = house.person("vanthu")
    with pytest.raises(Refused, match="dispatch.annex-unsigned"):
        dispatch(house.office, document.id, "dispatch", Choice(), by=clerk)

    request = asked(house, document, seal, ("annex", Part(annex=1)))
    waiting = to_be_signed(house.office, document.id, request.id, by=clerk)
    assert waiting.startswith(paper)
    signed = done(house, request, seal)

    annex = house.office.contents.get(signed, signed.attachments[0].digest)
    assert annex.startswith(paper)
    assert f"Số: {document.number}; 20/11/2026; 09:00:00 +07:00" in words_in(annex, tmp_path)
    report = check_file(house.office, annex)
    assert (report.verdict, [one.role for one in report.signatures]) == (Verdict.VALID, ["annex"])
    assert (signed.state, signed.version) == (document.state, document.version + 1)
    told = history(house.office, document.id, by=clerk)
    assert told[-1]["event"] == "document:annex-signed"
    with pytest.raises(Refused, match="annex.signed"):
        asked(house, signed, seal, ("annex", Part(annex=1)))
    assert dispatch(house.office, document.id, "dispatch", Choice(), by=clerk)[0].state == (
        "dispatched"
    )


def test_a_copy_is_signed_by_the_agency_s_device(
    house: House, seal: Device, paper: bytes, tmp_path: Path
) -> None:
    document = arrived(house, paper)
    for part, title in (
        (Part("sao-y"), "SAO Y"),
        (Part("sao-luc"), "SAO LỤC"),
        (Part("trich-sao", extract=paper), "TRÍCH SAO"),
    ):
        request = asked(house, document, seal, ("copy", part))
        document = done(house, request, seal)
        made = house.office.contents.get(document, document.attachments[-1].digest)
        assert f"{title}; LĐLĐ thành phố Demo; 20/11/2026" in words_in(made, tmp_path)
        report = check_file(house.office, made)
        assert report.verdict is Verdict.VALID
        assert {one.role for one in report.signatures} == {"copy"}
    assert [one.name.split(" 0")[0] for one in document.attachments] == [
        "SAO Y",
        "SAO LỤC",
        "TRÍCH SAO",
    ]


def test_what_may_not_be_marked_is_refused_by_name(
    house: House, seal: Device, paper: bytes
) -> None:
    incoming = arrived(house, paper)
    outgoing = with_annex(house, paper)
    for document, role, part, rule in (
        (incoming, "copy", Part(), "copy.kind"),
        (incoming, "copy", Part("sao-luc"), "copy.no-source"),
        (incoming, "copy", Part("trich-sao"), "copy.no-extract"),
        (outgoing, "annex", Part(annex=1), "annex.unsealed"),
    ):
        with pytest.raises(Refused, match=rule):
            asked(house, document, seal, (role, part))
    sealed = sealed_elsewhere(house, outgoing, seal)
    with pytest.raises(NotFound, match="attachment.unknown"):
        asked(house, sealed, seal, ("annex", Part(annex=9)))
    with pytest.raises(Refused, match="annex.not-pdf"):
        asked(house, sealed, seal, ("annex", Part(annex=2)))
    # The agency's mark takes the agency's certificate, and a clerk.
    with pytest.raises(Refused, match="signing.other-certificate"):
        asked(house, sealed, own_device(house, "vanthu"), ("annex", Part(annex=1)))
    with pytest.raises(NotAllowed, match="annex.not-yours"):
        asked(house, sealed, seal, ("annex", Part(annex=1)), by="chutich")
    with pytest.raises(NotAllowed, match="copy.not-yours"):
        asked(house, incoming, seal, ("copy", Part("sao-y")), by="chutich")
    secret = arrived(house, paper, classification=Classification.SECRET)
    with pytest.raises(Refused, match="copy.classified"):
        asked(house, secret, seal, ("copy", Part("sao-y")))


def test_a_late_replayed_or_overtaken_mark_changes_nothing(
    house: House, seal: Device, paper: bytes
) -> None:
    document = sealed_elsewhere(house, with_annex(house, paper), seal)
    late = asked(house, document, seal, ("annex", Part(annex=1)))
    house.clock.pass_by(LASTS)
    with pytest.raises(Refused, match="signing.expired"):
        done(house, late, seal)

    wrong = asked(house, document, seal, ("annex", Part(annex=1)))
    with pytest.raises(Refused, match="signing.signature-wrong"):
        brought(house, wrong, device(house, "khác").sign(attributes_of(wrong)), by="vanthu")
    with pytest.raises(NotFound):
        brought(house, wrong, seal.sign(attributes_of(wrong)), by="chutich")
    assert view(house.office, document.id, by=house.person("vanthu")).document == document

    signed = done(house, wrong, seal)
    with pytest.raises(Outrun, match="signing.replayed"):
        done(house, wrong, seal)
    paper_copy = arrived(house, paper)
    overtaken = asked(house, paper_copy, seal, ("copy", Part("sao-y")))
    first = done(house, asked(house, paper_copy, seal, ("copy", Part("sao-y"))), seal)
    with pytest.raises(Outrun, match="signing.replayed"):
        done(house, overtaken, seal)
    assert len(first.attachments) == 1
    assert signed.attachments[1].name == "Ghi chú.txt"


def test_an_annex_of_a_secret_document_is_signed_and_stays_shut(
    house: House, seal: Device, paper: bytes
) -> None:
    document = with_annex(house, paper, classification=Classification.SECRET)
    sealed = sealed_elsewhere(house, document, seal)
    signed = done(house, asked(house, sealed, seal, ("annex", Part(annex=1))), seal)
    annex = house.office.contents.get(signed, signed.attachments[0].digest)
    assert annex.startswith(paper)
    for path in house.settings.trinhky_data.rglob("*"):
        if path.is_file():
            assert annex[-400:] not in path.read_bytes(), path
