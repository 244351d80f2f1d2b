"""Roads drawn for people and for the tools of others."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from config.workflows import read_route, read_texts
from drafting.road_layout import WIDTH, lay_out, ordered
from drafting.road_svg import svg_of
from exchange.bpmn import BPMN, BPMNDI, DC, DI, bpmn_of
from records.drawing import Caption, Shape, Words
from records.route import Route

CONFIG = Path(__file__).parents[2] / "config"
WORDS = Words(
    title=lambda title: title.vi,
    who=lambda who: ", ".join(one.whom for one in who),
    wanted="cần %d trên %d đồng ý",
    agreed="đủ đồng ý",
    declined="không đạt",
    otherwise="còn lại",
)
COUNCIL = """
name: council
title: {vi: Hội đồng & <bạn>, en: Council}
direction: outgoing
start: drafting
starters: [officer]
fields: {amount: {vi: Số tiền, en: Amount, kind: number}}
states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      submit: {title: {vi: Trình, en: Submit}, to: how}
  how:
    title: {vi: Theo số tiền, en: By amount}
    choice:
      - {when: amount > 100000000, to: council}
      - {to: signing}
  council:
    title: {vi: Lấy ý kiến hội đồng, en: Council}
    parallel:
      join: 2 of 3
      agreed: signing
      declined: drafting
      branches:
        a: {title: {vi: Ban Tổ chức, en: A}, who: [desk: ban-to-chuc/unit_head], approves: true}
        b: {title: {vi: Văn phòng, en: B}, who: [role: office_chief], approves: true}
        c: {title: {vi: Phó Chủ tịch, en: C}, who: [role: leader], approves: true}
  signing:
    title: {vi: Chờ ký, en: Signing}
    who: [signer]
    approves: true
    actions:
      sign: {title: {vi: Ký số, en: Sign}, to: signed, needs: [seen], does: sign}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}
  signed: {title: {vi: Đã ký, en: Signed}}
"""
NAMES = ["council", *sorted(read_texts(CONFIG / "workflows"))]


@cache
def road(name: str) -> Route:
    text = COUNCIL if name == "council" else read_texts(CONFIG / "workflows")[name]
    return read_route(text, name)


@cache
def schema() -> etree.XMLSchema:
    """Give the OMG's schema of BPMN 2.0, as an engine of others carries it."""
    folder = files("SpiffWorkflow") / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
    return etree.XMLSchema(etree.parse(str(folder)))


@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_drawn_once_and_no_two_overlap(name: str) -> None:
    drawing = lay_out(road(name), WORDS)

    assert sorted(box.name for box in drawing.boxes) == sorted(road(name).states)
    for above, below in zip(drawing.boxes, drawing.boxes[1:], strict=False):
        assert above.y + above.height < below.y
    for box in drawing.boxes:
        assert box.x > 0
        assert box.x + box.width < WIDTH
        assert box.y + box.height <= drawing.height


@pytest.mark.parametrize("name", NAMES)
def test_every_way_the_road_leads_is_drawn_as_an_arrow(name: str) -> None:
    drawing = lay_out(road(name), WORDS)

    drawn = {(arrow.source, arrow.to) for arrow in drawing.arrows}
    for state in road(name).states.values():
        wanted = {to for to in state.leads_to if to in road(name).states}
        if state.parallel:
            starts = [branch.start for branch in state.parallel.branches]
            wanted -= set(starts[1:])  # the frame shows that they run side by side
        assert {to for source, to in drawn if source == state.name} == wanted, state.name
    for arrow in drawing.arrows:
        assert all(0 <= x <= WIDTH for x, _ in arrow.points)
        assert all(0 <= y <= drawing.height for _, y in arrow.points)


def test_the_usual_road_is_one_line_and_what_lies_inside_follows_its_whole() -> None:
    assert ordered(road("council")) == (
        *("drafting", "how", "council", "a", "b", "c"),
        *("signing", "signed"),
    )
    assert ordered(road("outgoing"))[:7] == (
        *("drafting", "content_check", "format_check", "signing", "signed", "sealed"),
        "dispatched",
    )


def test_branches_stand_inside_the_frame_of_their_whole() -> None:
    drawing = lay_out(road("council"), WORDS)

    [frame] = drawing.frames
    inner = [box for box in drawing.boxes if box.depth]
    assert len(inner) == 3
    for box in inner:
        assert frame.x < box.x
        assert box.y + box.height < frame.y + frame.height
    whole = next(box for box in drawing.boxes if box.shape is Shape.PARALLEL)
    assert "cần 2 trên 3 đồng ý" in [line.words for line in whole.lines]


def test_the_picture_says_in_words_what_it_shows_and_where_the_document_is() -> None:
    text = svg_of(road("council"), WORDS, Caption("Sơ đồ", "đang ở đây"), {"signing"})

    svg = etree.fromstring(text.encode())
    named = {one.tag.rpartition("}")[2]: one for one in svg}
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{named['title'].get('id')} {named['desc'].get('id')}"
    told = named["desc"].text or ""
    assert "Chờ ký (đang ở đây)" in told
    assert "Trình → Theo số tiền" in told
    assert told.count("đang ở đây") == 1
    assert [one.get("class") for one in svg.iter() if one.get("class") == "here"] == ["here"]
    assert svg.find(".//{*}style") is None
    assert not [one for one in svg.iter() if one.get("style")]


@pytest.mark.parametrize("name", NAMES)
def test_the_bpmn_is_valid_by_the_schema_of_the_omg(name: str) -> None:
    document = etree.fromstring(bpmn_of(road(name), lambda title: title.vi))

    schema().assertValid(document)


@pytest.mark.parametrize("name", NAMES)
def test_everything_in_the_bpmn_has_its_place_on_the_sheet(name: str) -> None:
    document = etree.fromstring(bpmn_of(road(name), lambda title: title.vi))
    flows = {one.get("id") for one in document.iter(f"{{{BPMN}}}sequenceFlow")}
    nodes = {one.text for one in document.iter(f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing")}
    shaped = {one.get("bpmnElement") for one in document.iter(f"{{{BPMNDI}}}BPMNShape")}
    drawn = {one.get("bpmnElement") for one in document.iter(f"{{{BPMNDI}}}BPMNEdge")}

    assert nodes == flows == drawn
    assert {f"n_{state}" for state in road(name).states} <= shaped
    for edge in document.iter(f"{{{BPMNDI}}}BPMNEdge"):
        assert len(edge.findall(f"{{{DI}}}waypoint")) >= 2
    bounds = [
        tuple(int(one.get(key, "")) for key in ("x", "y", "width", "height"))
        for one in document.iter(f"{{{DC}}}Bounds")
    ]
    assert len(set(bounds)) == len(bounds) == len(shaped)


def test_a_task_never_starts_two_ways_at_once_in_bpmn() -> None:
    document = etree.fromstring(bpmn_of(road("outgoing"), lambda title: title.vi))

    for task in document.iter(f"{{{BPMN}}}userTask"):
        assert len(task.findall(f"{{{BPMN}}}outgoing")) == 1
