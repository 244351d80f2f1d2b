"""Messages of other offices read into envelopes and status notices, whatever dialect they speak."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from exchange import codes, secrecy
from exchange.moments import read_date, read_moment, written_date
from exchange.packing import file_name, media_of, unpack
from exchange.tree import Message, Node, grown
from exchange.writing import MAIN, MARK, is_message_id
from records.errors import Refused, Unreadable
from records.exchange import Enclosure, Envelope, RecallNotice, StatusNotice
from records.person import Organ

_ROOTS = frozenset({"edxml", "edxmlenvelope"})
MOST_FILES = 200
RECALLING = "1"  # BussinessDocType
RETRIEVAL = "13"  # StatusCode
_MOST_PAGES = 6  # figures in a believable count of pages


def read(
    content: bytes,
    *,
    limit: int,
    own: Collection[str] = (),
    received_at: datetime | None = None,
) -> Envelope | StatusNotice | RecallNotice:
    """Read a message of any known dialect of edXML.

    Takes   limit: bytes the message may have, and its files together when unpacked; own: ids of
            this office, to choose among several addressees (the first one without);
            received_at: stands in where the message tells no possible moment of sending.
    Gives   text in NFC on single lines; an impossible date as None, the raw message keeps it.
    Raises  Refused exchange.secret: its metadata carries a mark of secrecy; keep nothing of it.
            Refused exchange.operation: it updates or replaces, which people must do.
            Unreadable edxml.malformed, edxml.incomplete (``where``), edxml.too-large (``limit``).
    Source  QCVN 102:2016/BTTTT; domain-vn §4.4, §4.6, §4.8.
    """
    message = grown(content, limit=limit)
    header = _header(message.root)
    if header.at("StatusCode") is not None:
        status = _Status(message, header, _derived(content), received_at)
        return status.recall(own) if status.recalls() else status.notice()
    document = _Document(message, header, _derived(content), received_at, own, limit)
    return document.recall() if document.recalls() else document.envelope()


def comparable(document_id: str) -> str:
    """Give a form of a document id in which two spellings of the same one are equal.

    Legacy text has Ð (eth) for Đ, and parts may be spaced or decomposed differently.
    """
    text = unicodedata.normalize("NFC", document_id).replace("Ð", "Đ").replace("ð", "đ")
    return ",".join(part.strip() for part in text.split(",")).casefold()


def _header(root: Node) -> Node:
    """Give the element that holds From and the rest, under whichever name and depth it stands."""
    if root.name not in _ROOTS:
        raise Unreadable("edxml.malformed", where="edXML")
    for name in ("messageheader", "status"):
        for node in root.walk():
            if node.name == name and node.nodes:
                return node
    raise Unreadable("edxml.incomplete", where="MessageHeader")


def _derived(content: bytes) -> str:
    """Give the id of a message that bears none: the same for the same bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


def _organ(node: Node | None, where: str) -> Organ:
    if node is None:
        raise Unreadable("edxml.incomplete", where=where)
    facts = {
        "address": node.told("OrganAdd"),
        "telephone": node.told("Telephone"),
        "fax": node.told("Fax"),
        "website": node.told("Website"),
    }
    return Organ(
        id=_required(node, "OrganId", f"{where}/OrganId"),
        name=node.told("OrganName"),
        superior=node.told("OrganizationInCharge"),
        email=node.told("Email"),
        facts={name: value for name, value in facts.items() if value},
    )


def _required(node: Node, path: str, where: str = "") -> str:
    words = node.told(path)
    if not words:
        raise Unreadable("edxml.incomplete", where=where or path)
    return words


def _moment(written: str, received_at: datetime | None, where: str) -> datetime:
    at = read_moment(written) or received_at
    if at is None:
        raise Unreadable("edxml.incomplete", where=where)
    return at


def _refuse_marked_fields(root: Node) -> None:
    for node in root.walk():
        fields = [(node.name, node.text), *node.attributes.items()]
        if any(secrecy.is_secrecy_field(name, value) for name, value in fields):
            raise Refused("exchange.secret", where="Secret")


