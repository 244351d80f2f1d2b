"""A whole road of documents whose bytes lie in a real S3 store, by settings alone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from drafting.sandbox import Sandbox
from front.copying import NO_LEDGER, copy, restore
from front.furnishing import furnish
from records.document import Classification
from records.errors import Refused, Unavailable
from storage.bucket import Server
from tests.conftest import House
from tests.postgres import Cluster
from tests.servers.swift import ACCOUNT, REGION, SECRET, Swift
from workflow.verify import verify

ROOT = Path(__file__).parents[2]
CANARY = "chimlạcvàng"


@pytest.fixture
def s3(swift: Swift) -> Any:
    return Server(swift.endpoint, REGION, ACCOUNT, SECRET, 10, 1).client()


@pytest.fixture
def house(open_house: Callable[..., House], swift: Swift, s3: Any) -> House:
    """Give an office whose files lie in a bucket of its own, under a prefix."""
    bucket = f"office-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    return open_house(
        objects_url=f"s3://{bucket}/hanoi/ldld",
        objects_endpoint=swift.endpoint,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=SECRET,
    )


def bucket_of(house: House) -> str:
    return house.settings.objects_url.split("/")[2]


def stolen(house: House, s3: Any) -> dict[str, bytes]:
    listed = s3.list_objects_v2(Bucket=bucket_of(house)).get("Contents", ())
    return {
        one["Key"]: s3.get_object(Bucket=bucket_of(house), Key=one["Key"])["Body"].read()
        for one in listed
    }


def on_disk(house: House) -> list[Path]:
    rooms = (house.settings.trinhky_data / room for room in ("blobs", "vault"))
    return [path for room in rooms for path in room.rglob("*") if path.is_file()]


def test_a_document_goes_from_draft_to_archive_with_its_bytes_in_a_bucket(
    house: House, s3: Any
) -> None:
    document = house.sealed()
    document = house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    house.work_off()
    document = house.act(document, "archive", "luutru")

    found = verify(house.office)
    assert document.state == "archived"
    assert found.holds
    kept = stolen(house, s3)
    assert {f"hanoi/ldld/blobs/{one.digest[:2]}/{one.digest}" for one in document.revisions} < set(
        kept
    )
    assert len(kept) == found.files
    assert on_disk(house) == []


def test_a_secret_document_leaves_nothing_in_clear_in_the_bucket(house: House, s3: Any) -> None:
    document = house.sealed(
        classification=Classification.SECRET, subject=f"Về {CANARY}", body=f"Nói về {CANARY}."
    )
    with pytest.raises(Refused, match="egress.classified"):
        house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    house.work_off()

    assert verify(house.office).holds
    kept = stolen(house, s3)
    assert len(kept) > len(document.revisions)
    for name, content in kept.items():
        assert name.startswith(f"hanoi/ldld/vault/{document.id}/")
        assert b"%PDF" not in content
        assert b"PK\x03\x04" not in content
        assert CANARY.encode() not in content
        assert not any(one.digest in name for one in document.revisions)
    assert on_disk(house) == []


def test_a_changed_and_a_lost_object_are_found_by_verify(house: House, s3: Any) -> None:
    document = house.drafted()
    digest = document.latest.digest
    where = {
        "Bucket": bucket_of(house),
        "Key": f"hanoi/ldld/blobs/{digest[:2]}/{digest}",
    }
    whole = s3.get_object(**where)["Body"].read()

    s3.put_object(**where, Body=whole[:-1] + b"x")
    assert verify(house.office).faults == (f"document {document.id}: storage.blob-changed",)
    s3.delete_object(**where)
    assert verify(house.office).faults == (f"document {document.id}: storage.blob-lost",)
    s3.put_object(**where, Body=whole)
    assert verify(house.office).holds


def test_while_the_store_is_away_nothing_is_half_done_and_afterwards_all_goes_on(
    house: House, swift: Swift
) -> None:
    waiting = house.approved()
    with house.office.database.reading() as unit:
        before = unit.audit.verify()

    swift.kill()
    try:
        assert not house.office.contents.ready()
        with pytest.raises(Unavailable, match="storage.unavailable"):
            house.act(waiting, "sign", "chutich")
        with pytest.raises(Unavailable, match="storage.unavailable"):
            house.drafted()
        with house.office.database.reading() as unit:
            assert unit.audit.verify() == before
            assert unit.documents.get(waiting.id) == waiting
    finally:
        swift.start()

    signed = house.act(waiting, "sign", "chutich")
    assert signed.version == waiting.version + 1
    assert verify(house.office).holds


def test_the_command_line_verifies_an_office_whose_bytes_are_elsewhere(house: House) -> None:
    house.drafted()
    settings = house.settings
    done = subprocess.run(
        [sys.executable, "app.py", "verify"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "TRINHKY_DATA": str(settings.trinhky_data),
            "TRINHKY_SPOOL": str(settings.trinhky_spool),
            "OBJECTS_URL": settings.objects_url,
            "OBJECTS_ENDPOINT": settings.objects_endpoint,
            "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert "verify: holds" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_a_backup_of_a_bucket_goes_back_into_another(
    house: House, s3: Any, sandbox: Sandbox, tmp_path: Path, postgresql: Cluster | None
) -> None:
    plain = house.sealed()
    secret = house.sealed(classification=Classification.SECRET, body=f"Nói về {CANARY}.")
    copy(house.settings, tmp_path / "backup", clock=house.clock)
    bucket = f"office-{uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    there = house.settings.model_copy(
        update={
            "trinhky_data": tmp_path / "back",
            "database_url": postgresql.create()
            if postgresql
            else f"sqlite:///{tmp_path / 'back' / 'trinhky.sqlite'}",
            "objects_url": f"s3://{bucket}/again",
            "trinhky_ledger": tmp_path / "back" / "raised.jsonl",
        }
    )
    keys = house.settings.trinhky_data / "keys"

    s3.put_object(Bucket=bucket, Key="again/blobs/00/stranger", Body=b"of another office")
    with pytest.raises(Refused, match="restore.not-empty"):
        restore(there, tmp_path / "backup", keys, ledger=NO_LEDGER, clock=house.clock)
    s3.delete_object(Bucket=bucket, Key="again/blobs/00/stranger")
    restore(there, tmp_path / "backup", keys, ledger=NO_LEDGER, clock=house.clock)

    back = furnish(there, sandbox, house.clock)
    assert verify(back).holds
    with back.database.reading() as unit:
        seen = [unit.documents.get(one.id) for one in (plain, secret)]
    assert [back.contents.get(one, one.latest.digest)[:4] for one in seen] == [b"%PDF", b"%PDF"]
    assert not list((tmp_path / "back" / "blobs").glob("*"))
    back.database.close()
