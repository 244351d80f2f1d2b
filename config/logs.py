"""How log lines are written: what happened and where, never a word of a document or a request."""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

OWN = "office"
"""Below this name stand our own loggers, whose lines hold identifiers only."""

FACTS = "facts"
"""Under this name a line of ours carries what programs shall read of it."""


def keep_logs(form: str, folder: Path | None = None, days: int = 30) -> None:
    """Write all lines of this process to its error stream, as "json" or as "text".

    Takes   folder: in which the lines are kept too, a file a day; days: how long each is kept.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if folder is not None:
        handlers.append(Days(folder, days))
    for handler in handlers:
        handler.setFormatter(Lines(programs=form == "json"))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    logging.captureWarnings(capture=True)
    for noisy in ("alembic", "dbos", "fontTools", "pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Days(logging.Handler):
    """Keeps lines in a file a day, and no day longer than it may; several processes share one."""

    def __init__(self, folder: Path, days: int) -> None:
        super().__init__()
        self._folder, self._days = folder, days
        self._day, self._file = "", -1

    def emit(self, record: logging.LogRecord) -> None:
        """Append one line; a disk that does not take it keeps nobody from their work."""
        try:
            day = datetime.fromtimestamp(record.created, UTC).date()
            if day.isoformat() != self._day:
                self._turn(day)
            # One write of one line: what other processes write goes before or behind it.
            os.write(self._file, f"{self.format(record)}\n".encode("utf-8", "replace"))
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Let the file go."""
        if self._file >= 0:
            os.close(self._file)
            self._file, self._day = -1, ""
        super().close()

    def _turn(self, day: date) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._file >= 0:
            os.close(self._file)
        kept = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._file = os.open(self._folder / f"trinhky-{day.isoformat()}.log", kept, 0o600)
        self._day = day.isoformat()
        oldest = (day - timedelta(days=self._days)).isoformat()
        for path in self._folder.glob("trinhky-????-??-??.log"):
            if path.stem.removeprefix("trinhky-") <= oldest:
                path.unlink(missing_ok=True)


class Lines(logging.Formatter):
    """Gives one line a record.

    Libraries quote what they fail on: a query, a header, a value. So of a line that is not ours
    only its pattern is written, and of an error only its kind and the places it came through.
    """

    PLAIN: ClassVar = {"gunicorn.error": logging.INFO}
    """Whose lines up to which level are about the server itself, and written in full."""

    def __init__(self, *, programs: bool) -> None:
        super().__init__()
        self._programs = programs

    def format(self, record: logging.LogRecord) -> str:
        """Give a record as one line."""
        told = self._told(record)
        if self._programs:
            return json.dumps(told, ensure_ascii=False, default=str)
        rest = " ".join(f"{name}={fact}" for name, fact in list(told.items())[4:])
        head = f"{told['time']} {told['level']} {told['log']} {told['event']}"
        return f"{head} {rest}".rstrip().replace("\n", " ")

    def _told(self, record: logging.LogRecord) -> dict[str, Any]:
        return {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": self._event(record),
            **getattr(record, FACTS, {}),
            **_error(record),
        }

    def _event(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] == OWN
        if ours or record.levelno <= self.PLAIN.get(record.name, logging.NOTSET):
            return record.getMessage()
        place = f"{record.module}:{record.lineno}"
        # A pattern without arguments may have been filled in already.
        return f"{place} {record.msg}" if record.args else place


def _error(record: logging.LogRecord) -> dict[str, Any]:
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error: BaseException | None = record.exc_info[1]
    kinds, places = [], []
    while error is not None:
        kinds.append(type(error).__name__)
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        places += [
            f"{'/'.join(one.filename.split('/')[-2:])}:{one.lineno}:{one.name}" for one in frames
        ]
        error = error.__cause__ or error.__context__
    return {"error": " < ".join(kinds), "where": places}


class ServerLog:
    """Stands where the production server expects its log: its lines go the way of all others."""

    def __init__(self, cfg: object) -> None:
        self.cfg = cfg  # asked for when the server reads its settings again
        keep_logs(os.environ.get("LOG_FORMAT", "text"))
        self._log = logging.getLogger("gunicorn.error")

    def __getattr__(self, name: str) -> Any:
        """Give critical, error, warning, info, debug, exception and log."""
        return getattr(self._log, name)

    def setup(self, _: object) -> None:
        """Do nothing: the lines are set up already."""

    def access(self, *_: object) -> None:
        """Write nothing: the application tells of its requests itself."""

    def reopen_files(self) -> None:
        """Do nothing: there is no file."""

    def close_on_exec(self) -> None:
        """Do nothing: there is no file."""
