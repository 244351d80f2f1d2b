"""A password is none that anybody would try first."""

import pytest

from identity.guessing import COMMON, is_guessed

NEAR = ("vanthu2", "Nguyễn Thị Hoa", "LĐLĐ thành phố Demo", "LĐLĐ", "H49.90.1", "")


@pytest.mark.parametrize(
    "password",
    [
        "12345678",
        "password1",
        "iloveyou",
        "anhyeuem",
        "Matkhau1",
        "mật khẩu 123",
        "MẬT KHẨU!",
        "vietnam2026",
        "Congdoan@2026",
        "LĐLĐ2026",
        "nguyenthihoa",
        "Nguyễn Thị Hoa 1990",
        "xxVanThu2xx",
        "aaaaaaaa",
        "20261120",
        "!!!!????",
        "dragon2026",
    ],
)
def test_what_anybody_would_guess_is_no_password(password: str) -> None:
    assert is_guessed(password, NEAR)


@pytest.mark.parametrize(
    "password",
    ["con mèo đi học", "9fK2!vLq", "hoa sen nở tháng mười", "tầng ba nhìn ra sông", "Xq7-mưa-đêm"],
)
def test_what_nobody_would_guess_is_one(password: str) -> None:
    assert not is_guessed(password, NEAR)


def test_the_list_is_as_long_as_it_must_be() -> None:
    assert sum(len(one) >= 8 for one in COMMON) >= 3000
