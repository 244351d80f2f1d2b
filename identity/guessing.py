"""What anybody would try first: common passwords, and words that stand near an account."""

import unicodedata
from collections.abc import Sequence

from zxcvbn.frequency_lists import FREQUENCY_LISTS

COMMON = frozenset(FREQUENCY_LISTS["passwords"])
"""30,000 common passwords, some 11,000 of them of 8 signs and more (OWASP ASVS 5.0, 6.2.4)."""

_WORDS = """
matkhau matkhaumoi matkhaucu doimatkhau khongco khongcomatkhau vietnam vietnamvodich hanoi saigon
danang haiphong cantho tphcm hochiminh bacho dangcongsan congdoan tongliendoan liendoanlaodong ldld
congdoanvietnam vanphong vanthu luutru lanhdao chutich phochutich chanhvanphong truongban
truongphong chuyenvien quantri quantrivien quanly nguoidung trinhky kyso vanban xinchao chaoban
toiyeuvietnam yeuem yeuanh anhyeuem emyeuanh boyeu meyeu giadinh hanhphuc password
"""

HERE = frozenset(_WORDS.split())
"""Words of offices like this one, without their marks and blanks."""

_SHORTEST_WORD = 3
_AFFIXES = "0123456789!@#$%^&*()-_=+.,?/ "
_CHARACTERS = 4


def is_guessed(password: str, near: Sequence[str]) -> bool:
    """Tell whether anybody would try it early.

    Takes   near: the account first, then the person's name and the agency's names.
    """
    told = password.casefold()
    if told in COMMON or len(set(told)) < _CHARACTERS:
        return True
    bare = _bare(password)
    core = bare.strip(_AFFIXES)
    words = {_bare(one) for one in near}
    account = near[0].casefold()
    if len(account) >= _SHORTEST_WORD and account in told:
        return True
    return not core or core in HERE or core in COMMON or core in words


def _bare(words: str) -> str:
    """Give words without marks, blanks and case: "Mật khẩu" is "matkhau"."""
    plain = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    return "".join(one for one in plain if not unicodedata.combining(one) and not one.isspace())
