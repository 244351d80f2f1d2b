"""No word of a secret document lies outside the vault, and only those on its road know of it."""

import io
import logging
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import docx
import pytest
from sqlalchemy import MetaData, Table

from drafting.convert import Converter
from drafting.sandbox import Sandbox
from records.document import Classification, Direction, Document, Source
from records.errors import NotFound, Refused
from records.finding import Bounds, Query
from tests.conftest import House, Opening
from tests.scanner import folded, found_words, places
from workflow.begin import Enclosed, Particulars
from workflow.draft import draft
from workflow.find import complete, find, index, reindex
from workflow.look import (
    attachment_picture,
    content,
    desk,
    history,
    latest_acts,
    package,
    page_of_documents,
    page_picture,
    view,
)
from workflow.receive import receive
from workflow.registers import open_book, print_book
from workflow.revise import revise
from workflow.road import Choice
from workflow.verify import verify

PLACES = (
    *("subject", "body", "answer", "revised", "submitted", "returned", "approved", "closed"),
    *("cancelled", "paper", "name", "enclosed", "source"),
)
SECRET = {place: f"đỗquyênrừng{place}" for place in PLACES}
OPEN = {place: f"sếuđầuđỏ{place}" for place in PLACES}
EVERYBODY = (
    *("chuyenvien", "truongban", "chanhvanphong", "chutich", "phochutich"),
    *("vanthu", "luutru", "kiemtra", "quantri"),
)


@dataclass
class Walked:
    """An office in which a secret document and its open twin went the whole road."""

    house: House
    secret: Document = field(init=False)
    cancelled: Document = field(init=False)
    knew: dict[str, set[str]] = field(default_factory=dict)  # by state: who could see it
    logged: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def walked(open_lasting_house: Opening, sandbox: Sandbox) -> Walked:
    house = open_lasting_house(trinhky_spool=Path())
    folder = house.settings.trinhky_data
    went = Walked(house)
    ear = _Ear(went.logged)
    logging.getLogger().addHandler(ear)
    # Whatever wrote in clear beside the office's folder would have to put it here and fail.
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "no temporary files")
    try:
        _walk(went, sandbox)
    finally:
        tempfile.tempdir = before
        logging.getLogger().removeHandler(ear)
    return went


class _Ear(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.INFO)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())


def _walk(went: Walked, sandbox: Sandbox) -> None:
    house = went.house
    _road(went, OPEN, Classification.NONE)
    went.secret = _road(went, SECRET, Classification.SECRET)
    _given_up(went, OPEN, Classification.NONE, sandbox)
    went.cancelled = _given_up(went, SECRET, Classification.TOP_SECRET, sandbox)
    for book in ("van-ban-di", "van-ban-di-mat"):
        for form in ("docx", "pdf"):
            print_book(house.office, book, None, form, by=house.person("vanthu"))
    house.work_off()


def _road(went: Walked, say: dict[str, str], of: Classification) -> Document:
    """Draft, return, revise, check, sign, seal, be refused or sent, archive; look at everything."""
    house, secret = went.house, of is not Classification.NONE
    said = Particulars(Direction.OUTGOING, "TB", f"Về {say['subject']}", of)
    answers = {"body": say["body"], "bases": say["answer"]}
    document = draft(house.office, said, answers, by=house.person("chuyenvien"))
    _note(went, document)
    document = house.act(document, "submit", "chuyenvien", comment=say["submitted"])
    _note(went, document)
    document = house.act(document, "return", "truongban", comment=say["returned"])
    better = _docx(say["revised"])
    document = revise(house.office, document.id, better, Choice(), by=house.person("chuyenvien"))
    document = house.act(document, "submit", "chuyenvien")
    document = house.act(document, "approve", "truongban", comment=say["approved"])
    _note(went, document)
    document = house.act(document, "approve", "chanhvanphong")
    _note(went, document)
    document = house.act(document, "sign", "chutich")
    _note(went, document)
    document = house.act(document, "seal", "vanthu")
    if secret:
        with pytest.raises(Refused, match="egress.classified"):
            house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
        document = house.act(document, "close", "vanthu", comment=say["closed"])
    else:
        document = house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
        house.work_off()
    document = house.act(document, "archive", "luutru")
    _note(went, document)
    for name in ("chuyenvien", "luutru"):
        by = house.person(name)
        history(house.office, document.id, by=by)
        content(house.office, document.id, "", by=by)
        package(house.office, document.id, by=by)
        page_picture(house.office, document.id, 1, "", width=200, by=by)
    return document


