"""What is told of every request to those who run the service: how many, how long, which kind."""

import hmac
import logging
import os
import re
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from platform import python_version
from secrets import token_hex
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from web.contract import operation
from web.office import office
from web.who import open_to_all
from workflow.ready import Figures, figures

KEY = "trinhky.watching"
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes keep their counts together; the library's own name for it."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 90.0)
"""Bounds of the histogram in seconds; 0.2 is what lists and the desk must keep."""

WELL_FORMED = re.compile(r"[0-9a-f]{16,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a proxy's request id may be; anything else could carry words into the log."""

PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

log = logging.getLogger("office.request")
door = Blueprint("watching", __name__)


class Counts:
    """What one process counts of its requests, and all processes of a server together."""

    def __init__(self, token: str, key: bytes) -> None:
        """Begin to count.

        Takes   token: who brings it may read from elsewhere; key: makes marks of persons.
        """
        self.token = token
        self.key = key
        self.own = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("trinhky_requests", "Requests answered", labels, registry=self.own)
        self.seconds = Histogram(
            "trinhky_request_seconds",
            "Time until the answer began",
            ("method", "route"),
            registry=self.own,
            buckets=BUCKETS,
        )
        self.memory = Gauge(
            "trinhky_process_resident_bytes",
            "Memory of a process that answers requests",
            registry=self.own,
            multiprocess_mode="liveall",
        )

    def shown(self) -> bytes:
        """Give the counts of all processes as text."""
        registry = self.own
        if folder := os.environ.get(SHARED):
            _forget_the_dead(Path(folder))
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's own
        return bytes(generate_latest(registry))


def watch(app: Flask, *, token: str, key: bytes) -> None:
    """Count, time and log every request to ``app``; must come before every other hook."""
    app.extensions[KEY] = Counts(token, key)
    app.before_request(_begin)
    app.after_request(_end)
    app.register_blueprint(door)


@door.get("/metrics")
@open_to_all
@operation("Figures for Prometheus", open=True, gives={200: "text/plain"})
def metrics() -> ResponseReturnValue:
    """Give figures of this service, to its own machine or whoever brings the token."""
    counts = _counts()
    if not _may_read(counts.token):
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Now(figures(office())))
    told = counts.shown() + generate_latest(registry)
    return Response(told, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(token: str) -> bool:
    if token:
        brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(brought.encode(), token.encode())
    # A proxy on this machine comes from loopback too: whom it speaks for is somebody else.
    passed_on = any(name in request.headers for name in PASSED_ON)
    return not passed_on and ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104 - nobody's  # nosec B104


class _Now:
    """The figures of this moment, as the library wants to collect them."""

    def __init__(self, now: Figures) -> None:
        self._now = now

    def collect(self) -> list[Metric]:
        """Give every figure; none tells of a single document or person."""
        now = self._now
        waiting = GaugeMetricFamily("trinhky_jobs_waiting", "Jobs not finished", labels=["kind"])
        failed = GaugeMetricFamily("trinhky_jobs_failed", "Jobs given up", labels=["kind"])
        documents = GaugeMetricFamily(
            "trinhky_documents", "Unclassified documents", labels=["workflow", "state"]
        )
        info = GaugeMetricFamily("trinhky_info", "What runs", labels=["python"])
        info.add_metric([python_version()], 1)
        for family, counted in ((waiting, now.waiting), (failed, now.failed)):
            for kind, count in counted.items():
                family.add_metric([kind], count)
        for (workflow, state), count in now.documents.items():
            documents.add_metric([workflow, state], count)
        stale = GaugeMetricFamily(
            "trinhky_index_stale", "Whether documents may be missing", float(now.stale)
        )
        workers = GaugeMetricFamily("trinhky_workers", "Workers that show they live", now.workers)
        indexed = GaugeMetricFamily("trinhky_index_documents", "Documents in it", now.indexed)
        leaving = GaugeMetricFamily(
            "trinhky_exchange_waiting", "Messages that wait to leave", now.leaving
        )
        carried = GaugeMetricFamily(
            "trinhky_exchange_runs", "Whether a process carries them", float(now.carried)
        )
        return [leaving, carried, waiting, failed, documents, info, stale, workers, indexed]


def _begin() -> None:
    g.begun = time.perf_counter()
    brought = request.headers.get("X-Request-Id", "")
    g.request_id = brought if WELL_FORMED.fullmatch(brought) else token_hex(16)


def _end(response: Response) -> Response:
    counts = _counts()
    took = time.perf_counter() - g.get("begun", time.perf_counter())
    # The rule, never the address: an address holds ids, and a query holds words.
    route = request.url_rule.rule if request.url_rule else "-"
    method = request.method if route != "-" else "-"
    counts.requests.labels(method, route, str(response.status_code)).inc()
    counts.seconds.labels(method, route).observe(took)
    counts.memory.set(_resident())
    id = g.get("request_id", "-")
    response.headers["X-Request-Id"] = id
    facts = {
        "id": id,
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": round(took * 1000, 1),
        "person": _mark(counts.key),
    }
    log.info("request", extra={"facts": facts})
    return response


def _mark(key: bytes) -> str:
    """Give a mark that ties a person's requests together without naming them."""
    who = g.get("person")
    if who is None:
        return "-"
    return hmac.digest(key, f"log:{who.id}".encode(), "sha256").hex()[:12]


def _resident() -> int:
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _forget_the_dead(folder: Path) -> None:
    """Let go of what ended processes said of themselves; what they counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        if not Path(f"/proc/{file.stem.rpartition('_')[2]}").exists():
            with suppress(FileNotFoundError):
                file.unlink()


def _counts() -> Counts:
    return cast("Counts", current_app.extensions[KEY])
