"""What the process that carries messages tells of them is taken in."""

from records.audit import AuditEvent
from records.errors import NotFound
from records.exchange import Dispatch, DispatchState, Outcome
from records.recall import RecallState
from storage.unit import Unit
from workflow.carry import carry
from workflow.office import Office
from workflow.recall import DEMAND, answered_by_porter, settle


def hear(office: Office) -> int:
    """Take in what was told since the last time, each once, and give how much it was."""
    count = 0
    for tiding in office.tray.tidings():
        _take_in(office, tiding.message, tiding.outcome, tiding.rule)
        office.tray.heard(tiding)
        count += 1
    return count


def carry_again(office: Office) -> None:
    """Put into the tray once more what an office back from a backup had put there before."""
    with office.database.reading() as unit:
        queued = unit.dispatches.queued()
    for one in queued:
        carry(office, one)


def _take_in(office: Office, message: str, outcome: Outcome, rule: str) -> None:
    with office.database.unit() as unit:
        if message.endswith(DEMAND):
            _demanded(office, unit, message.removesuffix(DEMAND), outcome)
            return
        try:
            dispatch = unit.dispatches.get(message)
        except NotFound:  # a status notice: nobody waits to hear of it
            return
        if outcome is Outcome.LEFT:
            _moved(office, unit, dispatch, DispatchState.SENT)
            unit.recalls.left(dispatch.id)
        elif outcome is Outcome.REFUSED:
            _moved(office, unit, dispatch, DispatchState.FAILED, rule)
        else:
            _called_back(office, unit, dispatch, outcome)


def _moved(
    office: Office, unit: Unit, dispatch: Dispatch, state: DispatchState, rule: str = ""
) -> None:
    at = office.clock()
    if not unit.dispatches.move(dispatch.id, state, at, rule):
        return
    facts = {"dispatch": dispatch.id, "recipient": dispatch.recipient, "state": str(state)}
    if rule:
        facts["rule"] = rule
    unit.audit.append(AuditEvent("document:delivered", "system", at, dispatch.document, facts))


def _called_back(office: Office, unit: Unit, dispatch: Dispatch, outcome: Outcome) -> None:
    facts = {"dispatch": dispatch.id, "recipient": dispatch.recipient, "outcome": str(outcome)}
    at = office.clock()
    unit.audit.append(AuditEvent("document:called-back", "system", at, dispatch.document, facts))
    answered_by_porter(office, unit, dispatch.id, outcome)


def _demanded(office: Office, unit: Unit, id: str, outcome: Outcome) -> None:
    """Keep that a recipient was asked to give a document up."""
    try:
        one = unit.recalls.get(id)
    except NotFound:  # of an office restored from before
        return
    if outcome is Outcome.LEFT:
        settle(office, unit, one, RecallState.SENT)
