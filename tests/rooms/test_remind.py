"""Whoever has the work is reminded before and after, once each, whatever clock or worker do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from records.delegation import Capacity
from records.document import Classification, Direction, Document
from records.reminder import ReminderKind
from records.working_time import CalendarDay
from tests.conftest import House
from tests.servers.letterbox import Letterbox
from workflow.begin import Particulars
from workflow.calendar import settle
from workflow.delegate import Wanted, delegate
from workflow.draft import draft
from workflow.remind import remind


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour - 7, minute, tzinfo=UTC)


def submitted(house: House, **about: object) -> Document:
    """Give a document the unit head has until Wednesday, 25 November, 17:00."""
    return house.act(house.drafted(**about), "submit", "chuyenvien")  # type: ignore[arg-type]  # a test's own words


def kinds(house: House, document: Document) -> list[str]:
    with house.office.database.reading() as unit:
        return [one.kind for one in unit.reminders.of(document.id)]


def subjects(letterbox: Letterbox) -> list[tuple[str, str]]:
    return [(to.partition("@")[0], subject) for to, subject, _ in letterbox.letters]


def test_the_head_is_reminded_before_and_after_and_each_time_once(
    mailing: House, letterbox: Letterbox
) -> None:
    document = submitted(mailing, subject="Kế hoạch năm")
    letterbox.letters.clear()
    mailing.clock.moment = at(25, 14, 59)
    assert remind(mailing.office) == 0

    mailing.clock.moment = at(25, 15)
    assert remind(mailing.office) == 1
    assert remind(mailing.office) == 0
    mailing.clock.moment = at(25, 17, 1)
    assert remind(mailing.office) == 1
    assert remind(mailing.office) == 0

    mailing.work_off()
    told = [one for one in subjects(letterbox) if "hạn" in one[1]]
    assert sorted(told) == [
        ("truongban", "[Trình Ký] Văn bản sắp đến hạn xử lý: Kế hoạch năm"),
        ("truongban", "[Trình Ký] Văn bản đã quá hạn xử lý: Kế hoạch năm"),
    ]
    assert f"/documents/{document.id}" in letterbox.letters[-1][2]
    assert "17:00 ngày 25/11/2026" in letterbox.letters[-1][2]
    with mailing.office.database.reading() as unit:
        events = [one.event for one, _ in unit.audit.of(document.id)]
    reminded = [one.facts["kind"] for one in events if one.action == "step:reminded"]
    assert reminded == ["soon", "overdue"]


def test_a_day_nobody_worked_loses_no_reminder_and_sends_none_twice(
    mailing: House, letterbox: Letterbox
) -> None:
    documents = [submitted(mailing, subject=f"Việc {n}") for n in range(3)]
    letterbox.letters.clear()

    mailing.clock.moment = at(26, 18)  # everybody slept over both moments
    assert remind(mailing.office) == 6
    mailing.clock.moment = at(20, 9)  # the clock goes back behind them
    assert remind(mailing.office) == 0
    mailing.clock.moment = at(30, 9)
    assert remind(mailing.office) == 0

    mailing.work_off()
    assert len([one for one in subjects(letterbox) if "hạn" in one[1]]) == 6
    assert [kinds(mailing, one) for one in documents] == [["overdue", "soon"]] * 3


def test_several_workers_at_once_give_each_reminder_once(
    mailing: House, letterbox: Letterbox
) -> None:
    for n in range(3):
        submitted(mailing, subject=f"Việc {n}")
    letterbox.letters.clear()
    mailing.clock.moment = at(25, 16)

    with ThreadPoolExecutor(4) as workers:
        given = list(workers.map(lambda _: remind(mailing.office), range(4)))

    assert sum(given) == 3
    mailing.work_off()
    assert len([one for one in subjects(letterbox) if "sắp" in one[1]]) == 3


def test_what_was_done_in_time_is_not_reminded_of(mailing: House) -> None:
    document = mailing.act(submitted(mailing), "approve", "truongban")
    mailing.clock.moment = at(25, 18)
    remind(mailing.office)

    with mailing.office.database.reading() as unit:
        reminded = {one.step for one in unit.reminders.of(document.id)}
    assert reminded == {3}  # the format check alone: the content check was done in time


def test_a_letter_that_waited_too_long_is_not_sent_to_whom_it_no_longer_concerns(
    mailing: House, letterbox: Letterbox
) -> None:
    document = submitted(mailing)
    mailing.clock.moment = at(25, 16)
    remind(mailing.office)
    mailing.act(document, "approve", "truongban")
    letterbox.letters.clear()

    mailing.work_off()
    assert [one for one in subjects(letterbox) if one[0] == "truongban"] == []


def test_a_deadline_that_moved_has_reminders_of_its_own(house: House) -> None:
    document = submitted(house)
    house.clock.moment = at(25, 16)
    remind(house.office)
    day = CalendarDay(date(2026, 11, 25), working=False, name="Nghỉ", settled=True)
    settle(house.office, [day], by=house.person("quantri"))
    assert remind(house.office) == 0

    house.clock.moment = at(26, 16)
    assert remind(house.office) == 1
    assert kinds(house, document) == ["soon", "soon"]


@pytest.mark.parametrize("delegated", [False, True])
def test_of_a_secret_document_a_reminder_says_only_that_something_is_due(
    mailing: House, letterbox: Letterbox, *, delegated: bool
) -> None:
    words = "Phương án tuyệt đối kín"
    document = submitted(mailing, subject=words, classification=Classification.SECRET)
    if delegated:
        _stand_in(mailing, "chuyenvien")
        _stand_in(mailing, "kiemtra")  # not cleared: hears nothing
    mailing.clock.moment = at(25, 16)
    remind(mailing.office)

    mailing.work_off()
    assert [subject for _, subject, _ in letterbox.letters] == ["[Trình Ký] Có văn bản đến hạn"] * (
        2 if delegated else 1
    )
    for to, _, text in letterbox.letters:
        assert to.partition("@")[0] in {"truongban", "chuyenvien"}
        assert "Có văn bản đến hạn." in text
        assert document.id not in text
        assert words not in text


def test_whoever_stands_in_is_reminded_too(mailing: House, letterbox: Letterbox) -> None:
    submitted(mailing)
    _stand_in(mailing, "luutru")
    mailing.clock.moment = at(25, 16)
    letterbox.letters.clear()
    remind(mailing.office)

    mailing.work_off()
    assert sorted(one for one, told in subjects(letterbox) if "sắp" in told) == [
        "luutru",
        "truongban",
    ]


def _stand_in(house: House, who: str) -> None:
    wanted = Wanted(
        who, Capacity.TUQ, date(2026, 11, 20), date(2026, 11, 30), "1/GUQ", date(2026, 11, 19)
    )
    delegate(house.office, wanted, by=house.person("truongban"))


def test_the_documents_own_day_is_reminded_of_a_working_day_before_and_after(house: House) -> None:
    said = Particulars(
        Direction.OUTGOING, "TB", "Có hạn", Classification.NONE, due_on=date(2026, 11, 25)
    )
    document = draft(house.office, said, {"body": "Một."}, by=house.person("chuyenvien"))
    house.clock.moment = at(23, 7)
    assert remind(house.office) == 0
    house.clock.moment = at(23, 8)
    assert remind(house.office) == 1  # Tuesday is a holiday: Monday is the working day before
    house.clock.moment = at(25, 17)
    assert remind(house.office) == 1
    assert remind(house.office) == 0
    assert kinds(house, document) == ["document-soon", "document-overdue"]


def test_without_a_mail_server_the_log_still_tells_and_nothing_waits(house: House) -> None:
    document = submitted(house)
    house.clock.moment = at(25, 18)

    assert remind(house.office) == 2
    with house.office.database.reading() as unit:
        assert [one.kind for one in unit.reminders.of(document.id)] == [
            ReminderKind.OVERDUE,
            ReminderKind.SOON,
        ]
        assert "remind" not in unit.jobs.waiting()
