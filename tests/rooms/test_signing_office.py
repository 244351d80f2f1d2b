"""The keys of a demonstration office, and what the other tests of this room are built on."""

import atexit
import io
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from records.errors import Broken, Refused
from records.paper import Box, DateStyle, NumberStyle, Placement
from signing.demo_pki import found_demo_pki, refresh_crls, revoke
from signing.key_folder import open_holder, pass_phrase, place_of
from signing.keys import Keyring
from signing.press import Press

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ISSUED = date(2026, 11, 20)
OFFICE = "Liên đoàn Lao động thành phố Uông Bí"
PEOPLE = [
    ("chutich", "Nguyễn Văn An", "Chủ tịch"),
    ("phochutich", "Trần Thị Bình", "Phó Chủ tịch"),
]
PLACEMENT = Placement(
    number=Box(0, 100, 740, 200, 757),
    number_style=NumberStyle.SYMBOL,
    day=Box(0, 350, 740, 374, 757),
    month=Box(0, 420, 740, 440, 757),
    year=Box(0, 470, 740, 500, 757),
    date_style=DateStyle.PARTS,
    signature=Box(0, 340, 150, 500, 230),
    seal=Box(0, 291, 139, 393, 241),
)


@dataclass(frozen=True, slots=True)
class ScratchOffice:
    """A founded office with its press, in a folder of its own."""

    folder: Path
    keyring: Keyring
    press: Press

    def signed(self, pdf: bytes, *, at: datetime = NOW) -> bytes:
        return self.press.sign(
            pdf, placement=PLACEMENT, person="chutich", at=at, reason="Ký phê duyệt"
        )

    def sealed(self, pdf: bytes, *, at: datetime = NOW) -> bytes:
        return self.press.seal(
            pdf, placement=PLACEMENT, number="05", notation="QĐ-LĐLĐ", on=ISSUED, at=at
        )


def found(folder: Path, *, at: datetime = NOW) -> ScratchOffice:
    """Found an office of its own in ``folder``."""
    found_demo_pki(folder, people=PEOPLE, office=OFFICE, at=at)
    return opened(folder)


def another(folder: Path) -> ScratchOffice:
    """Give a copy of the one office, whose lists may be changed."""
    shutil.copytree(one_office().folder, folder)
    return opened(folder)


def opened(folder: Path) -> ScratchOffice:
    """Give the office whose keys lie in ``folder``."""
    keyring = Keyring(folder)
    return ScratchOffice(folder, keyring, Press(keyring, keyring.timestamper()))


