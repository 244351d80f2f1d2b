"""The production server: several processes, renewed and ended without a lost answer, discreet."""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from bench.papers import minimal_pdf
from bench.running import Running, family
from records.job import FailedJob
from storage.engine import engine_of
from storage.jobs import Jobs
from tests.conftest import LoggedIn, Serving

CANARIES = ("Hoàng Yến Chủ Đề", "Hoàng Yến Ý Kiến", "HoangYenTruyVan", "HoangYenDuongDan")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, lay_out: Serving) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("serving")
    running = lay_out(folder, part="serve", processes="2", threads="4", log_format="json")
    running.start()
    try:
        yield running
    finally:
        running.stop()
    assert running.orphans() == []


def figures(server: Running) -> dict[str, float]:
    told = server.anybody().call("GET", "/metrics").must(200).content.decode()
    lines = [line.rpartition(" ") for line in told.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def lines_of(server: Running) -> list[dict[str, Any]]:
    written = server.log.read_text("utf-8").splitlines()
    return [json.loads(line) for line in written if line.startswith("{")]


def test_processes_count_together(server: Running) -> None:
    name = 'trinhky_requests_total{method="GET",route="/healthz",status="200"}'
    before = figures(server).get(name, 0)
    for _ in range(20):
        server.anybody().call("GET", "/healthz").must(200)

    after = figures(server)

    assert after[name] == before + 20
    # The first process answers while the second one still boots.
    end = time.monotonic() + 60
    while _processes(figures(server)) < 2:
        assert time.monotonic() < end, "the second process never told of itself"
        time.sleep(0.5)


def _processes(told: dict[str, float]) -> int:
    return sum(name.startswith("trinhky_process_resident") for name in told)


def test_metrics_tell_how_the_office_stands(server: Running) -> None:
    server.by("chuyenvien").bring(minimal_pdf("one"), subject=CANARIES[0]).must(201)

    now = figures(server)

    assert documents(now) >= 1
    assert now['trinhky_jobs_waiting{kind="read"}'] >= 1
    assert now["trinhky_index_stale"] == 0
    assert now["trinhky_workers"] == 0


def test_metrics_of_secret_documents_are_not_even_counted(server: Running) -> None:
    before = documents(figures(server))
    officer = server.by("chuyenvien")
    officer.bring(minimal_pdf("two"), classification="confidential").must(201)
    assert documents(figures(server)) == before


def test_metrics_are_for_this_machine_and_not_for_whom_a_proxy_brings(server: Running) -> None:
    for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        headers = {name: "203.0.113.7"}
        server.anybody().call("GET", "/metrics", headers=headers).must(404)


def test_no_word_of_a_request_is_in_any_log_line(server: Running) -> None:
    subject, comment, words, path = CANARIES
    officer = server.by("chuyenvien")
    document = officer.bring(minimal_pdf("three"), subject=subject).must(201).told
    officer.act("submit", document["id"], comment=comment)
    officer.get(f"/search?q={words}").must(200)
    officer.get(f"/documents?state={words}")
    officer.call("GET", f"/{path}").must(404)
    officer.call(path, "/api/v1/me")
    officer.call("POST", "/api/v1/drafts", path.encode()).must(422)
    officer.call("GET", "/api/v1/me", headers={"X-Request-Id": words}).must(200)
    officer.bring(b"%PDF-1.7 " + words.encode(), subject=subject)
    figures(server)

    written = server.log.read_text("utf-8")
    routes = {one.get("route") for one in lines_of(server)}

    assert {"/api/v1/search", "/api/v1/documents", "-"} <= routes
    told = server.anybody().call("GET", "/metrics").content.decode()
    for canary in (*CANARIES, quote(subject), quote(comment), document["id"], "chuyenvien "):
        body = written.partition("Mật khẩu")[2]
        assert canary not in body
        assert canary not in told


def test_every_line_is_json_and_ties_an_answer_to_its_request(server: Running) -> None:
    answer = server.by("chuyenvien").get("/me").must(200)
    id = answer.headers["X-Request-Id"]
    brought = server.by("chuyenvien").get("/me", **{"X-Request-Id": "ab" * 16}).must(200)

    (line,) = [one for one in lines_of(server) if one.get("id") == id]
    (again,) = [one for one in lines_of(server) if one.get("id") == "ab" * 16]

    assert brought.headers["X-Request-Id"] == "ab" * 16
    assert line["route"] == "/api/v1/me"
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "info")
    assert 0 < line["ms"] < 60_000
    assert re.fullmatch(r"[0-9a-f]{12}", line["person"])
    assert again["person"] == line["person"]


