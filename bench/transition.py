"""How many durable steps of the workflow are done in a second, against the same rows written bare.

One block is some steps of the workflow's own verb on a real office: ``perform`` finds the verb,
``decide`` judges the act and keeps it in one durable transaction on SQLite. Only acts that lead on
are done, a head's approval and its recall: what reads or writes a PDF (submit, sign, seal) waits
for other things than the database, and is measured in ``main_job``. The alternative, block
by block in turn on a second office founded alike, is SQLAlchemy alone committing the very same
rows: the document's row, the step closed, the step opened with its desk, the reader admitted, the
log's entry and its head, the remark, the jobs left. It reads nothing and judges nothing, so the
ratio says what the rules, the reading and the hashing cost on top of what the disk demands. At the
end both databases must hold equally many rows in every table, or there is no figure.
"""

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, select, update

from bench.measures import machine, median
from bench.papers import minimal_pdf
from config.office import read_office
from config.settings import Settings
from drafting.sandbox import Sandbox
from front.furnishing import furnish
from records.document import Classification, Direction, Document
from records.person import Person
from storage import tables as t
from workflow.begin import Particulars
from workflow.found import found
from workflow.office import Office
from workflow.perform import perform
from workflow.receive import receive
from workflow.road import Choice

PASSWORD = "only for this bench"  # noqa: S105 - of an office that lives for a minute
ROUND = (
    ("approve", "truongban", "format_check", "role:office_chief"),
    ("recall", "truongban", "content_check", "desk:ban-to-chuc/unit_head"),
)
"""Act, who does it, where it leads, on whose desk: a head who approves and takes it back."""

REMARK = "Đồng ý, đã sửa căn cứ pháp lý."


@dataclass
class Ways:
    """Both offices and their documents, in the order in which they take their turns."""

    office: Office
    people: dict[str, Person]
    documents: list[Document]
    bare: "Bare"
    done: int = 0

    def steps(self, count: int) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
        """Give the next steps: which document, and what is done to it."""
        for _ in range(count):
            yield self.done % len(self.documents), ROUND[self.done // len(self.documents) % 2]
            self.done += 1

    def workflow(self, steps: Sequence[tuple[int, tuple[str, str, str, str]]]) -> None:
        """Do these steps as the office does them."""
        for n, (action, who, _, _) in steps:
            document = self.documents[n]
            choice = Choice(
                comment=REMARK if action == "approve" else "",
                shown=document.latest.digest,
                seen=document.version,
            )
            self.documents[n] = perform(
                self.office, document.id, action, choice, by=self.people[who]
            )


@dataclass
class Bare:
    """An office's database, written by SQLAlchemy alone."""

    office: Office
    rows: list[dict[str, Any]]  # of the documents
    digests: list[str]
    statuses: Table
    inputs: Table
    job: dict[str, Any]  # a job's row
    argument: dict[str, Any]
    head: tuple[int, str]
    kinds: tuple[str, ...]  # of the jobs that each step leaves
    steps_of: list[int] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)

    def workflow(self, steps: Sequence[tuple[int, tuple[str, str, str, str]]]) -> None:
        """Commit the rows of these steps, a transaction each."""
        for n, step in steps:
            at = datetime.now(UTC)
            with self.office.database.engine.begin() as connection:
                self._move(connection, n, step, at)
                self._tell(connection, self.rows[n], step, at)
                self._leave(connection, self.rows[n], at)

    def _move(
        self, connection: Connection, n: int, step: tuple[str, str, str, str], at: datetime
    ) -> None:
        action, who, leads_to, desk = step
        row = self.rows[n]
        seen, id = row["version"], row["id"]
        row.update(state=leads_to, version=seen + 1, changed_at=at)
        connection.execute(
            update(t.document)
            .where(t.document.c.id == id, t.document.c.version == seen)
            .values({name: value for name, value in row.items() if name != "id"})
        )
        if action == "recall":
            self._withdraw(connection, id, self.steps_of[n] - 1, at)
        place = {"document": id, "n": self.steps_of[n]}
        connection.execute(
            update(t.step)
            .where(t.step.c.document == id, t.step.c.n == place["n"])
            .values(
                closed_at=at,
                closed_by=who,
                act=action,
                digest=self.digests[n],
                approval=action == "approve",
            )
        )
        self.steps_of[n] += 1
        place = {"document": id, "n": self.steps_of[n]}
        connection.execute(insert(t.step).values(state=leads_to, opened_at=at, **place))
        lies = {"document": id, "step": self.steps_of[n], "token": desk}
        connection.execute(insert(t.desk).values(lies))
        if (id, desk) not in self.known:
            self.known.add((id, desk))
            connection.execute(insert(t.reader).values(document=id, token=desk))

    def _withdraw(self, connection: Connection, id: str, step: int, at: datetime) -> None:
        connection.execute(
            update(t.step)
            .where(t.step.c.document == id, t.step.c.n == step)
            .values(cancelled_at=at)
        )

    def _tell(
        self,
        connection: Connection,
        row: dict[str, Any],
        step: tuple[str, str, str, str],
        at: datetime,
    ) -> None:
        action, who, leads_to, _ = step
        seq, before = self.head[0] + 1, self.head[1]
        told = f'{{"action": "{action}", "digest": "{before}", "from": "", "to": "{leads_to}"}}'
        hash = sha256(f"{before}{seq}{told}".encode()).hexdigest()
        connection.execute(update(t.audit_head).values(seq=seq, hash=hash))
        connection.execute(
            insert(t.audit).values(
                seq=seq,
                at=at.isoformat(),
                by=who,
                action="step:approved",
                document=row["id"],
                facts=told,
                before=before,
                hash=hash,
            )
        )
        if action == "approve":
            connection.execute(insert(t.remark).values(seq=seq, text=REMARK))
        self.head = (seq, hash)

    def _leave(self, connection: Connection, row: dict[str, Any], at: datetime) -> None:
        moment = int(at.timestamp() * 1000)
        for kind in self.kinds:
            id = f"{kind}:{row['id']}:{row['version']}"
            connection.execute(
                insert(self.statuses).values(
                    {**self.job, "workflow_uuid": id, "name": kind, "created_at": moment}
                )
            )
            connection.execute(insert(self.inputs).values({**self.argument, "workflow_uuid": id}))


