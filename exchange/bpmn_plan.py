"""A road as BPMN sees it: tasks, gateways and flows, each with its place on the sheet."""

from dataclasses import dataclass, field
from enum import StrEnum

from records.route import OUTCOMES, Parallel, Route, State, Title

COLUMN, ROW = 70, 130  # free space between columns; height of a row
TASK, GATEWAY, EVENT = (130, 80), (50, 50), (36, 36)
EDGE = 40  # free space inside a subprocess, and around the whole


class Kind(StrEnum):
    """What a node is in BPMN 2.0."""

    START = "startEvent"
    END = "endEvent"
    PEOPLE = "userTask"
    OFFICE = "serviceTask"
    ONE_OF = "exclusiveGateway"
    FORK = "parallelGateway"
    SOME_OF = "complexGateway"
    INNER = "subProcess"


SIZE = {
    Kind.START: EVENT,
    Kind.END: EVENT,
    Kind.ONE_OF: GATEWAY,
    Kind.FORK: GATEWAY,
    Kind.SOME_OF: GATEWAY,
    Kind.PEOPLE: TASK,
    Kind.OFFICE: TASK,
}


@dataclass
class Node:
    """One shape."""

    id: str
    kind: Kind
    title: Title | None = None
    inner: "Plan | None" = None
    wanted: int = 0  # of a complex gateway: how many yes it waits for
    x: int = 0
    y: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Give width and height."""
        return self.inner.size if self.inner else SIZE[self.kind]


@dataclass
class Flow:
    """One arrow."""

    id: str
    source: Node
    to: Node
    title: Title | None = None
    condition: str = ""


@dataclass
class Plan:
    """A process, or one inside another."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Give what it takes to enclose everything."""
        right = max(node.x + node.size[0] for node in self.nodes.values())
        bottom = max(node.y + node.size[1] for node in self.nodes.values())
        return right + EDGE, bottom + EDGE + 30

    def add(self, node: Node) -> Node:
        """Take in a node."""
        self.nodes[node.id] = node
        return node

    def flow(self, source: Node, to: Node, title: Title | None = None, condition: str = "") -> None:
        """Lead from one node to another."""
        same = sum(one.source is source and one.to is to for one in self.flows)
        id = f"{source.id}__{to.id}" + (f"__{same}" if same else "")
        self.flows.append(Flow(id, source, to, title, condition))


def plan_of(route: Route) -> Plan:
    """Give a whole road, laid out from left to right."""
    plan = Plan()
    start = plan.add(Node("start", Kind.START))
    outer = {name: one for name, one in route.states.items() if not one.home[0]}
    _fill(route, plan, outer, {})
    plan.flow(start, plan.nodes[route.start])
    _place(plan)
    return plan


def _fill(route: Route, plan: Plan, states: dict[str, State], outcomes: dict[str, Node]) -> None:
    for name, state in states.items():
        plan.add(_node(route, name, state))
    for name, state in states.items():
        ways = _ways(state)
        source = plan.nodes[name]
        if len(ways) > 1 and source.kind is not Kind.ONE_OF:
            # Several flows out of a task would all be taken: what was chosen is a gateway's to say.
            gateway = plan.add(Node(f"{name}_choice", Kind.ONE_OF))
            plan.flow(source, gateway)
            source = gateway
        for to, title, condition in ways:
            plan.flow(source, outcomes[to] if to in OUTCOMES else plan.nodes[to], title, condition)


def _node(route: Route, name: str, state: State) -> Node:
    if state.parallel:
        return Node(name, Kind.INNER, state.title, _branches(route, name, state.parallel))
    if state.choice:
        return Node(name, Kind.ONE_OF, state.title)
    if state.final:
        return Node(name, Kind.END, state.title)
    return Node(name, Kind.OFFICE if state.automatic else Kind.PEOPLE, state.title)


def _ways(state: State) -> list[tuple[str, Title | None, str]]:
    ways: list[tuple[str, Title | None, str]] = []
    if state.parallel:
        of = f"{state.parallel.wanted}/{len(state.parallel.branches)}"
        ways.append((state.parallel.agreed, Title(f"Đủ {of} đồng ý", f"{of} agreed"), ""))
        ways.append((state.parallel.declined, Title("Không đạt", "Declined"), ""))
    ways += [(turn.to, None, turn.text) for turn in state.choice]
    return [*ways, *((act.to, act.title, "") for act in state.acts)]


def _branches(route: Route, name: str, parallel: Parallel) -> Plan:
    plan = Plan()
    start = plan.add(Node(f"{name}_start", Kind.START))
    fork = plan.add(Node(f"{name}_fork", Kind.FORK))
    join = Node(f"{name}_join", Kind.SOME_OF, wanted=parallel.wanted)
    inner = {one: state for one, state in route.states.items() if state.home[0] == name}
    _fill(route, plan, inner, dict.fromkeys(OUTCOMES, join))
    plan.add(join)
    end = plan.add(Node(f"{name}_end", Kind.END))
    plan.flow(start, fork)
    for branch in parallel.branches:
        plan.flow(fork, plan.nodes[branch.start], branch.title)
    plan.flow(join, end)
    _place(plan)
    return plan


def _place(plan: Plan) -> None:
    """Put each node right of the first one that leads to it, below what stands there already."""
    rank = _ranks(plan)
    columns: dict[int, list[Node]] = {}
    for id, node in plan.nodes.items():
        columns.setdefault(rank[id], []).append(node)
    x = EDGE
    for n in sorted(columns):
        wide = max(node.size[0] for node in columns[n])
        y = EDGE + 20
        for node in columns[n]:
            width, height = node.size
            node.x = x + (wide - width) // 2
            node.y = y + max(0, (TASK[1] - height) // 2)
            y += max(ROW, height + ROW - TASK[1])
        x += wide + COLUMN


def _ranks(plan: Plan) -> dict[str, int]:
    onward: dict[str, list[str]] = {id: [] for id in plan.nodes}
    for flow in plan.flows:
        onward[flow.source.id].append(flow.to.id)
    first = [id for id, node in plan.nodes.items() if node.kind is Kind.START]
    rank = dict.fromkeys(first, 0)
    waiting = list(first)
    for id in waiting:
        for to in onward[id]:
            if to not in rank:
                rank[to] = rank[id] + 1
                waiting.append(to)
    return {id: rank.get(id, 0) for id in plan.nodes}
