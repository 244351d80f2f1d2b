"""A road is put together from a few choices: who looks in which order, and who decides together."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from records.document import Direction
from records.errors import Refused
from records.person import Person, Role, Unit

MOST_LEVELS = 5
"""How many levels a road is put together from; more are written by hand."""

MOST_SEATS = 5
"""How many may sit in a council that is put together."""


class Closing(StrEnum):
    """How a road ends that is put together."""

    ISSUED = "issued"  # signed, numbered, sent, archived
    SIGNED = "signed"  # signed, numbered, archived; never sent


@dataclass(frozen=True, slots=True)
class Level:
    """One step on the way up, or a council where several sit in it."""

    title: str
    seats: tuple[str, ...]  # who, in the words of a road: "signer", "head_of: van-phong"
    wanted: int = 0  # how many of a council must agree, 0: all


@dataclass(frozen=True, slots=True)
class Outline:
    """What somebody chose of a road."""

    title: str
    direction: Direction
    levels: tuple[Level, ...]
    within: str = ""  # how long each level may take: 2d, 8h; "" for no deadline


def seats(
    people: Sequence[Person], units: Sequence[Unit]
) -> Iterator[tuple[str, Role | None, str]]:
    """Give every seat somebody holds today: its words, its role, and its unit if it names one."""
    yield "head_of_drafters_unit", None, ""
    yield "signer", None, ""
    acting = [one for one in people if one.active]
    held = {(post.role, post.unit) for one in acting for post in one.posts}
    for role in Role:
        if role is not Role.ADMINISTRATOR and any(role is one for one, _ in held):
            yield f"role: {role}", role, ""
    for unit in units:
        for role in Role:
            if role is not Role.ADMINISTRATOR and (role, unit.id) in held:
                yield f"desk: {unit.id}/{role}", role, unit.id


def compose(outline: Outline) -> str:
    """Give the road as its text, ready to be read by anybody and changed by hand.

    Raises  Refused: outline.title, outline.levels, outline.council.
    """
    if not outline.title.strip():
        raise Refused("outline.title")
    levels = [one for one in outline.levels if one.seats]
    if not levels:
        raise Refused("outline.levels")
    for one in levels:
        if not 0 <= one.wanted <= len(one.seats):
            raise Refused("outline.council", title=one.title, seats=len(one.seats))
    names = [*(f"level{n}" for n in range(1, len(levels) + 1)), "signing"]
    parts = [_head(outline, names[0])]
    for n, level in enumerate(levels):
        parts.append(_level(outline, level, names[n], names[n + 1], n + 1))
    closing = Closing.ISSUED if outline.direction is Direction.OUTGOING else Closing.SIGNED
    return "\n".join([*parts, _CLOSINGS[closing]])


def name_of(title: str) -> str:
    """Give the name of a road: its title in plain letters, as the file of one would be called."""
    bare = unicodedata.normalize("NFD", title.casefold().replace("đ", "d"))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(one for one in bare if one.isascii()))
    told = plain.strip("-")[:40].strip("-")
    return told if told[:1].isalpha() else f"road-{told}".strip("-")[:40]


def _head(outline: Outline, first: str) -> str:
    title = _titled(outline.title)
    return f"""# {_line(outline.title)}
name: {name_of(outline.title)}
title: {title}
direction: {outline.direction}
start: drafting
starters: [officer, unit_head, office_chief, leader, registry_clerk]
allows: [request-opinion, forward, reassign]

states:
  drafting:
    title: {{vi: Dự thảo, en: Draft}}
    who: [drafter]
    editable: true
    allows: []
    actions:
      submit: {{title: {{vi: Trình, en: Submit}}, to: {first}}}
"""


def _level(outline: Outline, level: Level, name: str, onward: str, n: int) -> str:
    title = _titled(level.title or f"Cấp {n}")
    within = f"\n    within: {outline.within}" if outline.within else ""
    if len(level.seats) == 1:
        return f"""  {name}:
    title: {title}
    who: [{_seat(level.seats[0])}]
    approves: true{within}
    actions:
      approve: {{title: {{vi: Duyệt, en: Approve}}, to: {onward}, needs: [seen]}}
      return: {{title: {{vi: Trả lại, en: Return}}, to: drafting, needs: [comment]}}
"""
    join = f"{level.wanted} of {len(level.seats)}" if level.wanted else "all"
    branches = "\n".join(
        f"        seat{n}-{k}: {{title: {_titled(f'Thành viên {k}', f'Member {k}')}, "
        f"who: [{_seat(seat)}], approves: true}}"
        for k, seat in enumerate(level.seats, 1)
    )
    return f"""  {name}:
    title: {title}{within}
    parallel:
      join: {join}
      agreed: {onward}
      declined: drafting
      branches:
{branches}
"""


def _seat(words: str) -> str:
    """Give who as a road writes it, made of plain words only."""
    if not re.fullmatch(r"[a-z_]+(?:: [A-Za-z0-9_-]+(?:/[a-z_]+)?)?", words):
        raise Refused("outline.seat", seat=words[:40])
    return words


def _titled(vi: str, en: str = "") -> str:
    return f"{{vi: {_quoted(vi)}, en: {_quoted(en or vi)}}}"


def _quoted(words: str) -> str:
    return json.dumps(_line(words), ensure_ascii=False)


def _line(words: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in words).split())[:200]


_SIGNING = """  signing:
    title: {vi: Chờ ký, en: Awaiting signature}
    who: [signer]
    approves: true
    actions:
      sign: {title: {vi: Ký số, en: Sign}, to: signed, needs: [seen], does: sign}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}

  signed:
    title: {vi: Đã ký, en: Signed}
    who: [role: registry_clerk]
    within: same_day
    actions:
      seal: {title: {vi: "Cấp số, ghi ngày và đóng dấu", en: "Number, date and seal"}, also: number, to: sealed, needs: [seen], does: seal}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}
"""  # noqa: E501 - lines as a road has them
_ARCHIVE = "archive: {title: {vi: Lưu trữ, en: Archive}, to: archived, does: archive}"
_CLOSINGS = {
    Closing.ISSUED: f"""{_SIGNING}
  sealed:
    title: {{vi: Đã đóng dấu, en: Sealed}}
    who: [role: registry_clerk]
    within: same_day
    actions:
      dispatch: {{title: {{vi: Phát hành, en: Dispatch}}, to: dispatched, needs: [recipients], does: dispatch}}
      close: {{title: {{vi: Đã giao ngoài mạng, en: Handed over off the network}}, to: dispatched, needs: [comment]}}

  dispatched:
    title: {{vi: Đã phát hành, en: Issued}}
    who: [role: archivist]
    actions:
      {_ARCHIVE}

  archived: {{title: {{vi: Đã lưu trữ, en: Archived}}}}
""",  # noqa: E501 - as above
    Closing.SIGNED: f"""{_SIGNING}
  sealed:
    title: {{vi: Đã đóng dấu, en: Sealed}}
    who: [role: archivist]
    actions:
      {_ARCHIVE}

  archived: {{title: {{vi: Đã lưu trữ, en: Archived}}}}
""",
}
