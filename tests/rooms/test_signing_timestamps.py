"""Timestamps over HTTP from another maker's authority, and what a bad answer leads to."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import keys, tsp, x509
from certomancer.services import TimeStamper as OtherMaker
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_unique_cms_attribute

from records.errors import Unavailable
from records.level import Level
from records.signature import Verdict
from signing.at_once import at_once
from signing.key_folder import open_holder, pass_phrase, place_of
from signing.press import Press
from signing.timestamps import http_timestamper
from tests.rooms.test_signing_office import (
    NOW,
    PLACEMENT,
    ScratchOffice,
    one_office,
    plain_pdf,
    ran,
)

Answer = tuple[int, str, bytes]
REPLY = "application/timestamp-reply"


@pytest.fixture(scope="module")
def office() -> ScratchOffice:
    return one_office()


@contextmanager
def serving(answer: Callable[[bytes], Answer]) -> Iterator[str]:
    """Serve timestamps on a door of this machine, and give its address."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            status, kind, content = answer(question)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()
            thread.join()


def signed_by(office: ScratchOffice, url: str) -> bytes:
    press = Press(office.keyring, http_timestamper(url, 5.0))
    return press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")


def test_another_makers_authority_over_http_gives_a_valid_signature(
    office: ScratchOffice,
) -> None:
    holder = open_holder(place_of(office.folder, "tsa"), pass_phrase(office.folder))
    key = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    other = OtherMaker(
        x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(key),
        fixed_dt=NOW + timedelta(seconds=7),
    )

    def answer(question: bytes) -> Answer:
        asked = tsp.TimeStampReq.load(question)
        return 200, REPLY, other.request_tsa_response(asked).dump()

    with serving(answer) as url:
        signed = signed_by(office, url)

    (one,) = office.press.validate(signed, at=NOW + timedelta(days=1)).signatures
    assert (one.verdict, one.time_source) == (Verdict.VALID, "timestamp")
    assert one.time == NOW + timedelta(seconds=7)


def test_our_own_authority_serves_others_over_http(office: ScratchOffice) -> None:
    authority = office.keyring.timestamper()
    with serving(lambda question: (200, REPLY, authority.answer(question, at=NOW))) as url:
        signed = signed_by(office, url)
    assert office.press.validate(signed, at=NOW).verdict is Verdict.VALID


def test_openssl_accepts_our_own_authoritys_stamp(office: ScratchOffice, tmp_path: Path) -> None:
    for name in ("root", "intermediate"):
        der = str(office.folder / f"{name}.crt")
        ran("openssl", "x509", "-inform", "DER", "-in", der, "-out", str(tmp_path / name))
    (tmp_path / "text").write_bytes(b"text")
    question = str(tmp_path / "question")
    text = str(tmp_path / "text")
    ran("openssl", "ts", "-query", "-data", text, "-sha256", "-cert", "-out", question)
    answer = office.keyring.timestamper().answer(Path(question).read_bytes(), at=NOW)
    (tmp_path / "answer").write_bytes(answer)

    told = ran(
        *("openssl", "ts", "-verify", "-queryfile", question, "-in", str(tmp_path / "answer")),
        *("-CAfile", str(tmp_path / "root"), "-untrusted", str(tmp_path / "intermediate")),
        *("-attime", str(int(NOW.timestamp()))),
    )

    assert "Verification: OK" in told


def test_the_stamp_covers_the_signature_it_is_in(office: ScratchOffice) -> None:
    signed = office.signed(plain_pdf())
    (one,) = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures
    token = find_unique_cms_attribute(
        one.signer_info["unsigned_attrs"], "signature_time_stamp_token"
    )
    imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
    signature = one.signer_info["signature"].native
    assert imprint["hashed_message"].native == hashlib.sha256(signature).digest()


def _other_imprint(office: ScratchOffice, question: bytes) -> bytes:
    asked = tsp.TimeStampReq.load(question)
    asked["message_imprint"]["hashed_message"] = bytes(32)
    return office.keyring.timestamper().answer(asked.dump(force=True), at=NOW)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: (503, REPLY, b""),
        lambda _: (200, "text/html", b"<h1>proxy</h1>"),
        lambda _: (200, REPLY, b""),
        lambda _: (200, REPLY, b"\x30\x80nonsense"),
        lambda _: (200, REPLY, tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()),
        lambda question: (200, REPLY, _other_imprint(one_office(), question)),
        lambda _: (302, REPLY, b""),
    ],
    ids=["busy", "proxy", "empty", "nonsense", "refused", "other-imprint", "elsewhere"],
)
def test_a_bad_answer_is_never_taken_for_a_stamp(
    office: ScratchOffice, answer: Callable[[bytes], Answer]
) -> None:
    with serving(answer) as url:
        assert lacks_stamp(office, signed_by(office, url))
        stamper = http_timestamper(url, 5.0).stamper(NOW)
        with pytest.raises(Unavailable, match=r"timestamp\.unavailable"):
            at_once(stamper.async_timestamp(hashlib.sha256(b"asked").digest(), "sha256"))


def lacks_stamp(office: ScratchOffice, signed: bytes) -> bool:
    return office.press.lasting.weigh(signed).level is Level.B_B


def test_an_answer_to_another_question_is_not_taken(office: ScratchOffice) -> None:
    authority = office.keyring.timestamper()
    kept: list[bytes] = []

    def replay(question: bytes) -> Answer:
        kept.append(authority.answer(question, at=NOW))
        return 200, REPLY, kept[0]

    with serving(replay) as url:
        assert not lacks_stamp(office, signed_by(office, url))
        assert lacks_stamp(office, signed_by(office, url))


@pytest.mark.parametrize("url", ["ftp://x/", "file:///etc/passwd", "http://", "https://a:b@c/"])
def test_an_address_that_is_no_authority_is_not_taken(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        http_timestamper(url, 1.0)