def _given_up(went: Walked, say: dict[str, str], of: Classification, sandbox: Sandbox) -> Document:
    """Bring a PDF with an attachment, get it numbered, and cancel the number."""
    house = went.house
    paper = Converter(sandbox).pdf(_docx(say["paper"]))
    source = Source(organ=say["source"], number=say["source"], on=date(2026, 11, 1))
    said = Particulars(
        Direction.OUTGOING, "TB", f"Hủy {say['subject']}", of, source=source, unit="van-phong"
    )
    enclosed = Enclosed(f"{say['name']}.docx", _docx(say["enclosed"]))
    by = house.person("vanthu")
    document = receive(house.office, said, paper, attachments=(enclosed,), by=by).document
    document = house.act(document, "submit", "vanthu")
    document = house.act(document, "approve", "chanhvanphong")
    document = house.act(document, "approve", "chanhvanphong")
    document = house.act(document, "sign", "phochutich")
    document = house.act(document, "seal", "vanthu")
    attachment_picture(house.office, document.id, 1, 1, width=200, by=by)
    return house.act(document, "cancel", "vanthu", comment=say["cancelled"])


def _note(went: Walked, document: Document) -> None:
    if document.classification is Classification.NONE:
        return
    for name in EVERYBODY:
        by = went.house.person(name)
        try:
            view(went.house.office, document.id, by=by)
        except NotFound:
            waiting = [one.document.id for one in desk(went.house.office, by=by)]
            assert document.id not in waiting
            continue
        went.knew.setdefault(document.state, set()).add(name)


# ── what lies on the disk ────────────────────────────────────────────────────────────────


def test_no_word_of_a_secret_document_lies_outside_the_vault(walked: Walked) -> None:
    found = found_words(walked.house, SECRET)

    assert found == {}


def test_the_same_search_finds_every_word_of_the_open_twin(walked: Walked) -> None:
    found = found_words(walked.house, OPEN)

    assert set(found) == set(PLACES) - {"closed"}  # the twin was sent instead
    assert {"database", "blobs", "index"} <= set(found["subject"])
    assert {"blobs", "database"} <= set(found["revised"])
    assert "spool" in set(found["revised"])  # what was sent bears the last revision's words
    for place in ("returned", "submitted", "approved", "cancelled"):
        assert "database" in found[place]
    assert {"database", "index"} <= set(found["name"])
    assert {"blobs", "index"} <= set(found["enclosed"])


def test_nothing_in_the_vault_can_be_read_without_its_key(walked: Walked) -> None:
    vault = walked.house.settings.trinhky_data / "vault"
    files = [path for path in vault.rglob("*") if path.is_file()]

    assert len(files) > 10
    for path in files:
        assert list(places(path.read_bytes(), SECRET)) == []
    names = " ".join(str(path) for path in vault.rglob("*"))
    for revision in (*walked.secret.revisions, *walked.cancelled.revisions):
        assert revision.digest not in names


def test_nothing_was_said_of_it_in_the_program_s_log(walked: Walked) -> None:
    assert list(places("\n".join(walked.logged).encode(), SECRET)) == []


def test_rebuilding_the_index_does_not_bring_it_in(walked: Walked) -> None:
    reindex(walked.house.office)
    # Nor does a job that somebody left by mistake.
    index(walked.house.office, walked.secret.id)

    assert found_words(walked.house, SECRET) == {}
    assert "index" in found_words(walked.house, OPEN)["subject"]


