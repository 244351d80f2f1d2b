"""Marks of secrecy in a message's metadata: what carries one may not travel this way."""

import re
import unicodedata

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
