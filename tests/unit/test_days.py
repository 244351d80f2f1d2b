"""Days in addresses and bodies: what is none, or lies beyond every clock, is refused."""

from datetime import date

import pytest

from web.days import day_in


def test_a_day_is_read_and_so_is_the_day_of_a_moment() -> None:
    assert day_in("2026-11-20") == date(2026, 11, 20)
    assert day_in("2026-11-20T09:00:00+07:00") == date(2026, 11, 20)
    assert day_in("") is None


@pytest.mark.parametrize("told", ["0001-01-01", "9999-12-31", "20/11/2026", "2026-02-30", "x"])
def test_what_is_no_day_of_this_office_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="."):
        day_in(told)
