"""The end of a draft held against Decree 30/2020: who signs, to whom it goes, what is kept."""

import re

from drafting.decree_parts import Parts, alike, fold
from drafting.decree_rules import Findings, Look, Repair, end, say
from records.layout import Align, Line

_CAPACITY = Look((13, 14), bold=True, upper=True, align=Align.CENTRE)
_SIGNER = Look((13, 14), bold=True, upper=False, align=Align.CENTRE)
_ADDRESSEE = Look((13, 14))
_HEAD = Look((12, 12), bold=True, italic=True)
_PLACE = Look((11, 11))
_SAME = 0.97  # how much alike a name and a slip of it are
_MARKED = re.compile(r"(TM|KT|TL|TUQ|Q)\. \S")
_MEANT = re.compile(r"(T[./ ]?M|K[./ ]?T|T[./ ]?L|T[./ ]?U[./ ]?Q|Q)(?:[./:]+ *| +)(?=\S)")
_TITLES = re.compile(
    r"(?:(?:GS|PGS|TSKH|TS|Ths|ThS|Th\.S|THS|CN|KS|BS|DS|CKI|CKII|NGND|NGƯT|LS)\.? ?[.,-]? ?"
    r"|(?:Giáo sư|Phó [Gg]iáo sư|Tiến s[ĩỹ]|Thạc s[ĩỹ]|Cử nhân|Kỹ sư|Bác s[ĩỹ])[.,]? )+"
)
_ARCHIVE = re.compile(r"- Lưu: \S.*")
_TWO_COLUMNS = frozenset({"BB"})  # minutes are signed by two


def check_end(parts: Parts, told: Findings) -> None:
    """Tell what of addressees, recipients and signature block is not as it must be.

    Source  Decree 30/2020, Annex I, II.7 and II.9.
    """
    _addressees(parts, told)
    if parts.recipients is None:
        told.tell("layout.recipients-missing")
    else:
        _recipients(parts.recipients, parts.places, told)
    _signature(parts, told)


# ── to whom ──────────────────────────────────────────────────────────────────────────────


def _addressees(parts: Parts, told: Findings) -> None:
    head, names = parts.addressee, parts.addressees
    if head is None:
        if told.expected.template == "letter":
            told.tell("layout.addressee-missing")
        return
    if not told.expected.addressed:
        told.tell("layout.addressee-misplaced", head)
    for line in (head, *names):
        told.look("layout.addressee-look", line, _ADDRESSEE)
    _list("layout.addressee-list", names, told)
    alone = re.fullmatch(r"Kính gửi:( .*)?", head.text) is None
    if alone or (not names and head.text == "Kính gửi:"):
        told.tell("layout.addressee-list", head)


def _list(rule: str, lines: tuple[Line, ...], told: Findings) -> None:
    """Each on a line of its own with a dash, parted by semicolons, a stop at the end."""
    for n, line in enumerate(lines, 1):
        sign = "." if n == len(lines) else ";"
        repairs: list[Repair] = []
        if not line.text.startswith("- ") and line.plain:
            repairs.append({"do": "dash", "at": line.at})
        if line.text[-1] != sign:
            repairs += end(line, sign)
        if repairs or line.text[0] not in "-+":
            told.tell(rule, line, repairs, sign=sign)


def _recipients(head: Line, places: tuple[Line, ...], told: Findings) -> None:
    told.look("layout.recipients-look", head, _HEAD)
    if head.text != "Nơi nhận:":
        told.tell("layout.recipients-look", head, say(head, "Nơi nhận:"), wrong="sign")
    kept = [line for line in places if fold(line.text).startswith("luu")]
    if not kept or kept[-1] is not places[-1]:
        told.tell("layout.archive-missing", places[-1] if places else head)
    elif not _ARCHIVE.fullmatch(kept[-1].text):
        words = re.sub(r"^[-+ ]*Lưu[:\s]*", "", kept[-1].text, flags=re.IGNORECASE)
        told.tell("layout.archive-form", kept[-1], say(kept[-1], f"- Lưu: {words.rstrip('.;,')}."))
    above = bool(places) and fold(places[0].text) == "nhu tren"
    if told.expected.template == "letter" and not above:
        told.tell("layout.recipients-above", places[0] if places else head)
    formed = tuple(line for line in places if line not in kept or _ARCHIVE.fullmatch(line.text))
    if formed and formed[-1] is places[-1]:
        _list("layout.recipients-list", formed, told)
    for line in places:
        told.look("layout.recipients-list-look", line, _PLACE)


# ── who signs ────────────────────────────────────────────────────────────────────────────


def _signature(parts: Parts, told: Findings) -> None:
    expected = told.expected
    if expected.type in _TWO_COLUMNS:
        return
    *above, name = parts.signature or (None,)
    capacity = [line for line in above if line is not None and not line.text.startswith("(")]
    if name is None or not capacity:
        told.tell("layout.signature-missing")
        return
    for line in capacity:
        told.look("layout.capacity-look", line, _CAPACITY)
    _marks(capacity, told)
    wanted = [fold(line) for line in expected.capacity]
    found = [fold(line.text) for line in capacity]
    if wanted and fold(" ".join(found)) != fold(" ".join(wanted)) and not _unmarked(capacity):
        told.tell("layout.capacity-differs", capacity[0], expected=", ".join(expected.capacity))
    told.look("layout.signer-look", name, _SIGNER)
    titles = _TITLES.match(name.text)
    bare = name.text[titles.end() :].lstrip(" .,-") if titles else name.text
    if titles:
        told.tell("layout.signer-title", name, say(name, bare), expected=bare)
    if expected.signer and alike(bare, expected.signer) < _SAME:
        told.tell("layout.signer-differs", name, expected=expected.signer)


def _unmarked(capacity: list[Line]) -> bool:
    """Tell whether the mark itself is written wrongly, which is told by itself."""
    return any(_MEANT.match(line.text) and not _MARKED.match(line.text) for line in capacity)


def _marks(capacity: list[Line], told: Findings) -> None:
    """Tell where a mark is not written ``TM. ``, and where nobody's own post stands below it."""
    for n, line in enumerate(capacity):
        meant = _MEANT.match(line.text)
        if meant is None:
            continue
        mark = re.sub(r"[./ ]", "", meant[1])
        if not _MARKED.match(line.text):
            right = f"{mark}. {line.text[meant.end() :]}"
            told.tell("layout.capacity-form", line, say(line, right), expected=right)
        if mark != "Q" and n == len(capacity) - 1:
            told.tell("layout.capacity-post", line)
