"""The judging of a foreign PDF as a task for a process of its own."""

from dataclasses import replace
from datetime import datetime
from typing import cast

from records.signature import Verdict
from signing.second import agree
from signing.trust import Trust
from signing.verdict import judge
from signing.wire import to_json


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Give the verdict on ``content`` as JSON.

    Takes   options: "at", a moment in ISO 8601 with offset; "trust", from ``Trust.as_options``.
    Raises  Unreadable: not a PDF at all. Unavailable: the second reader is not there.
    """
    trust = Trust.from_options(cast("dict[str, object]", options["trust"]))
    at = datetime.fromisoformat(str(options["at"]))
    report = judge(content, trust=trust, at=at)
    if report.verdict is Verdict.VALID and not agree(content):
        doubtful = (*report.reasons, "readers-differ")
        report = replace(report, verdict=Verdict.INDETERMINATE, reasons=doubtful)
    return to_json(report)
