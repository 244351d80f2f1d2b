"""What Decree 30/2020, Annex VI, asks of the System: one test an identifier, all of them here.

What other issues own is marked as waiting for them; it fails the day it begins to pass, so that
the mark is taken away then. ``test_every_identifier_has_its_one_test`` holds the list.
"""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from openpyxl import load_workbook

from drafting.sniff import sniff
from records.document import Classification, Direction, Media, Origin, Urgency
from records.errors import NotFound, Refused
from records.exchange import DispatchState
from records.finding import Query
from records.person import Role
from records.recall import RecallState
from records.signature import Verdict
from search.index import Index
from tests.decree30.conftest import Recalled, Stage
from workflow.begin import Particulars
from workflow.carry import document_id_of
from workflow.case_files import file_view, files_seen
from workflow.check import check
from workflow.file_export import export_file
from workflow.file_prints import print_inventory
from workflow.find import find, reindex
from workflow.gather import gather
from workflow.hand_in import NOTICE, falling_due, hand_in, lists, print_hand_in
from workflow.indicators import Period
from workflow.ledgers import open_ledger
from workflow.look import audit_state, content, history, latest_acts, view
from workflow.permit import confirm, propose_file
from workflow.receive import receive
from workflow.registers import open_book, print_book
from workflow.reports import print_report
from workflow.staff import change
from workflow.verify import verify

ROOT = Path(__file__).parents[2]
T = TypeVar("T", bound=Callable[..., None])

LISTED = {
    "II.": "12345678",
    "III.1": "abcdđeghiklmno",
    "III.2": "abc",
    "III.3": "abc",
    "III.4": "abcdđeg",
    "III.5": "abcdđeg",
    "III.6": "abcdđeghikl",
    "III.7": "abcdđ",
    "III.8": "abc",
    "IV.1": "abcdđeg",
    "IV.": "23",
    "V.": "123456",
}
"""Every identifier of the Annex: a point, and its letters or figures (the Decree has no f, j)."""

IDENTIFIERS = [f"{point}{one}" for point, letters in LISTED.items() for one in letters]
KNOWN: dict[str, str] = {}


def of(identifier: str, *, waits_for: str = "") -> Callable[[T], T]:
    """Say which identifier a test is of, and which issue it waits for, if it does."""

    def mark(test: T) -> T:
        assert identifier not in KNOWN, identifier
        KNOWN[identifier] = test.__name__
        if not waits_for:
            return test
        waits = pytest.mark.xfail(  # nobody built it yet; strict: on the day it is, the run fails
            strict=True, raises=AssertionError, reason=waits_for
        )
        waiting: T = waits(test)
        return waiting

    return mark


def test_every_identifier_has_its_one_test() -> None:
    assert sorted(KNOWN) == sorted(IDENTIFIERS)
    assert len(set(KNOWN.values())) == len(IDENTIFIERS)


# ── II. general ──────────────────────────────────────────────────────────────────────────


@of("II.1")
def test_all_work_on_documents_runs_with_its_metadata(stage: Stage) -> None:
    for document, road in ((stage.sent, "outgoing"), (stage.brought, "incoming")):
        told = stage.get(f"/documents/{document.id}").json
        assert told["workflow"] == road
        for name in ("type", "subject", "classification", "urgency", "unit", "drafter", "number"):
            assert told[name], name
        assert told["steps"]


@of("II.2")
def test_other_systems_reach_everything_by_a_described_interface(stage: Stage) -> None:
    assert len(stage.paths) > 30
    assert stage.sent.number
    [dispatch] = view(stage.ours.office, stage.sent.id, by=stage.ours.person("vanthu")).dispatches
    assert dispatch.state is DispatchState.ACCEPTED


@of("II.3", waits_for="later issue: statistics of accesses")
def test_accesses_to_documents_files_and_the_system_are_counted(stage: Stage) -> None:
    assert stage.offers("access", "count")


