"""Vietnamese as keys were struck with no input method on: ``quyeets ddinhj`` is quyết định."""

import re
import unicodedata

_TONES = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_LETTERS = (
    ("dd", "đ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("uow", "ươ"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_SYLLABLE = re.compile(
    r"(?P<first>ngh|gi(?=[aeiouyâêôăơư])|qu|ng|nh|gh|ch|kh|ph|th|tr|[bcdđghklmnprstvx])?"
    r"(?P<vowel>[aeiouyâêôăơư]{1,3})(?P<last>ch|nh|ng|[cmnpt])?"
)
_MARKED = "âêôăơư"
_OPEN_PAIRS = frozenset({"oa", "oe", "uy"})


def decode(word: str) -> str:
    """Give the syllable that these keys stand for, or "" if they stand for none."""
    struck = word.lower()
    if not struck.isascii() or not struck.isalpha():
        return ""
    tone = ""
    for n in range(len(struck) - 1, 0, -1):
        if struck[n] in _TONES:
            plain = _letters(struck[:n] + struck[n + 1 :])
            if _SYLLABLE.fullmatch(plain):
                tone, struck = _TONES[struck[n]], struck[:n] + struck[n + 1 :]
                break
    syllable = _letters(struck)
    found = _SYLLABLE.fullmatch(syllable)
    if not found or (syllable == word.lower() and not tone):
        return ""
    return _toned(found, tone)


def spelled(exact: str) -> str:
    """Give a word that is kept with its tone behind it as it is written."""
    plain, tone = (exact[:-1], exact[-1]) if exact[-1:] in _TONES.values() else (exact, "")
    found = _SYLLABLE.fullmatch(plain)
    return _toned(found, tone) if found and tone else unicodedata.normalize("NFC", exact)


def _letters(struck: str) -> str:
    # A mark may be struck after the end of its syllable: ``ddoanf`` but also ``doanfd``.
    if struck.startswith("d") and struck.endswith("d") and len(struck) > 1 and struck[1] != "d":
        struck = "d" + struck[:-1]
    late = re.fullmatch(r"(.*?)([aeo])([^aeo]+)\2", struck)
    if late:
        struck = f"{late[1]}{late[2]}{late[2]}{late[3]}"
    late = re.fullmatch(r"(.*?)(uo|a|o|u)([^aeow]+)w", struck)
    if late:
        struck = f"{late[1]}{late[2]}w{late[3]}"
    for keys, letter in _LETTERS:
        struck = struck.replace(keys, letter)
    return struck


def _toned(found: re.Match[str], tone: str) -> str:
    first, vowel, last = found["first"] or "", found["vowel"], found["last"] or ""
    at = max((n for n, char in enumerate(vowel) if char in _MARKED), default=-1)
    if at < 0:
        inner = len(vowel) > 1 and (bool(last) or vowel in _OPEN_PAIRS or len(vowel) > 2)  # noqa: PLR2004  # of three vowels the middle one
        at = 1 if inner else 0
    whole = f"{first}{vowel[: at + 1]}{tone}{vowel[at + 1 :]}{last}"
    return unicodedata.normalize("NFC", whole)
