"""What a page asks of the database does not grow with the office: neither people nor rows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from front.serving import application
from tests.conftest import House

EVERYBODY = re.compile(r"FROM (person|post)\b(?!.*\bWHERE\b)", re.DOTALL)


@pytest.fixture
def page(house: House) -> FlaskClient:
    """Give the clerk's browser."""
    client = application(house.office, house.settings).test_client()
    client.set_cookie("trinhky", house.cookie("vanthu"))
    return client


@contextmanager
def asked(house: House) -> Iterator[list[str]]:
    """Give the statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = house.office.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_a_desk_asks_as_much_for_three_documents_as_for_one(
    house: House, page: FlaskClient
) -> None:
    first = house.signed()
    page.get("/")  # the first page of all reads what then stays read

    with asked(house) as of_one:
        assert page.get("/").text.count(first.subject) == 1
    for _ in range(2):
        house.signed()
    with asked(house) as of_three:
        assert page.get("/").text.count(first.subject) >= 3

    assert len(of_three) == len(of_one)


@pytest.mark.parametrize("path", ["/", "/documents", "/documents/{id}", "/search?q=thu+nghiem"])
def test_no_page_that_everybody_opens_reads_everybody(
    house: House, page: FlaskClient, path: str
) -> None:
    document = house.approved()

    with asked(house) as sent:
        assert page.get(path.format(id=document.id)).status_code == 200

    assert sent
    assert [one for one in sent if EVERYBODY.search(one)] == []
