"""What holds whatever people do, in whatever order, and whatever fails in between."""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from secrets import token_hex

import docx
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from drafting.convert import Converter
from drafting.sandbox import Sandbox
from records.audit import ACTIONS, AuditEvent
from records.document import (
    Classification,
    Digest,
    Direction,
    Document,
    DocumentId,
    Media,
    Number,
    Origin,
    Revision,
    Urgency,
)
from records.errors import NotAllowed, OfficeError, Outrun, Refused
from records.person import Person, Role, Unit
from records.route import Act, Effect, Need, Route
from records.step import Step
from storage.blobs import digest_of
from storage.database import Database
from storage.folder import Folder
from storage.vault import Vault
from tests.conftest import House
from tests.tampering import disarm
from workflow.begin import Particulars
from workflow.look import View, desk, view
from workflow.perform import perform
from workflow.receive import receive
from workflow.revise import revise
from workflow.road import Choice, Standing
from workflow.staff import change
from workflow.verify import verify

PEOPLE = (
    *("chuyenvien", "truongban", "chanhvanphong", "chutich", "phochutich"),
    *("vanthu", "luutru", "kiemtra", "quantri"),
)
BEGINNERS = ("chuyenvien", "chutich", "truongban", "chanhvanphong", "phochutich", "vanthu")
ACTIONS_TRIED = (
    *("submit", "approve", "return", "refuse", "recall", "sign", "seal", "number", "assign"),
    *("dispatch", "close", "complete", "cancel", "archive", "fly"),
)
LEAVING = {"return", "refuse", "recall", "cancel"}
PARTED = {"truongban": Role.UNIT_HEAD, "phochutich": Role.LEADER}
"""Whose posts come and go while documents are on their way."""

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
QUICK = settings(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    stateful_step_count=20,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        # Every example works on documents and books of its own, or behind what is there.
        HealthCheck.function_scoped_fixture,
    ],
)


# ── the workflow never leaves its picture ────────────────────────────────────────────────


@dataclass
class Followed:
    """A document, and what is known of it without asking the office."""

    id: str
    acts: int = 0


