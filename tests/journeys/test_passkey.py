"""A passkey is made in a browser and lets its person in with the password, nobody without it."""

from playwright.sync_api import Browser, Page, expect

from bench.running import Running


def test_a_passkey_is_made_and_asked_for(browser: Browser, served: Running) -> None:
    home = served.home.replace("127.0.0.1", "localhost")
    page = browser.new_context().new_page()
    _log_in(page, home, served.password)
    expect(page.locator("h1")).to_have_text("Bàn làm việc")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
    told = {**kind, "isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": told})
    page.goto(f"{home}/account")
    page.fill("#passkey-name", "Máy của tôi")
    page.click("[data-passkey-add] button")
    expect(page.locator("#factors")).to_contain_text("Máy của tôi")

    page.context.clear_cookies()
    _log_in(page, home, served.password)
    expect(page.locator("h1")).to_have_text("Xác thực hai lớp")
    refused = page.request.post(f"{home}/login/passkey", data={"id": "x"})
    assert refused.status == 401
    page.click("[data-passkey-login]")
    expect(page.locator("h1")).to_have_text("Bàn làm việc")
    page.goto(f"{home}/account")
    page.click("#factors .docs button")
    expect(page.locator("#factors")).not_to_contain_text("Máy của tôi")


def _log_in(page: Page, home: str, password: str) -> None:
    page.goto(f"{home}/login")
    page.fill("#username", "luutru")
    page.fill("#password", password)
    page.click("button.primary")
