"""A leader signs in a real browser with VGCA Sign Service at its own address on this computer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from bench.running import Running
from signing.key_folder import open_holder, pass_phrase, place_of
from tests.conftest import Serving
from tests.journeys.conftest import ARGUMENTS
from tests.servers.vgca import Desk, listening

PHONE = ViewportSize(width=360, height=800)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, lay_out: Serving) -> Iterator[Running]:
    """Give an office whose leader signs with the service."""
    running = lay_out(tmp_path_factory.mktemp("vgca"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    """Give a phone's browser that has accepted the service's certificate, as its person must."""
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, "--ignore-certificate-errors"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield browser.new_context(ignore_https_errors=True, viewport=PHONE)
        browser.close()


def desk_of(office: Running, whose: str) -> Desk:
    folder = office.data / "keys"
    holder = open_holder(place_of(folder, whose), pass_phrase(folder))
    return Desk(holder.key, holder.certificate, tuple(holder.chain))


def entered(context: BrowserContext, office: Running, who: str) -> Page:
    context.clear_cookies()
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(f"{office.home}/login")
    page.fill("#username", who)
    page.fill("#password", office.password)
    page.click("button.primary")
    page.wait_for_url(lambda url: not url.endswith("/login"))
    return page


def settled(context: BrowserContext, office: Running, path: str) -> None:
    page = entered(context, office, "quantri")
    page.goto(f"{office.home}/admin/{path}")
    page.select_option("#kind", "service")
    page.locator("form").filter(has=page.locator("#kind")).locator("button.primary").click()
    expect(page.locator("p.note")).to_contain_text("Đã lưu nơi giữ khóa")


def approved(office: Running) -> str:
    begun = office.by("chuyenvien").post(
        "/drafts",
        {
            "type": "TB",
            "subject": "Về việc ký bằng VGCA",
            "body": ["Thực hiện từ hôm nay."],
            "recipients": ["H49.90.2"],
        },
    )
    id = str(begun.must(201).told["id"])
    for who, action in (
        ("chuyenvien", "submit"),
        ("truongban", "approve"),
        ("chanhvanphong", "approve"),
    ):
        office.by(who).act(action, id)
    return id


def test_leader_and_clerk_sign_in_a_browser_with_the_service(
    context: BrowserContext, office: Running, tmp_path: Path
) -> None:
    settled(context, office, "people/chutich/keys")
    settled(context, office, "keys")
    id = approved(office)
    page = entered(context, office, "chutich")

    # Nobody listens: the page says so, and what to do.
    start(page, office, id)
    expect(page.get_by_text("Không kết nối được VGCA Sign Service")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("https://127.0.0.1:8987/")).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="Quay lại và ký lại").click()
    expect(page.locator("p.note")).to_contain_text("Văn bản giữ nguyên")

    desk = desk_of(office, "chutich")
    with listening(desk, tmp_path):
        desk.cancels = True
        start(page, office, id)
        expect(page.get_by_text("Bạn đã hủy trong VGCA Sign Service")).to_be_visible()
        desk.cancels, desk.typed = False, "87654321"
        start(page, office, id)
        expect(page.locator("#service-said")).to_have_text("Sai mã PIN")
        other = desk_of(office, "phochutich")
        desk.typed, desk.key, desk.certificate = other.typed, other.key, other.certificate
        start(page, office, id)
        expect(page.locator("#service-said")).to_contain_text("không được đăng ký", timeout=20_000)
        page.get_by_role("link", name="Quay lại và ký lại").click()
        expect(page.locator("p.note")).to_contain_text("không được đăng ký")
        right = desk_of(office, "chutich")
        desk.key, desk.certificate = right.key, right.certificate
        start(page, office, id)
        expect(page.locator("p.note")).to_contain_text("Đã ký", timeout=20_000)
    assert desk.asked == ["SignApproved"] * 4

    page = entered(context, office, "vanthu")
    seal = desk_of(office, "seal")
    with listening(seal, tmp_path):
        start(page, office, id)
        expect(page.locator("p.note")).to_contain_text("Đã đóng dấu", timeout=20_000)
    assert seal.asked == ["SignIssued"]
    told = office.by("vanthu").get(f"/documents/{id}/validation").must(200).told
    assert (told["verdict"], [one["role"] for one in told["signatures"]]) == (
        "valid",
        ["leader", "agency"],
    )


def start(page: Page, office: Running, id: str) -> None:
    page.goto(f"{office.home}/documents/{id}/sign")
    button = page.locator("button", has_text="bằng VGCA")
    with page.expect_response(lambda answer: answer.url.endswith("/sign-service")) as began:
        button.click()
    policy = began.value.headers["content-security-policy"]
    assert "connect-src wss://127.0.0.1:8987;" in policy
    assert "script-src 'self';" in policy


def test_no_other_page_may_speak_to_this_computer(office: Running) -> None:
    for path in ("/login", "/healthz", "/api/v1/openapi.json"):
        assert "8987" not in office.anybody().call("GET", path).headers["Content-Security-Policy"]
