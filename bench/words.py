"""Vietnamese-looking words in the proportions of a language (Zipf), for subjects and texts."""

import random
from itertools import accumulate, product

FIRST = (
    *("b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu"),
    *("r", "s", "t", "th", "tr", "v", "x"),
)
REST = (
    *("a", "an", "ang", "anh", "ao", "ay", "ă", "ân", "ất", "ây", "en", "ể", "ên", "ếp", "iên"),
    *("iệt", "inh", "o", "oa", "oàn", "ô", "ông", "ơ", "ộ", "ôi", "ư", "ước", "ương", "uyết"),
    *("uân", "ung", "ụ", "ải", "ạo", "ành", "ẩm", "ắc", "ẵng", "ọc", "ốc", "ới", "ủa", "ường"),
)
VOCABULARY = tuple(
    random.Random(7).sample([a + b for a, b in product(FIRST, REST)], len(FIRST) * len(REST))  # noqa: S311 - nothing secret
)
SHARES = tuple(accumulate(1 / (rank + 3) for rank in range(len(VOCABULARY))))
MATTERS = (
    *("bổ nhiệm cán bộ", "tổ chức đại hội", "phê duyệt kế hoạch", "thanh toán kinh phí"),
    *("khen thưởng tập thể", "kiểm tra tài chính", "tuyển dụng viên chức", "sửa đổi quy chế"),
    *("triển khai chuyển đổi số", "chăm lo đoàn viên", "báo cáo tổng kết", "phân công nhiệm vụ"),
)
LENGTH = 150
"""How many words a text has: a day compressed is read from short papers."""


def text(chance: random.Random) -> str:
    """Give the text of a paper."""
    return " ".join(chance.choices(VOCABULARY, cum_weights=SHARES, k=LENGTH))


def subject(chance: random.Random, n: int) -> str:
    """Give the subject of document ``n``."""
    words = " ".join(chance.choices(VOCABULARY, cum_weights=SHARES, k=4))
    return f"Về việc {chance.choice(MATTERS)} {words}, hồ sơ {n:06d}"


def question(chance: random.Random) -> str:
    """Give what somebody types who half remembers a document."""
    kind = chance.random()
    if kind < 0.3:  # noqa: PLR2004 - shares of a day's questions
        return chance.choice(MATTERS)
    if kind < 0.7:  # noqa: PLR2004 - shares of a day's questions
        return " ".join(chance.choices(VOCABULARY, cum_weights=SHARES, k=2))
    return f"{chance.choice(MATTERS)} {chance.choice(VOCABULARY)}"