@of("II.4")
def test_a_document_is_authentic_whole_and_there(stage: Stage) -> None:
    clerk = stage.ours.person("vanthu")
    assert check(stage.ours.office, stage.sent.id, by=clerk).verdict is Verdict.VALID
    _, found = content(stage.ours.office, stage.sent.id, "", by=clerk)
    assert found.startswith(b"%PDF-")
    assert verify(stage.ours.office).holds


@of("II.5")
def test_a_file_says_how_long_it_is_kept(stage: Stage) -> None:
    assert (stage.file.years, stage.other.years) == (20, 0)


@of("II.6", waits_for="later issue: conformity with the e-government architecture, written down")
def test_the_conformity_with_the_architecture_is_written_down(stage: Stage) -> None:
    assert stage.paths
    assert any("kiến trúc chính phủ" in one.read_text("utf-8").lower() for one in _docs())


def _docs() -> list[Path]:
    return list((ROOT / "docs").rglob("*.md"))


@of("II.7")
def test_pages_are_vietnamese_and_there_is_a_guide(stage: Stage) -> None:
    page = stage.client.get("/login")
    assert '<html lang="vi">' in page.text
    guide = (ROOT / "docs" / "huong-dan.md").read_text("utf-8")
    assert guide.startswith("# Hướng dẫn sử dụng")


@of("II.8")
def test_signatures_are_made_checked_and_verified(stage: Stage) -> None:
    told = stage.get(f"/documents/{stage.sent.id}/validation").json
    assert told["verdict"] == "valid"
    assert len(told["signatures"]) == 2


# ── III.1 making and following documents ─────────────────────────────────────────────────


@of("III.1a")
def test_a_new_document_is_made_and_its_format_converted(stage: Stage) -> None:
    drafted, rendered = stage.returned.revisions[:2]
    assert (drafted.media, rendered.media) == (Media.DOCX, Media.PDF)
    _, made = content(stage.ours.office, stage.sent.id, "2", by=stage.ours.person("vanthu"))
    assert sniff(made) is Media.PDF


@of("III.1b")
def test_files_are_attached(stage: Stage) -> None:
    [attached] = stage.get(f"/documents/{stage.brought.id}").json["attachments"]
    assert attached["name"] == "phụ lục.pdf"


@of("III.1c")
def test_an_outgoing_document_has_its_identifier(stage: Stage) -> None:
    number = stage.sent.number
    assert number is not None
    told = document_id_of("H49.90.1", number.on, str(number))
    assert told == "H49.90.1,2026/11/20,01/KH-LĐLĐ"
    assert (stage.came.source.organ_id, stage.came.source.number) == ("H49.90.1", str(number))


@of("III.1d")
def test_urgency_is_shown(stage: Stage, paper: bytes) -> None:
    said = Particulars(
        Direction.INCOMING, "công văn", "Hỏa tốc", Classification.NONE, urgency=Urgency.IMMEDIATE
    )
    clerk = stage.ours.person("vanthu")
    urgent = receive(stage.ours.office, said, paper + b"%1", by=clerk).document
    assert stage.get(f"/documents/{urgent.id}").json["urgency"] == "immediate"
    badge = (ROOT / "web" / "templates" / "bits.html").read_text("utf-8")
    assert 'document.urgency|said("urgency")' in badge


@of("III.1đ")
def test_numbers_come_in_order_within_the_year(stage: Stage) -> None:
    assert str(stage.sent.number) == "01/KH-LĐLĐ"
    assert str(stage.brought.number) == "01"


@of("III.1e")
def test_the_receiver_tells_the_sender_of_the_receipt_by_itself(stage: Stage) -> None:
    [dispatch] = view(stage.ours.office, stage.sent.id, by=stage.ours.person("vanthu")).dispatches
    assert dispatch.state in (DispatchState.ARRIVED, DispatchState.ACCEPTED)


