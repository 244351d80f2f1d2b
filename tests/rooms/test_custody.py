"""Leaders sign with keys where they really are: a file, a token, a provider; one or many."""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from config.settings import Settings
from config.signers import read_signers
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, OfficeError, Refused, Unavailable
from records.person import Person, Post, Role
from records.signature import Verdict
from records.signing import Holding, KeyKind, Leave
from signing.custody import Custody
from signing.remote import Provider
from signing.token import Token
from tests.conftest import House
from tests.rooms.test_signing_requests import Device, device
from tests.servers import csc
from workflow.begin import Particulars
from workflow.certificates import register
from workflow.check import check
from workflow.draft import draft
from workflow.keys import bring_key, bring_picture, holding_of, settle
from workflow.look import view
from workflow.road import Choice
from workflow.sign_many import Outcome, sign_many
from workflow.staff import hire

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "246810"


@pytest.fixture(scope="module")
def keys() -> dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey]:
    return {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ec": ec.generate_private_key(ec.SECP256R1()),
    }


@pytest.fixture(scope="module")
def token(
    keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Token]:
    """Give a real token with an RSA and an elliptic key."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    tool("--init-token", "--free", "--label", "office", "--so-pin", "13579", "--pin", PIN)
    for number, (name, key) in enumerate(keys.items(), 1):
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / "key.pem").write_bytes(pem)
        tool(
            *("--import", str(folder / "key.pem"), "--token", "office", "--pin", PIN),
            *("--label", name, "--id", f"0{number}"),
        )
    yield Token(LIBRARY, "office")
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def tool(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)  # noqa: S603, S607 - ours


def equipped(house: House, **keepers: object) -> House:
    """Give the house with other keepers of keys."""
    custody = Custody(house.office.keyring, **keepers)  # type: ignore[arg-type]  # a test's own
    return replace(house, office=replace(house.office, custody=custody))


def held(house: House, its: Device, kind: KeyKind, keeper: str, credential: str) -> None:
    house.clock.pass_by(timedelta(seconds=1))  # the certificate registered last is used
    register(house.office, "chutich", its.pem, by=house.person("quantri"))
    holding = Holding("chutich", kind, "", keeper, credential)
    settle(house.office, holding, by=house.person("quantri"))


def many(
    house: House, documents: list[Document], leave: Leave | None = None, *, stop: bool = False
) -> list[Outcome]:
    wanted = [(one.id, Choice(shown=one.latest.digest, seen=one.version)) for one in documents]
    return sign_many(
        house.office,
        "sign",
        wanted,
        leave or Leave(),
        stop=stop,
        by=house.person("chutich"),
    )


def states(house: House, documents: list[Document]) -> list[str]:
    by = house.person("chuyenvien")
    return [view(house.office, one.id, by=by).document.state for one in documents]


def test_a_token_signs_with_rsa_and_with_an_elliptic_key(
    house: House,
    token: Token,
    keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey],
) -> None:
    house = equipped(house, tokens={"hsm": token})
    documents = [house.approved(), house.approved(), house.approved()]
    held(house, device(house, "RSA", key=keys["rsa"]), KeyKind.TOKEN, "hsm", "rsa")

    with pytest.raises(Refused, match="key.pin-needed"):
        house.act(documents[0], "sign", "chutich")
    # A wrong PIN costs one try, however many documents there are, and signs none of them.
    with pytest.raises(Refused, match="key.pin-wrong"):
        many(house, documents, Leave(pin="000000"))
    assert states(house, documents) == ["signing"] * 3
    first = house.act(documents[0], "sign", "chutich", leave=Leave(pin=PIN))
    assert check(house.office, first.id, by=house.person("chutich")).verdict is Verdict.VALID

    held(house, device(house, "EC", key=keys["ec"]), KeyKind.TOKEN, "hsm", "ec")
    outcomes = many(house, documents[1:], Leave(pin=PIN))
    assert [one.refusal for one in outcomes] == [None, None]
    for one in outcomes:
        report = check(house.office, one.id, by=house.person("chutich"))
        assert (report.verdict, report.signatures[0].signer) == (Verdict.VALID, "EC")

    # The certificate of another key is found out before anything is kept.
    other = house.approved()
    held(house, device(house, "khác"), KeyKind.TOKEN, "hsm", "rsa")
    with pytest.raises(Refused, match="signing.signature-wrong"):
        house.act(other, "sign", "chutich", leave=Leave(pin=PIN))
    settle(
        house.office,
        Holding("chutich", KeyKind.TOKEN, "", "hsm", "none"),
        by=house.person("quantri"),
    )
    with pytest.raises(Refused, match="key.absent"):
        house.act(other, "sign", "chutich", leave=Leave(pin=PIN))
    lost = equipped(house, tokens={"hsm": Token(LIBRARY, "elsewhere")})
    with pytest.raises(Unavailable, match="key.token-unavailable"):
        lost.act(other, "sign", "chutich", leave=Leave(pin=PIN))
    assert states(house, [other]) == ["signing"]


def test_no_word_to_a_key_is_ever_printed() -> None:
    said = Choice(leave=Leave(pin="135791", otp="864209"))
    assert "135791" not in repr(said)
    assert "864209" not in repr(said)
    assert "geheim" not in repr(Provider("p", "http://x", (), secret="geheim"))  # noqa: S106 - made up


@dataclass(frozen=True)
class Remote:
    house: House
    provider: csc.Provider
    documents: list[Document]


@pytest.fixture
def remote(
    house: House,
    keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey],
) -> Iterator[Remote]:
    """Give an office whose leader's key lies at a provider, spoken to as configured."""
    key = keys["rsa"]
    assert isinstance(key, rsa.RSAPrivateKey)
    provider = csc.Provider(key)
    with csc.serving(provider) as address:
        folder = house.settings.trinhky_data
        (folder / "secret").write_text(f"{csc.BEARER}\n")
        shipped = (Settings().trinhky_config / "signers.yaml").read_text("utf-8")
        common = f"secret_file: {folder / 'secret'}, every: 0.01, patience: 2"
        described = (
            f"v1: {{protocol: csc-v1, url: '{address}/csc/v1', {common}}}\n"
            f"  v2: {{protocol: csc-v2, url: '{address}/csc/v2', {common}}}\n"
            f"  own: {{protocol: smartca, url: '{address}', {common}, facts: {{client: office}}}}\n"
        )
        assert "providers: {}" in shipped
        told = shipped.replace("providers: {}", f"providers:\n  {described}")
        (folder / "signers.yaml").write_text(told, "utf-8")
        tokens, providers = read_signers(folder / "signers.yaml")
        house = equipped(house, tokens=tokens, providers=providers)
        register(house.office, "chutich", device(house, "Xa", key=key).pem, by=quantri(house))
        yield Remote(house, provider, [house.approved(), house.approved()])