def test_printing_a_secret_register_leaves_nothing_on_the_disk(
    walked: Walked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no temporary files"))
    clerk = walked.house.person("vanthu")

    for form in ("docx", "pdf"):
        assert print_book(walked.house.office, "van-ban-di-mat", None, form, by=clerk)


# ── who knows of it ──────────────────────────────────────────────────────────────────────


def test_only_those_on_its_road_so_far_know_of_it(walked: Walked) -> None:
    assert walked.knew == {
        "drafting": {"chuyenvien"},
        "content_check": {"chuyenvien", "truongban"},
        "format_check": {"chuyenvien", "truongban", "chanhvanphong"},
        "signing": {"chuyenvien", "truongban", "chanhvanphong", "chutich"},
        "signed": {"chuyenvien", "truongban", "chanhvanphong", "chutich", "vanthu"},
        "archived": {"chuyenvien", "truongban", "chanhvanphong", "chutich", "vanthu", "luutru"},
    }


def test_whoever_is_not_on_its_road_meets_it_nowhere(walked: Walked) -> None:
    office = walked.house.office
    for name in ("phochutich", "kiemtra", "quantri"):
        by = walked.house.person(name)
        for look in (
            lambda by=by: view(office, walked.secret.id, by=by),
            lambda by=by: history(office, walked.secret.id, by=by),
            lambda by=by: content(office, walked.secret.id, "", by=by),
            lambda by=by: package(office, walked.secret.id, by=by),
            lambda by=by: page_picture(office, walked.secret.id, 1, "", width=200, by=by),
            lambda by=by: walked.house.act(walked.secret, "archive", by.id),
        ):
            with pytest.raises(NotFound, match="document.unknown"):
                look()
        shown, _ = page_of_documents(office, Bounds(), after="", limit=50, by=by)
        assert walked.secret.id not in {one.id for one in shown}


def test_it_reads_the_same_to_those_who_may(walked: Walked) -> None:
    by = walked.house.person("luutru")
    seen = view(walked.house.office, walked.secret.id, by=by)
    told = history(walked.house.office, walked.secret.id, by=by)

    assert seen.document.subject == f"Về {SECRET['subject']}"
    assert seen.document.fields["bases"] == SECRET["answer"]
    comments = {one["comment"] for one in told}
    wanted = {SECRET[place] for place in ("submitted", "returned", "approved", "closed")}
    assert wanted <= comments
    packed = package(walked.house.office, walked.secret.id, by=by)
    assert {"subject", "revised", "closed"} <= set(places(packed, SECRET, walked.house))


def test_nobody_finds_it_not_even_those_who_may_read_it(walked: Walked) -> None:
    office = walked.house.office
    for name in EVERYBODY:
        by = walked.house.person(name)
        for place in ("subject", "body", "revised", "enclosed", "name"):
            for words in (SECRET[place], folded(SECRET[place])):
                found = find(office, Query(words, frozenset(), facets=True), by=by)
                assert (found.total, found.hits) == (0, ())
                assert folded(found.suggestion) != folded(SECRET[place])
        assert complete(office, "đỗquyên", by=by) == ()
    clerk = walked.house.person("vanthu")
    assert find(office, Query(folded(OPEN["subject"]), frozenset()), by=clerk).total == 2


def test_its_register_shows_its_row_to_its_own_people_only(walked: Walked) -> None:
    rows = {}
    for name in ("vanthu", "chutich", "luutru", "phochutich", "chanhvanphong", "kiemtra"):
        by = walked.house.person(name)
        opened = open_book(walked.house.office, "van-ban-di-mat", None, by=by)
        rows[name] = [one.document for one in opened.entries]
    first, second = walked.secret.id, walked.cancelled.id

    assert rows == {
        "vanthu": [first, second],
        "chanhvanphong": [first, second],
        "chutich": [first, second],  # on the second's road as one who might have signed
        "phochutich": [second],
        "luutru": [first],
        "kiemtra": [],
    }


def test_the_inspector_sees_that_it_was_handled_and_no_word_of_it(walked: Walked) -> None:
    entries = latest_acts(walked.house.office, 1000, by=walked.house.person("kiemtra"))

    assert any(one.event.document == walked.secret.id for one in entries)
    assert list(places(repr(entries).encode(), SECRET)) == []


def test_no_job_was_left_for_it_and_nothing_is_wrong(walked: Walked) -> None:
    with walked.house.office.database.engine.connect() as connection:
        schema = "dbos" if connection.dialect.name == "postgresql" else None
        queue = Table("workflow_status", MetaData(schema=schema), autoload_with=connection)
        jobs = connection.execute(queue.select()).all()

    assert walked.secret.id not in repr(jobs)
    assert walked.cancelled.id not in repr(jobs)
    assert len(jobs) > 10
    found = verify(walked.house.office)
    assert (found.faults, found.head.faults) == ((), ())


def _docx(words: str) -> bytes:
    written = docx.Document()
    written.add_paragraph("Văn bản có chữ thường.")
    written.add_paragraph(words)
    packed = io.BytesIO()
    written.save(packed)
    return packed.getvalue()
