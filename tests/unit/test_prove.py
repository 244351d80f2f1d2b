"""Roads are proven: the shipped ones are clean, and a road broken in any way is found out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from config.office import read_office
from config.workflows import read_route, read_texts
from records.condition import condition_of
from records.document import Classification
from records.person import Person, Post, Role
from records.proof import Claim, Finding
from records.route import Act, Effect, Route, State, Title, Turn, Who, Whom
from workflow.cast import Cast
from workflow.prove import prove
from workflow.space import Rules

CONFIG = Path(__file__).parents[2] / "config"
OPEN = (Classification.NONE,)


@cache
def cast(office: str = "office.yaml") -> Cast:
    described = read_office(CONFIG / office)
    return Cast(described.people, described.units)


def without(gone: str, **changed: object) -> Cast:
    """Give the office with somebody gone, or changed."""
    kept: Sequence[Person] = cast().all()
    people = [replace(one, **changed) if one.id == gone else one for one in kept]  # type: ignore[arg-type]  # a test's own words
    return Cast([one for one in people if changed or one.id != gone], cast().units())


@cache
def road(name: str = "outgoing") -> Route:
    return read_route(read_texts(CONFIG / "workflows")[name], name)


def with_state(route: Route, name: str, **changes: object) -> Route:
    """Give a road with one state otherwise."""
    changed = replace(route.states[name], **changes)  # type: ignore[arg-type]  # a test's own words
    return replace(route, states={**route.states, name: changed})


def with_act(route: Route, state: str, act: str, **changes: object) -> Route:
    """Give a road with one act otherwise."""
    acts = tuple(
        replace(one, **changes) if one.name == act else one  # type: ignore[arg-type]  # likewise
        for one in route.states[state].acts
    )
    return with_state(route, state, acts=acts)


def and_act(route: Route, state: str, name: str, to: str, does: Effect | None = None) -> Route:
    """Give a road with one more act."""
    more = Act(name, Title(name, name), to, does=does)
    return with_state(route, state, acts=(*route.states[state].acts, more))


def without_act(route: Route, state: str, *names: str) -> Route:
    """Give a road with acts taken away."""
    acts = tuple(one for one in route.states[state].acts if one.name not in names)
    return with_state(route, state, acts=acts)


def and_state(route: Route, name: str, *acts: Act) -> Route:
    """Give a road with one more state, at the registry clerk's desk."""
    who = (Who(Whom.ROLE, Role.REGISTRY_CLERK),) if acts else ()
    more = State(name, Title(name, name), who, acts)
    return replace(route, states={**route.states, name: more})


def claims(findings: Sequence[Finding]) -> set[Claim]:
    return {one.claim for one in findings}


def the(findings: Sequence[Finding], claim: Claim) -> Finding:
    return next(one for one in findings if one.claim is claim)


def way(found: Finding) -> list[str]:
    """Give the acts that lead to what was found."""
    return [move.act for move in found.path]


@pytest.mark.parametrize("office", ["office.yaml", "office-partner.yaml"])
@pytest.mark.parametrize("name", ["outgoing", "incoming", "internal", "consultation"])
def test_nothing_is_wrong_with_a_shipped_road(name: str, office: str) -> None:
    assert prove(road(name), cast(office)) == ()


def test_a_way_past_the_leader_to_the_seal_is_found_with_the_way() -> None:
    skipped = with_act(road(), "format_check", "approve", to="signed")

    found = the(prove(skipped, cast()), Claim.SIGNED)

    assert (found.state, found.act, found.grave) == ("signed", "seal", True)
    assert way(found) == ["submit", "approve", "approve", "seal"]
    assert [move.by for move in found.path][1:] == ["truongban", "chanhvanphong", "vanthu"]


def test_a_way_out_of_the_office_past_the_seal_is_found() -> None:
    unsealed = and_act(road(), "signed", "out", "dispatched", Effect.DISPATCH)

    found = the(prove(unsealed, cast(), OPEN), Claim.SIGNED)

    assert (found.state, way(found)[-2:]) == ("signed", ["sign", "out"])


def test_a_number_without_the_signature_is_found() -> None:
    numbered = and_act(road(), "format_check", "number", "signing", Effect.ENTER)

    assert way(the(prove(numbered, cast(), OPEN), Claim.SIGNED))[-1] == "number"


def test_a_short_cut_past_an_approval_to_the_signature_is_found() -> None:
    short = and_act(road(), "drafting", "rush", "signing")

    found = the(prove(short, cast()), Claim.APPROVED)

    assert way(found) == ["rush", "sign"]
    assert found.missing == "content_check format_check"


def test_new_bytes_after_an_approval_need_it_again() -> None:
    edited = with_state(road(), "signing", editable=True)

    found = the(prove(edited, cast()), Claim.APPROVED)

    assert way(found)[-2:] == ["revise", "sign"]


def test_a_leader_who_could_sign_their_own_draft_alone_is_found() -> None:
    alone = with_state(with_act(road(), "drafting", "submit", to="signing"), "signing")
    for name in ("content_check", "format_check", "signing"):
        alone = with_state(alone, name, approves=False)

    found = the(prove(alone, cast()), Claim.TWO_PEOPLE)

    assert way(found) == ["submit", "sign"]
    assert found.drafter == found.path[-1].by
    assert found.drafter in {"chutich", "phochutich"}


