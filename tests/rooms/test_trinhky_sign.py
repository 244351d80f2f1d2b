"""The signer's own program signs what was shown, and nothing an office might slip under it."""

import getpass
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from werkzeug.serving import make_server

from front.serving import application
from records.document import Document
from records.signature import Verdict
from records.signing import Holding, KeyKind
from tests.conftest import PASSWORD, House
from tests.rooms.test_copies import arrived
from tests.rooms.test_signed_parts import with_annex
from tests.rooms.test_signing_requests import Device, asked, attributes_of, device
from tools import trinhky_sign
from tools.trinhky_sign import Doubt, digest_of_waiting, require_about
from workflow.certificates import register, remove
from workflow.check import check, check_file
from workflow.keys import settle
from workflow.look import view
from workflow.signing_requests import to_be_signed

OF_THE_FILE = "cua tep khoa"


@dataclass(frozen=True)
class Signer:
    """A leader at a computer of their own, with a key file."""

    house: House
    address: str
    file: Path
    its: Device

    def run(self, *words: str, user: str = "chutich") -> int:
        common = ("--server", self.address, "--user", user, "--p12", str(self.file))
        return trinhky_sign.main([*words, *common, "--yes"])


@pytest.fixture
def signer(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    its = device(house, "Phạm Thị Thu Hường")
    register(house.office, "chutich", its.pem, by=house.person("quantri"))
    sealed = serialization.BestAvailableEncryption(OF_THE_FILE.encode())
    file = tmp_path / "chutich.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", its.key, its.certificate, None, sealed)
    )
    typed = {"Mật khẩu của": PASSWORD, "Mật khẩu tệp": OF_THE_FILE}
    monkeypatch.setattr(
        getpass, "getpass", lambda asked: next(w for k, w in typed.items() if asked.startswith(k))
    )
    server = make_server("127.0.0.1", 0, application(house.office, house.settings), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Signer(house, f"http://127.0.0.1:{server.server_port}", file, its)
    server.shutdown()
    thread.join()
    server.server_close()


def test_everything_that_waits_is_signed_with_the_key_on_this_computer(
    signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    house = signer.house
    documents = [house.approved(), house.approved()]
    assert signer.run("list") == 0
    listed = capsys.readouterr().out
    assert all(one.id in listed for one in documents)

    assert signer.run("sign") == 0

    told = capsys.readouterr().out
    for one in documents:
        assert f"SHA-256 {one.latest.digest}" in told
        assert state_of(house, one) == "signed"
        report = check(house.office, one.id, by=house.person("chutich"))
        assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert signer.run("sign", documents[0].id) == 1
    assert "step.not-now" in capsys.readouterr().err


def test_the_clerk_seals_signs_annexes_and_copies_with_the_agency_s_key(
    signer: Signer, capsys: pytest.CaptureFixture[str], paper: bytes, tmp_path: Path
) -> None:
    house, by = signer.house, signer.house.person("quantri")
    remove(house.office, sha256(der_of(signer.its)).hexdigest(), by=by)
    register(house.office, "", signer.its.pem, by=by)
    settle(house.office, Holding("", KeyKind.DEVICE), by=by)
    document = with_annex(house, paper)
    assert signer.run("sign", "--role", "agency", user="vanthu") == 0
    assert signer.run("sign", document.id, "--role", "annex", user="vanthu") == 0
    assert signer.run("sign", document.id, "--role", "annex", "--annex", "7", user="vanthu") == 1
    now = view(house.office, document.id, by=house.person("vanthu")).document
    signed = house.office.contents.get(now, now.attachments[0].digest)
    assert [one.role for one in check_file(house.office, signed).signatures] == ["annex"]

    incoming = arrived(house, paper)
    (tmp_path / "part.pdf").write_bytes(paper)
    extract = ("--extract", str(tmp_path / "part.pdf"))
    for kind in (("sao-y",), ("sao-luc",), ("trich-sao", *extract)):
        words = ("sign", incoming.id, "--role", "copy", "--kind", *kind)
        assert signer.run(*words, user="vanthu") == 0
    now = view(house.office, incoming.id, by=house.person("vanthu")).document
    assert [one.name.split(" 0")[0] for one in now.attachments] == ["SAO Y", "SAO LỤC", "TRÍCH SAO"]
    capsys.readouterr()
    for wrong in (("--role", "copy"), ("--role", "annex"), ("--kind", "sao-y")):
        with pytest.raises(SystemExit):
            signer.run("sign", *wrong, user="vanthu")


def der_of(its: Device) -> bytes:
    return its.certificate.public_bytes(serialization.Encoding.DER)


def test_what_its_owner_does_not_agree_to_is_not_signed(
    signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = signer.house.approved()
    monkeypatch.setattr(trinhky_sign, "_yes", lambda _: False)

    assert signer.run("sign") == 1

    assert state_of(signer.house, document) == "signing"


def test_a_wrong_password_or_address_signs_nothing(
    signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    signer.file.write_bytes(b"no key")
    assert signer.run("sign") == 1
    assert "cannot be opened" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        trinhky_sign.main(["list", "--server", "http://office.example", "--user", "chutich"])


def test_nothing_is_signed_that_is_not_the_shown_file(signer: Signer) -> None:
    house = signer.house
    document = house.approved()
    request = asked(house, document, signer.its)
    shown = house.office.contents.get(document, document.latest.digest)
    waiting = to_be_signed(house.office, document.id, request.id, by=house.person("chutich"))
    der = signer.its.certificate.public_bytes(serialization.Encoding.DER)
    attributes = attributes_of(request)
    digest = digest_of_waiting(shown, waiting)
    require_about(attributes, digest, der)

    other = shown.replace(b"/Catalog", b"/Catalxg", 1)
    second = b"\n/ByteRange [0 1 2 3]"
    gap = waiting.index(b"<0000", len(shown))
    slipped = {
        "another file": (other, waiting),
        "a second hole": (shown, waiting + second),
        "something in the hole": (shown, waiting[: gap + 1] + b"1" + waiting[gap + 2 :]),
        "bytes behind it": (shown, waiting + b"%"),
        "nothing to sign": (shown, shown),
    }
    for kind, (seen, given) in slipped.items():
        with pytest.raises(Doubt):
            print(kind, digest_of_waiting(seen, given))  # noqa: T201 - told only when it fails
    for wrong in (
        (attributes, b"\0" * 32, der),
        (attributes, digest, der[:-1]),
        (attributes[:-1], digest, der),
        (attributes + attributes, digest, der),
        (b"", digest, der),
    ):
        with pytest.raises(Doubt):
            require_about(*wrong)


def state_of(house: House, document: Document) -> str:
    return view(house.office, document.id, by=house.person("chutich")).document.state
