"""The administrator sees the jobs that were given up, and lets one be tried again."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.language import rules
from web.office import office, person
from web.phrases import phrase
from workflow.tasks import hurry, retry, workload

door = Blueprint("tasks", __name__, url_prefix="/admin/jobs")


@door.get("")
def given_up() -> ResponseReturnValue:
    """Show what was given up, and how much waits."""
    return render_template("tasks.html", load=workload(office(), by=person()), known=rules())


@door.post("/<id>/retry")
def again(id: str) -> ResponseReturnValue:
    """Let a job be tried again."""
    retry(office(), id, by=person())
    flash(phrase("Đã đưa việc trở lại hàng đợi."))
    return redirect(url_for(".given_up"), 303)


@door.post("/<id>/hurry")
def at_once(id: str) -> ResponseReturnValue:
    """Let a job that was put off be tried at once."""
    hurry(office(), id, by=person())
    flash(phrase("Việc sẽ được thử lại ngay."))
    return redirect(url_for(".given_up"), 303)
