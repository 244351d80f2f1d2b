"""What Decree 30/2020 wants of a page, rule by rule: how much each weighs and where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from records.layout import Align, Expected, Flaw, Line, Severity

E, W = Severity.ERROR, Severity.WARNING
_GENERAL, _NATION, _ORGAN, _NUMBER = "PL I, I", "PL I, II.1", "PL I, II.2", "PL I, II.3"
_DATE, _TITLE, _TEXT = "PL I, II.4", "PL I, II.5", "PL I, II.6"
_SIGNER, _PLACES = "PL I, II.7", "PL I, II.9"

RULES: Mapping[str, tuple[Severity, str]] = {
    # the page and all its letters
    "layout.paper": (E, _GENERAL),
    "layout.landscape": (W, _GENERAL),
    "layout.margin": (E, _GENERAL),
    "layout.page-number-missing": (E, _GENERAL),
    "layout.page-number-place": (E, _GENERAL),
    "layout.page-number-first": (E, _GENERAL),
    "layout.page-number-look": (W, _GENERAL),
    "layout.font": (E, _GENERAL),
    "layout.colour": (E, _GENERAL),
    "layout.sizes-together": (W, _GENERAL),
    # the head
    "layout.nation-missing": (E, _NATION),
    "layout.nation-words": (E, _NATION),
    "layout.nation-look": (E, _NATION),
    "layout.motto-missing": (E, _NATION),
    "layout.motto-words": (E, _NATION),
    "layout.motto-look": (E, _NATION),
    "layout.motto-line": (W, _NATION),
    "layout.organ-missing": (E, _ORGAN),
    "layout.organ-words": (W, _ORGAN),
    "layout.organ-look": (E, _ORGAN),
    "layout.organ-line": (W, _ORGAN),
    "layout.superior-words": (W, _ORGAN),
    "layout.superior-look": (E, _ORGAN),
    "layout.number-missing": (E, _NUMBER),
    "layout.number-form": (E, _NUMBER),
    "layout.number-zero": (E, _NUMBER),
    "layout.number-cv": (E, _NUMBER),
    "layout.number-type": (E, _NUMBER),
    "layout.number-symbol": (W, _NUMBER),
    "layout.number-look": (E, _NUMBER),
    "layout.date-missing": (E, _DATE),
    "layout.date-form": (E, _DATE),
    "layout.date-zero": (E, _DATE),
    "layout.date-look": (E, _DATE),
    "layout.type-missing": (E, _TITLE),
    "layout.type-other": (E, _TITLE),
    "layout.type-misplaced": (E, _TITLE),
    "layout.type-look": (E, _TITLE),
    "layout.subject-missing": (E, _TITLE),
    "layout.subject-differs": (W, _TITLE),
    "layout.subject-look": (E, _TITLE),
    "layout.matter-missing": (E, _TITLE),
    "layout.matter-misplaced": (E, _TITLE),
    "layout.matter-form": (E, _TITLE),
    "layout.matter-look": (E, _TITLE),
    # the text
    "layout.authority-missing": (W, "PL III"),
    "layout.formula-missing": (E, "PL III"),
    "layout.formula-look": (E, "PL III"),
    "layout.basis-missing": (E, _TEXT),
    "layout.basis-look": (E, _TEXT),
    "layout.basis-end": (E, _TEXT),
    "layout.body-size": (E, _TEXT),
    "layout.body-sizes": (W, _GENERAL),
    "layout.body-align": (E, _TEXT),
    "layout.body-indent": (W, _TEXT),
    "layout.body-gap": (E, _TEXT),
    "layout.body-spacing": (E, _TEXT),
    "layout.body-look": (W, _TEXT),
    "layout.article-form": (E, _TEXT),
    "layout.article-order": (E, _TEXT),
    "layout.heading-numerals": (E, _TEXT),
    "layout.heading-look": (W, _TEXT),
    "layout.point-form": (W, _TEXT),
    "layout.point-order": (E, _TEXT),
    "layout.ending": (E, _TEXT),
    "layout.ending-early": (W, _TEXT),
    # the end
    "layout.signature-missing": (E, _SIGNER),
    "layout.capacity-form": (E, _SIGNER),
    "layout.capacity-post": (E, _SIGNER),
    "layout.capacity-differs": (E, _SIGNER),
    "layout.capacity-look": (E, _SIGNER),
    "layout.signer-title": (E, _SIGNER),
    "layout.signer-differs": (E, _SIGNER),
    "layout.signer-look": (E, _SIGNER),
    "layout.addressee-missing": (E, _PLACES),
    "layout.addressee-misplaced": (W, _PLACES),
    "layout.addressee-look": (E, _PLACES),
    "layout.addressee-list": (E, _PLACES),
    "layout.recipients-missing": (E, _PLACES),
    "layout.recipients-look": (E, _PLACES),
    "layout.recipients-list": (E, _PLACES),
    "layout.recipients-list-look": (E, _PLACES),
    "layout.recipients-above": (E, _PLACES),
    "layout.archive-missing": (E, _PLACES),
    "layout.archive-form": (E, _PLACES),
}
"""By rule: its weight and its clause, an annex of the Decree with its part and number."""

Repair = Mapping[str, Any]
"""One thing to change in a file: what to do, at which paragraph, and how."""

_QUOTED = 80  # letters of a line that a flaw tells


@dataclass(frozen=True, slots=True)
class Look:
    """How a part of a document must look."""

    sizes: tuple[float, float]  # points, least and most
    bold: bool = False
    italic: bool = False
    upper: bool | None = None  # None: capitals where words have them
    align: Align | None = None

    def wrong(self, line: Line) -> list[str]:
        """Give what of a line is not so: size, bold, italic, upper, align."""
        least, most = self.sizes
        found = {
            "size": any(not least <= size <= most for size in line.sizes),
            "bold": line.bold is not self.bold,
            "italic": line.italic is not self.italic,
            "upper": self.upper is not None and line.text.isupper() is not self.upper,
            "align": self.align is not None and line.align is not self.align,
        }
        return [name for name, told in found.items() if told]

    def repair(self, line: Line) -> Repair:
        """Give what makes a line look so."""
        least, most = self.sizes
        size = min(max(line.size, least), most)
        told: dict[str, Any] = {"bold": self.bold, "italic": self.italic, "size": size}
        if self.upper:
            told["upper"] = True
        if self.align:
            told["align"] = self.align
        return {"do": "look", "at": line.at, **told}


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw, and what would mend it."""

    flaw: Flaw
    repairs: tuple[Repair, ...] = ()


