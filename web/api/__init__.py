"""The doors for programs: /api/v1."""

from flask import Blueprint

from web.api import (
    acts,
    calendar,
    configured,
    delegations,
    documents,
    finding,
    inspection,
    people,
    registers,
    tasks,
)

api = Blueprint("api", __name__, url_prefix="/api/v1")
PARTS = (people, configured, documents, acts, finding, registers, inspection, tasks)
for part in (*PARTS, calendar, delegations):
    api.register_blueprint(part.door)