@dataclass(frozen=True, slots=True)
class _Status:
    """A status message being read."""

    message: Message
    header: Node
    derived: str
    received_at: datetime | None

    def recalls(self) -> bool:
        """Tell whether a sender asks for a document back by a status, as some systems do."""
        return self.header.told("StatusCode") == RETRIEVAL

    def recall(self, own: Collection[str]) -> RecallNotice:
        """Give what it asks back; no element says of whom, so it is whoever reads it."""
        answered = self.header.at("ResponseFor")
        if answered is None:
            raise Unreadable("edxml.incomplete", where="ResponseFor")
        to = self.header.at("To")
        told = self.message.instructions.get("trinhky", {})
        return RecallNotice(
            id=_known(told.get("message", "")) or self.derived,
            sender=_organ(self.header.at("From"), "From"),
            recipient=_organ(to, "To") if to else Organ(id=next(iter(own), ""), name=""),
            about=self._about(answered),
            about_message=_known(told.get("about", "")),
            reason=self.header.told("Description"),
            at=_moment(self.header.told("Timestamp"), self.received_at, "Timestamp"),
        )

    def notice(self) -> StatusNotice:
        _refuse_marked_fields(self.message.root)
        answered = self.header.at("ResponseFor")
        if answered is None:
            raise Unreadable("edxml.incomplete", where="ResponseFor")
        told = self.message.instructions.get("trinhky", {})
        return StatusNotice(
            id=_known(told.get("message", "")) or self.derived,
            sender=_organ(self.header.at("From"), "From"),
            recipient=self._recipient(answered),
            about=self._about(answered),
            about_message=_known(told.get("about", "")),
            code=self._code(),
            reason=self.header.told("Description"),
            at=_moment(self.header.told("Timestamp"), self.received_at, "Timestamp"),
        )

    def _recipient(self, answered: Node) -> Organ:
        to = self.header.at("To")
        if to is not None:
            return _organ(to, "To")
        return Organ(id=_required(answered, "OrganId", "ResponseFor/OrganId"), name="")

    def _about(self, answered: Node) -> str:
        """Give the document's id, put together from its parts where it is not told whole."""
        whole = answered.told("DocumentId")
        parts = [answered.told(name) for name in ("OrganId", "PromulgationDate", "Code")]
        if not whole and not all(parts):
            raise Unreadable("edxml.incomplete", where="ResponseFor/DocumentId")
        return whole or ",".join(parts)

    def _code(self) -> str:
        code = _required(self.header, "StatusCode").zfill(2)
        if code not in codes.STATUS_CODES:
            raise Unreadable("edxml.malformed", where="StatusCode")
        return code