def test_who_waits_for_the_system_sees_it_end_without_asking(
    logged_in: LoggedIn, server: Running
) -> None:
    """No worker runs here, so what is left to do stays so until this test says it is done."""
    id = server.by("chuyenvien").bring(minimal_pdf("five")).must(201).told["id"]
    page = logged_in(server, "chuyenvien")
    page.goto(f"{server.home}/documents/{id}")
    expect(page.locator("#pending")).to_contain_text("Đọc chữ trong tệp")
    page.fill("#comment-submit", "Đang viết dở")

    give_up(server, id)

    expect(page.locator("#pending")).to_contain_text("Hệ thống chưa làm được", timeout=20_000)
    assert page.input_value("#comment-submit") == "Đang viết dở"


def give_up(server: Running, id: str) -> None:
    """Let the queue have tried everything for a document in vain."""
    engine = engine_of(server.database_url)
    failed = FailedJob(f"read:{id}", "read", id, "", 17, "sandbox.busy", datetime.now(UTC))
    with engine.begin() as connection:
        Jobs(connection).fail(failed)
        queue = "dbos.workflow_status" if engine.name == "postgresql" else "workflow_status"
        done = text(f"UPDATE {queue} SET status = 'SUCCESS' WHERE workflow_uuid LIKE :which")  # noqa: S608 - one of two tables
        connection.execute(done, {"which": f"%{id}%"})
    engine.dispose()


def test_a_renewal_loses_no_request_and_brings_new_processes(server: Running) -> None:
    before = {pid for pid, _ in family(server.pid)}
    fallen: list[str] = []
    over = threading.Event()

    def knock() -> None:
        while not over.is_set():
            try:
                status = server.anybody().call("GET", "/healthz").status
            except OSError as lost:
                fallen.append(repr(lost))
            else:
                if status != 200:
                    fallen.append(str(status))

    knockers = [threading.Thread(target=knock) for _ in range(4)]
    for one in knockers:
        one.start()
    os.kill(server.pid, signal.SIGHUP)
    end = time.monotonic() + 90
    while servants(server) & before or len(servants(server)) < 2:
        assert time.monotonic() < end
        time.sleep(0.2)
    server.anybody().call("GET", "/readyz").must(200)
    over.set()
    for one in knockers:
        one.join()

    assert fallen == []


def test_what_was_begun_is_answered_before_the_server_ends(
    tmp_path: Path, lay_out: Serving
) -> None:
    server = lay_out(tmp_path, part="serve", processes="1", threads="2")
    server.start()
    officer = server.by("chuyenvien")
    answers: list[int] = []
    brought = threading.Thread(
        target=lambda: answers.append(officer.bring(minimal_pdf("four")).status)
    )
    brought.start()
    time.sleep(0.1)
    server.stop()
    brought.join()

    assert answers == [201]
    assert server.orphans() == []


def test_a_token_opens_the_metrics_and_nothing_else_does(tmp_path: Path, lay_out: Serving) -> None:
    server = lay_out(tmp_path, part="serve", processes="1", metrics_token="hai ba bon")  # noqa: S106 - a test's
    server.start()
    try:
        server.anybody().call("GET", "/metrics").must(404)
        wrong = {"Authorization": "Bearer hai ba"}
        server.anybody().call("GET", "/metrics", headers=wrong).must(404)
        right = {"Authorization": "Bearer hai ba bon", "X-Forwarded-For": "203.0.113.7"}
        server.anybody().call("GET", "/metrics", headers=right).must(200)
    finally:
        server.stop()


def documents(now: dict[str, float]) -> float:
    return sum(count for name, count in now.items() if name.startswith("trinhky_documents{"))


def servants(server: Running) -> set[int]:
    """Give the processes that answer requests: the children of the first one."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return {int(pid) for pid in children.split()}
