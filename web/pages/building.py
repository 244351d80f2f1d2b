"""A road put together by choosing; its text stands in the editor, to be tried and changed."""

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from records.document import Direction
from records.errors import Refused
from web.office import office, person
from web.pages.asked import number_of, text_of
from web.pages.editor import desk
from web.pages.retold import retold
from web.pages.seats import DIRECTIONS
from web.phrases import phrase
from workflow.compose import MOST_LEVELS, Level, Outline, compose, seats
from workflow.define import require_administrator
from workflow.look import staff

door = Blueprint("building", __name__, url_prefix="/admin/workflows")

LONGEST = 99
"""How many working days a level may take at most."""


@door.post("/build")
@retold(lambda **_: desk(""))
def build() -> ResponseReturnValue:
    """Show the editor with the road that was put together."""
    require_administrator(person())
    wanted = request.form.get("direction", "")
    if wanted not in DIRECTIONS:
        raise Refused("body.invalid", field="direction", why="none of those offered")
    levels = tuple(_level(n) for n in range(1, MOST_LEVELS + 1))
    days = number_of(text_of("within"), "within", phrase("Số ngày làm việc mỗi bước")) or 0
    if days > LONGEST:
        raise Refused("outline.days", most=LONGEST)
    within = f"{days}d" if days else ""
    text = compose(Outline(text_of("title"), Direction(wanted), levels, within))
    flash(phrase("Đã dựng xong. Xem sơ đồ và kết quả kiểm tra, rồi bấm «Lưu và áp dụng»."))
    return desk("", text=text)


def _level(n: int) -> Level:
    chosen = [seat for seat in request.form.getlist(f"seats-{n}") if seat]
    known = {words for words, _, _ in seats(*staff(office()))}
    strange = [seat for seat in chosen if seat not in known]
    if strange:
        raise Refused("outline.seat", seat=strange[0][:40])
    wanted = number_of(text_of(f"wanted-{n}"), f"wanted-{n}", phrase("Số người phải đồng ý")) or 0
    return Level(text_of(f"level-{n}"), tuple(dict.fromkeys(chosen)), wanted)
