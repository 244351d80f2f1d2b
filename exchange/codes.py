"""The code lists of edXML, and the office's own words for them."""

from records.document import Urgency

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

# Decree 30/2020, article 7; its order is the number some systems send, none may be relied on.
_TYPES = (
    "nghị quyết",
    "quyết định",
    "chỉ thị",
    "quy chế",
    "quy định",
    "thông cáo",
    "thông báo",
    "hướng dẫn",
    "chương trình",
    "kế hoạch",
    "phương án",
    "đề án",
    "dự án",
    "báo cáo",
    "biên bản",
    "tờ trình",
    "hợp đồng",
    "công văn",
    "công điện",
    "bản ghi nhớ",
    "bản thỏa thuận",
    "giấy ủy quyền",
    "giấy mời",
    "giấy giới thiệu",
    "giấy nghỉ phép",
    "phiếu gửi",
    "phiếu chuyển",
    "phiếu báo",
    "thư công",
)

_URGENCIES = (Urgency.NORMAL, Urgency.URGENT, Urgency.VERY_URGENT, Urgency.IMMEDIATE)
_URGENCY_NAMES = {
    "thường": Urgency.NORMAL,
    "khẩn": Urgency.URGENT,
    "thượng khẩn": Urgency.VERY_URGENT,
    "hỏa tốc": Urgency.IMMEDIATE,
    "hoả tốc": Urgency.IMMEDIATE,
}

STATUS_CODES = frozenset({"01", "02", "03", "04", "05", "06", "13", "15", "16"})

OPERATIONS = {"0": "new", "1": "recall", "2": "update", "3": "replacement"}


def type_number(name: str) -> int:
    """Give the place of a document type in Decree 30, 0 for one it does not list."""
    folded = name.casefold()
    return _TYPES.index(folded) + 1 if folded in _TYPES else 0


def priority(urgency: Urgency) -> str:
    """Give the figure edXML has for ``urgency``: 0 to 3."""
    return str(_URGENCIES.index(urgency))


def urgency(written: str) -> Urgency:
    """Give the urgency behind a figure or a name; what nobody understands is not urgent."""
    if written in ("0", "1", "2", "3"):
        return _URGENCIES[int(written)]
    return _URGENCY_NAMES.get(written.casefold(), Urgency.NORMAL)
