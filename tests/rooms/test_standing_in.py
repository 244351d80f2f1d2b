"""People, every act of a road, delegations and days: the office does what a small model says."""

from collections.abc import Mapping
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
from signing.demo_pki import refresh_crls
from tests.conftest import House, Opening
from tests.rooms.test_delegation import given as delegated
from tests.rooms.test_interleavings import drafted, tell
from workflow.adopt import put_in_force
from workflow.delegate import revoke
from workflow.look import view
from workflow.office import Office as TheOffice
from workflow.perform import perform
from workflow.road import Choice
from workflow.verify import verify

ROAD = """
name: crossing
title: {vi: Mọi thao tác, en: Every act}
direction: outgoing
start: drafting
starters: [officer]
states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      pass: {title: {vi: Chuyển, en: Pass on}, to: checking}
  checking:
    title: {vi: Kiểm tra, en: Check}
    who: [head_of_drafters_unit]
    approves: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: signing, needs: [seen]}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}
      refuse: {title: {vi: Từ chối, en: Refuse}, to: refused, needs: [comment]}
      recall: {title: {vi: Thu hồi, en: Recall}, to: drafting, who: [previous]}
  signing:
    title: {vi: Chờ ký, en: Awaiting signature}
    who: [role: leader]
    approves: true
    actions:
      sign: {title: {vi: Ký, en: Sign}, to: signed, needs: [seen], does: sign}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}
      refuse: {title: {vi: Từ chối, en: Refuse}, to: refused, needs: [comment]}
  signed:
    title: {vi: Đã ký, en: Signed}
    who: [role: registry_clerk]
    actions:
      seal: {title: {vi: Cấp số, en: Number}, to: sealed, does: seal}
  sealed:
    title: {vi: Đã đóng dấu, en: Sealed}
    who: [role: registry_clerk]
    actions:
      dispatch: {title: {vi: Gửi, en: Send}, to: sent, needs: [recipients], does: dispatch}
      close: {title: {vi: Giao tay, en: By hand}, to: sent, needs: [comment]}
      cancel: {title: {vi: Hủy, en: Cancel}, to: void, needs: [comment], does: cancel_number}
  sent: {title: {vi: Đã gửi, en: Sent}}
  refused: {title: {vi: Đã từ chối, en: Refused}}
  void: {title: {vi: Đã hủy, en: Cancelled}}
"""
STAND_INS = ("luutru", "chanhvanphong")
LEADERS = ("chutich", "phochutich")
PEOPLE = ("chuyenvien", "truongban", *STAND_INS, *LEADERS, "vanthu", "kiemtra")

Way = tuple[str, str]  # state, act
WAYS: Mapping[Way, tuple[str, tuple[str, ...]]] = {
    ("drafting", "pass"): ("checking", ("chuyenvien",)),
    ("checking", "approve"): ("signing", ("truongban",)),
    ("checking", "return"): ("drafting", ("truongban",)),
    ("checking", "refuse"): ("refused", ("truongban",)),
    ("checking", "recall"): ("drafting", ("chuyenvien",)),
    ("signing", "sign"): ("signed", LEADERS),
    ("signing", "return"): ("drafting", LEADERS),
    ("signing", "refuse"): ("refused", LEADERS),
    ("signed", "seal"): ("sealed", ("vanthu",)),
    ("sealed", "dispatch"): ("sent", ("vanthu",)),
    ("sealed", "close"): ("sent", ("vanthu",)),
    ("sealed", "cancel"): ("void", ("vanthu",)),
}
"""Where each act leads, and whose it is; the head's are their stand-ins', too."""

ACTS = tuple(dict.fromkeys(act for _, act in WAYS))


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
        if (self.state, act) not in WAYS:
            return False
        _, whose = WAYS[self.state, act]
        stands_in = who in self.until and self.today <= self.until[who]
        return who in whose or (stands_in and "truongban" in whose)

    def possible(self) -> list[tuple[str, str]]:
        """Give every act somebody may do now, with who."""
        return [(act, who) for act in ACTS for who in PEOPLE if self.may(act, who)]

    def done(self, act: str) -> None:
        """Let an act have been done."""
        self.version += 1
        self.state, _ = WAYS[self.state, act]


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

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """Let one thing happen: rules of their own would be left out of whole examples."""
        data.draw(st.sampled_from(HAPPENS))(self, data)

    def somebody_tries(self, data: st.DataObject) -> None:
        self._tries(data.draw(st.sampled_from(ACTS)), data.draw(st.sampled_from(PEOPLE)))

    def somebody_does_what_is_theirs(self, data: st.DataObject) -> None:
        if possible := self._model.possible():
            self._tries(*data.draw(st.sampled_from(possible)))
        else:
            self._document = drafted(self._house)
            self._model.state, self._model.version = "drafting", 1

    def _tries(self, act: str, who: str) -> None:
        by = self._house.person(who)

        def acts(office: TheOffice, document: Document) -> object:
            choice = Choice(
                "Lý do",
                shown=document.latest.digest,
                seen=document.version,
                recipients=("H49.90.2",) if act == "dispatch" else (),
            )
            return perform(office, document.id, act, choice, by=by)

        refused = tell(acts, self._house.office, self._document)
        assert (refused == "") is self._model.may(act, who), (act, who, refused)
        if not refused:
            self._model.done(act)

    def the_head_lets_somebody_stand_in(self, data: st.DataObject) -> None:
        who, days = data.draw(st.sampled_from(STAND_INS)), data.draw(st.integers(0, 2))
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

    def the_head_takes_it_back(self, data: st.DataObject) -> None:
        self._end(data.draw(st.sampled_from(STAND_INS)))

    def days_pass(self, data: st.DataObject) -> None:
        days = data.draw(st.integers(1, 2))
        self._house.clock.pass_by(timedelta(days=days))
        refresh_crls(self._house.settings.trinhky_data / "keys", self._house.clock())
        self._model.today += timedelta(days=days)

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


HAPPENS = (
    *(Office.somebody_does_what_is_theirs,) * 5,
    *(Office.somebody_tries,) * 3,
    *(Office.the_head_lets_somebody_stand_in,) * 2,
    Office.the_head_takes_it_back,
    Office.days_pass,
)
"""What may happen next, as often as it stands here."""


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
            derandomize=True,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert verify(house.office).holds
