"""Envelopes and status notices written as edXML (QCVN 102:2016/BTTTT)."""

import base64
import io
import re
from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from exchange import codes
from exchange.moments import written_date, written_moment
from exchange.packing import file_name, is_wrapped, media_of, pack, plain, transport
from records.errors import Refused
from records.exchange import Enclosure, Envelope, RecallNotice, StatusNotice
from records.person import Organ

MAIN = "Văn bản chính"
BESIDE = "Tài liệu kèm theo"
RECALL = "Thu hồi văn bản điện tử"
MARK = "trinhky-"  # what makes a TraceHeaderList's id a message id of ours, and an NCName

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PIECE = 3 << 18  # bytes encoded at a time: a multiple of three, so the pieces join
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{codes.NAMESPACE}">'
_ENVELOPE = f'<edXML:edXMLEnvelope xmlns:edXML="{codes.NAMESPACE}">'
_ENCODED = f'<edXML:ContentTransferEncoded xmlns:edXML="{codes.NAMESPACE}">'


def is_message_id(id: str) -> bool:
    """Tell whether a message of ours may bear this id (it is also a file name)."""
    return _ID.fullmatch(id) is not None


def write(envelope: Envelope) -> bytes:
    """Give a document message, the same bytes for the same envelope.

    Raises  Refused edxml.incomplete: ``where`` names the element that would stay empty.
    Source  QCVN 102:2016/BTTTT; spelling and order as in the ministry's samples (domain-vn §4.4).
    """
    message = io.BytesIO()
    message.writelines(_message(envelope))
    return message.getvalue()


def is_written(message: bytes, envelope: Envelope) -> bool:
    """Tell whether ``message`` is ``envelope`` as ``write`` gives it, to the byte."""
    place = 0
    for piece in _message(envelope):
        if message[place : place + len(piece)] != piece:
            return False
        place += len(piece)
    return place == len(message)


def write_status(notice: StatusNotice) -> bytes:
    """Give a status message.

    Raises  Refused edxml.incomplete: ``where`` names the element that would stay empty or wrong.
    Source  domain-vn §4.6. The standard has no place for message ids in a status, so they travel
            in a processing instruction, which no schema forbids and others pass over.
    """
    _require_id(notice.id)
    if notice.code not in codes.STATUS_CODES:
        raise Refused("edxml.incomplete", where="StatusCode")
    ids = f'message="{notice.id}"'
    if notice.about_message:
        _require_id(notice.about_message)
        ids += f' about="{notice.about_message}"'
    header = "".join(
        (
            _organ("From", notice.sender),
            _response_for(notice),
            _group(
                "StaffInfo",
                _tag("Department", ""),
                _tag("Staff", ""),
                _tag("Mobile", "") + _tag("Email", notice.sender.email),
            ),
            _tag("StatusCode", notice.code),
            _tag("Description", notice.reason),
            _tag("Timestamp", written_moment(notice.at)),
        )
    )
    body = _group("edXMLHeader", _group("MessageHeader", header))
    return f"{_HEAD}<?trinhky {ids}?>{_ENVELOPE}{body}</edXML:edXMLEnvelope></edXML>".encode()


def write_recall(notice: RecallNotice) -> bytes:
    """Give a message that asks a recipient to give a document up.

    Raises  Refused edxml.incomplete: ``where`` names the element that would stay empty.
    Source  domain-vn §4.5: a document message of business type 1 without a file; it points at the
            document by ``ResponseFor``. The standard wants a number and a subject: of the first it
            has the document's own, the second is the same for all.
    """
    _require_id(notice.id)
    ids = f'message="{notice.id}"'
    if notice.about_message:
        _require_id(notice.about_message)
        ids += f' about="{notice.about_message}"'
    header = _group(
        "MessageHeader",
        _organ("From", notice.sender),
        _organ("To", notice.recipient),
        _tag("DocumentId", _required("DocumentId", notice.about)),
        _tag("Subject", RECALL),
        _answered(notice.about, notice.sender),
    )
    trace = _traced(notice.id, notice.sender, notice.at, "1", _required("Reason", notice.reason))
    body = _group("edXMLHeader", header, trace)
    return f"{_HEAD}<?trinhky {ids}?>{_ENVELOPE}{body}</edXML:edXMLEnvelope></edXML>".encode()


def _message(envelope: Envelope) -> Iterator[bytes]:
    _require_id(envelope.id)
    if sum(each.main for each in envelope.enclosures) != 1:
        raise Refused("edxml.incomplete", where="Attachment")
    references = "".join(_reference(n, each) for n, each in _counted(envelope))
    header = _group("edXMLHeader", _message_header(envelope), _trace(envelope))
    manifest = f'<edXML:edXMLManifest version="1.0">{references}</edXML:edXMLManifest>'
    body = _group("edXMLBody", manifest)
    yield f"{_HEAD}{_ENVELOPE}{header}{body}</edXML:edXMLEnvelope><AttachmentEncoded>".encode()
    for n, each in _counted(envelope):
        yield from _attachment(n, each)
    yield b"</AttachmentEncoded></edXML>"


