"""Branches, choices, roads inside roads: what a clerk may write, and how a mistake is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.workflows import read_route, read_routes, read_texts
from records.condition import Fact, condition_of
from records.errors import Refused
from records.person import Role
from records.route import (
    AGREED,
    DECLINED,
    Act,
    Branch,
    Effect,
    Extra,
    FieldKind,
    Need,
    SamePerson,
    Title,
    Who,
    Whom,
)

COUNCIL = """\
name: council
title: {vi: Hội đồng, en: Council}
direction: internal
start: drafting
starters: [officer]
allows: [request-opinion, reassign]
fields:
  amount: {vi: Số tiền, en: Amount, kind: number}
states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      submit: {title: {vi: Trình, en: Submit}, to: sorting, asks: [amount]}
  sorting:
    title: {vi: Phân loại, en: Sorting}
    choice:
      - when: amount > 100.000.000 and not urgency >= very_urgent
        to: voting
      - to: check
  voting:
    title: {vi: Biểu quyết, en: Vote}
    parallel:
      join: 2 of 3
      after_no: collect
      agreed: check
      declined: drafting
      branches:
        money: {title: {vi: Tài chính, en: Finance}, who: [head_of: van-phong], approves: true}
        law: {title: {vi: Pháp chế, en: Law}, who: [desk: kiem-tra/inspector]}
        work:
          title: {vi: Chuyên môn, en: Work}
          start: reading
          states:
            reading:
              title: {vi: Đọc, en: Read}
              who: [chosen: [role: officer, role: unit_head]]
              actions:
                approve: {title: {vi: Xong, en: Done}, to: head, needs: [opened]}
                return: {title: {vi: Trả, en: Return}, to: drafting}
            head:
              title: {vi: Lãnh đạo, en: Head}
              who: [owner]
              actions:
                approve: {title: {vi: Đồng ý, en: Agree}, to: agreed}
                decline: {title: {vi: Không, en: Nay}, to: declined}
  check:
    title: {vi: Kiểm tra, en: Check}
    route: checking
    returns: {fine: sealing, bad: drafting}
  sealing:
    title: {vi: Đóng dấu, en: Seal}
    who: [role: registry_clerk]
    automatic: seal
    actions:
      seal: {title: {vi: Đóng dấu, en: Seal}, to: told, does: seal}
  told:
    title: {vi: Thông báo, en: Tell}
    who: [role: registry_clerk]
    actions:
      notify: {title: {vi: Báo, en: Tell}, to: done, does: notify, tells: [drafter]}
  done: {title: {vi: Xong, en: Done}}
"""
CHECKING = """\
name: checking
title: {vi: Kiểm tra, en: Checking}
direction: internal
part: true
start: first
states:
  first:
    title: {vi: Một, en: One}
    who: [role: office_chief]
    approves: true
    same_person: once
    allows: [suspend]
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: fine, needs: [seen]}
      return: {title: {vi: Trả, en: Return}, to: bad}
  fine: {title: {vi: Được, en: Fine}}
  bad: {title: {vi: Không, en: Bad}}
