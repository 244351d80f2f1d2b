"""What waits for me."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import OfficeError
from records.route import Act, Effect, Need
from web.language import sentence
from web.office import office, person
from web.pages.asked import number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from web.who import barred
from workflow.look import View, how_many_wait, page_of_desk, view
from workflow.quarantine import DECIDERS, held
from workflow.recall import pressing
from workflow.road import Choice
from workflow.several import Item, perform_each
from workflow.warn import notice

door = Blueprint("desk", __name__)

A_PAGE = 50
"""How many documents of a desk a page shows."""


@door.get("/")
def show() -> ResponseReturnValue:
    """Show what lies on my desk, longest waiting first."""
    waiting, more = page_of_desk(
        office(), after=request.args.get("cursor", ""), limit=A_PAGE, by=person()
    )
    count, uncounted = how_many_wait(office(), by=person())
    return render_template(
        "desk.html",
        waiting=waiting,
        more=more,
        to_sign=sum(any(act.does is Effect.SIGN for act in one.acts) for one in waiting),
        count=count,
        uncounted=uncounted,
        now=office().clock(),
        today=office().today(),
        notice=notice(office(), by=person()),
        pressing=pressing(office(), by=person()),
        held=len(held(office(), by=person())) if person().roles & DECIDERS else 0,
    )


@door.get("/desk/several")
def several() -> ResponseReturnValue:
    """Show each document that was chosen, and what may be done on all of them at once."""
    return choose()


def choose() -> ResponseReturnValue:
    """Give the page that asks once for all the documents that were chosen."""
    chosen = request.values.getlist("document")[:A_PAGE]
    if not chosen:
        flash(phrase("Hãy chọn ít nhất một văn bản."))
        return redirect(url_for("desk.show"), 303)
    seen = [view(office(), id, by=person()) for id in dict.fromkeys(chosen)]
    return render_template("several.html", seen=seen, acts=_in_common(seen))


@door.post("/desk/several")
@retold(choose)
def do_several() -> ResponseReturnValue:
    """Do one act on each of the documents that were shown, and tell what came of each."""
    items = [_item(told) for told in request.form.getlist("shown")]
    if not items:
        return choose()
    choice = Choice(comment=text_of("comment"), barred=barred())
    done = perform_each(office(), items, text_of("action"), choice, by=person())
    told = {one.id: view(office(), one.id, by=person()).document for one in done}
    refused = {one.id: sentence(one.came) for one in done if isinstance(one.came, OfficeError)}
    return render_template(
        "done.html",
        done=[(told[one.id], refused.get(one.id, "")) for one in done],
        good=len(done) - len(refused),
    )


def _item(told: str) -> Item:
    """Give a document as the page showed it: ``id version digest``."""
    id, _, rest = told.partition(" ")
    version, _, digest = rest.partition(" ")
    return Item(id, digest, number_of(version, "shown", phrase("Phiên bản")))


def _in_common(seen: Sequence[View]) -> list[Act]:
    """Give the acts that may be done on every one of them, and ask for words at most."""
    offered = [{act.name: act for act in one.acts if _plain(one, act)} for one in seen]
    return [act for name, act in offered[0].items() if all(name in one for one in offered)]


def _plain(seen: View, act: Act) -> bool:
    alone = sum(offer.act.name == act.name for offer in seen.offers) == 1
    asks = act.does or act.asks or act.name in seen.prospects.next or act.name in seen.behalf
    return alone and not asks and act.needs <= {Need.COMMENT, Need.SEEN, Need.OPENED}
