"""What a DOCX says of the look of its letters and paragraphs, through all its styles."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DEEPEST = 20  # styles that rest on one another; more is a circle or a joke
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of one DOCX."""

    paragraph: str  # id of the usual paragraph style
    table: dict[str, etree._Element]  # by id
    usual: tuple[etree._Element, ...]  # what holds where nothing else is said
    fonts: dict[str, str] = field(default_factory=dict)  # of the theme, by its name for them

    def chain(self, id: str) -> list[etree._Element]:
        """Give a style and all it rests on, the lowest first."""
        found: list[etree._Element] = []
        while id in self.table and len(found) < _DEEPEST:
            style = self.table[id]
            found.append(style)
            id = value(style.find(f"{W}basedOn"))
        return found[::-1]

    def paragraphs(self, paragraph: etree._Element) -> list[etree._Element]:
        """Give every ``pPr`` that speaks of a paragraph, what weighs most last."""
        own = paragraph.find(f"{W}pPr")
        parts = [style.find(f"{W}pPr") for style in self._of(own)]
        usual = [one.find(f"{W}pPr") for one in self.usual]
        return [one for one in (*usual, *parts, own) if one is not None]

    def letters(self, paragraph: etree._Element, run: etree._Element) -> list[etree._Element]:
        """Give every ``rPr`` that speaks of a run, what weighs most last."""
        own = run.find(f"{W}rPr")
        named = value(own.find(f"{W}rStyle")) if own is not None else ""
        styles = [*self._of(paragraph.find(f"{W}pPr")), *self.chain(named)]
        usual = [one.find(f"{W}rPr") for one in self.usual]
        parts = [style.find(f"{W}rPr") for style in styles]
        return [one for one in (*usual, *parts, own) if one is not None]

    def _of(self, own: etree._Element | None) -> list[etree._Element]:
        named = value(own.find(f"{W}pStyle")) if own is not None else ""
        return self.chain(named or self.paragraph)


def styles_of(styles: etree._Element | None, theme: etree._Element | None) -> Styles:
    """Give the styles of a DOCX. Source  ECMA-376 part 1, 17.7 (styles), 20.1.4 (themes)."""
    if styles is None:
        return Styles("", {}, (), _theme(theme))
    table = {one.get(f"{W}styleId", ""): one for one in styles.iter(f"{W}style")}
    usual = next(
        (
            id
            for id, one in table.items()
            if one.get(f"{W}type") == "paragraph" and one.get(f"{W}default", "0") not in _OFF
        ),
        "",
    )
    paths = (f"{W}docDefaults/{W}rPrDefault", f"{W}docDefaults/{W}pPrDefault")
    found = tuple(one for path in paths if (one := styles.find(path)) is not None)
    return Styles(usual, table, found, _theme(theme))


def _theme(theme: etree._Element | None) -> dict[str, str]:
    found: dict[str, str] = {}
    if theme is None:
        return found
    for kind in ("major", "minor"):
        latin = theme.find(f".//{_A}{kind}Font/{_A}latin")
        name = latin.get("typeface", "") if latin is not None else ""
        found |= {f"{kind}{script}": name for script in ("Ascii", "HAnsi")}
    return found


# ── one property at a time, out of all that speak of it ──────────────────────────────────


def value(node: etree._Element | None, name: str = "val") -> str:
    """Give an attribute in the name space of words, "" where it is not there."""
    return node.get(f"{W}{name}", "") if node is not None else ""


def last(parts: list[etree._Element], tag: str, name: str = "val") -> str:
    """Give what the weightiest part says of one attribute of one property."""
    told = (value(part.find(f"{W}{tag}"), name) for part in reversed(parts))
    return next((one for one in told if one), "")


def holds(parts: list[etree._Element], tag: str) -> bool:
    """Tell whether a property that is on or off is on."""
    for part in reversed(parts):
        found = part.find(f"{W}{tag}")
        if found is not None:
            return value(found) not in _OFF
    return False


def points(told: str, each: float = 20.0) -> float:
    """Give a measure in points, 0 where it is none; ``each`` of its units make a point."""
    try:
        return float(told) / each
    except ValueError:
        return 0.0


def fonts_of(parts: list[etree._Element], styles: Styles) -> Iterator[str]:
    """Give the fonts of plain and of accented letters."""
    for script in ("ascii", "hAnsi"):
        yield next((one for part in reversed(parts) if (one := _font(part, script, styles))), "")


def _font(part: etree._Element, script: str, styles: Styles) -> str:
    fonts = part.find(f"{W}rFonts")
    theme = value(fonts, f"{script}Theme")
    return styles.fonts.get(theme, "") if theme else value(fonts, script)
