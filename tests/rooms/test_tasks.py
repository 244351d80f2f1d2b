"""What could not be done is kept for the administrator, who may let it be tried once more."""

import shutil
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from front.serving import application
from records.errors import NotAllowed, NotFound
from storage import queue
from storage.queue import Worker
from tests.conftest import House
from workflow.jobs import jobs
from workflow.look import view
from workflow.session import enter
from workflow.tasks import retry, workload

CANARY = "Chim hoàng yến"


pytestmark = pytest.mark.usefixtures("impatient")


def sent_to_nobody(house: House) -> str:
    """Give a document that is about to be sent while nothing can be put where it waits."""
    document = house.sealed(subject=CANARY)
    shutil.rmtree(house.settings.trinhky_tray / "out")
    house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    return document.id


def undeliverable(house: House) -> str:
    """Give a document that was given up because nobody could be reached."""
    id = sent_to_nobody(house)
    house.work_off()
    return id


def put_off(house: House) -> str:
    """Give a document that waits until its next try to reach somebody."""
    id = sent_to_nobody(house)
    worker = Worker(house.settings.database_url, jobs(house.office))
    worker.start()
    try:
        while not workload(house.office, by=house.person("quantri")).put_off:
            time.sleep(0.02)
    finally:
        worker.stop()
    return id


def mend(house: House) -> None:
    for partner in house.office.partners.values():
        if partner.spool:
            house.office.tray.lay_out(Path(partner.spool))


def test_a_job_that_was_given_up_is_seen_without_a_word_of_the_document(house: House) -> None:
    id = undeliverable(house)

    (job,) = workload(house.office, by=house.person("quantri")).failed

    assert (job.kind, job.attempts, job.rule) == ("carry", 3, "partner.unreachable")
    assert CANARY not in repr(job)
    with house.office.database.reading() as unit:
        assert job.about in {one.id for one in unit.dispatches.of(id)}


def test_a_job_that_was_given_up_is_done_once_after_it_was_let_again(house: House) -> None:
    id = undeliverable(house)
    (job,) = workload(house.office, by=house.person("quantri")).failed
    mend(house)

    retry(house.office, job.id, by=house.person("quantri"))
    with pytest.raises(NotFound, match="job.unknown"):
        retry(house.office, job.id, by=house.person("quantri"))
    assert view(house.office, id, by=house.person("vanthu")).pending == ("carry",)
    house.work_off()

    seen = view(house.office, id, by=house.person("vanthu"))
    assert [one.state for one in seen.dispatches] == ["sent"]
    assert seen.pending == ()
    assert workload(house.office, by=house.person("quantri")).failed == ()


def test_a_job_may_be_given_up_and_let_again_many_times(house: House) -> None:
    undeliverable(house)
    for life in ("~2", "~3"):
        (job,) = workload(house.office, by=house.person("quantri")).failed
        retry(house.office, job.id, by=house.person("quantri"))
        house.work_off()
        (again,) = workload(house.office, by=house.person("quantri")).failed
        assert again.id.endswith(life)


def test_a_retry_stands_in_the_log(house: House) -> None:
    undeliverable(house)
    (job,) = workload(house.office, by=house.person("quantri")).failed

    retry(house.office, job.id, by=house.person("quantri"))

    with house.office.database.reading() as unit:
        (last,) = unit.audit.latest(1)
        assert unit.audit.verify().holds
    assert (last.event.action, last.event.by) == ("job:retried", "quantri")
    assert last.event.facts == {"job": "carry", "about": job.about}


@pytest.mark.parametrize("name", ["chuyenvien", "chutich", "vanthu", "kiemtra"])
def test_nobody_but_an_administrator_sees_or_retries_jobs(house: House, name: str) -> None:
    with pytest.raises(NotAllowed):
        workload(house.office, by=house.person(name))
    with pytest.raises(NotAllowed):
        retry(house.office, "carry:x", by=house.person(name))


def test_a_job_nobody_foresaw_to_fail_is_seen_too(house: House) -> None:
    document = house.drafted()

    def fall(_about: str, _fact: str) -> None:
        raise ZeroDivisionError(CANARY)

    worker = Worker(house.settings.database_url, {**jobs(house.office), "read": fall})
    worker.start()
    try:
        while worker.waiting():
            pass
    finally:
        worker.stop()

    (job,) = workload(house.office, by=house.person("quantri")).failed
    assert (job.kind, job.about, job.rule) == ("read", document.id, "unknown")
    assert CANARY not in repr(job)