class Road(RuleBasedStateMachine):
    """Any people doing anything to a few documents, in any order."""

    def __init__(self, house: House, papers: tuple[bytes, bytes]) -> None:
        super().__init__()
        self._house, self._office, self._papers = house, house.office, papers
        self._documents: list[Followed] = []
        self._parted: dict[str, Person] = {}

    @initialize(
        by=st.sampled_from(BEGINNERS), direction=st.sampled_from(Direction), secret=st.booleans()
    )
    def first(self, by: str, direction: Direction, *, secret: bool) -> None:
        self._begin("vanthu" if direction is Direction.INCOMING else by, direction, secret=secret)

    @precondition(lambda self: len(self._documents) < 2)
    @rule(by=st.sampled_from(BEGINNERS), direction=st.sampled_from(Direction), secret=st.booleans())
    def begin(self, by: str, direction: Direction, *, secret: bool) -> None:
        self._begin("vanthu" if direction is Direction.INCOMING else by, direction, secret=secret)

    def _begin(self, by: str, direction: Direction, *, secret: bool) -> None:
        degree = Classification.CONFIDENTIAL if secret else Classification.NONE
        said = Particulars(direction, "TB", "Một văn bản", degree)
        person = self._house.person(by)
        if not person.posts:
            with pytest.raises(NotAllowed):
                receive(self._office, said, self._papers[0], by=person)
            return
        came = receive(self._office, said, self._papers[0], by=person)
        self._documents.append(Followed(came.document.id))

    @rule(nth=st.integers(0, 1), which=st.integers(0, 40))
    def do_something_offered(self, nth: int, which: int) -> None:
        """Whatever is offered succeeds when it is given what it needs."""
        one = self._documents[nth % len(self._documents)]
        offers = self._offers(one)
        if offers:
            self._do(one, *offers[which % len(offers)])

    @rule(nth=st.integers(0, 1), times=st.sampled_from([3, 1, 4, 2]))
    def go_on(self, nth: int, times: int) -> None:
        """The same, onward only, so that documents come far."""
        one = self._documents[nth % len(self._documents)]
        for _ in range(times):
            offers = [offer for offer in self._offers(one) if offer[1].name not in LEAVING]
            if offers:
                self._do(one, *offers[0])

    def _offers(self, one: Followed) -> list[tuple[str, Act, Document]]:
        return [
            (name, act, seen.document)
            for name in PEOPLE
            if (seen := self._seen(one, name)) is not None
            for act in seen.acts
        ]

    def _do(self, one: Followed, name: str, act: Act, before: Document) -> None:
        self._tries_what_is_not_theirs(one, before.drafter)
        try:
            after = self._perform(one, act.name, _enough(act, before), name)
        except Refused as refusal:
            # The next post is vacant: nobody could act where it would go.
            assert refusal.rule == "step.nobody"  # noqa: PT017 - any other is a fault
            assert self._parted
            return
        one.acts += 1
        assert after.state == act.to

    @rule(
        nth=st.integers(0, 1),
        name=st.sampled_from(PEOPLE),
        action=st.sampled_from(ACTIONS_TRIED),
        needs=st.booleans(),
        stale=st.booleans(),
    )
    def try_anything(self, nth: int, name: str, action: str, *, needs: bool, stale: bool) -> None:
        """Whatever is not offered is refused and leaves no trace."""
        one = self._documents[nth % len(self._documents)]
        seen = self._seen(one, name)
        offered = (
            {} if seen is None else {n: act for act in seen.acts for n in (act.name, act.also)}
        )
        before = self._standing(one)
        act = offered.get(action)
        choice = _everything(before.document) if needs else Choice()
        if stale:
            choice = replace(choice, seen=before.document.version - 1)
        if act is not None and (not act.needs or needs) and not stale:
            return  # that is the other rule's business
        with pytest.raises(OfficeError):
            self._perform(one, action, choice, name)
        assert self._standing(one) == before

    @rule(nth=st.integers(0, 1), name=st.sampled_from(PEOPLE), paper=st.integers(0, 1))
    def bring_a_revision(self, nth: int, name: str, paper: int) -> None:
        one = self._documents[nth % len(self._documents)]
        seen, before = self._seen(one, name), self._standing(one)
        by = self._house.person(name)
        if seen is None or not seen.may_revise:
            with pytest.raises(OfficeError):
                revise(self._office, one.id, self._papers[paper], Choice(), by=by)
            assert self._standing(one) == before
            return
        revise(self._office, one.id, self._papers[paper], Choice(), by=by)
        one.acts += 1

    @rule(nth=st.integers(0, 1), bring=st.sampled_from(["others", "nothing", "the same"]))
    def send_back(self, nth: int, bring: str) -> None:
        """Return a document if anybody may, and bring the same or other bytes in its place."""
        one = self._documents[nth % len(self._documents)]
        for name, act, before in self._offers(one):
            if act.name == "return":
                self._do(one, name, act, before)
                break
        document = self._standing(one).document
        papers = [digest_of(paper) for paper in self._papers]
        known = papers.index(
            next(r.digest for r in reversed(document.revisions) if r.digest in papers)
        )
        if bring != "nothing":
            self.bring_a_revision(nth, document.drafter, known ^ (bring == "others"))

    @rule(nth=st.integers(0, 1))
    def everybody_tries_what_is_not_theirs(self, nth: int) -> None:
        one = self._documents[nth % len(self._documents)]
        for name in PEOPLE:
            self._tries_what_is_not_theirs(one, name)

    def _tries_what_is_not_theirs(self, one: Followed, name: str) -> None:
        before, seen = self._standing(one), self._seen(one, name)
        offered = {act.name for act in seen.acts} if seen else set()
        for act in before.state.acts:
            if act.name not in offered:
                with pytest.raises(OfficeError):
                    self._perform(one, act.name, _everything(before.document), name)
        assert self._standing(one) == before

    @rule(name=st.sampled_from(sorted(PARTED)))
    def a_post_comes_or_goes(self, name: str) -> None:
        if name in self._parted:
            self._staffed(self._parted.pop(name))
            return
        person = self._house.person(name)
        self._parted[name] = person
        less = tuple(post for post in person.posts if post.role is not PARTED[name])
        self._staffed(replace(person, posts=less))

    @rule(minutes=st.integers(1, 10))
    def time_passes(self, minutes: int) -> None:
        self._house.clock.pass_by(timedelta(minutes=minutes))

    @invariant()
    def every_document_is_within_its_picture(self) -> None:
        for one in self._documents:
            at = self._standing(one)
            assert at.document.state in at.route.states
            assert at.document.version == 1 + one.acts
            opened = [step for step in at.steps if step.closed_at is None]
            assert [step.state for step in opened] == [at.state.name] * bool(at.state.acts)
            assert all(step.desk for step in opened)
            self._check_log(one, at)
            self._check_approvals(one, at)

    def teardown(self) -> None:
        for person in self._parted.values():
            self._staffed(person)
        for one in self._documents:
            document = self._standing(one).document
            held = [self._office.contents.get(document, r.digest) for r in document.revisions]
            for (before, after), made in zip(pairwise(held), document.revisions[1:], strict=True):
                if made.origin in (Origin.SIGNED, Origin.SEALED):
                    assert after.startswith(before)
        for name in PEOPLE:
            desk(self._office, by=self._house.person(name))

    def _check_log(self, one: Followed, at: Standing) -> None:
        with self._office.database.reading() as unit:
            facts = [entry.event.facts for entry, _ in unit.audit.of(one.id)]
        moves = [(told["from"], told["action"], told["to"]) for told in facts if "from" in told]
        picture = {(s.name, act.name, act.to) for s in at.route.states.values() for act in s.acts}
        assert set(moves) <= picture
        went = [at.route.start, *(to for _, _, to in moves)]
        assert [leave for leave, _, _ in moves] == went[:-1]
        assert went[-1] == at.document.state
        closed = [(step.state, step.act) for step in at.steps if step.closed_at is not None]
        assert closed == [(leave, act) for leave, act, _ in moves]
        assert (at.document.number is not None) == bool(_numbering(at.route) & set(moves))

    def _check_approvals(self, one: Followed, at: Standing) -> None:
        kept = {s.n: s.digest for s in at.steps if s.approval and s.cancelled_at is None}
        assert kept == self._approvals_by_the_log(one, at)
        if any(act.does is Effect.SIGN for act in at.state.acts):
            given = {step.state: step.closed_by for step in at.approvals}
            checks = {s.name for s in at.route.states.values() if s.approves} - {at.state.name}
            assert checks <= set(given)
            assert set(given.values()) - {at.document.drafter}

    def _approvals_by_the_log(self, one: Followed, at: Standing) -> dict[int, str]:
        """Work out of the log alone which steps approved what, and still count."""
        with self._office.database.reading() as unit:
            facts = [entry.event.facts for entry, _ in unit.audit.of(one.id)]
        counting: dict[int, str] = {}
        n = 0
        for told in facts:
            if "from" not in told:
                made = told.get("made")
                counting = {k: d for k, d in counting.items() if made in (None, d)}
                continue
            n += 1
            if told["action"] == "recall":
                counting.pop(n - 1, None)
            elif at.route.states[told["from"]].approves and told["action"] not in LEAVING:
                counting[n] = told["digest"]
        return counting

    def _standing(self, one: Followed) -> Standing:
        with self._office.database.reading() as unit:
            document = unit.documents.get(one.id)
            steps: list[Step] = unit.steps.of(one.id)
        return Standing(document, tuple(steps), self._office.route_of(document))

    def _seen(self, one: Followed, name: str) -> View | None:
        try:
            return view(self._office, one.id, by=self._house.person(name))
        except OfficeError:
            return None

    def _perform(self, one: Followed, action: str, choice: Choice, name: str) -> Document:
        return perform(self._office, one.id, action, choice, by=self._house.person(name))

    def _staffed(self, person: Person) -> None:
        change(self._office, person, "", by=self._house.person("quantri"))


