"""The head of a draft held against Decree 30/2020: cells 1 to 5, in their words and their look."""

import re

from drafting.decree_parts import MOTTO, NATION, Parts, alike, fold
from drafting.decree_rules import Findings, Look, end, say
from records.layout import Align, Line

_NATION = Look((12, 13), bold=True, upper=True)
_MOTTO = Look((13, 14), bold=True)
_SUPERIOR = Look((12, 13), upper=True)
_ORGAN = Look((12, 13), bold=True, upper=True)
_NUMBER = Look((13, 13))
_DATE = Look((13, 14), italic=True)
_TYPE = Look((13, 14), bold=True, upper=True, align=Align.CENTRE)
_SUBJECT = Look((13, 14), bold=True, align=Align.CENTRE)
_MATTER = Look((12, 13))
_GAP = "\N{NO-BREAK SPACE}" * 11  # room for a number, as the office's own forms leave it
_SAME = 0.9  # how much alike two ways of writing one name are

_FORM = re.compile(r"Số: ?(?P<number>\d*)[ .…_]*/(?P<symbol>[^\s/]+)")
_LOOSE = re.compile(r"\D*?(?P<number>\d*)[ .…_]*[/-](?P<symbol>.+)")
_GROUP = re.compile(r"[A-ZĐÀ-Ỹ0-9&.]+")
_DAY = re.compile(
    r"(?P<place>[^\d,]+(?:, [^\d,]+)*), ngày(?P<day>.*?)tháng(?P<month>.*?)năm(?P<year>.*)"
)
_BLANK = re.compile(r"[\s.…_]+")
_FEBRUARY = 2


def check_head(parts: Parts, told: Findings) -> None:
    """Tell what of the head is not as it must be. Source  Decree 30/2020, Annex I, II.1-5."""
    _nation(parts, told)
    _agency(parts, told)
    _sizes(parts, told)
    if parts.number is None:
        told.tell("layout.number-missing")
    else:
        _number(parts.number, told)
        told.look("layout.number-look", parts.number, _NUMBER)
    if parts.date is None:
        told.tell("layout.date-missing")
    else:
        _date(parts.date, told)
        told.look("layout.date-look", parts.date, _DATE)
    if told.expected.template == "letter":
        _letter(parts, told)
    else:
        _titled(parts, told)


def check_nation(parts: Parts, told: Findings) -> None:
    """Tell what of the nation's name and its motto alone is not as it must be."""
    _nation(parts, told)


def _nation(parts: Parts, told: Findings) -> None:
    for name, line, words, look in (
        ("nation", parts.nation, NATION, _NATION),
        ("motto", parts.motto, MOTTO, _MOTTO),
    ):
        if line is None:
            told.tell("layout.nation-missing" if name == "nation" else "layout.motto-missing")
            continue
        if line.text.upper() != words.upper() or (name == "motto" and line.text != words):
            rule = "layout.nation-words" if name == "nation" else "layout.motto-words"
            told.tell(rule, line, say(line, words))
        told.look("layout.nation-look" if name == "nation" else "layout.motto-look", line, look)
    if parts.motto is not None and not parts.motto.ruled:
        told.tell("layout.motto-line", parts.motto)


def _agency(parts: Parts, told: Findings) -> None:
    expected = told.expected
    if not parts.organ:
        told.tell("layout.organ-missing")
        return
    for line in parts.superior:
        told.look("layout.superior-look", line, _SUPERIOR)
    for line in parts.organ:
        told.look("layout.organ-look", line, _ORGAN)
    if not parts.organ[-1].ruled:
        told.tell("layout.organ-line", parts.organ[-1])
    organ = " ".join(line.text for line in parts.organ)
    if expected.organ and alike(organ, expected.organ) < _SAME:
        told.tell("layout.organ-words", parts.organ[0], expected=expected.organ)
    above = " ".join(line.text for line in parts.superior)
    if expected.superior and above and alike(above, expected.superior) < _SAME:
        told.tell("layout.superior-words", parts.superior[0], expected=expected.superior)


def _sizes(parts: Parts, told: Findings) -> None:
    """Sizes go together: 12, 13 and 13, or 13, 14 and 14."""
    if parts.nation is None or parts.motto is None:
        return
    base = parts.nation.size
    if not _NATION.sizes[0] <= base <= _NATION.sizes[1]:
        return
    for line in (parts.motto, parts.date):
        if line is not None and line.sizes != {base + 1} and min(line.sizes, default=0) >= base:
            repair = {"do": "look", "at": line.at, "size": base + 1}
            told.tell("layout.sizes-together", line, (repair,), wanted=f"{base + 1:g}")