def test_who_waits_sees_what_is_still_to_be_done_for_their_document_alone(house: House) -> None:
    mine = house.drafted()
    house.work_off()
    other = house.drafted()
    officer = house.person("chuyenvien")

    assert view(house.office, mine.id, by=officer).pending == ()
    assert "read" in view(house.office, other.id, by=officer).pending


def test_the_doors_show_jobs_to_an_administrator_and_take_a_retry(house: House) -> None:
    id = undeliverable(house)
    mend(house)
    doors = application(house.office, house.settings)
    head = bearer(house, "quantri")
    client = doors.test_client()

    told = client.get("/api/v1/jobs?state=failed", headers=head)
    assert told.status_code == 200
    (job,) = told.get_json()["items"]
    assert (job["kind"], job["rule"], job["attempts"]) == ("carry", "partner.unreachable", 3)
    assert CANARY not in told.text
    page = browsed(house, doors, "quantri").get("/admin/jobs")
    assert "Chuyển tới nơi nhận" in page.text
    assert CANARY not in page.text

    assert client.post(f"/api/v1/jobs/{job['id']}/retry", headers=head).status_code == 202
    assert client.post(f"/api/v1/jobs/{job['id']}/retry", headers=head).status_code == 404
    seen = client.get(f"/api/v1/documents/{id}", headers=bearer(house, "vanthu"))
    assert seen.get_json()["pending"] == ["carry"]
    page = browsed(house, doors, "vanthu").get(f"/documents/{id}")
    assert 'id="pending"' in page.text


def test_who_waits_is_told_when_a_job_was_given_up(house: House) -> None:
    id = undeliverable(house)
    clerk = house.person("vanthu")
    doors = application(house.office, house.settings)

    seen = view(house.office, id, by=clerk)
    page = browsed(house, doors, "vanthu").get(f"/documents/{id}")

    assert (seen.pending, seen.failed) == ((), ("carry",))
    assert 'id="failed"' in page.text
    assert 'id="pending"' not in page.text
    told = doors.test_client().get(f"/api/v1/documents/{id}", headers=bearer(house, "vanthu"))
    assert told.get_json()["failed"] == ["carry"]


def test_a_job_that_waits_for_its_next_try_may_be_hurried_by_an_administrator(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PATIENCE", (3600.0,))
    id = put_off(house)
    doors = application(house.office, house.settings)
    head = bearer(house, "quantri")
    client = doors.test_client()

    (job,) = client.get("/api/v1/jobs?state=put-off", headers=head).get_json()["items"]
    assert (job["kind"], job["rule"], job["attempts"]) == ("carry", "partner.unreachable", 1)
    assert CANARY not in repr(job)
    page = browsed(house, doors, "quantri").get("/admin/jobs")
    assert f"/admin/jobs/{job['id']}/hurry" in page.text
    assert "carry" in view(house.office, id, by=house.person("vanthu")).pending
    for name, status in (("vanthu", 403), ("quantri", 202)):
        path = f"/api/v1/jobs/{job['id']}/hurry"
        assert client.post(path, headers=bearer(house, name)).status_code == status
    assert client.post("/api/v1/jobs/carry:x/hurry", headers=head).status_code == 404
    mend(house)
    house.work_off()

    (dispatch,) = view(house.office, id, by=house.person("vanthu")).dispatches
    assert dispatch.state == "sent"
    with house.office.database.reading() as unit:
        assert "job:hurried" in [one.event.action for one in unit.audit.latest(9)]


def test_the_doors_keep_jobs_from_others(house: House) -> None:
    client = application(house.office, house.settings).test_client()
    head = bearer(house, "chutich")

    assert client.get("/api/v1/jobs?state=failed", headers=head).status_code == 403
    assert client.post("/api/v1/jobs/carry:x/retry", headers=head).status_code == 403
    assert client.get("/api/v1/jobs").status_code == 401


def bearer(house: House, name: str) -> dict[str, str]:
    admitted = enter(house.office, name, "mật khẩu thử nghiệm", address="127.0.0.1")
    return {"Authorization": f"Bearer {admitted.token}"}


def browsed(house: House, doors: Flask, name: str) -> FlaskClient:
    client = doors.test_client()
    client.set_cookie("trinhky", house.cookie(name))
    return client
