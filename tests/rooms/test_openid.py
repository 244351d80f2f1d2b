"""People come in by a real identity provider; who they are here is settled here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from bench.running import free_port
from identity.oidc import Provider
from records.access import PassKind
from records.errors import NotAllowed, NotFound, NotKnown, Refused, Unavailable
from records.identity import Outside, ProviderRules
from records.person import Person, Post, Role
from tests.conftest import PASSWORD, House
from tests.servers.oidc import SECRET, OpenId
from tests.servers.oidc.visiting import Visitor
from workflow.linking import link, links_of, unlink
from workflow.outside import Back, Led, come_back, lead_out
from workflow.session import Admission, Half, Knock, come, is_fresh, recognise
from workflow.staff import change

HOME = "http://localhost:8000"
KNOCK = Knock("192.0.2.9", browser=True)
CLERK = Post(Role.REGISTRY_CLERK, "van-phong")
OFFICER = Post(Role.OFFICER, "ban-to-chuc")
GROUPS = {"clerks": (CLERK,), "officers": (OFFICER,), "gone": (Post(Role.OFFICER, "no-such"),)}


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenId]:
    provider = OpenId(tmp_path_factory.mktemp("openid"), free_port())
    provider.expect(HOME)
    provider.start()
    yield provider
    provider.stop()


@dataclass
class Door:
    """An office whose people come in by the provider."""

    house: House
    openid: OpenId

    def led(self, **about: object) -> Led:
        return lead_out(self.house.office, "/documents", **about)  # type: ignore[arg-type]  # a test's own

    def back(self, led: Led, login: str, visitor: Visitor | None = None, **how: bool) -> Back:
        answer = (visitor or Visitor()).show(led.address, login, **how)
        return come_back(self.house.office, led.ticket, answer, KNOCK)

    def come(self, login: str, visitor: Visitor | None = None) -> Admission:
        came = self.back(self.led(), login, visitor).came
        assert isinstance(came, Admission)
        return came

    def posts(self, name: str) -> set[tuple[Role, str, bool]]:
        return {(one.role, one.unit, one.by_group) for one in self.house.person(name).posts}


Opened = Callable[..., Door]


@pytest.fixture
def door(house: House, openid: OpenId) -> Door:
    house.clock.moment = datetime.now(UTC)  # the provider has a clock of its own
    rules = ProviderRules(
        name="Tài khoản chung",
        issuer=openid.issuer,
        client="trinhky",
        scopes=("openid", "profile", "email"),
        groups_claim="groups",
        account_claim="preferred_username",
        trusted_acr=frozenset(),
        trusted_amr=frozenset({"mfa"}),
        timeout=5,
    )
    provider = Provider(rules, SECRET, f"{HOME}/login/provider/back")
    house.office = replace(
        house.office, provider=provider, outside=Outside(create=True, groups=GROUPS)
    )
    openid.tell("s-1", preferred_username="an.nguyen", name="Nguyễn An", groups=["clerks"])
    openid.tell("s-2", preferred_username="binh", name="Lê Bình", groups=[])
    return Door(house, openid)


def test_somebody_with_a_group_gets_an_account_and_is_the_same_ever_after(door: Door) -> None:
    came = door.back(door.led(), "s-1")

    assert came.wanted == "/documents"
    assert isinstance(came.came, Admission)
    person, granted = recognise(door.house.office, came.came.token)
    assert (person.id, person.name, granted.kind) == ("an-nguyen", "Nguyễn An", PassKind.BROWSER)
    assert door.posts("an-nguyen") == {(CLERK.role, CLERK.unit, True)}
    assert is_fresh(door.house.office, granted)
    door.openid.tell("s-1", preferred_username="chutich", email="x@y.z", groups=["clerks"])
    assert door.come("s-1").person.id == "an-nguyen"
    with pytest.raises(NotKnown):  # and there is no password to it, not even an empty one
        come(door.house.office, "an-nguyen", "", KNOCK)


def test_posts_of_groups_go_with_them_and_posts_by_hand_stay(door: Door) -> None:
    door.come("s-1")
    made = door.house.person("an-nguyen")
    by_hand = Post(Role.ARCHIVIST, "van-phong")
    admin = door.house.person("quantri")
    change(door.house.office, replace(made, posts=(*_plain(made), by_hand)), "", by=admin)
    door.openid.tell("s-1", preferred_username="an.nguyen", groups=["officers", "gone", "?"])

    door.come("s-1")

    assert door.posts("an-nguyen") == {
        (OFFICER.role, OFFICER.unit, True),
        (by_hand.role, by_hand.unit, False),
    }
    door.openid.tell("s-1", preferred_username="an.nguyen", groups=[])
    door.come("s-1")
    assert door.posts("an-nguyen") == {(by_hand.role, by_hand.unit, False)}


def test_whose_last_group_goes_is_out_and_whoever_never_had_one_gets_no_account(door: Door) -> None:
    before = door.come("s-1")
    door.openid.tell("s-1", preferred_username="an.nguyen", groups=["gone"])

    for login in ("s-1", "s-2"):
        with pytest.raises(NotAllowed, match="provider.nobody"):
            door.come(login)

    assert door.posts("an-nguyen") == set()
    with pytest.raises(NotKnown):
        recognise(door.house.office, before.token)
    with door.house.office.database.reading() as unit:
        assert not unit.people.among(["binh"])


def test_no_account_is_taken_over_by_its_name_or_mail(door: Door) -> None:
    mail = replace(door.house.person("vanthu"), email="vanthu@demo.example")
    change(door.house.office, mail, "", by=door.house.person("quantri"))
    told = {"email": mail.email, "email_verified": True, "groups": ["clerks"]}
    door.openid.tell("s-3", preferred_username="vanthu@demo.example", **told)

    with pytest.raises(NotAllowed, match="provider.taken"):
        door.come("s-3")
    with door.house.office.database.reading() as unit:
        assert unit.identities.of("vanthu") == []
    door.openid.tell("s-3", preferred_username="<script>", **told)
    with pytest.raises(NotAllowed, match="provider.account"):
        door.come("s-3")
    door.house.office = replace(door.house.office, outside=Outside(create=False, groups=GROUPS))
    door.openid.tell("s-3", preferred_username="moi", **told)
    with pytest.raises(NotAllowed, match="provider.nobody"):
        door.come("s-3")


def test_an_account_is_linked_by_its_owner_who_shows_both(door: Door) -> None:
    office, me = door.house.office, door.house.person("vanthu")
    token = door.house.cookie("vanthu")
    door.openid.tell("s-4", preferred_username="vanthu", groups=["officers"])

    linked = door.back(door.led(purpose="link", token=token, by=me), "s-4")

    assert linked.came is None
    assert [one.subject for one in links_of(office, "vanthu", by=me)] == ["s-4"]
    assert door.come("s-4").person.id == "vanthu"
    assert (OFFICER.role, OFFICER.unit, True) in door.posts("vanthu")
    other = door.house.person("chutich")
    led = door.led(purpose="link", token=door.house.cookie("chutich"), by=other)
    with pytest.raises(NotAllowed, match="provider.another"):
        door.back(led, "s-4")


def test_only_an_administrator_links_somebody_else(door: Door) -> None:
    office, admin = door.house.office, door.house.person("quantri")
    for name in ("vanthu", "chutich"):
        with pytest.raises(NotAllowed):
            link(office, "vanthu", "s-9", by=door.house.person(name))
    link(office, "vanthu", " s-9 ", by=admin)
    with pytest.raises(Refused, match="identity.taken"):
        link(office, "chutich", "s-9", by=admin)
    for subject in ("", "x" * 256):
        with pytest.raises(Refused, match="identity.subject"):
            link(office, "vanthu", subject, by=admin)
    with pytest.raises(NotFound):
        link(office, "nobody", "s-8", by=admin)
    with pytest.raises(NotAllowed):
        links_of(office, "vanthu", by=door.house.person("chutich"))
    door.openid.tell("s-9", preferred_username="x", groups=[])
    admitted = door.come("s-9")
    assert admitted.person.id == "vanthu"

    unlink(office, "vanthu", door.openid.issuer, "s-9", by=admin)

    with pytest.raises(NotKnown):
        recognise(office, admitted.token)
    with pytest.raises(NotAllowed, match="provider.nobody"):
        door.come("s-9")
    change(office, replace(door.house.person("vanthu"), active=False), "", by=admin)
    link(office, "vanthu", "s-9", by=admin)
    with pytest.raises(NotAllowed, match="provider.closed"):
        door.come("s-9")


def test_an_answer_is_good_once_in_the_browser_that_asked_and_not_for_long(door: Door) -> None:
    led, other = door.led(), door.led()
    answer = Visitor().show(led.address, "s-1")
    for ticket in (other.ticket, "", "x"):
        with pytest.raises(Refused, match="provider.stale"):
            come_back(door.house.office, ticket, answer, KNOCK)
    assert come_back(door.house.office, led.ticket, answer, KNOCK).came
    with pytest.raises(Refused, match="provider.stale"):
        come_back(door.house.office, led.ticket, answer, KNOCK)
    late = door.led()
    answer = Visitor().show(late.address, "s-1")
    door.house.clock.pass_by(timedelta(minutes=11))
    with pytest.raises(Refused, match="provider.stale"):
        come_back(door.house.office, late.ticket, answer, KNOCK)


def test_a_code_of_somebody_else_s_browser_is_worth_nothing(door: Door) -> None:
    mine, theirs = door.led(), door.led()
    stolen = Visitor().show(theirs.address, "s-1")
    state = dict(parse_qsl(urlsplit(mine.address).query))["state"]

    with pytest.raises(Refused, match="provider.stale"):  # PKCE: another verifier belongs to it
        come_back(door.house.office, mine.ticket, {**stolen, "state": state}, KNOCK)


def test_whoever_is_not_let_in_there_is_not_let_in_here(door: Door) -> None:
    with pytest.raises(Refused, match="provider.denied"):
        door.back(door.led(), "s-1", refuse=True)


def test_showing_it_again_asks_again_and_takes_nobody_else(door: Door) -> None:
    office, visitor = door.house.office, Visitor()
    admitted = door.come("s-1", visitor)
    door.house.clock.pass_by(timedelta(minutes=40))
    person, granted = recognise(office, admitted.token)
    assert not is_fresh(office, granted)
    again = {"purpose": "again", "token": admitted.token, "by": person}
    door.house.clock.moment = datetime.now(UTC)

    door.openid.tell("s-5", preferred_username="khac", groups=["clerks"])
    door.come("s-5")
    with pytest.raises(NotAllowed, match="provider.another"):
        door.back(door.led(**again), "s-5")
    led = door.led(**again)
    assert door.back(led, "s-1", visitor).came is None
    assert visitor.asked == 2
    _, granted = recognise(office, admitted.token)
    assert granted.fresh_at == door.house.clock()


def test_a_session_there_is_no_showing_again_here(door: Door) -> None:
    visitor = Visitor()
    admitted = door.come("s-1", visitor)
    person, _ = recognise(door.house.office, admitted.token)
    door.house.clock.pass_by(timedelta(minutes=2))
    led = door.led(purpose="again", token=admitted.token, by=person)
    parts = urlsplit(led.address)
    plain = [one for one in parse_qsl(parts.query) if one[0] not in ("prompt", "max_age")]
    plain.append(("max_age", "40000"))
    stripped = parts._replace(query=urlencode(plain)).geturl()

    answer = visitor.show(stripped, "s-1")
    assert visitor.asked == 1
    with pytest.raises(Refused, match="provider.not-again"):
        come_back(door.house.office, led.ticket, answer, KNOCK)


def test_a_long_session_there_is_let_in_but_signs_nothing_here(door: Door) -> None:
    visitor = Visitor()
    door.come("s-1", visitor)
    door.house.clock.pass_by(timedelta(minutes=40))  # the provider still knows them

    admitted = door.come("s-1", visitor)

    assert visitor.asked == 1
    assert not is_fresh(door.house.office, recognise(door.house.office, admitted.token)[1])


def test_a_second_factor_there_counts_only_if_the_office_trusts_it(door: Door) -> None:
    access = replace(door.house.office.access, second_factor=frozenset({CLERK.role}))
    door.house.office = replace(door.house.office, access=access)
    told = {"preferred_username": "an.nguyen", "groups": ["clerks"]}
    for amr, kind in ((["pwd"], PassKind.ENROLLING), (["pwd", "mfa"], PassKind.BROWSER)):
        door.openid.tell("s-1", **told, amr=amr)
        assert door.come("s-1").kind is kind
    with door.house.office.database.unit() as unit:
        unit.factors.lay("an-nguyen", b"x")
        unit.factors.confirm("an-nguyen", door.house.clock())
    assert door.come("s-1").kind is PassKind.BROWSER
    door.openid.tell("s-1", **told, amr=["pwd"])
    assert isinstance(door.back(door.led(), "s-1").came, Half)


def test_while_the_provider_is_silent_accounts_of_the_house_come_in(
    door: Door, tmp_path: Path
) -> None:
    gone = OpenId(tmp_path, free_port())
    rules = replace(door.house.office.provider.rules, issuer=gone.issuer)  # type: ignore[union-attr]  # there is one
    door.house.office = replace(door.house.office, provider=Provider(rules, SECRET, HOME))

    with pytest.raises(Unavailable, match="provider.unavailable"):
        door.led()

    assert come(door.house.office, "vanthu", PASSWORD, KNOCK)
    door.house.office = replace(door.house.office, provider=None)
    with pytest.raises(NotFound, match="provider.none"):
        door.led()


def _plain(person: Person) -> tuple[Post, ...]:
    """Give posts as a form tells them, which knows nothing of groups."""
    return tuple(Post(one.role, one.unit) for one in person.posts)
