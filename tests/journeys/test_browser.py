"""One journey through a real browser: drafted, approved by three people, sealed, found, seen."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageChops
from playwright.sync_api import Browser, FilePayload, Page, expect

from bench.running import Running
from tests.conftest import LoggedIn
from tests.foreign import Authority, signed
from tests.rooms.test_signing_office import plain_pdf

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


def test_a_dropped_file_is_judged_in_place_and_opens_as_it_was_signed(
    logged_in: LoggedIn, served: Running
) -> None:
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's own loop runs in this thread
        first, whole = elsewhere.submit(_signed_twice).result()
    page = logged_in(served, "vanthu", width=360)
    page.goto(f"{served.home}/validate")
    brought: FilePayload = {"name": "den.pdf", "mimeType": "application/pdf", "buffer": whole}
    page.set_input_files("#file", brought)
    page.click("#check .primary")
    expect(page.locator("#verdict-title")).to_have_text("Kết quả: den.pdf")
    told = page.locator("#told")
    expect(told.locator(".main-verdict")).to_contain_text("Chưa đủ căn cứ kết luận")
    for field in ("Nơi cấp chứng thư", "Chuỗi tin cậy", "Toàn vẹn", "Đúng người có thẩm quyền?"):
        expect(told).to_contain_text(field)
    with page.expect_download() as kept:
        told.get_by_role("button", name="Tải đúng bản đã ký").first.click()
    assert kept.value.path().read_bytes() == first
    with page.expect_download() as kept:
        told.get_by_role("button", name="Báo cáo theo ETSI").click()
    assert "ValidationReport" in json.loads(kept.value.path().read_text())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.set_input_files("#file", {**brought, "buffer": b"no pdf"})
    page.click("#check .primary")
    expect(page.locator("#refused")).to_contain_text("Chưa thực hiện được")


def _signed_twice() -> tuple[bytes, bytes]:
    signer = Authority().issued("Nguyễn Văn Đức")
    first = signed(plain_pdf(), signer)
    return first, signed(first, signer, field="Signature2")


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


def test_a_leader_directs_on_a_phone_with_keys_alone(
    logged_in: LoggedIn, served: Running, paper: bytes
) -> None:
    id = _registered(logged_in(served, "vanthu"), served, paper)
    page = logged_in(served, "chutich", width=360)
    page.goto(f"{served.home}/documents/{id}")
    page.get_by_role("link", name="Bút phê: chủ trì").press("Enter")
    page.focus("#to")
    page.keyboard.type("Ban Tổ chức")
    page.keyboard.press("Tab")
    page.fill("#due_date", "2036-11-27")
    page.focus("#comment-assign")
    page.keyboard.type("Khẩn trương")
    row = page.locator(".charge-row").first
    row.locator("[name=other]").focus()
    page.keyboard.type("Văn phòng")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.focus("#due_date")
    page.keyboard.press("Enter")  # means the directive, not more rows

    expect(page.locator("#parts")).to_contain_text("Khẩn trương")
    expect(page.locator("#parts")).to_contain_text("Phối hợp: Lê Minh Phương (Văn phòng)")
    expect(page.locator("#parts")).to_contain_text("Chủ trì: Trần Quốc Đạt (Ban Tổ chức)")
    for path in (f"/documents/{id}", f"/documents/{id}/directive", "/assignments?given=1"):
        page.goto(served.home + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def _registered(page: Page, served: Running, paper: bytes) -> str:
    """Give a document that came in and has its number."""
    told = {"username": "vanthu", "password": served.password}
    token = page.request.post(f"{served.home}/api/v1/tokens", data=told).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    about = {"direction": "incoming", "type": "công văn", "subject": "Mời họp giao ban"}
    brought = page.request.post(
        f"{served.home}/api/v1/documents",
        headers=headers,
        multipart={
            "metadata": json.dumps({**about, "classification": "none"}),
            "file": {"name": "den.pdf", "mimeType": "application/pdf", "buffer": paper},
        },
    )
    id = str(brought.json()["id"])
    number = f"{served.home}/api/v1/documents/{id}/actions/number"
    assert page.request.post(number, headers=headers, data={}).ok
    return id


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
