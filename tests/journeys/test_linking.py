"""A source is found and named on a page that fits a telephone, and the document rises with it."""

from playwright.sync_api import expect

from bench.running import Running
from tests.conftest import LoggedIn


def test_a_source_is_named_on_any_screen(logged_in: LoggedIn, served: Running) -> None:
    officer = served.by("chuyenvien")
    plain = {"type": "TB", "subject": "Về việc họp lieu-den", "body": ["Họp."]}
    kept = {"type": "TB", "subject": "Về kế hoạch kín", "body": ["Kín."]}
    source = officer.post("/drafts", {**kept, "classification": "secret"}).must(201).told["id"]
    for width in (1280, 360):
        id = officer.post("/drafts", plain).must(201).told["id"]
        page = logged_in(served, "chuyenvien", width=width)
        page.goto(f"{served.home}/documents/{id}")
        page.get_by_role("link", name="Ghi văn bản liên quan…").click()
        page.fill("#q", source)
        page.get_by_role("button", name="Tìm").last.press("Enter")
        expect(page.locator("input[name=source]")).to_have_count(1)
        expect(page.locator("input:checked")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_label("Về kế hoạch kín").check()
        page.get_by_label("Trích dẫn").check()
        page.get_by_role("button", name="Ghi liên quan").press("Enter")
        expect(page.locator("p.note").first).to_contain_text("nay có độ mật của văn bản nguồn")
        expect(page.locator("#links")).to_contain_text("Về kế hoạch kín")
        page.wait_for_load_state()  # its words come before its style
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert officer.get(f"/documents/{id}").must(200).told["classification"] == "secret"
