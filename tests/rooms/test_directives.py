"""A leader's directive: who leads, who helps, who shall know, and what becomes of each part."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import docx
import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from front.serving import application
from records.assignment import Assignment, AssignmentState, Part, Wanted
from records.delegation import Capacity
from records.document import Classification, Direction, Document, Source
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person
from records.step import Step, StepKind
from storage import schema
from tests.conftest import PASSWORD, House, Opening
from workflow.assignments import Said, handle
from workflow.begin import Particulars
from workflow.charges import Charge
from workflow.delegate import Wanted as Away
from workflow.delegate import delegate, revoke
from workflow.direct import Directive, direct
from workflow.handover import hand_over
from workflow.ledgers import open_ledger
from workflow.look import desk, history, view
from workflow.receive import receive
from workflow.remind import remind
from workflow.slips import print_slip
from workflow.verify import verify

WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)  # five in the afternoon
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)
_serial = count(1)


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


@pytest.fixture(autouse=True)
def _morning(house: House) -> None:
    house.clock.moment = datetime(2026, 11, 20, 2, tzinfo=UTC)


def _arrived(
    house: House, paper: bytes, of: Classification = Classification.NONE, **about: object
) -> Document:
    n = next(_serial)
    source = Source(number=f"{n}/CV", organ="UBND tỉnh", on=date(2026, 11, 3))
    said = Particulars(Direction.INCOMING, "công văn", f"Việc {n}", of, source=source)
    said = replace(said, **about)  # type: ignore[arg-type]  # a test's own words
    clerk = house.person("vanthu")
    came = receive(house.office, said, paper + b"%%%d" % n, by=clerk).document
    return house.act(came, "number", "vanthu")


def _told(
    lead: str = "ban-to-chuc", *others: tuple[Part, str], due: datetime | None = FRIDAY
) -> Directive:
    wanted = tuple(Wanted(part, to, WEDNESDAY) for part, to in others)
    return Directive(Wanted(Part.LEAD, lead, due), wanted, "Khẩn trương giải quyết")


HELPED = ((Part.COLLABORATOR, "van-phong"), (Part.INFORMED, "luutru"))


def _directed(house: House, paper: bytes, *others: tuple[Part, str], **about: object) -> Document:
    document = _arrived(house, paper, **about)  # type: ignore[arg-type]  # likewise
    return direct(
        house.office, document.id, _told("ban-to-chuc", *others), by=_by(house, "chutich")
    )


def _by(house: House, name: str) -> Person:
    return house.person(name)


def _charges(house: House, document: Document, name: str) -> dict[str, Charge]:
    seen = view(house.office, document.id, by=_by(house, name))
    return {one.assignment.person: one for one in seen.charges if one.assignment.open}


def _part(house: House, document: Document, person: str) -> Assignment:
    return _charges(house, document, "vanthu")[person].assignment


def _do(
    house: House, document: Document, person: str, action: str, by: str, **said: object
) -> Document:
    part = _part(house, document, person)
    told = Said(**{"comment": "Nêu rõ", **said})  # type: ignore[arg-type]  # likewise
    return handle(house.office, part.id, action, told, by=_by(house, by))


def _acts(house: House, document: Document, person: str, by: str) -> set[str]:
    return set(_charges(house, document, by)[person].acts)


def _ended(house: House, document: Document) -> dict[str, AssignmentState]:
    seen = view(house.office, document.id, by=_by(house, "vanthu"))
    return {one.assignment.person: one.assignment.state for one in seen.charges}


def _waits(house: House, document: Document, name: str) -> list[StepKind]:
    found = desk(house.office, by=_by(house, name))
    return [one.step.kind for one in found if one.document.id == document.id]


def test_a_directive_lays_each_part_on_its_desk_with_its_own_day(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper, *HELPED)

    assert (document.state, document.assignee) == ("assigned", "truongban")
    told = _charges(house, document, "vanthu")
    parts = {
        name: (one.assignment.part, one.assignment.unit, one.step.due_at)
        for name, one in told.items()
    }
    assert parts == {
        "truongban": (Part.LEAD, "ban-to-chuc", FRIDAY),
        "chanhvanphong": (Part.COLLABORATOR, "van-phong", WEDNESDAY),
        "luutru": (Part.INFORMED, "", WEDNESDAY),
    }
    assert _waits(house, document, "truongban") == [StepKind.STEP]
    assert _waits(house, document, "chanhvanphong") == [StepKind.ASSIGNMENT]
    assert _waits(house, document, "luutru") == [StepKind.INFORMATION]
    line = history(house.office, document.id, by=_by(house, "luutru"))[-1]
    assert (line["event"], line["comment"]) == ("step:assigned", "Khẩn trương giải quyết")
    assert verify(house.office).holds


def test_whoever_helps_or_shall_know_reads_it_from_then_on_and_nobody_else(
    house: House, paper: bytes
) -> None:
    document = _arrived(house, paper)
    with pytest.raises(NotFound):
        view(house.office, document.id, by=_by(house, "chuyenvien"))
    told = _told("van-phong", (Part.INFORMED, "ban-to-chuc"))
    document = direct(house.office, document.id, told, by=_by(house, "chutich"))

    assert view(
        house.office, document.id, by=_by(house, "chuyenvien")
    )  # of the unit that shall know
    assert _acts(house, document, "truongban", "truongban") == {"acknowledge"}
    assert _acts(house, document, "truongban", "chuyenvien") == set()


def test_a_wrong_directive_changes_nothing(house: House, paper: bytes) -> None:
    document = _arrived(house, paper)
    leader = _by(house, "chutich")
    for told, rule in (
        (_told("nobody"), "assignee.unknown"),
        (_told("quantri"), "assignee.unknown"),
        (_told("truongban", (Part.COLLABORATOR, "ban-to-chuc")), "assignment.already"),
        (_told(due=house.clock() - timedelta(minutes=1)), "due.past"),
        (_told(""), "assignee.required"),
    ):
        with pytest.raises(Refused, match=rule):
            direct(house.office, document.id, told, by=leader)
    with pytest.raises(NotAllowed):
        direct(house.office, document.id, _told(), by=_by(house, "chanhvanphong"))
    now = view(house.office, document.id, by=leader)
    assert (now.document.version, now.document.state, now.charges) == (
        *(document.version, "registered"),
        (),
    )


def test_the_lead_finishes_with_the_answer_and_the_document_is_complete(
    house: House, paper: bytes
) -> None:
    reply = house.sealed(type="TB")
    document = _directed(house, paper, *HELPED)
    for said, rule in (
        ({}, "assignment.reply-or-reason"),
        ({"no_reply": True, "comment": " "}, "comment.required"),
        ({"reply": "0" * 32}, "reply.unknown"),
        ({"reply": document.id}, "reply.unnumbered"),
        ({"reply": house.drafted().id}, "reply.unnumbered"),
    ):
        with pytest.raises(Refused, match=rule):
            _do(house, document, "truongban", "complete", "truongban", **said)

    document = _do(house, document, "truongban", "complete", "truongban", reply=reply.id)

    assert document.state == "completed"
    assert _ended(house, document) == {
        "truongban": AssignmentState.DONE,
        "chanhvanphong": AssignmentState.DROPPED,
        "luutru": AssignmentState.DROPPED,
    }
    seen = view(house.office, document.id, by=_by(house, "vanthu"))
    assert seen.charges[0].assignment.reply == reply.id
    assert seen.replies == {reply.id: str(reply.number)}
    events = [one["event"] for one in history(house.office, document.id, by=_by(house, "vanthu"))]
    assert events[-2:] == ["step:completed", "step:closed"]


def test_where_the_leader_looks_at_the_result_it_waits_for_them(house: House, paper: bytes) -> None:
    document = _arrived(house, paper)
    told = replace(_told(), review=True)
    document = direct(house.office, document.id, told, by=_by(house, "chutich"))
    document = _do(house, document, "truongban", "complete", "truongban", no_reply=True)
    assert document.state == "processed"
    assert house.act(document, "close", "chutich").state == "completed"


def test_simple_callers_assign_complete_and_close_as_ever(house: House, paper: bytes) -> None:
    document = _arrived(house, paper)
    document = house.act(document, "assign", "chutich", to="chuyenvien", comment="Chủ trì")
    assert _part(house, document, "chuyenvien").part is Part.LEAD
    document = house.act(document, "complete", "chuyenvien", comment="Đã xong")
    assert (document.state, _ended(house, document)) == (
        "processed",
        {"chuyenvien": AssignmentState.DONE},
    )
    assert house.act(document, "close", "chutich").state == "completed"


def test_a_part_is_passed_down_level_by_level_and_never_beyond_its_day(
    house: House, paper: bytes
) -> None:
    document = _arrived(house, paper)
    told = _told("phochutich")
    document = direct(house.office, document.id, told, by=_by(house, "chutich"))
    with pytest.raises(Refused, match="assignment.not-below"):
        _do(house, document, "phochutich", "assign", "phochutich", to="chutich")
    document = _do(house, document, "phochutich", "assign", "phochutich", to="ban-to-chuc")
    for said, rule in (
        ({"due": FRIDAY + timedelta(minutes=1)}, "assignment.beyond"),
        ({"to": "luutru"}, "assignment.not-below"),
        ({"to": "phochutich"}, "assignment.already"),
    ):
        with pytest.raises(Refused, match=rule):
            _do(house, document, "truongban", "assign", "truongban", **{"to": "chuyenvien", **said})
    document = _do(
        house, document, "truongban", "assign", "truongban", to="chuyenvien", due=WEDNESDAY
    )
    with pytest.raises(NotAllowed):  # an officer has nobody below
        _do(house, document, "chuyenvien", "assign", "chuyenvien", to="truongban")
    assert _charges(house, document, "vanthu")["chuyenvien"].step.due_at == WEDNESDAY
    assert _charges(house, document, "vanthu")["truongban"].step.due_at == FRIDAY
    assert _waits(house, document, "chuyenvien") == [StepKind.ASSIGNMENT]

    document = _do(house, document, "chuyenvien", "complete", "chuyenvien", comment="Đề xuất A")
    document = _do(house, document, "truongban", "complete", "truongban", comment="Đồng ý A")
    assert document.state == "assigned"
    document = _do(house, document, "phochutich", "complete", "phochutich", no_reply=True)
    assert document.state == "completed"


def test_more_time_is_asked_refused_and_granted_by_whoever_gave_the_part(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper)
    document = _do(house, document, "truongban", "assign", "truongban", to="chuyenvien")
    monday = FRIDAY + timedelta(days=3)
    for due in (None, FRIDAY):
        with pytest.raises(Refused, match="extension.not-later"):
            _do(house, document, "truongban", "request-extension", "truongban", due=due)
    document = _do(house, document, "chuyenvien", "request-extension", "chuyenvien", due=monday)
    assert "request-extension" not in _acts(house, document, "chuyenvien", "chuyenvien")
    with pytest.raises(Refused, match="extension.pending"):
        _do(house, document, "chuyenvien", "request-extension", "chuyenvien", due=monday)
    with pytest.raises(Outrun):
        _do(house, document, "truongban", "grant-extension", "chutich")
    assert _acts(house, document, "chuyenvien", "chutich") == set()
    assert StepKind.EXTENSION in {
        one.kind for one in _steps(house, document) if one.open and "person:truongban" in one.desk
    }
    with pytest.raises(Refused, match="assignment.beyond"):
        _do(house, document, "chuyenvien", "grant-extension", "truongban")
    with pytest.raises(Refused, match="comment.required"):
        _do(house, document, "chuyenvien", "refuse-extension", "truongban", comment="")
    document = _do(house, document, "chuyenvien", "refuse-extension", "truongban")
    assert _charges(house, document, "vanthu")["chuyenvien"].step.due_at == FRIDAY

    document = _do(house, document, "truongban", "request-extension", "truongban", due=monday)
    assert _waits(house, document, "chutich") == [StepKind.EXTENSION]
    document = _do(house, document, "truongban", "grant-extension", "chutich")
    assert _charges(house, document, "vanthu")["truongban"].step.due_at == monday
    assert _waits(house, document, "chutich") == []
    document = _do(
        house, document, "truongban", "reschedule", "chutich", due=WEDNESDAY, comment="Gấp hơn"
    )
    dues = {name: one.step.due_at for name, one in _charges(house, document, "vanthu").items()}
    assert dues == {"truongban": WEDNESDAY, "chuyenvien": WEDNESDAY}
    closer = WEDNESDAY - timedelta(days=2)
    document = direct(house.office, document.id, _told(due=closer), by=_by(house, "chutich"))
    dues = {name: one.step.due_at for name, one in _charges(house, document, "vanthu").items()}
    assert dues == {"truongban": closer, "chuyenvien": closer}


def test_one_who_grants_and_one_who_refuses_at_once_come_to_one_answer(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper)
    later = FRIDAY + timedelta(days=3)
    document = _do(house, document, "truongban", "request-extension", "truongban", due=later)
    part = _part(house, document, "truongban").id

    def answered(action: str) -> str:
        try:
            handle(house.office, part, action, Said("Nêu rõ"), by=_by(house, "chutich"))
        except Outrun:
            return "outrun"
        return action

    with ThreadPoolExecutor(4) as four:
        came = list(four.map(answered, ["grant-extension", "refuse-extension"] * 2))
    [won] = [one for one in came if one != "outrun"]
    due = _charges(house, document, "vanthu")["truongban"].step.due_at
    assert due == (later if won == "grant-extension" else FRIDAY)
    told = [one["event"] for one in history(house.office, document.id, by=_by(house, "vanthu"))]
    assert [one.startswith("extension:") for one in map(str, told)].count(True) == 2


def test_whoever_stands_in_for_the_leader_directs_in_their_name(house: House, paper: bytes) -> None:
    document = _arrived(house, paper)
    given = _stands_in(house, "chutich")
    by = _by(house, "kiemtra")
    document = direct(house.office, document.id, _told("ban-to-chuc", *HELPED), by=by)
    document = direct(house.office, document.id, _told("ban-to-chuc"), by=by)
    assert _part(house, document, "truongban").given_by == "chutich"
    told = history(house.office, document.id, by=_by(house, "vanthu"))[-2:]
    assert [(one["event"], one["on_behalf_of"]) for one in told] == [
        ("step:assigned", "chutich"),
        ("directive:changed", "chutich"),
    ]
    revoke(house.office, given, by=_by(house, "quantri"))
    with pytest.raises(NotAllowed):
        direct(house.office, document.id, _told("ban-to-chuc", *HELPED), by=by)
    document = _arrived(house, paper)
    told_anew = replace(_told(due=None), on_behalf_of="chutich")
    with pytest.raises(NotAllowed):
        direct(house.office, document.id, told_anew, by=by)
    document = direct(house.office, document.id, _told(due=None), by=_by(house, "chutich"))
    with pytest.raises(Refused, match="extension.no-day"):
        _do(house, document, "truongban", "request-extension", "truongban", due=FRIDAY)


def test_a_part_is_given_back_or_taken_back_and_what_was_below_it_ends(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper, *HELPED)
    document = _do(house, document, "chanhvanphong", "assign", "chanhvanphong", to="vanthu")
    with pytest.raises(Refused, match="comment.required"):
        _do(house, document, "chanhvanphong", "return", "chanhvanphong", comment="")
    document = _do(house, document, "chanhvanphong", "return", "chanhvanphong")
    with pytest.raises(NotAllowed):
        _do(house, document, "luutru", "recall", "truongban")
    part = _part(house, document, "luutru")
    document = _do(house, document, "luutru", "recall", "chutich")
    with pytest.raises(Outrun, match="assignment.ended"):
        handle(house.office, part.id, "acknowledge", Said(), by=_by(house, "luutru"))
    assert _ended(house, document) == {
        "truongban": AssignmentState.OPEN,
        "chanhvanphong": AssignmentState.RETURNED,
        "vanthu": AssignmentState.DROPPED,
        "luutru": AssignmentState.RECALLED,
    }
    document = _do(house, document, "truongban", "return", "truongban")
    assert (document.state, _ended(house, document)["truongban"]) == (
        "registered",
        AssignmentState.RETURNED,
    )


def test_the_leader_takes_the_whole_directive_back_though_others_have_reported(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper, *HELPED)
    document = _do(house, document, "luutru", "acknowledge", "luutru")
    document = house.act(document, "recall", "chutich")

    assert document.state == "registered"
    assert _ended(house, document) == {
        "truongban": AssignmentState.RECALLED,
        "chanhvanphong": AssignmentState.RECALLED,
        "luutru": AssignmentState.DONE,
    }


def test_a_changed_directive_keeps_what_stays_and_takes_the_rest_back(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper, *HELPED)
    document = _do(house, document, "chanhvanphong", "progress", "chanhvanphong", percent=40)
    kept = _part(house, document, "chanhvanphong").id
    leader = _by(house, "chutich")
    same = _told("ban-to-chuc", *HELPED)
    with pytest.raises(Refused, match="directive.same"):
        direct(house.office, document.id, same, by=leader)
    with pytest.raises(Refused, match="comment.required"):
        direct(house.office, document.id, replace(same, words=""), by=leader)
    with pytest.raises(NotAllowed, match="assignment.not-yours"):
        direct(house.office, document.id, same, by=_by(house, "phochutich"))
    with pytest.raises(Outrun):
        direct(house.office, document.id, replace(same, seen=document.version - 1), by=leader)

    told = _told("chuyenvien", (Part.COLLABORATOR, "van-phong"), (Part.INFORMED, "truongban"))
    document = direct(house.office, document.id, told, by=leader)

    assert (document.state, document.assignee) == ("assigned", "chuyenvien")
    open_ones = {name: one.assignment for name, one in _charges(house, document, "vanthu").items()}
    assert {name: one.part for name, one in open_ones.items()} == {
        "chuyenvien": Part.LEAD,
        "chanhvanphong": Part.COLLABORATOR,
        "truongban": Part.INFORMED,
    }
    assert (open_ones["chanhvanphong"].id, open_ones["chanhvanphong"].percent) == (kept, 40)
    assert _waits(house, document, "luutru") == []
    assert _waits(house, document, "truongban") == [StepKind.INFORMATION]
    assert "complete" in _acts(house, document, "chuyenvien", "chuyenvien")
    line = history(house.office, document.id, by=leader)[-1]
    assert (line["event"], line["recalled"]) == ("directive:changed", "luutru truongban")


def test_two_who_report_at_once_both_count(house: House, paper: bytes) -> None:
    document = _directed(house, paper, *HELPED)
    seen = document.version

    def reported(name: str) -> str:
        part = _part(house, document, name)
        told = Said("Đang làm", percent=50, seen=seen)
        return handle(house.office, part.id, "progress", told, by=_by(house, name)).state

    names = ["truongban", "chanhvanphong"]
    with ThreadPoolExecutor(2) as both:
        assert list(both.map(reported, names)) == ["assigned"] * 2
    told = _charges(house, document, "vanthu")
    assert [told[name].assignment.percent for name in names] == [50, 50]
    now = view(house.office, document.id, by=_by(house, "vanthu")).document
    assert now.version == seen + 2
    for percent in (-1, 101):
        with pytest.raises(Refused, match="assignment.percent"):
            _do(house, document, "truongban", "progress", "truongban", percent=percent)


def test_whoever_stands_in_does_it_in_the_name_of_the_absent(house: House, paper: bytes) -> None:
    document = _directed(house, paper, *HELPED)
    given = [_stands_in(house, name) for name in ("chanhvanphong", "chutich")]
    assert _waits(house, document, "kiemtra") == [StepKind.ASSIGNMENT]
    document = _do(house, document, "chanhvanphong", "progress", "kiemtra", percent=10)
    later = WEDNESDAY + timedelta(days=1)
    document = _do(house, document, "chanhvanphong", "request-extension", "kiemtra", due=later)
    document = _do(house, document, "chanhvanphong", "grant-extension", "kiemtra")
    told = history(house.office, document.id, by=_by(house, "vanthu"))[-3:]
    assert [(one["actor"], one["on_behalf_of"]) for one in told] == [
        ("kiemtra", "chanhvanphong"),
        ("kiemtra", "chanhvanphong"),
        ("kiemtra", "chutich"),
    ]
    with pytest.raises(NotAllowed):
        _do(house, document, "truongban", "progress", "kiemtra")
    for one in given:
        revoke(house.office, one, by=_by(house, "quantri"))
    with pytest.raises(NotAllowed):
        _do(house, document, "chanhvanphong", "progress", "kiemtra")


def _stands_in(house: House, giver: str) -> str:
    day = house.office.today()
    wanted = Away(
        delegate="kiemtra",
        capacity=Capacity.TUQ,
        since=day,
        until=day,
        basis="12/GUQ-LĐLĐ",
        basis_on=date(2026, 11, 18),
    )
    return delegate(house.office, wanted, by=_by(house, giver)).id


def test_of_a_secret_document_only_cleared_people_have_parts(house: House, paper: bytes) -> None:
    document = _arrived(house, paper, Classification.SECRET)
    leader = _by(house, "chutich")
    told = _told("truongban", (Part.INFORMED, "kiemtra"))
    with pytest.raises(Refused, match="assignee.unknown"):
        direct(house.office, document.id, told, by=leader)
    told = _told("truongban", (Part.INFORMED, "luu-tru"))
    with pytest.raises(Refused, match="assignee.unknown"):  # no head sits there
        direct(house.office, document.id, told, by=leader)
    told = _told("truongban", (Part.INFORMED, "van-phong"))
    document = direct(house.office, document.id, told, by=leader)
    with house.office.database.reading() as unit:
        readers = unit.documents.readers(document.id)
    assert {one for one in readers if not one.startswith("person:")} == set()
    part = _charges(house, document, "chutich")["truongban"].assignment
    for stranger in ("chuyenvien", "kiemtra", "luutru"):
        with pytest.raises(NotFound, match="assignment.unknown"):
            handle(house.office, part.id, "progress", Said("x"), by=_by(house, stranger))
    with pytest.raises(NotFound, match="assignment.unknown"):
        handle(house.office, "0" * 32, "progress", Said("x"), by=_by(house, "chuyenvien"))
    secret = house.sealed(type="TB", classification=Classification.SECRET)
    with pytest.raises(Refused, match="reply.secret"):
        _finish_with(house, paper, secret)
    with house.office.database.reading() as unit:
        rows = str(unit.connection.exec_driver_sql("SELECT * FROM remark").all())
    assert rows.count("Khẩn trương giải quyết") == _open_directives(house)


def _finish_with(house: House, paper: bytes, reply: Document) -> None:
    document = _arrived(house, paper)
    told = _told("chutich")
    direct(house.office, document.id, told, by=_by(house, "chutich"))
    _do(house, document, "chutich", "complete", "chutich", reply=reply.id)


def _open_directives(house: House) -> int:
    """Count the directives on documents that are not secret: their words lie in clear."""
    with house.office.database.reading() as unit:
        return int(
            unit.connection.exec_driver_sql(
                "SELECT count(*) FROM audit JOIN document ON document.id = audit.document "
                "WHERE document.classification = 'none' AND "
                "audit.action IN ('step:assigned', 'directive:changed') AND EXISTS (SELECT 1 FROM "
                "remark WHERE remark.seq = audit.seq AND text = 'Khẩn trương giải quyết')"
            ).scalar_one()
        )


def test_what_is_due_is_reminded_of_and_passes_with_the_post(house: House, paper: bytes) -> None:
    document = _directed(house, paper, *HELPED)
    house.clock.moment = WEDNESDAY - timedelta(hours=1)
    remind(house.office)
    house.clock.moment = FRIDAY + timedelta(hours=1)
    remind(house.office)
    with house.office.database.reading() as unit:
        known = {one.n: min(one.desk) for one in unit.steps.of(document.id)}
        given = {(known[one.step], one.kind) for one in unit.reminders.of(document.id)}
    assert {whose for whose, kind in given if kind == "overdue"} == {
        *("person:truongban", "person:chanhvanphong", "person:luutru"),
    }
    admin = _by(house, "quantri")
    report = hand_over(house.office, "chanhvanphong", "luutru", (), by=admin)
    assert {one.document: one.outcome for one in report.lines}[document.id] == "stuck"  # has a part
    report = hand_over(house.office, "chanhvanphong", "phochutich", (), by=admin)
    assert {one.document: one.outcome for one in report.lines}[document.id] == "passed"
    assert _waits(house, document, "chanhvanphong") == []
    document = _do(house, document, "phochutich", "progress", "phochutich")
    report = hand_over(house.office, "truongban", "chuyenvien", (), by=admin)
    assert {one.document: one.outcome for one in report.lines}[document.id] == "passed"
    document = _do(house, document, "chuyenvien", "complete", "chuyenvien", no_reply=True)
    assert document.state == "completed"


def test_a_part_that_lay_too_long_reaches_the_head_of_whoever_has_it(
    house: House, paper: bytes
) -> None:
    document = _directed(house, paper)
    document = _do(house, document, "truongban", "assign", "truongban", to="chuyenvien")
    house.clock.moment = FRIDAY + timedelta(hours=1)
    remind(house.office)
    house.clock.moment = FRIDAY + timedelta(days=5)
    remind(house.office)

    desks = {one.n: one.desk for one in _steps(house, document) if one.open}
    told = _charges(house, document, "vanthu")
    assert desks[told["truongban"].step.n] == {"person:truongban", "role:leader"}
    assert desks[told["chuyenvien"].step.n] == {
        "person:chuyenvien",
        "desk:ban-to-chuc/unit_head",
    }
    document = _do(house, document, "chuyenvien", "complete", "truongban", comment="Làm thay")
    assert _ended(house, document)["chuyenvien"] is AssignmentState.DONE


def test_an_opinion_is_asked_of_an_incoming_document_and_it_rests_with_its_parts(
    house: House, paper: bytes
) -> None:
    document = _arrived(house, paper)
    document = house.act(document, "request-opinion", "chutich", to="luutru", comment="Có cũ không")
    document = house.act(document, "give-opinion", "luutru", comment="Có")
    document = direct(
        house.office, document.id, _told("ban-to-chuc", *HELPED), by=_by(house, "chutich")
    )
    document = house.act(document, "suspend", "truongban", comment="Chờ số liệu")
    assert _acts(house, document, "chanhvanphong", "chanhvanphong") == set()
    with pytest.raises(NotAllowed):
        _do(house, document, "chanhvanphong", "progress", "chanhvanphong")
    house.clock.pass_by(timedelta(days=7))
    document = house.act(document, "resume", "truongban", comment="Đã có")
    due = _charges(house, document, "vanthu")["chanhvanphong"].step.due_at
    # Three working days were left: the 24th of November is a holiday, the days after are none.
    assert due == datetime(2026, 12, 1, 10, tzinfo=UTC)
    document = _do(house, document, "chanhvanphong", "progress", "chanhvanphong")


def _steps(house: House, document: Document) -> tuple[Step, ...]:
    return view(house.office, document.id, by=_by(house, "vanthu")).standing.steps


def test_the_book_and_the_slip_tell_who_has_what_until_when_and_what_answers(
    house: House, paper: bytes
) -> None:
    reply = house.sealed(type="TB")
    document = _directed(house, paper, *HELPED)
    told = {"to": "chuyenvien", "comment": "Soạn văn bản trả lời", "due": WEDNESDAY}
    document = _do(house, document, "truongban", "assign", "truongban", **told)
    document = _do(house, document, "truongban", "progress", "truongban", percent=60)
    monday = FRIDAY + timedelta(days=3)
    document = _do(house, document, "truongban", "request-extension", "truongban", due=monday)
    assert _book(house, document)[2:] == (
        "Ban Tổ chức (Trần Quốc Đạt); phối hợp: Văn phòng (Lê Minh Phương)",
        "27/11/2026",
        "Đang giải quyết (60%)",
        "",
        "Trần Quốc Đạt xin gia hạn đến 30/11/2026",
    )
    house.clock.moment = FRIDAY + timedelta(hours=1)
    assert _book(house, document)[4] == "Đang giải quyết (60%), quá hạn"
    document = _do(
        house, document, "chuyenvien", "complete", "chuyenvien", comment="Đề nghị ban hành"
    )
    document = _do(house, document, "truongban", "complete", "truongban", reply=reply.id)
    assert _book(house, document)[4:] == ("Hoàn thành", str(reply.number), "")

    printed = print_slip(house.office, document.id, "giai-quyet", "docx", by=_by(house, "vanthu"))
    slip = "\n".join(one.text for one in docx.Document(io.BytesIO(printed)).paragraphs)
    for words in (
        "Đơn vị, cá nhân chủ trì: Trần Quốc Đạt",
        "Đơn vị, cá nhân phối hợp: Lê Minh Phương",
        "Thời hạn giải quyết: 27/11/2026",
        "Thời hạn của Lê Minh Phương: 25/11/2026",
        "Để biết: Hoàng Văn Sửu",
        "Phạm Thị Thu Hường, 20/11/2026: Khẩn trương giải quyết",
        "Ngày cho ý kiến phân phối, giải quyết: 20/11/2026",
        "Giao cho cá nhân: Nguyễn Thị Hồng Ánh",
        "Ý kiến: Soạn văn bản trả lời",
        "Ngày cho ý kiến: 20/11/2026",
        "Nguyễn Thị Hồng Ánh: Đề nghị ban hành",
        "Ngày đề xuất: 27/11/2026",
    ):
        assert words in slip


def _book(house: House, document: Document) -> tuple[str, ...]:
    rows = open_ledger(house.office, "giai-quyet", None, by=_by(house, "vanthu")).rows
    return next(cells for _, id, cells in rows if id == document.id)


def test_who_had_a_document_before_there_were_parts_leads_it_from_then_on(
    open_house: Opening, paper: bytes
) -> None:
    house = open_house()
    document = _arrived(house, paper)
    document = house.act(document, "assign", "chutich", to="chuyenvien", comment="Chủ trì")
    schema.downgrade(house.office.database.engine, "0018")
    house.office.database.build()

    part = _part(house, document, "chuyenvien")
    assert (part.part, part.given_by, part.review) == (Part.LEAD, "chutich", True)
    told = _told("chuyenvien", (Part.COLLABORATOR, "van-phong"))
    document = direct(house.office, document.id, told, by=_by(house, "chutich"))
    document = _do(house, document, "chuyenvien", "complete", "chuyenvien", no_reply=True)
    assert document.state == "completed"


class _Browser:
    """Somebody at the pages, whose forms carry their token."""

    def __init__(self, house: House, name: str) -> None:
        self.client = application(house.office, house.settings).test_client()
        self.client.post("/login", data={"username": name, "password": PASSWORD})

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, path
        return answer.text

    def post(self, path: str, *fields: tuple[str, str]) -> TestResponse:
        csrf = self.get("/").split('name="csrf" value="')[1].split('"')[0]
        return self.client.post(path, data=MultiDict([("csrf", csrf), *fields]))


def test_a_leader_directs_and_a_lead_completes_on_the_pages(house: House, paper: bytes) -> None:
    document = _arrived(house, paper)
    leader = _Browser(house, "chutich")
    page = f"/documents/{document.id}"
    assert f'href="{page}/directive"' in leader.get(page)
    rows = [
        *(("part", "collaborator"), ("other", "van-phong"), ("other_due", "2026-11-25")),
        *(("part", "for_information"), ("other", "luutru"), ("other_due", "")),
    ]
    told = [("to", "ban-to-chuc"), ("due_date", "2026-11-27"), ("comment", "Khẩn trương"), *rows]
    more = leader.post(f"{page}/directive", *told, ("more", "1")).text
    assert more.count('class="charge-row"') == 6
    refused = leader.post(
        f"{page}/directive",
        *told,
        ("part", "collaborator"),
        ("other", "truongban"),
        ("other_due", ""),
    )
    assert refused.status_code == 422
    assert "đã có một phần việc" in refused.text
    assert "Khẩn trương" in refused.text
    assert leader.post(f"{page}/directive", *told).status_code == 303

    shown = leader.get(page)
    for words in ("Phân công giải quyết", "Trần Quốc Đạt (Ban Tổ chức)", "Sửa bút phê…"):
        assert words in shown
    head = _Browser(house, "truongban")
    assert head.client.get(f"{page}/directive").status_code == 403
    assert "Chủ trì" in head.get("/")
    assert document.subject in head.get("/assignments")
    assert document.subject in leader.get("/assignments?given=1")
    part = _part(house, document, "truongban").id
    act = f"{page}/assignments/{part}"
    refused = head.post(f"{act}/progress", ("comment", ""), ("percent", "30"))
    assert (refused.status_code, 'id="comment-progress"' in refused.text) == (422, True)
    assert (
        head.post(f"{act}/progress", ("comment", "Đang làm"), ("percent", "30")).status_code == 303
    )
    assert "30%" in leader.get(page)
    assert head.post(f"{act}/complete", ("comment", "Đã dự họp")).status_code == 422
    done = head.post(f"{act}/complete", ("comment", "Đã dự họp"), ("no_reply", "1"))
    assert done.status_code == 303
    assert view(house.office, document.id, by=_by(house, "vanthu")).document.state == "completed"
    assert "Đang thực hiện" not in head.get("/assignments?state=done").split("<ol")[1]


def test_programs_direct_report_and_decide_by_the_api(house: House, paper: bytes) -> None:
    document = _arrived(house, paper)
    client = application(house.office, house.settings).test_client()
    tokens: dict[str, str] = {}

    def call(
        name: str, method: str, path: str, told: object = None, **headers: str
    ) -> TestResponse:
        if name not in tokens:
            login = {"username": name, "password": PASSWORD}
            tokens[name] = client.post("/api/v1/tokens", json=login).get_json()["token"]
        headers["Authorization"] = f"Bearer {tokens[name]}"
        return client.open(f"/api/v1{path}", method=method, json=told, headers=headers)

    directive = {
        "lead": {"to": "truongban", "due_date": "2026-11-27"},
        "collaborators": [{"to": "chanhvanphong", "due_date": "2026-11-25"}],
        "for_information": [{"to": "luutru"}],
        "comment": "Khẩn trương",
    }
    path = f"/documents/{document.id}"
    stale = call("chutich", "POST", f"{path}/directives", directive, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json["rule"]) == (409, "step.outrun")  # type: ignore[index]  # it is there
    told = call("chutich", "POST", f"{path}/directives", directive).get_json()
    roles = {one["person"]: one["role"] for one in told["assignments"]}
    assert roles == {
        "truongban": "lead",
        "chanhvanphong": "collaborator",
        "luutru": "for_information",
    }
    [waiting] = [
        one
        for one in call("chanhvanphong", "GET", "/tasks").get_json()["items"]
        if one["document_id"] == document.id
    ]
    assert (waiting["waits_as"], waiting["assignment"]["role"]) == ("assignment", "collaborator")
    part = f"/assignments/{waiting['assignment']['id']}/actions"
    asked = {"comment": "Chờ số liệu", "due_date": "2026-11-26"}
    assert call("chanhvanphong", "POST", f"{part}/request-extension", asked).status_code == 200
    granted = call("chutich", "POST", f"{part}/grant-extension", {}).get_json()
    [mine] = [one for one in granted["assignments"] if one["person"] == "chanhvanphong"]
    assert mine["due_at"].startswith("2026-11-26")
    assert set(mine["actions"]) == {"reschedule", "recall"}
    for name, status in (("kiemtra", 403), ("quantri", 404)):
        refused = call(name, "POST", f"{part}/progress", {"comment": "x"})
        assert refused.status_code == status
    assert call("kiemtra", "GET", "/assignments/").status_code == 404
    listed = call("chutich", "GET", "/assignments?given=1&state=open").get_json()["items"]
    assert document.id in {one["document_id"] for one in listed}
    wrong = call("chutich", "GET", "/assignments?state=x")
    assert wrong.status_code == 422
    assert len(call("chutich", "GET", f"{path}/assignments").get_json()["items"]) == 3


def test_the_sender_hears_of_assignment_work_and_end(open_house: Opening, paper: bytes) -> None:
    house = open_house()
    sender = {"organ_id": "H49.90.2", "message": "m-1"}
    source = Source(number="9/CV", organ="LĐLĐ tỉnh", on=date(2026, 11, 3), **sender)
    document = _directed(house, paper, *HELPED, source=source)
    _do(house, document, "truongban", "complete", "truongban", no_reply=True)
    house.work_off()
    told = "".join(
        one.read_text("utf-8", "ignore")
        for one in sorted(house.settings.trinhky_spool.rglob("*"))
        if one.is_file()
    )
    assert re.findall(r"StatusCode>(\d\d)<", told).count("06") == 1
    assert {"03", "04", "05", "06"} <= set(re.findall(r"StatusCode>(\d\d)<", told))
