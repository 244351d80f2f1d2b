"""What a PDF's objects hold beside its pages, as qpdf tells them; for the inside of the sandbox."""

import re
from collections.abc import Iterator
from typing import Any

Found = tuple[str, int, str]  # kind of records.beneath, page, detail

_REFERENCE = re.compile(r"\d+ \d+ R\Z")
_DRAWN_NOTES = {"/Link", "/Widget", "/Popup"}  # all other annotations are drawn over the page
_HARMLESS = {"/GoTo", "/URI", "/Named"}
_END = re.compile(rb"%%EOF")
_LONGEST = 60  # signs of a detail


def findings(told: dict[str, Any], content: bytes) -> Iterator[Found]:
    """Give what qpdf's objects show.

    Takes   told: ``qpdf --json --json-key=qpdf``, version 2.
    Source  ISO 32000-2, 7.5.6 (incremental updates), 8.11 (optional content), 12.5, 12.6, 12.7.
    """
    objects = _Objects(told)
    yield from _form(objects)
    yield from _notes(objects)
    yield from _actions(objects)
    yield from _layers(objects)
    if len(_END.findall(content)) > (2 if objects.linearized else 1):
        yield "earlier-revisions", 0, ""
    if unused := objects.unused():
        yield "unused-objects", 0, str(unused)


class _Objects:
    """Every object of a file, by its reference."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._all: dict[str, Any] = told["qpdf"][1]
        self.catalog = self.of(self._trailer().get("/Root"))

    def of(self, thing: Any) -> Any:
        """Give what a reference leads to, or the thing itself."""
        for _ in range(16):
            if not (isinstance(thing, str) and _REFERENCE.match(thing)):
                return thing
            thing = _value(self._all.get(f"obj:{thing}", {}))
        return None

    def dictionary(self, thing: Any) -> dict[str, Any]:
        """Give a dictionary, an empty one where there is none."""
        found = self.of(thing)
        return found if isinstance(found, dict) else {}

    def listed(self, thing: Any) -> list[Any]:
        """Give an array, an empty one where there is none."""
        found = self.of(thing)
        return found if isinstance(found, list) else []

    def each(self) -> Iterator[dict[str, Any]]:
        """Give every dictionary that is an object of its own, or lies in one."""
        left = [_value(one) for one in self._all.values()]
        while left:
            one = left.pop()
            if isinstance(one, list):
                left.extend(one)
            elif isinstance(one, dict):
                yield one
                left.extend(one.values())

    @property
    def linearized(self) -> bool:
        """Tell whether it was written for reading page by page, which takes two ends."""
        return any("/Linearized" in one for one in self.each())

    def unused(self) -> int:
        """Count the objects nothing leads to, which a later revision may call forth."""
        reached: set[str] = set()
        left: list[Any] = [self._trailer()]
        while left:
            one = left.pop()
            if isinstance(one, str) and _REFERENCE.match(one) and one not in reached:
                reached.add(one)
                left.append(_value(self._all.get(f"obj:{one}", {})))
            elif isinstance(one, list):
                left.extend(one)
            elif isinstance(one, dict):
                left.extend(one.values())
        own = {name.removeprefix("obj:") for name, one in self._all.items() if _counts(name, one)}
        # A linearised file's hints are found by their place, and nothing refers to them.
        return len(own - reached) - (1 if self.linearized and own - reached else 0)

    def _trailer(self) -> dict[str, Any]:
        trailer = _value(self._all.get("trailer", {}))
        return trailer if isinstance(trailer, dict) else {}


def _value(one: Any) -> Any:
    """Give an object's value, for a stream its dictionary."""
    if not isinstance(one, dict):
        return one
    return one["stream"].get("dict") if "stream" in one else one.get("value")


def _counts(name: str, one: Any) -> bool:
    """Tell whether an object is one of the document's, and not of the file's own bookkeeping."""
    value = _value(one)
    if not name.startswith("obj:") or value is None:
        return False
    kinds = {"/XRef", "/ObjStm"}
    return not isinstance(value, dict) or not (
        value.get("/Type") in kinds or "/Linearized" in value
    )


def _form(objects: _Objects) -> Iterator[Found]:
    form = objects.dictionary(objects.catalog.get("/AcroForm") if objects.catalog else None)
    fields = [one for one in objects.each() if one.get("/Subtype") == "/Widget" or "/FT" in one]
    signed = [one for one in fields if one.get("/FT") == "/Sig" and one.get("/V") is not None]
    if signed:
        yield "signatures", 0, str(len(signed))
    others = [one for one in fields if one.get("/FT") != "/Sig" or one.get("/V") is None]
    if others or (objects.listed(form.get("/Fields")) and not signed):
        yield "form-fields", 0, _text(next((one["/T"] for one in others if "/T" in one), ""))


def _notes(objects: _Objects) -> Iterator[Found]:
    kinds = {
        str(one["/Subtype"])
        for one in objects.each()
        if one.get("/Type") == "/Annot" or ("/Rect" in one and "/Subtype" in one)
        if str(one.get("/Subtype")) not in _DRAWN_NOTES
    }
    if kinds:
        yield "notes", 0, ", ".join(sorted(kind.removeprefix("/") for kind in kinds))[:_LONGEST]


def _actions(objects: _Objects) -> Iterator[Found]:
    kinds = {str(one["/S"]) for one in objects.each() if _is_action(one)}
    if "/URI" in kinds:
        yield "links", 0, _text(next(one["/URI"] for one in objects.each() if "/URI" in one))
    if others := kinds - _HARMLESS:
        yield "actions", 0, ", ".join(sorted(kind.removeprefix("/") for kind in others))[:_LONGEST]
    if any("/AA" in one for one in objects.each()):
        yield "actions", 0, "AA"


_ACTIONS = {
    *("/GoTo", "/GoToR", "/GoToE", "/Launch", "/Thread", "/URI", "/Sound", "/Movie", "/Hide"),
    *("/Named", "/SubmitForm", "/ResetForm", "/ImportData", "/JavaScript", "/SetOCGState"),
    *("/Rendition", "/Trans", "/GoTo3DView", "/RichMediaExecute"),
}


def _is_action(one: dict[str, Any]) -> bool:
    return one.get("/S") in _ACTIONS and one.get("/Type") in (None, "/Action")


def _layers(objects: _Objects) -> Iterator[Found]:
    if not objects.catalog:
        return
    told = objects.dictionary(objects.catalog.get("/OCProperties"))
    layers = objects.listed(told.get("/OCGs"))
    if not layers:
        return
    first = objects.dictionary(told.get("/D"))
    named = _text(objects.dictionary(layers[0]).get("/Name", ""))
    hidden = (
        objects.listed(first.get("/OFF"))
        or first.get("/BaseState") in ("/OFF", "/Unchanged")
        or objects.listed(first.get("/AS"))
        or objects.listed(told.get("/Configs"))
    )
    yield "hidden-layers" if hidden else "layers", 0, named


def _text(told: Any) -> str:
    """Give a string without qpdf's mark of what kind it is, on one line and cut short."""
    bare = re.sub(r"\A[ub]:", "", str(told))
    return "".join(sign if sign.isprintable() else " " for sign in bare)[:_LONGEST]