def _message_header(envelope: Envelope) -> str:
    name = plain(envelope.type_name)
    return _group(
        "MessageHeader",
        _organ("From", envelope.sender),
        _organ("To", envelope.recipient),
        _tag("DocumentId", _required("DocumentId", envelope.document_id)),
        _group(
            "Code",
            _tag("CodeNumber", _required("Code/CodeNumber", envelope.code_number)),
            _tag("CodeNotation", envelope.code_notation),
        ),
        _group(
            "PromulgationInfo",
            _tag("Place", envelope.place),
            _tag(
                "PromulgationDate", written_date(envelope.issued_on) if envelope.issued_on else ""
            ),
        ),
        _group(
            "DocumentType",
            _tag("Type", str(codes.type_number(name))),
            _tag("TypeDetail", "0"),
            _tag("TypeName", name),
        ),
        _tag("Subject", _required("Subject", envelope.subject)),
        _tag("Content", ""),
        _group(
            "SignerInfo",
            _tag("Competence", envelope.signer_capacity),
            _tag("Position", envelope.signer_position),
            _tag("FullName", envelope.signer_name),
        ),
        _tag("DueDate", written_date(envelope.due_on)) if envelope.due_on else "",
        _group(
            "OtherInfo",
            _tag("Priority", codes.priority(envelope.urgency)),
            _tag("PromulgationAmount", "1"),
            _tag("PageAmount", str(envelope.pages)),
            _tag("Direction", "false"),
        ),
        _group("ToPlaces", _tag("Place", envelope.recipient.name)),
    )


def _trace(envelope: Envelope) -> str:
    return _traced(envelope.id, envelope.sender, envelope.sent_at, "0", "Văn bản điện tử mới")


def _traced(id: str, sender: Organ, at: datetime, operation: str, reason: str) -> str:
    header = _group(
        "TraceHeader",
        _tag("OrganId", sender.id),
        _tag("Timestamp", written_moment(at)),
    )
    business = _group(
        "Bussiness",
        _tag("BussinessDocType", operation),
        _tag("BussinessDocReason", reason),
        _tag("Paper", "0"),
        _group(
            "StaffInfo",
            _tag("Department", ""),
            _tag("Staff", ""),
            _tag("Email", sender.email),
            _tag("Mobile", ""),
        ),
    )
    opened = f'<edXML:TraceHeaderList id="{MARK}{id}" version="1.0">'
    return f"{opened}{header}{business}</edXML:TraceHeaderList>"


def _organ(tag: str, organ: Organ) -> str:
    """Give an agency; the folder in which it takes its messages stays at home."""
    optional = (
        ("OrganAdd", organ.facts.get("address", "")),
        ("Email", organ.email),
        ("Telephone", organ.facts.get("telephone", "")),
        ("Fax", organ.facts.get("fax", "")),
        ("Website", organ.facts.get("website", "")),
    )
    return _group(
        tag,
        _tag("OrganId", _required(f"{tag}/OrganId", organ.id)),
        _tag("OrganizationInCharge", organ.superior) if plain(organ.superior) else "",
        _tag("OrganName", organ.name),
        *(_tag(name, value) for name, value in optional if plain(value)),
    )


def _response_for(notice: StatusNotice) -> str:
    return _answered(notice.about, notice.recipient)


def _answered(told: str, organ: Organ) -> str:
    about = _required("ResponseFor/DocumentId", told)
    parts = [part.strip() for part in about.split(",", 2)]
    issued, code = (parts[1], parts[2]) if len(parts) == 3 else ("", "")  # noqa: PLR2004 - "<OrganId>,<date>,<code>"
    return _group(
        "ResponseFor",
        _tag("OrganId", _required("ResponseFor/OrganId", organ.id)),
        _tag("Code", code),
        _tag("PromulgationDate", issued),
        _tag("DocumentId", about),
    )


def _reference(n: int, enclosure: Enclosure) -> str:
    name = file_name(enclosure.name)
    return _group(
        "Reference",
        _tag("ContentId", f"cid:{n}"),
        _tag("ContentType", transport(name)),
        _tag("Description", MAIN if enclosure.main else BESIDE),
        _tag("AttachmentName", name),
    )


def _attachment(n: int, enclosure: Enclosure) -> Iterator[bytes]:
    if not enclosure.content:
        raise Refused("edxml.incomplete", where=f"Attachment[{n}]/ContentTransferEncoded")
    name = file_name(enclosure.name)
    told = (
        f"<ContentId>cid:{n}</ContentId><AttachmentName>{escape(name)}</AttachmentName>"
        f"<Description>{MAIN if enclosure.main else BESIDE}</Description>"
        f"<MimeType>{media_of(name, enclosure.media, wrapped=is_wrapped(name))}</MimeType>"
        f"<ContentType>{transport(name)}</ContentType>"
    )
    yield f"<Attachment>{told}{_ENCODED}".encode()
    content = memoryview(pack(name, enclosure.content))
    for start in range(0, len(content), _PIECE):
        yield base64.b64encode(content[start : start + _PIECE])
    yield b"</edXML:ContentTransferEncoded></Attachment>"


def _counted(envelope: Envelope) -> Iterator[tuple[int, Enclosure]]:
    return enumerate(envelope.enclosures, start=1)


def _group(tag: str, *parts: str) -> str:
    return f"<edXML:{tag}>{''.join(parts)}</edXML:{tag}>"


def _tag(tag: str, words: str) -> str:
    return f"<edXML:{tag}>{escape(plain(words))}</edXML:{tag}>"


def _required(where: str, words: str) -> str:
    if not plain(words):
        raise Refused("edxml.incomplete", where=where)
    return plain(words)


def _require_id(id: str) -> None:
    if not is_message_id(id):
        raise Refused("edxml.incomplete", where="id")
