"""Behind TLS the cookies are bound to this very host; on this machine they work without."""

import pytest

from tests.conftest import PASSWORD, House
from web.application import build


@pytest.mark.parametrize(
    ("base", "prefix"), [("https://van-phong.example", "__Host-"), ("http://localhost", "")]
)
def test_behind_tls_no_other_host_can_set_the_cookie(house: House, base: str, prefix: str) -> None:
    client = build(house.office, secret=b"s" * 32, largest=1_000_000).test_client()
    told = {"username": "vanthu", "password": PASSWORD}

    answer = client.post("/login", data=told, base_url=base)

    said = [
        one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{prefix}trinhky=")
    ]
    assert len(said) == 1
    assert ("Secure" in said[0]) is bool(prefix)
    assert "Path=/" in said[0]
    assert "Domain" not in said[0]
    token = said[0].partition("=")[2].partition(";")[0]
    assert client.get("/registers", base_url=base).status_code == 200
    other = build(house.office, secret=b"s" * 32, largest=1_000_000).test_client()
    wrong = "trinhky" if prefix else "__Host-trinhky"
    other.set_cookie(wrong, token, domain=base.partition("//")[2], secure=bool(prefix))
    assert other.get("/registers", base_url=base).status_code == 303
