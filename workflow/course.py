"""What one act does to the open steps: which end, which begin, what branches come to together.

It knows nothing of people or of how steps are kept, so that every road can be tried on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from records.condition import Fact
from records.document import Document
from records.route import AGREED, DECLINED, OUTCOMES, Parallel, Route
from records.step import DROPPED, Step, StepKind


@dataclass(frozen=True, slots=True)
class Opening:
    """A step that begins."""

    n: int
    state: str
    kind: StepKind
    parent: int = 0
    branch: str = ""


@dataclass
class Course:
    """Where the steps of a document stand while an act is worked out."""

    route: Route
    state: str  # of the road itself
    facts: Mapping[str, Fact]
    live: dict[int, Opening]
    next: int  # the number of the next step to begin
    votes: dict[int, dict[str, str]] = field(default_factory=dict)  # join → branch → outcome
    opened: list[Opening] = field(default_factory=list)
    closed: dict[int, str] = field(default_factory=dict)  # step → outcome
    through: list[str] = field(default_factory=list)  # choices it passed by

    def leave(self, n: int, to: str) -> None:
        """Let the step ``n`` end by an act that leads to a state, or ends its branch."""
        step = self.live[n]
        self._close(n, to if to in OUTCOMES else "")
        self._go(to, step.parent, step.branch)

    def enter(self, name: str, parent: int = 0, branch: str = "") -> None:
        """Let the document, or one branch of it, come to a state."""
        state = self.route.states[name]
        if not parent:
            self.state = name
        if state.choice:
            self.through.append(name)
            turns = (
                one.to for one in state.choice if one.when is None or one.when.holds(self.facts)
            )
            self._go(next(turns), parent, branch)
        elif state.parallel:
            self._part(name, state.parallel, parent, branch)
        elif state.acts:
            self._open(name, StepKind.STEP, parent, branch)

    def _part(self, name: str, parallel: Parallel, parent: int, branch: str) -> None:
        n = self._open(name, StepKind.JOIN, parent, branch)
        self.votes[n] = {}
        for one in parallel.branches:
            # A branch that begins with a choice may be over at once, and with it the whole.
            if n in self.live:
                self.enter(one.start, n, one.name)

    def _go(self, to: str, parent: int, branch: str) -> None:
        if to in OUTCOMES:
            self.votes[parent][branch] = to
            self._decide(parent)
            return
        home = self.route.states[to].home
        while home != self._home(parent, branch):
            join = self.live[parent]
            self._close(parent, DROPPED)
            parent, branch = join.parent, join.branch
        self.enter(to, parent, branch)

    def _decide(self, n: int) -> None:
        join = self.live[n]
        parallel = self.route.states[join.state].parallel
        outcome = outcome_of(parallel, self.votes[n]) if parallel else None
        if parallel is None or outcome is None:
            return
        self._close(n, outcome)
        self._go(
            parallel.agreed if outcome == AGREED else parallel.declined, join.parent, join.branch
        )

    def _home(self, parent: int, branch: str) -> tuple[str, str]:
        return (self.live[parent].state, branch) if parent else ("", "")

    def _open(self, name: str, kind: StepKind, parent: int, branch: str) -> int:
        one = Opening(self.next, name, kind, parent, branch)
        self.next += 1
        self.live[one.n] = one
        self.opened.append(one)
        return one.n

    def _close(self, n: int, outcome: str) -> None:
        """Let a step end, and with it everything that hangs on it."""
        for hanging in [one.n for one in self.live.values() if one.parent == n]:
            self._close(hanging, DROPPED)
        del self.live[n]
        self.closed[n] = outcome


def outcome_of(parallel: Parallel, votes: Mapping[str, str]) -> str | None:
    """Give what branches come to together as soon as it is certain, None before.

    The yes is certain when enough agreed; the no when enough can agree no more. Where a no is
    still heard out, it waits for every branch, and the late ones may not turn it.
    """
    yes = sum(vote == AGREED for vote in votes.values())
    no = sum(vote == DECLINED for vote in votes.values())
    if yes >= parallel.wanted:
        return AGREED
    if no <= len(parallel.branches) - parallel.wanted:
        return None
    waiting = len(parallel.branches) - yes - no
    return None if parallel.collects and waiting else DECLINED


def course_of(route: Route, document: Document, steps: Iterable[Step]) -> Course:
    """Give where a document's steps stand now."""
    every = tuple(steps)
    live = {one.n: _opening(one) for one in every if one.open}
    votes = {one.n: dict(one.votes) for one in every if one.open and one.kind is StepKind.JOIN}
    last = max((one.n for one in every), default=0)
    return Course(route, document.state, facts_of(document), live, last + 1, votes)


def facts_of(document: Document) -> dict[str, Fact]:
    """Give what conditions may ask of a document."""
    return {
        **document.fields,
        "type": document.type,
        "direction": str(document.direction),
        "classification": str(document.classification),
        "urgency": str(document.urgency),
        "unit": document.unit,
        "drafter": document.drafter,
        "signer": document.fields.get("signer", document.signer),
        "recipients": document.recipients,
    }


def _opening(step: Step) -> Opening:
    return Opening(step.n, step.state, step.kind, step.parent, step.branch)
