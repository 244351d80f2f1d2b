"""A document proven without us: the package is checked with Python's library and openssl alone."""

import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from front.serving import application
from records.document import Classification
from records.errors import NotFound
from storage.merkle import path_of, root_of
from tests.conftest import PASSWORD, House
from workflow.evidence import evidence


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def checked(folder: Path) -> str:
    """Give what the package's own verifier says, run with nothing of ours in reach."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-I", str(folder / "verify.py")],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if "HOLDS" in done.stdout else 1), done.stderr
    return done.stdout


def test_a_package_proves_itself_and_no_change_goes_unseen(house: House, tmp_path: Path) -> None:
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=("H49.90.2",))
    document = house.act(document, "archive", "luutru")
    content = evidence(house.office, document.id, by=house.person("luutru"))
    whole = unpacked(content, tmp_path / "whole")

    assert checked(whole) == "ĐẠT / HOLDS\n"
    assert sorted(path.name for path in whole.glob("files/*.pdf")) == [
        "002-rendered.pdf",
        "003-signed.pdf",
        "004-sealed.pdf",
        "005-proven.pdf",
    ]
    assert list(whole.glob("revocation/*.crl"))
    by_tools = subprocess.run(
        ["sha256sum", "--quiet", "-c", "manifest-sha256.txt"],  # noqa: S607 - as the readme says
        cwd=whole,
        check=False,
    )
    assert by_tools.returncode == 0

    for n, (name, before, after) in enumerate(
        [
            ("files/004-sealed.pdf", b"/Contents", b"/Contentz"),
            ("history.json", b"chutich", b"chutjch"),
            ("audit.json", b"document:signed", b"document:sigmed"),
            ("statement.json", b'"made_at"', b'"made_ad"'),
        ]
    ):
        changed = unpacked(content, tmp_path / str(n))
        told = (changed / name).read_bytes()
        assert before in told, name
        (changed / name).write_bytes(told.replace(before, after))
        said = checked(changed)
        assert "BROKEN" in said, name


def test_whoever_rewrites_manifest_and_statement_lacks_the_agencys_key(
    house: House, tmp_path: Path
) -> None:
    document = house.sealed()
    content = evidence(house.office, document.id, by=house.person("vanthu"))
    forged = unpacked(content, tmp_path / "forged")
    (forged / "metadata.json").write_bytes(b"{}")
    manifest = (forged / "manifest-sha256.txt").read_text("utf-8").splitlines()
    lines = [
        one if "metadata" not in one else f"{sha256(b'{}').hexdigest()}  metadata.json"
        for one in manifest
    ]
    (forged / "manifest-sha256.txt").write_text("\n".join(lines) + "\n", "utf-8")
    stated = json.loads((forged / "statement.json").read_bytes())
    stated["manifest_sha256"] = sha256((forged / "manifest-sha256.txt").read_bytes()).hexdigest()
    (forged / "statement.json").write_text(json.dumps(stated), "utf-8")

    said = checked(forged)
    assert "statement.p7s" in said
    assert said.count("FAULT") == 1


def test_evidence_is_for_readers_and_the_log_of_others_is_not_in_it(
    house: House, tmp_path: Path
) -> None:
    other = house.drafted(subject="Việc khác không ai được thấy")
    secret = house.drafted(classification=Classification.SECRET)
    document = house.sealed()
    with pytest.raises(NotFound):
        evidence(house.office, secret.id, by=house.person("kiemtra"))
    with pytest.raises(NotFound):
        evidence(house.office, "0" * 32, by=house.person("luutru"))

    doors = application(house.office, house.settings).test_client()
    login = {"username": "vanthu", "password": PASSWORD}
    token = doors.post("/api/v1/tokens", json=login).get_json()["token"]
    told = {"Authorization": f"Bearer {token}"}
    answer = doors.get(f"/api/v1/documents/{document.id}/evidence", headers=told)
    assert answer.mimetype == "application/zip"
    folder = unpacked(answer.data, tmp_path / "package")
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert other.id.encode() not in everything
    assert secret.id.encode() not in everything

    verdict = doors.get(f"/api/v1/documents/{document.id}/validation", headers=told).get_json()
    leader, seal = verdict["signatures"]
    assert [leader["role"], seal["role"]] == ["leader", "agency"]
    assert leader["chain"][-1] == "CA gốc THỬ NGHIỆM"
    assert (leader["status_source"], leader["certificate_status"]) == ("crl", "good")
    assert {"change": "form-filling", "by": seal["signer"]} in leader["attributed"]
    assert {"change": "signature", "by": seal["signer"]} in leader["attributed"]
    signed = doors.get(f"/api/v1/documents/{document.id}/signatures/1/content", headers=told).data
    assert sha256(signed).hexdigest() == document.revisions[2].digest
    drawn = doors.get(
        f"/api/v1/documents/{document.id}/signatures/1/pages/1.png?width=200", headers=told
    )
    assert drawn.mimetype == "image/png"
    missing = doors.get(f"/api/v1/documents/{document.id}/signatures/9/content", headers=told)
    assert (missing.status_code, missing.get_json()["rule"]) == (404, "signature.unknown")
    etsi = doors.get(
        f"/api/v1/documents/{document.id}/validation?form=etsi", headers=told
    ).get_json()["ValidationReport"]
    assert etsi["OverallStatus"]["MainIndication"] == "urn:etsi:019102:mainindication:total-passed"
    assert [
        one["SignerInformation"]["SignerName"] for one in etsi["SignatureValidationReport"]
    ] == [
        leader["signer"],
        seal["signer"],
    ]
    page = doors.get(f"/documents/{document.id}/validation", headers=told).text
    for words in ("Ký phê duyệt", "Chuỗi tin cậy", "Tải đúng bản đã ký", seal["signer"]):
        assert words in page


@given(st.integers(1, 70), st.data())
def test_every_entry_is_shown_to_be_in_the_tree(size: int, data: st.DataObject) -> None:
    hashes = [sha256(str(n).encode()).hexdigest() for n in range(size)]
    at = data.draw(st.integers(0, size - 1))
    node = sha256(b"\x00" + bytes.fromhex(hashes[at])).digest()
    for side, other in path_of(hashes, at):
        pair = (bytes.fromhex(other), node) if side == "left" else (node, bytes.fromhex(other))
        node = sha256(b"\x01" + pair[0] + pair[1]).digest()
    assert node.hex() == root_of(hashes)
