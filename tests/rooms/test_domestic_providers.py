"""Leaders sign at providers like VNPT SmartCA and Viettel MySign, whose word is never taken."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from config.settings import Settings
from config.signers import read_signers
from records.document import Document
from records.errors import OfficeError
from records.signature import Verdict
from records.signing import Holding, KeyKind
from tests.conftest import House, Opening
from tests.rooms.test_custody import equipped, many, states
from tests.rooms.test_signing_requests import device
from tests.servers.domestic import CLIENT, SECRET, USER, Provider, serving
from workflow.certificates import register
from workflow.check import check
from workflow.keys import settle

BOTH = ("smartca", "mysign")


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening, provider: Provider) -> Iterator[House]:
    """Give an office whose leader's key lies at either, each spoken to as shipped."""
    house = open_lasting_house()
    with serving(provider) as address:
        folder = house.settings.trinhky_data
        (folder / "secret").write_text(SECRET)
        common = f"url: '{address}', secret_file: {folder / 'secret'}, every: 0.01, patience: 0.6"
        described = "\n  ".join(
            f"{name}: {{protocol: {name}, {common}, facts: {{client: {CLIENT}}}}}" for name in BOTH
        )
        shipped = (Settings().trinhky_config / "signers.yaml").read_text("utf-8")
        told = shipped.replace("providers: {}", f"providers:\n  {described}")
        (folder / "signers.yaml").write_text(told, "utf-8")
        tokens, providers = read_signers(folder / "signers.yaml")
        by = house.person("quantri")
        register(house.office, "chutich", device(house, "Xa", key=provider.key).pem, by=by)
        yield equipped(house, tokens=tokens, providers=providers)


@pytest.fixture
def at(house: House, provider: Provider, request: pytest.FixtureRequest) -> Iterator[Provider]:
    """Give the provider of this test, as it is when nothing is wrong."""
    held = Holding("chutich", KeyKind.REMOTE, "", request.param, USER)
    settle(house.office, held, by=house.person("quantri"))
    provider.asked.clear()
    yield provider
    provider.polls, provider.then, provider.lies = 2, "completed", ""


@pytest.fixture(scope="module")
def document(house: House) -> Document:
    """Give a document that waits for a signature which never comes."""
    return house.approved()


@pytest.mark.parametrize("at", BOTH, indirect=True)
def test_one_tap_signs_a_batch_and_each_signature_is_verified(house: House, at: Provider) -> None:
    documents = [house.approved(), house.approved()]

    outcomes = many(house, documents)

    assert [one.refusal for one in outcomes] == [None, None]
    asked = [path for path in at.asked if path.endswith("status")]
    assert len(asked) == at.polls + 1
    assert sum("login" in path or path.endswith(("/sign", "signHash")) for path in at.asked) in (
        1,
        2,
    )
    for one in documents:
        report = check(house.office, one.id, by=house.person("chutich"))
        assert (report.verdict, report.signatures[0].signer) == (Verdict.VALID, "Xa")


@pytest.mark.parametrize("at", BOTH, indirect=True)
@pytest.mark.parametrize(
    "how",
    [
        ("failed", "", "key.not-confirmed"),
        ("expired", "", "key.not-confirmed"),
        ("pending", "", "key.not-confirmed"),
        ("completed", "another", "signing.signature-wrong"),
        ("completed", "fewer", "key.provider-unavailable"),
        ("completed", "more", "key.provider-unavailable"),
    ],
)
def test_no_and_too_late_and_lies_sign_nothing(
    house: House, document: Document, at: Provider, how: tuple[str, str, str]
) -> None:
    at.then, at.lies, rule = how
    with pytest.raises(OfficeError, match=rule):
        house.act(document, "sign", "chutich")
    assert states(house, [document]) == ["signing"]


@pytest.mark.parametrize("at", BOTH, indirect=True)
def test_a_stranger_s_office_is_told_no(house: House, document: Document, at: Provider) -> None:
    custody = house.office.custody
    strangers = {name: replace(one, secret="x") for name, one in custody.providers.items()}  # noqa: S106 - made up
    other = equipped(house, providers=strangers)
    with pytest.raises(OfficeError, match="key.provider-refused"):
        other.act(document, "sign", "chutich")
    assert len(at.asked) == 1
    assert states(house, [document]) == ["signing"]