def open_office(stack: ExitStack, folder: Path, sandbox: Sandbox) -> Office:
    """Give an office just founded in a folder of its own."""
    settings = Settings(
        trinhky_data=folder, trinhky_office="office.yaml", trinhky_spool=Path(), database_url=""
    )
    office = furnish(settings, sandbox)
    stack.callback(office.database.close)
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    found(office, described.units, described.people, PASSWORD)
    return office


def people_of(office: Office) -> dict[str, Person]:
    """Give everybody by account name."""
    with office.database.reading() as unit:
        return {person.id: person for person in unit.people.all()}


def papers(office: Office, count: int) -> list[Document]:
    """Give some documents that were just submitted to their first check."""
    by = people_of(office)["chuyenvien"]
    said = Particulars(Direction.OUTGOING, "QĐ", "Về việc đo đạc", Classification.NONE)
    brought = [
        receive(office, said, minimal_pdf(f"paper {n}"), by=by).document for n in range(count)
    ]
    return [perform(office, one.id, "submit", Choice(), by=by) for one in brought]


def rehearse(office: Office) -> tuple[str, ...]:
    """Do a step on one more document and give the kinds of the jobs it left."""
    (extra,) = papers(office, 1)
    before = _jobs(office)
    choice = Choice(shown=extra.latest.digest, seen=extra.version)
    perform(office, extra.id, "approve", choice, by=people_of(office)["truongban"])
    return tuple(id.partition(":")[0] for id in sorted(_jobs(office) - before))


def _jobs(office: Office) -> set[str]:
    statuses, _ = _job_tables(office)
    with office.database.engine.begin() as connection:
        return set(connection.execute(select(statuses.c.workflow_uuid)).scalars())


def _job_tables(office: Office) -> tuple[Table, Table]:
    known = MetaData()
    engine = office.database.engine
    return (
        Table("workflow_status", known, autoload_with=engine),
        Table("workflow_input", known, autoload_with=engine),
    )


