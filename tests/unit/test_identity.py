"""Who is who and who may read what, told by tokens alone."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from argon2 import extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.passwords import SHORTEST, Passwords
from identity.reading import READ_ALL, classes_of, cleared, readers_of, tokens_of
from identity.tokens import hash_of, new_token
from records.document import Classification, Digest, Direction, Document, DocumentId, Urgency
from records.person import Person, Post, Role

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OFFICER = Person("an", "An", "", (Post(Role.OFFICER, "ban"), Post(Role.OFFICER, "phong")))
PEOPLE = st.builds(
    Person,
    id=st.sampled_from(["an", "binh", "chi"]),
    name=st.just("An"),
    title=st.just(""),
    posts=st.lists(
        st.builds(Post, st.sampled_from(Role), st.sampled_from(["ban", "phong"])), max_size=3
    ).map(tuple),
    clearance=st.sampled_from(Classification),
    active=st.booleans(),
)


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


def document(classification: Classification = Classification.NONE) -> Document:
    return Document(
        id=DocumentId("0" * 32),
        direction=Direction.OUTGOING,
        type="TB",
        subject="",
        classification=classification,
        own_class=classification,
        urgency=Urgency.NORMAL,
        workflow="outgoing",
        definition=Digest("0" * 64),
        state="drafting",
        version=1,
        unit="ban",
        drafter="an",
        created_at=AT,
        changed_at=AT,
    )


# ── passwords and tokens ─────────────────────────────────────────────────────────────────


def test_a_password_is_kept_as_a_costly_salted_hash(passwords: Passwords) -> None:
    first, second = passwords.hash("mật khẩu"), passwords.hash("mật khẩu")

    # RFC 9106, 4: the second recommended option is t=3, p=4, m=64 MiB.
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert "mật khẩu" not in first


def test_only_the_right_password_matches(passwords: Passwords) -> None:
    hash = passwords.hash("mật khẩu")

    assert passwords.match(hash, "mật khẩu")
    for wrong in ("", "mật khẩu ", "Mật khẩu", "mat khau", hash):
        assert not passwords.match(hash, wrong)


def test_no_password_opens_an_account_without_one(passwords: Passwords) -> None:
    for hash in ("", "!", "x" * 97, "$argon2id$"):
        for password in ("", hash):
            assert not passwords.match(hash, password)


def test_to_look_for_nobody_costs_as_much_as_to_refuse_somebody(passwords: Passwords) -> None:
    decoy = passwords._decoy  # noqa: SLF001 - what it costs cannot be seen from outside

    assert extract_parameters(decoy) == extract_parameters(passwords.hash("mật khẩu"))


def test_the_shortest_password_is_that_of_the_standard() -> None:
    assert SHORTEST == 8


def test_tokens_are_long_and_never_the_same_and_fit_a_header() -> None:
    tokens = {new_token() for _ in range(200)}

    assert len(tokens) == 200
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_what_is_kept_of_a_token_is_its_sha_256() -> None:
    assert hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# ── reading ──────────────────────────────────────────────────────────────────────────────


def test_somebody_holds_the_tokens_of_their_person_and_posts() -> None:
    assert tokens_of(OFFICER) == {
        "person:an",
        "unit:ban",
        "unit:phong",
        "role:officer",
        "desk:ban/officer",
        "desk:phong/officer",
    }


def test_who_left_and_who_administers_hold_no_token_whatever_else_they_are() -> None:
    assert tokens_of(replace(OFFICER, active=False)) == frozenset()
    everything = tuple(Post(role, "ban") for role in Role)
    assert tokens_of(replace(OFFICER, posts=everything)) == frozenset()


def test_a_document_is_for_its_unit_for_those_who_read_all_and_for_those_involved() -> None:
    readers = readers_of(document(), {"desk:phong/unit_head"})

    assert readers == {
        "person:an",
        "unit:ban",
        "desk:phong/unit_head",
        "role:leader",
        "role:office_chief",
        "role:registry_clerk",
        "role:archivist",
        "role:inspector",
    }


@pytest.mark.parametrize("degree", [one for one in Classification if one.rank])
def test_a_secret_document_admits_named_people_only(degree: Classification) -> None:
    involved = {"person:binh", "role:leader", "unit:ban", "desk:ban/unit_head"}

    assert readers_of(document(degree), involved) == {"person:an", "person:binh"}


def test_an_officer_of_another_unit_reads_nothing_of_it() -> None:
    stranger = Person("binh", "Bình", "", (Post(Role.OFFICER, "phong"),))

    assert not tokens_of(stranger) & readers_of(document(), ())
    assert tokens_of(replace(stranger, posts=(Post(Role.OFFICER, "ban"),))) & readers_of(
        document(), ()
    )


def test_clearance_reaches_its_own_class_and_those_below() -> None:
    classes = list(Classification)
    for place, clearance in enumerate(classes):
        person = replace(OFFICER, clearance=clearance)
        assert [cleared(person, one) for one in classes] == [n <= place for n in range(4)]
        assert classes_of(person) == set(classes[: place + 1])


@settings(max_examples=150, deadline=None)
@given(PEOPLE, st.sampled_from(Classification), st.sets(st.sampled_from(["binh", "chi"])))
def test_who_reads_what_follows_from_posts_and_the_road_alone(
    person: Person, degree: Classification, road: set[str]
) -> None:
    involved = {f"person:{name}" for name in road}
    admitted = bool(tokens_of(person) & readers_of(document(degree), involved))

    named = person.id in {"an", *road}
    general = bool(person.roles & READ_ALL) or "ban" in person.units
    may = named or (general and degree is Classification.NONE)
    stands_apart = not person.active or Role.ADMINISTRATOR in person.roles
    assert admitted == (may and not stands_apart)
