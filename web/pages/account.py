"""Everybody's own account: password, second factors, where they are logged in, tokens."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from identity.otp import picture_of
from records.access import PassKind, Scope
from records.errors import Refused
from records.person import Role
from web.office import office, person
from web.pages.asked import number_of, text_of
from web.pages.retold import retold
from web.passkey_answer import read_answer
from web.phrases import phrase
from web.who import bearer_of_request, confirm_again, granted, require_fresh
from workflow import account as verbs
from workflow.linking import links_of

door = Blueprint("account", __name__, url_prefix="/account")

USUAL = 90
"""For how many days a token is good unless somebody says otherwise."""


def whole() -> ResponseReturnValue:
    """Show somebody their own account."""
    return _page()


def _page(**about: object) -> str:
    mine = verbs.account(office(), by=person())
    scopes = tuple(
        one for one in Scope if one is not Scope.ADMINISTER or Role.ADMINISTRATOR in person().roles
    )
    told = {"made": "", "codes": (), "mine": mine, "here": granted().id, "scopes": scopes}
    return render_template(
        "account.html",
        **{**told, **about},
        sessions=[one for one in mine.passes if one.kind is not PassKind.TOKEN],
        tokens=[one for one in mine.passes if one.kind is PassKind.TOKEN],
        enrolling=granted().kind is PassKind.ENROLLING,
        links=links_of(office(), person().id, by=person()),
        possible=office().passkeys.possible,
        usual=USUAL,
        typed=request.form,
    )


@door.get("")
def show() -> ResponseReturnValue:
    """Show somebody their own account."""
    return whole()


@door.post("/password")
@retold(whole)
def password() -> ResponseReturnValue:
    """Change one's own password."""
    new = request.form.get("new", "")
    if new != request.form.get("new_again", ""):
        raise Refused("password.differs", anchor="new_again")
    ended = verbs.change_password(
        office(),
        request.form.get("password", ""),
        new,
        bearer_of_request(),
        address=request.remote_addr or "unknown",
        by=person(),
    )
    flash(phrase("Đã đổi mật khẩu; %(n)d phiên khác đã kết thúc.", n=ended))
    return _back()


def telephone_form() -> ResponseReturnValue:
    """Show the secret that waits for its first code."""
    secret, address = verbs.laid_telephone(office(), by=person())
    picture = Markup(picture_of(address))  # noqa: S704 - our own drawing of squares  # nosec B704
    return render_template("telephone.html", secret=secret, picture=picture)


@door.post("/telephone")
@retold(whole)
def telephone() -> ResponseReturnValue:
    """Give a new secret for a telephone."""
    confirm_again()
    require_fresh()
    verbs.begin_telephone(office(), by=person())
    return redirect(url_for(".show_telephone"), 303)


@door.get("/telephone")
def show_telephone() -> ResponseReturnValue:
    """Show the secret that waits for its first code."""
    return telephone_form()


@door.post("/telephone/confirm")
@retold(telephone_form)
def confirm_telephone() -> ResponseReturnValue:
    """Count a telephone that shows the right code, and show the codes for paper."""
    code = request.form.get("otp", "")
    codes = verbs.confirm_telephone(office(), code, bearer_of_request(), by=person())
    return render_template("codes.html", codes=codes)


@door.post("/telephone/remove")
@retold(whole)
def remove_telephone() -> ResponseReturnValue:
    """Forget one's telephone."""
    confirm_again()
    require_fresh()
    verbs.remove_telephone(office(), by=person())
    flash(phrase("Đã gỡ ứng dụng tạo mã."))
    return _back()


@door.post("/codes")
@retold(whole)
def codes() -> ResponseReturnValue:
    """Give new codes for paper."""
    confirm_again()
    require_fresh()
    return render_template("codes.html", codes=verbs.new_paper(office(), by=person()))


@door.post("/passkeys/options")
def passkey_options() -> ResponseReturnValue:
    """Give what the browser is asked to make a passkey with."""
    require_fresh()
    asked, options = verbs.begin_passkey(office(), by=person())
    return jsonify(asked=asked, options=options)


@door.post("/passkeys")
def add_passkey() -> ResponseReturnValue:
    """Keep a passkey the browser made."""
    require_fresh()
    told = read_answer()
    answer, name = told.get("answer"), str(told.get("name", ""))
    if not isinstance(answer, dict):
        raise Refused("body.not-json")
    asked = str(told.get("asked", ""))
    made = verbs.add_passkey(office(), asked, answer, name, bearer_of_request(), by=person())
    flash(phrase("Đã thêm khóa truy cập «%(name)s».", name=made.name))
    return jsonify(id=made.id), 201


@door.post("/passkeys/remove")
@retold(whole)
def remove_passkey() -> ResponseReturnValue:
    """Forget a passkey."""
    confirm_again()
    require_fresh()
    verbs.remove_passkey(office(), text_of("id"), by=person())
    flash(phrase("Đã gỡ khóa truy cập."))
    return _back()


@door.post("/sessions/end")
@retold(whole)
def end() -> ResponseReturnValue:
    """End one session or token."""
    verbs.end_pass(office(), text_of("id"), by=person())
    flash(phrase("Đã kết thúc phiên."))
    return _back()


@door.post("/sessions/end-all")
@retold(whole)
def end_all() -> ResponseReturnValue:
    """End every other session and token."""
    ended = verbs.end_everywhere(office(), bearer_of_request(), by=person())
    flash(phrase("Đã kết thúc %(n)d phiên và mã khác.", n=ended))
    return _back()


@door.post("/tokens")
@retold(whole)
def make_token() -> ResponseReturnValue:
    """Make a token for a program, shown this once."""
    confirm_again()
    require_fresh()
    days = number_of(text_of("days"), "days", phrase("Số ngày")) or 0
    scopes = frozenset(Scope(one) for one in request.form.getlist("scopes") if one in set(Scope))
    made, _ = verbs.make_token(office(), text_of("name"), scopes, days, by=person())
    return _page(made=made)


def _back() -> ResponseReturnValue:
    return redirect(url_for(".show"), 303)
