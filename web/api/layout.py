"""A draft's layout held against Decree 30/2020, for programs."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from records.layout import Flaw
from web.api import shapes
from web.api.documents import seen_version
from web.contract import Body, operation, read_body
from web.layout_words import flaw_clause, flaw_sentence
from web.office import office, person
from workflow.layout import LayoutReport, layout_report, mend_layout, undo_mending
from workflow.look import view
from workflow.road import Choice

door = Blueprint("layout", __name__)


class Mending(Body):
    """Which rules' flaws to mend; none named: all that can be."""

    rules: tuple[str, ...] = ()


@door.get("/documents/<id>/layout")
@operation("What of a draft's layout is not as Decree 30/2020 wants it, line by line")
def one(id: str) -> ResponseReturnValue:
    """Give the flaws of the latest DOCX."""
    return jsonify(_report(layout_report(office(), id, by=person())))


@door.post("/documents/<id>/layout/fix")
@operation(
    "Mend what can be mended, as a new revision", body=Mending, gives={201: "application/json"}
)
def mend(id: str) -> ResponseReturnValue:
    """Mend the flaws of the rules named, or all that can be."""
    told = read_body(Mending)
    changed = mend_layout(office(), id, told.rules, Choice(seen=seen_version()), by=person())
    return _shown(changed.id)


@door.post("/documents/<id>/layout/undo")
@operation("Bring the DOCX back that was mended last", gives={201: "application/json"})
def undo(id: str) -> ResponseReturnValue:
    """Bring it back as a new revision."""
    return _shown(undo_mending(office(), id, Choice(seen=seen_version()), by=person()).id)


def _shown(id: str) -> ResponseReturnValue:
    seen = view(office(), id, by=person())
    response = jsonify(shapes.whole(seen))
    response.status_code = 201
    response.set_etag(str(seen.document.version))
    return response


def _report(report: LayoutReport) -> dict[str, Any]:
    return {
        "checked": report.revision is not None,
        "revision": report.revision.n if report.revision else None,
        "digest": report.revision.digest if report.revision else None,
        "strictness": report.strictness,
        "blocks": report.blocks,
        "errors": len(report.errors),
        "warnings": len(report.flaws) - len(report.errors),
        "flaws": [_flaw(one) for one in report.flaws],
    }


def _flaw(one: Flaw) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "severity": one.severity,
        "paragraph": one.n or None,
        "words": one.words,
        "fixable": one.fixable,
        "vi": flaw_sentence(one, "vi"),
        "en": flaw_sentence(one, "en"),
        "source": {"vi": flaw_clause(one, "vi"), "en": flaw_clause(one, "en")},
    }
