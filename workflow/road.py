"""Who may do what now: the road as configured, read for one document and one person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from identity.reading import tokens_of
from records.assignment import Wanted
from records.delegation import Mandate
from records.document import Circulation, Classification, Document, Origin
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person
from records.route import BACKWARD, DECLINED, Act, Effect, Need, Route, State, Who, Whom, fits
from records.signing import Leave
from records.step import OF_DIRECTIVES, ROAD, Step, StepKind
from storage.unit import Unit as UnitOfWork
from workflow.desks import BY_ITSELF, SYSTEM, possible
from workflow.mandates import mandates_of, may_know
from workflow.office import Office
from workflow.required import required
from workflow.turns import approved_digests

MARKED = frozenset({Origin.INITIALLED, Origin.SIGNED, Origin.SEALED})
"""How bytes came to be that bear somebody's signature, so that nobody can submit them anew."""

WEIGHTY = frozenset({Effect.SIGN, Effect.SEAL, Effect.ENTER})
"""What somebody must have shown lately to be themselves for."""

AGAINST = BACKWARD | {"refuse", "decline"}
"""Acts that are never an approval, and wait for nobody's."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose when they acted."""

    comment: str = ""
    to: str = ""  # whom to charge: a person, or a unit, whose head it then is
    shown: str = ""  # digest of the bytes that were shown
    recipients: tuple[str, ...] = ()  # organ ids
    seen: int | None = None  # the version that was shown (If-Match)
    on_behalf_of: str = ""  # in whose name, where several are possible; "": their own first
    reserved: str = ""  # id of a held number to use instead of the next one
    step: int = 0  # which of several open steps; 0: the first that is theirs
    next: str = ""  # id of the person chosen for the step this leads to
    fields: Mapping[str, str] = field(default_factory=dict)  # what the act asks for
    due: datetime | None = None  # until when an opinion is asked, or the lead has
    parts: tuple[Wanted, ...] = ()  # whom else a directive charges
    review: bool = True  # whether the leader looks at the result before the document is complete
    leave: Leave = field(default_factory=Leave)  # what lets their key sign
    barred: str = ""  # the rule by which this pass signs, numbers and seals nothing, if it may not


@dataclass(frozen=True, slots=True)
class Standing:
    """A document where it stands on its road."""

    document: Document
    steps: tuple[Step, ...]
    route: Route
    mandates: tuple[Mandate, ...] = ()  # in whose names whoever looks may act today
    focus: int = 0  # the step that is spoken of; 0: the one on the road itself

    @property
    def state(self) -> State:
        """Give the state that is spoken of: the document's, or one inside a branch of it."""
        step = self.step
        return self.route.states[step.state if step else self.document.state]

    @property
    def step(self) -> Step | None:
        """Give the open step that is spoken of, if the road goes on."""
        if self.focus:
            return next((one for one in self.steps if one.n == self.focus), None)
        return next((one for one in self.open if not one.parent), None)

    @property
    def open(self) -> list[Step]:
        """Give every open step of the road, those of branches too."""
        return [one for one in self.steps if one.open and one.kind in ROAD]

    def on(self, n: int) -> "Standing":
        """Give the same, speaking of another open step."""
        return replace(self, focus=n)

    def hanging(self, n: int) -> list[Step]:
        """Give what is still asked of others about an open step."""
        return [one for one in self.steps if one.open and one.parent == n and one.kind not in ROAD]

    @property
    def approvals(self) -> list[Step]:
        """Give the approvals that still count for the latest bytes."""
        return [
            step
            for step in self.steps
            if step.approval
            and step.cancelled_at is None
            and step.digest in approved_digests(self.document)
        ]


