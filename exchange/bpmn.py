"""A road as BPMN 2.0 XML with its drawing, for the tools of others."""

from collections.abc import Callable, Iterator

from lxml import etree

from exchange.bpmn_plan import Flow, Kind, Node, Plan, plan_of
from records.route import Route, Title

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI}

Said = Callable[[Title], str]


def bpmn_of(route: Route, said: Said) -> bytes:
    """Give a road as a BPMN process and its diagram.

    Takes   said: a title in the language wanted.
    Source  OMG BPMN 2.0.2 (formal/2013-12-09), clauses 10 and 12.
    """
    plan = plan_of(route)
    root = etree.Element(
        f"{{{BPMN}}}definitions",
        {"id": f"road_{route.name}", "targetNamespace": f"urn:trinhky:workflow:{route.digest}"},
        nsmap=NAMES,
    )
    process = _under(root, BPMN, "process", id=_id(route.name), name=said(route.title))
    process.set("isExecutable", "false")
    _fill(process, plan, said)
    diagram = _under(root, BPMNDI, "BPMNDiagram", id="diagram")
    plane = _under(diagram, BPMNDI, "BPMNPlane", id="plane", bpmnElement=_id(route.name))
    for node, x, y in _shapes(plan, 0, 0):
        _shape(plane, node, x, y)
    for flow, x, y in _edges(plan, 0, 0):
        _edge(plane, flow, x, y)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _id(name: str) -> str:
    return f"p_{name}"


def _node_id(node: Node) -> str:
    return f"n_{node.id}"


def _flow_id(flow: Flow) -> str:
    return f"f_{flow.id}"


def _under(parent: etree._Element, space: str, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{space}}}{tag}", attributes)


def _fill(parent: etree._Element, plan: Plan, said: Said) -> None:
    for node in plan.nodes.values():
        _node(parent, plan, node, said)
    for flow in plan.flows:
        drawn = _under(
            parent,
            BPMN,
            "sequenceFlow",
            id=_flow_id(flow),
            sourceRef=_node_id(flow.source),
            targetRef=_node_id(flow.to),
        )
        if flow.title or flow.condition:
            drawn.set("name", said(flow.title) if flow.title else flow.condition)
        if flow.condition:
            told = _under(drawn, BPMN, "conditionExpression")
            told.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
            told.text = flow.condition


def _node(parent: etree._Element, plan: Plan, node: Node, said: Said) -> None:
    drawn = _under(parent, BPMN, node.kind, id=_node_id(node))
    if node.title:
        drawn.set("name", said(node.title))
    otherwise = [one for one in plan.flows if one.source is node and not one.condition]
    if any(one.condition for one in plan.flows if one.source is node) and otherwise:
        drawn.set("default", _flow_id(otherwise[-1]))
    for flow in plan.flows:
        if flow.to is node:
            _under(drawn, BPMN, "incoming").text = _flow_id(flow)
    for flow in plan.flows:
        if flow.source is node:
            _under(drawn, BPMN, "outgoing").text = _flow_id(flow)
    if node.kind is Kind.SOME_OF:
        told = _under(drawn, BPMN, "activationCondition")
        told.text = f"agreed >= {node.wanted}"
    if node.inner:
        _fill(drawn, node.inner, said)


def _shapes(plan: Plan, x: int, y: int) -> Iterator[tuple[Node, int, int]]:
    for node in plan.nodes.values():
        yield node, x + node.x, y + node.y
        if node.inner:
            yield from _shapes(node.inner, x + node.x, y + node.y)


def _edges(plan: Plan, x: int, y: int) -> Iterator[tuple[Flow, int, int]]:
    for flow in plan.flows:
        yield flow, x, y
    for node in plan.nodes.values():
        if node.inner:
            yield from _edges(node.inner, x + node.x, y + node.y)


def _shape(plane: etree._Element, node: Node, x: int, y: int) -> None:
    id = _node_id(node)
    shape = _under(plane, BPMNDI, "BPMNShape", id=f"{id}_di", bpmnElement=id)
    if node.kind is Kind.INNER:
        shape.set("isExpanded", "true")
    if node.kind is Kind.ONE_OF:
        shape.set("isMarkerVisible", "true")
    width, height = node.size
    _under(shape, DC, "Bounds", x=str(x), y=str(y), width=str(width), height=str(height))


def _edge(plane: etree._Element, flow: Flow, x: int, y: int) -> None:
    id = _flow_id(flow)
    edge = _under(plane, BPMNDI, "BPMNEdge", id=f"{id}_di", bpmnElement=id)
    for px, py in _points(flow):
        _under(edge, DI, "waypoint", x=str(x + px), y=str(y + py))


def _points(flow: Flow) -> list[tuple[int, int]]:
    """Give the corners of an arrow: onward from side to side, back below both."""
    source, to = flow.source, flow.to
    (width, height), (wide, high) = source.size, to.size
    middle, aim = source.y + height // 2, to.y + high // 2
    if to.x > source.x:
        turn = to.x - 25
        start, end = (source.x + width, middle), (to.x, aim)
        return [start, end] if middle == aim else [start, (turn, middle), (turn, aim), end]
    low = max(source.y + height, to.y + high) + 25
    out, into = source.x + width // 2, to.x + wide // 2
    return [(out, source.y + height), (out, low), (into, low), (into, to.y + high)]