"""


def test_a_road_says_branches_choices_fields_and_another_road_inside(tmp_path: Path) -> None:
    _written(tmp_path)
    road = read_routes(tmp_path)["council"]

    voting = road.states["voting"].parallel
    assert voting is not None
    assert (voting.wanted, voting.collects) == (2, True)
    assert (voting.agreed, voting.declined) == ("check.first", "drafting")
    assert voting.branches[2] == Branch("work", Title("Chuyên môn", "Work"), "reading")
    assert road.states["money"].home == ("voting", "money")
    assert road.states["head"].home == ("voting", "work")
    assert road.states["money"].who == (Who(Whom.HEAD_OF, Role.UNIT_HEAD, "van-phong"),)
    assert [(act.name, act.to) for act in road.states["law"].acts] == [
        ("approve", AGREED),
        ("decline", DECLINED),
    ]
    chosen = Who(Whom.CHOSEN, among=(Who(Whom.ROLE, Role.OFFICER), Who(Whom.ROLE, Role.UNIT_HEAD)))
    assert road.states["reading"].who == (chosen,)
    assert road.states["reading"].acts[0].needs == {Need.OPENED}
    assert road.fields["amount"].kind is FieldKind.NUMBER
    assert road.states["drafting"].acts[0].asks == ("amount",)
    assert road.states["drafting"].allows == {Extra.OPINION, Extra.REASSIGN}

    inside = road.states["check.first"]
    assert inside.home == ("", "")
    assert inside.same_person is SamePerson.ONCE
    assert inside.allows == {Extra.SUSPEND}
    assert [act.to for act in inside.acts] == ["sealing", "drafting"]
    assert "check" not in road.states
    assert "check.fine" not in road.states
    assert road.states["sorting"].choice[1].to == "check.first"
    assert road.states["sealing"].automatic == "seal"
    told: Act = road.states["told"].acts[0]
    assert (told.does, told.tells) == (Effect.NOTIFY, (Who(Whom.DRAFTER),))
    assert read_routes(tmp_path)["checking"].part


def test_a_road_is_kept_whole_with_the_roads_it_uses(tmp_path: Path) -> None:
    _written(tmp_path)
    texts = read_texts(tmp_path)

    assert texts["checking"] == CHECKING
    alone = read_route(texts["council"], "council")
    assert alone == read_routes(tmp_path)["council"]

    (tmp_path / "checking.yaml").write_text(CHECKING.replace("office_chief", "leader"), "utf-8")
    changed = read_routes(tmp_path)["council"]
    assert changed.digest != alone.digest
    assert changed.states["check.first"].who == (Who(Whom.ROLE, Role.LEADER),)


def test_a_mistake_in_a_road_inside_names_that_road(tmp_path: Path) -> None:
    _written(tmp_path)
    text = read_texts(tmp_path)["council"].replace("to: bad}", "to: worse}")

    assert _refusal(lambda: read_route(text, "council"))[0] == "checking.yaml:15"


def test_roads_inside_one_another_are_refused(tmp_path: Path) -> None:
    nested = CHECKING.replace("part: true", "starters: [officer]").replace(
        "  fine: {title: {vi: Được, en: Fine}}",
        "  fine: {title: {vi: Được, en: Fine}, route: checking, returns: {bad: bad}}",
    )
    (tmp_path / "checking.yaml").write_text(nested, "utf-8")

    where, why = _refusal(lambda: read_routes(tmp_path))
    assert where == "checking.yaml:16"
    assert "part of itself" in why


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("join: 2 of 3", "join: 2 of 4", 25, "there are 3 branches"),
        ("join: 2 of 3", "join: most", 25, "'most' is not"),
        ("join: 2 of 3", "join: 4 of 3", 25, "there are 3 branches"),
        ("after_no: collect", "after_no: sing", 26, "after_no"),
        ("      agreed: check", "      agreed: nowhere", 27, "there is no state 'nowhere'"),
        ("start: reading", "start: writing", 34, "no state 'writing' to start in"),
        ("to: head,", "to: nowhere,", 40, "there is no state 'nowhere'"),
        ("to: check\n  voting", "to: head\n  voting", 21, "lies inside a branch"),
        ("to: sorting, asks", "to: agreed, asks", 15, "lies in none"),
        ("            head:", "            money:", 42, "name of another state"),
        ("  done: {", "  agreed: {", 63, "outcome of a branch"),
        ("amount > 100.000.000", "amuont > 100.000.000", 19, "'amuont' is no field"),
        ("amount > 100.000.000", "amount > much", 19, "no number"),
        ("very_urgent", "very-urgent", 19, "never 'very-urgent'"),
        ("      - to: check", "      - {to: check, when: amount = 1}", 21, "last one has no"),
        ("        to: voting\n", "        to: voting\n      - to: done\n", 21, "only the last one"),
        ("asks: [amount]", "asks: [price]", 15, "'price' is no field"),
        ("  amount: {", "  urgency: {", 19, "'amount' is no field"),
        ("returns: {fine: sealing, bad: drafting}", "returns: {fine: done}", 51, "bad, fine"),
        ("route: checking", "route: cheking", 50, "there is no road 'cheking'"),
        ("automatic: seal", "automatic: sing", 55, "no action of this state"),
        ("does: notify", "does: teleport", 62, "does"),
        ("chosen: [role: officer, role: unit_head]", "chosen: []", 38, "names nobody"),
        ("chosen: [role: officer, role: unit_head]", "chosen: [previous]", 38, "names nobody"),
        ("head_of: van-phong", "head_of", 30, "names nobody"),
        ("to: agreed}", "to: agreed, does: sign}", 46, "not for one branch"),
        ("who: [owner]", "who: [owner]\n              editable: true", 45, "other branches"),
        ("allows: [request-opinion", "allows: [request-dance", 6, "allows"),
        ("- to: check", "- to: sorting", 16, "without anybody acting"),
        ("[officer]", "[]", 5, "nobody may begin"),
        ("  voting:\n", "  voting:\n    choice: [{to: done}]\n", 25, "not both"),
        ("    route: checking", "    route: checking\n    who: [drafter]", 48, "nobody acts"),
        ("    automatic: seal", "    same_person: once", 55, "only leads on"),
        ("    automatic: seal", "    returns: {a: b}", 55, "only a road"),
    ],
)  # fmt: skip
def test_every_mistake_in_what_a_road_says_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, told: str
) -> None:
    assert before in COUNCIL
    (tmp_path / "checking.yaml").write_text(CHECKING, "utf-8")
    (tmp_path / "council.yaml").write_text(COUNCIL.replace(before, after, 1), "utf-8")

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert told in why
    assert where == f"council.yaml:{line}"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("type = QĐ", True),
        ("type == 'QĐ'", True),
        ("type != QĐ", False),
        ("type in [NQ, QĐ]", True),
        ("type in [NQ]", False),
        ("not type = NQ and amount >= 1500000", True),
        ("amount > 1.500.000", False),
        ("amount < '1.500.001,5'", True),
        ("amount = 1500000", True),
        ("amount <= 15", False),
        ("(type = NQ or type = QĐ) and urgency > normal", True),
        ("type = NQ or type = QĐ and urgency = normal", False),
        ("urgency < urgent", False),
        ("recipients has H49.90.2", True),
        ("recipients has H1", False),
        ("recipients = H49.90.3", True),
        ("recipients is empty", False),
        ("note is empty", True),
        ("note is not empty", False),
        ("note > 3", False),
        ("note < 3", False),
        ("note != 'có'", True),
        ('unit = "ban to chuc"', False),
        ("not (note is empty)", False),
        ("not not type = QĐ", True),
    ],
)
def test_a_condition_reads_as_it_is_written(text: str, holds: bool) -> None:  # noqa: FBT001
    facts: dict[str, Fact] = {
        "type": "QĐ",
        "urgency": "urgent",
        "amount": "1.500.000",
        "recipients": ("H49.90.2", "H49.90.3"),
        "unit": "ban-to-chuc",
    }
    assert condition_of(text, {"amount", "note"}).holds(facts) is holds


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "type",
            "type =",
            "= QĐ",
            "type = QĐ and",
            "type = QĐ QĐ",
            "(type = QĐ",
            "type = QĐ)",
        ),
        *("price > 3", "type ~ QĐ", "type in QĐ", "type in []", "type in [QĐ", "amount > many"),
        *("urgency = hot", "'type' = QĐ", "type = and", "not", "type is", "type is not full"),
        *(
            'type = "QĐ',
            "__import__('os')",
            "amount > 1e9",
            "type = [",
            "(" * 400,
            "not " * 100 + "type = a",
        ),
    ],
)
def test_what_is_no_condition_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        condition_of(text, {"amount"})


def _written(folder: Path) -> None:
    (folder / "council.yaml").write_text(COUNCIL, "utf-8")
    (folder / "checking.yaml").write_text(CHECKING, "utf-8")


def _refusal(read: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        read()
    assert refused.value.rule == "config.invalid"
    return str(refused.value.facts["where"]), str(refused.value.facts["why"])