@dataclass(frozen=True, slots=True)
class _Document:
    """A document message being read."""

    message: Message
    header: Node
    derived: str
    received_at: datetime | None
    own: Collection[str]
    limit: int

    def envelope(self) -> Envelope:
        self._refuse_secret()
        self._refuse_operation()
        sender = _organ(self.header.at("From"), "From")
        number = _required(self.header, "Code/CodeNumber")
        trace = self._trace()
        return Envelope(
            id=self._id(trace),
            sender=sender,
            recipient=self._recipient(),
            document_id=self._document_id(sender, number),
            code_number=number,
            code_notation=self.header.told("Code/CodeNotation"),
            issued_on=read_date(self.header.told("PromulgationInfo/PromulgationDate")),
            place=self.header.told("PromulgationInfo/Place"),
            type_name=self.header.told("DocumentType/TypeName"),
            subject=_required(self.header, "Subject"),
            signer_capacity=self.header.told("SignerInfo/Competence"),
            signer_position=self.header.told("SignerInfo/Position"),
            signer_name=self.header.told("SignerInfo/FullName"),
            urgency=codes.urgency(self.header.told("OtherInfo/Priority")),
            pages=_count(self.header.told("OtherInfo/PageAmount")),
            enclosures=self._enclosures(),
            sent_at=_moment(
                trace.told("TraceHeader/Timestamp") if trace else "",
                self.received_at,
                "TraceHeader/Timestamp",
            ),
            due_on=read_date(self.header.told("DueDate")),
        )

    def recalls(self) -> bool:
        """Tell whether it asks for a document back instead of bringing one."""
        return self._operation() == RECALLING

    def recall(self) -> RecallNotice:
        """Give what it asks back."""
        self._refuse_secret()
        trace = self._trace()
        told = self.message.instructions.get("trinhky", {})
        answered = self.header.at("ResponseFor")
        about = answered.told("DocumentId") if answered else ""
        return RecallNotice(
            id=self._id(trace),
            sender=_organ(self.header.at("From"), "From"),
            recipient=self._recipient(),
            about=about or _required(self.header, "DocumentId"),
            about_message=_known(told.get("about", "")),
            reason=trace.told("Bussiness/BussinessDocReason") if trace else "",
            at=_moment(
                trace.told("TraceHeader/Timestamp") if trace else "",
                self.received_at,
                "TraceHeader/Timestamp",
            ),
        )

    def _refuse_secret(self) -> None:
        _refuse_marked_fields(self.message.root)
        for node in self.message.root.walk():
            lines = [node.text, *node.attributes.values()]
            if any(secrecy.is_marked(line) for line in lines if "M" in line.upper()):
                raise Refused("exchange.secret", where="header")

    def _refuse_operation(self) -> None:
        kind = self._operation()
        if kind in ("", "0"):
            return
        if kind not in codes.OPERATIONS:
            raise Unreadable("edxml.malformed", where="BussinessDocType")
        raise Refused("exchange.operation", operation=codes.OPERATIONS[kind])

    def _operation(self) -> str:
        trace = self._trace()
        return trace.told("Bussiness/BussinessDocType") if trace else ""

    def _trace(self) -> Node | None:
        return next((n for n in self.message.root.walk() if n.name == "traceheaderlist"), None)

    def _id(self, trace: Node | None) -> str:
        # Others put constants and short random figures here, so only our own mark is believed.
        written = trace.attributes.get("id", "") if trace else ""
        return _known(written.removeprefix(MARK)) if written.startswith(MARK) else self.derived

    def _recipient(self) -> Organ:
        organs = [_organ(node, "To") for node in self.header.all("To")]
        if not organs:
            raise Unreadable("edxml.incomplete", where="To")
        return next((organ for organ in organs if organ.id in self.own), organs[0])

    def _document_id(self, sender: Organ, number: str) -> str:
        whole = self.header.told("DocumentId")
        issued_on = read_date(self.header.told("PromulgationInfo/PromulgationDate"))
        if whole or issued_on is None:
            return whole or _required(self.header, "DocumentId")
        code = "/".join(filter(None, (number, self.header.told("Code/CodeNotation"))))
        return f"{sender.id},{written_date(issued_on)},{code}"

    def _enclosures(self) -> tuple[Enclosure, ...]:
        references = self._references()
        nodes = self._attachments(references)
        files = tuple(self._files(nodes, references))
        marked = [n for n, (description, _) in enumerate(files) if description == MAIN.casefold()]
        main = marked[0] if marked else _first_named(nodes, references)
        return tuple(replace(each, main=n == main) for n, (_, each) in enumerate(files))

    def _references(self) -> dict[str, Node]:
        """Give what the manifest says of the files, by their content ids, in its order."""
        manifest = next((n for n in self.message.root.walk() if n.name == "edxmlmanifest"), None)
        told = manifest.all("Reference") if manifest else []
        return {_content_id(node): node for node in told if _content_id(node)}

    def _attachments(self, references: Mapping[str, Node]) -> list[Node]:
        nodes = [node for node in self.message.root.walk() if node.name == "attachment"]
        if len(nodes) > MOST_FILES:
            raise Unreadable("edxml.malformed", where="Attachment")
        if not nodes or not references.keys() <= {_content_id(node) for node in nodes}:
            raise Unreadable("edxml.incomplete", where="Attachment")
        return nodes

    def _files(
        self, nodes: list[Node], references: Mapping[str, Node]
    ) -> Iterator[tuple[str, Enclosure]]:
        left = self.limit
        for n, node in enumerate(nodes, start=1):
            where = f"Attachment[{n}]/ContentTransferEncoded"
            description, enclosure = _file(node, references, left, where)
            left -= len(enclosure.content)
            if left < 0:
                raise Unreadable("edxml.too-large", limit=self.limit)
            yield description, enclosure


def _file(
    node: Node, references: Mapping[str, Node], left: int, where: str
) -> tuple[str, Enclosure]:
    """Give a file with its description, from the attachment itself or else from the manifest."""
    reference = references.get(_content_id(node), node)
    encoded = node.at("ContentTransferEncoded")
    if encoded is None or not encoded.content:
        raise Unreadable("edxml.incomplete", where=where)
    name = file_name(node.told("AttachmentName") or reference.told("AttachmentName"))
    kind = node.told("ContentType") or reference.told("ContentType")
    content, wrapped = unpack(name, kind, encoded.content, limit=left, where=where)
    if not content:
        raise Unreadable("edxml.incomplete", where=where)
    media = media_of(name, node.told("MimeType"), kind, wrapped=wrapped)
    description = node.told("Description") or reference.told("Description")
    return description.casefold(), Enclosure(name, media, content)


def _first_named(nodes: list[Node], references: Mapping[str, Node]) -> int:
    """Give the file the manifest names first, for senders who mark none as the document."""
    ids = [_content_id(node) for node in nodes]
    return ids.index(next(iter(references))) if references else 0


def _known(id: str) -> str:
    if id and not is_message_id(id):
        raise Unreadable("edxml.malformed", where="id")
    return id


def _content_id(node: Node) -> str:
    return node.told("ContentId").removeprefix("cid:").strip()


def _count(written: str) -> int:
    return (
        int(written)
        if written.isascii() and written.isdigit() and len(written) <= _MOST_PAGES
        else 0
    )
