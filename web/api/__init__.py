"""The doors for programs: /api/v1."""

from flask import Blueprint

from web.api import (
    acts,
    calendar,
    classifying,
    configured,
    delegations,
    documents,
    finding,
    inspection,
    people,
    proofs,
    registers,
    signing,
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
    signing,
    calendar,
    proofs,
    delegations,
    classifying,
):
    api.register_blueprint(part.door)