def bare_office(office: Office, documents: list[Document], kinds: tuple[str, ...]) -> Bare:
    """Give what is needed to write an office's rows bare."""
    statuses, inputs = _job_tables(office)
    with office.database.engine.begin() as connection:
        rows = []
        for one in documents:
            query = select(t.document).where(t.document.c.id == one.id)
            rows.append(dict(connection.execute(query).one()._mapping))  # noqa: SLF001 - its name
        head = connection.execute(select(t.audit_head)).one()
        job = dict(connection.execute(select(statuses).limit(1)).one()._mapping)  # noqa: SLF001 - a row by its columns' names
        argument = dict(connection.execute(select(inputs).limit(1)).one()._mapping)  # noqa: SLF001 - a row by its columns' names
        readers = connection.execute(select(t.reader.c.document, t.reader.c.token)).all()
    return Bare(
        office,
        rows,
        [one.latest.digest for one in documents],
        statuses,
        inputs,
        job,
        argument,
        (head.seq, head.hash),
        kinds,
        [2] * len(documents),
        {(row.document, row.token) for row in readers},
    )


def counts(office: Office) -> dict[str, int]:
    """Give how many rows each table holds."""
    tables = [*t.metadata.sorted_tables, *_job_tables(office)]
    with office.database.engine.begin() as connection:
        return {
            table.name: int(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
            )
            for table in tables
        }


def measure(ways: Ways, blocks: int, steps: int) -> tuple[list[float], list[float]]:
    """Give steps a second of both ways, block by block in turn."""
    ours, bare = [], []
    for block in range(blocks + 1):
        planned = list(ways.steps(steps))
        ours.append(_rate(ways.workflow, planned))
        bare.append(_rate(ways.bare.workflow, planned))
        if block == 0:
            ours.clear()  # the first block fills caches
            bare.clear()
    if counts(ways.office) != counts(ways.bare.office):
        raise SystemExit(f"not the same rows: {counts(ways.office)} {counts(ways.bare.office)}")
    return ours, bare


def _rate(way: Any, planned: list[tuple[int, tuple[str, str, str, str]]]) -> float:
    begun = time.perf_counter()
    way(planned)
    return len(planned) / (time.perf_counter() - begun)


def profile(ways: Ways, steps: int) -> None:
    """Print where the workflow's time goes."""
    planned = list(ways.steps(steps))
    watching = cProfile.Profile()
    watching.runcall(ways.workflow, planned)
    pstats.Stats(watching, stream=sys.stdout).sort_stats("cumulative").print_stats(60)


def main() -> None:
    """Measure on two offices in scratch folders, and print."""
    parser = argparse.ArgumentParser(prog="bench.transition", description=__doc__)
    parser.add_argument("--blocks", type=int, default=9, help="of each way")
    parser.add_argument("--steps", type=int, default=100, help="in a block")
    parser.add_argument("--documents", type=int, default=25)
    parser.add_argument("--profile", action="store_true", help="print a profile instead")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trinhky-bench-")))
        sandbox = stack.enter_context(Sandbox(warm={"drafting.pdf_task": 1}))
        first, second = (open_office(stack, folder / name, sandbox) for name in ("a", "b"))
        people = people_of(first)
        documents, others = (papers(office, chosen.documents) for office in (first, second))
        kinds = rehearse(first)
        rehearse(second)
        ways = Ways(first, people, documents, bare_office(second, others, kinds))
        if chosen.profile:
            profile(ways, chosen.steps)
            return
        ours, bare = measure(ways, chosen.blocks, chosen.steps)
    lines = [
        _line("workflow", "steps/s", ours),
        _line("bare", "commits/s of the same rows", bare),
        machine(),
        f"transition: {median(ours):.0f} /s (ratio {median(ours) / median(bare):.2f})",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _line(name: str, what: str, rates: list[float]) -> str:
    spread = f"median of {len(rates)} blocks, {min(rates):.0f} to {max(rates):.0f}"
    return f"{name:<9} {median(rates):.0f} {what} ({spread})"


if __name__ == "__main__":
    main()
