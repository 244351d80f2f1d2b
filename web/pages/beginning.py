"""A document begins: made from a form of the office, or brought as a file."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.delegation import AMOUNT
from records.document import Circulation, Classification, Direction, Document, Source, Urgency
from records.errors import NotFound
from records.link import Drawn, LinkKind
from web.office import office, person
from web.pages.asked import chosen, day_of, file_of, files_of, name_of, text_of
from web.pages.retold import retold
from web.pages.words import said
from web.phrases import phrase, title
from workflow.begin import Enclosed, Particulars
from workflow.draft import draft
from workflow.links import named
from workflow.look import leaders, units
from workflow.receive import directions_of, receive

door = Blueprint("beginning", __name__)

ANSWER = "field-"
"""What the names of a form's own fields begin with on the page."""


@door.get("/documents/new")
def choose() -> ResponseReturnValue:
    """Show the two ways a document begins."""
    return render_template(
        "new.html", forms=office().forms, directions=_directions(), sources=_sources()
    )


def drafting() -> ResponseReturnValue:
    """Show the form of one document type."""
    form = office().forms.get(request.values.get("type", ""))
    if form is None:
        raise NotFound("type.unknown", type=request.values.get("type", ""))
    return render_template("draft.html", form=form, typed=request.form, **_choices())


@door.get("/documents/new/draft")
def form_of() -> ResponseReturnValue:
    """Show the form of the chosen type."""
    return drafting()


@door.post("/documents/new/draft")
@retold(drafting)
def make() -> ResponseReturnValue:
    """Make a draft from what was typed."""
    said = _particulars()
    cosigners = request.form.getlist("cosigners")
    made = draft(
        office(),
        said,
        _answers(said),
        signer=text_of("signer"),
        cosigners=cosigners,
        by=person(),
    )
    flash(phrase("Đã soạn dự thảo. Xem lại rồi trình."))
    return redirect(url_for("documents.one", id=made.id), 303)


def uploading() -> ResponseReturnValue:
    """Show the form that takes a file."""
    return render_template(
        "upload.html", forms=office().forms, typed=request.form, asked=request.args, **_choices()
    )


@door.get("/documents/new/upload")
def upload() -> ResponseReturnValue:
    """Ask for a file and what is to be said of it."""
    return uploading()


@door.post("/documents/new/upload")
@retold(uploading)
def bring() -> ResponseReturnValue:
    """Take in a file with its attachments."""
    receipt = receive(
        office(),
        _particulars(),
        file_of("file", phrase("Tệp văn bản")),
        name=name_of("file"),
        attachments=_enclosed(),
        by=person(),
    )
    flash(phrase("Đã nhận văn bản."))
    return redirect(url_for("documents.one", id=receipt.document.id), 303)


def _particulars() -> Particulars:
    cosigners = " ".join(request.form.getlist("cosigners"))
    told = {"signer": text_of("signer"), "cosigners": cosigners, AMOUNT: text_of(AMOUNT)}
    return Particulars(
        direction=chosen(Direction, "direction", phrase("Luồng văn bản")),
        type=text_of("type"),
        subject=text_of("subject"),
        classification=chosen(Classification, "classification", phrase("Độ mật")),
        urgency=chosen(Urgency, "urgency", phrase("Mức độ khẩn")),
        circulation=_circulation(),
        workflow=text_of("workflow"),
        unit=text_of("unit"),
        recipients=tuple(request.form.getlist("recipients")),
        due_on=day_of("due_date", phrase("Thời hạn giải quyết")),
        source=Source(
            number=text_of("source_number"),
            organ=text_of("source_organ"),
            on=day_of("source_date", phrase("Ngày văn bản")),
        ),
        fields={name: said for name, said in told.items() if said},
        drawn=_drawn(),
    )


def _circulation() -> Circulation:
    if not text_of("circulation"):
        return Circulation.NONE
    return chosen(Circulation, "circulation", phrase("Phạm vi lưu hành"))


def _drawn() -> tuple[Drawn, ...]:
    """Give the sources in the address or the form, each as its kind and the document's id."""
    told = (one.partition(":") for one in request.values.getlist("drawn"))
    return tuple(Drawn(LinkKind(kind), id) for kind, _, id in told if kind in set(LinkKind))


def _sources() -> list[tuple[LinkKind, Document]]:
    return named(office(), _drawn(), by=person())


def _enclosed() -> tuple[Enclosed, ...]:
    """Give the attachments, all of the class that was chosen for them, if any was."""
    brought = files_of("attachments")
    if not text_of("attachments_class"):
        return brought
    own = chosen(Classification, "attachments_class", phrase("Độ mật của tệp đính kèm"))
    return tuple(replace(one, own_class=own) for one in brought)


def _answers(said: Particulars) -> Mapping[str, str]:
    """Give the answers to the form's questions; whom it goes to is printed unless typed."""
    answers = {
        name.removeprefix(ANSWER): text_of(name)
        for name in request.form
        if name.startswith(ANSWER) and text_of(name)
    }
    names = [office().partners[one].name for one in said.recipients if one in office().partners]
    if names:
        answers.setdefault("recipients", "\n".join(names))
    if said.fields.get(AMOUNT):
        answers[AMOUNT] = said.fields[AMOUNT]
    return answers


def _directions() -> tuple[Direction, ...]:
    mine = directions_of(office(), person())
    return tuple(one for one in Direction if one in mine)


def _roads() -> list[tuple[str, str]]:
    """Give the roads one may begin on beside those that go by a document's direction."""
    return [
        (route.name, f"{title(route.title)} ({said(route.direction, 'direction')})")
        for route in office().routes.values()
        if route.name not in set(Direction) and route.starters & person().roles
    ]


def _choices() -> dict[str, Any]:
    who = person()
    names = units(office())
    highest = who.clearance.rank if office().sealed else 0
    return {
        "directions": _directions(),
        "classifications": [one for one in Classification if one.rank <= highest],
        "urgencies": tuple(Urgency),
        "circulations": tuple(Circulation),
        "my_units": {post.unit: names.get(post.unit, post.unit) for post in who.posts},
        "signers": leaders(office()),
        "usual_signer": office().default_signer,
        "partners": [one for one in office().partners.values() if one.id != office().organ.id],
        "largest": office().largest,
        "roads": _roads(),
        "sources": _sources(),
    }
