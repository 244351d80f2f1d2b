"""What a PDF says and shows, read where it can hurt nobody."""

import json
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from threading import Lock
from typing import Any

from records.beneath import Beneath, Finding
from records.errors import Refused, Unreadable
from records.isolation import Isolation
from records.paper import Added, Box, DateStyle, Head, NumberStyle, Placement, Reading

_TASK = "drafting.pdf_task"
_REMEMBERED = 256  # files; what was found of one has some hundred bytes
_LONGEST = 60  # signs of what a finding quotes
_BOXES = ("number", "day", "month", "year", "signature", "seal", "initials")


class PdfReader:
    """Reads PDFs through an isolated process; its answers are checked like any foreign bytes."""

    def __init__(self, isolate: Isolation) -> None:
        self._isolate = isolate
        self._beneath: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()
        self._guard = Lock()

    def reading(self, pdf: bytes) -> Reading:
        """Give the number of pages and the words of each.

        Raises  Unreadable: file.damaged, file.encrypted, file.too-many-pages, file.too-slow,
                file.reader-failed.
        """
        texts = self._told(pdf, act="read")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise Unreadable("file.reader-failed")
        return Reading(pages=len(texts), texts=tuple(texts))

    def head(self, pdf: bytes) -> Head:
        """Give what stands where a stamp may stand. Raises Unreadable, Unavailable."""
        return head(self._isolate(_TASK, pdf, options={"act": "head"}))

    def page_png(self, pdf: bytes, n: int, *, width: int = 1000, across: str = "") -> bytes:
        """Give a page as a picture, with its form fields and signatures as they look.

        Takes   n: 1 is the first page; width: of the picture, in pixels, 4,000 at most; across:
                words that stand all over it, in its pixels.
        Raises  Unreadable: file.no-such-page, and as ``reading``.
        """
        options: dict[str, object] = {"act": "draw", "n": n, "width": width}
        if across:
            options["across"] = across
        picture = self._isolate(_TASK, pdf, options=options)
        if not picture.startswith(b"\x89PNG\r\n\x1a\n"):
            raise Unreadable("file.reader-failed")
        return picture

    def inspect(self, pdf: bytes) -> int:
        """Look whether a PDF is whole, open and quiet, and give how many pages it has.

        Raises  Unreadable: file.encrypted, file.damaged, file.too-many-pages; file.active, with
                the feature: javascript, launch, embedded-file, xfa, rich-media, import-data,
                submit-form.
                Unavailable: reader.unavailable.
        """
        pages = self._told(pdf, act="inspect")
        if not isinstance(pages, int) or pages < 1:
            raise Unreadable("file.reader-failed")
        return pages

    def beneath(self, pdf: bytes) -> tuple[Finding, ...]:
        """Give what a PDF holds beside what its pages show; what was found is remembered.

        Raises  Unreadable: as ``reading``. Unavailable: reader.unavailable.
        """
        digest = sha256(pdf).hexdigest()
        with self._guard:
            if digest in self._beneath:
                self._beneath.move_to_end(digest)
                return self._beneath[digest]
        told = self._told(pdf, act="beneath")
        try:
            found = tuple(
                Finding(Beneath(kind), int(page), _shown(detail)) for kind, page, detail in told
            )
        except (TypeError, ValueError) as error:
            raise Unreadable("file.reader-failed") from error
        with self._guard:
            self._beneath[digest] = found
            while len(self._beneath) > _REMEMBERED:
                self._beneath.popitem(last=False)
        return found

    def rewritten(self, pdf: bytes) -> bytes:
        """Give the same pages in a new file, fields and notes drawn on them, nothing beside them.

        Raises  Unreadable: as ``reading``. Unavailable: reader.unavailable.
        """
        whole = self._isolate(_TASK, pdf, options={"act": "rewrite"})
        if not whole.startswith(b"%PDF-"):
            raise Unreadable("file.reader-failed")
        return whole

    def placement(self, pdf: bytes) -> Placement:
        """Give where number, date, the leader's signature and the seal go.

        A date that is typed already, and gaps too narrow to write in, are covered as a whole.

        Raises  Refused: paper.numbered, the drafter typed a number, which the registry gives.
                Unreadable: as ``reading``.
        Source  Decree 30/2020, Annex I: cells 3, 4, 7c and 8.
        """
        told = self._told(pdf, act="place")
        if isinstance(told, dict) and "refused" in told:
            raise Refused(str(told["refused"]), **_facts(told))
        try:
            return _placement(told)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable("file.reader-failed") from error

    def added(
        self, before: bytes, after: bytes, boxes: Mapping[str, Box], *, free: Collection[str] = ()
    ) -> Added:
        """Give what a later state of a PDF shows in these boxes, and what print it hides.

        Takes   boxes: by name, on pages that both have; free: names of those in which something
                may be hidden, as the dots of a gap.
        Raises  Unreadable: as ``reading``.
        """
        told = {name: [one.page, one.x0, one.y0, one.x1, one.y1] for name, one in boxes.items()}
        options: dict[str, object] = {
            "act": "added",
            "size": len(before),
            "boxes": json.dumps(told),
            "free": json.dumps(sorted(free)),
        }
        try:
            found = json.loads(self._isolate(_TASK, before + after, options=options))
            words = {str(name): str(read) for name, read in found["words"].items()}
            sheets = {int(n): _box([n, *sides]) for n, sides in found["sheets"].items()}
            known = {n: one for n, one in sheets.items() if one is not None}
            return Added(hidden=int(found["hidden"]), words=words, sheets=known)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable("file.reader-failed") from error

    def merged(self, pdfs: Sequence[bytes]) -> bytes:
        """Give several PDFs as one, in their order, with what their fields and signatures show.

        The signatures themselves do not hold in it: the PDFs it is made of are the originals.

        Raises  Unreadable: as ``reading``.
        """
        sizes = json.dumps([len(one) for one in pdfs])
        options: dict[str, object] = {"act": "merge", "sizes": sizes}
        return self._paper(b"".join(pdfs), options)

    def printed(self, pdf: bytes, words: str) -> bytes:
        """Give a PDF to be printed, with ``words`` on each page; its signatures hold no longer.

        Raises  Unreadable: as ``reading``. Unavailable: font.missing.
        """
        return self._paper(pdf, {"act": "print", "words": words})

    def _paper(self, content: bytes, options: dict[str, object]) -> bytes:
        made = self._isolate(_TASK, content, options=options)
        if not made.startswith(b"%PDF-"):
            raise Unreadable("file.reader-failed")
        return made

    def _told(self, pdf: bytes, *, act: str) -> Any:
        try:
            return json.loads(self._isolate(_TASK, pdf, options={"act": act}))
        except ValueError as error:
            raise Unreadable("file.reader-failed") from error


