"""A database server that drops connections, dies at a commit, or is away for a while."""

from collections.abc import Callable
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from bench.circumstances import WRITERS, Points, Skipped
from bench.injection import Outcome, asked, tried
from bench.oracles import after
from bench.stage import ACTS, Stage, copied, moved, open_stage, prepare
from tests.postgres import HERE, Cluster, cluster

if TYPE_CHECKING:
    from bench.faults import Sweep

IN_SHORT = {"lost": 2, "server": 1}
AT = (1.0, 0.0, 0.3, 0.6, 0.9)
"""How far into an act, by the share of its statements, the server fails; 1.0 is the commit."""

Struck = Callable[[Connection], None]


class Server:
    """An office prepared on a server of its own, to be copied for each point."""

    def __init__(self, running: Cluster, folder: Path) -> None:
        self.running = running
        self._folder = folder
        self._base = folder / "base-on-server"
        self._counted: dict[str, int] = {}

    @cached_property
    def stage(self) -> Stage:
        """Give the prepared office, which is opened on its first use."""
        template = self.running.create()
        asked(lambda: prepare(self._base, database_url=template))
        stage = open_stage(self._base, database_url=template)
        stage.office.database.close()
        return stage

    def struck(self, act: str, share: float, does: Struck) -> list[str]:
        """Let something happen so far into an act, on a copy, and give what it broke."""
        nth = 0 if share == 1.0 else 1 + int(share * self._statements(act))
        return self.tried(act, lambda engine: _strike(engine, nth, does))

    def tried(self, act: str, does: Callable[[Engine], None]) -> list[str]:
        """Do an act on a copy whose engine something was done to, and give what it broke."""
        url = self.running.create(self.address)
        scratch = copied(self._base, self._folder / "scratch")
        try:

            def ready() -> Callable[[], object]:
                stage = moved(self.stage, scratch, url)
                does(stage.office.database.engine)
                return lambda: ACTS[act](stage, act)

            outcome = tried(ready)
            self.running.start()
            return _judged(outcome, act, lambda: moved(self.stage, scratch, url))
        finally:
            self.running.drop(url)

    def _statements(self, act: str) -> int:
        """Give how many statements an act sends."""
        if act in self._counted:
            return self._counted[act]
        url = self.running.create(self.address)
        scratch = copied(self._base, self._folder / "scratch")

        def question() -> int:
            stage, sent = moved(self.stage, scratch, url), count()
            event.listen(
                stage.office.database.engine, "before_cursor_execute", lambda *_: next(sent)
            )
            ACTS[act](stage, act)
            return next(sent)

        self._counted[act] = asked(question)
        self.running.drop(url)
        return self._counted[act]

    @property
    def address(self) -> str:
        """Give the address of the prepared database."""
        return self.stage.office.database.engine.url.render_as_string(hide_password=False)


def points(sweep: "Sweep") -> Points:
    """Give every failure of the server by name."""
    if not any(HERE.glob("*/bin")):
        yield "server: PostgreSQL", _absent
        return
    with cluster() as running:
        server = Server(running, sweep.folder)
        yield "server: away while submit is tried", lambda: _away(server, "submit")
        for act in WRITERS:
            for share in AT:
                yield f"lost: connection {share:.0%} into {act}", _lost(server, act, share)
            for share in AT[:2]:
                yield f"server: dies {share:.0%} into {act}", _dies(server, act, share)


def _lost(server: Server, act: str, share: float) -> Callable[[], list[str]]:
    def cut(connection: Connection) -> None:
        number = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]  # psycopg's own
        other = create_engine(connection.engine.url, isolation_level="AUTOCOMMIT")
        with other.connect() as beside:
            beside.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": number})
        other.dispose()

    return lambda: server.struck(act, share, cut)


def _dies(server: Server, act: str, share: float) -> Callable[[], list[str]]:
    def crash(_: Connection) -> None:
        server.running.crash()
        server.running.start()

    return lambda: server.struck(act, share, crash)


def _away(server: Server, act: str) -> list[str]:
    return server.tried(act, lambda _: server.running.crash())


def _strike(engine: Engine, nth: int, does: Struck) -> None:
    """Let something happen once, before the nth statement of an engine; 0: its first commit."""
    sent = count(1)
    struck: list[bool] = []

    def once(connection: Connection) -> None:
        if not struck:
            struck.append(True)
            does(connection)

    def statement(connection: Connection, *_: Any) -> None:
        if next(sent) == nth:
            once(connection)

    if nth:
        event.listen(engine, "before_cursor_execute", statement)
    else:
        event.listen(engine, "commit", once)


def _judged(outcome: Outcome, act: str, opened: Callable[[], Stage]) -> list[str]:
    wrong = [f"V12 {outcome.told['broke']}"] if "broke" in outcome.told else []
    if outcome.told.get("refused", "database.unavailable") != "database.unavailable":
        wrong.append(f"V12 {outcome.told}")
    acknowledged = "done" in outcome.told

    def question() -> list[str]:
        return after(opened(), act, acknowledged=acknowledged)

    return [*wrong, *asked(question)]


def _absent() -> list[str]:
    raise Skipped("PostgreSQL is not installed")