def _enough(act: Act, document: Document) -> Choice:
    """Give an act exactly what it needs."""
    everything = _everything(document)
    return Choice(
        comment=everything.comment if Need.COMMENT in act.needs else "",
        to=everything.to if Need.ASSIGNEE in act.needs else "",
        shown=everything.shown if Need.SEEN in act.needs else "",
        recipients=everything.recipients if Need.RECIPIENTS in act.needs else (),
    )


def _everything(document: Document) -> Choice:
    return Choice(
        comment="Lý do",
        to="chanhvanphong",
        shown=document.latest.digest,
        recipients=("H49.90.2",),
    )


def _numbering(route: Route) -> set[tuple[str, str, str]]:
    return {
        (state.name, act.name, act.to)
        for state in route.states.values()
        for act in state.acts
        if act.does in (Effect.SEAL, Effect.ENTER)
    }


@pytest.fixture
def papers(paper: bytes, sandbox: Sandbox) -> tuple[bytes, bytes]:
    written = docx.Document()
    written.add_paragraph("Lời khác.")
    packed = io.BytesIO()
    written.save(packed)
    return paper, Converter(sandbox).pdf(packed.getvalue())


def test_whatever_people_do_no_document_leaves_the_picture(
    house: House, papers: tuple[bytes, bytes]
) -> None:
    class Here(Road):
        """The road of this test's own office."""

        def __init__(self) -> None:
            super().__init__(house, papers)

    run_state_machine_as_test(Here, settings=settings(QUICK, max_examples=20))
    assert verify(house.office).holds


