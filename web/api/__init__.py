"""The doors for programs: /api/v1."""

from flask import Blueprint

from web.api import (
    acts,
    calendar,
    case_files,
    configured,
    documents,
    finding,
    inspection,
    people,
    registers,
    tasks,
)

api = Blueprint("api", __name__, url_prefix="/api/v1")
for part in (
    people,
    configured,
    documents,
    acts,
    finding,
    registers,
    inspection,
    tasks,
    calendar,
    case_files,
):
    api.register_blueprint(part.door)
