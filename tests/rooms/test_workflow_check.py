"""Roads are proven from the command line, and the proof speaks of what the office really does."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from app import main
from config.settings import Settings
from front.proving import check_workflows
from records.document import Classification, Direction, Document
from records.proof import Claim, Finding, Move
from tests.conftest import House
from web.pages.findings import WORDS, sentences, told
from workflow.adopt import adopt_files
from workflow.begin import Particulars
from workflow.behind import returnable
from workflow.cast import Trial, cast_of
from workflow.course import facts_of
from workflow.draft import draft
from workflow.look import content
from workflow.mandates import may_know
from workflow.revise import revise
from workflow.road import Choice, Standing, offers, standing
from workflow.space import REVISE, Spot
from workflow.staff import change
from workflow.values import values_of
from workflow.walk import USUAL, Walk

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def files(tmp_path: Path) -> Settings:
    """Give settings of an office that was never opened, with its own copy of the files."""
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    return Settings(trinhky_config=folder, trinhky_data=tmp_path / "data")


def rewrite(settings: Settings, before: str, after: str) -> str:
    road = settings.trinhky_config / "workflows" / "outgoing.yaml"
    text = road.read_text("utf-8")
    assert before in text
    road.write_text(text.replace(before, after), "utf-8")
    return road.read_text("utf-8")


SHORT = (
    "en: Submit}, to: content_check}",
    "en: Submit}, to: content_check}\n      rush: {title: {vi: Trình gấp, en: Rush}, to: signing}",
)


def test_the_shipped_roads_pass_and_nothing_is_made_where_no_office_is(
    files: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_workflows(files) == 0

    said = capsys.readouterr().out
    assert "outgoing (config): proven" in said
    count = len(list((CONFIG / "workflows").glob("*.yaml")))
    assert f"{count} workflows, 0 faults" in said
    assert not files.trinhky_data.exists()


def test_a_broken_road_fails_with_its_way_in_both_languages(
    files: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(files, *SHORT)

    assert check_workflows(files) == 1

    said = capsys.readouterr().out
    assert "outgoing (config): FAULT approved" in said
    assert "tới được khi chưa có phê duyệt của: Kiểm tra nội dung, Kiểm tra thể thức" in said
    assert "    Bước «Dự thảo»: Nguyễn Thị Hồng Ánh chọn «Trình gấp».\n" in said
    assert "    Step “Draft”: Nguyễn Thị Hồng Ánh chooses “Rush”.\n" in said


def test_the_command_line_knows_it(
    files: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRINHKY_CONFIG", str(files.trinhky_config))
    monkeypatch.setenv("TRINHKY_DATA", str(files.trinhky_data))
    monkeypatch.setattr("config.logs.keep_logs", lambda *_: None)
    rewrite(files, *SHORT)

    assert main(["workflow-check"]) == 1
    assert "FAULT" in capsys.readouterr().out


def test_the_people_are_those_of_today_where_an_office_stands(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_workflows(house.settings) == 0

    archivist = house.person("luutru")
    change(house.office, replace(archivist, active=False), "", by=house.person("quantri"))

    assert check_workflows(house.settings) == 1
    assert "Hôm nay không ai làm được bước «Đã phát hành»" in capsys.readouterr().out


def test_a_road_that_is_in_force_without_a_file_is_proven_too(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (CONFIG / "workflows" / "outgoing.yaml").read_text("utf-8")
    adopt_files(house.office, {"outgoing": text.replace(*SHORT)})

    assert check_workflows(house.settings) == 1
    said = capsys.readouterr().out
    assert "outgoing (config): proven" in said
    assert "outgoing: FAULT approved" in said


def test_every_claim_has_its_sentence_in_both_languages(house: House) -> None:
    route = house.office.routes["outgoing"]
    path = (
        Move("drafting", "submit", "content_check", "chuyenvien"),
        Move("drafting", REVISE, "drafting"),
    )

    assert set(sentences()) == set(Claim)
    for claim in Claim:
        for spoken in WORDS:
            one = Finding(claim, "signed", "seal", path, "chuyenvien", missing="content_check")
            said = told(one, route, {"chuyenvien": "Ánh"}, spoken)
            assert "{" not in said.sentence
            assert len(said.way) == 3
            assert not any("{" in line for line in said.way)
    raw = yaml.safe_load((CONFIG.parent / "web" / "pages" / "findings.yaml").read_text("utf-8"))
    assert all(set(one) == {"vi", "en"} for one in raw.values())


# ── the proof walks as the office does ───────────────────────────────────────────────────


class Beside:
    """A real document and the same document of the proof, led along side by side."""

    def __init__(self, house: House, document: Document, signer: str = "chutich") -> None:
        self.house = house
        self.document = document
        with house.office.database.reading() as unit:
            self.everybody = [one for one in unit.people.all() if one.active]
            cast = cast_of(unit)
        drafter = house.person(document.drafter)
        trial = Trial(cast, drafter, document.unit, document.classification, signer)
        self.walk = Walk(house.office.route_of(document), trial, USUAL)
        self.spot: Spot = next(iter(self.walk.entered(Spot(frozenset()), self.walk.route.start)))

    def act(self, name: str, by: str, content: bytes = b"", **choice: object) -> None:
        """Do one act on both, having compared what could be done."""
        self.compare()
        drafter = by == self.document.drafter
        tried = {
            reached
            for move, reached in self.walk.moves(self.spot, [])
            if move.act == name
            and (move.by == self.document.drafter) is drafter
            and (not choice.get("to") or move.to == choice["to"])
        }
        if name == REVISE:
            self.document = revise(
                self.house.office, self.document.id, content, Choice(), by=self.house.person(by)
            )
        else:
            self.document = self.house.act(self.document, name, by, **choice)
        # Where a choice may turn either way, it is told which way the real one went.
        [self.spot] = {one for one in tried if one.active == self.places() and self.agrees(one)}
        self.compare()

    def agrees(self, spot: Spot) -> bool:
        """Tell whether every test of a field comes out as it does of the real document."""
        facts, tests = facts_of(self.document), values_of(self.walk.route).tests
        return all(
            test.holds({name: value}) is test.holds(facts)
            for name, value in spot.held
            for test in tests[name]
        )

    def places(self) -> set[str]:
        """Give every state the real document is in."""
        with self.house.office.database.reading() as unit:
            opened = {one.state for one in unit.steps.of(self.document.id) if one.open}
        return opened or {self.document.state}

    def follow(self, *names: str) -> None:
        """Bring the proof's document to where the real one already is."""
        for name in names:
            self.spot = next(to for move, to in self.walk.moves(self.spot, []) if move.act == name)
        assert self.spot.active == {self.document.state}

    def compare(self) -> None:
        """Require that what everybody is offered is what the proof would try."""
        really: set[tuple[str, str]] = set()
        with self.house.office.database.reading() as unit:
            for person in self.everybody:
                if may_know(unit, self.document, person):
                    at = standing(self.house.office, unit, self.document.id, person)
                    really |= {(one.step.state, one.act.name) for one in offers(unit, at, person)}
        moves = [move for move, _ in self.walk.moves(self.spot, []) if move.act != REVISE]
        tried = {(move.state, move.act) for move in moves}
        assert tried == really, self.document.state
        self.compare_returns()

    def compare_returns(self) -> None:
        """Require that the proof returns a document to exactly where the office lets it."""
        with self.house.office.database.reading() as unit:
            steps = tuple(unit.steps.of(self.document.id))
        at = Standing(self.document, steps, self.walk.route)
        if at.step is not None:
            assert [one.name for one in returnable(at)] == list(self.spot.returnable)


