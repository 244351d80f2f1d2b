"""The doors for programs: /api/v1."""

from flask import Blueprint

from web.api import (
    account,
    acts,
    calendar,
    case_files,
    classifying,
    configured,
    delegations,
    devices,
    directives,
    documents,
    finding,
    handing,
    inspection,
    layout,
    ledgers,
    people,
    proofs,
    registers,
    reports,
    rights,
    signing,
    tasks,
    units,
    workflows,
)

api = Blueprint("api", __name__, url_prefix="/api/v1")
for part in (
    people,
    account,
    configured,
    documents,
    acts,
    directives,
    finding,
    registers,
    reports,
    rights,
    inspection,
    tasks,
    units,
    signing,
    handing,
    devices,
    calendar,
    case_files,
    ledgers,
    proofs,
    delegations,
    workflows,
    classifying,
    layout,
):
    api.register_blueprint(part.door)
