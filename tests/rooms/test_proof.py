"""Proof that lasts: levels, authorities that fail, what waits for its stamp, and 2046."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from front.serving import application
from records.document import Classification, Document, Origin
from records.errors import NotAllowed, NotFound, Refused, Unavailable
from records.level import Level
from records.signature import Verdict
from signing.keys import Keyring
from signing.press import Press
from signing.revocation import Reach, Revocation
from signing.timestamps import Authorities, http_timestampers
from tests.conftest import PASSWORD, Clock, House
from tests.rooms.test_signing_office import ISSUED, NOW, PLACEMENT, one_office, plain_pdf
from tests.rooms.test_signing_timestamps import REPLY, Answer, serving
from tests.servers.pki import Infrastructure, infrastructure
from workflow.check import check
from workflow.renew import ending, prove, renew, tend_proofs
from workflow.verify import verify


@pytest.fixture(scope="module")
def pki() -> Iterator[Infrastructure]:
    with infrastructure(NOW) as running:
        yield running


def press_in(folder: Path, *, hosts: tuple[str, ...] = ()) -> Press:
    """Give a press that believes this infrastructure and may ask at these hosts."""
    keyring = Keyring(folder)
    return Press(
        keyring,
        keyring.timestamper(),
        revocation=Revocation(folder / "asked", Reach(frozenset(hosts), 2.0)),
    )


def issued(press: Press, *, level: Level = Level.B_LTA, at: datetime = NOW) -> bytes:
    """Give a document signed by the leader and sealed at a level."""
    signed = press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=at, reason="Ký")
    return press.seal(
        signed,
        placement=PLACEMENT,
        number="05",
        notation="QĐ-LĐLĐ",
        on=ISSUED,
        at=at + timedelta(minutes=1),
        level=level,
    )


# ── twenty years on ──────────────────────────────────────────────────────────────────────


def test_in_2046_what_was_renewed_is_valid_and_what_was_not_says_why(
    pki: Infrastructure, tmp_path: Path
) -> None:
    pki.at = NOW
    pki.furnish(tmp_path)
    press = press_in(tmp_path, hosts=(pki.host,))
    kept = left = issued(press)

    for year, authority in ((2033, "tsa2"), (2041, "tsa3")):
        pki.at = datetime(year, 6, 1, tzinfo=UTC)
        pki.furnish(tmp_path, tsa=authority)
        press = press_in(tmp_path, hosts=(pki.host,))
        kept = press.prove(kept, at=pki.at)

    pki.at = datetime(2046, 6, 1, tzinfo=UTC)
    pki.publish(tmp_path)
    renewed = press.validate(kept, at=pki.at)
    forgotten = press.validate(left, at=pki.at)

    assert (renewed.verdict, renewed.reasons) == (Verdict.VALID, ())
    leader, seal, *stamps = renewed.signatures
    assert [one.signer for one in stamps] == ["TSA 2026", "TSA 2033", "TSA 2041"]
    assert leader.time is not None
    assert leader.time.year == 2026
    assert seal.certificate_status == "good"  # at its time; it ended in 2029
    assert press.lasting.weigh(kept).until == datetime(2050, 1, 1, tzinfo=UTC)
    assert kept.startswith(left)

    assert forgotten.verdict is Verdict.INDETERMINATE
    assert "timestamp-expired" in forgotten.reasons
    assert "certificate-expired" in forgotten.reasons


def test_a_proof_that_ended_cannot_be_brought_back_to_life(
    pki: Infrastructure, tmp_path: Path
) -> None:
    pki.at = NOW
    pki.furnish(tmp_path)
    left = issued(press_in(tmp_path))
    pki.at = datetime(2041, 6, 1, tzinfo=UTC)
    pki.furnish(tmp_path, tsa="tsa3")

    with pytest.raises(Refused, match=r"proof\.too-late"):
        press_in(tmp_path).prove(left, at=pki.at)


def test_an_algorithm_ends_on_its_day(pki: Infrastructure, tmp_path: Path) -> None:
    pki.at = NOW
    pki.furnish(tmp_path)
    keyring = Keyring(tmp_path, sunsets=(("ecdsa-256", "2027-06-01"),))
    press = Press(keyring, keyring.timestamper())
    left = issued(press)

    assert press.lasting.weigh(left).until == datetime(2027, 6, 1, tzinfo=UTC)
    pki.at = datetime(2027, 5, 31, tzinfo=UTC)
    pki.publish(tmp_path)
    assert press.validate(left, at=pki.at).verdict is Verdict.VALID
    after = press.validate(left, at=datetime(2027, 6, 1, tzinfo=UTC))
    assert after.verdict is Verdict.INDETERMINATE
    assert "timestamp-weak" in after.reasons


# ── asked whether revoked ────────────────────────────────────────────────────────────────


def test_validation_data_is_asked_for_once_until_it_is_due(
    pki: Infrastructure, tmp_path: Path
) -> None:
    pki.at = NOW
    pki.furnish(tmp_path)
    press = press_in(tmp_path, hosts=(pki.host,))
    pki.asked.clear()

    press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")
    first = list(pki.asked)
    press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")
    again = list(pki.asked)
    pki.at = NOW + timedelta(minutes=11)  # the answer of a responder is good for ten
    press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=pki.at, reason="")

    assert first == ["ocsp", "crl"]
    assert again == first
    assert pki.asked == [*first, "ocsp"]


def test_nobody_is_asked_whom_the_office_does_not_name(pki: Infrastructure, tmp_path: Path) -> None:
    pki.at = NOW
    pki.furnish(tmp_path)
    pki.asked.clear()

    found = press_in(tmp_path, hosts=("ocsp.example.vn",))
    assert found.lasting.weigh(issued(found)).level is Level.B_LTA
    assert pki.asked == []


def test_a_silent_responder_means_later_and_nothing_is_signed(
    pki: Infrastructure, tmp_path: Path
) -> None:
    pki.at = NOW
    pki.furnish(tmp_path)
    pki.down = True
    try:
        with pytest.raises(Unavailable, match=r"sign\.revocation-unknown"):
            issued(press_in(tmp_path, hosts=(pki.host,)))
    finally:
        pki.down = False


def test_a_revoked_leader_cannot_sign(tmp_path: Path) -> None:
    with infrastructure(NOW, revoked="2026-11-01T00:00:00+0000") as pki:
        pki.furnish(tmp_path)
        with pytest.raises(Refused, match=r"sign\.certificate-not-good"):
            issued(press_in(tmp_path, hosts=(pki.host,)))


# ── authorities ──────────────────────────────────────────────────────────────────────────


def test_the_next_authority_is_asked_when_the_first_does_not_answer() -> None:
    office = one_office()
    authority = office.keyring.timestamper()
    with (
        serving(lambda _: (503, REPLY, b"")) as busy,
        serving(lambda question: (200, REPLY, authority.answer(question, at=NOW))) as good,
    ):
        press = Press(office.keyring, http_timestampers([busy, good], 5.0))
        signed = press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")
    assert press.lasting.weigh(signed).level is Level.B_T


def test_without_any_authority_a_signature_is_made_and_says_what_it_lacks() -> None:
    office = one_office()
    press = Press(office.keyring, Authorities([]))
    signed = press.sign(plain_pdf(), placement=PLACEMENT, person="chutich", at=NOW, reason="")

    (one,) = press.validate(signed, at=NOW).signatures
    assert one.time_source == "claimed"
    assert press.lasting.weigh(signed).level is Level.B_B


@pytest.mark.parametrize("level", list(Level))
def test_a_seal_reaches_the_level_it_was_asked_for(level: Level) -> None:
    office = one_office()
    sealed = issued(office.press, level=level)

    assert office.press.lasting.weigh(sealed).level is level
    assert office.press.validate(sealed, at=NOW + timedelta(days=1)).verdict is Verdict.VALID


# ── an office whose authority fails ──────────────────────────────────────────────────────


class Moody:
    """A timestamp authority that answers when it likes."""

    def __init__(self) -> None:
        self.answers = True
        self.house: House | None = None

    def __call__(self, question: bytes) -> Answer:
        if not self.answers or self.house is None:
            return 503, REPLY, b""
        keys = Keyring(self.house.settings.trinhky_data / "keys")
        return 200, REPLY, keys.timestamper().answer(question, at=self.house.clock())


@pytest.fixture
def moody(open_house: Callable[..., House]) -> Iterator[tuple[House, Moody]]:
    authority = Moody()
    with serving(authority) as url:
        authority.house = open_house(tsa_url=f"http://127.0.0.1:1/dead {url}", tsa_timeout=2.0)
        yield authority.house, authority


def now(house: House, document: Document) -> Document:
    with house.office.database.reading() as unit:
        return unit.documents.get(document.id)


def test_a_document_waits_for_its_stamp_and_goes_on_once_it_has_it(
    moody: tuple[House, Moody],
) -> None:
    house, authority = moody
    document = house.approved()
    authority.answers = False
    document = house.act(document, "sign", "chutich")

    assert document.state == "signed"
    doors = application(house.office, house.settings).test_client()
    token = doors.post(
        "/api/v1/tokens", json={"username": "vanthu", "password": PASSWORD}
    ).get_json()["token"]
    told = {"Authorization": f"Bearer {token}"}
    seen = doors.get(f"/api/v1/documents/{document.id}", headers=told).get_json()
    assert seen["proof"]["state"] == "timestamp-pending"
    assert (seen["proof"]["level"], seen["proof"]["wanted"]) == ("B-B", "B-T")
    assert "seal" not in seen["actions"]
    listed = doors.get("/api/v1/proofs", headers=told).get_json()["items"]
    assert [one["id"] for one in listed] == [document.id]
    refused = doors.post(
        f"/api/v1/documents/{document.id}/actions/seal",
        headers=told,
        json={"revision": document.latest.digest},
    )
    assert (refused.status_code, refused.get_json()["rule"]) == (422, "proof.pending")
    page = doors.get(f"/documents/{document.id}", headers=told).text
    assert "Đã ký, chờ dấu thời gian" in page

    house.work_off()
    assert now(house, document).latest.digest == document.latest.digest

    authority.answers = True
    house.clock.pass_by(timedelta(minutes=10))
    assert tend_proofs(house.office) == 1
    house.work_off()
    document = now(house, document)
    assert document.latest.origin is Origin.PROVEN
    seen = doors.get(f"/api/v1/documents/{document.id}", headers=told).get_json()
    assert (seen["proof"]["state"], seen["proof"]["level"]) == ("complete", "B-LTA")

    document = house.act(document, "seal", "vanthu")
    assert check(house.office, document.id, by=house.person("vanthu")).verdict is Verdict.VALID
    document = house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    house.work_off()
    document = house.act(document, "archive", "luutru")
    assert document.state == "archived"
    assert verify(house.office).holds


def test_a_sealed_document_is_not_sent_before_it_is_proven(moody: tuple[House, Moody]) -> None:
    house, authority = moody
    document = house.signed()
    authority.answers = False
    document = house.act(document, "seal", "vanthu")

    with pytest.raises(Refused, match=r"proof\.pending"):
        house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    with pytest.raises(Unavailable, match=r"timestamp\.unavailable"):
        renew(house.office, document.id, by=house.person("vanthu"))

    authority.answers = True
    document = renew(house.office, document.id, by=house.person("vanthu"))
    assert house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",)).state == "dispatched"


def test_a_secret_document_gets_its_stamp_without_a_job(moody: tuple[House, Moody]) -> None:
    house, authority = moody
    document = house.approved(classification=Classification.SECRET)
    authority.answers = False
    document = house.act(document, "sign", "chutich")
    with house.office.database.reading() as unit:
        assert unit.jobs.pending([document.id]) == []

    authority.answers = True
    house.clock.pass_by(timedelta(minutes=2))
    tend_proofs(house.office)

    with house.office.database.reading() as unit:
        assert unit.jobs.pending([document.id]) == []
    assert now(house, document).latest.origin is Origin.PROVEN


# ── policy and renewal ───────────────────────────────────────────────────────────────────


def test_how_long_a_type_is_kept_decides_how_its_signatures_are_proven(house: House) -> None:
    for type, sealed, archived in (
        ("QĐ", Level.B_LT, Level.B_LTA),
        ("TB", Level.B_LT, Level.B_LT),
        ("GM", Level.B_T, Level.B_T),
    ):
        document = house.sealed(type=type)
        assert reached(house, document) == (sealed, sealed), type
        document = house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
        document = house.act(document, "archive", "luutru")
        assert reached(house, document) == (archived, archived), type
        assert check(house.office, document.id, by=house.person("luutru")).verdict is Verdict.VALID


def reached(house: House, document: Document) -> tuple[Level, Level]:
    with house.office.database.reading() as unit:
        proof = unit.proofs.of(document.id)
    assert proof is not None
    return proof.wanted, proof.reached


def test_what_is_kept_for_good_is_not_archived_without_a_stamp_over_it(
    moody: tuple[House, Moody],
) -> None:
    house, authority = moody
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=("H49.90.2",))
    authority.answers = False

    with pytest.raises(Unavailable, match=r"timestamp\.unavailable"):
        house.act(document, "archive", "luutru")
    assert now(house, document).state == "dispatched"


def test_what_ends_within_a_year_is_listed_and_renewed_before_it_ends(house: House) -> None:
    document = house.sealed()
    assert ending(house.office, 365, by=house.person("luutru")) == []
    with house.office.database.reading() as unit:
        proof = unit.proofs.of(document.id)
    assert proof is not None
    assert proof.until is not None
    assert proof.until.year == 2036  # rsa-2048 in config/signatures.yaml

    late = Clock(proof.until - timedelta(days=300))
    house.clock.moment = late()
    assert [one.document.id for one in ending(house.office, 365, by=house.person("vanthu"))] == [
        document.id
    ]
    assert tend_proofs(house.office) == 0  # 180 days before is soon enough

    with pytest.raises(NotAllowed, match=r"proof\.not-yours"):
        ending(house.office, 365, by=house.person("chuyenvien"))
    with pytest.raises(NotFound):
        renew(house.office, "0" * 32, by=house.person("luutru"))
    with pytest.raises(NotAllowed, match=r"proof\.not-yours"):
        renew(house.office, document.id, by=house.person("chuyenvien"))


def test_a_job_for_bytes_that_are_gone_does_nothing(house: House) -> None:
    document = house.sealed()
    prove(house.office, document.id, "0" * 64)
    prove(house.office, document.id, document.latest.digest)
    assert now(house, document).latest.digest == document.latest.digest
