"""What a signature needs: every approving step, but those a choice may spare a document."""

from dataclasses import replace

from config.settings import Settings
from config.workflows import read_routes
from workflow.required import required

ROADS = read_routes(Settings().trinhky_config / "workflows")


def test_the_usual_roads_need_every_check() -> None:
    assert required(ROADS["outgoing"], "signing") == {"content_check", "format_check"}
    assert required(ROADS["internal"], "signing") == {"content_check"}


def test_what_a_condition_spares_is_not_needed_and_the_rest_is() -> None:
    assert required(ROADS["consultation"], "signing") == {"content_check", "format_check"}


def test_an_act_that_leads_around_a_check_spares_nothing() -> None:
    road = ROADS["outgoing"]
    check = road.states["content_check"]
    around = replace(check, acts=tuple(replace(act, to="signing") for act in check.acts))
    states = {**road.states, "content_check": around}

    assert required(replace(road, states=states), "signing") == {"content_check", "format_check"}


def test_branches_that_every_way_passes_are_needed_as_one() -> None:
    road = ROADS["consultation"]
    sorting = road.states["sorting"]
    always = replace(sorting, choice=(replace(sorting.choice[-1], to="consulting"),))
    states = {**road.states, "sorting": always}

    wanted = required(replace(road, states=states), "signing")
    assert wanted == {"content_check", "consulting", "format_check"}