@cache
def one_office() -> ScratchOffice:
    """Give one office for all tests that change nothing in it."""
    folder = Path(tempfile.mkdtemp(prefix="signing-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return found(folder / "keys")


def ran(*words: str) -> str:
    """Give what a tool of the machine says."""
    done = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain_pdf(words: str = "Trang mot", *, pages: int = 1) -> bytes:
    """Give the smallest honest PDF, with ``words`` on each page."""
    stream = f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET".encode()
    kids = " ".join(f"{5 + n} 0 R" for n in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R"
    objects += [page + b"/Resources<</Font<</F1 4 0 R>>>>>>"] * pages
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    """Give a PDF of these objects, the first of which is its catalog."""
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def test_founding_twice_keeps_every_key_and_gives_a_newcomer_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    found_demo_pki(folder, people=PEOPLE, office=OFFICE, at=NOW)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    later = NOW + timedelta(days=3)
    newcomer = ("moi", "Lê Mới", "Ủy viên")
    found_demo_pki(folder, people=[*PEOPLE, newcomer], office=OFFICE, at=later)

    assert {path: path.read_bytes() for path in before} == before
    new = {path.name for path in folder.rglob("*") if path.is_file()} - {p.name for p in before}
    assert new == {"moi.p12", "moi.png"}
    assert Keyring(folder).certificate_of("moi").common_name == "Lê Mới"


def test_nobody_but_the_owner_can_read_the_keys() -> None:
    for path in one_office().folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path.name


def test_a_founding_that_was_cut_off_is_finished_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    found_demo_pki(folder, people=PEOPLE[:1], office=OFFICE, at=NOW)
    root = (folder / "root.p12").read_bytes()
    for lost in ("tsa.p12", "intermediate.crl", "people/chutich.png", "root.crt"):
        (folder / lost).unlink()

    found_demo_pki(folder, people=PEOPLE[:1], office=OFFICE, at=NOW)

    assert (folder / "root.p12").read_bytes() == root
    office = found(folder)
    assert office.sealed(office.signed(plain_pdf()))


def test_a_certificate_names_its_holder_in_vietnamese() -> None:
    folder = one_office().folder
    holder = open_holder(place_of(folder, "chutich"), pass_phrase(folder))
    named = {a.oid: a.value for a in holder.certificate.subject}
    assert named[NameOID.COMMON_NAME] == "Nguyễn Văn An"
    assert named[NameOID.TITLE] == "Chủ tịch"
    assert named[NameOID.ORGANIZATION_NAME] == OFFICE
    agency = open_holder(place_of(folder, "seal"), pass_phrase(folder)).certificate
    assert {a.oid: a.value for a in agency.subject}[NameOID.COMMON_NAME] == OFFICE


def test_only_the_timestamp_certificate_may_stamp_time_and_nothing_else() -> None:
    folder = one_office().folder
    certificate = open_holder(place_of(folder, "tsa"), pass_phrase(folder)).certificate
    purpose = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert purpose.critical
    assert list(purpose.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_openssl_agrees_that_each_certificate_leads_to_the_root(tmp_path: Path) -> None:
    folder = one_office().folder
    for name in ("root", "intermediate"):
        convert = ["openssl", "x509", "-inform", "DER", "-in", str(folder / f"{name}.crt")]
        ran(*convert, "-out", str(tmp_path / f"{name}.pem"))
    for name in ("chutich", "seal", "tsa"):
        holder = open_holder(place_of(folder, name), pass_phrase(folder))
        (tmp_path / "leaf.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
        verify = ["openssl", "verify", "-attime", str(int(NOW.timestamp()))]
        verify += ["-CAfile", str(tmp_path / "root.pem")]
        verify += ["-untrusted", str(tmp_path / "intermediate.pem"), str(tmp_path / "leaf.pem")]
        assert ran(*verify).endswith("OK\n")


def test_an_office_with_a_long_name_still_gets_its_certificates(tmp_path: Path) -> None:
    office = "Ban Chấp hành Liên đoàn Lao động thành phố trực thuộc tỉnh Quảng Ninh và đồng bằng"
    found_demo_pki(tmp_path / "keys", people=PEOPLE[:1], office=office, at=NOW)
    assert office.startswith(Keyring(tmp_path / "keys").seal().subject_name or "?")


@pytest.mark.parametrize("person", ["nobody", "../seal", "", ".", "a/b", "chutich\x00"])
def test_whoever_has_no_certificate_is_told_so(person: str) -> None:
    with pytest.raises(Refused) as refusal:
        one_office().keyring.signer(person)
    assert (refusal.value.rule, refusal.value.facts) == ("sign.no-certificate", {"person": person})


def test_an_id_that_would_leave_the_folder_is_refused_at_founding(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"sign\.person-id"):
        found_demo_pki(tmp_path / "keys", people=[("../x", "X", "Y")], office=OFFICE, at=NOW)


def test_a_key_that_cannot_be_opened_stops_everything(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    (office.folder / "people" / "chutich.p12").write_bytes(b"rust")
    with pytest.raises(Broken, match=r"sign\.key-unreadable"):
        Keyring(office.folder).signer("chutich")


def test_a_key_is_opened_once_and_kept() -> None:
    keyring = one_office().keyring
    assert keyring.signer("chutich") is keyring.signer("chutich")


def test_a_refreshed_revocation_list_changes_the_trust_at_once(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    before = office.keyring.trust()
    assert office.keyring.trust() is before

    refresh_crls(office.folder, NOW + timedelta(days=20))

    assert office.keyring.trust().fingerprint != before.fingerprint


def test_a_start_after_a_week_issues_the_lists_anew_and_touches_no_key(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in office.folder.rglob("*") if path.is_file()}

    late = NOW + timedelta(days=60)
    found_demo_pki(office.folder, people=PEOPLE, office=OFFICE, at=late)

    after = {path.name: path.read_bytes() for path in office.folder.rglob("*") if path.is_file()}
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"root.crl", "intermediate.crl"}
    assert office.signed(plain_pdf(), at=late)


def test_revoking_puts_the_serial_on_the_list(tmp_path: Path) -> None:
    office = another(tmp_path / "keys")
    revoke(office.folder, "chutich", at=NOW)
    listed = x509.load_der_x509_crl((office.folder / "intermediate.crl").read_bytes())
    serial = int(office.keyring.certificate_of("chutich").serial, 16)
    assert listed.get_revoked_certificate_by_serial_number(serial) is not None


def test_the_seal_is_red_on_nothing_and_36_millimetres_wide() -> None:
    with Image.open(io.BytesIO(one_office().keyring.seal_picture())) as seal:
        assert seal.mode == "RGBA"
        width = seal.width / seal.info["dpi"][0] * 25.4
        assert width == pytest.approx(36, abs=0.3)
        assert seal.getpixel((2, 2))[3] == 0  # type: ignore[index]  # four channels, see above
        red, green, blue, cover = seal.getpixel((seal.width // 2, int(seal.height * 0.45)))  # type: ignore[misc]  # as above
        assert (red > 150, green < 60, blue < 60, cover) == (True, True, True, 255)


def test_a_signature_picture_is_blue_and_everyones_own() -> None:
    keyring = one_office().keyring
    assert keyring.signature_picture("chutich") != keyring.signature_picture("phochutich")
    with Image.open(io.BytesIO(keyring.signature_picture("chutich"))) as picture:
        red, _, blue, _ = picture.getpixel((0, 0))  # type: ignore[misc]  # four channels
        cover = picture.getchannel("A").histogram()
        assert blue > 2 * red
        assert cover[0] > 0.8 * picture.width * picture.height
        assert cover[255] > 1000