# ── number and date ──────────────────────────────────────────────────────────────────────


def _number(line: Line, told: Findings) -> None:
    expected = told.expected
    found = _FORM.fullmatch(line.text)
    loose = found or _LOOSE.fullmatch(line.text)
    symbol = re.sub(r"\s*-\s*", "-", loose["symbol"].strip()) if loose else ""
    number = loose["number"] if loose else ""
    wanted = expected.notation or symbol
    mended = say(line, _numbered(number, wanted)) if wanted else ()
    groups = symbol.split("-")
    named = groups[0] if expected.abbreviation else ""
    if found is None or not all(_GROUP.fullmatch(one) for one in groups if one != named):
        told.tell("layout.number-form", line, mended)
    elif number and len(number) == 1:
        told.tell("layout.number-zero", line, say(line, _numbered(number, symbol)))
    elif not expected.abbreviation and groups[0] == "CV":
        told.tell("layout.number-cv", line, mended if expected.notation else ())
    elif named != expected.abbreviation:
        facts = {"found": named, "expected": expected.abbreviation}
        told.tell("layout.number-type", line, mended if expected.notation else (), **facts)
    elif expected.notation and symbol != expected.notation:
        told.tell("layout.number-symbol", line, mended, expected=expected.notation)


def _numbered(number: str, symbol: str) -> str:
    return f"Số: {number.zfill(2)}/{symbol}" if number else f"Số:{_GAP}/{symbol}"


def _date(line: Line, told: Findings) -> None:
    found = _DAY.fullmatch(line.text)
    told_parts = [_BLANK.sub("", found[name]) for name in ("day", "month", "year")] if found else []
    if not found or not all(part.isdecimal() or not part for part in told_parts):
        told.tell("layout.date-form", line)
        return
    day, month, year = told_parts
    right = (_two(day), _month(month), year)
    if right != (day, month, year):
        text = f"{found['place']}, ngày {right[0]} tháng {right[1]} năm {year}"
        told.tell("layout.date-zero", line, say(line, text), expected=text)
    elif year and len(year) != len("2026"):
        told.tell("layout.date-form", line)


def _two(day: str) -> str:
    return day.zfill(2) if day else ""


def _month(month: str) -> str:
    """Give a month with a zero before January and February only."""
    if not month:
        return ""
    bare = month.lstrip("0")
    return month.zfill(2) if bare and int(bare) <= _FEBRUARY else bare


# ── type and subject ─────────────────────────────────────────────────────────────────────


def _titled(parts: Parts, told: Findings) -> None:
    expected = told.expected
    if parts.matter is not None:
        told.tell("layout.matter-misplaced", parts.matter)
    if parts.type is None:
        told.tell("layout.type-missing", expected=expected.type_name.upper())
        return
    if fold(parts.type.text) != fold(expected.type_name):
        told.tell("layout.type-other", parts.type, expected=expected.type_name.upper())
    told.look("layout.type-look", parts.type, _TYPE)
    if not parts.subject:
        told.tell("layout.subject-missing", parts.type)
        return
    for line in parts.subject:
        told.look("layout.subject-look", line, _SUBJECT)
    _same_subject(" ".join(line.text for line in parts.subject), parts.subject[0], told)


def _letter(parts: Parts, told: Findings) -> None:
    if parts.type is not None:
        told.tell("layout.type-misplaced", parts.type)
    if parts.matter is None:
        told.tell("layout.matter-missing")
        return
    if not parts.matter.text.startswith("V/v "):
        words = re.sub(r"^v/v[:\s]*", "", parts.matter.text, flags=re.IGNORECASE)
        told.tell("layout.matter-form", parts.matter, say(parts.matter, f"V/v {words}"))
    elif parts.matter.text.endswith((".", ";")):
        told.tell("layout.matter-form", parts.matter, end(parts.matter, ""))
    told.look("layout.matter-look", parts.matter, _MATTER)
    _same_subject(parts.matter.text[4:], parts.matter, told)


def _same_subject(found: str, line: Line, told: Findings) -> None:
    """Tell where a page speaks of something else than the register will."""
    expected = re.sub(r"^(?:ve viec|v v) ", "", fold(told.expected.subject))
    shown = re.sub(r"^(?:ve viec|v v) ", "", fold(found))
    if expected and alike(shown, expected) < _SAME and not _part_of(shown, expected):
        told.tell("layout.subject-differs", line, expected=told.expected.subject)


def _part_of(shown: str, expected: str) -> bool:
    return bool(shown) and (shown in expected or expected in shown)
