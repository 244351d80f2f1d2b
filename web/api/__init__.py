"""The doors for programs: /api/v1."""

from flask import Blueprint

from web.api import (
    acts,
    calendar,
    configured,
    documents,
    finding,
    inspection,
    people,
    proofs,
    registers,
    tasks,
)

api = Blueprint("api", __name__, url_prefix="/api/v1")
PARTS = (
    people,
    configured,
    documents,
    acts,
    finding,
    registers,
    inspection,
    tasks,
    calendar,
    proofs,
)
for part in PARTS:
    api.register_blueprint(part.door)
