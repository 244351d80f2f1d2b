"""How number and date are written, as the decree has it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import Refused
from records.paper import Box, DateStyle, NumberStyle, Placement
from signing.wording import day, lines, month

BOX = Box(0, 0, 0, 100, 15)


def placement(
    number: NumberStyle = NumberStyle.SERIAL,
    dated: DateStyle = DateStyle.PARTS,
    *,
    year: Box | None = BOX,
    printed_year: int | None = None,
    printed_notation: str = "",
) -> Placement:
    return Placement(
        number=BOX,
        number_style=number,
        day=BOX,
        month=BOX,
        year=year,
        date_style=dated,
        signature=BOX,
        seal=BOX,
        printed_year=printed_year,
        printed_notation=printed_notation,
    )


def texts(place: Placement, on: date = date(2026, 11, 20)) -> dict[str, str]:
    written = lines(place, number="05", notation="QĐ-LĐLĐ", on=on)
    return {name: line.text for name, line in written.items()}


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (NumberStyle.SERIAL, "05"),
        (NumberStyle.SYMBOL, "05/QĐ-LĐLĐ"),
        (NumberStyle.WHOLE, "Số: 05/QĐ-LĐLĐ"),
    ],
)
def test_only_what_is_missing_of_the_number_is_written(style: NumberStyle, text: str) -> None:
    assert texts(placement(style))["so"] == text


def test_only_what_is_missing_of_the_date_is_written() -> None:
    assert texts(placement()) == {"so": "05", "ngay": "20", "thang": "11", "nam": "2026"}
    assert "nam" not in texts(placement(year=None, printed_year=2026))
    whole = texts(placement(dated=DateStyle.WHOLE))
    assert whole == {"so": "05", "ngay": "ngày 20 tháng 11 năm 2026"}


@pytest.mark.parametrize(
    ("on", "parts"),
    [
        (date(2026, 1, 1), ("01", "01")),
        (date(2026, 2, 9), ("09", "02")),
        (date(2026, 3, 9), ("09", "3")),
        (date(2026, 9, 10), ("10", "9")),
        (date(2026, 12, 31), ("31", "12")),
    ],
)
def test_days_below_ten_and_the_first_two_months_get_a_zero(
    on: date, parts: tuple[str, str]
) -> None:
    assert (day(on), month(on)) == parts


@given(st.dates(date(1945, 9, 2), date(2999, 12, 31)))
def test_a_whole_date_can_be_read_back(on: date) -> None:
    words = texts(placement(dated=DateStyle.WHOLE), on)["ngay"].split()
    assert date(int(words[5]), int(words[3]), int(words[1])) == on


def test_the_date_is_italic_and_the_number_upright() -> None:
    for style in DateStyle:
        written = lines(placement(dated=style), number="05", notation="X", on=date(2026, 11, 20))
        assert not written.pop("so").slanted
        assert all(line.slanted for line in written.values())


@pytest.mark.parametrize("printed", [2025, 2027, None])
def test_another_printed_year_is_refused(printed: int | None) -> None:
    with pytest.raises(Refused) as refusal:
        texts(placement(year=None, printed_year=printed))
    assert refusal.value.rule == "number.year-printed"
    assert refusal.value.facts == {"printed": printed, "year": 2026}


def test_another_printed_symbol_is_refused() -> None:
    assert texts(placement(printed_notation="QĐ-LĐLĐ"))["so"] == "05"
    with pytest.raises(Refused) as refusal:
        texts(placement(printed_notation="TB-LĐLĐ"))
    assert refusal.value.rule == "number.notation-printed"
    assert refusal.value.facts == {"printed": "TB-LĐLĐ", "notation": "QĐ-LĐLĐ"}


def test_a_number_without_a_symbol_stands_alone() -> None:
    written = lines(placement(NumberStyle.SYMBOL), number="05", notation="", on=date(2026, 11, 20))
    assert written["so"].text == "05"
