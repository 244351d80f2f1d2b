"""A road put together by choosing is read and proven like one that was written."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.office import read_office
from config.workflows import read_route
from records.document import Classification, Direction
from records.errors import Refused
from records.proof import Claim
from tests.unit.test_prove import cast
from workflow.compose import Level, Outline, compose, name_of, seats
from workflow.prove import prove

CONFIG = Path(__file__).parents[2] / "config"
OFFICE = read_office(CONFIG / "office.yaml")
SEATS = [words for words, _, _ in seats(OFFICE.people, OFFICE.units)]
COUNCIL = ("desk: ban-to-chuc/unit_head", "desk: van-phong/office_chief", "desk: lanh-dao/leader")


def test_three_levels_with_a_council_of_two_in_three_are_proven() -> None:
    text = compose(
        Outline(
            "Trình có hội đồng",
            Direction.OUTGOING,
            (
                Level("Trưởng ban xem", ("head_of_drafters_unit",)),
                Level("Hội đồng thẩm định", COUNCIL, 2),
                Level("Kiểm tra thể thức", ("role: office_chief",)),
            ),
            "2d",
        )
    )

    route = read_route(text, "trinh-co-hoi-dong")

    assert route.name == "trinh-co-hoi-dong"
    council = route.states["level2"].parallel
    assert council is not None
    assert (council.wanted, len(council.branches)) == (2, 3)
    assert prove(route, cast(), (Classification.NONE,)) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1).filter(str.strip),
    st.sampled_from([Direction.OUTGOING, Direction.INTERNAL]),
    st.lists(
        st.builds(
            Level,
            st.text(),
            st.lists(st.sampled_from(SEATS), unique=True, min_size=1, max_size=5).map(tuple),
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_whatever_is_chosen_and_typed_gives_a_road_that_can_be_read(
    title: str, direction: Direction, levels: list[Level]
) -> None:
    text = compose(Outline(title, direction, tuple(levels)))

    route = read_route(text, "road")

    assert route.direction is direction
    assert [name for name in route.states if name.startswith("level")]


@pytest.mark.parametrize(
    ("outline", "rule"),
    [
        (Outline(" ", Direction.OUTGOING, (Level("a", ("signer",)),)), "outline.title"),
        (Outline("A", Direction.OUTGOING, (Level("a", ()),)), "outline.levels"),
        (Outline("A", Direction.OUTGOING, (Level("a", COUNCIL, 4),)), "outline.council"),
        (Outline("A", Direction.OUTGOING, (Level("a", ("x]\nstart: y",)),)), "outline.seat"),
    ],
)
def test_what_makes_no_road_is_refused(outline: Outline, rule: str) -> None:
    with pytest.raises(Refused) as caught:
        compose(outline)

    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("title", "name"),
    [("Trình có Hội đồng!", "trinh-co-hoi-dong"), ("5 bước", "road-5-buoc"), ("???", "road")],
)
def test_a_road_is_named_in_plain_letters(title: str, name: str) -> None:
    assert name_of(title) == name


def test_a_seat_nobody_is_cleared_for_is_a_notice_and_no_dead_end() -> None:
    levels = (Level("Một", ("head_of_drafters_unit",)), Level("Hai", COUNCIL, 2))
    route = read_route(compose(Outline("Hội đồng", Direction.OUTGOING, levels)), "road")

    found = prove(route, cast())

    assert found
    assert {one.claim for one in found} == {Claim.CLEARED}
