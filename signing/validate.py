"""The judging of foreign PDFs, where they can hurt nobody, and of no file twice."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from records.errors import Unreadable
from records.isolation import Isolation
from records.signature import ValidationReport, Verdict
from signing.trust import Trust
from signing.verdict import is_pdf
from signing.wire import from_json

TASK = "signing.validating_task"
_REMEMBERED = 512  # reports; each has about 2 kB


class Validator:
    """Judges PDFs in a process of their own, and remembers what it said of which bytes."""

    def __init__(self, trust: Trust | Callable[[], Trust], isolate: Isolation) -> None:
        """Take whom to believe, or how to ask for it each time, since revocation lists change."""
        self._trust = trust
        self._isolate = isolate
        self._said: OrderedDict[tuple[str, str, str], ValidationReport] = OrderedDict()
        self._guard = Lock()

    def report(self, pdf: bytes, at: datetime) -> ValidationReport:
        """Say what can be said of every signature in ``pdf``.

        Takes   at: aware, the moment of judging; a verdict is remembered for the hour it is in.
        Raises  Unreadable: these bytes are not a PDF at all.
                Unavailable: no isolated process can be had.
        """
        if not is_pdf(pdf):
            raise Unreadable("file.not-pdf")
        trust = self._trust() if callable(self._trust) else self._trust
        hour = at.astimezone(UTC).strftime("%Y-%m-%dT%H")
        key = (hashlib.sha256(pdf).hexdigest(), trust.fingerprint, hour)
        with self._guard:
            if key in self._said:
                self._said.move_to_end(key)
                return self._said[key]
        report = self._ask(pdf, trust, at)
        self._remember(key, report)
        return report

    def _ask(self, pdf: bytes, trust: Trust, at: datetime) -> ValidationReport:
        options: dict[str, object] = {"at": at.isoformat(), "trust": trust.as_options()}
        try:
            return from_json(self._isolate(TASK, pdf, options=options))
        except Unreadable:
            # Bytes that break the reader or its limits are no valid signature, whatever they are.
            return ValidationReport(Verdict.INVALID, ("reader-failed",), ())
        except (ValueError, KeyError, TypeError):
            return ValidationReport(Verdict.INVALID, ("reader-failed",), ())

    def _remember(self, key: tuple[str, str, str], report: ValidationReport) -> None:
        if report.reasons == ("reader-failed",):
            return
        with self._guard:
            self._said[key] = report
            while len(self._said) > _REMEMBERED:
                self._said.popitem(last=False)
