"""The judging of a foreign PDF as a task for a process of its own."""

from datetime import datetime
from typing import cast

from signing.trust import Trust
from signing.verdict import judge
from signing.wire import to_json


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Give the verdict on ``content`` as JSON.

    Takes   options: "at", a moment in ISO 8601 with offset; "trust", from ``Trust.as_options``.
    Raises  Unreadable: not a PDF at all.
    """
    trust = Trust.from_options(cast("dict[str, object]", options["trust"]))
    at = datetime.fromisoformat(str(options["at"]))
    return to_json(judge(content, trust=trust, at=at))
