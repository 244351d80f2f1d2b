"""The directory of partners is read whole or refused with the place of the mistake."""

from pathlib import Path

import pytest

from exchange.addresses import read_partners, recipient
from records.errors import Refused

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config" / "partners.yaml").read_text()


def one(**changes: str) -> str:
    entry = {"id": '"H49.1"', "name": '"Sở A"', "spool": '"a"', **changes}
    return "partners:\n  - {" + ", ".join(f"{key}: {value}" for key, value in entry.items()) + "}"


def test_the_example_directory_names_three_partners() -> None:
    partners = read_partners(EXAMPLE)

    assert {organ.id: organ.spool for organ in partners.values()} == {
        "H49.90.1": "H49.90.1",
        "H49.90.2": "H49.90.2",
        "H49.12": "",
    }
    assert partners["H49.90.1"].name == "LĐLĐ thành phố Demo"
    assert partners["H49.90.1"].facts["address"].startswith("Số 1")


def test_a_partner_with_a_folder_can_be_sent_to() -> None:
    assert recipient(read_partners(EXAMPLE), "H49.90.2").name == "LĐLĐ tỉnh Mẫu"


@pytest.mark.parametrize(
    ("id", "rule"), [("H49.12", "partner.no-address"), ("H49.99", "partner.unknown")]
)
def test_a_partner_without_an_address_is_no_recipient(id: str, rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        recipient(read_partners(EXAMPLE), id)

    assert refusal.value.rule == rule
    assert refusal.value.facts["partner"] == id


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("partners: [", "dòng 1"),
        ("a: \x00", "tệp"),
        ("[" * 5000, "tệp"),
        ("", "partners"),
        ("partners: []\nmore: 1", "partners"),
        ("partners: {}", "partners"),
        ("partners:\n  - H49", "partners[1]"),
        (one(id="49.90"), "partners[1].id"),
        (one(id="2026-03-09"), "partners[1].id"),
        (one(id='"H49/1"'), "partners[1].id"),
        (one(id='"' + "H" * 36 + '"'), "partners[1].id"),
        (one(name='""'), "partners[1].name"),
        (one(name="null"), "partners[1].name"),
        (one(email='"nobody"'), "partners[1].email"),
        (one(spool='"../secret"'), "partners[1].spool"),
        (one(spool='"/etc"'), "partners[1].spool"),
        (one(spol='"a"'), "partners[1].spol"),
        (one(facts="1"), "partners[1].facts"),
        (one(facts='{"shoe": "1"}'), "partners[1].facts.shoe"),
        (one(facts='{"fax": 1}'), "partners[1].facts.fax"),
        (one() + '\n  - {id: "H49.1", name: "B", spool: "b"}', "partners[2].id"),
        (one() + '\n  - {id: "H49.2", name: "B", spool: "a"}', "partners[2].spool"),
        ("partners: !!python/object/apply:os.getcwd []", "dòng 1"),
    ],
)
def test_a_mistake_in_the_directory_is_named_by_its_place(text: str, where: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_partners(text)

    assert refusal.value.rule == "config.invalid"
    assert refusal.value.facts["where"] == where
    assert refusal.value.facts["why"]