def test_a_step_at_which_the_drafter_checks_their_own_draft_is_found() -> None:
    own = with_state(road(), "content_check", who=(Who(Whom.DRAFTER),))

    found = the(prove(own, cast()), Claim.TWO_PEOPLE)

    assert (found.state, way(found)) == ("content_check", ["submit", "approve"])


def test_a_step_nobody_holds_today_is_found_with_the_way_there() -> None:
    nobody = prove(road(), without("luutru"))

    assert {(one.claim, one.state) for one in nobody if one.grave} >= {
        (Claim.MANNED, "dispatched"),
        (Claim.MANNED, "completed"),
    }
    assert way(the(nobody, Claim.MANNED))[-1] in {"dispatch", "close"}


def test_somebody_who_is_locked_out_mans_no_step() -> None:
    assert Claim.MANNED in claims(prove(road(), without("vanthu", active=False), OPEN))


def test_somebody_who_keeps_the_system_mans_no_step() -> None:
    posts = (Post(Role.REGISTRY_CLERK, "van-phong"), Post(Role.ADMINISTRATOR, "van-phong"))

    assert Claim.MANNED in claims(prove(road(), without("vanthu", posts=posts), OPEN))


def test_a_road_on_which_nobody_may_begin_is_found() -> None:
    nobody = Cast([one for one in cast().all() if one.id == "quantri"], cast().units())

    assert prove(road(), nobody) == (Finding(Claim.MANNED, "drafting"),)


def test_a_step_nobody_is_cleared_for_is_told_without_being_in_the_way() -> None:
    findings = prove(road(), without("vanthu", clearance=Classification.NONE))

    assert claims(findings) == {Claim.CLEARED}
    assert not any(one.grave for one in findings)
    assert findings[0].classification is Classification.CONFIDENTIAL
    assert findings[0].path[-1].act == "sign"


def test_a_draft_that_comes_back_and_cannot_be_changed_is_a_dead_end() -> None:
    found = the(prove(with_state(road(), "drafting", editable=False), cast()), Claim.ENDS)

    assert found.state == "drafting"
    assert way(found)[-2:] == ["sign", "return"]


def test_a_circle_without_a_way_out_is_a_dead_end() -> None:
    found = the(prove(without_act(road(), "dispatched", "archive"), cast()), Claim.ENDS)

    assert found.state == "dispatched"
    assert way(found)[-1] == "dispatch"


def test_a_state_behind_an_act_that_can_never_be_done_is_found_unreached() -> None:
    twice = and_act(road(), "signed", "again", "never", Effect.SIGN)

    found = the(prove(and_state(twice, "never"), cast()), Claim.REACHED)

    assert found.state == "never"


def test_a_secret_document_that_could_only_go_on_by_being_sent_is_found() -> None:
    sent = without_act(road(), "sealed", "close", "cancel")

    found = the(prove(sent, cast()), Claim.NEVER_SENT)

    assert (found.state, found.grave) == ("sealed", True)
    assert found.classification is not Classification.NONE
    assert way(found)[-1] == "seal"
    assert Claim.NEVER_SENT not in claims(prove(sent, cast(), OPEN))


def test_without_the_gate_the_proof_would_find_a_secret_document_sent() -> None:
    findings = prove(road(), cast(), rules=Rules(gate=False))

    assert claims(findings) == {Claim.NEVER_SENT}
    assert way(findings[0])[-1] == "dispatch"


def test_without_the_rule_of_two_people_the_proof_would_find_the_drafter_alone() -> None:
    alone = prove(road("internal"), cast(), OPEN, Rules(two_people=False))

    assert claims(alone) == {Claim.TWO_PEOPLE}
    assert way(alone[0])[-1] == "sign"


def test_a_road_that_is_too_large_is_not_called_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.walk.LARGEST", 10)

    assert claims(prove(road(), cast())) == {Claim.SMALL}


COUNCIL = """
name: council
title: {vi: Hội đồng, en: Council}
direction: internal
start: drafting
starters: [officer, unit_head, office_chief, leader]
fields: {amount: {vi: Số tiền, en: Amount, kind: number}}
states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      submit: {title: {vi: Trình, en: Submit}, to: checking}
  checking:
    title: {vi: Kiểm tra, en: Check}
    who: [head_of_drafters_unit]
    approves: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: how, needs: [seen]}
  how:
    title: {vi: Theo số tiền, en: By amount}
    choice:
      - {when: amount > 100000000, to: council}
      - {to: signing}
  council:
    title: {vi: Lấy ý kiến, en: Council}
    parallel:
      join: 2 of 3
      agreed: signing
      declined: drafting
      branches:
        a: {title: {vi: Ban, en: A}, who: [role: unit_head], approves: true}
        b: {title: {vi: Văn phòng, en: B}, who: [role: office_chief], approves: true}
        c: {title: {vi: Lưu trữ, en: C}, who: [role: archivist], approves: true}
  signing:
    title: {vi: Chờ ký, en: Signing}
    who: [signer]
    approves: true
    actions:
      sign: {title: {vi: Ký số, en: Sign}, to: signed, needs: [seen], does: sign}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}
  signed: {title: {vi: Đã ký, en: Signed}}
"""