@of("III.1g")
def test_fields_fill_themselves(stage: Stage) -> None:
    [row] = [one for one in _book(stage, "van-ban-den") if one["document"] == stage.brought.id]
    assert row["columns"]["arrived_on"] == "20/11/2026"
    assert row["columns"]["code"] == "01"
    latest = stage.get(f"/documents/{stage.sent.id}").json["revisions"][-1]
    assert latest["pages"] == stage.sent.latest.pages > 0


def _book(stage: Stage, book: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = stage.get(f"/registers/{book}").json["items"]
    return rows


@of("III.1h")
def test_the_clerk_is_warned_of_duplicates(stage: Stage, paper: bytes) -> None:
    stage.ours.clock.pass_by(timedelta(seconds=1))
    said = Particulars(Direction.INCOMING, "công văn", "Mời họp", Classification.NONE)
    clerk = stage.ours.person("vanthu")
    again = replace(said, source=stage.brought.source)
    made = receive(stage.ours.office, again, paper + b"%2", by=clerk)
    assert made.duplicate_of == stage.brought.id
    assert stage.get(f"/documents/{made.document.id}").json["duplicate_of"] == stage.brought.id


@of("III.1i")
def test_who_has_something_new_to_do_is_told(stage: Stage) -> None:
    waiting = [one["document_id"] for one in stage.get("/tasks", "chutich").json["items"]]
    assert stage.brought.id in waiting


@of("III.1k")
def test_the_state_at_each_recipient_is_shown(stage: Stage) -> None:
    [told] = stage.get(f"/documents/{stage.sent.id}/dispatches").json["items"]
    assert (told["recipient"], told["state"]) == ("H49.90.2", "accepted")


@of("III.1l")
def test_incoming_documents_are_counted_followed_and_urged(stage: Stage) -> None:
    told = stage.get("/reports/indicators/registered-in-time?to=2026-12-31").json
    assert stage.brought.id in {one["id"] for one in told["documents"] if one["counted"]}
    followed = open_ledger(stage.ours.office, "giai-quyet", None, by=stage.ours.person("vanthu"))
    assert stage.brought.id in {document for _, document, _ in followed.rows}


@of("III.1m")
def test_who_may_distributes_an_incoming_document(stage: Stage) -> None:
    told = stage.get(f"/documents/{stage.brought.id}", "chutich").json
    assert "assign" in told["actions"]
    assert "assign" not in stage.get(f"/documents/{stage.brought.id}", "kiemtra").json["actions"]


@of("III.1n")
def test_who_may_returns_a_draft(stage: Stage) -> None:
    told = stage.get(f"/documents/{stage.sent.id}/history").json["items"]
    assert [one["comment"] for one in told if one["action"] == "return"] == ["Bổ sung căn cứ"]


@of("III.1o")
def test_the_sender_learns_how_far_the_recipient_has_come(stage: Stage) -> None:
    theirs, came = stage.theirs, stage.came
    theirs.act(came, "assign", "chutich", to="truongban", comment="Chủ trì")
    theirs.work_off()
    gather(stage.ours.office)
    [told] = stage.get(f"/documents/{stage.sent.id}/dispatches").json["items"]
    assert told["state"] == "assigned"


# ── III.2 and III.3 connections and safety ───────────────────────────────────────────────


@of("III.2a", waits_for="later issue: SIP packages for the historical archive")
def test_a_file_goes_to_the_historical_archive_as_a_package(stage: Stage) -> None:
    assert stage.offers("sip")


@of("III.2b")
def test_pages_are_made_for_phones(stage: Stage) -> None:
    page = stage.client.get("/login").text
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page


@of("III.2c")
def test_specialised_systems_are_connected_through_the_api(stage: Stage) -> None:
    assert "/api/v1/documents" in stage.paths
    assert stage.get("/openapi.json").json["openapi"].startswith("3.1")


@of("III.3a")
def test_the_level_of_safety_is_documented(stage: Stage) -> None:
    assert stage.paths
    assert (ROOT / "docs" / "security.md").exists()


@of("III.3b")
def test_files_and_documents_each_have_their_own_readers(stage: Stage) -> None:
    officer = stage.ours.person("chuyenvien")
    with pytest.raises(NotFound):
        file_view(stage.ours.office, stage.other.id, by=officer)
    assert view(stage.ours.office, stage.sent.id, by=officer)
    with pytest.raises(NotFound):
        view(stage.ours.office, stage.brought.id, by=officer)


@of("III.3c")
def test_a_change_of_permissions_waits_until_it_is_confirmed(stage: Stage) -> None:
    office, clerk = stage.ours.office, stage.ours.person("vanthu")
    other = stage.ours.person("chuyenvien")
    file = stage.other.id
    keeper = stage.ours.person("luutru")
    made = propose_file(office, file, other.id, grants=True, by=keeper)
    with pytest.raises(NotFound):
        file_view(office, file, by=other)
    warned = stage.get(f"/case-files/{file}/permission-changes", "luutru").json["items"]
    assert [one["id"] for one in warned] == [made]
    with pytest.raises(NotFound):
        confirm(office, made, by=clerk)
    confirm(office, made, by=stage.ours.person("chutich"))
    assert file_view(office, file, by=other).file.id == file
    assert stage.get(f"/case-files/{file}/permission-changes", "luutru").json["items"] == []
    gone = propose_file(office, file, other.id, grants=False, by=keeper)
    confirm(office, gone, by=stage.ours.person("chutich"))
    with pytest.raises(NotFound):
        file_view(office, file, by=other)


# ── III.4 files ──────────────────────────────────────────────────────────────────────────


@of("III.4a")
def test_the_plan_of_files_is_made(stage: Stage) -> None:
    plan = stage.get("/file-plans/2026").json
    assert [one["notation"] for one in plan["files"]] == ["01.HC", "02.HC"]
    assert plan["issued_on"] == "2026-11-20"


@of("III.4b")
def test_each_file_has_its_code_and_its_documents_their_ordinals(stage: Stage) -> None:
    told = stage.get(f"/case-files/{stage.other.id}", "luutru").json
    assert (told["year"], told["notation"]) == (2026, "02.HC")
    assert sorted(one["ordinal"] for one in told["documents"]) == [1, 2]


@of("III.4c")
def test_documents_are_linked_with_their_file_by_its_code(stage: Stage) -> None:
    with _exported(stage) as packed:
        xml = packed.read(f"{stage.other.id}/data/metadata.xml").decode()
    assert xml.count("<FileNotation>02.HC</FileNotation>") == 3


@of("III.4d")
def test_what_the_plan_says_of_a_file_is_the_files(stage: Stage) -> None:
    assert stage.file.planned
    assert (stage.file.title, stage.file.owner) == ("Hồ sơ Tháng Công nhân", "vanthu")


@of("III.4đ")
def test_the_files_of_an_account_are_listed_and_counted(stage: Stage) -> None:
    told = stage.get("/case-files?owner=vanthu").json
    assert (told["total"], [one["notation"] for one in told["items"]]) == (1, ["01.HC"])


@of("III.4e")
def test_one_document_lies_in_files_of_two_accounts_and_once_on_the_disk(stage: Stage) -> None:
    told = stage.get(f"/documents/{stage.sent.id}").json
    assert set(told["case_files"]) == {stage.file.id, stage.other.id}
    digests = list(stage.ours.office.contents.blobs)
    assert digests.count(stage.sent.latest.digest) == 1


@of("III.4g")
def test_a_file_is_exported_as_pdf_and_xml_in_order(stage: Stage) -> None:
    with _exported(stage) as packed:
        names = {name.partition("/data/")[2] for name in packed.namelist()}
        xml = packed.read(f"{stage.other.id}/data/metadata.xml").decode()
    assert {"ho-so.pdf", "metadata.xml", "van-ban/001.pdf", "van-ban/002.pdf"} <= names
    dates = re.findall(r"<IssuedDate>(\d\d)/(\d\d)/(\d{4})<", xml)
    assert [one[::-1] for one in dates] == sorted(one[::-1] for one in dates)


def _exported(stage: Stage) -> zipfile.ZipFile:
    packed = export_file(stage.ours.office, stage.other.id, by=stage.ours.person("luutru"))
    return zipfile.ZipFile(io.BytesIO(packed))


# ── III.5 keeping ────────────────────────────────────────────────────────────────────────


@of("III.5a")
def test_every_draft_opinion_approval_and_look_is_kept(stage: Stage) -> None:
    told = history(stage.ours.office, stage.sent.id, by=stage.ours.person("vanthu"))
    acts = [str(one["action"]) for one in told]
    assert [one for one in acts if one in ("submit", "return", "approve", "sign")] == [
        *("submit", "return", "submit", "approve", "approve", "sign")
    ]
    assert len(stage.sent.revisions) >= 4
    content(stage.ours.office, stage.sent.id, "1", by=stage.ours.person("vanthu"))
    logged = latest_acts(stage.ours.office, 200, by=stage.ours.person("kiemtra"))
    assert any(one.event.action == "document:viewed" for one in logged)


@of("III.5b")
def test_a_file_is_announced_thirty_days_before_it_is_due(stage: Stage) -> None:
    assert timedelta(days=30) == NOTICE
    assert stage.file.due_on == date(2027, 11, 20)
    clock, before = stage.ours.clock, stage.ours.clock.moment
    seen = files_seen(stage.ours.office, by=stage.ours.person("vanthu"))
    try:
        for days, due in ((334, []), (335, ["01.HC"])):
            clock.moment = before + timedelta(days=days)
            assert [one.notation for one in falling_due(stage.ours.office, seen)] == due
    finally:
        clock.moment = before


@of("III.5c")
def test_files_are_given_to_the_archive(stage: Stage) -> None:
    clerk = stage.ours.person("vanthu")
    made = hand_in(stage.ours.office, [stage.file.id], by=clerk)
    assert [one.state for one in made.files] == ["submitted"]
    printed = print_hand_in(stage.ours.office, made.list.id, "term", "xlsx", by=clerk)
    assert "01.HC" in _cells(printed)


@of("III.5d")
def test_nothing_kept_can_change_unseen(stage: Stage) -> None:
    assert verify(stage.ours.office).holds
    assert audit_state(stage.ours.office, by=stage.ours.person("kiemtra")).holds


@of("III.5đ")
def test_what_is_kept_can_be_opened_years_later(stage: Stage) -> None:
    clock, before = stage.ours.clock, stage.ours.clock.moment
    clock.moment = before + timedelta(days=365 * 19)
    try:
        _, found = content(stage.ours.office, stage.sent.id, "", by=stage.ours.person("luutru"))
    finally:
        clock.moment = before
    assert found.startswith(b"%PDF-")


@of("III.5e")
def test_formats_that_last_are_made_when_a_document_comes(stage: Stage) -> None:
    rendered = next(one for one in stage.sent.revisions if one.origin is Origin.RENDERED)
    _, found = content(
        stage.ours.office, stage.sent.id, str(rendered.n), by=stage.ours.person("vanthu")
    )
    assert b"pdfaid" in found  # PDF/A says so in its own metadata (ISO 19005-2)


@of("III.5g")
def test_backup_and_recovery_are_commands(stage: Stage) -> None:
    assert stage.paths
    targets = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^backup:", targets, re.MULTILINE)
    assert re.search(r"^restore:", targets, re.MULTILINE)


# ── III.6 statistics and search ──────────────────────────────────────────────────────────


@of("III.6a", waits_for="later issue: statistics of accesses")
def test_files_documents_and_looks_are_counted(stage: Stage) -> None:
    assert stage.offers("statistic")


@of("III.6b", waits_for="later issue: statistics of accesses")
def test_logins_are_counted(stage: Stage) -> None:
    assert stage.offers("login", "count")


@of("III.6c")
def test_access_to_files_and_their_metadata_is_controlled(stage: Stage) -> None:
    answers = [
        stage.get(f"/case-files/{stage.other.id}{part}", "chuyenvien").status_code
        for part in ("", "/inventory", "/export")
    ]
    assert answers == [404, 404, 404]


@of("III.6d")
def test_fields_and_content_are_searched(stage: Stage) -> None:
    clerk = stage.ours.person("vanthu")
    for words in ("thang cong nhan", "so:01/KH-LĐLĐ", "thực hiện theo kế hoạch"):
        query = Query(words=words, readers=frozenset())
        found = find(stage.ours.office, query, by=clerk)
        assert stage.sent.id in [one.id for one in found.hits], words


@of("III.6đ", waits_for="later issue: search and reports, displayed columns")
def test_the_columns_shown_can_be_chosen(stage: Stage) -> None:
    assert "columns" in str(stage.paths["/api/v1/search"])


@of("III.6e", waits_for="later issue: search, saved searches")
def test_a_search_is_kept_and_used_again(stage: Stage) -> None:
    assert stage.offers("search", "save")


@of("III.6g", waits_for="later issue: search, order of results")
def test_results_can_be_ordered(stage: Stage) -> None:
    assert "sort" in str(stage.paths["/api/v1/search"]["get"]["parameters"])


@of("III.6h", waits_for="later issue: search, export of results")
def test_results_are_exported(stage: Stage) -> None:
    assert "docx" in str(stage.paths["/api/v1/search"])


@of("III.6i")
def test_documents_and_metadata_are_downloaded(stage: Stage) -> None:
    answer = stage.get(f"/documents/{stage.sent.id}/content")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert stage.get(f"/documents/{stage.sent.id}").json["subject"] == stage.sent.subject


@of("III.6k")
def test_what_is_printed_is_marked(stage: Stage) -> None:
    printed = stage.get(f"/documents/{stage.sent.id}/content?mark=print").data
    pages = stage.ours.office.reader.reading(printed).texts
    assert pages
    assert all("Bản in ·" in page and "20/11/2026" in page for page in pages)


@of("III.6l")
def test_every_use_is_logged(stage: Stage) -> None:
    logged = latest_acts(stage.ours.office, 500, by=stage.ours.person("kiemtra"))
    told = {one.event.action for one in logged}
    assert {"document:received", "file:opened", "file:filled", "plan:issued"} <= told


# ── III.7 and III.8 metadata and recall ──────────────────────────────────────────────────


@of("III.7a")
def test_metadata_is_kept_with_the_document(stage: Stage) -> None:
    with stage.ours.office.database.reading() as unit:
        assert unit.documents.get(stage.sent.id).subject == stage.sent.subject


@of("III.7b")
def test_all_metadata_is_shown(stage: Stage) -> None:
    told = stage.get(f"/documents/{stage.brought.id}").json
    for name in ("source_number", "source_organ", "source_date", "number", "issued_on", "urgency"):
        assert told[name], name


@of("III.7c", waits_for="later issue: further metadata of a kept document")
def test_metadata_is_added(stage: Stage) -> None:
    assert stage.offers("metadata", "add")


@of("III.7d")
def test_the_class_that_controls_access_is_metadata(stage: Stage) -> None:
    assert stage.get(f"/documents/{stage.sent.id}").json["classification"] == "none"
    assert stage.get(f"/case-files/{stage.file.id}").json["classification"] == "none"


@of("III.7đ")
def test_the_link_between_document_and_metadata_is_fixed(stage: Stage) -> None:
    told = stage.get(f"/documents/{stage.sent.id}").json["revisions"][-1]
    assert told["digest"] == stage.sent.latest.digest
    logged = history(stage.ours.office, stage.sent.id, by=stage.ours.person("vanthu"))
    assert any(one["made"] == told["digest"] for one in logged)


@of("III.8a")
def test_a_recalled_document_is_frozen_with_its_metadata(recalled: Recalled) -> None:
    ours, clerk = recalled.ours, recalled.ours.person("vanthu")
    frozen = view(ours.office, recalled.sent.id, by=clerk)

    assert frozen.acts == ()
    assert (frozen.document.subject, frozen.document.fields) == (
        recalled.sent.subject,
        recalled.sent.fields,
    )
    with pytest.raises(Refused, match="recall.frozen"):
        ours.act(frozen.document, "archive", "luutru")
    assert content(ours.office, recalled.sent.id, "", by=clerk)


@of("III.8b")
def test_a_recalled_document_is_destroyed_where_it_came(recalled: Recalled) -> None:
    theirs, clerk = recalled.theirs, recalled.theirs.person("vanthu")

    left = view(theirs.office, recalled.came.id, by=clerk).document
    assert (left.subject, dict(left.fields)) == ("Văn bản đã thu hồi", {})
    with pytest.raises(Refused, match="recall.destroyed"):
        content(theirs.office, left.id, "", by=clerk)
    with pytest.raises(NotFound):
        view(theirs.office, left.id, by=theirs.person("chutich"))
    ours = recalled.ours
    [one] = view(ours.office, recalled.sent.id, by=ours.person("vanthu")).recalls
    assert one.state is RecallState.DESTROYED  # its issuer was told


@of("III.8c")
def test_of_a_recall_its_own_metadata_stays(recalled: Recalled) -> None:
    theirs, clerk = recalled.theirs, recalled.theirs.person("vanthu")

    [order] = view(theirs.office, recalled.came.id, by=clerk).orders
    assert (order.organ, order.reason, order.by) == ("H49.90.1", "Ban hành nhầm", "vanthu")
    assert order.answered_at
    events = [one["event"] for one in history(theirs.office, recalled.came.id, by=clerk)]
    assert events[-3:] == ["recall:asked", "recall:answered", "document:given-up"]


# ── IV. administration ───────────────────────────────────────────────────────────────────


@of("IV.1a")
def test_people_are_grouped_by_how_much_they_may_know(stage: Stage) -> None:
    clearances = {stage.ours.person(one).clearance for one in ("chutich", "truongban", "kiemtra")}
    assert len(clearances) == 3


@of("IV.1b")
def test_permissions_follow_from_posts(stage: Stage) -> None:
    told = stage.get("/me", "vanthu").json
    assert told["roles"] == ["registry_clerk"]
    assert stage.get("/registers/van-ban-di", "chuyenvien").status_code == 403


@of("IV.1c")
def test_access_is_as_the_rules_say(stage: Stage) -> None:
    assert stage.get(f"/documents/{stage.sent.id}", "quantri").status_code == 404
    assert stage.get(f"/documents/{stage.sent.id}", "kiemtra").status_code == 200


@of("IV.1d", waits_for="later issue: which roles read everything, as a setting")
def test_rights_change_when_the_rules_do(stage: Stage) -> None:
    assert stage.offers("rules", "rights")


@of("IV.1đ")
def test_rights_change_with_a_post(stage: Stage) -> None:
    clerk = stage.ours.person("phochutich")
    admin = stage.ours.person("quantri")
    assert stage.get("/registers/van-ban-di", "phochutich").status_code == 200
    posts = tuple(replace(one, role=Role.OFFICER) for one in clerk.posts)
    change(stage.ours.office, replace(clerk, posts=posts), "", by=admin)
    assert stage.get("/registers/van-ban-di", "phochutich").status_code == 403
    change(stage.ours.office, clerk, "", by=admin)


@of("IV.1e")
def test_a_lost_index_comes_back_and_says_how_much_of_it(stage: Stage) -> None:
    office = stage.ours.office
    lost = replace(office, index=Index(stage.ours.settings.trinhky_data / "anew", key=b"k" * 32))
    query = Query(words="so:01/KH-LĐLĐ", readers=frozenset())
    clerk = stage.ours.person("vanthu")
    assert reindex(lost) == 4
    assert [one.id for one in find(lost, query, by=clerk).hits] == [stage.sent.id]


@of("IV.1g", waits_for="later issue: legal hold")
def test_a_set_of_documents_is_locked(stage: Stage) -> None:
    assert stage.offers("hold", "lock")


@of("IV.2")
def test_conflicts_are_told(stage: Stage) -> None:
    answer = stage.client.post(
        f"/api/v1/documents/{stage.brought.id}/actions/assign",
        json={"to": "chuyenvien"},
        headers={"Authorization": f"Bearer {stage.tokens['chutich']}", "If-Match": '"0"'},
    )
    assert answer.status_code == 409
    assert answer.json["rule"] == "step.outrun"  # type: ignore[index]  # it is there


@of("IV.3")
def test_interconnection_is_set_up_by_a_directory(stage: Stage) -> None:
    told = {one["id"] for one in stage.get("/organs").json["items"]}
    assert "H49.90.2" in told


# ── V. what is printed ───────────────────────────────────────────────────────────────────


def _cells(printed: bytes) -> str:
    sheet = load_workbook(io.BytesIO(printed)).worksheets[0]
    return " ".join(str(one) for row in sheet.iter_rows(values_only=True) for one in row if one)


def _register(stage: Stage, book: str) -> str:
    opened = open_book(stage.ours.office, book, None, by=stage.ours.person("vanthu"))
    assert len(opened.book.columns) == 10
    return _cells(print_book(stage.ours.office, book, None, "xlsx", by=stage.ours.person("vanthu")))


@of("V.1")
def test_the_register_of_incoming_documents_is_printed(stage: Stage) -> None:
    assert "12/CV" in _register(stage, "van-ban-den")


def _reported(stage: Stage, which: str) -> str:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    clerk = stage.ours.person("vanthu")
    return _cells(print_report(stage.ours.office, which, year, "xlsx", by=clerk))


@of("V.2")
def test_the_report_on_incoming_documents_is_printed(stage: Stage) -> None:
    told = _reported(stage, "incoming")
    for heading in ("Đơn vị giải quyết", "Quá hạn chưa xong", "Văn phòng", "Tổng cộng"):
        assert heading in told


@of("V.3")
def test_the_register_of_outgoing_documents_is_printed(stage: Stage) -> None:
    assert "01/KH-LĐLĐ" in _register(stage, "van-ban-di")


@of("V.4")
def test_the_report_on_outgoing_documents_is_printed(stage: Stage) -> None:
    told = _reported(stage, "outgoing")
    for heading in ("Đơn vị soạn thảo", "Ký số đủ hai chữ ký", "Ban Tổ chức", "Tổng cộng"):
        assert heading in told


@of("V.5")
def test_the_inventory_of_a_files_documents_is_printed(stage: Stage) -> None:
    printed = print_inventory(
        stage.ours.office, stage.other.id, "xlsx", by=stage.ours.person("luutru")
    )
    assert "01/KH-LĐLĐ" in _cells(printed)
    assert "12/CV" in _cells(printed)


@of("V.6")
def test_the_inventory_of_files_is_printed_in_two_halves(stage: Stage) -> None:
    clerk = stage.ours.person("vanthu")
    [made] = lists(stage.ours.office, by=clerk)
    for half, told in (("term", True), ("permanent", False)):
        printed = print_hand_in(stage.ours.office, made.list.id, half, "xlsx", by=clerk)
        assert ("01.HC" in _cells(printed)) is told
