"""What was given up, for administrators: seen, and tried again."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.job import FailedJob
from web.api import shapes
from web.contract import operation
from web.office import office, person
from workflow.tasks import retry, workload

door = Blueprint("tasks", __name__)


@door.get("/jobs")
@operation("Jobs that were given up, the latest first", query={"state": "failed"})
def given_up() -> ResponseReturnValue:
    """Give what was given up, and how much waits for how many workers."""
    if request.args.get("state", "failed") != "failed":
        raise Refused("body.invalid", field="state", why="only failed jobs are listed")
    found = workload(office(), by=person())
    return jsonify(
        items=[_shape(one) for one in found.failed], waiting=found.waiting, workers=found.workers
    )


@door.post("/jobs/<id>/retry")
@operation("Let a job that was given up be tried again", gives={202: "application/json"})
def again(id: str) -> ResponseReturnValue:
    """Let a job be tried again."""
    return jsonify(_shape(retry(office(), id, by=person()))), 202


def _shape(job: FailedJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "about": job.about,
        "attempts": job.attempts,
        "rule": job.rule,
        "at": shapes.moment(job.at),
    }
