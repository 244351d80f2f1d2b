"""A foreign document or case file is not there at any door, for any role."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from config.settings import Settings
from front.serving import application
from records.document import Classification, Document
from records.person import Person, Post, Role
from tests.conftest import PASSWORD, House, Opening
from workflow.case_files import FileSaid, open_file
from workflow.staff import hire

ROOT = Path(__file__).parents[2]
WAYS = yaml.safe_load((ROOT / "tests" / "ways.yaml").read_text())
UNKNOWN = "0" * 32
WIDE = ("ngoai-cv", "ngoai-tb", "ngoai-cvp", "ngoai-ld", "ngoai-vt", "ngoai-lt", "co-do-mat")
OWNER = "chuyenvien"


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


@pytest.fixture(scope="module")
def app(house: House, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(house.office, Settings(trinhky_data=tmp_path_factory.mktemp("session")))


@dataclass(frozen=True)
class Matrix:
    """An office with a secret document on one desk only, and somebody of every role beside it."""

    house: House
    client: FlaskClient
    secret: Document
    foreign: Document  # no secret, but another unit's
    file: str  # a secret case file
    tokens: dict[str, str]

    def answer(self, who: str, door: str, id: str) -> tuple[int, str]:
        method, _, rule = door.partition(" ")
        path = _filled(rule, id)
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        told = _told(rule, id)
        kind = "json" if rule.startswith("/api/") else "data"
        more: Any = {} if method == "GET" else {kind: told}
        answer = self.client.open(path, method=method, headers=headers, **more)
        return answer.status_code, answer.get_data().decode("latin-1").replace(id, "…")


@pytest.fixture(scope="module")
def matrix(house: House, app: Flask) -> Matrix:
    secret = house.drafted(classification=Classification.SECRET)
    foreign = house.drafted()
    archivist, admin = house.person("luutru"), house.person("quantri")
    said = FileSaid("7", "Hồ sơ mật", classification=Classification.SECRET)
    file = open_file(house.office, said, by=archivist)
    roles = (
        *(Role.OFFICER, Role.UNIT_HEAD, Role.OFFICE_CHIEF, Role.LEADER),
        *(Role.REGISTRY_CLERK, Role.ARCHIVIST, Role.OFFICER),
    )
    for name, role in zip(WIDE, roles, strict=True):
        of = Classification.TOP_SECRET if name == "co-do-mat" else Classification.NONE
        person = Person(name, name, "Người ngoài", (Post(role, "kiem-tra"),), of)
        hire(house.office, person, PASSWORD, by=admin)
    client, tokens = app.test_client(), {}
    for name in (*WIDE, "kiemtra", "quantri", "phochutich"):
        told = {"username": name, "password": PASSWORD}
        answer = client.post("/api/v1/tokens", json=told)
        tokens[name] = answer.get_json()["token"]
    return Matrix(house, client, secret, foreign, file.id, tokens)


def _filled(rule: str, id: str) -> str:
    path = re.sub(r"<(?:id|document)>", id, rule)
    path = path.replace("<action>", "approve").replace("<slip>", "bi").replace("<rid>", "1" * 32)
    path = path.replace("<ledger>", "ban-luu").replace("<half>", "muc-luc")
    return re.sub(r"<int:\w+>", "1", path)


def _told(rule: str, id: str) -> dict[str, object]:
    """Give a body that is right by itself, so that only the document can be what is wrong."""
    last, api = rule.rpartition("/")[2], rule.startswith("/api/")
    raised: dict[str, object] = {"classification": "top_secret", "comment": "vì"}
    lowered: dict[str, object] = {
        "classification": "none",
        "decision_number": "1/QĐ",
        "decision_date": "2026-11-20",
    }
    bodies: dict[str, dict[str, object]] = {
        "classification": raised if api else {**raised, "version": "1"},
        "declassification": {**lowered, "comment": "vì"} if api else {**lowered, "lower": "none"},
        "copies": {"kind": "copy"},
        "links": {"kind": "quotes", ("document_id" if api else "source"): id},
        "remove": {"kind": "quotes", "source": id},
        "dispatches": {"recipients": ["H49.90.2"]},
        "recalls": {"reason": "vì"},
        "signing-requests": {"role": "leader", "certificate": "AAAA"},
        "complete": {"signature": "AAAA"},
        "lines": {"document": id, "cells": {"user": "Ai"}},
        "<ledger>": {"document": id, "user": "Ai"},
        "readers": {"person": "vanthu"},
        "close": {"ended_on": "2026-11-20"},
        "reopen": {"reason": "vì"},
        "documents": {"documents": [UNKNOWN]} if api else {"document": id},
        "case-files": {"file": id},
        "parts": {"notation": "1", "title": "Phần", "years": "1"},
        "sign-service": {"role": "leader"},
        "<action>": {"comment": "vì", "revision": "0" * 64},
        "directives": {"lead": {"to": "truongban"}},
        "directive": {"to": "truongban"},
    }
    if "/assignments/" in rule:
        return {"comment": "vì"}
    return bodies.get(last, {})


ROADS = [*WAYS["doors"]["document"], "POST /api/v1/ledgers/<ledger>/lines"]
FILES = WAYS["doors"]["file"]
REFUSED_FIRST = {
    "POST /api/v1/documents/<id>/revisions": 422,  # without a file nobody is asked anything
    "POST /api/v1/documents/<id>/signing-requests": 422,  # nor with no certificate
}


@pytest.mark.parametrize("door", ROADS)
def test_a_foreign_document_is_not_there_for_any_role(matrix: Matrix, door: str) -> None:
    for who in (*matrix.tokens, "anybody"):
        seen = matrix.answer(who, door, matrix.secret.id)
        unknown = matrix.answer(who, door, UNKNOWN)

        assert seen == unknown, (who, door)
        assert seen[0] in _expected(who, door), (who, door, seen[0])


@pytest.mark.parametrize("door", FILES)
def test_a_foreign_case_file_is_not_there_for_any_role(matrix: Matrix, door: str) -> None:
    for who in (*matrix.tokens, "anybody"):
        seen = matrix.answer(who, door, matrix.file)

        assert seen == matrix.answer(who, door, UNKNOWN), (who, door)
        assert seen[0] in _expected(who, door), (who, door, seen[0])


def test_another_unit_s_document_is_not_there_for_officers_and_heads(matrix: Matrix) -> None:
    for door in ROADS:
        for who in ("ngoai-cv", "ngoai-tb", "quantri", "co-do-mat"):
            seen = matrix.answer(who, door, matrix.foreign.id)

            assert seen == matrix.answer(who, door, UNKNOWN), (who, door)
            assert seen[0] in _expected(who, door), (who, door, seen[0])


def test_whoever_may_know_of_it_does_not_get_the_same_answer(matrix: Matrix) -> None:
    """The matrix would be worth nothing if every door were shut for everybody."""
    told = {"username": OWNER, "password": PASSWORD}
    token = matrix.client.post("/api/v1/tokens", json=told).get_json()["token"]
    known = Matrix(**{**vars_of(matrix), "tokens": {OWNER: token}})
    open_to = [
        door
        for door in ROADS
        if known.answer(OWNER, door, matrix.secret.id) != known.answer(OWNER, door, UNKNOWN)
    ]

    assert len(open_to) > len(ROADS) * 0.7, sorted(set(ROADS) - set(open_to))


def vars_of(matrix: Matrix) -> dict[str, Any]:
    return {name: getattr(matrix, name) for name in matrix.__dataclass_fields__}


def _expected(who: str, door: str) -> set[int]:
    if who == "anybody":
        return {401, 303}
    if "/ledgers/" in door and who != "ngoai-vt":
        return {403}  # no clerk, and so asked about no document
    return {REFUSED_FIRST.get(door, 404)}
