"""Whether the service lives, and whether it is ready for work."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from web.contract import operation
from web.office import office
from web.who import open_to_all
from workflow.ready import carries, readiness

health = Blueprint("health", __name__)


@health.get("/healthz")
@open_to_all
@operation("Whether the process lives", open=True)
def alive() -> ResponseReturnValue:
    """Answer that the process lives."""
    return jsonify(status="ok")


@health.get("/readyz")
@open_to_all
@operation("Whether the service is ready for work", open=True)
def ready() -> ResponseReturnValue:
    """Answer whether database, storage, index and queue are ready, and whether messages leave.

    Messages that wait to leave are safe and hold no reader up, so they make nothing unready.
    """
    parts = readiness(office())
    good = all(parts.values())
    told = {"status": "ok" if good else "unready", **parts, "exchange": carries(office())}
    return jsonify(told), 200 if good else 503