def quantri(house: House) -> Person:
    return house.person("quantri")


def choose(house: House, keeper: str) -> None:
    held = Holding("chutich", KeyKind.REMOTE, "", keeper, "cred-1")
    settle(house.office, held, by=quantri(house))


def test_a_provider_signs_a_batch_on_one_code(remote: Remote) -> None:
    house, provider = remote.house, remote.provider
    choose(house, "v1")
    with pytest.raises(Refused, match="key.provider-refused"):
        many(house, remote.documents, Leave(otp="000000"))
    assert states(house, remote.documents) == ["signing", "signing"]
    provider.asked.clear()

    outcomes = many(house, remote.documents, Leave(otp=csc.OTP))

    assert [one.refusal for one in outcomes] == [None, None]
    assert provider.asked == ["/csc/v1/credentials/authorize", "/csc/v1/signatures/signHash"]
    for one in remote.documents:
        report = check(house.office, one.id, by=house.person("chutich"))
        assert (report.verdict, report.signatures[0].signer) == (Verdict.VALID, "Xa")


def test_a_provider_is_asked_again_until_the_telephone_is_tapped(remote: Remote) -> None:
    house, provider = remote.house, remote.provider
    choose(house, "v2")
    first, second = remote.documents

    signed = house.act(first, "sign", "chutich")
    assert signed.state == "signed"
    asked = [path.rsplit("/", 1)[1] for path in provider.asked]
    assert asked == ["authorize", *["authorizeCheck"] * 3, "signHash", *["signPolling"] * 3]

    choose(house, "own")
    provider.says_no = True
    with pytest.raises(Refused, match="key.not-confirmed"):
        house.act(second, "sign", "chutich")
    provider.says_no, provider.taps = False, 10_000
    with pytest.raises(Refused, match="key.not-confirmed"):
        house.act(second, "sign", "chutich")
    provider.taps, provider.lies = 1, True
    with pytest.raises(Refused, match="signing.signature-wrong"):
        house.act(second, "sign", "chutich")
    assert states(house, [second]) == ["signing"]
    provider.lies = False
    assert house.act(second, "sign", "chutich").state == "signed"


def test_a_provider_that_is_away_is_said_to_be_so(house: House, tmp_path: Path) -> None:
    shipped = Settings().trinhky_config / "signers.yaml"
    assert read_signers(shipped) == ({}, {})
    assert house.office.custody.keepers == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        described = f"providers: {{xa: {{protocol: csc-v1, url: '{address}', timeout: 1}}}}"
        told = shipped.read_text("utf-8").replace("providers: {}", described)
        (tmp_path / "signers.yaml").write_text(told, "utf-8")
        away = read_signers(tmp_path / "signers.yaml")[1]["xa"]
        with pytest.raises(Unavailable, match="key.provider-unavailable"):
            away.sign("cred-1", [b"x"], Leave())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("tokens: {}\nproviders: {a: {protocol: none, url: 'http://x'}}", 2),
        ("providers: {a: {protocol: p, url: 'ftp://x'}}\nprotocols: {p: []}", 1),
        ("providers: {a: {protocol: p, url: 'http://a:b@x'}}\nprotocols: {p: []}", 1),
        ("tokens:\n  a: {module: /x, label: y, pin: '1'}", 2),
    ],
)
def test_a_mistake_in_signers_yaml_is_named_with_its_line(
    text: str, line: int, tmp_path: Path
) -> None:
    (tmp_path / "signers.yaml").write_text(text, "utf-8")
    with pytest.raises(Refused, match=f"signers.yaml:{line}"):
        read_signers(tmp_path / "signers.yaml")