def standing(
    office: Office, unit: UnitOfWork, id: str, by: Person, *, whole: bool = False
) -> Standing:
    """Give a document where it stands, to somebody who may know of it. Raises NotFound.

    Takes   whole: with every step there ever was, not only those that say what may be done now.
    """
    document = unit.documents.get(id)
    mandates = mandates_of(unit, document, by, office.today())
    if not mandates and not may_know(unit, document, by):
        raise NotFound("document.unknown")
    route = office.roads.of(unit, document.definition, document.workflow)
    shown = approved_digests(document)
    steps = unit.steps.of(id) if whole else unit.steps.counting(id, shown)
    at = Standing(document, tuple(steps), route, mandates)
    # A mandate shows what waits for the one who gave it, and nothing else they may read.
    if not may_know(unit, document, by) and not _mandated(unit, at):
        raise NotFound("document.unknown")
    return at


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that somebody may do now, and the step it ends."""

    step: Step
    act: Act


def offers(unit: UnitOfWork, at: Standing, by: Person) -> list[Offer]:
    """Give exactly the acts this person may do now, branch by branch."""
    if at.document.rests_since or at.document.recalled_at:
        return []
    return [
        Offer(step, act)
        for step in at.open
        for act in offered(unit, at.on(step.n), by)
        if not waits_for_others(at.on(step.n), act)
    ]


def offered(unit: UnitOfWork, at: Standing, by: Person) -> list[Act]:
    """Give exactly the acts this person may do now, in their own name or another's."""
    return [
        act
        for act in at.state.acts
        if any(not _barred(at, act, by, one) for one in _capacities(unit, at, act, by))
        and not (act.does is Effect.DISPATCH and _stays(at.document))
        and not needs_revision(at, act)
        and not _unproven(unit, at, act)
    ]


def mandate_of(
    unit: UnitOfWork, at: Standing, act: Act, by: Person, choice: Choice
) -> Mandate | None:
    """Give the mandate on which somebody does an act, None where they do it in their own name.

    Raises  NotAllowed: it is theirs in no name, or not in the name they chose.
    """
    found = _capacities(unit, at, act, by)
    named = choice.on_behalf_of
    if named:
        found = [one for one in found if (one.principal.id if one else by.id) == named]
    if not found:
        raise NotAllowed("step.not-yours", action=act.name)
    return next((one for one in found if not _barred(at, act, by, one)), found[0])


def behalf_of(
    unit: UnitOfWork, at: Standing, found: Iterable[Offer], by: Person
) -> dict[str, Mandate]:
    """Give on which mandate each of these acts would be done, without those in their own name."""
    named = {
        one.act.name: mandate_of(unit, at.on(one.step.n), one.act, by, Choice()) for one in found
    }
    return {name: one for name, one in named.items() if one is not None}


def aimed(unit: UnitOfWork, at: Standing, name: str, by: Person, n: int) -> Standing:
    """Give the standing that speaks of the step an act is about: the one named, or the first.

    Raises  Outrun: the step that was named is open no longer.
    """
    if n:
        if n not in {one.n for one in at.open}:
            raise Outrun("step.outrun")
        return at.on(n)
    theirs = [
        one for one in at.open for act in offered(unit, at.on(one.n), by) if _named(act, name)
    ]
    known = [one for one in at.open if _find(at.route.states[one.state], name)]
    first = next(iter((*theirs, *known)), None)
    return at.on(first.n) if first else at


def waits_for_others(at: Standing, act: Act) -> str:
    """Give the rule by which an act must wait for what others were asked, "" if none does."""
    step = at.step
    asked = {one.kind for one in at.hanging(step.n)} if step else set()
    if StepKind.ERRAND in asked:
        return "step.errand-out"
    if act.name in AGAINST:
        return ""
    return "step.approver-waits" if StepKind.APPROVER in asked else _disagreed(at)


def _require_others(at: Standing, act: Act) -> None:
    waits = waits_for_others(at, act)
    if waits == "step.errand-out":
        raise Refused("step.errand-out")
    if waits == "step.approver-waits":
        raise Refused("step.approver-waits")
    if waits:
        raise Refused("step.approver-declined")


def _disagreed(at: Standing) -> str:
    """Give the rule that stands against an act while an approver who was added disagrees."""
    last = {
        one.closed_by: one.outcome
        for one in at.steps
        if at.step
        and one.parent == at.step.n
        and one.kind is StepKind.APPROVER
        and one.digest == at.document.latest.digest
    }
    return "step.approver-declined" if DECLINED in last.values() else ""


