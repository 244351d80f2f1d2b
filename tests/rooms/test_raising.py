"""A document whose class is raised is closed at once, and nothing of it stays in clear."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import docx
import pytest
from sqlalchemy import JSON, Column, LargeBinary, String

from config.settings import Settings
from drafting.sandbox import Sandbox
from front.copying import NO_LEDGER, copy, restore
from front.furnishing import furnish
from records.document import Classification, Direction, Document, Source
from records.errors import NotAllowed, NotFound, Outrun, Refused, Unreadable
from records.exchange import DispatchState
from records.finding import Query
from records.raised import Raised
from records.recall import RecallState
from storage.ledger import Ledger, raisings_in
from storage.tables import metadata
from tests.conftest import MORNING, House
from tests.postgres import Cluster
from tests.scanner import found_words
from workflow.begin import Enclosed, Particulars
from workflow.classify import classify, may_classify
from workflow.find import find
from workflow.look import content, history, package, view
from workflow.purge import purge
from workflow.receive import receive
from workflow.registers import open_book
from workflow.road import Choice
from workflow.verify import verify

SAY = {
    place: f"gàlôilam{place}"
    for place in ("subject", "paper", "name", "enclosed", "remark", "source")
}
WHY = Choice("Theo Quyết định 26/2020")
SECRET = Classification.SECRET


@dataclass
class Sent:
    """An office in which an open document went its whole road and left for a partner."""

    house: House
    document: Document

    def raise_class(self, by: str = "vanthu", to: Classification = SECRET) -> Document:
        office = self.house.office
        return classify(office, self.document.id, to, WHY, by=self.house.person(by))


@pytest.fixture
def sent(house: House) -> Sent:
    said = Particulars(
        Direction.OUTGOING,
        "TB",
        f"Về {SAY['subject']}",
        Classification.NONE,
        source=Source(organ=SAY["source"]),
    )
    enclosed = Enclosed(f"{SAY['name']}.docx", _docx(SAY["enclosed"]))
    by = house.person("chuyenvien")
    paper = _docx(SAY["paper"])
    document = receive(house.office, said, paper, attachments=(enclosed,), by=by).document
    document = house.act(document, "submit", "chuyenvien", comment=SAY["remark"])
    document = house.act(document, "approve", "truongban")
    document = house.act(document, "approve", "chanhvanphong")
    document = house.act(document, "sign", "chutich")
    document = house.act(document, "seal", "vanthu")
    document = house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    house.work_off()
    document = house.act(document, "archive", "luutru")
    house.work_off()
    return Sent(house, document)


def test_nothing_of_it_stays_in_clear(sent: Sent) -> None:
    before = found_words(sent.house, SAY)
    sent.raise_class()
    sent.house.work_off()

    assert set(before) == set(SAY)  # the same search finds every word of it beforehand
    assert found_words(sent.house, SAY) == {}
    found = verify(sent.house.office)
    assert (found.head.faults, found.faults) == ((), ())


def test_it_reads_the_same_to_those_on_its_road(sent: Sent) -> None:
    clerk = sent.house.person("vanthu")
    before = content(sent.house.office, sent.document.id, "", by=clerk)[1]
    packed = package(sent.house.office, sent.document.id, by=clerk)
    raised = sent.raise_class()
    sent.house.work_off()

    seen = view(sent.house.office, raised.id, by=clerk)
    assert seen.document.subject == f"Về {SAY['subject']}"
    assert seen.document.attachments[0].name == f"{SAY['name']}.docx"
    assert content(sent.house.office, raised.id, "", by=clerk)[1] == before
    assert package(sent.house.office, raised.id, by=clerk) == packed
    told = history(sent.house.office, raised.id, by=clerk)
    assert SAY["remark"] in {one["comment"] for one in told}
    events = [one["event"] for one in told]
    assert events[-4:-2] == ["document:raised", "document:purged"]
    assert events[-2:] == ["document:called-back", "document:recall-answered"]
    entry = open_book(sent.house.office, "van-ban-di", None, by=clerk).entries[0]
    assert entry.document == raised.id


def test_at_that_very_moment_it_is_unknown_to_all_others(sent: Sent) -> None:
    sent.raise_class()  # and no job has run yet

    office = sent.house.office
    for name in ("phochutich", "kiemtra", "quantri"):
        by = sent.house.person(name)
        with pytest.raises(NotFound, match="document.unknown"):
            view(office, sent.document.id, by=by)
        found = find(office, Query(SAY["subject"], frozenset(), facets=True), by=by)
        assert (found.total, found.hits, found.suggestion) == (0, (), "")
        rows = open_book(office, "van-ban-di", None, by=by).entries if name != "quantri" else ()
        assert SAY["subject"] not in repr(rows)


def test_what_was_sent_is_recalled_and_taken_back_where_it_still_lies(sent: Sent) -> None:
    place = sent.house.settings.trinhky_spool / "H49.90.2"
    lying = list(place.glob("*.edxml"))
    raised = sent.raise_class()

    dispatches = view(sent.house.office, raised.id, by=sent.house.person("vanthu")).dispatches
    assert [one.state for one in dispatches] == [DispatchState.RECALLED]
    assert len(lying) == 1
    sent.house.work_off()
    assert not list(place.glob("*.edxml"))
    told = history(sent.house.office, raised.id, by=sent.house.person("vanthu"))
    assert [one["event"] for one in told][-3:-1] == ["document:purged", "document:called-back"]
    [recall] = view(sent.house.office, raised.id, by=sent.house.person("vanthu")).recalls
    assert recall.state is RecallState.WITHDRAWN


def test_a_document_in_the_middle_of_its_road_goes_on_as_a_secret_one(house: House) -> None:
    document = house.approved()
    document = classify(house.office, document.id, SECRET, WHY, by=house.person("truongban"))
    house.work_off()

    with pytest.raises(Outrun):
        house.act(_older(document), "sign", "chutich")
    document = house.act(document, "sign", "chutich")
    document = house.act(document, "seal", "vanthu")
    with pytest.raises(Refused, match="egress.classified"):
        house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    assert verify(house.office).holds


def test_a_secret_one_may_become_more_secret(house: House) -> None:
    document = house.drafted(classification=Classification.CONFIDENTIAL)
    by = house.person("chutich")
    with pytest.raises(NotFound):
        classify(house.office, document.id, Classification.TOP_SECRET, WHY, by=by)
    document = house.act(document, "submit", "chuyenvien")
    head = house.person("truongban")
    assert Classification.SECRET in may_classify(document, head)
    raised = classify(house.office, document.id, Classification.SECRET, WHY, by=head)
    house.work_off()

    assert raised.classification is Classification.SECRET
    assert verify(house.office).holds


def test_who_may_not_raise_it_and_how_not(sent: Sent) -> None:
    office, id = sent.house.office, sent.document.id
    with pytest.raises(NotAllowed, match="class.not-yours"):
        classify(office, id, SECRET, WHY, by=sent.house.person("kiemtra"))
    clerk = sent.house.person("vanthu")
    with pytest.raises(Refused, match="class.reason"):
        classify(office, id, SECRET, Choice(" "), by=clerk)
    with pytest.raises(Refused, match="class.not-higher"):
        classify(office, id, Classification.NONE, WHY, by=clerk)
    with pytest.raises(Outrun, match="step.outrun"):
        classify(office, id, SECRET, Choice("vì", seen=1), by=clerk)
    with pytest.raises(NotFound):
        classify(office, id, SECRET, WHY, by=sent.house.person("quantri"))
    assert view(office, id, by=sent.house.person("kiemtra"))


def test_a_file_that_an_open_document_has_too_stays(house: House) -> None:
    paper, by = _docx("cùng một tệp"), house.person("chuyenvien")
    said = Particulars(Direction.OUTGOING, "TB", "Một", Classification.NONE)
    first = receive(house.office, said, paper, by=by).document
    second = receive(house.office, said, paper, by=by).document

    classify(house.office, first.id, SECRET, WHY, by=by)
    house.work_off()

    assert content(house.office, second.id, "1", by=by)[1] == paper
    assert content(house.office, first.id, "1", by=by)[1] == paper
    assert verify(house.office).holds


def test_a_purge_may_be_done_again(sent: Sent) -> None:
    raised = sent.raise_class()
    for _ in range(2):
        purge(sent.house.office, raised.id, "secret")
    sent.house.work_off()

    assert found_words(sent.house, SAY) == {}
    told = history(sent.house.office, raised.id, by=sent.house.person("vanthu"))
    assert [one["event"] for one in told].count("document:purged") == 1


# ── and restores ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def back(
    sent: Sent, sandbox: Sandbox, tmp_path: Path, postgresql: Cluster | None
) -> Iterator[Callable[..., House]]:
    """Give the way to restore a backup that was made before the class was raised."""
    house = sent.house
    copy(house.settings, tmp_path / "backup", clock=house.clock)
    address = postgresql.create() if postgresql else ""
    opened = []

    def restored(*, keys: bool = True, ledger: Path | None = None) -> House:
        settings = Settings(trinhky_data=tmp_path / "back", database_url=address)
        brought = house.settings.trinhky_data / "keys" if keys else None
        restore(settings, tmp_path / "backup", brought, ledger=ledger, clock=house.clock)
        opened.append(furnish(settings, sandbox, house.clock))
        return House(opened[0], settings, house.clock)

    yield restored
    for office in opened:
        office.database.close()
    if postgresql:
        postgresql.drop(address)


def test_a_restored_office_closes_again_what_was_raised_since(
    sent: Sent, back: Callable[..., House]
) -> None:
    raised = sent.raise_class()
    sent.house.work_off()

    again = back(ledger=sent.house.settings.trinhky_ledger)

    assert found_words(again, SAY) == {}
    clerk = again.person("vanthu")
    assert view(again.office, raised.id, by=clerk).document.subject == f"Về {SAY['subject']}"
    with pytest.raises(NotFound):
        view(again.office, raised.id, by=again.person("phochutich"))
    assert verify(again.office).holds
    assert [one.document for one in raisings_in(again.settings.trinhky_ledger)] == [raised.id]


def test_nothing_is_restored_while_nobody_says_what_was_raised(
    back: Callable[..., House], tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="restore.no-ledger"):
        back()
    with pytest.raises(Unreadable, match="restore.ledger"):
        back(ledger=tmp_path / "not there")
    assert not (tmp_path / "back").exists()
    assert back(ledger=NO_LEDGER)


def test_without_the_vaults_key_it_does_not_open_in_clear(
    sent: Sent, back: Callable[..., House], tmp_path: Path
) -> None:
    sent.raise_class()
    sent.house.work_off()

    with pytest.raises(Exception, match="vault.closed"):
        back(keys=False, ledger=sent.house.settings.trinhky_ledger)

    assert not (tmp_path / "back").exists()


def test_a_ledger_keeps_each_raising_once_and_bears_a_half_written_line(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "raised.jsonl"
    ledger = Ledger(path)
    one, two = (Raised(name * 32, SECRET, MORNING) for name in "ab")
    ledger.note(one)
    ledger.note(one)
    path.write_text(path.read_text() + '["c', encoding="utf-8")
    ledger.note(two)

    assert raisings_in(path) == [one, two]
    path.write_text('["x", "unheard", "of"]\n' + path.read_text())
    with pytest.raises(Unreadable, match="restore.ledger"):
        raisings_in(path)


def _older(document: Document) -> Document:
    return replace(document, version=document.version - 1)


def _docx(words: str) -> bytes:
    written = docx.Document()
    written.add_paragraph("Văn bản có chữ thường.")
    written.add_paragraph(words)
    packed = io.BytesIO()
    written.save(packed)
    return packed.getvalue()


# ── and whatever table comes next ────────────────────────────────────────────────────────

SHUT_OR_GONE = {
    *("document.subject", "document.fields", "document.source", "document.shut"),
    *("attachment.name", "entry.columns", "entry.cancelled", "entry.shut"),
    *("remark.text", "remark.shut", "words.text", "mark.digest", "dispatch.note"),
    *("reservation.reason", "reservation.voided", "reservation.shut"),
    *("ledger_line.cells", "ledger_line.shut"),
    *("copy_entry.columns", "copy_entry.cancelled", "copy_entry.shut"),
    *("recall.reason", "recall.answer", "recall_order.about"),
    *("recall_order.reason", "recall_order.answer"),
    *("signing_request.awaited", "lowering.shut"),
}
"""What may say words of a document, and is shut, emptied or deleted when its class is raised."""

WORDLESS = {
    *(
        "document.recipients",
        "attachment.media",
        "revision.media",
        "recall.note",
        "recall_order.message",
        "recall_order.about",
        "recall_order.about_message",
        "step.votes",
    ),
    *(
        "proof.waits",
        "arrival.id",
        "receipt.key",
        "signing_request.certificate",
        "signing_request.number",
        "signing_request.outcome",
        "placement.boxes",
        "placement.before",
        "secret_print.prints",
    ),
}
"""What is long, and says no word of a document whatever its class."""


def test_no_column_about_a_document_is_forgotten_when_its_class_is_raised() -> None:
    told = set()
    for table in metadata.sorted_tables:
        targets = {key.column.table.name for key in table.foreign_keys}
        if table.name == "document" or targets & {"document", "audit"}:
            told |= {f"{table.name}.{one.name}" for one in table.columns if _says_words(one)}
    told |= {"mark.digest", "words.text"}

    assert told - SHUT_OR_GONE - WORDLESS == set(), "say what becomes of it when a class is raised"
    assert (SHUT_OR_GONE | WORDLESS) - told == set()


def _says_words(column: Column[object]) -> bool:
    kind = column.type
    # An id, a digest or a name of a state is shorter than this.
    long = isinstance(kind, String) and (kind.length or 1000) > 80
    return long or isinstance(kind, JSON | LargeBinary)
