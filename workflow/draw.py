"""A road as others can look at it: a picture for people, BPMN for their tools."""

from collections.abc import Callable, Collection

from drafting.road_svg import svg_of
from exchange.bpmn import bpmn_of
from records.drawing import Caption, Words
from records.route import Route, Title
from workflow.road import Standing


def picture(
    route: Route, words: Words, caption: Caption, here: Collection[str] = (), *, whole: bool = False
) -> str:
    """Give a road as SVG, to stand in a page or, ``whole``, as a file."""
    return svg_of(route, words, caption, here, whole=whole)


def bpmn(route: Route, said: Callable[[Title], str]) -> bytes:
    """Give a road as BPMN 2.0 XML with its diagram."""
    return bpmn_of(route, said)


def places_of(at: Standing) -> frozenset[str]:
    """Give every state a document is in now, those of its branches too."""
    opened = (step.state for step in at.steps if step.closed_at is None)
    return frozenset({at.document.state, *opened})