def judge(unit: UnitOfWork, at: Standing, name: str, by: Person, choice: Choice) -> Act:
    """Give the act of this name, if this person may do it now with what they chose.

    Raises  Outrun: somebody was faster, or other bytes were shown. NotAllowed: it is not theirs.
            Refused: a rule forbids it, or something it needs is missing.
    """
    if choice.seen is not None and not current(at, choice.seen):
        raise Outrun("step.outrun")
    if at.document.recalled_at:
        raise Refused("recall.frozen")
    if at.document.rests_since:
        raise Refused("step.rests")
    act = _find(at.state, name)
    if act is None:
        raise _absence(unit, at, name, by)
    mandate = mandate_of(unit, at, act, by, choice)
    _require_presence(act, choice)
    _require_others(at, act)
    _require(unit, at, act, choice, by)
    barred = _barred(at, act, by, mandate)
    if barred:
        raise barred
    if _unproven(unit, at, act):
        raise Refused("proof.pending")
    return act


def _require_presence(act: Act, choice: Choice) -> None:
    """Refuse what weighs heavily to a pass whose holder has not shown lately that it is them."""
    if act.does in WEIGHTY:
        require_presence(choice)


def require_presence(choice: Choice) -> None:
    """Raise NotAllowed if this pass signs nothing, or its holder must show once more who it is."""
    if choice.barred == "token.scope":
        raise NotAllowed("token.scope")
    if choice.barred:
        raise NotAllowed("login.stale")


def current(at: Standing, seen: int) -> bool:
    """Tell whether what somebody saw still is so: in a branch, as far as it concerns the branch."""
    step = at.step
    if step is not None and step.parent:
        return step.since <= seen <= at.document.version
    return seen == at.document.version


def needs_revision(at: Standing, act: Act) -> bool:
    """Tell whether the bytes bear a signature, so that others must be brought before this act."""
    return act.name == "submit" and at.document.origin in MARKED


def _unproven(unit: UnitOfWork, at: Standing, act: Act) -> bool:
    """Tell whether the signatures still wait for the proof that must be there before this act."""
    if act.does not in (Effect.SEAL, Effect.DISPATCH, Effect.ARCHIVE):
        return False
    proof = unit.proofs.of(at.document.id)
    speaks = proof is not None and proof.digest == at.document.latest.digest
    return speaks and proof is not None and not proof.complete


def _find(state: State, name: str) -> Act | None:
    return next((act for act in state.acts if _named(act, name)), None)


def _named(act: Act, name: str) -> bool:
    return name in (act.name, act.also)


def _absence(unit: UnitOfWork, at: Standing, name: str, by: Person) -> Exception:
    known = [
        (state, act)
        for state in at.route.states.values()
        for act in state.acts
        if _named(act, name)
    ]
    if not known:
        return Refused("step.unknown-action", action=name)
    for state, act in known:
        if tokens_of(by) & possible(unit, at.document, act.who or state.who):
            return Outrun("step.not-now", action=name)
    return NotAllowed("step.not-yours", action=name)


def _on_desk(unit: UnitOfWork, at: Standing, act: Act, by: Person) -> bool:
    if at.step is None:
        return False
    if by.id == SYSTEM.id:
        return at.state.automatic == act.name and BY_ITSELF in at.step.desk
    if act.who == (Who(Whom.PREVIOUS),):
        before = previous(at)
        return before is not None and before.closed_by == by.id
    if act.who:
        return bool(possible(unit, at.document, act.who) & tokens_of(by))
    return holds(unit, at, by)


def holds(unit: UnitOfWork, at: Standing, by: Person) -> bool:
    """Tell whether the step that is spoken of lies on somebody's desk, and is still theirs."""
    if at.step is None:
        return False
    mine = tokens_of(by)
    lying = at.step.desk & mine
    if any(not token.startswith("person:") for token in lying) or lying & at.step.by_hand:
        return True
    # Whoever is named on a desk may have lost the post that once put them there.
    return bool(lying and possible(unit, at.document, at.state.who) & mine)


def previous(at: Standing) -> Step | None:
    """Give the step just before this one, if whoever did it may still take it back."""
    here = at.step
    if here is None or any(one.parent == here.n and _binds(one) for one in at.steps):
        return None
    closed = [
        one
        for one in at.steps
        if one.closed_at is not None
        and one.kind in ROAD
        and (one.parent, one.branch) == (here.parent, here.branch)
    ]
    last = closed[-1] if closed else None
    taken = last is None or last.kind is StepKind.JOIN or last.act in BACKWARD
    return None if taken else last


def _binds(step: Step) -> bool:
    """Tell whether something that was done meanwhile keeps what went before from being undone."""
    return step.closed_at is not None and step.kind not in OF_DIRECTIVES


