"""The directories are read whole, or refused with file, line and what is wrong."""

from pathlib import Path

import pytest

from config.directory import read_forms, read_partners
from records.errors import Refused

SHIPPED = Path(__file__).parents[2] / "config"
DECREE = {  # Decree 30/2020, art. 7 and Annex III, part I
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "CT": "Chỉ thị",
    "QC": "Quy chế",
    "QyĐ": "Quy định",
    "TC": "Thông cáo",
    "TB": "Thông báo",
    "HD": "Hướng dẫn",
    "CTr": "Chương trình",
    "KH": "Kế hoạch",
    "PA": "Phương án",
    "ĐA": "Đề án",
    "DA": "Dự án",
    "BC": "Báo cáo",
    "BB": "Biên bản",
    "TTr": "Tờ trình",
    "HĐ": "Hợp đồng",
    "công văn": "Công văn",
    "CĐ": "Công điện",
    "BGN": "Bản ghi nhớ",
    "BTT": "Bản thỏa thuận",
    "GUQ": "Giấy ủy quyền",
    "GM": "Giấy mời",
    "GGT": "Giấy giới thiệu",
    "GNP": "Giấy nghỉ phép",
    "PG": "Phiếu gửi",
    "PC": "Phiếu chuyển",
    "PB": "Phiếu báo",
    "thư công": "Thư công",
}


def test_the_office_knows_the_29_types_of_the_decree() -> None:
    forms = read_forms(SHIPPED / "document_types.yaml")

    assert {id: form.name for id, form in forms.items()} == DECREE
    without = {id for id, form in forms.items() if not form.abbreviation}
    assert without == {"công văn", "thư công"}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, ""),
        ("types: [", 1, ""),
        ("types: []", 1, "no type"),
        ("kinds: []", 1, "types"),
        ("types:\n  - id: QĐ\n", 2, "name"),
        ("types:\n  - {id: QĐ, name: A, nmae: B}\n", 2, "nmae"),
        ("types:\n  - id: QĐ\n    name: A\n    template: poem\n", 4, "template"),
        ("types:\n  - {id: A, name: A}\n  - {id: A, name: B}\n", 3, "twice"),
        ("types:\n  - {id: A, name: A, abbreviation: B}\n", 2, "abbreviation"),
        ("types:\n  - id: A\n    name: A\n    fields: [{key: ä b, label: C}]\n", 4, "key"),
        (
            "types:\n  - id: A\n    name: A\n    fields:\n    - {key: b, label: C, kind: d}",
            5,
            "kind",
        ),
        ("types:\n  - id: A\n    name: [x]\n", 3, "name"),
        ("types:\n  - id: A\n    id: B\n    name: C\n", 3, "twice"),
    ],
)
def test_a_fault_among_the_types_is_told_by_line(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    path = tmp_path / "document_types.yaml"
    path.write_text(text)

    with pytest.raises(Refused) as refusal:
        read_forms(path)

    assert refusal.value.rule == "config.invalid"
    assert refusal.value.facts["where"] == f"document_types.yaml:{line}"
    assert why in str(refusal.value.facts["why"])


def one(**changes: str) -> str:
    entry = {"id": '"H49.1"', "name": '"Sở A"', "spool": '"a"', **changes}
    return "partners:\n  - {" + ", ".join(f"{key}: {value}" for key, value in entry.items()) + "}"


def test_the_shipped_directory_names_three_partners() -> None:
    partners = read_partners(SHIPPED / "partners.yaml")

    assert {organ.id: organ.spool for organ in partners.values()} == {
        "H49.90.1": "H49.90.1",
        "H49.90.2": "H49.90.2",
        "H49.12": "",
    }
    assert partners["H49.90.1"].facts["address"].startswith("Số 1")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("partners: [", 1),
        ("a: \x00", 1),
        ("[" * 5000, 1),
        ("", 1),
        ("partners: []\nmore: 1", 2),
        ("partners: {}", 1),
        ("partners:\n  - H49", 2),
        (one(id="49.90"), 2),
        (one(id='"H49/1"'), 2),
        (one(id='"' + "H" * 36 + '"'), 2),
        (one(name='""'), 2),
        (one(name="null"), 2),
        (one(email='"nobody"'), 2),
        (one(spool='"../secret"'), 2),
        (one(spool='"/etc"'), 2),
        (one(spol='"a"'), 2),
        (one(facts="1"), 2),
        (one(facts='{"shoe": "1"}'), 2),
        (one() + '\n  - {id: "H49.1", name: "B", spool: "b"}', 3),
        (one() + '\n  - {id: "H49.2", name: "B", spool: "a"}', 3),
        ("partners: !!python/object/apply:os.getcwd []", 1),
    ],
)
def test_a_fault_in_the_directory_is_told_by_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "partners.yaml"
    path.write_text(text)

    with pytest.raises(Refused) as refusal:
        read_partners(path)

    assert refusal.value.rule == "config.invalid"
    assert refusal.value.facts["where"] == f"partners.yaml:{line}"
    assert refusal.value.facts["why"]
