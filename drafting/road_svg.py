"""A road as a picture: SVG that needs no style sheet, with words for those who do not see it."""

from collections.abc import Collection
from xml.etree.ElementTree import Element, SubElement, tostring

from drafting.road_layout import LINE, PADDING, TITLE_LINE, lay_out
from records.drawing import Arrow, Box, Caption, Drawing, Frame, Shape, Words
from records.route import Route

SVG = "http://www.w3.org/2000/svg"
INK, SOFT, RULE, BLUE, RED = "#1d2530", "#55606d", "#8a8f96", "#1c4170", "#a3201d"
FILL = {
    Shape.STEP: "#fffefb",
    Shape.END: "#ece8de",
    Shape.CHOICE: "#fbf0d8",
    Shape.PARALLEL: "#e6edf6",
}
FONT = "system-ui, 'Noto Sans', 'Liberation Sans', sans-serif"


def svg_of(
    route: Route, words: Words, caption: Caption, here: Collection[str] = (), *, whole: bool = True
) -> str:
    """Give a road as SVG.

    Takes   here: states in which a document is now; whole: as a file of its own, else to stand
            in a page.
    """
    drawing = lay_out(route, words)
    attributes = {
        "viewBox": f"0 0 {drawing.width} {drawing.height}",
        "role": "img",
        "aria-labelledby": f"{caption.key}-title {caption.key}-words",
        "class": "road-map",
        "font-family": FONT,
    }
    if whole:
        size = {"width": str(drawing.width * 2), "height": str(drawing.height * 2)}
        attributes = {"xmlns": SVG, **size, **attributes}
    root = Element("svg", attributes)
    SubElement(root, "title", {"id": f"{caption.key}-title"}).text = caption.title
    told = SubElement(root, "desc", {"id": f"{caption.key}-words"})
    told.text = " ".join(_sentence(box, caption, here) for box in drawing.boxes)
    _draw(root, drawing, caption, here)
    return tostring(root, encoding="unicode")


def _sentence(box: Box, caption: Caption, here: Collection[str]) -> str:
    now = f" ({caption.here})" if box.name in here else ""
    lines = "; ".join(line.words for line in box.lines)
    who = f", {' '.join(box.who)}" if box.who else ""
    return f"{' '.join(box.title)}{now}{who}: {lines}." if lines else f"{' '.join(box.title)}{now}."


def _draw(root: Element, drawing: Drawing, caption: Caption, here: Collection[str]) -> None:
    for frame in drawing.frames:
        _frame(root, frame)
    for arrow in drawing.arrows:
        _arrow(root, arrow)
    for box in drawing.boxes:
        _box(root, box, caption, now=box.name in here)


def _frame(root: Element, frame: Frame) -> None:
    place = {"x": frame.x, "y": frame.y, "width": frame.width, "height": frame.height}
    SubElement(
        root,
        "rect",
        {name: str(value) for name, value in place.items()}
        | {"rx": "8", "fill": "none", "stroke": BLUE, "stroke-dasharray": "5 4"},
    )


def _arrow(root: Element, arrow: Arrow) -> None:
    points = " ".join(f"{x},{y}" for x, y in arrow.points)
    ink = SOFT if arrow.back else BLUE
    drawn = {"fill": "none", "stroke": ink, "stroke-width": "1.5", "points": points}
    if arrow.back:
        drawn["stroke-dasharray"] = "4 3"
    SubElement(root, "polyline", drawn)
    (x1, y1), (x2, y2) = arrow.points[-2:]
    SubElement(root, "polygon", {"points": _head(x1, y1, x2, y2), "fill": ink})


def _head(x1: int, y1: int, x2: int, y2: int) -> str:
    if x1 == x2:
        way = 7 if y2 > y1 else -7
        return f"{x2},{y2} {x2 - 4},{y2 - way} {x2 + 4},{y2 - way}"
    way = 7 if x2 > x1 else -7
    return f"{x2},{y2} {x2 - way},{y2 - 4} {x2 - way},{y2 + 4}"


def _box(root: Element, box: Box, caption: Caption, *, now: bool) -> None:
    group = SubElement(root, "g", {"class": "here" if now else str(box.shape)})
    round_ = {Shape.END: 16, Shape.CHOICE: 0}.get(box.shape, 6)
    SubElement(
        group,
        "rect",
        {
            "x": str(box.x),
            "y": str(box.y),
            "width": str(box.width),
            "height": str(box.height),
            "rx": str(round_),
            "fill": "#fae9e6" if now else FILL[box.shape],
            "stroke": RED if now else RULE,
            "stroke-width": "3" if now else "1",
        },
    )
    y = box.y + PADDING
    for line in box.title:
        _text(group, line, box.x + PADDING, y + 13, size=14, weight="650")
        y += TITLE_LINE
    for line in box.who:
        _text(group, line, box.x + PADDING, y + 11, size=11.5, ink=SOFT)
        y += LINE
    for told in box.lines:
        _text(group, told.words, box.x + PADDING, y + 11, size=11.5, ink=BLUE)
        y += LINE
    if now:
        _here(group, box, caption)


def _here(group: Element, box: Box, caption: Caption) -> None:
    wide = 7 * len(caption.here) + 10
    x = box.x + box.width - wide - 6
    place = {"x": str(x), "y": str(box.y - 10), "width": str(wide), "height": "18"}
    SubElement(group, "rect", {**place, "rx": "9", "fill": RED})
    _text(group, caption.here, x + 6, box.y + 3, size=11.5, ink="#ffffff", weight="650")


def _text(  # noqa: PLR0913 - which words, where, and how they look
    group: Element,
    words: str,
    x: int,
    y: int,
    *,
    size: float,
    ink: str = INK,
    weight: str = "400",
) -> None:
    told = {"x": str(x), "y": str(y), "font-size": str(size), "fill": ink, "font-weight": weight}
    SubElement(group, "text", told).text = words