def test_what_the_office_offers_is_what_the_proof_tries_at_every_turn(
    house: House, paper: bytes
) -> None:
    side = Beside(house, house.drafted())
    side.act("submit", "chuyenvien")
    side.act("recall", "chuyenvien")
    side.act("submit", "chuyenvien")
    side.act("return", "truongban", comment="Sửa")
    side.act("submit", "chuyenvien")
    side.act("approve", "truongban")
    side.act("recall", "truongban")
    side.act("approve", "truongban")
    side.act("approve", "chanhvanphong")
    side.act("return", "chutich", comment="Xem lại", to="content_check")
    side.act("approve", "truongban")
    side.act("approve", "chanhvanphong")
    side.act("sign", "chutich")
    side.act("return", "vanthu", comment="Sai")
    side.act(REVISE, "chuyenvien", paper)
    side.act("submit", "chuyenvien")
    side.act("refuse", "truongban", comment="Thôi")


def test_the_proof_goes_with_a_document_that_is_issued(house: House) -> None:
    side = Beside(house, house.approved())
    side.follow("submit", "approve", "approve")
    side.act("sign", "chutich")
    side.act("seal", "vanthu")
    side.act("dispatch", "vanthu", recipients=("H49.90.2",))
    side.act("dispatch", "vanthu", recipients=("H49.90.2",))
    side.act("archive", "luutru")


def test_the_proof_goes_with_a_secret_document_and_a_leader_who_drafts(house: House) -> None:
    secret = Beside(house, house.sealed(classification=Classification.SECRET))
    secret.follow("submit", "approve", "approve", "sign", "seal")
    secret.act("close", "vanthu", comment="Giao trực tiếp")
    secret.act("archive", "luutru")

    said = Particulars(Direction.INTERNAL, "QĐ", "Về việc nội bộ", Classification.NONE)
    own = draft(house.office, said, {"body": "Thực hiện."}, by=house.person("chutich"))
    side = Beside(house, own)
    side.act("submit", "chutich")
    side.act("approve", "phochutich")
    side.act("sign", "chutich")


def test_the_proof_goes_with_a_document_through_branches(house: House) -> None:
    said = Particulars(
        *(Direction.INTERNAL, "QĐ", "Về việc chi", Classification.NONE), workflow="consultation"
    )
    made = draft(house.office, said, {"body": "Chi."}, by=house.person("chuyenvien"))
    side = Beside(house, made)
    side.act("submit", "chuyenvien", fields={"amount": "90.000.000"})
    content(house.office, made.id, "", by=house.person("truongban"))
    side.act("approve", "truongban")
    assert len(side.spot.active) == 4
    side.act("forward-to", "vanthu", next="phochutich")
    side.act("approve", "chanhvanphong")
    side.act("decline", "phochutich", comment="Chưa rõ")
    side.act("approve", "luutru")
    assert side.spot.active == {"format_check"}
    side.act("approve", "chanhvanphong")
    side.act("sign", "chutich")
