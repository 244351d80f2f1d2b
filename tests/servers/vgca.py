"""VGCA Sign Service as it sits on a signer's computer: wss://127.0.0.1:8987, JSON in and out.

It fetches the PDF, asks its PIN, signs with the vendor's own library, brings the file back as a
form's ``uploadfile``, and tells the page how it went, as the public clients of it expect.
"""

import base64
import hashlib
import io
import json
import socket
import ssl
import struct
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.form_tools import populate_static_text_field
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import StaticStampStyle
from pyhanko.stamp.noop import NoOpStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.fonts import STANDARD_FOLDERS, cut, find_font
from signing.stamp_text import put_mark

PORT = 8987
PIN = "12345678"
OK, FAILED, CANCELLED = 0, 1, 11
ROLES = {"SignApproved": "KyLanhDao", "SignIssued": "KyCoQuan"}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Json = dict[str, Any]


@dataclass
class Desk:
    """A signer's computer: the token that is plugged in, and what the person there does."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    typed: str = PIN  # what is typed when the PIN is asked
    cancels: bool = False
    own_field: bool = False  # signs in a field of its own making, as the real one does
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    asked: list[str] = field(default_factory=list)

    def answer(self, operation: str, told: Json) -> Json:
        """Do one operation and give what the page is told."""
        self.asked.append(operation)
        if operation in ("GetVersion", "GetCertInfo"):
            name = self.certificate.subject.rfc4514_string()
            return {"Status": OK, "Message": "", "Version": "1.0", "Subject": name}
        if self.cancels:
            return _told(CANCELLED, "Người dùng hủy")
        pdf = urllib.request.urlopen(told["FileName"], timeout=20).read()  # noqa: S310 - ours
        if self.typed != PIN:
            return _told(FAILED, "Sai mã PIN")
        signed = self.signed(operation, told, pdf)
        answer = bring(told["FileUploadHandler"], signed)
        if not answer.get("Status"):
            return _told(FAILED, answer.get("Message", ""))
        return {**_told(OK, ""), "FileName": answer["FileName"], "FileServer": answer["FileServer"]}

    def signed(self, operation: str, told: Json, pdf: bytes) -> bytes:
        """Sign as the operation says; what it is to write stands in its MetaData."""
        meta = {one["Key"]: one["Value"] for one in told.get("MetaData", [])}
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if operation in ("SignCopy", "SignAppendix"):
            at = self.clock().astimezone(ZONE)
            name, look = f"Signature{token_hex(3)}", NoOpStampStyle()
            text = f"{meta['Text']}; {at:%d/%m/%Y}; {at:%H:%M:%S} +07:00"
            face = cut(find_font("regular", folders=STANDARD_FOLDERS))
            put_mark(writer, name, text, face, label="")
            return self._made(writer, name, look)
        for name, value in meta.items():
            style = TextBoxStyle(border_width=0, font_size=12)
            populate_static_text_field(writer, name, style, value)
        return self._made(writer, self._field(writer, operation), _stamp(operation))

    def _field(self, writer: IncrementalPdfFileWriter, operation: str) -> str:
        empty = [str(name) for name, value, _ in enumerate_sig_fields(writer) if value is None]
        if ROLES[operation] in empty and not self.own_field:
            return ROLES[operation]
        name = f"Signature{token_hex(3)}"
        append_signature_field(writer, SigFieldSpec(name, on_page=-1, box=(330, 200, 470, 270)))
        return name

    def _made(self, writer: IncrementalPdfFileWriter, name: str, look: Any) -> bytes:
        der = serialization.Encoding.DER
        private = self.key.private_bytes(
            der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore()
        for one in self.chain:
            store.register(asn1_x509.Certificate.load(one.public_bytes(der)))
        signer = SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(self.certificate.public_bytes(der)),
            signing_key=asn1_keys.PrivateKeyInfo.load(private),
            cert_registry=store,
        )
        meta = PdfSignatureMetadata(field_name=name, md_algorithm="sha256", name="VGCA")
        out = PdfSigner(meta, signer, stamp_style=look).sign_pdf(writer, existing_fields_only=True)
        return bytes(out.getvalue())


def _stamp(operation: str) -> StaticStampStyle:
    """Give the picture of a signature, blue, or of a seal, red, through which the page is seen."""
    picture = Image.new("RGBA", (200, 200 if operation == "SignIssued" else 100))
    colour = (200, 20, 30, 255) if operation == "SignIssued" else (20, 40, 200, 255)
    wide, high = picture.size
    ImageDraw.Draw(picture).ellipse((4, 4, wide - 4, high - 4), outline=colour, width=6)
    return StaticStampStyle(
        background=PdfImage(picture),
        background_opacity=1,
        border_width=0,
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins()
        ),
    )


def _told(status: int, message: str) -> Json:
    return {"Status": status, "Message": message, "FileName": "", "FileServer": ""}


def bring(address: str, content: bytes, name: str = "uploadfile") -> Json:
    """Bring a file to an upload handler as a browser's form would, and give its answer."""
    line = token_hex(12)
    head = (
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="signed.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{line}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={line}"}
    call = urllib.request.Request(address, body, headers)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310 - ours
            return dict(json.loads(answer.read()))
    except urllib.error.HTTPError as refusal:
        return {"Status": False, "Message": f"HTTP {refusal.code}"}


def _own_certificate(folder: Path) -> ssl.SSLContext:
    """Give what the service shows to browsers: a certificate of its own for this computer."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "desk.pem").write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "desk.pem")
    return context


@contextmanager
def listening(desk: Desk, folder: Path, patience: float = 120.0) -> Iterator[None]:
    """Let the service listen on its port, which one at a time can have on a machine."""
    context = _own_certificate(folder)
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end = time.monotonic() + patience
    while True:
        try:
            server.bind(("127.0.0.1", PORT))
            server.listen()
            break
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            try:
                plain, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=_one, args=(desk, context, plain), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def _one(desk: Desk, context: ssl.SSLContext, plain: socket.socket) -> None:
    """Serve one socket: one operation, named by its path (RFC 6455)."""
    plain.settimeout(90)
    with (
        suppress(OSError, ssl.SSLError, ValueError),
        context.wrap_socket(plain, server_side=True) as secure,
    ):
        stream = secure.makefile("rwb")
        operation = stream.readline().split()[1].decode().strip("/")
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        magic = f"{headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(magic.encode()).digest()).decode()  # noqa: S324 - RFC 6455
        stream.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        stream.flush()
        told = json.loads(_read_text(stream) or b"{}")
        try:
            answer = desk.answer(operation, told)
        except Exception as error:  # noqa: BLE001 - a program on a desk tells its person, and lives
            answer = _told(FAILED, f"{type(error).__name__}: {error}")
        _write_text(stream, json.dumps(answer).encode())
        stream.write(b"\x88\x00")
        stream.flush()


def _read_text(stream: Any) -> bytes:
    first, second = stream.read(2)
    if first & 0x0F != 1:
        raise ValueError("not a text frame")
    length = second & 0x7F
    if length == 126:
        (length,) = struct.unpack(">H", stream.read(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", stream.read(8))
    mask, masked = stream.read(4), stream.read(length)
    return bytes(one ^ mask[at % 4] for at, one in enumerate(masked))


def _write_text(stream: Any, content: bytes) -> None:
    if len(content) < 126:
        head = bytes([0x81, len(content)])
    else:
        head = b"\x81\x7e" + struct.pack(">H", len(content))
    stream.write(head + content)
    stream.flush()
