"""Where each state of a road stands when it is drawn one below the other, as wide as a phone."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from records.drawing import Arrow, Box, Drawing, Frame, Line, Shape, Words
from records.route import AGREED, OUTCOMES, Route, State

WIDTH = 340
CHANNELS = 44  # kept free on each side for arrows that skip a box
GAP = 26  # between two boxes
PADDING = 9
TITLE_LINE, LINE = 18, 16  # heights
INSET = 10  # of a box inside a parallel one
TITLE_SIGNS, SIGNS = 29, 37  # how many fit across a box
HERE = 8  # how far below its upper edge an arrow meets a box, beside the padding
LEADS, YES, NO = "→", "✓", "✗"


def lay_out(route: Route, words: Words) -> Drawing:
    """Give the boxes in the order the road usually goes, and the arrows between them."""
    order = ordered(route)
    boxes: list[Box] = []
    y = 6
    for name in order:
        box = _box(route, route.states[name], words, y)
        boxes.append(box)
        y += box.height + GAP
    frames = tuple(_frames(route, boxes))
    return Drawing(WIDTH, y - GAP + 6, tuple(boxes), tuple(_arrows(route, boxes)), frames)


def ordered(route: Route) -> tuple[str, ...]:
    """Give every state: where the road usually goes, then sidings, then the other ends.

    What lies inside a parallel state follows it, and so does a detour that a choice may take.
    """
    spine: list[str] = []
    name = route.start
    while name and name not in spine:
        spine.append(name)
        name = route.states[name].onward
    found: list[str] = []
    for stop in spine:
        _take(route, stop, found, set(spine))
    found += [name for name in route.states if name not in found]
    ends = [name for name in found if route.states[name].final]
    return (*(name for name in found if name not in ends), *ends)


def _take(route: Route, name: str, found: list[str], later: set[str]) -> None:
    """Take in a state, what lies inside it, and the detours of its choice."""
    if name in found:
        return
    found.append(name)
    found += [inner for inner in _inside(route, name) if inner not in found]
    for turn in route.states[name].choice:
        if turn.to not in later and turn.to not in OUTCOMES:
            _take(route, turn.to, found, later)


def _inside(route: Route, name: str) -> Iterator[str]:
    for other in route.states.values():
        if other.home[0] == name:
            yield other.name
            yield from _inside(route, other.name)


def _depth(route: Route, state: State) -> int:
    return 1 + _depth(route, route.states[state.home[0]]) if state.home[0] else 0


def _box(route: Route, state: State, words: Words, y: int) -> Box:
    depth = _depth(route, state)
    fits = SIGNS - 3 * depth
    title = tuple(textwrap.wrap(words.title(state.title), TITLE_SIGNS - 2 * depth)) or ("",)
    who = tuple(textwrap.wrap(words.who(state.who), fits)) if state.who else ()
    lines = tuple(_lines(route, state, words))
    height = 2 * PADDING + TITLE_LINE * len(title) + LINE * (len(who) + len(lines))
    x = CHANNELS + INSET * depth
    return Box(
        name=state.name,
        shape=_shape(state),
        title=title,
        who=who,
        lines=tuple(
            Line(textwrap.shorten(one.words, fits, placeholder="…"), one.to) for one in lines
        ),
        x=x,
        y=y,
        width=WIDTH - 2 * x,
        height=height,
        depth=depth,
    )


def _shape(state: State) -> Shape:
    if state.parallel:
        return Shape.PARALLEL
    if state.choice:
        return Shape.CHOICE
    return Shape.END if state.final else Shape.STEP


def _lines(route: Route, state: State, words: Words) -> Iterator[Line]:
    if state.parallel:
        of = len(state.parallel.branches)
        yield Line(words.wanted % (state.parallel.wanted, of))
        yield _leading(route, words, words.agreed, state.parallel.agreed)
        yield _leading(route, words, words.declined, state.parallel.declined)
    for turn in state.choice:
        yield _leading(route, words, turn.text or words.otherwise, turn.to)
    for act in state.acts:
        yield _leading(route, words, words.title(act.title), act.to)


def _leading(route: Route, words: Words, said: str, to: str) -> Line:
    if to in OUTCOMES:
        return Line(f"{said} {YES if to == AGREED else NO}")
    return Line(f"{said} {LEADS} {words.title(route.states[to].title)}", to)


def _frames(route: Route, boxes: Sequence[Box]) -> Iterator[Frame]:
    for box in boxes:
        inner = set(_inside(route, box.name))
        enclosed = [one for one in boxes if one.name in inner]
        if enclosed:
            bottom = max(one.y + one.height for one in enclosed)
            yield Frame(box.x - 4, box.y - 4, box.width + 8, bottom - box.y + 10)


@dataclass(frozen=True, slots=True)
class _Way:
    source: Box
    to: Box
    line: int  # which line of the source it leaves from

    @property
    def port(self) -> int:
        """Give the height at which it leaves its box."""
        above = PADDING + TITLE_LINE * len(self.source.title) + LINE * len(self.source.who)
        return self.source.y + above + LINE * self.line + LINE // 2

    @property
    def back(self) -> bool:
        """Tell whether it leads up again."""
        return self.to.y <= self.source.y


def _arrows(route: Route, boxes: Sequence[Box]) -> Iterator[Arrow]:
    places = {box.name: n for n, box in enumerate(boxes)}
    skipping: list[_Way] = []
    for n, box in enumerate(boxes):
        for branch in _begins(route, box.name):
            to = boxes[places[branch]]
            if to is boxes[n + 1]:
                yield _straight(box, to)
        below: set[str] = set()
        for line, one in enumerate(box.lines):
            if not one.to:
                continue
            to = boxes[places[one.to]]
            if places[one.to] == n + 1 and to.depth == box.depth:
                if one.to not in below:
                    yield _straight(box, to)
                below.add(one.to)
            else:
                skipping.append(_Way(box, to, line))
    for back in (True, False):
        yield from _channelled([way for way in skipping if way.back is back], back=back)


def _begins(route: Route, name: str) -> list[str]:
    parallel = route.states[name].parallel
    return [branch.start for branch in parallel.branches] if parallel else []


def _straight(box: Box, to: Box) -> Arrow:
    middle = WIDTH // 2
    return Arrow(box.name, to.name, ((middle, box.y + box.height), (middle, to.y)))


def _channelled(ways: Sequence[_Way], *, back: bool) -> Iterator[Arrow]:
    """Give arrows that skip boxes, those to one box in one channel, no two channels crossing."""
    targets = list(dict.fromkeys(way.to.name for way in sorted(ways, key=_reach)))
    lanes: list[list[tuple[int, int]]] = []
    lane_of: dict[str, int] = {}
    for name in targets:
        span = _span([way for way in ways if way.to.name == name])
        fitting = (
            n for n, taken in enumerate(lanes) if all(a > span[1] or b < span[0] for a, b in taken)
        )
        lane = next(fitting, len(lanes))
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(span)
        lane_of[name] = lane
    step = (CHANNELS - 10) // max(len(lanes), 3)
    for way in ways:
        away = 8 + step * lane_of[way.to.name]
        yield _around(way, away, back=back)


def _reach(way: _Way) -> int:
    return abs(way.to.y - way.source.y)


def _span(ways: Sequence[_Way]) -> tuple[int, int]:
    heights = [height for way in ways for height in (way.port, way.to.y + HERE)]
    return min(heights), max(heights)


def _around(way: _Way, away: int, *, back: bool) -> Arrow:
    channel = CHANNELS - away if back else WIDTH - CHANNELS + away
    source, to = (box.x if back else box.x + box.width for box in (way.source, way.to))
    arrive = way.to.y + HERE + PADDING
    points = ((source, way.port), (channel, way.port), (channel, arrive), (to, arrive))
    return Arrow(way.source.name, way.to.name, points, back)
