"""The administrator keeps the register of certificates: each person's, and the agency's own."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from records.errors import NotFound, Refused
from records.signing import Holding, KeyKind
from web.office import office, person
from web.pages.asked import file_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.certificates import AGENCY, certificates_of, register, remove
from workflow.keys import bring_key, bring_picture, holding_of, own_certificate, settle
from workflow.staff import everybody

door = Blueprint("keys", __name__, url_prefix="/admin")


def shelf(id: str = AGENCY) -> ResponseReturnValue:
    """Show somebody's certificates, or the agency's, and the form that registers one."""
    people, _ = everybody(office(), by=person())
    found = [one for one in people if one.id == id]
    if id and not found:
        raise NotFound("person.unknown")
    return render_template(
        "keys.html",
        one=found[0] if found else None,
        people=people,
        certificates=certificates_of(office(), id, by=person()),
        held=holding_of(office(), id),
        keepers=office().custody.keepers,
        own=own_certificate(office(), id, by=person()),
        now=office().clock(),
    )


@door.get("/keys")
def agency(**_: str) -> ResponseReturnValue:
    """Show the agency's certificates."""
    return shelf()


@door.get("/people/<id>/keys")
def person_s(id: str) -> ResponseReturnValue:
    """Show one person's certificates."""
    return shelf(id)


@door.post("/keys")
@retold(shelf)
def take_agency_s() -> ResponseReturnValue:
    """Register a certificate of the agency's."""
    return _taken(AGENCY)


@door.post("/people/<id>/keys")
@retold(shelf)
def take(id: str) -> ResponseReturnValue:
    """Register a certificate of a person's."""
    return _taken(id)


@door.post("/keys/<fingerprint>/remove")
@retold(agency)
def strike(fingerprint: str) -> ResponseReturnValue:
    """Take a certificate out of the register."""
    one = remove(office(), fingerprint, by=person())
    flash(phrase("Đã gỡ chứng thư của %(name)s.", name=one.name))
    return _back(one.person)


@door.post("/keys/kind")
@retold(shelf)
def settle_agency_s() -> ResponseReturnValue:
    """Settle with which key the agency seals."""
    return _settled(AGENCY)


@door.post("/people/<id>/keys/kind")
@retold(shelf)
def settle_one(id: str) -> ResponseReturnValue:
    """Settle with which key somebody signs."""
    return _settled(id)


@door.post("/keys/file")
@retold(shelf)
def bring_agency_s() -> ResponseReturnValue:
    """Keep the agency's key, brought as a PKCS#12 file, or the picture of its seal."""
    return _brought(AGENCY)


@door.post("/people/<id>/keys/file")
@retold(shelf)
def bring(id: str) -> ResponseReturnValue:
    """Keep somebody's key, brought as a PKCS#12 file, or the picture of their signature."""
    return _brought(id)


def _settled(id: str) -> Response:
    kind, _, keeper = text_of("kind").partition("/")
    if kind not in set(KeyKind):
        raise Refused("body.invalid", field=phrase("Nơi giữ khóa"), why=kind, anchor="kind")
    settle(office(), Holding(id, KeyKind(kind), "", keeper, text_of("credential")), by=person())
    flash(phrase("Đã lưu nơi giữ khóa ký."))
    return _back(id)


def _brought(id: str) -> Response:
    if (picture := request.files.get("picture")) and picture.filename:
        bring_picture(office(), id, picture.read(), by=person())
    if (brought := request.files.get("p12")) and brought.filename:
        password = request.form.get("p12_password", "")
        bring_key(office(), id, brought.read(), password, by=person())
    flash(phrase("Đã lưu khóa và ảnh chữ ký."))
    return _back(id)


def _taken(id: str) -> Response:
    one = register(office(), id, file_of("file", phrase("Tệp chứng thư")), by=person())
    flash(phrase("Đã đăng ký chứng thư của %(name)s.", name=one.name))
    return _back(id)


def _back(id: str) -> Response:
    there = url_for(".person_s", id=id) if id else url_for(".agency")
    return redirect(there, 303)
