"""Where number, date, signature and seal are put on a document that nobody has signed yet."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.paper import Box, Chosen, NumberStyle
from web.api import shapes
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.place import place, preview, take_back
from workflow.road import Choice

door = Blueprint("placing", __name__)

WIDEST = 2000
"""How wide a picture of a page may be asked for, in pixels."""


class BoxText(Body):
    """A rectangle on a page, in PDF points from the lower left; page 0 is the first."""

    page: int = Field(ge=0)
    x0: float
    y0: float
    x1: float
    y1: float

    def box(self) -> Box:
        """Give it as a value."""
        return Box(self.page, self.x0, self.y0, self.x1, self.y1)


class Put(Body):
    """Where parts shall stand; what is left out stays where it is found by itself."""

    number: BoxText | None = None
    number_style: NumberStyle = NumberStyle.WHOLE
    date: BoxText | None = None
    signature: BoxText | None = None
    seal: BoxText | None = None
    revision: str = ""


@door.post("/documents/<id>/placement")
@operation("Put number, date, signature and seal on the page", body=Put)
def put(id: str) -> ResponseReturnValue:
    """Keep where parts shall stand, and give where everything then stands."""
    told = read_body(Put)
    number, date, signature, seal = (
        one.box() if one else None for one in (told.number, told.date, told.signature, told.seal)
    )
    chosen = Chosen(number, date, signature, seal, told.number_style)
    placed = place(office(), id, chosen, Choice(shown=told.revision), by=person())
    return jsonify(shapes.placed(placed))


@door.delete("/documents/<id>/placement")
@operation("Leave everything where it is found by itself")
def leave(id: str) -> ResponseReturnValue:
    """Forget what was chosen; it can be taken back once."""
    return jsonify(shapes.placed(place(office(), id, Chosen(), Choice(), by=person())))


@door.post("/documents/<id>/placement/undo")
@operation("Take the last choice of places back")
def undo(id: str) -> ResponseReturnValue:
    """Give back what was chosen before."""
    return jsonify(shapes.placed(take_back(office(), id, Choice(), by=person())))


@door.get("/documents/<id>/placement/pages/<int:n>.png")
@operation("A page as it would look signed and sealed", gives={200: "image/png"})
def shown(id: str, n: int) -> ResponseReturnValue:
    """Give a page with number 00, today's date and both pictures, of which none is a signature."""
    width = min(WIDEST, max(64, request.args.get("width", 1000, type=int)))
    return Response(preview(office(), id, n, width=width, by=person()), mimetype="image/png")
