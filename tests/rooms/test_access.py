"""Who is who: second factors, passes that end, tokens made by hand, and patience with knocks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from front.serving import application
from identity.otp import PERIOD, Seal, code_at, period_of, picture_of
from records.access import AccessRules, PassKind, Scope
from records.errors import NotAllowed, NotFound, NotKnown, Refused, TooOften
from records.person import Role
from tests.conftest import PASSWORD, House
from workflow import account
from workflow.session import (
    FAILURES,
    Half,
    Knock,
    come,
    come_whole,
    confirm,
    enter,
    is_fresh,
    recognise,
)
from workflow.verify import verify

HERE, THERE = "192.0.2.7", "192.0.2.8"
NEW = "một mật khẩu khác hẳn"


def secret_of(house: House, name: str) -> bytes:
    with house.office.database.reading() as unit:
        kept = unit.factors.telephone(name)
    assert kept is not None
    return house.office.telephones.open(name, kept.secret)


def code_of(house: House, name: str) -> str:
    """Give what the person's telephone shows now."""
    return code_at(secret_of(house, name), int(house.clock().timestamp()) // PERIOD)


def with_telephone(house: House, name: str) -> list[str]:
    """Let somebody add a telephone, and give their codes on paper."""
    token = enter(house.office, name, PASSWORD, address=HERE).token
    account.begin_telephone(house.office, by=house.person(name))
    code = code_of(house, name)
    codes = account.confirm_telephone(house.office, code, token, by=house.person(name))
    house.clock.pass_by(timedelta(seconds=PERIOD))
    return codes


def strict(house: House, **rules: object) -> None:
    house.office = replace(house.office, access=replace(house.office.access, **rules))  # type: ignore[arg-type]  # a test's own words


@pytest.fixture
def client(house: House) -> Callable[..., FlaskClient]:
    def let_in(name: str, password: str = PASSWORD) -> FlaskClient:
        client = application(house.office, house.settings).test_client()
        client.post("/login", data={"username": name, "password": password})
        return client

    return let_in


# ── telephones and paper ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert code_at(b"12345678901234567890", at // PERIOD) == code  # RFC 6238, appendix B


def test_a_code_is_taken_a_period_early_or_late_and_never_twice() -> None:
    secret, at = b"12345678901234567890", datetime.fromtimestamp(1111111109).astimezone()
    period = int(at.timestamp()) // PERIOD

    for off in (-1, 0, 1):
        assert period_of(secret, code_at(secret, period + off), at, after=0) == period + off
    for off in (-2, 2):
        assert period_of(secret, code_at(secret, period + off), at, after=0) is None
    assert period_of(secret, code_at(secret, period), at, after=period) is None
    assert period_of(b"", "000000", at, after=0) is None
    assert "<svg" in picture_of("otpauth://totp/x?secret=y")


def test_a_secret_opens_for_its_person_and_its_key_alone() -> None:
    shut = Seal(b"k" * 32).shut("an", b"secret")
    assert Seal(b"k" * 32).open("an", shut) == b"secret"
    assert Seal(b"k" * 32).open("binh", shut) == b""
    assert Seal(b"x" * 32).open("an", shut) == b""


def test_whoever_has_a_telephone_needs_its_code(house: House) -> None:
    codes = with_telephone(house, "chutich")
    office = house.office

    with pytest.raises(NotKnown, match="login.otp-needed"):
        enter(office, "chutich", PASSWORD, address=HERE)
    with pytest.raises(NotKnown, match="login.wrong"):  # the password is asked first
        enter(office, "chutich", "wrong", otp=code_of(house, "chutich"), address=HERE)
    with pytest.raises(NotKnown, match="login.otp-wrong"):
        enter(office, "chutich", PASSWORD, otp="000000", address=HERE)
    code = code_of(house, "chutich")
    assert enter(office, "chutich", PASSWORD, otp=code, address=HERE)
    with pytest.raises(NotKnown, match="login.otp-wrong"):  # the same code, looked at meanwhile
        enter(office, "chutich", PASSWORD, otp=code, address=HERE)
    written = f"{codes[0][:4]}-{codes[0][4:8]}-{codes[0][8:]}".upper()
    assert enter(office, "chutich", PASSWORD, otp=written, address=HERE)
    with pytest.raises(NotKnown, match="login.otp-wrong"):
        enter(office, "chutich", PASSWORD, otp=codes[0], address=HERE)
    assert account.account(office, by=house.person("chutich")).codes == len(codes) - 1
    assert verify(office).holds


def test_a_browser_brings_the_code_after_the_password(house: House) -> None:
    with_telephone(house, "chutich")

    half = come(house.office, "chutich", PASSWORD, Knock(HERE))
    assert isinstance(half, Half)
    with pytest.raises(NotKnown):
        recognise(house.office, half.token)  # half a pass is none
    with pytest.raises(NotKnown, match="login.otp-wrong"):
        come_whole(house.office, half.token, "000000", Knock(HERE))
    code = code_of(house, "chutich")
    admitted = come_whole(house.office, half.token, code, Knock(HERE))
    assert recognise(house.office, admitted.token)[0].id == "chutich"
    with pytest.raises(NotKnown, match="login.needed"):
        come_whole(house.office, half.token, code, Knock(HERE))
    late = come(house.office, "chutich", PASSWORD, Knock(HERE))
    assert isinstance(late, Half)
    house.clock.pass_by(timedelta(minutes=6))
    with pytest.raises(NotKnown, match="login.needed"):
        come_whole(house.office, late.token, code_of(house, "chutich"), Knock(HERE))


def test_codes_are_guessed_as_patiently_as_passwords(house: House) -> None:
    with_telephone(house, "chutich")
    half = come(house.office, "chutich", PASSWORD, Knock(HERE))
    assert isinstance(half, Half)

    for _ in range(FAILURES):
        with pytest.raises(NotKnown):
            come_whole(house.office, half.token, "000000", Knock(HERE))
    with pytest.raises(TooOften):
        come_whole(house.office, half.token, code_of(house, "chutich"), Knock(HERE))


def test_who_must_have_a_second_factor_can_do_nothing_but_add_one(
    house: House, client: Callable[..., FlaskClient]
) -> None:
    strict(house, second_factor=frozenset({Role.LEADER}))
    with pytest.raises(NotAllowed, match="factor.required"):
        enter(house.office, "chutich", PASSWORD, address=HERE)
    assert enter(house.office, "vanthu", PASSWORD, address=HERE)

    browser = client("chutich")
    assert browser.get("/").headers["Location"] == "/account"
    assert browser.get("/api/v1/tasks").status_code == 403
    page = browser.get("/account").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    browser.post("/account/telephone", data={"csrf": csrf})
    assert "<svg" in browser.get("/account/telephone").text
    told = {"csrf": csrf, "otp": "000000"}
    assert browser.post("/account/telephone/confirm", data=told).status_code == 422
    told["otp"] = code_of(house, "chutich")
    assert "<code>" in browser.post("/account/telephone/confirm", data=told).text
    assert browser.get("/documents").status_code == 200
    with pytest.raises(Refused, match="factor.last"):
        account.remove_telephone(house.office, by=house.person("chutich"))


def test_an_administrator_resets_what_somebody_lost(house: House) -> None:
    with_telephone(house, "chutich")
    chairman, admin = house.person("chutich"), house.person("quantri")

    with pytest.raises(NotAllowed):
        account.reset_factors(house.office, "chutich", by=chairman)
    with pytest.raises(NotAllowed, match="factor.own-reset"):
        account.reset_factors(house.office, "quantri", by=admin)
    account.reset_factors(house.office, "chutich", by=admin)
    assert account.account(house.office, by=chairman).passes == ()
    assert enter(house.office, "chutich", PASSWORD, address=HERE)


# ── passes ───────────────────────────────────────────────────────────────────────────────


def test_a_browser_that_lies_unused_is_logged_out_and_a_program_is_not(house: House) -> None:
    browser = come(house.office, "vanthu", PASSWORD, Knock(HERE, agent="Firefox", browser=True))
    program = enter(house.office, "vanthu", PASSWORD, address=HERE)
    assert not isinstance(browser, Half)
    house.clock.pass_by(house.office.access.idle)
    recognise(house.office, browser.token)  # used just in time
    house.clock.pass_by(house.office.access.idle)
    recognise(house.office, browser.token)
    house.clock.pass_by(house.office.access.idle + timedelta(seconds=1))

    with pytest.raises(NotKnown, match="login.needed"):
        recognise(house.office, browser.token)
    assert recognise(house.office, program.token)
    house.clock.pass_by(house.office.access.lasting)
    with pytest.raises(NotKnown, match="login.needed"):
        recognise(house.office, program.token)


def test_somebody_sees_where_they_are_logged_in_and_ends_it(house: House) -> None:
    me, other = house.person("vanthu"), house.person("luutru")
    here = come(house.office, "vanthu", PASSWORD, Knock(HERE, agent="Firefox", browser=True))
    there = come(house.office, "vanthu", PASSWORD, Knock(THERE, agent="Phone", browser=True))
    assert not isinstance(here, Half)
    assert not isinstance(there, Half)

    seen = {one.agent: one for one in account.account(house.office, by=me).passes}
    assert {one.address for one in seen.values()} == {"192.0.2.0/24"}
    with pytest.raises(NotFound):
        account.end_pass(house.office, seen["Phone"].id, by=other)
    account.end_pass(house.office, seen["Phone"].id, by=me)
    with pytest.raises(NotKnown):
        recognise(house.office, there.token)
    enter(house.office, "vanthu", PASSWORD, address=THERE)
    assert account.end_everywhere(house.office, here.token, by=me) == 1
    assert recognise(house.office, here.token)


def test_signing_asks_once_more_after_a_while(
    house: House, client: Callable[..., FlaskClient]
) -> None:
    document = house.approved()
    browser = client("chutich")
    house.clock.pass_by(house.office.access.fresh + timedelta(seconds=1))
    page = browser.get(f"/documents/{document.id}/sign").text
    assert 'name="again"' in page
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    told = {"csrf": csrf, "revision": document.latest.digest, "version": str(document.version)}
    told["from"] = "sign"
    address = f"/documents/{document.id}/actions/sign"

    refused = browser.post(address, data={**told, "comment": "Đã xem"})
    assert refused.status_code == 403
    assert "Đã xem" in refused.text  # what was typed is still there
    assert browser.post(address, data={**told, "again": "wrong"}).status_code == 422
    assert browser.post(address, data={**told, "again": PASSWORD}).status_code == 303
    assert 'name="again"' not in browser.get("/account").text


def test_a_program_shows_again_that_it_is_them(house: House) -> None:
    document = house.approved()
    client = application(house.office, house.settings).test_client()
    asked = {"username": "chutich", "password": PASSWORD}
    token = (client.post("/api/v1/tokens", json=asked).json or {})["token"]
    head = {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/documents/{document.id}/actions/sign"
    body = {"revision": document.latest.digest}
    house.clock.pass_by(house.office.access.fresh_program + timedelta(seconds=1))

    refused = client.post(address, json=body, headers=head)
    assert (refused.status_code, (refused.json or {})["rule"]) == (403, "login.stale")
    wrong = client.post("/api/v1/me/confirm", json={"password": "x"}, headers=head)
    assert wrong.status_code == 422
    right = client.post("/api/v1/me/confirm", json={"password": PASSWORD}, headers=head)
    assert right.status_code == 200
    assert client.post(address, json=body, headers=head).status_code == 200


def test_a_code_confirms_as_well_and_is_spent(house: House) -> None:
    with_telephone(house, "chutich")
    chairman = house.person("chutich")
    code = code_of(house, "chutich")
    token = enter(house.office, "chutich", PASSWORD, otp=code, address=HERE).token
    house.clock.pass_by(timedelta(hours=5))
    _, granted = recognise(house.office, token)
    assert not is_fresh(house.office, granted)

    with pytest.raises(Refused, match="confirm.otp"):
        confirm(house.office, token, otp="000000", address=HERE, by=chairman)
    code = code_of(house, "chutich")
    granted = confirm(house.office, token, otp=code, address=HERE, by=chairman)
    assert is_fresh(house.office, granted)
    with pytest.raises(Refused, match="confirm.otp"):
        confirm(house.office, token, otp=code, address=HERE, by=chairman)


# ── tokens made by hand ──────────────────────────────────────────────────────────────────


def test_a_token_does_what_it_was_made_for_and_no_more(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    signing = house.approved()
    client = application(house.office, house.settings).test_client()

    def called(
        name: str, scopes: set[Scope], method: str, path: str, **body: object
    ) -> tuple[int, str]:
        token, _ = account.make_token(
            house.office, "bot", frozenset(scopes), 7, by=house.person(name)
        )
        answer = client.open(
            f"/api/v1{path}",
            method=method,
            json=body or None,
            headers={"Authorization": f"Bearer {token}"},
        )
        told = answer.json if isinstance(answer.json, dict) else {}
        return answer.status_code, str(told.get("rule", ""))

    approve = f"/documents/{document.id}/actions/approve"
    sign = f"/documents/{signing.id}/actions/sign"
    shown = {"revision": document.latest.digest}
    read, act, full = {Scope.READ}, {Scope.READ, Scope.ACT}, {Scope.READ, Scope.ACT, Scope.SIGN}
    assert called("truongban", read, "GET", "/tasks") == (200, "")
    assert called("truongban", read, "POST", approve, **shown) == (403, "token.scope")
    assert called("truongban", {Scope.ACT}, "GET", "/tasks") == (403, "token.scope")
    assert called("truongban", act, "POST", approve, **shown)[0] == 200
    last = {"revision": signing.latest.digest}
    assert called("chutich", act, "POST", sign, **last) == (403, "token.scope")
    assert called("chutich", full, "POST", sign, **last)[0] == 200
    for path in ("/me/sessions", "/me/tokens", "/me/password"):
        assert called("chutich", full, "GET" if "sessions" in path else "POST", path)[0] in (
            403,
            405,
        )
    assert client.get("/documents", headers={"Authorization": "Bearer x"}).status_code in (303, 401)


def test_a_token_ends_when_it_was_said_to_and_when_it_is_revoked(house: House) -> None:
    me = house.person("vanthu")
    token, one = account.make_token(house.office, " nạp  sổ ", frozenset({Scope.READ}), 3, by=me)
    assert (one.name, one.kind) == ("nạp sổ", PassKind.TOKEN)
    house.clock.pass_by(timedelta(days=2))
    assert recognise(house.office, token)
    house.clock.pass_by(timedelta(days=1))
    with pytest.raises(NotKnown):
        recognise(house.office, token)
    for wrong, rule in (
        (("", {Scope.READ}, 1), "token.name"),
        (("x", set(), 1), "token.no-scope"),
        (("x", {Scope.READ}, 0), "token.days"),
        (("x", {Scope.READ}, 400), "token.days"),
        (("x", {Scope.ADMINISTER}, 1), "token.not-yours"),
    ):
        name, scopes, days = wrong
        with pytest.raises(Refused, match=rule):
            account.make_token(house.office, name, frozenset(scopes), days, by=me)


# ── passwords and patience ───────────────────────────────────────────────────────────────


def test_somebody_changes_their_own_password(house: House) -> None:
    me = house.person("vanthu")
    mine = enter(house.office, "vanthu", PASSWORD, address=HERE).token
    other = enter(house.office, "vanthu", PASSWORD, address=THERE).token

    def change(old: str, new: str) -> int:
        return account.change_password(house.office, old, new, mine, address=HERE, by=me)

    for old, new, rule in (
        ("wrong", NEW, "batch.password"),
        (PASSWORD, "short", "password.short"),
        (PASSWORD, "xVanThu12", "password.guessed"),
        (PASSWORD, "abababababab", "password.guessed"),
        (PASSWORD, "Matkhau@2026", "password.guessed"),
        (PASSWORD, "x1y2" * 300, "password.long"),
        (PASSWORD, PASSWORD, "password.same"),
    ):
        with pytest.raises(Refused, match=rule):
            change(old, new)
    assert change(PASSWORD, NEW) == 1
    assert recognise(house.office, mine)
    with pytest.raises(NotKnown):
        recognise(house.office, other)
    assert enter(house.office, "vanthu", NEW, address=HERE)


def test_knocking_does_not_lock_the_chairman_out(
    house: House, client: Callable[..., FlaskClient]
) -> None:
    chairman = client("chutich")  # a browser that was let in before
    knocker = application(house.office, house.settings).test_client()
    for _ in range(FAILURES + 1):
        last = knocker.post("/login", data={"username": "chutich", "password": "x"})
    assert last.status_code == 429

    with pytest.raises(TooOften):  # from the same address, a browser nobody knows
        enter(house.office, "chutich", PASSWORD, address="127.0.0.1")
    told = {"username": "chutich", "password": PASSWORD}
    assert chairman.post("/login", data=told).status_code == 303
    # From any other address, too, and everybody else from this one.
    assert enter(house.office, "chutich", PASSWORD, address=THERE)
    assert enter(house.office, "vanthu", PASSWORD, address="127.0.0.1")
    # The browser's own door shuts as well, and a cookie of another account opens none.
    for _ in range(FAILURES):
        chairman.post("/login", data={"username": "chutich", "password": "x"})
    assert chairman.post("/login", data=told).status_code == 429


def test_the_account_page_shows_and_changes_what_is_mine(
    house: House, client: Callable[..., FlaskClient]
) -> None:
    browser = client("vanthu")
    page = browser.get("/account").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    for part in ("Nơi bạn đang đăng nhập", "Phiên này", "Mã truy cập cho chương trình"):
        assert part in page

    told = {"csrf": csrf, "name": "bot", "scopes": ["read"], "days": "5"}
    made = browser.post("/account/tokens", data=told).text
    token = made.split('<code class="long">')[1].split("<")[0]
    assert recognise(house.office, token)[1].scopes == {Scope.READ}
    assert browser.post("/account/tokens", data={**told, "name": ""}).status_code == 422
    assert browser.post("/account/sessions/end-all", data={"csrf": csrf}).status_code == 303
    with pytest.raises(NotKnown):
        recognise(house.office, token)
    new = {"csrf": csrf, "password": PASSWORD, "new": NEW, "new_again": "x"}
    assert browser.post("/account/password", data=new).status_code == 422
    assert browser.post("/account/password", data={**new, "new_again": NEW}).status_code == 303
    assert client("vanthu", NEW).get("/account").status_code == 200


def test_what_the_office_settles_has_sound_defaults(house: House) -> None:
    assert house.office.access == AccessRules()
