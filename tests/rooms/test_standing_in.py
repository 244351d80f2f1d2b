"""Two to four people, delegations and days: what a small model says is what the office does."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from records.definition import Source
from records.document import Document
from tests.conftest import House, Opening
from tests.rooms.test_delegation import given as delegated
from tests.rooms.test_interleavings import ROAD, does, drafted, tell
from workflow.adopt import put_in_force
from workflow.delegate import revoke
from workflow.look import view
from workflow.verify import verify

PEOPLE = ("chuyenvien", "truongban", "luutru", "chanhvanphong")
STAND_INS = ("luutru", "chanhvanphong")
ACTS = ("pass", "approve", "recall")


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    house = open_lasting_house()
    with house.office.database.unit() as unit:
        put_in_force(house.office, unit, ROAD, source=Source.FILE, by="system")
    return house


class Model:
    """What should be: the state of one document, and who stands in for the head until when."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.state = "drafting"
        self.version = 1
        self.until: dict[str, date] = {}

    def may(self, act: str, who: str) -> bool:
        """Tell whether somebody may do an act now."""
        if act == "approve":
            stands_in = who in self.until and self.today <= self.until[who]
            return self.state == "checking" and (who == "truongban" or stands_in)
        wanted = {"pass": "drafting", "recall": "checking"}[act]
        return self.state == wanted and who == "chuyenvien"

    def done(self, act: str) -> None:
        """Let an act have been done."""
        self.version += 1
        self.state = {"pass": "checking", "approve": "signing", "recall": "drafting"}[act]


class Office(RuleBasedStateMachine):
    """The office beside its model."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house, self._given = house, dict[str, str]()
        self._document: Document

    @initialize()
    def begin(self) -> None:
        self._document = drafted(self._house)
        self._model = Model(self._house.office.today())

    @rule(act=st.sampled_from(ACTS), who=st.sampled_from(PEOPLE))
    def somebody_tries(self, act: str, who: str) -> None:
        refused = tell(does(act, who), self._house.office, self._document)

        assert (refused == "") is self._model.may(act, who), (act, who, refused)
        if not refused:
            self._model.done(act)

    @rule(who=st.sampled_from(STAND_INS), days=st.integers(0, 2))
    def the_head_lets_somebody_stand_in(self, who: str, days: int) -> None:
        self._end(who)
        today = self._model.today
        until = today + timedelta(days=days)
        one = delegated(
            self._house,
            "truongban",
            who,
            since=today,
            until=until,
            basis_on=today - timedelta(days=1),
        )
        self._given[who], self._model.until[who] = one.id, until

    @rule(who=st.sampled_from(STAND_INS))
    def the_head_takes_it_back(self, who: str) -> None:
        self._end(who)

    @rule(days=st.integers(1, 2))
    def days_pass(self, days: int) -> None:
        self._house.clock.pass_by(timedelta(days=days))
        self._model.today += timedelta(days=days)

    @rule()
    def another_document_begins(self) -> None:
        self._document = drafted(self._house)
        self._model.state, self._model.version = "drafting", 1

    @invariant()
    def the_office_is_as_its_model_says(self) -> None:
        with self._house.office.database.reading() as unit:
            self._document = unit.documents.get(self._document.id)
        assert (self._document.state, self._document.version) == (
            self._model.state,
            self._model.version,
        )
        for who in PEOPLE:
            offered = self._offered(who)
            assert offered == {act for act in ACTS if self._model.may(act, who)}, who

    def teardown(self) -> None:
        for who in list(self._given):
            self._end(who)

    def _offered(self, who: str) -> set[str]:
        seen = view(self._house.office, self._document.id, by=self._house.person(who))
        return set(seen.actions) & set(ACTS)

    def _end(self, who: str) -> None:
        self._model.until.pop(who, None)
        if id := self._given.pop(who, ""):
            revoke(self._house.office, id, by=self._house.person("truongban"))


def test_whoever_stands_in_for_whom_and_however_days_pass_the_office_does_what_the_model_says(
    house: House,
) -> None:
    class Here(Office):
        """The office of this test."""

        def __init__(self) -> None:
            super().__init__(house)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert verify(house.office).holds
