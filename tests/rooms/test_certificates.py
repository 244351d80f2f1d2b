"""A certificate's life: entered alone or by thousands, known as its holder's, warned, stopped."""

import base64
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import openpyxl
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient

from front.serving import application
from records.errors import NotAllowed, OfficeError, Outrun, Refused
from records.signing import Naming, SigningRole
from search.folding import fold
from signing.demo_pki import revoke as revoke_at_issuer
from signing.key_folder import open_holder, pass_phrase, place_of
from tests.conftest import PASSWORD, House, Opening
from tests.rooms.test_signing_requests import device
from tests.servers.letterbox import Letterbox
from workflow.certificate_list import ask_issuer, exported
from workflow.certificates import certificates_of, look_through, register, remove, revoke
from workflow.import_certificates import Line, Tally, Way, import_certificates
from workflow.keys import enrol_files
from workflow.road import Choice
from workflow.signing_requests import Brought, complete_signature, request_signature
from workflow.warn import notice, warn

KEY = ec.generate_private_key(ec.SECP256R1())


def issued(
    house: House,
    name: str = "Nguyễn Văn An",
    *,
    begins: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    lasts: timedelta = timedelta(days=700),
    said: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Give a certificate in DER that the demonstration's authority issued to this name."""
    folder = house.settings.trinhky_data / "keys"
    issuer = open_holder(place_of(folder, "intermediate"), pass_phrase(folder))
    kinds = {"organ": NameOID.ORGANIZATION_NAME, "title": NameOID.TITLE}
    kinds["email"] = NameOID.EMAIL_ADDRESS
    parts = [(NameOID.COMMON_NAME, name), *((kinds[one], told) for one, told in said.items())]
    subject = x509.Name([x509.NameAttribute(kind, told) for kind, told in parts])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
        .sign(issuer.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


@pytest.fixture(scope="module")
def lasting(open_lasting_house: Opening) -> House:
    """Give an office whose register these tests share."""
    return open_lasting_house()


# ── stopped at once ──────────────────────────────────────────────────────────────────────


def test_what_is_revoked_signs_nothing_from_that_moment_on(house: House) -> None:
    keeper, leader = house.person("quantri"), house.person("chutich")
    assert enrol_files(house.office, by=keeper) == 10
    assert enrol_files(house.office, by=keeper) == 0
    document = house.approved()
    (own,) = certificates_of(house.office, "chutich", by=leader)
    its = device(house, leader.name)
    register(house.office, "chutich", its.pem, by=keeper, kept_on="USB 0117")
    asked = request_signature(
        house.office, document.id, SigningRole.LEADER, its.pem, Choice(), by=leader
    )
    with pytest.raises(NotAllowed):
        revoke(house.office, own.fingerprint, "Mất thiết bị", by=leader)
    with pytest.raises(Refused, match="certificate.why"):
        revoke(house.office, own.fingerprint, "  ", by=keeper)

    for one in certificates_of(house.office, "chutich", by=keeper):
        revoke(house.office, one.fingerprint, "Mất thiết bị", by=keeper)

    with pytest.raises(Refused, match="certificate.revoked") as stop:
        house.act(document, "sign", "chutich")
    assert stop.value.facts["why"] == "Mất thiết bị"
    assert asked.awaited is not None
    brought = Brought(its.sign(asked.awaited.attributes))
    with pytest.raises(Refused, match="certificate.revoked"):
        complete_signature(house.office, document.id, asked.id, brought, Choice(), by=leader)
    with pytest.raises(Refused, match="certificate.revoked"):
        request_signature(
            house.office, document.id, SigningRole.LEADER, its.pem, Choice(), by=leader
        )
    with house.office.database.reading() as unit:
        assert unit.documents.get(document.id).version == document.version
        told = [one.event.action for one in unit.audit.latest(40)]
    assert told.count("certificate:revoked") == 2
    with pytest.raises(Outrun, match="certificate.revoked-before"):
        revoke(house.office, own.fingerprint, "lại", by=keeper)
    with pytest.raises(Refused, match="certificate.stays"):
        remove(house.office, own.fingerprint, by=keeper)


def test_a_revoked_seal_seals_nothing_and_spends_no_number(house: House) -> None:
    keeper = house.person("quantri")
    enrol_files(house.office, by=keeper)
    document = house.signed()
    (seal,) = certificates_of(house.office, "", by=keeper)
    revoke(house.office, seal.fingerprint, "Đổi con dấu", by=keeper)

    with pytest.raises(Refused, match="certificate.revoked"):
        house.act(document, "seal", "vanthu")

    with house.office.database.reading() as unit:
        assert unit.documents.get(document.id).number is None


def test_one_that_ended_or_is_still_to_come_is_refused_before_anything(house: House) -> None:
    leader = house.person("chutich")
    document = house.approved()
    end = house.office.keyring.certificate_of("chutich").not_after
    house.clock.moment = end + timedelta(seconds=1)
    with pytest.raises(Refused, match="certificate.ended"):
        house.act(document, "sign", "chutich")

    later = base64.b64encode(issued(house, begins=end + timedelta(days=30))).decode()
    register(house.office, "chutich", later, by=house.person("quantri"))
    with pytest.raises(Refused, match="certificate.to-come"):
        request_signature(house.office, document.id, SigningRole.LEADER, later, Choice(), by=leader)
    ended = base64.b64encode(issued(house)).decode()
    with pytest.raises(Refused, match="certificate.ended"):
        register(house.office, "chutich", ended, by=house.person("quantri"))


def test_what_its_issuer_revoked_is_marked_here_and_stops(lasting: House) -> None:
    keeper = lasting.person("quantri")
    enrol_files(lasting.office, by=keeper)
    (one,) = certificates_of(lasting.office, "phochutich", by=keeper)
    assert ask_issuer(lasting.office, one.fingerprint, by=keeper)[1] == "good"
    folder = lasting.settings.trinhky_data / "keys"
    revoke_at_issuer(folder, "phochutich", at=lasting.clock() - timedelta(minutes=1))

    marked, status = ask_issuer(lasting.office, one.fingerprint, by=keeper)

    assert (status, marked.revoked_by) == ("revoked", "quantri")
    assert "OCSP" in marked.revoked_why


# ── whose it is ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "said", "differs"),
    [
        ("{name}", {}, ""),
        ("{plain}", {"organ": "{organ}", "title": "{title}"}, ""),
        ("{name} - {organ}", {}, ""),
        ("Người Khác", {}, "name"),
        ("{name}", {"organ": "Công ty Khác"}, "organ"),
        ("{name}", {"title": "Thủ quỹ"}, "title"),
        ("{name}", {"email": "khac@demo.example"}, "email"),
        ("Người Khác", {"organ": "Công ty Khác", "title": "Thủ quỹ"}, "name organ title"),
    ],
)
def test_a_certificate_of_other_names_is_told_or_refused(
    lasting: House, name: str, said: dict[str, str], differs: str
) -> None:
    holder = replace(lasting.person("truongban"), email="truongban@demo.example")
    with lasting.office.database.unit() as unit:
        unit.people.change(holder, on=lasting.office.today())
    words = {
        "name": holder.name,
        "plain": fold(holder.name).upper(),
        "organ": lasting.office.organ.name,
        "title": holder.title,
    }
    said = {one: told.format(**words) for one, told in said.items()}
    der = issued(lasting, name.format(**words)[:64], said=said)

    strict = replace(lasting.office, naming=Naming(refuses=True))
    if differs:
        with pytest.raises(Refused, match="certificate.names-differ") as stop:
            register(strict, holder.id, der, by=lasting.person("quantri"))
        assert stop.value.facts["differs"] == differs
    one = register(lasting.office, holder.id, der, by=lasting.person("quantri"))
    assert one.differs == differs


def test_a_former_name_of_the_office_is_its_own(lasting: House) -> None:
    der = issued(lasting, lasting.person("truongban").name, said={"organ": "Ban Cũ"})
    known = replace(lasting.office, naming=Naming(refuses=True, organs=("BAN CŨ",)))
    assert register(known, "truongban", der, by=lasting.person("quantri")).differs == ""


# ── looked through, exported ─────────────────────────────────────────────────────────────


def test_the_register_is_found_by_words_and_standing_page_by_page(lasting: House) -> None:
    keeper = lasting.person("quantri")
    enrol_files(lasting.office, by=keeper)

    def found(words: str = "", standing: str = "", after: str = "") -> list[str]:
        shelf = look_through(
            lasting.office, words=words, standing=standing, after=after, limit=4, by=keeper
        )
        rest = found(words, standing, shelf.more) if shelf.more else []
        return [one.fingerprint for one in shelf.certificates] + rest

    everything = found()
    with lasting.office.database.reading() as unit:
        counts = unit.certificates.counts(lasting.clock())
    assert len(everything) == len(set(everything)) == sum(counts.values()) - counts["differs"]
    assert {kind: len(found(standing=kind)) for kind in counts} == counts
    (own,) = certificates_of(lasting.office, "chutich", by=keeper)
    assert own.fingerprint in found("CHUTICH")
    assert found(own.serial.upper()) == [own.fingerprint]
    assert found("chu tich khong co") == []
    with pytest.raises(NotAllowed):
        look_through(
            lasting.office, words="", standing="", after="", limit=4, by=lasting.person("vanthu")
        )


def test_an_exported_cell_computes_nothing(lasting: House) -> None:
    keeper = lasting.person("quantri")
    der = issued(lasting, '=HYPERLINK("http://bad.example")')
    one = register(lasting.office, "vanthu", der, by=keeper, kept_on="+84")

    made = exported(lasting.office, "csv", words=one.serial, standing="", by=keeper)
    (heading, row) = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    told = dict(zip(heading, row, strict=True))
    assert told["Tên trong chứng thư"] == '\'=HYPERLINK("http://bad.example")'
    assert (told["Khóa nằm ở"], told["Khác với hồ sơ"]) == ("'+84", "họ tên")
    book = exported(lasting.office, "xlsx", words=one.serial, standing="", by=keeper)
    (sheet,) = openpyxl.load_workbook(io.BytesIO(book)).worksheets
    cells = [cell for line in sheet for cell in line]
    assert [cell.data_type for cell in cells if "HYPERLINK" in str(cell.value)] == ["s"]


# ── by thousands ─────────────────────────────────────────────────────────────────────────


def brought(house: House, lines: Iterable[tuple[str, str]], way: Way) -> tuple[Tally, list[Line]]:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(("person", "certificate", "kept_on"))
    table.writerows((*line, "USB") for line in lines)
    text.seek(0)
    done = list(import_certificates(house.office, text, way, by=house.person("quantri")))
    return done[-1][1], [line for line, _ in done]


def counted(tally: Tally) -> tuple[int, int, int, int]:
    return tally.new, tally.known, tally.wrong, tally.entered


def test_a_file_is_tried_then_entered_by_its_good_lines_or_whole(lasting: House) -> None:
    name = lasting.person("chuyenvien").name
    good = [base64.b64encode(issued(lasting, name)).decode() for _ in range(3)]
    pem = x509.load_der_x509_certificate(issued(lasting, name)).public_bytes(Encoding.PEM).decode()
    lines = [("chuyenvien", one) for one in (*good, pem)]
    wrong = [("nobody", good[0]), ("chuyenvien", "bm90IGE="), ("chuyenvien", good[1])]

    tally, came = brought(lasting, [*lines, *wrong], Way.CHECK)
    assert counted(tally) == (4, 1, 2, 0)
    told = {one.n: one.refusal.rule for one in came if one.refusal}
    # The heading is line 1 and a PEM has lines of its own; the line told is where a row ends.
    last = 5 + pem.count("\n")
    assert told == {last + 1: "import.nobody", last + 2: "certificate.unreadable"}
    assert counted(brought(lasting, [*lines, *wrong], Way.WHOLE)[0]) == (4, 1, 2, 0)
    assert on_usb(lasting) == 0

    assert counted(brought(lasting, [*lines[:2], *wrong], Way.GOOD)[0]) == (2, 1, 2, 2)
    assert counted(brought(lasting, lines, Way.WHOLE)[0]) == (2, 2, 0, 2)
    assert on_usb(lasting) == 4


def on_usb(house: House) -> int:
    kept = certificates_of(house.office, "chuyenvien", by=house.person("quantri"))
    return sum(one.kept_on == "USB" for one in kept)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "import.heading"),
        ("person,kept_on\na,b\n", "import.heading"),
        ("person,certificate\n", "import.empty"),
        ('person,certificate\n"a"b,"\n', "import.not-csv"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_it_lacks(
    lasting: House, text: str, rule: str
) -> None:
    with pytest.raises(OfficeError, match=rule):
        import_certificates(
            lasting.office, io.StringIO(text, newline=""), Way.CHECK, by=lasting.person("quantri")
        )
    with pytest.raises(NotAllowed):
        import_certificates(lasting.office, [], Way.CHECK, by=lasting.person("vanthu"))


# ── warned of ────────────────────────────────────────────────────────────────────────────


def test_holder_and_administrator_hear_at_60_30_and_7_days_each_once(
    mailing: House, letterbox: Letterbox
) -> None:
    keeper = mailing.person("quantri")
    name = mailing.person("chuyenvien").name
    end = mailing.clock() + timedelta(days=70)
    begins = mailing.clock() - timedelta(days=10)
    der = issued(mailing, name, begins=begins, lasts=end - begins)
    register(mailing.office, "chuyenvien", der, by=keeper)

    letters: list[tuple[str, str, str]] = []

    def told() -> list[str]:
        letterbox.letters.clear()
        warn(mailing.office)
        assert warn(mailing.office) == 0
        mailing.work_off()
        letters.extend(letterbox.letters)
        return sorted(to.partition("@")[0] for to, _, _ in letterbox.letters)

    assert told() == []
    assert notice(mailing.office, by=keeper).ending == 0
    for days in (60, 45, 30, 29, 7, 1):
        mailing.clock.moment = end - timedelta(days=days)
        assert told() == (["chuyenvien", "quantri"] if days in (60, 30, 7) else []), days
    day = f"{end.astimezone(mailing.office.zone):%d/%m/%Y}"
    assert all(day in subject for _, subject, _ in letters)
    holder = mailing.person("chuyenvien")
    assert [one.name for one in notice(mailing.office, by=holder).own] == [name]
    assert notice(mailing.office, by=keeper).ending == 1


def test_who_comes_late_is_warned_once_and_who_has_a_new_one_not_at_all(lasting: House) -> None:
    keeper, name = lasting.person("quantri"), lasting.person("luutru").name
    soon = timedelta(days=(lasting.clock() - datetime(2026, 1, 1, tzinfo=UTC)).days + 5)
    for one in ("luutru", "kiemtra"):
        for known in certificates_of(lasting.office, one, by=keeper):
            remove(lasting.office, known.fingerprint, by=keeper)
    register(lasting.office, "luutru", issued(lasting, name, lasts=soon), by=keeper)
    assert [warn(lasting.office), warn(lasting.office)] == [1, 0]
    register(lasting.office, "kiemtra", issued(lasting, name, lasts=soon), by=keeper)
    register(lasting.office, "kiemtra", issued(lasting, name), by=keeper)
    assert warn(lasting.office) == 0
    assert notice(lasting.office, by=lasting.person("kiemtra")).own == []


# ── at the doors ─────────────────────────────────────────────────────────────────────────


class Keeper:
    """The administrator at both doors."""

    def __init__(self, house: House, name: str = "quantri") -> None:
        self.client: FlaskClient = application(house.office, house.settings).test_client()
        told = {"username": name, "password": PASSWORD}
        token = self.client.post("/api/v1/tokens", json=told).get_json()["token"]
        self.bearer = {"Authorization": f"Bearer {token}"}
        self.client.post("/login", data={"csrf": self.csrf("/login"), **told})

    def csrf(self, path: str = "/") -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.client.get(path).text)
        assert found
        return found[1]


