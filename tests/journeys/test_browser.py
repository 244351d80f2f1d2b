"""One journey through a real browser: drafted, approved by three people, sealed, found, seen."""

import io

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect

from bench.running import Running
from tests.conftest import LoggedIn

SUBJECT = "Về việc bổ nhiệm cán bộ công đoàn cơ sở"


def open_waiting(page: Page) -> None:
    """Open the document that waits on this desk."""
    page.locator("main").get_by_role("link", name=SUBJECT).first.click()
    expect(page.locator("h1")).to_contain_text(SUBJECT)


def test_a_document_goes_its_road_in_a_browser(logged_in: LoggedIn, served: Running) -> None:
    _draft(logged_in(served, "chuyenvien"), served)
    for who in ("truongban", "chanhvanphong"):
        page = logged_in(served, who)
        open_waiting(page)
        page.fill("#comment-approve", "Đồng ý")
        page.click("#act-approve button")
        expect(page.locator("main")).not_to_contain_text("Lỗi")
    _sign(logged_in(served, "chutich"))
    _seal(logged_in(served, "vanthu"))
    _find_and_look(logged_in(served, "kiemtra"), served)


def test_the_desk_fits_a_phone(logged_in: LoggedIn, served: Running) -> None:
    page = logged_in(served, "chutich", width=360)
    for path in ("/", "/documents", "/search?q=bo+nhiem", "/validate"):
        page.goto(served.home + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, path


def test_login_and_desk_work_by_keyboard_alone(browser: Browser, served: Running) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{served.home}/login")
    page.focus("#username")
    page.keyboard.type("truongban")
    page.keyboard.press("Tab")
    page.keyboard.type(served.password)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Bàn làm việc")
    page.reload()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText"))
    assert reached[0] == "Đến nội dung chính"
    assert "Văn bản" in reached


def _draft(page: Page, served: Running) -> None:
    page.goto(f"{served.home}/documents/new/draft?type=QĐ")
    page.fill("#subject", SUBJECT)
    page.locator("[name=classification]").first.wait_for()
    _choose(page, "classification", "none")
    page.fill("[name=field-body]", "Bổ nhiệm ông Nguyễn Văn Thắng.\nCó hiệu lực từ ngày ký.")
    page.locator("main form button.primary").last.click()
    expect(page.locator("h1")).to_contain_text(SUBJECT)
    page.locator("#act-submit button").click()
    expect(page.locator("main")).to_contain_text("Kiểm tra nội dung")


def _choose(page: Page, name: str, value: str) -> None:
    field = page.locator(f"[name={name}]").first
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        page.locator(f"[name={name}][value={value}]").check()


def _sign(page: Page) -> None:
    open_waiting(page)
    page.locator("a[href$='/sign']").first.click()
    expect(page.locator("svg rect").first).to_be_attached()
    page.click("#act-sign button.primary")
    expect(page.locator("main")).to_contain_text("Đã ký")


def _seal(page: Page) -> None:
    open_waiting(page)
    direct = page.locator("#act-seal button")
    if direct.count():
        direct.first.click()
    else:
        page.locator("a[href$='/sign']").first.click()
        page.click("#act-seal button.primary")
    answer = page.locator("dialog#confirm [data-answer=yes]")
    if answer.is_visible():
        answer.click()
    expect(page.locator("main")).to_contain_text("/QĐ-LĐLĐ")


def _find_and_look(page: Page, served: Running) -> None:
    page.goto(f"{served.home}/search?q=bo+nhiem+can+bo")
    for _ in range(50):
        found = page.locator("main").get_by_role("link", name=SUBJECT)
        if found.count():
            break
        page.wait_for_timeout(200)
        page.reload()
    found.first.click()
    page.locator("#pages img, .pages img").first.scroll_into_view_if_needed()
    address = page.locator("#pages img, .pages img").first.get_attribute("src") or ""
    picture = page.request.get(served.home + address)
    assert picture.ok
    pixels = Image.open(io.BytesIO(picture.body())).convert("RGB")
    red, green, blue = pixels.split()
    assert _count(red, green, above=180, below=90) > 500  # the seal
    assert _count(blue, red, above=140, below=90) > 200  # the signature


def _count(strong: Image.Image, weak: Image.Image, *, above: int, below: int) -> int:
    """Give how many pixels have much of one colour and little of another."""
    much = strong.point(lambda value: 255 * (value > above))
    little = weak.point(lambda value: 255 * (value < below))
    return ImageChops.multiply(much, little).histogram()[255]


# ── a clerk who never saw the editor ─────────────────────────────────────────────────────

MATTER = "Về việc mua sắm máy tính cho Văn phòng"


def test_a_clerk_builds_a_road_with_a_council_and_sends_a_document_through_it(
    logged_in: LoggedIn, served: Running
) -> None:
    _build(logged_in(served, "quantri"), served)
    _stand_in(logged_in(served, "phochutich"), served)
    page = logged_in(served, "chuyenvien")
    page.goto(f"{served.home}/documents/new/draft?type=TTr")
    page.fill("#subject", MATTER)
    _choose(page, "classification", "none")
    page.get_by_label("Quy trình").select_option(label="Trình có hội đồng (Văn bản đi)")
    page.fill("[name=field-addressees]", "Ban Thường vụ")
    page.fill("[name=field-body]", "Đề nghị mua 05 máy tính.")
    page.locator("main form button.primary").last.click()
    expect(page.locator("h1")).to_contain_text(MATTER)
    page.wait_for_load_state()
    page.locator("#layout a.button").click()
    expect(page.locator("#layout")).to_contain_text("Đúng thể thức.", timeout=20_000)
    page.locator("#act-submit button").click()
    expect(page.locator(".road li.here")).to_contain_text("Trưởng ban xem")
    _agree(logged_in(served, "truongban"))
    # The deputy is away: whoever stands in agrees for them, and two of three are enough.
    page = logged_in(served, "luutru")
    _agree(page)
    expect(page.locator(".history")).to_contain_text("thay mặt Vũ Đình Khải")
    expect(page.locator(".branches")).to_contain_text("cần 2 trên 3 đồng ý")
    _agree(logged_in(served, "chanhvanphong"))
    page = logged_in(served, "chanhvanphong")
    _open(page)
    expect(page.locator(".road li.here")).to_contain_text("Kiểm tra thể thức")
    page.click("[id^=act-approve] button")
    expect(page.locator(".road li.here")).to_contain_text("Chờ ký")


def test_the_editor_and_the_layout_check_fit_a_phone(logged_in: LoggedIn, served: Running) -> None:
    page = logged_in(served, "quantri", width=360)
    page.goto(f"{served.home}/admin/workflows/new")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def _build(page: Page, served: Running) -> None:
    """Build three levels by choosing only; the text is never looked at."""
    page.goto(f"{served.home}/admin/workflows/new")
    page.get_by_label("Tên quy trình").fill("Trình có hội đồng")
    page.fill("#level-1", "Trưởng ban xem")
    page.locator("#seats-1-1").select_option(label="Lãnh đạo đơn vị soạn thảo")
    page.fill("#level-2", "Hội đồng thẩm định")
    for n, seat in enumerate(
        (
            "Lãnh đạo đơn vị, Ban Tổ chức",
            "Chánh Văn phòng, Văn phòng",
            "Lãnh đạo cơ quan, Thường trực",
        ),
        1,
    ):
        page.locator(f"#seats-2-{n}").select_option(label=seat)
    page.locator("#wanted-2").select_option(label="hai người đồng ý")
    page.fill("#level-3", "Kiểm tra thể thức")
    page.locator("#seats-3-1").select_option(label="Chánh Văn phòng, Văn phòng")
    page.get_by_role("button", name="Dựng quy trình").click()
    expect(page.locator("#preview")).to_contain_text("Đã chứng minh")
    expect(page.locator("#preview svg")).to_be_visible()
    page.get_by_role("button", name="Lưu và áp dụng").click()
    expect(page.locator("main")).to_contain_text("Đã áp dụng phiên bản 1")


def _stand_in(page: Page, served: Running) -> None:
    """Let the archivist act for the deputy, who is away."""
    page.goto(f"{served.home}/delegations")
    page.locator("#add summary").first.click()
    page.get_by_label("Người được ủy quyền").select_option(label="Hoàng Văn Sửu, Lưu trữ viên")
    since = page.locator("#since").input_value()
    page.fill("#until", f"{int(since[:4]) + 1}{since[4:8]}01")
    page.fill("#basis", "12/GUQ-LĐLĐ")
    page.fill("#basis_on", f"{int(since[:4]) - 1}{since[4:8]}01")
    page.locator("#add button.primary").click()
    expect(page.locator("main")).to_contain_text("Đang có hiệu lực")


def _open(page: Page) -> None:
    page.goto(page.url.split("/documents")[0].rstrip("/") + "/")
    page.locator("main").get_by_role("link", name=MATTER).first.click()


def _agree(page: Page) -> None:
    """Open what waits on the desk and agree."""
    _open(page)
    page.locator("[id^=act-approve] button, [id^=act-agree] button").first.click()
    expect(page.locator("main")).to_contain_text("Đã ghi nhận")
