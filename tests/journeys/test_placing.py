"""Boxes are put on a page with a mouse, with keys alone, and on a telephone."""

from playwright.sync_api import Page, expect

from bench.papers import minimal_pdf
from bench.running import Running
from tests.conftest import LoggedIn


def brought(served: Running) -> str:
    told = served.by("chuyenvien").bring(
        minimal_pdf("Giay nay tu noi khac"),
        type="TB",
        subject="Giấy soạn ở nơi khác, đặt chỗ bằng tay",
        recipients=["H49.90.2"],
        signer="chutich",
    )
    return str(told.must(201).told["id"])


def value(page: Page, part: str, name: str) -> float:
    return float(page.locator(f"#{part}-{name}").input_value())


def test_boxes_are_dragged_and_moved_by_keys(logged_in: LoggedIn, served: Running) -> None:
    id = brought(served)
    for width in (1280, 360):
        page = logged_in(served, "chuyenvien", width=width)
        page.goto(f"{served.home}/documents/{id}")
        page.get_by_role("link", name="Đặt vị trí").click()
        box = page.locator("g[data-part=signature]")
        box.scroll_into_view_if_needed()
        expect(page.locator("img").last).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        before = value(page, "signature", "x"), value(page, "signature", "y")

        box.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowUp")
        assert value(page, "signature", "x") == round(before[0] - 1, 1)
        assert value(page, "signature", "y") == round(before[1] - 5, 1)
        assert page.locator("[name=signature-on]").is_checked()
        page.keyboard.press("Control+z")
        assert value(page, "signature", "y") == before[1]

        where = box.locator(".face").bounding_box()
        assert where
        middle = where["x"] + where["width"] / 2, where["y"] + where["height"] / 2
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] - 30, middle[1] + 40, steps=4)
        page.mouse.up()
        dragged = value(page, "signature", "x"), value(page, "signature", "y")
        assert dragged[0] < before[0] - 5
        assert dragged[1] > before[1] + 5

        page.get_by_role("button", name="Lưu vị trí").click()
        expect(page.locator("p.note").first).to_contain_text("Đã lưu vị trí")
        placed = served.by("chuyenvien").get(f"/documents/{id}/placement").must(200).told
        assert placed["placed"] == ["signature"]
        left = placed["signature"]["x0"] / 72 * 25.4
        assert abs(left - dragged[0]) < 0.2
        page.get_by_role("button", name="Hoàn tác lần lưu gần nhất").click()
        expect(page.locator("p.note").first).to_contain_text("vị trí trước đó")


def test_a_wrong_place_comes_back_as_it_was_typed(logged_in: LoggedIn, served: Running) -> None:
    id = brought(served)
    page = logged_in(served, "chuyenvien")
    page.goto(f"{served.home}/documents/{id}/place")
    page.fill("#number-x", "205")
    page.get_by_role("button", name="Lưu vị trí").click()
    expect(page.locator("#summary")).to_contain_text("nằm ra ngoài trang")
    assert value(page, "number", "x") == 205
    assert page.locator("[name=number-on]").is_checked()
