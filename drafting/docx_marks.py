"""The marks a DOCX puts before the items of its lists, which stand in none of its words."""

from collections import defaultdict

from lxml import etree

from drafting.docx_styles import W, points, value

_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_LETTERS = 26
_LEVELS = 9


class Marks:
    """Counts the items of every list as they are read."""

    def __init__(self, numbering: etree._Element | None) -> None:
        """Take ``word/numbering.xml``. Source  ECMA-376 part 1, 17.9."""
        self._lists: dict[str, dict[str, etree._Element]] = {}
        self._counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * _LEVELS)
        if numbering is None:
            return
        abstract = {
            value(one, "abstractNumId"): {value(level, "ilvl"): level for level in one}
            for one in numbering.iter(f"{W}abstractNum")
        }
        for one in numbering.iter(f"{W}num"):
            self._lists[value(one, "numId")] = abstract.get(
                value(one.find(f"{W}abstractNumId")), {}
            )

    def mark(self, list_id: str, level: str) -> str:
        """Give the mark of the next item on a level of a list, "" where it has none to read."""
        levels = self._lists.get(list_id, {})
        here = levels.get(level or "0")
        depth = int(points(level or "0", 1))
        if here is None or not 0 <= depth < _LEVELS:
            return ""
        counts = self._counts[list_id]
        counts[depth] = counts[depth] + 1 if counts[depth] else self._start(here)
        counts[depth + 1 :] = [0] * (_LEVELS - depth - 1)
        text = value(here.find(f"{W}lvlText"))
        for n in range(depth + 1):
            shown = levels.get(str(n))
            kind = value(shown.find(f"{W}numFmt")) if shown is not None else ""
            text = text.replace(f"%{n + 1}", _written(max(counts[n], 1), kind))
        return "-" if value(here.find(f"{W}numFmt")) == "bullet" else text

    @staticmethod
    def _start(level: etree._Element) -> int:
        return max(int(points(value(level.find(f"{W}start")), 1)), 1)


def _written(n: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (n - 1) % _LETTERS) * ((n - 1) // _LETTERS + 1)
        return letters if kind == "lowerLetter" else letters.upper()
    if kind in ("lowerRoman", "upperRoman") and n < 40:  # noqa: PLR2004 - XL
        left, word = n, ""
        for worth, sign in _ROMAN:
            while left >= worth:
                word, left = word + sign, left - worth
        return word if kind == "upperRoman" else word.lower()
    return str(n)
