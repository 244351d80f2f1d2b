"""People come in with the password the agency's directory knows; a real one is asked."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bench.running import free_port
from identity.directory import Directory
from records.access import PassKind
from records.errors import NotAllowed, NotKnown, Refused, TooOften, Unavailable
from records.identity import DIRECTORY, DirectoryRules, Outside
from records.person import Post, Role
from tests.conftest import PASSWORD, House
from tests.postgres import dump
from tests.servers.slapd import GROUPS, PEOPLE, SECRET, SERVICE, Slapd
from workflow.linking import link
from workflow.session import (
    FAILURES,
    Admission,
    Knock,
    come,
    confirm,
    enter,
    recognise,
)

CLERK = Post(Role.REGISTRY_CLERK, "van-phong")
OFFICER = Post(Role.OFFICER, "ban-to-chuc")
RULES = DirectoryRules(
    address="",
    base=PEOPLE,
    service=SERVICE,
    filter="(objectClass=inetOrgPerson)",
    account=("sAMAccountName", "uid"),
    subject="entryUUID",
    name="displayName",
    mail="mail",
    groups="memberOf",
    nested="",
    timeout=3,
)
KEY = "chìa khóa của An"
HERE = Knock("192.0.2.3", browser=True)


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    directory = Slapd(tmp_path_factory.mktemp("slapd"), (free_port(), free_port()))
    directory.start()
    directory.fill()
    an = directory.hire("an", KEY, "Nguyễn An", mail="an@co-quan.example")
    directory.hire("binh", KEY, "Lê Bình")
    khoa = directory.hire("khoa", KEY, "Trần Khóa", userAccountControl="514")
    vanthu = directory.hire("vanthu", KEY, "Văn thư", userAccountControl="512")
    directory.group("van-thu", an, khoa, vanthu)
    yield directory
    directory.stop()


def directory_at(slapd: Slapd, address: str = "", **rules: object) -> Directory:
    told = {"address": address or slapd.starttls, "ca": str(slapd.ca), **rules}
    names = (f"CN=Van-Thu, {GROUPS}", f"cn=can-bo,{GROUPS}")
    return Directory(replace(RULES, **told), SECRET, names)  # type: ignore[arg-type]  # a test's own


@dataclass
class Door:
    house: House
    slapd: Slapd

    def come(self, account: str, password: str) -> Admission:
        came = come(self.house.office, account, password, HERE)
        assert isinstance(came, Admission)
        return came


@pytest.fixture
def door(house: House, slapd: Slapd) -> Door:
    groups = {f"CN=Van-Thu, {GROUPS}": (CLERK,), f"cn=can-bo,{GROUPS}": (OFFICER,)}
    outside = Outside(create=True, groups=groups)
    house.office = replace(house.office, outside=outside, directory=directory_at(slapd))
    return Door(house, slapd)


@pytest.mark.parametrize("encrypted", [True, False])
def test_the_directory_says_who_it_is_over_an_encrypted_line(
    slapd: Slapd, *, encrypted: bool
) -> None:
    directory = directory_at(slapd, slapd.ldaps if encrypted else slapd.starttls)

    told = directory.recognise("an", KEY)

    assert told is not None
    assert (told.issuer, told.account, told.name, told.email) == (
        DIRECTORY,
        "an",
        "Nguyễn An",
        "an@co-quan.example",
    )
    assert told.groups == {f"CN=Van-Thu, {GROUPS}"}
    assert len(told.subject) == 36
    assert directory.confirm(told.subject, KEY)
    assert not directory.confirm(told.subject, f"{KEY}!")
    assert not directory.confirm("*", KEY)


@pytest.mark.parametrize(
    ("account", "password"),
    [
        ("an", ""),  # a bind without a password succeeds as nobody
        ("an", "wrong"),
        ("an", KEY.upper()),
        ("an", "x" * 10_000),
        ("", KEY),
        ("*", KEY),
        ("a*", KEY),
        ("an)(uid=*", KEY),
        ("an)(|(uid=*", KEY),
        ("*)(objectClass=*", KEY),
        ("an\\2a", KEY),
        ("an\0", KEY),
        ("an)(userPassword=*)", KEY),
        (f"uid=an,{PEOPLE}", KEY),
        ("nobody", KEY),
        ("x" * 10_000, KEY),
        ("\N{REPLACEMENT CHARACTER}", KEY),
    ],
)
def test_nobody_comes_in_by_cunning(slapd: Slapd, account: str, password: str) -> None:
    assert directory_at(slapd).recognise(account, password) is None


def test_an_account_that_names_two_is_nobody(slapd: Slapd) -> None:
    twin = slapd.hire("doi-1", KEY, "Đôi", uid=["doi-1", "doi"])
    other = slapd.hire("doi-2", KEY, "Đôi", uid=["doi-2", "doi"])
    try:
        assert directory_at(slapd).recognise("doi", KEY) is None
        assert directory_at(slapd).recognise("doi-1", KEY)
    finally:
        slapd.remove(twin)
        slapd.remove(other)


def test_a_directory_whose_certificate_is_not_its_own_hears_no_password(
    slapd: Slapd, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = Slapd(other, (free_port(), free_port()))
    for address in (slapd.ldaps, slapd.starttls):
        with pytest.raises(Unavailable, match="directory.unavailable"):
            directory_at(slapd, address, ca=str(stranger.ca)).recognise("an", KEY)
        with pytest.raises(Unavailable, match="directory.unavailable"):
            directory_at(slapd, address.replace("127.0.0.1", "localhost")).recognise("an", KEY)
        with pytest.raises(Unavailable, match="directory.unavailable"):
            directory_at(slapd, address, ca="").recognise("an", KEY)
    assert directory_at(slapd).recognise("an", KEY)


def test_a_server_that_would_go_on_in_clear_hears_no_password() -> None:
    heard = b""
    with socket.create_server(("127.0.0.1", 0)) as refusing:
        refusing.settimeout(5)
        address = f"ldap://127.0.0.1:{refusing.getsockname()[1]}"
        directory = Directory(replace(RULES, address=address, timeout=0.5), SECRET, ())
        with pytest.raises(Unavailable, match="directory.unavailable"):
            directory.recognise("an", KEY)
        line, _ = refusing.accept()
        with line:
            line.settimeout(1)
            heard = line.recv(10_000)
    assert b"1.3.6.1.4.1.1466.20037" in heard  # StartTLS is asked for, and nothing is said before
    assert SECRET.encode() not in heard


def test_a_wrong_service_password_is_the_office_s_fault_and_nobody_s_failure(
    slapd: Slapd,
) -> None:
    told = replace(RULES, address=slapd.starttls, ca=str(slapd.ca))
    with pytest.raises(Unavailable, match="service 49"):
        Directory(told, "wrong", ()).recognise("an", KEY)


def test_whoever_the_directory_knows_gets_the_posts_of_their_groups(door: Door) -> None:
    admitted = door.come("an", KEY)

    person, granted = recognise(door.house.office, admitted.token)
    assert (person.id, person.name, person.email) == ("an", "Nguyễn An", "an@co-quan.example")
    assert granted.kind is PassKind.BROWSER
    assert [(one.role, one.unit, one.by_group) for one in person.posts] == [
        (CLERK.role, CLERK.unit, True)
    ]
    assert enter(door.house.office, "an", KEY, address="192.0.2.4").person.id == "an"
    with pytest.raises(NotAllowed, match="provider.nobody"):
        door.come("binh", KEY)
    with pytest.raises(NotAllowed, match="provider.closed"):
        door.come("khoa", KEY)
    with pytest.raises(NotKnown, match="login.wrong"):
        door.come("khoa", "wrong")
    with door.house.office.database.reading() as unit:
        assert [one.id for one in unit.people.among(["an", "binh", "khoa"])] == ["an"]


def test_whoever_is_in_confirms_with_the_directory_s_password(door: Door) -> None:
    admitted = door.come("an", KEY)
    about = {"address": "192.0.2.3", "by": admitted.person}

    confirm(door.house.office, admitted.token, password=KEY, **about)  # type: ignore[arg-type]  # a test's own
    for password in ("", "wrong", PASSWORD):
        with pytest.raises(Refused, match="confirm.password"):
            confirm(door.house.office, admitted.token, password=password, **about)  # type: ignore[arg-type]  # a test's own


def test_an_account_of_the_house_is_not_asked_about_and_not_taken_over(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, admin = door.house.office, door.house.person("quantri")
    asked: list[str] = []
    recognised = Directory.recognise

    def counted(self: Directory, account: str, password: str) -> object:
        asked.append(account)
        return recognised(self, account, password)

    monkeypatch.setattr(Directory, "recognise", counted)
    with pytest.raises(NotKnown, match="login.wrong"):
        door.come("vanthu", KEY)  # of the same name there, with the right password there
    assert asked == []
    assert door.come("vanthu", PASSWORD).person.id == "vanthu"

    with pytest.raises(Refused, match="identity.not-there"):
        link(office, "vanthu", "nobody-at-all", by=admin)
    link(office, "vanthu", "vanthu", issuer=DIRECTORY, by=admin)

    assert door.come("vanthu", KEY).person.id == "vanthu"
    assert asked == ["vanthu"]
    assert door.come("vanthu", PASSWORD).person.id == "vanthu"


def test_guessing_is_as_slow_as_with_the_house_s_passwords(door: Door) -> None:
    for _ in range(FAILURES):
        with pytest.raises(NotKnown, match="login.wrong"):
            door.come("an", "wrong")
    with pytest.raises(TooOften):
        door.come("an", KEY)


def test_while_the_directory_is_down_accounts_of_the_house_come_in(
    door: Door, slapd: Slapd
) -> None:
    away = directory_at(slapd, f"ldaps://127.0.0.1:{free_port()}")
    door.house.office = replace(door.house.office, directory=away)

    for _ in range(FAILURES + 1):  # it is nobody's failure
        with pytest.raises(Unavailable, match="directory.unavailable"):
            door.come("an", KEY)

    assert door.come("quantri", PASSWORD).person.id == "quantri"


def test_the_password_lies_nowhere(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    door.come("an", KEY)
    with pytest.raises(NotKnown):
        door.come("an", f"{KEY}?")

    assert KEY not in caplog.text
    files = [one.read_bytes() for one in door.house.settings.trinhky_data.glob("trinhky.sqlite*")]
    kept = b"".join(files) or dump(door.house.settings.database_url)
    assert "Nguyễn An".encode() in kept
    assert KEY.encode() not in kept
    assert SECRET.encode() not in kept
