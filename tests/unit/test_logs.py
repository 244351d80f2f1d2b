"""A log line tells what happened and where, and quotes nobody."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.logs import Days, Lines

CANARY = "Hoàng Yến"


def record(name: str, level: int, message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord(name, level, "/x/place.py", 7, message, args, None)


def told(one: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = json.loads(Lines(programs=True).format(one))
    return line


def test_our_own_lines_are_written_with_their_facts() -> None:
    one = record("office.request", logging.INFO, "request")
    one.facts = {"route": "/x/<id>", "status": 200}

    line = told(one)

    assert (line["event"], line["level"], line["route"], line["status"]) == (
        "request",
        "info",
        "/x/<id>",
        200,
    )
    assert str(line["time"]).endswith("+00:00")


@pytest.mark.parametrize("programs", [True, False])
def test_what_a_library_quotes_is_not_written(programs: bool) -> None:  # noqa: FBT001 - a case
    lines = Lines(programs=programs)

    for one in (
        record("gunicorn.error", logging.ERROR, "Error handling request %s", CANARY),
        record("dbos", logging.WARNING, f"could not {CANARY}"),
        record("py.warnings", logging.WARNING, "%s", CANARY),
    ):
        assert CANARY not in lines.format(one)


@pytest.mark.parametrize("programs", [True, False])
def test_an_error_is_told_by_its_kind_and_place_alone(programs: bool) -> None:  # noqa: FBT001 - a case
    one = record("office.web", logging.CRITICAL, "unforeseen")
    try:
        try:
            dict[str, str]()[CANARY]
        except KeyError as inner:
            raise ValueError(f"words: {CANARY}") from inner
    except ValueError as outer:
        one.exc_info = (type(outer), outer, outer.__traceback__)

    line = Lines(programs=programs).format(one)

    assert "ValueError < KeyError" in line
    assert "test_logs.py" in line
    assert CANARY not in line
    assert "\n" not in line


def test_the_server_says_in_full_what_it_does_itself() -> None:
    one = record("gunicorn.error", logging.INFO, "Listening at: %s", "http://127.0.0.1")
    assert told(one)["event"] == "Listening at: http://127.0.0.1"


def test_lines_are_kept_a_file_a_day_and_no_day_longer_than_it_may(tmp_path: Path) -> None:
    first, second = Days(tmp_path, days=3), Days(tmp_path, days=3)  # of two processes
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for n in range(5):
        for days in (first, second):
            days.setFormatter(Lines(programs=True))
            one = record("office.request", logging.INFO, f"day {n}")
            one.created = (noon + timedelta(days=n)).timestamp()
            days.handle(one)
    first.close()
    second.close()

    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == [f"trinhky-2026-11-{day}.log" for day in (22, 23, 24)]
    last = (tmp_path / kept[-1]).read_text().splitlines()
    assert [json.loads(line)["event"] for line in last] == ["day 4", "day 4"]
    assert (tmp_path / kept[-1]).stat().st_mode & 0o777 == 0o600
