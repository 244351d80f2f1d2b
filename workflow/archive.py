"""An issued document is laid down for good: checked, packed, and frozen."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from records.document import Direction, Document, Media
from records.errors import Refused
from records.person import Person
from records.signature import ValidationReport, Verdict
from storage.bag import bag
from workflow.advance import Deed, advance
from workflow.check import report_on
from workflow.look import LOOKS, history_lines, mentioned
from workflow.office import Office
from workflow.renew import for_good, note
from workflow.road import Choice, judge, standing


def archive(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Validate every signature, pack the document with its history, and freeze it.

    Raises  as ``judge``; Unavailable: it is to be kept so long that it needs a timestamp over
            everything, and no authority answers.
            Refused ``archive.not-valid``: a signature of ours is not valid.
    """
    at = office.clock()
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        act = judge(unit, was, action, by, choice)
        entries = unit.audit.of(id, but=LOOKS)
        told = history_lines(entries, unit.people.names(mentioned(entries)))
    # The stamp over everything may have to be waited for, so it is fetched outside any unit.
    document, proof = for_good(office, was.document, at)
    report = report_on(office, document)
    if was.document.direction is not Direction.INCOMING and report.verdict is not Verdict.VALID:
        raise Refused("archive.not-valid", reasons=list(report.reasons))
    packed = _package(office, document, report, told)
    digest = office.contents.put(id, was.document.classification, packed)
    with office.database.unit() as unit:
        now = standing(office, unit, id, by)
        judge(unit, now, action, by, choice)
        unit.readings.deposit(id, digest, report.verdict, at)
        facts = {"package": digest, "verdict": str(report.verdict)}
        deed = Deed(act, by, at, choice, "document:archived", facts)
        archived = advance(office, unit, now, document, deed)
        return note(unit, archived, proof) if proof else archived


def _package(
    office: Office,
    document: Document,
    report: ValidationReport,
    history: list[dict[str, object]],
) -> bytes:
    payload = {
        f"revisions/{one.n:03d}-{one.origin}.{_suffix(one.media)}": office.contents.get(
            document, one.digest
        )
        for one in document.revisions
    }
    for one in document.attachments:
        payload[f"attachments/{one.n:03d}-{one.name}"] = office.contents.get(document, one.digest)
    payload["metadata.json"] = as_json(description_of(document))
    payload["history.json"] = as_json(history)
    payload["validation.json"] = as_json(asdict(report))
    about = {
        "Source-Organization": office.organ.name,
        "External-Identifier": document.id,
        "External-Description": f"{document.number or ''} {document.subject}".strip(),
    }
    return bag(document.id, payload, about, office.today())


def description_of(document: Document) -> dict[str, object]:
    """Give what is known of a document, ready for JSON."""
    told = asdict(document)
    told["number"] = str(document.number) if document.number else None
    return told


def as_json(told: Mapping[str, object] | list[dict[str, object]]) -> bytes:
    """Give plain values as readable JSON, the same bytes each time."""
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=_plain).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _suffix(media: Media) -> str:
    return "pdf" if media is Media.PDF else "docx"
