"""The oracles of the fault sweep are not blind: each tells of a harm that was planted."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bench.oracles import after
from bench.stage import ACTS, CANARY, Stage, copied, moved, open_stage, prepare

pytestmark = pytest.mark.sqlite_alone  # the sweep strikes an office on SQLite


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("oracles") / "base"
    prepare(folder)
    stage = open_stage(folder)
    stage.office.database.close()
    return stage


def changed(words: str) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        with closing(sqlite3.connect(stage.folder / "trinhky.sqlite")) as database:
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute(words)
            database.commit()

    return change


def lost_blob(stage: Stage) -> None:
    next((stage.folder / "blobs").rglob("[0-9a-f]*/[0-9a-f]*")).unlink()


def told_secret(stage: Stage) -> None:
    (stage.folder / "note").write_text(f"xx {CANARY} xx")


def left_over(stage: Stage) -> None:
    (stage.folder / "blobs" / ".half-written").write_text("x")


def twice(stage: Stage) -> None:
    ACTS["upload"](stage, "upload")
    ACTS["upload"](stage, "upload")


HARMS: dict[str, tuple[Callable[[Stage], None], bool]] = {
    "V1-V4 document": (lost_blob, False),
    "V1-V4 register": (changed("DELETE FROM entry"), False),
    "V1-V4 entry": (changed("UPDATE audit SET by = 'x' WHERE seq = 3"), False),
    "V4": (changed("UPDATE document SET state = 'signing' WHERE state = 'drafting'"), False),
    "V5": (lambda _: None, True),
    "V7": (twice, True),
    "V9": (told_secret, False),
    "V10": (left_over, False),
}


@pytest.mark.parametrize("oracle", HARMS)
def test_a_planted_harm_is_told(base: Stage, tmp_path: Path, oracle: str) -> None:
    stage = moved(base, copied(base.folder, tmp_path / "scratch"))
    harm, acknowledged = HARMS[oracle]
    harm(stage)

    told = after(stage, "upload", acknowledged=acknowledged)
    stage.office.database.close()

    assert [one for one in told if one.startswith(oracle)], told


@pytest.mark.parametrize("act", ACTS)
def test_an_act_without_a_fault_breaks_nothing(base: Stage, tmp_path: Path, act: str) -> None:
    stage = moved(base, copied(base.folder, tmp_path / "scratch"))
    ACTS[act](stage, act)

    told = after(stage, act, acknowledged=True)
    stage.office.database.close()

    assert told == []
