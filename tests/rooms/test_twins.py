"""Nobody whom secrets do not concern can tell an office that has some from one that has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.twins import World, differing, seeded, worlds
from tests.postgres import Cluster

Twins = tuple[World, World]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory, postgresql: Cluster | None) -> Iterator[Twins]:
    folder: Path = tmp_path_factory.mktemp("twins")
    with seeded() as chance, worlds(folder, chance, postgresql) as both:
        yield both


@pytest.mark.parametrize("who", ["ngoai-vt", "co-do-mat", "kiemtra"])
def test_every_answer_is_the_same_in_both_worlds(twins: Twins, who: str) -> None:
    looks, size, unlike = differing(*twins, people=[who])

    assert unlike == []
    assert looks > 100
    assert size > 50_000


def test_the_comparison_sees_a_difference_where_there_is_one(twins: Twins) -> None:
    with_them, without = twins
    seen = with_them.look("vanthu", "/api/v1/registers/van-ban-di-mat")

    assert seen != without.look("vanthu", "/api/v1/registers/van-ban-di-mat")
    assert with_them.look("vanthu", "/documents") != without.look("vanthu", "/documents")