class Findings:
    """Collects what is found of one draft."""

    def __init__(self, expected: Expected) -> None:
        """Take what the office knows of the draft."""
        self.expected = expected
        self.all: list[Finding] = []

    def tell(
        self, rule: str, line: Line | None = None, repairs: Sequence[Repair] = (), /, **facts: str
    ) -> None:
        """Add a flaw; what is only a piece of a paragraph is not mended."""
        severity, clause = RULES[rule]
        mended = tuple(repairs) if line is None or line.whole else ()
        flaw = Flaw(rule, severity, clause, bool(mended), facts=facts)
        if line is not None:
            words = line.text if len(line.text) <= _QUOTED else f"{line.text[:_QUOTED]}…"
            flaw = replace(flaw, n=line.n, words=words)
        self.all.append(Finding(flaw, mended))

    def look(self, rule: str, line: Line, look: Look) -> None:
        """Add a flaw where a line does not look as it must."""
        wrong = look.wrong(line)
        if wrong:
            capitals = "upper" in wrong and look.upper is False  # which letters stay is for people
            self.tell(rule, line, () if capitals else (look.repair(line),), wrong=" ".join(wrong))


def say(line: Line, text: str) -> tuple[Repair, ...]:
    """Give what puts other words in the place of a line's, if it has nothing but words."""
    return ({"do": "say", "at": line.at, "text": text},) if line.plain else ()


def end(line: Line, sign: str) -> tuple[Repair, ...]:
    """Give what ends a line with a sign, instead of whatever signs it ends with."""
    return ({"do": "end", "at": line.at, "text": sign},) if line.plain else ()
