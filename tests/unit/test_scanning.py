"""The scanner for canaries finds every one however it is carried, and none where there is none."""

import os

import pytest

from bench.canaries import Planted
from bench.carriers import CARRIERS, PLACE, recall
from bench.scanning import Scanner

PLANTED = Planted("a document of this test")
OTHER = Planted("another one")


def test_every_carrier_gives_its_canaries_away() -> None:
    carriers, missed = recall(PLANTED)

    assert missed == []
    assert carriers == len(CARRIERS) + 9


@pytest.mark.parametrize("carrier", list(CARRIERS))
def test_no_other_canary_is_found_in_a_carrier(carrier: str) -> None:
    content = CARRIERS[carrier](OTHER.say(PLACE))

    assert Scanner(PLANTED.all).found(content) == frozenset()


def test_a_paper_gives_away_its_words_properties_and_picture() -> None:
    found = {(one.kind, one.place) for one in Scanner(PLANTED.all).found(PLANTED.paper())}

    assert {("token", "body"), ("phrase", "body"), ("figure", "metadata")} <= found
    assert {("colour", "picture"), ("code", "picture")} <= found
    assert len(PLANTED.table()) == PLANTED.size


def test_noise_is_no_canary() -> None:
    assert Scanner(PLANTED.all).found(os.urandom(100_000)) == frozenset()


def test_what_a_looker_brought_is_no_leak_and_what_they_did_not_bring_is() -> None:
    scanner = Scanner(PLANTED.all)
    body, name = PLANTED.say("body").encode(), PLANTED.say("name").encode()
    scanner.look("search", "/search", b"you asked for " + body, "stranger", told=body)
    assert scanner.hits == []
    scanner.look("search", "/search", body + name, "stranger", told=body)
    assert {one.canary.place for one in scanner.hits} == {"name"}
