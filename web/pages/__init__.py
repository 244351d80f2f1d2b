"""The doors for people: pages in Vietnamese, with English on request."""

from flask import Flask
from jinja2 import StrictUndefined

from web.pages import (
    access,
    account,
    acting,
    admin,
    appointing,
    archive,
    audit,
    beginning,
    building,
    calendar,
    case_files,
    certificates,
    checking,
    circulating,
    classifying,
    delegations,
    desk,
    devices,
    directing,
    documents,
    editor,
    file_plan,
    finding,
    handing,
    keys,
    layout,
    ledgers,
    linking,
    many,
    parts,
    permissions,
    placing,
    proofs,
    provider,
    quarantine,
    recalls,
    registers,
    reorganising,
    reports,
    serving,
    session,
    tasks,
    trying,
    why,
    workflows,
)
from web.pages.frame import frame
from web.pages.words import FILTERS
from web.phrases import english, gettext, ngettext

DOORS = (
    session,
    account,
    access,
    provider,
    desk,
    documents,
    acting,
    directing,
    parts,
    beginning,
    registers,
    reorganising,
    reports,
    finding,
    archive,
    checking,
    audit,
    admin,
    appointing,
    handing,
    devices,
    keys,
    certificates,
    many,
    tasks,
    calendar,
    delegations,
    circulating,
    classifying,
    permissions,
    linking,
    proofs,
    recalls,
    quarantine,
    case_files,
    file_plan,
    ledgers,
    workflows,
    building,
    why,
    editor,
    trying,
    serving,
    layout,
    placing,
)
"""Every page's part; a new one goes on a line of its own."""


def hang_pages(app: Flask) -> None:
    """Hang every page on the application, its words read and its frame around it."""
    english()
    words = app.jinja_env
    words.trim_blocks = words.lstrip_blocks = True
    words.undefined = StrictUndefined
    words.add_extension("jinja2.ext.i18n")
    words.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension brings it
    words.filters.update(FILTERS)
    app.context_processor(frame)
    for part in DOORS:
        app.register_blueprint(part.door)
