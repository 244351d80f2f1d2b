"""People come in by password, stay for a day at most, and leave no token behind."""

from dataclasses import replace
from datetime import timedelta

import pytest

from identity.tokens import hash_of
from records.errors import NotKnown, TooOften
from storage.tables import metadata
from tests.conftest import PASSWORD, House
from tests.postgres import dump
from workflow.session import (
    FAILURES,
    FAILURES_OF_ADDRESS,
    WINDOW,
    enter,
    leave,
    recognise,
)
from workflow.staff import change

LASTING = timedelta(hours=12)
HERE, THERE = "192.0.2.7", "192.0.2.8"


def test_the_right_password_lets_in_whoever_it_belongs_to(house: House) -> None:
    admission = enter(house.office, "vanthu", PASSWORD, address=HERE)

    person, granted = recognise(house.office, admission.token)
    assert person == admission.person == house.person("vanthu")
    assert granted.csrf == admission.csrf
    assert granted.expires_at == house.clock() + LASTING


def test_every_token_is_another_one(house: House) -> None:
    first, second = (enter(house.office, "vanthu", PASSWORD, address=HERE) for _ in range(2))

    assert len({first.token, first.csrf, second.token, second.csrf}) == 4
    assert min(map(len, (first.token, first.csrf))) >= 43  # 256 bits


