"""A file of certificates taken in line by line, and the register as a file, at both doors."""

import io
import json
from collections.abc import Iterator
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile

from flask import Response, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue

from records.errors import OfficeError, Refused
from web.language import language, sentence
from web.office import office, person
from workflow.certificate_list import csv_line
from workflow.import_certificates import Line, Tally, Way, import_certificates

FORMS = {
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
TOLD = 1000
"""How many wrong lines one answer tells; a stream tells them all."""

SMALL = 1_000_000
"""Above how many bytes a file waits on disk and not in memory."""

STEP = 500
"""After how many lines a stream tells how far it is."""


def file_of(content: bytes, form: str) -> Response:
    """Give the register as a file to be kept."""
    kind = next(kind for kind, name in FORMS.items() if name == form)
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="chung-thu.{form}"'
    return response


KINDS = ("application/json", "application/x-ndjson", "text/csv")


def imported(kind: str) -> ResponseReturnValue:
    """Give what came of the file that was brought, in one of ``KINDS``."""
    way = request.form.get("way", "")
    if way not in set(Way):
        raise Refused("import.way")
    done = import_certificates(office(), brought(), Way(way), by=person())
    if kind == "text/csv":
        return Response(stream_with_context(_table(done, language())), mimetype=kind)
    if kind == "application/x-ndjson":
        return Response(stream_with_context(_told(done, language())), mimetype=kind)
    tally, wrong = gone_through(done)
    return jsonify(**_counts(tally), way=way, lines=[_line(one, language()) for one in wrong])


def brought() -> Iterator[str]:
    """Give the lines of the file that was brought, read as they are asked for.

    An answer that goes on for long outlives its request, and the request's files with it.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("body.invalid", field="file", why="missing")
    kept = SpooledTemporaryFile(max_size=SMALL)  # noqa: SIM115 - closed when its last line was read
    copyfileobj(file.stream, kept)
    kept.seek(0)
    return io.TextIOWrapper(kept, encoding="utf-8-sig", newline="")


def gone_through(done: Iterator[tuple[Line, Tally]]) -> tuple[Tally, list[Line]]:
    """Let an import come to its end, and give its tally and the first wrong lines."""
    tally, wrong = Tally(), list[Line]()
    for line, tally in done:  # noqa: B007 - the last tally is the whole one
        if line.refusal is not None and len(wrong) < TOLD:
            wrong.append(line)
    return tally, wrong


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "judged": tally.judged,
        "new": tally.new,
        "known": tally.known,
        "wrong": tally.wrong,
        "entered": tally.entered,
    }


def _line(line: Line, spoken: str) -> dict[str, object]:
    told: dict[str, object] = {"line": line.n, "person": line.person, "came": line.came}
    if line.refusal is not None:
        told |= {"rule": line.refusal.rule, "detail": sentence(line.refusal, spoken)}
    elif line.certificate is not None:
        one = line.certificate
        told |= {"fingerprint": one.fingerprint, "differs": one.differs.split()}
    return told


def _told(done: Iterator[tuple[Line, Tally]], spoken: str) -> Iterator[str]:
    tally = Tally()
    try:
        for line, tally in done:
            if line.refusal is not None:
                yield json.dumps(_line(line, spoken), ensure_ascii=False) + "\n"
            if tally.judged % STEP == 0:
                yield json.dumps(_counts(tally)) + "\n"
    except OfficeError as fault:
        # The answer has begun: what stopped it is its last line.
        yield json.dumps({"rule": fault.rule, "detail": sentence(fault, spoken)}) + "\n"
        return
    yield json.dumps({**_counts(tally), "done": True}) + "\n"


def _table(done: Iterator[tuple[Line, Tally]], spoken: str) -> Iterator[str]:
    yield csv_line(("line", "person", "came", "detail"))
    for line, _ in done:
        told = _line(line, spoken)
        yield csv_line((str(line.n), line.person, line.came, str(told.get("detail", ""))))
