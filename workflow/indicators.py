"""What the office is measured by: shares of documents, each with the list it is made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

from identity.reading import tokens_of
from records.case_file import CaseFile
from records.document import Document, DocumentId
from records.errors import NotAllowed, NotFound, Refused
from records.indicator import Closed, Counted, Indicator, Issued, Kind, Received
from records.person import Person
from records.route import Effect, Route, Title
from records.working_time import Calendar
from storage.unit import Unit
from workflow.deadline import calendar_of
from workflow.office import Office

LONGEST = 1100
"""How many days a period may have: three years."""

FINISHED = "06"
"""What a road reports when the work on an incoming document has ended."""

ELSEWHERE = frozenset({"return", "refuse", "recall", "cancel"})
"""What leads out of a state from which documents are sent, and hands nothing over."""


@dataclass(frozen=True, slots=True)
class Period:
    """From which day to which something is counted, and of which unit."""

    since: date
    until: date  # included
    unit: str = ""  # id; every unit if empty


@dataclass(frozen=True, slots=True)
class Facts:
    """What became of everything in a period that somebody may read, nothing of it secret."""

    period: Period
    issued: tuple[Issued, ...]
    received: tuple[Received, ...]
    closed: tuple[Closed, ...]
    calendar: Calendar
    now: datetime

    @property
    def today(self) -> date:
        """Give the day on which it is counted."""
        return self.day(self.now)

    def day(self, at: datetime) -> date:
        """Give the day of a moment where the office is."""
        return at.astimezone(self.calendar.zone).date()

    def next_day(self, on: date) -> date:
        """Give the next working day: until then, a duty of the same day may be done."""
        return self.calendar.day_after(on)


F = TypeVar("F", Issued, Received, Closed)
Share = tuple[int, int]  # how much is counted, of how much; nothing where the latter is 0


@dataclass(frozen=True)
class Measure(Generic[F]):
    """One thing an office is measured by."""

    id: str
    vi: str
    en: str
    share: Callable[[Facts, F], Share]

    def made_of(self, known: Facts, kind: Kind, counted: Iterable[F]) -> Indicator:
        """Give the indicator with everything that counts in it."""
        shares = ((one.id, self.share(known, one)) for one in counted)
        behind = tuple(Counted(id, *share) for id, share in shares if share[1])
        return Indicator(self.id, kind, Title(self.vi, self.en), behind)


def facts(office: Office, period: Period, *, by: Person) -> Facts:
    """Give what became of the documents and files of a period, as far as somebody may read them.

    Raises  NotAllowed: they read no documents. NotFound: no such unit. Refused: no such period.
    """
    tokens = tokens_of(by)
    if not tokens:
        raise NotAllowed("reports.not-yours")
    _require_period(period)
    since, until = _moments(office, period)
    with office.database.reading() as unit:
        if period.unit and period.unit not in {one.id for one in unit.people.units()}:
            raise NotFound("unit.unknown", unit=period.unit)
        ends, by_hand = _acts(office, unit)
        days = (period.since, period.until)
        return Facts(
            period=period,
            issued=_of(period, unit.indicators.issued(*days, tokens, by_hand)),
            received=_of(period, unit.indicators.received(since, until, tokens, ends)),
            closed=_of(period, unit.indicators.closed(*days, tokens, by_hand)),
            calendar=calendar_of(office, unit),
            now=office.clock(),
        )


def indicators(office: Office, period: Period, *, by: Person) -> tuple[Indicator, ...]:
    """Give every indicator of a period. Raises as ``facts``."""
    return tuple(measured(facts(office, period, by=by)))


def measured(known: Facts) -> Iterator[Indicator]:
    """Give every indicator of what is known."""
    yield from (one.made_of(known, Kind.OUTGOING, known.issued) for one in OUTGOING)
    yield from (one.made_of(known, Kind.INCOMING, known.received) for one in INCOMING)
    yield from (one.made_of(known, Kind.FILES, known.closed) for one in FILES)


def indicator(office: Office, id: str, period: Period, *, by: Person) -> Indicator:
    """Give one indicator of a period. Raises as ``facts``; NotFound: there is no such."""
    made = next((one for one in indicators(office, period, by=by) if one.id == id), None)
    if made is None:
        raise NotFound("reports.unknown", indicator=id)
    return made


def listed(
    office: Office, made: Indicator, skip: int, limit: int
) -> list[tuple[Counted, Document | CaseFile]]:
    """Give part of what an indicator is made of, what falls short first."""
    order = sorted(made.behind, key=lambda one: one.counted >= one.of)[skip : skip + limit]
    with office.database.reading() as unit:
        if made.kind is Kind.FILES:
            return [(one, unit.case_files.get(one.id)) for one in order]
        return [(one, unit.documents.get(DocumentId(one.id))) for one in order]


def this_year(office: Office) -> Period:
    """Give the period from the first day of the year until today."""
    today = office.today()
    return Period(today.replace(month=1, day=1), today)


def _of(period: Period, found: Iterable[F]) -> tuple[F, ...]:
    return tuple(one for one in found if period.unit in ("", one.unit))


def _require_period(period: Period) -> None:
    if period.until < period.since:
        raise Refused("reports.turned")
    if period.until - period.since > timedelta(days=LONGEST):
        raise Refused("reports.too-long", limit=LONGEST)


def _moments(office: Office, period: Period) -> tuple[datetime, datetime]:
    try:
        first = datetime.combine(period.since, time.min, office.zone)
        end = datetime.combine(period.until + timedelta(days=1), time.min, office.zone)
    except OverflowError as beyond:
        raise Refused("body.invalid", field="to", why="not a date") from beyond
    return first, end


Acts = frozenset[tuple[str, str]]


def _acts(office: Office, unit: Unit) -> tuple[Acts, Acts]:
    """Give the acts that end the work on a document, and those that hand it over by hand.

    Every version of every road counts, since documents stay on the one they began on.
    """
    ends: set[tuple[str, str]] = set()
    by_hand: set[tuple[str, str]] = set()
    for digest, name in unit.definitions.named():
        route = office.roads.of(unit, digest, name)
        ends |= set(_ending(route))
        by_hand |= set(_handing(route))
    return frozenset(ends), frozenset(by_hand)


def _ending(route: Route) -> Iterator[tuple[str, str]]:
    for state in route.states.values():
        yield from ((state.name, act.name) for act in state.acts if act.reports == FINISHED)


def _handing(route: Route) -> Iterator[tuple[str, str]]:
    for state in route.states.values():
        sends = any(act.does is Effect.DISPATCH and act.to != state.name for act in state.acts)
        if sends:
            yield from (
                (state.name, act.name)
                for act in state.acts
                if act.does is None and act.name not in ELSEWHERE
            )


# ── outgoing ─────────────────────────────────────────────────────────────────────────────


def _signed(_: Facts, one: Issued) -> Share:
    return int(one.signed_at is not None and one.sealed), 1


def _signed_by_leader(_: Facts, one: Issued) -> Share:
    return int(one.signed_at is not None), 1


def _signed_by_agency(_: Facts, one: Issued) -> Share:
    return int(one.sealed), 1


def _by_network(_: Facts, one: Issued) -> Share:
    return one.delivered, one.recipients


def _sent_in_time(known: Facts, one: Issued) -> Share:
    """Count what left the day it was signed or the next working day.

    Source  Decree 30/2020, art. 4 and 18.
    """
    if one.signed_at is None:
        return 0, 0
    last = known.next_day(known.day(one.signed_at))
    if one.left_at is None:
        return 0, int(known.today > last)
    return int(known.day(one.left_at) <= last), 1


OUTGOING: tuple[Measure[Issued], ...] = (
    Measure("signed", "Văn bản đi ký số", "Outgoing documents digitally signed", _signed),
    Measure(
        "signed-by-leader",
        "Văn bản đi có chữ ký số cá nhân",
        "Signed by a leader",
        _signed_by_leader,
    ),
    Measure(
        "signed-by-agency",
        "Văn bản đi có chữ ký số cơ quan",
        "Signed by the agency",
        _signed_by_agency,
    ),
    Measure("exchanged", "Lượt gửi đến nơi qua mạng", "Recipients reached by network", _by_network),
    Measure("sent-in-time", "Phát hành đúng thời hạn", "Sent in time", _sent_in_time),
)

# ── incoming ─────────────────────────────────────────────────────────────────────────────


def _registered_in_time(known: Facts, one: Received) -> Share:
    """Count what was registered the day it came or the next working day.

    Source  Decree 30/2020, art. 4.
    """
    last = known.next_day(known.day(one.came_at))
    if one.registered_on is None:
        return 0, int(one.open and known.today > last)
    return int(one.registered_on <= last), 1


def _handled(_: Facts, one: Received) -> Share:
    return int(one.ended_at is not None), int(one.ended_at is not None or one.open)


def _handled_in_time(known: Facts, one: Received) -> Share:
    """Count what ended by its day, of what has ended or should have by now."""
    if one.ended_at is None:
        return 0, int(is_late(known, one))
    return int(one.due_on is None or known.day(one.ended_at) <= one.due_on), 1


def is_late(known: Facts, one: Received) -> bool:
    """Tell whether an incoming document should have ended by now and has not."""
    return one.open and one.ended_at is None and one.due_on is not None and one.due_on < known.today


INCOMING: tuple[Measure[Received], ...] = (
    Measure(
        "registered-in-time", "Vào sổ đúng thời hạn", "Registered in time", _registered_in_time
    ),
    Measure("handled", "Văn bản đến đã giải quyết", "Incoming documents dealt with", _handled),
    Measure("handled-in-time", "Giải quyết đúng hạn", "Dealt with in time", _handled_in_time),
)

# ── case files ───────────────────────────────────────────────────────────────────────────


def _online(_: Facts, one: Closed) -> Share:
    return int(one.online), 1


FILES: tuple[Measure[Closed], ...] = (
    Measure(
        "files-online",
        "Hồ sơ công việc xử lý trên môi trường mạng",
        "Case files handled online",
        _online,
    ),
)
