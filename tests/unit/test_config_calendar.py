"""calendar.yaml tells its mistakes with file and line, and so does a file of days."""

from datetime import date
from pathlib import Path

import pytest

from config.calendar import read_calendar
from records.errors import Refused
from web.calendar_file import days_in

CALENDAR = """\
hours: ["07:30-11:30", "13:30-17:00"]
weekend: [saturday, sunday]
remind_before: 2h
days:
  2027-02-03: {working: false, name: Nghỉ}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ('"07:30-11:30"', '"7h30-11h30"', 1, "is not such as"),
        ('"13:30-17:00"', '"11:00-17:00"', 1, "follow one another"),
        ('"13:30-17:00"', '"17:00-13:30"', 1, "follow one another"),
        ("saturday", "caturday", 2, "weekend"),
        ("2h", "2d", 3, "hours of working time"),
        ("2h", "soon", 3, "no working time"),
        ("2027-02-03", "2027-02-3x", 5, "2027-02-3x"),
        ("working: false", "of: true", 4, "of"),
    ],
)
def test_every_mistake_in_the_calendar_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, told: str
) -> None:
    assert before in CALENDAR
    path = tmp_path / "calendar.yaml"
    path.write_text(CALENDAR.replace(before, after, 1), "utf-8")

    with pytest.raises(Refused, match="config.invalid") as refused:
        read_calendar(path)

    assert refused.value.facts["where"] == f"calendar.yaml:{line}"
    assert told in str(refused.value.facts["why"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ngay.csv", "day,working,name,source\n2026-08-31,no,Nghỉ,TB 1\n22/08/2026,yes,Bù,TB 1\n"),
        (
            "ngay.csv",
            "\ufeffNgày;Làm việc;Tên;Căn cứ\n31/08/2026;không;Nghỉ;TB 1\n\n22/8/2026;có;Bù;TB 1",
        ),
        (
            "ngay.yaml",
            (
                "- {day: 2026-08-31, working: false, name: Nghỉ, source: TB 1}\n"
                "- {ngày: 22/08/2026, làm việc: có, tên: Bù, căn cứ: TB 1}\n"
            ),
        ),
    ],
)
def test_a_file_of_days_reads_in_either_form_and_language(name: str, content: str) -> None:
    off, worked = days_in(content.encode(), name)

    assert (off.day, off.working, off.name, off.source) == (
        date(2026, 8, 31),
        False,
        "Nghỉ",
        "TB 1",
    )
    assert (worked.day, worked.working, worked.name) == (date(2026, 8, 22), True, "Bù")


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.csv", "day,working,name\n2026-08-31,no,Nghỉ\n2026-08-32,no,Nghỉ\n", 3),
        ("a.csv", "day,working,name\n2026-08-31,maybe,Nghỉ\n", 2),
        ("a.csv", "day,working,name\n2026-08-31,no,\n", 2),
        ("a.csv", "day,working,name\n2026-08-31,no,Nghỉ,TB,thừa\n", 2),
        ("a.csv", "day,working,names\n2026-08-31,no,Nghỉ\n", 1),
        ("a.csv", "day,working,name\n2026-08-31,no,Nghỉ\n2026-08-31,yes,Bù\n", 3),
        ("a.csv", 'day,working,name\n2026-08-31,no,"Nghỉ\n', 2),
        ("a.csv", "day,working,name\n", 1),
        ("a.csv", "", 1),
        ("a.yaml", "- {day: 2026-08-31, working: false, name: Nghỉ}\n- 2026-08-31\n", 2),
        ("a.yaml", "- day: 2026-08-31\n  working: [no]\n  name: Nghỉ\n", 2),
        ("a.yaml", "- day: 2026-08-31\n  workin: no\n  name: Nghỉ\n", 2),
        ("a.yaml", "day: 2026-08-31\n", 1),
        ("a.yaml", "- {day: 2026-08-31\n", 2),
        ("a.yaml", "[" * 5000, 1),
    ],
)
def test_a_mistake_in_a_file_of_days_is_told_with_its_line(
    name: str, content: str, line: int
) -> None:
    with pytest.raises(Refused, match="calendar.import") as refused:
        days_in(content.encode(), name)

    assert refused.value.facts["line"] == line
    assert refused.value.facts["why"]


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused, match="calendar.import"):
        days_in(b"\xff\xfe\x00", "a.csv")
