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
        "kind": one.kind,
    }


def _meant(told: dict[str, Any]) -> SignatureVerdict:
    return SignatureVerdict(
        field=str(told["field"]),
        signer=str(told["signer"]),
        issuer=str(told["issuer"]),
        serial=str(told["serial"]),
        time=datetime.fromisoformat(told["time"]) if told["time"] else None,
        time_source=str(told["time_source"]),
        covers=str(told["covers"]),
        later_changes=tuple(str(change) for change in told["later_changes"]),
        certificate_status=str(told["certificate_status"]),
        verdict=Verdict(told["verdict"]),
        reasons=tuple(str(reason) for reason in told["reasons"]),
        kind=str(told["kind"]),
    )
