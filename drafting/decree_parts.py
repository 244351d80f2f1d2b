"""Which line of a draft is which part of it: the cells of Decree 30/2020, found by their words."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

from records.layout import Align, Expected, Layout, Line

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_HEAD = 25  # lines among which the head is looked for
_LONGEST = 300  # letters of a name that are compared
_LIKE = 0.75  # how much alike words are that were meant to be the same
_BASIS = ("can cu", "theo de nghi", "xet de nghi", "theo bien ban", "theo ket qua")
_DATE = re.compile(r"\bngay\b.*\bthang\b.*\bnam\b|, \d{1,2} \d{1,2} \d{4}\b")
_RESOLVING = {"decision": "quyet dinh", "resolution": "quyet nghi"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a draft; None and () for what is not there."""

    nation: Line | None
    motto: Line | None
    superior: tuple[Line, ...]
    organ: tuple[Line, ...]
    number: Line | None
    date: Line | None
    matter: Line | None  # V/v …
    type: Line | None
    subject: tuple[Line, ...]
    authority: tuple[Line, ...]
    addressee: Line | None  # Kính gửi: …
    addressees: tuple[Line, ...]
    bases: tuple[Line, ...]
    formula: Line | None  # QUYẾT ĐỊNH:
    body: tuple[Line, ...]  # what stands in no table
    tabled: bool  # the body ends in a table
    recipients: Line | None  # Nơi nhận:
    places: tuple[Line, ...]
    signature: tuple[Line, ...]


def fold(text: str) -> str:
    """Give words without accents, capitals and signs, to be compared."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter if letter.isalnum() else " " for letter in bare if letter not in _MARKS)
    return " ".join(plain.casefold().split())


_MARKS = frozenset(map(chr, range(0x300, 0x370)))


def alike(one: str, other: str) -> float:
    """Give how much alike two texts are, 0 to 1, accents and capitals aside."""
    one, other = fold(one[:_LONGEST]), fold(other[:_LONGEST])
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def parts_of(layout: Layout, expected: Expected) -> Parts:
    """Give the parts of a draft.

    Source  Decree 30/2020, Annex I (cells 1 to 9), Annex III (templates).
    """
    lines = [one for one in layout.lines if len(one.cells) < 2]  # noqa: PLR2004 - stamps lie deeper
    head = lines[:_HEAD]
    nation, motto = _most_alike(head, NATION), _most_alike(head, MOTTO)
    number = _first(head, lambda one: re.match(r"so\b", fold(one.text)) is not None and _coded(one))
    end, recipients, places, signature = _closing(lines)
    title = _title(lines[:end], expected, number)
    opening = _first(head, lambda one: one is title or _opens(one))
    above = head[: _place(head, opening)] if opening else head
    date = _first(above, lambda one: _dated(one.text))
    known = {id(one) for one in (nation, motto, number, date, title) if one}
    matter = _first(head, lambda one: re.match(r"v/v\b|v/v:", one.text.casefold()) is not None)
    superior, organ = _agency(head, expected, (nation, number, date, title, matter), known)
    at = max((_place(lines, one) for one in (motto, number, date, matter, title)), default=-1) + 1
    subject, at = ((), at) if expected.template == "letter" else _subject(lines, at, end)
    authority, at = _authority(lines, at, end, expected)
    addressee, addressees, at = _addressees(lines, at, end)
    if addressee and not authority:
        authority, at = _authority(lines, at, end, expected)
    bases, at = _bases(lines, at, end, expected)
    formula, at = _formula(lines, at, end, expected)
    text = lines[at:end]
    return Parts(
        nation=nation,
        motto=motto,
        superior=superior,
        organ=organ,
        number=number,
        date=date,
        matter=matter,
        type=title,
        subject=subject,
        authority=authority,
        addressee=addressee,
        addressees=addressees,
        bases=bases,
        formula=formula,
        body=tuple(one for one in text if not one.cells),
        tabled=bool(text and text[-1].cells),
        recipients=recipients,
        places=places,
        signature=signature,
    )


def _first(lines: Sequence[Line], fits: Callable[[Line], bool]) -> Line | None:
    return next((one for one in lines if fits(one)), None)


def _most_alike(lines: Sequence[Line], words: str) -> Line | None:
    near = [one for one in lines if abs(len(one.text) - len(words)) <= len(words) // 2]
    found = max(near, key=lambda one: alike(one.text, words), default=None)
    return found if found is not None and alike(found.text, words) >= _LIKE else None


def _coded(line: Line) -> bool:
    return len(line.text) < _LONGEST and ("/" in line.text or ":" in line.text)


def _dated(text: str) -> bool:
    return len(text) < 90 and _DATE.search(re.sub(r"[^\w,]+", " ", _bare(text))) is not None  # noqa: PLR2004 - a place and a date


def _bare(text: str) -> str:
    return "".join(
        one for one in unicodedata.normalize("NFD", text.casefold()) if one not in _MARKS
    )


def _place(lines: Sequence[Line], line: Line | None) -> int:
    return next((n for n, one in enumerate(lines) if one is line), -1)


def _title(lines: Sequence[Line], expected: Expected, number: Line | None) -> Line | None:
    """Give the line that names the type: it has nothing else in it."""
    after = _place(lines, number) + 1
    names = {fold(name) for name in expected.type_names} | {fold(expected.type_name)}
    return _first(
        lines[after : after + 12],
        lambda one: fold(one.text) in names and not one.text.endswith(":"),
    )


def _agency(
    head: Sequence[Line],
    expected: Expected,
    others: tuple[Line | None, ...],
    known: set[int],
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Give the lines of the agency above and of the one that issues."""
    nation, *later = others
    until = min((_place(head, one) for one in later if one), default=len(head))
    own = [one for one in head[:until] if id(one) not in known]
    if nation is not None and nation.cells:
        table, row, column = nation.cells[0]
        own = [
            one
            for one in own
            if one.cells and one.cells[0][:2] == (table, row) and one.cells[0][2] != column
        ]
    above = [one for n, one in enumerate(own) if _above(one, expected, last=n == len(own) - 1)]
    chosen = {id(one) for one in above}
    return tuple(above), tuple(one for one in own if id(one) not in chosen)


