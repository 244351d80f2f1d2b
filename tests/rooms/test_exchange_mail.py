"""Mail goes out as it was meant, to whom it was cleared for, or not at all."""

import email
import email.policy
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from exchange.filter import Filter
from exchange.gate import Exchangeable, clear
from exchange.mail import PURPOSE, Mailer
from exchange.prints import Prints
from records.document import Classification
from records.errors import Broken, Refused, Unavailable
from records.exchange import Passport

TO = "vanthu@mau.example"
SUBJECT = "Có văn bản mới: 12/KH-LĐLĐ — kính chuyển để biết và phối hợp thực hiện đúng thời hạn"
TEXT = "Kính gửi LĐLĐ tỉnh Mẫu,\n\nMột văn bản đang chờ Quý cơ quan.\n.\nTrân trọng."


class Postbox:
    """What a real server was given, and what it shall answer."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        assert server
        assert session
        assert not options
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert server
        assert session
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def serving(postbox: Postbox, **more: Any) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    yield port
    controller.stop()


class Nothing(Prints):
    """The list of an office without secrets."""

    def read(self) -> frozenset[bytes]:
        return frozenset()


EDGE = Filter(Nothing(Path("nowhere"), bytes(32)))


@pytest.fixture
def port(postbox: Postbox) -> Iterator[int]:
    yield from serving(postbox)


@pytest.fixture
def mailer(port: int) -> Mailer:
    return mailer_at(port)


def mailer_at(port: int, *, timeout: float = 5) -> Mailer:
    sender = "vanthu@demo.example"
    return Mailer("127.0.0.1", port, sender, edge=EDGE, timeout=timeout, starttls=False)


def cleared(to: str = TO, purpose: str = PURPOSE) -> Exchangeable:
    passport = Passport("d" * 32, Classification.NONE, frozenset(), frozenset())
    return clear(passport, destination=to, purpose=purpose)


def test_a_letter_arrives_with_every_vietnamese_sign(mailer: Mailer, postbox: Postbox) -> None:
    mailer.notify(cleared(), TO, SUBJECT, TEXT, at=datetime(2026, 3, 9, 7, 5, tzinfo=UTC))

    (letter,) = postbox.letters
    assert letter["Subject"] == SUBJECT
    assert letter.get_content().replace("\r\n", "\n").strip() == TEXT
    assert (letter["From"], letter["To"]) == ("vanthu@demo.example", TO)
    assert letter["Date"].datetime == datetime(2026, 3, 9, 7, 5, tzinfo=UTC)
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_letter_is_plain_ascii_in_short_lines_on_its_way(
    mailer: Mailer, postbox: Postbox
) -> None:
    mailer.notify(cleared(), TO, SUBJECT, TEXT * 200 + "\ud800")

    (raw,) = postbox.raw
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_same_letter_bears_the_same_id(mailer: Mailer, postbox: Postbox) -> None:
    for text in (TEXT, TEXT, TEXT + "!"):
        mailer.notify(cleared(), TO, SUBJECT, text)

    ids = [letter["Message-ID"] for letter in postbox.letters]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@demo.example>")


@pytest.mark.parametrize(
    "clearance",
    [
        cleared("other@mau.example"),
        cleared(purpose="exchange"),
        object.__new__(Exchangeable),
    ],
)
def test_nothing_is_posted_without_a_clearance_for_it(
    mailer: Mailer, postbox: Postbox, clearance: Exchangeable
) -> None:
    with pytest.raises(Broken, match=r"egress\.unsealed"):
        mailer.notify(clearance, TO, SUBJECT, TEXT)

    assert postbox.raw == []


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00", "a\u2028b", "a\ud800"]
)
def test_a_subject_that_would_add_a_header_is_refused(
    mailer: Mailer, postbox: Postbox, subject: str
) -> None:
    with pytest.raises(Refused, match=r"mail\.header"):
        mailer.notify(cleared(), TO, subject, TEXT)

    assert postbox.raw == []


@pytest.mark.parametrize(
    "to",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example, x@y.example",
        "A <a@b.example>",
        "a@b..example",
        "a",
        "văn@b.example",
        "a@b.example>",
    ],
)
def test_an_address_that_is_more_than_an_address_is_refused(
    mailer: Mailer, postbox: Postbox, to: str
) -> None:
    with pytest.raises(Refused, match=r"mail\.address"):
        mailer.notify(cleared(to), to, SUBJECT, TEXT)

    assert postbox.raw == []


def test_a_sender_that_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(Refused, match=r"mail\.address"):
        Mailer("localhost", 25, "Văn thư\r\n", edge=EDGE, timeout=1)


def test_an_address_unknown_to_the_server_is_refused_for_good(
    mailer: Mailer, postbox: Postbox
) -> None:
    postbox.answer = "550 no such person"

    with pytest.raises(Refused, match=r"mail\.recipient"):
        mailer.notify(cleared(), TO, SUBJECT, TEXT)


def test_a_server_that_is_busy_may_be_asked_again(mailer: Mailer, postbox: Postbox) -> None:
    postbox.answer = "451 try later"
    with pytest.raises(Unavailable, match=r"mail\.unavailable"):
        mailer.notify(cleared(), TO, SUBJECT, TEXT)

    postbox.answer = "250 OK"
    mailer.notify(cleared(), TO, SUBJECT, TEXT)
    assert len(postbox.letters) == 1


def test_a_server_that_is_away_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mailer = mailer_at(int(free.getsockname()[1]))
        with pytest.raises(Unavailable, match=r"mail\.unavailable"):
            mailer.notify(cleared(), TO, SUBJECT, TEXT)


def test_a_server_that_says_nothing_is_unavailable_in_time() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        mailer = mailer_at(int(mute.getsockname()[1]), timeout=0.3)
        before = time.monotonic()
        with pytest.raises(Unavailable, match=r"mail\.unavailable"):
            mailer.notify(cleared(), TO, SUBJECT, TEXT)

    assert time.monotonic() - before < 3


# ---- over TLS ----------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def permit(_: SMTP, __: Session, ___: Envelope, mechanism: str, told: LoginPassword) -> AuthResult:
    assert mechanism
    return AuthResult(success=told == LoginPassword(b"vanthu", b"word"))


@pytest.fixture
def guarded(postbox: Postbox, certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    yield from serving(
        postbox,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=permit,
    )


def mailer_over_tls(
    port: int, trust: Path | None, word: str = "word", timeout: float = 5
) -> Mailer:
    context = ssl.create_default_context(cafile=str(trust)) if trust else None
    return Mailer(
        "localhost",
        port,
        "vanthu@demo.example",
        edge=EDGE,
        timeout=timeout,
        context=context,
        login=("vanthu", word),
    )


def test_a_letter_goes_encrypted_and_under_the_offices_name(
    guarded: int, certificate: Path, postbox: Postbox
) -> None:
    mailer_over_tls(guarded, certificate).notify(cleared(), TO, SUBJECT, TEXT)

    assert [letter["Subject"] for letter in postbox.letters] == [SUBJECT]


def test_a_server_nobody_vouches_for_is_given_nothing(guarded: int, postbox: Postbox) -> None:
    with pytest.raises(Unavailable, match=r"mail\.unavailable"):
        mailer_over_tls(guarded, None).notify(cleared(), TO, SUBJECT, TEXT)

    assert postbox.raw == []


def test_a_server_without_encryption_is_given_nothing(
    port: int, certificate: Path, postbox: Postbox
) -> None:
    with pytest.raises(Unavailable, match=r"mail\.unavailable"):
        mailer_over_tls(port, certificate).notify(cleared(), TO, SUBJECT, TEXT)

    assert postbox.raw == []


def test_a_wrong_password_is_told_without_the_password(
    guarded: int, certificate: Path, postbox: Postbox
) -> None:
    with pytest.raises(Unavailable) as trouble:
        mailer_over_tls(guarded, certificate, "wrong-word", timeout=1).notify(
            cleared(), TO, SUBJECT, TEXT
        )

    assert "wrong-word" not in str(trouble.value)
    assert postbox.raw == []
