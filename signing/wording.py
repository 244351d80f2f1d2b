"""How number and date are written on an issued document."""

from datetime import date

from records.errors import Refused
from records.paper import DateStyle, NumberStyle, Placement
from signing.fields import DAY, MONTH, NUMBER, YEAR, Line


def lines(placement: Placement, *, number: str, notation: str, on: date) -> dict[str, Line]:
    """Give what each text field of a placement shall show.

    Takes   number: with its leading zero, "05"; notation: "QĐ-LĐLĐ"; on: the date of issue.
    Raises  Refused: the year or the symbol is printed on the page already, and is another.
    Source  Decree 30/2020/NĐ-CP, Annex I, part II, 3 and 4.
    """
    return {NUMBER: _number(placement, number, notation), **_date(placement, on)}


def _number(placement: Placement, number: str, notation: str) -> Line:
    printed = placement.printed_notation
    if placement.number_style is NumberStyle.SERIAL and printed and printed != notation:
        raise Refused("number.notation-printed", printed=printed, notation=notation)
    whole = f"{number}/{notation}" if notation else number
    words = {
        NumberStyle.SERIAL: number,
        NumberStyle.SYMBOL: whole,
        NumberStyle.WHOLE: f"Số: {whole}",
    }
    return Line(
        words[placement.number_style],
        slanted=False,
        centred=placement.number_style is not NumberStyle.SYMBOL,
        covering="number" in placement.covers,
    )


def _date(placement: Placement, on: date) -> dict[str, Line]:
    if placement.date_style is DateStyle.WHOLE:
        words = f"ngày {day(on)} tháng {month(on)} năm {on.year}"
        covering = "date" in placement.covers
        return {DAY: Line(words, slanted=True, centred=True, covering=covering)}
    parts = {DAY: day(on)}
    if placement.month is not None:
        parts[MONTH] = month(on)
    if placement.year is not None:
        parts[YEAR] = f"{on.year:04d}"
    elif placement.printed_year != on.year:
        raise Refused("number.year-printed", printed=placement.printed_year, year=on.year)
    covering = "date" in placement.covers
    return {
        name: Line(words, slanted=True, centred=True, covering=covering)
        for name, words in parts.items()
    }


def day(on: date) -> str:
    """Give the day with a leading zero below ten."""
    return f"{on.day:02d}"


def month(on: date) -> str:
    """Give the month with a leading zero for the first two only, as the decree has it."""
    return f"{on.month:02d}" if on.month <= 2 else str(on.month)  # noqa: PLR2004 - the decree's
