"""The page on which number, date, signature and seal are dragged where they belong."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from records.errors import Refused
from records.paper import Box, Chosen, NumberStyle, Placement
from web.office import office, person
from web.pages.asked import text_of
from web.pages.paper import Mark, Sheet
from web.pages.retold import retold
from web.phrases import phrase
from workflow.look import placement, view
from workflow.place import MM, place, take_back
from workflow.road import Choice

door = Blueprint("placing", __name__)

PARTS = ("number", "date", "signature", "seal")


@door.get("/documents/<id>/place")
def page(id: str) -> ResponseReturnValue:
    """Show the pages with a box for each part."""
    return show(id)


def show(id: str) -> ResponseReturnValue:
    """Give the page with the boxes as they are, or as they were typed when that was refused."""
    seen = view(office(), id, by=person())
    places = placement(office(), id, by=person())
    boxes = boxes_of(places)
    also = request.args.get("page", 0, type=int) - 1
    numbers = {one.page for one in places.sheets} | {also} & set(range(len(places.pages)))
    sheets = [_sheet(places.pages[n], boxes) for n in sorted(numbers)]
    return render_template(
        "place.html",
        seen=seen,
        document=seen.document,
        places=places,
        sheets=sheets,
        pages=len(places.pages),
        parts={part: _told(places.pages[box.page], box) for part, box in boxes.items()},
        asked=request.form,
        styles=tuple(NumberStyle),
    )


@door.post("/documents/<id>/place")
@retold(show)
def put(id: str) -> ResponseReturnValue:
    """Keep the boxes that were ticked; the others stay where they are found by themselves."""
    pages = placement(office(), id, by=person()).pages
    boxes = {part: _typed(part, pages) for part in PARTS if request.form.get(f"{part}-on")}
    style = request.form.get("style", NumberStyle.WHOLE)
    if style not in set(NumberStyle):
        raise Refused("body.invalid", field=phrase("Cách ghi số"), why=style, anchor="style")
    chosen = Chosen(**boxes, style=NumberStyle(style))
    place(office(), id, chosen, Choice(shown=text_of("revision")), by=person())
    flash(phrase("Đã lưu vị trí. Xem thử bên dưới trước khi trình hoặc ký."))
    return _back(id)


@door.post("/documents/<id>/place/undo")
@retold(show)
def undo(id: str) -> ResponseReturnValue:
    """Take the last choice back."""
    take_back(office(), id, Choice(), by=person())
    flash(phrase("Đã lấy lại vị trí trước đó."))
    return _back(id)


def _back(id: str) -> Response:
    return redirect(url_for(".page", id=id), 303)


def boxes_of(places: Placement) -> dict[str, Box]:
    """Give one box a part; a date in three gaps is as wide as all of them."""
    dates = [one for one in (places.day, places.month, places.year) if one is not None]
    date = Box(
        places.day.page,
        min(one.x0 for one in dates),
        min(one.y0 for one in dates),
        max(one.x1 for one in dates),
        max(one.y1 for one in dates),
    )
    named = (places.number, date, places.signature, places.seal)
    return dict(zip(PARTS, named, strict=True))


def _sheet(seen: Box, boxes: dict[str, Box]) -> Sheet:
    marks = tuple(
        Mark(part, box.x0 - seen.x0, seen.y1 - box.y1, box.x1 - box.x0, box.y1 - box.y0)
        for part, box in boxes.items()
        if box.page == seen.page
    )
    return Sheet(seen.page + 1, seen.x1 - seen.x0, seen.y1 - seen.y0, marks)


def _told(sheet: Box, box: Box) -> dict[str, str]:
    """Give a box as people measure it: page from 1, millimetres from the upper left."""
    sides = {
        "x": box.x0 - sheet.x0,
        "y": sheet.y1 - box.y1,
        "w": box.x1 - box.x0,
        "h": box.y1 - box.y0,
    }
    return {"page": str(box.page + 1), **{name: f"{one / MM:.1f}" for name, one in sides.items()}}


def _typed(part: str, pages: tuple[Box, ...]) -> Box:
    n = int(_number(part, "page"))
    if not 1 <= n <= len(pages):
        return Box(n - 1, 0, 0, 0, 0)  # which the verb refuses in its own words
    sheet = pages[n - 1]
    x, y, wide, high = (_number(part, name) * MM for name in ("x", "y", "w", "h"))
    left, top = sheet.x0 + x, sheet.y1 - y
    return Box(n - 1, left, top - high, left + wide, top)


def _number(part: str, name: str) -> float:
    told = text_of(f"{part}-{name}").replace(",", ".")
    try:
        number = float(told)
    except ValueError:
        number = float("nan")
    if not -10_000 < number < 10_000:  # noqa: PLR2004 - larger than any paper; NaN is not
        raise Refused("body.invalid", field=f"{part}-{name}", why=told, anchor=f"{part}-{name}")
    return number
