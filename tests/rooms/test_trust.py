"""Whom the office believes: files somebody chose, never the machine's own list."""

import ast
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

import app
from records.errors import Broken, OfficeError
from records.signature import ValidationReport, Verdict
from signing.certificates import context
from signing.keys import OWN_LIST, Keyring
from signing.trust import Trust
from signing.trust_lists import TrustLists, anchors_in
from signing.verdict import judge
from tests.conftest import House
from tests.rooms.test_signing_office import NOW, ScratchOffice, found, one_office, plain_pdf
from web.api.etsi import etsi

ROOT = Path(__file__).parents[2]
ROOMS = ("signing", "workflow", "web", "front", "storage", "drafting", "exchange", "tools")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> tuple[ScratchOffice, bytes]:
    """Give another office with its own authority, and a PDF its leader signed."""
    office = found(tmp_path_factory.mktemp("stranger") / "keys")
    return office, office.signed(plain_pdf())


@pytest.fixture
def lists(tmp_path: Path) -> TrustLists:
    return TrustLists(tmp_path / "trust")


def judged(lists: TrustLists, pdf: bytes) -> ValidationReport:
    return judge(pdf, trust=Keyring(one_office().folder, lists=lists).trust(), at=NOW)


def put(lists: TrustLists, *files: Path, purpose: str = "both") -> int:
    found = [
        one
        for path in files
        for one in anchors_in(
            path.read_bytes(), purpose=purpose, at=NOW, by="root", source=path.name
        )
    ]
    return lists.add(found)


def public(office: ScratchOffice, *names: str) -> list[Path]:
    return [office.folder / f"{name}.crt" for name in names]


def test_an_authority_counts_from_its_import_to_its_removal_and_verdicts_name_the_list(
    lists: TrustLists, stranger: tuple[ScratchOffice, bytes]
) -> None:
    office, pdf = stranger
    before = judged(lists, pdf)
    assert before.verdict is Verdict.INDETERMINATE
    assert [name for name, _ in before.trust] == ["CA gốc THỬ NGHIỆM"]

    assert put(lists, *public(office, "root", "intermediate")) == 1
    told = judged(lists, pdf)
    # Who issued it is believed now; whether it was revoked nobody here can know.
    assert "untrusted" not in told.reasons
    assert told.reasons == ("revocation-unknown",)
    assert told.trust[-1] == (OWN_LIST, "1")
    assert etsi(told)["ValidationReport"]["TrustAnchorLists"][-1]["Version"] == "1"
    assert put(lists, *public(office, "root")) == 1

    version, anchors = lists.read()
    assert [(one.root, one.source, one.by) for one in anchors] == [
        (True, "root.crt", "root"),
        (False, "intermediate.crt", "root"),
    ]
    for one in anchors:
        version, _ = lists.remove(one.fingerprint[:16])
    assert version == 3
    assert judged(lists, pdf).reasons == before.reasons


def test_an_authority_for_timestamps_alone_vouches_for_no_signer(
    lists: TrustLists, stranger: tuple[ScratchOffice, bytes]
) -> None:
    office, pdf = stranger
    put(lists, *public(office, "root", "intermediate"), purpose="timestamps")
    assert "untrusted" in judged(lists, pdf).reasons


def test_a_list_of_which_a_byte_changed_lets_nobody_be_believed(
    lists: TrustLists, stranger: tuple[ScratchOffice, bytes]
) -> None:
    put(lists, *public(stranger[0], "root"))
    (der,) = lists.folder.glob("*.der")
    der.write_bytes(der.read_bytes()[:-1] + b"\0")
    with pytest.raises(Broken, match="sign.trust-unreadable"):
        Keyring(one_office().folder, lists=lists).trust()


