"""The gate lets out what is known not to be secret, and nothing else."""

import copy
import hashlib
import pickle
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.gate import Exchangeable, clear, verify
from records.document import Classification, Digest
from records.errors import Broken, Refused
from records.exchange import Passport

ROOT = Path(__file__).parents[2]
LETTER = b"%PDF-1.7 a letter"
ANNEX = b"PK an annex"


def digest(content: bytes) -> Digest:
    return Digest(hashlib.sha256(content).hexdigest())


def passport(
    classification: object = Classification.NONE,
    *contents: bytes,
    secret: tuple[bytes, ...] = (),
) -> Passport:
    return Passport(
        document="d" * 32,
        classification=cast("Classification", classification),
        digests=frozenset(map(digest, contents or (LETTER,))),
        secret_digests=frozenset(map(digest, secret)),
    )


def cleared(*contents: bytes) -> Exchangeable:
    return clear(
        passport(Classification.NONE, *contents), destination="H49.90.2", purpose="exchange"
    )


class Lookalike(StrEnum):
    NONE = "none"


@pytest.mark.parametrize(
    "classification",
    [
        Classification.CONFIDENTIAL,
        Classification.SECRET,
        Classification.TOP_SECRET,
        None,
        "none",
        "",
        "NONE",
        "unknown",
        0,
        False,
        Lookalike.NONE,
        [],
    ],
)
def test_only_the_very_classification_none_passes(classification: object) -> None:
    with pytest.raises(Refused) as refusal:
        clear(passport(classification), destination="H49.90.2", purpose="exchange")

    assert refusal.value.rule == "egress.classified"


def test_a_document_known_not_to_be_secret_passes() -> None:
    verify(cleared(LETTER, ANNEX), [LETTER, ANNEX])


@given(st.sets(st.binary(max_size=4), min_size=1), st.sets(st.binary(max_size=4)))
def test_a_file_of_a_secret_document_passes_in_no_company(
    contents: set[bytes], secret: set[bytes]
) -> None:
    judged = passport(Classification.NONE, *contents, secret=tuple(secret))

    if contents & secret:
        with pytest.raises(Refused, match=r"egress\.classified"):
            clear(judged, destination="H49.90.2", purpose="exchange")
    else:
        verify(clear(judged, destination="H49.90.2", purpose="exchange"), contents)


@pytest.mark.parametrize("strange", ["", "A" * 64, digest(LETTER).upper(), digest(LETTER)[:-1]])
def test_a_digest_that_is_none_is_not_let_out(strange: str) -> None:
    for digests in ({"digests": frozenset({strange})}, {"secret_digests": frozenset({strange})}):
        judged = Passport(
            **{
                "document": "d",
                "classification": Classification.NONE,
                "digests": frozenset({digest(LETTER)}),
                "secret_digests": frozenset(),
                **cast("Any", digests),
            }
        )
        with pytest.raises(Refused, match=r"egress\.classified"):
            clear(judged, destination="H49.90.2", purpose="exchange")


@pytest.mark.parametrize(("destination", "purpose"), [("", "exchange"), ("H49.90.2", " ")])
def test_nothing_is_cleared_for_nowhere(destination: str, purpose: str) -> None:
    with pytest.raises(Refused, match=r"egress\.nowhere"):
        clear(passport(), destination=destination, purpose=purpose)


def test_a_refusal_names_the_document_and_nothing_in_it() -> None:
    with pytest.raises(Refused) as refusal:
        clear(passport(Classification.SECRET), destination="H49.90.2", purpose="exchange")

    assert refusal.value.facts == {"document": "d" * 32, "why": "classification"}


@pytest.mark.parametrize("content", [LETTER + b" ", b"", ANNEX])
def test_bytes_that_were_not_cleared_do_not_pass_the_sink(content: bytes) -> None:
    with pytest.raises(Broken, match=r"egress\.unsealed"):
        verify(cleared(LETTER), [LETTER, content])


def test_a_clearance_cannot_be_made_by_hand() -> None:
    with pytest.raises(TypeError):
        Exchangeable()
    with pytest.raises(TypeError):
        Exchangeable(object(), passport(), destination="H49.90.2", purpose="exchange")
    with pytest.raises(TypeError):
        type("Forged", (Exchangeable,), {})


def test_a_clearance_does_not_change() -> None:
    clearance = cleared(LETTER)

    with pytest.raises(AttributeError):
        clearance.document = "another"
    with pytest.raises(AttributeError):
        del clearance.seal
    with pytest.raises(AttributeError):
        cast("Any", clearance).more = 1


@pytest.mark.parametrize("travel", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_clearance_does_not_travel(travel: Any) -> None:
    with pytest.raises(TypeError, match="does not travel"):
        travel(cleared(LETTER))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("document", "e" * 32),
        ("digests", frozenset({digest(LETTER), digest(ANNEX)})),
        ("destination", "H49.90.3"),
        ("purpose", "mail"),
        ("seal", b"\0" * 32),
        ("seal", None),
    ],
)
def test_a_clearance_changed_by_force_is_seen_at_the_sink(part: str, value: object) -> None:
    clearance = cleared(LETTER)
    object.__setattr__(clearance, part, value)

    with pytest.raises(Broken) as alarm:
        verify(clearance, [LETTER])

    assert alarm.value.facts == {"why": "seal"}


def test_what_is_no_clearance_is_seen_at_the_sink() -> None:
    hollow = object.__new__(Exchangeable)
    imitation = type("Exchangeable", (), {"document": "d", "digests": {digest(LETTER)}})()

    for false in (hollow, imitation, None, True):
        with pytest.raises(Broken, match=r"egress\.unsealed"):
            verify(cast("Exchangeable", false), [])


def test_what_only_calls_itself_a_clearance_is_seen_at_the_sink() -> None:
    disguised = type("Disguised", (), {"__class__": property(lambda _: Exchangeable)})()
    assert isinstance(disguised, Exchangeable)

    with pytest.raises(Broken) as alarm:
        verify(disguised, [])

    assert alarm.value.facts == {"why": "type"}


def test_a_seal_of_another_process_is_worth_nothing_here() -> None:
    told = "import tests.unit.test_exchange_gate as t; print(t.cleared(t.LETTER).seal.hex())"
    program = "import sys; sys.path[:0] = ['.', 'tests/unit']; " + told.replace("tests.unit.", "")
    answer = subprocess.run(  # noqa: S603 - this interpreter, our own words
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    clearance = cleared(LETTER)
    object.__setattr__(clearance, "seal", bytes.fromhex(answer.stdout.strip()))

    with pytest.raises(Broken, match=r"egress\.unsealed"):
        verify(clearance, [LETTER])


def test_a_clearance_shows_neither_seal_nor_digests() -> None:
    shown = repr(cleared(LETTER))

    assert digest(LETTER) not in shown
    assert "H49.90.2" in shown