def head(answer: bytes) -> Head:
    """Give the head of a file from what the sandbox told. Raises Unreadable."""
    try:
        lines, fields = json.loads(answer)
        told = tuple((str(name), str(value)) for name, value in fields)
        return Head(tuple(map(str, lines)), told)
    except (ValueError, TypeError) as error:
        raise Unreadable("file.reader-failed") from error


def _shown(detail: object) -> str:
    return "".join(sign for sign in str(detail) if sign.isprintable())[:_LONGEST]


def _facts(told: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(fact)[:60] for name, fact in dict(told.get("facts", {})).items()}


def _placement(told: dict[str, Any]) -> Placement:
    number, day, month, year, signature, seal, initials = (_box(told[name]) for name in _BOXES)
    if number is None or day is None or signature is None or seal is None:
        raise ValueError("a box is missing")
    printed = told["printed_year"]
    return Placement(
        number=number,
        number_style=NumberStyle(told["number_style"]),
        day=day,
        month=month,
        year=year,
        date_style=DateStyle(told["date_style"]),
        signature=signature,
        seal=seal,
        initials=initials,
        printed_year=None if printed is None else int(printed),
        printed_notation=str(told["printed_notation"])[:60],
        sheets=tuple(box for box in map(_box, told["sheets"]) if box is not None),
        covers=frozenset(told["covers"]) & {"number", "date"},
        anchored=frozenset(told["anchored"]) & {"number", "date", "signature"},
        crowded=frozenset(told["crowded"]) & {"number", "date", "signature"},
        pages=tuple(box for box in map(_box, told["pages"]) if box is not None),
    )


def _box(told: Any) -> Box | None:
    if told is None:
        return None
    page, *corners = told
    x0, y0, x1, y1 = (float(corner) for corner in corners)
    return Box(int(page), x0, y0, x1, y1)