# ── numbers are 1 … n ────────────────────────────────────────────────────────────────────

SERIES = [("di", "TB", 2026), ("di", "QĐ", 2026), ("di", "TB", 2027), ("den", "", 2026)]
Draw = tuple[int, int, str]  # clerk, series, what they do


class Failed(Exception):
    """Something went wrong in the middle of a unit."""


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(database_url, Vault(Folder(tmp_path / "vault"), AESGCM.generate_key(256)))
    database.build()
    disarm(database.engine)
    with database.unit() as unit:
        unit.people.add_unit(Unit("ban", "Ban", "B"))
        unit.people.add(Person("an", "An", "", ()), "hash")
    yield database
    database.close()


@settings(QUICK, max_examples=80)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, len(SERIES) - 1),
            st.sampled_from(["look", "draw", "draw and fail", "guess"]),
        ),
        max_size=30,
    )
)
def test_numbers_have_no_gap_and_no_double_however_clerks_interleave(
    database: Database, draws: list[Draw]
) -> None:
    run = token_hex(4)
    last = dict.fromkeys(range(len(SERIES)), 0)
    looked: dict[tuple[int, int], int] = {}
    for n, (clerk, which, does) in enumerate(draws):
        book, series, year = SERIES[which]
        if does == "look":
            with database.reading() as unit:
                looked[clerk, which] = unit.registers.upcoming(run + book, series, year)
            assert looked[clerk, which] == last[which] + 1
            continue
        serial = n % 5 if does == "guess" else looked.get((clerk, which), 1)
        number = Number(run + book, series, year, serial, "", date(year, 1, 1))
        drawn = _draw(database, number, fails=does == "draw and fail")
        assert drawn == (serial == last[which] + 1 and does != "draw and fail")
        last[which] += drawn

    for book, year in {(book, year) for book, _, year in SERIES}:
        kept: dict[str, list[int]] = {}
        with database.reading() as unit:
            for entry in unit.registers.entries(run + book, year):
                kept.setdefault(entry.number.series, []).append(entry.number.serial)
        assert kept == {
            series: list(range(1, last[which] + 1))
            for which, (kept_in, series, of) in enumerate(SERIES)
            if (kept_in, of) == (book, year) and last[which]
        }


def _draw(database: Database, number: Number, *, fails: bool) -> bool:
    document = _document()
    try:
        with database.unit() as unit:
            unit.documents.add(document, ())
            unit.registers.enter(number, document, {"code": str(number)})
            _fail_if(fails)
    except (Outrun, Failed):
        return False
    return True


def _fail_if(fails: bool) -> None:  # noqa: FBT001 - the whole of it
    if fails:
        raise Failed


