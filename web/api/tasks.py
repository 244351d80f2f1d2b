"""What was given up or put off, for administrators: seen, and tried again."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.exchange import Carrying
from records.job import FailedJob, PutOffJob
from web.api import shapes
from web.contract import operation
from web.office import office, person
from workflow.tasks import hurry, retry, workload

door = Blueprint("tasks", __name__)


@door.get("/jobs")
@operation("Jobs that were given up, or put off until a next try", query={"state": "failed"})
def given_up() -> ResponseReturnValue:
    """Give what was given up or put off, and how much waits for how many workers."""
    state = request.args.get("state", "failed")
    if state not in {"failed", "put-off"}:
        raise Refused("body.invalid", field="state", why="failed or put-off")
    found = workload(office(), by=person())
    chosen = found.failed if state == "failed" else found.put_off
    return jsonify(
        items=[_shape(one) for one in chosen],
        waiting=found.waiting,
        workers=found.workers,
        exchange=_exchange(found.carrying),
    )


@door.post("/jobs/<id>/retry")
@operation("Let a job that was given up be tried again", gives={202: "application/json"})
def again(id: str) -> ResponseReturnValue:
    """Let a job be tried again."""
    return jsonify(_shape(retry(office(), id, by=person()))), 202


@door.post("/jobs/<id>/hurry")
@operation("Let a job that was put off be tried at once", gives={202: "application/json"})
def at_once(id: str) -> ResponseReturnValue:
    """Let a job that was put off be tried at once."""
    return jsonify(_shape(hurry(office(), id, by=person()))), 202


def _exchange(now: Carrying) -> dict[str, Any]:
    return {
        "runs": now.runs,
        "confined": now.confined,
        "waiting": now.waiting,
        "oldest": shapes.moment(now.oldest) if now.oldest else None,
    }


def _shape(job: FailedJob | PutOffJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "about": job.about,
        "attempts": job.attempts,
        "rule": job.rule,
        "at": shapes.moment(job.at),
    }
