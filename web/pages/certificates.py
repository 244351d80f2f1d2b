"""The register of certificates: looked through, exported, revoked, and filled from a file."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import Refused
from web.importing import brought, file_of, gone_through, imported
from web.language import sentence
from web.office import office, person
from web.pages.asked import text_of
from web.pages.retold import retold
from web.pages.words import said
from web.phrases import phrase
from workflow.certificate_list import ask_issuer, exported, kept_on
from workflow.certificates import STANDINGS, look_through, require_keeper, revoke
from workflow.import_certificates import Way, import_certificates
from workflow.keys import enrol_files

door = Blueprint("certificates", __name__, url_prefix="/admin/certificates")

A_PAGE = 50
"""How many certificates a page of the register shows."""


def listed(fingerprint: str = "") -> ResponseReturnValue:
    """Give a page of the register; ``fingerprint`` is of the one an act was refused on."""
    asked = {name: request.args.get(name, "") for name in ("q", "standing")}
    if fingerprint:
        asked["q"] = fingerprint
    shelf = look_through(
        office(),
        words=asked["q"],
        standing=asked["standing"],
        after=request.args.get("cursor", ""),
        limit=A_PAGE,
        by=person(),
    )
    return render_template(
        "certificates.html",
        shelf=shelf,
        asked=asked,
        standings=[(one, f"{said(one, 'standing')} ({shelf.counts[one]})") for one in STANDINGS],
        kept_on=kept_on,
        now=office().clock(),
        agency=office().organ.name,
        acted=fingerprint,
        typed=request.form,
    )


@door.get("")
def shelf() -> ResponseReturnValue:
    """Show the register, what ends first before the rest."""
    return listed()


@door.get("/export.<form>")
def out(form: str) -> ResponseReturnValue:
    """Give what is looked for as CSV or XLSX."""
    words, standing = request.args.get("q", ""), request.args.get("standing", "")
    content = exported(office(), form, words=words, standing=standing, by=person())
    return file_of(content, form)


@door.post("/<fingerprint>/revoke")
@retold(listed)
def stop(fingerprint: str) -> ResponseReturnValue:
    """Let nothing be signed with a certificate from now on."""
    one = revoke(office(), fingerprint, text_of("why"), by=person())
    flash(phrase("Đã thu hồi chứng thư của %(name)s. Từ nay không ký được bằng nó.", name=one.name))
    return redirect(url_for(".shelf", q=one.serial), 303)


@door.post("/<fingerprint>/status")
@retold(listed)
def status(fingerprint: str) -> ResponseReturnValue:
    """Ask a certificate's issuer how it stands."""
    one, said = ask_issuer(office(), fingerprint, by=person())
    words = {
        "good": phrase("còn hiệu lực"),
        "revoked": phrase("đã bị nơi cấp thu hồi"),
        "expired": phrase("ngoài thời hạn hiệu lực"),
        "untrusted": phrase("không thuộc danh sách tin cậy"),
    }
    told = words.get(said, phrase("chưa biết được trạng thái"))
    flash(phrase("Chứng thư của %(name)s: %(told)s.", name=one.name, told=told))
    return redirect(url_for(".shelf", q=one.serial), 303)


@door.post("/files")
@retold(listed)
def enrol() -> ResponseReturnValue:
    """Enter the certificates of the keys that lie in files here."""
    count = enrol_files(office(), by=person())
    flash(phrase("Đã đăng ký %(n)d chứng thư từ tệp khóa.", n=count))
    return redirect(url_for(".shelf"), 303)


def asked_for() -> ResponseReturnValue:
    """Give the form that takes a file."""
    require_keeper(person())
    return render_template("import.html", ways=_ways(), tally=None, typed=request.form)


@door.get("/import")
def form() -> ResponseReturnValue:
    """Show the form that takes a file."""
    return asked_for()


@door.post("/import")
@retold(asked_for)
def bring() -> ResponseReturnValue:
    """Judge a file and enter its certificates, and tell what came of it."""
    if "application/x-ndjson" in request.accept_mimetypes.to_header():
        return make_response(imported("application/x-ndjson"))
    if "table" in request.form:
        return make_response(imported("text/csv"))
    way = request.form.get("way", "")
    if way not in set(Way):
        raise Refused("import.way")
    tally, wrong = gone_through(import_certificates(office(), brought(), Way(way), by=person()))
    return render_template(
        "import.html",
        ways=_ways(),
        tally=tally,
        way=way,
        wrong=[(one, sentence(one.refusal)) for one in wrong if one.refusal],
        typed=request.form,
    )


def _ways() -> list[tuple[str, str]]:
    return [(one, said(one, "way")) for one in Way]