# ── the chain verifies ───────────────────────────────────────────────────────────────────

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
EVENTS = st.builds(
    AuditEvent,
    action=st.sampled_from(sorted(ACTIONS)),
    by=WORDS,
    at=st.datetimes(
        datetime.fromisoformat("1970-01-02"),
        datetime.fromisoformat("2170-01-01"),
        timezones=st.timezones(),
    ),
    document=st.sampled_from(["", "a", "b"]),
    facts=st.dictionaries(WORDS, WORDS, max_size=3),
)


@settings(QUICK, max_examples=60)
@given(st.lists(st.tuples(st.lists(EVENTS, max_size=3), st.booleans()), max_size=6))
def test_the_chain_holds_after_any_sequence_of_acts_and_failures(
    database: Database, units: list[tuple[list[AuditEvent], bool]]
) -> None:
    with database.reading() as unit:
        before = unit.audit.verify().seq
    kept: list[AuditEvent] = []
    for events, fails in units:
        _append(database, events, fails=fails)
        kept += [] if fails else events
    with database.reading() as unit:
        head = unit.audit.verify()
        entries = list(reversed(unit.audit.latest(len(kept)))) if kept else []

    assert head.holds, head.faults
    assert [entry.seq for entry in entries] == list(range(before + 1, before + len(kept) + 1))
    for entry, event in zip(entries, kept, strict=True):
        assert entry.event == replace(event, at=event.at.astimezone(UTC))


@settings(QUICK, max_examples=60)
@given(
    st.lists(EVENTS, min_size=1, max_size=4),
    st.integers(0, 1000),
    st.sampled_from(["at", "by", "action", "document", "facts", "before", "hash", None]),
)
def test_any_one_change_to_any_entry_is_found(
    database: Database, events: list[AuditEvent], which: int, column: str | None
) -> None:
    _append(database, events, fails=False)
    change = f"""UPDATE audit SET "{column}" = substr('x' || "{column}", 1, 40) WHERE seq = :seq"""  # noqa: S608
    with pytest.raises(Failed), database.unit() as unit:  # noqa: PT012 - it is not to be kept
        seq = which % unit.audit.verify().seq + 1
        removal = "DELETE FROM audit WHERE seq = :seq"
        unit.connection.execute(text(change if column else removal), {"seq": seq})
        assert not unit.audit.verify().holds
        raise Failed

    with database.reading() as unit:
        assert unit.audit.verify().holds


def _append(database: Database, events: list[AuditEvent], *, fails: bool) -> None:
    with suppress(Failed), database.unit() as unit:
        for event in events:
            unit.audit.append(event)
        _fail_if(fails)


# ── what was kept comes back ─────────────────────────────────────────────────────────────


@settings(QUICK, max_examples=60)
@given(
    st.dictionaries(st.sampled_from(["body", "bases", "signer"]), WORDS),
    WORDS,
    st.sampled_from(Classification),
    st.binary(max_size=100),
)
def test_any_words_and_bytes_come_back_as_they_were(
    database: Database,
    fields: dict[str, str],
    subject: str,
    degree: Classification,
    content: bytes,
) -> None:
    document = replace(_document(), fields=fields, subject=subject, classification=degree)
    with database.unit() as unit:
        unit.documents.add(document, ())
    with database.reading() as unit:
        assert unit.documents.get(document.id) == document
    vault = database._vault  # noqa: SLF001 - the same as the database's
    assert vault.get(document.id, vault.put(document.id, content)) == content


def _document() -> Document:
    revision = Revision(1, Digest("0" * 64), 1, Media.PDF, Origin.UPLOADED, "an", AT)
    return Document(
        id=DocumentId(token_hex(16)),
        direction=Direction.OUTGOING,
        type="TB",
        subject="",
        classification=Classification.NONE,
        own_class=Classification.NONE,
        urgency=Urgency.NORMAL,
        workflow="outgoing",
        definition=Digest("0" * 64),
        state="drafting",
        version=1,
        unit="ban",
        drafter="an",
        created_at=AT,
        changed_at=AT,
        revisions=(revision,),
    )
