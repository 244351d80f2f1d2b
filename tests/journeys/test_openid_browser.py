"""A browser comes in by an identity provider of another site, shows it again, and leaves."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.running import Running, free_port
from config.settings import Settings
from tests.conftest import Serving
from tests.servers.oidc import SECRET, OpenId

CLAIMS = {"preferred_username": "an.nguyen", "name": "Nguyễn An", "groups": ["van-thu"]}


@pytest.fixture
def openid(tmp_path: Path) -> Iterator[OpenId]:
    provider = OpenId(tmp_path, free_port())
    yield provider
    provider.stop()


@pytest.fixture
def served(openid: OpenId, tmp_path: Path, lay_out: Serving) -> Iterator[Running]:
    config = tmp_path / "config"
    shutil.copytree(Settings().trinhky_config, config, ignore=shutil.ignore_patterns("*.py*"))
    file = config / "identity.yaml"
    told = file.read_text().replace("create: false", "create: true")
    told = told.replace("groups: {}", "groups: {van-thu: [registry_clerk@van-phong]}")
    told += f"provider: {{name: Tài khoản tỉnh, issuer: '{openid.issuer}', client_id: trinhky}}\n"
    file.write_text(told)
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    running = lay_out(
        tmp_path / "office",
        called="localhost",
        trinhky_config=str(config),
        oidc_client_secret_file=str(secret),
    )
    openid.expect(running.home)
    openid.tell("s-1", **CLAIMS)
    openid.tell("s-2", preferred_username="khach", groups=[])
    openid.start()
    running.start()
    yield running
    running.stop()


def test_a_browser_comes_in_from_another_site_and_leaves_both(
    browser: Browser, served: Running
) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    _lead(page, served, "s-2")
    expect(page.locator("body")).to_contain_text("chưa có tài khoản hay chức vụ nào")
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.clear_cookies()
    page.goto(f"{served.home}/registers")
    expect(page.locator("h1")).to_have_text("Đăng nhập")
    page.click("text=Đăng nhập bằng Tài khoản tỉnh")
    _log_in(page, "s-1")
    expect(page.locator(".me strong")).to_have_text("Nguyễn An")
    assert page.url.startswith(f"{served.home}/registers")

    page.goto(f"{served.home}/account")
    expect(page.locator("#identities")).to_contain_text("s-1")
    page.goto(f"{served.home}/account/provider?next=/account")  # typed, so no page of ours asks
    _log_in(page, "s-1")
    expect(page.locator("h1")).to_have_text("Tài khoản của tôi")
    page.click("text=Đăng xuất")
    expect(page.locator("body")).to_contain_text("Bạn đã ra khỏi Trình Ký")
    page.click("text=Ra khỏi cả Tài khoản tỉnh")
    assert page.url.startswith("http://127.0.0.1:")
    page.goto(f"{served.home}/")
    expect(page.locator("h1")).to_have_text("Đăng nhập")


def _lead(page: Page, served: Running, login: str) -> None:
    page.goto(f"{served.home}/login")
    page.click("text=Đăng nhập bằng Tài khoản tỉnh")
    _log_in(page, login)


def _log_in(page: Page, login: str) -> None:
    page.fill("[name=login]", login)
    page.click("text=In")
