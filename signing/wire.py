"""How a verdict travels between two processes: as JSON, and back as the same value."""

import json
from datetime import datetime
from typing import Any

from records.signature import SignatureVerdict, ValidationReport, Verdict


def to_json(report: ValidationReport) -> bytes:
    """Give a report as JSON in UTF-8."""
    told = {
        "verdict": report.verdict.value,
        "reasons": list(report.reasons),
        "signatures": [_told(one) for one in report.signatures],
        "trust": [list(one) for one in report.trust],
    }
    return json.dumps(told, ensure_ascii=False).encode("utf-8")


def from_json(content: bytes) -> ValidationReport:
    """Give the report that ``to_json`` was given.

    Raises  ValueError, KeyError or TypeError: not such a report.
    """
    told = json.loads(content)
    return ValidationReport(
        verdict=Verdict(told["verdict"]),
        reasons=tuple(str(reason) for reason in told["reasons"]),
        signatures=tuple(_meant(one) for one in told["signatures"]),
        trust=tuple((str(name), str(version)) for name, version in told.get("trust", [])),
    )


def _told(one: SignatureVerdict) -> dict[str, Any]:
    return {
        "field": one.field,
        "signer": one.signer,
        "issuer": one.issuer,
        "serial": one.serial,
        "time": one.time.isoformat() if one.time else None,
        "time_source": one.time_source,
        "covers": one.covers,
        "later_changes": list(one.later_changes),
        "certificate_status": one.certificate_status,
        "verdict": one.verdict.value,
        "reasons": list(one.reasons),
        "organization": one.organization,
        "title": one.title,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
        "chain": list(one.chain),
        "status_source": one.status_source,
        "status_at": one.status_at.isoformat() if one.status_at else None,
        "role": one.role,
        "revision": one.revision,
        "length": one.length,
        "attributed": [list(pair) for pair in one.attributed],
        "kind": one.kind,
    }


def _meant(told: dict[str, Any]) -> SignatureVerdict:
    return SignatureVerdict(
        field=str(told["field"]),
        signer=str(told["signer"]),
        issuer=str(told["issuer"]),
        serial=str(told["serial"]),
        time=_moment(told["time"]),
        time_source=str(told["time_source"]),
        covers=str(told["covers"]),
        later_changes=tuple(str(change) for change in told["later_changes"]),
        certificate_status=str(told["certificate_status"]),
        verdict=Verdict(told["verdict"]),
        reasons=tuple(str(reason) for reason in told["reasons"]),
        organization=str(told["organization"]),
        title=str(told["title"]),
        valid_from=_moment(told["valid_from"]),
        valid_to=_moment(told["valid_to"]),
        chain=tuple(str(name) for name in told["chain"]),
        status_source=str(told["status_source"]),
        status_at=_moment(told["status_at"]),
        role=str(told["role"]),
        revision=int(told["revision"]),
        length=int(told["length"]),
        attributed=tuple((str(change), str(who)) for change, who in told["attributed"]),
        kind=str(told["kind"]),
    )


def _moment(told: Any) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