def _above(line: Line, expected: Expected, *, last: bool) -> bool:
    if expected.superior and alike(line.text, expected.superior) > 0.9:  # noqa: PLR2004 - but a slip
        return True
    own = expected.organ and fold(line.text) in fold(expected.organ)
    return not last and line.bold is False and not own


def _subject(lines: Sequence[Line], at: int, end: int) -> tuple[tuple[Line, ...], int]:
    found: list[Line] = []
    while at < end and len(found) < 5:  # noqa: PLR2004 - no subject is longer
        line = lines[at]
        if (
            line.text.isupper()
            or _opens(line)
            or (line.align is not Align.CENTRE and not line.bold)
        ):
            break
        found.append(line)
        at += 1
        if line.ruled:
            break
    return tuple(found), at


def _opens(line: Line) -> bool:
    told = fold(line.text)
    return told.startswith(("kinh gui", *_BASIS)) or re.match(r"dieu \d", told) is not None


def _authority(
    lines: Sequence[Line], at: int, end: int, expected: Expected
) -> tuple[tuple[Line, ...], int]:
    found: list[Line] = []
    while expected.template in _RESOLVING and at < end and lines[at].text.isupper():
        if fold(lines[at].text) == _RESOLVING[expected.template]:
            break
        found.append(lines[at])
        at += 1
    return tuple(found), at


def _addressees(
    lines: Sequence[Line], at: int, end: int
) -> tuple[Line | None, tuple[Line, ...], int]:
    """Give ``Kính gửi`` and the list under it, before the text begins."""
    near = lines[at : min(at + 3, end)]
    head = _first(near, lambda one: fold(one.text).startswith("kinh gui"))
    if head is None:
        return None, (), at
    at = _place(lines, head) + 1
    first, found = at, []
    # Names under it are short and each on a line; the text itself is justified.
    while at < end and (lines[at].text.startswith("-") or _named(head, lines[at], at - first)):
        found.append(lines[at])
        at += 1
    return head, tuple(found), at


def _named(head: Line, line: Line, so_far: int) -> bool:
    alone = head.text.rstrip().endswith(":")
    return alone and so_far < 10 and line.align is not Align.JUSTIFIED and line.left > head.left  # noqa: PLR2004 - a list has an end


def _bases(
    lines: Sequence[Line], at: int, end: int, expected: Expected
) -> tuple[tuple[Line, ...], int]:
    """Give the lines that say on what a document rests; a text may begin with the same words."""
    start = at
    while at < end and fold(lines[at].text).startswith(_BASIS):
        at += 1
    found = lines[start:at]
    resolving = expected.template in _RESOLVING
    sure = resolving or any(one.text.endswith(";") or one.italic for one in found)
    return (tuple(found), at) if found and sure and expected.template != "letter" else ((), start)


def _formula(
    lines: Sequence[Line], at: int, end: int, expected: Expected
) -> tuple[Line | None, int]:
    wanted = _RESOLVING.get(expected.template)
    for n in range(at, min(at + 3, end)):
        if fold(lines[n].text) == wanted:
            return lines[n], n + 1
    return None, at


# ── the end ──────────────────────────────────────────────────────────────────────────────


def _closing(
    lines: Sequence[Line],
) -> tuple[int, Line | None, tuple[Line, ...], tuple[Line, ...]]:
    """Give where the text ends, ``Nơi nhận`` with its list, and the signature block."""
    head = _first(lines, lambda one: fold(one.text) == "noi nhan")
    if head is None:
        end, signature = _unaddressed(lines)
        return end, None, (), signature
    at = _place(lines, head)
    if head.cells:
        table, _, column = head.cells[0]
        block = [n for n, one in enumerate(lines) if one.cells and one.cells[0][0] == table]
        mine = [lines[n] for n in block if lines[n].cells[0][2] == column and n > at]
        others = tuple(lines[n] for n in block if lines[n].cells[0][2] != column)
        return min(block), head, tuple(mine), others
    end = next((n + 1 for n in range(at - 1, -1, -1) if lines[n].text.endswith("./.")), at)
    places = tuple(takewhile(_listed, lines[at + 1 :]))
    after = at + 1 + len(places)
    return end, head, places, (*lines[end:at], *lines[after : after + 8])


def _listed(line: Line) -> bool:
    return line.text.startswith(("-", "Lưu", "+"))


def _unaddressed(lines: Sequence[Line]) -> tuple[int, tuple[Line, ...]]:
    """Give where a text ends that says nothing of its recipients: at the lines of who signs."""
    for n in range(len(lines) - 1, max(len(lines) - 12, 0), -1):
        if re.match(r"(?:TM|KT|TL|TUQ|Q)\b", lines[n].text) and lines[n].text.isupper():
            return n, tuple(lines[n:])
    return len(lines), ()
