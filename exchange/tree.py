"""Foreign XML read as a stream into a small tree, with limits on all that could grow."""

import binascii
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lxml import etree

from exchange.packing import plain
from records.errors import Unreadable

DEEPEST = 32  # elements inside one another; a real message has nine
MOST_ELEMENTS = 20_000
MOST_TEXT = 2_000_000  # characters outside the files
_JUNK = 1024  # bytes that may stand before the message itself
_PIECE = 1 << 16  # bytes given to the parser at a time
_BLANKS = b" \t\r\n"
_MOST_PADDING = 2  # RFC 4648, 4
_FILE = "contenttransferencoded"


@dataclass(slots=True)
class Node:
    """An element by its local name: small letters, ``Bussiness`` spelled as in English."""

    name: str
    attributes: Mapping[str, str]
    words: list[str] = field(default_factory=list)
    nodes: "list[Node]" = field(default_factory=list)
    content: bytes | None = None  # only under ContentTransferEncoded

    @property
    def text(self) -> str:
        """Give its own words on one line."""
        return plain("".join(self.words))

    def all(self, name: str) -> "list[Node]":
        """Give its children of that name."""
        return [node for node in self.nodes if node.name == _folded(name)]

    def at(self, path: str) -> "Node | None":
        """Give the first node along ``path``, names parted by slashes."""
        node: Node | None = self
        for name in path.split("/"):
            node = next(iter(node.all(name)), None) if node else None
        return node

    def told(self, path: str) -> str:
        """Give the words at ``path``, empty where there is nothing."""
        node = self.at(path)
        return node.text if node else ""

    def walk(self) -> "Iterator[Node]":
        """Give it and all below it."""
        yield self
        for node in self.nodes:
            yield from node.walk()


@dataclass(frozen=True, slots=True)
class Message:
    """A well-formed message: its root, and what its sender told other software of the same make."""

    root: Node
    instructions: Mapping[str, Mapping[str, str]]  # processing instructions by target


def grown(content: bytes, *, limit: int) -> Message:
    """Read a message of unknown origin.

    Takes   limit: bytes the message may have.
    Raises  Unreadable edxml.too-large, edxml.malformed: ``where`` names the limit or the place.
    """
    if len(content) > limit:
        raise Unreadable("edxml.too-large", limit=limit)
    target = _Growth()
    parser = etree.XMLParser(
        target=cast("Any", target),  # the stubs ask for bytes too, which no tag ever is
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        for start in range(_first(content), len(content), _PIECE):
            parser.feed(content[start : start + _PIECE])
        parser.close()
    except etree.XMLSyntaxError as error:
        raise Unreadable("edxml.malformed", where="XML", line=error.lineno or 0) from error
    return target.message()


def _first(content: bytes) -> int:
    """Give where the message begins: a sample of the standard has stray characters before it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return 0
    found = content.find(b"<", 0, _JUNK)
    if found < 0:
        raise Unreadable("edxml.malformed", where="XML", line=1)
    return found


def _folded(name: str) -> str:
    local = name.rpartition("}")[2].rpartition(":")[2]
    return local.lower().replace("bussiness", "business")


class _Base64:
    """Base64 decoded as it comes, so a large file never stands in memory twice as text."""

    def __init__(self) -> None:
        self._kept = io.BytesIO()
        self._rest = b""
        self._ended = False

    def feed(self, text: str) -> None:
        signs = self._rest + text.encode("ascii").translate(None, _BLANKS)
        whole = len(signs) - len(signs) % 4
        if self._ended and signs:
            raise ValueError("more after the padding")
        if whole:
            self._decode(signs[:whole])
        self._rest = signs[whole:]

    def _decode(self, signs: bytes) -> None:
        padding = len(signs) - len(signs.rstrip(b"="))
        if padding > _MOST_PADDING:  # which Python lets pass after a whole group of four
            raise ValueError("only padding")
        self._kept.write(binascii.a2b_base64(signs, strict_mode=True))
        self._ended = padding > 0

    def content(self) -> bytes:
        if self._rest:
            raise ValueError("cut short")
        return self._kept.getvalue()


class _Growth:
    """What lxml tells while it reads; it keeps no tree of its own, so its text limits stay on."""

    def __init__(self) -> None:
        self._top = Node("", {})
        self._open = [self._top]
        self._file: _Base64 | None = None
        self._elements = 0
        self._files = 0
        self._letters = 0
        self._instructions: dict[str, Mapping[str, str]] = {}

    def message(self) -> Message:
        return Message(self._top.nodes[0], self._instructions)

    def doctype(self, *_: object) -> None:
        raise Unreadable("edxml.malformed", where="DOCTYPE")

    def pi(self, target: str, words: str | None = None) -> None:
        self._spend(len(words or ""))
        if self._top.nodes and target == "trinhky":
            told = etree.PI(target, words or "").attrib
            self._instructions[target] = {str(key): str(value) for key, value in told.items()}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if len(self._open) > DEEPEST or self._elements > MOST_ELEMENTS:
            raise Unreadable(
                "edxml.malformed", where="depth" if len(self._open) > DEEPEST else "elements"
            )
        self._spend(sum(len(value) for value in attributes.values()))
        if self._file is not None:
            raise self._wrong_file()
        node = Node(_folded(tag), {_folded(key): value for key, value in attributes.items()})
        self._open[-1].nodes.append(node)
        self._open.append(node)
        if node.name == _FILE:
            self._files += 1
            self._file = _Base64()

    def data(self, text: str) -> None:
        if self._file is None:
            self._spend(len(text))
            self._open[-1].words.append(text)
            return
        try:
            self._file.feed(text)
        except ValueError as error:
            raise self._wrong_file() from error

    def end(self, _: str) -> None:
        node = self._open.pop()
        if self._file is None:
            return
        try:
            node.content = self._file.content()
        except ValueError as error:
            raise self._wrong_file() from error
        self._file = None

    def close(self) -> None:
        """Answer lxml, which asks for a result."""

    def _spend(self, letters: int) -> None:
        self._letters += letters
        if self._letters > MOST_TEXT:
            raise Unreadable("edxml.malformed", where="text")

    def _wrong_file(self) -> Unreadable:
        return Unreadable(
            "edxml.malformed", where=f"Attachment[{self._files}]/ContentTransferEncoded"
        )