def file_of(*lines: tuple[str, str]) -> tuple[io.BytesIO, str]:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("person", "certificate"), *lines])
    return io.BytesIO(text.getvalue().encode("utf-8-sig")), "people.csv"


def test_pages_and_api_show_import_export_and_revoke(lasting: House) -> None:
    keeper = Keeper(lasting)
    client, bearer = keeper.client, keeper.bearer
    der = issued(lasting, lasting.person("vanthu").name)
    lines = [("vanthu", base64.b64encode(der).decode()), ("=nobody", "x")]

    page = client.post(
        "/admin/certificates/import",
        data={"csrf": keeper.csrf(), "way": "check", "file": file_of(*lines)},
    )
    assert "2 dòng: 1 mới, 0 đã có trong sổ, 1 sai." in page.text
    assert "Không có tài khoản «=nobody»" in page.text
    streamed = client.post(
        "/api/v1/certificates/imports",
        data={"way": "good", "file": file_of(*lines)},
        headers={**bearer, "Accept": "application/x-ndjson"},
    )
    told = [json.loads(line) for line in streamed.text.splitlines()]
    assert told[0]["rule"] == "import.nobody"
    assert told[-1] == {"judged": 2, "new": 1, "known": 0, "wrong": 1, "entered": 1, "done": True}
    table = client.post(
        "/admin/certificates/import",
        data={"csrf": keeper.csrf(), "way": "good", "table": "1", "file": file_of(*lines)},
    )
    assert [row[:3] for row in csv.reader(io.StringIO(table.text))][1:] == [
        ["2", "vanthu", "known"],
        ["3", "'=nobody", "wrong"],
    ]

    serial = f"{x509.load_der_x509_certificate(der).serial_number:x}"
    path = f"/api/v1/certificates/register?q={serial}"
    (one,) = client.get(path, headers=bearer).get_json()["items"]
    assert (one["person"], one["standing"]) == ("vanthu", "good")
    assert client.get(f"{path}&format=csv", headers=bearer).text.count(serial) == 1
    assert serial in client.get(f"/admin/certificates?q={serial}").text
    refused = client.post(
        f"/admin/certificates/{one['fingerprint']}/revoke", data={"csrf": keeper.csrf(), "why": ""}
    )
    assert (refused.status_code, "Hãy ghi lý do" in refused.text) == (422, True)
    assert 'id="why" name="why"' in refused.text
    stopped = client.post(
        f"/api/v1/certificates/{one['fingerprint']}/revoke",
        json={"reason": "Nghỉ việc"},
        headers=bearer,
    )
    assert stopped.get_json()["standing"] == "revoked"
    assert "Nghỉ việc" in client.get("/admin/certificates?standing=revoked").text
    assert client.get("/admin/certificates?standing=none").status_code == 422


def test_nobody_but_an_administrator_sees_the_register(lasting: House) -> None:
    other = Keeper(lasting, "vanthu")
    for path in ("", "/import", "/export.csv"):
        assert other.client.get(f"/admin/certificates{path}").status_code == 403, path
    answer = other.client.get("/api/v1/certificates/register", headers=other.bearer)
    assert answer.status_code == 403