def authority(
    *, ca: bool = True, begins: datetime = NOW - timedelta(days=1), days: int = 365
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA Khác")])
    others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    usage = dict.fromkeys((*others, "key_agreement", "encipher_only", "decipher_only"), False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )


def test_authorities_come_in_every_form_issuers_publish() -> None:
    several = [authority(), authority()]
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    forms = {
        b"".join(one.public_bytes(pem) for one in several): 2,
        several[0].public_bytes(der): 1,
        pkcs7.serialize_certificates(several, pem): 2,
        pkcs7.serialize_certificates(several, der): 2,
    }
    for content, count in forms.items():
        told = anchors_in(content, purpose="both", at=NOW, by="root", source="list.p7b")
        assert [one.name for one, _ in told] == ["CA Khác"] * count


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"not a certificate", "trust.unreadable"),
        (authority(ca=False).public_bytes(serialization.Encoding.DER), "trust.no-authority"),
        (authority(days=0).public_bytes(serialization.Encoding.PEM), "trust.not-in-force"),
        (
            authority(begins=NOW + timedelta(days=2)).public_bytes(serialization.Encoding.PEM),
            "trust.not-in-force",
        ),
    ],
)
def test_what_is_no_authority_in_force_is_not_believed(content: bytes, rule: str) -> None:
    with pytest.raises(OfficeError, match=rule):
        anchors_in(content, purpose="both", at=NOW, by="root", source="file")


def test_a_root_somebody_else_signed_in_its_name_is_refused() -> None:
    one, other = authority(), authority()
    content = one.public_bytes(serialization.Encoding.DER)
    forged = content[: -len(one.signature)] + other.signature
    with pytest.raises(OfficeError, match=r"trust\.(no-authority|unreadable)"):
        anchors_in(forged, purpose="both", at=NOW, by="root", source="file")


def test_the_command_asks_shows_and_logs(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "ca.pem"
    begins = datetime.now(UTC) - timedelta(days=1)
    path.write_bytes(authority(begins=begins).public_bytes(serialization.Encoding.PEM))
    monkeypatch.setattr(app, "Settings", lambda: house.settings)

    def said(answer: str, *words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        status = app.main(["trust", *words])
        return status, capsys.readouterr().out

    status, told = said("n\n", "import", str(path))
    assert (status, "SHA-256" in told, "nothing changed" in told) == (1, True, True)
    assert said("", "import", str(path))[0] == 1
    status, told = said("y\n", "import", str(path))
    assert (status, "version 1" in told) == (0, True)
    status, told = said("", "list")
    assert "CN=CA Khác" in told
    assert "from ca.pem" in told
    assert house.office.keyring.trust().lists[-1] == (OWN_LIST, "1")
    fingerprint = told.partition("SHA-256 ")[2][:64]
    assert said("", "remove", fingerprint[:12])[0] == 0
    with house.office.database.reading() as unit:
        actions = [one.event.action for one in unit.audit.latest(10)]
    assert [one for one in actions if one.startswith("trust:")][:2] in (
        ["trust:removed", "trust:added"],
        ["trust:added", "trust:removed"],
    )


def test_no_list_of_the_machine_is_ever_believed(stranger: tuple[ScratchOffice, bytes]) -> None:
    """An empty trust believes nobody: given None, the vendor would take the system's TLS store."""
    believed = context(Trust(()), NOW)
    assert vars(believed.path_builder.trust_manager)["_roots"] == set()
    assert judge(stranger[1], trust=Trust(()), at=NOW).verdict is Verdict.INDETERMINATE


def test_every_view_of_whom_to_believe_names_its_roots() -> None:
    calls = [
        (path.relative_to(ROOT), node)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _called(node) in BELIEVING
    ]
    assert calls
    for path, node in calls:
        named = {one.arg: one.value for one in node.keywords}
        roots = named.get("trust_roots")
        assert roots is not None, f"{path}:{node.lineno} leaves it to the system's TLS store"
        assert not (isinstance(roots, ast.Constant) and roots.value is None), (
            f"{path}:{node.lineno}"
        )


BELIEVING = {"ValidationContext", "SimpleTrustManager", "validate_pdf_signature"}


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))