def test_an_unknown_account_and_a_wrong_password_are_told_alike(house: House) -> None:
    tried = [
        ("vanthu", "another password"),
        ("vanthu", ""),
        ("vanthu", PASSWORD.upper()),
        ("vanthu", f"{PASSWORD} "),
        ("vanthu", "\ud800"),  # half a character, as JSON may bring it
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("lien-thong", ""),  # the account of the exchange opens to nobody
        ("lien-thong", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("vanthu\0", PASSWORD),
        ("\ud800", PASSWORD),
        ("x" * 10_000, PASSWORD),
    ]
    for n, (username, password) in enumerate(tried):
        with pytest.raises(NotKnown) as refusal:
            enter(house.office, username, password, address=f"192.0.2.{n}")
        assert refusal.value.rule == "login.wrong"
        assert refusal.value.facts == {}


def test_a_password_is_looked_at_even_where_there_is_no_account(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = type(house.office.passwords._hasher)  # noqa: SLF001 - the vendor does the work
    looked: list[str] = []
    verify = hasher.verify

    def counted(self: object, hash: str, password: str) -> bool:
        looked.append(hash)
        return verify(self, hash, password)  # type: ignore[arg-type]  # the vendor's own self

    monkeypatch.setattr(hasher, "verify", counted)
    for username in ("vanthu", "nobody"):
        with pytest.raises(NotKnown):
            enter(house.office, username, "wrong", address=HERE)

    assert len(looked) == 2
    assert all(one.startswith("$argon2id$") for one in looked)
    costs = {one.rpartition("$")[0].rpartition("$")[0] for one in looked}
    assert len(costs) == 1  # both cost the same


def test_after_repeated_failures_even_the_right_password_waits(house: House) -> None:
    _fail(house, FAILURES)

    with pytest.raises(TooOften, match="login.too-often") as refusal:
        enter(house.office, "vanthu", PASSWORD, address=HERE)

    assert refusal.value.facts == {"seconds": int(WINDOW.total_seconds())}


def test_the_window_passes_and_may_be_used_up_again(house: House) -> None:
    for _ in range(2):
        _fail(house, FAILURES)
        with pytest.raises(TooOften):
            enter(house.office, "vanthu", PASSWORD, address=HERE)
        house.clock.pass_by(WINDOW - timedelta(seconds=1))
        with pytest.raises(TooOften):
            enter(house.office, "vanthu", PASSWORD, address=HERE)
        house.clock.pass_by(timedelta(seconds=2))

    assert enter(house.office, "vanthu", PASSWORD, address=HERE).token


def test_nobody_can_lock_somebody_else_out_from_another_address(house: House) -> None:
    _fail(house, FAILURES)

    assert enter(house.office, "vanthu", PASSWORD, address=THERE).token
    assert enter(house.office, "chutich", PASSWORD, address=HERE).token


def test_success_forgives_earlier_failures(house: House) -> None:
    for _ in range(3):
        _fail(house, FAILURES - 1)
        assert enter(house.office, "vanthu", PASSWORD, address=HERE).token


def test_an_address_that_tries_many_accounts_is_heard_no_more(house: House) -> None:
    with house.office.database.unit() as unit:
        for _ in range(FAILURES_OF_ADDRESS - 1):
            unit.passes.failed(hash_of(HERE), house.clock(), house.clock() - WINDOW)
    with pytest.raises(NotKnown):
        enter(house.office, "somebody", "wrong", address=HERE)

    with pytest.raises(TooOften):
        enter(house.office, "vanthu", PASSWORD, address=HERE)
    assert enter(house.office, "vanthu", PASSWORD, address=THERE).token


def test_a_pass_runs_out(house: House) -> None:
    token = enter(house.office, "vanthu", PASSWORD, address=HERE).token

    house.clock.pass_by(LASTING - timedelta(seconds=1))
    assert recognise(house.office, token)
    house.clock.pass_by(timedelta(seconds=1))
    with pytest.raises(NotKnown, match="login.needed"):
        recognise(house.office, token)


def test_who_leaves_is_out_and_only_they_are(house: House) -> None:
    mine, other = (enter(house.office, "vanthu", PASSWORD, address=HERE).token for _ in range(2))

    leave(house.office, mine)

    with pytest.raises(NotKnown, match="login.needed"):
        recognise(house.office, mine)
    assert recognise(house.office, other)


def test_a_token_nobody_was_given_is_nobodys(house: House) -> None:
    for token in ("", "x", "nobody's token", "\0", "ă", "x" * 10_000):
        with pytest.raises(NotKnown, match="login.needed"):
            recognise(house.office, token)


def test_who_is_made_inactive_is_out_at_once_and_stays_out(house: House) -> None:
    token = enter(house.office, "vanthu", PASSWORD, address=HERE).token
    gone = replace(house.person("vanthu"), active=False)
    change(house.office, gone, "", by=house.person("quantri"))

    with pytest.raises(NotKnown, match="login.needed"):
        recognise(house.office, token)
    with pytest.raises(NotKnown, match="login.wrong"):
        enter(house.office, "vanthu", PASSWORD, address=HERE)


def test_a_new_password_ends_every_stay(house: House) -> None:
    token = enter(house.office, "vanthu", PASSWORD, address=HERE).token
    change(house.office, house.person("vanthu"), "mật khẩu khác", by=house.person("quantri"))

    with pytest.raises(NotKnown):
        recognise(house.office, token)
    with pytest.raises(NotKnown):
        enter(house.office, "vanthu", PASSWORD, address=HERE)
    assert enter(house.office, "vanthu", "mật khẩu khác", address=HERE).token


def test_neither_token_nor_password_is_kept_in_clear(house: House) -> None:
    admission = enter(house.office, "vanthu", PASSWORD, address=HERE)
    with house.office.database.engine.connect() as connection:
        rows = repr([connection.execute(one.select()).all() for one in metadata.sorted_tables])

    assert admission.token not in rows
    assert PASSWORD not in rows
    for path in house.settings.trinhky_data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert admission.token.encode() not in content, path
            assert PASSWORD.encode() not in content, path


def test_what_was_typed_for_an_account_is_kept_nowhere_if_there_is_none(house: House) -> None:
    # Somebody may type a password where the account name belongs.
    with pytest.raises(NotKnown):
        enter(house.office, "my-secret-word", "x", address=HERE)
    with pytest.raises(NotKnown):
        enter(house.office, "vanthu", "x", address=HERE)
    enter(house.office, "vanthu", PASSWORD, address=HERE)

    with house.office.database.reading() as unit:
        told = [(one.event.action, one.event.by) for one in unit.audit.latest(3)]
    assert told == [
        ("person:known", "vanthu"),
        ("person:unknown", "vanthu"),
        ("person:unknown", "nobody"),
    ]
    files = [path.read_bytes() for path in house.settings.trinhky_data.glob("trinhky.sqlite*")]
    kept = b"".join(files) or dump(house.settings.database_url)
    assert b"person:unknown" in kept
    assert b"my-secret-word" not in kept


def _fail(house: House, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotKnown, match="login.wrong"):
            enter(house.office, "vanthu", "wrong", address=HERE)
