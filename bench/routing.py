"""How many acts a second a document's road takes as it grows old, against two other engines.

The road is the same for all three: a check that is approved and taken back, over and over. All
keep it in the same SQLite file, one durable transaction an act. An instance is led to 1, 100 and
1,000 acts and measured at each age, block by block in turn. SpiffWorkflow keeps its whole
workflow as JSON, as its manual has it; python-statemachine keeps the name of the state, with a row
of history we add beside it. Neither judges who may act, keeps desks or approvals, chains a log or
leaves jobs; ours does, by ``workflow.perform``.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser  # type: ignore[import-untyped]  # it ships no types
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # type: ignore[import-untyped]  # likewise
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator  # type: ignore[import-untyped]  # likewise
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow  # type: ignore[import-untyped]  # likewise
from SpiffWorkflow.util.task import TaskState  # type: ignore[import-untyped]  # likewise
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)
from statemachine import State, StateMachine

from bench.measures import machine, median
from bench.transition import ROUND, open_office, papers, people_of
from drafting.sandbox import Sandbox
from records.document import Document
from records.person import Person
from workflow.office import Office
from workflow.perform import perform
from workflow.road import Choice

AGES = (1, 100, 1000)
"""How many acts an instance has behind it when it is measured."""

METADATA = MetaData()
SPIFF = Table(
    "bench_spiff", METADATA, Column("id", Integer, primary_key=True), Column("whole", Text)
)
MACHINE = Table(
    "bench_machine",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("state", String(40)),
    Column("version", Integer),
)
HISTORY = Table(
    "bench_history",
    METADATA,
    Column("n", Integer, primary_key=True),
    Column("machine", Integer),
    Column("act", String(40)),
)

# As shipped it looks no deeper than 1,000 tasks, so this road would stand still after 666 acts.
BpmnTaskIterator.__init__.__defaults__ = (None, 1_000_000, True, False, None)

PROCESS = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:bench">
<bpmn:process id="road" isExecutable="true">
  <bpmn:startEvent id="start"/>
  <bpmn:manualTask id="content_check"/>
  <bpmn:manualTask id="format_check"/>
  <bpmn:exclusiveGateway id="how" default="on"/>
  <bpmn:endEvent id="end"/>
  <bpmn:sequenceFlow id="begin" sourceRef="start" targetRef="content_check"/>
  <bpmn:sequenceFlow id="approve" sourceRef="content_check" targetRef="format_check"/>
  <bpmn:sequenceFlow id="asked" sourceRef="format_check" targetRef="how"/>
  <bpmn:sequenceFlow id="recall" sourceRef="how" targetRef="content_check">
    <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"
      >act == 'recall'</bpmn:conditionExpression>
  </bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="on" sourceRef="how" targetRef="end"/>
</bpmn:process></bpmn:definitions>"""


class Check(StateMachine):
    """The same road for python-statemachine."""

    content_check = State(initial=True)
    format_check = State()
    approve = content_check.to(format_check)
    recall = format_check.to(content_check)


@dataclass
class Ours:
    """The office's own verb on one document."""

    office: Office
    document: Document
    people: dict[str, Person]
    done: int = 0

    def act(self) -> None:
        """Do the next act."""
        action, who, *_ = ROUND[self.done % 2]
        shown = Choice(shown=self.document.latest.digest, seen=self.document.version)
        self.document = perform(self.office, self.document.id, action, shown, by=self.people[who])
        self.done += 1


@dataclass
class Spiff:
    """SpiffWorkflow, its instance read from the database and written back at each act."""

    engine: Engine
    serializer: Any = field(default_factory=BpmnWorkflowSerializer)
    done: int = 0

    def begin(self) -> None:
        """Keep an instance that waits for its first act."""
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(PROCESS.encode()))
        road = BpmnWorkflow(parser.get_spec("road"))
        road.do_engine_steps()
        with self.engine.begin() as connection:
            row = {"id": 1, "whole": self.serializer.serialize_json(road)}
            connection.execute(insert(SPIFF).values(row))

    def act(self) -> None:
        """Do the next act."""
        self.grow(self.done + 1)

    def grow(self, age: int) -> None:
        """Do acts up to an age, all in one transaction: nobody waits for the disk meanwhile."""
        with self.engine.begin() as connection:
            whole = connection.execute(select(SPIFF.c.whole)).scalar_one()
            road = self.serializer.deserialize_json(whole)
            while self.done < age:
                (task,) = road.get_tasks(state=TaskState.READY)
                task.data = {"act": ROUND[self.done % 2][0]}
                task.run()
                road.do_engine_steps()
                self.done += 1
            whole = self.serializer.serialize_json(road)
            connection.execute(update(SPIFF).values(whole=whole))


