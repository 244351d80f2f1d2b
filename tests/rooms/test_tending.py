"""While a worker works it keeps the office in order: the index above all."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from front.serving import working
from records.finding import Query
from tests.conftest import House, Opening
from workflow.find import find


def lose(folder: Path) -> None:
    shutil.rmtree(folder)


def replace_by_another(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"of somebody else's office " + path.read_bytes())


def cut_off(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:40])


@pytest.mark.parametrize("harm", [lose, replace_by_another, cut_off])
def test_an_index_that_is_lost_while_people_work_is_built_anew(
    open_house: Opening, harm: Callable[[Path], None]
) -> None:
    house = open_house(gather_every=0.05)
    document = house.drafted(subject="Về việc giữ chỉ mục")
    with working(house.office, house.settings):
        until(lambda: found(house) == [document.id])

        harm(house.settings.trinhky_data / "index")

        until(lambda: not house.office.index.stale and found(house) == [document.id])


def found(house: House) -> list[str]:
    query = Query("giữ chỉ mục", frozenset())
    return [hit.id for hit in find(house.office, query, by=house.person("chuyenvien")).hits]


def until(true: Callable[[], bool], patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
