"""What an office may configure, and how it is told file, line and what is wrong."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from config.directory import read_forms, read_partners
from config.office import Profile, read_downloads, read_office, read_profile, read_registers
from config.settings import Settings
from config.workflows import read_routes
from records.document import Direction
from records.errors import Refused
from records.person import Role
from records.register import Book
from records.route import Effect, Escalation, Need, Way, Whom
from records.working_time import Measure, Span

CONFIG = Settings().trinhky_config

ROAD = """\
name: road
title: {vi: Đường, en: Road}
direction: outgoing
start: drafting
starters: [officer]

states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      submit: {title: {vi: Trình, en: Submit}, to: checking}
  checking:
    title: {vi: Kiểm tra, en: Check}
    who: [role: unit_head]
    approves: true
    within: 8h
    escalate: {after: 2h, how: add}
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: done, needs: [seen]}
      recall: {title: {vi: Thu hồi, en: Recall}, to: drafting, who: [previous]}
  done: {title: {vi: Xong, en: Done}}
"""


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("to: checking", "to: chekcing", 13, "there is no state 'chekcing'"),
        ("start: drafting", "start: nowhere", 4, "there is no state 'nowhere'"),
        ("who: [drafter]", "who: [somebody]", 10, "'somebody' names nobody"),
        ("role: unit_head", "role: unit_heads", 16, "names nobody"),
        ("role: unit_head", "desk: van-phong/boss", 16, "names nobody"),
        ("role: unit_head", "desk: /unit_head", 16, "names nobody"),
        ("role: unit_head", "rolle: unit_head", 16, "names nobody"),
        ("[role: unit_head]", "[role]", 16, "names nobody"),
        ("[role: unit_head]", "[desk]", 16, "names nobody"),
        ("[role: unit_head]", "[{role: leader, desk: a/leader}]", 16, "names nobody"),
        ("[role: unit_head]", "[previous]", 16, "previous"),
        ("[previous]", "[previous, drafter]", 22, "previous"),
        ("editable: true", "editabel: true", 11, "editabel"),
        ("editable: true", "editable: 7", 11, "editable"),
        ("needs: [seen]", "needs: [sean]", 21, "needs"),
        ("needs: [seen]", "does: teleport", 21, "does"),
        ("needs: [seen]", 'reports: "99"', 21, "reports"),
        ("needs: [seen]", "reports: 03", 21, "reports"),
        ("direction: outgoing", "direction: upwards", 3, "direction"),
        ("starters: [officer]", "starters: [wizard]", 5, "starters"),
        ("starters: [officer]", "starters: []", 5, "starters"),
        ("name: road\n", "", 1, "name"),
        ("name: road", "name: [road]", 1, "name"),
        ("title: {vi: Dự thảo, en: Draft}", "title: {vi: Dự thảo}", 9, "en"),
        ("title: {vi: Dự thảo, en: Draft}", "title: Dự thảo", 9, "title"),
        ("  done: {title: {vi: Xong, en: Done}}", "  done: 3", 23, "done"),
        ("direction: outgoing", "direction: outgoing\ndirection: incoming", 4, "said twice"),
        ("  done:", "  checking:", 23, "said twice"),
        ("    editable: true", "    who: [drafter]", 11, "said twice"),
        ("title: {vi: Đường, en: Road}", "title: {vi: Đường, en: Road", 3, "expected"),
        ("    who: [drafter]", "\twho: [drafter]", 10, "cannot start any token"),
        ("    who: [drafter]\n", "", 8, "nobody"),
        ("within: 8h", "within: 8", 18, "within"),
        ("within: 8h", "within: 8m", 18, "no working time"),
        ("within: 8h", "within: 0h", 18, "1 to 999"),
        ("within: 8h", "within: tomorrow", 18, "no working time"),
        ("    within: 8h\n", "", 18, "only a step with within"),
        ("after: 2h", "after: ²h", 19, "no working time"),
        ("how: add", "how: shout", 19, "how"),
    ],
)
def test_every_mistake_in_a_road_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, told: str
) -> None:
    assert before in ROAD
    _written(tmp_path, ROAD.replace(before, after, 1))

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where == f"road.yaml:{line}"
    assert told in why


def test_the_road_that_the_mistakes_are_made_in_is_right(tmp_path: Path) -> None:
    _written(tmp_path, ROAD)
    [road] = read_routes(tmp_path).values()
    assert road.name == "road"
    checking = road.states["checking"]
    assert checking.within == Span(8, Measure.HOURS)
    assert checking.escalates == Escalation(Span(2, Measure.HOURS), Way.ADD)


def test_a_state_that_no_road_leads_to_is_refused(tmp_path: Path) -> None:
    _written(tmp_path, ROAD + "  island: {title: {vi: Đảo, en: Island}}\n")

    assert _refusal(lambda: read_routes(tmp_path)) == (
        "road.yaml:24",
        "states.island: no road leads to this state",
    )


def test_an_act_that_nobody_may_do_is_refused(tmp_path: Path) -> None:
    alone = ROAD.replace("    who: [role: unit_head]\n", "")
    _written(tmp_path, alone)

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where in {"road.yaml:14", "road.yaml:18"}
    assert "nobody" in why


def test_a_state_with_acts_lies_on_somebodys_desk_even_if_each_act_says_who(tmp_path: Path) -> None:
    handed = ROAD.replace("    who: [role: unit_head]\n", "").replace(
        "needs: [seen]", "who: [role: unit_head]"
    )
    _written(tmp_path, handed)

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where == "road.yaml:14"
    assert "nobody" in why


def test_two_roads_of_one_name_are_refused(tmp_path: Path) -> None:
    _written(tmp_path, ROAD)
    (tmp_path / "second.yaml").write_text(ROAD, "utf-8")

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where == "second.yaml:1"
    assert "another file" in why


def test_a_folder_without_roads_is_refused(tmp_path: Path) -> None:
    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where == tmp_path.name
    assert "no workflow" in why


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- list\n",
        "just words\n",
        "name: \x07\n",
        "a: &a [*a]\n",
        "? [a, b]\n: c\n",
        "name: 2026-99-99\n",
        "name: !!python/object:os.system x\n",
        "{" * 400,
    ],
)
def test_what_is_no_mapping_of_words_is_refused_and_never_crashes(
    tmp_path: Path, text: str
) -> None:
    _written(tmp_path, text)

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where.startswith("road.yaml:")
    assert why


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "road.yaml").write_bytes(ROAD.encode("utf-16"))

    where, why = _refusal(lambda: read_routes(tmp_path))

    assert where == "road.yaml:1"
    assert "UTF-8" in why


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    where, why = _refusal(lambda: read_office(tmp_path / "office.yaml"))

    assert where == "office.yaml:1"
    assert why


def test_the_shipped_roads_stand() -> None:
    routes = read_routes(CONFIG / "workflows")

    assert set(routes) >= {str(one) for one in Direction}
    for route in (routes[direction] for direction in Direction):
        assert route.name == route.direction
        for state in route.states.values():
            assert {act.to for act in state.acts} <= set(route.states)
            assert bool(state.who) == bool(state.acts)
            for act in state.acts:
                assert act.title.vi != act.title.en
                # Leading back or out always needs a reason, except taking back one's own act.
                if act.name in {"return", "refuse", "cancel"}:
                    assert Need.COMMENT in act.needs
                if act.name == "recall":
                    assert [who.whom for who in act.who] == [Whom.PREVIOUS]
                if act.does is Effect.SIGN or state.approves:
                    assert Need.SEEN in act.needs or act.name in {"return", "refuse", "recall"}


def test_the_internal_road_never_leads_out_of_the_office() -> None:
    internal = read_routes(CONFIG / "workflows")["internal"]

    effects = {act.does for state in internal.states.values() for act in state.acts}
    assert Effect.DISPATCH not in effects


# ── the office ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("notation: BTC, parent: lanh-dao", "notation: BTC, parent: nobody", "'nobody'"),
        ("posts: [officer@ban-to-chuc]", "posts: [officer@nowhere]", "'officer@nowhere'"),
        ("posts: [officer@ban-to-chuc]", "posts: [officier@ban-to-chuc]", "officier"),
        ("posts: [officer@ban-to-chuc]", "posts: [officer]", "'officer'"),
        ("clearance: secret}", "clearance: secrete}", "clearance"),
        ("default_signer: chutich", "default_signer: nobody", "'nobody'"),
        ("default_signer: chutich", "default_signer: chuyenvien", "leader"),
        ("  phochutich: [", "  phochu: [", "'phochu'"),
        ("  place: Demo", "  plaice: Demo", "plaice"),
        ("  notation: LĐLĐ\n", "", "notation"),
        ("  vanthu: {", "  vanthu: {nick: Nga, ", "nick"),
    ],
)
def test_every_mistake_in_the_office_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    text = (CONFIG / "office.yaml").read_text("utf-8")
    assert before in text
    changed = text.replace(before, after, 1)
    (tmp_path / "office.yaml").write_text(changed, "utf-8")

    where, why = _refusal(lambda: read_office(tmp_path / "office.yaml"))

    line = int(where.removeprefix("office.yaml:"))
    wrong = text[: text.index(before)].count("\n") + 1
    near = changed.splitlines()[line - 1]
    assert line == wrong or near == "organ:"  # what is missing is told where it should stand
    assert told in why


def test_units_that_lie_below_each_other_are_refused(tmp_path: Path) -> None:
    text = (CONFIG / "office.yaml").read_text("utf-8")
    looped = text.replace("notation: TT}", "notation: TT, parent: luu-tru}")
    assert looped != text
    (tmp_path / "office.yaml").write_text(looped, "utf-8")

    where, why = _refusal(lambda: read_office(tmp_path / "office.yaml"))

    assert looped.splitlines()[int(where.partition(":")[2]) - 1].strip().startswith("lanh-dao:")
    assert "below itself" in why


def test_a_unit_may_be_written_before_the_one_it_lies_in(tmp_path: Path) -> None:
    lines = (CONFIG / "office.yaml").read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("  lanh-dao: {"))
    lines.insert(first + 3, lines.pop(first))
    (tmp_path / "office.yaml").write_text("\n".join(lines), "utf-8")

    units = read_office(tmp_path / "office.yaml").units

    # Whoever takes them in one by one finds each one's parent there already.
    for n, unit in enumerate(units):
        assert unit.parent is None or unit.parent in {one.id for one in units[:n]}


@pytest.mark.parametrize("name", ["office.yaml", "office-partner.yaml"])
def test_the_shipped_offices_stand(name: str) -> None:
    office = read_office(CONFIG / name)

    held = {post.role for person in office.people for post in person.posts}
    assert held == set(Role)
    assert office.default_signer in office.capacities
    assert office.organ.id in read_partners(CONFIG / "partners.yaml")


# ── registers and secrecy ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("    columns: outgoing", "    columns: outbound", "'outbound'"),
        ("{id: keeper,", "{id: keeperr,", "outgoing.5.id"),
        ("width: 26}\n    - {id: signer,", "width: wide}\n    - {id: signer,", "width"),
        ("    direction: outgoing", "    direction: out", "direction"),
        ("    per_type: true", "    per_typ: true", "per_typ"),
        ("    types: [SY, SL, TrS]", "    types: SY", "types"),
        ('    notation: ""', '    notation: "{tipe}"', "tipe"),
        ('    notation: ""', '    notation: "{type"', "notation"),
    ],
)
def test_every_mistake_in_the_registers_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    text = (CONFIG / "registers.yaml").read_text("utf-8")
    assert before in text
    (tmp_path / "registers.yaml").write_text(text.replace(before, after, 1), "utf-8")

    where, why = _refusal(lambda: read_registers(tmp_path / "registers.yaml"))

    assert where == f"registers.yaml:{text[: text.index(before)].count(chr(10)) + 1}"
    assert told in why


def test_the_outgoing_register_has_the_ten_legal_columns_in_order() -> None:
    # Decree 30/2020, Annex IV, form 1.
    legal = [
        "Số, ký hiệu văn bản",
        "Ngày tháng văn bản",
        "Tên loại và trích yếu nội dung văn bản",
        "Người ký",
        "Nơi nhận văn bản",
        "Đơn vị, người nhận bản lưu",
        "Số lượng bản",
        "Ngày chuyển",
        "Ký nhận",
        "Ghi chú",
    ]
    books = [one for one in _books() if one.direction is not Direction.INCOMING]

    assert len(books) == 5
    for book in books:
        assert [title for _, title, _ in book.columns] == legal


def test_the_incoming_register_has_the_ten_legal_columns_in_order() -> None:
    # Decree 30/2020, Annex IV, form 4.
    legal = [
        "Ngày đến",
        "Số đến",
        "Tác giả",
        "Số, ký hiệu văn bản",
        "Ngày tháng văn bản",
        "Tên loại và trích yếu nội dung văn bản",
        "Đơn vị hoặc người nhận",
        "Ngày chuyển",
        "Ký nhận",
        "Ghi chú",
    ]
    books = [one for one in _books() if one.direction is Direction.INCOMING]

    assert len(books) == 2
    for book in books:
        assert [title for _, title, _ in book.columns] == legal


def test_what_is_secret_has_a_register_of_its_own_in_every_direction() -> None:
    for direction in Direction:
        kinds = {one.classified for one in _books() if one.direction is direction}
        assert kinds == {True, False}


def test_every_register_takes_only_types_that_the_office_has() -> None:
    forms = read_forms(CONFIG / "document_types.yaml")
    copies = {"SY", "SL", "TrS"}  # forms of copy have a symbol without being types (Annex III, II)

    assert {type for book in _books() for type in book.types} - set(forms) == copies


def test_the_shipped_profile_is_sealed_and_no_third_one_is_known(tmp_path: Path) -> None:
    assert read_profile(CONFIG / "secrecy.yaml") is Profile.SEALED

    shutil.copy(CONFIG / "secrecy.yaml", tmp_path)
    path = tmp_path / "secrecy.yaml"
    path.write_text(path.read_text("utf-8").replace("profile: sealed", "profile: open"), "utf-8")
    where, why = _refusal(lambda: read_profile(path))

    line = path.read_text("utf-8").splitlines().index("profile: open") + 1
    assert where == f"secrecy.yaml:{line}"
    assert "sealed" in why


def test_a_download_is_granted_to_roles_there_are_and_to_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "secrecy.yaml"
    path.write_text("profile: sealed\n")
    assert not any(read_downloads(path).granted.values())

    path.write_text("profile: sealed\ndownload:\n  secret: [drafter, everybody]\n")
    where, why = _refusal(lambda: read_downloads(path))
    assert (where, "secret" in why) == ("secrecy.yaml:3", True)


def test_the_settings_ask_for_no_secret_and_listen_on_this_machine_only(tmp_path: Path) -> None:
    settings = Settings(trinhky_data=tmp_path)

    assert settings.host == "127.0.0.1"
    assert settings.trinhky_spool == tmp_path / "spool"
    assert settings.database_url == f"sqlite:///{tmp_path / 'trinhky.sqlite'}"
    assert settings.demo_password == ""


def _books() -> tuple[Book, ...]:
    return read_registers(CONFIG / "registers.yaml")


def _written(folder: Path, text: str) -> None:
    (folder / "road.yaml").write_text(text, "utf-8")


def _refusal(read: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        read()
    assert refusal.value.rule == "config.invalid"
    return str(refusal.value.facts["where"]), str(refusal.value.facts["why"])


def test_the_names_of_the_agency_follow_one_another(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    words = (CONFIG / "office.yaml").read_text("utf-8")
    one = "{until: 2025-03-01, name: A, letterhead: A}"
    two = "{until: 2024-03-01, name: B, letterhead: B}"
    told = words.replace("  id: H49.90.1\n", f"  id: H49.90.1\n  former: [{two}, {one}]\n")
    file.write_text(told, "utf-8")

    assert [organ.name for _, organ in read_office(file).organs][:2] == ["B", "A"]

    file.write_text(told.replace(f"[{two}, {one}]", f"[{one}, {two}]"), "utf-8")
    with pytest.raises(Refused, match=r"config\.invalid"):
        read_office(file)
