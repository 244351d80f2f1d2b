"""A package is a bag that anybody can check without us (RFC 8493)."""

import io
import zipfile
from datetime import date
from hashlib import sha256
from pathlib import Path

import bagit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bag import bag

ON = date(2026, 11, 20)
ABOUT = {"Source-Organization": "LĐLĐ thành phố Demo", "External-Identifier": "a1"}
PAYLOAD = {
    "revisions/001-drafted.pdf": b"%PDF-one",
    "revisions/002-signed.pdf": b"%PDF-two",
    "attachments/001-Phụ lục số 1.docx": b"three",
    "metadata.json": b"{}",
}


def test_the_reference_library_finds_a_package_valid(tmp_path: Path) -> None:
    found = _unpacked(bag("a1", PAYLOAD, ABOUT, ON), tmp_path)

    assert found.validate()
    assert found.version_info == (1, 0)
    assert found.info["Source-Organization"] == "LĐLĐ thành phố Demo"
    assert found.info["Bagging-Date"] == "2026-11-20"
    assert found.info["Payload-Oxum"] == f"{sum(map(len, PAYLOAD.values()))}.{len(PAYLOAD)}"


def test_every_file_comes_out_as_it_went_in(tmp_path: Path) -> None:
    found = _unpacked(bag("a1", PAYLOAD, ABOUT, ON), tmp_path)

    for path, content in PAYLOAD.items():
        assert (tmp_path / "a1" / "data" / path).read_bytes() == content
        assert found.entries[f"data/{path}"]["sha256"] == sha256(content).hexdigest()


def test_the_same_document_gives_the_same_bytes() -> None:
    again = dict(reversed(PAYLOAD.items()))

    assert bag("a1", PAYLOAD, ABOUT, ON) == bag("a1", again, dict(reversed(ABOUT.items())), ON)


@pytest.mark.parametrize("change", ["content", "lost", "added", "info", "manifest"])
def test_a_changed_package_is_found_by_the_reference_library(tmp_path: Path, change: str) -> None:
    _unpacked(bag("a1", PAYLOAD, ABOUT, ON), tmp_path)
    folder = tmp_path / "a1"
    signed = folder / "data/revisions/002-signed.pdf"
    if change == "content":
        signed.write_bytes(b"%PDF-twO")
    elif change == "lost":
        signed.unlink()
    elif change == "added":
        (folder / "data/more.txt").write_bytes(b"")
    elif change == "info":
        (folder / "bag-info.txt").write_text("Source-Organization: another\n")
    else:
        manifest = folder / "manifest-sha256.txt"
        manifest.write_text(manifest.read_text().replace("a", "b"))

    with pytest.raises(bagit.BagError):
        bagit.Bag(str(folder)).validate()


@pytest.mark.parametrize(
    "name",
    [
        "001-hai\ndòng.pdf",
        "001-về\rđầu.pdf",
        "001-100% xong.pdf",
        "001-50%0Anửa.pdf",
        "001- hai  khoảng trắng .pdf",
        "001-..",
        "001-*?<>|:.pdf",
        "001-Quyê\u0301t đi\u0323nh.pdf",
        "001-một\u2028hai\x0bba\x85bốn.pdf",
        "001-\ud800.pdf",
        f"001-{'ệ' * 190}.pdf",
        f"001-{'ệ' * 190}",
        f"001-a.{'ệ' * 190}",
    ],
)
def test_no_name_of_an_attachment_breaks_a_package(tmp_path: Path, name: str) -> None:
    found = _unpacked(bag("a1", {f"attachments/{name}": b"x"}, ABOUT, ON), tmp_path)

    assert found.validate()
    assert len([one for one in (tmp_path / "a1" / "data").rglob("*") if one.is_file()]) == 1


def test_a_subject_of_several_lines_stays_one_entry(tmp_path: Path) -> None:
    about = {**ABOUT, "External-Description": "Dòng một\nPayload-Oxum: 0.0\r\n\tdòng ba"}

    found = _unpacked(bag("a1", PAYLOAD, about, ON), tmp_path)

    assert found.validate()
    assert found.info["External-Description"] == "Dòng một Payload-Oxum: 0.0 dòng ba"


def test_two_files_are_never_packed_under_one_name() -> None:
    with pytest.raises(ValueError, match="one name"):
        bag("a1", {"a?": b"one", "a*": b"two"}, ABOUT, ON)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.binary(max_size=20)), max_size=4))
def test_whatever_files_are_called_each_has_one_line_in_the_manifest(
    files: list[tuple[str, bytes]],
) -> None:
    payload = {f"attachments/{n:03d}-{name}": content for n, (name, content) in enumerate(files)}
    with zipfile.ZipFile(io.BytesIO(bag("a1", payload, ABOUT, ON))) as packed:
        lines = packed.read("a1/manifest-sha256.txt").decode().splitlines()
        told = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
        there = {one.removeprefix("a1/") for one in packed.namelist() if "/data/" in one}
        assert set(told) == there
        for path, digest in told.items():
            assert sha256(packed.read(f"a1/{path}")).hexdigest() == digest
        for content in payload.values():
            assert sha256(content).hexdigest() in told.values()


def _unpacked(packed: bytes, folder: Path) -> bagit.Bag:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return bagit.Bag(str(folder / "a1"))