@dataclass
class Machine:
    """python-statemachine, its state read from the database and written back at each act."""

    engine: Engine
    done: int = 0

    def begin(self) -> None:
        """Keep an instance that waits for its first act."""
        with self.engine.begin() as connection:
            row = {"id": 1, "state": Check().current_state_value, "version": 1}
            connection.execute(insert(MACHINE).values(row))

    def act(self) -> None:
        """Do the next act."""
        action = ROUND[self.done % 2][0]
        with self.engine.begin() as connection:
            row = connection.execute(select(MACHINE)).one()
            road = Check(start_value=row.state)
            road.send(action)
            moved = update(MACHINE).where(MACHINE.c.id == row.id, MACHINE.c.version == row.version)
            told = {"state": road.current_state_value, "version": row.version + 1}
            if connection.execute(moved.values(told)).rowcount != 1:
                raise SystemExit("somebody else moved it")
            connection.execute(insert(HISTORY).values(machine=row.id, act=action))
        self.done += 1


Way = Ours | Spiff | Machine


def at_ages(
    ways: dict[str, Way], ages: Sequence[int], blocks: int, acts: int
) -> dict[str, list[float]]:
    """Give acts a second of each way at each age, the median of blocks taken in turn."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for age in ages:
        for way in ways.values():
            if isinstance(way, Spiff):
                way.grow(age)
            while way.done < age:
                way.act()
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(blocks):
            for name, way in ways.items():
                rates[name].append(_rate(way.act, acts))
        for name in ways:
            found[name].append(median(rates[name]))
    return found


def _rate(act: Callable[[], None], count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        act()
    return count / (time.perf_counter() - begun)


def measure(ages: Sequence[int], blocks: int, acts: int) -> dict[str, list[float]]:
    """Give acts a second of the three engines, in one database of one scratch office."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trinhky-bench-")))
        sandbox = stack.enter_context(Sandbox(warm={"drafting.pdf_task": 1}))
        office = open_office(stack, folder, sandbox)
        engine = office.database.engine
        METADATA.create_all(engine)
        spiff, simple = Spiff(engine), Machine(engine)
        spiff.begin()
        simple.begin()
        (document,) = papers(office, 1)
        ours = Ours(office, document, people_of(office))
        ways: dict[str, Way] = {"ours": ours, "SpiffWorkflow": spiff, "python-statemachine": simple}
        found = at_ages(ways, ages, blocks, acts)
        _require_same_place(engine, ours, spiff, simple)
    return found


def _require_same_place(engine: Engine, ours: Ours, spiff: Spiff, simple: Machine) -> None:
    """Refuse a figure where the three do not stand at the same place of the same road."""
    if not ours.done == spiff.done == simple.done:
        raise SystemExit("not the same number of acts")
    with engine.begin() as connection:
        state = connection.execute(select(MACHINE.c.state)).scalar_one()
        whole = json.loads(connection.execute(select(SPIFF.c.whole)).scalar_one())
    ready = [one["task_spec"] for one in whole["tasks"].values() if one["state"] == TaskState.READY]
    if not [ours.document.state] == [state] == ready:
        raise SystemExit(f"not at the same place: {ours.document.state} {state} {ready}")


def main() -> None:
    """Measure on a scratch office, and print."""
    parser = argparse.ArgumentParser(prog="bench.routing", description=__doc__)
    parser.add_argument("--blocks", type=int, default=3, help="of each engine at each age")
    parser.add_argument("--acts", type=int, default=10, help="in a block")
    parser.add_argument("--ages", type=int, nargs="+", default=AGES)
    chosen = parser.parse_args()
    found = measure(chosen.ages, chosen.blocks, chosen.acts)
    lines = [f"{'acts/s at the age of':<22}{''.join(f'{age:>10}' for age in chosen.ages)}"]
    lines += [_line(name, rates) for name, rates in found.items()]
    ours, spiff, simple = (rates[-1] for rates in found.values())
    lines += [
        f"ours: {ours / spiff:.2f} of SpiffWorkflow, {ours / simple:.2f} of python-statemachine",
        machine(),
        f"routing: {ours:.0f} /s (ratio {ours / spiff:.2f})",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _line(name: str, rates: Sequence[float]) -> str:
    shown = "".join(f"{rate:>10.1f}" for rate in rates)
    return f"{name:<22}{shown}  last/first {rates[-1] / rates[0]:.2f}"


if __name__ == "__main__":
    main()
