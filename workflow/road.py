"""Who may do what now: the road as configured, read for one document and one person."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from identity.reading import cleared, tokens_of
from records.delegation import Mandate
from records.document import Classification, Document, Origin
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Role
from records.route import BACKWARD, Act, Effect, Need, Route, State, Who, Whom
from records.signing import Leave
from records.step import Step
from storage.people import People
from storage.unit import Unit as UnitOfWork
from workflow.mandates import mandates_of, may_know
from workflow.office import Office
from workflow.turns import approved_digest, signers_of, turn_of


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
    leave: Leave = field(default_factory=Leave)  # what lets their key sign


@dataclass(frozen=True, slots=True)
class Standing:
    """A document where it stands on its road."""

    document: Document
    steps: tuple[Step, ...]
    route: Route
    mandates: tuple[Mandate, ...] = ()  # in whose names whoever looks may act today

    @property
    def state(self) -> State:
        """Give the state it is in."""
        return self.route.states[self.document.state]

    @property
    def step(self) -> Step | None:
        """Give the open step, if the road goes on."""
        return next((step for step in self.steps if step.closed_at is None), None)

    @property
    def approvals(self) -> list[Step]:
        """Give the approvals that still count for the latest bytes."""
        return [
            step
            for step in self.steps
            if step.approval
            and step.cancelled_at is None
            and step.digest in (self.document.latest.digest, approved_digest(self.document))
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
    shown = (document.latest.digest, approved_digest(document))
    steps = unit.steps.of(id) if whole else unit.steps.counting(id, shown)
    at = Standing(document, tuple(steps), route, mandates)
    # A mandate shows what waits for the one who gave it, and nothing else they may read.
    if not may_know(unit, document, by) and not _mandated(unit, at):
        raise NotFound("document.unknown")
    return at


def offered(unit: UnitOfWork, at: Standing, by: Person) -> list[Act]:
    """Give exactly the acts this person may do now, in their own name or another's."""
    return [
        act
        for act in at.state.acts
        if any(not _barred(at, act, by, one) for one in _capacities(unit, at, act, by))
        and not (act.does is Effect.DISPATCH and _secret(at.document))
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
    unit: UnitOfWork, at: Standing, acts: Iterable[Act], by: Person
) -> dict[str, Mandate]:
    """Give on which mandate each of these acts would be done, without those in their own name."""
    found = {act.name: mandate_of(unit, at, act, by, Choice()) for act in acts}
    return {name: one for name, one in found.items() if one is not None}


def judge(unit: UnitOfWork, at: Standing, name: str, by: Person, choice: Choice) -> Act:
    """Give the act of this name, if this person may do it now with what they chose.

    Raises  Outrun: somebody was faster, or other bytes were shown. NotAllowed: it is not theirs.
            Refused: a rule forbids it, or something it needs is missing.
    """
    if choice.seen is not None and choice.seen != at.document.version:
        raise Outrun("step.outrun")
    act = _find(at.state, name)
    if act is None:
        raise _absence(unit, at, name, by)
    mandate = mandate_of(unit, at, act, by, choice)
    _require(at, act, choice)
    barred = _barred(at, act, by, mandate)
    if barred:
        raise barred
    if _unproven(unit, at, act):
        raise Refused("proof.pending")
    return act


def desk_of(unit: UnitOfWork, document: Document, who: tuple[Who, ...]) -> frozenset[str]:
    """Give the tokens of the people a step is for; of named, cleared people when classified.

    Raises  Refused: nobody can act there.
    """
    tokens = desk_for(unit.people, document, who)
    if not tokens:
        raise Refused("step.nobody")
    return tokens


def desk_for(people: People, document: Document, who: tuple[Who, ...]) -> frozenset[str]:
    """Give the tokens of those among ``people`` a step is for; none where nobody can act."""
    return frozenset(token for one in who for token in _tokens(people, document, one))


def needs_revision(at: Standing, act: Act) -> bool:
    """Tell whether the bytes bear a signature, so that others must be brought before this act."""
    return act.name == "submit" and at.document.origin in (Origin.SIGNED, Origin.SEALED)


def _unproven(unit: UnitOfWork, at: Standing, act: Act) -> bool:
    """Tell whether the signatures still wait for the proof that must be there before this act."""
    if act.does not in (Effect.SEAL, Effect.DISPATCH, Effect.ARCHIVE):
        return False
    proof = unit.proofs.of(at.document.id)
    speaks = proof is not None and proof.digest == at.document.latest.digest
    return speaks and proof is not None and not proof.complete


def _find(state: State, name: str) -> Act | None:
    return next((act for act in state.acts if name in (act.name, act.also)), None)


def _absence(unit: UnitOfWork, at: Standing, name: str, by: Person) -> Exception:
    known = [
        (state, act)
        for state in at.route.states.values()
        for act in state.acts
        if name in (act.name, act.also)
    ]
    if not known:
        return Refused("step.unknown-action", action=name)
    for state, act in known:
        if tokens_of(by) & _possible(unit, at.document, act.who or state.who):
            return Outrun("step.not-now", action=name)
    return NotAllowed("step.not-yours", action=name)


def _possible(unit: UnitOfWork, document: Document, who: tuple[Who, ...]) -> frozenset[str]:
    try:
        return desk_of(unit, document, who)
    except Refused:
        return frozenset()


