"""The office behind the doors, and who stands in front of them."""

from typing import cast

from flask import Flask, current_app, g

from records.person import Person
from workflow.office import Office

KEY = "trinhky.office"


def place(app: Flask, office: Office) -> None:
    """Put the office behind an application's doors."""
    app.extensions[KEY] = office


def office() -> Office:
    """Give the office behind this request's door."""
    return cast("Office", current_app.extensions[KEY])


def person() -> Person:
    """Give who asks; the door has let nobody pass who is not known."""
    return cast("Person", g.person)
