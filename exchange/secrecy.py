"""Marks of secrecy: in a message's metadata, and as stamps on paper and in properties of files."""

import re
import unicodedata
from collections.abc import Iterable

from records.document import Classification

# No standard names such a field; these are the names software gives it (compared without signs).
_FIELDS = frozenset(
    {
        "secret",
        "secrecy",
        "secretlevel",
        "secrecylevel",
        "security",
        "securitylevel",
        "confidential",
        "confidentiality",
        "confidentiallevel",
        "classification",
        "classificationlevel",
        "domat",
        "mucdomat",
        "mat",
    }
)
_HARMLESS = frozenset(
    {"", "0", "thuong", "binh thuong", "khong", "khong mat", "none", "no", "normal", "false"}
    | {"public", "unclassified", "cong khai", "null"}
)

_DEGREE = r"(?:tuyệt\s+mật|tối\s+mật|mật)"
_WHOLE = re.compile(rf"\W*(?:độ\s+mật\W*)?{_DEGREE}\W*", re.IGNORECASE)
_NAMED = re.compile(rf"\bđộ\s+mật\s*[:=]\s*{_DEGREE}\b", re.IGNORECASE)
_BRACKETED = re.compile(rf"[\[({{<]\s*{_DEGREE}\s*[\])}}>]", re.IGNORECASE)
_HIGH = re.compile(
    r"(?<![^\W_])(?:TUYỆT|TỐI)[\s_-]+MẬT(?![^\W_])|(?<![^\W_])(?:TUYET|TOI)[\s_-]+MAT(?![^\W_])"
)
_EDGE = re.compile(r"^MẬT\s*[-–—:.,;|/]|[-–—:.,;|/]\s*MẬT$")  # noqa: RUF001 - the dashes people type
_ALONE = re.compile(r"(?<![^\W_])MẬT(?![^\W_])")
_WORD = re.compile(r"[^\W_]+")
_NEAR = 16  # signs in which a neighbouring word is looked for
_BEFORE = frozenset({"bảo", "bí", "cẩn", "thân", "trù", "độ", "cơ", "giải"})
_AFTER = frozenset({"khẩu", "mã", "vụ", "thư", "ong", "độ", "thiết", "danh"})


def is_secrecy_field(name: str, value: str) -> bool:
    """Tell whether a field means secrecy and says anything but "not secret"."""
    plain = re.sub(r"[^a-z]", "", _bare(name))
    return plain in _FIELDS and _bare(value).strip() not in _HARMLESS


def is_marked(text: str) -> bool:
    """Tell whether a line or a file name carries MẬT, TỐI MẬT or TUYỆT MẬT as a mark.

    Words that merely contain it (bảo mật, mật khẩu, "Độ mật: Thường") are none, and in a line all
    of capitals a word MẬT among others is not told from them.
    """
    line = unicodedata.normalize("NFC", text).strip()
    return bool(
        _WHOLE.fullmatch(line)
        or _NAMED.search(line)
        or _BRACKETED.search(line)
        or _HIGH.search(line)
        or _EDGE.search(line)
        or ((line != line.upper() or "_" in line) and _stands_alone(line))
    )


def stamp_of(lines: Iterable[str]) -> Classification | None:
    """Give the highest class whose stamp stands among lines that stand by themselves.

    A stamp is a line of nothing else, in capitals and maybe spread (``M Ậ T``), or a degree that is
    named (``Độ mật: Tối mật``) or bracketed. In small letters it counts only where no other degree
    is told: who lists all of them offers a choice. A line goes on from one that ends in BÍ, ĐỘ ….
    """
    loud, quiet, before = set(), set(), ""
    for text in lines:
        line = unicodedata.normalize("NFC", text).strip()
        goes_on = bool(_WORD.findall(before)) and _WORD.findall(before)[-1].casefold() in _BEFORE
        before = line or before
        if goes_on or len(line) > _LONGEST:
            continue
        loud |= {of for of, found in _LOUD.items() if found.fullmatch(line)}
        loud |= _bracketed(line)
        quiet |= {of for of, found in _QUIET.items() if found.fullmatch(line)}
    if len(quiet) == 1:
        loud |= quiet
    return max(loud, key=lambda of: of.rank, default=None)