def _on_desk(unit: UnitOfWork, at: Standing, act: Act, by: Person) -> bool:
    if at.step is None:
        return False
    if act.who == (Who(Whom.PREVIOUS),):
        return _previous(at) == by.id
    mine = tokens_of(by)
    if act.who:
        return bool(_possible(unit, at.document, act.who) & mine)
    lying = at.step.desk & mine
    if any(not token.startswith("person:") for token in lying):
        return True
    # Whoever is named on a desk may have lost the post that once put them there.
    return bool(lying and _possible(unit, at.document, at.state.who) & mine)


def _capacities(unit: UnitOfWork, at: Standing, act: Act, by: Person) -> list[Mandate | None]:
    """Give in which capacities an act is somebody's: their own, then each of their mandates."""
    own: list[Mandate | None] = [None] if _on_desk(unit, at, act, by) else []
    return own + [one for one in at.mandates if _on_desk(unit, at, act, one.principal)]


def _mandated(unit: UnitOfWork, at: Standing) -> bool:
    return any(
        _on_desk(unit, at, act, one.principal) for one in at.mandates for act in at.state.acts
    )


def _barred(at: Standing, act: Act, by: Person, mandate: Mandate | None) -> Refused | None:
    """Give what stands against an approval: nobody approves their own draft, nor counts twice."""
    if not _approves(at.state, act):
        return None
    drafted = by.id == at.document.drafter
    if mandate is None:
        twice = any(one.closed_by == by.id and one.on_behalf_of for one in at.approvals)
        own = _alone(at, by)
    else:
        twice = any(one.closed_by == by.id for one in at.approvals)
        own = drafted or _alone(at, mandate.principal)
    if own:
        return Refused("approve.own-draft")
    return Refused("approve.twice") if twice else None


def _previous(at: Standing) -> str:
    closed = [step for step in at.steps if step.closed_at is not None]
    return closed[-1].closed_by if closed and closed[-1].act not in BACKWARD else ""


def _approves(state: State, act: Act) -> bool:
    return state.approves and act.name not in BACKWARD | {"refuse"}


def _secret(document: Document) -> bool:
    return document.classification is not Classification.NONE


def _alone(at: Standing, by: Person) -> bool:
    others = [step for step in at.approvals if step.closed_by != at.document.drafter]
    return by.id == at.document.drafter and not others


def approves(at: Standing, act: Act) -> bool:
    """Tell whether this act is an approval of the bytes it speaks of."""
    return _approves(at.state, act)


def _require(at: Standing, act: Act, choice: Choice) -> None:
    if Need.COMMENT in act.needs and not choice.comment.strip():
        raise Refused("comment.required", action=act.name)
    if Need.SEEN in act.needs and not choice.shown:
        raise Refused("shown.required", action=act.name)
    if choice.shown and choice.shown != at.document.latest.digest:
        raise Outrun("step.other-bytes")
    if Need.ASSIGNEE in act.needs and not choice.to:
        raise Refused("assignee.required")
    if act.does is Effect.SIGN:
        _require_approvals(at)


def _require_approvals(at: Standing) -> None:
    given = {step.state for step in at.approvals}
    wanted = {
        state.name
        for state in at.route.states.values()
        if state.approves and not any(act.does is Effect.SIGN for act in state.acts)
    }
    if wanted - given:
        raise Refused("sign.unapproved", missing=sorted(wanted - given))


def _tokens(people: People, document: Document, who: Who) -> frozenset[str]:
    if who.whom is Whom.DRAFTER:
        return frozenset({f"person:{document.drafter}"})
    if who.whom is Whom.ASSIGNEE:
        return frozenset({f"person:{document.assignee}"} if document.assignee else ())
    if who.whom is Whom.SIGNER and (named := signers_of(document)[turn_of(document)[0] - 1]):
        leaders = [one for one in people.holding(Role.LEADER) if one.id == named]
        return frozenset(f"person:{one.id}" for one in leaders)
    if who.whom is Whom.HEAD_OF_DRAFTERS_UNIT:
        return _head(people, document)
    role = who.role or Role.LEADER
    return _holders(people, document, role, who.unit)


def _holders(people: People, document: Document, role: Role, unit: str) -> frozenset[str]:
    holders = [
        person for person in people.holding(role, unit) if cleared(person, document.classification)
    ]
    if _secret(document):
        return frozenset(f"person:{person.id}" for person in holders)
    if not holders:
        return frozenset()
    return frozenset({f"desk:{unit}/{role}" if unit else f"role:{role}"})


def _head(people: People, document: Document) -> frozenset[str]:
    """Give the head of the drafter's unit, or of the nearest unit above who did not draft."""
    unit: str | None = document.unit
    while unit is not None:
        heads = people.holding(Role.UNIT_HEAD, unit)
        others = [
            person
            for person in heads
            if person.id != document.drafter and cleared(person, document.classification)
        ]
        if others and (len(others) < len(heads) or _secret(document)):
            return frozenset(f"person:{person.id}" for person in others)
        if others:
            return frozenset({f"desk:{unit}/{Role.UNIT_HEAD}"})
        unit = people.unit(unit).parent
    return _holders(people, document, Role.LEADER, "")