def council(*changes: tuple[str, str]) -> Route:
    """Give a road with a council of two in three, with words replaced."""
    text = COUNCIL
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return read_route(text, "council")


def test_nothing_is_wrong_with_a_council_that_a_choice_may_leave_out() -> None:
    assert prove(council(), cast()) == ()
    assert prove(council(("2 of 3", "all")), cast(), OPEN) == ()
    assert prove(council(("2 of 3", "any")), cast(), OPEN) == ()


def test_a_council_that_is_passed_over_by_a_person_is_found() -> None:
    short = council(
        (
            "to: how, needs: [seen]}",
            "to: how, needs: [seen]}\n      skip: {title: {vi: B, en: S}, to: signing}",
        ),
        ("      - {when: amount > 100000000, to: council}\n", ""),
        ("      - {to: signing}\n", "      - {to: council}\n"),
    )

    found = the(prove(short, cast(), OPEN), Claim.APPROVED)

    assert found.missing == "council"
    assert "skip" in way(found)


def test_a_no_of_the_council_that_leads_to_the_signature_is_found() -> None:
    found = the(
        prove(
            council(
                ("declined: drafting", "declined: signing"),
                ("      - {to: signing}\n", "      - {to: council}\n"),
            ),
            cast(),
            OPEN,
        ),
        Claim.APPROVED,
    )

    assert found.missing == "council"
    assert way(found)[-3:] == ["decline", "decline", "sign"]


def test_a_seat_in_the_council_that_nobody_holds_is_found() -> None:
    found = the(prove(council(), without("luutru"), OPEN), Claim.MANNED)

    assert (found.state, way(found)[-1]) == ("c", "approve")


def test_a_council_in_which_too_few_could_agree_is_a_dead_end() -> None:
    crowd = council(
        ("who: [role: unit_head]", "who: [drafter]"),
        ("who: [role: office_chief]", "who: [drafter]"),
        ("2 of 3", "2 of 3"),
    )
    agreed = prove(crowd, cast(), OPEN)
    assert agreed == ()  # the archivist agrees first, then the drafter may

    alone = prove(
        council(
            ("who: [role: unit_head]", "who: [drafter]"),
            ("who: [role: office_chief]", "who: [drafter]"),
            ("who: [role: archivist]", "who: [drafter]"),
            (
                "    approves: true\n    actions:\n      approve: {title: {vi: Duyệt",
                "    actions:\n      approve: {title: {vi: Duyệt",
            ),
        ),
        cast(),
        OPEN,
    )
    assert alone
    assert any(one.grave for one in alone)


def test_a_choice_that_sends_secret_documents_where_only_sending_is_left_is_found() -> None:
    secret = with_state(road(), "sealed", acts=())
    secret = replace(
        secret,
        states={
            **secret.states,
            "sealed": State(
                "sealed",
                Title("s", "s"),
                choice=(
                    Turn(
                        "only",
                        condition_of("classification != none", set()),
                        "classification != none",
                    ),
                    Turn("dispatched"),
                ),
            ),
            "only": replace(
                road().states["sealed"], name="only", acts=road().states["sealed"].acts[:1]
            ),
        },
    )

    found = the(prove(secret, cast()), Claim.NEVER_SENT)

    assert found.state == "only"


def retargeted(route: Route) -> Iterator[tuple[str, Route]]:
    """Give the road with each of its acts leading to each other state instead."""
    for name, state in route.states.items():
        for n, act in enumerate(state.acts):
            for to in route.states:
                if to != act.to:
                    acts = (*state.acts[:n], replace(act, to=to), *state.acts[n + 1 :])
                    changed = {**route.states, name: replace(state, acts=acts)}
                    yield f"{name}.{act.name} → {to}", replace(route, states=changed)


def drawn_without(route: Route, effect: Effect) -> set[str]:
    """Give the states the drawing leads to when acts of this effect are cut."""
    seen: set[str] = set()
    waiting = [route.start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [act.to for act in route.states[name].acts if act.does is not effect]
    return seen


def test_no_mutant_with_a_drawn_way_around_the_signature_passes_as_proven() -> None:
    route = road()
    bad = [
        (what, mutant)
        for what, mutant in retargeted(route)
        if any(
            act.does is Effect.SEAL
            for name in drawn_without(mutant, Effect.SIGN)
            for act in mutant.states[name].acts
        )
    ]

    assert len(bad) > 10
    for what, mutant in bad:
        assert any(one.grave for one in prove(mutant, cast(), OPEN)), what


def test_no_mutant_that_loses_a_state_passes_as_proven() -> None:
    route = road()
    for what, mutant in [*retargeted(route)][::11]:
        lost = set(mutant.states) - drawn_without(mutant, Effect.NOTIFY)
        if lost:
            assert any(one.grave for one in prove(mutant, cast(), OPEN)), what