def test_a_new_leader_is_given_a_key_and_signs(house: House) -> None:
    by = quantri(house)
    new = Person("lanhdao-moi", "Lý Thị Mới", "Phó Chủ tịch", (Post(Role.LEADER, "lanh-dao"),))
    hire(house.office, new, "đủ dài rồi", by=by)
    said = Particulars(Direction.OUTGOING, "QĐ", "Việc mới", Classification.NONE)
    made = draft(house.office, said, {"body": "Một."}, signer=new.id, by=house.person("chuyenvien"))
    document = house.approved(made)
    with pytest.raises(Refused, match="sign.no-certificate"):
        sign_as(house, document, "lanhdao-moi")
    hers = device(house, "Lý Thị Mới")
    file = pkcs12.serialize_key_and_certificates(
        b"x",
        hers.key,
        hers.certificate,
        None,
        serialization.BestAvailableEncryption(b"cua rieng chi"),
    )
    with pytest.raises(NotAllowed):
        bring_key(house.office, new.id, file, "cua rieng chi", by=house.person("chutich"))
    with pytest.raises(Refused, match="key.file-unreadable"):
        bring_key(house.office, new.id, file, "khác", by=by)
    with pytest.raises(Refused, match="key.file-unreadable"):
        bring_key(house.office, new.id, b"no key", "", by=by)
    bring_key(house.office, new.id, file, "cua rieng chi", by=by)
    with pytest.raises(Refused, match="sign.no-picture"):
        sign_as(house, document, "lanhdao-moi")
    picture = house.office.keyring.signature_picture("chutich")
    bring_picture(house.office, new.id, picture, by=by)

    signed = sign_as(house, document, "lanhdao-moi")

    assert (signed.state, signed.signer) == ("signed", "lanhdao-moi")
    report = check(house.office, signed.id, by=house.person("chuyenvien"))
    assert (report.verdict, report.signatures[0].signer) == (Verdict.VALID, "Lý Thị Mới")
    folder = house.settings.trinhky_data / "keys" / "people"
    assert oct((folder / f"{new.id}.p12").stat().st_mode)[-3:] == "600"


def sign_as(house: House, document: Document, name: str) -> Document:
    return house.act(document, "sign", name)


def test_only_what_exists_can_be_settled_as_somebody_s_key(house: House) -> None:
    by = quantri(house)
    for holding, rule in (
        (Holding("chutich", KeyKind.TOKEN, "", "hsm", "x"), "key.keeper-unknown"),
        (Holding("nobody", KeyKind.DEVICE), "person.unknown"),
    ):
        with pytest.raises(OfficeError, match=rule):
            settle(house.office, holding, by=by)
    with pytest.raises(NotAllowed):
        settle(house.office, Holding("chutich", KeyKind.DEVICE), by=house.person("chutich"))
    settle(house.office, Holding("chutich", KeyKind.DEVICE), by=by)
    assert holding_of(house.office, "chutich").kind is KeyKind.DEVICE
    with pytest.raises(Refused, match="key.own-device"):
        house.act(house.approved(), "sign", "chutich")


def test_a_batch_gives_a_result_for_each_and_goes_on_or_stops(house: House) -> None:
    documents = [house.approved() for _ in range(4)]
    stale = documents[1]
    house.act(stale, "return", "chutich", comment="Sửa")

    stopped = many(house, documents[:3], stop=True)
    rules = [one.refusal.rule if one.refusal else "" for one in stopped]
    assert rules == ["", "step.outrun", "batch.stopped"]
    assert states(house, documents) == ["signed", "drafting", "signing", "signing"]

    rest = [stale, *documents[2:]]
    went_on = many(house, rest)
    assert [one.refusal is None for one in went_on] == [False, True, True]
    assert states(house, documents) == ["signed", "drafting", "signed", "signed"]
    with pytest.raises(Refused, match="batch.too-many"):
        many(house, documents * 51)


def test_a_provider_never_hears_of_a_secret_document(remote: Remote) -> None:
    house = remote.house
    choose(house, "v1")
    secret = house.approved(classification=Classification.SECRET)

    with pytest.raises(Refused, match="key.remote-classified"):
        house.act(secret, "sign", "chutich", leave=Leave(otp=csc.OTP))

    assert states(house, [secret]) == ["signing"]
