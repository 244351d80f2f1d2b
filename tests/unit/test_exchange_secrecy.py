"""Marks of secrecy are seen; words that only contain them are not taken for marks."""

import time
import unicodedata

import pytest

from exchange.secrecy import is_marked, is_secrecy_field


@pytest.mark.parametrize(
    "line",
    [
        "MẬT",
        "Mật",
        "Tối mật",
        "[TUYỆT MẬT] Kế hoạch phòng thủ",
        "Kế hoạch (mật)",
        "MẬT - Báo cáo quý I",
        "Báo cáo quý I - MẬT",
        "TỐI MẬT: Kế hoạch",
        "MẬT - BÁO CÁO QUÝ I",
        "BÁO CÁO QUÝ I - MẬT",
        "Kế hoạch TỐI MẬT năm 2026",
        "Độ mật: Mật",
        "Văn bản có độ mật: tối mật",
        "Kế hoạch MẬT số 12",
        "MẬT_12_KH.pdf",
        "MẬT_12_KH.PDF",
        "12-KH-TUYỆT_MẬT.pdf",
        "12_TUYET_MAT.pdf",
        "12 TOI MAT.docx",
        "12-KH (MẬT).pdf",
    ],
)
def test_a_mark_is_seen_in_either_form_of_unicode(line: str) -> None:
    assert is_marked(line)
    assert is_marked(unicodedata.normalize("NFD", line))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Tháng Công nhân năm 2026",
        "Độ mật: Thường",
        "Quy chế bảo mật thông tin",
        "QUY CHẾ BẢO MẬT THÔNG TIN",
        "Quy chế BẢO MẬT thông tin",
        "Luật bảo vệ bí mật nhà nước",
        "Tập huấn về BÍ MẬT nhà nước",
        "V/v đổi mật khẩu hệ thống",
        "V/v đổi MẬT KHẨU hệ thống",
        "Giữ gìn mối quan hệ mật thiết với công nhân",
        "LƯU HÀNH NỘI BỘ",
        "MAT_TRAN_TO_QUOC.pdf",
        "MẬT_KHẨU.pdf",
        "BAO_MAT.pdf",
        "Hội thảo nuôi ong lấy mật",
    ],
)
def test_words_that_contain_a_mark_are_none(line: str) -> None:
    assert not is_marked(line)


@pytest.mark.parametrize("name", ["Secret", "SecurityLevel", "DoMat", "Độ_mật", "Classification"])
def test_a_field_of_secrecy_may_say_only_that_there_is_none(name: str) -> None:
    for harmless in ("", "0", "Thường", "thuong", "Không", "none", "Bình thường"):
        assert not is_secrecy_field(name, harmless)
    for marked in ("1", "Mật", "Tối mật", "A", "C", "không rõ"):
        assert is_secrecy_field(name, marked)


def test_other_fields_say_nothing_of_secrecy() -> None:
    assert not is_secrecy_field("Priority", "3")
    assert not is_secrecy_field("Subject", "Mật")


@pytest.mark.parametrize("part", ["A", "- ", "TỐI ", "( ", "độ mật ", "MẬT KHẨU ", "độ mật: "])
def test_a_line_made_to_tire_the_search_does_not(part: str) -> None:
    before = time.monotonic()
    is_marked(part * 200_000)

    assert time.monotonic() - before < 5