def name_mark(name: str) -> Classification | None:
    """Give the class a file's name is marked with."""
    return degree(name) if is_marked(name) else None


def field_mark(name: str, value: str) -> Classification | None:
    """Give the class that a property of a file names: ``Keywords: …; Mật``, ``Độ mật: Mật``."""
    if name == "Name" and value.casefold() in _STAMPS:
        return _STAMPS[value.casefold()]
    if is_secrecy_field(name, value) and _bare(value).strip() in _VALUES:
        return _VALUES[_bare(value).strip()]
    return stamp_of(re.split(r"[,;|\n]", value))


def degree(text: str) -> Classification | None:
    """Give the highest degree whose words stand in a text; Mật where none is written out."""
    bare = re.sub(r"[^a-z]", "", _bare(text))
    if "tuyet" in bare:
        return Classification.TOP_SECRET
    return Classification.SECRET if "toimat" in bare else Classification.CONFIDENTIAL


def _bracketed(line: str) -> set[Classification]:
    found = [*_CAPITAL.findall(line), *_NAMED_ONE.findall(line)]
    return {of for one in found if (of := degree(one))}


def _spread(*words: str) -> str:
    return r"\s+".join(r"\s*".join(word) for word in words)


def _line(*spellings: str) -> re.Pattern[str]:
    told = "|".join(_spread(*one.split()) for one in spellings)
    return re.compile(rf"[\W_]*(?:{told})[\W_]*")


# The second and third spelling show the same under the fonts of TCVN 5712 and of VNI.
_LOUD = {
    Classification.CONFIDENTIAL: _line("MẬT", "MËT", "MAÄT"),
    Classification.SECRET: _line("TỐI MẬT", "TèI MËT", "TOÁI MAÄT", "TOI MAT"),
    Classification.TOP_SECRET: _line("TUYỆT MẬT", "TUYÖT MËT", "TUYEÄT MAÄT", "TUYET MAT"),
}
_QUIET = {
    Classification.CONFIDENTIAL: re.compile(r"[\W_]*Mật[\W_]*"),
    Classification.SECRET: re.compile(r"[\W_]*Tối [Mm]ật[\W_]*"),
    Classification.TOP_SECRET: re.compile(r"[\W_]*Tuyệt [Mm]ật[\W_]*"),
}
_CAPITAL = re.compile(r"[\[({{<]\s*((?:TUYỆT\s+|TỐI\s+)?MẬT)\s*[\])}}>]")
_NAMED_ONE = re.compile(rf"^\W*(?:mức\s+)?độ\s+mật\s*[:=]\s*({_DEGREE})[\s.;]*$", re.IGNORECASE)
_STAMPS = {
    "confidential": Classification.CONFIDENTIAL,
    "/confidential": Classification.CONFIDENTIAL,
    "topsecret": Classification.TOP_SECRET,
    "/topsecret": Classification.TOP_SECRET,
}
"""Names of the stamps every reader of PDF has (ISO 32000-2, 12.5.6.12)."""

_VALUES = {
    **dict.fromkeys(("mat", "c", "confidential"), Classification.CONFIDENTIAL),
    **dict.fromkeys(("toi mat", "b", "secret"), Classification.SECRET),
    **dict.fromkeys(("tuyet mat", "a", "top secret"), Classification.TOP_SECRET),
}
"""What a field of secrecy says, without signs; the letters are those on envelopes."""

_LONGEST = 200  # signs of a line that may be a stamp, or name one


def _stands_alone(line: str) -> bool:
    return any(_is_alone(line, found.start(), found.end()) for found in _ALONE.finditer(line))


def _is_alone(line: str, start: int, end: int) -> bool:
    before = _WORD.findall(line[max(0, start - _NEAR) : start].casefold())
    after = _WORD.findall(line[end : end + _NEAR].casefold())
    return not (before and before[-1] in _BEFORE) and not (after and after[0] in _AFTER)


def _bare(text: str) -> str:
    """Give ``text`` in small letters without Vietnamese signs."""
    spread = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in spread if not unicodedata.combining(sign))
