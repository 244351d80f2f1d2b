"""A federation the size of Hanoi's: its units, its people and the posts they hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from identity.tokens import hash_of
from records.access import PassKind
from records.person import Person, Post, Role, Unit

PEOPLE_OF_HANOI = 12_188
UNITS_OF_HANOI = 500

STAFF = (
    (Role.LEADER, "lanh-dao", "Phó Chủ tịch", 10),
    (Role.OFFICE_CHIEF, "van-phong", "Phó Chánh Văn phòng", 20),
    (Role.REGISTRY_CLERK, "van-phong", "Văn thư", 30),
    (Role.ARCHIVIST, "luu-tru", "Lưu trữ viên", 5),
    (Role.INSPECTOR, "kiem-tra", "Kiểm tra viên", 4),
)
"""Who serves all units: role, where they sit, title, how many in a whole federation."""

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
MIDDLE = ("Thị", "Văn", "Minh", "Thu", "Quốc", "Ngọc", "Đức", "Thanh", "Hồng", "Xuân")
GIVEN = ("Ánh", "Bình", "Cường", "Dung", "Hà", "Khải", "Lan", "Nga", "Sơn", "Thắng", "Yến")


def token_of(person: str, kind: PassKind = PassKind.PROGRAM) -> str:
    """Give the token with which somebody of a federation calls: nobody logs in 12,188 times."""
    return f"office-day-{kind}-{person}"


@dataclass(frozen=True)
class Federation:
    """So many people in so many units, the same ones each time."""

    size: int  # people
    breadth: int  # units of officers

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Give the units of officers."""
        return tuple(
            Unit(f"cd-{n:03d}", f"Công đoàn cơ sở số {n}", f"CĐ{n}", "lanh-dao")
            for n in range(1, self.breadth + 1)
        )

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Give everybody: those who serve all units, a head a unit, and officers for the rest."""
        return tuple(
            Person(f"nv{n:05d}", _name(n), title, (Post(role, unit),))
            for n, (role, unit, title) in enumerate(self._places())
        )

    def holding(self, role: Role) -> tuple[Person, ...]:
        """Give who holds a role."""
        return self._holders[role]

    @cached_property
    def _holders(self) -> dict[Role, tuple[Person, ...]]:
        found: dict[Role, list[Person]] = {}
        for one in self.people:
            found.setdefault(one.posts[0].role, []).append(one)
        return {role: tuple(people) for role, people in found.items()}

    @cached_property
    def heads(self) -> dict[str, str]:
        """Give the head of each unit by the unit's id."""
        return {one.posts[0].unit: one.id for one in self.holding(Role.UNIT_HEAD)}

    @cached_property
    def officers(self) -> dict[str, tuple[str, ...]]:
        """Give the officers of each unit by the unit's id."""
        found: dict[str, list[str]] = {}
        for one in self.holding(Role.OFFICER):
            found.setdefault(one.posts[0].unit, []).append(one.id)
        return {unit: tuple(people) for unit, people in found.items()}

    def _places(self) -> Iterator[tuple[Role, str, str]]:
        taken = 0
        for role, unit, title, many in STAFF:
            count = max(1, many * self.size // PEOPLE_OF_HANOI)
            taken += count
            yield from [(role, unit, title)] * count
        for one in self.units:
            yield Role.UNIT_HEAD, one.id, "Chủ tịch công đoàn cơ sở"
        for n in range(self.size - taken - self.breadth):
            yield Role.OFFICER, self.units[n % self.breadth].id, "Chuyên viên"

    def rows(self, password: str, at: datetime) -> dict[str, list[dict[str, object]]]:
        """Give the rows of units, people, posts and passes; ``password`` is everybody's hash."""
        return {
            "unit": [
                {"id": one.id, "name": one.name, "notation": one.notation, "parent": one.parent}
                for one in self.units
            ],
            "person": [
                {
                    "id": one.id,
                    "name": one.name,
                    "title": one.title,
                    "email": one.email,
                    "clearance": one.clearance,
                    "active": True,
                    "password": password,
                }
                for one in self.people
            ],
            "post": [
                {"person": one.id, "role": post.role, "unit": post.unit}
                for one in self.people
                for post in one.posts
            ],
            "pass": [
                {
                    "hash": hash_of(token_of(one.id, kind)),
                    "id": hash_of(token_of(one.id, kind))[:16],
                    "person": one.id,
                    "kind": kind,
                    "name": "",
                    "scopes": "[]",
                    "csrf": "",
                    "agent": "",
                    "address": "",
                    "created_at": at,
                    "seen_at": at,
                    "fresh_at": at,
                    "expires_at": at + timedelta(days=1),
                }
                for one in self.people
                for kind in (PassKind.BROWSER, PassKind.PROGRAM)
            ],
        }


def _name(n: int) -> str:
    words = (FAMILY[n % 10], MIDDLE[n // 10 % 10], GIVEN[n // 100 % len(GIVEN)])
    return " ".join(words)