def _capacities(unit: UnitOfWork, at: Standing, act: Act, by: Person) -> list[Mandate | None]:
    """Give in which capacities an act is somebody's: their own, then each of their mandates."""
    own: list[Mandate | None] = [None] if _on_desk(unit, at, act, by) else []
    return own + [one for one in at.mandates if _on_desk(unit, at, act, one.principal)]


def _mandated(unit: UnitOfWork, at: Standing) -> bool:
    return any(_waits_for(unit, at, one.principal) for one in at.mandates)


def _waits_for(unit: UnitOfWork, at: Standing, who: Person) -> bool:
    """Tell whether anything on a document, on its road or beside it, is somebody's to do."""
    if any(step.open and step.kind not in ROAD and step.desk & tokens_of(who) for step in at.steps):
        return True
    return any(
        _on_desk(unit, at.on(step.n), act, who)
        for step in at.open
        for act in at.route.states[step.state].acts
    )


def _barred(at: Standing, act: Act, by: Person, mandate: Mandate | None) -> Refused | None:
    """Give what stands against an approval: nobody approves their own draft, nor counts twice."""
    return barred_approval(at, by, mandate) if approves_in(at.state, act) else None


def barred_approval(at: Standing, by: Person, mandate: Mandate | None) -> Refused | None:
    """Give what stands against an approval of the latest bytes, on the road or beside it."""
    drafted = by.id == at.document.drafter
    if mandate is None:
        twice = any(one.closed_by == by.id and one.on_behalf_of for one in at.approvals)
        own = _alone(at, by)
    else:
        others = (one for one in at.approvals if not _given_here(at, one, mandate))
        twice = any(one.closed_by == by.id for one in others)
        own = drafted or _alone(at, mandate.principal)
    if own:
        return Refused("approve.own-draft")
    return Refused("approve.twice") if twice else None


def _given_here(at: Standing, given: Step, mandate: Mandate) -> bool:
    """Tell whether an approval is this very one, given before the document came back here."""
    here = given.kind in ROAD and given.state == at.state.name
    return here and given.on_behalf_of == mandate.principal.id


def approves_in(state: State, act: Act) -> bool:
    """Tell whether an act of a state is an approval of the bytes it speaks of."""
    return state.approves and act.name not in AGAINST and act.to != DECLINED


def _secret(document: Document) -> bool:
    return document.classification is not Classification.NONE


def _stays(document: Document) -> bool:
    """Tell whether a document never leaves the agency, for its class or its mark."""
    return _secret(document) or document.circulation is not Circulation.NONE


def _alone(at: Standing, by: Person) -> bool:
    own = at.document.drafter
    others = [s for s in at.approvals if s.closed_by != own and s.kind is not StepKind.JOIN]
    return by.id == at.document.drafter and not others


def approves(at: Standing, act: Act) -> bool:
    """Tell whether this act is an approval of the bytes it speaks of."""
    return approves_in(at.state, act)


def _require(unit: UnitOfWork, at: Standing, act: Act, choice: Choice, by: Person) -> None:
    if Need.COMMENT in act.needs and not choice.comment.strip():
        raise Refused("comment.required", action=act.name)
    if Need.SEEN in act.needs and not choice.shown:
        raise Refused("shown.required", action=act.name)
    if choice.shown and choice.shown != at.document.latest.digest:
        raise Outrun("step.other-bytes")
    if Need.OPENED in act.needs:
        latest = at.document.latest.digest
        if not unit.documents.opened(at.document.id, by.id, latest):
            raise Refused("opened.required")
    _require_fields(at, act, choice)
    if Need.ASSIGNEE in act.needs and not choice.to:
        raise Refused("assignee.required")
    if act.does is Effect.SIGN:
        _require_approvals(at)


def _require_fields(at: Standing, act: Act, choice: Choice) -> None:
    for name in act.asks:
        told = choice.fields.get(name, at.document.fields.get(name, "")).strip()
        if not told:
            raise Refused("field.required", field=name, action=act.name)
        if not fits(at.route.fields[name].kind, told):
            raise Refused("field.wrong", field=name, action=act.name)


def _require_approvals(at: Standing) -> None:
    given = {step.state for step in at.approvals if step.kind in ROAD}
    wanted = required(at.route, at.state.name)
    if wanted - given:
        raise Refused("sign.unapproved", missing=sorted(wanted - given))
